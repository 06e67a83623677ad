//! SVG: drawn at the requested size, sanitised, and with no more work than the limits allow.
#![cfg(feature = "svg")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod images;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use image::{ImageFormat, Rgba, RgbaImage};
use originkit::render::{Note, sanitize_svg};
use originkit::{Error, ErrorCode, Format, Limits, Renderer};
use proptest::prelude::*;

use images::{file, photo, png_header_of};

const NS: &str = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";

/// Returns a file of the size of its `viewBox`, unless it states another size.
fn svg(attributes: &str, body: &str) -> Vec<u8> {
    let sides = attributes.split_once("viewBox='0 0 ").and_then(|(_, rest)| rest.split_once('\'')?.0.split_once(' '));
    let sides = sides.filter(|_| !attributes.contains("width="));
    let sides = sides.map(|(width, height)| format!("width='{width}' height='{height}'")).unwrap_or_default();
    format!("<svg {NS} {sides} {attributes}>{body}</svg>").into_bytes()
}

fn try_draw(bytes: &[u8], text: &str, options: &Renderer) -> Result<RgbaImage, Error> {
    let result = options.render(bytes, &text.parse().unwrap())?;
    assert_ne!(result.format, Format::Svg, "{text}");
    let image = image::load_from_memory(&result.bytes).unwrap().to_rgba8();
    assert_eq!((result.size.width, result.size.height), image.dimensions());
    Ok(image)
}

fn draw(bytes: &[u8], text: &str) -> RgbaImage {
    try_draw(bytes, text, &Renderer::new()).unwrap()
}

#[test]
fn is_drawn_at_the_size_wanted() {
    // Aligned to pixels at one, so at four it must be the same in blocks: nothing is resampled.
    let bytes = svg("viewBox='0 0 20 10'", "<rect x='5' y='2' width='10' height='3' fill='#123456'/>");
    let once = draw(&bytes, "f-png");
    assert_eq!(once.dimensions(), (20, 10));
    assert_eq!(*once.get_pixel(0, 0), Rgba([0; 4]), "nothing is transparent");
    assert_eq!(*once.get_pixel(5, 2), Rgba([0x12, 0x34, 0x56, 255]));
    let four = draw(&bytes, "w-80,f-png");
    assert_eq!(four, RgbaImage::from_fn(80, 40, |x, y| *once.get_pixel(x / 4, y / 4)));
    // Stretched, cut out, and cut out of something stretched.
    let stretched = draw(&bytes, "w-40,h-80,c-force,f-png");
    assert_eq!(stretched, RgbaImage::from_fn(40, 80, |x, y| *once.get_pixel(x / 2, y / 8)));
    let cut = draw(&bytes, "w-10,h-10,f-png");
    assert_eq!(cut, RgbaImage::from_fn(10, 10, |x, y| *once.get_pixel(x + 5, y)));
    let cut = draw(&bytes, "w-10,h-5,x-5,y-2,cm-extract:w-40,f-png");
    assert_eq!(cut, RgbaImage::from_fn(40, 20, |x, y| *once.get_pixel(5 + x / 4, 2 + y / 4)));
}

#[test]
fn edges_are_sharp_at_any_size() {
    // A disc of radius 8: on the middle row all pixels but two are whole.
    let bytes = svg("viewBox='0 0 20 20'", "<circle cx='10' cy='10' r='8'/>");
    for side in [20_u32, 80, 333, 1000] {
        let image = draw(&bytes, &format!("w-{side},f-png"));
        let row = side / 2;
        let partial = (0..side).filter(|x| !matches!(image.get_pixel(*x, row)[3], 0 | 255)).count();
        assert!(partial <= 2, "{side}: {partial}");
        let drawn: f64 = image.pixels().map(|p| f64::from(p[3]) / 255.0).sum();
        let wanted = std::f64::consts::PI * (f64::from(side) * 0.4).powi(2);
        assert!((drawn / wanted - 1.0).abs() < 0.01, "{side}: {drawn} {wanted}");
    }
}

#[test]
fn its_size_is_that_of_an_img() {
    for (attributes, want) in [
        ("viewBox='0 0 24 16' width='240' height='160'", (240, 160)),
        ("viewBox='0 0 24 16' width='48'", (48, 32)),
        ("viewBox='0,0,60,40' width='100%'", (225, 150)),
        ("width='30' height='0.5in'", (30, 48)),
        ("", (300, 150)),
    ] {
        let bytes = svg(attributes, "<rect width='1' height='1'/>");
        assert_eq!(draw(&bytes, "f-png").dimensions(), want);
        // Passed through, it says the same.
        let passed = (Renderer::new()).render(&bytes, &"".parse().unwrap()).unwrap();
        assert_eq!((passed.size.width, passed.size.height), want);
    }
    // The ratio is kept within the sides, with room on two of them; or not, where the file says so.
    let body = "<rect width='60' height='40' fill='#39f'/>";
    let meet = draw(&svg("viewBox='0 0 60 40' width='90' height='90'", body), "f-png");
    assert_eq!((meet.get_pixel(45, 10)[3], meet.get_pixel(45, 45)[3], meet.get_pixel(1, 45)[3]), (0, 255, 255));
    let none = draw(&svg("viewBox='0 0 60 40' width='90' height='90' preserveAspectRatio='none'", body), "f-png");
    assert!(none.pixels().all(|pixel| pixel[3] == 255));
    // A box without area shows nothing.
    let empty = draw(&svg("viewBox='0 0 0 0' width='9' height='9'", body), "f-png");
    assert!(empty.pixels().all(|pixel| pixel[3] == 0));
    // No pixels, no limit on them: a plan's limits are about what is drawn.
    let mut options = Renderer::new();
    options.rules.limits.pixels = 10_000;
    let huge = svg("viewBox='0 0 1000000 1000000'", "<rect width='500000' height='1000000'/>");
    let image = try_draw(&huge, "w-10,f-png", &options).unwrap();
    assert_eq!((image.get_pixel(4, 5)[3], image.get_pixel(5, 5)[3]), (255, 0));
    let code = |text: &str| try_draw(&huge, text, &options).map(|_| ()).map_err(|e| e.code());
    assert_eq!(code("w-100,f-png"), Ok(()));
    assert_eq!(code("w-101,f-png"), Err(ErrorCode::Limit));
}

#[test]
fn transparency_is_kept_or_filled() {
    let bytes = svg("viewBox='0 0 8 8'", "<rect width='4' height='8' fill='lime' fill-opacity='.5'/>");
    let image = draw(&bytes, "f-png");
    assert_eq!((*image.get_pixel(1, 1), *image.get_pixel(6, 1)), (Rgba([0, 255, 0, 128]), Rgba([0; 4])));
    let near = |image: &RgbaImage, x, want: [u8; 3]| {
        let got = image.get_pixel(x, 4).0;
        assert!((0..3).all(|c| got[c].abs_diff(want[c]) <= 6), "{got:?} {want:?}");
    };
    let filled = draw(&bytes, "w-64,f-jpg,bg-FF0000,q-100");
    near(&filled, 60, [255, 0, 0]);
    near(&filled, 4, [127, 128, 0]);
    near(&draw(&bytes, "w-64,f-jpg,q-100"), 60, [0, 0, 0]);
}

#[test]
fn overlays_are_drawn_as_large_as_they_are_wanted() {
    let mut options = Renderer::new();
    let logo = svg("viewBox='0 0 4 4'", "<rect width='2' height='4' fill='red'/><rect x='2' width='2' height='4'/>");
    options.files = vec![(originkit::transform::AssetPath::from_text("logo.svg").unwrap(), logo.into())];
    let base = file(RgbaImage::from_pixel(60, 40, Rgba([255; 4])), ImageFormat::Png);
    let image = try_draw(&base, "l-image,i-logo.svg,w-20,t-false,lx-10,ly-5,l-end,f-png", &options).unwrap();
    let red = |x, y| *image.get_pixel(x, y) == Rgba([255, 0, 0, 255]);
    let black = |x, y| *image.get_pixel(x, y) == Rgba([0, 0, 0, 255]);
    // Four pixels became twenty, and the edge is still one.
    assert!(red(10, 5) && red(19, 24) && black(20, 5) && black(29, 24));
    assert_eq!(*image.get_pixel(9, 5), Rgba([255; 4]));
}

#[test]
fn passes_through_unless_pixels_are_asked_for() {
    let bytes = svg("onload='a()' viewBox='0 0 30 20'", "<script>b()</script><rect width='9' height='9'/>");
    for text in ["w-300", "", "f-auto,w-5", "f-svg", "f-orig", "f-gif"] {
        let result = (Renderer::new()).render(&bytes, &text.parse().unwrap()).unwrap();
        let shown = String::from_utf8(result.bytes.to_vec()).unwrap();
        assert_eq!((result.format, result.size.width), (Format::Svg, 30), "{text}");
        assert!(shown.contains("<rect") && !shown.contains("script") && !shown.contains("onload"), "{shown}");
    }
    let result = (Renderer::new()).render(&bytes, &"orig-true,w-5".parse().unwrap()).unwrap();
    assert!(result.bytes == bytes && result.format == Format::Svg);
    for text in ["f-jpg", "f-png", "f-webp"] {
        assert_ne!((Renderer::new()).render(&bytes, &text.parse().unwrap()).unwrap().format, Format::Svg);
    }
}

#[test]
fn what_is_left_out_is_told() {
    let texts = |text: &str, body: &str, options: &Renderer| -> Vec<String> {
        let result = options.render(&svg("viewBox='0 0 9 9'", body), &text.parse().unwrap()).unwrap();
        result.notes.iter().map(ToString::to_string).collect()
    };
    let told = |part: &str| format!("left out: {part}");
    let body = "<script/><script/><g onclick='a()'/><image href='http://a'/><metadata/><g inkscape='x'/>";
    let want = [told("element script"), told("attribute onclick"), told("address in image")];
    for text in ["w-300", "f-png"] {
        assert_eq!(texts(text, body, &Renderer::new()), want, "{text}");
    }
    assert_eq!(texts("f-png", "<rect style='clip-path:circle(1px)'/>", &Renderer::new()), [told("property clip-path")]);
    assert_eq!(texts("", "<g><rect/></g>", &Renderer::new()), Vec::<String>::new());

    // Letters that are none are damage, which may be refused.
    let damaged = [b"<svg xmlns='http://www.w3.org/2000/svg'><title>".as_slice(), b"\xFF", b"</title></svg>"].concat();
    let mut options = Renderer::new();
    for text in ["", "f-png"] {
        let text = text.parse().unwrap();
        assert!(options.render(&damaged, &text).unwrap().notes.iter().any(Note::is_damage));
        options.rules.refuse_damaged = true;
        assert_eq!(options.render(&damaged, &text).unwrap_err().code(), ErrorCode::Format);
        options.rules.refuse_damaged = false;
    }
}

#[test]
fn files_in_other_encodings_and_with_entities_are_drawn() {
    let body = "<rect width='9' height='9' fill='#3399ff'/><text>é</text>";
    let text = format!("<svg {NS} width='9' height='9'>{body}</svg>");
    let wide = |mark: &str, little: bool| -> Vec<u8> {
        let units = mark.encode_utf16().chain(text.encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let latin: Vec<u8> =
        format!("<?xml version='1.0' encoding='ISO-8859-1'?>{text}").chars().map(|c| c as u8).collect();
    let illustrator = format!(
        "<?xml version='1.0'?>\n<!-- Generator: {} -->\n<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://a/svg11.dtd' [\n\
         \t<!ENTITY ns_svg \"http://www.w3.org/2000/svg\">\n\t<!ENTITY c \"#3399ff\">\n]>\n\
         <svg xmlns='&ns_svg;' width='9' height='9'><rect width='9' height='9' style='fill:&c;'/></svg>",
        "x".repeat(5000)
    );
    for file in [wide("", true), wide("", false), wide("\u{feff}", true), latin, illustrator.into_bytes()] {
        let shown = String::from_utf8_lossy(&file).into_owned();
        assert!(draw(&file, "f-png").pixels().all(|p| p[2] == 255 || p[0] < 0x34), "{shown}");
        let clean = sanitize_svg(&file, &Limits::default()).unwrap();
        assert_eq!((clean.size.width, clean.size.height), (9, 9));
        assert!(std::str::from_utf8(&clean.bytes).unwrap().contains("#3399ff"), "{shown}");
    }
}

#[test]
fn nothing_is_read_from_outside() {
    let red = file(RgbaImage::from_pixel(4, 4, Rgba([255, 0, 0, 255])), ImageFormat::Png);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("svg-outside.png");
    std::fs::write(&path, &red).unwrap();
    let path = path.display();
    for href in [
        format!("{path}"),
        format!("file://{path}"),
        "svg-outside.png".to_owned(),
        "http://127.0.0.1:9/a.png".to_owned(),
        "//127.0.0.1/a.png".to_owned(),
        "/etc/passwd".to_owned(),
    ] {
        for body in [
            format!("<image width='8' height='8' href='{href}'/>"),
            format!("<image width='8' height='8' xlink:href='{href}'/>"),
            format!(
                "<filter id='f'><feImage href='{href}'/></filter><g filter='url(#f)'><rect width='8' height='8'/></g>"
            ),
            format!("<use href='{href}#a'/>"),
            format!("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{href}'/>"),
            format!("<style>@import '{href}';rect{{fill:url({href})}}</style>"),
            format!("<?xml-stylesheet href='{href}'?>"),
        ] {
            let image = draw(&svg("viewBox='0 0 8 8'", &body), "f-png");
            assert!(image.pixels().all(|p| p[3] == 0), "{body}");
        }
    }
    // What is inside is drawn.
    let data = format!("data:image/png;base64,{}", base64(&red));
    let image = draw(&svg("viewBox='0 0 8 8'", &format!("<image width='8' height='8' href='{data}'/>")), "f-png");
    assert!(image.pixels().all(|p| *p == Rgba([255, 0, 0, 255])));
}

#[test]
fn bombs_are_refused_or_defused() {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let shape = |attributes: &str| format!("<rect width='99' height='99' {attributes}/>");
    let filtered = |steps: &str| format!("<filter id='f'>{steps}</filter>{}", shape("filter='url(#f)'"));
    // Each is used ten times by the one before it, and the first by the drawing.
    let chained = |element: &str, attribute: &str, count: usize| {
        let ten = |id: usize| shape(&format!("{attribute}='url(#i{id})'")).repeat(10);
        let defined = |id: usize| format!("<{element} id='i{id}' width='9' height='9'>{}</{element}>", ten(id + 1));
        (0..count).map(defined).collect::<String>() + &ten(0)
    };
    let nested = |tag: &str, count: usize, inside: &str| {
        format!("{}{inside}{}", format!("<{tag}>").repeat(count), "</g>".repeat(count))
    };
    let png_of_900_megapixels = base64(&png_header_of(30_000, 30_000));
    let bombs: Vec<(&str, String)> = vec![
        ("nested elements", nested("g", 100_000, "")),
        ("200 001 nodes", "<g/>".repeat(200_000)),
        ("attributes", format!("<g {}/>", lines(100_000, &|n| format!("a{n}='' ")))),
        ("namespaces", lines(10_000, &|n| format!("<g xmlns:n{n}='urn:n{n}'/>"))),
        (
            "use of use",
            lines(30, &|n| format!("<g id='u{n}'>{}</g>", format!("<use href='#u{}'/>", n + 1).repeat(10)))
                + "<rect id='u30' width='9' height='9'/>",
        ),
        (
            "one use of everything, often",
            format!("<g id='a'>{}</g>{}", "<rect/>".repeat(50_000), "<use href='#a'/>".repeat(40_000)),
        ),
        (
            "markers of markers",
            lines(20, &|n| {
                format!("<marker id='m{n}'><path d='M0 0L1 1L2 2L3 3L4 4L5 5' marker-mid='url(#m{})'/></marker>", n + 1)
            }) + &format!("<path marker-mid='url(#m0)' d='M0 0{}'/>", "L1 1".repeat(10_000)),
        ),
        (
            "markers by style",
            format!(
                "<style>path{{marker:url(#m)}}</style><marker id='m'>{}</marker><path d='M0 0{}'/>",
                "<rect/>".repeat(1000),
                "L1 1".repeat(100_000)
            ),
        ),
        ("patterns of patterns", chained("pattern", "fill", 12)),
        ("masks of masks", chained("mask", "mask", 12)),
        ("clips of clips", chained("clipPath", "clip-path", 12)),
        (
            "a circle of masks",
            lines(3, &|n| format!("<mask id='k{n}'><g mask='url(#k{})'/></mask>", (n + 1) % 3))
                + &shape("mask='url(#k0)'"),
        ),
        ("itself in itself", "<g id='a'><g id='b'><use href='#a'/></g></g><use href='#b'/>".to_owned()),
        (
            "a huge tile",
            format!(
                "<pattern id='p' width='50000' height='50000' patternUnits='userSpaceOnUse'>{}</pattern>{}",
                shape(""),
                shape("fill='url(#p)'")
            ),
        ),
        ("octaves", filtered("<feTurbulence baseFrequency='.1' numOctaves='4000000000'/>")),
        ("a wide eraser", filtered(&"<feMorphology radius='9999'/>".repeat(100))),
        ("many steps of a filter", filtered(&"<feFlood/>".repeat(60_000))),
        ("layers in layers", nested("g opacity='.9'", 100, "<rect width='9999' height='9999'/>").repeat(20)),
        ("edges", format!("<path d='M0 0{}'/>", "L1 99L2 0".repeat(400_000))),
        ("dashes", "<path stroke='red' stroke-dasharray='.0001' d='M0 0H99'/>".repeat(20_000)),
        ("selectors", format!("<style>{}</style>", "g g g g g g{fill:red}".repeat(1000)) + &nested("g", 100, "")),
        (
            "rules",
            format!("<style>{}</style>{}", lines(20_000, &|n| format!(".a{n}{{fill:red}}")), "<g/>".repeat(100_000)),
        ),
        (
            "rules for nobody",
            format!("<style>{}</style><g/>", lines(9_000, &|n| format!(".a{n}{{fill:red !important}}"))),
        ),
        ("declarations", format!("<style>a{{{}}}</style><g/>", "fill:red;".repeat(400_000))),
        ("images", format!("<image width='9' height='9' href='data:image/png;base64,{png_of_900_megapixels}'/>")),
        (
            "stops",
            format!("<linearGradient id='l'>{}</linearGradient>", "<stop/>".repeat(20_000))
                + &shape("fill='url(#l)'").repeat(10_000),
        ),
    ];
    for (name, body) in bombs {
        let bytes = svg("viewBox='0 0 1000 1000'", &body);
        for text in ["f-png", "w-200"] {
            let start = Instant::now();
            let result = (Renderer::new()).render(&bytes, &text.parse().unwrap());
            let took = start.elapsed();
            if let Err(error) = &result {
                assert!(matches!(error.code(), ErrorCode::Limit | ErrorCode::Format), "{name}: {error}");
            }
            // Optimised it is a quarter of that, on an idle machine.
            assert!(took < Duration::from_secs(5), "{name}, {text}: {took:?} {:?}", result.map(|_| ()));
            eprintln!("{name}, {text}: {took:?} {:?}", result.map(|r| r.bytes.len()));
        }
    }
    let laughs: String = (0..9).map(|n| format!("<!ENTITY a{} '{}'>", n + 1, format!("&a{n};").repeat(10))).collect();
    let laughs = format!("<!DOCTYPE svg [<!ENTITY a0 'ha'>{laughs}]><svg>&a9;</svg>");
    assert_eq!(sanitize_svg(laughs.as_bytes(), &Limits::default()).unwrap_err().code(), ErrorCode::Limit);
    // What is outside is not read.
    let outside = "<!DOCTYPE svg SYSTEM 'file:///etc/passwd' [<!ENTITY % a SYSTEM 'b'>%a;<!ENTITY c SYSTEM 'file:///etc/passwd'>]>\
                   <svg><text>&c;</text></svg>";
    let clean = sanitize_svg(outside.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(clean.bytes, "<svg xmlns=\"http://www.w3.org/2000/svg\"><text/></svg>");
    // Compressed files are not inflated.
    assert_eq!(sanitize_svg(b"\x1F\x8B\x08", &Limits::default()).unwrap_err().code(), ErrorCode::Format);
}

#[test]
fn exactly_enough_passes_and_one_more_is_refused() {
    let bytes = svg("viewBox='0 0 100 100'", "<!-- a --><rect width='10' height='10'/>");
    type Set = fn(&mut Limits, u64);
    let cases: [(&str, Set, u64); 2] =
        [("bytes", |l, n| l.svg_bytes = n, bytes.len() as u64), ("nodes", |l, n| l.svg_nodes = n, 4)];
    for (name, set, enough) in cases {
        let run = |limit: u64| {
            let mut options = Renderer::new();
            set(&mut options.rules.limits, limit);
            try_draw(&bytes, "f-png", &options).map(|_| ()).map_err(|e| e.code())
        };
        assert_eq!(run(enough), Ok(()), "{name}");
        assert_eq!(run(enough - 1), Err(ErrorCode::Limit), "{name}");
    }
    let mut options = Renderer::new();
    let enough = options.cost(&bytes, &"f-png".parse().unwrap()).unwrap().work;
    options.rules.limits.work = enough - 1;
    assert_eq!(try_draw(&bytes, "f-png", &options).unwrap_err().code(), ErrorCode::Limit);
    options.rules.limits.work = enough;
    assert!(try_draw(&bytes, "f-png", &options).is_ok());
    assert_eq!(try_draw(&bytes, "w-1000,f-png", &options).unwrap_err().code(), ErrorCode::Limit);
}

/// Returns the parts of a file that a browser could execute or fetch.
fn forbidden(text: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut found = Vec::new();
    for node in document.descendants() {
        if node.is_pi() || node.is_comment() {
            found.push(format!("{node:?}"));
        }
        if !node.is_element() {
            continue;
        }
        let name = node.tag_name().name();
        let known = node.tag_name().namespace() == Some("http://www.w3.org/2000/svg");
        let acts = ["script", "foreignObject", "handler", "iframe", "a", "audio", "video", "metadata"];
        if !known || acts.contains(&name) {
            found.push(name.to_owned());
        }
        let animated = node.attribute("attributeName").unwrap_or_default().to_lowercase();
        if ["href", "style", "src"].iter().any(|name| animated.contains(name)) || animated.starts_with("on") {
            found.push(format!("{name} of {animated}"));
        }
        for attribute in node.attributes() {
            let value: String =
                attribute.value().chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
            let name = attribute.name().to_lowercase();
            let points = name == "href" && !value.starts_with('#') && !value.starts_with("data:image/");
            let speaks = [
                "javascript:",
                "vbscript:",
                "http:",
                "https:",
                "file:",
                "expression(",
                "@import",
                "svg+xml",
                "binding",
            ];
            let far = value.split("url(").skip(1).any(|rest| !rest.starts_with('#') && !rest.starts_with("'#"));
            let told = matches!(name.as_str(), "style" | "href" | "fill" | "stroke" | "filter" | "mask" | "cursor")
                || !animated.is_empty();
            if name.starts_with("on") || points || far || (told && speaks.iter().any(|s| value.contains(s))) {
                found.push(format!("{name}={value}"));
            }
        }
        if name == "style" {
            let sheet = node.text().unwrap_or_default().to_lowercase();
            let near = |rest: &str| ["#", "'#", "data:font/"].iter().any(|start| rest.starts_with(start));
            let far = sheet.split("url(").skip(1).any(|rest| !near(rest));
            if far || ["@import", "expression", "binding", "behavior", "\\"].iter().any(|s| sheet.contains(s)) {
                found.push(sheet);
            }
        }
    }
    if text.contains("<!") || text.contains("<?") {
        found.push("a declaration".to_owned());
    }
    found
}

#[test]
fn the_corpus_comes_out_harmless() {
    let js = "javascript:alert(1)";
    for body in [
        "<script>alert(1)</script>".to_owned(),
        "<script href='http://a/b.js'/><svg:script xmlns:svg='http://www.w3.org/2000/svg'>1</svg:script>".to_owned(),
        "<SCRIPT>1</SCRIPT><script type='text/ecmascript'><![CDATA[1]]></script>".to_owned(),
        "<g onload='1' onclick='1' onbegin='1' ONMOUSEOVER='1' on='1'/>".to_owned(),
        format!("<a href='{js}'><text>x</text></a><a xlink:href='{js}'><g/></a>"),
        format!("<a href='java&#10;script:1'><g/></a><use href='{js}'/><image href='{js}'/>"),
        "<foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' src='http://a'/></foreignObject>".to_owned(),
        format!("<animate attributeName='href' values='{js}'/><set attributeName='onload' to='1'/>"),
        "<animateTransform onbegin='1'/><animateMotion/><discard/>".to_owned(),
        "<handler type='text/javascript' ev:event='load' xmlns:ev='http://www.w3.org/2001/xml-events'>1</handler>"
            .to_owned(),
        "<image href='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9Ij4i'/><image href='data:text/html,x'/>".to_owned(),
        "<use href='data:image/svg+xml,&lt;svg id=x&gt;#x'/><use xlink:href='http://a/b.svg#c'/>".to_owned(),
        "<style>@import url(http://a);*{background:url('http://b')}a{x:expression(1)}</style>".to_owned(),
        "<style>@\\69mport 'http://a';a{fill:u\\72l(http://b)}</style><style>a{behavior:url(#c)}</style>".to_owned(),
        "<style>a{fill:red}&lt;/style>&lt;script>1</style>".to_owned(),
        "<style><![CDATA[</style><script>1</script>]]></style>".to_owned(),
        "<g style='-moz-binding:url(http://a#b);fill:url(http://a)'/><g fill='url(http://a#b)' filter='url(b.svg#c)'/>"
            .to_owned(),
        "<g style='background-image:image-set(\"http://a\" 1x);fill:red'/><g cursor='url(http://a),auto'/>".to_owned(),
        "<g mask='URL( http://a )' clip-path='url(\"//a#b\")' marker='url(data:x)'/>".to_owned(),
        "<feImage href='http://a'/><filter><feImage xlink:href='//a'/></filter><color-profile href='http://a'/>"
            .to_owned(),
        "<font-face><font-face-src><font-face-uri href='http://a'/></font-face-src></font-face>".to_owned(),
        "<g xml:base='http://a/'><use href='#b'/></g><cursor href='http://a'/><tref href='http://a'/>".to_owned(),
        "<?xml-stylesheet href='http://a'?><!-- <script> --><metadata><rdf:RDF xmlns:rdf='urn:r'/></metadata>"
            .to_owned(),
        "<title>&lt;script>1&lt;/script></title><desc>&lt;img src=x onerror=1></desc>".to_owned(),
        "<text>&lt;script>alert(1)&lt;/script></text><x:script xmlns:x='urn:x'>1</x:script>".to_owned(),
        format!("<set attributeName='fill' to='{js}'/><animate attributeName='fill' values='red;{js}' begin='{js}'/>"),
        "<animate attributeName='style' to='fill:red'/><set attributeName='xlink:href' to='#a'/>".to_owned(),
        format!("<animate href='{js}' attributeName='x' to='1'/><g class='{js}' d='{js}'/>"),
        "<style>:root{--a:url(http://a);--b:url}a{fill:var(--b)(http://a);background:image-set(var(--a))}</style>"
            .to_owned(),
        "<style>@font-face{font-family:x;src:url(http://a)}@font-face{font-family:x;src:local(x)}</style>".to_owned(),
        "<style>@keyframes k{to{fill:url(http://a);-moz-binding:url(b)}}</style>".to_owned(),
        "<style>a{b{background:url(http://a)}}@media x{@import 'http://b';}</style><g style='--x:{}'/>".to_owned(),
        "<audio href='http://a'/><video/><iframe/><embed/><object/><link href='http://a'/>".to_owned(),
        "<g id='&quot;&gt;&lt;script&gt;' class='&quot;&gt;&lt;script&gt;'/>".to_owned(),
    ] {
        let clean = sanitize_svg(&svg("onload='1'", &body), &Limits::default()).unwrap().bytes;
        let clean = std::str::from_utf8(&clean).unwrap();
        assert_eq!(forbidden(clean), Vec::<String>::new(), "{body}\n{clean}");
    }
    // In an entity, and in UTF-16.
    let hidden = format!(
        "<!DOCTYPE svg [<!ENTITY a '&#60;script>1&#60;/script>'><!ENTITY b 'javascript:1'>]><svg {NS}>&a;\
         <g onload='&b;' fill='&b;'/><use href='&b;'/></svg>"
    );
    let wide: Vec<u8> = hidden.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for file in [hidden.into_bytes(), wide] {
        let clean = sanitize_svg(&file, &Limits::default()).unwrap().bytes;
        assert_eq!(clean, "<svg xmlns=\"http://www.w3.org/2000/svg\"><g/><use/></svg>");
    }
    // With what real programs write in front of it.
    let real = "\u{feff}<?xml version='1.0' encoding='UTF-8' standalone='no'?>\n<!-- Made by -->\n<!DOCTYPE svg PUBLIC \
                '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd'>\n\
                <svg xmlns='http://www.w3.org/2000/svg' xmlns:inkscape='http://www.inkscape.org/namespaces/inkscape' \
                inkscape:version='1'><inkscape:grid/><g inkscape:label='a'/></svg>";
    let clean = sanitize_svg(real.as_bytes(), &Limits::default()).unwrap().bytes;
    assert_eq!(clean, "<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>");
}

proptest! {
    #[test]
    fn sanitising_is_done_once(pieces in prop::collection::vec(piece(), 0..40)) {
        let mut body = String::new();
        let mut open: Vec<&str> = Vec::new();
        for (name, attributes, text, close) in &pieces {
            body.push_str(&format!("<{name}{attributes}>{text}"));
            open.push(name);
            for _ in 0..*close {
                if let Some(name) = open.pop() {
                    body.push_str(&format!("</{name}>"));
                }
            }
        }
        while let Some(name) = open.pop() {
            body.push_str(&format!("</{name}>"));
        }
        let Ok(once) = sanitize_svg(&svg("", &body), &Limits::default()) else {
            // Two attributes of a name.
            return Ok(());
        };
        let text = std::str::from_utf8(&once.bytes).unwrap();
        prop_assert_eq!(forbidden(text), Vec::<String>::new());
        let twice = sanitize_svg(&once.bytes, &Limits::default()).unwrap();
        prop_assert_eq!(&once.bytes, &twice.bytes);
        prop_assert_eq!(once.size, twice.size);
        // Any of it can be drawn, or is refused.
        let drawn = (Renderer::new()).render(&once.bytes, &"w-16,f-png".parse().unwrap());
        if let Err(error) = drawn {
            prop_assert!(matches!(error.code(), ErrorCode::Limit | ErrorCode::Format), "{}", error);
        }
    }

    #[test]
    fn any_bytes_are_an_answer(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in "[<>/a-z='\"&;#! ?\\[\\]-]{0,80}",
    ) {
        _ = sanitize_svg(&bytes, &Limits::default());
        let (inside, attributes) = (format!("<svg>{text}</svg>"), format!("<svg {text}/>"));
        for file in [inside, attributes, format!("<svg><style>{text}</style></svg>"), text] {
            if let Ok(once) = sanitize_svg(file.as_bytes(), &Limits::default()) {
                let shown = std::str::from_utf8(&once.bytes).unwrap();
                prop_assert_eq!(forbidden(shown), Vec::<String>::new());
                prop_assert_eq!(&sanitize_svg(&once.bytes, &Limits::default()).unwrap().bytes, &once.bytes);
            }
        }
    }
}

/// A start tag, text in it, and the number of elements that end after it.
fn piece() -> impl Strategy<Value = (&'static str, String, String, usize)> {
    let name = prop::sample::select(vec![
        "g",
        "a",
        "rect",
        "path",
        "text",
        "tspan",
        "style",
        "script",
        "use",
        "image",
        "pattern",
        "mask",
        "filter",
        "feImage",
        "feBlend",
        "linearGradient",
        "stop",
        "title",
        "x",
        "foreignObject",
        "switch",
        "svg",
        "marker",
        "animate",
        "set",
        "animateTransform",
        "animateMotion",
        "mpath",
        "circle",
    ]);
    let attribute = (
        prop::sample::select(vec![
            "id",
            "href",
            "xlink:href",
            "style",
            "fill",
            "class",
            "d",
            "width",
            "onload",
            "filter",
            "mask",
            "x",
            "transform",
            "marker-mid",
            "xml:space",
            "xml:base",
            "patternUnits",
            "font-family",
            "values",
            "attributeName",
            "to",
            "begin",
            "dur",
            "r",
            "viewBox",
            "font",
            "media",
        ]),
        value(),
    );
    let attributes = prop::collection::vec(attribute, 0..4)
        .prop_map(|list| list.into_iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect());
    (name, attributes, value(), 0_usize..4)
}

fn value() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "a",
        "#a",
        "#b",
        "url(#a)",
        "url( 'x' )",
        "url(http://a)",
        "red",
        ";",
        ":",
        "fill:red",
        "{",
        "}",
        "a{fill:red}",
        "@import 'a';",
        "@media a{",
        "/*",
        "*/",
        "'",
        "&quot;",
        "\\",
        "&#10;",
        "&#13;",
        "\t",
        " ",
        "&lt;",
        "&amp;",
        "&gt;",
        "(",
        ")",
        "rgb(1,2,3)",
        "M0 0L9 9",
        "9",
        "!important",
        "é",
        "data:image/gif;base64,R0lGODlh",
        "<!--",
        "javascript:",
        "expression(",
        "--c:red",
        "var(--c)",
        "var(--c,",
        "--c:url(http://a);",
        "fill:var(--c);",
        "@keyframes k{to{x:1}}",
        "*{animation:k 1s -.5s}",
        "@font-face{src:url(data:font/woff;base64,d09GRg)}",
        "@layer a;",
        "g:nth-child(2n){fill:red}",
        "a{b{x:1}}",
        "transform:rotate(1turn)",
        "calc(1px + 2%)",
        "onload",
        "href",
        "fill",
        "1s",
    ]);
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat().replace("<!--", "&lt;!--"))
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

#[test]
fn embedded_photos_are_drawn() {
    let image = photo(40, 30);
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let data = base64(&file(image.clone(), format));
        let body = format!("<image width='40' height='30' href='data:image/png;base64,{data}'/>");
        let drawn = draw(&svg("viewBox='0 0 40 30'", &body), "f-png");
        let off = drawn.pixels().zip(image.pixels()).map(|(a, b)| u64::from(a[1].abs_diff(b[1]))).sum::<u64>();
        assert!(off / 1200 <= 8, "{format:?}: {off}");
    }
}
