//! Questions and answers, as the page has them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::time::SystemTime;

use originkit::{Endpoint, Engine, Origin, Renderer};
use playground::{Host, answer};
use serde_json::{Value, json};

fn ask(engine: Option<&Engine>, question: &Value, files: &[&[u8]]) -> (Value, Vec<u8>) {
    let text = question.to_string();
    let length = u32::try_from(text.len()).unwrap().to_le_bytes();
    let message = [&[&length, text.as_bytes()], files].concat().concat();
    let host = Host { engine, renderer: &Renderer::new(), now: SystemTime::UNIX_EPOCH };
    let answer = answer(&host, message.into());
    let end = 4 + usize::try_from(u32::from_le_bytes(answer[..4].try_into().unwrap())).unwrap();
    (serde_json::from_slice(&answer[4..end]).unwrap(), answer[end..].to_vec())
}

/// A BMP of one colour with this many pixels a side.
fn image(side: u32) -> Vec<u8> {
    let row = (side * 3).next_multiple_of(4);
    let header = [54 + row * side, 0, 54, 40, side, side, 0x0018_0001, 0, row * side, 0, 0, 0, 0];
    let numbers = header.iter().flat_map(|number| number.to_le_bytes());
    b"BM".iter().copied().chain(numbers).chain(std::iter::repeat_n(90, (row * side) as usize)).collect()
}

#[test]
fn a_file_is_rendered_without_a_network() {
    let (file, layer) = (image(80), image(8));
    let listed = json!([{ "name": "mine.bmp", "bytes": file.len() }, { "name": "logo.bmp", "bytes": layer.len() }]);
    let question = |transformation: &str| {
        json!({ "ask": "render", "url": format!("https://ik.imagekit.io/demo/tr:{transformation}/a.jpg"),
            "headers": "accept: image/webp", "files": listed })
    };
    let (head, result) = ask(None, &question("w-40,l-image,i-logo.bmp,l-end"), &[&file, &layer]);
    assert_eq!((head["status"].as_u64(), &result[8..12]), (Some(200), b"WEBP".as_slice()), "{head:#}");
    assert!(head["memory"].as_u64().unwrap() > 80 * 80 * 3);
    let (head, text) = ask(None, &question("w-40,l-image,i-missing.bmp,l-end"), &[&file, &layer]);
    assert_eq!(head["status"], 404, "{}", String::from_utf8_lossy(&text));
    let (info, _) = ask(None, &json!({ "ask": "inspect", "files": [{ "name": "a", "bytes": file.len() }] }), &[&file]);
    assert_eq!((&info["width"], &info["format"]), (&json!(80), &json!("bmp")));
}

#[test]
fn an_explanation_has_parts_plan_and_suggestions() {
    let url = "https://ik.imagekit.io/demo/tr:width-300,h-200/a.jpg";
    let (answer, _) =
        ask(None, &json!({ "ask": "explain", "url": url, "source": { "width": 600, "height": 400 } }), &[]);
    let parts = answer["parts"].as_array().unwrap();
    assert_eq!(parts.iter().map(|part| part["text"].as_str().unwrap()).collect::<String>(), url);
    let ignored = parts.iter().find(|part| part["text"] == "width-300").unwrap();
    assert_eq!(ignored["meant"], "w-300");
    assert_eq!(answer["operations"][1]["output"], json!([300, 200]), "{answer:#}");
    let (refused, _) = ask(None, &json!({ "ask": "explain", "url": "https://e.com/tr:l-image,i-a/a.jpg" }), &[]);
    assert!(refused["parts"].as_array().unwrap().iter().any(|part| part["refused"] == true), "{refused:#}");
    let (encoded, _) = ask(None, &json!({ "ask": "explain", "url": "https://e.com/a b.jpg" }), &[]);
    assert_eq!(encoded["meant"], "https://e.com/a%20b.jpg");
    assert!(ask(None, &json!({ "ask": "explain", "url": "a" }), &[]).0["error"].is_string());
}

/// By whichever of its addresses the endpoint is reached, and also where the URL is refused as it stands.
#[test]
fn edits_stay_behind_the_endpoint() {
    let endpoint = Endpoint::new("http://127.0.0.1:3000/demo").also("http://localhost:3000/demo");
    let engine = Engine::builder().endpoint(endpoint.origin(Origin::new("https://e.com"))).build().unwrap();
    for (path, want) in
        [("tr:w-1/a.jpg", "tr:rt-90/a.jpg"), ("a.jpg", "tr:rt-90/a.jpg"), ("tr:l-image/a.jpg", "tr:rt-90/a.jpg")]
    {
        for host in ["127.0.0.1", "localhost"] {
            let url = format!("http://{host}:3000/demo/{path}");
            let (answer, _) = ask(Some(&engine), &json!({ "ask": "edit", "url": url, "transformation": "rt-90" }), &[]);
            assert_eq!(answer["url"], format!("http://{host}:3000/demo/{want}"));
        }
    }
}
