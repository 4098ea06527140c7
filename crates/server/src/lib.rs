//! The edge of Countersign: HTTP requests become typed visits, outcomes become pages.
//!
//! A handler takes typed input, calls the security token service once and turns the outcome into a page; no decision
//! is taken here. `edge` reads what a request brings (address, organisation, cookies, origin), `handlers` answer,
//! `stage` puts the pages of `views` in front of the visitor, `stylesheet` gives them their looks and `language`
//! their words. Start at [`ROUTES`].

mod app;
mod assets;
mod edge;
mod handlers;
mod language;
mod limits;
mod page;
mod routes;
mod serve;
mod stage;
mod stop;
mod stylesheet;
mod tls;
mod views;

pub use app::{App, Edge};
pub use edge::{Cookies, LoopLimits};
pub use language::Language;
pub use routes::{Access, ROUTES, Route, router};
pub use serve::{ConnectionLimits, serve};
pub use stylesheet::stylesheet;
pub use tls::{Tls, TlsError, TlsFiles};
