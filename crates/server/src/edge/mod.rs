//! What a request brings, read once and checked before anything acts on it.

mod arrival;
mod client_address;
mod cookies;
mod host;
mod origin;
mod random;
mod sealed_act;
mod sealed_request;
mod trail;

pub(crate) use arrival::{Arrival, preferred_language};
pub(crate) use cookies::CookieName;
pub use cookies::Cookies;
pub(crate) use host::host;
pub(crate) use origin::may_be_ours;
pub(crate) use random::{random_reference, random_text};
pub(crate) use sealed_act::{Act, open_act, seal_act};
pub(crate) use sealed_request::{Binding, Ceremony, Opened, Recipient, SealedRequest, Standing};
pub use trail::LoopLimits;
pub(crate) use trail::Trail;
