mod fonts;

use std::path::{Path, PathBuf};

use image::ImageEncoder as _;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use super::*;
use crate::limits::LimitError;
use crate::path::AssetPath;
use crate::pixels::base::internal_error;
use crate::plan::FontChoice;
use crate::timely::within;
use crate::transform::{Align, Color, Typography};

fn no_files<'a>(_: &AssetPath) -> Result<&'a [u8], Error> {
    Err(internal_error("no files"))
}

fn book() -> FontBook<'static> {
    FontBook::new(None, &no_files)
}

fn block(text: &str) -> TextBlock {
    TextBlock {
        text: text.to_owned(),
        font: FontChoice::Default,
        size: 45.0,
        wrap: None,
        align: Align::Center,
        padding: [0; 4],
        color: Color::BLACK,
        background: None,
        typography: Typography::default(),
        line_height: None,
    }
}

fn size(block: &TextBlock) -> Size {
    measure(block, &book(), &Limits::default()).unwrap()
}

fn drawn(block: &TextBlock) -> Raster {
    let raster = draw(block, &book(), &Limits::default()).unwrap();
    assert_eq!(raster.size(), size(block), "measured as drawn");
    raster
}

/// Returns the columns with ink, by the alpha of a text without background.
fn inked_columns(raster: &Raster, rows: std::ops::Range<u32>) -> Vec<u32> {
    let inked = |x: u32| rows.clone().any(|y| raster.pixel(x, y).is_some_and(|p| p[3] > 0));
    (0..raster.size().width).filter(|x| inked(*x)).collect()
}

fn refused(block: &TextBlock) -> LimitError {
    let measured = within(1, || measure(block, &book(), &Limits::default()));
    let drawn = within(1, || draw(block, &book(), &Limits::default()));
    assert_eq!(measured.as_ref().err(), drawn.as_ref().err());
    match measured {
        Err(Error::Limit(limit)) => limit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_box_is_what_ink_covers() {
    let raster = drawn(&block("Hello"));
    let Size { width, height } = raster.size();
    // "Hello" in 45 pixels: five letters, capital height 0.714.
    assert!((95..125).contains(&width) && (32..37).contains(&height), "{width}x{height}");
    for edge in [0, height - 1] {
        assert!((0..width).any(|x| raster.pixel(x, edge).unwrap()[3] > 0), "row {edge} is empty");
    }
    let columns = inked_columns(&raster, 0..height);
    assert_eq!((columns.first(), columns.last()), (Some(&0), Some(&(width - 1))));
    // Surrounding space makes no difference, and doubling the font size doubles the size.
    assert_eq!(size(&block("  Hello \t ")), Size::new(width, height));
    let double = size(&TextBlock { size: 90.0, ..block("Hello") });
    assert!(double.width.abs_diff(2 * width) <= 2 && double.height.abs_diff(2 * height) <= 2, "{double:?}");
}

#[test]
fn wrapping_keeps_words_whole() {
    let wide = size(&block("one two three four"));
    let wrapped = TextBlock { wrap: Some(200), ..block("one two three four") };
    let raster = drawn(&wrapped);
    assert!(wide.width > 200 && raster.size().width == 200, "exactly as wide as asked for");
    // "one two" takes 166 pixels, "three four" 213.
    let lines = |text: &str, wrap: u32| {
        let TextBlock { size: em, .. } = block("");
        let height = size(&TextBlock { wrap: Some(wrap), line_height: Some(1000.0), ..block(text) }).height;
        (f64::from(height) / 1000.0 + em / 1000.0).floor() as u32 + 1
    };
    assert_eq!(lines("one two three four", 200), 3);
    assert_eq!(lines("one two three four", 260), 2);
    assert_eq!(lines("one two three four", 2000), 1);
    assert_eq!(lines("one\ntwo\r\nthree\u{2028}four", 2000), 4);
    // A blank line takes space, explicit break or not; one at the end has no ink.
    assert_eq!(lines("one\n\ntwo\n\n", 2000), 3);
    // Chinese breaks between characters, a non-breaking space does not break, a soft hyphen may.
    assert_eq!(lines("中文中文中文", 60), 3);
    assert_eq!(lines("one\u{A0}two", 120), 1);
    let hyphenated = |text: &str| drawn(&TextBlock { wrap: Some(260), ..block(text) });
    assert_eq!(hyphenated("fundament\u{AD}ally"), hyphenated("fundament-\nally"));
    assert_eq!(drawn(&block("fundament\u{AD}ally")), drawn(&block("fundamentally")));
    // Thai words are written without spaces, and still break.
    assert!(lines("ภาษาไทยภาษาไทยภาษาไทย", 200) > 1);
}

#[test]
fn a_word_that_is_too_wide_is_cut_off() {
    let raster = drawn(&TextBlock { wrap: Some(50), padding: [0, 10, 0, 0], ..block("Hello") });
    assert_eq!(raster.size().width, 60);
    // The word is drawn over the padding, and shows its beginning although it is centred.
    let alone = drawn(&TextBlock { wrap: Some(500), align: Align::Left, ..block("Hello") });
    assert_eq!(raster.size().height, alone.size().height);
    for y in 0..raster.size().height {
        for x in 0..60 {
            assert_eq!(raster.pixel(x, y), alone.pixel(x, y), "{x},{y}");
        }
    }
}

#[test]
fn lines_are_aligned_in_the_box() {
    let margins = |align: Align, wrap: Option<u32>| {
        let raster = drawn(&TextBlock { wrap, align, line_height: Some(60.0), ..block("MMMM\nM") });
        let Size { width, height } = raster.size();
        let columns = inked_columns(&raster, 50..height);
        (columns[0], width - 1 - columns[columns.len() - 1])
    };
    for wrap in [None, Some(400)] {
        let (left, right) = margins(Align::Left, wrap);
        assert!(left < 6 && right > 100, "left: {left} {right}");
        let (left, right) = margins(Align::Right, wrap);
        assert!(left > 100 && right < 6, "right: {left} {right}");
        let (left, right) = margins(Align::Center, wrap);
        assert!(left > 50 && left.abs_diff(right) <= 1, "center: {left} {right}");
    }
}

#[test]
fn padding_goes_around() {
    let red: Color = "red".parse().unwrap();
    let bare = drawn(&block("Hg"));
    let padded = drawn(&TextBlock { padding: [1, 20, 300, 4], background: Some(red), ..block("Hg") });
    let Size { width, height } = bare.size();
    assert_eq!(padded.size(), Size::new(width + 24, height + 301));
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let alpha = bare.pixel(x, y).unwrap()[3];
        assert_eq!(padded.pixel(x + 4, y + 1).unwrap(), [255 - alpha, 0, 0, 255], "black over red at {x},{y}");
    }
    assert_eq!(padded.pixel(0, 0).unwrap(), [255, 0, 0, 255]);
    assert_eq!(padded.pixel(width + 23, height + 300).unwrap(), [255, 0, 0, 255]);
}

#[test]
fn translucent_text_over_a_translucent_background() {
    // Full coverage, 40 percent blue over 60 percent of red: 0.4 + 0.6 * 0.6 = 0.76 opaque.
    let [blue, red] = ["0000FF40", "FF000060"].map(|c| pixel(c.parse().unwrap()));
    assert_eq!(over(blue, 255, red), [121, 0, 134, 194]);
    assert_eq!(over(blue, 0, red), red);
    // Half covered by an opaque colour over nothing.
    assert_eq!(over([9, 8, 7, 255], 128, [9, 8, 7, 0]), [9, 8, 7, 128]);
    assert_eq!(over([9, 8, 7, 0], 255, [9, 8, 7, 0]), [9, 8, 7, 0]);
    assert_eq!(over([0, 0, 0, 255], 255, [1, 2, 3, 255]), [0, 0, 0, 255]);
}

#[test]
fn line_height_counts_from_two_lines_on() {
    let tall = |text: &str, line_height| size(&TextBlock { line_height, ..block(text) }).height;
    assert_eq!(tall("H", Some(500.0)), tall("H", None));
    assert_eq!(tall("H\nH", Some(100.0)), tall("H", None) + 100);
    assert_eq!(tall("H\nH\nH", Some(50.0)), tall("H", None) + 100);
    // Noto Sans: 1.069 above the baseline, 0.293 below it.
    assert_eq!(tall("H\nH", None), tall("H", None) + (45.0f64 * 1.362).round() as u32);
}

#[test]
fn typography_never_fails() {
    let styled = |bold, italic, strikethrough| {
        let mut typography = Typography::default();
        (typography.bold, typography.italic, typography.strikethrough) = (bold, italic, strikethrough);
        drawn(&TextBlock { typography, ..block("nnn") })
    };
    let ink = |raster: &Raster| raster.samples().chunks(4).map(|p| u64::from(p[3])).sum::<u64>();
    let [plain, bold, italic, struck] =
        [(false, false, false), (true, false, false), (false, true, false), (false, false, true)]
            .map(|(b, i, s)| styled(b, i, s));
    assert!(ink(&bold) > ink(&plain) * 5 / 4);
    assert_ne!(italic.samples(), plain.samples());
    // A bar through the middle from end to end, wider than the ink of the letters.
    assert!(struck.size().width > plain.size().width && struck.size().height == plain.size().height);
    let Size { width, height } = struck.size();
    assert!((height / 4..height).any(|y| (1..width - 1).all(|x| struck.pixel(x, y).unwrap()[3] == 255)));
    assert_ne!(styled(true, true, true).samples(), styled(true, true, false).samples());
}

#[test]
fn right_to_left_is_read_so() {
    // Alef is to the right of bet, and in Latin the first letter is on the left.
    let columns = |text: &str| {
        let raster = drawn(&TextBlock { wrap: Some(300), align: Align::Left, ..block(text) });
        inked_columns(&raster, 0..raster.size().height)
    };
    let width = |text: &str| size(&block(text)).width;
    // Lamed is the only one of these with an ascender, so its position shows the order.
    let top_ink = |text: &str| {
        let raster = drawn(&block(text));
        let columns = inked_columns(&raster, 0..4);
        f64::from(columns[0]) / f64::from(raster.size().width)
    };
    assert!(top_ink("לםם") > 0.5, "the first letter is on the right");
    assert!(top_ink("םםל") < 0.3, "the last letter is on the left");
    // Numbers in the text go from left to right, and Latin words keep their order.
    assert!(width("ם 12 ם") > width("12"));
    assert_eq!(drawn(&block("\u{202B}ab\u{202C}")), drawn(&block("ab")), "letters know their direction");
    assert!(!columns("ab").is_empty());
    // A line of a right-to-left paragraph that is too wide starts on the right.
    let cut = drawn(&TextBlock { wrap: Some(40), ..block("לםםםםםםם") });
    let whole = drawn(&TextBlock { wrap: Some(400), align: Align::Right, ..block("לםםםםםםם") });
    for y in 0..cut.size().height {
        for x in 0..40 {
            assert_eq!(cut.pixel(x, y), whole.pixel(x + 360, y), "{x},{y}");
        }
    }
}

#[test]
fn arabic_letters_join() {
    // Three joined letters take less space than the same letters kept apart.
    let (joined, apart) = (size(&block("سسس")), size(&block("س\u{200C}س\u{200C}س")));
    assert!(joined.width < apart.width, "{joined:?} {apart:?}");
    // Lam and alef are a single ligature.
    assert!(size(&block("لا")).width < size(&block("ل\u{200C}ا")).width);
}

#[test]
fn marks_and_joiners_take_no_room() {
    let width = |text: &str| size(&TextBlock { align: Align::Left, ..block(text) }).width;
    assert_eq!(width("aa\u{301}a"), width("aaa"));
    assert_eq!(drawn(&block("e\u{301}")), drawn(&block("\u{E9}")), "composed or not");
    assert_eq!(drawn(&block("a\u{200B}b\u{FEFF}c\u{200E}")), drawn(&block("abc")));
    // A mark from a different font than its letter stays with it: DejaVu has this one.
    assert!(width("a\u{489}a") < width("aaaa"));
    // Control characters are dropped: they give neither boxes nor space.
    assert_eq!(drawn(&block("a\u{7}b\u{0}c\u{1C}")), drawn(&block("abc")));
}

#[test]
fn nothing_to_draw_is_a_pixel() {
    for text in ["", "   ", "\n\n", "\u{200B}", "\u{A0}"] {
        let raster = drawn(&block(text));
        assert_eq!((raster.size(), raster.samples()), (Size::new(1, 1), &[0u8; 4][..]), "{text:?}");
        let wrapped = TextBlock { wrap: Some(30), padding: [2; 4], ..block(text) };
        assert_eq!(size(&wrapped), Size::new(34, 5));
    }
    // The smallest possible box.
    assert_eq!(size(&TextBlock { wrap: Some(0), ..block("") }), Size::new(1, 1));
    assert!(size(&TextBlock { size: 1e-9, ..block("abc") }).pixels() <= 4);
}

#[test]
fn too_much_is_refused_before_it_is_drawn() {
    let side = |block: TextBlock| {
        let limit = refused(&block);
        assert_eq!((limit.what, limit.allowed), ("pixels on a side of a text", 16_383));
    };
    side(TextBlock { size: 100_000.0, ..block("Hello") });
    side(TextBlock { size: 1e300, ..block("x") });
    side(TextBlock { wrap: Some(16_384), ..block("x") });
    side(TextBlock { padding: [0, 16_000, 0, 16_000], ..block("Hello") });
    side(TextBlock { padding: [u32::MAX; 4], ..block("x") });
    side(TextBlock { line_height: Some(20_000.0), ..block("a\nb") });
    assert_eq!(size(&TextBlock { wrap: Some(16_383), ..block("x") }).width, 16_383);
    // The sides are allowed, the number of pixels is not.
    assert_eq!(refused(&TextBlock { wrap: Some(16_000), line_height: Some(7000.0), ..block("a\nb") }).what, "pixels");
    // A small box with huge overlapping letters.
    let heap = TextBlock { size: 9000.0, wrap: Some(8000), line_height: Some(1.0), ..block(&"M\n".repeat(500)) };
    assert_eq!(refused(&heap).what, "pixels to draw in glyphs");
    assert_eq!(refused(&block(&"a".repeat(2001))).what, "characters of text");
}

#[test]
fn two_thousand_characters_are_no_burden() {
    let scripts = ["word ", "слово ", "λέξη ", "מילה ", "كلمة ", "a\u{301}\u{302}\u{303}"];
    for text in scripts {
        let text: String = text.chars().cycle().take(2000).collect();
        let raster = within(5, || drawn(&TextBlock { size: 20.0, wrap: Some(800), ..block(&text) }));
        assert!(raster.size().width == 800 && raster.size().height < 3000);
    }
    // A change of direction and script at each character.
    let mixed: String = "aאbбγ1 ".chars().cycle().take(2000).collect();
    within(5, || drawn(&TextBlock { size: 20.0, wrap: Some(800), ..block(&mixed) }));
}

#[test]
fn bands_meet_without_a_seam() {
    // Higher than a band: the result must be the same as if it were split into lines.
    let tall = drawn(&TextBlock { wrap: Some(1500), size: 900.0, ..block("gÉ") });
    assert!(tall.size().height > 800 && tall.size().pixels() > BAND as u64);
    let split = BAND as u32 / 1500;
    let row = |y: u32| (0..1500).map(|x| tall.pixel(x, y).unwrap()[3]).collect::<Vec<_>>();
    let change = |a: &[u8], b: &[u8]| a.iter().zip(b).filter(|(a, b)| a.abs_diff(**b) > 128).count();
    let seam = change(&row(split - 1), &row(split));
    assert!(seam <= change(&row(split - 2), &row(split - 1)) + 4, "{seam}");
}

/// Compares with images that were checked by eye. Outlines and coverage are exact, so the tolerance is small: a level
/// of 3 for other orders of float additions.
#[test]
#[cfg_attr(target_family = "wasm", ignore = "reads files")]
fn looks_as_it_did() {
    let color = |text: &str| text.parse::<Color>().unwrap();
    let mut all = Typography::default();
    (all.bold, all.italic, all.strikethrough) = (true, true, true);
    let wrapped = TextBlock {
        wrap: Some(180),
        size: 20.0,
        background: Some(color("white")),
        ..block("Words wrap, lines are centred: AVATAR, “fi” ß.")
    };
    let styled = TextBlock {
        size: 30.0,
        typography: all,
        padding: [6, 20, 6, 20],
        color: color("FFFFFF90"),
        background: Some(color("8B000080")),
        ..block("Was 19,99 €")
    };
    let scripts = TextBlock {
        size: 18.0,
        align: Align::Left,
        background: Some(color("FFF8E0")),
        ..block("Ξεσκεπάζω ψυχή\nСъешь ещё булок\nViệt e\u{301}\u{323} a\u{308}\u{304} ǖ")
    };
    let directions = TextBlock {
        size: 20.0,
        wrap: Some(190),
        align: Align::Right,
        background: Some(color("E0F0FF")),
        ..block("שלום עולם (42) abc\nالسلام عليكم ورحمة الله")
    };
    let blocks = [("wrapped", wrapped), ("styled", styled), ("scripts", scripts), ("directions", directions)];
    let differing: Vec<_> = blocks.iter().filter_map(|(name, block)| difference(name, &drawn(block))).collect();
    assert!(differing.is_empty(), "look at these, and copy them if they are right: {differing:?}");
}

/// Writes an image that differs from its reference, and returns the path.
fn difference(name: &str, raster: &Raster) -> Option<PathBuf> {
    let Size { width, height } = raster.size();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/references/text/{name}.png"));
    let alike = image::open(&file).is_ok_and(|want| {
        let want = want.to_rgba8();
        let same_size = want.dimensions() == (width, height);
        same_size && want.as_raw().iter().zip(raster.samples()).all(|(a, b)| a.abs_diff(*b) <= 3)
    });
    if alike {
        return None;
    }
    let mut image = Vec::new();
    PngEncoder::new_with_quality(&mut image, CompressionType::Best, FilterType::Adaptive)
        .write_image(raster.samples(), width, height, image::ExtendedColorType::Rgba8)
        .unwrap();
    let shown = std::env::temp_dir().join(format!("originkit-text-{name}.png"));
    std::fs::write(&shown, image).unwrap();
    Some(shown)
}
