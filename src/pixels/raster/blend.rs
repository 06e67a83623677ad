//! Blending two pixels.

/// Draws one straight-alpha pixel over another: Porter and Duff's *over*, rounded.
pub(crate) fn over(front: [u8; 4], back: [u8; 4]) -> [u8; 4] {
    let ([fr, fg, fb, fa], [br, bg, bb, ba]) = (front, back);
    match (fa, ba) {
        (u8::MAX, _) => front,
        (0, 0) => [0; 4],
        (0, _) => back,
        (_, u8::MAX) => [blend(fr, br, fa), blend(fg, bg, fa), blend(fb, bb, fa), u8::MAX],
        _ => {
            let (fa, ba) = (u32::from(fa), u32::from(ba));
            // The weights of both colours, in units of 1/255^2.
            let (front, back) = (fa * 255, ba * (255 - fa));
            let all = front + back;
            let mix = |f: u8, b: u8| narrow((u32::from(f) * front + u32::from(b) * back + all / 2) / all);
            [mix(fr, br), mix(fg, bg), mix(fb, bb), narrow((all + 127) / 255)]
        }
    }
}

/// Mixes two samples: `share` of 255 of `front`, and the rest of `back`, rounded.
pub(crate) fn blend(front: u8, back: u8, share: u8) -> u8 {
    let [front, back, share] = [front, back, share].map(u16::from);
    // Division by 255, exact including its rounding for all products of two bytes.
    let sum = front * share + back * (255 - share) + 128;
    let [_, blended] = (sum + (sum >> 8)).to_le_bytes();
    blended
}

/// Narrows a mean of samples, which always fits.
fn narrow(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blends_straight_pixels() {
        for (front, back, want) in [
            ([10, 20, 30, 255], [1, 2, 3, 255], [10, 20, 30, 255]),
            ([10, 20, 30, 0], [1, 2, 3, 255], [1, 2, 3, 255]),
            ([255, 255, 255, 128], [0, 0, 0, 255], [128, 128, 128, 255]),
            ([255, 0, 0, 128], [0, 0, 255, 0], [255, 0, 0, 128]),
            ([9, 9, 9, 0], [7, 7, 7, 0], [0, 0, 0, 0]),
        ] {
            assert_eq!(over(front, back), want, "{front:?} over {back:?}");
        }
    }
}
