//! [`Cost`]: the memory and the computing that something takes, counted beforehand.

use crate::limits::{LimitError, Limits};

/// The memory and the computing that a render takes at most, known before a pixel is decoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Bytes that are held at a time, see [`Limits::memory`].
    pub memory: u64,
    /// Computing, in the units of [`Limits::work`].
    pub work: u64,
}

impl Cost {
    /// Makes a cost of bytes and work.
    pub(crate) const fn new(memory: u64, work: u64) -> Self {
        Self { memory, work }
    }

    /// Makes a cost of so many bytes and units for each of so many pixels.
    #[cfg(feature = "pixels")]
    pub(crate) const fn each(pixels: u64, bytes: u64, units: u64) -> Self {
        Self { memory: pixels.saturating_mul(bytes), work: pixels.saturating_mul(units) }
    }

    /// The cost of two that run one after the other, where the second gets the memory of the first.
    #[must_use]
    pub(crate) fn then(self, next: Self) -> Self {
        Self { memory: self.memory.max(next.memory), work: self.work.saturating_add(next.work) }
    }

    /// The cost of two whose memory is held at a time.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self { memory: self.memory.saturating_add(other.memory), work: self.work.saturating_add(other.work) }
    }

    /// The cost with so many more bytes.
    #[must_use]
    pub(crate) fn holding(self, bytes: u64) -> Self {
        self.and(Self::new(bytes, 0))
    }

    /// Passes a cost that is within the limits.
    ///
    /// # Errors
    /// It takes more memory or more computing than is allowed.
    pub(crate) fn check(self, limits: &Limits) -> Result<(), LimitError> {
        LimitError::check("bytes of memory for pixels", self.memory, limits.memory)?;
        LimitError::check("units of computing", self.work, limits.work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_add_up() {
        let (small, large) = (Cost::new(1, 10), Cost::new(5, 20));
        assert_eq!(small.then(large), Cost::new(5, 30));
        assert_eq!(large.then(small), Cost::new(5, 30));
        assert_eq!(small.and(large), Cost::new(6, 30));
        assert_eq!(Cost::new(u64::MAX, u64::MAX).and(small), Cost::new(u64::MAX, u64::MAX));
    }

    #[test]
    fn each_has_its_limit() {
        let mut limits = Limits::default();
        (limits.memory, limits.work) = (5, 20);
        assert!(Cost::new(5, 20).check(&limits).is_ok());
        assert_eq!(Cost::new(6, 20).check(&limits).unwrap_err().allowed, 5);
        assert_eq!(Cost::new(5, 21).check(&limits).unwrap_err().allowed, 20);
    }
}
