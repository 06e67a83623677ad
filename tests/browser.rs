//! The example `serve` in Chromium: formats, sizes, client hints, downloads, scripts, other origins, and the playground,
//! with the server's answers and with its module's.
//!
//! The tests need Debian's `chromium`, `node`, and the package that `npm install --prefix tests/browser` fetches;
//! without them, the tests print a message and pass. `ORIGINKIT_BROWSER` names another `node_modules`, and makes it an
//! error if anything is missing.
#![cfg(all(feature = "reqwest", feature = "tokio", feature = "sanitize", feature = "webp-lossy"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse as _};
use serde_json::{Value, json};

#[path = "../examples/images/mod.rs"]
mod images;
#[path = "browser/playground.rs"]
mod playground;
mod program;

const SCRIPTED: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">
  <rect width="40" height="30" fill="teal"/><script>console.log("the script ran")</script></svg>"#;

/// Only the best format that Chromium accepts; errors are not images.
#[test]
fn images_come_in_the_browsers_format_and_the_right_size() {
    let Some(found) = look("images") else { return };
    for (url, status, kind, size, vary) in [
        ("tr:w-300,h-300/photo.jpg", 200, "image/webp", json!([300, 300]), Some("accept")),
        ("tr:w-240/badge.png", 200, "image/webp", json!([240, 240]), Some("accept")),
        ("tr:w-200/sideways.jpg", 200, "image/webp", json!([200, 267]), Some("accept")),
        ("tr:w-160,rt-90/photo.jpg", 200, "image/webp", json!([107, 160]), Some("accept")),
        ("tr:n-thumb/photo.jpg", 200, "image/webp", json!([160, 160]), Some("accept")),
        ("photo.jpg?tr=w-90,h-50", 200, "image/webp", json!([90, 50]), Some("accept")),
        // Whatever the browser takes.
        ("tr:w-300,f-jpg/photo.jpg", 200, "image/jpeg", json!([300, 200]), None),
        ("tr:w-120,f-png/photo.jpg", 200, "image/png", json!([120, 80]), None),
        ("tr:orig-true/photo.jpg", 200, "image/jpeg", json!([1600, 1067]), None),
        // This page has not asked for hints, so there are none.
        (
            "tr:w-auto,dpr-auto/badge.png",
            200,
            "image/webp",
            json!([640, 640]),
            Some("accept, sec-ch-width, width, sec-ch-dpr, dpr"),
        ),
        ("tr:w-50/missing.jpg", 404, "text/plain; charset=utf-8", Value::Null, Some("accept")),
        ("tr:w-50,l-image/photo.jpg", 400, "text/plain; charset=utf-8", Value::Null, Some("accept")),
    ] {
        let (seen, answered) = (&found[url], &found[url]["answered"]);
        assert_eq!(
            (&seen["status"], &answered["content-type"], &seen["size"]),
            (&json!(status), &json!(kind), &size),
            "{url}"
        );
        assert_eq!(answered["vary"].as_str(), vary, "{url}");
        let asked = &seen["asked"];
        assert!(asked["accept"].as_str().unwrap().contains("image/avif,image/webp,"), "{url}: {asked:#}");
        assert_eq!((&asked["sec-ch-width"], &asked["sec-ch-dpr"]), (&Value::Null, &Value::Null), "{url}");
    }
}

/// A reload transfers no image: the browser sends its tag, and gets a 304.
#[test]
fn what_the_browser_has_is_not_sent_again() {
    let Some(found) = look("again") else { return };
    let (first, reload) = (&found["first"], &found["reload"]);
    assert_eq!(first["seen"], reload["seen"], "{found:#}");
    assert_eq!(first["seen"]["status"], 200);
    assert_eq!(
        (&first["asked"]["if-none-match"], &reload["asked"]["if-none-match"]),
        (&Value::Null, &first["answered"]["etag"])
    );
    assert_eq!(first["answered"]["etag"], reload["answered"]["etag"]);
    // Scripts do not name formats by themselves.
    assert_eq!(first["answered"]["content-type"], "image/jpeg");
    assert_eq!(reload["answered"]["content-type"], Value::Null, "304: {reload:#}");
    assert_eq!(reload["answered"]["vary"], "accept");
}

#[test]
#[cfg(feature = "avif")]
fn avif_comes_where_it_is_offered() {
    let Some(seen) = look("avif") else { return };
    let kind = &seen["answered"]["content-type"];
    assert_eq!((kind, &seen["size"]), (&json!("image/avif"), &json!([300, 200])), "{seen:#}");
}

/// The screen has two pixels for each CSS pixel. With `Content-DPR`, Chromium gives the natural size in CSS pixels: the
/// image fits its place.
#[test]
fn hints_give_the_width_and_the_density() {
    let Some(found) = look("hints") else { return };
    assert_eq!(found["page"]["accept-ch"], originkit::delivery::ACCEPT_CH);
    let auto = "accept, sec-ch-width, width, sec-ch-dpr, dpr";
    let window = found["window"].as_u64().unwrap();
    let half = (window.to_string(), window.div_ceil(100) * 100);
    for (id, hint, width, height, natural, content_dpr, vary) in [
        ("exact", Some("300"), 300, 200, 150, Some("2"), auto),
        ("rounded", Some("212"), 300, 200, 106, Some("2.83"), auto),
        ("sized", Some("300"), 300, 300, 150, Some("2"), auto),
        ("dense", Some("240"), 240, 160, 240, None, "accept, sec-ch-dpr, dpr"),
        ("unsized", None, 640, 640, 640, None, auto),
    ] {
        let (seen, answered) = (&found[id], &found[id]["answered"]);
        let asked = (seen["asked"]["sec-ch-dpr"].as_str(), seen["asked"]["sec-ch-width"].as_str());
        assert_eq!(seen["status"], 200, "{id}: {answered:#}");
        assert_eq!(asked, (Some("2"), hint), "{id}: {:#}", seen["asked"]);
        assert_eq!((&seen["pixels"], &seen["size"][0]), (&json!([width, height]), &json!(natural)), "{id}");
        assert_eq!((answered["content-dpr"].as_str(), answered["vary"].as_str()), (content_dpr, Some(vary)), "{id}");
        assert_eq!(answered["content-type"], "image/webp", "{id}");
    }
    let seen = &found["half"];
    assert_eq!((seen["asked"]["sec-ch-width"].as_str(), &seen["pixels"][0]), (Some(&*half.0), &json!(half.1)));
}

#[test]
fn attachments_are_saved_under_their_names() {
    let Some(found) = look("downloads") else { return };
    for (url, name, start) in [
        // Named for the format that the browser gets.
        ("tr:w-60/photo.jpg?ik-attachment=true", "photo.webp", "RIFF"),
        ("tr:w-60,f-png/photo.jpg?ik-attachment=true&ik-attachment-filename=dusk", "dusk.png", "\u{89}PNG"),
        (
            "tr:w-60/photo.jpg?ik-attachment=true&ik-attachment-filename=Gr%C3%BC%C3%9Fe%20%E6%97%A5%E6%9C%AC.jpg",
            "Gr\u{fc}\u{df}e \u{65e5}\u{672c}.jpg",
            "RIFF",
        ),
        // Quotes are replaced by Chromium, for file systems; they do not end the name.
        (
            "tr:w-60/photo.jpg?ik-attachment=true&ik-attachment-filename=a%20%22b%22%3B%20100%25.jpg",
            "a _b_; 100%.jpg",
            "RIFF",
        ),
    ] {
        assert_eq!(found[url]["name"], name, "{url}");
        assert!(found[url]["start"].as_str().unwrap().starts_with(start), "{url}: {}", found[url]);
    }
}

#[test]
fn scripts_in_drawings_do_not_run() {
    let Some(found) = look("scripts") else { return };
    let count = |name: &str, text: &str| {
        let said = found[name]["said"].as_array().unwrap();
        said.iter().filter(|line| line.as_str().unwrap().contains(text)).count()
    };
    let has_script = |name: &str| found[name]["text"].as_str().unwrap().contains("<script");
    // Opened, and in a frame: where nothing stops it, it runs.
    assert_eq!((has_script("control"), count("control", "the script ran")), (true, 2), "{:#}", found["control"]);
    assert_eq!((has_script("clean"), count("clean", "the script ran")), (false, 0), "{:#}", found["clean"]);
    // With its bytes untouched, it is the policy in the header that stops it.
    assert_eq!((has_script("original"), count("original", "the script ran")), (true, 0), "{:#}", found["original"]);
    assert_eq!(count("original", "Blocked script execution"), 2, "{:#}", found["original"]);
    let image = &found["image"];
    assert_eq!((&image["size"], &image["answered"]["content-type"]), (&json!([40, 30]), &json!("image/svg+xml")));
}

#[test]
fn pages_of_other_origins_can_read_images() {
    let Some(found) = look("foreign") else { return };
    let image = json!({ "status": 200, "size": [80, 53] });
    assert_eq!((&found["plain"], &found["preflight"]), (&image, &image));
    assert_eq!(found["missing"]["status"], 404);
    assert_eq!(found["canvas"], 4);
    // A server that does not allow it.
    assert_eq!(found["control"]["failed"], "TypeError: Failed to fetch");
    assert_eq!(found["canvasControl"], "not loaded");
}

/// Returns the browser's record of this page; `None`, after a message, if there is no browser.
fn look(name: &str) -> Option<&'static Value> {
    static SEEN: LazyLock<Option<Value>> = LazyLock::new(|| parts().map(Parts::look));
    let seen = &SEEN.as_ref()?[name];
    assert!(seen["error"].is_null(), "{name}: {}", seen["error"].as_str().unwrap_or_default());
    Some(seen)
}

/// Returns the browser's record of the playground without a server. `ORIGINKIT_PLAYGROUND` names the folder that
/// `examples/playground/build.sh` made; it takes minutes to build, so that without one there is nothing to look at.
fn look_at_module(name: &str) -> Option<&'static Value> {
    static SEEN: LazyLock<Option<Value>> = LazyLock::new(|| {
        let Some(folder) = std::env::var_os("ORIGINKIT_PLAYGROUND") else {
            _ = writeln!(std::io::stderr(), "skipped: ORIGINKIT_PLAYGROUND names no built playground");
            return None;
        };
        let Parts { modules, chromium } = parts()?;
        let mut node = Command::new("node");
        node.arg(self::folder().join("play.js")).arg(chromium).arg(folder).env("ORIGINKIT_BROWSER", modules);
        Some(run(node))
    });
    let seen = &SEEN.as_ref()?[name];
    assert!(seen["error"].is_null(), "{name}: {}", seen["error"].as_str().unwrap_or_default());
    Some(seen)
}

/// Runs what drives the browser, and returns its record.
fn run(mut node: Command) -> Value {
    let output = node.output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the browser gave up:\n{messages}");
    println!("{messages}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The requirements of the tests.
struct Parts {
    modules: PathBuf,
    chromium: PathBuf,
}

fn parts() -> Option<Parts> {
    let named = std::env::var_os("ORIGINKIT_BROWSER").map(PathBuf::from);
    let modules = named.clone().unwrap_or_else(|| folder().join("node_modules"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = |program: &str| std::env::split_paths(&path).map(|at| at.join(program)).find(|file| file.is_file());
    let (chromium, node) = (installed("chromium"), installed("node"));
    let missing = match (&chromium, &node, modules.join("playwright-core").is_dir()) {
        (None, _, _) => "chromium",
        (_, None, _) => "node",
        (_, _, false) => "playwright-core",
        _ => return Some(Parts { modules, chromium: chromium? }),
    };
    assert!(named.is_none(), "ORIGINKIT_BROWSER is set, but {missing} is not installed");
    // Past the capture of the test harness: a test that proves nothing must not look like one that does.
    _ = writeln!(std::io::stderr(), "skipped: {missing} is not installed; see tests/browser.rs");
    None
}

impl Parts {
    /// Runs the servers and the browser, once for all tests.
    fn look(self) -> Value {
        let runtime = tokio::runtime::Runtime::new().unwrap(); // which the origin lives in
        let origin = runtime.block_on(origin());
        let program = program::build("serve");
        let plain = Serve::start(&program, &origin, &[]);
        let avif = cfg!(feature = "avif").then(|| Serve::start(&program, &origin, &["--avif"]));
        let ports = [Some(&plain), avif.as_ref()].into_iter().flatten().map(|serve| serve.port.as_str());
        let mut node = Command::new("node");
        node.arg(folder().join("look.js")).arg(&self.chromium).arg(&origin).args(ports);
        node.env("ORIGINKIT_BROWSER", &self.modules);
        run(node)
    }
}

/// Starts a server of files that sends nothing else, and a page that frames the address in its query.
async fn origin() -> String {
    let drawn = ["photo.jpg", "badge.png", "sideways.jpg"].map(|name| (name, images::draw(name).unwrap()));
    let app = axum::Router::new().fallback(move |request: Request| {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let file = drawn.iter().find(|(name, _)| path.strip_prefix('/') == Some(*name));
        let answer = match (path, file) {
            ("/scripted.svg", _) => ([(CONTENT_TYPE, "image/svg+xml")], SCRIPTED).into_response(),
            ("/frame", _) => Html(format!("<iframe src=\"{query}\"></iframe>")).into_response(),
            (_, Some((_, file))) => ([(CONTENT_TYPE, "image/jpeg")], file.clone()).into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        };
        async { answer }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

/// The example as a process, ended on drop.
struct Serve {
    process: Child,
    port: String,
    /// The output is kept open, since the process goes on printing.
    _lines: BufReader<ChildStdout>,
}

impl Serve {
    fn start(program: &Path, origin: &str, more: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(["--port", "0", "--origin", origin]).args(more).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let port = first.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split('/').next());
        let port = port.unwrap_or_else(|| panic!("`serve` says {first:?} in its first line")).to_owned();
        Self { process, port, _lines: lines }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}
