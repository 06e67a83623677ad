//! A panic boundary around third-party code: a panic becomes an error of the request that caused it.
//!
//! Decoders are written for well-formed files, and some of them panic on others. In a program built with
//! `panic = "abort"` there is no boundary: such a file ends the process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::code::ErrorCode;
use crate::error::Error;

/// Runs code that may panic because of a source.
///
/// # Errors
/// [`ErrorCode::Format`] if it panics: the source caused it.
pub(crate) fn fenced<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    caught(run, ErrorCode::Format, "the source is damaged: its decoder gave up")
}

/// Runs all pixel work of a request.
///
/// # Errors
/// [`ErrorCode::Unidentified`] if it panics: an encoder failed, or this crate has a bug.
#[cfg(feature = "pixels")]
pub(crate) fn fenced_whole<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    caught(run, ErrorCode::Unidentified, "something failed while the image was made")
}

fn caught<T>(run: impl FnOnce() -> Result<T, Error>, code: ErrorCode, message: &str) -> Result<T, Error> {
    // Any state that was being changed is dropped with the request.
    let done = catch_unwind(AssertUnwindSafe(run));
    done.unwrap_or_else(|_| Err(Error::Pixels { code, message: message.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(target_family = "wasm", ignore = "a panic ends the program there")]
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
