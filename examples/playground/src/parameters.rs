//! Every parameter with a control and an example. The list is that of the crate; this file adds what only a page needs.

use originkit::DeliveryUrl;
use originkit::transform::{ParameterPlace, Transformation};
use serde_json::{Value, json};

use crate::message::put;

/// The groups, in the order of the page.
pub(crate) const GROUPS: [&str; 11] = [
    "Size",
    "Crop and place",
    "Focus",
    "Turn",
    "Colour and border",
    "Effects",
    "Text layers",
    "Layers",
    "Output",
    "Effects of a provider",
    "Around the transformation",
];

/// The control with which a value is entered.
#[derive(Debug, Clone, Copy)]
enum Control {
    /// A whole or decimal number, from least to most, in steps.
    Number(f64, f64, f64),
    /// On or off. On is the key alone, or `-true` if the parameter takes no key alone.
    Flag,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// One of the words that the crate lists for the key.
    Words,
    /// A colour, or a text about colours.
    Color,
    /// Anything; the crate says what is wrong with it.
    Text,
}

use Control::{Choice, Color, Flag, Number, Text, Words};

const YES: Control = Choice(&["true", "false"]);

/// Returns the group, a title, the control and an example of a key.
#[rustfmt::skip]
fn row(key: &str) -> Option<(&'static str, &'static str, Control, &'static str)> {
    let [size, place, focus, turn, paint, effects, text, layers, output, provider, around] = GROUPS;
    Some(match key {
        "w" => (size, "Width: pixels, or a share below 1", Text, "w-300"),
        "h" => (size, "Height: pixels, or a share below 1", Text, "h-200"),
        "ar" => (size, "Aspect ratio, width to height", Text, "w-300,ar-16-9"),
        "dpr" => (size, "Pixels of the screen per pixel of the page", Number(0.1, 5.0, 0.1), "w-150,dpr-2"),
        "t" => (size, "Trim the margin; a number is the tolerance in percent", Text, "t-true,w-300"),
        "pg" => (size, "Page or frame, from 1", Text, "pg-1,w-300"),
        "n" => (size, "A named transformation, see the settings below", Text, "n-thumb"),
        "c" => (place, "How the image fits the box", Words, "w-300,h-300,c-at_max"),
        "cm" => (place, "Pad or extract instead of resizing", Words, "w-300,h-300,cm-pad_resize,bg-F3D9C1"),
        "x" => (place, "Left edge of the region", Number(0.0, 4000.0, 10.0), "w-400,h-400,cm-extract,x-700,y-300"),
        "y" => (place, "Upper edge of the region", Number(0.0, 4000.0, 10.0), "w-400,h-400,cm-extract,x-200,y-400"),
        "xc" => (place, "Centre of the region, from the left", Number(0.0, 4000.0, 10.0), "w-400,h-400,cm-extract,xc-800,yc-500"),
        "yc" => (place, "Centre of the region, from above", Number(0.0, 4000.0, 10.0), "w-400,h-400,cm-extract,xc-500,yc-500"),
        "fo" => (focus, "What stays in sight", Words, "w-200,h-300,fo-auto"),
        "z" => (focus, "Zoom on a face or an object: above 1 closer", Number(0.1, 5.0, 0.1), "w-300,h-300,fo-face,z-1.5"),
        "rt" => (turn, "Degrees clockwise, N before a number is minus", Text, "w-300:rt-15,bg-gold"),
        "fl" => (turn, "Mirror", Choice(&["h", "v", "h_v"]), "w-300,fl-h"),
        "bg" => (paint, "Background: a colour, blurred, dominant, gradient_dominant", Color, "w-300,h-300,cm-pad_resize,bg-blurred"),
        "b" => (paint, "Border: width and colour", Text, "w-300,b-8_FFD666"),
        "r" => (paint, "Radius of the corners, or max", Text, "w-300,h-300,r-max"),
        "o" => (paint, "Opacity in percent", Number(0.0, 100.0, 5.0), "w-300,o-50"),
        "cr" => (paint, "Replace a colour: new, tolerance, old", Text, "w-300,cr-FF3300_30_FFD666"),
        "bl" => (effects, "Blur", Number(1.0, 100.0, 1.0), "w-300:bl-6"),
        "e-colorize" => (effects, "Tint: colour and strength", Text, "w-300,e-colorize-co-red_in-60"),
        "e-grayscale" => (effects, "Shades of grey", Flag, "w-300,e-grayscale"),
        "e-contrast" => (effects, "Stretch the contrast", Flag, "w-300,e-contrast"),
        "e-sharpen" => (effects, "Sharpen; without a number by itself", Text, "w-300,e-sharpen-10"),
        "e-usm" => (effects, "Unsharp mask: radius, sigma, amount, threshold", Text, "w-300,e-usm-2-2-0.8-0.024"),
        "e-gradient" => (effects, "Gradient over the image", Text, "w-300,e-gradient-ld-top_from-green_to-00FF0010_sp-0.7"),
        "e-shadow" => (effects, "Shadow of what is not transparent", Text, "w-300,e-shadow-bl-15_st-40_x-10_y-10"),
        "e-distort" => (effects, "Perspective or arc", Text, "w-300:e-distort-a-60"),
        "fs" => (text, "Size of the font", Number(8.0, 400.0, 4.0), "w-400,l-text,i-Hello,fs-64,co-FFFFFF,l-end"),
        "ff" => (text, "Family of the font", Text, "w-400,l-text,i-Hello,ff-Open Sans,fs-64,co-FFFFFF,l-end"),
        "co" => (text, "Colour of the text", Color, "w-400,l-text,i-Hello,fs-64,co-FFD666,l-end"),
        "ia" => (text, "Alignment inside the block", Choice(&["left", "right", "center"]), "w-400,l-text,i-Hello,fs-40,w-300,ia-right,bg-00000080,l-end"),
        "pa" => (text, "Padding of the block", Text, "w-400,l-text,i-Hello,fs-40,pa-20,bg-00000080,l-end"),
        "al" => (text, "Opacity of the layer, 1 to 9", Number(1.0, 9.0, 1.0), "w-400,l-text,i-Hello,fs-64,al-5,l-end"),
        "tg" => (text, "Bold, italic, struck through", Choice(&["b", "i", "b_i", "strikethrough"]), "w-400,l-text,i-Hello,fs-64,tg-b_i,co-FFFFFF,l-end"),
        "lh" => (text, "Height of a line", Number(8.0, 400.0, 4.0), "w-400,l-text,i-Hello World again,fs-40,w-200,lh-60,co-FFFFFF,l-end"),
        "i" => (layers, "File or text of the layer", Text, "w-400,l-image,i-badge.png,w-120,l-end"),
        "ie" => (layers, "The same in base64", Text, "w-400,l-text,ie-SGVsbG8=,fs-64,co-FFFFFF,l-end"),
        "lx" => (layers, "From the left edge; N from the right", Text, "w-400,l-image,i-badge.png,w-120,lx-20,l-end"),
        "ly" => (layers, "From the upper edge; N from below", Text, "w-400,l-image,i-badge.png,w-120,ly-N20,l-end"),
        "lxc" => (layers, "Its centre, from the left", Text, "w-400,l-image,i-badge.png,w-120,lxc-200,l-end"),
        "lyc" => (layers, "Its centre, from above", Text, "w-400,l-image,i-badge.png,w-120,lyc-130,l-end"),
        "lap" => (layers, "The point of the layer that lx and ly place", Words, "w-400,l-image,i-badge.png,w-120,lx-200,ly-100,lap-center,l-end"),
        "lfo" => (layers, "Side or corner of the base", Words, "w-400,l-image,i-badge.png,w-120,lfo-bottom_right,l-end"),
        "lm" => (layers, "How it is mixed with the base", Words, "w-400,l-image,i-badge.png,w-260,lm-multiply,l-end"),
        "f" => (output, "Format", Words, "w-300,f-png"),
        "q" => (output, "Quality", Number(1.0, 100.0, 1.0), "w-300,f-jpg,q-10"),
        "lo" => (output, "Lossless", YES, "w-300,f-webp,lo-true"),
        "pr" => (output, "Progressive JPEG", YES, "w-300,f-jpg,pr-true"),
        "cp" => (output, "Keep the colour profile", YES, "w-300,cp-true"),
        "md" => (output, "Keep the metadata", YES, "w-300,md-true"),
        "dn" => (output, "Density that the file states, in dots per inch", Number(1.0, 1000.0, 1.0), "w-300,dn-300"),
        "c2pa" => (output, "Credentials of content", Flag, "w-300,c2pa-true"),
        "orig" => (output, "The original, unchanged", Flag, "orig-true"),
        "di" => (output, "The image in place of a missing one", Text, "w-300,di-badge.png"),
        "e-bgremove" => (provider, "Remove the background", Flag, "e-bgremove"),
        "e-removedotbg" => (provider, "Remove the background, by another service", Flag, "e-removedotbg"),
        "e-dropshadow" => (provider, "Drop shadow", Text, "e-dropshadow-az-90_el-45_st-30"),
        "e-changebg" => (provider, "Another background, by a prompt", Text, "e-changebg-prompt-snow"),
        "e-edit" => (provider, "Edit by a prompt", Text, "e-edit-prompt-winter"),
        "e-retouch" => (provider, "Retouch", Flag, "e-retouch"),
        "e-upscale" => (provider, "Upscale", Flag, "e-upscale"),
        "e-genvar" => (provider, "A variation", Flag, "e-genvar"),
        "tr" => (around, "The transformation, in the query", Text, "w-300"),
        "ik-s" => (around, "Signature", Text, "0123abcd"),
        "ik-t" => (around, "Expiry, in seconds since 1970", Number(0.0, 9_999_999_999.0, 1.0), "1893456000"),
        "ik-attachment" => (around, "Save instead of show", Flag, "true"),
        "ik-attachment-filename" => (around, "The name of the saved file", Text, "holiday.jpg"),
        "ik-sanitizeSvg" => (around, "Sanitise an SVG that passes through", YES, "true"),
        "ik-obj-version" => (around, "The version of the object, for caches", Text, "2"),
        _ => return None,
    })
}

/// Every parameter of the crate, in its order.
pub(crate) fn all() -> impl Iterator<Item = Value> {
    let of_transformations = Transformation::parameters().map(|it| {
        let mut json = described(it.key, it.words, false);
        put(&mut json, "in_base", it.places.contains(&ParameterPlace::Base));
        json
    });
    of_transformations.chain(DeliveryUrl::query_parameters().iter().map(|key| described(key, &[], true)))
}

fn described(key: &str, words: &[&str], in_query: bool) -> Value {
    // One that is not in the table is shown nevertheless; a test says that there is none.
    let (group, title, control, example) = row(key).unwrap_or((GROUPS[0], "", Text, ""));
    let control = match control {
        Number(least, most, step) => json!({ "type": "number", "min": least, "max": most, "step": step }),
        Flag => {
            json!({ "type": "flag", "value": if in_query || matches!(key, "orig" | "c2pa") { "true" } else { "" } })
        }
        Choice(values) => json!({ "type": "choice", "values": values }),
        Words => json!({ "type": "choice", "values": words }),
        Color => json!({ "type": "color", "values": words }),
        Text => json!({ "type": "text", "values": words }),
    };
    json!({ "key": key, "group": group, "title": title, "control": control, "example": example, "in_query": in_query })
}

#[cfg(test)]
mod tests {
    use originkit::Limits;

    use super::*;

    fn keys() -> impl Iterator<Item = &'static str> {
        Transformation::parameters().map(|it| it.key).chain(DeliveryUrl::query_parameters().iter().copied())
    }

    #[test]
    fn no_parameter_is_missing_and_none_is_made_up() {
        let missing: Vec<_> = keys().filter(|key| row(key).is_none()).collect();
        assert!(missing.is_empty(), "without a row: {missing:?}");
        // The table has no other rows: its keys are the words before the arrows in this file.
        let file = include_str!("parameters.rs");
        let rows =
            file.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" => (")).map(|(key, _)| key);
        let unknown: Vec<_> = rows.filter(|key| !keys().any(|known| known == *key)).collect();
        assert!(unknown.is_empty(), "not a parameter: {unknown:?}");
        assert_eq!(all().count(), keys().count());
    }

    #[test]
    fn every_example_has_an_effect_and_shows_its_key() {
        for parameter in Transformation::parameters() {
            let (_, _, _, example) = row(parameter.key).unwrap();
            let reading =
                Transformation::parse(example, &Limits::default()).unwrap_or_else(|error| panic!("{error:#}"));
            assert!(reading.ignored.is_empty(), "{example}: {:?}", reading.ignored);
            let tokens = example.split([',', ':']);
            let has = |token: &str| token == parameter.key || token.starts_with(&format!("{}-", parameter.key));
            assert!(tokens.into_iter().any(has), "{example} does not show {}", parameter.key);
        }
    }

    #[test]
    fn every_value_of_a_control_is_accepted() {
        for parameter in Transformation::parameters() {
            let (_, _, _, example) = row(parameter.key).unwrap();
            let json = described(parameter.key, parameter.words, false);
            let control = &json["control"];
            let values: Vec<String> = match control["type"].as_str().unwrap() {
                "number" => [&control["min"], &control["max"]].map(|it| it.as_f64().unwrap().to_string()).into(),
                "flag" => vec![control["value"].as_str().unwrap().to_owned()],
                "choice" => {
                    control["values"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
                }
                _ => continue,
            };
            assert!(!values.is_empty(), "{}", parameter.key);
            for value in values {
                let token =
                    if value.is_empty() { parameter.key.to_owned() } else { format!("{}-{value}", parameter.key) };
                let is_own = |it: &&str| *it == parameter.key || it.starts_with(&format!("{}-", parameter.key));
                let old = example.split([',', ':']).find(is_own).unwrap();
                let reading = Transformation::parse(&example.replacen(old, &token, 1), &Limits::default()).unwrap();
                assert!(reading.ignored.iter().all(|it| it.token != token), "{token}: {:?}", reading.ignored);
            }
        }
    }
}
