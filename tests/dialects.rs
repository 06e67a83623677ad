//! URLs of other services: every row of the mappings, and their combination with the rest of a URL.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "a test with known numbers"
)]

use std::time::SystemTime;

use originkit::error::Rejection;
use originkit::transform::{Reason, Transformation};
use originkit::{DeliveryUrl, Dialect, Endpoint, Engine, Limits, Order, Origin, Settings};
use proptest::prelude::*;
use proptest::sample::select;

const BASE: &str = "https://img.example.com/shop";

fn endpoint(dialect: Dialect) -> Endpoint {
    Endpoint::new(BASE).origin(Origin::new("https://www.example.com")).dialect(dialect)
}

fn parse(endpoint: Endpoint, url: &str) -> Result<DeliveryUrl, Rejection> {
    Engine::builder().endpoint(endpoint).build().unwrap().parse(url)
}

/// Returns the native form of a token that is a segment by itself.
fn cloudinary(steps: &str) -> Option<String> {
    let read = Dialect::cloudinary().translate(&format!("/{steps}/folder/a.jpg")).unwrap();
    assert_eq!(read.path.unwrap().as_str(), "folder/a.jpg", "{steps}");
    read.text
}

#[test]
fn each_cloudinary_parameter_has_its_row() {
    for (steps, want) in [
        ("w_100,h_50.5", "w-100,h-50.5"),
        ("w_auto", "w-auto"),
        ("ar_4:3", "ar-4-3"),
        ("ar_2.5", "ar-2.5-1"),
        ("ar_16%3A9", "ar-16-9"),
        ("c_crop", "cm-extract"),
        ("c_fill", "c-maintain_ratio"),
        ("c_fit", "c-at_max"),
        ("c_pad", "cm-pad_resize"),
        ("c_scale", "c-force"),
        ("g_south_west", "fo-bottom_left"),
        ("g_custom", "fo-custom"),
        ("x_-10,y_20", "x-N10,y-20"),
        ("z_2.0,dpr_3.0", "z-2.0,dpr-3.0"),
        ("f_auto", "f-auto"),
        ("q_1", "q-1"),
        ("q_auto", "q-70"),
        ("q_auto:best", "q-86"),
        ("a_-67.5", "rt-N67.5"),
        ("r_20:30", "r-20"),
        ("r_max:20:30:40", "r-max"),
        ("e_blur", "bl-1"),
        ("e_blur:250", "bl-2.5"),
        ("e_contrast:-30", "e-contrast"),
        ("e_sharpen", "e-sharpen"),
        ("e_sharpen:50", "e-sharpen-0.5"),
        ("e_unsharp_mask", "e-usm-0-1-1-0.05"),
        ("e_unsharp_mask:250", "e-usm-0-2.5-1-0.05"),
        ("e_trim:20:rgb:FF0000", "t-20"),
        ("bo_5px_solid_rgb:B4F9", "b-5_BB44FF60"),
        ("b_LightGreen", "bg-lightgreen"),
        ("b_blurred:250", "bg-blurred_12.5"),
        ("b_blurred:100:-150", "bg-blurred_5_N127"),
        ("b_blurred:0:99", "bg-blurred_0_252"),
        ("t_my_thumb", "n-my_thumb"),
        ("fl_progressive:none", "pr-false"),
        ("c_fill,w_10/e_grayscale", "c-maintain_ratio,w-10:e-grayscale"),
    ] {
        assert_eq!(cloudinary(steps).as_deref(), Some(want), "{steps}");
    }
}

#[test]
fn bad_cloudinary_values_are_dropped_and_listed() {
    for token in [
        "w_abc",
        "w_-5",
        "w_0",
        "w_99999",
        "h_auto",
        "ar_0",
        "ar_4:3:2",
        "c_thumb",
        "c_limit",
        "g_auto:subject",
        "g_north_north",
        "x_1.5",
        "z_0",
        "dpr_auto",
        "f_jxl",
        "q_0",
        "q_101",
        "q_80:420",
        "q_auto:x",
        "a_auto",
        "a_hflip",
        "r_1.5",
        "r_0",
        "r_1:2:3:4:5",
        "r_20:x",
        "e_sepia",
        "e_blur:x",
        "e_blur:0",
        "e_blur:99999",
        "e_grayscale:5",
        "e_trim:0",
        "e_trim:20:nope",
        "bo_5px_dotted_red",
        "bo_px_solid_red",
        "bo_5px_solid_FF0000",
        "b_auto",
        "b_FF0000",
        "b_fff",
        "b_rgb:12345",
        "b_blurred:2001",
        "b_blurred:100:101",
        "b_blurred:100:-301",
        "b_blurred:",
        "b_blurred:1:1:1",
        "b_blurredx",
        "t_no.dots",
        "o_50",
        "co_red",
        "so_1.5",
        "eo_2",
        "du_3",
        "fl_progressive:x",
        "fl_layer_apply",
    ] {
        let read = Dialect::cloudinary().translate(&format!("/w_7,{token}/a.jpg")).unwrap();
        assert!(read.transformation == "w-7".parse().unwrap(), "{token}: {:?}", read.text);
        let [ignored] = read.ignored.as_slice() else { panic!("{token}: {:?}", read.ignored) };
        assert_eq!((ignored.token.as_str(), ignored.span.clone()), (token, 5..5 + token.len()));
        assert!(ignored.foreign);
    }
    // A segment of nothing else is no step.
    assert_eq!(cloudinary("w_abc/a_90").as_deref(), Some("rt-90"));
    assert_eq!(cloudinary("w_abc"), None);
}

#[test]
fn overlays_become_layers() {
    for (steps, want) in [
        ("l_brand:logo.png", "l-image,i-brand@@logo.png,l-end"),
        ("l_my%20logo.png,w_50,g_north_east,x_1,y_-2", "l-image,i-my logo.png,w-50,lfo-top_right,lx-1,ly-N2,l-end"),
        ("l_r%C3%A9d.png", "l-image,ie-csOpZC5wbmc=,l-end"),
        ("l_logo.png/w_50/fl_layer_apply,g_south", "l-image,i-logo.png,w-50,lfo-bottom,l-end"),
        ("l_logo.png,w_50,g_south/a_10/fl_layer_apply", "l-image,i-logo.png,w-50,fo-bottom:rt-10,l-end"),
        ("l_logo.png/a_10,w_50/e_grayscale/fl_layer_apply", "l-image,i-logo.png,w-50:rt-10:e-grayscale,l-end"),
        ("l_logo.png/a_10/fl_layer_apply", "l-image,i-logo.png,rt-10,l-end"),
        ("l_logo.png,a_10", "l-image,i-logo.png,rt-10,l-end"),
        ("l_logo.png/fl_layer_apply", "l-image,i-logo.png,l-end"),
        ("l_logo.png,fl_layer_apply,g_west/w_9", "l-image,i-logo.png,lfo-left,l-end:w-9"),
        ("w_9/l_logo.png/w_abc/fl_layer_apply/h_9", "w-9:l-image,i-logo.png,l-end:h-9"),
        ("l_a.png/l_b.png/w_1/fl_layer_apply/fl_layer_apply", "l-image,i-a.png,l-image,i-b.png,w-1,l-end,l-end"),
        ("l_a.png/w_5/l_b.png/w_1/fl_layer_apply", "l-image,i-a.png,l-end:w-5:l-image,i-b.png,w-1,l-end"),
        (
            "l_a.png/w_1/l_b.png/fl_layer_apply/h_1/fl_layer_apply",
            "l-image,i-a.png,w-1:l-image,i-b.png,l-end:h-1,l-end",
        ),
        ("l_text:Roboto_50:Hello", "l-text,i-Hello,ff-Roboto,fs-50,l-end"),
        ("l_text:Open%20Sans_30.5_italic_bold_end:a%20b", "l-text,i-a b,ff-Open Sans,fs-30.5,tg-b_i,ia-right,l-end"),
        ("l_text:Roboto_50_start:100%25%2C%20yes", "l-text,ie-MTAwJSwgeWVz,ff-Roboto,fs-50,ia-left,l-end"),
        ("l_text:Roboto_50:a%252Cb", "l-text,ie-YSxi,ff-Roboto,fs-50,l-end"),
        ("l_text:Roboto_50:a:b", "l-text,ie-YTpi,ff-Roboto,fs-50,l-end"),
        ("l_text:Roboto_50:a,co_rgb:B4F9,w_9", "l-text,i-a,ff-Roboto,fs-50,co-BB44FF60,w-9,l-end"),
        (
            "l_text:Roboto_50:a/co_red/fl_layer_apply,g_north,y_5",
            "l-text,i-a,ff-Roboto,fs-50,co-red,lfo-top,ly-5,l-end",
        ),
        ("l_text:100%25_50:a", "l-text,i-a,ff-100%,fs-50,l-end"),
    ] {
        assert_eq!(cloudinary(steps).as_deref(), Some(want), "{steps}");
    }
    for (steps, want, lost) in [
        ("l_logo.png,e_sepia,co_red,q_5", "l-image,i-logo.png,q-5,l-end", &["e_sepia", "co_red"][..]),
        ("l_logo.png/fl_layer_apply,w_50,g_face", "l-image,i-logo.png,l-end", &["w_50", "g_face"]),
        ("l_a.png,l_b.png", "l-image,i-b.png,l-end", &["l_a.png"]),
        ("l_text:Roboto:a/w_5/fl_layer_apply,g_north/h_5", "h-5", &["l_text:Roboto:a", "w_5", "g_north"]),
        ("l_fetch:aHR0cA/l_b.png/w_1/fl_layer_apply/fl_layer_apply/h_5", "h-5", &["l_fetch:aHR0cA", "l_b.png", "w_1"]),
        ("l_text:Roboto_50:a,r_max,h_5", "l-text,i-a,ff-Roboto,fs-50,r-max,h-5,l-end", &["h_5"]),
        // Natively an offset counts from the top left, whatever the focus.
        ("l_a.png,g_east,x_5", "l-image,i-a.png,lfo-right,lx-5,l-end", &["g_east"]),
        ("l_text:Roboto_50_underline:a", "l-text,i-a,ff-Roboto,fs-50,l-end", &["l_text:Roboto_50_underline:a"]),
    ] {
        let read = Dialect::cloudinary().translate(&format!("/{steps}/a.jpg")).unwrap();
        assert_eq!(read.text.as_deref(), Some(want), "{steps}");
        let ignored: Vec<_> = read.ignored.iter().map(|it| it.token.as_str()).collect();
        assert_eq!(ignored, lost, "{steps}");
    }
    let deep = "l_a.png/".repeat(4) + &"fl_layer_apply/".repeat(4);
    assert!(Dialect::cloudinary().translate(&format!("/{deep}a.jpg")).is_err());
    assert!(Dialect::cloudinary().translate("/l_..:secret.png/a.jpg").is_err());
}

#[test]
fn what_is_no_step_is_the_asset() {
    let keep = Dialect::Cloudinary { preserve_asset_delivery_types: true };
    let drop = Dialect::cloudinary();
    for (dialect, rest, text, path) in [
        (drop, "/w_100/w_200.jpg", Some("w-100"), "w_200.jpg"),
        (drop, "/my_folder/w_5/a.jpg", None, "my_folder/w_5/a.jpg"),
        (drop, "/w_5,my_folder/a.jpg", None, "w_5,my_folder/a.jpg"),
        (drop, "/w_5,/a.jpg", None, "w_5,/a.jpg"),
        (drop, "/w_5//a.jpg", Some("w-5"), "/a.jpg"),
        (drop, "/fl_lossy,w_5/a.jpg", None, "fl_lossy,w_5/a.jpg"),
        (drop, "/w_5/v1234567890/a.jpg", Some("w-5"), "v1234567890/a.jpg"),
        (drop, "//image/private/w_5/a.jpg", Some("w-5"), "a.jpg"),
        (drop, "/image/authenticated/a.jpg", None, "a.jpg"),
        (drop, "/image/upload", None, "image/upload"),
        (drop, "/image/other/w_5/a.jpg", None, "image/other/w_5/a.jpg"),
        (drop, "/w_5/image/upload/a.jpg", Some("w-5"), "image/upload/a.jpg"),
        (keep, "/image/upload/w_5/a.jpg", Some("w-5"), "image/upload/a.jpg"),
        // Elements of ours.
        (drop, "/tr:w-5/w_100/a.jpg", Some("w-5"), "w_100/a.jpg"),
        (drop, "/tr:w-5/image/upload/a.jpg", Some("w-5"), "image/upload/a.jpg"),
        (drop, "/image/upload/tr:w-5/w_9/a.jpg", Some("w-5"), "w_9/a.jpg"),
        (drop, "/w_9/a.jpg?tr=w-5", Some("w-5"), "w_9/a.jpg"),
        (drop, "/w_9/a.jpg?tr=&ik-t=1", Some("w-9"), "a.jpg"),
        (drop, "/tr:/w_9/a.jpg", Some("w-9"), "a.jpg"),
        (drop, "/ik-seo/image/upload/w_9/folder/a/red-shoe.jpg", Some("w-9"), "folder/a.jpg"),
        (drop, "/ik-seo/w_9/red-shoe.jpg", None, "w_9.jpg"),
        (drop, "/w_9/a.pdf/ik-thumbnail.jpg", Some("w-9"), "a.pdf"),
        (drop, "/w_9/ik-thumbnail.jpg", None, "w_9"),
        (Dialect::Imgix, "/w_9/a.jpg?h=5&ik-attachment=true", Some("h-5"), "w_9/a.jpg"),
        (Dialect::Imgix, "/tr:w-9/a.jpg?h=5", Some("w-9"), "a.jpg"),
        (Dialect::Akamai, "/a.jpg?imwidth=5&tr=w-9", Some("w-9"), "a.jpg"),
    ] {
        let url = parse(endpoint(dialect), &format!("{BASE}{rest}")).unwrap();
        assert_eq!((url.transformation_text(), url.path()), (text, path), "{rest}");
        assert_eq!(url.query(), None, "{rest}");
    }
}

#[test]
fn what_a_native_transformation_overrules_is_listed() {
    let url = parse(endpoint(Dialect::Imgix), &format!("{BASE}/a.jpg?tr=w-5,foo-1&w=9&v=1&auto=format")).unwrap();
    assert_eq!(url.transformation().to_string(), "w-5");
    assert_eq!(url.query(), Some("v=1&auto=format"));
    let ignored: Vec<_> = url.ignored().iter().map(|it| (it.token.as_str(), it.foreign, it.reason)).collect();
    let want = [
        ("foo-1", false, Reason::UnknownKey),
        ("w=9", true, Reason::Superseded),
        ("auto=format", true, Reason::NoCounterpart),
    ];
    assert_eq!(ignored, want);
    for ignored in url.ignored().iter().filter(|it| it.foreign) {
        assert_eq!(&url.to_string()[ignored.span.clone()], ignored.token);
    }
}

#[test]
fn strict_endpoints_refuse_what_has_no_effect() {
    let strict = |dialect| endpoint(dialect).strict(true);
    let error = parse(strict(Dialect::cloudinary()), &format!("{BASE}/w_5,c_thumb/a.jpg")).unwrap_err();
    let Rejection::Parse(error) = error else { panic!("{error:?}") };
    assert_eq!(&error.text[error.span.clone()], "c_thumb");
    assert!(parse(strict(Dialect::Imgix), &format!("{BASE}/a.jpg?auto=format")).is_err());
    // A part of these is lost, but they have an effect.
    assert!(parse(strict(Dialect::cloudinary()), &format!("{BASE}/r_5:6,e_contrast:5/a.jpg")).is_ok());
    assert!(parse(strict(Dialect::Imgix), &format!("{BASE}/a.jpg?w=5&v=2&fit=crop")).is_ok());
}

fn engine(dialect: Dialect, settings: Settings) -> Engine {
    let proxied = Endpoint::new("https://proxy.example.com").origin(Origin::proxy(["*"]));
    Engine::builder()
        .endpoint(endpoint(dialect))
        .endpoint(proxied.dialect(dialect))
        .named("thumb", "w-100,h-100")
        .settings(settings)
        .build()
        .unwrap()
}

fn resolve(engine: &Engine, url: &str) -> Result<Order, Rejection> {
    engine.resolve(&http::Request::get(url).body(()).unwrap(), SystemTime::UNIX_EPOCH)
}

#[test]
fn only_translated_names_count_as_names() {
    let mut settings = Settings::default();
    settings.restrict_unnamed = true;
    let cloudinary = engine(Dialect::cloudinary(), settings.clone());
    let order = resolve(&cloudinary, &format!("{BASE}/t_thumb/a.jpg")).unwrap();
    assert_eq!(order.transformation().to_string(), "w-100,h-100");
    for path in ["/w_5/a.jpg", "/t_thumb,w_5/a.jpg", "/t_thumb,w_abc/a.jpg", "/t_thumb/w_5/a.jpg"] {
        let refused = resolve(&cloudinary, &format!("{BASE}{path}"));
        assert!(matches!(refused, Err(Rejection::Unnamed)), "{path}: {refused:?}");
    }
    // What a native name wins over asks for nothing.
    let imgix = engine(Dialect::Imgix, settings);
    assert!(resolve(&imgix, &format!("{BASE}/a.jpg?tr=n-thumb&w=5&auto=format")).is_ok());
    // What is left to the origin does neither.
    assert!(resolve(&imgix, &format!("{BASE}/a.jpg?auto=format&v=1")).is_ok());
    for query in ["w=5", "w=abc"] {
        assert!(matches!(resolve(&imgix, &format!("{BASE}/a.jpg?{query}")), Err(Rejection::Unnamed)));
    }
}

#[test]
fn proxies_read_the_front_and_no_further() {
    let inner = |dialect, url: &str| {
        let order = resolve(&engine(dialect, Settings::default()), url).unwrap();
        let asked = order.attempts().next().unwrap().uri().to_string();
        (order.transformation().to_string(), asked)
    };
    for (dialect, url, want, asked) in [
        (
            Dialect::cloudinary(),
            "https://proxy.example.com/image/fetch/w_5/https://e.com/tr:w-9/w_7/a.jpg?v=1",
            "w-5",
            "https://e.com/tr:w-9/w_7/a.jpg?v=1",
        ),
        (
            Dialect::cloudinary(),
            "https://proxy.example.com/w_5/https%3A%2F%2Fe.com%2Fa.jpg%3Fv=1",
            "w-5",
            "https://e.com/a.jpg?v=1",
        ),
        (Dialect::Imgix, "https://proxy.example.com/https://e.com/a.jpg?v=1&w=5", "w-5", "https://e.com/a.jpg?v=1"),
    ] {
        assert_eq!(inner(dialect, url), (want.to_owned(), asked.to_owned()), "{url}");
    }
}

#[cfg(feature = "signing")]
#[test]
fn the_bytes_as_sent_are_signed() {
    let endpoint = |dialect| endpoint(dialect);
    for (dialect, rest) in
        [(Dialect::cloudinary(), "/image/upload/w_5/a%2Cb.jpg"), (Dialect::Imgix, "/a.jpg?w=5&auto=format&v=1")]
    {
        let engine = Engine::builder().endpoint(endpoint(dialect)).signing_key("key").build().unwrap();
        let signed = originkit::config::SigningKey::sha1("key").sign_url(&format!("{BASE}{rest}"), BASE, None);
        let order = resolve(&engine, &signed).unwrap();
        assert_eq!(order.transformation().to_string(), "w-5");
        assert!(resolve(&engine, &signed.replace("w_5", "w_6").replace("w=5", "w=6")).is_err());
    }
}

#[test]
fn a_text_may_be_a_transformation_alone() {
    for (dialect, text, want) in [
        (Dialect::cloudinary(), "c_fill,w_300", "w-300,c-maintain_ratio"),
        (Dialect::Imgix, "w=300&fit=max", "w-300,c-at_max"),
        (Dialect::Akamai, "imheight=300", "h-300"),
    ] {
        let read = dialect.translate(text).unwrap();
        assert_eq!((read.transformation.to_string().as_str(), read.path), (want, None), "{text}");
    }
    assert_eq!(Dialect::cloudinary().translate("a.jpg").unwrap().path.unwrap().as_str(), "a.jpg");
    assert_eq!(Dialect::Imgix.translate("a.jpg").unwrap().path.unwrap().as_str(), "a.jpg");
    assert!(Dialect::Imgix.translate("/a/../b.jpg").is_err());
    assert!(Dialect::Imgix.translate(&"w=1&".repeat(3000)).is_err());
    // What stays of a query stays byte for byte; an endpoint does the same.
    for (query, want) in
        [("?", None), ("?&", Some("&")), ("?w=5&&a=1", Some("&a=1")), ("?a=1&&w=5&b=2", Some("a=1&&b=2"))]
    {
        let text = format!("/a.jpg{query}");
        assert_eq!(Dialect::Imgix.translate(&text).unwrap().query.as_deref(), want, "{query}");
        laws(Dialect::Imgix, &text).unwrap();
    }
}

/// `PROPTEST_CASES` sets a higher number.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: default.cases.max(1000), ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_a_dialect_reads_is_native(dialect in dialect(), text in prop_oneof![path(), query(), both()]) {
        laws(dialect, &text)?;
    }

    #[test]
    fn no_text_panics(dialect in dialect(), text in "[/?&=,:_a-z0-9%.éN-]{0,120}|.{0,80}") {
        laws(dialect, &text)?;
    }
}

/// The canonical form reads back natively as an equal value; every span points at its token; and an endpoint reads
/// exactly those texts that the dialect alone reads.
fn laws(dialect: Dialect, text: &str) -> Result<(), TestCaseError> {
    // Printing may lengthen what is close to the limits.
    let mut limits = Limits::default();
    limits.transformation_bytes *= 8;
    let Ok(read) = dialect.translate(text) else { return Ok(()) };
    let canonical = read.transformation.to_string();
    let again = Transformation::parse(&canonical, &limits);
    let again = again.map_err(|error| TestCaseError::fail(format!("{canonical}: {error:#}")))?;
    prop_assert_eq!(&again.transformation, &read.transformation, "{}", canonical);
    prop_assert!(again.ignored.is_empty(), "{:?} of {}", again.ignored, canonical);
    for ignored in &read.ignored {
        prop_assert!(ignored.foreign);
        prop_assert_eq!(&text[ignored.span.clone()], &ignored.token);
    }
    let native = ["tr", "ik-", "https:", "http:", "#", "%"].iter().any(|it| text.contains(it));
    let names = read.transformation.edits().any(|edit| edit.named.is_some());
    if let Some(path) = read.path.as_ref().filter(|_| !native && !names && text.starts_with('/')) {
        let url = parse(endpoint(dialect), &format!("{BASE}{text}")).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(url.transformation(), &read.transformation);
        prop_assert_eq!(url.path(), path.as_str());
        prop_assert_eq!(url.query(), read.query.as_deref());
        prop_assert_eq!(url.ignored().len(), read.ignored.len());
        for ignored in url.ignored() {
            prop_assert_eq!(&url.to_string()[ignored.span.clone()], &ignored.token);
        }
    }
    Ok(())
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let keep = Dialect::Cloudinary { preserve_asset_delivery_types: true };
    select(vec![Dialect::cloudinary(), Dialect::cloudinary(), keep, Dialect::Imgix, Dialect::Akamai])
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,5}(\\.[0-9]{1,3})?",
        "[0-9]{1,3}:[0-9]{1,3}(:[0-9]{1,3}){0,2}",
        "(rgb:)?[0-9A-Fa-f]{3,8}",
        "(text:)?[A-Za-z]{1,8}_[0-9]{1,3}(_bold|_italic|_left|_end|_x){0,2}:[A-Za-z0-9 %:._é-]{1,12}",
        select(
            &[
                "auto",
                "crop",
                "fill",
                "fit",
                "max",
                "north_east",
                "top,left",
                "faces",
                "red",
                "blur:300",
                "logo.png",
                "a:b.png",
                "text:Roboto_50:Hello",
                "5px_solid_red",
                "blurred:100:10",
                "progressive",
                "layer_apply",
                "trim:20:red",
                "contrast",
                "unsharp_mask:50",
                "auto:eco",
                "facearea",
                "jp2",
                "color",
                "thumb"
            ][..]
        )
        .prop_map(str::to_owned),
        "[a-z0-9_:%-]{0,8}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    let key = select(
        &[
            "w", "h", "ar", "c", "g", "x", "y", "z", "dpr", "f", "q", "a", "r", "e", "bo", "b", "o", "t", "l", "l",
            "co", "so", "fl", "fl", "my",
        ][..],
    );
    let token = prop_oneof![4 => (key, value()).prop_map(|(key, value)| format!("{key}_{value}")), 1 => Just("fl_layer_apply".to_owned())];
    let segment = prop::collection::vec(token, 1..4).prop_map(|tokens| tokens.join(","));
    let front = select(&["/", "/image/upload/", "//", ""][..]);
    (front, prop::collection::vec(segment, 0..6))
        .prop_map(|(front, it)| format!("{front}{}/folder/a.jpg", it.join("/")))
}

fn query() -> impl Strategy<Value = String> {
    let name = select(
        &[
            "w",
            "h",
            "ar",
            "fit",
            "crop",
            "fill",
            "fill-color",
            "bg",
            "fm",
            "q",
            "orient",
            "dpr",
            "sharp",
            "con",
            "usm",
            "usmrad",
            "blur",
            "trim",
            "auto",
            "txt-size",
            "v",
            "imwidth",
            "imheight",
            "im",
        ][..],
    );
    let parameter = (name, value()).prop_map(|(name, value)| format!("{name}={value}"));
    prop::collection::vec(parameter, 0..8).prop_map(|it| format!("/folder/a.jpg?{}", it.join("&")))
}

fn both() -> impl Strategy<Value = String> {
    (path(), query()).prop_map(|(path, query)| format!("{path}{}", query.trim_start_matches("/folder/a.jpg")))
}
