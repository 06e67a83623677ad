//! [`setters`]: methods that set the public fields of a configuration, one after the other in a chain.

/// Makes a method of each field that sets it and returns the whole. A field that is missing does not compile; those
/// behind the semicolon are private, and get none.
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
