//! The spans and events of a subscriber: every stage, in its place, and no secret.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![cfg(all(feature = "tracing", feature = "pixels", feature = "signing"))]

mod images;
mod scripted;

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use http::Request;
use originkit::client::{Inline, Io, drive};
use originkit::extend::{BoxError, Signer};
use originkit::{Endpoint, Engine, Origin};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use scripted::{Script, file, status};

/// A subscriber that records spans and events in order, indented by depth.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    text: String,
    /// The lines of spans by id, and the current depth.
    spans: Vec<String>,
    depth: usize,
}

impl Visit for State {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.text = format!("{text}{}", self.text);
        } else {
            write!(self.text, " {field}={}", text.trim_matches('"')).unwrap();
        }
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "originkit"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = State::default();
        span.record(&mut fields);
        let mut state = self.0.lock().unwrap();
        state.spans.push(format!("{}{}", span.metadata().name(), fields.text));
        Id::from_u64(u64::try_from(state.spans.len()).unwrap())
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = State::default();
        event.record(&mut fields);
        let mut state = self.0.lock().unwrap();
        let depth = state.depth;
        writeln!(state.text, "{:1$}- {2}", "", 2 * depth, fields.text.trim_matches('"')).unwrap();
    }

    fn enter(&self, id: &Id) {
        let mut state = self.0.lock().unwrap();
        // A future is entered whenever it is polled.
        let name = std::mem::take(&mut state.spans[usize::try_from(id.into_u64()).unwrap() - 1]);
        let depth = state.depth;
        if !name.is_empty() {
            writeln!(state.text, "{:1$}{name}", "", 2 * depth).unwrap();
        }
        state.depth += 1;
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().depth -= 1;
    }
}

#[test]
fn every_stage_is_told() {
    let endpoint = Endpoint::new("https://img.example.com");
    let endpoint = ["https://one.example.com", "https://two.example.com"]
        .iter()
        .fold(endpoint, |endpoint, base| endpoint.origin(Origin::new(base)));
    let engine = Engine::builder().endpoint(endpoint).signing_key("secret").build().unwrap();
    let base = "https://img.example.com";
    let url = originkit::config::SigningKey::sha1("secret").sign_url(
        &format!("{base}/tr:w-20,h-10,f-png/a.png?token=hidden"),
        base,
        None,
    );
    let image = images::file(images::photo(40, 30), image::ImageFormat::Png);
    let origins = [
        ("https://one.example.com/a.png?token=hidden", status(404)),
        ("https://two.example.com/a.png?token=hidden", file(&image)),
    ];
    let script = Script::new(engine, Request::get(&url), &origins);
    let notes = Notes::default();
    tracing::subscriber::with_default(notes.clone(), || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(drive(script.deliver(), &Io::new(&script, Inline))).response;
        assert_eq!(response.status(), 200);
    });
    let text = notes.0.lock().unwrap().text.clone();
    let size = text.split("bytes=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    insta::assert_snapshot!(text.replace(&format!("bytes={size}"), "bytes=N"), @r"
    resolve
    delivery endpoint=https://img.example.com path=a.png
      - ask id=1 host=one.example.com path=/a.png revalidates=false
    fetch id=1 host=one.example.com
      - answer id=1 status=404
      - ask id=2 host=two.example.com path=/a.png revalidates=false
    fetch id=2 host=two.example.com
      - answer id=2 status=200
      render
        plan
        draw ops=2
        encode format=png
      - respond status=200 outcome=made bytes=N
    ");
    assert!(!text.contains("hidden") && !text.contains("ik-s"), "queries are not told");
}

#[test]
fn who_could_not_sign_says_why_and_no_secret_is_told() {
    struct NoKey;
    impl Signer for NoKey {
        fn sign(&self, _: &mut Request<()>, _: SystemTime) -> Result<(), BoxError> {
            Err("the key has expired".into())
        }
    }
    let one = Origin::new("https://one.example.com").signer("nobody", NoKey);
    let two = Origin::new("https://two.example.com").secret_header("authorization", "hunter2");
    let endpoint = Endpoint::new("https://img.example.com").origin(one).origin(two);
    let engine = Engine::builder().endpoint(endpoint).build().unwrap();
    let request = Request::get("https://img.example.com/tr:orig-true/a.jpg");
    let script = Script::new(engine, request, &[("https://two.example.com/a.jpg", file(scripted::JPEG))]);
    let notes = Notes::default();
    tracing::subscriber::with_default(notes.clone(), || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(drive(script.deliver(), &Io::new(&script, Inline))).response;
        assert_eq!(response.status(), 200);
    });
    let text = notes.0.lock().unwrap().text.clone();
    insta::assert_snapshot!(text, @r"
    resolve
    delivery endpoint=https://img.example.com path=a.jpg
      - unsigned id=1 cause=the key has expired
      - ask id=1 host=two.example.com path=/a.jpg revalidates=false
    fetch id=1 host=two.example.com
      - answer id=1 status=200
      - respond status=200 outcome=made bytes=14
    ");
}

/// Errors of extensions have no part in a response; the log has them, and the error as its source.
#[test]
fn errors_of_extensions_are_told_to_the_log() {
    use originkit::extend::{Bitmap, Decoder, Detector, EffectJob, EffectOutcome, Effector, Extensions, Found, Search};
    use originkit::{Error, Format};
    use std::error::Error as _;

    struct Broken;
    impl Detector for Broken {
        fn find(&self, _: &Search<'_>) -> Result<Vec<Found>, BoxError> {
            Err("the detector is down".into())
        }
    }
    impl Effector for Broken {
        fn apply(&self, _: EffectJob<'_>) -> EffectOutcome {
            EffectOutcome::Failed("the effect is down".into())
        }
    }
    impl Decoder for Broken {
        fn decode(&self, _: &[u8], _: u32, _: u64) -> Result<Bitmap, BoxError> {
            Err("the decoder is down".into())
        }
    }
    let image = images::file(images::photo(40, 30), image::ImageFormat::Png);
    let pdf = b"%PDF-1.7".as_slice();
    for (path, bytes, event) in [
        ("/tr:w-10,h-10,fo-face,f-png/a.png", &image[..], "- detector cause=the detector is down\n"),
        ("/tr:e-bgremove/a.png", &image, "- effect key=e-bgremove cause=the effect is down\n"),
        ("/tr:w-10/a.png", pdf, "- decoder cause=the decoder is down\n"),
    ] {
        let extensions = Extensions::new().detector(Broken).effector(Broken).decoder(Format::Pdf, Broken);
        let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://one.example.com"));
        let engine = Engine::builder().endpoint(endpoint).extensions(extensions).build().unwrap();
        let request = Request::get(format!("https://img.example.com{path}"));
        let script = Script::new(engine, request, &[("https://one.example.com/a.png", file(bytes))]);
        let notes = Notes::default();
        let response = tracing::subscriber::with_default(notes.clone(), || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(drive(script.deliver(), &Io::new(&script, Inline))).response
        });
        let text = notes.0.lock().unwrap().text.clone();
        assert!(text.contains(event), "{text}");
        let Some(error) = response.extensions().get::<Error>() else {
            assert!(path.contains("fo-face"), "a detector never fails a response");
            continue;
        };
        let inner = error.source().expect("the error of an extension");
        let inner = inner.source().map_or_else(|| inner.to_string(), ToString::to_string);
        assert!(event.contains(&inner), "{error}: {inner}");
        assert!(!response.headers()["ik-error"].to_str().unwrap().contains("down"));
    }
}
