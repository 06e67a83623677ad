//! Describes pictures: `cargo run --release --example inspect FILE...`, one line of JSON each.
//!
//! What a page needs before a picture is there: its size, its colours, and two placeholders.

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
