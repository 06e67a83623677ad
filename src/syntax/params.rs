//! The table of parameters: each row connects a URL key to a field of [`Edit`].
//!
//! Both the parser and the printer are generated from it, so everything that can be parsed can be printed. The order of
//! its rows is the canonical order. The effects of [`super::ai`] are not in it, and neither are the parameters that
//! belong to a layer itself ([`lower`](super::lower)).

use super::ai;
use super::field::Field;
use super::printer::Printer;
use super::value::{Host, Spot, Value};
use crate::number::Number;
use crate::transform::{Edit, Length, Measure, ParameterPlace, Reason};

/// A row: `key field [places] if test, expected;`. The test applies to the parsed value.
macro_rules! parameters {
    ($($key:literal $($field:ident).+ [$($host:ident)+] $(if |$value:ident| $test:expr, $expected:literal)?;)+) => {
        /// Sets the field of a key to the value in `text`. The error is the reason why it has no effect.
        pub(super) fn set(edit: &mut Edit, key: &str, text: &str, spot: &Spot<'_>) -> Result<(), Reason> {
            match key {
                $($key => {
                    if !matches!(spot.host, $(Host::$host)|+) {
                        return Err(Reason::NotHere);
                    }
                    let item = read(&edit.$($field).+, text, spot)?;
                    $({
                        let $value = &item;
                        if !$test {
                            return Err(Reason::BadValue($expected));
                        }
                    })?
                    edit.$($field).+.fill(item);
                    Ok(())
                })+
                _ => Err(other(key)),
            }
        }

        /// Every key that has a row, and the keys of the effects that have none.
        pub(super) const KEYS: &[&str] = &[
            $($key,)+
            "e-bgremove", "e-removedotbg", "e-dropshadow", "e-changebg", "e-edit", "e-retouch", "e-upscale", "e-genvar",
        ];

        /// Returns the places of a key of [`KEYS`].
        pub(super) fn places(key: &str) -> &'static [ParameterPlace] {
            match key {
                $($key => &[$(ParameterPlace::$host),+],)+
                key if ai::is_for_layers(key) => &[ParameterPlace::Base, ParameterPlace::Image],
                _ => &[ParameterPlace::Base],
            }
        }

        /// Prints every parameter of an edit.
        pub(super) fn write(edit: &Edit, out: &mut Printer) {
            $(edit.$($field).+.print($key, out);)+
            edit.effects.ai.iter().for_each(|effect| ai::write(effect, out));
        }
    };
}

parameters! {
    "n"    named                    [Base];
    "pg"   page                     [Base Image];
    "t"    trim                     [Base Image];
    "w"    sizing.width             [Base Image Canvas Text];
    "h"    sizing.height            [Base Image Canvas] if |h| *h != Length::Auto, "pixels, a share or an expression";
    "ar"   sizing.aspect            [Base Image];
    "dpr"  sizing.dpr               [Base Image];
    "c"    placing.strategy         [Base Image];
    "cm"   placing.mode             [Base Image];
    "fo"   placing.focus            [Base Image];
    "x"    placing.x                [Base Image] if |x| whole(x), "a whole number or an expression";
    "y"    placing.y                [Base Image] if |y| whole(y), "a whole number or an expression";
    "xc"   placing.x_center         [Base Image] if |x| whole(x), "a whole number or an expression";
    "yc"   placing.y_center         [Base Image] if |y| whole(y), "a whole number or an expression";
    "z"    placing.zoom             [Base Image] if |z| *z > Number::ZERO, "a number above zero";
    "fl"   flip                     [Base Image Text];
    "rt"   rotation                 [Base Image Text];
    "bg"   paint.background         [Base Image Canvas Text Subtitles];
    "b"    paint.border             [Base Image];
    "r"    paint.radius             [Base Image Canvas Text];
    "o"    paint.opacity            [Base Image] if |o| *o <= 100, "a whole number from 0 to 100";
    "bl"   effects.blur             [Base Image] if |b| *b > Number::ZERO && *b <= 100.into(), "a number above 0, up to 100";
    "cr"   effects.replace          [Base Image];
    "e-colorize"  effects.colorize  [Base Image];
    "e-grayscale" effects.grayscale [Base Image];
    "e-contrast"  effects.contrast  [Base Image];
    "e-sharpen"   effects.sharpen   [Base Image];
    "e-usm"       effects.unsharp   [Base Image];
    "e-gradient"  effects.gradient  [Base Image Canvas];
    "e-shadow"    effects.shadow    [Base Image];
    "e-distort"   effects.distort   [Base Image];
    "fs"   text.size                [Text Subtitles] if |s| positive(s), "a number above zero or an expression";
    "ff"   text.font                [Text Subtitles];
    "co"   text.color               [Text Subtitles];
    "ia"   text.align               [Text];
    "pa"   text.padding             [Text];
    "al"   text.alpha               [Text Canvas] if |a| (1..=9).contains(a), "a whole number from 1 to 9";
    "tg"   text.typography          [Text Subtitles];
    "lh"   text.line_height         [Text] if |l| whole(l) && positive(l), "a whole number above zero or an expression";
    "f"    encoding.format          [Base];
    "q"    encoding.quality         [Base Image] if |q| (1..=100).contains(q), "a whole number from 1 to 100";
    "lo"   encoding.lossless        [Base];
    "pr"   encoding.progressive     [Base];
    "cp"   encoding.color_profile   [Base];
    "md"   encoding.metadata        [Base];
    "dn"   encoding.density         [Base];
    "c2pa" encoding.c2pa            [Base] if |c| *c, "`true`";
    "orig" encoding.original        [Base] if |o| *o, "`true`";
    "di"   default_image            [Base];
}

/// Reads the item of a field. The field is used only for its type.
fn read<F: Field>(_: &F, text: &str, spot: &Spot<'_>) -> Result<F::Item, Reason> {
    let item = F::Item::read(text).map_err(Reason::BadValue)?;
    item.fits(spot).map(|()| item)
}

fn whole(measure: &Measure) -> bool {
    matches!(measure, Measure::Expr(_)) || matches!(measure, Measure::Px(n) if n.to_integer().is_some())
}

fn positive(measure: &Measure) -> bool {
    matches!(measure, Measure::Expr(_)) || matches!(measure, Measure::Px(n) if *n > Number::ZERO)
}

/// Returns the reason why a key without a row has no effect.
fn other(key: &str) -> Reason {
    match key {
        "vc" | "ac" | "so" | "eo" | "du" | "sr" | "lso" | "leo" | "ldu" | "fol" | "fsh" => Reason::VideoOnly,
        key if OF_LAYER.contains(&key) => Reason::NotHere,
        _ => Reason::UnknownKey,
    }
}

/// Returns `true` if the key belongs to a layer itself and not to one of its steps. This includes its timing, for
/// video.
pub(super) fn is_of_layer(key: &str) -> bool {
    OF_LAYER.contains(&key) || matches!(key, "lso" | "leo" | "ldu")
}

/// The parameters of a layer itself: its input, its position and its mode.
pub(super) const OF_LAYER: [&str; 9] = ["i", "ie", "lx", "ly", "lxc", "lyc", "lap", "lfo", "lm"];

/// Returns `true` for an overlay parameter that ImageKit has refused since November 2023.
pub(super) fn is_legacy_overlay(key: &str) -> bool {
    LEGACY_OVERLAY.binary_search(&key).is_ok()
}

const LEGACY_OVERLAY: [&str; 32] = [
    "oa", "obg", "ofo", "oh", "oi", "oiar", "oib", "oibg", "oic", "oicm", "oidpr", "oifo", "oiq", "oit", "oix", "oixc",
    "oiy", "oiyc", "or", "ot", "otbg", "otc", "ote", "otf", "otia", "otp", "ots", "ott", "otw", "ow", "ox", "oy",
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{KEYS, LEGACY_OVERLAY};
    use crate::limits::Limits;
    use crate::transform::{Ignored, Parameter, ParameterPlace, Reason, Transformation};

    #[test]
    fn parameters_are_listed_with_their_places() {
        let all: Vec<_> = Transformation::parameters().collect();
        let mut keys: Vec<_> = all.iter().map(|it| it.key).collect();
        assert!(KEYS.iter().all(|key| keys.contains(key)));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all.len(), "a key twice");
        for Parameter { key, places, words } in all {
            for place in [ParameterPlace::Base, ParameterPlace::Image, ParameterPlace::Canvas, ParameterPlace::Text] {
                let around = match place {
                    ParameterPlace::Image => "l-image,i-a,@,l-end",
                    ParameterPlace::Canvas => "l-image,i-ik_canvas,@,l-end",
                    ParameterPlace::Text => "l-text,i-a,@,l-end",
                    _ => "@",
                };
                let reasons = VALUES.iter().chain(words).map(|value| {
                    let token = if value.is_empty() { key.to_owned() } else { format!("{key}-{value}") };
                    let reading = Transformation::parse(&around.replace('@', &token), &Limits::default()).ok()?;
                    let is_ours = |it: &Ignored| it.token.starts_with(key) && it.reason != Reason::Superseded;
                    Some(reading.ignored.iter().any(is_ours))
                });
                // Accepted with some value where it is listed, with none elsewhere.
                let accepted = reasons.flatten().any(|ignored| !ignored);
                assert_eq!(accepted, places.contains(&place), "{key} {place:?}");
            }
            let around = if places.contains(&ParameterPlace::Base) { "@" } else { "l-image,i-a,@,l-end" };
            for word in words {
                let text = around.replace('@', &format!("{key}-{word}"));
                let reading = Transformation::parse(&text, &Limits::default()).unwrap();
                assert!(reading.ignored.iter().all(|it| it.reason == Reason::Superseded), "{text}: {reading:?}");
            }
        }
    }

    #[test]
    fn legacy_keys_are_in_order() {
        assert!(LEGACY_OVERLAY.is_sorted());
    }

    /// A few texts after keys, for every kind of value.
    const VALUES: [&str; 64] = [
        "",
        "1",
        "30",
        "0.5",
        "1.5",
        "5000",
        "N5",
        "90",
        "N33",
        "auto",
        "true",
        "false",
        "h",
        "v",
        "h_v",
        "max",
        "10_20_30_40",
        "4-3",
        "2_4",
        "iw_div_2",
        "bw_mul_0.9",
        "ih_sub_7_add_iar",
        "force",
        "at_max",
        "at_least",
        "maintain_ratio",
        "at_max_enlarge",
        "extract",
        "pad_resize",
        "pad_extract",
        "center",
        "top_left",
        "face",
        "car_dog",
        "custom",
        "FF0000",
        "00FF0080",
        "red",
        "blurred_20_10",
        "dominant",
        "gradient_dominant_4",
        "genfill",
        "5_FF0000",
        "FF0000_40_00FF00",
        "co-red_in-40",
        "2-2-0.8-0.024",
        "ld-top_from-green_to-00FF0010_sp-0.7",
        "bl-15_st-40_x-10_y-N10",
        "a-45",
        "p-10_10_200_5_180_190_3_170",
        "prompt-a%20cat",
        "promptenc-YSBjYXQ%3D",
        "az-90_el-45_st-30",
        "Open Sans",
        "a.ttf",
        "b_i_strikethrough",
        "right",
        "jpg",
        "png",
        "webp",
        "gif",
        "orig",
        "a.jpg",
        "name-\"one\"",
    ];

    /// The syntax around parameters: layers, conditions, texts, and separators.
    const AROUND: [&str; 37] = [
        "tr:",
        ":",
        ",",
        "l-image",
        "i-a.jpg",
        "i-ik_canvas",
        "l-text",
        "i-Hello World",
        "l-subtitle",
        "l-end",
        "i-%F0%9F%98%80",
        "ie-16nXnNeV150gYWJj",
        "lx-10",
        "lx-bw_sub_cw",
        "ly-N20",
        "ly-bh_mul_0.5",
        "lxc-5",
        "lyc-7",
        "lap-center",
        "lfo-bottom_right",
        "lm-multiply",
        "lm-displace",
        "lm-cutout",
        "lm-cutter",
        "if-w_gt_100",
        "if-ar_lte_1.5",
        "if-h_eq_5_and_w_ne_3",
        "if-else",
        "if-end",
        "_add_",
        "_sub_",
        "_mul_",
        "_div_",
        "_mod_",
        "_pow_",
        "@@",
        "%2C",
    ];

    /// Returns the words of the language in libFuzzer's format: each key with every value of [`VALUES`] that it
    /// accepts.
    fn dictionary() -> String {
        let works = |text: &str| {
            Transformation::parse(text, &Limits::default()).is_ok_and(|reading| reading.ignored.is_empty())
        };
        let mut words: Vec<String> = AROUND.iter().map(|&word| word.to_owned()).collect();
        for key in KEYS {
            let tokens =
                VALUES.iter().map(|value| if value.is_empty() { (*key).to_owned() } else { format!("{key}-{value}") });
            let known: Vec<_> = tokens.filter(|it| works(it) || works(&format!("l-text,i-a,{it},l-end"))).collect();
            assert!(!known.is_empty(), "no value of the list is one of `{key}`");
            words.extend(known);
        }
        let quoted = words.iter().map(|word| format!("\"{}\"\n", word.replace('"', "\\x22")));
        format!(
            "# Written by `ORIGINKIT_DICTIONARY=write cargo test --lib dictionary`.\n{}",
            quoted.collect::<String>()
        )
    }

    #[test]
    fn the_dictionary_of_the_fuzzer_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/transformation.dict");
        // The published package does not contain the fuzzer.
        if !path.parent().is_some_and(Path::exists) {
            return;
        }
        let current = dictionary();
        if std::env::var_os("ORIGINKIT_DICTIONARY").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).unwrap() == current,
            "a parameter has changed: {}",
            current.lines().next().unwrap()
        );
    }
}
