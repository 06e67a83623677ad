//! [`SigV4`]: a signer for requests to a bucket of S3, or of an S3-compatible store, with `SigV4`.
//!
//! ```
//! use originkit::{Endpoint, Engine, Origin};
//! use private_bucket::SigV4;
//!
//! let signer = SigV4::new("eu-central-1", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None);
//! let bucket = Origin::new("https://my-bucket.s3.eu-central-1.amazonaws.com").signer("my-bucket", signer);
//! let engine = Engine::builder().endpoint(Endpoint::new("https://img.example.com").origin(bucket)).build()?;
//! # Ok::<(), originkit::error::ConfigError>(())
//! ```

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use originkit::extend::{BoxError, Signer};
use originkit::http::header::{HOST, HeaderName, HeaderValue};
use originkit::http::{Request, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// A signer for one region with permanent keys: those of a user or a role, from any secret store.
///
/// Keys that expire would be replaced in time by a background task of the server; a signer reads the newest keys and
/// never waits for any.
#[derive(Debug)]
pub struct SigV4 {
    region: String,
    credentials: Credentials,
}

impl SigV4 {
    /// Makes a signer. `token` is that of a session, if the keys have one.
    pub fn new(
        region: impl Into<String>,
        access_key: impl Into<String>,
        secret_key: impl Into<String>,
        token: Option<String>,
    ) -> Self {
        let credentials = Credentials::new(access_key, secret_key, token, None, "private-bucket");
        Self { region: region.into(), credentials }
    }
}

impl Signer for SigV4 {
    fn sign(&self, request: &mut Request<()>, now: SystemTime) -> Result<(), BoxError> {
        // S3 requires a path that is encoded once and not normalised, and the hash of the body in a header.
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder().identity(&identity).region(&self.region).name("s3");
        let parameters = parameters.time(now).settings(settings).build()?.into();

        // A proxy may change other headers on the way.
        let host = request.headers().get(HOST).ok_or("a request without a host")?.to_str()?;
        let headers = std::iter::once(("host", host));
        let signable = SignableRequest::new("GET", canonical(request.uri()), headers, SignableBody::empty())?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        for (name, value) in instructions.headers() {
            let (name, value) = (HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
            request.headers_mut().insert(name, value);
        }
        Ok(())
    }
}

/// Returns the URL with its path in the form in which S3 checks the signature: every character is encoded that may be.
/// The path that is sent may be written in another way (`a(1).jpg`), as it names the same file.
fn canonical(uri: &Uri) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
    let path: Vec<u8> = percent_decode_str(uri.path()).collect();
    let path = percent_encode(&path, ENCODED);
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}://{authority}{path}{query}", uri.scheme_str().unwrap_or("https"))
}
