use crate::geometry::Size;
use crate::limits::Limits;
use crate::note::Note;
use crate::pixels::codec::svg::draw;
use crate::pixels::raster::Raster;
use crate::timely::within;

/// Draws an image of 10 by 10 at its natural size.
fn drawn(body: &str) -> Raster {
    let file = format!("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'>{body}</svg>");
    draw(file.as_bytes(), Size::new(10, 10), None, &Limits::default()).unwrap()
}

/// Returns the colour of a pixel, with its opacity if it is not opaque.
fn pixel(raster: &Raster, x: usize, y: usize) -> String {
    let width = raster.size().width as usize;
    let samples = raster.samples();
    let channels = samples.len() / (width * raster.size().height as usize);
    let at = (y * width + x) * channels;
    let pixel = &samples[at..at + channels];
    if channels == 4 && pixel[3] == 0 {
        return String::new();
    }
    pixel.iter().take(if pixel.get(3) == Some(&255) { 3 } else { channels }).map(|v| format!("{v:02x}")).collect()
}

/// Returns the colour in the middle.
fn middle(body: &str) -> String {
    pixel(&drawn(body), 5, 5)
}

#[test]
fn rules_are_applied_in_their_order() {
    let shape = "<g class='g'><rect id='r' class='a b' width='10' height='10' fill='#010101'/></g>";
    for (sheet, want) in [
        ("", "010101"),
        ("rect{fill:red}", "ff0000"),
        (".a{fill:red}rect{fill:lime}", "ff0000"),
        ("#r{fill:red}.a.b{fill:lime}", "ff0000"),
        ("rect{fill:red !important}#r{fill:lime}", "ff0000"),
        ("rect{fill:red}rect{fill:lime}", "00ff00"),
        ("rect{fill:red}rect{fill:nonsense}", "ff0000"),
        (".g>.b[class~=a]:not(.c){fill:red}", "ff0000"),
        ("rect:nth-child(1){fill:red}", "ff0000"),
        (".g{fill:red}", "010101"),
        (".g{fill:red}rect{fill:inherit}", "ff0000"),
        (".g{fill:red}rect{fill:unset}", "ff0000"),
        (".g{fill:red}rect{fill:initial}", "000000"),
        ("rect{fill:currentColor}.g{color:lime}", "00ff00"),
        ("@media (min-width:10px){rect{fill:red}}", "ff0000"),
        ("@media (min-width:11px){rect{fill:red}}", "010101"),
        ("@media print{rect{fill:red}}", "010101"),
        ("rect{fill:red}@media (prefers-color-scheme:dark){rect{fill:lime}}", "ff0000"),
        ("@supports (fill:red){rect{fill:red}}", "ff0000"),
        ("@layer b,a;@layer a{rect{fill:red}}@layer b{#r{fill:lime}}", "ff0000"),
        ("rect{fill:red}@layer a{#r{fill:lime}}", "ff0000"),
        ("@import url(x.css);rect{fill:red}", "ff0000"),
        (".g{&amp; rect{fill:red}}", "ff0000"),
        ("rect{fill:rgb(255 0 0 / 100%)}", "ff0000"),
        ("rect{fill:color-mix(in srgb,#39f,#fff 20%)}", "5cadff"),
        ("rect{display:none}", ""),
        ("rect{fill:red;opacity:50%}", "ff000080"),
        ("rect{fill:url(#nothing) red}", "ff0000"),
    ] {
        assert_eq!(middle(&format!("<style>{sheet}</style>{shape}")), want, "{sheet}");
    }
    assert_eq!(middle("<style>rect{fill:red}</style><rect width='10' height='10' style='fill:lime'/>"), "00ff00");
}

#[test]
fn custom_properties_are_resolved() {
    for (body, want) in [
        ("<style>:root{--c:red}rect{fill:var(--c)}</style><rect width='10' height='10'/>", "ff0000"),
        ("<g style='--c:red'><rect width='10' height='10' fill='var(--c)'/></g>", "ff0000"),
        ("<rect width='10' height='10' style='fill:var(--none,red)'/>", "ff0000"),
        ("<rect width='10' height='10' style='fill:var(--none,var(--no,red))'/>", "ff0000"),
        ("<rect width='10' height='10' fill='red' style='fill:var(--none)'/>", "000000"),
        ("<g fill='red'><rect width='10' height='10' fill='lime' style='fill:var(--none)'/></g>", "ff0000"),
        ("<g style='--a:var(--b);--b:red'><rect width='10' height='10' style='fill:var(--a)'/></g>", "ff0000"),
        (
            "<g style='--a:var(--b);--b:var(--a)'><rect width='10' height='10' style='fill:var(--a,lime)'/></g>",
            "00ff00",
        ),
        ("<g style='--a:255,0'><rect width='10' height='10' style='fill:rgb(var(--a),0)'/></g>", "ff0000"),
        ("<g style='--c:red'><g style='--c:lime'/><rect width='10' height='10' style='fill:var(--c)'/></g>", "ff0000"),
        ("<g style='--w:10'><rect style='width:calc(1px*var(--w));height:1em;fill:red'/></g>", "ff0000"),
    ] {
        assert_eq!(middle(body), want, "{body}");
    }
}

#[test]
fn geometry_and_transformations_are_properties() {
    for (body, want) in [
        ("<rect style='x:4px;y:4px;width:2px;height:2px;fill:red'/>", "ff0000"),
        ("<circle style='cx:50%;cy:5px;r:calc(1px + 2px);fill:red'/>", "ff0000"),
        ("<path style=\"d:path('M0 0h10v10H0z');fill:red\"/>", "ff0000"),
        ("<rect width='2' height='2' fill='red' style='transform:translate(4px,4px)'/>", "ff0000"),
        (
            "<rect width='2' height='2' fill='red' transform='translate(90 0)' style='transform:translate(40%,40%)'/>",
            "ff0000",
        ),
        ("<rect width='2' height='2' fill='red' style='translate:4px 4px'/>", "ff0000"),
        ("<rect width='5' height='5' fill='red' style='transform:rotate(180deg);transform-origin:center'/>", "ff0000"),
        ("<rect width='5' height='5' fill='red' style='transform:scale(2)'/>", "ff0000"),
        ("<rect width='2' height='2' fill='red' style='transform:translate(4px)'/>", ""),
        (
            "<rect x='6' y='6' width='2' height='2' fill='red' style='transform:rotate(180deg);transform-box:fill-box;transform-origin:0% 0%'/>",
            "ff0000",
        ),
        ("<line x1='0' x2='10' y1='5' y2='5' style='stroke:red;stroke-width:calc(1px + 2px)'/>", "ff0000"),
        ("<rect width='1Q' height='1Q'/><rect width='calc(100% - 1px)' height='10PX' fill='red'/>", "ff0000"),
    ] {
        assert_eq!(middle(body), want, "{body}");
    }
}

#[test]
fn the_background_of_the_root_is_drawn() {
    let file =
        "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10' viewBox='0 0 5 1' style='background:red'/>";
    let raster = draw(file.as_bytes(), Size::new(10, 10), None, &Limits::default()).unwrap();
    assert_eq!((pixel(&raster, 5, 0), pixel(&raster, 5, 5)), ("ff0000".to_owned(), "ff0000".to_owned()));
}

#[test]
fn animations_show_their_first_moment() {
    let rect = |inside: &str| format!("<rect width='10' height='10' fill='#39f'>{inside}</rect>");
    for (body, want) in [
        (rect("<animate attributeName='fill' values='#f00;#fff' dur='2s'/>"), "ff0000"),
        (rect("<animate attributeName='fill' values='#f00;#fff' dur='2s' begin='1s'/>"), "3399ff"),
        (rect("<set attributeName='fill' to='red'/>"), "ff0000"),
        (rect("<animate attributeName='width' values='1;10' dur='2s'/>"), ""),
        (rect("<animateTransform attributeName='transform' type='translate' values='9 9;0 0' dur='2s'/>"), ""),
        (rect("<animateMotion path='M9 9L0 0' dur='2s'/>"), ""),
        ("<style>@keyframes k{from{fill:red}}rect{animation:k 1s}</style>".to_owned() + &rect(""), "ff0000"),
        ("<style>@keyframes k{to{fill:red}}rect{animation:k 1s infinite}</style>".to_owned() + &rect(""), "3399ff"),
        ("<style>@keyframes k{from{fill:red}}rect{animation:k 1s 1s}</style>".to_owned() + &rect(""), "3399ff"),
        (
            "<style>@keyframes k{from{fill:#000}to{fill:#fff}}rect{animation:k 2s -1s linear}</style>".to_owned()
                + &rect(""),
            "808080",
        ),
    ] {
        assert_eq!(middle(&body), want, "{body}");
    }
}

#[test]
fn what_is_not_drawn_is_told() {
    let notes = |body: &str| -> Vec<String> {
        let all = drawn(body).take_notes();
        all.into_iter().map(|note| if let Note::LeftOut(text) = note { text } else { note.to_string() }).collect()
    };
    assert_eq!(notes("<rect style='fill:red;cursor:pointer' width='1' height='1'/>"), Vec::<String>::new());
    assert_eq!(notes("<rect style='clip-path:circle(3px)' width='1' height='1'/>"), ["property clip-path"]);
    assert_eq!(notes("<style>rect:unknown{fill:red}</style>"), ["rule with an unknown selector"]);
    assert_eq!(notes("<rect><animate attributeName='x' values='1;2' dur='1s'/></rect>"), ["animation after its start"]);
    let texts = match (cfg!(feature = "text"), cfg!(feature = "own-fonts")) {
        (true, _) => Vec::new(),
        (false, true) => vec!["text without a font".to_owned()],
        (false, false) => vec!["element text".to_owned()],
    };
    assert_eq!(notes("<text y='9'>a</text>"), texts);
}

#[test]
fn comparing_is_limited() {
    let rules: String = (0..9000).map(|n| format!(".a{n}{{fill:red}}")).collect();
    let file = format!("<svg xmlns='http://www.w3.org/2000/svg'><style>{rules}</style>{}</svg>", "<g/>".repeat(9000));
    let error = draw(file.as_bytes(), Size::new(10, 10), None, &Limits::default()).unwrap_err();
    assert_eq!(error.code(), crate::code::ErrorCode::Limit);
    let growing: String = (0..40).map(|n| format!("--a{n}:var(--a{0}) var(--a{0});", n + 1)).collect();
    let file =
        format!("<svg xmlns='http://www.w3.org/2000/svg' style='{growing}--a40:red'><g fill='var(--a0)'/></svg>");
    _ = within(3, || draw(file.as_bytes(), Size::new(10, 10), None, &Limits::default()));
}
