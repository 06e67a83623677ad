//! The guard on addresses: no URL from a client leads into a private network. This holds for images, overlays, fonts,
//! default images and redirects, and for both the text of a URL and the addresses of its name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod scripted;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use http::Request;
use originkit::{Endpoint, Engine, Origin, Settings};

use scripted::{JPEG, Script, file, redirect};

/// Returns a web proxy for all public addresses, with statuses that say what happened.
fn proxy() -> Engine {
    let mut settings = Settings::default();
    settings.gateway_statuses = true;
    let endpoint = Endpoint::new("https://img.example.com").origin(Origin::proxy(["*"]));
    Engine::builder().endpoint(endpoint).settings(settings).build().unwrap()
}

fn ask(path: &str) -> Script {
    // Were a private one asked, it would answer.
    let file = |name: &str| match name {
        "moved" => redirect("https://private.example.org/a.jpg"),
        "twice" => redirect("//both.example.org/a.jpg"),
        _ => file(JPEG),
    };
    let names = ["www", "moved", "twice", "private", "both"];
    let urls =
        names.iter().flat_map(|name| ["a.jpg", "a.ttf"].map(|end| (name, format!("https://{name}.example.org/{end}"))));
    let urls: Vec<_> = urls.map(|(name, url)| (url, file(name))).collect();
    let origins: Vec<_> = urls.iter().map(|(url, answer)| (url.as_str(), answer.clone())).collect();
    Script::new(proxy(), Request::get(format!("https://img.example.com{path}")), &origins)
}

/// Encodes a text for `ie-`.
fn base64(text: &str) -> String {
    STANDARD.encode(text).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// Returns the places in which an image URL names another URL, each as a path. (Names of fonts and default images
/// cannot contain a colon.)
fn places(url: &str) -> Vec<(&'static str, String)> {
    let good = "https://www.example.org/a.jpg";
    vec![("asset", format!("/tr:w-30/{url}")), ("overlay", format!("/tr:l-image,ie-{},l-end/{good}", base64(url)))]
}

#[test]
fn names_that_lead_into_a_private_network() {
    for (place, path) in places("https://www.example.org/a.jpg") {
        let told = ask(&path).run();
        assert!(told.contains("respond 200"), "{place}: {told}");
    }
    for host in ["private", "both", "moved", "twice"] {
        for (place, path) in places(&format!("https://{host}.example.org/a.jpg")) {
            let told = ask(&path).run();
            let hops = if matches!(host, "moved" | "twice") { " 302 -> break" } else { "failed" };
            assert!(told.contains(hops) && told.contains("is not allowed"), "{place} at {host}: {told}");
            assert!(!told.contains("respond 200"), "{place} at {host}: {told}");
            assert!(told.contains("respond 403"), "{place} at {host}: {told}");
        }
    }
}

#[test]
fn a_configured_origin_may_be_private() {
    let web = |base: &str| {
        let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new(base));
        Engine::builder().endpoint(endpoint).build().unwrap()
    };
    let request = || Request::get("https://img.example.com/tr:w-30/a.jpg");
    let home = ("https://private.example.org/a.jpg", file(JPEG));
    assert!(Script::new(web("https://private.example.org"), request(), &[home]).run().contains("respond 200"));
    // It may send us on to itself, but not to others like it.
    for (to, status) in [("/b.jpg", "respond 200"), ("https://private.example.net/b.jpg", "respond 404")] {
        let moved = ("https://private.example.org/a.jpg", redirect(to));
        let there = ["https://private.example.org/b.jpg", "https://private.example.net/b.jpg"];
        let origins = [moved, (there[0], file(JPEG)), (there[1], file(JPEG))];
        let told = Script::new(web("https://private.example.org"), request(), &origins).run();
        assert!(told.contains(status), "{to}: {told}");
    }
}

#[test]
fn every_file_is_kept_from_them() {
    let web = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.org"));
    let engine = Engine::builder().endpoint(web).build().unwrap();
    for (path, url) in [
        ("/tr:w-30/a.jpg", "https://www.example.org/a.jpg"),
        ("/tr:l-image,i-b.jpg,l-end/c.jpg", "https://www.example.org/b.jpg"),
        ("/tr:l-text,i-a,ff-b.ttf,l-end/c.jpg", "https://www.example.org/b.ttf"),
        ("/tr:w-30,di-b.jpg/none.jpg", "https://www.example.org/b.jpg"),
    ] {
        for (to, status) in
            [("https://cdn.example.org/d", "respond 200"), ("https://private.example.org/d", "respond 404")]
        {
            let good = ["https://cdn.example.org/d", "https://private.example.org/d", "https://www.example.org/c.jpg"];
            let origins = good.map(|url| (url, file(JPEG))).into_iter().chain([(url, redirect(to))]);
            let request = Request::get(format!("https://img.example.com{path}"));
            let told = Script::new(engine.clone(), request, &origins.collect::<Vec<_>>()).run();
            assert!(told.contains(status), "{path} to {to}: {told}");
        }
    }
}

#[test]
fn odd_and_private_hosts_in_every_place() {
    let hosts = "2130706433 017700000001 0177.0.0.1 0x7f.1 127.1 0 0.0.0.0 127.0.0.1. 169.254.169.254 100.100.100.200 \
        [::] [::1] [::ffff:127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1] [fd00:ec2::254] localhost localhost. \
        x.localhost metadata.google.internal good@127.0.0.1 127.0.0.1#@good www.example.org:22 user@www.example.org";
    for host in hosts.split_whitespace() {
        for (place, path) in places(&format!("http://{host}/a.jpg")) {
            let Ok(uri) = format!("https://img.example.com{path}").parse::<http::Uri>() else { continue };
            let public = ["https://www.example.org/a.jpg"].map(|url| (url, file(JPEG)));
            let told = Script::new(proxy(), Request::get(uri), &public).run();
            let fetched = told.lines().filter(|line| line.contains("fetch "));
            let strange = fetched.filter(|line| !line.contains("https://www.example.org/"));
            assert_eq!(strange.count(), 0, "{place} at {host}: {told}");
        }
        for location in [format!("http://{host}/a.jpg"), format!("//{host}/a.jpg")] {
            let Ok(_) = http::HeaderValue::try_from(&location) else { continue };
            let moved = [("http://www.example.org/a.jpg", redirect(&location))];
            let request = Request::get("https://img.example.com/tr:w-30/http://www.example.org/a.jpg");
            let told = Script::new(proxy(), request, &moved).run();
            assert!(told.contains("respond 502") && !told.contains("fetch 2"), "redirect to {host}: {told}");
        }
    }
}
