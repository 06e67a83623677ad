//! Policy: decisions about headers and addresses, as functions of them. No state.

mod access;
mod egress;
mod guard;
mod hints;
mod link;
mod negotiate;
mod request;
mod saver;
mod verdict;

pub(crate) use self::access::admit;
pub use self::access::{AccessError, Visitor};
pub use self::egress::{IMAGEKIT_EGRESS_IPV4, is_from_imagekit, is_imagekit_ip};
pub use self::guard::GuardError;
pub(crate) use self::guard::approve;
pub use self::hints::ACCEPT_CH;
pub(crate) use self::hints::{HintsUsed, hints};
pub(crate) use self::link::canonical;
pub(crate) use self::negotiate::{Negotiation, consults_accept, keeps_svg};
pub(crate) use self::request::{RedirectPolicy, origin_request, redirect};
pub(crate) use self::saver::{SAVE_DATA, consults_save_data, saves_data};
pub(crate) use self::verdict::{Verdict, verdict};
