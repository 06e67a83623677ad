//! The guard: decides which URLs from third parties, in an image URL or a redirect, may be fetched.
//!
//! [`approve`] checks text; [`not_public`] checks the addresses that a client has resolved a name to.
//!
//! Only one spelling of each host passes, and the request is composed of the checked parts, so that no client can
//! interpret it differently.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::percent;

/// The reason why a URL is not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// The scheme is neither `http` nor `https`.
    #[error("only http and https URLs are fetched")]
    Scheme,
    /// There is user information, an unusual spelling of a host, or an invalid character.
    #[error("the host of the URL is malformed")]
    Host,
    /// The port is neither 80 nor 443 nor one of [`Settings::ports`](crate::Settings::ports).
    #[error("the port of the URL is not allowed")]
    Port,
    /// The address is private, loopback or reserved, or the name is one for such an address.
    #[error("the URL leads into a private network")]
    Private,
    /// The URL is below one of this server's endpoints: it would send requests to itself endlessly.
    #[error("the URL leads back to this server")]
    Loop,
    /// There are characters that are invalid in a URL.
    #[error("the path of the URL is malformed")]
    Path,
}

/// A URL whose host was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approved {
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    /// The host in lower case, without a dot at the end.
    pub(crate) host: String,
    /// The port, unless it is the scheme's default port.
    pub(crate) port: Option<u16>,
    /// Path and query, starting with a slash.
    pub(crate) path: String,
}

impl Approved {
    pub(crate) fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    pub(crate) fn uri(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority(), self.path)
    }
}

/// Checks an absolute URL; `ports` are allowed besides 80 and 443.
pub(crate) fn approve(url: &str, ports: &[u16]) -> Result<Approved, GuardError> {
    let (scheme, rest) = url.split_once("://").ok_or(GuardError::Scheme)?;
    let (scheme, own_port) = match scheme.to_ascii_lowercase().as_str() {
        "http" => ("http", 80),
        "https" => ("https", 443),
        _ => return Err(GuardError::Scheme),
    };
    // Browsers treat a backslash as a slash, other clients do not; no valid URL has one.
    if rest.contains(['\\', '#']) || rest.bytes().any(|b| b < 0x20 || b == 0x7F) {
        return Err(GuardError::Host);
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (host, port) = split_port(authority)?;
    let host = check_host(host)?;
    let port = match port {
        None => None,
        Some(text) => Some(check_port(text, ports)?).filter(|port| *port != own_port),
    };
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(Approved { scheme, host, port, path: format!("{slash}{}", percent::encode(path, percent::FETCHED)) })
}

/// The class of an address that only a configured origin may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressClass {
    /// This machine: 127.0.0.0/8, `::1`.
    Loopback,
    /// A private network: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, `fc00::/7`.
    Private,
    /// The link alone, where metadata services of clouds are: 169.254.0.0/16, `fe80::/10`.
    LinkLocal,
    /// Any other that is not public, such as shared, documentation, multicast and embedded ones.
    Reserved,
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "a loopback address",
            Self::Private => "an address of a private network",
            Self::LinkLocal => "a link-local address",
            Self::Reserved => "a reserved address",
        })
    }
}

/// Returns the class of the first address that is not public, if there is one. A single one refuses them all: names that
/// have both kinds are made for attacks by repeated lookup.
pub(crate) fn not_public(addresses: &[SocketAddr]) -> Option<AddressClass> {
    addresses.iter().find_map(|address| match address.ip().to_canonical() {
        IpAddr::V4(v4) if is_public_v4(v4) => None,
        IpAddr::V6(v6) if is_public_v6(v6) => None,
        IpAddr::V4(v4) if v4.is_loopback() => Some(AddressClass::Loopback),
        IpAddr::V4(v4) if v4.is_private() => Some(AddressClass::Private),
        IpAddr::V4(v4) if v4.is_link_local() => Some(AddressClass::LinkLocal),
        IpAddr::V6(v6) if v6.is_loopback() => Some(AddressClass::Loopback),
        IpAddr::V6(v6) if v6.is_unique_local() => Some(AddressClass::Private),
        IpAddr::V6(v6) if v6.is_unicast_link_local() => Some(AddressClass::LinkLocal),
        IpAddr::V4(_) | IpAddr::V6(_) => Some(AddressClass::Reserved),
    })
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), GuardError> {
    // The port follows the bracket of an IPv6 address, or the only colon.
    let host_end = match (authority.starts_with('['), authority.find(']')) {
        (true, Some(at)) => at + 1,
        (true, None) => return Err(GuardError::Host),
        (false, _) => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_end);
    match port.strip_prefix(':') {
        Some(port) => Ok((host, Some(port))),
        None if port.is_empty() => Ok((host, None)),
        None => Err(GuardError::Host),
    }
}

fn check_port(text: &str, ports: &[u16]) -> Result<u16, GuardError> {
    // `parse` would take `+80`.
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    match text.parse::<u16>() {
        Ok(port) if digits && (matches!(port, 80 | 443) || ports.contains(&port)) => Ok(port),
        _ => Err(GuardError::Port),
    }
}

/// Returns the host in its only accepted spelling.
fn check_host(text: &str) -> Result<String, GuardError> {
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = inner.parse().map_err(|_| GuardError::Host)?;
        return if is_public_v6(address) { Ok(format!("[{address}]")) } else { Err(GuardError::Private) };
    }
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let label_is_fine = |label: &str| {
        let letters = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        !label.is_empty() && label.len() <= 63 && letters && !label.starts_with('-') && !label.ends_with('-')
    };
    if name.len() > 253 || !name.split('.').all(label_is_fine) {
        return Err(GuardError::Host);
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    // Some clients read a host that ends in a number as an address, `0177.0.0.1` and `127.1` among them.
    let numeric = last.bytes().all(|b| b.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if numeric {
        // The standard library accepts four decimal numbers without leading zeros, and nothing else.
        let address: Ipv4Addr = text.parse().map_err(|_| GuardError::Host)?;
        return if is_public_v4(address) { Ok(name) } else { Err(GuardError::Private) };
    }
    if PRIVATE_NAMES.contains(&last) || name.ends_with(".home.arpa") {
        return Err(GuardError::Private);
    }
    Ok(name)
}

/// Returns `true` if it is an address of the public internet (IANA special-purpose registry).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = match a {
        0 | 10 | 127 | 224.. => true,
        100 => (64..128).contains(&b), // shared by carriers (RFC 6598); also used by metadata services
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => b == 18 || b == 19 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    !reserved
}

/// Returns `true` if it is a public address. Addresses that embed an IPv4 address are judged by that address; otherwise
/// only global unicast addresses are public.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low), // NAT64
        [0x2002, high, low, ..] => v4(high, low),               // 6to4
        // ISATAP.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] if !v4(high, low) => false,
        // Teredo, benchmarking, ORCHID and other protocol assignments.
        [0x2001, 0..0x200, ..] => false,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false, // documentation
        // Global unicast. Others are mapped and compatible IPv4, local NAT64, link-local and unique local addresses.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Last labels of names that are never in the public internet.
const PRIVATE_NAMES: [&str; 7] = ["localhost", "local", "internal", "intranet", "lan", "corp", "home"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_and_private_hosts_are_refused() {
        let hosts = "2130706433 017700000001 0177.0.0.1 0x7f.1 0x7f000001 127.1 127.0.1 0 0.0.0.0 127.0.0.1. \
            ①②⑦.⓪.⓪.① 127。0。0。1 %31%32%37.0.0.1 [::] [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] \
            [64:ff9b::7f00:1] [64:ff9b:1::808:808] [2002:7f00:1::] [2001:0:808:808::1] [2a00::5efe:7f00:1] \
            [2a00::200:5efe:a00:1] [fe80::1] [fe80::1%eth0] [fd00:ec2::254] 169.254.169.254 100.100.100.200 \
            localhost localhost. LOCALHOST x.localhost ⓛⓞⓒⓐⓛⓗⓞⓢⓣ metadata.google.internal good@127.0.0.1 \
            good:80@127.0.0.1 good%2f@127.0.0.1 127.0.0.1#@good good\\@127.0.0.1 10.1.2.3 192.168.0.1 172.31.0.1 \
            224.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 [ff02::1] [::ffff:8.8.8.8 a..b .a -a.com user@example.com \
            example.com:22 example.com:0 example.com:8080 example.com:65535 example.com:65536 example.com:+80 example.com: example.com:0443 [::1]x [2606:4700::1]x";
        for host in hosts.split_whitespace() {
            for scheme in ["http", "https", "HTTP"] {
                assert!(approve(&format!("{scheme}://{host}/a.jpg"), &[]).is_err(), "{host}");
            }
        }
        for url in [
            "http:127.0.0.1",
            "http:\\\\127.0.0.1",
            "http:///127.0.0.1",
            "http://a\tb.com/",
            "http://a.com\n/",
            "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
            "gopher://example.com/",
            "file:///etc/passwd",
            "//example.com/",
            "",
            "http://",
            "http:// example.com/",
            "http://example.com/a\\b",
            "http://example.com/a#b",
            "http://example.com/a\u{1f}",
            "http://example.com/a\u{7f}",
        ] {
            assert!(approve(url, &[]).is_err(), "{url}");
        }
        // RFC 1035, 2.3.4: a label has 63 characters at most, and a name 253 in its written form.
        let name = |last: usize| format!("https://{}{}/", "a23456789.".repeat(18), "b".repeat(last));
        assert!(approve(&name(63), &[]).is_ok());
        assert_eq!(approve(&name(64), &[]), Err(GuardError::Host));
        let long = |front: &str| format!("https://{front}{}example/", "a23456789.".repeat(24));
        assert!(approve(&long("abcde."), &[]).is_ok());
        assert_eq!(approve(&long("abcdef."), &[]), Err(GuardError::Host));
    }

    #[test]
    fn public_hosts_pass_in_one_spelling() {
        for (url, uri) in [
            ("https://Example.COM./a.jpg", "https://example.com/a.jpg"),
            ("HTTP://example.com:80", "http://example.com/"),
            ("http://example.com:443/", "http://example.com:443/"),
            ("https://example.com:80?x=1", "https://example.com:80/?x=1"),
            ("https://8.8.8.8/a", "https://8.8.8.8/a"),
            ("https://[2606:4700::0001]/a", "https://[2606:4700::1]/a"),
            ("https://[64:ff9b::808:808]/", "https://[64:ff9b::808:808]/"),
            ("https://example.com/a b/é|.jpg?q=\"", "https://example.com/a%20b/%C3%A9%7C.jpg?q=%22"),
            ("https://xn--bcher-kva.example/%2525", "https://xn--bcher-kva.example/%2525"),
        ] {
            assert_eq!(approve(url, &[]).map(|approved| approved.uri()), Ok(uri.to_owned()), "{url}");
        }
    }

    #[test]
    fn ports_are_closed_unless_they_are_listed() {
        for port in (1..=u16::MAX).filter(|port| !matches!(port, 80 | 443)) {
            let url = format!("https://example.com:{port}/a.jpg");
            assert_eq!(approve(&url, &[]), Err(GuardError::Port), "{port}");
            let listed = port == 22 || port == 8080;
            assert_eq!(approve(&url, &[22, 8080]).is_ok(), listed, "{port}");
        }
        for text in ["", "0", "+80", "080", "65536", "8080 ", "80x"] {
            assert_eq!(check_port(text, &[0, 80, 8080]), Err(GuardError::Port), "{text}");
        }
        // Between brackets a colon does not start a port.
        assert!(approve("https://[2606:4700::1]:443/", &[]).is_ok());
        assert_eq!(approve("https://[2606:4700::1]:8443/", &[]), Err(GuardError::Port));
    }

    #[test]
    fn one_private_address_refuses_them_all() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        for public in [&["8.8.8.8:80"][..], &["[2606:4700::1]:443", "8.8.8.8:443"], &["[::ffff:8.8.8.8]:80"]] {
            assert_eq!(not_public(&addresses(public)), None, "{public:?}");
        }
        for private in [
            &["127.0.0.1:80"][..],
            &["8.8.8.8:80", "10.0.0.1:80"],
            &["[::1]:80"],
            &["[::ffff:169.254.169.254]:80"],
            &["[64:ff9b::a00:1]:80", "8.8.8.8:80"],
            &["[fd00:ec2::254]:80"],
        ] {
            assert!(not_public(&addresses(private)).is_some(), "{private:?}");
        }
    }

    #[test]
    fn ranges_end_where_they_end() {
        for (first, last) in [
            ("0.0.0.0", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"),
            ("192.0.2.0", "192.0.2.255"),
            ("192.88.99.0", "192.88.99.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("198.18.0.0", "198.19.255.255"),
            ("198.51.100.0", "198.51.100.255"),
            ("203.0.113.0", "203.0.113.255"),
            ("224.0.0.0", "255.255.255.255"),
        ] {
            let [first, last]: [Ipv4Addr; 2] = [first, last].map(|a| a.parse().unwrap());
            assert!(!is_public_v4(first) && !is_public_v4(last), "{first}");
            let before = u32::from(first).checked_sub(1).map(Ipv4Addr::from);
            let after = u32::from(last).checked_add(1).map(Ipv4Addr::from);
            assert!(before.is_none_or(is_public_v4) && after.is_none_or(is_public_v4), "{first}");
        }
    }
}
