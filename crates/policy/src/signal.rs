use std::fmt;

use serde::{Deserialize, Serialize};

/// Something about a request that makes it worth a closer look, found before the policy is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// The user has never signed in with this device.
    NewDevice,
    /// Passwords are being tried across many accounts at this moment, and this request is of a stranger.
    Spray,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 2] = [Self::NewDevice, Self::Spray];

    /// The name in ledger and policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewDevice => "new-device",
            Self::Spray => "spray",
        }
    }
}

/// A set of signals.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Signals(u8);

impl Signals {
    /// Nothing suspicious.
    pub const NONE: Self = Self(0);

    /// Whether there is none in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a signal is in it.
    pub const fn has(self, signal: Signal) -> bool {
        self.0 & bit(signal) != 0
    }

    /// The same with one more.
    #[must_use]
    pub const fn with(self, signal: Signal) -> Self {
        Self(self.0 | bit(signal))
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those in it.
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        Signal::ALL.into_iter().filter(move |signal| self.has(*signal))
    }
}

const fn bit(signal: Signal) -> u8 {
    1 << signal as u8
}

impl FromIterator<Signal> for Signals {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> Self {
        signals.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
