//! Colours: colour spaces of images, and the conversions from them to sRGB.

mod curve;
pub(crate) mod lab;
pub(crate) mod oklab;
mod pixel;
mod profile;
mod shaper;
mod space;
mod transfer;
pub(crate) mod ycbcr;

pub(crate) use self::pixel::pixel;
pub(crate) use self::profile::Profile;
pub(crate) use self::transfer::from_light;
#[cfg(feature = "svg")]
pub(crate) use self::transfer::to_light;
