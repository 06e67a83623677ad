//! nginx from the distribution, run by a test: with a folder, a port and logs of its own, and gone with the test.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) struct Nginx {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl Nginx {
    /// Starts it with these `server` blocks, in which `$LISTEN` is its address and `$FILES` the folder of these
    /// files. `None`, and a message, where nginx is not installed.
    ///
    /// # Panics
    /// `ORIGINKIT_NGINX` names a program that is none, or nginx does not start.
    pub(crate) fn start(servers: &str, files: &[(&str, &[u8])]) -> Option<Self> {
        let program = program()?;
        let folder = folder();
        for (name, content) in files {
            let file = folder.join("files").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        // The port was free a moment ago; nginx says so if somebody was faster.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            fs::write(folder.join("nginx.conf"), configuration(&folder, port, servers)).unwrap();
            let mut command = Command::new(&program);
            command.arg("-p").arg(&folder).args(["-c", "nginx.conf", "-e", "error.log"]);
            let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let mut started = Self { process, folder: folder.clone(), port };
            if started.listens() {
                return Some(started);
            }
            let complaint = fs::read_to_string(folder.join("error.log")).unwrap_or_default();
            assert!(complaint.contains("Address already in use"), "nginx does not start:\n{complaint}");
            started.folder = PathBuf::new(); // the next one's
        }
        panic!("nginx found no free port");
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A base URL below it.
    pub(crate) fn base(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority())
    }

    /// Every request so far, as nginx saw it.
    pub(crate) fn asked(&self) -> Vec<Value> {
        // It is one process and logs a request before it reads the next one, so behind the answer to a question of
        // ours everything before it stands in the file.
        self.direct("/last-line", "");
        let log = fs::read_to_string(self.folder.join("access.log")).unwrap();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["uri"] != "/last-line").collect()
    }

    /// Asks by hand, as anybody may; `headers` are whole lines. Gives head and body.
    pub(crate) fn direct(&self, path: &str, headers: &str) -> String {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: anybody\r\nconnection: close\r\n{headers}\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn listens(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            // Its own, for it says so only once it listens: another's port would answer as well.
            let ready = fs::read_to_string(self.folder.join("nginx.pid")).is_ok_and(|pid| !pid.is_empty());
            if ready && TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
        if !self.folder.as_os_str().is_empty() {
            _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The program that `ORIGINKIT_NGINX` names, or the one that the system has; `/usr/sbin` is in few users' paths.
pub(crate) fn program() -> Option<PathBuf> {
    let runs = |program: &Path| match Command::new(program).arg("-v").stderr(Stdio::null()).status() {
        Ok(status) => status.success(),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{} does not run", program.display());
            false
        }
    };
    if let Some(named) = std::env::var_os("ORIGINKIT_NGINX").map(PathBuf::from) {
        assert!(runs(&named), "ORIGINKIT_NGINX is {}, which does not run", named.display());
        return Some(named);
    }
    let found = ["nginx", "/usr/sbin/nginx"].map(PathBuf::from).into_iter().find(|program| runs(program));
    if found.is_none() {
        static ONCE: Once = Once::new();
        // Past the capture of the test harness: a test that proves nothing must not look like one that does.
        ONCE.call_once(|| _ = writeln!(std::io::stderr(), "skipped: nginx is not installed; see tests/origins.rs"));
    }
    found
}

/// A new one.
fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("nginx-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // Of an earlier process with the same number, which was killed.
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("files")).unwrap();
    folder
}

/// One process, which is killed as one, needs no right and writes nowhere else.
///
/// It would compress images for clients that take that; ours must not.
fn configuration(folder: &Path, port: u16, servers: &str) -> String {
    let files = folder.join("files");
    let servers = servers.replace("$LISTEN", &format!("127.0.0.1:{port}")).replace("$FILES", files.to_str().unwrap());
    let fields = LOGGED.map(|(name, variable)| format!(r#""{name}":"${variable}""#)).join(",");
    format!(
        r#"
        daemon off;
        master_process off;
        pid nginx.pid;
        events {{ worker_connections 64; }}
        http {{
            log_format asked escape=json '{{{fields}}}';
            access_log access.log asked;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            types {{ image/jpeg jpg; image/png png; }}
            gzip on;
            gzip_min_length 1;
            gzip_types *;
            {servers}
        }}
        "#
    )
}

/// What is logged of a request: a name of ours, and nginx's.
const LOGGED: [(&str, &str); 15] = [
    ("method", "request_method"),
    ("uri", "request_uri"),
    ("status", "status"),
    ("sent", "body_bytes_sent"),
    ("host", "http_host"),
    ("marker", "http_x_req_from"),
    ("agent", "http_user_agent"),
    ("accept", "http_accept"),
    ("encoding", "http_accept_encoding"),
    ("cookie", "http_cookie"),
    ("authorization", "http_authorization"),
    ("referer", "http_referer"),
    ("forwarded", "http_x_forwarded_for"),
    ("range", "http_range"),
    ("dpr", "http_sec_ch_dpr"),
];
