//! Fonts for texts in drawings: those of the embedder and those bundled with this crate, never those of the host.

use std::sync::Arc;

use resvg::usvg::fontdb::{Database, Family, ID, Query, Source, Stretch, Style, Weight};
use resvg::usvg::roxmltree::Document;
use resvg::usvg::{Font, FontFamily, FontResolver, FontStretch, FontStyle};

use crate::extend::{FontQuery, Fonts};

/// Loads the bundled fonts if a drawing has text. Reading their names takes some milliseconds.
pub(super) fn database(document: &Document<'_>) -> Arc<Database> {
    let mut database = Database::new();
    if document.descendants().any(|node| node.has_tag_name((crate::svg::NAMESPACE, "text"))) {
        let fonts: [&'static [u8]; 12] = [
            notosans::REGULAR_TTF,
            notosans::BOLD_TTF,
            notosans::ITALIC_TTF,
            notosans::BOLD_ITALIC_TTF,
            dejavu::sans::regular(),
            dejavu::sans::bold(),
            dejavu::sans_mono::regular(),
            dejavu::sans_mono::bold(),
            dejavu::serif::regular(),
            dejavu::serif::bold(),
            dejavu::serif::italic(),
            dejavu::serif::bold_italic(),
        ];
        for font in fonts {
            database.load_font_source(Source::Binary(Arc::new(font)));
        }
    }
    Arc::new(database)
}

/// Returns a resolver that selects among the embedder's fonts and the bundled ones.
pub(super) fn resolver(fonts: Option<&dyn Fonts>) -> FontResolver<'_> {
    FontResolver {
        select_font: Box::new(move |font, database| select(font, database, fonts)),
        select_fallback: FontResolver::default_fallback_selector(),
    }
}

fn select(font: &Font, database: &mut Arc<Database>, fonts: Option<&dyn Fonts>) -> Option<ID> {
    let bundled = |family: &str, database: &Database| {
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
    };
    for family in font.families() {
        let found = match family {
            FontFamily::Serif => bundled(SERIF, database),
            FontFamily::Monospace => bundled(MONO, database),
            FontFamily::SansSerif | FontFamily::Cursive | FontFamily::Fantasy => bundled(SANS, database),
            FontFamily::Named(name) => {
                let query =
                    FontQuery { family: name, bold: font.weight() >= 600, italic: font.style() != FontStyle::Normal };
                match fonts.and_then(|fonts| fonts.find(&query)) {
                    Some(bytes) => {
                        let source = Source::Binary(Arc::new(bytes));
                        Arc::make_mut(database).load_font_source(source).first().copied()
                    }
                    None => bundled(name, database).or_else(|| bundled(alike(name)?, database)),
                }
            }
        };
        if found.is_some() {
            return found;
        }
    }
    bundled(SANS, database)
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
