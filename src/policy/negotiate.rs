//! Content negotiation: from `Accept` to candidate formats (`f`, `f-auto`).

use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, HeaderValue};

use super::branches::on_a_path;
use super::save_data;
use crate::config::Settings;
use crate::format::Format;
use crate::transform::{Encoding, OutputFormat, Transformation};

/// Returns `true` if an SVG is delivered as SVG: always, unless a raster format is requested (documented for `f-auto`).
pub(crate) fn keeps_svg(transformation: &Transformation, thumbnail: bool) -> bool {
    let mut output = Encoding::default();
    transformation.edits().for_each(|edit| output.fold(&edit.encoding));
    let raster = [OutputFormat::Jpeg, OutputFormat::Png, OutputFormat::WebP, OutputFormat::Avif].map(Some);
    !thumbnail && !raster.contains(&output.format)
}

/// The facts of a request and the settings that decide the output format, before the source is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Negotiation {
    /// `Accept`, or the value that replaces it, names `image/webp`.
    pub(crate) accepts_webp: bool,
    /// `Accept`, or the value that replaces it, names `image/avif`.
    pub(crate) accepts_avif: bool,
    /// No `f` means `f-auto`.
    pub(crate) best_format: bool,
    /// `f-auto` may choose AVIF.
    pub(crate) avif: bool,
    /// If `f-auto` would choose AVIF, the first answer is another format.
    pub(crate) avif_after_answer: bool,
    /// The quality of lossy formats if `q` is absent.
    pub(crate) quality: u8,
    /// JPEG with halved chroma planes.
    pub(crate) chroma_420: bool,
    /// Encoders trade time for bytes.
    pub(crate) smallest: bool,
}

impl Negotiation {
    /// Reads a request. AVIF is excluded beside `e-usm` (documented). `saves`: the default quality is lowered.
    pub(crate) fn new(headers: &HeaderMap, settings: &Settings, transformation: &Transformation, saves: bool) -> Self {
        let unsharp = transformation.edits().any(|edit| edit.effects.unsharp.is_some());
        Self {
            accepts_webp: accepts(accept(headers, settings), "image/webp"),
            accepts_avif: accepts(accept(headers, settings), "image/avif"),
            best_format: settings.best_format,
            avif: settings.avif && !unsharp,
            avif_after_answer: settings.avif_after_answer,
            quality: if saves { save_data::lowered(settings.quality) } else { settings.quality },
            chroma_420: settings.chroma_420,
            smallest: settings.smallest,
        }
    }

    /// Returns the formats to choose from, best first: the smallest result is delivered, as far as a sample of the
    /// pixels tells. Never empty: a format that cannot be written is left to the encoder to refuse.
    ///
    /// `alpha`: the image to be written has transparent pixels, or may have.
    pub(crate) fn candidates(&self, output: &Encoding, source: Format, alpha: bool) -> Vec<Format> {
        if output.original == Some(true) {
            return vec![source];
        }
        match output.format {
            Some(OutputFormat::Jpeg) => vec![Format::Jpeg],
            Some(OutputFormat::Png) => vec![Format::Png],
            Some(OutputFormat::WebP) => vec![Format::WebP],
            Some(OutputFormat::Avif) => vec![Format::Avif],
            // For these sources every rule keeps the format; for other sources it counts as absent.
            Some(OutputFormat::Gif) if source == Format::Gif => vec![source],
            Some(OutputFormat::Svg) if source == Format::Svg => vec![source],
            Some(OutputFormat::Original) => keep(source, alpha),
            Some(OutputFormat::Auto) => self.best(output, source, alpha),
            None | Some(OutputFormat::Gif | OutputFormat::Svg) if self.best_format => self.best(output, source, alpha),
            None | Some(OutputFormat::Gif | OutputFormat::Svg) => keep(source, alpha),
        }
    }

    /// Returns the formats for an animated result, best first, of which the first that can hold it is used; empty if a
    /// format without animations is requested.
    ///
    /// Unlike still images, animations are not encoded in several formats to find the smallest: that takes too long.
    /// WebP is smaller than GIF except for the simplest drawings (chosen).
    #[cfg(feature = "pixels")]
    pub(crate) fn animated(&self, output: &Encoding, source: Format) -> Vec<Format> {
        // Browsers that show AVIF sequences show WebP too, and GIF has at most 256 colours.
        let own = if matches!(source, Format::WebP | Format::Avif) { Format::WebP } else { Format::Gif };
        let best = if self.accepts_webp { vec![Format::WebP, Format::Gif] } else { vec![Format::Gif] };
        match output.format {
            Some(OutputFormat::Jpeg | OutputFormat::Png | OutputFormat::Avif) => vec![],
            Some(OutputFormat::WebP) => vec![Format::WebP],
            Some(OutputFormat::Gif) if source == Format::Gif => vec![Format::Gif],
            Some(OutputFormat::Original) => vec![own],
            Some(OutputFormat::Auto) => best,
            None | Some(OutputFormat::Gif | OutputFormat::Svg) if self.best_format => best,
            None | Some(OutputFormat::Gif | OutputFormat::Svg) => vec![own],
        }
    }

    fn best(&self, output: &Encoding, source: Format, alpha: bool) -> Vec<Format> {
        if matches!(source, Format::Svg | Format::Gif) {
            return vec![source];
        }
        let keeps = output.keeps_profile();
        let avif = self.avif && self.accepts_avif && !keeps && source != Format::Heic;
        let modern = [(avif, Format::Avif), (self.accepts_webp, Format::WebP)];
        modern
            .into_iter()
            .filter(|(allowed, _)| *allowed)
            .map(|(_, format)| format)
            .chain(plain(source, alpha))
            .collect()
    }
}

/// Returns the format of the source if browsers can show it.
fn keep(source: Format, alpha: bool) -> Vec<Format> {
    match source {
        Format::Jpeg | Format::Png | Format::WebP | Format::Gif | Format::Avif | Format::Svg => vec![source],
        Format::Bmp | Format::Ico | Format::Tiff | Format::Heic | Format::Psd | Format::Pdf | Format::Qoi => {
            plain(source, alpha).collect()
        }
    }
}

/// Returns JPEG or PNG, which every browser shows.
fn plain(source: Format, alpha: bool) -> impl Iterator<Item = Format> {
    let choices = [(!alpha, Format::Jpeg), (alpha || matches!(source, Format::Png | Format::Ico), Format::Png)];
    choices.into_iter().filter(|(fits, _)| *fits).map(|(_, format)| format)
}

/// Returns `true` if the format may depend on `Accept` in one of the branches.
pub(crate) fn consults_accept(transformation: &Transformation, best_format: bool) -> bool {
    on_a_path(transformation, best_format, &|before, encoding| match encoding.format {
        None => before,
        Some(OutputFormat::Auto) => true,
        // They count as absent for most sources.
        Some(OutputFormat::Gif | OutputFormat::Svg) => best_format,
        Some(_) => false,
    })
}

/// Returns the effective `Accept`: the setting's value for the user agent, otherwise the field of the request.
fn accept<'a>(headers: &'a HeaderMap, settings: &'a Settings) -> impl Iterator<Item = &'a HeaderValue> {
    let agent = headers.get(USER_AGENT).map(HeaderValue::as_bytes);
    let instead = agent.and_then(|agent| settings.accept_by_agent.accept(agent));
    let sent = headers.get_all(ACCEPT).into_iter().filter(move |_| instead.is_none());
    instead.into_iter().chain(sent)
}

/// Returns `true` if `Accept` names this type. Wildcards are ignored, and `q=0` excludes a type (chosen).
fn accepts<'a>(accept: impl Iterator<Item = &'a HeaderValue>, wanted: &str) -> bool {
    let ranges = accept.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut named = ranges.filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        parts.next().filter(|name| name.eq_ignore_ascii_case(wanted))?;
        Some(!parts.any(is_zero_quality))
    });
    named.any(|fine| fine)
}

fn is_zero_quality(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    name.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f32>().is_ok_and(|q| q <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::AcceptByAgent;

    #[test]
    fn accept_is_read_as_a_list() {
        for (value, want) in [
            ("image/webp", true),
            ("IMAGE/WebP ; q=0.1", true),
            ("image/avif,image/webp;q=0", false),
            ("image/webp;Q=0.000", false),
            ("image/webp;v=0", true),
            ("image/webpx, image/*, */*", false),
            ("", false),
        ] {
            assert_eq!(accepts([&value.parse().unwrap()].into_iter(), "image/webp"), want, "{value}");
        }
    }

    #[test]
    fn the_agent_replaces_what_was_sent() {
        let accept_by_agent = AcceptByAgent::new([("app", "image/webp"), ("old", "")]);
        let settings = Settings { accept_by_agent, ..Settings::default() };
        for (agent, sent, want) in [
            (Some("My App"), Some("image/avif"), vec!["image/webp"]),
            (Some("My App"), None, vec!["image/webp"]),
            (Some("Old"), Some("image/avif"), vec![""]),
            (Some("other"), Some("image/avif"), vec!["image/avif"]),
            (None, Some("app"), vec!["app"]),
            (None, None, vec![]),
        ] {
            let named = [(USER_AGENT, agent), (ACCEPT, sent)];
            let headers = named.into_iter().filter_map(|(name, value)| Some((name, value?.parse().unwrap()))).collect();
            assert_eq!(accept(&headers, &settings).collect::<Vec<_>>(), want, "{agent:?} {sent:?}");
        }
    }
}
