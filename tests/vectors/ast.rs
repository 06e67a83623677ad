//! A transformation as the JSON of `README.md`, with everything normalised that has no meaning.

use originkit::transform::*;
use serde_json::{Map, Value, json};

/// The steps in the form of the vectors. Items are keyed, because their written order means nothing.
pub(crate) fn steps(it: &Transformation) -> Value {
    it.steps.iter().map(step).collect()
}

/// The steps of a vector in the form of [`steps`]: numbers as floats, `jpeg` and `v_h` in the spelling that is
/// printed, the styles of a text as the set they are, the spelling of an input (`i` or `ie`) left out.
pub(crate) fn expected(steps: &Value) -> Value {
    steps.as_array().into_iter().flatten().map(expected_step).collect()
}

fn expected_step(step: &Value) -> Value {
    if let Some(test) = step.get("if") {
        let mut out = json!({ "if": normal(test), "then": expected(&step["then"]) });
        if let Some(otherwise) = step.get("else") {
            out["else"] = expected(otherwise);
        }
        return out;
    }
    let (mut parameters, mut layers) = (Map::new(), Vec::new());
    for item in step["items"].as_array().into_iter().flatten() {
        match item.get("layer") {
            Some(layer) => {
                let mut layer = layer.clone();
                layer["input"].as_object_mut().unwrap().remove("from");
                let steps = layer.as_object_mut().unwrap().remove("steps");
                let mut layer = normal(&layer);
                layer["steps"] = expected(&steps.unwrap_or_else(|| json!([])));
                layers.push(layer);
            }
            None => _ = parameters.insert(item["key"].as_str().unwrap().to_owned(), normal(&item["value"])),
        }
    }
    json!({ "parameters": parameters, "layers": layers })
}

fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::String(text) if text == "jpeg" => json!("jpg"),
        Value::String(text) if text == "v_h" => json!("h_v"),
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(fields) => {
            let mut fields: Map<_, _> = fields.iter().map(|(key, value)| (key.clone(), normal(value))).collect();
            if let Some(Value::Array(styles)) = fields.get_mut("styles") {
                styles.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            }
            fields.into()
        }
        other => other.clone(),
    }
}

fn step(step: &Step) -> Value {
    match step {
        Step::Edit(edit) => {
            let layers: Vec<_> = edit.layers.iter().map(layer).collect();
            json!({ "parameters": parameters(edit), "layers": layers })
        }
        Step::If(choice) => {
            let mut out = json!({ "if": { "or": condition(&choice.test) }, "then": steps(&choice.then) });
            if let Some(otherwise) = &choice.otherwise {
                out["else"] = steps(otherwise);
            }
            out
        }
        _ => panic!("a step without a form"),
    }
}

fn condition(test: &Condition) -> Value {
    let comparison = |it: &Comparison| {
        // The printed form holds the words: `ar_lt_4-3`.
        let text = it.to_string();
        let mut words = text.split('_');
        let (property, comparator) = (words.next().unwrap(), words.next().unwrap());
        json!([
            property,
            comparator,
            match it.operand {
                Operand::Number(number) => n(number),
                Operand::Ratio(a, b) => json!({ "ratio": [n(a), n(b)] }),
            }
        ])
    };
    test.any.iter().map(|group| group.iter().map(comparison).collect::<Value>()).collect()
}

fn layer(it: &Layer) -> Value {
    let (kind, input) = match &it.content {
        Content::Image(path) => ("image", path.decoded().into_owned()),
        Content::Canvas => ("solid", "ik_canvas".to_owned()),
        Content::Text(text) => ("text", text.clone()),
        Content::Video(path) => ("video", path.decoded().into_owned()),
        Content::Subtitles(path) => ("subtitles", path.decoded().into_owned()),
        _ => panic!("a layer without a form"),
    };
    let mut out = json!({ "type": kind, "input": { "value": input }, "steps": steps(&it.steps) });
    let mut position = Map::new();
    for (axis, at) in [("x", &it.place.x), ("y", &it.place.y)] {
        match at {
            Some(Position::Edge(at)) => _ = position.insert(format!("l{axis}"), offset(at)),
            Some(Position::Center(at)) => _ = position.insert(format!("l{axis}c"), offset(at)),
            None => {}
        }
    }
    for (key, side) in [("lap", it.place.anchor), ("lfo", it.place.focus)] {
        position.extend(side.map(|side| (key.to_owned(), json!({ "s": gravity(side) }))));
    }
    if !position.is_empty() {
        out["position"] = position.into();
    }
    if let Some(blend) = it.blend {
        out["mode"] = json!(match blend {
            Blend::Multiply => "multiply",
            Blend::Displace => "displace",
            Blend::Cutout => "cutout",
            Blend::Cutter => "cutter",
            _ => panic!("a blend without a form"),
        });
    }
    out
}

fn offset(it: &Offset) -> Value {
    match it {
        Offset::Near(number) => json!({ "n": n(*number) }),
        Offset::Far(number) if number.is_zero() => json!({ "n": 0.0, "far": true }),
        Offset::Far(number) => json!({ "n": n(-*number) }),
        Offset::Expr(it) => json!({ "expr": expr(it) }),
    }
}

/// Parameters by key. Where a value is one word, its form is taken from what is printed.
fn parameters(edit: &Edit) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Option<Value>| out.extend(value.map(|value| (key.to_owned(), value)));
    let printed = {
        let mut bare = edit.clone();
        bare.layers.clear();
        Transformation { steps: vec![Step::Edit(Box::new(bare))] }.to_string()
    };
    let word = |key: &str| {
        let prefix = format!("{key}-");
        printed.split(',').find_map(|token| token.strip_prefix(&prefix)).map(|text| json!({ "s": text }))
    };
    for key in ["n", "c", "cm", "fl", "f", "ia"] {
        put(key, word(key));
    }
    put("pg", edit.page.as_ref().map(pages));
    put(
        "t",
        edit.trim.map(|trim| match trim {
            Trim::On => json!({ "b": true }),
            Trim::Off => json!({ "b": false }),
            Trim::Percent(percent) => integer(percent),
            _ => panic!("a trim without a form"),
        }),
    );
    put("w", edit.sizing.width.as_ref().map(length));
    put("h", edit.sizing.height.as_ref().map(length));
    put(
        "ar",
        edit.sizing.aspect.as_ref().map(|aspect| match aspect {
            Aspect::Ratio(a, b) => json!({ "ratio": [n(*a), n(*b)] }),
            Aspect::Expr(it) => json!({ "expr": expr(it) }),
            _ => panic!("an aspect without a form"),
        }),
    );
    put(
        "dpr",
        edit.sizing.dpr.as_ref().map(|dpr| match dpr {
            Dpr::Factor(number) => json!({ "n": n(*number) }),
            Dpr::Auto => json!({ "s": "auto" }),
            Dpr::Expr(it) => json!({ "expr": expr(it) }),
            _ => panic!("a dpr without a form"),
        }),
    );
    put(
        "fo",
        edit.placing.focus.as_ref().map(|focus| match focus {
            Focus::Objects(objects) => json!({ "objects": objects.iter().map(|o| o.name()).collect::<Vec<_>>() }),
            _ => word("fo").unwrap(),
        }),
    );
    put("x", edit.placing.x.as_ref().map(measure));
    put("y", edit.placing.y.as_ref().map(measure));
    put("xc", edit.placing.x_center.as_ref().map(measure));
    put("yc", edit.placing.y_center.as_ref().map(measure));
    put("z", edit.placing.zoom.map(number));
    put(
        "rt",
        edit.rotation.map(|rotation| match rotation {
            Rotation::Auto => json!({ "s": "auto" }),
            Rotation::Degrees(degrees) => number(degrees),
            _ => panic!("a rotation without a form"),
        }),
    );
    put("bg", edit.paint.background.as_ref().map(background));
    put(
        "b",
        edit.paint
            .border
            .as_ref()
            .map(|border| json!({ "border": measure(&border.width), "color": color(border.color) })),
    );
    put(
        "r",
        edit.paint.radius.map(|radius| match radius {
            Radius::All(Corner::Px(px)) => integer(px),
            Radius::All(Corner::Max) => json!({ "s": "max" }),
            Radius::Each(corners) => json!({ "list": corners.map(|corner| match corner {
            Corner::Px(px) => json!(f64::from(px)),
            Corner::Max => json!("max"),
        }) }),
        }),
    );
    put("o", edit.paint.opacity.map(integer));
    effects(&edit.effects, &mut put);
    put("fs", edit.text.size.as_ref().map(measure));
    put("ff", edit.text.font.as_ref().map(|font| json!({ "path": font })));
    put("co", edit.text.color.map(|it| json!({ "color": color(it) })));
    put(
        "pa",
        edit.text.padding.as_ref().map(|padding| match padding {
            Padding::Sides(sides) => json!({ "list": sides.map(f64::from) }),
            Padding::Expr(it) => json!({ "expr": expr(it) }),
        }),
    );
    put("al", edit.text.alpha.map(integer));
    put(
        "tg",
        edit.text.typography.map(|it| {
            let styles = [(it.bold, "b"), (it.italic, "i"), (it.strikethrough, "strikethrough")];
            json!({ "styles": styles.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect::<Vec<_>>() })
        }),
    );
    put("lh", edit.text.line_height.as_ref().map(measure));
    let boolean = |it: Option<bool>| it.map(|it| json!({ "b": it }));
    put("q", edit.encoding.quality.map(integer));
    put("lo", boolean(edit.encoding.lossless));
    put("pr", boolean(edit.encoding.progressive));
    put("cp", boolean(edit.encoding.color_profile));
    put("md", boolean(edit.encoding.metadata));
    put("c2pa", boolean(edit.encoding.c2pa));
    put("orig", boolean(edit.encoding.original));
    put(
        "dn",
        edit.encoding.density.as_ref().map(|density| match density {
            Density::Dpi(dpi) => integer(*dpi),
            Density::Expr(it) => json!({ "expr": expr(it) }),
            _ => panic!("a density without a form"),
        }),
    );
    put("di", edit.default_image.as_ref().map(|path| json!({ "path": path.decoded() })));
    out.into()
}

fn effects(it: &Effects, put: &mut impl FnMut(&str, Option<Value>)) {
    let flag = || json!({ "flag": true });
    put("bl", it.blur.map(number));
    put(
        "cr",
        it.replace.as_ref().map(|it| {
            let mut out = json!({ "to": color(it.to), "tolerance": f64::from(it.tolerance) });
            if let Some(from) = it.from {
                out["from"] = color(from);
            }
            json!({ "replace": out })
        }),
    );
    put("e-grayscale", it.grayscale.then(flag));
    put("e-contrast", it.contrast.then(flag));
    put(
        "e-sharpen",
        it.sharpen.map(|it| match it {
            Sharpen::Amount(amount) => number(amount),
            _ => flag(),
        }),
    );
    put(
        "e-usm",
        it.unsharp.map(|it| match it {
            Unsharp::Exact { radius, sigma, amount, threshold } => {
                json!({ "list": [n(radius), n(sigma), n(amount), n(threshold)] })
            }
            _ => flag(),
        }),
    );
    put(
        "e-colorize",
        it.colorize
            .as_ref()
            .map(|it| sub([("co", it.color.map(color)), ("in", it.intensity.map(|it| json!(f64::from(it))))])),
    );
    put(
        "e-gradient",
        it.gradient.as_ref().map(|it| {
            let direction = it.direction.map(|direction| match direction {
                Direction::Side(side) => json!(gravity(side)),
                Direction::Degrees(degrees) => json!(f64::from(degrees)),
                _ => panic!("a direction without a form"),
            });
            let stop = it.stop.as_ref().map(|stop| match stop {
                Measure::Px(number) => n(*number),
                Measure::Expr(it) => json!({ "expr": expr(it) }),
            });
            sub([("ld", direction), ("from", it.from.map(color)), ("to", it.to.map(color)), ("sp", stop)])
        }),
    );
    put(
        "e-shadow",
        it.shadow.map(|it| {
            let (percent, signed) = (|it: u8| json!(f64::from(it)), |it: i8| json!(f64::from(it)));
            sub([
                ("bl", it.blur.map(percent)),
                ("st", it.strength.map(percent)),
                ("x", it.x.map(signed)),
                ("y", it.y.map(signed)),
            ])
        }),
    );
    put(
        "e-distort",
        it.distort.map(|it| match it {
            Distort::Perspective(corners) => json!({ "perspective": corners.map(n) }),
            Distort::Arc(degrees) => json!({ "arc": n(degrees) }),
            _ => panic!("a distortion without a form"),
        }),
    );
    for ai in &it.ai {
        match ai {
            Ai::RemoveBackground => put("e-bgremove", Some(flag())),
            Ai::RemoveBackgroundExternal => put("e-removedotbg", Some(flag())),
            Ai::Retouch => put("e-retouch", Some(flag())),
            Ai::Upscale => put("e-upscale", Some(flag())),
            Ai::Variation => put("e-genvar", Some(flag())),
            Ai::ChangeBackground { prompt } => put("e-changebg", Some(json!({ "prompt": prompt }))),
            Ai::Edit { prompt } => put("e-edit", Some(json!({ "prompt": prompt }))),
            Ai::DropShadow { azimuth, elevation, strength, .. } => {
                let small = |it: u8| json!(f64::from(it));
                let azimuth = azimuth.map(|it| json!(f64::from(it)));
                put(
                    "e-dropshadow",
                    Some(sub([("az", azimuth), ("el", elevation.map(small)), ("st", strength.map(small))])),
                );
            }
            _ => panic!("an effect without a form"),
        }
    }
}

/// `{"sub": ...}`, or a flag where nothing was written.
fn sub<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields: Map<_, _> = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    if fields.is_empty() { json!({ "flag": true }) } else { json!({ "sub": fields }) }
}

fn background(it: &Background) -> Value {
    match it {
        Background::Color(it) => json!({ "color": color(*it) }),
        Background::Blurred { intensity, brightness } => json!({
            "bg": "blurred",
            "intensity": intensity.map_or(json!("auto"), n),
            "brightness": f64::from(*brightness),
        }),
        Background::Dominant => json!({ "bg": "dominant" }),
        Background::GradientDominant { palette } => {
            json!({ "bg": "gradient_dominant", "palette": f64::from(*palette) })
        }
        Background::GenerativeFill { prompt: None } => json!({ "bg": "genfill" }),
        Background::GenerativeFill { prompt } => json!({ "bg": "genfill", "prompt": prompt }),
        _ => panic!("a background without a form"),
    }
}

fn pages(it: &Pages) -> Value {
    match it {
        Pages::Names(names) => json!({ "names": names }),
        Pages::Numbers(ranges) => {
            let range = |it: &PageRange| json!([f64::from(it.first), it.last.map(f64::from)]);
            json!({ "pages": ranges.iter().map(range).collect::<Vec<_>>() })
        }
        _ => panic!("pages without a form"),
    }
}

fn length(it: &Length) -> Value {
    match it {
        Length::Px(it) => number(*it),
        Length::Share(share) => json!({ "frac": n(*share) }),
        Length::Auto => json!({ "s": "auto" }),
        Length::Expr(it) => json!({ "expr": expr(it) }),
        _ => panic!("a length without a form"),
    }
}

fn measure(it: &Measure) -> Value {
    match it {
        Measure::Px(it) => number(*it),
        Measure::Expr(it) => json!({ "expr": expr(it) }),
    }
}

/// The tree that the flat list stands for: `mul div`, then `add sub`, then `mod`, then `pow`.
fn expr(it: &Expr) -> Value {
    let term = |term: &Term| match term {
        Term::Number(number) => n(*number),
        Term::Variable(_) => json!(term.to_string()),
    };
    let mut operands = vec![term(&it.first)];
    operands.extend(it.rest.iter().map(|(_, operand)| term(operand)));
    let mut operators: Vec<_> = it.rest.iter().map(|(operator, _)| *operator).collect();
    for level in [
        &[(Operator::Mul, "mul"), (Operator::Div, "div")][..],
        &[(Operator::Add, "add"), (Operator::Sub, "sub")],
        &[(Operator::Mod, "mod")],
        &[(Operator::Pow, "pow")],
    ] {
        let mut at = 0;
        while at < operators.len() {
            match level.iter().find(|(operator, _)| *operator == operators[at]) {
                None => at += 1,
                Some((_, name)) => {
                    operators.remove(at);
                    let right = operands.remove(at + 1);
                    operands[at] = json!([name, operands[at], right]);
                }
            }
        }
    }
    operands.remove(0)
}

fn gravity(side: Gravity) -> &'static str {
    match side {
        Gravity::Center => "center",
        Gravity::Top => "top",
        Gravity::Left => "left",
        Gravity::Bottom => "bottom",
        Gravity::Right => "right",
        Gravity::TopLeft => "top_left",
        Gravity::TopRight => "top_right",
        Gravity::BottomLeft => "bottom_left",
        Gravity::BottomRight => "bottom_right",
    }
}

fn color(it: Color) -> Value {
    let [red, green, blue] = it.rgb;
    json!({ "rgb": format!("{red:02X}{green:02X}{blue:02X}"), "a": f64::from(it.opacity) / 100.0 })
}

fn number(it: Number) -> Value {
    json!({ "n": n(it) })
}

fn integer(it: impl Into<u32>) -> Value {
    json!({ "n": f64::from(it.into()) })
}

fn n(it: Number) -> Value {
    json!(it.to_f64())
}
