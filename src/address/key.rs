//! [`SigningKey`]: a secret, and the algorithm it signs with.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;

use crate::hex;

/// A private key of the account, and what signatures are made of with it. Never printed; what is derived from the
/// secret is wiped from memory when it is dropped.
///
/// A text is a key for HMAC-SHA1, which is what ImageKit and its SDKs use (documented). HMAC-SHA256 is ours: only
/// originkit makes and checks such signatures, of 64 hex digits instead of 40.
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

/// The algorithm with the key already in it: the secret itself is not kept.
#[derive(Clone)]
enum State {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl SigningKey {
    /// Signs with HMAC-SHA1, as ImageKit does.
    #[must_use]
    pub fn sha1(secret: &str) -> Self {
        // HMAC takes keys of every length; an error would only have been a shorter key.
        let mac = Hmac::new_from_slice(secret.as_bytes());
        let mac = mac.unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha1>>::default()));
        Self { state: State::Sha1(mac), empty: secret.is_empty() }
    }

    /// Signs with HMAC-SHA256.
    #[must_use]
    pub fn sha256(secret: &str) -> Self {
        let mac = Hmac::new_from_slice(secret.as_bytes());
        let mac = mac.unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
        Self { state: State::Sha256(mac), empty: secret.is_empty() }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.empty
    }

    /// The signature of a message and an expiry, in hex.
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

    /// Is it the signature? Compared in constant time; one of another length is not.
    pub(super) fn fits(&self, message: &str, expiry: &str, signature: &[u8]) -> bool {
        match &self.state {
            State::Sha1(mac) => mac.clone().chain_update(message).chain_update(expiry).verify_slice(signature).is_ok(),
            State::Sha256(mac) => {
                mac.clone().chain_update(message).chain_update(expiry).verify_slice(signature).is_ok()
            }
        }
    }
}

/// Keys are equal that make the same signatures; compared in constant time.
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

/// Lower-case hex digits, as many as a signature of either algorithm has.
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
        // An HMAC is two such states and nothing else.
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
