//! Tests of font selection.

use bytes::Bytes;

use super::*;
use crate::code::ErrorCode;
use crate::extend::{FontQuery, Fonts};
use crate::pixels::base::internal_error;

/// A provider with a single regular face.
struct OneFace(&'static [u8], Vec<&'static [u8]>);

impl Fonts for OneFace {
    fn find(&self, wanted: &FontQuery<'_>) -> Option<Bytes> {
        let known = !wanted.bold && !wanted.italic && wanted.family == "Lobster";
        known.then(|| Bytes::from_static(self.0))
    }
    fn fallbacks(&self) -> Vec<Bytes> {
        self.1.iter().copied().map(Bytes::from_static).collect()
    }
}

#[test]
fn what_a_family_lacks_is_made_up() {
    let provider = OneFace(notosans::REGULAR_TTF, Vec::new());
    let book = FontBook::new(Some(&provider), &no_files);
    let font = FontChoice::Named("Lobster".to_owned());
    let with = |bold, italic| {
        let mut typography = Typography::default();
        (typography.bold, typography.italic) = (bold, italic);
        let block = TextBlock { typography, font: font.clone(), ..block("Hll") };
        draw(&block, &book, &Limits::default()).unwrap()
    };
    let [plain, bold, italic] = [(false, false), (true, false), (false, true)].map(|(b, i)| with(b, i));
    // Stems grow by 45/24 pixels, half of it on each side; the space between letters stays.
    let grown = |a: u32, b: u32| a - b;
    assert_eq!(grown(bold.size().height, plain.size().height), 2);
    assert!((5..=7).contains(&grown(bold.size().width, plain.size().width)));
    // 0.2126 of the height of an ascender.
    assert!((6..=9).contains(&grown(italic.size().width, plain.size().width)));
    assert_eq!(italic.size().height, plain.size().height);
    assert!(with(true, true).size().width > italic.size().width);
}

#[test]
fn fonts_are_asked_in_order() {
    let provider = OneFace(dejavu::serif::regular(), vec![dejavu::sans_mono::regular(), dejavu::sans::bold()]);
    let limits = Limits::default();
    let book = FontBook::new(Some(&provider), &no_files);
    let named = |name: &str, text: &str| TextBlock { font: FontChoice::Named(name.to_owned()), ..block(text) };
    // An unknown name counts as absent.
    let image = |block: &TextBlock| draw(block, &book, &limits).unwrap();
    assert_eq!(image(&named("Nothing", "abc")), image(&block("abc")));
    assert_ne!(image(&named("Lobster", "abc")), image(&block("abc")));
    // A character that the chosen font lacks comes from the first fallback that has it, otherwise from the bundled
    // fonts.
    assert_eq!(image(&block("שלום")), image(&named("Lobster", "שלום")));
    assert_ne!(image(&block("שלום")), drawn(&block("שלום")));
    assert_eq!(image(&block("\u{1F600}")), drawn(&block("\u{1F600}")));
    // A broken font causes an error only when it is needed.
    let broken = OneFace(dejavu::serif::regular(), vec![b"?"]);
    let book = FontBook::new(Some(&broken), &no_files);
    assert_eq!(draw(&block("abc"), &book, &limits).unwrap(), drawn(&block("abc")));
    let error = draw(&block("abcש"), &book, &limits).unwrap_err();
    assert_eq!(error.to_string(), "the fallback font 1 is neither TrueType nor OpenType");
}

#[test]
fn without_bundled_fonts_others_are_needed() {
    let named = TextBlock { font: FontChoice::Named("Lobster".to_owned()), ..block("abc") };
    let number = |provider: Option<&dyn Fonts>, block: &TextBlock| {
        FontBook::new(provider, &no_files).with_bundled(None, block).map(|sources| sources.len())
    };
    let error = number(None, &named).unwrap_err();
    assert_eq!(error.to_string(), "`l-text` is not supported: needs a font, such as those of the feature `text`");
    assert_eq!(number(Some(&OneFace(b"", Vec::new())), &named).unwrap(), 1);
    // A fallback takes the place of an unknown font.
    assert_eq!(number(Some(&OneFace(b"", vec![b"", b""])), &block("abc")).unwrap(), 2);
    assert!(number(Some(&OneFace(b"", Vec::new())), &block("abc")).is_err());
}

#[test]
fn fonts_that_are_none_are_refused() {
    let limits = Limits::default();
    let path: AssetPath = AssetPath::from_text("fonts/some.ttf").unwrap();
    let file = TextBlock { font: FontChoice::File(path.clone()), ..block("abc") };
    let with = |bytes: &'static [u8]| {
        let files = |asked: &AssetPath| if *asked == path { Ok(bytes) } else { Err(internal_error("another file")) };
        draw(&file, &FontBook::new(None, &files), &limits)
    };
    let named = TextBlock { font: FontChoice::Default, ..block("abc") };
    assert_eq!(with(notosans::REGULAR_TTF).unwrap(), drawn(&named));
    assert_ne!(with(notosans::ITALIC_TTF).unwrap(), drawn(&named));
    for bytes in [&b""[..], b"<html>", b"wOF2\0\0\0\0", b"\0\x01\0\0\0\0\0\0\0\0\0\0"] {
        let error = with(bytes).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Format);
        assert!(error.to_string().starts_with("the font file of a text "), "{error}");
    }
    let provider = OneFace(b"?", Vec::new());
    let lobster = TextBlock { font: FontChoice::Named("Lobster".to_owned()), ..block("abc") };
    let error = draw(&lobster, &FontBook::new(Some(&provider), &no_files), &limits).unwrap_err();
    assert_eq!(error.to_string(), "the named font is neither TrueType nor OpenType");
}

#[test]
fn broken_fonts_do_no_harm() {
    let path: AssetPath = AssetPath::from_text("a.ttf").unwrap();
    let mut file = TextBlock { font: FontChoice::File(path), size: 12.0, ..block("Affine é ffi") };
    file.typography.bold = true;
    let font = notosans::REGULAR_TTF;
    let try_with = |bytes: Vec<u8>| {
        let files = |_: &AssetPath| Ok(&*bytes);
        // An image or an error, within a short time.
        drop(draw(&file, &FontBook::new(None, &files), &Limits::default()));
    };
    (1..24).for_each(|part| try_with(font[..font.len() * part / 24].to_vec()));
    // Some wrong bytes in headers and tables, the same ones in each run.
    let mut seed = 1u32;
    for _ in 0..60 {
        let mut bytes = font.to_vec();
        for _ in 0..40 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let reach = if seed.is_multiple_of(3) { 300 } else { bytes.len() };
            let at = (seed >> 8) as usize % reach;
            bytes[at] = seed as u8;
        }
        try_with(bytes);
    }
}

/// A TrueType font in which every letter is the same glyph.
fn of_one_glyph(glyph: &[u8]) -> Vec<u8> {
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let longs = |longs: &[usize]| longs.iter().flat_map(|long| (*long as u32).to_be_bytes()).collect::<Vec<u8>>();
    let mut head = vec![0; 54];
    head[..4].copy_from_slice(&[0, 1, 0, 0]);
    head[12..16].copy_from_slice(&[0x5F, 0x0F, 0x3C, 0xF5]);
    // A thousand units per em square; offsets of glyphs have four bytes.
    head[18..20].copy_from_slice(&1000_u16.to_be_bytes());
    head[51] = 1;
    let mut hhea = [longs(&[0x10000]), words(&[800, 0xFF38, 0, 500]), vec![0; 24]].concat();
    hhea[35] = 2;
    let maxp = [longs(&[0x10000]), words(&[2]), vec![0; 26]].concat();
    // All characters of ASCII, one by one.
    let groups: Vec<u8> = (32..127).flat_map(|letter| longs(&[letter, letter, 1])).collect();
    let cmap =
        [words(&[0, 1, 3, 10]), longs(&[12]), words(&[12, 0]), longs(&[16 + groups.len(), 0, 95]), groups].concat();
    let tables = [
        (*b"cmap", cmap),
        (*b"glyf", glyph.repeat(2)),
        (*b"head", head),
        (*b"hhea", hhea),
        (*b"hmtx", words(&[500, 0, 500, 0])),
        (*b"loca", longs(&[0, glyph.len(), 2 * glyph.len()])),
        (*b"maxp", maxp),
    ];
    let mut font = [longs(&[0x10000]), words(&[tables.len() as u16, 64, 2, 48])].concat();
    let mut body = Vec::new();
    for (name, table) in tables {
        font.extend(name);
        font.extend(longs(&[0, 12 + 16 * 7 + body.len(), table.len()]));
        body.extend(table);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    [font, body].concat()
}

#[test]
fn an_outline_without_points_is_no_panic() {
    let square = |contours: u16, rest: &[u8]| [&contours.to_be_bytes()[..], &[0; 4], &[0, 100, 0, 100], rest].concat();
    // A triangle, which is drawn; empty data; flags of points that do not exist.
    let triangle = square(1, &[0, 2, 0, 0, 0x37, 0x37, 0x37, 0, 100, 100, 0, 100, 0, 0, 0, 0]);
    let path: AssetPath = AssetPath::from_text("a.ttf").unwrap();
    let text = TextBlock { font: FontChoice::File(path), size: 40.0, ..block("HAMBURG") };
    let ink = |glyph: &[u8]| {
        let font = of_one_glyph(glyph);
        let files = |_: &AssetPath| Ok(&*font);
        let drawn = draw(&text, &FontBook::new(None, &files), &Limits::default()).unwrap();
        drawn.pixels().filter(|pixel| pixel[3] > 0).count()
    };
    assert!(ink(&triangle) > 0, "the font is one");
    assert_eq!(ink(&square(0, &[0, 0])), 0);
    assert_eq!(ink(&square(0, &[0, 0, 1, 0, 0, 0])), 0);
    assert_eq!(ink(&square(0, &[0, 0, 9, 9, 9, 9])), 0);
}
