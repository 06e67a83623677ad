//! [`Site`]: the configuration, from the variables of the Worker.
//!
//! | Variable | Value |
//! |---|---|
//! | `ENDPOINT` | the base URL of the images, on the Worker's own host: `https://img.example.com` |
//! | `ORIGINS` | base URLs of origins, in the order in which they are asked, with spaces between them |
//! | `SIGNING_KEY` | optional, a secret: the key of signed URLs |
//! | `SIGNED_ONLY` | optional: `true` refuses URLs without a signature |
//! | `BLOCK_COUNTRIES`, `BLOCK_ADDRESSES` | optional: countries and addresses that are refused, with spaces between them |

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use originkit::client::{Bounded, Inline, Io};
use originkit::config::Access;
use originkit::{Endpoint, Engine, Limits, Origin, Settings};
use worker::url::{Host, Url};
use worker::{Env, console_warn};

use crate::cache::PlatformCache;
use crate::client::PlatformFetch;

/// The engine and its environment, which all requests of an isolate share.
///
/// Nothing in it belongs to a request, because the platform forbids one request to wait for another: that is also why
/// equal requests at the same time are not shared.
pub(crate) struct Site {
    pub(crate) engine: Engine,
    pub(crate) io: Io<Bounded<PlatformFetch>, Inline, PlatformCache>,
}

thread_local! {
    static SITE: OnceCell<Result<Rc<Site>, String>> = const { OnceCell::new() };
}

/// Returns the site of this isolate, which the first request makes. Variables do not change while an isolate lives.
///
/// # Errors
/// The errors of the configuration, as text.
pub(crate) fn site(env: &Env) -> Result<Rc<Site>, String> {
    SITE.with(|site| site.get_or_init(|| Site::new(&Variables::read(env)).map(Rc::new)).clone())
}

/// The variables as text. One that is missing is empty.
struct Variables {
    endpoint: String,
    origins: String,
    signing_key: String,
    signed_only: String,
    block_countries: String,
    block_addresses: String,
}

impl Variables {
    fn read(env: &Env) -> Self {
        let text = |name| env.var(name).map(|value| value.to_string()).unwrap_or_default();
        Self {
            endpoint: text("ENDPOINT"),
            origins: text("ORIGINS"),
            signing_key: text("SIGNING_KEY"),
            signed_only: text("SIGNED_ONLY"),
            block_countries: text("BLOCK_COUNTRIES"),
            block_addresses: text("BLOCK_ADDRESSES"),
        }
    }
}

impl Site {
    fn new(variables: &Variables) -> Result<Self, String> {
        let endpoint = variables.endpoint.trim();
        if endpoint.is_empty() {
            return Err("ENDPOINT is missing".to_owned());
        }
        let signed_only = match variables.signed_only.trim() {
            "true" => true,
            "" | "false" => false,
            other => return Err(format!("SIGNED_ONLY is {other:?}, and not `true` or `false`")),
        };
        let mut access = Access::new().block_addresses(variables.block_addresses.split_whitespace());
        // An empty list of countries is an error, for it looks like a mistake.
        if !variables.block_countries.trim().is_empty() {
            access = access.block_countries(variables.block_countries.split_whitespace());
        }
        let origins = origins(&variables.origins)?;
        let mut builder = Engine::builder()
            .endpoint(origins.into_iter().fold(Endpoint::new(endpoint), Endpoint::origin))
            .settings(Settings::default().restrict_unsigned(signed_only))
            .access(access)
            .limits(limits());
        if !variables.signing_key.is_empty() {
            builder = builder.signing_key(variables.signing_key.as_str());
        }
        let engine = builder.build().map_err(|errors| errors.to_string())?;
        engine.warnings().iter().for_each(|warning| console_warn!("{warning}"));
        let client = Bounded::new(PlatformFetch).fetches(FETCHES).bytes(FETCHED_BYTES);
        Ok(Self { engine, io: Io::new(client, Inline).store(PlatformCache::new(endpoint)) })
    }
}

/// Reads the list of origins.
fn origins(list: &str) -> Result<Vec<Origin>, String> {
    let read = |base: &str| match Url::parse(base).ok().as_ref().and_then(Url::host) {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
            Err(format!("the origin {base} has an address for a host, and the platform fetches from names only"))
        }
        // The engine names what else is wrong.
        _ => Ok(Origin::new(base)),
    };
    list.split_whitespace().map(read).collect()
}

/// Returns limits for an isolate, which has 128 MB of memory for its JavaScript, this module and all requests at a time.
/// The memory of a module never shrinks.
fn limits() -> Limits {
    Limits::default()
        // A file is there up to three times while it goes into the cache: here, with its frame, and in JavaScript.
        .source_bytes(10 << 20)
        .result_bytes(8 << 20)
        .memory(72 << 20)
        .pixels(40_000_000)
        .animation_pixels(40_000_000)
        // A request may have 30 seconds of computing by default, and WebAssembly takes about twice as long.
        .work(5_000_000_000)
        // Fetches, and reading and writing the cache, count as subrequests: at most 50 for a request without a plan.
        .sources(6)
        .fetches(24)
        // A fetch of another request may be queued behind this one's.
        .fetch_timeout(Duration::from_secs(10))
}

/// Fetches of an isolate at a time.
const FETCHES: u64 = 32;
/// Bytes of incomplete files in an isolate at a time.
const FETCHED_BYTES: u64 = 20 << 20;
