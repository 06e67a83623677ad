//! Policy: decisions about headers and addresses, as stateless functions.

mod access;
mod branches;
mod cache;
mod compress;
mod conditional;
mod egress;
mod guard;
mod hints;
mod home;
mod kind;
mod link;
mod negotiate;
mod origin_outcome;
mod request;
mod save_data;

pub use self::access::AccessError;
pub(crate) use self::access::admit;
pub(crate) use self::cache::{
    Directives, Freshness, Keeping, Term, as_date, cache_control, cache_control_of_error, date, freshness, seconds,
    sent_at,
};
pub use self::compress::COMPRESSIBLE;
pub(crate) use self::conditional::Conditions;
pub use self::egress::{IMAGEKIT_EGRESS_IPV4, is_from_imagekit, is_imagekit_ip};
pub use self::guard::{AddressClass, GuardError};
pub(crate) use self::guard::{approve, not_public};
pub use self::hints::ACCEPT_CH;
pub(crate) use self::hints::{HintsUsed, hints};
pub(crate) use self::home::Home;
pub(crate) use self::kind::{FileKind, MediaType, file_kind, says_file};
pub(crate) use self::link::canonical;
pub(crate) use self::negotiate::{Negotiation, consults_accept, keeps_svg};
pub use self::origin_outcome::OriginError;
pub(crate) use self::origin_outcome::{Verdict, verdict};
pub(crate) use self::request::{RedirectPolicy, origin_request, redirect};
pub(crate) use self::save_data::{SAVE_DATA, consults_save_data, saves_data};
