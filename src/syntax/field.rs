//! [`Field`]: the place of a value in an edit.

use super::printer::Printer;
use super::value::{Flag, Value};

/// The place of a value in an edit.
pub(super) trait Field {
    /// The value that the field holds.
    type Item: Value;
    fn fill(&mut self, item: Self::Item);
    fn print(&self, key: &str, out: &mut Printer);
}

impl<T: Value> Field for Option<T> {
    type Item = T;
    fn fill(&mut self, item: T) {
        *self = Some(item);
    }
    fn print(&self, key: &str, out: &mut Printer) {
        if let Some(value) = self {
            out.parameter(key, value);
        }
    }
}

impl Field for bool {
    type Item = Flag;
    fn fill(&mut self, Flag: Flag) {
        *self = true;
    }
    fn print(&self, key: &str, out: &mut Printer) {
        if *self {
            out.parameter(key, &Flag);
        }
    }
}
