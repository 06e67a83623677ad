//! Transforms a file: `cargo run --release --example transform IN OUT 'w-300,h-200'`.
//!
//! It uses the renderer alone, on bytes in memory, without a URL or an origin.

use std::process::ExitCode;

use originkit::transform::Transformation;
use originkit::{Limits, Renderer};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [input, output, text] = arguments.as_slice() else {
        return Err("usage: transform IN OUT 'w-300,h-200'".into());
    };
    let reading = Transformation::parse(text, &Limits::default()).map_err(|error| format!("{error:#}"))?;
    for ignored in &reading.ignored {
        eprintln!("ignored: {ignored}");
    }
    let image = (Renderer::new()).render(&std::fs::read(input)?, &reading.transformation)?;
    std::fs::write(output, &image.bytes)?;
    println!("{output}: {} {}, {} bytes", image.format, image.size, image.bytes.len());
    Ok(())
}
