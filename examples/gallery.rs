//! A page with every parameter applied to images: `cargo run --release --example gallery -- OUT_DIR [PHOTO...]`.
//!
//! It draws its images itself and takes photos of yours beside them. Results and an `index.html` that shows
//! them go to `OUT_DIR`. What this build refuses is shown with its reason.
//!
//! `cargo run --release --features text --example gallery -- --readme` renders the images of the table in `README.md`,
//! each from the URL in its row, and writes them to `docs/images`.

mod images;

use std::fmt::Write as _;
use std::path::Path;

use originkit::render::Encoded;
use originkit::transform::AssetPath;
use originkit::{Endpoint, Engine, Format, Origin, Renderer, bytes::Bytes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: gallery OUT_DIR [PHOTO...] | --readme")?;
    if folder == "--readme" {
        return readme();
    }
    std::fs::create_dir_all(&folder)?;
    let mut sources: Vec<(String, Bytes)> = Vec::new();
    for name in ["photo.jpg", "badge.png", "sideways.jpg"] {
        sources.push((name.to_owned(), images::draw(name).ok_or("no such image")?.into()));
    }
    for photo in arguments {
        let name = Path::new(&photo).file_name().unwrap_or_default().to_string_lossy().into_owned();
        sources.push((name, std::fs::read(&photo)?.into()));
    }
    let mut renderer = Renderer::new();
    for (name, bytes) in &sources {
        renderer.files.push((AssetPath::from_text(name)?, bytes.clone()));
    }

    let mut page = String::from(HEAD);
    let mut count = 0;
    for (title, rows) in SECTIONS {
        write!(page, "<h2>{title}</h2>")?;
        for (number, (name, bytes)) in sources.iter().enumerate() {
            // Layouts and texts look alike on every image.
            if *title != "Looks" && number == 2 {
                continue;
            }
            write!(page, "<h3>{name}</h3>")?;
            for text in *rows {
                count += 1;
                let figure = match drawn(bytes, text, &renderer) {
                    Ok(result) => {
                        let file = format!("{count:04}.{}", result.format.extension());
                        std::fs::write(format!("{folder}/{file}"), &result.bytes)?;
                        format!(
                            "<img src={file}><figcaption>{}<br>{} {} bytes",
                            escaped(text),
                            result.size,
                            result.bytes.len()
                        )
                    }
                    Err(error) => format!("<figcaption class=no>{}<br>{}", escaped(text), escaped(&error.to_string())),
                };
                write!(page, "<figure>{figure}</figcaption></figure>")?;
            }
        }
    }
    std::fs::write(format!("{folder}/index.html"), page)?;
    println!("{folder}/index.html: {count} images");
    Ok(())
}

/// Renders the images of the README's table: a row has a URL, `tr:w-144/photo.jpg`, and an image, `![size][]`.
///
/// The README shows them by paths of the repository. `docs/images/links.md` has their addresses at docs.rs, for the
/// crate page, which shows the same table.
fn readme() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("docs/images");
    let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
    let engine = Engine::builder().endpoint(endpoint).build()?;
    let mut renderer = Renderer::new().accept(vec![Format::WebP]);
    for name in ["photo.jpg", "badge.png", "sunrise.gif"] {
        renderer.files.push((AssetPath::from_text(name)?, images::draw(name).ok_or("no such image")?.into()));
    }
    let (mut links, mut total) = (String::new(), 0);
    for row in std::fs::read_to_string(root.join("README.md"))?.lines() {
        let Some((before, image)) = row.split_once("| ![") else { continue };
        let name = image.split(']').next().unwrap_or_default();
        let url = before.split('`').find(|text| text.starts_with("tr:")).ok_or_else(|| format!("no URL: {row}"))?;
        let url = engine.parse(&format!("https://img.example.com/{url}"))?;
        let source = images::draw(url.path()).ok_or_else(|| format!("no such image: {row}"))?;
        let result = renderer.render(&source, url.transformation())?;
        let file = format!("{name}.{}", result.format.extension());
        std::fs::write(folder.join(&file), &result.bytes)?;
        total += result.bytes.len();
        println!("{file}: {}, {} bytes", result.size, result.bytes.len());
        writeln!(links, "[{name}]: https://docs.rs/crate/originkit/latest/source/docs/images/{file}")?;
    }
    std::fs::write(folder.join("links.md"), links)?;
    println!("{total} bytes");
    Ok(())
}

fn drawn(file: &[u8], text: &str, renderer: &Renderer) -> Result<Encoded, Box<dyn std::error::Error>> {
    Ok(renderer.render(file, &shown(text).parse()?)?)
}

/// Returns the transformation for the page: small, and lossless for looks.
fn shown(text: &str) -> String {
    text.strip_prefix('=').map_or_else(|| format!("w-240:{text}"), str::to_owned)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

const HEAD: &str = concat!(
    "<!doctype html><meta charset=utf-8><title>originkit: gallery</title>",
    "<style>body{font:12px sans-serif;background:repeating-conic-gradient(#ddd 0 25%,#fff 0 50%) 0 0/16px 16px}",
    "h2,h3{background:#fff;margin:0;padding:4px}figure{display:inline-block;margin:6px;vertical-align:top;max-width:330px}",
    "figcaption{background:#fff;overflow-wrap:anywhere}.no{color:#a00}</style>",
);

/// The titles and rows. A row is appended to `w-240:`, or starts with `=` and is used unchanged.
const SECTIONS: &[(&str, &[&str])] = &[
    (
        "Size, crop, focus",
        &[
            "=w-240",
            "=h-120",
            "=w-0.15",
            "=w-120,ar-1-1",
            "=w-120,dpr-2",
            "=w-240,h-120",
            "=w-240,h-120,c-force",
            "=w-240,h-120,c-at_max",
            "=w-240,h-120,c-at_least",
            "=w-120,h-240,fo-left",
            "=w-120,h-240,fo-right",
            "=w-120,h-240,fo-auto",
            "=w-120,h-240,fo-face",
            "=w-240,h-240,cm-extract",
            "=w-240,h-240,cm-extract,x-300,y-200",
            "=w-240,h-240,cm-pad_resize",
            "=w-240,h-240,cm-pad_resize,bg-F3F3F3,fo-top",
            "=w-240,h-240,cm-pad_resize,bg-blurred",
            "=w-240,h-240,cm-pad_resize,bg-blurred_60_N80",
            "=w-240,h-240,cm-pad_resize,bg-dominant",
            "=w-240,h-240,cm-pad_resize,bg-gradient_dominant",
            "=w-240,h-240,cm-pad_resize,bg-gradient_dominant_4",
            "rt-90",
            "rt-20,bg-gold",
            "fl-h",
            "fl-v",
            "=t-true,w-240",
            "=if-ar_gt_1,w-240,if-else,h-120,if-end",
            "=w-iw_div_8_add_40,h-120,c-force",
        ],
    ),
    (
        "Looks",
        &[
            "r-20,f-png",
            "r-max,f-png",
            "r-max_0_40_0,f-png",
            "o-50,f-png",
            "o-50,bg-red",
            "b-8_gold,r-30,f-png",
            "r-30,rt-20,f-png",
            "bl-2",
            "bl-12",
            "bl-60",
            "e-grayscale",
            "e-contrast",
            "e-sharpen",
            "e-sharpen-300",
            "e-usm",
            "e-usm-2-3-3-0.02",
            "e-gradient",
            "e-gradient-ld-top_right_from-FF000080_to-0000FF80",
            "e-gradient-ld-left_from-black_to-00000000_sp-0.5",
            "e-shadow,f-png",
            "e-shadow-bl-0_st-60_x-5_y-N5,f-png",
            "e-shadow-bl-15_st-90_x-8_y-8,bg-white",
            "e-colorize-co-red_in-60",
            "e-colorize-co-gold",
            "cr-lime_30_gold",
            "cr-FF3300",
            "e-distort-p-30_20_220_0_230_150_0_140,f-png",
            "e-distort-a-90,f-png",
            "e-distort-a-N60,f-png",
            "e-distort-a-300,f-png",
        ],
    ),
    (
        "Layers",
        &[
            "l-image,i-badge.png,w-80,lfo-bottom_right,l-end",
            "l-image,i-badge.png,w-bw_div_4,lx-N10,ly-10,o-60,l-end",
            "l-image,i-badge.png,w-80,t-false,rt-30,lxc-bw_div_2,lyc-40,l-end",
            "l-image,i-photo.jpg,w-90,b-4_white,lfo-top_left,l-image,i-badge.png,w-40,lfo-bottom_right,l-end,l-end",
            "l-image,i-photo.jpg,w-100,h-100,r-max,lap-bottom_right,lxc-N60,lyc-N60,l-end",
            "l-image,i-ik_canvas,bg-00000060,w-bw,h-30,ly-N0,l-end",
            "l-image,i-ik_canvas,e-gradient-from-black_to-00000000_ld-top,w-bw,h-bh_div_2,ly-N0,l-end",
            "l-image,i-badge.png,w-200,lm-multiply,l-end",
            "l-image,i-badge.png,w-100,lm-cutout,l-end,f-png",
            "l-image,i-badge.png,w-140,lm-cutter,l-end,f-png",
            "l-image,i-badge.png,lm-displace,lx-15,ly-15,l-end",
        ],
    ),
    (
        "Text",
        &[
            "l-text,i-Hello%20world,fs-30,co-white,l-end",
            "l-text,i-The quick brown fox jumps over the lazy dog,w-180,fs-20,co-white,bg-00000070,pa-10,r-12,l-end",
            "l-text,i-right aligned lines that are wrapped,w-160,fs-18,ia-right,co-yellow,lh-30,lfo-top,l-end",
            "l-text,i-bold,fs-40,tg-b,co-white,lfo-top_left,l-end,l-text,i-italic,fs-40,tg-i,co-white,lfo-bottom_right,l-end",
            "l-text,i-both struck,fs-30,tg-b_i_strikethrough,co-red,bg-white,pa-4_12,l-end",
            "l-text,ie-zrrOsc67zrfOvM6tz4HOsSDQvNC40YAgw6nMgQ==,fs-30,co-white,l-end",
            "l-text,ie-16nXnNeV150g16LXldec150=,fs-30,co-white,l-end",
            "l-text,i-turned,fs-30,rt-N30,co-gold,l-end",
            "l-text,i-al,fs-90,al-4,co-FFFFFF,l-end",
        ],
    ),
    (
        "Output",
        &[
            "=w-240,q-10",
            "=w-240,q-95",
            "=w-240,pr-true",
            "=w-240,f-webp",
            "=w-240,f-webp,lo-true",
            "=w-240,f-png",
            "=w-240,f-avif",
            "=w-240,dn-300",
            "=w-240,cp-true,md-true",
        ],
    ),
];
