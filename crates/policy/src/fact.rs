/// What a condition of a rule may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The named networks that hold the address.
    Network,
    /// The country of the address, or `unknown`.
    Country,
    /// The autonomous system that announces the address, or `unknown`.
    AutonomousSystem,
    /// The schedules that hold the present.
    Schedule,
    /// The user's roles.
    Role,
    /// The application that the token is for.
    Application,
    /// The domain of the user's name.
    Domain,
    /// The endpoint that was asked.
    Endpoint,
    /// What the client says of its operating system: a hint.
    OperatingSystem,
    /// What the client says of itself as a browser: a hint.
    Browser,
    /// What kind of client it says it is: a hint.
    Client,
    /// Whether the user has signed in with the device before.
    Device,
    /// What is suspicious.
    Signal,
}

impl Fact {
    /// How many there are.
    pub(crate) const COUNT: usize = Self::Signal as usize + 1;

    /// All of them, each at its own place.
    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Network,
        Self::Country,
        Self::AutonomousSystem,
        Self::Schedule,
        Self::Role,
        Self::Application,
        Self::Domain,
        Self::Endpoint,
        Self::OperatingSystem,
        Self::Browser,
        Self::Client,
        Self::Device,
        Self::Signal,
    ];

    /// The key of a condition in the policy's document; the opposite one begins with `not-`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Network => "networks",
            Self::Country => "countries",
            Self::AutonomousSystem => "autonomous-systems",
            Self::Schedule => "schedules",
            Self::Role => "roles",
            Self::Application => "applications",
            Self::Domain => "domains",
            Self::Endpoint => "endpoints",
            Self::OperatingSystem => "operating-systems",
            Self::Browser => "browsers",
            Self::Client => "clients",
            Self::Device => "known-device",
            Self::Signal => "signals",
        }
    }

    /// One of it, in words.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Country => "country",
            Self::AutonomousSystem => "autonomous system",
            Self::Schedule => "schedule",
            Self::Role => "role",
            Self::Application => "application",
            Self::Domain => "domain",
            Self::Endpoint => "endpoint",
            Self::OperatingSystem => "operating system",
            Self::Browser => "browser",
            Self::Client => "kind of client",
            Self::Device => "device",
            Self::Signal => "signal",
        }
    }

    /// Whether it is a fact of the person rather than of the request, so that it is unknown before somebody has
    /// proved who they are (S97). A schedule is one where it goes by the user's own clock.
    pub(crate) const fn is_personal(self) -> bool {
        matches!(self, Self::Role | Self::Domain | Self::Device | Self::Signal)
    }

    /// Whether it tells where or when: what a break-glass account is exempt from (S88).
    pub(crate) const fn is_of_place_or_time(self) -> bool {
        matches!(self, Self::Network | Self::Country | Self::AutonomousSystem | Self::Schedule)
    }
}
