//! How many pictures a file shows one after the other, from its chunks alone.

use crate::format::Format;

/// 1 for a still picture; of a file that is cut short, as many as begin before its end.
pub(crate) fn frames(bytes: &[u8], format: Format) -> u32 {
    let counted = match format {
        Format::Gif => gif(bytes),
        Format::WebP => webp(bytes),
        Format::Png => png(bytes),
        _ => None,
    };
    counted.unwrap_or(1).max(1)
}

/// Image descriptors (GIF89a, appendix A).
fn gif(bytes: &[u8]) -> Option<u32> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut rest = bytes.get(13 + table(*bytes.get(10)?)..)?;
    let mut count = 0_u32;
    loop {
        match rest {
            // An extension: a label and blocks.
            [0x21, _, tail @ ..] => rest = skip_blocks(tail),
            // A picture: place, flags, a table, the code size and blocks.
            [0x2C, head @ ..] => {
                count = count.saturating_add(1);
                let Some(tail) = head.get(8).and_then(|flags| head.get(9 + table(*flags) + 1..)) else { break };
                rest = skip_blocks(tail);
            }
            _ => break,
        }
    }
    Some(count)
}

/// What comes behind blocks that each tell their length, the last of which is empty.
fn skip_blocks(mut rest: &[u8]) -> &[u8] {
    while let Some((length, tail)) = rest.split_first() {
        rest = tail.get(usize::from(*length)..).unwrap_or_default();
        if *length == 0 {
            break;
        }
    }
    rest
}

/// `ANMF` chunks of the WebP container.
fn webp(bytes: &[u8]) -> Option<u32> {
    let mut rest = bytes.get(12..)?;
    let mut count = 0_u32;
    while let [kind @ .., a, b, c, d] = rest.get(..8)? {
        count = count.saturating_add(u32::from(kind == b"ANMF"));
        let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok()?;
        match length.checked_add(length % 2 + 8).and_then(|length| rest.get(length..)) {
            Some(tail) if tail.len() >= 8 => rest = tail,
            _ => break,
        }
    }
    Some(count)
}

/// The number in `acTL`, which stands before the pixels (PNG, third edition, 11.3.6.1).
fn png(bytes: &[u8]) -> Option<u32> {
    let mut rest = bytes.get(8..)?;
    loop {
        let [a, b, c, d, kind @ ..] = rest.get(..8)? else { return None };
        match kind {
            b"IDAT" => return None,
            b"acTL" => return rest.get(8..12)?.try_into().ok().map(u32::from_be_bytes),
            _ => {}
        }
        let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?;
        rest = rest.get(length.checked_add(12)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Frame, RgbaImage};

    use super::*;

    #[test]
    fn pictures_of_an_animation_are_counted() {
        for count in [1, 2, 7] {
            let mut gif = Vec::new();
            let mut encoder = GifEncoder::new(&mut gif);
            for level in 0..count {
                let picture = RgbaImage::from_pixel(9, 7, image::Rgba([level * 30, 0, 0, 255]));
                encoder.encode_frame(Frame::new(picture)).unwrap();
            }
            drop(encoder);
            assert_eq!(frames(&gif, Format::Gif), u32::from(count));
            // However short, it is no more.
            for end in 0..gif.len() {
                assert!(frames(&gif[..end], Format::Gif) <= u32::from(count).max(1));
            }
        }
    }

    #[test]
    fn chunks_are_counted_or_read() {
        let chunk = |kind: &[u8; 4], body: &[u8]| {
            let padding = vec![0; body.len() % 2];
            [&kind[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), body, &padding].concat()
        };
        let webp = [b"RIFF\0\0\0\0WEBP".to_vec(), chunk(b"VP8X", &[2; 10]), chunk(b"ANIM", &[0; 6])].concat();
        let moving = [webp.clone(), chunk(b"ANMF", &[1; 33]), chunk(b"ANMF", &[1; 40])].concat();
        assert_eq!((frames(&webp, Format::WebP), frames(&moving, Format::WebP)), (1, 2));
        let huge = [webp, b"ANMF\xFF\xFF\xFF\xFF".to_vec()].concat();
        assert_eq!(frames(&huge, Format::WebP), 1);
        let png = |kind: &[u8; 4], body: &[u8]| {
            [b"\x89PNG\r\n\x1a\n", &u32::try_from(body.len()).unwrap().to_be_bytes()[..], kind, body, &[0; 4]].concat()
        };
        assert_eq!(frames(&png(b"acTL", &[0, 0, 0, 12, 0, 0, 0, 0]), Format::Png), 12);
        assert_eq!(frames(&png(b"IDAT", &[0; 12]), Format::Png), 1);
        assert_eq!(frames(&png(b"tEXt", &[0; 12]), Format::Png), 1);
    }
}
