//! The cascade: the declarations of an element in order of precedence, and the computed values.

use std::collections::HashMap;
use std::rc::Rc;

use roxmltree::Node;

use super::color::Rgba;
use super::matching::Fuel;
use super::sheet::{ANIMATION, ATTRIBUTE, IMPORTANT_STYLE, STYLE, Sheet, Weight, declarations};
use super::smil::Change;
use super::values::{Context, Kind, kind, normalised};
use super::{keyframes, values};
use crate::svg::{Notes, split};

/// The values that descendants inherit from an element.
#[derive(Debug, Clone)]
pub(super) struct Inherited {
    pub(super) context: Context,
    /// Custom properties, with all references in them resolved.
    pub(super) custom: Rc<HashMap<String, String>>,
}

/// The computed values of an element.
#[derive(Debug, Default)]
pub(super) struct Computed {
    /// Properties that affect drawing, with values for the renderer, sorted by name.
    pub(super) properties: Vec<(String, String)>,
    /// Attributes changed by animations.
    pub(super) attributes: Vec<(String, Change)>,
    /// The transform properties of CSS, by name.
    pub(super) transform: HashMap<String, String>,
    /// The background colour of the root element.
    pub(super) background: Option<Rgba>,
}

struct Declaration<'a> {
    weight: Weight,
    name: &'a str,
    value: String,
}

/// Computes the values of an element, and the values that its descendants inherit.
pub(super) fn computed<'a>(
    node: Node<'a, '_>,
    above: &Inherited,
    sheet: &Sheet<'_>,
    changes: &[(&str, Change)],
    fuel: &mut Fuel,
    notes: &mut Notes,
) -> (Computed, Inherited) {
    let mut all = collected(node, sheet, fuel);
    all.sort_by(|a, b| a.weight.cmp(&b.weight));
    let mut inherited = above.clone();
    inherited.custom = custom(&all, &above.custom, fuel);
    // `var()` references are resolved before shorthands are expanded. If a reference cannot be resolved, its
    // declaration becomes `unset`.
    for declaration in all.iter_mut().filter(|declaration| declaration.value.contains("var(")) {
        let value = substituted(&declaration.value, &inherited.custom, 0, fuel);
        declaration.value = value.unwrap_or_else(|| "unset".to_owned());
    }
    let mut all = spread(all);
    animate(&mut all, sheet);
    let mut out = Computed::default();
    for (name, change) in changes {
        match (kind(name), change) {
            // Additive animation of properties is rare. The value replaces the property.
            (Some(kind), Change::Set(value) | Change::Add(value)) if kind != Kind::Transform => {
                let place = all.iter().position(|declaration| declaration.weight.origin > ANIMATION);
                let weight = Weight::of(ANIMATION, usize::MAX);
                all.insert(
                    place.unwrap_or(all.len()),
                    Owned { weight, name: (*name).to_owned(), value: value.clone() },
                );
            }
            _ => out.attributes.push(((*name).to_owned(), change.clone())),
        }
    }
    fonts_and_color(&all, &mut inherited, above);
    let mut values: HashMap<String, String> = HashMap::new();
    for Owned { name, value, .. } in all {
        apply(node, name, &value, &inherited.context, &mut values, &mut out, notes);
    }
    out.properties = values.into_iter().collect();
    out.properties.sort();
    (out, inherited)
}

fn collected<'a>(node: Node<'a, '_>, sheet: &Sheet<'a>, fuel: &mut Fuel) -> Vec<Declaration<'a>> {
    let mut all = Vec::new();
    for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let name = attribute.name();
        // Attributes of geometry may be lists, and the transform attribute has a different grammar from the property.
        let drawn = !matches!(kind(name), None | Some(Kind::Geometry | Kind::Data | Kind::Transform));
        if drawn || name == "transform-origin" {
            all.push(Declaration {
                weight: Weight::of(ATTRIBUTE, 0),
                name,
                value: attribute.value().trim().to_owned(),
            });
        }
    }
    sheet.each(node, fuel, |weight, name, value| all.push(Declaration { weight, name, value: value.to_owned() }));
    let style = node.attribute("style").unwrap_or_default();
    for (order, (name, value, important)) in declarations(style).enumerate() {
        let weight = Weight::of(if important { IMPORTANT_STYLE } else { STYLE }, order);
        all.push(Declaration { weight, name, value: value.to_owned() });
    }
    all
}

/// Computes the custom properties in effect.
fn custom(
    all: &[Declaration<'_>],
    above: &Rc<HashMap<String, String>>,
    fuel: &mut Fuel,
) -> Rc<HashMap<String, String>> {
    let own: HashMap<&str, &str> = all
        .iter()
        .filter(|declaration| declaration.name.starts_with("--"))
        .map(|declaration| (declaration.name, declaration.value.as_str()))
        .collect();
    if own.is_empty() {
        return Rc::clone(above);
    }
    let mut raw = above.as_ref().clone();
    for (name, value) in &own {
        match *value {
            "initial" => _ = raw.remove(*name),
            "inherit" | "unset" => {}
            value => _ = raw.insert((*name).to_owned(), value.to_owned()),
        }
    }
    let mut resolved = raw.clone();
    for name in own.keys() {
        let Some(value) = raw.get(*name).filter(|value| value.contains("var(")) else { continue };
        match substituted(value, &raw, 0, fuel) {
            Some(value) => _ = resolved.insert((*name).to_owned(), value),
            None => _ = resolved.remove(*name),
        }
    }
    Rc::new(resolved)
}

/// Replaces the references in a value. Returns `None` if a reference is unknown or cyclic.
fn substituted(value: &str, custom: &HashMap<String, String>, depth: u32, fuel: &mut Fuel) -> Option<String> {
    if depth > DEPTH || !fuel.burn_text(value) {
        return None;
    }
    let Some((before, rest)) = value.split_once("var(") else { return Some(value.to_owned()) };
    let mut open = 1_u32;
    let end = rest.find(|c| {
        open = match c {
            '(' => open + 1,
            ')' => open - 1,
            _ => open,
        };
        open == 0
    })?;
    let (inside, after) = rest.split_at_checked(end)?;
    let (name, fallback) = match inside.split_once(',') {
        Some((name, fallback)) => (name, Some(fallback.trim())),
        None => (inside, None),
    };
    let known = custom.get(name.trim()).and_then(|value| substituted(value, custom, depth + 1, fuel));
    let inside = match (known, fallback) {
        (Some(value), _) => value,
        (None, Some(fallback)) => substituted(fallback, custom, depth + 1, fuel)?,
        (None, None) => return None,
    };
    let after = substituted(after.get(1..)?, custom, depth, fuel)?;
    let whole = [before, &inside, &after].concat();
    (whole.len() <= LONGEST).then_some(whole)
}

/// A declaration that owns its name and value.
struct Owned {
    weight: Weight,
    name: String,
    value: String,
}

/// Expands shorthands.
fn spread(all: Vec<Declaration<'_>>) -> Vec<Owned> {
    let mut out = Vec::with_capacity(all.len());
    for Declaration { weight, name, value } in all {
        match values::longhands(name, &value) {
            Some(longhands) => out.extend(longhands.into_iter().map(|(name, value)| Owned {
                weight: weight.clone(),
                name: name.to_owned(),
                value: value.to_owned(),
            })),
            None => out.push(Owned { weight, name: name.to_owned(), value }),
        }
    }
    out
}

/// Adds the values of CSS animations to the declarations.
fn animate(all: &mut Vec<Owned>, sheet: &Sheet<'_>) {
    if sheet.keyframes.is_empty() || !all.iter().any(|declaration| declaration.name.starts_with("animation")) {
        return;
    }
    let declared = all.iter().map(|declaration| (declaration.name.clone(), declaration.value.clone())).collect();
    let place = all.iter().position(|declaration| declaration.weight.origin > ANIMATION).unwrap_or(all.len());
    let animated = keyframes::applied(&declared, sheet).into_iter();
    let animated = animated.map(|(name, value)| Owned { weight: Weight::of(ANIMATION, 0), name, value });
    all.splice(place..place, animated);
}

/// Computes the font size and the colour first, since other values refer to them.
fn fonts_and_color(all: &[Owned], inherited: &mut Inherited, above: &Inherited) {
    for Owned { name, value, .. } in all {
        match name.as_str() {
            "font-size" => {
                if let Some(size) = values::font_size(value, above.context.font, &above.context) {
                    inherited.context.font = size;
                }
            }
            "color" => match value.as_str() {
                "inherit" | "unset" => inherited.context.current = above.context.current,
                "initial" => inherited.context.current = Rgba::BLACK,
                value => {
                    if let Some(color) = Rgba::parse(value, above.context.current) {
                        inherited.context.current = color;
                    }
                }
            },
            _ => {}
        }
    }
}

/// Applies a declaration, overriding those of lower precedence.
fn apply(
    node: Node<'_, '_>,
    name: String,
    value: &str,
    context: &Context,
    values: &mut HashMap<String, String>,
    out: &mut Computed,
    notes: &mut Notes,
) {
    let Some(kind) = kind(&name) else {
        if matches!(name.as_str(), "background" | "background-color") && node.parent_element().is_none() {
            out.background = split(value, ' ').into_iter().find_map(|word| Rgba::parse(word, context.current));
        } else if !values::is_silent(&name) {
            notes.add("property", &name);
        }
        return;
    };
    if kind == Kind::Transform {
        match value {
            "unset" | "initial" => _ = out.transform.remove(&name),
            value => _ = out.transform.insert(name, value.to_owned()),
        }
        return;
    }
    if matches!(kind, Kind::Geometry | Kind::Data) && !is_geometry(node.tag_name().name(), &name) {
        return;
    }
    match value {
        "inherit" => _ = values.insert(name, value.to_owned()),
        "unset" | "revert" | "revert-layer" => _ = values.remove(&name),
        "auto" if kind == Kind::Geometry => _ = values.insert(name, String::new()),
        "initial" => match values::initial(&name).filter(|_| values::is_inherited(&name)) {
            Some(value) => _ = values.insert(name, value.to_owned()),
            None => _ = values.remove(&name),
        },
        _ if kind == Kind::FontSize => _ = values.insert(name, context.font.to_string()),
        value => match normalised(&name, value, context) {
            Some(value) => _ = values.insert(name, value),
            None if matches!(kind, Kind::Reference) => notes.add("property", &name),
            None => {}
        },
    }
}

/// Returns `true` if a geometry property applies to an element.
fn is_geometry(element: &str, name: &str) -> bool {
    match element {
        "rect" => !matches!(name, "r" | "cx" | "cy" | "d"),
        "circle" => matches!(name, "r" | "cx" | "cy"),
        "ellipse" => matches!(name, "rx" | "ry" | "cx" | "cy"),
        "image" => matches!(name, "x" | "y" | "width" | "height"),
        // The size of the root is set by its attributes.
        "svg" | "use" => matches!(name, "x" | "y" | "width" | "height"),
        "path" => name == "d",
        _ => false,
    }
}

/// The maximum nesting depth of references.
const DEPTH: u32 = 16;
/// The maximum length in bytes of a value after its references are replaced.
const LONGEST: usize = 8192;
