//! [`Turn`]: one origin's turn in the search for a file.

use std::time::{Duration, SystemTime};

use http::{HeaderValue, Request, Response};

use super::gather_context::GatherContext;
use crate::extend::BoxError;
use crate::fingerprint::Fingerprint;
use crate::policy::{self, OriginError, RedirectPolicy};
use crate::store::{Original, StoreKey};

/// One origin's turn, redirects included.
#[derive(Debug)]
pub(super) struct Turn {
    /// The request before it is signed, so that a redirect takes no signature along.
    request: Request<()>,
    pub(super) key: StoreKey,
    pub(super) canonical: Option<HeaderValue>,
    /// The rules for redirects.
    pub(super) policy: RedirectPolicy,
    /// The number of redirects so far.
    redirects: usize,
    /// `true` if the request was sent again after a connection that had been kept open was closed.
    pub(super) resent: bool,
    /// The stale file that a store has for this request, which needs revalidation.
    pub(super) kept: Option<Original>,
    /// `true` if the store has the file already.
    pub(super) is_stored: bool,
    /// The identity of the content, once it is known.
    pub(super) identity: Option<Fingerprint>,
}

impl Turn {
    /// Returns the name of the origin, for logs.
    pub(super) fn origin(&self) -> &str {
        self.policy.origin(self.request.uri())
    }

    /// Makes the turn of an origin that is to be asked.
    pub(super) fn start(request: Request<()>, canonical: Option<HeaderValue>, policy: RedirectPolicy) -> Self {
        let key = StoreKey::of_request(&request, &policy);
        let (redirects, resent, kept, is_stored, identity) = (0, false, None, false, None);
        Self { request, key, canonical, policy, redirects, resent, kept, is_stored, identity }
    }

    /// Returns the request to send: signed, and conditional if there is a stale file.
    ///
    /// # Errors
    /// The request cannot be signed.
    pub(super) fn sent(&self, now: u64) -> Result<Request<()>, BoxError> {
        let mut request = self.request.clone();
        if let Some(kept) = &self.kept {
            kept.ask_whether_changed(&mut request);
        }
        let now = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(now)).unwrap_or(SystemTime::UNIX_EPOCH);
        self.policy.sign(&mut request, now)?;
        Ok(request)
    }

    /// Returns this turn at the address that `head` redirects to, or `Err` with the turn unchanged if the policy
    /// forbids it.
    pub(super) fn redirected(
        self,
        head: &Response<()>,
        terms: &GatherContext,
    ) -> Result<Self, (Box<Self>, OriginError)> {
        let mut locations = head.headers().get_all(http::header::LOCATION).iter();
        let (Some(location), None) = (locations.next(), locations.next()) else {
            return Err((Box::new(self), OriginError::Redirect));
        };
        if self.redirects >= terms.limits.redirects {
            return Err((Box::new(self), OriginError::RedirectLimit));
        }
        match policy::redirect(&self.request, location, &self.policy) {
            Ok(request) => {
                let key = StoreKey::of_request(&request, &self.policy);
                Ok(Self { request, key, redirects: self.redirects + 1, kept: None, identity: None, ..self })
            }
            Err(cause) => Err((Box::new(self), cause)),
        }
    }
}
