use originkit::bytes::Bytes;
use originkit::http::Response;

/// Asserts that no header of a response has a byte that could end it, or begin another.
pub fn assert_clean(response: &Response<Bytes>) {
    for (name, value) in response.headers() {
        assert!(value.as_bytes().iter().all(|byte| (0x20..0x7F).contains(byte)), "{name}: {value:?}");
    }
}
