//! [`AddressRange`]: addresses with a common prefix.

use std::net::IpAddr;

/// An address, or all addresses with a common prefix. An IPv4-mapped IPv6 address counts as IPv4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AddressRange {
    V4 { network: u32, mask: u32 },
    V6 { network: u128, mask: u128 },
}

impl AddressRange {
    /// Returns `None` if the text is neither an address nor a range.
    pub(super) fn new(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(prefix(bits)?)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().ok()?;
        let own = if written.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(own);
        // The longest prefix leaves no host bits, and the shortest leaves no network bits.
        match written.to_canonical() {
            IpAddr::V4(v4) => {
                let behind = 32_u32.checked_sub(if written.is_ipv4() { bits } else { bits.checked_sub(96)? })?;
                let mask = u32::MAX.checked_shl(behind).unwrap_or(0);
                Some(Self::V4 { network: v4.to_bits() & mask, mask })
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(128_u32.checked_sub(bits)?).unwrap_or(0);
                Some(Self::V6 { network: v6.to_bits() & mask, mask })
            }
        }
    }

    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        match (self, address.to_canonical()) {
            (Self::V4 { network, mask }, IpAddr::V4(v4)) => v4.to_bits() & mask == *network,
            (Self::V6 { network, mask }, IpAddr::V6(v6)) => v6.to_bits() & mask == *network,
            _ => false,
        }
    }
}

/// Reads a prefix length such as `24`; `parse` alone would accept `+24` and `024`.
fn prefix(text: &str) -> Option<u32> {
    let bits = text.parse().ok()?;
    (u32::to_string(&bits) == text).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_starts_alike() {
        for (range, inside, outside) in [
            ("203.0.113.7", "203.0.113.7", "203.0.113.6"),
            ("203.0.113.7", "::ffff:203.0.113.7", "::203.0.113.7"),
            ("203.0.113.0/24", "203.0.113.255", "203.0.112.255"),
            ("203.0.113.9/24", "203.0.113.0", "203.0.114.0"),
            ("203.0.113.6/31", "203.0.113.7", "203.0.113.8"),
            ("203.0.113.7/32", "203.0.113.7", "203.0.113.6"),
            ("128.0.0.0/1", "255.0.0.0", "127.255.255.255"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("::ffff:203.0.113.0/120", "203.0.113.5", "203.0.114.5"),
            ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.8"),
            ("::ffff:0:0/96", "1.2.3.4", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
            ("::/0", "ffff::1", "::ffff:1.2.3.4"),
        ] {
            let range = AddressRange::new(range).unwrap();
            assert!(range.holds(inside.parse().unwrap()), "{range:?} {inside}");
            assert!(!range.holds(outside.parse().unwrap()), "{range:?} {outside}");
        }
        for text in "1.2.3 1.2.3.4.5 01.2.3.4 1.2.3.4/ 1.2.3.4/33 1.2.3.4/+8 1.2.3.4/08 1.2.3.4/-1 1.2.3.4/8/8 ::/129 \
                     ::ffff:1.2.3.4/95 ::ffff:1.2.3.4/129 [::1] fe80::1%eth0 localhost 1.2.3.* 1.2.3.4-5 1.2.3.4:80 /8"
            .split(' ')
            .chain(["", " 1.2.3.4", "1.2.3.4 "])
        {
            assert_eq!(AddressRange::new(text), None, "{text}");
        }
    }
}
