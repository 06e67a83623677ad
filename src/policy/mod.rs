//! Policy: decisions about headers, as functions of headers. No state.

mod negotiate;

pub(crate) use self::negotiate::Negotiation;
