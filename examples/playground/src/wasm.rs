//! The module's functions for the browser.

use std::time::{Duration, SystemTime};

use originkit::Renderer;
use originkit::extend::Extensions;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Host;
use crate::fonts::PageFonts;

static FONTS: PageFonts = PageFonts::new();

/// Answers a message; `now` is the time in milliseconds since 1970, because the module has no clock.
#[wasm_bindgen]
#[must_use]
pub fn answer(question: Vec<u8>, now: f64) -> Vec<u8> {
    let now =
        Duration::try_from_secs_f64(now / 1000.0).map_or(SystemTime::UNIX_EPOCH, |at| SystemTime::UNIX_EPOCH + at);
    let mut renderer = Renderer::new();
    renderer.extensions = Extensions::new().fonts(&FONTS);
    crate::answer(&Host { engine: None, renderer: &renderer, now }, question.into())
}

/// Returns the files of fonts that the last answer lacked: add them, and ask again.
#[wasm_bindgen]
#[must_use]
pub fn lacking_fonts() -> Vec<String> {
    FONTS.take_lacking().into_iter().map(str::to_owned).collect()
}

/// Adds a font under the name of its file.
#[wasm_bindgen]
pub fn add_font(name: String, font: Vec<u8>) {
    FONTS.add(name, font.into());
}
