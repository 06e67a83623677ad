//! Requests against configurations: the requests to origins, and the refusals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use originkit::config::{AcceptByAgent, Access, Warning};
use originkit::delivery::{Input, Output, Rendered};
use originkit::error::Rejection;
use originkit::plan::Size;
use originkit::render::Encoded;
use originkit::transform::Encoding;
use originkit::{Endpoint, Engine, Error, Format, Limits, Order, Origin, Settings};
use proptest::prelude::*;

fn web(base: &str) -> Engine {
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new(base));
    Engine::builder().endpoint(endpoint).build().unwrap()
}

fn proxy(hosts: &[&str]) -> Engine {
    let endpoint = Endpoint::new("https://e.example/px").origin(Origin::proxy(hosts));
    Engine::builder().endpoint(endpoint).build().unwrap()
}

fn get(engine: &Engine, url: &str) -> Result<Order, Rejection> {
    engine.resolve(&Request::get(url).body(()).unwrap(), SystemTime::UNIX_EPOCH)
}

fn status(result: Result<Order, Rejection>) -> (u16, &'static str) {
    let error = Error::from(result.expect_err("a rejection"));
    (error.status().as_u16(), error.code().as_str())
}

#[test]
fn nothing_of_the_client_reaches_the_origin() {
    let engine = web("https://www.example.com/assets/");
    let mut request = Request::get("/tr:w-100/a.jpg?v=1").header("host", "E.example:443");
    for (name, value) in [
        ("cookie", "session=1"),
        ("authorization", "Bearer x"),
        ("proxy-authorization", "Basic x"),
        ("referer", "https://shop.example/"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "/evil"),
        ("x-req-from", "somebody"),
        ("accept", "image/webp"),
        ("accept-encoding", "br"),
        ("user-agent", "browser"),
        ("range", "bytes=0-1"),
        ("if-none-match", "\"x\""),
        ("sec-ch-dpr", "2"),
    ] {
        request = request.header(name, value);
    }
    let order = engine.resolve(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let want = format!(
        "transform w-100\nGET https://www.example.com/assets/a.jpg?v=1\n  host: www.example.com\n  \
         x-req-from: imagekit\n  accept: */*\n  accept-encoding: identity\n  user-agent: originkit/{version}\n"
    );
    assert_eq!(order.to_string(), want);
}

#[test]
fn head_makes_a_get_and_other_methods_are_refused() {
    let engine = web("https://o.example");
    let ask = |method: Method| {
        let request = Request::builder().method(method).uri("https://e.example/a.jpg").body(()).unwrap();
        engine.resolve(&request, SystemTime::UNIX_EPOCH)
    };
    assert_eq!(ask(Method::HEAD).unwrap().attempts().next().unwrap().method(), Method::GET);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS, Method::TRACE] {
        assert_eq!(status(ask(method)), (405, "EMETHOD"));
    }
}

#[test]
fn a_host_must_be_one_and_known() {
    let engine = web("https://o.example");
    let ask = |hosts: &[&str]| {
        let mut request = Request::get("/a.jpg").body(()).unwrap();
        for host in hosts {
            request.headers_mut().append("host", host.parse().unwrap());
        }
        engine.resolve(&request, SystemTime::UNIX_EPOCH)
    };
    assert!(ask(&["e.example"]).is_ok() && ask(&["E.EXAMPLE:80"]).is_ok());
    for hosts in [
        vec![],
        vec![""],
        vec!["e.example", "e.example"],
        vec!["evil.example"],
        vec!["e.example:8080"],
        vec!["e.example@evil.example"],
        vec!["user@e.example"],
        vec!["e.example/evil"],
        vec!["127.0.0.1"],
    ] {
        assert_eq!(status(ask(&hosts)), (404, "ENOENT"), "{hosts:?}");
    }
}

/// The endpoints of an engine are those that it was built from.
#[test]
fn an_endpoint_stays_itself() {
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new("https://o.example"));
    let engine = Engine::builder().endpoint(endpoint.clone()).build().unwrap();
    assert_eq!(engine.endpoints(), [endpoint]);
}

#[test]
fn a_proxy_fetches_from_its_hosts_only() {
    let engine = proxy(&["*.example.com", "Example.org"]);
    let asked = |inner: &str| {
        get(&engine, &format!("https://e.example/px/{inner}")).map(|order| {
            order
                .attempts()
                .next()
                .map(|request| (request.uri().to_string(), request.headers()["host"].to_str().unwrap().to_owned()))
        })
    };
    for (inner, uri, host) in [
        ("https://a.example.com/i.jpg?x=1", "https://a.example.com/i.jpg?x=1", "a.example.com"),
        ("https:/A.b.Example.COM./i.jpg", "https://a.b.example.com/i.jpg", "a.b.example.com"),
        ("http%3A%2F%2Fexample.org%3A443%2Fi%2520j.jpg", "http://example.org:443/i%20j.jpg", "example.org:443"),
        ("https%3a%2f%2fexample.org", "https://example.org/", "example.org"),
    ] {
        assert_eq!(asked(inner).unwrap(), Some((uri.to_owned(), host.to_owned())), "{inner}");
    }
    for inner in ["evil-example.com", "example.com.evil", "example.com", "www.example.org", "example.org.evil.net"] {
        assert_eq!(asked(&format!("https://{inner}/i.jpg")), Ok(None), "{inner}");
    }
    for inner in
        ["example.com@evil.com", "example.org:22", "example.org:8080", "example.org:x", "a.example.com%00", "[::1]"]
    {
        assert_eq!(
            status(get(&engine, &format!("https://e.example/px/https://{inner}/i.jpg"))),
            (400, "EINVAL"),
            "{inner}"
        );
    }
}

#[test]
fn ports_are_closed_to_urls_unless_they_are_listed() {
    use base64::Engine as _;
    use originkit::error::Rejection;
    let engine = |ports: &[u16]| {
        let mut settings = Settings::default();
        settings.ports = ports.to_vec();
        // A configured origin has any port.
        let web = Origin::new("http://10.0.0.1:9200/media");
        let endpoint = Endpoint::new("https://e.example/px");
        let endpoint = endpoint.origin(Origin::proxy(["*.example.com"])).origin(web);
        Engine::builder().endpoint(endpoint).settings(settings).build().unwrap()
    };
    let refused = Rejection::Source(originkit::error::GuardError::Port);
    for (port, listed) in
        [("22", false), ("6379", false), ("8080", true), ("65535", false), ("80", true), ("443", true)]
    {
        let url = |tr: &str, asset: &str| format!("https://e.example/px/{tr}{asset}");
        let source = format!("http://a.example.com:{port}/i.jpg");
        let encoded = source.replace(':', "%3A").replace('/', "%2F");
        let by_layer = format!("tr:l-image,ie-{},l-end/", base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&source));
        for url in [
            url("", &source),
            url("", &encoded),
            url("tr:w-10/", &source),
            url(&by_layer, "https://a.example.com/i.jpg"),
        ] {
            let closed = get(&engine(&[]), &url).err();
            assert_eq!(closed, (!matches!(port, "80" | "443")).then(|| refused.clone()), "{url}");
            assert_eq!(get(&engine(&[8080]), &url).is_ok(), listed, "{url}");
        }
    }
    let order = get(&engine(&[]), "https://e.example/px/a.jpg").unwrap();
    assert_eq!(order.attempts().next().unwrap().uri(), "http://10.0.0.1:9200/media/a.jpg");
    assert_eq!(originkit::Error::from(refused).as_gateway(), (http::StatusCode::FORBIDDEN, "EPORT"));
}

#[test]
fn no_url_leads_into_private_networks_or_back() {
    let engine = proxy(&["*", "127.0.0.1", "localhost"]);
    for host in
        "2130706433 017700000001 0177.0.0.1 0x7f.1 0x7f000001 127.1 0 0.0.0.0 127.0.0.1. %31%32%37.0.0.1 [::] [::1] \
        [::ffff:127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1] [fd00:ec2::254] 169.254.169.254 100.100.100.200 \
        localhost localhost. x.localhost metadata.google.internal good@127.0.0.1 good%2f@127.0.0.1 127.0.0.1%23@good \
        good%5c@127.0.0.1 %E2%93%9Bocalhost e.example/px"
            .split_whitespace()
    {
        for form in [format!("http://{host}/i.jpg"), format!("http%3A%2F%2F{}%2Fi.jpg", host.replace('/', "%2F"))] {
            match get(&engine, &format!("https://e.example/px/{form}")) {
                Err(error) => assert_eq!(error.code().as_str(), "EINVAL", "{form}"),
                // Decoded, `good%2f@...` is a path on the host `good`, which is no public name.
                Ok(order) => assert!(order.attempts().next().is_none(), "{form}: {order}"),
            }
        }
    }
    for path in
        ["http:127.0.0.1", "http%3A%5C%5C127.0.0.1/x", "//127.0.0.1/x", "file:///etc/passwd", "gopher://example.com/"]
    {
        match get(&engine, &format!("https://e.example/px/{path}")) {
            Err(error) => assert_eq!(error.code().as_str(), "EINVAL", "{path}"),
            Ok(order) => assert!(order.attempts().next().is_none(), "{path}: {order}"),
        }
    }
}

#[test]
fn overlays_and_fonts_pass_the_same_door() {
    let engine = proxy(&["*.example.com"]);
    for tr in ["l-image,i-http:@@@@127.0.0.1@@x.png,l-end", "l-text,i-a,ff-http:@@@@127.0.0.1@@x.ttf,l-end"] {
        let url = format!("https://e.example/px/https://a.example.com/i.jpg?tr={tr}");
        // `:` ends a step, so the address never becomes a path; encoded it does not either.
        if let Ok(order) = get(&engine, &url) {
            assert!(order.attempts().all(|request| request.uri().host() == Some("a.example.com")), "{order}");
        }
    }
}

#[test]
fn a_file_is_saved_under_its_own_name() {
    for (engine, path, name) in [
        (web("https://o.example"), "a/what%3F.jpg?v=1", "what%3F.jpg"),
        (proxy(&["*"]), "px/https://x.example/a/b%20c.jpg?v=a/b", "b%20c.jpg"),
        (proxy(&["*"]), "px/https%3A%2F%2Fx.example%2Fb%2520c.jpg%3Fv%3Da%2Fb", "b%20c.jpg"),
    ] {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let order = get(&engine, &format!("https://e.example/{path}?ik-attachment=true&{query}")).unwrap();
        let key = order.cache_key().as_str();
        assert!(key.split(' ').any(|part| part == format!("attachment:{name}")), "{key}");
    }
}

#[test]
fn files_are_listed_once() {
    let engine = web("https://o.example/base");
    let tr = "w-100,l-image,i-logo.png,l-end,l-image,i-a@@b.png,l-text,i-x,ff-fonts@@A.ttf,l-end,l-end\
              :l-image,i-logo.png,l-end,l-text,i-y,ff-Roboto,l-end:if-w_gt_1,l-image,i-c.png,l-end,if-end";
    let order = get(&engine, &format!("https://e.example/p/a.jpg?tr={tr}&v=1")).unwrap();
    assert_eq!(order.sources().collect::<Vec<_>>(), ["p/a.jpg", "logo.png", "a/b.png", "fonts/A.ttf", "c.png"]);
    let order = get(&engine, &format!("https://e.example/p/a.jpg?tr={tr}:orig-true")).unwrap();
    assert_eq!(order.sources().count(), 1);

    let mut limits = Limits::default();
    limits.sources = 2;
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new("https://o.example"));
    let engine = Engine::builder().limits(limits).endpoint(endpoint).build().unwrap();
    let one = "l-image,i-a.png,l-end";
    assert!(get(&engine, &format!("https://e.example/i.jpg?tr={one}")).is_ok());
    let two = get(&engine, &format!("https://e.example/i.jpg?tr={one},l-image,i-b.png,l-end"));
    assert_eq!(status(two), (400, "ELIMIT"));
}

#[test]
fn a_default_image_is_looked_up_through_the_default_endpoint() {
    let endpoint = |base: &str, origin: &str| Endpoint::new(base).origin(Origin::new(origin));
    let products = endpoint("https://ik.example/acme/products", "https://shop.example").also("https://p.example");
    let engine = Engine::builder()
        .endpoint(products)
        .endpoint(endpoint("https://ik.example/acme", "https://www.example.com"))
        .endpoint(endpoint("https://ik.example/other", "https://other.example"))
        .build()
        .unwrap();
    for url in
        ["https://p.example/tr:di-@@a@@none.png/x.jpg?v=1", "https://ik.example/acme/products/x.jpg?tr=di-a@@none.png"]
    {
        let order = get(&engine, url).unwrap();
        let uris: Vec<_> = order.default_image_attempts().map(|request| request.uri().to_string()).collect();
        assert_eq!(uris, ["https://www.example.com/a/none.png"], "{url}");
    }
    let order = get(&engine, "https://p.example/tr:di-none.png,orig-true/x.jpg").unwrap();
    assert_eq!(order.default_image_attempts().count(), 0);
}

#[test]
fn hostile_paths_are_refused() {
    let engine = web("https://o.example/img");
    for path in
        ["../x", "%2e%2e/x", "..%2fx", "%252e%252e/x", "..%5cx", "%5c..%5cx", "%00", "%0d%0aHost:%20e", "x/..;/y"]
    {
        assert_eq!(status(get(&engine, &format!("https://e.example/{path}"))), (400, "EINVAL"), "{path}");
    }
    for (path, uri) in [
        ("//evil/x", "https://o.example/img/evil/x"),
        ("/@evil/x", "https://o.example/img/@evil/x"),
        ("/x;y=..", "https://o.example/img/x;y=.."),
        ("/-secret/x", "https://o.example/img/-secret/x"),
        ("/%c0%ae%c0%ae/x", "https://o.example/img/%c0%ae%c0%ae/x"),
    ] {
        let order = get(&engine, &format!("https://e.example{path}")).unwrap();
        assert_eq!(order.attempts().next().unwrap().uri().to_string(), uri);
    }
    let long = |bytes: usize| get(&engine, &format!("https://e.example/{}", "a".repeat(bytes - 1)));
    assert!(long(8192).is_ok());
    assert_eq!(status(long(8193)), (400, "ELIMIT"));
    assert!(matches!(engine.parse(&format!("https://e.example/{}", "a".repeat(10 << 20))), Err(Rejection::Limit(_))));
}

#[test]
fn stored_transformations_are_spliced_in() {
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new("https://o.example"));
    let builder = Engine::builder().endpoint(endpoint);
    let builder = builder.named("thumb", "tr:w-100,h-100,q-50").named("two", "w-10:rt-90");
    let mut settings = Settings::default();
    settings.restrict_unnamed = true;
    let restricted = builder.clone().settings(settings).build().unwrap();
    let engine = builder.build().unwrap();
    let shown =
        |tr: &str| get(&engine, &format!("https://e.example/tr:{tr}/a.jpg")).map(|o| o.transformation().to_string());
    for (tr, want) in [
        ("n-thumb", "w-100,h-100,q-50"),
        ("w-7,n-thumb", "w-7,h-100,q-50"),
        ("n-thumb,w-7", "w-7,h-100,q-50"),
        ("n-two:n-thumb", "w-10:rt-90:w-100,h-100,q-50"),
    ] {
        assert_eq!(shown(tr).unwrap(), want, "{tr}");
    }
    for tr in ["n-none", "n-two,w-1", "n-Thumb"] {
        assert_eq!(status(get(&engine, &format!("https://e.example/tr:{tr}/a.jpg"))), (400, "EINVAL"), "{tr}");
    }
    for tr in ["n-thumb", "n-two:n-thumb", ""] {
        assert!(get(&restricted, &format!("https://e.example/tr:{tr}/a.jpg")).is_ok(), "{tr}");
    }
    for tr in ["w-1", "n-thumb,w-1", "n-thumb,foo-1", "orig-true", "n-thumb:w-1", "n-thumb,l-image,i-a.png,l-end"] {
        assert_eq!(
            get(&restricted, &format!("https://e.example/tr:{tr}/a.jpg")).unwrap_err(),
            Rejection::Unnamed,
            "{tr}"
        );
    }
}

#[test]
fn configurations_are_checked() {
    use originkit::error::ConfigErrorKind as E;
    fn kinds(builder: originkit::EngineBuilder) -> Vec<(String, E)> {
        let errors = builder.build().err();
        errors.iter().flat_map(|errors| errors.iter()).map(|it| (it.place.clone(), it.kind.clone())).collect()
    }
    let endpoint = |base: &str| Endpoint::new(base).origin(Origin::new("https://o.example"));
    let of = |bases: &[&str]| kinds(bases.iter().fold(Engine::builder(), |b, base| b.endpoint(endpoint(base))));
    assert_eq!(of(&[]), [("endpoints".to_owned(), E::NoEndpoints)]);
    let twice = of(&["https://e.example/a", "http://E.example/a/"]);
    assert_eq!(
        twice,
        [("endpoint `http://e.example/a`".to_owned(), E::DuplicateBase("http://e.example/a".to_owned()))]
    );
    assert_eq!(of(&["https://e.example", "https://e.example/a"]), []);
    // All at once, in order.
    let bad = Endpoint::new("e.example").also("https://e.example?a").origin(Origin::proxy([] as [&str; 0]));
    let builder = Engine::builder().endpoint(Endpoint::new("https://x.example")).endpoint(bad);
    let builder = builder.named("a.b", "w-1").named("a", "n-b").named("c", "l-image,i-x");
    let builder = builder.named("d", "w-1").named("d", "w-2").access(Access::new().block_countries(["Germany"]));
    let found = kinds(builder);
    let found: Vec<_> = found.iter().map(|(place, kind)| (place.as_str(), kind)).collect();
    assert!(
        matches!(
            *found,
            [
                ("endpoint `https://x.example`", E::NoOrigins),
                ("endpoint `e.example`", E::BadUrl { .. }),
                ("endpoint `e.example`", E::BadUrl { .. }),
                ("endpoint `e.example`, origin 1", E::NoHosts),
                ("stored transformation `a.b`", E::BadName),
                ("stored transformation `a`", E::RecursiveName),
                ("stored transformation `c`", E::BadTransformation(_)),
                ("stored transformation `d`", E::DuplicateName),
                ("access", E::BadCountry(_)),
            ]
        ),
        "{found:#?}"
    );
    assert_eq!(
        proxy(&["a.example"]).warnings(),
        [Warning::UnsignedProxy { endpoint: "https://e.example/px".to_owned() }]
    );
    assert_eq!(web("https://o.example").warnings(), []);
    let (endpoint, origin) = ("https://e.example".to_owned(), "http://e.example/media".to_owned());
    assert_eq!(web("http://E.example/media/").warnings(), [Warning::OwnOrigin { endpoint, origin }]);
    let mistaken = Settings::default().quality(200).avif_after_answer(true);
    let engine = Engine::builder()
        .endpoint(Endpoint::new("https://e.example").origin(Origin::new("https://o.example")))
        .settings(mistaken)
        .build()
        .unwrap();
    assert_eq!(engine.warnings(), [Warning::Quality { quality: 200 }, Warning::NoAvif]);
    assert_send_and_sync::<Engine>();
}

/// Returns the only error of a configuration.
#[cfg(feature = "signing")]
fn only(builder: originkit::EngineBuilder) -> originkit::error::ConfigErrorKind {
    let errors = builder.build().unwrap_err();
    assert_eq!(errors.iter().count(), 1, "{errors}");
    errors.iter().next().unwrap().kind.clone()
}

fn assert_send_and_sync<T: Send + Sync + Clone>() {}

#[cfg(feature = "signing")]
#[test]
fn unsigned_urls_are_refused_where_signed_ones_are_demanded() {
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new("https://o.example"));
    let mut settings = Settings::default();
    settings.restrict_unsigned = true;
    let builder = Engine::builder().endpoint(endpoint).settings(settings);
    assert!(only(builder.clone()) == originkit::error::ConfigErrorKind::NoKey);
    let engine = builder.signing_key("hush-hush").build().unwrap();
    assert!(!format!("{engine:?}").contains("hush"));
    // Signatures come before syntax: a stranger learns nothing of what would be accepted.
    for url in ["https://e.example/a.jpg", "https://e.example/tr:l-image/a.jpg", "https://e.example/%00"] {
        assert_eq!(status(get(&engine, url)), (401, "EAUTH"));
    }
    assert_eq!(status(get(&engine, "https://other.example/a.jpg")), (404, "ENOENT"));
    let signed = originkit::config::SigningKey::sha1("hush-hush").sign_url(
        "https://e.example/a.jpg?v=1",
        "https://e.example",
        None,
    );
    assert!(get(&engine, &signed).is_ok());
}

/// Each endpoint has its own keys or the engine's, and accepts no others.
#[cfg(feature = "signing")]
#[test]
fn keys_open_their_own_endpoint_only() {
    use originkit::config::SigningKey;
    use originkit::error::Rejection;
    // One lies below another.
    let bases = ["https://e.example", "https://e.example/red", "https://e.example/red/dark", "https://blue.example"];
    let secrets = |of: &str| [SigningKey::sha1(&format!("{of}old")), SigningKey::sha256(&format!("{of}new"))];
    for restrict_unsigned in [false, true] {
        let mut settings = Settings::default();
        settings.restrict_unsigned = restrict_unsigned;
        let mut builder = Engine::builder().settings(settings);
        for key in secrets("engine") {
            builder = builder.signing_key(key);
        }
        let mut owners = vec![("engine", secrets("engine"))];
        for (at, base) in bases.into_iter().enumerate() {
            let mut endpoint = Endpoint::new(base).origin(Origin::new("https://o.example"));
            // The first goes by the engine's.
            if at > 0 {
                for key in secrets(base) {
                    endpoint = endpoint.signing_key(key);
                }
                owners.push((base, secrets(base)));
            }
            builder = builder.endpoint(endpoint);
        }
        let engine = builder.build().unwrap();
        assert!(!format!("{engine:?}").contains("exampleold"));
        for (at, base) in bases.into_iter().enumerate() {
            let endpoint = &engine.endpoints()[at];
            for (owner, keys) in &owners {
                let opens = *owner == if at == 0 { "engine" } else { base };
                for (key, expires) in keys.iter().flat_map(|key| [(key, None), (key, Some(u64::MAX))]) {
                    let url = endpoint.url("a b.jpg").transformation_text("w-10").query("v", "1");
                    let answer = get(&engine, &SigningKey::from(key).sign_url(&url.build().unwrap(), base, expires));
                    assert_eq!(answer.is_ok(), opens, "{base} with a key of {owner}");
                    assert!(
                        opens || matches!(answer, Err(Rejection::Signature(originkit::error::SignatureError::Wrong)))
                    );
                }
            }
            assert_eq!(get(&engine, &format!("{base}/a.jpg")).is_ok(), !restrict_unsigned);
        }
    }
}

#[cfg(feature = "signing")]
#[test]
fn every_endpoint_needs_a_key_where_signed_urls_are_demanded() {
    let endpoint = |base: &str| Endpoint::new(base).origin(Origin::new("https://o.example"));
    let mut settings = Settings::default();
    settings.restrict_unsigned = true;
    let red = endpoint("https://e.example/red").signing_key("red");
    let one = Engine::builder().settings(settings).endpoint(red);
    assert!(one.clone().build().is_ok());
    let two = one.endpoint(endpoint("https://e.example/blue"));
    assert!(only(two.clone()) == originkit::error::ConfigErrorKind::NoKey);
    assert!(two.signing_key("engine").build().is_ok());
    let empty = Engine::builder().endpoint(endpoint("https://e.example").signing_key(""));
    assert!(only(empty) == originkit::error::ConfigErrorKind::EmptyKey);
    assert_ne!(endpoint("https://e.example").signing_key("a"), endpoint("https://e.example").signing_key("b"));
}

#[test]
fn vary_names_what_was_consulted() {
    let engine = web("https://o.example");
    for (tr, want) in [
        ("", vec!["accept"]),
        ("w-1,f-jpg", vec![]),
        ("f-auto", vec!["accept"]),
        ("orig-true,w-auto", vec![]),
        ("dpr-auto,f-png", vec!["sec-ch-dpr", "dpr"]),
        ("w-auto,f-png", vec!["sec-ch-width", "width", "sec-ch-dpr", "dpr"]),
        ("if-w_gt_1,f-png,if-end", vec!["accept"]),
        // A GIF takes neither branch.
        ("if-w_gt_1,f-png,if-else,f-webp,if-end", vec!["accept"]),
        ("if-w_gt_1,f-png,if-else,f-webp,if-end:f-jpg", vec![]),
    ] {
        let order = get(&engine, &format!("https://e.example/tr:{tr}/a.jpg")).unwrap();
        let found: Vec<_> = order.vary().iter().map(|name| name.as_str().to_owned()).collect();
        assert_eq!(found, want, "{tr}");
    }
}

#[test]
fn a_user_agent_can_say_what_accept_does_not() {
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new("https://o.example"));
    let mut settings = Settings::default();
    settings.avif = true;
    settings.accept_by_agent = AcceptByAgent::new([("ShopApp", "image/webp"), ("old", "*/*"), ("app", "image/avif")]);
    let engine = Engine::builder().endpoint(endpoint).settings(settings).build().unwrap();
    let ask = |engine: &Engine, tr: &str, agent: &str, accept: &str| {
        let request = Request::get(format!("https://e.example/tr:{tr}/a.jpg")).header("user-agent", agent);
        engine.resolve(&request.header("accept", accept).body(()).unwrap(), SystemTime::UNIX_EPOCH).unwrap()
    };
    let formats = |agent: &str, accept: &str| {
        let order = ask(&engine, "w-1", agent, accept);
        let formats = order.formats(&Encoding::default(), Format::Jpeg, false);
        let key = order.cache_key().as_str();
        assert_eq!(key.contains(" webp:1"), formats.contains(&Format::WebP), "{key}");
        assert_eq!(key.contains(" avif:1"), formats.contains(&Format::Avif), "{key}");
        assert!(!key.contains(agent), "{key}");
        formats
    };
    assert_eq!(formats("x shopapp/1", "image/avif"), [Format::WebP, Format::Jpeg]);
    assert_eq!(formats("OLD app", "image/avif,image/webp"), [Format::Jpeg]);
    assert_eq!(formats("An App", "*/*"), [Format::Avif, Format::Jpeg]);
    assert_eq!(formats("other", "image/webp"), [Format::WebP, Format::Jpeg]);
    for (tr, with, without) in [
        ("", &["accept", "user-agent"][..], &["accept"][..]),
        ("f-auto", &["accept", "user-agent"], &["accept"]),
        ("f-jpg", &[], &[]),
        ("orig-true", &[], &[]),
    ] {
        assert_eq!(ask(&engine, tr, "app", "*/*").vary(), with, "{tr}");
        assert_eq!(ask(&web("https://o.example"), tr, "app", "*/*").vary(), without, "{tr}");
        if with.is_empty() {
            assert_eq!(ask(&engine, tr, "app", "*/*").cache_key(), ask(&engine, tr, "old", "*/*").cache_key(), "{tr}");
        }
    }
}

#[test]
fn the_cache_key_is_what_matters() {
    let engine = web("https://o.example");
    let key = |url: &str, accept: &str| {
        let request = Request::get(url).header("accept", accept).header("cookie", "x").body(()).unwrap();
        engine.resolve(&request, SystemTime::UNIX_EPOCH).unwrap().cache_key().clone()
    };
    let plain = key("https://e.example/tr:w-1,h-2/a.jpg", "*/*");
    for same in ["https://e.example/tr:h-2,foo-3,w-1/a.jpg", "http://E.example:80//a.jpg?tr=w-1,h-2&ik-sdk-version=3"] {
        assert_eq!(key(same, "image/avif,text/html"), plain, "{same}");
    }
    for other in [
        "https://e.example/tr:w-2,h-2/a.jpg",
        "https://e.example/tr:w-1,h-2/b.jpg",
        "https://e.example/tr:w-1,h-2/a.jpg?v=1",
        "https://e.example/tr:w-1,h-2/a.jpg?ik-obj-version=1",
        "https://e.example/tr:w-1,h-2/a.jpg?ik-attachment=true",
        "https://e.example/tr:w-1,h-2/a.jpg/ik-thumbnail.jpg",
    ] {
        assert_ne!(key(other, "*/*"), plain, "{other}");
    }
    assert_ne!(key("https://e.example/tr:w-1,h-2/a.jpg", "image/webp"), plain);
    let fixed = "https://e.example/tr:f-jpg/a.jpg";
    assert_eq!(key(fixed, "image/webp"), key(fixed, "*/*"));
}

fn is_clean(value: &http::HeaderValue) -> bool {
    value.as_bytes().iter().all(|byte| (0x20..0x7F).contains(byte))
}

proptest! {
    /// For any path, the fetched URL is below the base, segment by segment.
    #[test]
    fn what_is_fetched_lies_below_the_base(path in "(/|[a-z.%;@:]|%2e|%2F|%5c|%25|tr:w-1|ik-seo/|https://|\\.\\.){0,12}") {
        let engine = web("https://o.example/base/img");
        let request = Request::get(format!("https://e.example/{path}")).body(());
        prop_assume!(request.is_ok());
        if let Ok(order) = engine.resolve(&request.unwrap(), SystemTime::UNIX_EPOCH) {
            let uri = order.attempts().next().unwrap().uri().to_string();
            prop_assert!(uri.starts_with("https://o.example/base/img/"), "{}", uri);
            // What a client makes of it.
            let normal = url::Url::parse(&uri).unwrap();
            prop_assert_eq!(normal.host_str(), Some("o.example"));
            prop_assert!(normal.path().starts_with("/base/img/"), "{}", normal);
        }
    }

    /// Any request gets one response, with clean headers and none of an origin's headers.
    #[test]
    fn every_request_has_one_clean_response(
        path in "(/|[ -~]|[a-z.%;@:]|%[0-9a-fA-F]{2}|tr:|w-1|di-|n-|l-image|,|i-|l-end|orig-true|ik-seo/|https://x\\.example/){0,16}",
        query in "(&|[ -~]|tr=|ik-attachment=true|ik-attachment-filename=|%[0-9a-f]{2}|ik-s=|ik-t=){0,10}",
        host in prop_oneof![Just(b"e.example".to_vec()), prop::collection::vec(any::<u8>(), 0..12)],
        method in prop::sample::select(vec!["GET", "GET", "GET", "HEAD", "OPTIONS", "BREW"]),
        status in prop::sample::select(vec![200, 200, 200, 206, 302, 404, 500]),
        body in prop::sample::select(vec![&b"\xFF\xD8\xFF\xE0"[..], b"<svg/>", b"<html>", b"GIF89a", b""]),
    ) {
        let mut request = Request::new(());
        let Ok(uri) = format!("/{path}?{query}").parse() else { return Ok(()) };
        *request.uri_mut() = uri;
        *request.method_mut() = method.parse().unwrap();
        if let Ok(host) = http::HeaderValue::from_bytes(&host) {
            request.headers_mut().insert("host", host);
        }
        let endpoint = Endpoint::new("https://e.example");
        let proxy = Origin::proxy(["*"]).canonical("https://c.example");
        let endpoint = endpoint.origin(Origin::new("https://o.example")).origin(proxy);
        let engine = Engine::builder().endpoint(endpoint).build().unwrap();

        let mut delivery = engine.deliver(&request, SystemTime::UNIX_EPOCH);
        let mut responses = Vec::new();
        for _ in 0..64 {
            match delivery.poll() {
                Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
                Output::Fetch(fetch) => {
                    prop_assert!(fetch.request().headers().values().all(is_clean));
                    let head = Response::builder()
                        .status(status)
                        .header("x-origin", "of-the-origin")
                        .header("content-type", "text/of-the-origin")
                        .header("link", "<of-the-origin>")
                        .header("set-cookie", "a=of-the-origin")
                        .header("location", "/of-the-origin")
                        .body(())
                        .unwrap();
                    let _ = delivery.handle(Input::Head(fetch.id, head)).is_continue()
                        && delivery.handle(Input::Chunk(fetch.id, Bytes::from_static(body))).is_continue()
                        && delivery.handle(Input::End(fetch.id)).is_continue();
                }
                Output::Render(_) => {
                    let image = Encoded::new(Bytes::from_static(b"-"), Format::Png, Size::new(1, 1));
                    let _ = delivery.handle(Input::Rendered(Rendered::new(Ok(image))));
                }
                Output::Store(_) => {}
                Output::Respond(response) => responses.push(response),
                Output::Wait => break,
            }
        }
        prop_assert!(matches!(delivery.poll(), Output::Wait));
        prop_assert_eq!(responses.len(), 1);
        for (name, value) in responses[0].headers() {
            prop_assert!(is_clean(value), "{}: {:?}", name, value);
            prop_assert!(!value.to_str().unwrap().contains("of-the-origin"), "{}: {:?}", name, value);
        }
    }

    /// No request causes a panic, or a control byte in a header.
    #[test]
    fn headers_hold_no_control_bytes(path in "[ -~]{0,60}", host in "[ -~]{0,20}") {
        let engine = proxy(&["*"]);
        let mut request = Request::new(());
        let Ok(uri) = format!("/px/{path}").parse() else { return Ok(()) };
        *request.uri_mut() = uri;
        *request.headers_mut() = HeaderMap::from_iter([(http::header::HOST, "e.example".parse().unwrap())]);
        if let Ok(value) = host.parse() {
            request.headers_mut().insert("x-forwarded-host", value);
        }
        if let Ok(order) = engine.resolve(&request, SystemTime::UNIX_EPOCH) {
            for request in order.attempts() {
                prop_assert!(request.headers().values().all(is_clean));
            }
        }
    }
}
