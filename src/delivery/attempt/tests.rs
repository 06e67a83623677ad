use http::Request;

use super::*;
use crate::config::{Endpoint, Engine, Origin};
use crate::policy::RedirectPolicy;

/// A search for a file that the store does not have.
fn search(attempts: Vec<Attempt>) -> Search {
    let mut search = Search::start(SourceRequest { path: AssetPath::from_text("a.jpg").unwrap(), attempts });
    if let Some(key) = search.lookup() {
        assert!(search.looks_up(&key) && search.is_looking() && !search.is_ready());
        search.found(None, &terms());
    }
    search
}

fn engine() -> Engine {
    let endpoint = Endpoint::new("https://img.example.com");
    Engine::builder().endpoint(endpoint.origin(Origin::new("https://o.example"))).build().unwrap()
}

fn terms() -> GatherContext {
    GatherContext { limits: crate::Limits::default(), caching: crate::config::Caching::default(), now: 0 }
}

fn ask(uri: &str) -> Attempt {
    Attempt::Ask {
        request: Request::get(uri).body(()).unwrap(),
        canonical: None,
        redirects: RedirectPolicy { home: None, hosts: None, engine: engine() },
    }
}

#[test]
fn skips_origins_that_cannot_have_it() {
    let mut skipping = search(vec![Attempt::Skip(OriginError::NotFound), ask("https://b.example/a.jpg")]);
    assert!(skipping.is_ready());
    assert_eq!(skipping.ask(FetchId::new(1), &terms()).unwrap().request().uri(), "https://b.example/a.jpg");
    assert!(skipping.ask(FetchId::new(2), &terms()).is_none(), "once");
    assert!(skipping.awaits(FetchId::new(1)) && !skipping.awaits(FetchId::new(2)));
    assert_eq!(search(vec![Attempt::Skip(OriginError::Denied)]).missing(), Some(OriginError::Denied));
    assert_eq!(search(Vec::new()).missing(), Some(OriginError::NotFound));
}

#[test]
fn a_second_head_does_not_count() {
    let mut search = search(vec![ask("https://a.example/a.jpg")]);
    search.ask(FetchId::new(1), &terms()).unwrap();
    let terms = terms();
    assert_eq!(search.head(&Response::new(()), &terms), Ok(CONTINUE));
    assert_eq!(search.chunk(b"a", &terms), Ok(CONTINUE));
    let not_found = Response::builder().status(404).body(()).unwrap();
    assert_eq!(search.head(&not_found, &terms), Ok(CONTINUE));
    assert_eq!(search.end(&terms), Ok(BREAK));
    assert_eq!(search.into_found().unwrap().original.bytes, "a");
}
