//! [`SigningKey`]: a secret, and its signature algorithm.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;

use crate::hex;

/// A private key of the account, and its signature algorithm. Never printed; the state derived from the secret is wiped
/// from memory when it is dropped.
///
/// A text is a key for HMAC-SHA1, the algorithm of ImageKit and its SDKs (documented). HMAC-SHA256 is ours: only
/// originkit makes and verifies such signatures, of 64 hex digits instead of 40.
///
/// ```
/// use originkit::config::SigningKey;
/// let (url, base) = ("https://img.example.com/a.jpg", "https://img.example.com");
/// let signed = SigningKey::sha256("secret").sign_url(url, base, None);
/// assert_eq!(signed.len(), url.len() + "?ik-s=".len() + 64);
/// assert_eq!(SigningKey::from("secret"), SigningKey::sha1("secret"));
/// assert_eq!(format!("{:?}", SigningKey::sha256("secret")), "SigningKey(HMAC-SHA256)");
/// ```
#[derive(Clone)]
pub struct SigningKey {
    state: State,
    empty: bool,
}

/// The algorithm, initialised with the key: the secret itself is not kept.
#[derive(Clone)]
enum State {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl SigningKey {
    /// Makes a key for HMAC-SHA1, as ImageKit uses.
    #[must_use]
    pub fn sha1(secret: &str) -> Self {
        // HMAC accepts keys of every length, so the fallback is never used.
        let mac = Hmac::new_from_slice(secret.as_bytes());
        let mac = mac.unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha1>>::default()));
        Self { state: State::Sha1(mac), empty: secret.is_empty() }
    }

    /// Makes a key for HMAC-SHA256.
    #[must_use]
    pub fn sha256(secret: &str) -> Self {
        let mac = Hmac::new_from_slice(secret.as_bytes());
        let mac = mac.unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
        Self { state: State::Sha256(mac), empty: secret.is_empty() }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.empty
    }

    /// Returns the signature of a message and an expiry, in hex.
    pub(super) fn code(&self, message: &str, expiry: &str) -> String {
        match &self.state {
            State::Sha1(mac) => {
                hex::encode(&mac.clone().chain_update(message).chain_update(expiry).finalize().into_bytes())
            }
            State::Sha256(mac) => {
                hex::encode(&mac.clone().chain_update(message).chain_update(expiry).finalize().into_bytes())
            }
        }
    }

    /// Returns `true` if `signature` is valid. Compared in constant time; a signature of another length is invalid.
    pub(super) fn fits(&self, message: &str, expiry: &str, signature: &[u8]) -> bool {
        match &self.state {
            State::Sha1(mac) => mac.clone().chain_update(message).chain_update(expiry).verify_slice(signature).is_ok(),
            State::Sha256(mac) => {
                mac.clone().chain_update(message).chain_update(expiry).verify_slice(signature).is_ok()
            }
        }
    }
}

/// Compares keys by the signatures that they make, in constant time.
impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        const PROBE: &str = "equal";
        match (&self.state, &other.state) {
            (State::Sha1(_), State::Sha1(_)) | (State::Sha256(_), State::Sha256(_)) => {
                hex::decode(&self.code(PROBE, "")).is_some_and(|code| other.fits(PROBE, "", &code))
            }
            (State::Sha1(_), State::Sha256(_)) | (State::Sha256(_), State::Sha1(_)) => false,
        }
    }
}

impl Eq for SigningKey {}

impl From<&str> for SigningKey {
    fn from(secret: &str) -> Self {
        Self::sha1(secret)
    }
}

impl From<&String> for SigningKey {
    fn from(secret: &String) -> Self {
        Self::sha1(secret)
    }
}

impl From<&Self> for SigningKey {
    fn from(key: &Self) -> Self {
        key.clone()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Sha1(_) => "SigningKey(HMAC-SHA1)",
            State::Sha256(_) => "SigningKey(HMAC-SHA256)",
        })
    }
}

/// Decodes lower-case hex digits. `None` unless the length is that of a signature by either algorithm.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    if matches!(text.len(), 40 | 64) { hex::decode(text) } else { None }
}

#[cfg(test)]
mod tests {
    use hmac::EagerHash;
    use hmac::digest::zeroize::ZeroizeOnDrop;

    use super::*;

    #[test]
    fn the_examples_of_the_rfcs() {
        // RFC 2202, section 3, case 2, and RFC 4231, section 4.3.
        let (key, data) = ("Jefe", "what do ya want for nothing?");
        assert_eq!(SigningKey::sha1(key).code(data, ""), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        let long = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(SigningKey::sha256(key).code("what do ya want ", "for nothing?"), long);
        assert!(SigningKey::sha256(key).fits(data, "", &unhex(long).unwrap()));
        assert!(!SigningKey::sha1(key).fits(data, "", &unhex(long).unwrap()));
    }

    #[test]
    fn secrets_are_wiped_and_not_printed() {
        // An HMAC consists of two such states and nothing else.
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<<Sha1 as EagerHash>::Core>();
        wiped::<<Sha256 as EagerHash>::Core>();
        for key in [SigningKey::sha1("secret"), SigningKey::sha256("secret")] {
            assert!(!format!("{key:?}{key:#?}").contains("secret"));
        }
    }

    #[test]
    fn equal_keys_make_the_same_signatures() {
        assert_eq!(SigningKey::sha1("a"), "a".into());
        assert_ne!(SigningKey::sha1("a"), SigningKey::sha1("b"));
        assert_ne!(SigningKey::sha1("a"), SigningKey::sha256("a"));
        assert_ne!(SigningKey::sha256("a"), SigningKey::sha1("a"));
    }

    #[test]
    fn signatures_are_lower_case_hex() {
        assert_eq!(unhex(&"0f".repeat(20)), Some(vec![15; 20]));
        for text in ["", "0f", &"0F".repeat(20), &"0g".repeat(32), &"é".repeat(20), &"0f".repeat(21)] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
