//! The origin of the crowd: files that are fine, files that claim to be huge, and answers that are no answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use image::ImageFormat;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::images;

/// The files that are fine, all three halves as wide as high.
pub(crate) const GOOD: [&str; 3] = ["small.jpg", "middle.png", "large.jpg"];
/// How an answer may be none.
pub(crate) const FAULTS: [&str; 4] = ["status.jpg", "reset.jpg", "cut.jpg", "stall.jpg"];
/// What claims to be huge.
pub(crate) const BOMBS: [&str; 2] = ["bomb.png", "bomb.gif"];

struct Files {
    good: [Vec<u8>; 3],
    bombs: [Vec<u8>; 2],
}

/// Starts it and returns its base, and how many requests for files that are fine it has answered.
pub(crate) async fn start() -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut png = images::file(images::photo(4, 4), ImageFormat::Png);
    // 30000 x 30000, with the checksum that goes with it.
    let header = [&30_000_u32.to_be_bytes()[..], &30_000_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    png.splice(8..33, images::png_chunk(b"IHDR", &header));
    let files = Arc::new(Files {
        good: [
            images::jpeg(&images::photo(300, 200)),
            images::file(images::photo(900, 600), ImageFormat::Png),
            images::jpeg_at(85, &images::photo(2400, 1600)),
        ],
        bombs: [png, b"GIF89a\xFF\xFF\xFF\xFF\0\0\0,\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02L\x01\0;".to_vec()],
    });
    let answered = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&answered);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&files), Arc::clone(&count)));
        }
    });
    (base, answered)
}

/// Answers requests on a connection until one of them is a fault.
async fn answer(mut stream: TcpStream, files: Arc<Files>, answered: Arc<AtomicU64>) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?;
        let name = head.split([' ', '?']).nth(1)?.trim_start_matches('/').to_owned();
        let of = |names: &[&str], files: &[Vec<u8>]| Some(files[names.iter().position(|it| *it == name)?].clone());
        let good = of(&GOOD, &files.good);
        answered.fetch_add(u64::from(good.is_some()), Ordering::Relaxed);
        if let Some(file) = good.or_else(|| of(&BOMBS, &files.bombs)) {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", file.len());
            stream.write_all(&[head.as_bytes(), &file].concat()).await.ok()?;
            continue;
        }
        let half = &files.good[0][..files.good[0].len() / 2];
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", files.good[0].len());
        match name.as_str() {
            "status.jpg" => {
                stream.write_all(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n").await.ok()?;
                continue;
            }
            "reset.jpg" => {}
            "cut.jpg" => stream.write_all(&[head.as_bytes(), half].concat()).await.ok()?,
            "stall.jpg" => {
                stream.write_all(&[head.as_bytes(), half].concat()).await.ok()?;
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
            other => panic!("nobody asks for {other}"),
        }
        return None;
    }
}
