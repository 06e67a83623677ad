//! SVG as text: its limits, its size, and the parts of it that may be shown or drawn.
//!
//! ```text
//! bytes ── text ──▶ bounded text ── roxmltree ──▶ tree ── write ──▶ SVG of known elements only
//!       encoding, entities                        └── size
//! ```
//!
//! Sanitising means rewriting: a name that is not on a list ([`names`], [`css`]) is not written, so no input has to be
//! recognised as dangerous. Laws: the result is well-formed; it has no script, event handler, foreign markup,
//! declaration or comment, and no address of anything outside the file; and sanitising it again changes nothing.

mod css;
mod document;
mod entities;
mod href;
mod length;
mod names;
mod notes;
mod refusal;
mod scan;
mod size;
mod text;
mod write;

use crate::encoded::Encoded;
use crate::error::Error;
use crate::fence::fenced;
use crate::format::Format;
use crate::limits::Limits;
use crate::plan::Rules;
#[cfg(feature = "tracing")]
use crate::trace::event;
use bytes::Bytes;

#[cfg(feature = "svg")]
pub(crate) use self::css::{Item, items, split};
pub(crate) use self::document::parse;
#[cfg(feature = "svg")]
pub(crate) use self::length::{Basis, Value, number};
pub(crate) use self::notes::Notes;
#[cfg(feature = "svg")]
pub(crate) use self::scan::trees;
pub(crate) use self::size::Viewport;
#[cfg(feature = "svg")]
pub(crate) use self::write::escape;

/// The namespace of all elements of a sanitised file.
#[cfg(feature = "svg")]
pub(crate) const NAMESPACE: &str = names::SVG;

/// Rewrites an SVG without active content and without references to anything outside the file.
///
/// The result contains the part of SVG 2 that is visible: shapes, text, gradients, patterns, markers, masks, clips,
/// filters, animations of these, `use` of the file's own parts, embedded raster images, and style sheets with embedded
/// fonts. Scripts, event handlers, links, `foreignObject`, metadata, comments, document types and all addresses except
/// `#id` are left out. A file may be in UTF-8, UTF-16 or Latin-1, and may declare entities. The result is in UTF-8.
/// Parts that were left out and may be missed are listed in the [notes](Encoded::notes).
///
/// ```
/// use originkit::render::sanitize_svg;
/// use originkit::Limits;
/// let hostile = br#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script>
///     <a href="javascript:alert(3)"><circle r="9" fill="url(http://evil.example/#a)"/></a></svg>"#;
/// let clean = sanitize_svg(hostile, &Limits::default())?;
/// assert_eq!(clean.bytes, r#"<svg xmlns="http://www.w3.org/2000/svg"><g><circle r="9" fill="none"/></g></svg>"#);
/// let left_out: Vec<String> = clean.notes.iter().map(ToString::to_string).collect();
/// assert!(left_out.contains(&"left out: element script".to_owned()));
/// # Ok::<(), originkit::Error>(())
/// ```
///
/// # Errors
/// [`Error::Pixels`]: the file is not a well-formed SVG. [`Error::Limit`]: it exceeds [`Limits::svg_bytes`], which also
/// applies after its entities are expanded, or [`Limits::svg_nodes`], or it is nested too deeply.
pub fn sanitize_svg(bytes: &[u8], limits: &Limits) -> Result<Encoded, Error> {
    let (text, viewport, notes) = fenced(|| sanitized(bytes, limits))?;
    let encoded = Encoded::new(Bytes::from(text), Format::Svg, viewport.size(limits));
    Ok(encoded.with_notes(notes.take()))
}

/// Returns the sanitised file for a delivery. Parts that were left out are listed in its notes.
///
/// # Errors
/// The errors of [`sanitize_svg`], and an error for a damaged file if `rules` refuse damaged files.
pub(crate) fn passed(bytes: &[u8], rules: &Rules) -> Result<Encoded, Error> {
    let encoded = sanitize_svg(bytes, &rules.limits)?;
    Error::unless_sound(&encoded.notes, rules.refuse_damaged)?;
    #[cfg(feature = "tracing")]
    for note in &encoded.notes {
        event!("note", note = note.to_string());
    }
    Ok(encoded)
}

/// Returns the maximum of bytes of memory that sanitising a file takes.
///
/// # Errors
/// The errors of [`sanitize_svg`] that occur before the tree is built.
#[cfg(feature = "pixels")]
pub(crate) fn trees_of_file(bytes: &[u8], limits: &Limits) -> Result<u64, Error> {
    Ok(scan::trees(&text::text(bytes, limits, &mut Notes::default())?))
}

/// Returns the sanitised text of a file, its size, and notes about the parts that were left out.
pub(crate) fn sanitized(bytes: &[u8], limits: &Limits) -> Result<(String, Viewport, Notes), Error> {
    let mut notes = Notes::default();
    let text = text::text(bytes, limits, &mut notes)?;
    let document = parse(&text)?;
    let root = document.root_element();
    Ok((write::sanitized(root, &mut notes), Viewport::of(root), notes))
}

/// Returns the size of a file as a standalone image.
#[cfg(feature = "svg")]
pub(crate) fn viewport(bytes: &[u8], limits: &Limits) -> Result<Viewport, Error> {
    let text = text::text(bytes, limits, &mut Notes::default())?;
    Ok(Viewport::of(parse(&text)?.root_element()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::ErrorCode;

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
            r##"<g style="--c:#39f"><path fill="var(--c, red)" d="M0 0"/></g>"##,
            r##"<circle r="1"><animate attributeName="r" begin="0s" dur="1.8s" values="1;20" calcMode="spline" keySplines="0.1, 0.8, 0.4, 1" repeatCount="indefinite"/></circle>"##,
            r##"<g><animateTransform attributeName="transform" type="rotate" from="0 9 9" to="360 9 9" dur="1s"/></g>"##,
            r##"<g><animateMotion dur="1s" path="M0 0L9,9"><mpath href="#a"/></animateMotion><set attributeName="fill" to="url(#a)" begin="a.click+1s"/></g>"##,
            r##"<style>.p{animation:d 1.4s infinite}@keyframes d{to{transform:rotate(360deg)}}</style>"##,
            r##"<style>[class~=&quot;a&quot;],g:nth-child(2n+1){fill:oklch(68% .17 250)}</style>"##,
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
            // The declared media type is ignored.
            ("<image href='data:image/png;base64,PHN2Zy8+'/>", "<image/>"),
            ("<g style='fill:red;background:url(http://a)'/>", "<g style=\"fill:red\"/>"),
            (
                "<g fill='url(http://a#b)'/><g fill='url( \"#b\" ) none'/>",
                "<g fill=\"none\"/><g fill=\"url(#b) none\"/>",
            ),
            ("<g fill='ur\\6c(http://a)'/><g fill='u/**/rl(http://a)'/>", "<g/><g/>"),
            ("<style>@import 'http://a';a{b:c}d{fill:red;-moz-binding:url(#a)}</style>", "<style>d{fill:red}</style>"),
            ("<style>a{fill:expression(alert(1))}</style>", "<style/>"),
            (
                "<g><animate attributeName='fill' values='red;javascript:a()'/><animate attributeName='onload' to='1'/></g>",
                "<g/>",
            ),
            ("<g><set attributeName='xlink:href' to='#a'/><set attributeName='style' to='fill:red'/></g>", "<g/>"),
            (
                "<g><animate href='http://a' attributeName='fill' to='red'/><animateTransform attributeName='href'/></g>",
                "<g/>",
            ),
            ("<style media='print'>a{fill:red}</style>", "<style>@media print{a{fill:red}}</style>"),
            (
                "<style>g:nth-child(2){fill:red}</style><script/><g/>",
                "<style>g:nth-child(2){fill:red}</style><desc/><g/>",
            ),
            ("<style type='text/x'>a{fill:red}</style>", ""),
            ("<a href='http://a'>x<g/></a><text><a>y</a></text>", "<g><g/></g><text><tspan>y</tspan></text>"),
            ("<!-- a --><?b c?><g/>  d<![CDATA[e]]>", "<g/>"),
            ("<metadata><x/></metadata><x:g xmlns:x='urn:x'/>", ""),
            ("<g id='a'/><g id='a'/>", "<g id=\"a\"/><g/>"),
            ("<g id='a b'/><g id='a\\b'/>", "<g id=\"a b\"/><g/>"),
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
    }
}
