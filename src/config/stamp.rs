//! Stamps: the configuration that an image depends on, as text. Names of stored files and `ETag`s are derived from
//! them.
//!
//! A stamp is written by hand, so that it changes with what it represents and with nothing else: not with the output of
//! a `Debug` implementation, a name for logs, or a timeout. Each type is destructured without `..`: a new field must be
//! listed before it compiles, either as one that counts or as one that does not, with the reason.
//!
//! | Counts | Does not count |
//! |---|---|
//! | settings that change pixels, or which of several formats is written | caching, statuses, access rules, the marker, `User-Agent` |
//! | limits beyond which something is truncated, left out, drawn smaller or written in another format | limits that only refuse, times |
//! | of an origin: its base or hosts, the `Host` it is sent, names and plain values of its headers, the name of its signer | its name, its canonical base, values of secret headers |
//! | the version of this crate, and features of this build that draw or write | |

use std::fmt::{Display, Write as _};

use super::settings::Settings;
use crate::limits::Limits;

/// Returns the stamp of an engine.
pub(super) fn of_engine(settings: &Settings, limits: &Limits) -> String {
    let mut stamp = Stamp::default();
    stamp.part("version", env!("CARGO_PKG_VERSION"));
    let features = [
        ("webp-lossy", cfg!(feature = "webp-lossy")),
        ("avif", cfg!(feature = "avif")),
        ("svg", cfg!(feature = "svg")),
        // Text in an SVG is drawn with them.
        ("text", cfg!(feature = "text")),
        ("own-fonts", cfg!(feature = "own-fonts")),
    ];
    features.into_iter().for_each(|(name, on)| stamp.flag(name, on));
    of_limits(limits, &mut stamp);
    // Must be the last, as the revision may be any text.
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
        // Their effect on a request is in its cache key.
        accept_by_agent: _,
        data_saver: _,
        // The final file is the same, and the interim one has another `ETag`.
        avif_after_answer: _,
        // These decide which requests are refused.
        restrict_unsigned: _,
        restrict_unnamed: _,
        // Lifetimes of responses, and the form of errors.
        caching: _,
        gateway_statuses: _,
        // Further targets of redirects and sources of web proxies: if an origin fails because a port is not listed, the
        // fallback by another origin is fresh for a minute at most.
        ports: _,
        // The identity of the client. An origin admits it or not; other files are distinguished by headers set for the
        // origin.
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
        // Beyond these a text is truncated, and a size, a profile or metadata are treated as absent.
        text_chars,
        base64_chars,
        side,
        profile_bytes,
        metadata_bytes,
        // A drawing is drawn no larger than these allow, and a decoder or an effect of the embedder may depend on them.
        pixels,
        memory,
        // A larger image in a drawing is left out.
        source_bytes,
        // A format that would exceed these (and `memory`) is not written if there is another.
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
        // Beyond these an origin has failed. The fallback is fresh for a minute at most.
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

/// A text that grows by lines, each with a name and a value.
#[derive(Default)]
pub(super) struct Stamp(String);

impl Stamp {
    /// Adds a line. The value must be a single line, unless this is the last line.
    pub(super) fn part(&mut self, name: &str, value: impl Display) {
        // Writing to a string cannot fail.
        _ = writeln!(self.0, "{name} {value}");
    }

    /// Adds a line if `on` is `true`.
    pub(super) fn flag(&mut self, name: &str, on: bool) {
        if on {
            self.part(name, "on");
        }
    }

    /// Appends the lines of another stamp.
    pub(super) fn lines(&mut self, lines: &str) {
        self.0.push_str(lines);
    }

    /// Returns the text.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}
