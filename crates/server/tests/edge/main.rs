//! The edge, from a request to a page, over a real security token service and its database.

mod browser;
mod house;

mod forms;
mod loops;
mod passive;
mod routes;
mod sign_out;
