//! [`Warning`]: a possible mistake in a configuration.

use std::fmt;

use crate::transform::Ignored;

/// A part of a configuration that works but may be a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A web proxy serves unsigned URLs: anybody can fetch files of its hosts through it.
    UnsignedProxy {
        /// The endpoint's first base.
        endpoint: String,
    },
    /// The quality is not within 1 to 100; the nearest value of this range is used.
    Quality {
        /// [`Settings::quality`](crate::Settings::quality).
        quality: u8,
    },
    /// [`Settings::avif_after_answer`](crate::Settings::avif_after_answer) has no effect, because AVIF is not chosen.
    NoAvif,
    /// Tokens of a stored transformation have no effect.
    IgnoredInNamed {
        /// The name of the transformation.
        name: String,
        /// The tokens, with the reasons.
        ignored: Vec<Ignored>,
    },
    /// The base of an origin is below an endpoint of the same engine. Unless its name resolves to another server where
    /// the requests are sent from, the engine sends requests to itself endlessly.
    OwnOrigin {
        /// The endpoint's first base.
        endpoint: String,
        /// The origin's base.
        origin: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnsignedProxy { endpoint } => {
                write!(f, "the web proxy of {endpoint} serves unsigned URLs; restrict them to signed ones")
            }
            Self::Quality { quality } => write!(f, "a quality of {quality} is not within 1 to 100"),
            Self::NoAvif => f.write_str("`avif_after_answer` has no effect without `avif`"),
            Self::IgnoredInNamed { name, ignored } => {
                write!(f, "the stored transformation `{name}` has tokens without effect")?;
                ignored.iter().try_for_each(|it| write!(f, "; {it}"))
            }
            Self::OwnOrigin { endpoint, origin } => {
                write!(f, "the origin {origin} of {endpoint} is an endpoint itself; requests may go round in a circle")
            }
        }
    }
}
