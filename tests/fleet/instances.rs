//! Two instances of the example with one store, nginx with the example's configuration before them, and a client.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::nginx::{self, Nginx};
use crate::program;
use crate::site::Site;
use crate::visitor;

/// No name server knows it: who asks there has misread the configuration.
const HOST: &str = "images.example.test";
const CONFIGURATION: &str = include_str!("../../examples/fleet/nginx.conf");

pub(crate) struct Fleet {
    pub(crate) a: Instance,
    pub(crate) b: Instance,
    pub(crate) nginx: Nginx,
    pub(crate) site: Site,
    store: PathBuf,
}

impl Fleet {
    /// With a folder, and with these arguments more for both. `None`, and a message, where nginx is not installed.
    pub(crate) async fn start(arguments: &[&str]) -> Option<Self> {
        Self::start_with(folder().to_str().unwrap(), &[], arguments).await
    }

    /// The same with this store, and with these environment variables.
    pub(crate) async fn start_with(store: &str, environment: &[(&str, &str)], arguments: &[&str]) -> Option<Self> {
        static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| program::build("fleet"));
        nginx::program()?;
        let site = Site::start().await;
        let base = format!("http://{HOST}");
        let start = || {
            let mut command = Command::new(&*PROGRAM);
            command.args(["--port", "0", "--origin", site.base(), "--base", &base, "--store", store]).args(arguments);
            Instance::start(command.envs(environment.iter().copied()))
        };
        let (a, b) = (start(), start());
        let mut servers = CONFIGURATION.to_owned();
        for (example, ours) in [
            ("127.0.0.1:3001", &*a.authority()),
            ("127.0.0.1:3002", &*b.authority()),
            ("listen 8080;", "listen $LISTEN;"),
            ("/var/cache/nginx-images", "cache"),
        ] {
            assert_eq!(servers.matches(example).count(), 1, "{example}");
            servers = servers.replace(example, ours);
        }
        let nginx = Nginx::start(&servers, &[])?;
        Some(Self { a, b, nginx, site, store: PathBuf::from(store) })
    }

    /// Asks nginx as a browser does that takes WebP.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(&self.nginx.authority(), path, &[]).await
    }

    /// Asks nginx or an instance. Headers stand for those that are sent otherwise, and `:method` for the method.
    pub(crate) async fn ask(&self, authority: &str, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        ask(authority, path, headers).await
    }

    /// Asks nginx for these in turn, on a task of its own.
    pub(crate) fn spawn(&self, paths: Vec<String>) -> JoinHandle<Vec<Answer>> {
        let authority = self.nginx.authority();
        tokio::spawn(async move {
            let mut answers = Vec::new();
            for path in paths {
                answers.push(ask(&authority, &path, &[]).await);
            }
            answers
        })
    }

    /// How many images were made.
    pub(crate) async fn renders(&self) -> u64 {
        self.a.stat("renders").await + self.b.stat("renders").await
    }

    /// What an instance counts.
    pub(crate) async fn stat(&self, instance: &Instance, name: &str) -> u64 {
        instance.stat(name).await
    }

    /// Waits until all is kept that is to be.
    pub(crate) async fn settles(&self) {
        until("the instances keep their files", async || {
            let later = self.a.stat("later").await + self.b.stat("later").await;
            (later == 0).then_some(())
        })
        .await;
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.a.kill();
        self.b.kill();
        // A bucket is no folder, and nothing is there.
        _ = fs::remove_dir_all(&self.store);
    }
}

pub(crate) struct Instance {
    process: Child,
    pub(crate) port: String,
    /// Kept open: it may print on.
    _lines: BufReader<ChildStdout>,
}

impl Instance {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let port = first.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split(' ').next());
        let port = port.unwrap_or_else(|| panic!("`fleet` says {first:?} in its first line")).to_owned();
        Self { process, port, _lines: lines }
    }

    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Kills it, which it cannot know of: SIGKILL.
    pub(crate) fn kill(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }

    async fn stat(&self, name: &str) -> u64 {
        let answer = ask(&self.authority(), "/stats", &[]).await;
        serde_json::from_slice::<Value>(&answer.body).unwrap()[name].as_u64().unwrap()
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("-", |value| value.to_str().unwrap())
    }

    /// Status, and what nginx says of its cache.
    pub(crate) fn found(&self) -> (u16, &str) {
        (self.status, self.header("x-cache"))
    }

    /// All but what may differ from one instance to another.
    pub(crate) fn shared(mut self) -> (u16, HeaderMap, Bytes) {
        for name in ["date", "x-served-by"] {
            assert!(self.headers.remove(name).is_some(), "{name}");
        }
        (self.status, self.headers, self.body)
    }
}

async fn ask(authority: &str, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let mut method = Method::GET;
    let mut all = HeaderMap::new();
    all.insert("host", HeaderValue::from_static(HOST));
    all.insert("accept", HeaderValue::from_static("image/avif,image/webp,*/*;q=0.8"));
    for (name, value) in headers {
        match *name {
            ":method" => method = value.parse().unwrap(),
            name => _ = all.insert(name, value.parse().unwrap()),
        }
    }
    let mut request = Request::builder().method(method).uri(path).body(()).unwrap();
    *request.headers_mut() = all;
    let (head, body) = visitor::ask(authority, request).await.into_parts();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// Looks again and again until there is something to see.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within 20 s: {what}");
}

fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("fleet-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // Of an earlier process with the same number, which was killed.
    _ = fs::remove_dir_all(&folder);
    folder
}
