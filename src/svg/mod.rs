//! SVG as text: its bounds, its size, and what of it may be shown or drawn.
//!
//! ```text
//! bytes ── scan ──▶ bounded text ── roxmltree ──▶ tree ── write ──▶ SVG of known elements only
//!                                                 └── size
//! ```
//!
//! Sanitising is writing anew: what is not on a list ([`names`], [`css`]) is not written, so nothing has to
//! be recognised as dangerous. Laws: the result is well-formed, holds no script, handler, animation, foreign
//! markup, declaration, comment or address of anything outside the file, and sanitising it again changes
//! nothing.

mod css;
mod href;
mod names;
mod scan;
mod size;
mod write;

use bytes::Bytes;
use roxmltree::{Document, ParsingOptions};

use crate::code::ErrorCode;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;

pub(crate) use self::size::Viewport;
#[cfg(feature = "svg")]
pub(crate) use self::write::drawing;

/// Writes an SVG anew, with nothing in it that could act, or point outside.
///
/// What is kept is the static part of SVG 2: shapes, text, gradients, patterns, markers, masks, clips,
/// filters, `use` of the file's own parts, embedded raster pictures, and style sheets as far as they say how
/// these look. Scripts, event handlers, animations, links, `foreignObject`, metadata, comments, document
/// types and all addresses but `#id` are left out.
///
/// ```
/// use originkit::{Limits, sanitize_svg};
/// let hostile = br#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script>
///     <a href="javascript:alert(3)"><circle r="9" fill="url(http://evil.example/#a)"/></a></svg>"#;
/// let clean = sanitize_svg(hostile, &Limits::default())?;
/// assert_eq!(clean.bytes, r#"<svg xmlns="http://www.w3.org/2000/svg"><g><circle r="9"/></g></svg>"#);
/// # Ok::<(), originkit::Error>(())
/// ```
///
/// # Errors
/// It is no well-formed SVG in UTF-8, declares entities, or passes one of [`Limits::svg_bytes`] and
/// [`Limits::svg_nodes`].
pub fn sanitize_svg(bytes: &[u8], limits: &Limits) -> Result<Encoded, Error> {
    let text = scan::text(bytes, limits)?;
    let document = parse(text)?;
    let root = document.root_element();
    let size = Viewport::of(root).size(limits);
    Ok(Encoded::new(Bytes::from(write::sanitized(root)), Format::Svg, size))
}

/// Reads a file within the limits and hands its tree to `look`.
#[cfg(feature = "svg")]
pub(crate) fn with_root<T>(
    bytes: &[u8],
    limits: &Limits,
    look: impl FnOnce(roxmltree::Node<'_, '_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let text = scan::text(bytes, limits)?;
    look(parse(text)?.root_element())
}

/// A bounded text as a tree whose root is an `svg`.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, Error> {
    // A document type is common and harmless once `scan` has refused what it could declare.
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|_| broken("is not well-formed"))?;
    let root = document.root_element();
    let named = root.tag_name().name() == "svg" && matches!(root.tag_name().namespace(), None | Some(names::SVG));
    if named { Ok(document) } else { Err(broken("has another root element")) }
}

fn broken(how: &str) -> Error {
    Error::Pixels { code: ErrorCode::Format, message: format!("the source is an SVG that {how}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(body: &str) -> String {
        let file = format!(r#"<svg xmlns="{}" xmlns:xlink="{}">{body}</svg>"#, names::SVG, names::XLINK);
        let once = sanitize_svg(file.as_bytes(), &Limits::default()).unwrap().bytes;
        let twice = sanitize_svg(&once, &Limits::default()).unwrap().bytes;
        assert_eq!(once, twice);
        let text = String::from_utf8(once.to_vec()).unwrap();
        let inner = text.strip_prefix(&format!(r#"<svg xmlns="{}""#, names::SVG)).unwrap();
        inner.strip_suffix("</svg>").and_then(|t| t.strip_prefix('>')).unwrap_or_default().to_owned()
    }

    #[test]
    fn keeps_what_is_harmless() {
        for kept in [
            r##"<path d="M0 0L9,9z" fill="url(#a)" stroke="rgb(1,2,3)"/>"##,
            r##"<g id="a" class="b c" transform="translate(1 2) rotate(45)"><use href="#b" x="3"/></g>"##,
            r##"<text x="1" xml:space="preserve"> a &lt;b&gt; &amp; <tspan dy="1em">c</tspan> d</text>"##,
            r##"<linearGradient id="g"><stop offset=".5" style="stop-color:#fff;stop-opacity:.5"/></linearGradient>"##,
            r##"<filter id="f"><feGaussianBlur in="SourceAlpha" stdDeviation="2"/></filter>"##,
            r##"<style>.a,g &gt; b{fill:red;filter:url(#f)}@media (prefers-color-scheme:dark){.a{fill:blue}}</style>"##,
            r##"<image width="1" href="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAAC"/>"##,
            r##"<title>a &amp; b</title>"##,
            r##"<switch><g systemLanguage="de"/><g/></switch>"##,
        ] {
            assert_eq!(clean(kept), kept);
        }
    }

    #[test]
    fn leaves_out_what_is_not() {
        for (body, want) in [
            ("<script>alert(1)</script>", ""),
            ("<script xmlns='http://www.w3.org/1999/xhtml'>1</script>", ""),
            ("<g onclick='a()' ONLOAD='b()'/>", "<g/>"),
            ("<foreignObject><b xmlns='http://www.w3.org/1999/xhtml'>x</b></foreignObject>", ""),
            ("<g><animate attributeName='href' values='javascript:a()'/><set/></g>", "<g/>"),
            ("<use xlink:href='http://a.example/b.svg#c'/><use href='b.svg#c'/>", "<use/><use/>"),
            ("<use xlink:href='#c'/>", "<use href=\"#c\"/>"),
            ("<image href='file:///etc/passwd'/>", "<image/>"),
            ("<image href='data:image/svg+xml;base64,PHN2Zy8+'/>", "<image/>"),
            // What it says it is does not count.
            ("<image href='data:image/png;base64,PHN2Zy8+'/>", "<image/>"),
            ("<g style='fill:red;background:url(http://a)'/>", "<g style=\"fill:red\"/>"),
            ("<g fill='url(http://a#b)'/><g fill='url( \"#b\" ) none'/>", "<g/><g fill=\"url(#b) none\"/>"),
            ("<g fill='ur\\6c(http://a)'/><g fill='u/**/rl(http://a)'/>", "<g/><g/>"),
            ("<style>@import 'http://a';a{b:c}d{fill:red;-moz-binding:url(#a)}</style>", "<style>d{fill:red}</style>"),
            ("<style>a{fill:expression(alert(1))}</style>", "<style/>"),
            ("<style type='text/x'>a{fill:red}</style>", ""),
            ("<a href='http://a'>x<g/></a><text><a>y</a></text>", "<g><g/></g><text><tspan>y</tspan></text>"),
            ("<!-- a --><?b c?><g/>  d<![CDATA[e]]>", "<g/>"),
            ("<metadata><x/></metadata><x:g xmlns:x='urn:x'/>", ""),
            ("<g id='a'/><g id='a'/>", "<g id=\"a\"/><g/>"),
            ("<g id='a b'/>", "<g/>"),
            ("<g xml:base='http://a/' xmlns:e='urn:e' e:fill='red'/>", "<g/>"),
        ] {
            assert_eq!(clean(body), want, "{body}");
        }
    }

    #[test]
    fn a_tree_that_is_no_svg_is_refused() {
        let error = |text: &str| sanitize_svg(text.as_bytes(), &Limits::default()).unwrap_err();
        for text in ["", "<svg", "<svg></g>", "<html/>", "<svg xmlns='urn:x'/>", "<svg a='1' a='2'/>", "<svg>&x;</svg>"]
        {
            assert_eq!(error(text).code(), ErrorCode::Format, "{text}");
        }
        assert_eq!(sanitize_svg(b"<svg>\xFF</svg>", &Limits::default()).unwrap_err().code(), ErrorCode::Format);
    }
}
