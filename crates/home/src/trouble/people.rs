//! What stands between somebody and a map: making one, inviting, asking to join, letting in.

use crate::together::member::Asking;
use crate::trouble::Source;

#[derive(Debug)]
pub enum People {
    NotFounded(Source),
    /// Without a relay nobody can reach the map.
    NobodyReachesIt,
    NotAConvenor,
    NotInvited(Source),
    /// It is no invitation, or a letter of it is missing.
    NotAnInvitation(Source),
    /// A newer version made the invitation.
    NewerInvitation(Source),
    /// The map of the invitation is on this computer.
    HereAlready {
        map: String,
    },
    /// The invitation does not let this computer ask.
    Turned(Turned),
    /// What the invitation brought is no map.
    NoMapInIt(Source),
    /// Nobody of this number asks to join, or nobody does.
    NobodyAsks {
        number: Option<u32>,
    },
    SeveralAsk {
        fitting: Vec<Asking>,
    },
    /// What was read aloud is not what stands here.
    OtherWords {
        number: u32,
    },
}

/// Why an invitation did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turned {
    /// Another relay answers at its address.
    OtherRelay,
    /// No common version of the protocol.
    Version {
        oldest: u8,
        newest: u8,
        ours: u8,
    },
    /// Used by another device.
    Taken,
    /// Expired, withdrawn, or the relay does not have it yet.
    Unknown,
    Altered,
    /// For a reason that the protocol calls by this name.
    Refused {
        code: String,
    },
    /// The relay does not keep to the protocol.
    Protocol,
}
