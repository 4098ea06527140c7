//! Letters to people: what they say, in their language, and the way to the operator's mail server.
//!
//! A [`Letter`] is written for one address. [`Relay`] hands it to a mail server and says what came of it; [`Outbox`]
//! holds a bounded number of letters and sends them in the background, so that nobody who signs in waits for a mail
//! server. Who gets a letter and when is for `sts` to say, and which addresses may get a code as well (S87).

mod address;
mod language;
mod letter;
mod outbox;
mod relay;

pub use address::{MailAddress, MailAddressError};
pub use language::Language;
pub use letter::{Content, Letter, Notice, Occasion};
pub use outbox::{Outbox, OutboxFull, OutboxLimits};
pub use relay::{DeliveryError, Relay, RelayError, RelaySettings, Security};
