//! Extensions of file names, and the media types that they imply.

/// Returns the part after the last dot, in lower case, if it looks like an extension.
pub(super) fn extension(name: &str) -> Option<String> {
    let (_, extension) = name.rsplit_once('.')?;
    let fits = (1..=8).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| extension.to_ascii_lowercase())
}

/// Returns the media type of a file that is not an image, by its name.
///
/// Pages and XML are served as text: they come from the image host, and must not run scripts there.
pub(super) fn content_type(name: &str) -> &'static str {
    match extension(name).as_deref() {
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("txt" | "md" | "csv" | "html" | "htm" | "xhtml" | "xml") => "text/plain; charset=utf-8",
        Some("mp4" | "m4v") => "video/mp4",
        Some("webm") => "video/webm",
        Some("mov") => "video/quicktime",
        Some("ogv") => "video/ogg",
        Some("m3u8") => "application/vnd.apple.mpegurl",
        Some("ts") => "video/mp2t",
        Some("mp3") => "audio/mpeg",
        Some("m4a") => "audio/mp4",
        Some("ogg") => "audio/ogg",
        Some("wav") => "audio/wav",
        Some("woff") => "font/woff",
        Some("woff2") => "font/woff2",
        Some("ttf") => "font/ttf",
        Some("otf") => "font/otf",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_files_that_are_no_images() {
        for (name, want) in [
            ("a.CSS", "text/css; charset=utf-8"),
            ("a.html", "text/plain; charset=utf-8"),
            ("a.svg", "application/octet-stream"),
            ("a", "application/octet-stream"),
            ("a.", "application/octet-stream"),
        ] {
            assert_eq!(content_type(name), want, "{name}");
        }
    }
}
