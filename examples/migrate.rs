//! Reports how much of another service's traffic would be served as before. It reads a file of that service's URLs, one
//! per line, each after an optional count and a tab. Nothing is fetched.
//!
//! ```text
//! cargo run --example migrate -- --dialect cloudinary --endpoint https://res.cloudinary.com/demo urls.txt
//! ```
//!
//! The endpoint is the common prefix of all URLs, under the old name or the new one. `--json` prints the report as
//! JSON.

use std::collections::BTreeMap;
use std::process::ExitCode;

use originkit::error::{ConfigErrors, NameError, Rejection};
use originkit::transform::{Ignored, Reason, Transformation};
use originkit::{Dialect, Endpoint, Engine, Limits, Origin};
use serde_json::{Value, json};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let (mut dialect, mut endpoint, mut file, mut json) = (None, None, None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--dialect" => dialect = arguments.next(),
            "--endpoint" => endpoint = arguments.next(),
            "--json" => json = true,
            _ => file = Some(argument),
        }
    }
    let (Some(dialect), Some(endpoint), Some(file)) = (dialect, endpoint, file) else {
        return Err("usage: migrate --dialect cloudinary|imgix|akamai --endpoint URL [--json] FILE".into());
    };
    let dialect = match dialect.as_str() {
        "cloudinary" => Dialect::cloudinary(),
        "imgix" => Dialect::Imgix,
        "akamai" => Dialect::Akamai,
        other => return Err(format!("there is no dialect {other}").into()),
    };
    let report = Report::of(&std::fs::read_to_string(file)?, &Endpoint::new(&endpoint).dialect(dialect))?;
    if json {
        println!("{:#}", report.to_json());
    } else {
        report.print();
    }
    Ok(())
}

/// The number of requests by their result.
#[derive(Default)]
struct Report {
    honoured: u64,
    partly: u64,
    refused: u64,
    /// The parts without effect, by key and reason, with their number and an example.
    ignored: BTreeMap<(String, String), (u64, String)>,
    /// The reasons why URLs are refused, with their number and an example.
    reasons: BTreeMap<String, (u64, String)>,
    /// The stored transformations that must be created again, with the number of their requests.
    names: BTreeMap<String, u64>,
}

impl Report {
    fn of(lines: &str, endpoint: &Endpoint) -> Result<Self, ConfigErrors> {
        // Nothing is fetched from this origin.
        let endpoint = endpoint.clone().origin(Origin::new("https://origin.example"));
        // The names found so far are stored as empty transformations.
        let engine = |names: &BTreeMap<String, u64>| {
            names
                .keys()
                .fold(Engine::builder(), |engine, name| engine.named(name, ""))
                .endpoint(endpoint.clone())
                .build()
        };
        let mut report = Self::default();
        let mut known = engine(&report.names)?;
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let counted = line.split_once('\t').and_then(|(count, url)| Some((count.trim().parse().ok()?, url)));
            let (count, url) = counted.unwrap_or((1, line));
            let read = loop {
                match known.parse(url.trim()) {
                    Err(Rejection::Name(NameError::Unknown(name))) => {
                        report.names.insert(name.to_string(), 0);
                        known = engine(&report.names)?;
                    }
                    read => break read,
                }
            };
            match read {
                Err(rejection) => {
                    report.refused += count;
                    let entry = report.reasons.entry(rejection.public_text()).or_insert((0, url.to_owned()));
                    entry.0 += count;
                }
                Ok(read) => {
                    let whole = read.ignored().is_empty();
                    *(if whole { &mut report.honoured } else { &mut report.partly }) += count;
                    let written = read.transformation_text().unwrap_or_default();
                    if let Ok(written) = Transformation::parse(written, &Limits::default()) {
                        for name in written.transformation.edits().filter_map(|edit| edit.named.as_ref()) {
                            *report.names.entry(name.to_string()).or_default() += count;
                        }
                    }
                    for ignored in read.ignored() {
                        let found = (key(ignored), ignored.reason.to_string());
                        report.ignored.entry(found).or_insert((0, ignored.token.clone())).0 += count;
                    }
                }
            }
        }
        Ok(report)
    }

    fn total(&self) -> u64 {
        self.honoured + self.partly + self.refused
    }

    /// Returns the parts without effect, the most frequent first.
    fn lost(&self) -> Vec<(&str, &str, u64, &str)> {
        let rows = self.ignored.iter();
        let mut rows: Vec<_> = rows.map(|((key, why), (count, token))| (&**key, &**why, *count, &**token)).collect();
        rows.sort_by_key(|(.., count, _)| std::cmp::Reverse(*count));
        rows
    }

    /// Returns the reasons why URLs are refused, the most frequent first.
    fn refusals(&self) -> Vec<(&str, u64, &str)> {
        let mut rows: Vec<_> = self.reasons.iter().map(|(why, (count, url))| (&**why, *count, &**url)).collect();
        rows.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
        rows
    }

    fn to_json(&self) -> Value {
        let lost = self.lost();
        let lost = lost
            .iter()
            .map(|(key, why, count, token)| json!({ "key": key, "reason": why, "requests": count, "example": token }));
        let refusals = self.refusals();
        let refusals =
            refusals.iter().map(|(why, count, url)| json!({ "reason": why, "requests": count, "example": url }));
        json!({
            "requests": self.total(),
            "honoured": self.honoured,
            "partly": self.partly,
            "refused": self.refused,
            "without_effect": lost.collect::<Vec<_>>(),
            "refusals": refusals.collect::<Vec<_>>(),
            "named": self.names,
        })
    }

    fn print(&self) {
        let share = |count: u64| 100.0 * count as f64 / self.total().max(1) as f64;
        let line = |count: u64, what: &str| println!("{count:>10}  {:5.1} %  {what}", share(count));
        line(self.honoured, "honoured in full");
        line(self.partly, "honoured in part");
        for (key, why, count, token) in self.lost() {
            line(count, &format!("  {key:<12} {why}, as in `{token}`"));
        }
        line(self.refused, "refused");
        for (why, count, url) in self.refusals() {
            line(count, &format!("  {why}, as {url}"));
        }
        if !self.names.is_empty() {
            println!("stored transformations that must be stored here too:");
            self.names.iter().for_each(|(name, count)| line(*count, &format!("  {name}")));
        }
    }
}

/// Returns the parameter without its value; for effects and flags, with their name.
fn key(ignored: &Ignored) -> String {
    let token = ignored.token.as_str();
    let end = match token {
        _ if !ignored.foreign => '-',
        _ if token.contains('=') => '=',
        _ if token.starts_with("e_") || token.starts_with("fl_") => ':',
        _ => '_',
    };
    let key = token.split(end).next().unwrap_or(token).to_owned();
    if matches!(ignored.reason, Reason::Partly(_)) { key + " (part)" } else { key }
}
