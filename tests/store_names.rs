//! Keys of stored files and `ETag`s: a setting changes them if and only if it changes an image. A store remains valid
//! after a change of a timeout.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use http::{HeaderName, HeaderValue, Request, Response};
use originkit::config::AcceptByAgent;
use originkit::delivery::{Input, Output, Rendered};
use originkit::plan::Size;
use originkit::render::Encoded;
use originkit::{Dialect, Endpoint, Engine, EngineBuilder, Format, Limits, Origin, Settings};

/// The name of a field, and a change of it.
type Change<T> = (&'static str, fn(&mut T));
/// A change of a value that is made by chained setters.
type Step<T> = (&'static str, fn(T) -> T);

/// The store key, the `ETag` and the key of the original of an image.
#[derive(Debug, PartialEq, Eq)]
struct Names {
    rendition: String,
    etag: String,
    original: String,
}

const WEB: &str = "https://www.example.com/media";

fn origin() -> Origin {
    Origin::new(WEB)
}

fn endpoint() -> Endpoint {
    Endpoint::new("https://img.example.com")
}

fn names(endpoint: Endpoint, more: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Names {
    let builder = Engine::builder().endpoint(endpoint).named("thumb", "w-100");
    #[cfg(feature = "signing")]
    let builder = builder.signing_key("key");
    let engine = more(builder).build().unwrap();
    let url = engine.url("a.jpg").transformation_text("n-thumb");
    #[cfg(feature = "signing")]
    let url = url.sign().unwrap();
    #[cfg(not(feature = "signing"))]
    let url = url.build().unwrap();
    let order = engine.resolve(&Request::get(url).body(()).unwrap(), SystemTime::UNIX_EPOCH).unwrap();
    let rendition = order.store_key().to_string();
    let (mut delivery, mut original) = (order.deliver(), String::new());
    loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Fetch(fetch) => {
                original = fetch.key.to_string();
                // By a tag the original's key would be in the `ETag`, too.
                _ = delivery.handle(Input::Head(fetch.id, Response::new(())));
                _ = delivery.handle(Input::Chunk(fetch.id, b"\xFF\xD8\xFF\xE0 and so on".as_slice().into()));
                _ = delivery.handle(Input::End(fetch.id));
            }
            Output::Render(_) => {
                let encoded = Encoded::new("an image".into(), Format::WebP, Size::new(1, 1));
                _ = delivery.handle(Input::Rendered(Rendered::new(Ok(encoded))));
            }
            Output::Respond(response) => {
                assert_eq!(response.status(), 200);
                let etag = response.headers()["etag"].to_str().unwrap().to_owned();
                return Names { rendition, etag, original };
            }
            Output::Store(_) | Output::Wait => {}
        }
    }
}

fn with_settings(change: fn(&mut Settings)) -> Names {
    let mut settings = Settings::default();
    change(&mut settings);
    assert_ne!(settings, Settings::default(), "it is a change");
    names(endpoint().origin(origin()), |builder| builder.settings(settings))
}

fn with_limits(change: fn(&mut Limits)) -> Names {
    let mut limits = Limits::default();
    change(&mut limits);
    assert_ne!(limits, Limits::default(), "it is a change");
    names(endpoint().origin(origin()), |builder| builder.limits(limits))
}

fn plain() -> Names {
    names(endpoint().origin(origin()), |builder| builder)
}

/// Checks that these changes have separate names for images; the original has the same key.
fn all_differ(made: impl IntoIterator<Item = (&'static str, Names)>) {
    let (mut keys, mut etags) = (BTreeSet::from([plain().rendition]), BTreeSet::from([plain().etag]));
    for (what, names) in made {
        assert_eq!(names.original, plain().original, "{what}");
        assert!(keys.insert(names.rendition), "{what} does not change the name of what is stored");
        assert!(etags.insert(names.etag), "{what} does not change the ETag");
    }
}

fn all_same(made: impl IntoIterator<Item = (&'static str, Names)>) {
    for (what, names) in made {
        assert_eq!(names, plain(), "{what}");
    }
}

/// Checks that a table has each field of a type that is printed.
fn has_all<T: Debug + Default>(tables: &[&[Change<T>]]) {
    let printed = format!("{:#?}", T::default());
    let field =
        |line: &str| Some(line.strip_prefix("    ")?.split_once(':')?.0.to_owned()).filter(|it| !it.contains(' '));
    let fields: BTreeSet<_> = printed.lines().filter_map(field).collect();
    let listed: BTreeSet<_> =
        tables.iter().flat_map(|table| table.iter().map(|(name, _)| (*name).to_owned())).collect();
    assert_eq!(fields, listed);
}

const DRAWN: &[Change<Settings>] = &[
    ("best_format", |it| it.best_format = false),
    ("avif", |it| it.avif = true),
    ("quality", |it| it.quality = 79),
    ("auto_orient", |it| it.auto_orient = false),
    ("max_size", |it| it.max_size = Some(Size::new(10, 20))),
    ("max_size", |it| it.max_size = Some(Size::new(20, 10))),
    ("refuse_damaged", |it| it.refuse_damaged = true),
    ("chroma_420", |it| it.chroma_420 = false),
    ("smallest", |it| it.smallest = true),
    ("color_profile", |it| it.color_profile = true),
    ("metadata", |it| it.metadata = true),
    #[cfg(feature = "sanitize")]
    ("sanitize_svg", |it| it.sanitize_svg = false),
    ("revision", |it| it.revision = "2".to_owned()),
    ("revision", |it| it.revision = "2\n".to_owned()),
];

const NOT_DRAWN: &[Change<Settings>] = &[
    ("accept_by_agent", |it| it.accept_by_agent = AcceptByAgent::new([("ShopApp/", "image/webp")])),
    ("data_saver", |it| it.data_saver = true),
    #[cfg(feature = "signing")]
    ("restrict_unsigned", |it| it.restrict_unsigned = true),
    ("restrict_unnamed", |it| it.restrict_unnamed = true),
    ("avif_after_answer", |it| it.avif_after_answer = true),
    ("caching", |it| it.caching.lifetime = Duration::from_secs(1)),
    ("caching", |it| it.caching.by_origin = true),
    ("caching", |it| it.caching.floor = Duration::from_secs(1)),
    ("caching", |it| it.caching.cap = Duration::from_secs(1)),
    ("caching", |it| it.caching.errors = Duration::from_secs(1)),
    ("caching", |it| it.caching.stopgaps = Duration::from_secs(1)),
    ("caching", |it| it.caching.files = Duration::from_secs(1)),
    ("caching", |it| it.caching.originals = Duration::from_secs(1)),
    ("caching", |it| it.caching.stale_while_revalidate = Duration::from_secs(1)),
    ("caching", |it| it.caching.stale_if_error = Duration::from_secs(1)),
    ("gateway_statuses", |it| it.gateway_statuses = true),
    ("ports", |it| it.ports = vec![8080]),
    ("marker_name", |it| it.marker_name = HeaderName::from_static("x-from")),
    ("marker_value", |it| it.marker_value = HeaderValue::from_static("us")),
    ("user_agent", |it| it.user_agent = HeaderValue::from_static("us/1.0")),
];

#[test]
fn settings_that_change_an_image_name_it() {
    // The others need a feature to be changed at all.
    #[cfg(all(feature = "sanitize", feature = "signing"))]
    has_all(&[DRAWN, NOT_DRAWN]);
    all_differ(DRAWN.iter().map(|(what, change)| (*what, with_settings(*change))));
    all_same(NOT_DRAWN.iter().map(|(what, change)| (*what, with_settings(*change))));
}

const CUTTING: &[Change<Limits>] = &[
    ("text_chars", |it| it.text_chars -= 1),
    ("base64_chars", |it| it.base64_chars -= 1),
    ("side", |it| it.side -= 1),
    ("profile_bytes", |it| it.profile_bytes -= 1),
    ("metadata_bytes", |it| it.metadata_bytes -= 1),
    ("pixels", |it| it.pixels -= 1),
    ("memory", |it| it.memory -= 1),
    ("source_bytes", |it| it.source_bytes -= 1),
    ("webp_side", |it| it.webp_side -= 1),
    ("result_bytes", |it| it.result_bytes -= 1),
    ("work", |it| it.work -= 1),
];

const REFUSING: &[Change<Limits>] = &[
    ("url_bytes", |it| it.url_bytes -= 1),
    ("transformation_bytes", |it| it.transformation_bytes -= 1),
    ("steps", |it| it.steps -= 1),
    ("parameters", |it| it.parameters -= 1),
    ("layers", |it| it.layers -= 1),
    ("depth", |it| it.depth -= 1),
    ("text_side", |it| it.text_side -= 1),
    ("frames", |it| it.frames -= 1),
    ("animation_pixels", |it| it.animation_pixels -= 1),
    ("shadow_pixels", |it| it.shadow_pixels -= 1),
    ("effect_pixels", |it| it.effect_pixels -= 1),
    ("svg_bytes", |it| it.svg_bytes -= 1),
    ("svg_nodes", |it| it.svg_nodes -= 1),
    ("sources", |it| it.sources -= 1),
    ("fetches", |it| it.fetches -= 1),
    ("redirects", |it| it.redirects -= 1),
    ("fetch_timeout", |it| it.fetch_timeout = Duration::from_secs(11)),
    ("connect_timeout", |it| it.connect_timeout = Duration::from_secs(4)),
    ("idle_timeout", |it| it.idle_timeout = Duration::from_secs(6)),
    ("chunks", |it| it.chunks -= 1),
    ("fetch_rate", |it| it.fetch_rate -= 1),
];

#[test]
fn limits_that_change_an_image_name_it() {
    has_all(&[CUTTING, REFUSING]);
    all_differ(CUTTING.iter().map(|(what, change)| (*what, with_limits(*change))));
    all_same(REFUSING.iter().map(|(what, change)| (*what, with_limits(*change))));
}

#[test]
fn origins_that_have_other_files_name_what_is_made_of_them() {
    // Another origin behind the first has files, too, that the first does not have.
    let others: &[Step<Endpoint>] = &[
        ("a backup", |it| it.origin(origin()).origin(Origin::new("https://backup.example.net"))),
        ("another backup", |it| it.origin(origin()).origin(Origin::new("http://backup.example.net"))),
        ("the same twice", |it| it.origin(origin()).origin(origin())),
        ("a proxy", |it| it.origin(origin()).origin(Origin::proxy(["*.example.org"]))),
        ("a proxy of more", |it| it.origin(origin()).origin(Origin::proxy(["*.example.org", "a.example"]))),
        ("a proxy of all", |it| it.origin(origin()).origin(Origin::proxy(["*"]))),
        ("a proxy before", |it| it.origin(Origin::proxy(["*"])).origin(origin())),
        ("a backup with Host", |it| {
            it.origin(origin()).origin(Origin::new("https://backup.example.net").forward_host(true))
        }),
    ];
    all_differ(others.iter().map(|(what, make)| (*what, names(make(endpoint()), |builder| builder))));
    let base = names(endpoint().origin(Origin::new("https://www.example.com/other")), |builder| builder);
    assert!(base.rendition != plain().rendition && base.etag != plain().etag && base.original != plain().original);
    let host = names(endpoint().origin(origin().forward_host(true)), |builder| builder);
    assert!(host.rendition != plain().rendition && host.etag != plain().etag && host.original != plain().original);
    // A list of hosts has no order.
    let hosts = [["a.example", "*.b.example"], ["*.b.example", "A.example"]];
    let [one, other] = hosts.map(|hosts| {
        let endpoint = endpoint().origin(origin()).origin(Origin::proxy(hosts));
        names(endpoint, |builder| builder)
    });
    assert_eq!(one, other);
}

#[test]
fn what_is_told_beside_an_image_does_not_name_it() {
    let origins: &[Step<Origin>] = &[
        ("a name", |it| it.named("shop")),
        ("a canonical base", |it| it.canonical("https://www.example.com")),
        ("a slash", |_| Origin::new("https://WWW.example.com:443/media/")),
    ];
    all_same(origins.iter().map(|(what, change)| {
        let endpoint = endpoint().origin(change(origin()));
        (*what, names(endpoint, |builder| builder))
    }));
    let endpoints: &[Step<Endpoint>] = &[
        ("another domain", |it| it.also("https://images.example.com")),
        ("strictness", |it| it.strict(true)),
        ("reports", |it| it.report_ignored(true)),
        ("a dialect that does not matter", |it| it.dialect(Dialect::cloudinary())),
        #[cfg(feature = "signing")]
        ("its own key", |it| it.signing_key("key")),
    ];
    all_same(endpoints.iter().map(|(what, change)| {
        let endpoint = change(endpoint().origin(origin()));
        (*what, names(endpoint, |builder| builder))
    }));
    let engines: &[Step<EngineBuilder>] = &[
        ("another endpoint", |it| it.endpoint(Endpoint::new("https://b.example").origin(origin()))),
        ("another stored transformation", |it| it.named("large", "w-1000")),
    ];
    all_same(engines.iter().map(|(what, change)| (*what, names(endpoint().origin(origin()), change))));
}
