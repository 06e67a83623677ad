//! [`Damage`]: errors in entropy-coded data.

/// The kinds of damage found in entropy-coded data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    /// The data ends before all units were read.
    pub(crate) cut_short: bool,
    /// The data is invalid.
    pub(crate) corrupt: bool,
}

impl Damage {
    /// Adds other damage.
    pub(super) const fn add(&mut self, other: Self) {
        self.cut_short |= other.cut_short;
        self.corrupt |= other.corrupt;
    }
}
