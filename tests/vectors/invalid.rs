//! `invalid.json`: texts that are refused, and texts of which some tokens have no effect.

use originkit::transform::{ParseErrorKind, Transformation};
use serde_json::Value;

use crate::parse;

pub(crate) fn check(vector: &Value, _: &Value) -> Result<(), String> {
    let text = vector["tr"].as_str().ok_or("no text")?;
    match vector["expect"].as_str() {
        Some("ignore") => parse::compare(text, &vector["result"]["steps"], &vector["ignored"]),
        Some("reject") => match text.parse::<Transformation>() {
            Ok(it) => Err(format!("reads as {it}")),
            Err(error) => sensible(&error.kind, vector["reason"].as_str().unwrap_or_default()),
        },
        other => Err(format!("what does {other:?} mean?")),
    }
}

/// Is this the kind of error that the reason speaks of? A block left open is reported where it opens.
fn sensible(kind: &ParseErrorKind, reason: &str) -> Result<(), String> {
    let fits = match kind {
        ParseErrorKind::NotUtf8 => reason.contains("UTF-8"),
        ParseErrorKind::Unclosed { .. } => reason.contains("missing") || reason.contains("unexpected"),
        ParseErrorKind::Stray(word) => reason.contains("unexpected") && reason.contains(word),
        ParseErrorKind::NotAlone => reason.contains("alone"),
        ParseErrorKind::BadCondition(_) => reason.contains("bad"),
        ParseErrorKind::LegacyOverlay(_) => reason.contains("legacy"),
        ParseErrorKind::TwoAiEffects => reason.contains("AI effect"),
        ParseErrorKind::Limit(_) => {
            reason.contains("deeper") || reason.contains("more than") || reason.contains("limit")
        }
        _ => true,
    };
    if fits { Ok(()) } else { Err(format!("`{kind}` is not `{reason}`")) }
}
