//! Requests from ImageKit: recognised by origins that want to serve ImageKit only.

use std::net::{IpAddr, Ipv4Addr};

use http::HeaderMap;

/// Returns `true` if the request has ImageKit's marker, `x-req-from: imagekit` (documented, and recommended over
/// addresses).
///
/// Any client can send it, so it keeps out honest clients only.
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// assert!(!originkit::imagekit::is_from_imagekit(&headers));
/// headers.insert("x-req-from", "imagekit".parse()?);
/// assert!(originkit::imagekit::is_from_imagekit(&headers));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[must_use]
pub fn is_from_imagekit(headers: &HeaderMap) -> bool {
    headers.get("x-req-from").is_some_and(|value| value.as_bytes() == b"imagekit")
}

/// Returns `true` if the address is one of [`IMAGEKIT_EGRESS_IPV4`], also if it is an IPv4-mapped IPv6 address.
///
/// ```
/// assert!(originkit::imagekit::is_imagekit_ip("::ffff:3.0.152.204".parse()?));
/// assert!(!originkit::imagekit::is_imagekit_ip("127.0.0.1".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[must_use]
pub fn is_imagekit_ip(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => IMAGEKIT_EGRESS_IPV4.contains(&v4),
        IpAddr::V6(_) => false,
    }
}

/// The addresses from which ImageKit sends requests to origins, as listed in 2024 on its web server origin page. **They
/// may change**; prefer [`is_from_imagekit`].
#[rustfmt::skip]
pub const IMAGEKIT_EGRESS_IPV4: [Ipv4Addr; 117] = [
    Ipv4Addr::new(3, 0, 152, 204),
    Ipv4Addr::new(3, 105, 141, 56),
    Ipv4Addr::new(3, 105, 153, 182),
    Ipv4Addr::new(3, 105, 56, 110),
    Ipv4Addr::new(3, 106, 43, 145),
    Ipv4Addr::new(3, 120, 113, 108),
    Ipv4Addr::new(3, 124, 164, 235),
    Ipv4Addr::new(3, 125, 145, 160),
    Ipv4Addr::new(3, 125, 232, 112),
    Ipv4Addr::new(3, 126, 54, 34),
    Ipv4Addr::new(3, 228, 64, 190),
    Ipv4Addr::new(3, 25, 15, 199),
    Ipv4Addr::new(3, 6, 106, 236),
    Ipv4Addr::new(3, 6, 117, 197),
    Ipv4Addr::new(3, 6, 117, 226),
    Ipv4Addr::new(3, 6, 125, 142),
    Ipv4Addr::new(3, 6, 139, 207),
    Ipv4Addr::new(3, 6, 31, 234),
    Ipv4Addr::new(3, 6, 77, 26),
    Ipv4Addr::new(13, 211, 250, 60),
    Ipv4Addr::new(13, 234, 210, 223),
    Ipv4Addr::new(13, 235, 117, 100),
    Ipv4Addr::new(13, 239, 68, 153),
    Ipv4Addr::new(13, 239, 93, 60),
    Ipv4Addr::new(13, 250, 152, 216),
    Ipv4Addr::new(13, 251, 231, 118),
    Ipv4Addr::new(13, 54, 10, 227),
    Ipv4Addr::new(13, 57, 157, 178),
    Ipv4Addr::new(13, 57, 80, 35),
    Ipv4Addr::new(13, 57, 84, 219),
    Ipv4Addr::new(15, 206, 35, 88),
    Ipv4Addr::new(18, 136, 180, 238),
    Ipv4Addr::new(18, 138, 42, 101),
    Ipv4Addr::new(18, 138, 48, 167),
    Ipv4Addr::new(18, 140, 193, 132),
    Ipv4Addr::new(18, 144, 94, 93),
    Ipv4Addr::new(18, 184, 51, 46),
    Ipv4Addr::new(18, 194, 51, 214),
    Ipv4Addr::new(18, 214, 253, 69),
    Ipv4Addr::new(34, 198, 33, 10),
    Ipv4Addr::new(34, 227, 255, 75),
    Ipv4Addr::new(35, 156, 190, 52),
    Ipv4Addr::new(52, 1, 78, 96),
    Ipv4Addr::new(52, 220, 21, 200),
    Ipv4Addr::new(52, 221, 19, 26),
    Ipv4Addr::new(52, 23, 130, 57),
    Ipv4Addr::new(52, 29, 99, 236),
    Ipv4Addr::new(52, 52, 150, 88),
    Ipv4Addr::new(52, 52, 156, 33),
    Ipv4Addr::new(52, 53, 89, 205),
    Ipv4Addr::new(52, 63, 6, 226),
    Ipv4Addr::new(52, 76, 146, 253),
    Ipv4Addr::new(52, 86, 168, 184),
    Ipv4Addr::new(52, 9, 51, 127),
    Ipv4Addr::new(52, 9, 54, 118),
    Ipv4Addr::new(54, 183, 110, 13),
    Ipv4Addr::new(54, 198, 229, 74),
    Ipv4Addr::new(54, 93, 187, 13),
    Ipv4Addr::new(100, 25, 189, 19),
    Ipv4Addr::new(100, 26, 0, 170),
    Ipv4Addr::new(18, 138, 154, 61),
    Ipv4Addr::new(52, 66, 188, 11),
    Ipv4Addr::new(3, 123, 46, 194),
    Ipv4Addr::new(3, 226, 115, 3),
    Ipv4Addr::new(13, 52, 20, 231),
    Ipv4Addr::new(3, 24, 91, 28),
    Ipv4Addr::new(159, 65, 154, 196),
    Ipv4Addr::new(206, 189, 46, 125),
    Ipv4Addr::new(174, 138, 126, 207),
    Ipv4Addr::new(142, 93, 174, 223),
    Ipv4Addr::new(34, 228, 164, 220),
    Ipv4Addr::new(18, 156, 150, 128),
    Ipv4Addr::new(3, 123, 211, 55),
    Ipv4Addr::new(3, 126, 236, 57),
    Ipv4Addr::new(3, 126, 25, 38),
    Ipv4Addr::new(3, 66, 248, 204),
    Ipv4Addr::new(3, 74, 172, 234),
    Ipv4Addr::new(3, 76, 53, 155),
    Ipv4Addr::new(3, 77, 243, 243),
    Ipv4Addr::new(3, 77, 50, 194),
    Ipv4Addr::new(54, 151, 133, 111),
    Ipv4Addr::new(52, 74, 122, 107),
    Ipv4Addr::new(3, 1, 207, 90),
    Ipv4Addr::new(52, 77, 198, 19),
    Ipv4Addr::new(18, 136, 88, 63),
    Ipv4Addr::new(18, 138, 189, 41),
    Ipv4Addr::new(13, 215, 97, 100),
    Ipv4Addr::new(13, 228, 210, 47),
    Ipv4Addr::new(13, 228, 217, 227),
    Ipv4Addr::new(13, 250, 195, 31),
    Ipv4Addr::new(13, 251, 132, 82),
    Ipv4Addr::new(18, 138, 97, 218),
    Ipv4Addr::new(3, 1, 46, 98),
    Ipv4Addr::new(52, 220, 37, 193),
    Ipv4Addr::new(52, 76, 110, 156),
    Ipv4Addr::new(54, 169, 79, 116),
    Ipv4Addr::new(100, 24, 177, 67),
    Ipv4Addr::new(18, 214, 141, 92),
    Ipv4Addr::new(50, 17, 57, 46),
    Ipv4Addr::new(52, 45, 208, 226),
    Ipv4Addr::new(54, 145, 114, 168),
    Ipv4Addr::new(54, 237, 174, 138),
    Ipv4Addr::new(43, 204, 172, 86),
    Ipv4Addr::new(3, 108, 149, 71),
    Ipv4Addr::new(65, 1, 72, 129),
    Ipv4Addr::new(43, 205, 66, 219),
    Ipv4Addr::new(13, 234, 247, 83),
    Ipv4Addr::new(15, 206, 97, 20),
    Ipv4Addr::new(13, 233, 234, 115),
    Ipv4Addr::new(13, 234, 159, 248),
    Ipv4Addr::new(52, 52, 35, 45),
    Ipv4Addr::new(52, 53, 66, 106),
    Ipv4Addr::new(52, 8, 243, 221),
    Ipv4Addr::new(52, 8, 34, 3),
    Ipv4Addr::new(52, 9, 239, 52),
    Ipv4Addr::new(54, 176, 154, 89),
    Ipv4Addr::new(54, 176, 68, 12),
];
