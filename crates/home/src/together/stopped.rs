//! Why a relay has not caught up, and for which reasons it refuses.

use allymap_replica::{KnownRelay, Notice};
use allymap_wire::{Code, RelayKeyHash};

use crate::together::driver::Report;
use crate::together::lines::ConnectError;

/// Why an exchange did not come about, or ended. Everything is kept here, whatever it was.
#[derive(Debug)]
pub enum Stopped {
    Away(ConnectError),
    /// It does not let this computer in yet.
    NotAdmitted,
    /// This computer was removed from the map.
    Removed,
    OtherRelay,
    /// No common version of the protocol.
    Version {
        oldest: u8,
        newest: u8,
        ours: u8,
    },
    /// It does not take this map.
    NotCreated(Refusal),
    /// What it sent does not fit together.
    BadLog,
    /// It does not take everything now.
    NotTaken(Refusal),
    /// It ended the exchange.
    Ended(Refusal),
    /// It stopped answering.
    Silent,
}

/// Why a relay refuses something. Where several are told they stand in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    NotUnderstood,
    Full,
    GoingAway,
    TimeOut,
    /// It wants its operator's line.
    Token,
    DiskFailed,
    TooLarge,
    NotAllowed,
    TooSlow,
    TooMuch,
}

impl Stopped {
    /// What was heard of this relay that says why.
    pub(super) fn of(known: &KnownRelay, report: &Report) -> Stopped {
        let about_it = report.notices.iter().filter(|notice| about(notice) == Some(known.relay));
        about_it.filter_map(Stopped::told).next().unwrap_or(Stopped::Silent)
    }

    fn told(notice: &Notice) -> Option<Stopped> {
        Some(match notice {
            Notice::NotAdmitted { .. } => Stopped::NotAdmitted,
            Notice::Removed { .. } => Stopped::Removed,
            Notice::WrongRelay { .. } => Stopped::OtherRelay,
            Notice::WrongVersion { oldest, newest, .. } => {
                Stopped::Version { oldest: *oldest, newest: *newest, ours: allymap_wire::PROTOCOL }
            }
            Notice::NotCreated { code, .. } => Stopped::NotCreated((*code).into()),
            Notice::BadLog { .. } => Stopped::BadLog,
            Notice::NotTaken { code, .. } => Stopped::NotTaken((*code).into()),
            Notice::Ended { code, .. } => Stopped::Ended((*code).into()),
            _ => return None,
        })
    }
}

/// The relay that a notice tells about.
fn about(notice: &Notice) -> Option<RelayKeyHash> {
    match notice {
        Notice::CaughtUp { relay }
        | Notice::WithRelay { relay, .. }
        | Notice::NotTaken { relay, .. }
        | Notice::RolledBack { relay, .. }
        | Notice::BadLog { relay }
        | Notice::Withheld { relay, .. }
        | Notice::WrongRelay { relay }
        | Notice::WrongVersion { relay, .. }
        | Notice::NotAdmitted { relay }
        | Notice::Removed { relay }
        | Notice::Ended { relay, .. }
        | Notice::Created { relay }
        | Notice::NotCreated { relay, .. } => Some(*relay),
        Notice::Refused { .. } | Notice::AsksToJoin { .. } => None,
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Refusal {
        match code {
            Code::Full => Refusal::Full,
            Code::Rate | Code::TooMany => Refusal::TooMuch,
            Code::TooLarge => Refusal::TooLarge,
            Code::Storage => Refusal::DiskFailed,
            Code::Token => Refusal::Token,
            Code::Draining => Refusal::GoingAway,
            Code::NotAllowed => Refusal::NotAllowed,
            Code::TooSlow => Refusal::TooSlow,
            Code::TimeOut => Refusal::TimeOut,
            _ => Refusal::NotUnderstood,
        }
    }
}
