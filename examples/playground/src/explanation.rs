//! The result of `explain` for a URL, with the parts of the URL, and the plan as numbers that can be drawn.

use explain::{Explained, Question};
use originkit::error::Rejection;
use originkit::plan::{Op, Plan, Rect, Size};
use serde_json::{Value, json};

use crate::Host;
use crate::edit::encoded;
use crate::message::put;
use crate::parts::{Kind, Known, Part};
use crate::setup::Setup;

/// Answers with the fields of [`explain::explain`], and `parts`, `operations`, `size`.
pub(crate) fn explain(host: &Host<'_>, question: &Value) -> Result<Value, String> {
    let setup = Setup::read(host, question)?;
    let Setup { engine, url, headers, source } = &setup;
    let asked = Question { url, headers, source: source.clone(), now: host.now };
    let bases = setup.bases();
    let bases: Vec<_> = bases.iter().map(String::as_str).collect();
    let explained = match explain::explain(engine, &asked) {
        Ok(explained) => explained,
        Err(error) => {
            let parts = Known { url, bases, asset: None, unread: Vec::new() }.parts();
            let meant = Some(encoded(url)).filter(|meant| meant != url);
            let parts: Vec<_> = parts.iter().map(Part::as_json).collect();
            return Ok(json!({ "url": url, "refused": error, "meant": meant, "parts": parts }));
        }
    };
    let mut answer = explained.answer.clone();
    put(&mut answer, "parts", parts(&setup, &explained, bases));
    if let Some(plan) = &explained.plan {
        put(&mut answer, "operations", operations(plan));
        put(&mut answer, "size", size(plan.size));
    }
    put(&mut answer, "sent", headers.iter().map(|(name, value)| json!([name, value])).collect::<Value>());
    Ok(answer)
}

fn parts(setup: &Setup, explained: &Explained, bases: Vec<&str>) -> Value {
    let order = explained.order.as_ref().ok();
    let ignored = order.map(originkit::Order::ignored).unwrap_or_default();
    let unread = ignored.iter().filter(|it| it.foreign).map(|it| it.span.clone()).collect();
    let is_foreign = setup.engine.parse(&setup.url).is_ok_and(|url| url.transformation_text().is_some());
    let asset = order.map(originkit::Order::path).filter(|_| is_foreign);
    let known = Known { url: &setup.url, bases, asset, unread };
    let mut at = 0;
    let parts = known.parts().into_iter().map(|part| {
        // Places in path and query are counted from the end of the host.
        let place = (at..at + part.text.len(), known.host_length());
        at += part.text.len();
        let mut json = part.as_json();
        let is_there = |it: &&originkit::transform::Ignored| {
            if it.foreign {
                overlaps(&place.0, &(it.span.start + place.1..it.span.end + place.1))
            } else {
                part.begins(&it.span)
            }
        };
        if let Some(found) =
            ignored.iter().find(is_there).filter(|_| part.kind != Kind::Separator && part.kind != Kind::Endpoint)
        {
            put(&mut json, "reason", found.reason.to_string());
            put(&mut json, "meant", found.meant.clone().map(|meant| encoded(&meant)));
        }
        if let Some(Rejection::Parse(error)) = explained.order.as_ref().err()
            && part.begins(&error.span)
            && !error.span.is_empty()
        {
            put(&mut json, "reason", error.kind.to_string());
            put(&mut json, "refused", true);
        }
        json
    });
    parts.collect()
}

fn overlaps(a: &std::ops::Range<usize>, b: &std::ops::Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The operations of a plan, those of layers inside the one that draws them. The text of each is its line in the plan.
fn operations(plan: &Plan) -> Value {
    let text = plan.to_string();
    operations_of(plan, &mut text.lines())
}

fn operations_of(plan: &Plan, lines: &mut std::str::Lines<'_>) -> Value {
    let mut before = plan.size;
    let operations = plan.ops.iter().map(|op| {
        let input = if op.is_start() { None } else { Some(before) };
        before = op.output(before);
        let text = lines.next().unwrap_or_default().trim();
        let mut json = json!({ "text": text, "input": input.map(size), "output": size(before) });
        match op {
            Op::Resize { from, .. } => put(&mut json, "region", json!([from.x, from.y, from.width, from.height])),
            Op::Crop(rect) | Op::Trim(rect) => put(&mut json, "region", region(*rect)),
            Op::Extend { at, .. } => put(&mut json, "at", json!([at.x, at.y])),
            Op::Border { width, .. } => put(&mut json, "at", json!([width, width])),
            Op::Compose { layer, at, .. } => {
                put(&mut json, "at", json!([at.x, at.y]));
                put(&mut json, "layer", size(layer.size));
                put(&mut json, "operations", operations_of(layer, lines));
            }
            _ => {}
        }
        json
    });
    operations.collect()
}

fn size(size: Size) -> Value {
    json!([size.width, size.height])
}

fn region(rect: Rect) -> Value {
    json!([rect.x, rect.y, rect.width, rect.height])
}
