//! A URL taken apart, for the eye: every byte of it belongs to one part, in order.

use std::ops::Range;

use originkit::DeliveryUrl;
use serde_json::{Value, json};

use crate::message::put;

/// A part of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// The place in the percent-decoded text of the transformation, which errors and ignored tokens refer to.
    decoded: Option<Range<usize>>,
    /// The number of layers around it.
    pub(crate) layers: usize,
    /// The number of conditions around it.
    branches: usize,
    /// The step of the chain, counted from 0.
    step: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Scheme, host, and the path that belongs to the endpoint.
    Endpoint,
    /// `/`, `?`, `&`, and the separators of a transformation.
    Separator,
    /// `tr:` or `tr=`.
    Prefix,
    Parameter,
    /// `l-image` and its like, and `l-end`.
    Layer,
    /// `if-...`, `if-else`, `if-end`.
    Condition,
    /// A segment in the syntax of another service.
    Dialect,
    /// `ik-seo` and `ik-thumbnail.jpg`.
    Marker,
    Path,
    /// A parameter of the query that has a meaning here.
    Query,
    /// A parameter of the query that goes to the origin.
    OriginQuery,
    /// The fragment, which browsers do not send.
    Fragment,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Separator => "separator",
            Self::Prefix => "prefix",
            Self::Parameter => "parameter",
            Self::Layer => "layer",
            Self::Condition => "condition",
            Self::Dialect => "dialect",
            Self::Marker => "marker",
            Self::Path => "path",
            Self::Query => "query",
            Self::OriginQuery => "origin-query",
            Self::Fragment => "fragment",
        }
    }
}

impl Part {
    /// Returns key and value of a parameter. The hyphen in the key of an effect separates nothing.
    pub(crate) fn split(&self) -> (&str, &str) {
        let from = if self.text.starts_with("e-") { 2 } else { 0 };
        let at = self.text.get(from..).and_then(|rest| rest.find('-')).map(|at| at + from);
        at.and_then(|at| Some((self.text.get(..at)?, self.text.get(at + 1..)?))).unwrap_or((&self.text, ""))
    }

    pub(crate) fn as_json(&self) -> Value {
        let mut json = json!({ "text": self.text, "kind": self.kind.name() });
        let (key, value) = self.split();
        if self.kind == Kind::Parameter {
            put(&mut json, "key", key);
            put(&mut json, "value", value);
            put(&mut json, "layers", self.layers);
            put(&mut json, "step", self.step);
        }
        json
    }

    /// Returns `true` if a place in the decoded transformation begins in this part.
    pub(crate) fn begins(&self, span: &Range<usize>) -> bool {
        self.decoded.as_ref().is_some_and(|own| own.contains(&span.start))
    }
}

/// A URL, and what is known of it.
pub(crate) struct Known<'a> {
    pub(crate) url: &'a str,
    /// The bases of the endpoints.
    pub(crate) bases: Vec<&'a str>,
    /// The path of the asset: segments before it belong to another service's syntax.
    pub(crate) asset: Option<&'a str>,
    /// The places of transformations that are not read, in bytes after the host.
    pub(crate) unread: Vec<Range<usize>>,
}

impl<'a> Known<'a> {
    /// Returns the length of scheme and host, which places in path and query are counted from.
    pub(crate) fn host_length(&self) -> usize {
        let behind = self.url.find("://").map_or(0, |at| at + 3);
        let rest = self.url.get(behind..).unwrap_or_default();
        behind + rest.find(['/', '?', '#']).unwrap_or(rest.len())
    }

    /// Returns the length of the endpoint's base in this URL.
    fn base_length(&self) -> usize {
        let fits = |base: &&str| {
            let front = self.url.get(..base.len()).is_some_and(|front| front.eq_ignore_ascii_case(base));
            front && self.url.get(base.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        };
        let bases = self.bases.iter().copied().map(|base| base.trim_end_matches('/'));
        bases.filter(fits).map(str::len).max().unwrap_or_else(|| self.host_length())
    }

    /// Takes the URL apart. The texts of all parts, one after the other, are the URL.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let mut out = Parts::default();
        let (base, rest) = self.url.split_at_checked(self.base_length()).unwrap_or((self.url, ""));
        out.push(base, Kind::Endpoint);
        let (rest, fragment) = rest.find('#').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        let (path, query) = rest.find('?').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        self.path(path, &mut out);
        let in_path = out.all.iter().any(|part| part.kind == Kind::Prefix);
        if let Some(query) = query.strip_prefix('?') {
            out.push("?", Kind::Separator);
            for (number, parameter) in query.split('&').enumerate() {
                if number > 0 {
                    out.push("&", Kind::Separator);
                }
                let name = parameter.split_once('=').map_or(parameter, |(name, _)| name);
                match parameter.strip_prefix("tr=") {
                    Some(text) => {
                        out.push("tr=", Kind::Prefix);
                        let prefix = prefix(text);
                        out.push(prefix, Kind::Prefix);
                        out.transformation(text.get(prefix.len()..).unwrap_or_default(), !in_path);
                    }
                    None if DeliveryUrl::query_parameters().contains(&name) => out.push(parameter, Kind::Query),
                    None => out.push(parameter, Kind::OriginQuery),
                }
            }
        }
        out.push(fragment, Kind::Fragment);
        out.all
    }

    fn path(&self, path: &str, out: &mut Parts) {
        let count = path.split('/').count();
        let host = self.host_length();
        for (number, segment) in path.split('/').enumerate() {
            if number > 0 {
                out.push("/", Kind::Separator);
            }
            let at = out.length.saturating_sub(host);
            let prefix = prefix(segment);
            if !prefix.is_empty() && !self.unread.iter().any(|span| span.contains(&at)) {
                out.push(prefix, Kind::Prefix);
                out.transformation(segment.get(prefix.len()..).unwrap_or_default(), true);
            } else if (number == 1 && segment == "ik-seo") || (number + 1 == count && segment == "ik-thumbnail.jpg") {
                out.push(segment, Kind::Marker);
            } else {
                out.push(segment, Kind::Path);
            }
        }
        // A path segment before the path of the asset that is no transformation belongs to another service.
        let own = |part: &Part| matches!(part.kind, Kind::Path);
        let has = out.all.iter().filter(|part| own(part)).count();
        let wanted = self.asset.map_or(has, |asset| asset.split('/').filter(|segment| !segment.is_empty()).count());
        let foreign = has.saturating_sub(wanted);
        out.all.iter_mut().filter(|part| own(part)).take(foreign).for_each(|part| part.kind = Kind::Dialect);
    }
}

#[derive(Default)]
struct Parts {
    all: Vec<Part>,
    length: usize,
    /// The length of the decoded transformation so far.
    decoded: usize,
    /// Whether a transformation came before, which the next one is joined to by `:`.
    joined: bool,
    layers: usize,
    branches: usize,
    step: usize,
}

impl Parts {
    fn push(&mut self, text: &str, kind: Kind) {
        if text.is_empty() {
            return;
        }
        self.length += text.len();
        let (layers, branches, step) = (self.layers, self.branches, self.step);
        self.all.push(Part { text: text.to_owned(), kind, decoded: None, layers, branches, step });
    }

    /// Appends the tokens of a transformation; `read` says whether it has an effect.
    fn transformation(&mut self, text: &str, read: bool) {
        if text.is_empty() {
            return;
        }
        if self.joined && read {
            self.decoded += 1;
            self.step += 1;
        }
        self.joined = true;
        let mut rest = text;
        while !rest.is_empty() {
            let (token, separator) = token(rest);
            self.token(token, read);
            let text = rest.get(token.len()..token.len() + separator).unwrap_or_default();
            let is_step = text == ":" || text.eq_ignore_ascii_case("%3A");
            self.push(text, Kind::Separator);
            self.decoded += usize::from(!text.is_empty());
            if is_step && self.layers == 0 && self.branches == 0 {
                self.step += 1;
            }
            rest = rest.get(token.len() + separator..).unwrap_or_default();
        }
    }

    fn token(&mut self, token: &str, read: bool) {
        let kind = match token {
            _ if token.starts_with("l-") => Kind::Layer,
            _ if token.starts_with("if-") => Kind::Condition,
            _ => Kind::Parameter,
        };
        match token {
            "l-end" => self.layers = self.layers.saturating_sub(1),
            "if-end" => self.branches = self.branches.saturating_sub(1),
            _ => {}
        }
        let length = decoded_length(token);
        self.push(token, kind);
        if let Some(part) = self.all.last_mut().filter(|_| read && !token.is_empty()) {
            part.decoded = Some(self.decoded..self.decoded + length);
        }
        self.decoded += length;
        match (kind, token) {
            (Kind::Layer, token) if token != "l-end" => self.layers += 1,
            (Kind::Condition, token) if !matches!(token, "if-end" | "if-else") => self.branches += 1,
            _ => {}
        }
    }
}

/// Returns `tr:` at the start of a text, as it is written.
fn prefix(text: &str) -> &str {
    let encoded = text.get(..5).filter(|front| front.eq_ignore_ascii_case("tr%3A"));
    text.get(..3).filter(|front| *front == "tr:").or(encoded).unwrap_or_default()
}

/// Returns the first token of a transformation, and the length of the separator after it. As in the crate, separators in
/// `ar-4:3`, in `di-https:@@@@host@@a.jpg` and between quotes after `pg-name-` belong to the token.
fn token(text: &str) -> (&str, usize) {
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let front = text.get(..at).unwrap_or_default();
        if character == '"' && front.starts_with("pg-name-") {
            quoted = !quoted;
        }
        let length = match character {
            ',' | ':' => 1,
            '%' if rest.get(..3).is_some_and(|code| ["%2c", "%3a"].contains(&code.to_ascii_lowercase().as_str())) => 3,
            _ => continue,
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let behind = rest.get(length..).unwrap_or_default();
        let is_ratio =
            front.strip_prefix("ar-").is_some_and(digits) && behind.starts_with(|it: char| it.is_ascii_digit());
        let is_url = matches!(front, "di-http" | "di-https") && behind.starts_with("@@@@");
        if !(quoted || is_ratio || is_url) {
            return (front, length);
        }
    }
    (text, 0)
}

/// Returns the length of a text once it is percent-decoded.
fn decoded_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_code = |window: &&[u8]| matches!(window, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    bytes.len() - 2 * bytes.windows(3).filter(is_code).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        let known = Known { url, bases: vec!["https://img.example.com/shop"], asset: None, unread: Vec::new() };
        let parts = known.parts();
        assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<String>(), url);
        let kinds = parts.iter().filter(|part| part.kind != Kind::Separator);
        kinds.map(|part| format!("{} {}\n", part.kind.name(), part.text)).collect()
    }

    #[test]
    fn every_part_has_its_kind() {
        assert_eq!(
            shown(
                "https://img.example.com/shop/tr:w-300,l-text,i-a,l-end:if-ar_gt_1,ar-4:3,if-end/a/b.jpg?v=1&ik-t=5#x"
            ),
            "endpoint https://img.example.com/shop\nprefix tr:\nparameter w-300\nlayer l-text\nparameter i-a\n\
             layer l-end\ncondition if-ar_gt_1\nparameter ar-4:3\ncondition if-end\npath a\npath b.jpg\n\
             origin-query v=1\nquery ik-t=5\nfragment #x\n"
        );
        assert_eq!(
            shown("https://img.example.com/shop/ik-seo/a/b.jpg?tr=w-1%2Ch-2"),
            "endpoint https://img.example.com/shop\nmarker ik-seo\npath a\npath b.jpg\nprefix tr=\nparameter w-1\nparameter h-2\n"
        );
        // Another host, and texts that are no URL at all, are still taken apart without loss.
        for url in [
            "https://other.example/x.jpg",
            "",
            "tr:",
            "https://",
            "ä?ö#ü",
            "https://img.example.com/shopping/a",
            "%2C,:%",
        ] {
            shown(url);
        }
    }

    #[test]
    fn layers_and_steps_are_counted() {
        let url = "https://e/tr:w-1,l-image,i-a,l-text,i-b,l-end,l-end:rt-90/tr:bl-3/a.jpg";
        let parts = Known { url, bases: Vec::new(), asset: None, unread: Vec::new() }.parts();
        let all = parts.iter().filter(|part| part.kind == Kind::Parameter);
        let all: Vec<_> = all.map(|part| (part.text.as_str(), part.layers, part.step)).collect();
        assert_eq!(all, [("w-1", 0, 0), ("i-a", 1, 0), ("i-b", 2, 0), ("rt-90", 0, 1), ("bl-3", 0, 2)]);
    }
}
