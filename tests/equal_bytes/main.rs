//! The same source, transformation and version give the same bytes on every machine: x86-64, 32 bits, WebAssembly.
//!
//! `hashes.txt` has the length and a hash of each result. A change of the bytes is a change of what caches hold: it
//! belongs into the changelog, and into the file with `ORIGINKIT_HASHES=renew cargo test --all-features --test equal_bytes`.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that cannot draw its image may stop"
)]

#[path = "../images/mod.rs"]
mod images;
mod sources;

use std::fmt::Write as _;

use bytes::Bytes;
use originkit::Renderer;
use originkit::transform::AssetPath;

use sources::*;

/// The name of a source, and what is made of it.
const RENDERS: &[(&str, &str)] = &[
    // Formats.
    ("photo", "f-jpg"),
    ("photo", "w-300,f-jpg,q-95"),
    ("photo", "w-150,f-jpg,pr-true"),
    ("photo", "w-97,h-61,c-force,f-png"),
    ("photo", "f-png"),
    ("photo", "w-120,f-gif"),
    ("badge", "w-80,f-png"),
    ("badge", "w-80,f-gif"),
    ("movie", "w-40,f-gif"),
    ("movie", "f-png,pg-3"),
    // Reading what was written above: reduced, cut out, whole.
    ("jpeg", "w-200,f-png"),
    ("jpeg", "w-40,f-jpg"),
    ("jpeg", "w-77,h-120,cm-extract,fo-right,f-png"),
    ("progressive", "w-60,f-png"),
    ("progressive", "w-211,f-jpg"),
    ("webp", "w-90,f-png"),
    // Colours.
    ("deep", "w-100,f-png"),
    ("deep", "f-png"),
    ("gamma", "w-100,f-png"),
    ("tables", "f-png"),
    ("inks", "f-png"),
    ("inks", "w-70,f-jpg"),
    // Sizes and places.
    ("photo", "w-130,h-130,fo-auto,f-png"),
    ("photo", "w-200,h-200,cm-pad_resize,bg-blurred_6_40,f-png"),
    ("photo", "w-260,h-200,cm-pad_resize,bg-gradient_dominant_4,f-png"),
    ("photo", "w-260,h-200,cm-pad_resize,bg-dominant,f-png"),
    ("photo", "w-iw_mul_0.37_pow_1.1,h-ih_div_1.7_mod_90,c-at_max,f-png"),
    ("movie", "t-5,f-png"),
    // Effects.
    ("photo", "bl-1.5,f-png"),
    ("photo", "bl-23,f-jpg"),
    ("badge", "bl-6,f-png"),
    ("photo", "rt-33,f-png"),
    ("badge", "rt-N7.5,f-png"),
    ("photo", "r-25,f-png"),
    ("photo", "r-max,f-png"),
    ("photo", "b-5_FF8800,e-grayscale,f-png"),
    ("photo", "e-contrast,f-png"),
    ("photo", "e-sharpen-40,f-png"),
    ("photo", "e-usm-2-3-0.8-0.02,f-png"),
    ("photo", "e-gradient-ld-33_from-FF0000_to-0000FF80_sp-0.7,f-png"),
    ("badge", "e-shadow-bl-8_st-60_x-10_y-12,f-png"),
    ("photo", "e-distort-p-10_20_270_5_250_180_30_140,f-png"),
    ("photo", "e-distort-a-70,f-png"),
    ("badge", "e-distort-a-N130,f-png"),
    ("photo", "cr-5080A0_40_FFAA00,f-png"),
    ("photo", "e-colorize-co-red_in-40,f-png"),
    // Layers.
    ("photo", "l-image,i-badge.png,w-60,rt-20,lx-12,ly-8,l-end,f-png"),
    ("photo", "l-image,i-badge.png,lm-multiply,l-end,f-png"),
    ("photo", "l-image,i-badge.png,lm-displace,lx-9,ly-5,l-end,f-png"),
    ("photo", "l-image,i-ik_canvas,w-90,h-50,bg-00808080,e-gradient-ld-top_from-white,r-12,l-end,f-jpg"),
    ("photo", "w-200:bl-2:rt-5:w-150,e-sharpen:r-9,f-png"),
];

/// Those that need the feature `text`.
const TEXTS: &[(&str, &str)] = &[
    ("photo", "l-text,i-Equal bytes,fs-31,co-FFFFFF,bg-00000060,pa-7,r-5,l-end,f-png"),
    ("photo", "l-text,i-Wavy 123,fs-40,tg-b_i,rt-12,co-FFDD00,l-end,f-png"),
    ("photo", "l-text,i-A long line that is broken,fs-19,w-90,ia-right,lh-24,l-end,f-jpg"),
    ("photo", "l-text,ie-16nXnNeV150g16LXldec150,fs-26,l-end,f-png"),
];

/// Those that need the feature `svg`.
const DRAWINGS: &[(&str, &str)] =
    &[("drawing", "f-png"), ("drawing", "w-333,f-png"), ("drawing", "w-50,f-jpg"), ("gradients", "w-150,f-png")];

/// Those of the encoder in C; without it WebP is written by other code, and never with loss.
const LIBWEBP: &[(&str, &str)] = &[("photo", "w-150,f-webp"), ("badge", "w-80,f-webp"), ("photo", "f-webp,lo-true")];
const LOSSLESS: &[(&str, &str)] = &[("photo", "f-webp"), ("badge", "w-80,f-webp")];

/// Those that other crates calculate by code for the processor (`moxcms`, `tiny-skia`): compared only where the list was
/// made. `src/guide/caching.md` names them.
const OF_THE_PROCESSOR: &[&str] = &["tables f-png", "inks f-png", "inks w-70,f-jpg", "gradients w-150,f-png"];

/// Returns `true` on a processor such as that where the list was made.
fn is_known_processor() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let known = std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let known = false;
    known
}

const DRAWING: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='200' height='150'>
<rect x='10.3' y='12.7' width='90' height='60' rx='11' fill='#1166aa' transform='rotate(11 50 50)'/>
<circle cx='130' cy='70' r='44.4' fill='#ffcc00' fill-opacity='0.7' stroke='#330044' stroke-width='3.3'/>
<path d='M5 140 C40 20 90 170 190 40' fill='none' stroke='#dd2255' stroke-width='7' stroke-dasharray='13 4'/></svg>";

const GRADIENTS: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='100' height='80'>
<defs><linearGradient id='a' gradientTransform='rotate(30)'><stop offset='0' stop-color='#f00'/><stop offset='1' stop-color='#00f8'/></linearGradient>
<radialGradient id='b' fx='0.3'><stop offset='0.1' stop-color='#fff'/><stop offset='0.9' stop-color='#063'/></radialGradient>
<filter id='c'><feGaussianBlur stdDeviation='2.5'/></filter></defs>
<rect width='100' height='80' fill='url(#a)'/><ellipse cx='55' cy='40' rx='35' ry='25' fill='url(#b)' style='mix-blend-mode:color-dodge'/>
<circle cx='25' cy='55' r='15' fill='#0af' filter='url(#c)'/></svg>";

#[test]
fn results_have_the_hashes_of_the_list() {
    let mut seen = Hashes::default();
    let photo = photo(300, 200);
    let renderer =
        Renderer::new().files(vec![(AssetPath::from_text("badge.png").unwrap(), Bytes::from(png(badge(64))))]);
    let of_photo = |text: &str| renderer.render(&png(photo.clone()), &text.parse().unwrap()).unwrap().bytes.to_vec();
    let mut lossless = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut lossless)
        .encode(photo.as_raw(), 300, 200, image::ExtendedColorType::Rgb8)
        .unwrap();
    let sources = [
        ("photo", png(photo.clone())),
        ("badge", png(badge(96))),
        ("movie", movie()),
        ("deep", deep(&photo)),
        ("gamma", with_gamma(&photo)),
        ("tables", with_tables(&photo)),
        ("inks", inks(&photo)),
        ("webp", lossless),
        ("jpeg", of_photo("f-jpg,q-90")),
        ("progressive", of_photo("f-jpg,pr-true,q-95")),
        ("drawing", DRAWING.into()),
        ("gradients", GRADIENTS.into()),
    ];
    let wanted = [
        (RENDERS, true),
        (TEXTS, cfg!(feature = "text")),
        (DRAWINGS, cfg!(feature = "svg")),
        (LIBWEBP, cfg!(feature = "webp-lossy")),
        (LOSSLESS, !cfg!(feature = "webp-lossy")),
    ];
    for (source, bytes) in &sources {
        seen.add(format!("source {source}"), bytes);
    }
    for (renders, _) in wanted.iter().filter(|(_, wanted)| *wanted) {
        for (name, text) in *renders {
            let (_, bytes) = sources.iter().find(|(source, _)| source == name).unwrap();
            let made = renderer.render(bytes, &text.parse().unwrap()).unwrap_or_else(|e| panic!("{name} {text}: {e}"));
            let code = if *renders == LOSSLESS { " without libwebp" } else { "" };
            seen.add(format!("{name} {text}{code}"), &made.bytes);
        }
    }
    for (name, bytes) in sources.iter().take(3) {
        seen.add(format!("{name} inspected"), renderer.inspect(bytes).unwrap().to_json().as_bytes());
    }
    seen.compare();
}

/// The lines of `hashes.txt`.
#[derive(Default)]
struct Hashes(Vec<(String, String)>);

impl Hashes {
    fn add(&mut self, name: String, bytes: &[u8]) {
        // FNV-1a.
        let hash = bytes
            .iter()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
        self.0.push((name, format!("{:>6} {hash:016x}", bytes.len())));
    }

    /// Compares with the list, or writes it.
    fn compare(self) {
        let list = |lines: &str| -> Vec<(String, String)> {
            lines.lines().map(|line| (line[24..].to_owned(), line[..23].to_owned())).collect()
        };
        let kept = list(include_str!("hashes.txt"));
        if std::env::var("ORIGINKIT_HASHES").is_ok_and(|what| what == "renew") {
            // Lines of other features stay as they are.
            let mut all = self.0;
            for (name, hash) in kept {
                if !all.iter().any(|(own, _)| *own == name) {
                    all.push((name, hash));
                }
            }
            let text: String = all.into_iter().map(|(name, hash)| format!("{hash} {name}\n")).collect();
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/equal_bytes/hashes.txt"), text).unwrap();
            return;
        }
        let mut differ = String::new();
        let everywhere = |name: &str| is_known_processor() || !OF_THE_PROCESSOR.contains(&name);
        for (name, hash) in self.0.iter().filter(|(name, _)| everywhere(name)) {
            let want = kept.iter().find(|(own, _)| own == name).map_or("not in the list", |(_, hash)| hash);
            if want != hash {
                writeln!(differ, "{name}: {hash}, not {want}").unwrap();
            }
        }
        assert!(differ.is_empty(), "{} of {} results differ:\n{differ}", differ.lines().count(), self.0.len());
    }
}
