//! Tests of the signer with Amazon's published examples, and with a server that checks its requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::path::Path;
use std::time::{Duration, SystemTime};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use originkit::adapters::Ureq;
use originkit::blocking::Client as _;
use originkit::delivery::{Input, Output};
use originkit::extend::Signer as _;
use originkit::http::{Request, Response};
use originkit::store::Stored;
use originkit::{Endpoint, Engine, Origin, Settings};
use private_bucket::SigV4;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;

const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>, *Examples*.
#[test]
fn signatures_are_those_that_amazon_publishes() {
    let signer = SigV4::new("us-east-1", ACCESS_KEY, SECRET_KEY, None);
    // 24 May 2013.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
    for (query, signature) in [
        ("lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ] {
        let host = "examplebucket.s3.amazonaws.com";
        let mut request = Request::get(format!("https://{host}/?{query}")).header("host", host).body(()).unwrap();
        signer.sign(&mut request, now).unwrap();
        let want = format!(
            "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}"
        );
        assert_eq!(request.headers()["authorization"], want, "{query}");
    }
}

/// Serves a bucket `photos` with these files, and returns the URL of the server.
fn serve(files: &[&str]) -> String {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("private-bucket");
    for file in files {
        let path = root.join("photos").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content(file)).unwrap();
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut service = S3ServiceBuilder::new(FileSystem::new(root).unwrap());
            service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
            let service = service.build();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let service = service.clone();
                tokio::spawn(async move {
                    _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
    });
    format!("http://{address}")
}

/// Returns the first bytes of a JPEG, and the name.
fn content(file: &str) -> Vec<u8> {
    [b"\xFF\xD8\xFF\xE0".as_slice(), file.as_bytes()].concat()
}

fn engine(origin: Origin) -> Engine {
    let mut settings = Settings::default();
    settings.gateway_statuses = true;
    settings.caching.originals = Duration::ZERO;
    let endpoint = Endpoint::new("https://img.example.com").origin(origin);
    Engine::builder().endpoint(endpoint).settings(settings).build().unwrap()
}

/// Requests a file unchanged, with the file that a store has. Also returns the statuses of the server.
fn get(
    engine: &Engine,
    path: &str,
    kept: Option<&Stored>,
) -> (Response<originkit::bytes::Bytes>, Vec<u16>, Option<Stored>) {
    let url = engine.endpoints()[0].url(path).transformation_text("orig-true").build().unwrap();
    let request = Request::get(url).body(()).unwrap();
    let mut delivery = engine.deliver(&request, SystemTime::now());
    let (client, mut statuses, mut new) = (Ureq::new(), Vec::new(), None);
    loop {
        match delivery.poll() {
            Output::Lookup(key) => {
                let found = kept.filter(|kept| *kept.key() == key).map(Stored::to_bytes);
                _ = delivery.handle(Input::Found(key, found));
            }
            Output::Fetch(fetch) => {
                let id = fetch.id;
                let address = fetch.address().unwrap();
                let (head, mut body) = client.send(fetch.approve(vec![address]).unwrap()).unwrap().into_parts();
                statuses.push(head.status.as_u16());
                if delivery.handle(Input::Head(id, Response::from_parts(head, ()))).is_continue() {
                    let mut bytes = Vec::new();
                    std::io::Read::read_to_end(&mut body, &mut bytes).unwrap();
                    _ = delivery.handle(Input::Chunk(id, bytes.into()));
                    _ = delivery.handle(Input::End(id));
                }
            }
            Output::Store(file @ Stored::Original(_)) => new = Some(file),
            Output::Store(_) => {}
            Output::Respond(response) => return (response, statuses, new),
            Output::Render(_) | Output::Wait => panic!("the file is delivered as it is"),
        }
    }
}

#[test]
fn a_bucket_that_is_not_public_is_read() {
    const FILES: [&str; 7] =
        ["a.jpg", "folder/b.jpg", "a b.jpg", "a+b.jpg", "a(1)!'*.jpg", "50%.jpg", "b\u{fc}cher~_-@,;=.jpg"];
    let server = serve(&FILES);
    let bucket = || Origin::new(&format!("{server}/photos"));
    let signed = |secret: &str| bucket().signer("photos", SigV4::new("us-east-1", ACCESS_KEY, secret, None));
    let open = engine(signed(SECRET_KEY));
    for file in FILES {
        let (response, statuses, _) = get(&open, &file.replace('%', "%25"), None);
        assert_eq!((response.status().as_u16(), statuses), (200, vec![200]), "{file}");
        assert_eq!(*response.body(), content(file), "{file}");
    }
    // The revalidation of a stored file is signed, too. (This server answers with the file.)
    let (_, _, kept) = get(&open, "a.jpg", None);
    let (response, statuses, _) = get(&open, "a.jpg", Some(&kept.expect("a file to keep")));
    assert_eq!(response.status(), 200);
    assert!(matches!(statuses[..], [200 | 304]), "{statuses:?}");
    assert_eq!(*response.body(), content("a.jpg"));
    // A missing file is a 404. Requests without a signature, or with another key, are refused everywhere.
    assert_eq!(get(&open, "none.jpg", None).0.status(), 404);
    for origin in [bucket(), signed("another key")] {
        let (response, statuses, _) = get(&engine(origin), "a.jpg", None);
        assert_eq!((response.status().as_u16(), statuses), (502, vec![403]));
        assert!(response.headers()["ik-error"].to_str().unwrap().starts_with("EACCES"));
    }
}
