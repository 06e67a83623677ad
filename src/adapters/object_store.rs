//! [`ObjectStore`]: a store for a cache in a bucket or a folder, on `object_store`.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::client::{ClientConfigKey, ClientOptions, HttpClient, HttpConnector};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore as Objects, ObjectStoreExt as _, ObjectStoreScheme};
use tokio::time::{Instant, timeout};
use url::Url;

use super::tls;
use crate::store::{Store, StoreKey};
use crate::trace::event;

/// A store that many instances share: a bucket of Amazon S3 or of a compatible service, or a folder.
///
/// - **Whole files.** A file exists as a whole or not at all, and a new file replaces an old one atomically.
/// - **Time.** A read that takes longer than making the image again counts as a miss: 2 seconds, see
///   [`read_timeout`](Self::read_timeout). No response waits for a write, which may take 30 seconds.
/// - **Failures.** After a failure, the store is not used for 5 seconds, so that not every client waits for a store
///   that is down. [`failures`](Self::failures) counts them, and `tracing` records each.
/// - **Size.** Files above 128 MiB are neither read nor written, see [`file_bytes`](Self::file_bytes).
/// - **Deletion.** Files stay until they are removed: by a lifecycle rule of the bucket, or `find -mtime +30 -delete`
///   for a folder. A removed file is made again.
///
/// Certificates are verified as by the operating system, by rustls with ring; no cryptography provider is installed for
/// the process. Clones share the connections and the counts. Needs a tokio runtime, with time and IO.
///
/// ```
/// use originkit::adapters::ObjectStore;
/// use originkit::client::{Inline, Io};
/// use originkit::testing::Origins;
///
/// let io = Io::new(Origins::new(), Inline).store(ObjectStore::open("memory:///")?);
/// # Ok::<(), originkit::adapters::OpenError>(())
/// ```
#[derive(Clone)]
pub struct ObjectStore {
    objects: Arc<dyn Objects>,
    below: Path,
    file_bytes: u64,
    read_timeout: Duration,
    write_timeout: Duration,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    failures: AtomicU64,
    /// Set after a failure: until then the store is treated as empty.
    down_until: Mutex<Option<Instant>>,
}

/// The store could not be opened: the URL has an unknown scheme, an option is missing, or the folder cannot be created.
#[derive(Debug, thiserror::Error)]
#[error("the object store cannot be opened")]
pub struct OpenError(#[source] Box<dyn StdError + Send + Sync>);

impl ObjectStore {
    /// Opens a store without options, as [`open_with`](Self::open_with) does.
    ///
    /// # Errors
    /// See [`open_with`](Self::open_with).
    pub fn open(place: &str) -> Result<Self, OpenError> {
        Self::open_with(place, [("", ""); 0])
    }

    /// Opens a store. This sends nothing over the network.
    ///
    /// | Place | Store |
    /// |---|---|
    /// | `s3://bucket/prefix` | a bucket |
    /// | `/var/cache/images`, `file:///var/cache/images` | a folder, created if it does not exist |
    /// | `memory:///` | memory without a limit, for tests |
    ///
    /// A bucket has options, named as the environment variables of Amazon's tools: `aws_region`, `aws_access_key_id`,
    /// `aws_secret_access_key`; for `MinIO` and others `aws_endpoint`, and `aws_allow_http` if that is not HTTPS.
    /// Without keys, they are requested from the machine's metadata service. Case is ignored, and so are unknown
    /// options (chosen), so that `std::env::vars()` can be passed, and options of the HTTP client other than
    /// `aws_allow_http`.
    ///
    /// ```no_run
    /// use originkit::adapters::ObjectStore;
    /// let store = ObjectStore::open_with("s3://bucket/images", [("aws_region", "eu-central-1")])?;
    /// let same = ObjectStore::open_with("s3://bucket/images", std::env::vars())?;
    /// # Ok::<(), originkit::adapters::OpenError>(())
    /// ```
    ///
    /// # Errors
    /// The place is none of these, the folder cannot be created, or an option is malformed; the source has the details.
    pub fn open_with<K: AsRef<str>, V: Into<String>>(
        place: &str,
        options: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, OpenError> {
        let (objects, below) = open(place, options).map_err(OpenError)?;
        let (file_bytes, state) = (128 * 1024 * 1024, Arc::default());
        let (read_timeout, write_timeout) = (Duration::from_secs(2), Duration::from_secs(30));
        Ok(Self { objects, below, file_bytes, read_timeout, write_timeout, state })
    }

    /// Sets the maximum size in bytes of a file that is read or written. It should be above
    /// [`Limits::source_bytes`](crate::Limits::source_bytes) and [`Limits::result_bytes`](crate::Limits::result_bytes).
    #[must_use]
    pub fn file_bytes(self, at_most: u64) -> Self {
        Self { file_bytes: at_most, ..self }
    }

    /// Sets the timeout of a read, for which a client waits.
    #[must_use]
    pub fn read_timeout(self, at_most: Duration) -> Self {
        Self { read_timeout: at_most, ..self }
    }

    /// Sets the timeout of a write.
    #[must_use]
    pub fn write_timeout(self, at_most: Duration) -> Self {
        Self { write_timeout: at_most, ..self }
    }

    /// Returns the number of failed reads and writes so far, for metrics. A missing file is not a failure.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.state.failures.load(Ordering::Relaxed)
    }

    fn path(&self, key: &StoreKey) -> Path {
        key.as_str().split('/').fold(self.below.clone(), |path, part| path.join(part))
    }

    async fn read(&self, key: &StoreKey) -> object_store::Result<Option<Bytes>> {
        match self.objects.get(&self.path(key)).await {
            Ok(found) if found.meta.size > self.file_bytes => Ok(None),
            // No more than the announced size is read, whatever the server sends.
            Ok(found) => found.bytes().await.map(Some),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the outcome of an operation, `None` if the store is down or turns out to be.
    async fn in_time<T>(
        &self,
        time: Duration,
        work: impl Future<Output = object_store::Result<T>> + Send,
    ) -> Option<T> {
        if self.state.down_until().is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let _cause = match timeout(time, work).await {
            Ok(Ok(done)) => return Some(done),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("not within {time:?}"),
        };
        event!("store", cause = _cause);
        self.state.failures.fetch_add(1, Ordering::Relaxed);
        *self.state.down_until() = Instant::now().checked_add(PAUSE);
        None
    }
}

impl Store for ObjectStore {
    async fn get(&self, key: &StoreKey) -> Option<Bytes> {
        self.in_time(self.read_timeout, self.read(key)).await.flatten()
    }

    async fn put(&self, key: &StoreKey, file: Bytes) {
        if u64::try_from(file.len()).is_ok_and(|bytes| bytes <= self.file_bytes) {
            let path = self.path(key);
            self.in_time(self.write_timeout, self.objects.put(&path, file.into())).await;
        }
    }
}

impl State {
    fn down_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.down_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Opened = (Arc<dyn Objects>, Path);

fn open<K: AsRef<str>, V: Into<String>>(
    place: &str,
    options: impl IntoIterator<Item = (K, V)>,
) -> Result<Opened, Box<dyn StdError + Send + Sync>> {
    let url = match Url::parse(place) {
        // A single letter is the drive of a folder.
        Ok(url) if url.scheme().len() > 1 => url,
        Err(error) if place.contains("://") => return Err(error.into()),
        _ => return folder(place.as_ref()),
    };
    match ObjectStoreScheme::parse(&url)? {
        (ObjectStoreScheme::Local, _) => {
            folder(&url.to_file_path().map_err(|()| format!("`{place}` names no folder of this machine"))?)
        }
        (ObjectStoreScheme::Memory, below) => Ok((Arc::new(InMemory::new()), below)),
        (ObjectStoreScheme::AmazonS3, below) => {
            let new = AmazonS3Builder::new().with_url(place).with_http_connector(Connector);
            let builder = options.into_iter().fold(new, |builder, (name, value)| {
                match name.as_ref().to_ascii_lowercase().parse() {
                    Ok(key) => builder.with_config(key, value),
                    Err(_) => builder,
                }
            });
            Ok((Arc::new(builder.build()?), below))
        }
        _ => Err(format!("`{}` is no kind of store; there are `s3`, `file` and `memory`", url.scheme()).into()),
    }
}

/// `LocalFileSystem` writes a temporary file and renames it: half a file is never visible.
fn folder(path: &std::path::Path) -> Result<Opened, Box<dyn StdError + Send + Sync>> {
    std::fs::create_dir_all(path)?;
    Ok((Arc::new(LocalFileSystem::new_with_prefix(path)?), Path::default()))
}

/// A connector for HTTP. The one of `object_store` takes a cryptography provider from the process, and panics if there
/// is none.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allows_http = options.get_config_value(&ClientConfigKey::AllowHttp).is_some_and(|value| value == "true");
        let failed = |source| object_store::Error::Generic { store: "HTTP client", source };
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config().map_err(failed)?)
            .https_only(!allows_http)
            .http1_only()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connect_timeout(Duration::from_secs(5))
            .build();
        Ok(HttpClient::new(client.map_err(|error| failed(error.into()))?))
    }
}

// Some fields might print credentials.
impl fmt::Debug for ObjectStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectStore").field("failures", &self.failures()).finish_non_exhaustive()
    }
}

/// The time for which a store is not used after a failure.
const PAUSE: Duration = Duration::from_secs(5);
