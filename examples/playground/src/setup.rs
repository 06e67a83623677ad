//! From the fields of a question to an engine and a request.

use originkit::plan::{Size, SizeOnly, SourceInfo};
use originkit::{Endpoint, Engine, Origin};
use serde_json::Value;

use crate::Host;

/// The engine that answers, and the request.
pub(crate) struct Setup {
    pub(crate) engine: Engine,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) source: SourceInfo,
}

/// The image that is assumed where none is known.
const ASSUMED: Size = Size::new(4000, 3000);

impl Setup {
    /// Reads `url`, `headers`, `endpoints`, `named`, `dialect` and `source` of a question. An engine of the host takes
    /// the place of endpoints.
    pub(crate) fn read(host: &Host<'_>, question: &Value) -> Result<Self, String> {
        let url = text(question, "url").trim();
        if url.is_empty() {
            return Err("there is no URL yet".to_owned());
        }
        let headers = lines(question, "headers").map(|line| {
            let (name, value) =
                line.split_once(':').ok_or(format!("a header has a colon after its name, `{line}` has none"))?;
            Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        });
        let headers = headers.collect::<Result<_, String>>()?;
        let engine = host.engine.map_or_else(|| engine(host, url, question), |engine| Ok(engine.clone()))?;
        Ok(Self { engine, url: url.to_owned(), headers, source: source(question) })
    }
}

impl Setup {
    /// Returns the bases of the endpoints, and that by which the URL reaches one of them: an endpoint may have several.
    pub(crate) fn bases(&self) -> Vec<String> {
        let mut bases: Vec<_> = self.engine.endpoints().iter().map(|endpoint| endpoint.base().to_owned()).collect();
        // The URL itself may be one that is refused, so that an ordinary file is looked for below each front of it.
        let ends = self.url.match_indices('/').map(|(at, _)| at).skip(2).take(6);
        let fronts = ends.filter_map(|at| self.url.get(..at));
        bases.extend(
            fronts.filter_map(|front| Some(self.engine.parse(&format!("{front}/a.jpg")).ok()?.base().to_owned())),
        );
        bases
    }
}

/// Builds the engine of a question: each line of `endpoints` is the base of an endpoint, and the bases of its origins.
fn engine(host: &Host<'_>, url: &str, question: &Value) -> Result<Engine, String> {
    let dialect = match text(question, "dialect") {
        "" => None,
        name => Some(explain::dialect(name).ok_or_else(|| format!("there is no dialect {name}"))?),
    };
    let mut lines_of_endpoints: Vec<_> = lines(question, "endpoints").map(str::to_owned).collect();
    if lines_of_endpoints.is_empty() {
        lines_of_endpoints.push(explain::default_endpoint(url)?);
    }
    let mut builder = Engine::builder().extensions(host.renderer.extensions.clone());
    for line in &lines_of_endpoints {
        let mut bases = line.split_whitespace();
        let mut endpoint = Endpoint::new(bases.next().unwrap_or_default());
        if let Some(dialect) = dialect {
            endpoint = endpoint.dialect(dialect);
        }
        let mut origins: Vec<_> = bases.collect();
        if origins.is_empty() {
            origins.push("https://www.example.com");
        }
        for base in origins {
            endpoint = endpoint.origin(Origin::new(base).canonical(base));
        }
        builder = builder.endpoint(endpoint);
    }
    for line in lines(question, "named") {
        let (name, transformation) =
            line.split_once(':').ok_or(format!("a name has a colon after it, `{line}` has none"))?;
        builder = builder.named(name.trim(), transformation.trim());
    }
    builder.build().map_err(|errors| errors.to_string())
}

/// The facts about the image: `"source": {"width": ..., "height": ..., "orientation": 1 to 8, "alpha": ...}`.
fn source(question: &Value) -> SourceInfo {
    let given = question.get("source");
    let number = |name: &str| given?.get(name)?.as_u64().and_then(|it| u32::try_from(it).ok());
    let size = number("width").zip(number("height")).map(|(width, height)| Size::new(width, height));
    let mut source = SizeOnly::new(size.filter(|size| size.pixels() > 0).unwrap_or(ASSUMED)).0;
    if let Some(tag) = number("orientation").and_then(|tag| u16::try_from(tag).ok()) {
        source.orientation = originkit::plan::Orientation::from_exif(tag);
    }
    source.alpha = given.and_then(|it| it.get("alpha")?.as_bool()).unwrap_or(source.alpha);
    source
}

pub(crate) fn text<'a>(question: &'a Value, name: &str) -> &'a str {
    question.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn lines<'a>(question: &'a Value, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    text(question, name).lines().map(str::trim).filter(|line| !line.is_empty())
}
