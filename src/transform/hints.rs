//! [`Hints`]: what the browser says of its screen, put in the place of `auto`.

use crate::number::Number;

/// Client hints that transformations refer to: `w-auto` and `dpr-auto`.
///
/// ```
/// use originkit::transform::{Hints, Transformation};
/// let hints = Hints { width: "212".parse().ok(), dpr: "2".parse().ok() };
/// let (t, content_dpr) = "w-auto,dpr-auto".parse::<Transformation>()?.with_hints(&hints);
/// assert_eq!(t.to_string(), "w-300");
/// assert_eq!(content_dpr.unwrap().to_string(), "2.83");
/// # Ok::<(), originkit::transform::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_structs, reason = "the documented hints")]
pub struct Hints {
    /// `Sec-CH-Width`: wanted width in physical pixels, above zero.
    pub width: Option<Number>,
    /// `Sec-CH-DPR`: physical pixels per CSS pixel, above zero.
    pub dpr: Option<Number>,
}
