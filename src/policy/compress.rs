//! Which files are worth compressing on their way to a browser.

/// Extensions of files that ImageKit delivers compressed, with Brotli or else gzip, as `Accept-Encoding` allows
/// (documented: *Non-image files*). originkit itself compresses nothing: that is for a layer around it, such as
/// `tower_http::compression`, and pictures other than SVG gain nothing.
///
/// ```
/// use originkit::delivery::COMPRESSIBLE;
/// assert!(COMPRESSIBLE.contains(&"svg") && !COMPRESSIBLE.contains(&"jpg"));
/// ```
pub const COMPRESSIBLE: [&str; 10] = ["js", "css", "svg", "json", "pdf", "mp4", "txt", "html", "m3u8", "ts"];
