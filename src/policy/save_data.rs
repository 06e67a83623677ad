//! `Save-Data`: fewer bytes for clients that request it.

use http::{HeaderMap, HeaderName};

use super::branches::on_a_path;
use crate::transform::Transformation;

/// Returns `true` if the request has `Save-Data: on`. Any other value counts as missing (chosen).
pub(crate) fn saves_data(headers: &HeaderMap) -> bool {
    headers.get(SAVE_DATA).is_some_and(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"on"))
}

/// Returns `true` if at least one path through the branches has no `q`. Only the default quality is lowered.
pub(crate) fn consults_save_data(transformation: &Transformation) -> bool {
    on_a_path(transformation, true, &|absent, encoding| absent && encoding.quality.is_none())
}

/// Returns the default quality for `Save-Data` (chosen): 20 less, but not below 40, and never more than `quality`.
pub(super) fn lowered(quality: u8) -> u8 {
    quality.saturating_sub(20).max(40).min(quality)
}

/// Not among the header names of the crate `http`.
pub(crate) const SAVE_DATA: HeaderName = HeaderName::from_static("save-data");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_is_a_token_in_any_case() {
        for (value, want) in
            [("on", true), ("ON", true), (" On ", true), ("off", false), ("1", false), ("on, on", false), ("", false)]
        {
            let headers = HeaderMap::from_iter([(SAVE_DATA, value.parse().unwrap())]);
            assert_eq!(saves_data(&headers), want, "{value}");
        }
        assert!(!saves_data(&HeaderMap::new()));
    }

    #[test]
    fn quality_is_lowered_and_never_raised() {
        let want = [(100, 80), (80, 60), (61, 41), (60, 40), (59, 40), (41, 40), (40, 40), (30, 30), (1, 1)];
        for (quality, saved) in want {
            assert_eq!(lowered(quality), saved, "{quality}");
        }
    }

    #[test]
    fn an_explicit_quality_on_every_path_decides_alone() {
        for (text, want) in [
            ("", true),
            ("w-1", true),
            ("q-50", false),
            ("w-1:q-50:w-2", false),
            ("if-w_gt_1,q-50,if-end", true),
            ("if-w_gt_1,q-50,if-else,w-1,if-end", true),
            ("if-w_gt_1,q-50,if-else,w-1,if-end:q-60", false),
            ("if-w_gt_1,q-50,if-else,q-60,if-end", true),
            ("q-60:if-w_gt_1,w-1,if-end", false),
            // The quality of an overlay is not the quality of the file.
            ("l-image,i-a.png,q-50,l-end", true),
        ] {
            assert_eq!(consults_save_data(&text.parse().unwrap()), want, "{text}");
        }
    }
}
