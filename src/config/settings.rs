//! [`Settings`]: what an account has switched on.

use http::{HeaderName, HeaderValue};

use super::agents::AcceptByAgent;
use super::caching::Caching;
use super::error::ConfigErrorKind;
use crate::geometry::Size;
use crate::setters::setters;

/// Settings of an account, after ImageKit's dashboard.
///
/// ```
/// use originkit::Settings;
/// let settings = Settings::default()
///     .quality(70)
///     .data_saver(true) // 50 for those who ask to save
///     .restrict_unnamed(true);
/// assert!(settings.best_format && !settings.avif);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Without `f`, the best format that the browser accepts is chosen, as by `f-auto` (documented: on).
    pub best_format: bool,
    /// `f-auto` may choose AVIF (documented: off).
    pub avif: bool,
    /// The `Accept` that counts for some user agents, whatever they send (documented: none).
    pub accept_by_agent: AcceptByAgent,
    /// Quality of lossy formats where `q` is absent, 1 to 100 (documented: 80).
    pub quality: u8,
    /// Requests with `Save-Data: on` get a lower default quality (documented: off): 20 less, but not below 40, where the
    /// URL does not set `q` (chosen). A source of lower quality keeps its own, as ever. `Vary` says `Save-Data` then.
    pub data_saver: bool,
    /// Pictures are turned as their EXIF orientation says (chosen: on).
    pub auto_orient: bool,
    /// The size that an image is fitted into, as by `c-at_max`, where the URL names neither `w` nor `h` (documented:
    /// maximum image dimensions; off). SVGs and files that pass as they are keep their size.
    pub max_size: Option<Size>,
    /// Damaged sources are refused (chosen: off). Off, a still is shown as far as it can be, as browsers do; the result
    /// lives a minute, and what is wrong with it is among its [notes](crate::render::Encoded::notes).
    pub refuse_damaged: bool,
    /// JPEG with halved chroma planes (documented: off; chosen: on, for smaller files).
    pub chroma_420: bool,
    /// Encoders spend time for bytes (chosen: off): JPEG is tried progressive too, WebP with all its effort, PNG with
    /// and without filters; GIF and AVIF stay what they are. Several times as slow, for a few percent.
    pub smallest: bool,
    /// Colour profiles are kept, as if by `cp-true` (documented: off).
    pub color_profile: bool,
    /// Metadata is kept, as if by `md-true` (documented: off).
    pub metadata: bool,
    /// SVGs that pass through are sanitised, and `ik-sanitizeSvg=false` does not stop it (chosen: on; ImageKit
    /// sanitises unless a URL says otherwise). Off: `ik-sanitizeSvg=true` asks for it. Needs the feature `sanitize`,
    /// without which it is off.
    pub sanitize_svg: bool,
    /// Only signed URLs are served (documented: off). Needs a key for every endpoint, and the feature
    /// `signing`.
    pub restrict_unsigned: bool,
    /// Only stored transformations are served (documented: off).
    pub restrict_unnamed: bool,
    /// How long answers are good.
    pub caching: Caching,
    /// Statuses that tell a gateway's troubles apart, such as 502 and 504, instead of the documented ones (chosen: off).
    /// Both are in the table of [`Error`](crate::Error).
    pub gateway_statuses: bool,
    /// Ports, besides 80 and 443, that URLs written by others may name: sources of web proxies, those of layers and
    /// default images among them, and redirects (chosen: none). The base of a configured origin may have any port, and
    /// redirects to that are followed.
    pub ports: Vec<u16>,
    /// Any text; change it to make every kept picture and every `ETag` a new one: when a model or a font has changed, say,
    /// or when an origin shows other files to another secret.
    ///
    /// Other settings and [`Limits`](crate::Limits) do so by themselves, where they change an image; so do the list of
    /// origins, the base of one, [`Origin::forward_host`](crate::Origin::forward_host), the version of this crate and
    /// features that draw or write. Names for logs, times, [`caching`](Self::caching), canonical links and limits that only
    /// refuse leave every name as it is (chosen).
    pub revision: String,
    /// Name of the header that tells origins who asks.
    pub marker_name: HeaderName,
    /// Its value.
    pub marker_value: HeaderValue,
    /// `User-Agent` towards origins.
    pub user_agent: HeaderValue,
}

impl Settings {
    /// Settings without which this build cannot do what they say, or that are malformed.
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
