//! Deliveries as transcripts: the requests to origins, their answers, and the response to the browser.
//!
//! Each runs by hand and through both drivers, which must give the same response.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod scripted;

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use insta::assert_snapshot;
use originkit::delivery::{Delivery, Fetch, FetchError, FetchId, Input, Output, Rendered};
use originkit::plan::Size;
use originkit::render::Encoded;
use originkit::{Endpoint, Engine, Error, Format, Limits, Origin, Settings};

use scripted::{Answer, JPEG, Script, engine, file, poll, redirect, status};

const MAIN: &str = "https://www.example.com/a.jpg";
const BACKUP: &str = "https://backup.example.net/a.jpg";

#[test]
fn the_first_origin_has_it() {
    let script = Script::get("/tr:w-300/a.jpg", &[(MAIN, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 200
        chunk 1 7
        chunk 1 7
        end 1
      render [14]
    respond 200 image/webp "an image"
      link: <https://www.example.com/a.jpg>; rel="canonical"
      vary: accept
    "#);
}

#[test]
fn the_second_origin_has_it() {
    let script = Script::get("/tr:w-300/a.jpg", &[(BACKUP, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 404 -> break
      fetch 2 https://backup.example.net/a.jpg
        head 2 200
        chunk 2 7
        chunk 2 7
        end 2
      render [14]
    respond 200 image/webp "an image"
      vary: accept
    "#);
}

#[test]
fn what_another_origin_has_while_one_is_down_is_kept_for_seconds() {
    let script = Script::get("/tr:w-300/a.jpg", &[(MAIN, status(503)), (BACKUP, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 503 -> break
      fetch 2 https://backup.example.net/a.jpg
        head 2 200
        chunk 2 7
        chunk 2 7
        end 2
      render [14]
    respond 200 image/webp "an image"
      cache-control: public, max-age=5
      vary: accept
    "#);
}

/// Runs a delivery by hand; `answer` returns the result of each fetch. Returns the requested URLs and the response.
fn asked(
    mut delivery: Delivery,
    mut answer: impl FnMut(&Fetch) -> Result<(http::response::Builder, &'static [u8]), FetchError>,
) -> (Vec<String>, http::Response<Bytes>) {
    let mut asked: Vec<Fetch> = Vec::new();
    loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Fetch(fetch) => {
                assert!(asked.iter().all(|other| other.id != fetch.id), "an id is given out once");
                // The one that was closed may still speak, and is not heard.
                for other in &asked {
                    assert!(delivery.handle(Input::Failed(other.id, FetchError::Busy)).is_break());
                }
                match answer(&fetch) {
                    Err(error) => assert!(delivery.handle(Input::Failed(fetch.id, error)).is_break()),
                    Ok((head, body)) => {
                        let head = Input::Head(fetch.id, head.body(()).unwrap());
                        if delivery.handle(head).is_continue() {
                            _ = delivery.handle(Input::Chunk(fetch.id, Bytes::from_static(body)));
                            _ = delivery.handle(Input::End(fetch.id));
                        }
                    }
                }
                asked.push(fetch);
            }
            Output::Render(_) => {
                let image = Encoded::new(Bytes::from_static(b"an image"), Format::WebP, Size::new(3, 2));
                _ = delivery.handle(Input::Rendered(Rendered::new(Ok(image))));
            }
            Output::Store(_) => {}
            Output::Respond(response) => {
                let note =
                    |fetch: &Fetch| format!("{}{}", fetch.request().uri(), if fetch.resent { " again" } else { "" });
                return (asked.iter().map(note).collect(), response);
            }
            Output::Wait => panic!("nothing is out"),
        }
    }
}

#[test]
fn a_request_on_a_closed_connection_is_sent_once_more() {
    let get = |limits: fn(&mut Limits)| {
        let request = Request::get("https://img.example.com/tr:w-300/a.jpg").body(()).unwrap();
        engine(limits).deliver(&request, SystemTime::UNIX_EPOCH)
    };
    let ok = || Ok((http::Response::builder(), JPEG));
    let again = format!("{MAIN} again");

    let (seen, response) = asked(get(|_| {}), |fetch| if fetch.resent { ok() } else { Err(FetchError::Closed) });
    assert_eq!((seen, response.status().as_u16()), (vec![MAIN.to_owned(), again.clone()], 200));
    assert!(response.headers()["cache-control"].to_str().unwrap().contains("31536000"), "nothing has failed");

    // Once, and then it is the next origin's turn.
    let (seen, response) =
        asked(get(|_| {}), |fetch| if fetch.request().uri() == MAIN { Err(FetchError::Closed) } else { ok() });
    assert_eq!(seen, [MAIN, &again, BACKUP]);
    assert_eq!(response.headers()["cache-control"], "public, max-age=5");

    // Once for each origin, redirects included.
    let (seen, _) = asked(get(|_| {}), |fetch| match (fetch.resent, fetch.request().uri().path()) {
        (false, "/a.jpg") => Err(FetchError::Closed),
        (true, "/a.jpg") => Ok((http::Response::builder().status(302).header("location", "/b.jpg"), b"")),
        _ => Err(FetchError::Closed),
    });
    let (moved, backup) = ("https://www.example.com/b.jpg again", "https://backup.example.net/b.jpg again");
    assert_eq!(seen, [MAIN, &again, moved, BACKUP, &format!("{BACKUP} again"), backup]);

    // Other failures are not tried again, nor is one behind the head.
    for error in [
        FetchError::Refused,
        FetchError::TimedOut,
        FetchError::Address(originkit::error::AddressClass::Loopback),
        FetchError::Other,
    ] {
        let (seen, _) = asked(get(|_| {}), |_| Err(error));
        assert_eq!(seen, [MAIN, BACKUP], "{error}");
    }
    let mut delivery = get(|_| {});
    let Output::Fetch(fetch) = poll(&mut delivery) else { panic!("a fetch comes first") };
    assert!(delivery.handle(Input::Head(fetch.id, http::Response::new(()))).is_continue());
    assert!(delivery.handle(Input::Failed(fetch.id, FetchError::Closed)).is_break());
    let Output::Fetch(next) = poll(&mut delivery) else { panic!("a fetch comes next") };
    assert_eq!((next.request().uri().to_string().as_str(), next.resent), (BACKUP, false));

    // It counts as a request. Where there is no room for it, it is not sent, and the error is one of the moment.
    let (seen, response) = asked(get(|limits| limits.fetches = 1), |_| Err(FetchError::Closed));
    assert_eq!(seen, [MAIN]);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let (seen, response) = asked(get(|limits| limits.fetches = 2), |_| Err(FetchError::Closed));
    assert_eq!(seen, [MAIN, &again]);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let (seen, response) = asked(get(|limits| limits.fetches = 2), |fetch| {
        let head = http::Response::builder().status(404);
        if fetch.resent { Ok((head, b"")) } else { Err(FetchError::Closed) }
    });
    assert_eq!(seen, [MAIN, &again]);
    assert!(response.headers()["ik-error"].to_str().unwrap().starts_with("ELIMIT"));
    assert_eq!(response.headers()["cache-control"], "no-store", "without the closed connection there had been room");
}

#[test]
fn a_busy_client_ends_a_delivery_at_once() {
    for path in ["/a.jpg", "/tr:w-30,di-none.png/a.jpg", "/tr:w-30,l-image,i-logo.png,l-end/a.jpg"] {
        let request = Request::get(format!("https://img.example.com{path}")).body(()).unwrap();
        let (seen, response) =
            asked(engine(|_| {}).deliver(&request, SystemTime::UNIX_EPOCH), |_| Err(FetchError::Busy));
        assert_eq!((seen.len(), response.status().as_u16()), (1, 503), "{path}");
        assert!(response.headers()["ik-error"].to_str().unwrap().starts_with("EBUSY - "), "{path}");
        assert_eq!(
            (&response.headers()["cache-control"], &response.headers()["retry-after"]),
            (&"no-store".parse().unwrap(), &"1".parse().unwrap())
        );
        assert!(matches!(response.extensions().get(), Some(Error::Busy { .. })));
    }
}

/// Returns a delivery that waits for the body of an answer with a tag, for a browser that has another file.
fn reading(limits: impl FnOnce(&mut Limits)) -> (Delivery, FetchId) {
    let request = Request::get("https://img.example.com/tr:w-30/a.svg").header("if-none-match", "\"old\"");
    let mut delivery = engine(limits).deliver(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH);
    let Output::Fetch(fetch) = poll(&mut delivery) else { panic!("a fetch comes first") };
    let head = http::Response::builder().header("etag", "\"new\"").body(()).unwrap();
    assert!(delivery.handle(Input::Head(fetch.id, head)).is_continue());
    // May become an SVG, or not: as long as the comment goes on nobody knows.
    let start = Bytes::from_static(b"<?xml version=\"1.0\"?><!--");
    assert!(delivery.handle(Input::Chunk(fetch.id, start)).is_continue());
    (delivery, fetch.id)
}

#[test]
fn a_body_in_tiny_chunks_comes_to_an_end() {
    let (mut delivery, id) = reading(|limits| limits.source_bytes = 1 << 30);
    let byte = || Input::Chunk(id, Bytes::from_static(b"a"));
    let taken = (0..1_000_000).take_while(|_| delivery.handle(byte()).is_continue()).count();
    assert_eq!(taken, 16_384 + 128);
    let Output::Fetch(next) = poll(&mut delivery) else { panic!("the next origin is asked") };
    assert_eq!(next.request().uri(), "https://backup.example.net/a.svg");
}

/// It took 9 seconds when each chunk was inspected, and takes 0.2.
#[test]
fn two_million_tiny_chunks_are_little_work() {
    let (mut delivery, id) = reading(|limits| (limits.source_bytes, limits.chunks) = (1 << 30, u64::MAX));
    let start = std::time::Instant::now();
    for _ in 0..2_000_000 {
        assert!(delivery.handle(Input::Chunk(id, Bytes::from_static(b"a"))).is_continue());
    }
    assert!(start.elapsed().as_secs() < 4, "{:?}", start.elapsed());
}

#[test]
fn nobody_has_it() {
    let script = Script::get("/tr:w-300/a.jpg", &[]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 404 -> break
      fetch 2 https://backup.example.net/a.jpg
        head 2 404 -> break
    respond 404 text/plain; charset=utf-8 "Not Found"
      cache-control: public, max-age=60
      ik-error: ENOENT - no file was found at the specified path
      vary: accept
    "#);
}

#[test]
fn the_most_telling_failure_is_reported() {
    let refused = || Answer::Failure(FetchError::Refused);
    let late = || Answer::Failure(FetchError::TimedOut);
    let odd = || Answer::Failure(FetchError::Other);
    for (first, second, want) in [
        (status(404), status(410), "ENOENT - "),
        (status(204), file(b""), "ENOENT - "),
        (status(403), status(404), "EACCES - "),
        (status(404), status(401), "EACCES - "),
        (refused(), status(404), "ECONNREFUSED - "),
        (late(), status(404), "ECONNREFUSED - "),
        (refused(), status(500), "ECONNREFUSED - "),
        (refused(), status(407), "EACCES - "),
        (status(500), status(404), "UNIDENTIFIED - "),
        (status(404), odd(), "UNIDENTIFIED - "),
        (status(304), status(404), "UNIDENTIFIED - "),
        (status(429), status(404), "UNIDENTIFIED - "),
        (file(JPEG).breaks_off(FetchError::Other), status(404), "UNIDENTIFIED - "),
        (file(JPEG).breaks_off(FetchError::TimedOut), status(404), "ECONNREFUSED - "),
    ] {
        let script = Script::get("/tr:w-300/a.jpg", &[(MAIN, first), (BACKUP, second)]);
        let told = script.run();
        assert!(told.contains(&format!("ik-error: {want}")), "{told}");
        assert!(told.contains("respond 404 text/plain; charset=utf-8 \"Not Found\""), "{told}");
    }
}

#[test]
fn redirects_are_fetches() {
    let script = Script::get(
        "/tr:w-300/a.jpg",
        &[
            (MAIN, redirect("/b.jpg")),
            ("https://www.example.com/b.jpg", redirect("https://cdn.example.org/c.jpg")),
            ("https://cdn.example.org/c.jpg", file(JPEG)),
        ],
    );
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 302 -> break
      fetch 2 https://www.example.com/b.jpg
        head 2 302 -> break
      fetch 3 https://cdn.example.org/c.jpg
        head 3 200
        chunk 3 7
        chunk 3 7
        end 3
      render [14]
    respond 200 image/webp "an image"
      link: <https://www.example.com/a.jpg>; rel="canonical"
      vary: accept
    "#);
}

#[test]
fn a_redirect_loop_ends() {
    let script = Script::get("/tr:w-300/a.jpg", &[(MAIN, redirect(MAIN)), (BACKUP, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 302 -> break
      fetch 2 https://www.example.com/a.jpg
        head 2 302 -> break
      fetch 3 https://www.example.com/a.jpg
        head 3 302 -> break
      fetch 4 https://www.example.com/a.jpg
        head 4 302 -> break
      fetch 5 https://backup.example.net/a.jpg
        head 5 200
        chunk 5 7
        chunk 5 7
        end 5
      render [14]
    respond 200 image/webp "an image"
      cache-control: public, max-age=60
      vary: accept
    "#);
}

#[test]
fn a_redirect_needs_one_good_location() {
    for (answer, why) in [
        (redirect("http://169.254.169.254/latest/meta-data"), "a private address"),
        (redirect("https://localhost/a.jpg"), "this machine"),
        (redirect("http://www.example.com/b.jpg"), "no encryption any more"),
        (redirect("file:///etc/passwd"), "no web address"),
        (redirect("https://user:secret@www.example.com/b.jpg"), "a login"),
        (redirect(BACKUP).header("location", MAIN), "two of them"),
        (status(302), "none"),
        (status(300), "a choice"),
    ] {
        let told = Script::get("/tr:w-300/a.jpg", &[(MAIN, answer)]).run();
        assert!(told.contains("head 1 30"), "{why}: {told}");
        assert!(told.contains(&format!("fetch 2 {BACKUP}")) && !told.contains("fetch 3"), "{why}: {told}");
        assert!(told.contains("ik-error: UNIDENTIFIED - "), "{why}: {told}");
    }
}

#[test]
fn a_delivery_has_so_many_fetches() {
    let engine = engine(|limits| limits.fetches = 3);
    let request = Request::get("https://img.example.com/tr:w-300/a.jpg");
    let script = Script::new(engine, request, &[(MAIN, redirect("/b.jpg")), (BACKUP, redirect("/b.jpg"))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 302 -> break
      fetch 2 https://www.example.com/b.jpg
        head 2 404 -> break
      fetch 3 https://backup.example.net/a.jpg
        head 3 302 -> break
    respond 400 text/plain; charset=utf-8 "4 requests to origins where 3 are allowed"
      cache-control: public, max-age=60
      ik-error: ELIMIT - 4 requests to origins where 3 are allowed
      vary: accept
    "#);
}

#[test]
fn a_file_that_says_it_is_too_large() {
    let answer = file(&[0; 101]).header("content-length", "101");
    let script = Script::get("/tr:w-300/a.jpg", &[(MAIN, answer), (BACKUP, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 200 -> break
    respond 400 text/plain; charset=utf-8 "101 bytes in a source file where 100 are allowed"
      cache-control: public, max-age=60
      ik-error: ELIMIT - 101 bytes in a source file where 100 are allowed
      vary: accept
    "#);
}

#[test]
fn a_file_that_is_too_large() {
    let script = Script::get("/tr:w-300/a.jpg", &[(MAIN, file(&[0; 101])), (BACKUP, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 200
        chunk 1 50
        chunk 1 51 -> break
    respond 400 text/plain; charset=utf-8 "101 bytes in a source file where 100 are allowed"
      cache-control: public, max-age=60
      ik-error: ELIMIT - 101 bytes in a source file where 100 are allowed
      vary: accept
    "#);
}

#[test]
fn a_file_as_large_as_allowed() {
    let large = [JPEG, &[0; 86]].concat();
    assert_eq!(large.len(), 100);
    let told = Script::get("/tr:w-300/a.jpg", &[(MAIN, file(&large).header("content-length", "100"))]).run();
    assert!(told.contains("render [100]"), "{told}");
}

#[test]
fn a_truncated_file_is_never_used() {
    let answer = file(JPEG).header("content-length", "16");
    let script = Script::get("/tr:w-300/a.jpg", &[(MAIN, answer), (BACKUP, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 200
        chunk 1 7
        chunk 1 7
        end 1
      fetch 2 https://backup.example.net/a.jpg
        head 2 200
        chunk 2 7
        chunk 2 7
        end 2
      render [14]
    respond 200 image/webp "an image"
      cache-control: public, max-age=5
      vary: accept
    "#);
}

#[test]
fn the_default_image_steps_in() {
    let script = Script::get("/tr:w-300,di-none.png/a.jpg", &[("https://www.example.com/none.png", file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300,di-none.png/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 404 -> break
      fetch 2 https://backup.example.net/a.jpg
        head 2 404 -> break
      fetch 3 https://www.example.com/none.png
        head 3 200
        chunk 3 7
        chunk 3 7
        end 3
      render [14]
    respond 200 image/webp "an image"
      cache-control: public, max-age=60
      vary: accept
    "#);
}

#[test]
fn without_the_default_image_it_is_the_asset_that_is_missing() {
    let script = Script::get("/tr:w-300,di-none.png/a.jpg", &[(MAIN, status(403))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300,di-none.png/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 403 -> break
      fetch 2 https://backup.example.net/a.jpg
        head 2 404 -> break
      fetch 3 https://www.example.com/none.png
        head 3 404 -> break
      fetch 4 https://backup.example.net/none.png
        head 4 404 -> break
    respond 404 text/plain; charset=utf-8 "Not Found"
      cache-control: public, max-age=60
      ik-error: EACCES - an origin denied access to the file
      vary: accept
    "#);
}

#[test]
fn the_original_is_untouched() {
    let hostile = file(JPEG)
        .header("content-type", "text/html")
        .header("set-cookie", "a=b")
        .header("link", "<https://evil.example>")
        .header("content-disposition", "inline")
        .header("cache-control", "max-age=1");
    let script = Script::get("/tr:orig-true/a.jpg", &[(MAIN, hostile)]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:orig-true/a.jpg
      fetch 1 https://www.example.com/a.jpg
        head 1 200
        chunk 1 7
        chunk 1 7
        end 1
    respond 200 image/jpeg "���� and so on"
      link: <https://www.example.com/a.jpg>; rel="canonical"
    "#);
}

#[test]
fn what_is_no_image_is_untouched_if_no_image_was_asked_for() {
    let css = "https://www.example.com/a.css";
    assert_snapshot!(Script::get("/a.css", &[(css, file(b"a { }"))]).run(), @r#"
    request GET https://img.example.com/a.css
      fetch 1 https://www.example.com/a.css
        head 1 200
        chunk 1 2
        chunk 1 3
        end 1
    respond 200 text/css; charset=utf-8 "a { }"
      cache-control: public, s-maxage=3600, max-age=3600, must-revalidate
      link: <https://www.example.com/a.css>; rel="canonical"
      vary: accept
    "#);
    assert_snapshot!(Script::get("/tr:w-300/a.css", &[(css, file(b"a { }"))]).run(), @r#"
    request GET https://img.example.com/tr:w-300/a.css
      fetch 1 https://www.example.com/a.css
        head 1 200
        chunk 1 2
        chunk 1 3
        end 1
    respond 400 text/plain; charset=utf-8 "the file is not an image"
      cache-control: public, max-age=60
      ik-error: EFORMAT - the file is not an image
      vary: accept
    "#);
    let page = "https://www.example.com/a.html";
    let told = Script::get("/a.html", &[(page, file(b"<html>").header("content-type", "text/html"))]).run();
    assert!(told.contains("respond 200 text/plain; charset=utf-8 \"<html>\""), "{told}");
}

#[test]
fn an_svg_stays_one_and_runs_no_script() {
    let svg = ("https://www.example.com/a.svg", file(b"<svg/>"));
    let request = Request::get("https://img.example.com/tr:w-300/a.svg");
    assert_snapshot!(Script::new(unsanitized(), request, std::slice::from_ref(&svg)).run(), @r#"
    request GET https://img.example.com/tr:w-300/a.svg
      fetch 1 https://www.example.com/a.svg
        head 1 200
        chunk 1 3
        chunk 1 3
        end 1
    respond 200 image/svg+xml "<svg/>"
      content-security-policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox
      link: <https://www.example.com/a.svg>; rel="canonical"
      vary: accept
    "#);
    let told = Script::get("/tr:f-png/a.svg", &[svg]).run();
    assert!(told.contains("render [6]"), "{told}");
}

/// Returns an engine that passes SVGs on unchanged.
fn unsanitized() -> Engine {
    let origin = Origin::new("https://www.example.com").canonical("https://www.example.com");
    #[cfg_attr(not(feature = "sanitize"), expect(unused_mut, reason = "nothing to switch off"))]
    let mut settings = Settings::default();
    #[cfg(feature = "sanitize")]
    {
        settings.sanitize_svg = false;
    }
    let endpoint = Endpoint::new("https://img.example.com").origin(origin);
    Engine::builder().endpoint(endpoint).settings(settings).build().unwrap()
}

#[test]
#[cfg(feature = "sanitize")]
fn an_svg_is_sanitised_where_others_are_rendered() {
    let hostile = || ("https://www.example.com/a.svg", file(b"<svg onload='a()'><script>b()</script><g/></svg>"));
    let clean = r#"<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>"#;
    let get = |path: &str| Request::get(format!("https://img.example.com{path}"));
    for (path, engine, want) in [
        ("/a.svg", engine(|_| {}), clean),
        ("/tr:w-300/a.svg", engine(|_| {}), clean),
        // A URL cannot switch off what the settings switch on, but can ask where they do not.
        ("/a.svg?ik-sanitizeSvg=false", engine(|_| {}), clean),
        ("/a.svg?ik-sanitizeSvg=true", unsanitized(), clean),
        ("/a.svg", unsanitized(), "<script>"),
        ("/tr:orig-true/a.svg", engine(|_| {}), "<script>"),
    ] {
        let told = Script::new(engine, get(path), &[hostile()]).run();
        assert!(told.contains(want), "{path}: {told}");
        assert!(told.contains("content-security-policy: default-src 'none'"), "{path}: {told}");
    }
    let broken = ("https://www.example.com/a.svg", file(b"<svg><g></svg>"));
    let told = Script::get("/a.svg", &[broken]).run();
    assert!(
        told.contains("respond 400") && told.contains("EFORMAT - the source is an SVG that is not well-formed"),
        "{told}"
    );
}

#[test]
fn head_gets_the_headers() {
    let get = Script::get("/tr:w-300/a.jpg", &[(MAIN, file(JPEG))]).run();
    let request = Request::head("https://img.example.com/tr:w-300/a.jpg");
    let head = Script::new(engine(|_| {}), request, &[(MAIN, file(JPEG))]).run();
    assert_eq!(head, get.replace("request GET", "request HEAD").replace("\"an image\"", "\"\""));

    let request = Request::head("https://img.example.com/tr:w-300/a.jpg");
    let missing = Script::new(engine(|_| {}), request, &[]).run();
    assert!(missing.contains("respond 404 text/plain; charset=utf-8 \"\""), "{missing}");
}

#[test]
fn an_attachment_has_a_name() {
    let told = Script::get("/tr:w-300/a.jpg?ik-attachment=true", &[(MAIN, file(JPEG))]).run();
    assert!(told.contains("content-disposition: attachment; filename=\"a.webp\""), "{told}");
}

const LOGO: &str = "https://www.example.com/logo.png";

#[test]
fn files_are_fetched_together() {
    let script =
        Script::get("/tr:w-300,l-image,i-logo.png,l-end/a.jpg", &[(MAIN, file(JPEG)), (LOGO, file(b"\x89PNG"))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300,l-image,i-logo.png,l-end/a.jpg
      fetch 1 https://www.example.com/a.jpg
      fetch 2 https://www.example.com/logo.png
        head 1 200
        head 2 200
        chunk 1 7
        chunk 2 2
        chunk 1 7
        chunk 2 2
        end 1
        end 2
      render [14, 4]
    respond 200 image/webp "an image"
      link: <https://www.example.com/a.jpg>; rel="canonical"
      vary: accept
    "#);
    assert_eq!(script.together.load(Ordering::SeqCst), 2, "the driver sends both before it waits");
}

#[test]
fn a_missing_overlay_is_an_error() {
    let script = Script::get("/tr:w-300,l-image,i-logo.png,l-end/a.jpg", &[(MAIN, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:w-300,l-image,i-logo.png,l-end/a.jpg
      fetch 1 https://www.example.com/a.jpg
      fetch 2 https://www.example.com/logo.png
        head 1 200
        head 2 404 -> break
      fetch 3 https://backup.example.net/logo.png
        chunk 1 7
        head 3 404 -> break
    respond 404 text/plain; charset=utf-8 "Not Found"
      cache-control: public, max-age=60
      ik-error: ENOENT - no file was found for a layer
      vary: accept
    "#);
}

#[test]
fn a_request_that_is_refused_fetches_nothing() {
    let script = Script::get("/tr:n-none/a.jpg", &[(MAIN, file(JPEG))]);
    assert_snapshot!(script.run(), @r#"
    request GET https://img.example.com/tr:n-none/a.jpg
    respond 400 text/plain; charset=utf-8 "no transformation is stored under the name"
      cache-control: public, max-age=60
      ik-error: EINVAL - no transformation is stored under the name
      vary: accept
    "#);
    let Output::Respond(response) = script.deliver().poll() else { panic!("it is refused at once") };
    assert!(matches!(response.extensions().get(), Some(Error::Rejected(_))));
}

#[test]
fn refusals_vary_as_images_do() {
    let vary = |method: &str, url: &str, best_format: bool| {
        let mut settings = Settings::default();
        settings.best_format = best_format;
        let endpoint = Endpoint::new("https://img.example.com/p");
        let endpoint = endpoint.origin(Origin::new("https://www.example.com"));
        let engine = Engine::builder().settings(settings).endpoint(endpoint).build().unwrap();
        let request = Request::builder().method(method).uri(url).body(()).unwrap();
        let Output::Respond(response) = engine.deliver(&request, SystemTime::UNIX_EPOCH).poll() else {
            panic!("{url}")
        };
        response.headers().get("vary").map(|value| value.to_str().unwrap().to_owned())
    };
    for url in ["/p/tr:l-image/a.jpg", "/p/tr:n-none/a.jpg", "/p/a/../b.jpg", "/p/a.mp4/ik-video.mp4"] {
        let url = format!("https://img.example.com{url}");
        assert_eq!(vary("GET", &url, true).as_deref(), Some("accept"), "{url}");
        assert_eq!(vary("GET", &url, false), None, "{url}");
    }
    assert_eq!(vary("GET", "https://other.example.com/a.jpg", true), None);
    assert_eq!(vary("PUT", "https://img.example.com/p/a.jpg", true), None);
}

#[test]
fn a_refusal_repeats_no_word_of_the_request() {
    for tr in
        ["n-Secret", "l-secret,l-end", "l-image,i-secret", "if-secret_gt_1,w-1,if-end", "oi-secret", "l-end,secret"]
    {
        for strict in [false, true] {
            let endpoint = Endpoint::new("https://img.example.com").strict(strict);
            let endpoint = endpoint.origin(Origin::new("https://www.example.com"));
            let engine = Engine::builder().endpoint(endpoint).build().unwrap();
            let request =
                Request::get(format!("https://img.example.com/tr:{tr},secret-1/secret.jpg")).body(()).unwrap();
            let Output::Respond(response) = engine.deliver(&request, SystemTime::UNIX_EPOCH).poll() else {
                panic!("{tr}")
            };
            let told = format!("{:?} {:?}", response.headers(), response.body()).to_lowercase();
            assert!(!told.contains("secret") && told.contains("einval - "), "{told}");
        }
    }
}

#[test]
fn options_says_what_is_allowed() {
    let ask = |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).header("origin", "https://shop.example");
        let mut delivery = engine(|_| {}).deliver(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH);
        let Output::Respond(response) = delivery.poll() else { panic!("nothing is fetched") };
        assert!(matches!(delivery.poll(), Output::Wait));
        response
    };
    for path in ["https://img.example.com/tr:w-1/a.jpg", "https://img.example.com/tr:l-image/a.jpg", "*"] {
        let response = ask("OPTIONS", path);
        assert_eq!(response.status(), 204);
        assert!(response.body().is_empty());
        let mut headers: Vec<_> =
            response.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        headers.sort();
        assert_eq!(
            headers,
            [
                "access-control-allow-headers: *",
                "access-control-allow-methods: GET, HEAD, OPTIONS",
                "access-control-allow-origin: *",
                "allow: GET, HEAD, OPTIONS",
            ]
        );
    }
    let response = ask("POST", "https://img.example.com/a.jpg");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["allow"]),
        (405, &"GET, HEAD, OPTIONS".parse().unwrap())
    );
}

/// Passes the heads of the files to a delivery, and returns its answer if those were enough.
fn heads(path: &str, asked: &[(&str, &str)], heads: &[&[(&str, &str)]]) -> Option<http::Response<bytes::Bytes>> {
    let mut request = Request::get(format!("https://img.example.com{path}"));
    for (name, value) in asked {
        request = request.header(*name, *value);
    }
    let mut delivery = engine(|_| {}).deliver(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH);
    let fetches: Vec<_> = std::iter::from_fn(|| match poll(&mut delivery) {
        Output::Fetch(fetch) => Some(fetch.id),
        _ => None,
    })
    .collect();
    assert_eq!(fetches.len(), heads.len());
    for (id, headers) in fetches.iter().zip(heads) {
        let mut head = http::Response::builder();
        for (name, value) in *headers {
            head = head.header(*name, *value);
        }
        _ = delivery.handle(Input::Head(*id, head.body(()).unwrap()));
    }
    match poll(&mut delivery) {
        Output::Respond(response) => Some(response),
        _ => None,
    }
}

#[test]
fn what_a_browser_has_is_known_by_heads_alone() {
    const LAYERED: &str = "/tr:l-image,i-b.png,l-end/a.jpg";
    const LATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const EARLY: &str = "Sat, 05 Nov 1994 08:49:37 GMT";
    let strong: [&[_]; 2] =
        [&[("etag", "\"a\""), ("last-modified", EARLY)], &[("etag", "\"b\""), ("last-modified", LATE)]];
    let any = [("if-none-match", "*")];
    let response = heads(LAYERED, &any, &strong).expect("no body is needed");
    assert_eq!((response.status().as_u16(), response.body().len()), (304, 0));
    let etag = response.headers()["etag"].clone();
    assert_eq!(response.headers()["vary"], "accept");
    // The same files have the same tag, which is that of this image and no other.
    let theirs = [("if-none-match", etag.to_str().unwrap())];
    assert!(heads(LAYERED, &theirs, &strong).is_some());
    assert!(heads("/tr:l-image,i-b.png,l-end:w-2/a.jpg", &theirs, &strong).is_none());
    assert!(heads(LAYERED, &theirs, &[strong[0], &[("etag", "\"c\"")]]).is_none());
    // Tags that do not name the bytes are no reason not to read them.
    for tag in [&[("etag", "W/\"b\"")][..], &[]] {
        assert!(heads(LAYERED, &any, &[strong[0], tag]).is_none());
    }
    // The file changed last counts, and one that does not say may be the latest.
    assert_eq!(heads(LAYERED, &[("if-modified-since", LATE)], &strong).unwrap().status(), 304);
    assert!(heads(LAYERED, &[("if-modified-since", EARLY)], &strong).is_none());
    assert!(heads(LAYERED, &[("if-modified-since", LATE)], &[strong[0], &[("etag", "\"b\"")]]).is_none());
    // What may not be seen is not said to be unchanged.
    let private: [&[_]; 2] = [strong[0], &[("etag", "\"b\""), ("is-private-file", "true")]];
    assert_eq!(heads(LAYERED, &any, &private).unwrap().status(), 401);
}

#[test]
fn an_image_is_as_old_as_its_latest_file() {
    let dated = |date| file(JPEG).header("last-modified", date);
    let origins = [
        (MAIN, dated("Sat, 05 Nov 1994 08:49:37 GMT")),
        ("https://www.example.com/b.png", dated("Sun, 06 Nov 1994 08:49:37 GMT")),
    ];
    let told = Script::get("/tr:l-image,i-b.png,l-end/a.jpg", &origins).run();
    assert!(told.contains("last-modified: Sun, 06 Nov 1994 08:49:37 GMT"), "{told}");
    assert!(Script::get("/tr:w-300/a.jpg", &origins[..1]).run().contains("last-modified: Sat, 05 Nov"));
    assert!(!Script::get("/tr:w-300/a.jpg", &[(MAIN, file(JPEG))]).run().contains("last-modified"));
}

#[test]
fn late_and_unknown_ids_are_ignored() {
    let script = Script::get("/tr:w-300/a.jpg", &[]);
    let mut delivery = script.deliver();
    let Output::Fetch(first) = poll(&mut delivery) else { panic!("a fetch") };
    assert_eq!(delivery.handle(Input::End(FetchId::new(99))), ControlFlow::Break(()));
    assert!(matches!(delivery.poll(), Output::Wait));
    assert_eq!(delivery.handle(Input::Failed(first.id, FetchError::TimedOut)), ControlFlow::Break(()));
    let Output::Fetch(second) = poll(&mut delivery) else { panic!("the next origin") };
    // The first one speaks up after all.
    assert_eq!(delivery.handle(Input::Chunk(first.id, JPEG.into())), ControlFlow::Break(()));
    assert_eq!(delivery.handle(Input::End(first.id)), ControlFlow::Break(()));
    assert!(matches!(delivery.poll(), Output::Wait));
    assert_eq!(delivery.handle(Input::End(second.id)), ControlFlow::Break(()));
    let Output::Respond(response) = poll(&mut delivery) else { panic!("nobody is left") };
    assert_eq!(response.status(), 404);
    assert_eq!(delivery.handle(Input::End(second.id)), ControlFlow::Break(()));
    assert!(matches!(delivery.poll(), Output::Wait));
}

#[cfg(feature = "tower")]
#[test]
fn the_service_answers_the_same() {
    use http_body_util::BodyExt as _;
    use originkit::tower::ImageService;
    use tower_service::Service as _;

    let script = || Script::get("/tr:w-300/a.jpg", &[(BACKUP, file(JPEG))]);
    let mut service = ImageService::builder(engine(|_| {})).client(script()).compute(script()).build();
    let request = Request::get("https://img.example.com/tr:w-300/a.jpg").body("ignored").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let Ok(response) = runtime.block_on(service.call(request));
    assert_eq!(response.headers()["content-type"], "image/webp");
    let Ok(body) = runtime.block_on(response.into_body().collect());
    assert_eq!(body.to_bytes(), "an image");
}

/// Returns the status, `ik-error` and `cache-control` of an answer.
fn gist(told: &str) -> String {
    let line = |start: &str| told.lines().map(str::trim).find(|line| line.starts_with(start)).unwrap_or_default();
    let status: String = line("respond").chars().skip("respond ".len()).take(3).collect();
    format!("{status} {} {}", line("ik-error"), line("cache-control")).trim_end().to_owned()
}

#[test]
fn a_page_at_the_place_of_an_image_is_an_error_for_a_minute() {
    const ERROR: &str = "400 ik-error: EFORMAT - the file is not an image cache-control: public, max-age=60";
    let html = || file(b"<!DOCTYPE html><title>Sign in</title>").header("content-type", "text/html");
    let json = || file(b"{\"error\": \"challenge\"}").header("content-type", "application/json");
    for path in ["/a.jpg", "/tr:w-300/a.jpg", "/a.jpg?tr=orig-true"] {
        for answer in [html(), json(), file(b"who knows")] {
            assert_eq!(gist(&Script::get(path, &[(MAIN, answer)]).run()), ERROR, "{path}");
        }
    }
    // Files pass where the path or the type says so, as long as the origin says or for an hour.
    for (path, answer, lives) in [
        ("a.html", html(), "s-maxage=3600, max-age=3600"),
        ("a.json", json().header("cache-control", "max-age=5"), "s-maxage=5, max-age=5"),
        ("a", file(b"a{}").header("content-type", "text/css"), "s-maxage=3600, max-age=3600"),
        ("a.css", file(b"a{}").header("cache-control", "no-store"), "no-store"),
        ("a.mp4", file(b"\0\0\0\x20ftypisom"), "s-maxage=3600, max-age=3600"),
    ] {
        let url = format!("https://www.example.com/{path}");
        let told = Script::get(&format!("/{path}"), &[(&url, answer)]).run();
        assert!(told.contains("respond 200") && told.contains(lives), "{path}: {told}");
    }
}

#[test]
fn a_video_is_refused_at_its_head() {
    let told = |path: &str, answer: Answer| Script::get(path, &[(MAIN, answer)]).run();
    let typed = || file(b"\0\0\0\x20ftypisom and so on").header("content-type", "video/mp4");
    let by_type = told("/tr:w-300/a.jpg", typed());
    assert!(by_type.contains("head 1 200 -> break") && by_type.contains("ik-error: ENOTSUP"), "{by_type}");
    let by_bytes = told("/tr:w-300/a.jpg", file(b"\0\0\0\x20ftypisom and so on, for very long"));
    assert!(by_bytes.contains("chunk 1 18 -> break") && by_bytes.contains("ENOTSUP"), "{by_bytes}");
    let still = told("/a.jpg/ik-thumbnail.jpg?tr=so-5,eo-7", typed());
    assert!(still.contains("head 1 200 -> break") && still.contains("`so-5` or `eo-7`"), "{still}");
    // Of a layer, too; but not where nothing is to be done with it.
    let answers = [(MAIN, file(JPEG)), (LOGO, typed())];
    let layer = Script::get("/tr:l-image,i-logo.png,l-end/a.jpg", &answers).run();
    assert!(layer.contains("ENOTSUP"), "{layer}");
    assert!(told("/a.jpg", typed()).contains("respond 200"));
}

#[test]
fn an_origin_that_routes_by_host_keeps_being_asked_for_its_own() {
    let origin = Origin::new("https://www.example.com").forward_host(true);
    let endpoint = Endpoint::new("https://img.example.com").origin(origin);
    let engine = Engine::builder().endpoint(endpoint).build().unwrap();
    let request = || Request::get("https://img.example.com/tr:w-300/a.jpg");
    for (location, host) in [
        ("/b.jpg", "img.example.com"),
        ("https://img.example.com/b.jpg", "img.example.com"),
        ("https://cdn.example.net/b.jpg", "cdn.example.net"),
    ] {
        let mut delivery = engine.deliver(&request().body(()).unwrap(), SystemTime::UNIX_EPOCH);
        let Output::Fetch(fetch) = poll(&mut delivery) else { panic!("a fetch") };
        assert_eq!(fetch.request().headers()["host"], "img.example.com");
        let head = http::Response::builder().status(302).header("location", location).body(()).unwrap();
        assert_eq!(delivery.handle(Input::Head(fetch.id, head)), ControlFlow::Break(()));
        let Output::Fetch(onward) = poll(&mut delivery) else { panic!("{location}") };
        assert_eq!(onward.request().headers()["host"], host, "{location}");
        let authority = if host == "img.example.com" { "www.example.com" } else { host };
        assert_eq!(onward.host().0, authority);
    }
}

#[test]
fn a_damaged_source_is_shown_for_a_minute_and_told() {
    use bytes::Bytes;
    use originkit::Format;
    use originkit::delivery::Rendered;
    use originkit::plan::Size;
    use originkit::render::Encoded;
    use originkit::render::{Note, Notes};

    for (note, lives) in [
        (Note::CutShort, "public, max-age=60"),
        (Note::LeftOut("filter".to_owned()), "public, s-maxage=31536000, max-age=31536000, must-revalidate"),
    ] {
        let mut delivery = Script::get("/tr:w-300/a.jpg", &[]).deliver();
        let Output::Fetch(fetch) = poll(&mut delivery) else { panic!("a fetch") };
        _ = delivery.handle(Input::Head(fetch.id, http::Response::new(())));
        _ = delivery.handle(Input::Chunk(fetch.id, JPEG.into()));
        _ = delivery.handle(Input::End(fetch.id));
        let response = loop {
            match delivery.poll() {
                Output::Render(_) => {
                    let image = Encoded::new(Bytes::from_static(b"-"), Format::Png, Size::new(1, 1));
                    _ = delivery.handle(Input::Rendered(Rendered::new(Ok(image.with_notes([note.clone()])))));
                }
                Output::Respond(response) => break response,
                _ => {}
            }
        };
        assert_eq!(response.headers()["cache-control"], lives);
        assert_eq!(response.extensions().get::<Notes>().unwrap().0, [note]);
    }
}

#[test]
fn an_endpoint_may_tell_what_it_ignored() {
    let ask = |reports: bool, path: &str| {
        let origin = Origin::new("https://www.example.com");
        let endpoint = Endpoint::new("https://img.example.com").origin(origin).report_ignored(reports);
        let engine = Engine::builder().endpoint(endpoint).build().unwrap();
        Script::new(engine, Request::get(format!("https://img.example.com{path}")), &[(MAIN, file(JPEG))]).run()
    };
    let told = ask(true, "/tr:width-300,c-fill/a.jpg?tr=h-5");
    let want = "ik-ignored: `width-300`: no parameter has this key; did you mean `w-300`?, \
                `c-fill`: it is written as Cloudinary has it; did you mean `c-maintain_ratio`?, \
                `h-5`: another one took its place";
    assert!(told.contains(want), "{told}");
    assert!(!ask(true, "/tr:w-300/a.jpg").contains("ik-ignored"));
    assert!(!ask(false, "/tr:width-300/a.jpg").contains("ik-ignored"));
}
