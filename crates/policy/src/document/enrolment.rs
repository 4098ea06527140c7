use serde::Deserialize;

/// `[enrolment]`: how people come to a second factor that is demanded of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Enrolment {
    /// How many days somebody may put it off, from the first sign-in at which it is demanded. 0, the default: it is done
    /// at that sign-in. A request that demands a second factor itself (`wauth`) waits for nobody.
    pub grace_days: u16,
}
