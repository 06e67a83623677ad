//! Access control: checks a request and its [`Visitor`] against an [`Access`].

use http::header::{REFERER, USER_AGENT};
use http::{HeaderMap, HeaderValue};

use crate::config::{Access, Country, Visitor};

/// The rule that refuses a request. For the embedder's log; it is not revealed to the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The address is blocked.
    #[error("the visitor's address is blocked")]
    Address,
    /// The country is blocked, or not among those allowed.
    #[error("the visitor's country has no access")]
    Country,
    /// The page that refers to the image is blocked, or not among those allowed.
    #[error("the referrer has no access")]
    Referrer,
    /// The user agent is blocked.
    #[error("the user agent is blocked")]
    Agent,
}

/// Checks a request against the access rules.
///
/// # Errors
/// The first rule that the request fails.
pub(crate) fn admit(access: &Access, headers: &HeaderMap, visitor: Option<&Visitor>) -> Result<(), AccessError> {
    let Visitor { address, country } = visitor.copied().unwrap_or_default();
    if address.is_some_and(|address| access.addresses.iter().any(|range| range.holds(address))) {
        return Err(AccessError::Address);
    }
    if access.countries.as_ref().is_some_and(|list| !list.admits(country.as_ref(), Country::eq)) {
        return Err(AccessError::Country);
    }
    if let Some(list) = &access.referrers {
        let admits = |host: Option<String>| list.admits(host.as_ref(), |entry, host| entry.matches(host));
        let mut sent = headers.get_all(REFERER).iter().map(referring_host).peekable();
        let fine = if sent.peek().is_none() { admits(None) } else { sent.all(admits) };
        if !fine {
            return Err(AccessError::Referrer);
        }
    }
    let mut agents = headers.get_all(USER_AGENT).iter().map(HeaderValue::as_bytes);
    if agents.any(|agent| access.agents.iter().any(|part| part.is_in(agent))) {
        return Err(AccessError::Agent);
    }
    Ok(())
}

/// Returns the host of a page. `None` if the value is not a URL, and for URLs of apps, whose "hosts" are names of
/// another kind.
fn referring_host(value: &HeaderValue) -> Option<String> {
    // Lossy: an invalid byte after the host must not hide it.
    let url = url::Url::parse(&String::from_utf8_lossy(value.as_bytes())).ok()?;
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https"))?;
    Some(host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &http::HeaderName, values: &[&[u8]]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_bytes(value).unwrap())).collect()
    }

    #[test]
    fn the_host_of_the_referrer_counts() {
        let allow = Access::new().allow_referrers(["https://www.example.com/x", "b\u{fc}cher.example"]);
        let block = Access::new().block_referrers(["https://www.example.com/x", "b\u{fc}cher.example"]);
        for (values, listed) in [
            (&[&b"https://www.example.com/other?y"[..]][..], Some(true)),
            (&[b"http://WWW.Example.COM.:8080/"], Some(true)),
            (&[b"https://xn--bcher-kva.example"], Some(true)),
            (&[b"https://www.example.com/\xFF"], Some(true)),
            (&[b"https://www\xFF.example.com/"], None),
            (&[b"https://example.com/"], Some(false)),
            (&[b"https://a.www.example.com/"], Some(false)),
            (&[b"https://www.example.com.evil.example/"], Some(false)),
            (&[b"https://evil.example/https://www.example.com/"], Some(false)),
            (&[b"https://www.example.com@evil.example/"], Some(false)),
            // Nothing readable.
            (&[], None),
            (&[b""], None),
            (&[b"www.example.com"], None),
            (&[b"android-app://www.example.com"], None),
            (&[b"about:blank"], None),
        ] {
            let headers = headers(&REFERER, values);
            let passes = |access: &Access| admit(access, &headers, None).is_ok();
            assert_eq!(passes(&allow), listed == Some(true), "{values:?}");
            assert_eq!(passes(&block), listed != Some(true), "{values:?}");
        }
        let two = headers(&REFERER, &[b"https://www.example.com/", b"https://evil.example/"]);
        for access in [&allow, &block] {
            assert_eq!(admit(access, &two, None), Err(AccessError::Referrer), "one of two is enough to be refused");
        }
    }

    #[test]
    fn what_is_unknown_passes_a_block_list_only() {
        let known = |code: &str| Visitor { address: None, country: Country::new(code) };
        let none = HeaderMap::new();
        let allow = Access::new().allow_countries(["de"]);
        let block = Access::new().block_countries(["DE"]).block_addresses(["0.0.0.0/0", "::/0"]);
        for (visitor, allowed, blocked) in [
            (Some(known("De")), true, true),
            (Some(known("FR")), false, false),
            (Some(known("??")), false, false),
            (None, false, false),
        ] {
            assert_eq!(admit(&allow, &none, visitor.as_ref()).is_ok(), allowed, "{visitor:?}");
            assert_eq!(admit(&block, &none, visitor.as_ref()).is_err(), blocked, "{visitor:?}");
        }
        let somewhere = Visitor { address: Some([1, 2, 3, 4].into()), country: None };
        assert_eq!(admit(&block, &none, Some(&somewhere)), Err(AccessError::Address));
        assert_eq!(admit(&Access::new(), &none, Some(&somewhere)), Ok(()));
    }

    #[test]
    fn agents_are_found_whatever_is_around_them() {
        let access = Access::new().block_agents(["curl", "Bad Bot"]);
        for (values, want) in [
            (&[&b"Mozilla/5.0 CURL/8"[..]][..], Err(AccessError::Agent)),
            (&[b"fine", b"x bad bot\xFF"], Err(AccessError::Agent)),
            (&[b"Mozilla/5.0 badbot"], Ok(())),
            (&[], Ok(())),
        ] {
            assert_eq!(admit(&access, &headers(&USER_AGENT, values), None), want, "{values:?}");
        }
    }
}
