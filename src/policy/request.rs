//! Requests to an origin: the first one, and the next one after a redirect.
//!
//! Nothing that the client sent goes to an origin: a response that is the same for all clients can be cached for all.
//! An origin's own headers and signatures go to its scheme, host and port, and nowhere else.

use std::sync::Arc;
use std::time::SystemTime;

use http::header::{ACCEPT, ACCEPT_ENCODING, HOST, USER_AGENT};
use http::{HeaderValue, Request, Uri};

use super::guard::{Approved, approve};
use super::home::{self, Home};
use super::origin_outcome::OriginError;
use crate::config::{Credentials, Engine, HostPattern, Settings};
use crate::extend::BoxError;
use crate::percent;

/// The rules for redirects of one origin.
#[derive(Debug, Clone)]
pub(crate) struct RedirectPolicy {
    /// The origin itself, which is trusted; `None` for a web proxy.
    pub(crate) home: Option<Home>,
    /// The hosts of a web proxy; `None` allows every public host.
    pub(crate) hosts: Option<Arc<[HostPattern]>>,
    /// The engine to whose endpoints no redirect may lead back.
    pub(crate) engine: Engine,
}

impl RedirectPolicy {
    /// Returns the name of the origin for logs. A web proxy has that of the requested host.
    pub(crate) fn origin<'a>(&'a self, uri: &'a Uri) -> &'a str {
        self.home.as_ref().map_or_else(|| uri.host().unwrap_or_default(), Home::name)
    }

    /// Checks a URL away from the origin. `None` if it may not be fetched.
    fn approve(&self, url: &str) -> Option<Approved> {
        let is_listed = |url: &Approved| match &self.hosts {
            Some(hosts) => hosts.iter().any(|pattern| pattern.matches(&url.host)),
            None => true,
        };
        approve(url, &self.engine.settings().ports).ok().filter(is_listed)
    }

    /// Returns `true` if it is the configured origin, which may be in a private network.
    pub(crate) fn trusts(&self, uri: &Uri) -> bool {
        let authority = uri.authority().map(http::uri::Authority::as_str);
        self.home().zip(authority).is_some_and(|(home, authority)| home.eq_ignore_ascii_case(authority))
    }

    /// Returns the authority of the configured origin.
    fn home(&self) -> Option<&str> {
        self.home.as_ref().map(Home::authority)
    }

    /// Returns the credentials of the configured origin, if this URI belongs to it.
    pub(crate) fn credentials(&self, uri: &Uri) -> Option<&Credentials> {
        self.home.as_ref()?.credentials(uri)
    }

    /// Signs a request, if it goes to an origin with a signer.
    ///
    /// # Errors
    /// The signer's error, or an error if it changed more than it may.
    pub(crate) fn sign(&self, request: &mut Request<()>, now: SystemTime) -> Result<(), BoxError> {
        let Some(credentials) = self.credentials(request.uri()) else { return Ok(()) };
        home::sign(credentials, request, &self.engine.settings().marker_name, now)
    }

    /// Returns `true` if the request would go to this server. An origin at its configured address counts as another
    /// server, whatever its name.
    fn is_loop(&self, authority: &str, path: &str) -> bool {
        self.home() != Some(authority) && self.engine.find(authority, path).is_some()
    }
}

/// Makes the request `GET uri`. `None` if the URI or the host is not valid in a request.
pub(crate) fn origin_request(uri: &str, host: &str, policy: &RedirectPolicy) -> Option<Request<()>> {
    Some(request(Uri::try_from(uri).ok()?, HeaderValue::try_from(host).ok()?, policy))
}

fn request(uri: Uri, host: HeaderValue, policy: &RedirectPolicy) -> Request<()> {
    let settings: &Settings = policy.engine.settings();
    let mut request = Request::new(());
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.insert(HOST, host);
    headers.insert(settings.marker_name.clone(), settings.marker_value.clone());
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(USER_AGENT, settings.user_agent.clone());
    if let Some(credentials) = policy.credentials(request.uri()) {
        credentials.apply(request.headers_mut());
    }
    request
}

/// Makes the request that follows a redirect. Away from its origin it has none of the origin's own headers.
///
/// A forwarded `Host` is kept as long as the authority stays the same: without it, an origin that selects the site by
/// `Host` would answer for another site. Such an origin may also name itself by the forwarded host in `Location`; this
/// means the origin itself.
///
/// # Errors
/// [`OriginError::Redirect`] if the location is not a URL, [`OriginError::RedirectRefused`] if it leads from https to http,
/// back to this server, or to a host that is not allowed.
pub(crate) fn redirect(
    previous: &Request<()>,
    location: &HeaderValue,
    policy: &RedirectPolicy,
) -> Result<Request<()>, OriginError> {
    let location = percent::encode(location, percent::LOCATION).to_string();
    let location = itself(previous, &location).unwrap_or(location);
    let (uri, authority) = target(previous.uri(), &location, policy)?;
    let uri = Uri::try_from(uri).map_err(|_| OriginError::Redirect)?;
    let stays = previous.uri().authority().is_some_and(|own| own.as_str().eq_ignore_ascii_case(&authority));
    let host = match previous.headers().get(HOST).filter(|_| stays) {
        Some(host) => host.clone(),
        None => HeaderValue::try_from(authority).map_err(|_| OriginError::Redirect)?,
    };
    Ok(request(uri, host, policy))
}

/// Replaces the authority of a `Location` that names the forwarded `Host` by the origin's own.
fn itself(previous: &Request<()>, location: &str) -> Option<String> {
    let own = previous.uri().authority()?.as_str();
    let host = previous.headers().get(HOST)?.to_str().ok()?;
    let (scheme, rest) = match location.strip_prefix("//") {
        Some(rest) => (previous.uri().scheme_str()?, rest),
        None => location.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?', '#']))?,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let same = !own.eq_ignore_ascii_case(host) && authority.eq_ignore_ascii_case(host);
    same.then(|| format!("{scheme}://{own}{path}"))
}

/// Returns the target URL of a redirect, and its authority.
fn target(previous: &Uri, location: &str, policy: &RedirectPolicy) -> Result<(String, String), OriginError> {
    const NOWHERE: OriginError = OriginError::Redirect;
    let location = location.split('#').next().filter(|location| !location.is_empty()).ok_or(NOWHERE)?;
    if location.contains('\\') {
        return Err(NOWHERE);
    }
    let base = url::Url::parse(&previous.to_string()).map_err(|_| NOWHERE)?;
    // Some parsers read `http:evil` as relative, others as absolute: here only `scheme://` counts as a scheme.
    let front = location.split(['/', '?']).next().unwrap_or_default();
    let named = if location.starts_with("//") {
        Some(format!("{}:{location}", base.scheme()))
    } else if front.contains(':') {
        Some(location.to_owned())
    } else {
        None
    };
    // The text is checked before a library parses it, which would normalise unusual spellings of hosts.
    let named_host = match &named {
        Some(url) if !is_at_home(url, policy) => Some(policy.approve(url).ok_or(OriginError::RedirectRefused)?),
        _ => None,
    };
    let joined = base.join(named.as_deref().unwrap_or(location)).map_err(|_| NOWHERE)?;
    let port = joined.port().map(|port| format!(":{port}")).unwrap_or_default();
    let authority = format!("{}{port}", joined.host_str().ok_or(NOWHERE)?);
    let unchanged = named_host.is_none_or(|checked| checked.authority() == authority);
    let downgrade = base.scheme() == "https" && joined.scheme() == "http";
    let fine = unchanged && !downgrade && matches!(joined.scheme(), "http" | "https");
    if fine && !policy.is_loop(&authority, joined.path()) {
        Ok((joined.to_string(), authority))
    } else {
        Err(OriginError::RedirectRefused)
    }
}

/// Returns `true` if the URL has the authority of the configured origin, compared as text without regard to case.
fn is_at_home(url: &str, policy: &RedirectPolicy) -> bool {
    let Some(home) = policy.home() else { return false };
    let authority = url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?']).next());
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(home))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Endpoint, Origin};

    fn engine() -> Engine {
        let endpoint = Endpoint::new("https://img.example.com/p");
        Engine::builder().endpoint(endpoint.origin(Origin::new("https://o.example"))).build().unwrap()
    }

    /// Returns the redirect policy of a configured origin.
    fn of(base: &str) -> RedirectPolicy {
        let origin = Origin::new(base);
        RedirectPolicy { home: Some(home(&origin)), hosts: None, engine: engine() }
    }

    fn home(origin: &Origin) -> Home {
        Home::new(origin.base().unwrap(), origin.name(), origin.credentials())
    }

    fn follow(from: &str, location: &str, policy: &RedirectPolicy) -> Option<(String, String)> {
        let previous = origin_request(from, "forwarded.example", policy).unwrap();
        let next = redirect(&previous, &HeaderValue::from_bytes(location.as_bytes()).unwrap(), policy).ok()?;
        assert_eq!(next.headers().len(), previous.headers().len());
        Some((next.uri().to_string(), next.headers()[HOST].to_str().unwrap().to_owned()))
    }

    #[test]
    fn redirects_are_followed_where_they_may_lead() {
        let web = of("http://10.0.0.1:8080");
        let from = "http://10.0.0.1:8080/a/b.jpg?x=1";
        for (location, uri, host) in [
            ("c.jpg", "http://10.0.0.1:8080/a/c.jpg", "forwarded.example"),
            ("/c.jpg?y=2#z", "http://10.0.0.1:8080/c.jpg?y=2", "forwarded.example"),
            ("../../../c.jpg", "http://10.0.0.1:8080/c.jpg", "forwarded.example"),
            ("http://10.0.0.1:8080/d", "http://10.0.0.1:8080/d", "forwarded.example"),
            // The origin names itself by the forwarded host.
            ("http://Forwarded.example/d?x", "http://10.0.0.1:8080/d?x", "forwarded.example"),
            ("//forwarded.example?x", "http://10.0.0.1:8080/?x", "forwarded.example"),
            (
                "/b\u{fc}cher und/\u{1F600}.jpg",
                "http://10.0.0.1:8080/b%C3%BCcher%20und/%F0%9F%98%80.jpg",
                "forwarded.example",
            ),
            ("https://CDN.example.org:443/d", "https://cdn.example.org/d", "cdn.example.org"),
            ("//cdn.example.org/d", "http://cdn.example.org/d", "cdn.example.org"),
        ] {
            assert_eq!(follow(from, location, &web), Some((uri.to_owned(), host.to_owned())), "{location}");
        }
        for location in [
            "http://10.0.0.2/",
            "http://10.0.0.1/",
            "http://0x0a000001:8080/",
            "http://localhost/",
            "",
            "file:///etc/passwd",
            "http:evil.example",
            "http:/evil.example",
            "javascript:x",
            "http://u@cdn.example.org/",
            "http://10.0.0.1:8080@evil.example/",
            "//2130706433/",
            "http://cdn.example.org:22/",
            "http://cdn.example.org:8081/",
            "//cdn.example.org:8080/",
            // On the origin's own host only the configured port is allowed.
            "http://10.0.0.1:22/",
            "/\\evil.example",
            "#x",
        ] {
            assert_eq!(follow(from, location, &web), None, "{location}");
        }
        assert_eq!(follow("https://a.example/x", "http://b.example/x", &web), None);
    }

    #[test]
    fn ports_that_are_listed_are_open_to_redirects() {
        let settings = Settings { ports: vec![8080], ..Settings::default() };
        let endpoint = Endpoint::new("https://img.example.com/p").origin(Origin::new("https://o.example"));
        let engine = Engine::builder().endpoint(endpoint).settings(settings).build().unwrap();
        let web = RedirectPolicy { engine, ..of("https://o.example") };
        let followed = |location: &str| follow("https://o.example/a.jpg", location, &web).map(|(uri, _)| uri);
        assert_eq!(followed("https://cdn.example.org:8080/a").as_deref(), Some("https://cdn.example.org:8080/a"));
        assert_eq!(followed("https://cdn.example.org:8443/a"), None);
    }

    #[test]
    fn no_redirect_leads_back_to_us() {
        let any = of("https://o.example");
        for location in ["https://img.example.com/p/a.jpg", "//IMG.example.com:443/q/..//p/a.jpg"] {
            assert_eq!(follow("https://o.example/a.jpg", location, &any), None, "{location}");
        }
        assert!(follow("https://o.example/a.jpg", "https://img.example.com/q/a.jpg", &any).is_some());
        assert_eq!(follow("https://img.example.com/q/a.jpg", "../p/a.jpg", &any), None);
        let home = of("https://img.example.com");
        assert!(follow("https://img.example.com/p/a.jpg", "b.jpg", &home).is_some());
    }

    #[test]
    fn a_proxy_keeps_to_its_hosts() {
        let hosts = ["*.example.com"].iter().map(|host| host.parse().unwrap()).collect();
        let proxy = RedirectPolicy { home: None, hosts: Some(hosts), engine: engine() };
        assert!(follow("https://a.example.com/x", "https://b.example.com/y", &proxy).is_some());
        assert!(follow("https://a.example.com/x", "/y", &proxy).is_some());
        for location in ["https://example.org/y", "https://example.com/y", "//evil-example.com/y"] {
            assert_eq!(follow("https://a.example.com/x", location, &proxy), None, "{location}");
        }
    }

    #[test]
    fn headers_of_an_origin_go_to_its_scheme_host_and_port_only() {
        let origin = Origin::new("https://o.example/base").header("x-tenant", "42");
        let origin = origin.secret_header("X-Token", "hunter2").header("accept", "image/jpeg");
        let policy = RedirectPolicy { home: Some(home(&origin)), hosts: None, engine: engine() };
        let own = |request: &Request<()>| {
            let headers = request.headers();
            let all =
                [&headers["accept"] == "image/jpeg", headers.contains_key("x-tenant"), headers.contains_key("x-token")];
            assert!(all == [true; 3] || all == [false; 3]);
            assert!(all[0] || headers["accept"] == "*/*", "its place is taken by the usual one");
            assert!(headers.get("x-token").is_none_or(HeaderValue::is_sensitive));
            all[0]
        };
        let first = origin_request("https://o.example/base/a.jpg", "o.example", &policy).unwrap();
        assert!(own(&first));
        let go = |from: &Request<()>, to: &str| redirect(from, &HeaderValue::try_from(to).unwrap(), &policy);
        for (location, kept) in [
            ("b.jpg", true),
            ("/elsewhere/b.jpg?x", true),
            ("//O.example/b.jpg", true),
            ("https://o.example:443/b.jpg", true),
            ("https://www.o.example/b.jpg", false),
            ("https://example/b.jpg", false),
            ("https://cdn.example.org/b.jpg", false),
        ] {
            let Ok(next) = go(&first, location) else {
                assert!(!kept, "{location}");
                continue;
            };
            assert_eq!(own(&next), kept, "{location}");
            // A redirect back to the origin adds them again.
            assert!(own(&go(&next, "https://o.example/c.jpg").unwrap()), "{location}");
        }
        assert!(go(&first, "http://o.example/b.jpg").is_err(), "never from https to http");
        // Another scheme or port is another origin.
        let origin = Origin::new("http://o.example").secret_header("x-token", "hunter2");
        let settings = Settings { ports: vec![8080], ..Settings::default() };
        let endpoint = Endpoint::new("https://img.example.com/p").origin(origin.clone());
        let engine = Engine::builder().endpoint(endpoint).settings(settings).build().unwrap();
        let policy = RedirectPolicy { home: Some(home(&origin)), hosts: None, engine };
        let first = origin_request("http://o.example/a.jpg", "o.example", &policy).unwrap();
        for (location, kept) in [
            ("https://o.example/a.jpg", false),
            ("http://o.example:8080/a.jpg", false),
            ("http://o.example:80/a", true),
        ] {
            let next = redirect(&first, &HeaderValue::try_from(location).unwrap(), &policy).unwrap();
            assert_eq!(next.headers().contains_key("x-token"), kept, "{location}");
        }
    }
}
