//! `egress_ipv4.json`: the published addresses.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use originkit::imagekit::{IMAGEKIT_EGRESS_IPV4, is_imagekit_ip};
use serde_json::Value;

pub(crate) fn check(_vector: &Value, file: &Value) -> Result<(), String> {
    let published = file["addresses"].as_array().ok_or("no list")?;
    let published: BTreeSet<Ipv4Addr> = published.iter().map(|text| text.as_str().unwrap().parse().unwrap()).collect();
    let own = BTreeSet::from(IMAGEKIT_EGRESS_IPV4);
    if published != own {
        return Err(format!("these differ: {:?}", published.symmetric_difference(&own).collect::<Vec<_>>()));
    }
    match published.iter().find(|address| !is_imagekit_ip((**address).into())) {
        Some(address) => Err(format!("{address} is not recognised")),
        None => Ok(()),
    }
}
