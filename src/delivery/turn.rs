//! [`Turn`]: one origin's turn in the search for a file.

use std::time::{Duration, SystemTime};

use http::{HeaderValue, Request, Response};

use super::gather_context::GatherContext;
use crate::extend::BoxError;
use crate::fingerprint::Fingerprint;
use crate::policy::{self, RedirectPolicy};
use crate::store::{Original, StoreKey};

/// One origin's turn, redirects included.
#[derive(Debug)]
pub(super) struct Turn {
    /// Not yet signed, so that a redirect takes no signature along.
    request: Request<()>,
    pub(super) key: StoreKey,
    pub(super) canonical: Option<HeaderValue>,
    /// Where it may be sent on to.
    pub(super) policy: RedirectPolicy,
    /// How often it was.
    redirects: usize,
    /// It was sent once more, after a connection that had been kept was closed.
    pub(super) resent: bool,
    /// What a store has of this request: too old to be used without asking.
    pub(super) kept: Option<Original>,
    /// A store need not be told: it has it.
    pub(super) is_stored: bool,
    /// Names the content of the file, once it has a name.
    pub(super) identity: Option<Fingerprint>,
}

impl Turn {
    /// The turn of an origin that is to be asked.
    pub(super) fn start(request: Request<()>, canonical: Option<HeaderValue>, policy: RedirectPolicy) -> Self {
        let key = StoreKey::of_request(&request, &policy);
        let (redirects, resent, kept, is_stored, identity) = (0, false, None, false, None);
        Self { request, key, canonical, policy, redirects, resent, kept, is_stored, identity }
    }

    /// The request as it is sent: with the question whether what is kept has changed, and signed.
    ///
    /// # Errors
    /// It cannot be signed.
    pub(super) fn sent(&self, now: u64) -> Result<Request<()>, BoxError> {
        let mut request = self.request.clone();
        if let Some(kept) = &self.kept {
            kept.ask_whether_changed(&mut request);
        }
        let now = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(now)).unwrap_or(SystemTime::UNIX_EPOCH);
        self.policy.sign(&mut request, now)?;
        Ok(request)
    }

    /// The same turn at the address that `head` points to, or as it was if the policy does not let it.
    pub(super) fn redirected(self, head: &Response<()>, terms: &GatherContext) -> Result<Self, Box<Self>> {
        let mut locations = head.headers().get_all(http::header::LOCATION).iter();
        let (Some(location), None) = (locations.next(), locations.next()) else { return Err(Box::new(self)) };
        if self.redirects >= terms.limits.redirects {
            return Err(Box::new(self));
        }
        match policy::redirect(&self.request, location, &self.policy) {
            Ok(request) => {
                let key = StoreKey::of_request(&request, &self.policy);
                Ok(Self { request, key, redirects: self.redirects + 1, kept: None, identity: None, ..self })
            }
            Err(_) => Err(Box::new(self)),
        }
    }
}
