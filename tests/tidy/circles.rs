//! Circles of imports: files each of which needs all others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use crate::imports::{Arrow, module};

/// Circles that are larger than a folder's own file with its direct children, each told in lines.
pub(crate) fn beyond_a_folder(arrows: &[Arrow]) -> Vec<String> {
    told(arrows, |circle| !is_folder(circle))
}

/// Circles that are left if nobody imports the folders that it lies in, told likewise.
pub(crate) fn among_siblings(arrows: &[Arrow]) -> Vec<String> {
    let down: Vec<Arrow> =
        arrows.iter().filter(|arrow| !module(&arrow.from).starts_with(&module(&arrow.to))).cloned().collect();
    told(&down, |_| true)
}

fn told(arrows: &[Arrow], is_wrong: impl Fn(&BTreeSet<&str>) -> bool) -> Vec<String> {
    let wrong = circles(arrows).into_iter().filter(|circle| is_wrong(circle));
    wrong.map(|circle| story(arrows, &circle)).collect()
}

/// Returns `true` if one of the files is the module of a folder, and all others are its direct children.
fn is_folder(circle: &BTreeSet<&str>) -> bool {
    circle.iter().any(|front| {
        let front_module = module(front);
        circle.iter().all(|it| it == front || module(it).split_last().is_some_and(|(_, parent)| parent == front_module))
    })
}

/// The largest sets of files from each of which every other is reached.
fn circles(arrows: &[Arrow]) -> Vec<BTreeSet<&str>> {
    let next = next(arrows);
    let reached: BTreeMap<&str, BTreeSet<&str>> = next.keys().map(|from| (*from, reach(from, &next))).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for (file, others) in &reached {
        if !others.contains(file) || seen.contains(file) {
            continue;
        }
        let back = |other: &&&str| reached.get(**other).is_some_and(|from_there| from_there.contains(file));
        let circle: BTreeSet<&str> = others.iter().filter(back).copied().collect();
        seen.extend(circle.iter().copied());
        found.push(circle);
    }
    found
}

fn next(arrows: &[Arrow]) -> BTreeMap<&str, Vec<&str>> {
    let mut next = BTreeMap::<&str, Vec<&str>>::new();
    for arrow in arrows {
        next.entry(&arrow.from).or_default().push(&arrow.to);
    }
    next
}

fn reach<'a>(from: &str, next: &BTreeMap<&str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for to in next.get(file).into_iter().flatten() {
            if found.insert(*to) {
                open.push(to);
            }
        }
    }
    found
}

/// An example, the shortest way round that is no folder's own if there is one, and all who are in the circle.
fn story(arrows: &[Arrow], circle: &BTreeSet<&str>) -> String {
    let inside = |arrow: &&Arrow| circle.contains(arrow.from.as_str()) && circle.contains(arrow.to.as_str());
    let inside: Vec<Arrow> = arrows.iter().filter(inside).cloned().collect();
    let rounds = inside.iter().filter_map(|first| round(first, &inside));
    let is_fine = |round: &[&Arrow]| is_folder(&round.iter().map(|arrow| arrow.from.as_str()).collect());
    let shortest = rounds.min_by_key(|round| (is_fine(round), round.len())).unwrap_or_default();

    let mut text = format!("a circle of {} files, for example:\n", circle.len());
    for Arrow { from, to, path } in shortest {
        _ = writeln!(text, "    {from} -> {to}   by {path}");
    }
    let files: Vec<&str> = circle.iter().copied().collect();
    _ = writeln!(text, "  of {}", files.join(" "));
    text
}

/// The shortest way along an arrow and back.
fn round<'a>(first: &'a Arrow, arrows: &'a [Arrow]) -> Option<Vec<&'a Arrow>> {
    let mut came_by: BTreeMap<&str, &Arrow> = BTreeMap::new();
    let mut open = VecDeque::from([first.to.as_str()]);
    while let Some(file) = open.pop_front() {
        if file == first.from {
            let mut way = Vec::new();
            let mut at = file;
            while at != first.to {
                let arrow = came_by.get(at)?;
                way.push(*arrow);
                at = &arrow.from;
            }
            way.push(first);
            way.reverse();
            return Some(way);
        }
        for arrow in arrows.iter().filter(|arrow| arrow.from == file) {
            if arrow.to != first.to && !came_by.contains_key(arrow.to.as_str()) {
                came_by.insert(&arrow.to, arrow);
                open.push_back(&arrow.to);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{among_siblings, beyond_a_folder};
    use crate::imports::arrows;

    /// A crate of files that import nothing but what is given, as `file: modules`.
    fn made_up(lines: &[&str]) -> Vec<crate::imports::Arrow> {
        let file = |line: &&str| {
            let (file, uses) = line.split_once(": ").unwrap();
            let uses = uses.split(' ').filter(|it| !it.is_empty());
            (file.to_owned(), uses.map(|it| format!("use {it}::X;\n")).collect::<String>())
        };
        arrows(&lines.iter().map(file).collect::<Vec<_>>())
    }

    #[test]
    fn a_circle_is_found_and_told() {
        let crate_ = ["lib.rs: a b", "a/mod.rs: self::x", "a/x.rs: crate::b", "a/y.rs: super::x", "b.rs: crate::a"];
        let found = beyond_a_folder(&made_up(&crate_));
        assert_eq!(
            found,
            ["a circle of 3 files, for example:\n    \
              a/mod.rs -> a/x.rs   by self::x::X\n    \
              a/x.rs -> b.rs   by crate::b::X\n    \
              b.rs -> a/mod.rs   by crate::a::X\n  \
              of a/mod.rs a/x.rs b.rs\n"]
        );
    }

    #[test]
    fn circles_of_each_shape() {
        for (why, lines, beyond, siblings) in [
            ("a folder and its children", &["a/mod.rs: self::x self::y", "a/x.rs: super", "a/y.rs: super"][..], 0, 0),
            ("a file that is a folder", &["a.rs: self::x", "a/x.rs: super"], 0, 0),
            ("the root and its children", &["lib.rs: a", "a.rs: crate"], 0, 0),
            ("two siblings", &["a/x.rs: super::y", "a/y.rs: super::x"], 1, 1),
            ("siblings by way of their folder", &["a/mod.rs: self::x", "a/x.rs: super::y", "a/y.rs: super"], 0, 0),
            (
                "siblings of an allowed circle",
                &["a/mod.rs: self::x self::y", "a/x.rs: super super::y", "a/y.rs: super::x"],
                0,
                1,
            ),
            ("a grandchild", &["a/mod.rs: self::b", "a/b/mod.rs: self::x", "a/b/x.rs: crate::a"], 1, 0),
            ("two folders", &["a/mod.rs: self::x", "a/x.rs: crate::b", "b/mod.rs: self::x", "b/x.rs: crate::a"], 1, 1),
            ("the root from far below", &["lib.rs: a", "a/mod.rs: self::x", "a/x.rs: crate"], 1, 0),
            ("no circle", &["lib.rs: a b", "a.rs: crate::b", "b.rs: std::fmt"], 0, 0),
        ] {
            let arrows = made_up(lines);
            assert_eq!(beyond_a_folder(&arrows).len(), beyond, "{why}");
            assert_eq!(among_siblings(&arrows).len(), siblings, "{why}");
        }
    }
}
