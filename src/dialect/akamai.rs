//! Akamai Image Manager: `imwidth` and `imheight` (documented); no other parameter has a translation.

use super::draft::Draft;
use super::foreign::{Claim, Token};
use super::value;
use crate::transform::Reason;

const TAKEN: [(&str, &str); 2] = [("imwidth", "w"), ("imheight", "h")];

/// Other parameters of the service.
const UNTRANSLATED: [&str; 8] =
    ["im", "impolicy", "imdensity", "imformat", "imquality", "imbypass", "imcolor", "imcdn"];

pub(super) fn claim(name: &str) -> Claim {
    if TAKEN.iter().any(|(taken, _)| *taken == name) {
        Claim::Taken
    } else if UNTRANSLATED.contains(&name) {
        Claim::Untranslated
    } else {
        Claim::None
    }
}

/// Translates width, then height; if a parameter is repeated, the last number applies.
pub(super) fn translate<'a>(parameters: &[Token<'a>], draft: &mut Draft<'a>) {
    for (name, key) in TAKEN {
        let mut last: Option<(Token<'a>, String)> = None;
        for token in parameters.iter().filter(|token| token.decoded_name() == name) {
            match value::number(&token.decoded_value()) {
                Ok(number) => {
                    if let Some((before, _)) = last.replace((*token, format!("{key}-{number}"))) {
                        draft.ignore(before, Reason::Superseded);
                    }
                }
                Err(reason) => draft.ignore(*token, reason),
            }
        }
        if let Some((token, native)) = last {
            draft.put(token, &native);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::transform::Reason;

    #[test]
    fn width_and_height_are_read() {
        for (query, text, rest) in [
            ("imwidth=100", Some("w-100"), None),
            ("imheight=50&imwidth=100.5", Some("w-100.5,h-50"), None),
            ("imwidth=abc&imwidth=1&imwidth=2&imwidth=", Some("w-2"), None),
            ("imw%69dth=1%30&v=a%20b", Some("w-10"), Some("v=a%20b")),
            ("imwidth=-5", None, None),
            ("IMWIDTH=5&im=Resize=300", None, Some("IMWIDTH=5&im=Resize=300")),
        ] {
            let read = Dialect::Akamai.translate(&format!("/a.jpg?{query}")).unwrap();
            assert_eq!((read.text.as_deref(), read.query.as_deref()), (text, rest), "{query}");
        }
        let read = Dialect::Akamai.translate("/a.jpg?imwidth=x&imwidth=1&imwidth=2&im=Resize&imwidth=70000").unwrap();
        assert!(read.transformation.is_empty(), "the last number is too large, and the ones before are gone");
        let ignored: Vec<_> = read.ignored.iter().map(|it| (it.token.as_str(), it.span.start, it.reason)).collect();
        assert!(matches!(
            ignored[..],
            [
                ("imwidth=x", 7, Reason::BadValue(_)),
                ("imwidth=1", 17, Reason::Superseded),
                ("imwidth=2", 27, Reason::Superseded),
                ("im=Resize", 37, Reason::NoCounterpart),
                ("imwidth=70000", 47, Reason::BadValue(_)),
            ]
        ));
    }
}
