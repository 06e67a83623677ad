//! Explains a URL: endpoint, origin requests with their headers, canonical form, plan, and the parts that were ignored.
//! Nothing is fetched.
//!
//! ```text
//! cargo run -p explain -- 'https://ik.imagekit.io/demo/tr:w-300,h-300/photo.jpg'
//! cargo run -p explain -- --size 640x865 --accept image/webp --json 'https://...'
//! ```
//!
//! `--endpoint URL` names the endpoint (by default the host, with the account on `ik.imagekit.io`),
//! `--dialect cloudinary|imgix|akamai` another service whose URLs it reads too, `--origin URL` its origins in order,
//! `--size WxH` the size of the image (by default 4000x3000). The exit code is 0, or 1 for a URL that would be refused,
//! or 2 for invalid arguments.

use std::process::ExitCode;
use std::time::SystemTime;

use explain::{Question, default_endpoint, explain};
use originkit::plan::{Size, SizeOnly};
use originkit::{Dialect, Endpoint, Engine, Origin};
use serde_json::Value;

fn main() -> ExitCode {
    let traced = Arguments::read().and_then(|arguments| Ok((trace(&arguments)?, arguments.json)));
    match traced {
        Ok((trace, json)) => {
            if json {
                println!("{trace:#}");
            } else {
                print(&trace);
            }
            ExitCode::from(u8::from(trace.get("refused").is_some()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn trace(arguments: &Arguments) -> Result<Value, Box<dyn std::error::Error>> {
    let mut endpoint = Endpoint::new(&arguments.endpoint);
    if let Some(dialect) = arguments.dialect {
        endpoint = endpoint.dialect(dialect);
    }
    for base in &arguments.origins {
        endpoint = endpoint.origin(Origin::new(base).canonical(base));
    }
    let engine = Engine::builder().endpoint(endpoint).build()?;
    let headers: Vec<_> = arguments.accept.iter().map(|value| ("accept".to_owned(), value.clone())).collect();
    let source = SizeOnly::new(arguments.size).0;
    let question = Question { url: &arguments.url, headers: &headers, source, now: SystemTime::now() };
    Ok(explain(&engine, &question)?.answer)
}

/// The lines of a trace, in the order in which the steps happen.
const LINES: [&str; 16] = [
    "url",
    "refused",
    "ik-error",
    "status",
    "endpoint",
    "asset",
    "transformation",
    "ignored",
    "requests",
    "source",
    "plan",
    "plan_error",
    "without_provider",
    "link",
    "vary",
    "cache_key",
];

fn print(trace: &Value) {
    for line in LINES {
        let key = line.replace('_', " ");
        match &trace[line] {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) if text.contains('\n') => println!("{key}\n  {}", text.replace('\n', "\n  ")),
            Value::String(text) => println!("{key:<14} {text}"),
            Value::Array(items) if items.is_empty() => {}
            Value::Array(items) => {
                println!("{key}");
                items.iter().for_each(print_item);
            }
            other => println!("{key:<14} {other}"),
        }
    }
}

fn print_item(item: &Value) {
    let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    if let Some(line) = item.as_str() {
        println!("  {line}");
    } else if let Some(headers) = item.get("headers").and_then(Value::as_object) {
        println!("  {} {}", text("method"), text("url"));
        headers.iter().for_each(|(name, value)| println!("    {name}: {}", value.as_str().unwrap_or_default()));
    } else {
        let meant = item.get("meant").and_then(Value::as_str).map(|meant| format!("; did you mean {meant}?"));
        println!("  {}: {}{}", text("token"), text("reason"), meant.unwrap_or_default());
    }
}

struct Arguments {
    url: String,
    endpoint: String,
    origins: Vec<String>,
    dialect: Option<Dialect>,
    accept: Option<String>,
    size: Size,
    json: bool,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn std::error::Error>> {
        let (mut url, mut endpoint, mut origins) = (None, None, Vec::new());
        let (mut accept, mut size, mut json, mut dialect) = (None, Size::new(4000, 3000), false, None);
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--endpoint" => endpoint = Some(value()?),
                "--origin" => origins.push(value()?),
                "--dialect" => {
                    let name = value()?;
                    dialect = Some(explain::dialect(&name).ok_or_else(|| format!("there is no dialect {name}"))?);
                }
                "--accept" => accept = Some(value()?),
                "--json" => json = true,
                "--size" => {
                    let text = value()?;
                    let (width, height) = text.split_once('x').ok_or("--size wants WIDTHxHEIGHT")?;
                    size = Size::new(width.parse()?, height.parse()?);
                }
                _ if argument.starts_with("--") => return Err(format!("unknown argument {argument}").into()),
                _ => url = Some(argument),
            }
        }
        let url =
            url.ok_or("usage: explain [--endpoint URL] [--dialect NAME] [--origin URL] [--accept VALUE] [--size WxH] [--json] URL")?;
        let endpoint = endpoint.map_or_else(|| default_endpoint(&url), Ok)?;
        if origins.is_empty() {
            origins.push("https://www.example.com".to_owned());
        }
        Ok(Self { url, endpoint, origins, dialect, accept, size, json })
    }
}
