//! [`Origins`]: origins in memory, for tests of whole deliveries without a network.
//!
//! It implements the client traits of both drivers, answers as configured, and records the requests that it receives.
//!
//! ```
//! # #[cfg(feature = "pixels")] {
//! use std::time::SystemTime;
//! use originkit::delivery::Render;
//! use originkit::{Endpoint, Engine, Origin, blocking, http::Request, testing::Origins};
//!
//! let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
//! let engine = Engine::builder().endpoint(endpoint).build()?;
//!
//! let pixel = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
//! let origins = Origins::new().file("https://www.example.com/a.gif", &pixel[..]);
//! let io = blocking::Io::new(&origins, Render::run);
//! let request = Request::get("https://img.example.com/tr:w-8,f-png/a.gif").body(())?;
//! let response = blocking::drive(engine.deliver(&request, SystemTime::now()), &io).response;
//!
//! assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &"image/png".parse()?));
//! let received = origins.requests();
//! assert_eq!(received[0].request.uri(), "https://www.example.com/a.gif");
//! assert_eq!(received[0].request.headers()["x-req-from"], "imagekit");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A name that resolves to a private address is refused before a request is sent, unless it is that of a configured
//! origin:
//!
//! ```
//! # #[cfg(feature = "pixels")] {
//! # use std::time::SystemTime;
//! # use originkit::delivery::Render;
//! # use originkit::{Endpoint, Engine, Origin, blocking, http::{Request, Response}, testing::Origins};
//! # let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
//! # let engine = Engine::builder().endpoint(endpoint).build()?;
//! let redirect = Response::builder().status(302).header("location", "https://rebound.example/").body("")?;
//! let origins = Origins::new()
//!     .answer("https://www.example.com/a.jpg", redirect)
//!     .leads_to("rebound.example", ["169.254.169.254".parse()?]);
//! let io = blocking::Io::new(&origins, Render::run);
//! let request = Request::get("https://img.example.com/a.jpg").body(())?;
//! let response = blocking::drive(engine.deliver(&request, SystemTime::now()), &io).response;
//! assert_eq!((response.status().as_u16(), origins.requests().len()), (404, 1));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use http::{Response, StatusCode, Uri};

use crate::delivery::{Approved, FetchError};
use crate::{blocking, client};

/// Origins in memory, by URL. Clones share the answers and the requests, so that one clone can be passed to a driver
/// and another one queried.
///
/// - A URL without an answer is not found (404).
/// - Several answers for one URL are given in turn. The last one is repeated, until another one is added.
/// - A name resolves to one public address, unless [`leads_to`](Self::leads_to) sets others.
/// - A body arrives immediately, in one chunk: nothing waits, and no timeout passes.
///
/// URLs are compared as URIs, without regard to the case of the host. An answer for a text that is no URI is never
/// used.
#[derive(Debug, Clone, Default)]
pub struct Origins(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    answers: HashMap<Uri, Answers>,
    /// By name, in lower case.
    names: HashMap<String, Vec<IpAddr>>,
    received: Vec<Approved>,
}

/// The answers for one URL.
#[derive(Debug, Default)]
struct Answers {
    in_turn: VecDeque<Answer>,
    /// Whether the first one has been given already.
    given: bool,
}

/// The head and the body, or the error in their place; and the end of the body.
#[derive(Debug, Clone)]
struct Answer {
    response: Result<Response<Bytes>, FetchError>,
    ends: Result<(), FetchError>,
}

impl Origins {
    /// Makes origins without any answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file: status 200, without headers.
    pub fn file(self, url: &str, file: impl Into<Bytes>) -> Self {
        self.answer(url, Response::new(file))
    }

    /// Adds an answer with any status and headers.
    pub fn answer(self, url: &str, response: Response<impl Into<Bytes>>) -> Self {
        self.add(url, Answer { response: Ok(response.map(Into::into)), ends: Ok(()) })
    }

    /// Adds an answer that fails after its body, for example one that is truncated.
    pub fn breaks_off(self, url: &str, response: Response<impl Into<Bytes>>, error: FetchError) -> Self {
        self.add(url, Answer { response: Ok(response.map(Into::into)), ends: Err(error) })
    }

    /// Adds a failure before the head of an answer.
    pub fn fails(self, url: &str, error: FetchError) -> Self {
        self.add(url, Answer { response: Err(error), ends: Ok(()) })
    }

    /// Sets the addresses of a name; without any, the name does not resolve.
    pub fn leads_to(self, host: &str, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        self.state().names.insert(host.to_ascii_lowercase(), addresses.into_iter().collect());
        self
    }

    /// Returns the received requests, in order, each with the addresses that were approved for it.
    #[must_use]
    pub fn requests(&self) -> Vec<Approved> {
        self.state().received.clone()
    }

    fn add(self, url: &str, answer: Answer) -> Self {
        if let Ok(url) = Uri::try_from(url) {
            self.state().answers.entry(url).or_default().in_turn.push_back(answer);
        }
        self
    }

    fn addresses(&self, host: &str, port: u16) -> Vec<SocketAddr> {
        let named = self.state().names.get(&host.to_ascii_lowercase()).cloned();
        let addresses = named.unwrap_or_else(|| vec![PUBLIC.into()]);
        addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect()
    }

    fn receive(&self, request: Approved) -> Result<Response<OriginsBody>, FetchError> {
        let mut state = self.state();
        let answer = state.answers.get_mut(request.request.uri()).and_then(Answers::next);
        state.received.push(request);
        let Some(Answer { response, ends }) = answer else {
            let mut missing = Response::new(OriginsBody { bytes: Bytes::new(), ends: Ok(()) });
            *missing.status_mut() = StatusCode::NOT_FOUND;
            return Ok(missing);
        };
        Ok(response?.map(|bytes| OriginsBody { bytes, ends }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code in here panics between two changes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answers {
    fn next(&mut self) -> Option<Answer> {
        if self.given && self.in_turn.len() > 1 {
            self.in_turn.pop_front();
        }
        self.given = true;
        self.in_turn.front().cloned()
    }
}

impl client::Client for Origins {
    type Body = OriginsBody;

    async fn lookup(&self, host: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        Ok(self.addresses(host, port))
    }

    async fn send(&self, request: Approved) -> Result<Response<OriginsBody>, FetchError> {
        self.receive(request)
    }
}

impl blocking::Client for Origins {
    type Body = OriginsBody;

    fn lookup(&self, host: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        Ok(self.addresses(host, port))
    }

    fn send(&self, request: Approved) -> Result<Response<OriginsBody>, FetchError> {
        self.receive(request)
    }
}

/// The body of an answer by [`Origins`].
#[derive(Debug)]
pub struct OriginsBody {
    bytes: Bytes,
    ends: Result<(), FetchError>,
}

impl client::Body for OriginsBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        let bytes = std::mem::take(&mut self.bytes);
        if bytes.is_empty() { self.ends.map(|()| None) } else { Ok(Some(bytes)) }
    }
}

impl Read for OriginsBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.bytes.has_remaining() {
            return match self.ends {
                Ok(()) => Ok(0),
                Err(FetchError::TimedOut) => Err(ErrorKind::TimedOut.into()),
                Err(error) => Err(io::Error::other(error)),
            };
        }
        (&mut self.bytes).reader().read(buffer)
    }
}

/// The default address of names: any public one is suitable, as no request is ever sent there.
const PUBLIC: Ipv4Addr = Ipv4Addr::new(93, 184, 215, 14);

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use std::time::SystemTime;

    use http::Request;

    use super::*;
    use crate::client::Body as _;
    use crate::config::{Endpoint, Engine, Origin};
    use crate::delivery::{Input, Output};

    const FILE: &str = "https://www.example.com/a.jpg";

    fn approved(path: &str) -> Approved {
        let endpoint = Endpoint::new("https://img.example.com");
        let endpoint = endpoint.origin(Origin::new("https://www.example.com"));
        let engine = Engine::builder().endpoint(endpoint).build().unwrap();
        let request = Request::get(format!("https://img.example.com/{path}")).body(()).unwrap();
        let mut delivery = engine.deliver(&request, SystemTime::UNIX_EPOCH);
        let fetch = loop {
            match delivery.poll() {
                Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
                Output::Fetch(fetch) => break fetch,
                other => panic!("{other:?}"),
            }
        };
        fetch.approve(vec![SocketAddr::from(([1, 1, 1, 1], 443))]).unwrap()
    }

    /// Returns the status and the body.
    fn ask(origins: &Origins, path: &str) -> Result<(u16, Vec<u8>), FetchError> {
        origins.receive(approved(path)).map(|response| {
            let status = response.status().as_u16();
            let mut bytes = Vec::new();
            _ = response.into_body().read_to_end(&mut bytes);
            (status, bytes)
        })
    }

    #[test]
    fn answers_are_given_in_turn_and_the_last_one_stays() {
        let origins = Origins::new().fails(FILE, FetchError::Closed).file(FILE, "one");
        assert_eq!(ask(&origins, "a.jpg"), Err(FetchError::Closed));
        for _ in 0..2 {
            assert_eq!(ask(&origins, "a.jpg"), Ok((200, b"one".to_vec())));
        }
        let gone = Response::builder().status(410).body("gone").unwrap();
        let other = origins.clone().answer("HTTPS://WWW.EXAMPLE.COM/a.jpg", gone);
        assert_eq!(ask(&origins, "a.jpg"), Ok((410, b"gone".to_vec())));
        assert_eq!(ask(&origins, "b.jpg"), Ok((404, Vec::new())));
        let paths: Vec<_> = other.requests().iter().map(|it| it.request.uri().path().to_owned()).collect();
        assert_eq!(paths, ["/a.jpg", "/a.jpg", "/a.jpg", "/a.jpg", "/b.jpg"]);
        assert_eq!(other.requests()[0].addresses, [SocketAddr::from(([1, 1, 1, 1], 443))]);
        assert_eq!(ask(&Origins::new().file("no URL", "-"), "a.jpg"), Ok((404, Vec::new())));
    }

    #[test]
    fn names_lead_where_they_were_told() {
        let origins = Origins::new().leads_to("Two.example", [[10, 0, 0, 1].into(), [1, 1, 1, 1].into()]);
        let origins = origins.leads_to("none.example", []);
        let two = [([10, 0, 0, 1], 80).into(), ([1, 1, 1, 1], 80).into()];
        assert_eq!(origins.addresses("two.example", 80), two);
        assert_eq!(origins.addresses("none.example", 80), []);
        assert_eq!(origins.addresses("other.example", 8443), [(PUBLIC, 8443).into()]);
    }

    #[test]
    fn a_body_breaks_off_in_both_drivers() {
        for (error, kind) in [(FetchError::TimedOut, ErrorKind::TimedOut), (FetchError::Other, ErrorKind::Other)] {
            let origins = Origins::new().breaks_off(FILE, Response::new("half"), error);
            let mut body = origins.receive(approved("a.jpg")).unwrap().into_body();
            let mut bytes = Vec::new();
            assert_eq!((body.read_to_end(&mut bytes).unwrap_err().kind(), &*bytes), (kind, &b"half"[..]));
            let mut body = origins.receive(approved("a.jpg")).unwrap().into_body();
            let mut chunk = || match pin!(body.chunk()).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(chunk) => chunk,
                Poll::Pending => panic!("it waits"),
            };
            assert_eq!((chunk(), chunk()), (Ok(Some(Bytes::from("half"))), Err(error)));
        }
    }
}
