//! [`Engine::resolve`]: resolves a request against a configuration.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::SystemTime;

use http::header::{ACCEPT, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use super::{Attachment, Attempt, CacheKey, Order, Record, Rejection, RenderSpec, ResponseSpec, SourceRequest};
use crate::address::{self, Below, DeliveryUrl, Target};
use crate::config::{Base, Endpoint, Engine, Kind, Settings};
use crate::fingerprint::Fingerprint;
use crate::limits::{LimitError, Limits};
use crate::path::AssetPath;
use crate::percent;
use crate::plan::Rules;
use crate::policy::{self, Conditions, GuardError, HintsUsed, Home, Negotiation, OriginError, RedirectPolicy};
use crate::transform::{Content, Edit, Hints, Reason, Step, Transformation};

impl Endpoint {
    fn read(&self, target: &Target<'_>, base: &Base, rest: &str, limits: &Limits) -> Result<DeliveryUrl, Rejection> {
        let below = Below {
            base: base.as_str(),
            authority: base.authority(),
            proxy: self.has_proxy(),
            dialect: self.reads(),
            rest,
        };
        let url = address::read(target, below, limits)?;
        if self.is_strict() {
            url.check_strictly()?;
        }
        Ok(url)
    }
}

impl Engine {
    /// Reads an absolute image URL below one of the endpoints, as [`Engine::resolve`] does: within the engine's limits,
    /// by the endpoint's dialect and strictness, with names replaced by their stored transformations. Signatures and
    /// access rules are not checked.
    ///
    /// # Errors
    /// [`Rejection::UnknownEndpoint`], [`Rejection::Url`], [`Rejection::Parse`], [`Rejection::Name`] and
    /// [`Rejection::Limit`].
    pub fn parse(&self, url: &str) -> Result<DeliveryUrl, Rejection> {
        let target = Target::of_url(url).ok_or_else(|| self.unknown("", url))?;
        address::check_length(&target, self.limits())?;
        let authority = target.normal_authority();
        let (endpoint, base, rest) =
            self.find(&authority, target.path).ok_or_else(|| self.unknown(&authority, target.path))?;
        let url = endpoint.read(&target, base, rest, self.limits())?;
        let transformation = self.named().expand(url.transformation().clone())?;
        Ok(url.expanded(transformation))
    }

    /// Resolves a request: which files to request from which origins, and how to transform them.
    ///
    /// Checked in this order (chosen): method, length, endpoint, access, signature, syntax, names, limits. The URL is
    /// that of the request line, with the authority of `Host` if it has none. No other header is trusted, and the
    /// client is identified by a [`Visitor`](crate::config::Visitor) in the extensions. OPTIONS requests no image and
    /// is refused here; [`Engine::deliver`] answers it. Without keys, or without the feature `signing`, a signature
    /// cannot be checked and is ignored.
    ///
    /// Expiries are compared with `now`.
    ///
    /// # Errors
    /// See [`Rejection`].
    pub fn resolve<B>(&self, request: &Request<B>, now: SystemTime) -> Result<Order, Rejection> {
        let _stage = crate::trace::span!("resolve");
        let head = request.method() == Method::HEAD;
        if !head && request.method() != Method::GET {
            return Err(Rejection::Method);
        }
        let target = target(request.uri(), request.headers()).ok_or_else(|| self.unknown("", request.uri().path()))?;
        address::check_length(&target, self.limits())?;
        let authority = target.normal_authority();
        let (endpoint, base, rest) =
            self.find(&authority, target.path).ok_or_else(|| self.unknown(&authority, target.path))?;
        policy::admit(self.access(), request.headers(), request.extensions().get())?;
        let now = policy::seconds(now);
        let signature = self.check_signature(endpoint, &target, rest, now)?;
        let url = endpoint.read(&target, base, rest, self.limits())?;
        let asked = Asked { head, headers: request.headers(), now, signature };
        self.order(endpoint, &url, &asked)
    }

    /// Returns the endpoint of a request, if there is one.
    pub(crate) fn endpoint_of<B>(&self, request: &Request<B>) -> Option<&Endpoint> {
        let target = target(request.uri(), request.headers())?;
        self.find(&target.normal_authority(), target.path).map(|(endpoint, ..)| endpoint)
    }

    /// Returns the error for an unknown endpoint. The path in it is truncated to the maximum length of a URL.
    fn unknown(&self, host: &str, path: &str) -> Rejection {
        let path = path.chars().take(self.limits().url_bytes).collect();
        let known = self.endpoints().iter().map(|endpoint| endpoint.base().to_owned()).collect();
        Rejection::UnknownEndpoint { host: host.to_owned(), path, known }
    }

    #[cfg(feature = "signing")]
    fn check_signature(
        &self,
        endpoint: &Endpoint,
        target: &Target<'_>,
        rest: &str,
        now: u64,
    ) -> Result<Signed, Rejection> {
        let keys = self.keys(endpoint);
        if keys.is_empty() {
            return Ok(Signed::default());
        }
        match address::verify(target, rest, keys, now)? {
            address::Signature::Fits { until } => Ok(Signed { is: true, until }),
            address::Signature::None if self.restricts_unsigned() => Err(address::SignatureError::Missing.into()),
            address::Signature::None => Ok(Signed::default()),
        }
    }

    #[cfg(not(feature = "signing"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "with the feature it checks")]
    fn check_signature(&self, _: &Endpoint, _: &Target<'_>, _: &str, _: u64) -> Result<Signed, Rejection> {
        Ok(Signed::default())
    }

    fn order(&self, endpoint: &Endpoint, url: &DeliveryUrl, asked: &Asked<'_>) -> Result<Order, Rejection> {
        let Asked { head, headers, now, signature } = *asked;
        let settings = self.settings();
        let named_only = is_named_only(url);
        if settings.restrict_unnamed && !named_only {
            return Err(Rejection::Unnamed);
        }
        let expanded = self.named().expand(url.transformation().clone())?;
        let original = expanded.wants_original();
        let kept = if original { expanded } else { with_settings(expanded, settings) };
        let hints = if original { Hints::default() } else { policy::hints(headers) };
        let used = if original { HintsUsed::default() } else { HintsUsed::by(&kept) };
        let (transformation, content_dpr) = kept.with_hints(&hints);
        let content_dpr = content_dpr.map(|dpr| dpr.to_string());

        let negotiates = !original && policy::consults_accept(&transformation, settings.best_format);
        let asks_to_save = settings.data_saver && !original && policy::consults_save_data(&transformation);
        let saves = asks_to_save && policy::saves_data(headers);
        let negotiation = Negotiation::new(headers, settings, &transformation, saves);
        let by_agent = negotiates && !settings.accept_by_agent.is_empty();
        let consulted = [(negotiates, ACCEPT), (by_agent, USER_AGENT), (asks_to_save, policy::SAVE_DATA)];
        let consulted = consulted.into_iter().filter_map(|(used, name)| used.then_some(name));
        let vary: Vec<HeaderName> = consulted.chain(used.headers()).collect();
        let sanitize = sanitizes(settings, url.sanitizes_svg());
        let mut cache_key =
            cache_key(endpoint, url, &transformation, content_dpr.as_deref(), negotiates.then_some(&negotiation));
        if sanitize && !sanitizes(settings, None) {
            cache_key.0.push_str(" sanitize:1");
        }
        if saves {
            cache_key.0.push_str(" save-data:1");
        }

        let (wanted, fallback) = self.files(endpoint, url, &transformation, original)?;
        let attachment = attachment(url);
        Ok(Order {
            wanted,
            fallback,
            answer: ResponseSpec {
                original,
                head,
                vary,
                name: Fingerprint::of([self.stamp(), endpoint.stamp(), cache_key.as_str()].map(str::as_bytes)),
                conditions: Conditions::of(headers),
                // Documented: stored transformations may be used with private images without a signature.
                admits_private: signature.is || (named_only && !url.transformation().is_empty()),
                expires: signature.until,
                now,
                caching: settings.caching,
                gateway: settings.gateway_statuses,
                report: if endpoint.reports_ignored() { url.ignored().to_vec() } else { Vec::new() },
                content_dpr: content_dpr.and_then(|dpr| HeaderValue::try_from(dpr).ok()),
                attachment,
            },
            job: Arc::new(RenderSpec {
                transformation,
                rules: rules(self.limits(), settings),
                negotiation,
                thumbnail: url.is_thumbnail(),
                passes: url.transformation().is_empty() && !url.is_thumbnail(),
                video: picks_of_video(url),
                sanitize,
                extensions: self.extensions().clone(),
                seed: seed(cache_key.as_str()),
            }),
            limits: self.limits().clone(),
            record: Record { endpoint: endpoint.base().to_owned(), ignored: url.ignored().to_vec(), cache_key },
        })
    }

    /// Returns the required files, and the default image.
    fn files(
        &self,
        endpoint: &Endpoint,
        url: &DeliveryUrl,
        transformation: &Transformation,
        original: bool,
    ) -> Result<(Vec<SourceRequest>, Option<SourceRequest>), Rejection> {
        let mut paths = vec![url.asset().clone()];
        let mut default = None;
        if !original {
            list_sources(transformation, false, &mut paths);
            default = transformation.edits().filter_map(|edit| edit.default_image.clone()).last();
        }
        let count = paths.len() + usize::from(default.is_some());
        LimitError::check("different files", count as u64, self.limits().sources as u64)?;
        let mut wanted = Vec::with_capacity(paths.len());
        for path in paths {
            let query = if wanted.is_empty() { url.query() } else { None };
            let attempts = self.attempts(endpoint, url.authority(), &path, query)?;
            wanted.push(SourceRequest { path, attempts });
        }
        let Some(path) = default else { return Ok((wanted, None)) };
        // An absolute URL is for a web proxy of the requested endpoint.
        let looked_up = if address::is_url(path.as_str()) { endpoint } else { self.default_endpoint(endpoint) };
        let attempts = self.attempts(looked_up, url.authority(), &path, None)?;
        Ok((wanted, Some(SourceRequest { path, attempts })))
    }

    /// Returns the attempt at each origin for a path.
    fn attempts(
        &self,
        endpoint: &Endpoint,
        authority: &str,
        path: &AssetPath,
        query: Option<&str>,
    ) -> Result<Vec<Attempt>, Rejection> {
        let mut attempts = Vec::with_capacity(endpoint.origins().len());
        for origin in endpoint.origins() {
            let (uri, host, redirects) = match origin.kind() {
                Kind::Web(base) => {
                    let uri = with_query(format!("{}/{path}", base.as_str()), query);
                    let host = if origin.forwards_host() { authority } else { base.authority() };
                    let home = Some(Home::new(base, origin.name(), origin.credentials()));
                    (uri, host.to_owned(), RedirectPolicy { home, hosts: None, engine: self.clone() })
                }
                Kind::Proxy(hosts) => {
                    let Some(inner) = inner_url(path) else {
                        attempts.push(Attempt::Skip(OriginError::NotFound));
                        continue;
                    };
                    let approved = policy::approve(&with_query(inner, query), &self.settings().ports)?;
                    let inner_path = approved.path.split('?').next().unwrap_or_default();
                    if self.find(&approved.authority(), inner_path).is_some() {
                        return Err(GuardError::Loop.into());
                    }
                    if !hosts.iter().any(|pattern| pattern.matches(&approved.host)) {
                        attempts.push(Attempt::Skip(OriginError::NotListed));
                        continue;
                    }
                    let redirects = RedirectPolicy { home: None, hosts: Some(Arc::clone(hosts)), engine: self.clone() };
                    (approved.uri(), approved.authority(), redirects)
                }
            };
            let request = policy::origin_request(&uri, &host, &redirects).ok_or(GuardError::Path)?;
            attempts.push(Attempt::Ask { request, canonical: policy::canonical(origin, path), redirects });
        }
        Ok(attempts)
    }
}

/// The request, without its URL.
struct Asked<'a> {
    head: bool,
    headers: &'a HeaderMap,
    /// In seconds since 1970.
    now: u64,
    signature: Signed,
}

/// Whether the URL is signed, and its expiry.
#[derive(Clone, Copy, Default)]
struct Signed {
    is: bool,
    until: Option<u64>,
}

/// Returns the target of a request. `None` without exactly one readable host.
fn target<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<Target<'a>> {
    let (authority, default_port) = match uri.authority() {
        Some(authority) => {
            let port = match uri.scheme_str() {
                Some("http") => Some(80),
                Some("https") => Some(443),
                _ => None,
            };
            (authority.as_str(), port)
        }
        None => {
            let mut hosts = headers.get_all(HOST).iter();
            let host = hosts.next().filter(|_| hosts.next().is_none())?;
            (host.to_str().ok()?, None)
        }
    };
    Some(Target { authority, default_port, path: uri.path(), query: uri.query() })
}

/// Returns `true` if every step of the URL is a name and nothing else.
fn is_named_only(url: &DeliveryUrl) -> bool {
    let named = |step: &Step| match step {
        Step::Edit(edit) => edit.named.is_some() && **edit == Edit { named: edit.named.clone(), ..Edit::default() },
        Step::If(_) => false,
    };
    url.ignored_in_force().is_empty() && url.transformation().steps.iter().all(named)
}

/// Returns the tokens that select a moment of a video, as they were written.
fn picks_of_video(url: &DeliveryUrl) -> Vec<String> {
    let of_video = |token: &str| token.starts_with("so-") || token.starts_with("eo-") || token.starts_with("du-");
    let ignored = url.ignored_in_force().iter().filter(|ignored| ignored.reason == Reason::VideoOnly);
    ignored.filter(|ignored| of_video(&ignored.token)).map(|ignored| ignored.token.clone()).collect()
}

/// Applies settings that have a parameter: as if each URL started with that parameter.
fn with_settings(mut transformation: Transformation, settings: &Settings) -> Transformation {
    let Settings { color_profile, metadata, .. } = *settings;
    if !color_profile && !metadata {
        return transformation;
    }
    if !matches!(transformation.steps.first(), Some(Step::Edit(_))) {
        transformation.steps.insert(0, Step::Edit(Box::default()));
    }
    if let Some(Step::Edit(edit)) = transformation.steps.first_mut() {
        let encoding = &mut edit.encoding;
        encoding.color_profile = encoding.color_profile.or(color_profile.then_some(true));
        encoding.metadata = encoding.metadata.or(metadata.then_some(true));
    }
    transformation
}

/// Adds the images and font files that layers name, each once.
fn list_sources(transformation: &Transformation, in_text: bool, paths: &mut Vec<AssetPath>) {
    for edit in transformation.edits() {
        let font = edit.text.font.as_deref().filter(|name| in_text && AssetPath::names_file(name));
        add(font.and_then(|name| AssetPath::from_text(name).ok()), paths);
        for layer in &edit.layers {
            if let Content::Image(path) = &layer.content {
                add(Some(path.clone()), paths);
            }
            list_sources(&layer.steps, matches!(layer.content, Content::Text(_)), paths);
        }
    }
}

fn add(path: Option<AssetPath>, paths: &mut Vec<AssetPath>) {
    paths.extend(path.filter(|path| !paths.contains(path)));
}

/// Returns the URL that a path is, for a web proxy: either bare, or percent-encoded as a whole.
fn inner_url(path: &AssetPath) -> Option<String> {
    let raw = path.as_str();
    if !address::is_url(raw) {
        return None;
    }
    let is_bare = raw.split_once(":/").is_some_and(|(scheme, _)| !scheme.contains('%'));
    let url = match percent::decode(raw.as_bytes()) {
        decoded if !is_bare => String::from_utf8(decoded.into_owned()).ok()?,
        _ => raw.to_owned(),
    };
    // Proxies in front may merge two slashes into one.
    let (scheme, rest) = url.split_once(":/")?;
    Some(format!("{scheme}://{}", rest.strip_prefix('/').unwrap_or(rest)))
}

fn with_query(mut url: String, query: Option<&str>) -> String {
    if let Some(query) = query {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(query);
    }
    url
}

/// Returns the name in `ik-attachment-filename`, otherwise the last segment of the path.
fn attachment(url: &DeliveryUrl) -> Option<Attachment> {
    let path = || match inner_url(url.asset()) {
        Some(inner) => {
            let name = inner.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            percent::decode_text(name).into_owned()
        }
        None => url.asset().file_name(),
    };
    let asked = url.attachment_filename().map(|name| Attachment::Asked(name.to_owned()));
    url.is_attachment().then(|| asked.unwrap_or_else(|| Attachment::OfPath(path())))
}

/// Returns a number that is equal for equal keys, on every machine and in every version: FNV-1a, 64 bits.
fn seed(key: &str) -> u64 {
    key.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// Returns `true` if an SVG is sanitised. The setting is a minimum: a URL can request more, not less (chosen).
const fn sanitizes(settings: &Settings, asked: Option<bool>) -> bool {
    #[cfg(feature = "sanitize")]
    return settings.sanitize_svg || matches!(asked, Some(true));
    #[cfg(not(feature = "sanitize"))]
    {
        _ = (settings, asked);
        false
    }
}

fn rules(limits: &Limits, settings: &Settings) -> Rules {
    Rules {
        limits: limits.clone(),
        auto_orient: settings.auto_orient,
        refuse_damaged: settings.refuse_damaged,
        max_size: settings.max_size,
        ..Rules::default()
    }
}

/// Builds the cache key. The parts are separated by spaces, which is unambiguous because no part contains one.
fn cache_key(
    endpoint: &Endpoint,
    url: &DeliveryUrl,
    transformation: &Transformation,
    content_dpr: Option<&str>,
    negotiation: Option<&Negotiation>,
) -> CacheKey {
    let encoded = |text: &str| percent::encode(text, percent::ASSET_PATH).to_string();
    let mut key = format!("{} {} tr:{}", endpoint.base(), url.path(), encoded(&transformation.to_string()));
    let mut part = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            _ = write!(key, " {name}:{value}");
        }
    };
    part("query", url.query());
    part("version", url.params().version.as_deref().map(encoded).as_deref());
    part("thumbnail", url.is_thumbnail().then_some("1"));
    match attachment(url) {
        Some(Attachment::Asked(name)) => part("attachment-as", Some(&encoded(&name))),
        Some(Attachment::OfPath(name)) => part("attachment", Some(&encoded(&name))),
        None => {}
    }
    part("content-dpr", content_dpr);
    let forwards = endpoint.origins().iter().any(crate::config::Origin::forwards_host);
    part("host", forwards.then_some(url.authority()));
    part("webp", negotiation.filter(|n| n.accepts_webp).map(|_| "1"));
    part("avif", negotiation.filter(|n| n.avif && n.accepts_avif).map(|_| "1"));
    CacheKey(key)
}
