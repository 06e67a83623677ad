//! A page with every parameter of looks: `cargo run --release --example gallery -- OUT_DIR`.
//!
//! It draws its pictures itself, writes the results as PNG and an `index.html` that shows them. What
//! this version refuses is shown with its reason.

mod pictures;

use std::fmt::Write as _;

use originkit::{Options, transform};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: gallery OUT_DIR")?;
    std::fs::create_dir_all(&folder)?;
    let mut page = String::from(concat!(
        "<!doctype html><title>originkit: looks</title>",
        "<style>body{font:13px sans-serif;background:repeating-conic-gradient(#ddd 0 25%,#fff 0 50%) 0 0/16px 16px}",
        "figure{display:inline-block;margin:8px}figcaption{background:#fff}</style>",
    ));
    for name in ["photo.jpg", "badge.png"] {
        let file = pictures::draw(name).ok_or("no such picture")?;
        for (number, text) in LOOKS.iter().enumerate() {
            let wanted = format!("w-240:{text},f-png").parse()?;
            match transform(&file, &wanted, &Options::default()) {
                Ok(result) => {
                    let output = format!("{}-{number:02}.png", name.split('.').next().unwrap_or(name));
                    std::fs::write(format!("{folder}/{output}"), &result.bytes)?;
                    write!(page, "<figure><img src={output}><figcaption>{text}</figcaption></figure>")?;
                }
                Err(error) => write!(page, "<figure><figcaption>{text}: {error}</figcaption></figure>")?,
            }
        }
    }
    std::fs::write(format!("{folder}/index.html"), page)?;
    println!("{folder}/index.html");
    Ok(())
}

const LOOKS: [&str; 30] = [
    "r-20",
    "r-max",
    "r-max_0_40_0",
    "o-50",
    "o-50,bg-red",
    "b-8_gold,r-30",
    "r-30,rt-20",
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
    "e-shadow",
    "e-shadow-bl-0_st-60_x-5_y-N5",
    "e-shadow-bl-15_st-90_x-8_y-8,bg-white",
    "w-240,h-240,cm-pad_resize,bg-blurred",
    "w-240,h-240,cm-pad_resize,bg-dominant",
    "w-240,h-240,cm-pad_resize,bg-gradient_dominant_4",
    "e-colorize-co-red_in-60",
    "cr-lime_30_gold",
    "e-distort-p-30_20_220_0_240_160_0_140",
    "e-distort-a-90",
    "e-distort-a-N60",
];
