//! Laws of the language and of cache keys, checked on generated texts.
#![allow(clippy::unwrap_used, reason = "a test")]

#[cfg(feature = "pixels")]
mod images;

use std::collections::BTreeSet;
use std::time::SystemTime;

use http::Request;
use originkit::config::AcceptByAgent;
use originkit::error::ParseErrorKind;
use originkit::error::Rejection;
use originkit::transform::Transformation;
use originkit::{Endpoint, Engine, Limits, Order, Origin, Settings};
use proptest::prelude::*;
use proptest::sample::select;

/// `PROPTEST_CASES` sets a higher number.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: default.cases.max(1000), ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_reads_prints_and_reads_again(text in transformation()) {
        round_trip(&text)?;
    }

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        round_trip(&text)?;
    }

    #[test]
    fn no_line_of_the_alphabet_panics(text in "[a-z0-9,:_%.\" N@/-]{0,120}") {
        round_trip(&text)?;
    }
}

proptest! {
    #[test]
    fn what_means_nothing_is_in_no_key(
        wishes in prop::sample::subsequence(WISHES, 1..=WISHES.len()),
        noise in prop::sample::subsequence(NO_OPS, 1..=NO_OPS.len()),
        seeds in prop::collection::vec(any::<u32>(), WISHES.len() + NO_OPS.len()),
        header in select(NO_HEADERS),
        value in "[ -~]{0,20}",
    ) {
        let plain = keyed(&wishes, &[], &[])?;
        let mut noisy: Vec<_> = wishes.iter().chain(&noise).copied().zip(&seeds).collect();
        noisy.sort_by_key(|(_, seed)| **seed);
        let noisy: Vec<_> = noisy.into_iter().map(|(token, _)| token).collect();
        prop_assert_eq!(&keyed(&noisy, &["ik-nothing=1", "ik-sdk-version=js-9"], &[])?, &plain, "{:?}", noisy);
        prop_assert_eq!(&keyed(&wishes, &[], &[(header, &value)])?, &plain, "{}: {}", header, value);
        // And what means something is.
        prop_assert_ne!(keyed(&[&wishes[..], &["r-7"]].concat(), &[], &[])?, plain);
    }

    #[test]
    fn a_url_has_eight_keys_at_most(text in transformation(), headers in prop::collection::vec(browser(), 1..40)) {
        let mut keys = BTreeSet::new();
        for headers in &headers {
            let named: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            // Junk in a text can end the path or be refused.
            let Ok(order) = ask(&format!("/a.jpg?tr={text}"), &named) else { return Ok(()) };
            keys.insert(order.cache_key().clone());
        }
        prop_assert!(keys.len() <= 8, "{:#?}", keys);
    }
}

#[cfg(feature = "pixels")]
proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.clamp(64, 2000), ..ProptestConfig::default() })]

    /// Equal keys mean equal bytes and headers, errors included.
    #[test]
    fn equal_keys_are_equal_answers(
        wishes in prop::sample::subsequence(LOOKS, 0..=LOOKS.len()),
        noise in prop::sample::subsequence(NO_OPS, 0..=NO_OPS.len()),
        browsers in prop::collection::vec(browser(), 4),
    ) {
        let noisy: Vec<_> = noise.iter().chain(wishes.iter().rev()).copied().collect();
        let mut answers = std::collections::BTreeMap::new();
        for (number, headers) in browsers.iter().enumerate() {
            let named: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let tokens = if number % 2 == 0 { wishes.join(",") } else { noisy.join(",") };
            let order = ask(&format!("/tr:{tokens}/a.png"), &named).unwrap();
            let (key, vary) = (order.store_key(), order.vary().len());
            let (answer, headers) = answer(order);
            // Each header that was looked at is told of.
            prop_assert_eq!(headers.contains("vary"), vary > 0);
            let first = answers.entry(key).or_insert_with(|| (answer.clone(), headers.clone()));
            prop_assert_eq!((&answer, &headers), (&first.0, &first.1), "{} {:?}", tokens, named);
        }
    }
}

#[cfg(feature = "pixels")]
const LOOKS: &[&str] =
    &["w-9", "h-7", "rt-90", "q-50", "f-auto", "e-grayscale", "r-3", "cm-pad_resize", "dpr-2", "x-1", "cm-extract"];

/// Returns the body and the headers.
#[cfg(feature = "pixels")]
fn answer(order: Order) -> (Vec<u8>, String) {
    use originkit::delivery::{Input, Output};
    let image =
        image::RgbaImage::from_fn(12, 8, |x, y| image::Rgba([x, 9 * y, 5, 255 - x].map(|v| u8::try_from(v).unwrap())));
    let file = images::file(image, image::ImageFormat::Png);
    let mut delivery = order.deliver();
    loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Fetch(fetch) => {
                let _ = delivery.handle(Input::Head(fetch.id, http::Response::new(())));
                let _ = delivery.handle(Input::Chunk(fetch.id, file.clone().into()));
                let _ = delivery.handle(Input::End(fetch.id));
            }
            Output::Render(render) => _ = delivery.handle(Input::Rendered(render.run())),
            Output::Store(_) => {}
            Output::Respond(response) => return (response.body().to_vec(), format!("{:?}", response.headers())),
            Output::Wait => unreachable!("nothing is out"),
        }
    }
}

/// A header that is sent on to an origin can change its answer; another cannot.
#[test]
fn a_host_is_in_the_key_where_it_is_forwarded() {
    for forwards in [true, false] {
        let origin = Origin::new("https://o.example").forward_host(forwards);
        let endpoint = Endpoint::new("https://one.example").also("https://two.example");
        let engine = Engine::builder().endpoint(endpoint.origin(origin)).build().unwrap();
        let keys = ["one", "ONE", "two"].map(|host| {
            let request = Request::get(format!("https://{host}.example/tr:w-1/a.jpg")).body(()).unwrap();
            engine.resolve(&request, SystemTime::UNIX_EPOCH).unwrap().store_key()
        });
        assert_eq!(keys[0], keys[1]);
        assert_eq!(keys[0] != keys[2], forwards);
    }
}

/// All eight variants occur if the formats and the quality are open.
#[test]
fn a_url_has_eight_keys() {
    let mut keys = BTreeSet::new();
    for save in ["on", "off", "On", "1"] {
        for accept in ["image/avif,image/webp", "image/webp", "image/avif;q=0.1", "*/*", "image/*", ""] {
            for agent in ["App/1", "OLD", "Firefox", ""] {
                let headers = [("save-data", save), ("accept", accept), ("user-agent", agent)];
                keys.insert(ask("/tr:w-1/a.jpg", &headers).unwrap().cache_key().clone());
            }
        }
    }
    assert_eq!(keys.len(), 8, "{keys:#?}");
}

/// Resolves with an engine that has all settings that consult headers.
fn ask(path: &str, headers: &[(&str, &str)]) -> Result<Order, Rejection> {
    let mut settings = Settings::default();
    (settings.avif, settings.data_saver) = (true, true);
    settings.accept_by_agent = AcceptByAgent::new([("app", "image/webp"), ("old", "*/*")]);
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new("https://o.example"));
    let engine = Engine::builder().endpoint(endpoint).settings(settings).build().unwrap();
    let url = format!("https://e.example{path}");
    let mut request = Request::get(url::Url::parse(&url).unwrap().as_str());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    engine.resolve(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH)
}

fn keyed(tokens: &[&str], query: &[&str], headers: &[(&str, &str)]) -> Result<String, TestCaseError> {
    let path = format!("/tr:{}/a.jpg?{}", tokens.join(","), query.join("&"));
    let order = ask(&path, headers).map_err(|error| TestCaseError::fail(format!("{path}: {error}")))?;
    Ok(order.cache_key().to_string())
}

/// Returns headers of a browser, of which `Accept`, `Save-Data` and `User-Agent` are consulted.
fn browser() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let accept = prop::collection::vec(
        select(&["image/webp", "IMAGE/AVIF", "image/avif;q=0", "image/webp; q=0.5", "image/*", "text/x", "", ";"][..]),
        0..5,
    );
    let accept = prop_oneof![accept.prop_map(|ranges| ranges.join(",")), "[ -~]{0,30}"];
    let save = prop_oneof![select(&["on", "ON", "off", ""][..]).prop_map(str::to_owned), "[ -~]{0,5}"];
    let agent = prop_oneof!["[ -~]{0,8}(app|APP|Old|)[ -~]{0,8}", "[ -~]{0,30}"];
    (accept, save, agent, select(NO_HEADERS), "[ -~]{0,20}").prop_map(|(accept, save, agent, other, value)| {
        vec![("accept", accept), ("save-data", save), ("user-agent", agent), (other, value)]
    })
}

/// Parameters with an effect, each a different one.
const WISHES: &[&str] = &["w-100", "h-50", "rt-90", "bl-3", "q-50", "f-auto", "e-grayscale", "lo-true"];

/// Tokens without effect on an image.
const NO_OPS: &[&str] = &["foo-1", "", "vc-h264", "so-1", "utm_source", "w-x", "-", "e-none", " "];

/// Headers that are never consulted; `host` because the request line has an authority.
const NO_HEADERS: &[&str] = &[
    "host",
    "x-forwarded-host",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-original-url",
    "forwarded",
    "cookie",
    "dnt",
];

/// `parse(print(parse(s))) == parse(s)`, nothing is lost on the way, and printing is a fixed point.
fn round_trip(text: &str) -> Result<(), TestCaseError> {
    let reading = match Transformation::parse(text, &Limits::default()) {
        Ok(reading) => reading,
        Err(error) => {
            // Errors point into their text.
            prop_assert!(error.text.get(error.span.clone()).is_some(), "{error:?}");
            let shown = format!("{error:#}");
            prop_assert!(shown.starts_with(&error.to_string()), "{}", shown);
            return Ok(());
        }
    };
    for ignored in &reading.ignored {
        prop_assert_eq!(&reading.text[ignored.span.clone()], &ignored.token);
    }
    let canonical = reading.transformation.to_string();
    let again = Transformation::parse(&canonical, &Limits::default());
    let again = again.map_err(|error| TestCaseError::fail(format!("{canonical}: {error:#}")))?;
    prop_assert_eq!(&again.transformation, &reading.transformation, "{}", canonical);
    prop_assert!(again.ignored.is_empty(), "{:?} of {}", again.ignored, canonical);
    prop_assert_eq!(again.transformation.to_string(), canonical);
    Ok(())
}

/// Generates texts of the grammar, with values in and out of their domains and some junk.
fn transformation() -> impl Strategy<Value = String> {
    steps(parameter().boxed()).prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            3 => (inner.clone(), parameter()).prop_map(|(steps, more)| format!("{steps},{more}")),
            3 => (layer_head(), inner.clone(), inner.clone())
                .prop_map(|(head, steps, next)| format!("{head},{steps},l-end:{next}")),
            2 => (condition(), inner.clone()).prop_map(|(test, then)| format!("if-{test},{then},if-end")),
            2 => (condition(), inner.clone(), inner)
                .prop_map(|(test, then, other)| format!("if-{test},{then},if-else,{other},if-end")),
        ]
    })
}

fn steps(item: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let step = prop::collection::vec(item, 0..4).prop_map(|items| items.join(","));
    prop::collection::vec(step, 0..3).prop_map(|steps| steps.join(":"))
}

fn parameter() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => (select(KEYS), value()).prop_map(|(key, value)| format!("{key}-{value}")),
        8 => select(EXAMPLES).prop_map(str::to_owned),
        2 => select(KEYS).prop_map(str::to_owned),
        1 => "[a-z0-9_ -]{0,8}",
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "(N|-)?[0-9]{1,5}(\\.[0-9]{0,3})?",
        "[0-9]{1,3}[_-][0-9]{1,3}([_-](max|[0-9]{1,3})){0,3}",
        "(iw|ih|cw|bw|bh|car|idn|[0-9]{1,3})(_(add|sub|mul|div|mod|pow)_(iw|bw|0\\.5|[0-9]{1,2})){0,3}",
        "([0-9]{1,2}_)?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}([0-9]{2})?|red|LightGreen)(_[0-9]{1,3}){0,1}",
        select(WORDS).prop_map(str::to_owned),
        "(prompt-|prompte-)?[a-zA-Z0-9%@!/ é\"._-]{0,12}",
    ]
}

fn layer_head() -> impl Strategy<Value = String> {
    let input = prop_oneof![
        "i-[a-zA-Z0-9@ _.-]{1,12}",
        "i-[a-zA-Zé%!@/ ]{1,12}",
        "ie-[A-Za-z0-9]{4}([A-Za-z0-9]{2}%3D%3D)?",
        Just("i-ik_canvas".to_owned()),
        Just("w-5".to_owned()),
    ];
    (select(&["image", "text", "image", "text", "video", "subtitles"][..]), input)
        .prop_map(|(kind, input)| format!("l-{kind},{input}"))
}

fn condition() -> impl Strategy<Value = String> {
    "(w|h|ar|iw|ih|iar)_(eq|ne|gt|gte|lt|lte)_[0-9]{1,3}(_(and|or)_(w|ih)_(gt|lte)_[0-9.]{1,3}){0,2}"
}

const KEYS: &[&str] = &[
    "n",
    "pg",
    "t",
    "w",
    "h",
    "ar",
    "dpr",
    "c",
    "cm",
    "fo",
    "x",
    "y",
    "xc",
    "yc",
    "z",
    "fl",
    "rt",
    "bg",
    "b",
    "r",
    "o",
    "bl",
    "cr",
    "e-colorize",
    "e-grayscale",
    "e-contrast",
    "e-sharpen",
    "e-usm",
    "e-gradient",
    "e-shadow",
    "e-distort",
    "e-bgremove",
    "e-dropshadow",
    "e-edit",
    "e-changebg",
    "fs",
    "ff",
    "co",
    "ia",
    "pa",
    "al",
    "tg",
    "lh",
    "f",
    "q",
    "lo",
    "pr",
    "cp",
    "md",
    "dn",
    "c2pa",
    "orig",
    "di",
    "lx",
    "ly",
    "lxc",
    "lyc",
    "lap",
    "lfo",
    "lm",
    "i",
    "ie",
    "vc",
    "foo",
];

const WORDS: &[&str] = &[
    "",
    "auto",
    "true",
    "false",
    "max",
    "center",
    "top_left",
    "face",
    "car_dog",
    "force",
    "at_max",
    "pad_resize",
    "extract",
    "blurred",
    "blurred_auto_N30",
    "dominant",
    "gradient_dominant_4",
    "genfill",
    "h_v",
    "b_i",
    "multiply",
    "jpeg",
    "webp",
    "left",
    "name-\"a,b:c\"_\"d\"",
    "name-\"open",
    "2-4_6-",
    "auto-custom_override",
];

const EXAMPLES: &[&str] = &[
    "ar-4:3",
    "ar-4-3",
    "b-iw_div_20_red",
    "b-5-FFF000",
    "bg-genfill-prompt-a sea",
    "e-usm-2-2-0.8-0.024",
    "e-shadow-bl-15_st-40_x-10_y-N5",
    "e-gradient-ld-topleft_from-red_sp-ih_div_2",
    "e-colorize-co-red_in-40",
    "e-distort-p-50_50_150_50_150_150_50_150",
    "e-distort-a-N45",
    "e-dropshadow-az-45_el-30",
    "cr-FF0000_50_00FF00",
    "e-edit-prompte-YSxiOmMvZA%3D%3D",
    "di-a@@@b@%2Fc",
    "ff-fonts@@a b.ttf",
    "pa-1_2_1_2",
    "dn-idn_mul_2",
    "lx-N0",
    "pg-name-\"sky\"_\"sea\"",
    "i-100%25 ",
    "lh-bh_div_20",
];

/// The work is bounded by refusing: each of these fills the longest text with one construct.
#[test]
fn pathological_texts_meet_a_limit() {
    let fill = |piece: &str| piece.repeat(8 * 1024 / piece.len());
    for text in [
        fill("w-1:"),
        fill("w-1,"),
        fill("l-image,i-a,l-end,"),
        fill("l-image,"),
        fill("if-w_gt_1,"),
        fill("pg-name-\","),
        fill("foo,"),
        "w-1,".repeat(1 << 20),
    ] {
        let error = text.parse::<Transformation>().unwrap_err();
        assert!(matches!(error.kind, ParseErrorKind::Limit(_)), "{text:.40}: {error}");
    }
    // Nothing but separators is an empty transformation.
    assert_eq!(fill(",:").parse::<Transformation>(), Ok(Transformation::default()));
    assert_eq!(fill(" ").parse::<Transformation>(), Ok(Transformation::default()));
}

/// Checks exactly as much as a limit allows, and one more.
#[test]
fn each_limit_allows_its_number_and_no_more() {
    let limits = Limits::default();
    let reads = |text: &str| Transformation::parse(text, &limits).map_err(|error| error.kind);
    let nested = |n: usize, open: &str, close: &str| format!("{}w-5,{}", open.repeat(n), close.repeat(n));
    for (most, text) in [
        (limits.steps, (|n| "w-1:".repeat(n)) as fn(usize) -> String),
        (limits.parameters, |n| "w-1,".repeat(n)),
        (limits.layers, |n| "l-text,i-a,l-end,".repeat(n)),
        (limits.transformation_bytes, |n| " ".repeat(n)),
    ] {
        assert!(reads(&text(most)).is_ok(), "{most}");
        assert!(matches!(reads(&text(most + 1)), Err(ParseErrorKind::Limit(_))), "{most}");
    }
    for (open, close) in [("l-image,i-a,", "l-end,"), ("if-w_gt_1,", "if-end,")] {
        assert!(reads(&nested(limits.depth, open, close)).is_ok(), "{open}");
        assert!(matches!(reads(&nested(limits.depth + 1, open, close)), Err(ParseErrorKind::Limit(_))), "{open}");
    }
}
