//! [`Cost`]: an upper bound of the memory and the computing of an operation, known before it runs.

use crate::limits::{LimitError, Limits};

/// The maximum of memory and computing that a render takes, known before a pixel is decoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Bytes held at the same time, see [`Limits::memory`].
    pub memory: u64,
    /// Computing, in the units of [`Limits::work`].
    pub work: u64,
}

impl Cost {
    /// Makes a cost of bytes and work.
    pub(crate) const fn new(memory: u64, work: u64) -> Self {
        Self { memory, work }
    }

    /// Makes a cost of `bytes` and `units` for each of `pixels` pixels.
    #[cfg(feature = "pixels")]
    pub(crate) const fn each(pixels: u64, bytes: u64, units: u64) -> Self {
        Self { memory: pixels.saturating_mul(bytes), work: pixels.saturating_mul(units) }
    }

    /// Returns the cost of two steps that run one after the other, where the second reuses the memory of the first.
    #[must_use]
    pub(crate) fn then(self, next: Self) -> Self {
        Self { memory: self.memory.max(next.memory), work: self.work.saturating_add(next.work) }
    }

    /// Returns the cost of two steps whose memory is held at the same time.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self { memory: self.memory.saturating_add(other.memory), work: self.work.saturating_add(other.work) }
    }

    /// Returns the cost with `bytes` more bytes of memory.
    #[must_use]
    pub(crate) fn holding(self, bytes: u64) -> Self {
        self.and(Self::new(bytes, 0))
    }

    /// Checks that the cost is within the limits.
    ///
    /// # Errors
    /// A [`LimitError`] if it takes more memory or more computing than is allowed.
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
