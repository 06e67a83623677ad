//! Client hints: reads [`Hints`] from headers, and finds the hints that a transformation uses.

use http::{HeaderMap, HeaderName};

use crate::number::Number;
use crate::transform::{Dpr, Hints, Layer, Length, Transformation};

/// Reads the hints; an invalid value counts as missing (chosen). `Width` and `DPR` are the names in old browsers.
pub(crate) fn hints(headers: &HeaderMap) -> Hints {
    let number = |names: &[HeaderName]| {
        let mut values =
            names.iter().filter_map(|name| headers.get(name)?.to_str().ok()?.trim().parse::<Number>().ok());
        values.find(|number| *number > Number::ZERO)
    };
    Hints { width: number(&WIDTH), dpr: number(&DPR) }
}

/// The hints that the response depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct HintsUsed {
    width: bool,
    dpr: bool,
}

impl HintsUsed {
    /// Returns the hints used by a transformation whose names are expanded and whose hints are not applied yet.
    pub(crate) fn by(transformation: &Transformation) -> Self {
        let mut used = Self::default();
        for edit in transformation.edits() {
            let width = edit.sizing.width == Some(Length::Auto);
            used.width |= width;
            // A response to `w-auto` has `Content-DPR`, which depends on the other hint.
            used.dpr |= width || edit.sizing.dpr == Some(Dpr::Auto);
            for Layer { steps, .. } in &edit.layers {
                let inner = Self::by(steps);
                used = Self { width: used.width || inner.width, dpr: used.dpr || inner.dpr };
            }
        }
        used
    }

    /// Returns the consulted headers.
    pub(crate) fn headers(self) -> impl Iterator<Item = HeaderName> {
        let width = WIDTH.into_iter().filter(move |_| self.width);
        width.chain(DPR.into_iter().filter(move |_| self.dpr))
    }
}

/// The value of `Accept-CH` for the pages that use `w-auto` or `dpr-auto` (documented: Client hints): browsers send no
/// hints without it.
///
/// ```
/// let page = http::Response::builder().header("accept-ch", originkit::delivery::ACCEPT_CH).body(())?;
/// assert_eq!(page.headers()["accept-ch"], "Sec-CH-DPR, Sec-CH-Width");
/// # Ok::<(), http::Error>(())
/// ```
pub const ACCEPT_CH: &str = "Sec-CH-DPR, Sec-CH-Width";

/// Headers with the requested width, new name first.
const WIDTH: [HeaderName; 2] = [HeaderName::from_static("sec-ch-width"), HeaderName::from_static("width")];
/// Headers with the physical pixels per CSS pixel, new name first.
const DPR: [HeaderName; 2] = [HeaderName::from_static("sec-ch-dpr"), HeaderName::from_static("dpr")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_hints_are_none() {
        for (name, value, width) in [
            ("sec-ch-width", "212", Some("212")),
            ("width", " 150 ", Some("150")),
            ("sec-ch-width", "0", None),
            ("sec-ch-width", "-3", None),
            ("sec-ch-width", "NaN", None),
            ("sec-ch-width", "1e3", None),
            ("sec-ch-dpr", "2", None),
        ] {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value.parse().unwrap())]);
            assert_eq!(hints(&headers).width, width.map(|w| w.parse().unwrap()), "{name}: {value}");
        }
        let mut headers = HeaderMap::new();
        headers.insert("sec-ch-dpr", "x".parse().unwrap());
        headers.insert("dpr", "1.5".parse().unwrap());
        assert_eq!(hints(&headers).dpr, Some("1.5".parse().unwrap()));
    }
}
