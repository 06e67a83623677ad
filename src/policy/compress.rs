//! Files that are worth compressing for the browser.

/// Extensions of files that ImageKit delivers compressed, with Brotli or else gzip, as `Accept-Encoding` allows
/// (documented: *Non-image files*). originkit itself does not compress: use a layer around it, such as
/// `tower_http::compression`. Images other than SVG gain nothing.
///
/// ```
/// use originkit::delivery::COMPRESSIBLE;
/// assert!(COMPRESSIBLE.contains(&"svg") && !COMPRESSIBLE.contains(&"jpg"));
/// ```
pub const COMPRESSIBLE: [&str; 10] = ["js", "css", "svg", "json", "pdf", "mp4", "txt", "html", "m3u8", "ts"];
