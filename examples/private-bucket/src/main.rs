//! Reads a file from a private bucket, and writes it to standard output.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_SESSION_TOKEN=...   # the last one is optional
//! cargo run -p private-bucket -- https://my-bucket.s3.eu-central-1.amazonaws.com eu-central-1 folder/photo.jpg > photo.jpg
//! ```

use std::env;
use std::io::Write as _;
use std::time::SystemTime;

use originkit::adapters::Ureq;
use originkit::blocking::{Io, drive};
use originkit::delivery::Rendered;
use originkit::extend::BoxError;
use originkit::http::Request;
use originkit::{Endpoint, Engine, Error, ErrorCode, Origin};
use private_bucket::SigV4;

fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let mut next = |name: &str| arguments.next().ok_or(format!("the {name} is missing: BASE REGION PATH"));
    let (base, region, path) = (next("base URL of the bucket")?, next("region")?, next("path of a file")?);
    let signer = SigV4::new(
        region,
        env::var("AWS_ACCESS_KEY_ID")?,
        env::var("AWS_SECRET_ACCESS_KEY")?,
        env::var("AWS_SESSION_TOKEN").ok(),
    );
    let bucket = Origin::new(&base).signer("bucket", signer);
    let engine = Engine::builder().endpoint(Endpoint::new("https://img.example.com").origin(bucket)).build()?;

    // The file is delivered unchanged. With the feature `pixels`, `tr:w-300` and `Render::run` would make a thumbnail.
    let url = engine.endpoints().iter().map(|it| it.url(&path).transformation_text("orig-true").build()).next();
    let request = Request::get(url.ok_or("no endpoint")??).body(())?;
    let io = Io::new(Ureq::new(), |_| {
        let message = "this example transforms nothing".to_owned();
        Rendered::new(Err(Error::Pixels { code: ErrorCode::Unsupported, message }))
    });
    let response = drive(engine.deliver(&request, SystemTime::now()), &io).response;
    match response.extensions().get::<Error>() {
        Some(error) => Err(error.clone().into()),
        None => Ok(std::io::stdout().write_all(response.body())?),
    }
}
