//! A store in a folder, or in a bucket of Amazon S3 and of what speaks like it.

use std::fmt::Display;
use std::future::Future;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, parse_url_opts};
use originkit::cache::Store;
use originkit::delivery::StoreKey;
use tokio::time::timeout;

/// Files below a path of an object store. What goes out of it, and when, is the bucket's to decide: a lifecycle rule,
/// or a `find -mtime +30 -delete` for a folder. Whatever is gone is made again.
pub(crate) struct Objects {
    store: Box<dyn ObjectStore>,
    below: Path,
    /// It failed: until then it is as good as empty.
    down_until: Mutex<Instant>,
}

impl Objects {
    /// `place` is a URL, `s3://bucket/prefix`, or a folder, which is created. Who may use a bucket and where it is
    /// stand in the environment, in the variables that Amazon's own tools read.
    pub(crate) fn open(place: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let (store, below) = if place.contains("://") {
            // The client of `object_store` takes what the process has; ring builds with a C compiler alone.
            _ = rustls::crypto::ring::default_provider().install_default();
            parse_url_opts(&place.parse()?, std::env::vars().filter(|(name, _)| name.starts_with("AWS_")))?
        } else {
            std::fs::create_dir_all(place)?;
            // It writes beside and renames: nobody, and no other instance, reads half a file.
            (Box::new(LocalFileSystem::new_with_prefix(place)?) as Box<dyn ObjectStore>, Path::default())
        };
        Ok(Self { store, below, down_until: Mutex::new(Instant::now()) })
    }

    fn path(&self, key: &StoreKey) -> Path {
        key.as_str().split('/').fold(self.below.clone(), |path, part| path.join(part))
    }

    async fn read(&self, path: &Path) -> object_store::Result<Option<Bytes>> {
        match self.store.get(path).await {
            Ok(found) => found.bytes().await.map(Some),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// One that fails, or that takes longer than making the picture again would, is as good as an empty one.
impl Store for Objects {
    async fn get(&self, key: &StoreKey) -> Option<Bytes> {
        self.in_time("get", key, GET, self.read(&self.path(key))).await.flatten()
    }

    async fn put(&self, key: &StoreKey, file: Bytes) {
        let path = self.path(key);
        self.in_time("put", key, PUT, self.store.put(&path, file.into())).await;
    }
}

impl Objects {
    async fn in_time<T, E: Display>(
        &self,
        what: &str,
        key: &StoreKey,
        time: Duration,
        work: impl Future<Output = Result<T, E>>,
    ) -> Option<T> {
        if self.down_until.lock().is_ok_and(|until| Instant::now() < *until) {
            return None;
        }
        let failure = match timeout(time, work).await {
            Ok(Ok(done)) => return Some(done),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("not within {} s", time.as_secs()),
        };
        eprintln!("store: {what} {key}: {failure}; it is not asked for {} s", PAUSE.as_secs());
        if let Ok(mut until) = self.down_until.lock() {
            *until = Instant::now() + PAUSE;
        }
        None
    }
}

/// A viewer waits for this. `object_store` itself would try again for three minutes.
const GET: Duration = Duration::from_secs(2);
/// Nobody waits for this.
const PUT: Duration = Duration::from_secs(30);
/// Not every viewer is to wait for a store that is down.
const PAUSE: Duration = Duration::from_secs(5);
