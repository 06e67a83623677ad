//! Messages between the page and this library: a JSON value, and files after it.
//!
//! ```text
//! message = length json file*        length: bytes of the JSON, 4 bytes, little endian
//! ```
//!
//! The JSON lists the files as `"files": [{"name": ..., "bytes": ...}]`, in their order.

use originkit::bytes::Bytes;
use serde_json::{Value, json};

/// A file that comes with a question.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// The name that URLs call it by.
    pub(crate) name: String,
    /// Its content.
    pub(crate) bytes: Bytes,
}

/// Reads a message. Returns `None` if it is shorter than it states, or not JSON.
pub(crate) fn read(mut message: Bytes) -> Option<(Value, Vec<File>)> {
    let length = take(&mut message, 4)?;
    let length = u32::from_le_bytes(length.as_ref().try_into().ok()?);
    let json = take(&mut message, usize::try_from(length).ok()?)?;
    let json: Value = serde_json::from_slice(&json).ok()?;
    let listed = json.get("files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut files = Vec::new();
    for file in listed {
        let bytes = take(&mut message, usize::try_from(file.get("bytes")?.as_u64()?).ok()?)?;
        files.push(File { name: file.get("name")?.as_str()?.to_owned(), bytes });
    }
    message.is_empty().then_some((json, files))
}

/// Sets a field of an object.
pub(crate) fn put(json: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(object) = json.as_object_mut() {
        object.insert(key.to_owned(), value.into());
    }
}

/// Writes a message with at most one file, which has no name.
pub(crate) fn write(mut json: Value, file: Option<&[u8]>) -> Vec<u8> {
    if let (Some(object), Some(file)) = (json.as_object_mut(), file) {
        object.insert("files".to_owned(), json!([{ "name": "", "bytes": file.len() }]));
    }
    let text = json.to_string();
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), text.as_bytes(), file.unwrap_or_default()].concat()
}

fn take(message: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= message.len()).then(|| message.split_to(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let (json, files) = read(write(json!({ "a": "ä" }), Some(b"file")).into()).unwrap();
        assert_eq!((json["a"].as_str(), files.len()), (Some("ä"), 1));
        assert_eq!(files[0].bytes.as_ref(), b"file");
        assert!(read(write(json!({}), None).into()).unwrap().1.is_empty());
    }

    #[test]
    fn messages_that_are_cut_are_refused() {
        let whole = write(json!({ "ask": "start" }), Some(b"file"));
        for length in 0..whole.len() {
            assert!(read(Bytes::copy_from_slice(&whole[..length])).is_none(), "{length}");
        }
        assert!(read([whole, vec![0]].concat().into()).is_none(), "one byte more");
    }
}
