/// The policy of an organisation, ready to be asked.
#[derive(Debug, Default)]
pub struct Policy {
    reads: Reads,
}

/// The facts that cost a look-up and that some rule of a policy reads. Whatever is not in here may stay unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Country or autonomous system of the address.
    pub place: bool,
    /// Whether the device is known, or the signals made from that.
    pub device: bool,
}

impl Policy {
    /// What has to be looked up before this policy is asked.
    pub const fn reads(&self) -> Reads {
        self.reads
    }
}
