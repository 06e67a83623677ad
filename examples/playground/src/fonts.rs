//! The fonts of the page: files beside it, which its worker fetches when a text needs them. In the module they would be
//! more than half of its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use originkit::bytes::Bytes;
use originkit::extend::{FontQuery, Fonts};

/// The fonts that were fetched, and the names of those that a text needed and did not get.
#[derive(Debug, Default)]
pub struct PageFonts {
    fetched: Mutex<BTreeMap<String, Bytes>>,
    lacking: Mutex<BTreeSet<&'static str>>,
}

impl PageFonts {
    /// Makes an empty collection.
    #[must_use]
    pub const fn new() -> Self {
        Self { fetched: Mutex::new(BTreeMap::new()), lacking: Mutex::new(BTreeSet::new()) }
    }

    /// Adds a font under the name of its file.
    pub fn add(&self, name: String, font: Bytes) {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner).insert(name, font);
    }

    /// Returns the files that were needed and missing since the last call. Results made in between lack them: add the
    /// fonts, and render again.
    #[must_use]
    pub fn take_lacking(&self) -> BTreeSet<&'static str> {
        std::mem::take(&mut *self.lacking.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn get(&self, name: &'static str) -> Option<Bytes> {
        let font = self.fetched.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if font.is_none() {
            self.lacking.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        }
        font
    }
}

/// As with the fonts that the feature `text` bundles.
impl Fonts for &'static PageFonts {
    fn find(&self, wanted: &FontQuery<'_>) -> Option<Bytes> {
        let name = match (wanted.family, wanted.bold, wanted.italic) {
            ("Open Sans" | "Noto Sans", false, false) => "NotoSans-Regular.ttf",
            ("Open Sans" | "Noto Sans", true, false) => "NotoSans-Bold.ttf",
            ("Open Sans" | "Noto Sans", false, true) => "NotoSans-Italic.ttf",
            ("Open Sans" | "Noto Sans", true, true) => "NotoSans-BoldItalic.ttf",
            ("DejaVu Sans", false, _) => "DejaVuSans.ttf",
            ("DejaVu Sans", true, _) => "DejaVuSans-Bold.ttf",
            ("DejaVu Sans Mono", false, _) => "DejaVuSansMono.ttf",
            ("DejaVu Sans Mono", true, _) => "DejaVuSansMono-Bold.ttf",
            ("DejaVu Serif", false, false) => "DejaVuSerif.ttf",
            ("DejaVu Serif", true, false) => "DejaVuSerif-Bold.ttf",
            ("DejaVu Serif", false, true) => "DejaVuSerif-Italic.ttf",
            ("DejaVu Serif", true, true) => "DejaVuSerif-BoldItalic.ttf",
            _ => return None,
        };
        self.get(name)
    }

    fn fallbacks(&self) -> Vec<Bytes> {
        self.get("DejaVuSans.ttf").into_iter().collect()
    }
}
