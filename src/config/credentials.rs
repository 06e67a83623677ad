//! [`Credentials`]: headers of an origin, and the signer of the requests to it.

use std::fmt;
use std::sync::Arc;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::error::ConfigErrorKind;
use super::stamp::Stamp;
use crate::extend::Signer;

/// Headers and a signer for the requests to one origin, in addition to the headers that all requests have.
#[derive(Clone, Default)]
pub(crate) struct Credentials {
    /// Sorted by name, each name once. Secret ones are marked sensitive.
    headers: Vec<(HeaderName, HeaderValue)>,
    signer: Option<(String, Arc<dyn Signer>)>,
    /// Its part of the names of stored files, see [`Credentials::stamp`].
    stamp: String,
}

impl Credentials {
    /// Sets a header, replacing one of the same name.
    ///
    /// # Errors
    /// [`ConfigErrorKind::BadHeader`] and [`ConfigErrorKind::TooMany`].
    pub(super) fn set(&mut self, name: &str, value: &[u8], secret: bool) -> Result<(), ConfigErrorKind> {
        let (name, value) = checked(name, value, secret)?;
        match self.headers.binary_search_by(|(known, _)| known.as_str().cmp(name.as_str())) {
            Ok(at) => self.headers.iter_mut().skip(at).take(1).for_each(|(_, known)| *known = value.clone()),
            Err(_) if self.headers.len() >= HEADERS => {
                return Err(ConfigErrorKind::TooMany { what: "headers of an origin", most: HEADERS });
            }
            Err(at) => self.headers.insert(at, (name, value)),
        }
        self.stamp = self.own_stamp();
        Ok(())
    }

    /// Sets the signer, replacing a previous one.
    ///
    /// # Errors
    /// [`ConfigErrorKind::BadSigner`].
    pub(super) fn set_signer(&mut self, name: String, signer: Arc<dyn Signer>) -> Result<(), ConfigErrorKind> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(ConfigErrorKind::BadSigner(name));
        }
        self.signer = Some((name, signer));
        self.stamp = self.own_stamp();
        Ok(())
    }

    /// Inserts its headers into a request, replacing headers of the same names.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// Returns the signer.
    pub(crate) fn signer(&self) -> Option<&dyn Signer> {
        self.signer.as_ref().map(|(_, signer)| &**signer)
    }

    /// Returns `true` if it has a header of this name.
    pub(super) fn has(&self, name: &HeaderName) -> bool {
        self.headers.iter().any(|(known, _)| known == name)
    }

    /// Returns its part of the names of stored files: empty if it has neither headers nor a signer. An origin may have
    /// other files for another tenant, so names and values of headers are included. Of secrets only the names are
    /// included, so that values cannot be found out by guessing.
    pub(crate) fn stamp(&self) -> &str {
        &self.stamp
    }

    fn own_stamp(&self) -> String {
        let Self { headers, signer, stamp: _ } = self;
        let mut stamp = Stamp::default();
        for (name, value) in headers {
            if value.is_sensitive() {
                stamp.part("secret", name);
            } else {
                stamp.part("header", format_args!("{name} {}", value.as_bytes().escape_ascii()));
            }
        }
        if let Some((name, _)) = signer {
            stamp.part("signer", name);
        }
        stamp.into_text()
    }
}

/// Compares headers by value, and signers by identity, as two signers cannot be compared.
impl PartialEq for Credentials {
    fn eq(&self, other: &Self) -> bool {
        let signers = match (&self.signer, &other.signer) {
            (Some((name, signer)), Some((other_name, other))) => name == other_name && Arc::ptr_eq(signer, other),
            (None, None) => true,
            _ => false,
        };
        signers && self.headers == other.headers
    }
}

impl Eq for Credentials {}

/// Prints no secret values.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { headers, signer, stamp: _ } = self;
        let signer = signer.as_ref().map(|(name, _)| name);
        f.debug_struct("Credentials").field("headers", headers).field("signer", &signer).finish()
    }
}

/// Checks a header that is configured for an origin.
///
/// # Errors
/// [`ConfigErrorKind::BadHeader`], without the value.
fn checked(name: &str, value: &[u8], secret: bool) -> Result<(HeaderName, HeaderValue), ConfigErrorKind> {
    let bad = |why| ConfigErrorKind::BadHeader { name: name.to_owned(), why };
    let read = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("it is no name of a header"))?;
    if is_owned(&read) {
        return Err(bad("it is the engine's to send or to leave out"));
    }
    if !secret && [header::AUTHORIZATION, header::COOKIE].contains(&read) {
        return Err(bad("it is a secret; use `secret_header`"));
    }
    let mut value =
        HeaderValue::from_bytes(value).map_err(|_| bad("its value has a line break or a control character"))?;
    value.set_sensitive(secret);
    Ok((read, value))
}

/// Returns `true` for a request header that this crate manages: it determines where a request goes, where it ends, what
/// the connection is for, or which form of the file is requested.
pub(crate) fn is_owned(name: &HeaderName) -> bool {
    OWNED.contains(&name.as_str())
}

/// The most headers that one origin may have (chosen).
const HEADERS: usize = 32;

/// In lower case.
const OWNED: [&str; 18] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "proxy-authorization",
    "accept-encoding",
    "range",
    "if-range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
];
