//! The module's one function for the browser.

use std::time::{Duration, SystemTime};

use originkit::Renderer;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Host;

/// Answers a message; `now` is the time in milliseconds since 1970, because the module has no clock.
#[wasm_bindgen]
#[must_use]
pub fn answer(question: Vec<u8>, now: f64) -> Vec<u8> {
    let now =
        Duration::try_from_secs_f64(now / 1000.0).map_or(SystemTime::UNIX_EPOCH, |at| SystemTime::UNIX_EPOCH + at);
    crate::answer(&Host { engine: None, renderer: &Renderer::new(), now }, question.into())
}
