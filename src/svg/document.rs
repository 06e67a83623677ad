//! Parsing text into a tree.

use roxmltree::Document;

use super::names;
use super::refusal::broken;
use crate::error::Error;

/// Parses a text that is within the limits into a tree whose root is an `svg` element.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, Error> {
    let document = Document::parse(text).map_err(|_| broken("is not well-formed"))?;
    let root = document.root_element();
    let named = root.tag_name().name() == "svg" && matches!(root.tag_name().namespace(), None | Some(names::SVG));
    if named { Ok(document) } else { Err(broken("has another root element")) }
}
