//! The layers of the crate.

use crate::imports::{Arrow, module};

/// A folder or file below `src`, without `.rs`, and its layer.
pub(crate) type Row = (&'static str, u8);

/// The layers. A file may use its own layer and lower ones; nobody uses the root, which only re-exports.
///
/// For each file the row with the longest path counts, so that a folder may have rows of its own for what is in it.
/// Two rows of that kind on one floor are rooms: their files do not know each other.
pub(crate) const LAYERS: &[Row] = &[
    ("base64", 0),
    ("hex", 0),
    ("percent", 0),
    ("code", 0),
    ("encoded", 0),
    ("note", 0),
    ("number", 0),
    ("color", 0),
    ("geometry", 0),
    ("fingerprint", 0),
    ("format", 0),
    ("path", 0),
    ("trace", 0),
    ("limits", 0),
    ("math", 0),
    ("setters", 0),
    ("stop", 0),
    ("timely", 0),
    ("cost", 1),
    ("bitmap", 0),
    ("transform", 10),
    ("syntax", 11),
    ("extend", 11),
    ("dialect", 20),
    ("plan", 20),
    ("address", 30),
    ("config", 40),
    ("policy", 40),
    ("order", 50),
    ("error", 60),
    ("fence", 60),
    ("svg", 60),
    ("store", 60),
    ("pixels/base", 61),
    ("pixels/color", 62),
    ("pixels/raster", 63),
    ("pixels/codec", 64),
    ("pixels/filter", 64),
    ("pixels/text", 64),
    ("pixels/run", 65),
    ("pixels", 66),
    ("delivery", 70),
    ("client", 80),
    ("blocking", 80),
    ("testing", 90),
    ("tower", 90),
    ("adapters", 90),
];

/// The row of a file.
pub(crate) fn row(file: &str, layers: &[Row]) -> Option<Row> {
    let module = module(file);
    let holds = |(path, _): &&Row| module.starts_with(&path.split('/').collect::<Vec<_>>());
    layers.iter().filter(holds).max_by_key(|(path, _)| path.len()).copied()
}

/// The arrows that go up, or from room to room, each told in a line.
pub(crate) fn wrong(arrows: &[Arrow], layers: &[Row]) -> Vec<String> {
    let mut told = Vec::new();
    for Arrow { from, to, path } in arrows {
        let Some((own, layer)) = row(from, layers) else { continue };
        let other = row(to, layers);
        let is_room = |path: &str| path.contains('/');
        match other {
            None => told.push(format!("{from} (layer {layer}) uses {to}, which has no layer, by {path}")),
            Some((_, higher)) if higher > layer => {
                told.push(format!("{from} (layer {layer}) uses {to} (layer {higher}) by {path}"));
            }
            Some((other, floor)) if floor == layer && other != own && is_room(own) && is_room(other) => {
                told.push(format!("{from} in {own} uses {to} in {other}, another room of floor {layer}, by {path}"));
            }
            Some(_) => {}
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::{Row, row, wrong};
    use crate::imports::arrows;

    const HOUSE: &[Row] = &[
        ("words", 0),
        ("house", 65),
        ("house/base", 60),
        ("house/left", 63),
        ("house/right", 63),
        ("house/roof", 64),
        ("houses", 65),
        ("above", 70),
    ];

    #[test]
    fn the_longest_row_counts() {
        for (file, want) in [
            ("house/mod.rs", Some(65)),
            ("house/other.rs", Some(65)),
            ("house/base.rs", Some(60)),
            ("house/left/deep/file.rs", Some(63)),
            ("house/lefty.rs", Some(65)),
            ("houses.rs", Some(65)),
            ("lib.rs", None),
            ("elsewhere.rs", None),
        ] {
            assert_eq!(row(file, HOUSE).map(|(_, layer)| layer), want, "{file}");
        }
    }

    #[test]
    fn arrows_up_and_between_rooms_are_wrong() {
        let files = [
            "lib.rs",
            "words.rs",
            "house/mod.rs",
            "house/base.rs",
            "house/left/mod.rs",
            "house/left/inner.rs",
            "house/right/mod.rs",
            "house/roof.rs",
            "houses.rs",
            "above.rs",
        ];
        for (file, path, is_fine) in [
            ("house/left/mod.rs", "crate::words::X", true),
            ("house/left/inner.rs", "super::super::base::X", true),
            ("house/left/mod.rs", "self::inner::X", true),
            ("house/left/inner.rs", "super::X", true),
            ("house/roof.rs", "super::left::X", true),
            ("house/mod.rs", "self::roof::X", true),
            ("house/mod.rs", "crate::houses::X", true),
            ("houses.rs", "crate::house::X", true),
            ("above.rs", "crate::house::left::X", true),
            // Up.
            ("words.rs", "crate::house::base::X", false),
            ("house/base.rs", "super::left::X", false),
            ("house/left/inner.rs", "super::super::X", false),
            ("house/left/inner.rs", "crate::house::roof::X", false),
            ("house/mod.rs", "crate::above::X", false),
            ("above.rs", "crate::X", false),
            // Between rooms.
            ("house/left/inner.rs", "crate::house::right::X", false),
            ("house/right/mod.rs", "super::left::inner::X", false),
        ] {
            let text =
                |it: &str| if it == file { format!("#[cfg(test)]\nuse y::Y;\nuse {path};") } else { String::new() };
            let found = wrong(&arrows(&files.map(|it| (it.to_owned(), text(it)))), HOUSE);
            assert_eq!(found.len(), usize::from(!is_fine), "{file}: {path}: {found:?}");
        }
    }
}
