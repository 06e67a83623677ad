//! Faces, objects and stored areas from a custom model, in any language.
//!
//! ```text
//! cargo run --release --example detector IN OUT 'w-300,h-300,fo-face' 'python3 find.py'
//! ```
//!
//! `originkit` includes no model. A closure makes any model a [`Detector`]: here one that starts a program, writes the
//! image to it as PPM, and reads a line for each area that was found,
//!
//! ```text
//! face 0.98 412 96 120 150        label, confidence, left, top, width, height in pixels
//! dog  0.71 30.5 200 310 280
//! ```
//!
//! A model in the same process, or one that is reached by a socket, is used in the same way. Areas that editors stored
//! with an asset (`fo-custom`) need no model: they come from a table.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::{Command, ExitCode, Stdio};

use originkit::Renderer;
use originkit::extend::{Bitmap, BoxError, Detector, Extensions, Found, Object, Region, Search, Subject};

/// A function from an image to labelled areas, and the areas stored with assets.
struct Model<F> {
    find: F,
    stored: HashMap<String, Region>,
}

/// The label, the confidence and the area.
type Seen = (String, f32, Region);

impl<F> Detector for Model<F>
where
    F: Fn(&Bitmap) -> Result<Vec<Seen>, BoxError> + Send + Sync,
{
    fn find(&self, search: &Search<'_>) -> Result<Vec<Found>, BoxError> {
        let wanted: Vec<&str> = match search.subject {
            // The built-in detector answers if this one does not.
            Subject::Salient => return Ok(Vec::new()),
            Subject::Custom => return Ok(self.stored.get(search.asset).copied().map(Found::at).into_iter().collect()),
            Subject::Faces => vec!["face"],
            Subject::Objects(objects) => objects.iter().copied().map(Object::name).collect(),
            // Subjects that later versions may add.
            _ => return Ok(Vec::new()),
        };
        let seen = (self.find)(search.image)?;
        let found = |(name, score, area): Seen| {
            let mut found = Found::at(area);
            found.score = score;
            found.label = Object::new(&name);
            found
        };
        Ok(seen.into_iter().filter(|(name, ..)| wanted.contains(&name.as_str())).map(found).collect())
    }
}

/// Runs a program on an image.
fn ask(command: &str, image: &Bitmap) -> Result<Vec<Seen>, BoxError> {
    let mut words = command.split_whitespace();
    let program = words.next().ok_or("no program was named")?;
    let mut child = Command::new(program).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().ok_or("the program takes no input")?;
    writeln!(input, "P6 {} {} 255", image.size().width, image.size().height)?;
    let colors = image.rgba().chunks_exact(4).filter_map(|pixel| pixel.first_chunk::<3>());
    input.write_all(&colors.flatten().copied().collect::<Vec<u8>>())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{program}: {}", output.status).into());
    }
    String::from_utf8(output.stdout)?.lines().map(read).collect()
}

fn read(line: &str) -> Result<Seen, BoxError> {
    let mut words = line.split_whitespace();
    let name = words.next().ok_or("an empty line")?.to_owned();
    let score = words.next().ok_or("no score")?.parse()?;
    let numbers = words.map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let [x, y, width, height] = numbers.try_into().map_err(|_| format!("four numbers, not: {line}"))?;
    Ok((name, score, Region { x, y, width, height }))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), BoxError> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [input, output, text, command] = arguments.as_slice() else {
        return Err("usage: detector IN OUT 'w-300,h-300,fo-face' 'python3 find.py'".into());
    };
    let command = command.clone();
    let find = move |image: &Bitmap| {
        // A failure of the detector counts as no areas, so it is reported here.
        ask(&command, image).inspect_err(|error| eprintln!("{error}"))
    };
    let extensions = Extensions::new().detector(Model { find, stored: HashMap::new() });
    let image = Renderer::new().extensions(extensions).render(&std::fs::read(input)?, &text.parse()?)?;
    std::fs::write(output, &image.bytes)?;
    println!("{output}: {} {}", image.format, image.size);
    Ok(())
}
