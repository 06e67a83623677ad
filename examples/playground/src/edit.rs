//! Changes one parameter of a URL, and leaves the rest as it was written.

use originkit::DeliveryUrl;
use originkit::transform::{Parameter, ParameterPlace, Transformation};
use serde_json::{Value, json};

use crate::Host;
use crate::parts::{Kind, Known, Part};
use crate::setup::{Setup, text};

/// Sets `key` to `value`, removes it if the value is `null`, or replaces the whole `transformation`.
pub(crate) fn edit(host: &Host<'_>, question: &Value) -> Result<Value, String> {
    let setup = Setup::read(host, question)?;
    let bases = setup.bases();
    let bases = bases.iter().map(String::as_str).collect();
    let known = Known { url: &setup.url, bases, asset: None, unread: Vec::new() };
    let parts = known.parts();
    let url = match question.get("transformation").and_then(Value::as_str) {
        Some(transformation) => whole(&parts, &encoded(transformation)),
        None => {
            let value = question.get("value").and_then(Value::as_str);
            one(parts, text(question, "key"), value.map(encoded).as_deref())?
        }
    };
    Ok(json!({ "url": url }))
}

/// Replaces the transformation, wherever it stands, by one behind the endpoint.
fn whole(parts: &[Part], transformation: &str) -> String {
    let first = parts.first().map_or("", |part| part.text.as_str());
    let mut url = without_transformation(parts.get(1..).unwrap_or_default());
    if !transformation.is_empty() {
        url = format!("/tr:{transformation}/{}", url.trim_start_matches('/'));
    }
    format!("{first}{url}")
}

fn one(mut parts: Vec<Part>, key: &str, value: Option<&str>) -> Result<String, String> {
    if key == "tr" {
        return Ok(in_query(&whole(&parts, ""), key, value));
    }
    if DeliveryUrl::query_parameters().contains(&key) {
        return Ok(in_query(&joined(&parts), key, value));
    }
    let parameter =
        Transformation::parameters().find(|it| it.key == key).ok_or(format!("there is no parameter {key}"))?;
    let in_base = parameter.places.contains(&ParameterPlace::Base);
    let is_here = |part: &Part| part.kind == Kind::Parameter && part.split().0 == key && (part.layers == 0) == in_base;
    let found = parts.iter().rposition(is_here);
    let token = value.map(|value| if value.is_empty() { key.to_owned() } else { format!("{key}-{value}") });
    match (found, token) {
        (Some(at), Some(token)) => {
            if let Some(part) = parts.get_mut(at) {
                part.text = token;
            }
            Ok(joined(&parts))
        }
        (Some(at), None) => Ok(removed(parts, at)),
        (None, Some(token)) if in_base => Ok(added(&parts, &token)),
        (None, Some(token)) => Ok(added_to_layer(&parts, parameter, &token)),
        (None, None) => Ok(joined(&parts)),
    }
}

fn joined(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// Removes a parameter with a separator next to it, and a transformation that is then empty.
fn removed(mut parts: Vec<Part>, at: usize) -> String {
    let comma = |part: Option<&Part>| {
        part.is_some_and(|part| part.kind == Kind::Separator && [",", ":"].contains(&part.text.as_str()))
    };
    if comma(at.checked_sub(1).and_then(|before| parts.get(before))) {
        parts.drain(at - 1..=at);
    } else if comma(parts.get(at + 1)) {
        parts.drain(at..=at + 1);
    } else {
        // It was the only one.
        parts.remove(at);
        return without_transformation(&parts);
    }
    joined(&parts)
}

/// Returns the URL without any transformation, and without the separators that are left over.
fn without_transformation(parts: &[Part]) -> String {
    let mut url = String::new();
    let mut inside = false;
    for part in parts {
        match part.kind {
            Kind::Prefix => inside = true,
            Kind::Parameter | Kind::Layer | Kind::Condition => {}
            Kind::Separator if inside && ![",", ":"].contains(&part.text.as_str()) && !part.text.starts_with('%') => {
                // The slash behind it goes, since there is one before.
                inside = false;
                if part.text == "?" || (part.text == "&" && !url.ends_with(['?', '&'])) {
                    url.push_str(&part.text);
                }
            }
            Kind::Separator if inside => {}
            _ => url.push_str(&part.text),
        }
    }
    url.trim_end_matches(['?', '&']).to_owned()
}

/// Adds a parameter to the last step, or a step if that is a condition, or the first transformation.
fn added(parts: &[Part], token: &str) -> String {
    let is_last = |part: &Part| matches!(part.kind, Kind::Parameter | Kind::Layer | Kind::Condition);
    let Some(last) = parts.iter().rposition(is_last) else {
        return whole(parts, token);
    };
    let separator = if parts.get(last).is_some_and(|part| part.kind == Kind::Condition) { ':' } else { ',' };
    inserted(parts, last + 1, &format!("{separator}{token}"))
}

/// Adds a parameter to the last layer that may have it, or a layer with it.
fn added_to_layer(parts: &[Part], parameter: Parameter, token: &str) -> String {
    let takes = |part: &Part| {
        let place = if part.text == "l-text" { ParameterPlace::Text } else { ParameterPlace::Image };
        part.kind == Kind::Layer && part.layers == 0 && part.text != "l-end" && parameter.places.contains(&place)
    };
    if let Some(opened) = parts.iter().rposition(takes) {
        return inserted(parts, opened + 1, &format!(",{token}"));
    }
    let (kind, own) = if parameter.places.contains(&ParameterPlace::Image) {
        ("l-image", ["i-badge.png", "w-240"].as_slice())
    } else {
        ("l-text", ["i-Hello", "fs-80", "co-FFFFFF"].as_slice())
    };
    let is_set = |other: &&&str| {
        other.split('-').next() == Some(parameter.key) || (parameter.key == "ie" && other.starts_with("i-"))
    };
    let others: Vec<_> = own.iter().filter(|other| !is_set(other)).copied().collect();
    added(parts, &[&[kind], others.as_slice(), &[token, "l-end"]].concat().join(","))
}

fn inserted(parts: &[Part], at: usize, text: &str) -> String {
    let (before, after) = parts.split_at_checked(at).unwrap_or((parts, &[]));
    format!("{}{text}{}", joined(before), joined(after))
}

fn in_query(url: &str, key: &str, value: Option<&str>) -> String {
    let (url, fragment) = url.split_once('#').map_or((url, None), |(url, fragment)| (url, Some(fragment)));
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let name = |parameter: &&str| parameter.split('=').next() != Some(key) && !parameter.is_empty();
    let mut all: Vec<_> = query.split('&').filter(name).map(str::to_owned).collect();
    all.extend(value.map(|value| format!("{key}={value}")));
    let query = if all.is_empty() { String::new() } else { format!("?{}", all.join("&")) };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{path}{query}{fragment}")
}

/// Percent-encodes what would end a path or is no character of URLs. What is encoded stays as it is.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}?#".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(url: &str, key: &str, value: Option<&str>) -> String {
        let known = Known { url, bases: vec!["https://e.com/x"], asset: None, unread: Vec::new() };
        one(known.parts(), key, value).unwrap()
    }

    #[test]
    fn one_parameter_changes() {
        for (path, key, value, want) in [
            ("/a.jpg", "w", Some("300"), "/tr:w-300/a.jpg"),
            ("/tr:w-300/a.jpg", "w", Some("200"), "/tr:w-200/a.jpg"),
            ("/tr:w-300,h-2/a.jpg", "w", None, "/tr:h-2/a.jpg"),
            ("/tr:w-300:h-2/a.jpg", "h", None, "/tr:w-300/a.jpg"),
            ("/tr:w-300/a.jpg", "w", None, "/a.jpg"),
            ("/a.jpg?tr=w-300", "w", None, "/a.jpg"),
            ("/a.jpg?tr=w-300&v=1", "w", None, "/a.jpg?v=1"),
            ("/a.jpg?v=1&tr=w-300", "w", None, "/a.jpg?v=1"),
            ("/a.jpg?tr=w-300", "h", Some("5"), "/a.jpg?tr=w-300,h-5"),
            ("/tr:w-300:rt-90/a.jpg", "bl", Some("5"), "/tr:w-300:rt-90,bl-5/a.jpg"),
            ("/tr:e-sharpen-5/a.jpg", "e-sharpen", Some(""), "/tr:e-sharpen/a.jpg"),
            ("/tr:if-w_gt_5,h-1,if-end/a.jpg", "w", Some("9"), "/tr:if-w_gt_5,h-1,if-end:w-9/a.jpg"),
            ("/tr:w-9/a.jpg", "fs", Some("40"), "/tr:w-9,l-text,i-Hello,co-FFFFFF,fs-40,l-end/a.jpg"),
            ("/tr:w-9,l-text,i-A,l-end/a.jpg", "fs", Some("40"), "/tr:w-9,l-text,fs-40,i-A,l-end/a.jpg"),
            ("/tr:l-text,i-A,w-5,l-end/a.jpg", "w", Some("7"), "/tr:l-text,i-A,w-5,l-end,w-7/a.jpg"),
            ("/a.jpg", "lx", Some("10"), "/tr:l-image,i-badge.png,w-240,lx-10,l-end/a.jpg"),
            ("/tr:w-1/a.jpg?v=1", "tr", Some("h-5"), "/a.jpg?v=1&tr=h-5"),
            ("/a.jpg", "ik-attachment", Some("true"), "/a.jpg?ik-attachment=true"),
            ("/a.jpg?v=1&ik-attachment=true#f", "ik-attachment", None, "/a.jpg?v=1#f"),
        ] {
            assert_eq!(
                edited(&format!("https://e.com/x{path}"), key, value),
                format!("https://e.com/x{want}"),
                "{path} {key}"
            );
        }
    }

    #[test]
    fn the_transformation_is_replaced() {
        for (path, want) in [
            ("/a.jpg", "/tr:rt-90/a.jpg"),
            ("/tr:w-1/b/tr:h-1/a.jpg?tr=w-5&v=1", "/tr:rt-90/b/a.jpg?v=1"),
            ("", "/tr:rt-90/"),
        ] {
            let url = format!("https://e.com/x{path}");
            let known = Known { url: &url, bases: vec!["https://e.com/x"], asset: None, unread: Vec::new() };
            assert_eq!(whole(&known.parts(), "rt-90"), format!("https://e.com/x{want}"));
        }
    }
}
