//! Lists with a maximum length.

use super::error::ConfigErrorKind;

/// Reads a list of at most `most` entries. Of a longer one, it takes no more than is needed to see that it is too long.
pub(super) fn bounded<E, T>(
    what: &'static str,
    most: usize,
    entries: impl IntoIterator<Item = E>,
    read: impl Fn(E) -> Result<T, ConfigErrorKind>,
) -> Result<Vec<T>, ConfigErrorKind> {
    let list: Vec<T> = entries.into_iter().take(most.saturating_add(1)).map(read).collect::<Result<_, _>>()?;
    if list.len() > most { Err(ConfigErrorKind::TooMany { what, most }) } else { Ok(list) }
}
