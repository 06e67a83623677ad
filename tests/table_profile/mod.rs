//! Colour profiles that are tables.

/// Returns a profile of this colour space (ICC.1:2001) whose only transform to L\*a\*b\* is this `A2B0` table.
pub(crate) fn profile(space: &[u8; 4], mut table: Vec<u8>) -> Vec<u8> {
    table.resize(table.len().next_multiple_of(4), 0);

    let white = [&b"XYZ \0\0\0\0"[..], &[63190_u32, 65536, 54061].map(u32::to_be_bytes).concat()].concat();
    let text = b"desc\0\0\0\0\0\0\0\x05test\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    let text = [text, vec![0; 68 + 8]].concat();
    let tags: [(&[u8; 4], &[u8]); 3] = [(b"A2B0", &table), (b"wtpt", &white), (b"desc", &text)];
    let mut body = (tags.len() as u32).to_be_bytes().to_vec();
    let mut at = 128 + 4 + 12 * tags.len();
    for (name, data) in tags {
        body.extend([&name[..], &(at as u32).to_be_bytes(), &(data.len() as u32).to_be_bytes()].concat());
        at += data.len();
    }
    body.extend(tags.map(|(_, data)| data).concat());
    let mut header = vec![0; 128];
    header[..4].copy_from_slice(&((128 + body.len()) as u32).to_be_bytes());
    header[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
    header[12..16].copy_from_slice(if space == b"CMYK" { b"prtr" } else { b"scnr" });
    header[16..20].copy_from_slice(space);
    header[20..24].copy_from_slice(b"Lab ");
    header[36..40].copy_from_slice(b"acsp");
    header[68..80].copy_from_slice(&white[8..]);
    [header, body].concat()
}
