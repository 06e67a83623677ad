//! Checking the text before a tree is built: counts and depth. Document types have been removed at this point.
//!
//! The scan knows as much of XML as it needs to recognise tags. If it and the parser disagree, the parser refuses the
//! text: both follow the same grammar, and the scan only counts.

use super::refusal::broken;
use crate::error::Error;
use crate::limits::{LimitError, Limits};

/// Refuses a text with too many nodes, or whose tree would take too much memory.
pub(super) fn scan(text: &str, limits: &Limits) -> Result<(), Error> {
    LimitError::check("bytes of memory for an SVG", trees(text), limits.memory)?;
    let (mut nodes, mut depth, mut namespaces) = (0_u64, 0_u64, 0_u64);
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        rest = if let Some(comment) = after.strip_prefix("!--") {
            behind(comment, "-->")?
        } else if let Some(data) = after.strip_prefix("![CDATA[") {
            behind(data, "]]>")?
        } else if let Some(instruction) = after.strip_prefix('?') {
            behind(instruction, "?>")?
        } else if let Some(end) = after.strip_prefix('/') {
            depth = depth.saturating_sub(1);
            behind(end, ">")?
        } else {
            let tag = Tag::read(after)?;
            LimitError::check("attributes of an SVG element", tag.attributes, ATTRIBUTES)?;
            namespaces += tag.namespaces;
            LimitError::check("namespaces in an SVG", namespaces, NAMESPACES)?;
            depth += 1;
            LimitError::check("levels of an SVG", depth, DEPTH)?;
            depth -= u64::from(tag.empty);
            tag.rest
        };
        nodes += 1;
        LimitError::check("nodes of an SVG", nodes, limits.svg_nodes)?;
    }
    Ok(())
}

/// Returns the maximum of bytes of memory that processing a text takes: a tree of its nodes, the facts about each node,
/// and the texts that are derived from it.
pub(crate) fn trees(text: &str) -> u64 {
    /// Bytes per element, end tag, or text in between; 190 were measured.
    const NODE: u64 = 256;
    /// Bytes per attribute; 70 were measured.
    const ATTRIBUTE: u64 = 128;
    /// Bytes per byte of text: the original text, and the output of each stage.
    const TEXT: u64 = 6;
    let count = |wanted: u8| text.bytes().filter(|byte| *byte == wanted).count();
    let counted = [(count(b'<'), NODE), (count(b'='), ATTRIBUTE), (text.len(), TEXT)];
    let bytes = counted.map(|(count, each)| u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(each));
    bytes.into_iter().fold(0, u64::saturating_add)
}

/// Returns the text after an end marker.
fn behind<'a>(text: &'a str, mark: &str) -> Result<&'a str, Error> {
    text.split_once(mark).map(|(_, rest)| rest).ok_or_else(|| broken("is not well-formed"))
}

struct Tag<'a> {
    attributes: u64,
    namespaces: u64,
    /// Whether the tag ends with `/>`.
    empty: bool,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    fn read(text: &'a str) -> Result<Self, Error> {
        let (mut quote, mut attributes, mut before) = (None, 0, 0);
        for (at, byte) in text.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => {
                    attributes += 1;
                    quote = Some(byte);
                }
                (None, b'>') => {
                    let tag = text.get(..at).unwrap_or_default();
                    // This counts too many rather than too few: the word may occur in a value.
                    let namespaces = u64::try_from(tag.matches("xmlns").count()).unwrap_or(u64::MAX);
                    let rest = text.get(at + 1..).unwrap_or_default();
                    return Ok(Self { attributes, namespaces, empty: before == b'/', rest });
                }
                _ => {}
            }
            before = byte;
        }
        Err(broken("is not well-formed"))
    }
}

/// The maximum number of attributes of an element. An XML parser compares each attribute with all others.
const ATTRIBUTES: u64 = 256;
/// The maximum number of namespace declarations. Each element with one gets a list of all that are in scope.
const NAMESPACES: u64 = 256;
/// The maximum depth, which is that of browsers. Drawing has a separate limit, which does not count groups without
/// effect.
const DEPTH: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::ErrorCode;

    #[test]
    fn counts_tags_and_nothing_else() {
        let nodes = |text: &str, allowed: u64| {
            let limits = Limits { svg_nodes: allowed, ..Limits::default() };
            scan(text, &limits).map_err(|e| e.code())
        };
        let file = "<?xml version='1.0'?><svg a='<>' b=\"/>\"><!-- <g> --><g/><![CDATA[<g><g>]]></svg>";
        assert_eq!(nodes(file, 6), Ok(()));
        assert_eq!(nodes(file, 5), Err(ErrorCode::Limit));
    }

    #[test]
    fn one_more_is_refused() {
        let code = |text: &str| scan(text, &Limits::default()).map_err(|e| e.code());
        let nested = |depth: usize| "<g>".repeat(depth) + &"</g>".repeat(depth);
        assert_eq!(code(&nested(4096)), Ok(()));
        assert_eq!(code(&nested(4097)), Err(ErrorCode::Limit));
        assert_eq!(code(&nested(50_000)), Err(ErrorCode::Limit));
        assert_eq!(code(&"<g/>".repeat(1000)), Ok(()));
        let attributes = |count: usize| format!("<g{}/>", " a='b'".repeat(count));
        assert_eq!(code(&attributes(256)), Ok(()));
        assert_eq!(code(&attributes(257)), Err(ErrorCode::Limit));
        assert_eq!(code(&"<g xmlns:a='b'/>".repeat(256)), Ok(()));
        assert_eq!(code(&"<g xmlns:a='b'/>".repeat(257)), Err(ErrorCode::Limit));
        for cut in ["<", "<g", "<g a='", "<!--", "<![CDATA[", "<?x", "</g"] {
            assert_eq!(code(cut), Err(ErrorCode::Format), "{cut}");
        }
    }
}
