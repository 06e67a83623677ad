//! [`Home`]: a configured origin, which is trusted, and the only destination of its credentials.

use std::sync::Arc;
use std::time::SystemTime;

use http::uri::Scheme;
use http::{HeaderName, Request, Uri};

use crate::config::{Base, Credentials, is_owned};
use crate::extend::BoxError;

/// The address of a configured origin, and its credentials.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    https: bool,
    authority: Arc<str>,
    /// For logs.
    name: Option<Arc<str>>,
    credentials: Arc<Credentials>,
}

impl Home {
    pub(crate) fn new(base: &Base, name: Option<&str>, credentials: &Arc<Credentials>) -> Self {
        let https = base.as_str().starts_with("https:");
        let (authority, name) = (base.authority().into(), name.map(Arc::from));
        Self { https, authority, name, credentials: Arc::clone(credentials) }
    }

    /// Returns the host in lower case, with the port unless it is the scheme's default port.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns the name for logs: the configured one, or the authority.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.authority)
    }

    /// Returns the credentials if the URL belongs to the origin: same scheme, same host, same port.
    pub(super) fn credentials(&self, uri: &Uri) -> Option<&Credentials> {
        let scheme = if self.https { &Scheme::HTTPS } else { &Scheme::HTTP };
        let authority = uri.authority().is_some_and(|own| own.as_str().eq_ignore_ascii_case(&self.authority));
        (authority && uri.scheme() == Some(scheme)).then_some(&*self.credentials)
    }
}

/// Signs a request. `marker`: the name of the header that identifies this server.
///
/// # Errors
/// The signer's error, or an error if it changed more than it may.
pub(super) fn sign(
    credentials: &Credentials,
    request: &mut Request<()>,
    marker: &HeaderName,
    now: SystemTime,
) -> Result<(), BoxError> {
    let Some(signer) = credentials.signer() else { return Ok(()) };
    let before = request.clone();
    signer.sign(request, now)?;
    if !is_same(&before, request, marker) {
        return Err("the signer changed more than the query and headers of its own".into());
    }
    for (name, value) in request.headers_mut() {
        let is_known = before.headers().get_all(name).iter().any(|known| known == value && !known.is_sensitive());
        value.set_sensitive(value.is_sensitive() || !is_known);
    }
    Ok(())
}

/// Returns `true` if both requests have the same target and the same values for the headers that this crate manages.
fn is_same(before: &Request<()>, after: &Request<()>, marker: &HeaderName) -> bool {
    let (old, new) = (before.uri(), after.uri());
    let target = old.scheme() == new.scheme() && old.authority() == new.authority() && old.path() == new.path();
    let owned = |name: &&HeaderName| is_owned(name) || *name == marker;
    let mut names = before.headers().keys().chain(after.headers().keys()).filter(owned);
    let form = before.method() == after.method() && before.version() == after.version();
    form && target && names.all(|name| before.headers().get_all(name) == after.headers().get_all(name))
}
