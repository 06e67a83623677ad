//! [`Settings`]: the options of an account.

use http::{HeaderName, HeaderValue};

use super::agents::AcceptByAgent;
use super::caching::Caching;
use super::error::ConfigErrorKind;
use crate::geometry::Size;
use crate::setters::setters;

/// Settings of an account, modelled on ImageKit's dashboard.
///
/// ```
/// use originkit::Settings;
/// let settings = Settings::default()
///     .quality(70)
///     .data_saver(true) // 50 for clients that send `Save-Data: on`
///     .restrict_unnamed(true);
/// assert!(settings.best_format && !settings.avif);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Whether the best format that the browser accepts is chosen if the URL has no `f`, as with `f-auto` (documented:
    /// on).
    pub best_format: bool,
    /// Whether `f-auto` may choose AVIF (documented: off).
    pub avif: bool,
    /// Whether a client that is first to request an image does not wait until it is written in AVIF (chosen: off). It
    /// gets the image in the next best format, which caches keep for as long as an error ([`Caching::errors`]); its
    /// [`Outcome`](crate::delivery::Outcome) is `Interim`. The AVIF is made after that answer, for the store, and later
    /// requests get it. No effect on `f-avif`, and none without [`avif`](Self::avif), without a store, or for images that
    /// their origin forbids to store.
    pub avif_after_answer: bool,
    /// The `Accept` values to use for some user agents, whatever they send (documented: none).
    pub accept_by_agent: AcceptByAgent,
    /// The quality of lossy formats if the URL has no `q`, 1 to 100 (documented: 80).
    pub quality: u8,
    /// Whether requests with `Save-Data: on` get a lower default quality (documented: off): 20 less, but not below 40,
    /// if the URL does not set `q` (chosen). A source of lower quality keeps its quality, as always. `Vary` then names
    /// `Save-Data`.
    pub data_saver: bool,
    /// Whether images are rotated according to their EXIF orientation (chosen: on).
    pub auto_orient: bool,
    /// The size that an image is fitted into, as with `c-at_max`, if the URL sets neither `w` nor `h` (documented:
    /// maximum image dimensions; off). SVGs and files that pass through unchanged keep their size.
    pub max_size: Option<Size>,
    /// Whether damaged sources are refused (chosen: off). If off, a still image is shown as far as it can be decoded,
    /// as browsers do; the result is fresh for a minute, and the damage is listed in its
    /// [notes](crate::render::Encoded::notes).
    pub refuse_damaged: bool,
    /// Whether JPEG is written with halved chroma planes (documented: off; chosen: on, for smaller files).
    pub chroma_420: bool,
    /// Whether encoders trade time for bytes (chosen: off): JPEG is tried progressive too, WebP with its full effort,
    /// PNG with and without filters; GIF and AVIF do not change. Several times as slow, for a few percent. Also,
    /// `f-auto` encodes a large image in every format that it may choose, instead of choosing by a sample of its pixels.
    pub smallest: bool,
    /// Whether colour profiles are kept, as with `cp-true` (documented: off).
    pub color_profile: bool,
    /// Whether metadata is kept, as with `md-true` (documented: off).
    pub metadata: bool,
    /// Whether SVGs that pass through are always sanitised, even with `ik-sanitizeSvg=false` (chosen: on; ImageKit
    /// sanitises unless a URL says otherwise). If off, `ik-sanitizeSvg=true` requests it. Needs the feature `sanitize`,
    /// without which it is off.
    pub sanitize_svg: bool,
    /// Whether only signed URLs are served (documented: off). Needs a key for every endpoint, and the feature
    /// `signing`.
    pub restrict_unsigned: bool,
    /// Whether only stored transformations are served (documented: off).
    pub restrict_unnamed: bool,
    /// Lifetimes of responses and originals.
    pub caching: Caching,
    /// Whether gateway errors have distinct statuses, such as 502 and 504, instead of the documented ones (chosen:
    /// off). The table of [`Error`](crate::Error) lists both.
    pub gateway_statuses: bool,
    /// Ports besides 80 and 443 that third parties may name in URLs: sources of web proxies, including those of layers
    /// and default images, and redirects (chosen: none). The base of a configured origin may have any port, and
    /// redirects to that base are followed.
    pub ports: Vec<u16>,
    /// Any text; change it to make every stored image and every `ETag` a new one, for example if a model or a font has
    /// changed, or if an origin serves other files for a new secret.
    ///
    /// Changes of other settings and of [`Limits`](crate::Limits) have this effect by themselves if they change an
    /// image. So do the list of origins, the base of one, [`Origin::forward_host`](crate::Origin::forward_host), the
    /// version of this crate and features that draw or write. Names for logs, times, [`caching`](Self::caching),
    /// canonical links and limits that only refuse do not change any name (chosen).
    pub revision: String,
    /// The name of the header that identifies this server to origins.
    pub marker_name: HeaderName,
    /// The value of that header.
    pub marker_value: HeaderValue,
    /// The `User-Agent` sent to origins.
    pub user_agent: HeaderValue,
}

impl Settings {
    /// Returns an error for each setting that this build does not support or that is malformed.
    pub(super) fn errors(&self) -> Vec<ConfigErrorKind> {
        let features = [
            (self.sanitize_svg && !cfg!(feature = "sanitize"), "sanitize_svg", "sanitize"),
            (self.restrict_unsigned && !cfg!(feature = "signing"), "restrict_unsigned", "signing"),
        ];
        let missing = features.into_iter().filter(|(is_missing, ..)| *is_missing);
        let missing = missing.map(|(_, setting, feature)| ConfigErrorKind::NoFeature { setting, feature });
        missing.chain(self.accept_by_agent.error.clone()).collect()
    }
}

setters!(Settings {
    best_format: bool,
    avif: bool,
    avif_after_answer: bool,
    accept_by_agent: AcceptByAgent,
    quality: u8,
    data_saver: bool,
    auto_orient: bool,
    max_size: Option<Size>,
    refuse_damaged: bool,
    chroma_420: bool,
    smallest: bool,
    color_profile: bool,
    metadata: bool,
    sanitize_svg: bool,
    restrict_unsigned: bool,
    restrict_unnamed: bool,
    caching: Caching,
    gateway_statuses: bool,
    ports: Vec<u16>,
    revision: String,
    marker_name: HeaderName,
    marker_value: HeaderValue,
    user_agent: HeaderValue,
});

impl Default for Settings {
    fn default() -> Self {
        Self {
            best_format: true,
            avif: false,
            avif_after_answer: false,
            accept_by_agent: AcceptByAgent::default(),
            quality: 80,
            data_saver: false,
            auto_orient: true,
            max_size: None,
            refuse_damaged: false,
            chroma_420: true,
            smallest: false,
            color_profile: false,
            metadata: false,
            sanitize_svg: cfg!(feature = "sanitize"),
            restrict_unsigned: false,
            restrict_unnamed: false,
            caching: Caching::default(),
            gateway_statuses: false,
            ports: Vec::new(),
            revision: String::new(),
            marker_name: HeaderName::from_static("x-req-from"),
            marker_value: HeaderValue::from_static("imagekit"),
            user_agent: HeaderValue::from_static(concat!("originkit/", env!("CARGO_PKG_VERSION"))),
        }
    }
}
