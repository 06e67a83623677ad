//! SVG animations (SMIL) at the moment when an image appears.

use std::collections::HashMap;

use roxmltree::{Document, Node, NodeId};

use super::timing::{bezier, clock, four, mix};
use crate::math;
use crate::svg::split;

/// The animation elements of a document, by the element that they animate.
pub(super) struct Animations<'a, 'i>(HashMap<NodeId, Vec<Node<'a, 'i>>>);

/// The effect of an animation on an attribute or a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// Replaces the value.
    Set(String),
    /// Is added to the value: numbers are summed, transformations are appended.
    Add(String),
    /// Precedes the transformation.
    Move(String),
}

impl<'a, 'i> Animations<'a, 'i> {
    pub(super) fn of(document: &'a Document<'i>) -> Self {
        let mut all: HashMap<NodeId, Vec<Node<'a, 'i>>> = HashMap::new();
        let names = ["animate", "animateTransform", "animateMotion", "set"];
        let found: Vec<_> = document.descendants().filter(|node| names.contains(&node.tag_name().name())).collect();
        if found.is_empty() {
            return Self(all);
        }
        let ids: HashMap<_, _> = document.descendants().filter_map(|n| Some((n.attribute("id")?, n.id()))).collect();
        for node in found {
            let target = match node.attribute("href") {
                Some(href) => href.strip_prefix('#').and_then(|id| ids.get(id)).copied(),
                None => node.parent_element().map(|parent| parent.id()),
            };
            if let Some(target) = target {
                all.entry(target).or_default().push(node);
            }
        }
        Self(all)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the changes of an element, by attribute, in the order in which they apply.
    pub(super) fn changes(&self, target: Node<'_, '_>) -> Vec<(&'a str, Change)> {
        let all = self.0.get(&target.id()).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|node| change(*node)).collect()
    }
}

fn change<'a>(node: Node<'a, '_>) -> Option<(&'a str, Change)> {
    let kind = node.tag_name().name();
    let share = share(node)?;
    if kind == "set" {
        return Some((node.attribute("attributeName")?, Change::Set(node.attribute("to")?.to_owned())));
    }
    if kind == "animateMotion" {
        return motion(node, share).map(|change| ("transform", change));
    }
    let name = node.attribute("attributeName").or_else(|| (kind == "animateTransform").then_some("transform"))?;
    let (value, sum) = value(node, share)?;
    let value = if kind == "animateTransform" {
        format!("{}({value})", node.attribute("type").unwrap_or("translate"))
    } else {
        value
    };
    let sum = sum || node.attribute("additive") == Some("sum");
    Some((name, if sum { Change::Add(value) } else { Change::Set(value) }))
}

/// Returns the progress of an animation, 0 to 1, or `None` if it has no effect.
fn share(node: Node<'_, '_>) -> Option<f64> {
    let begins = node.attribute("begin").unwrap_or("0s").split(';').filter_map(clock);
    let begin = begins.filter(|begin| *begin <= 0.0).max_by(f64::total_cmp)?;
    let elapsed = -begin;
    let duration = node.attribute("dur").and_then(clock).filter(|duration| *duration > 0.0);
    let Some(duration) = duration else { return Some(0.0) };
    let count = match node.attribute("repeatCount") {
        Some("indefinite") => f64::INFINITY,
        Some(count) => count.trim().parse().unwrap_or(1.0),
        None if node.attribute("repeatDur").is_some() => f64::INFINITY,
        None => 1.0,
    };
    let rounds = elapsed / duration;
    if rounds < count {
        return Some(rounds.fract());
    }
    (node.attribute("fill") == Some("freeze")).then(|| if count.fract() > 0.0 { count.fract() } else { 1.0 })
}

/// Returns the value of an animation, and `true` if it is added to the base value.
fn value(node: Node<'_, '_>, share: f64) -> Option<(String, bool)> {
    let (values, sum): (Vec<&str>, bool) = match node.attribute("values") {
        Some(values) => (values.split(';').map(str::trim).filter(|value| !value.is_empty()).collect(), false),
        None => match (node.attribute("from"), node.attribute("to"), node.attribute("by")) {
            (Some(from), Some(to), _) => (vec![from, to], false),
            // Without `from`, the animation starts at the base value, which has not changed yet.
            (None, Some(to), _) if share >= 0.5 => (vec![to], false),
            (Some(from), None, Some(_)) => (vec![from], false),
            (None, None, Some(by)) if share >= 1.0 => (vec![by], true),
            _ => return None,
        },
    };
    let place = Place::of(node, values.len(), share);
    let (first, next) = (values.get(place.index)?, values.get(place.index + 1));
    let value = next.map_or_else(|| (*first).to_owned(), |next| mix(first, next, place.share));
    Some((value, sum))
}

/// A position between two values.
struct Place {
    index: usize,
    share: f64,
}

impl Place {
    fn of(node: Node<'_, '_>, count: usize, share: f64) -> Self {
        let times: Option<Vec<f64>> = node
            .attribute("keyTimes")
            .map(|text| {
                split(text, ';').into_iter().map(str::trim).filter(|t| !t.is_empty()).map(|t| t.parse().ok()).collect()
            })
            .unwrap_or_default();
        let discrete = node.attribute("calcMode") == Some("discrete");
        let spans = if discrete { count } else { count.saturating_sub(1) }.max(1);
        let float = |index: usize| f64::from(u32::try_from(index).unwrap_or(u32::MAX));
        let times = times
            .filter(|times| times.len() == count)
            .unwrap_or_else(|| (0..count).map(|index| float(index) / float(spans)).collect());
        let index = times.iter().rposition(|time| *time <= share).unwrap_or(0);
        let (start, end) = (times.get(index).copied().unwrap_or(0.0), times.get(index + 1).copied().unwrap_or(1.0));
        let local = if end > start { ((share - start) / (end - start)).clamp(0.0, 1.0) } else { 0.0 };
        let curve = || four(split(node.attribute("keySplines")?, ';').get(index)?);
        let share = match node.attribute("calcMode") {
            Some("discrete") => 0.0,
            Some("spline") => curve().map_or(local, |curve| bezier(curve, local)),
            _ => local,
        };
        Self { index, share }
    }
}

/// Returns the start of a motion along a path, which is the position in an image.
fn motion(node: Node<'_, '_>, share: f64) -> Option<Change> {
    let path =
        node.children().find(|child| child.tag_name().name() == "mpath").and_then(|child| child.attribute("href"));
    let target = path
        .and_then(|href| href.strip_prefix('#'))
        .and_then(|id| node.document().descendants().find(|node| node.attribute("id") == Some(id)));
    let data = target.and_then(|target| target.attribute("d")).or_else(|| node.attribute("path"));
    let Some(data) = data else {
        let (value, _) = value(node, share)?;
        return Some(Change::Move(format!("translate({value})")));
    };
    let (points, _) = points(data);
    let (x, y) = *points.first()?;
    let turn = match (node.attribute("rotate").unwrap_or("0"), points.iter().find(|point| **point != (x, y))) {
        ("auto", Some((to, down))) => math::atan2(down - y, to - x).to_degrees(),
        ("auto-reverse", Some((to, down))) => math::atan2(down - y, to - x).to_degrees() + 180.0,
        (number, _) => number.parse().unwrap_or(0.0),
    };
    Some(Change::Move(format!("translate({x},{y}) rotate({turn})")))
}

/// Returns the first points of a path: its start, and the points of its first segment.
fn points(data: &str) -> (Vec<(f64, f64)>, &str) {
    let mut rest = data.trim_start();
    let mut points: Vec<(f64, f64)> = Vec::new();
    let (mut command, mut numbers) = ('M', Vec::new());
    while points.len() < 4 {
        rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        let Some(c) = rest.chars().next() else { break };
        if c.is_ascii_alphabetic() {
            command = c;
            numbers.clear();
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let Some((value, after)) = crate::svg::number(rest) else { break };
        rest = after;
        numbers.push(value);
        let (x, y) = points.last().copied().unwrap_or_default();
        let base = if command.is_ascii_lowercase() { (x, y) } else { (0.0, 0.0) };
        let point = match (command.to_ascii_lowercase(), numbers.as_slice()) {
            ('h', [to]) => Some((base.0 + to, y)),
            ('v', [to]) => Some((x, base.1 + to)),
            // Only the end point of an arc is used, not its shape.
            ('a', [_, _, _, _, _, to, down]) | ('m' | 'l' | 'c' | 's' | 'q' | 't', [to, down]) => {
                Some((base.0 + to, base.1 + down))
            }
            _ => None,
        };
        if let Some(point) = point {
            points.push(point);
            numbers.clear();
        }
    }
    (points, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(animations: &str) -> Vec<(String, Change)> {
        let file = format!("<svg><path id='p' d='m2 3h4'/><g>{animations}</g></svg>");
        let document = Document::parse(&file).unwrap();
        let target = document.descendants().find(|node| node.has_tag_name("g")).unwrap();
        let all = Animations::of(&document).changes(target);
        all.into_iter().map(|(name, change)| (name.to_owned(), change)).collect()
    }

    #[test]
    fn the_first_moment() {
        let set = |text: &str| Some(Change::Set(text.to_owned()));
        for (animation, want) in [
            ("<animate attributeName='x' values='1;20' dur='2s'/>", set("1")),
            ("<animate attributeName='x' from='1' to='20' dur='2s'/>", set("1")),
            ("<animate attributeName='x' to='20' dur='2s'/>", None),
            ("<animate attributeName='x' values='1;21' dur='2s' begin='-.5s'/>", set("6")),
            ("<animate attributeName='x' values='1;21' dur='2s' begin='-.5s' calcMode='discrete'/>", set("1")),
            ("<animate attributeName='x' values='0;8;9' keyTimes='0;.5;1' dur='2s' begin='-.5s'/>", set("4")),
            (
                "<animate attributeName='x' values='0;8' keySplines='0 0 1 1' calcMode='spline' dur='2s' begin='-1s'/>",
                set("4"),
            ),
            ("<animate attributeName='x' values='1;20' dur='2s' begin='1s'/>", None),
            ("<animate attributeName='x' values='1;20' dur='2s' begin='a.click'/>", None),
            ("<animate attributeName='x' values='1;20' dur='2s' begin='-3s'/>", None),
            ("<animate attributeName='x' values='1;20' dur='2s' begin='-3s' fill='freeze'/>", set("20")),
            ("<animate attributeName='x' values='1;21' dur='2s' begin='-3s' repeatCount='indefinite'/>", set("11")),
            ("<set attributeName='x' to='2'/>", set("2")),
            ("<set attributeName='x' to='2' begin='1s'/>", None),
            (
                "<animateTransform attributeName='transform' type='rotate' values='0 1 1;360 1 1' dur='1s'/>",
                set("rotate(0 1 1)"),
            ),
            (
                "<animateTransform attributeName='transform' type='scale' values='2;3' dur='1s' additive='sum'/>",
                Some(Change::Add("scale(2)".to_owned())),
            ),
            (
                "<animateMotion dur='1s' rotate='auto'><mpath href='#p'/></animateMotion>",
                Some(Change::Move("translate(2,3) rotate(0)".to_owned())),
            ),
            (
                "<animateMotion dur='1s' path='M5,6v9' rotate='auto'/>",
                Some(Change::Move("translate(5,6) rotate(90)".to_owned())),
            ),
        ] {
            let got = changes(animation);
            assert_eq!(got.first().map(|(_, change)| change.clone()), want, "{animation}");
        }
    }
}
