//! The road of a person, driven in a real browser from the stand-in's page to its verdict and back.

mod account;
mod eye;
mod hostile;
mod journeys;
mod keyboard;
mod looks;
mod mail_code;
mod passkeys;
mod passwords;
mod places;
mod policy;
mod second_factor;
mod surroundings;
