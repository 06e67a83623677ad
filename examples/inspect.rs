//! Describes images: `cargo run --release --example inspect FILE...`, one line of JSON each.
//!
//! A line has the data that a page needs before the image has loaded: its size, its colours, and two placeholders.

use std::process::ExitCode;

use originkit::Renderer;

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for path in std::env::args().skip(1) {
        match describe(&path) {
            Ok(json) => println!("{json}"),
            Err(error) => {
                eprintln!("{path}: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn describe(path: &str) -> Result<String, Box<dyn std::error::Error>> {
    Ok((Renderer::new()).inspect(&std::fs::read(path)?)?.to_json())
}
