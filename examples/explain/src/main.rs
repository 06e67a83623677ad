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

use http::Request;
use originkit::error::PlanError;
use originkit::plan::{Op, Rules, Size, SizeOnly, plan};
use originkit::{Dialect, Endpoint, Engine, Error, Origin};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let traced = Arguments::read().and_then(|arguments| Ok((explain(&arguments)?, arguments.json)));
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

fn explain(arguments: &Arguments) -> Result<Value, Box<dyn std::error::Error>> {
    let mut endpoint = Endpoint::new(&arguments.endpoint);
    if let Some(dialect) = arguments.dialect {
        endpoint = endpoint.dialect(dialect);
    }
    for base in &arguments.origins {
        endpoint = endpoint.origin(Origin::new(base).canonical(base));
    }
    let engine = Engine::builder().endpoint(endpoint).build()?;
    let mut request = Request::get(&arguments.url);
    let unsendable = |error: http::Error| format!("no browser sends this URL as it stands: {error}; percent-encode it");
    if let Some(accept) = &arguments.accept {
        request = request.header("accept", accept);
    }
    let order = match engine.resolve(&request.body(()).map_err(unsendable)?, SystemTime::now()) {
        Ok(order) => order,
        // `{:#}` prints the text and a caret if the error has a position.
        Err(rejection) => {
            return Ok(json!({
                "url": arguments.url,
                "refused": format!("{rejection:#}"),
                "ik-error": rejection.code().as_str(),
                "status": Error::from(rejection).status().as_u16(),
            }));
        }
    };
    let original = order.transformation().edits().any(|edit| edit.encoding.original == Some(true));

    let requests = order.attempts().map(|request| {
        let headers: serde_json::Map<_, _> = request
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = if value.is_sensitive() { b"[secret]" } else { value.as_bytes() };
                (name.to_string(), String::from_utf8_lossy(value).into())
            })
            .collect();
        json!({ "method": request.method().as_str(), "url": request.uri().to_string(), "headers": headers })
    });
    let ignored =
        order.ignored().iter().map(|i| json!({ "token": i.token, "reason": i.reason.to_string(), "meant": i.meant }));
    let planned = plan(order.transformation(), &mut SizeOnly::new(arguments.size), &Rules::default());
    let (lines, error) = match &planned {
        _ if original => ("deliver as it is".to_owned(), None),
        Ok(plan) => (plan.to_string(), plan.executable().err().map(answer)),
        Err(error) => (String::new(), Some(answer(error.clone()))),
    };
    let effect = planned.iter().flat_map(|plan| &plan.ops).find_map(|op| match op {
        Op::Effect { effect, .. } => Some(effect.key()),
        _ => None,
    });
    let fill = order.transformation().to_string().contains("bg-genfill").then_some("bg-genfill");
    let lacking = |parameter| answer(PlanError::Unsupported { parameter, reason: "needs an effect provider" });
    let without_provider = effect.or(fill).filter(|_| !original).map(lacking);
    let link = order.links().find_map(Result::ok).flatten().and_then(|link| link.to_str().ok());
    let vary: Vec<_> = order.vary().iter().map(http::HeaderName::as_str).collect();
    Ok(json!({
        "url": arguments.url,
        "endpoint": order.endpoint(),
        "asset": order.path(),
        "transformation": order.transformation().to_string(),
        "ignored": ignored.collect::<Vec<_>>(),
        "requests": requests.collect::<Vec<_>>(),
        "source": format!("{}, assumed", arguments.size),
        "plan": lines.lines().collect::<Vec<_>>(),
        "plan_error": error,
        "without_provider": without_provider,
        "link": link,
        "vary": vary.join(", "),
        "cache_key": order.cache_key().as_str(),
    }))
}

/// The answer to a request that has no plan here, such as one for an effect without a provider.
fn answer(error: PlanError) -> String {
    let error = Error::from(error);
    format!("{} {} - {error}", error.status().as_u16(), error.code().as_str())
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
                    dialect = Some(match value()?.as_str() {
                        "cloudinary" => Dialect::cloudinary(),
                        "imgix" => Dialect::Imgix,
                        "akamai" => Dialect::Akamai,
                        other => return Err(format!("there is no dialect {other}").into()),
                    });
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

/// Returns the host. On `ik.imagekit.io`, the account, which is the first segment, belongs to the endpoint.
fn default_endpoint(url: &str) -> Result<String, Box<dyn std::error::Error>> {
    let parsed = url::Url::parse(url).map_err(|error| format!("`{url}` is no absolute URL: {error}"))?;
    let account = match (parsed.host_str(), parsed.path_segments().and_then(|mut all| all.next())) {
        (Some("ik.imagekit.io"), Some(account)) => format!("/{account}"),
        _ => String::new(),
    };
    Ok(format!("{}{account}", parsed.origin().ascii_serialization()))
}
