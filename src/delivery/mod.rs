//! [`Delivery`]: the sans-IO machine that fulfils one order.

mod render;

pub use self::render::{Encoded, Render, Rendered};
