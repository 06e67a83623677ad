//! Errors of rendering, in this crate's words: the message of a codec may repeat bytes of a file.

use crate::code::ErrorCode;
use crate::error::Error;
use crate::format::Format;
use crate::stop::Stop;

/// Returns the error of an internal failure: a plan that does not fit its image, or a failed encoder.
pub(crate) fn internal_error(message: impl Into<String>) -> Error {
    Error::Pixels { code: ErrorCode::Unidentified, message: message.into() }
}

pub(crate) fn unsupported(message: String) -> Error {
    Error::Pixels { code: ErrorCode::Unsupported, message }
}

/// Returns the error for a page with another size than the page that the plan was made for.
pub(crate) fn other_page(format: Format) -> Error {
    unsupported(format!("the source is a {format} whose pages differ in size: a layer shows the first"))
}

pub(crate) fn of_a_kind(format: Format) -> Error {
    unsupported(format!("the source is a {format} of a kind that this build cannot read"))
}

pub(crate) fn damaged(format: Format) -> Error {
    Error::Pixels { code: ErrorCode::Format, message: format!("the source is a {format} that is damaged or cut short") }
}

/// Returns the error for a page after the last one. `page` is counted from one, as in URLs.
pub(crate) fn no_such_page(page: u32, pages: u32) -> Error {
    let message = format!("`pg` asks for number {page} of the source, which has {pages}");
    Error::Pixels { code: ErrorCode::Invalid, message }
}

/// Checks that the handle is not set.
///
/// # Errors
/// [`Error::Stopped`].
pub(crate) fn unless_stopped(stop: &Stop) -> Result<(), Error> {
    if stop.is_stopped() { Err(Error::Stopped) } else { Ok(()) }
}
