//! [`Memory`]: a store in memory, bounded by bytes.

use bytes::Bytes;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{OptionsBuilder, Weighter};

use super::{Store, StoreKey};

/// A store in memory with a limit in bytes. The least used files are removed first (S3-FIFO, by the crate
/// `quick_cache`). It works with both drivers.
///
/// It is divided into parts of 64 MiB, or is a single part if it is smaller. A file larger than a part is not kept.
///
/// ```
/// use originkit::store::Memory;
/// let store = Memory::new(256 << 20);
/// assert_eq!(store.bytes(), 0);
/// ```
#[derive(Debug)]
pub struct Memory(Cache<StoreKey, Bytes, Weight>);

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<StoreKey, Bytes> for Weight {
    fn weight(&self, key: &StoreKey, file: &Bytes) -> u64 {
        u64::try_from(key.as_str().len().saturating_add(file.len()).saturating_add(OVERHEAD)).unwrap_or(u64::MAX)
    }
}

impl Memory {
    /// Makes a store of at most this many bytes, keys included.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let parts = usize::try_from(bytes / PART).unwrap_or(MOST_PARTS).clamp(1, MOST_PARTS);
        // This is an estimate, which costs a little memory or a little time. It bounds nothing.
        let files = usize::try_from(bytes / 65_536).unwrap_or(usize::MAX).clamp(32, 1 << 20);
        let mut options = OptionsBuilder::new();
        let options = options.shards(parts).estimated_items_capacity(files).weight_capacity(bytes).build();
        match options {
            Ok(options) => Self(Cache::with_options(
                options,
                Weight,
                quick_cache::DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            )),
            Err(_) => Self(Cache::with_weighter(files, bytes, Weight)),
        }
    }

    /// Returns the number of bytes that the store holds.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.weight()
    }

    pub(crate) fn read(&self, key: &StoreKey) -> Option<Bytes> {
        self.0.get(key)
    }

    pub(crate) fn write(&self, key: &StoreKey, file: Bytes) {
        self.0.insert(key.clone(), file);
    }
}

impl Store for Memory {
    async fn get(&self, key: &StoreKey) -> Option<Bytes> {
        self.read(key)
    }

    async fn put(&self, key: &StoreKey, file: Bytes) {
        self.write(key, file);
    }
}

/// The approximate size of an entry in bytes, besides its key and file.
const OVERHEAD: usize = 128;
/// The size of a part in bytes. Each part has a lock.
const PART: u64 = 64 * 1024 * 1024;
const MOST_PARTS: usize = 16;
