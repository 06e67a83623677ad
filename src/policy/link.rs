//! The canonical link: the URL of an image for search engines.

use http::HeaderValue;

use crate::config::Origin;
use crate::path::AssetPath;

/// Returns the `Link` field for images of this origin (documented: canonical header); `None` if it has none.
///
/// It has the canonical base and the path only: no transformation and no query.
pub(crate) fn canonical(origin: &Origin, path: &AssetPath) -> Option<HeaderValue> {
    let base = origin.canonical_base()?.as_str();
    let mut url = String::with_capacity(base.len() + path.as_str().len() + 1);
    for c in base.chars().chain(['/']).chain(path.as_str().chars()) {
        // Valid between the angle brackets, but simple parsers split at them.
        match c {
            ',' => url.push_str("%2C"),
            ';' => url.push_str("%3B"),
            '>' => url.push_str("%3E"),
            '"' => url.push_str("%22"),
            other => url.push(other),
        }
    }
    HeaderValue::try_from(format!("<{url}>; rel=\"canonical\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_one_link() {
        let origin = Origin::new("https://a.example").canonical("https://cdn.example.org/img/");
        let path = AssetPath::from_encoded("a,b;c%3E%22/d.jpg").unwrap();
        let link = canonical(&origin, &path).unwrap();
        assert_eq!(link, "<https://cdn.example.org/img/a%2Cb%3Bc%3E%22/d.jpg>; rel=\"canonical\"");
        assert_eq!(canonical(&Origin::new("https://a.example"), &path), None);
    }
}
