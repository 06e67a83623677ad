//! [`Signer`]: who signs requests to an origin.

use std::time::SystemTime;

use http::Request;

use super::BoxError;

/// Signs the requests to an origin, as a bucket that is not public wants it. See
/// [`Origin::signer`](crate::Origin::signer), and the example `private-bucket` for one that speaks `SigV4`.
///
/// It is asked for each request right before that is handed out: for each file, for the question whether one has changed
/// (`If-None-Match`), for one that is sent once more, and for each redirect that stays with the origin. It is asked by
/// [`Delivery::poll`](crate::delivery::Delivery::poll), on the thread that drives the delivery: have keys at hand and do
/// not wait for any. Of a request that a store then has the answer to the signature is not used.
///
/// ```
/// use std::time::SystemTime;
/// use originkit::extend::{BoxError, Signer};
/// use originkit::http::{HeaderValue, Request};
///
/// /// A scheme of our own; a real one would make a code of path, time and key.
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
    /// Signs a request: adds headers, or parameters of the query. The request is complete but for that; it is always a GET
    /// without a body.
    ///
    /// `now` is the time that [`Engine::resolve`](crate::Engine::resolve) was given, in whole seconds. A delivery may go on
    /// for as long as its fetches may take; schemes allow for some minutes.
    ///
    /// Each header that is added counts as secret. Method, scheme, authority and path must stay as they are, and so must
    /// `Host`, the marker and the headers that [`Origin::header`](crate::Origin::header) refuses: otherwise the request is
    /// not sent.
    ///
    /// # Errors
    /// Whatever went wrong: the request is not sent, and the origin counts as one that failed for a moment
    /// ([`OriginError::Unsigned`](crate::error::OriginError::Unsigned)). The next origin is asked. The error is told to `tracing`
    /// (event `unsigned`), and to nobody else.
    fn sign(&self, request: &mut Request<()>, now: SystemTime) -> Result<(), BoxError>;
}
