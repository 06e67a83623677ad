//! geometry.json: the size of a source and a transformation, and the geometry that comes of them.

use originkit::Error;
use originkit::error::Rejection;
use originkit::plan::{Frame, Orientation, Plan, Rules, Size, SizeOnly, plan};
use originkit::transform::{Hints, Number, Transformation};
use serde_json::Value;

pub(crate) fn check(vector: &Value, _: &Value) -> Result<(), String> {
    let expect = &vector["expect"];
    let (plan, content_dpr) = match (expect["error"].as_u64(), plan_for(vector)) {
        (Some(status), Err(error)) => return refused(status, expect["reason"].as_str(), &error),
        (Some(_), Ok((plan, _))) => return Err(format!("planned as {}, expected an error", plan.size)),
        (None, Err(error)) => return Err(error.to_string()),
        (None, Ok(done)) => done,
    };
    let tolerance = vector["tolerance"].as_f64().unwrap_or(0.0);
    same_size("result", plan.size, expect, tolerance)?;
    let header = content_dpr.map(Number::to_f64);
    if expect["content_dpr"].as_f64() != header {
        return Err(format!("Content-DPR is {header:?}, expected {}", expect["content_dpr"]));
    }
    frames(&plan, expect, tolerance)
}

fn plan_for(vector: &Value) -> Result<(Plan, Option<Number>), Error> {
    let wanted = vector["tr"].as_str().unwrap().parse::<Transformation>().map_err(Rejection::from)?;
    let (wanted, content_dpr) = wanted.with_hints(&hints(&vector["hints"]));
    let input = &vector["input"];
    let mut oracle = SizeOnly::new(size(input));
    let tag = input["orientation"].as_u64().unwrap_or(1);
    oracle.0.orientation = Orientation::from_exif(u16::try_from(tag).unwrap());
    let mut rules = Rules::default();
    rules.auto_orient = vector["auto_orient"].as_bool().unwrap_or(true);
    Ok((plan(&wanted, &mut oracle, &rules)?, content_dpr))
}

/// Each hint by its name of today, else by that of old browsers; values of headers, so numbers or text.
fn hints(hints: &Value) -> Hints {
    let value = |name: &str| hints[name].to_string().trim_matches('"').parse().ok();
    let read = |names: [&str; 2]| names.into_iter().find_map(value);
    Hints { width: read(["sec-ch-width", "width"]), dpr: read(["sec-ch-dpr", "dpr"]) }
}

fn refused(status: u64, reason: Option<&str>, error: &Error) -> Result<(), String> {
    let code = error.code().as_str();
    match reason {
        _ if u64::from(error.status().as_u16()) != status => Err(format!("{} instead of {status}", error.status())),
        // Other reasons are words, not codes.
        Some("ELIMIT") if code != "ELIMIT" => Err(format!("{code} instead of ELIMIT")),
        _ => Ok(()),
    }
}

/// Each step where there are several, else the only one, if it is described. A step that changes nothing
/// (a condition that does not hold) may be described or left out.
fn frames(plan: &Plan, expect: &Value, tolerance: f64) -> Result<(), String> {
    let mut described: Vec<_> = match expect["steps"].as_array() {
        Some(steps) => steps.iter().collect(),
        None if expect.get("src").is_some() => vec![expect],
        None => return Ok(()),
    };
    let mut planned: Vec<_> = plan.steps.iter().collect();
    if described.len() != planned.len() {
        described.retain(|want| want["src"] != want["dst"] || size(want) != size(&want["src"]));
        planned.retain(|frame| frame.output != frame.input || !frame.source.covers(frame.input));
    }
    if described.len() != planned.len() {
        return Err(format!("{} steps, expected {}", planned.len(), described.len()));
    }
    for (number, (frame, want)) in planned.into_iter().zip(described).enumerate() {
        same_frame(frame, want, tolerance).map_err(|e| format!("step {}: {e}", number + 1))?;
    }
    Ok(())
}

fn same_frame(frame: &Frame, want: &Value, tolerance: f64) -> Result<(), String> {
    same_size("output", frame.output, want, tolerance)?;
    let source = &frame.source;
    let target = frame.target;
    same_box("src", [source.x, source.y, source.width, source.height], &want["src"])?;
    same_box("dst", [target.x, target.y, target.width, target.height].map(f64::from), &want["dst"])
}

fn same_size(what: &str, got: Size, want: &Value, tolerance: f64) -> Result<(), String> {
    let want = size(want);
    let near = |a: u32, b: u32| f64::from(a.abs_diff(b)) <= tolerance;
    let same = near(got.width, want.width) && near(got.height, want.height);
    if same { Ok(()) } else { Err(format!("{what} is {got}, expected {want}")) }
}

/// The files have four decimals.
fn same_box(what: &str, got: [f64; 4], want: &Value) -> Result<(), String> {
    let same = ["x", "y", "w", "h"].iter().zip(got).all(|(key, got)| (want[key].as_f64().unwrap() - got).abs() <= 0.01);
    if same { Ok(()) } else { Err(format!("{what} is {got:?}, expected {want}")) }
}

fn size(value: &Value) -> Size {
    let side = |key: &str| u32::try_from(value[key].as_u64().unwrap()).unwrap();
    Size::new(side("w"), side("h"))
}
