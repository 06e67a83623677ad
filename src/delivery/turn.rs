//! [`Turn`]: one origin's turn in the search for a file.

use http::{HeaderValue, Request, Response};

use super::gather_context::GatherContext;
use super::key::StoreKey;
use super::original::Original;
use crate::fingerprint::Fingerprint;
use crate::policy::{self, RedirectPolicy};

/// One origin's turn, redirects included.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) request: Request<()>,
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
        let key = StoreKey::of_request(&request);
        let (redirects, resent, kept, is_stored, identity) = (0, false, None, false, None);
        Self { request, key, canonical, policy, redirects, resent, kept, is_stored, identity }
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
                let key = StoreKey::of_request(&request);
                Ok(Self { request, key, redirects: self.redirects + 1, kept: None, identity: None, ..self })
            }
            Err(_) => Err(Box::new(self)),
        }
    }
}
