//! Signed URLs (documented: Signed URLs): `ik-s` is an HMAC of the part of the URL after the endpoint.
//!
//! ```text
//! message   = path without its first slash [ "?" query without ik-t and ik-s ] expiry
//! expiry    = seconds since 1970 / "9999999999"
//! signature = lower-case hex of HMAC-SHA1(key, message), or of HMAC-SHA256 for a key of that kind
//! ```
//!
//! The bytes of the URL are signed, not its meaning: `%2C` is not `,` here.

use super::key::{SigningKey, unhex};
use super::target::Target;
use crate::percent;

/// The reason why a signature is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is no signature, and unsigned URLs are refused.
    #[error("the URL is not signed")]
    Missing,
    /// It is not the signature of this URL by any key, or there are two.
    #[error("the signature does not fit the URL")]
    Wrong,
    /// The signature has expired.
    #[error("the signed URL has expired")]
    Expired,
}

impl SigningKey {
    /// Signs a URL as ImageKit's SDKs do; an existing signature and expiry are replaced. For URLs that exist already;
    /// to build one, use [`UrlBuilder::sign`](crate::UrlBuilder::sign).
    ///
    /// `expires` counts seconds since 1970; without it the URL never expires. A URL that does not start with the
    /// endpoint is signed as a whole, which no endpoint will accept.
    ///
    /// ```
    /// use originkit::config::SigningKey;
    /// let url = "https://ik.imagekit.io/demo/tr:w-300,h-200/a%20b/%C3%A9.png";
    /// let signed = SigningKey::sha1("private_key_test").sign_url(url, "https://ik.imagekit.io/demo", None);
    /// assert_eq!(signed, format!("{url}?ik-s=7bc534bddc657613644c5b1efa5eb59f475ce447"));
    /// ```
    #[must_use]
    pub fn sign_url(&self, url: &str, endpoint: &str, expires: Option<u64>) -> String {
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
        let mut signed = with_query(path, &query.map(|query| Signed::read(query).rest).unwrap_or_default());
        let endpoint = format!("{}/", endpoint.trim_end_matches('/'));
        let rest = signed.replacen(&endpoint, "", 1);
        let expiry = expires.map_or_else(|| NEVER.to_owned(), |seconds| seconds.to_string());
        let code = self.code(&rest, &expiry);
        signed.push(if signed.contains('?') { '&' } else { '?' });
        if expires.is_some() {
            signed += &format!("ik-t={expiry}&");
        }
        signed + "ik-s=" + &code
    }
}

/// The result of verifying a URL's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    /// There is no signature.
    None,
    /// The signature is valid, until this time in seconds since 1970.
    Fits { until: Option<u64> },
}

/// Verifies the signature of a target, whose path after the endpoint is `rest`, at `now` in seconds since 1970.
///
/// # Errors
/// [`SignatureError::Wrong`], and [`SignatureError::Expired`] if it is correct but expired.
pub(crate) fn verify(
    target: &Target<'_>,
    rest: &str,
    keys: &[SigningKey],
    now: u64,
) -> Result<Signature, SignatureError> {
    let signed = Signed::read(target.query.unwrap_or_default());
    let (signature, expiry) = match (signed.signatures.as_slice(), signed.expiries.as_slice()) {
        ([], []) => return Ok(Signature::None),
        ([signature], []) => (*signature, None),
        ([signature], [expiry]) => (*signature, Some(*expiry)),
        _ => return Err(SignatureError::Wrong),
    };
    if signed.has_other_spelling {
        return Err(SignatureError::Wrong);
    }
    // Exactly one slash belongs to the endpoint: of two, the second was signed.
    let message = with_query(rest.strip_prefix('/').unwrap_or(rest), &signed.rest);
    let code = unhex(signature).ok_or(SignatureError::Wrong)?;
    // Every key is tried, so that the timing does not reveal which one matches.
    let fits = keys.iter().fold(false, |fits, key| key.fits(&message, expiry.unwrap_or(NEVER), &code) | fits);
    if !fits {
        return Err(SignatureError::Wrong);
    }
    let decimal = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    match expiry.map(decimal) {
        None => Ok(Signature::Fits { until: None }),
        Some(Some(last)) if now <= last => Ok(Signature::Fits { until: Some(last) }),
        Some(_) => Err(SignatureError::Expired),
    }
}

/// A parsed query: its signature, and the signed rest.
struct Signed<'a> {
    signatures: Vec<&'a str>,
    expiries: Vec<&'a str>,
    /// The signed part of the query, in order and byte for byte.
    rest: String,
    /// The query has a spelling that no signer writes: a name of ours is percent-encoded, or a single empty parameter
    /// remains, which `rest` cannot distinguish from none.
    has_other_spelling: bool,
}

impl<'a> Signed<'a> {
    fn read(query: &'a str) -> Self {
        let (mut signatures, mut expiries, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_encoded = false;
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match &*percent::decode(name.as_bytes()) {
                b"ik-s" => signatures.push(value),
                b"ik-t" => expiries.push(value),
                _ => {
                    rest.push(parameter);
                    continue;
                }
            }
            is_encoded |= name.contains('%');
        }
        let has_other_spelling = is_encoded || rest == [""];
        Self { signatures, expiries, rest: rest.join("&"), has_other_spelling }
    }
}

fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The expiry that is signed for a URL without one.
const NEVER: &str = "9999999999";

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(url: &str, endpoint: &str, key: impl Into<SigningKey>, expires: Option<u64>) -> String {
        key.into().sign_url(url, endpoint, expires)
    }

    const URL: &str = "https://e.com/demo/tr:w-300/a%2Cb.png?v=1&x=a+b";

    /// Returns `true` if the URL is signed.
    fn check(url: &str, now: u64) -> Result<bool, SignatureError> {
        let target = Target::of_url(url).unwrap();
        let rest = target.path.strip_prefix("/demo").unwrap();
        // A key that is listed twice must not matter.
        let key = SigningKey::sha1("key");
        let keys = [SigningKey::sha1("old"), key.clone(), key, SigningKey::sha256("long")];
        verify(&target, rest, &keys, now).map(|signature| signature != Signature::None)
    }

    #[test]
    fn no_other_bytes_verify() {
        let signed = sign(URL, "https://e.com/demo/", "key", Some(100));
        assert_eq!(check(&signed, 100), Ok(true));
        assert_eq!(check(&signed, 101), Err(SignatureError::Expired));
        for (from, to) in [
            ("%2C", ","),
            ("%2C", "%2c"),
            ("+", "%20"),
            ("/demo/", "/demo//"),
            ("v=1&x=a+b", "x=a+b&v=1"),
            ("v=1", "v=1&v=1"),
            ("ik-t=100", "ik-t=0100"),
            ("ik-t=100&", ""),
            ("ik-t=100", "ik-t=100&ik-t=100"),
            ("ik-s=", "ik-s=0&ik-s="),
            ("ik-s=", "ik%2Ds=0&ik-s="),
            ("?", "?&"),
            ("ik-s=", "ik%2Ds="),
            ("ik-t=", "%69k-t="),
        ] {
            let changed = signed.replacen(from, to, 1);
            assert_ne!(changed, signed);
            assert_eq!(check(&changed, 100), Err(SignatureError::Wrong), "{changed}");
        }
        // Without other parameters, an empty one could only change the spelling.
        let bare = sign("https://e.com/demo/a.png", "https://e.com/demo/", "key", None);
        assert_eq!(check(&bare, 100), Ok(true));
        for changed in [bare.replacen('?', "?&", 1), format!("{bare}&"), bare.replacen("ik-s", "ik%2ds", 1)] {
            assert_eq!(check(&changed, 100), Err(SignatureError::Wrong), "{changed}");
        }
        let at = signed.find("ik-s=").unwrap() + 5;
        for position in at..signed.len() {
            for bit in 0..7 {
                let mut bytes = signed.clone().into_bytes();
                bytes[position] ^= 1 << bit;
                assert!(check(std::str::from_utf8(&bytes).unwrap(), 100).is_err());
            }
        }
        assert_eq!(check(URL, 100), Ok(false));
        assert_eq!(check(&sign(URL, "https://e.com/demo", "other", None), 0), Err(SignatureError::Wrong));
        assert_eq!(check(&sign(&signed, "https://e.com/demo", "old", None), u64::MAX), Ok(true));
    }

    #[test]
    fn each_key_has_its_algorithm() {
        let base = "https://e.com/demo";
        let signed = sign(URL, base, SigningKey::sha256("long"), Some(100));
        assert_eq!(check(&signed, 100), Ok(true));
        assert_eq!(check(&signed, 101), Err(SignatureError::Expired));
        for key in [SigningKey::sha1("long"), SigningKey::sha256("key"), SigningKey::sha256("other")] {
            assert_eq!(check(&sign(URL, base, key, None), 0), Err(SignatureError::Wrong));
        }
        // A prefix of a longer signature is not valid.
        let at = signed.len() - 24;
        assert_eq!(check(&signed[..at], 100), Err(SignatureError::Wrong));
    }
}
