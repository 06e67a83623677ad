//! The colour profile that a file brings along.

use super::{metadata, png};
use crate::format::Format;
use crate::limits::Limits;
use crate::pixels::color::profile::Profile;

/// The profile of a file, or the colour space that it states in another way.
pub(crate) fn profile_of(file: &[u8], format: Format, limits: &Limits) -> Option<Profile> {
    // The order in which they count is that of PNG (third edition, 4.3).
    let said = if format == Format::Png { png::Spaces::read(file) } else { png::Spaces::default() };
    if let Some(profile) = said.cicp.and_then(Profile::from_code_points) {
        return Some(profile);
    }
    if let Some(profile) = metadata::icc(file, format, limits).and_then(Profile::read) {
        return Some(profile);
    }
    let gamma = said.gamma.filter(|_| !said.srgb)?;
    Profile::from_gamma(gamma, said.primaries)
}
