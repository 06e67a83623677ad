//! TLS for the clients on `reqwest`: certificates of the operating system, verified by rustls with ring.

use std::error::Error as StdError;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt as _;

/// Makes a separate configuration: no cryptography provider is installed for the process, nor expected there.
pub(super) fn config() -> Result<ClientConfig, Box<dyn StdError + Send + Sync>> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(config)
}
