//! [`setters`]: chainable methods that set the public fields of a configuration.

/// Defines a setter for each field. A list without one of the fields does not compile; private fields, which have no
/// setter, are listed after the semicolon.
macro_rules! setters {
    ($type:ident { $($field:ident: $kind:ty),* $(,)? $(; $($private:ident),*)? }) => {
        impl $type {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: $kind) -> Self {
                    self.$field = $field;
                    self
                }
            )*
        }

        const _: fn($type) = |it| {
            let $type { $($field: _,)* $($($private: _),*)? } = it;
        };
    };
}

pub(crate) use setters;
