//! Measures the renderer: reads one JSON request per line from stdin, and writes one JSON answer per line to stdout.
//!
//! ```text
//! {"workload": "W1", "spec": {"w": 720, "fmt": "jpeg", "q": 80}, "input": "photo.jpg", "n": 20}
//! {"peer": "originkit", "workload": "W1", "ms": [12.1, ...], "bytes": 65041, "rss": 21540864}
//! ```
//!
//! A `spec` of `{"tr": "w-800,fo-auto"}` is a transformation as in a URL, and `{"inspect": true}` examines the file. The
//! path of an `overlay` is `overlay`.
//!
//! It is made to run beside other runners of its kind. A program that starts several of them, gives each its turn on
//! the same core, and compares the results of one round, measures ratios that do not depend on the load of the machine.
//! `"seconds"` in place of `"n"` requests as many runs as fit, `"out"` requests the file, and `{"hello": true}` the
//! name and version.
//!
//! Once `cargo run --release --example bench_runner` has built it, the program is
//! `target/release/examples/bench_runner`.

use std::fmt::Write as _;
use std::io::{BufRead as _, Write as _};
use std::time::{Duration, Instant};

use originkit::transform::{AssetPath, Transformation};
use originkit::{Format, Renderer, bytes::Bytes};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let mut answer = answer(&request).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        if let Some(fields) = answer.as_object_mut() {
            fields.insert("peer".to_owned(), "originkit".into());
            fields.extend(request.get("workload").map(|name| ("workload".to_owned(), name.clone())));
        }
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(request: &Value) -> Result<Value, Failure> {
    if request.get("hello").is_some() {
        return Ok(json!({ "version": env!("CARGO_PKG_VERSION") }));
    }
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let spec = request.get("spec").ok_or("no spec")?;
    let input = std::fs::read(text("input").ok_or("no input")?)?;
    let mut renderer = Renderer::new();
    renderer.accept = vec![Format::WebP];
    if let Some(overlay) = text("overlay") {
        renderer.files.push((AssetPath::from_text("overlay")?, Bytes::from(std::fs::read(overlay)?)));
    }
    let Some(wanted) = task(spec)? else { return Ok(json!({ "skip": true })) };

    let (count, seconds) = match request.get("seconds").and_then(Value::as_f64) {
        Some(seconds) => (u64::MAX, seconds),
        None => (request.get("n").and_then(Value::as_u64).unwrap_or(1), f64::INFINITY),
    };
    let (mut times, mut bytes, begun) = (Vec::new(), Bytes::new(), Instant::now());
    for _ in 0..count {
        let start = Instant::now();
        bytes = match &wanted {
            Task::Render(transformation) => renderer.render(&input, transformation)?.bytes,
            Task::Inspect => Bytes::from(renderer.inspect(&input)?.to_json()),
        };
        times.push(milliseconds(start.elapsed()));
        if begun.elapsed().as_secs_f64() >= seconds {
            break;
        }
    }
    if let Some(path) = text("out") {
        std::fs::write(path, &bytes)?;
    }
    Ok(json!({ "ms": times, "bytes": bytes.len(), "rss": resident() }))
}

/// The work that is measured.
enum Task {
    Render(Box<Transformation>),
    Inspect,
}

/// Returns the work of a workload; `None` if this build does not have the format.
fn task(spec: &Value) -> Result<Option<Task>, Failure> {
    if spec.get("inspect").is_some() {
        return Ok(Some(Task::Inspect));
    }
    if let Some(text) = spec.get("tr").and_then(Value::as_str) {
        return Ok(Some(Task::Render(Box::new(text.parse()?))));
    }
    let number = |name: &str| spec.get(name).and_then(Value::as_u64);
    let format = spec.get("fmt").and_then(Value::as_str).ok_or("no fmt")?;
    if format == "avif" && !cfg!(feature = "avif") {
        return Ok(None);
    }
    let mut text = format!("w-{}", number("w").ok_or("no w")?);
    if let Some(height) = number("h") {
        write!(text, ",h-{height}")?;
    }
    if let Some(sigma) = number("blur") {
        write!(text, ":bl-{sigma}")?;
    }
    if spec.get("overlay").is_some() {
        text.push_str(":l-image,i-overlay,t-false,lfo-bottom_right,l-end");
    }
    write!(text, ":f-{}", if format == "jpeg" { "jpg" } else { format })?;
    if let Some(quality) = number("q") {
        write!(text, ",q-{quality}")?;
    }
    Ok(Some(Task::Render(Box::new(text.parse()?))))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Returns the resident memory of the process in bytes, if the system reports it.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib * 1024)
}
