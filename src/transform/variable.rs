//! [`Variable`]: a size that expressions can refer to.

/// A size that an expression can refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Variable {
    /// `iw`: width of the original.
    InitialWidth,
    /// `ih`: height of the original.
    InitialHeight,
    /// `iar`: width of the original divided by its height.
    InitialAspect,
    /// `cw`: width at this point of the chain.
    CurrentWidth,
    /// `ch`: height at this point of the chain.
    CurrentHeight,
    /// `car`: width divided by height at this point of the chain.
    CurrentAspect,
    /// `bw`: width of the image that a layer is drawn on.
    BaseWidth,
    /// `bh`: height of that image.
    BaseHeight,
    /// `bar`: width of that image divided by its height.
    BaseAspect,
    /// `idn`: density of the original; only in `dn`.
    InitialDensity,
}
