//! What the playground must show, with either backend.

use serde_json::{Value, json};

use super::{look, look_at_module};

/// The backends, and whether they draw text.
fn backends(name: &str) -> Vec<(&'static str, &'static Value, bool)> {
    let server = look(name).map(|seen| ("server", seen, false));
    server.into_iter().chain(look_at_module(name).map(|seen| ("module", seen, true))).collect()
}

fn text<'a>(seen: &'a Value, name: &str) -> &'a str {
    seen[name].as_str().unwrap_or_default()
}

fn has_part(seen: &Value, class: &str, content: &str) -> bool {
    seen["parts"].as_array().unwrap().contains(&json!([class, content]))
}

#[test]
fn a_url_is_taken_apart_and_its_image_is_shown() {
    for (backend, found, _) in backends("play") {
        assert_eq!(found["complaints"], json!([]), "{backend}");
        let first = &found["first"];
        assert!(has_part(first, "parameter", "w-300") && has_part(first, "path", "photo.jpg"), "{backend}: {first:#}");
        assert_eq!(first["result"], "300 × 300", "{backend}");
        let facts: Vec<_> = first["facts"].as_array().unwrap().iter().map(|fact| fact.as_str().unwrap()).collect();
        // Without C, WebP is written lossless, and photos as JPEG.
        let format = if backend == "module" { "JPEG" } else { "WEBP" };
        assert!(facts.len() == 4 && facts[0] == format, "format, bytes, time, memory: {facts:?}");
        assert!(facts[2].ends_with(" ms") && facts[3].ends_with(" of memory at most"), "{facts:?}");
        assert_eq!(first["original"][0], "1600 × 1067", "{backend}");
        let plan = first["plan"].as_array().unwrap();
        assert!(plan[0].as_str().unwrap().starts_with("decode 1600 × 1067"), "{plan:?}");
        assert!(plan[1].as_str().unwrap().contains("resize 300 × 300"), "{plan:?}");
        assert!(text(first, "requests").contains("x-req-from"), "{first:#}");
        assert!(text(first, "delivery").contains("cache key"), "{first:#}");
        assert!(text(first, "response").contains(&format!("image/{}", format.to_lowercase())), "{first:#}");
        assert_eq!(first["notes"], "");

        let ignored = &found["ignored"];
        assert!(has_part(ignored, "parameter ignored", "width-300"), "{backend}: {ignored:#}");
        assert!(has_part(ignored, "parameter", "h-200"));
        assert!(text(ignored, "notes").contains("Did you mean w-300?") && text(ignored, "notes").contains("foo-1"));
        assert!(text(&found["meant"], "url").contains("/tr:w-300,h-200,foo-1/"), "{:#}", found["meant"]);
        let refused = &found["refused"];
        assert!(has_part(refused, "layer refused", "l-image"), "{refused:#}");
        assert!(text(refused, "notes").contains("is not closed by"), "{refused:#}");
        assert!(text(refused, "error").starts_with("400 "), "{refused:#}");
    }
}

#[test]
fn files_are_chosen_and_dropped() {
    for (backend, found, _) in backends("files") {
        assert_eq!(found["complaints"], json!([]), "{backend}");
        let (chosen, dropped) = (&found["chosen"], &found["dropped"]);
        assert_eq!((&chosen["original"][0], &chosen["original"][1]), (&json!("200 × 100"), &json!("PNG")), "{backend}");
        assert_eq!((&chosen["result"], &chosen["facts"][0]), (&json!("50 × 25"), &json!("PNG")), "{backend}");
        assert!(chosen["plan"][0].as_str().unwrap().starts_with("decode 200 × 100"), "{chosen:#}");
        // The second file is the layer.
        assert_eq!((&dropped["result"], &dropped["error"]), (&json!("60 × 60"), &json!("")), "{backend}: {dropped:#}");
    }
}

#[test]
fn a_link_restores_the_page() {
    for (backend, found, _) in backends("link") {
        assert_eq!(found["complaints"], json!([]), "{backend}");
        let (here, there) = (&found["here"], &found["there"]);
        assert_eq!(
            (&here["url"], &here["result"], &here["notes"]),
            (&there["url"], &there["result"], &there["notes"]),
            "{backend}"
        );
        assert_eq!(found["headers"], "accept: image/png\nx-a: <b>&\"ü", "{backend}");
        if backend == "module" {
            assert_eq!(there["result"], "77 × 51", "a named transformation of the link: {there:#}");
        }
        assert!(text(&found["reset"], "url").ends_with("/demo/tr:w-300,h-300/photo.jpg"), "{backend}");
    }
}

#[test]
fn every_parameter_has_an_example_that_does_what_it_says() {
    if std::env::var_os("ORIGINKIT_PLAYGROUND").is_none() {
        return;
    }
    for (backend, found, draws_text) in backends("examples") {
        assert_eq!(found["complaints"], json!([]), "{backend}");
        let tried = found["tried"].as_object().unwrap();
        let parameters = originkit::transform::Transformation::parameters().map(|it| it.key);
        let all: Vec<_> = parameters.chain(originkit::DeliveryUrl::query_parameters().iter().copied()).collect();
        assert!(all.iter().all(|key| tried.contains_key(*key)), "{backend}: one is missing");
        assert_eq!(tried.len(), all.len(), "{backend}: one is made up");
        for (key, seen) in tried {
            assert_eq!(seen["isSet"], true, "{backend} {key}: its control does not show it: {seen:#}");
            let is_effect = text(seen, "notes").contains("needs an effect provider");
            let is_text = text(seen, "url").contains("l-text") && !draws_text;
            let wanted = if is_effect || is_text { "400" } else { "200" };
            assert!(text(seen, "response").starts_with(&format!("status\n{wanted}")), "{backend} {key}: {seen:#}");
            assert!(!text(seen, "notes").contains("Ignored"), "{backend} {key}: {seen:#}");
        }
    }
}

#[test]
fn controls_and_url_follow_each_other() {
    for (backend, found, _) in backends("controls") {
        assert_eq!(found["complaints"], json!([]), "{backend}");
        assert!(text(&found["set"], "url").contains("tr:w-300,h-300,q-40,e-grayscale,c-at_max/"), "{:#}", found["set"]);
        assert_eq!(found["set"]["result"], "300 × 200", "{backend}");
        assert!(text(&found["unset"], "url").contains("tr:w-300,h-300,c-at_max/"), "{:#}", found["unset"]);
        assert_eq!(found["shown"], json!(["90", "30", ""]), "{backend}");
        assert_eq!(found["filtered"], json!(["e-shadow", "e-dropshadow"]), "{backend}");
    }
}

#[test]
fn answers_never_come_in_the_wrong_order() {
    for (backend, found, _) in backends("typing") {
        assert_eq!(found["complaints"], json!([]), "{backend}");
        let last = &found["last"];
        assert!(text(last, "url").contains("tr:w-1119,bl-3/"), "{last:#}");
        // The last image is that of the last URL; before it come only widths that the field had in this order.
        let sizes: Vec<_> = found["sizes"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
        let typed = [11, 111, 1112, 111, 1119];
        let mut rest = typed.iter();
        assert!(sizes.iter().all(|size| *size == 1119 || rest.any(|it| it == size)), "{backend}: {sizes:?}");
        assert_eq!(sizes.last(), Some(&1119), "{backend}: {sizes:?}");
        let late = &found["late"];
        assert_eq!(
            (&late["result"], has_part(late, "parameter", "w-31")),
            (&json!("31 × 21"), true),
            "{backend}: {late:#}"
        );
    }
}

#[test]
fn the_page_fits_a_narrow_screen_in_light_and_in_the_dark() {
    for (backend, found, _) in backends("narrow") {
        assert_eq!(found["complaints"], json!([]), "{backend}");
        assert_eq!((&found["light"], &found["dark"]), (&json!([360, 360]), &json!([360, 360])), "{backend}");
        assert_ne!(found["background"], found["lightBackground"], "{backend}");
        assert_eq!(found["unnamed"], json!([]), "{backend}: controls without a name");
    }
}
