//! [`Signer`]: a signer of requests to an origin.

use std::time::SystemTime;

use http::Request;

use super::BoxError;

/// A signer of the requests to an origin, such as a bucket that is not public. See
/// [`Origin::signer`](crate::Origin::signer), and the example `private-bucket` for one that implements `SigV4`.
///
/// It is called for each request immediately before that is handed out: for each file, for a revalidation
/// (`If-None-Match`), for a retry, and for each redirect that stays with the origin.
/// [`Delivery::poll`](crate::delivery::Delivery::poll) calls it, on the thread that drives the delivery: have keys
/// ready and do not block. If a store turns out to hold the response to a request, the signature is not used.
///
/// ```
/// use std::time::SystemTime;
/// use originkit::extend::{BoxError, Signer};
/// use originkit::http::{HeaderValue, Request};
///
/// /// A scheme for this example; a real one would make a code of path, time and key.
/// struct Stamped;
///
/// impl Signer for Stamped {
///     fn sign(&self, request: &mut Request<()>, now: SystemTime) -> Result<(), BoxError> {
///         let seconds = now.duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
///         request.headers_mut().insert("x-signed-at", HeaderValue::from(seconds));
///         Ok(())
///     }
/// }
/// # let origin = originkit::Origin::new("https://media.example.com").signer("stamped", Stamped);
/// # assert!(format!("{origin:?}").contains("stamped"));
/// ```
pub trait Signer: Send + Sync {
    /// Signs a request: adds headers, or parameters of the query. The request is complete otherwise; it is always a GET
    /// without a body.
    ///
    /// `now` is the time that was passed to [`Engine::resolve`](crate::Engine::resolve), in whole seconds. A delivery
    /// may last as long as its fetches may take; schemes allow for some minutes.
    ///
    /// Each added header counts as secret. Method, scheme, authority and path must not change, nor may `Host`, the
    /// marker and the headers that [`Origin::header`](crate::Origin::header) refuses: otherwise the request is not
    /// sent.
    ///
    /// # Errors
    /// Any failure: the request is not sent, and the origin counts as transiently failed
    /// ([`OriginError::Unsigned`](crate::error::OriginError::Unsigned)). The next origin is tried. The error is
    /// reported to `tracing` only (event `unsigned`).
    fn sign(&self, request: &mut Request<()>, now: SystemTime) -> Result<(), BoxError>;
}
