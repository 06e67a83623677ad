//! Policy: decisions about headers, as functions of headers. No state.

mod negotiate;
mod verdict;

pub(crate) use self::negotiate::Negotiation;
pub(crate) use self::verdict::{Verdict, redirect, verdict};
