//! The meaning of a URL, as JSON: endpoint, origin requests with their headers, canonical form, plan, and the parts that
//! were ignored. Nothing is fetched.

use std::time::SystemTime;

use http::Request;
use originkit::error::{PlanError, Rejection};
use originkit::plan::{Op, Plan, Rules, SizeOnly, SourceInfo, plan};
use originkit::{Dialect, Engine, Error, Order};
use serde_json::{Value, json};

/// A request, and the image that it is planned for.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "an example")]
pub struct Question<'a> {
    /// The absolute URL.
    pub url: &'a str,
    /// Headers of the request: names and values.
    pub headers: &'a [(String, String)],
    /// The facts about the image that the plan is made for.
    pub source: SourceInfo,
    /// The time, for signatures that expire.
    pub now: SystemTime,
}

/// The meaning of a URL.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "an example")]
pub struct Explained {
    /// The answer as JSON: `refused` with its code and status, or everything else.
    pub answer: Value,
    /// The resolved request.
    pub order: Result<Order, Rejection>,
    /// The plan, if there is one.
    pub plan: Option<Plan>,
}

/// Explains a URL.
///
/// # Errors
/// A URL or a header that cannot be sent by HTTP.
pub fn explain(engine: &Engine, question: &Question<'_>) -> Result<Explained, String> {
    let mut request = Request::get(question.url);
    for (name, value) in question.headers {
        request = request.header(name, value);
    }
    let unsendable = |error: http::Error| format!("no browser sends this as it stands: {error}; percent-encode it");
    let request = request.body(()).map_err(unsendable)?;
    let order = match engine.resolve(&request, question.now) {
        Ok(order) => order,
        // `{:#}` prints the text and a caret if the error has a position.
        Err(rejection) => {
            let answer = json!({
                "url": question.url,
                "refused": format!("{rejection:#}"),
                "ik-error": rejection.code().as_str(),
                "status": Error::from(rejection.clone()).status().as_u16(),
            });
            return Ok(Explained { answer, order: Err(rejection), plan: None });
        }
    };
    let original = order.transformation().wants_original();
    let planned = plan(order.transformation(), &mut SizeOnly(question.source.clone()), &Rules::default());
    let (lines, error) = match &planned {
        _ if original => ("deliver as it is".to_owned(), None),
        Ok(plan) => (plan.to_string(), plan.executable().err().map(refusal)),
        Err(error) => (String::new(), Some(refusal(error.clone()))),
    };
    let effect = planned.iter().flat_map(|plan| &plan.ops).find_map(|op| match op {
        Op::Effect { effect, .. } => Some(effect.key()),
        _ => None,
    });
    let fill = order.transformation().to_string().contains("bg-genfill").then_some("bg-genfill");
    let lacking = |parameter| refusal(PlanError::Unsupported { parameter, reason: "needs an effect provider" });
    let without_provider = effect.or(fill).filter(|_| !original).map(lacking);
    let link = order.links().find_map(Result::ok).flatten().and_then(|link| link.to_str().ok());
    let vary: Vec<_> = order.vary().iter().map(http::HeaderName::as_str).collect();
    let ignored =
        order.ignored().iter().map(|i| json!({ "token": i.token, "reason": i.reason.to_string(), "meant": i.meant }));
    let answer = json!({
        "url": question.url,
        "endpoint": order.endpoint(),
        "asset": order.path(),
        "transformation": order.transformation().to_string(),
        "ignored": ignored.collect::<Vec<_>>(),
        "requests": order.attempts().map(request_as_json).collect::<Vec<_>>(),
        "source": format!("{}, assumed", question.source.size),
        "plan": lines.lines().collect::<Vec<_>>(),
        "plan_error": error,
        "without_provider": without_provider,
        "link": link,
        "vary": vary.join(", "),
        "cache_key": order.cache_key().as_str(),
    });
    Ok(Explained { answer, order: Ok(order), plan: planned.ok().filter(|_| !original) })
}

fn request_as_json(request: &Request<()>) -> Value {
    let headers = request.headers().iter().map(|(name, value)| {
        let value = if value.is_sensitive() { b"[secret]" } else { value.as_bytes() };
        (name.to_string(), String::from_utf8_lossy(value).into())
    });
    let headers: serde_json::Map<_, _> = headers.collect();
    json!({ "method": request.method().as_str(), "url": request.uri().to_string(), "headers": headers })
}

/// The answer to a request that has no plan here, such as one for an effect without a provider.
fn refusal(error: PlanError) -> String {
    let error = Error::from(error);
    format!("{} {} - {error}", error.status().as_u16(), error.code().as_str())
}

/// Returns the endpoint of a URL for which none is named: the host. On `ik.imagekit.io`, the account, which is the first
/// segment, belongs to it.
///
/// # Errors
/// The URL is not absolute.
pub fn default_endpoint(url: &str) -> Result<String, String> {
    let parsed = url::Url::parse(url).map_err(|error| format!("`{url}` is no absolute URL: {error}"))?;
    let account = match (parsed.host_str(), parsed.path_segments().and_then(|mut all| all.next())) {
        (Some("ik.imagekit.io"), Some(account)) => format!("/{account}"),
        _ => String::new(),
    };
    Ok(format!("{}{account}", parsed.origin().ascii_serialization()))
}

/// The names of [`dialect`].
pub const DIALECTS: [&str; 3] = ["cloudinary", "imgix", "akamai"];

/// Returns the dialect of this name.
#[must_use]
pub fn dialect(name: &str) -> Option<Dialect> {
    match name {
        "cloudinary" => Some(Dialect::cloudinary()),
        "imgix" => Some(Dialect::Imgix),
        "akamai" => Some(Dialect::Akamai),
        _ => None,
    }
}
