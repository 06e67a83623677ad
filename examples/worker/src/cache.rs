//! [`PlatformCache`]: the cache of the platform as a store.

use bytes::Bytes;
use originkit::store::{Store, StoreKey};
use worker::send::SendFuture;
use worker::{Cache, ResponseBuilder, console_warn};

/// The cache of the data centre in which the Worker runs (`caches.default`).
///
/// Its keys are URLs, which should be on the Worker's own host (other hosts cost a lookup each time). These are below
/// the endpoint, where the Worker answers every request itself: no client reads a file of the store by its URL.
#[derive(Debug, Clone)]
pub(crate) struct PlatformCache {
    /// The URL above all keys.
    base: String,
}

impl PlatformCache {
    /// Makes a store for the endpoint with this base URL.
    pub(crate) fn new(endpoint: &str) -> Self {
        Self { base: format!("{}/.originkit", endpoint.trim_end_matches('/')) }
    }

    fn url(&self, key: &StoreKey) -> String {
        format!("{}/{key}", self.base)
    }
}

impl Store for PlatformCache {
    async fn get(&self, key: &StoreKey) -> Option<Bytes> {
        match SendFuture::new(get(self.url(key))).await {
            Ok(file) => file,
            Err(error) => {
                console_warn!("the cache cannot be read: {error}");
                None
            }
        }
    }

    async fn put(&self, key: &StoreKey, file: Bytes) {
        if let Err(error) = SendFuture::new(put(self.url(key), file)).await {
            console_warn!("the cache cannot be written: {error}");
        }
    }
}

async fn get(url: String) -> worker::Result<Option<Bytes>> {
    let Some(mut found) = Cache::default().get(url, false).await? else { return Ok(None) };
    Ok(Some(found.bytes().await?.into()))
}

async fn put(url: String, file: Bytes) -> worker::Result<()> {
    // The file itself says for how long it is fresh. A stale one is of use, too: its origin may confirm it.
    let response = ResponseBuilder::new().with_header("cache-control", KEPT)?.fixed(file.into());
    Cache::default().put(url, response).await
}

/// The time for which the platform may keep a file: 30 days.
const KEPT: &str = "public, max-age=2592000";
