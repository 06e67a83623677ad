//! [`Damage`]: what is wrong with entropy-coded data.

/// What is known to be wrong with entropy-coded data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    /// It ends before all units were read.
    pub(crate) cut_short: bool,
    /// It cannot have been written like this.
    pub(crate) corrupt: bool,
}

impl Damage {
    /// Adds other damage.
    pub(super) const fn add(&mut self, other: Self) {
        self.cut_short |= other.cut_short;
        self.corrupt |= other.corrupt;
    }
}
