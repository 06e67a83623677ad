//! The README's table of parameters: each row shows what its URL makes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use originkit::{Endpoint, Engine, Origin};

/// A row with an image.
struct Row {
    /// Behind the endpoint: `tr:w-144/photo.jpg`.
    url: String,
    /// The name of the image, which a line at the end of the README leads to a file.
    image: String,
}

fn text(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

fn rows() -> Vec<Row> {
    let readme = text("README.md");
    let rows = readme.lines().filter_map(|line| line.split_once("| !["));
    let rows = rows.map(|(before, image)| Row {
        url: before.split('`').find(|part| part.starts_with("tr:")).expect(before).to_owned(),
        image: image.split(']').next().unwrap().to_owned(),
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 20, "{} rows", rows.len());
    rows
}

#[test]
fn each_url_of_the_table_is_read_whole() {
    let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
    let engine = Engine::builder().endpoint(endpoint.strict(true)).build().unwrap();
    for Row { url, .. } in rows() {
        let read = engine.parse(&format!("https://img.example.com/{url}")).unwrap_or_else(|error| panic!("{error:#}"));
        assert!(read.ignored().is_empty() && !read.transformation().is_empty(), "{url}");
        let drawn = ["photo.jpg", "badge.png", "sunrise.gif"];
        assert!(drawn.contains(&read.path()), "{url} is none of {drawn:?}");
    }
}

#[test]
fn each_row_of_the_table_has_its_image() {
    let (readme, links) = (text("README.md"), text("docs/images/links.md"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images");
    let mut shown = BTreeSet::from(["links.md".to_owned()]);
    for Row { image, .. } in rows() {
        let start = format!("[{image}]: docs/images/");
        let file = readme.lines().find_map(|line| line.strip_prefix(&start)).expect(&start);
        assert!(folder.join(file).is_file(), "{file}: the example `gallery` with `--readme` renders it");
        let link = format!("[{image}]: https://docs.rs/crate/originkit/latest/source/docs/images/{file}\n");
        assert!(links.contains(&link), "links.md does not have {link}");
        assert!(shown.insert(file.to_owned()), "two rows with {file}");
    }
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap());
    let bytes: u64 = files
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            assert!(shown.contains(&name), "no row shows {name}");
            file.metadata().unwrap().len()
        })
        .sum();
    assert!(bytes < 150_000, "{bytes} bytes");
}

#[test]
fn each_chapter_of_the_readme_and_of_the_guide_exists() {
    let chapters = text("src/guide/mod.rs");
    let has = |name: &str| chapters.contains(&format!("pub mod {name} {{}}"));
    let readme = text("README.md");
    for link in readme.split("/originkit/guide/").skip(1) {
        let name = link.split(['/', '\n']).next().unwrap();
        assert!(name.is_empty() || has(name), "README.md: no chapter {name}");
    }
    for page in ["src/lib.rs", "src/guide/mod.rs"] {
        let page = text(page);
        let named = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in named.filter(|link| !link.contains('/')) {
            let name = link.strip_prefix("guide::").unwrap_or(link);
            assert!(has(name) || name == "plan::Plan", "no chapter {name}");
        }
    }
}
