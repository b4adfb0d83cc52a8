//! Who wrote something, as the members of a map know each other.

/// Derived from the actor of a change by whoever knows the members; never a field that somebody can fill in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Author {
    pub name: String,
    pub group: String,
    /// A short name of the device.
    pub device: String,
}
