//! A fence around the code of others: a panic in there becomes an error of the request that led to it.
//!
//! Decoders are written for files that are as they should be, and some panic over others. Where a program is built
//! with `panic = "abort"` there is no fence: such a file ends the process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::code::ErrorCode;
use crate::error::Error;

/// Runs code that may panic over a source.
///
/// # Errors
/// [`ErrorCode::Format`] if it panics: the source is what made it.
pub(crate) fn fenced<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    caught(run, ErrorCode::Format, "the source is damaged: its decoder gave up")
}

/// Runs everything that a request wants of pixels.
///
/// # Errors
/// [`ErrorCode::Unidentified`] if it panics: an encoder gave up, or something of our own is wrong.
#[cfg(feature = "pixels")]
pub(crate) fn fenced_whole<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    caught(run, ErrorCode::Unidentified, "something failed while the image was made")
}

fn caught<T>(run: impl FnOnce() -> Result<T, Error>, code: ErrorCode, message: &str) -> Result<T, Error> {
    // Whatever was being changed is dropped with the request.
    let done = catch_unwind(AssertUnwindSafe(run));
    done.unwrap_or_else(|_| Err(Error::Pixels { code, message: message.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let zero = std::hint::black_box(0);
        let failed = fenced(|| Ok(1_u32.checked_div(zero).expect("for the test")));
        assert_eq!(failed.unwrap_err().code(), ErrorCode::Format);
        assert_eq!(fenced(|| Ok(1)), Ok(1));
        #[cfg(feature = "pixels")]
        let whole = fenced_whole(|| Ok(1_u32.checked_div(zero).expect("for the test")));
        #[cfg(feature = "pixels")]
        assert_eq!(whole.unwrap_err().code(), ErrorCode::Unidentified);
    }
}
