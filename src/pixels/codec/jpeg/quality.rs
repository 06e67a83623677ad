//! Quality estimation: the quality setting a JPEG was written with, from its quantisation tables.
//!
//! Encoders scale the two example tables of the standard (ITU-T T.81, K.1) in the way that the Independent JPEG Group's
//! software made common. The estimate is the setting whose tables are nearest to those of the file. For encoders with
//! other tables it is a setting of about the same coarseness.

/// Estimates the quality, 1 to 100, from the payloads of the DQT segments. Returns `None` if they do not define the
/// table of luma.
pub(super) fn estimate(segments: &[&[u8]]) -> Option<u8> {
    let mut tables = [None; 2];
    segments.iter().for_each(|payload| read(payload, &mut tables));
    let [luma, chroma] = tables;
    // Files of one component have no second table. Table numbers other than 0 and 1 are rare.
    luma?;
    let distance = |quality: u8| -> u32 {
        [(luma, &LUMA), (chroma, &CHROMA)]
            .into_iter()
            .filter_map(|(found, standard)| Some((found?, standard)))
            .map(|(found, standard)| {
                found.iter().zip(standard).map(|(step, base)| step.abs_diff(scaled(*base, quality))).sum::<u32>()
            })
            .sum()
    };
    // If two settings are equally near, the higher one is chosen.
    (1..=100).rev().min_by_key(|quality| distance(*quality))
}

/// Scales a step of a standard table to a quality setting.
pub(crate) fn scaled(base: u8, quality: u8) -> u32 {
    let percent = if quality < 50 { 5000 / u32::from(quality.max(1)) } else { 200 - 2 * u32::from(quality.min(100)) };
    ((u32::from(base) * percent + 50) / 100).clamp(1, 255)
}

/// Reads tables 0 and 1 from a DQT segment, which may define several tables of 8 or 16 bits.
fn read(payload: &[u8], tables: &mut [Option<[u32; 64]>; 2]) {
    let mut rest = payload;
    while let Some((head, body)) = rest.split_first() {
        let width = if head >> 4 == 0 { 1 } else { 2 };
        let Some((steps, after)) = body.split_at_checked(64 * width) else { return };
        rest = after;
        if let Some(slot) = tables.get_mut(usize::from(head & 15)) {
            let mut table = [0; 64];
            for (step, bytes) in table.iter_mut().zip(steps.chunks_exact(width)) {
                *step = bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
            }
            *slot = Some(table);
        }
    }
}

/// The table of luma (ITU-T T.81, table K.1), in zigzag order as in files.
pub(crate) const LUMA: [u8; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
];

/// The table of chroma (ITU-T T.81, table K.2), in zigzag order.
pub(crate) const CHROMA: [u8; 64] = [
    17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::codec::jpeg::read::Opened;

    fn of_file(file: &[u8]) -> Option<u8> {
        estimate(Opened::read(file).unwrap().quantisation())
    }

    #[test]
    fn the_setting_is_told_exactly() {
        let image = image::RgbImage::from_fn(16, 16, |x, y| image::Rgb([x as u8 * 9, y as u8 * 9, 70]));
        let gray = image::GrayImage::from_fn(16, 16, |x, y| image::Luma([(x * y) as u8]));
        for quality in 1..=100_u8 {
            let mut colored = Vec::new();
            image::codecs::jpeg::JpegEncoder::new_with_quality(&mut colored, quality).encode_image(&image).unwrap();
            assert_eq!(of_file(&colored), Some(quality));
            let mut plain = Vec::new();
            image::codecs::jpeg::JpegEncoder::new_with_quality(&mut plain, quality).encode_image(&gray).unwrap();
            assert_eq!(of_file(&plain), Some(quality), "gray");
        }
    }

    #[test]
    fn odd_tables_have_an_answer_and_none_has_none() {
        assert_eq!(estimate(&[&[&[0x10][..], &[0, 1].repeat(64)].concat()]), Some(100));
        assert_eq!(estimate(&[&[&[0x10][..], &[0xFF; 128]].concat()]), Some(1));
        assert_eq!(estimate(&[&[&[0x01][..], &[1; 64]].concat()]), None, "no luma");
        assert_eq!(estimate(&[&[0; 64]]), None, "cut short");
        assert_eq!(estimate(&[]), None);
    }
}
