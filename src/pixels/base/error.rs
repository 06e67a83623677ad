//! Errors of rendering, in our words: what a codec says may repeat bytes of a file.

use crate::code::ErrorCode;
use crate::error::Error;
use crate::format::Format;
use crate::stop::Stop;

/// A failure of our own: a plan that does not fit its image, an encoder that gives up.
pub(crate) fn internal_error(message: impl Into<String>) -> Error {
    Error::Pixels { code: ErrorCode::Unidentified, message: message.into() }
}

pub(crate) fn unsupported(message: String) -> Error {
    Error::Pixels { code: ErrorCode::Unsupported, message }
}

/// A page that is not as large as the one the plan was made for.
pub(crate) fn other_page(format: Format) -> Error {
    unsupported(format!("the source is a {format} whose pages differ in size: a layer shows the first"))
}

pub(crate) fn of_a_kind(format: Format) -> Error {
    unsupported(format!("the source is a {format} of a kind that this build cannot read"))
}

pub(crate) fn damaged(format: Format) -> Error {
    Error::Pixels { code: ErrorCode::Format, message: format!("the source is a {format} that is damaged or cut short") }
}

/// The error for a page beyond the last; `page` is counted from one here, as in URLs.
pub(crate) fn no_such_page(page: u32, pages: u32) -> Error {
    let message = format!("`pg` asks for number {page} of the source, which has {pages}");
    Error::Pixels { code: ErrorCode::Invalid, message }
}

/// Passes as long as the handle is not set.
///
/// # Errors
/// [`Error::Stopped`].
pub(crate) fn unless_stopped(stop: &Stop) -> Result<(), Error> {
    if stop.is_stopped() { Err(Error::Stopped) } else { Ok(()) }
}
