//! Stamps: the configuration that an image depends on, as text. Names of stored files and `ETag`s are made of them.
//!
//! A stamp is written by hand, so that it changes with what it stands for and with nothing else: not with the text that
//! a `Debug` implementation happens to print, a name for logs, or a timeout. Each type is taken apart without `..`: a
//! new field must be listed before it compiles, as one that counts or one that does not, with the reason.
//!
//! | Counts | Does not |
//! |---|---|
//! | settings that change pixels, or which of several formats is written | caching, statuses, who is refused, the marker, `User-Agent` |
//! | limits beyond which something is cut off, left out, drawn smaller or written in another format | limits that only refuse, times |
//! | of an origin: its base or hosts, whose `Host` it is sent, names and plain values of its headers, the name of its signer | its name, its canonical base, values of secret headers |
//! | the version of this crate, and features of this build that draw or write | |

use std::fmt::{Display, Write as _};

use super::settings::Settings;
use crate::limits::Limits;

/// The stamp of an engine.
pub(super) fn of_engine(settings: &Settings, limits: &Limits) -> String {
    let mut stamp = Stamp::default();
    stamp.part("version", env!("CARGO_PKG_VERSION"));
    let features = [
        ("webp-lossy", cfg!(feature = "webp-lossy")),
        ("avif", cfg!(feature = "avif")),
        ("svg", cfg!(feature = "svg")),
        // Text in an SVG is drawn with it.
        ("text", cfg!(feature = "text")),
    ];
    features.into_iter().for_each(|(name, on)| stamp.flag(name, on));
    of_limits(limits, &mut stamp);
    // The last, as its revision is any text.
    of_settings(settings, &mut stamp);
    stamp.into_text()
}

fn of_settings(settings: &Settings, stamp: &mut Stamp) {
    let Settings {
        best_format,
        avif,
        quality,
        auto_orient,
        max_size,
        refuse_damaged,
        chroma_420,
        smallest,
        color_profile,
        metadata,
        sanitize_svg,
        revision,
        // What comes of these for a request is in its cache key.
        accept_by_agent: _,
        data_saver: _,
        // Who is refused.
        restrict_unsigned: _,
        restrict_unnamed: _,
        // How long answers are kept, and how errors are told.
        caching: _,
        gateway_statuses: _,
        // Where else redirects and sources of web proxies may lead: an origin that fails for want of it is stood in for
        // by another one for a minute at most.
        ports: _,
        // Who asks. An origin lets in who says so, or not; its files are told apart by headers of its own.
        marker_name: _,
        marker_value: _,
        user_agent: _,
    } = settings;
    stamp.flag("best_format", *best_format);
    stamp.flag("choose_avif", *avif);
    stamp.part("quality", quality);
    stamp.flag("auto_orient", *auto_orient);
    if let Some(size) = max_size {
        stamp.part("max_size", size);
    }
    stamp.flag("refuse_damaged", *refuse_damaged);
    stamp.flag("chroma_420", *chroma_420);
    stamp.flag("smallest", *smallest);
    stamp.flag("color_profile", *color_profile);
    stamp.flag("metadata", *metadata);
    stamp.flag("sanitize_svg", *sanitize_svg);
    stamp.part("revision", revision);
}

fn of_limits(limits: &Limits, stamp: &mut Stamp) {
    let Limits {
        // Beyond these a text is cut off, and a size, a profile or metadata are as if absent.
        text_chars,
        base64_chars,
        side,
        profile_bytes,
        metadata_bytes,
        // A drawing is drawn no larger than these allow, and a decoder or an effect of the embedder may go by them.
        pixels,
        memory,
        // An image in a drawing that has more is left out.
        source_bytes,
        // A format that would pass these (and `memory`) is not written while there is another.
        webp_side,
        result_bytes,
        work,
        // Beyond these a request is refused.
        url_bytes: _,
        transformation_bytes: _,
        steps: _,
        parameters: _,
        layers: _,
        depth: _,
        text_side: _,
        frames: _,
        animation_pixels: _,
        shadow_pixels: _,
        effect_pixels: _,
        svg_bytes: _,
        svg_nodes: _,
        sources: _,
        fetches: _,
        // Beyond these an origin has failed. What stands in for it lives a minute at most.
        redirects: _,
        fetch_timeout: _,
        connect_timeout: _,
        idle_timeout: _,
        chunks: _,
        fetch_rate: _,
    } = limits;
    stamp.part("text_chars", text_chars);
    stamp.part("base64_chars", base64_chars);
    stamp.part("side", side);
    stamp.part("profile_bytes", profile_bytes);
    stamp.part("metadata_bytes", metadata_bytes);
    stamp.part("pixels", pixels);
    stamp.part("memory", memory);
    stamp.part("source_bytes", source_bytes);
    stamp.part("webp_side", webp_side);
    stamp.part("result_bytes", result_bytes);
    stamp.part("work", work);
}

/// A text that grows by lines of a name and a value.
#[derive(Default)]
pub(super) struct Stamp(String);

impl Stamp {
    /// Adds a line. The value is one line itself, or the last.
    pub(super) fn part(&mut self, name: &str, value: impl Display) {
        // Writing to a string cannot fail.
        _ = writeln!(self.0, "{name} {value}");
    }

    /// Adds a line if this is so.
    pub(super) fn flag(&mut self, name: &str, on: bool) {
        if on {
            self.part(name, "on");
        }
    }

    /// Adds lines of another stamp.
    pub(super) fn lines(&mut self, lines: &str) {
        self.0.push_str(lines);
    }

    /// The whole.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}
