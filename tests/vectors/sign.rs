//! sign.json: signing, and checking at a given time.

use std::time::{Duration, SystemTime};

use originkit::config::SigningKey;
use originkit::{Endpoint, Engine, Error, Origin, Settings};
use serde_json::Value;

pub(crate) fn check(vector: &Value, _file: &Value) -> Result<(), String> {
    let text = |key: &str| vector[key].as_str();
    let (key, base, signed) = (text("key").unwrap(), text("endpoint").unwrap(), text("signed_url").unwrap());
    if let Some(unsigned) = text("unsigned_url") {
        let made = SigningKey::sha1(key).sign_url(unsigned, base, vector["expires"].as_u64());
        if made != signed {
            return Err(format!("signed as {made}, expected {signed}"));
        }
    }
    let mut settings = Settings::default();
    settings.restrict_unsigned = vector["require_signed"] == true;
    let endpoint = Endpoint::new(base).origin(Origin::new("https://www.example.com"));
    let builder = Engine::builder().endpoint(endpoint).settings(settings);
    let engine = builder.signing_key("an older key").signing_key(key).build().unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(vector["now"].as_u64().unwrap());
    let request = http::Request::get(signed).body(()).map_err(|e| e.to_string())?;
    match (engine.resolve(&request, now), vector["valid"] == true) {
        (Ok(_), true) => Ok(()),
        (Ok(_), false) => Err("is accepted".to_owned()),
        (Err(rejection), true) => Err(format!("is refused: {rejection}")),
        (Err(rejection), false) => {
            let status = Error::from(rejection).status().as_u16();
            if vector["status"] == status { Ok(()) } else { Err(format!("is refused with {status}")) }
        }
    }
}
