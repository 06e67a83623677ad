//! Fonts for texts in drawings: those of the embedder and those bundled with this crate, never those of the host.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use resvg::usvg::fontdb::{Database, Family, ID, Query, Source, Stretch, Style, Weight};
use resvg::usvg::roxmltree::Document;
use resvg::usvg::{Font, FontFamily, FontResolver, FontStretch, FontStyle, Options};

use crate::extend::{FontQuery, Fonts};

/// The fonts of this crate.
#[cfg(feature = "text")]
pub(super) const BUNDLED: &[fn() -> &'static [u8]] = &[
    || notosans::REGULAR_TTF,
    || notosans::BOLD_TTF,
    || notosans::ITALIC_TTF,
    || notosans::BOLD_ITALIC_TTF,
    dejavu::sans::regular,
    dejavu::sans::bold,
    dejavu::sans_mono::regular,
    dejavu::sans_mono::bold,
    dejavu::serif::regular,
    dejavu::serif::bold,
    dejavu::serif::italic,
    dejavu::serif::bold_italic,
];
#[cfg(not(feature = "text"))]
pub(super) const BUNDLED: &[fn() -> &'static [u8]] = &[];

/// The selection of fonts for the texts of one drawing.
pub(super) struct Selection<'a> {
    fonts: Option<&'a dyn Fonts>,
    bundled: &'static [fn() -> &'static [u8]],
    /// The embedder's fonts by family, boldness and slant. A drawing may name one of them in thousands of styles, and
    /// reading a font takes a millisecond.
    found: Mutex<HashMap<(String, bool, bool), ID>>,
    lacks_one: AtomicBool,
}

impl<'a> Selection<'a> {
    pub(super) fn new(fonts: Option<&'a dyn Fonts>, bundled: &'static [fn() -> &'static [u8]]) -> Self {
        Self { fonts, bundled, found: Mutex::default(), lacks_one: AtomicBool::new(false) }
    }

    /// Returns `true` if a text was left out, because there was no font at all.
    pub(super) fn lacks_one(&self) -> bool {
        self.lacks_one.load(Ordering::Relaxed)
    }

    /// Adds the fonts for a document. The embedder's fallbacks and the bundled fonts are loaded if the drawing has text,
    /// because reading their names takes some milliseconds.
    pub(super) fn add_to<'b>(&'b self, options: &mut Options<'b>, document: &Document<'_>) {
        let mut database = Database::new();
        if document.descendants().any(|node| node.has_tag_name((crate::svg::NAMESPACE, "text"))) {
            for font in self.fonts.map(Fonts::fallbacks).unwrap_or_default() {
                database.load_font_source(Source::Binary(Arc::new(font)));
            }
            for font in self.bundled {
                database.load_font_source(Source::Binary(Arc::new(font())));
            }
        }
        options.fontdb = Arc::new(database);
        options.font_resolver = FontResolver {
            select_font: Box::new(|font, database| self.select(font, database)),
            select_fallback: FontResolver::default_fallback_selector(),
        };
    }

    /// Returns the first font that is there: of the families in their order, then the one for texts that name none.
    fn select(&self, font: &Font, database: &mut Arc<Database>) -> Option<ID> {
        let mut find = |family: &str| self.own(font, family, database).or_else(|| known(font, family, database));
        for family in font.families() {
            let found = match family {
                FontFamily::Serif => find("serif").or_else(|| find(SERIF)),
                FontFamily::Monospace => find("monospace").or_else(|| find(MONO)),
                FontFamily::SansSerif => find("sans-serif").or_else(|| find(SANS)),
                FontFamily::Cursive => find("cursive").or_else(|| find(SANS)),
                FontFamily::Fantasy => find("fantasy").or_else(|| find(SANS)),
                FontFamily::Named(name) => find(name).or_else(|| find(alike(name)?)),
            };
            if found.is_some() {
                return found;
            }
        }
        let any = find("sans-serif").or_else(|| find(SANS));
        let any = any.or_else(|| database.faces().next().map(|face| face.id));
        self.lacks_one.fetch_or(any.is_none(), Ordering::Relaxed);
        any
    }

    /// Returns a font of the embedder.
    fn own(&self, font: &Font, family: &str, database: &mut Arc<Database>) -> Option<ID> {
        let query = FontQuery { family, bold: font.weight() >= 600, italic: font.style() != FontStyle::Normal };
        let key = (family.to_owned(), query.bold, query.italic);
        let known = self.found.lock().ok().and_then(|found| found.get(&key).copied());
        known.or_else(|| {
            let source = Source::Binary(Arc::new(self.fonts?.find(&query)?));
            let id = Arc::make_mut(database).load_font_source(source).first().copied()?;
            self.found.lock().ok()?.insert(key, id);
            Some(id)
        })
    }
}

/// Returns a font that is loaded, by its family.
fn known(font: &Font, family: &str, database: &Database) -> Option<ID> {
    database.query(&Query {
        families: &[Family::Name(family)],
        weight: Weight(font.weight()),
        stretch: stretch(font.stretch()),
        style: match font.style() {
            FontStyle::Normal => Style::Normal,
            FontStyle::Italic => Style::Italic,
            FontStyle::Oblique => Style::Oblique,
        },
    })
}

/// Returns the bundled family that resembles a well-known one.
fn alike(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["mono", "courier", "consol", "menlo", "monaco", "code"]) {
        Some(MONO)
    } else if has(&["times", "georgia", "garamond", "palatino", "cambria", "baskerville", "bookman"])
        || (has(&["serif"]) && !has(&["sans"]))
    {
        Some(SERIF)
    } else {
        None
    }
}

fn stretch(stretch: FontStretch) -> Stretch {
    match stretch {
        FontStretch::UltraCondensed => Stretch::UltraCondensed,
        FontStretch::ExtraCondensed => Stretch::ExtraCondensed,
        FontStretch::Condensed => Stretch::Condensed,
        FontStretch::SemiCondensed => Stretch::SemiCondensed,
        FontStretch::Normal => Stretch::Normal,
        FontStretch::SemiExpanded => Stretch::SemiExpanded,
        FontStretch::Expanded => Stretch::Expanded,
        FontStretch::ExtraExpanded => Stretch::ExtraExpanded,
        FontStretch::UltraExpanded => Stretch::UltraExpanded,
    }
}

/// The family for texts that name none. Its widths are close to those of the browsers' default.
const SANS: &str = "Noto Sans";
const SERIF: &str = "DejaVu Serif";
const MONO: &str = "DejaVu Sans Mono";

#[cfg(test)]
#[cfg(feature = "text")]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use bytes::Bytes;
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg::Tree;

    use super::*;

    /// A provider of one family, with a count of the calls for it.
    struct Own {
        family: &'static str,
        font: Option<&'static [u8]>,
        fallbacks: Vec<Bytes>,
        asked: AtomicUsize,
    }

    impl Fonts for Own {
        fn find(&self, wanted: &FontQuery<'_>) -> Option<Bytes> {
            if wanted.family != self.family {
                return None;
            }
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.font.map(Bytes::from_static)
        }
        fn fallbacks(&self) -> Vec<Bytes> {
            self.fallbacks.clone()
        }
    }

    fn own(family: &'static str, font: Option<&'static [u8]>) -> Own {
        Own { family, font, fallbacks: Vec::new(), asked: AtomicUsize::new(0) }
    }

    type Bundled = &'static [fn() -> &'static [u8]];

    /// Draws texts with these attributes; `None` if a font is lacking.
    fn drawn(styles: &[&str], fonts: &Own, bundled: Bundled) -> Option<Vec<u8>> {
        let texts: String = styles.iter().map(|style| format!("<text y='9' {style}>il</text>")).collect();
        let file = format!("<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'>{texts}</svg>");
        let document = Document::parse(&file).unwrap();
        let selection = Selection::new(Some(fonts), bundled);
        let mut options = Options { font_family: "sans-serif".to_owned(), ..Options::default() };
        selection.add_to(&mut options, &document);
        let tree = Tree::from_xmltree(&document, &options).unwrap();
        let mut canvas = Pixmap::new(20, 10).unwrap();
        resvg::render(&tree, Transform::identity(), &mut canvas.as_mut());
        (!selection.lacks_one()).then(|| canvas.take())
    }

    fn bundled(style: &str) -> Vec<u8> {
        drawn(&[style], &own("", None), BUNDLED).unwrap()
    }

    #[test]
    fn each_family_of_css_is_bundled() {
        let [sans, serif, mono] =
            ["sans-serif", "serif", "monospace"].map(|family| bundled(&format!("font-family='{family}'")));
        assert!([&sans, &serif, &mono].into_iter().all(|canvas| canvas.iter().any(|value| *value > 128)));
        assert!(sans != serif && serif != mono && mono != sans);
        for (style, want) in [
            ("", &sans),
            ("font-family='Arial, serif'", &serif),
            ("font-family='Nobody'", &sans),
            ("font-family='Courier New'", &mono),
            ("font-family='Times'", &serif),
        ] {
            assert_eq!(bundled(style), *want, "{style}");
        }
    }

    #[test]
    fn fonts_of_the_embedder_come_first() {
        let mono = bundled("font-family='DejaVu Sans Mono'");
        let with = |family, style| drawn(&[style], &own(family, Some(dejavu::sans_mono::regular())), BUNDLED).unwrap();
        assert_eq!(with("Own", "font-family='Own'"), mono);
        assert_eq!(with("Own", "font-family='Another, Own'"), mono);
        assert_eq!(with("Own", "font-family='Another'"), bundled(""));
        // The families of CSS as well, and the default family.
        assert_eq!(with("serif", "font-family='serif'"), mono);
        assert_eq!(with("sans-serif", ""), mono);
        assert_eq!(with("sans-serif", "font-family='Nobody'"), mono);
    }

    #[test]
    fn without_bundled_fonts_a_lack_is_told() {
        let mono = bundled("font-family='DejaVu Sans Mono'");
        assert_eq!(drawn(&[""], &own("sans-serif", Some(dejavu::sans_mono::regular())), &[]), Some(mono.clone()));
        assert_eq!(drawn(&[""], &own("Own", Some(dejavu::sans_mono::regular())), &[]), None);
        assert_eq!(drawn(&[""], &own("sans-serif", Some(b"no font")), &[]), None);
        let fallbacks = vec![Bytes::from_static(dejavu::sans_mono::regular())];
        assert_eq!(drawn(&[""], &Own { fallbacks, ..own("", None) }, &[]), Some(mono));
    }

    #[test]
    fn a_font_in_many_styles_is_read_once() {
        let fonts = own("sans-serif", Some(dejavu::sans_mono::regular()));
        let styles: Vec<_> = (1..400).map(|weight| format!("font-weight='{weight}'")).collect();
        drawn(&styles.iter().map(String::as_str).collect::<Vec<_>>(), &fonts, &[]).unwrap();
        assert_eq!(fonts.asked.load(Ordering::Relaxed), 1);
    }
}
