//! `invalid.json`: texts that are refused, and texts of which some tokens have no effect.

use originkit::Error;
use originkit::error::Rejection;
use originkit::transform::Transformation;
use serde_json::Value;

use crate::parse;

/// A refusal is compared by its status: the reason is there for the reader (`README.md`).
pub(crate) fn check(vector: &Value, _: &Value) -> Result<(), String> {
    let text = vector["tr"].as_str().ok_or("no text")?;
    match vector["expect"].as_str() {
        Some("ignore") => parse::compare(text, &vector["result"]["steps"], &vector["ignored"]),
        Some("reject") => match text.parse::<Transformation>() {
            Ok(it) => Err(format!("reads as {it}")),
            Err(error) => {
                let status = Error::from(Rejection::from(error)).status().as_u16();
                let wanted = vector["status"].as_u64().unwrap_or(400);
                if u64::from(status) == wanted { Ok(()) } else { Err(format!("status {status} instead of {wanted}")) }
            }
        },
        other => Err(format!("what does {other:?} mean?")),
    }
}
