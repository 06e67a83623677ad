//! Colours: what the numbers of an image mean, and the ways from there to sRGB.

pub(crate) mod curve;
pub(crate) mod lab;
pub(crate) mod oklab;
pub(crate) mod pixel;
pub(crate) mod profile;
mod shaper;
mod space;
pub(crate) mod ycbcr;
