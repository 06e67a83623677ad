//! Sequences of AVIF: each frame is a whole image, made from the ones before.

use super::movie::Player;
use crate::error::Error;
use crate::pixels::codec::animation::canvas::{Canvas, Disposal};
use crate::pixels::codec::animation::{Drawn, Frames};
use crate::plan::Rect;

impl Frames for Player<'_> {
    fn draw_next(&mut self, canvas: &mut Canvas) -> Result<Option<Drawn>, Error> {
        let Some((image, delay)) = self.next()? else { return Ok(None) };
        canvas.begin(Rect::full(canvas.size()), Disposal::Keep)?;
        canvas.draw(&image, false);
        Ok(Some(Drawn { delay, note: None }))
    }
}
