//! [`Variable`]: a size that expressions can name.

/// A size that an expression can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Variable {
    /// `iw`: width of the original.
    InitialWidth,
    /// `ih`: height of the original.
    InitialHeight,
    /// `iar`: its width divided by its height.
    InitialAspect,
    /// `cw`: width at this point of the chain.
    CurrentWidth,
    /// `ch`: height at this point.
    CurrentHeight,
    /// `car`: their quotient.
    CurrentAspect,
    /// `bw`: width of the picture that a layer is drawn on.
    BaseWidth,
    /// `bh`: its height.
    BaseHeight,
    /// `bar`: their quotient.
    BaseAspect,
    /// `idn`: density of the original; only in `dn`.
    InitialDensity,
}
