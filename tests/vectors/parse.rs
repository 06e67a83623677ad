//! `parse.json`: a text, its value, and the laws that hold for every text that reads.

use originkit::Limits;
use originkit::transform::{Reading, Reason, Transformation};
use serde_json::{Value, json};

use crate::ast;

pub(crate) fn check(vector: &Value, _: &Value) -> Result<(), String> {
    let text = vector["tr"].as_str().ok_or("no text")?;
    compare(text, &vector["expect"]["steps"], &vector["expect"]["ignored"])
}

/// Reads a text and compares steps and ignored tokens; then its canonical form must read as the same value.
pub(crate) fn compare(text: &str, steps: &Value, ignored: &Value) -> Result<(), String> {
    let reading = read(text)?;
    same("steps", &ast::steps(&reading.transformation), &ast::expected(steps))?;
    let ignored = if ignored.is_null() { json!([]) } else { ignored.clone() };
    same("ignored", &tokens(&reading), &ignored)?;

    let canonical = reading.transformation.to_string();
    let again = read(&canonical)?;
    if again.transformation != reading.transformation || !again.ignored.is_empty() {
        return Err(format!("{canonical} reads as another value"));
    }
    same("canonical form", &json!(again.transformation.to_string()), &json!(canonical))
}

fn read(text: &str) -> Result<Reading, String> {
    Transformation::parse(text, &Limits::default()).map_err(|e| format!("{e:#}"))
}

/// The ignored tokens as the vectors list them: overruled ones are not, and a layer goes by a name.
fn tokens(reading: &Reading) -> Value {
    let ignored = reading.ignored.iter().filter(|ignored| ignored.reason != Reason::Superseded);
    ignored
        .map(|ignored| match ignored.reason {
            Reason::NoInput => "layer without input",
            _ => ignored.token.as_str(),
        })
        .collect()
}

fn same(what: &str, found: &Value, wanted: &Value) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: found {found}, wanted {wanted}")) }
}
