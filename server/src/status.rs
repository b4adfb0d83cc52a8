//! What an operator may know: numbers, and nothing about people.

use std::time::Duration;

use allymap_relay::Totals;
use serde::{Deserialize, Serialize};

/// As `allymap-relay status --json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) running: bool,
    pub(crate) healthy: bool,
    pub(crate) version: String,
    pub(crate) name: Option<String>,
    pub(crate) up_seconds: u64,
    pub(crate) connections: usize,
    pub(crate) maps: u64,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    pub(crate) open_invitations: u64,
    pub(crate) connections_since_start: u64,
    pub(crate) messages_since_start: u64,
    pub(crate) writes_since_start: u64,
    pub(crate) failed_writes_since_start: u64,
    pub(crate) refused_since_start: u64,
    pub(crate) slow_since_start: u64,
}

/// What the writer thread counts from its start on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) connections: u64,
    pub(crate) messages: u64,
    pub(crate) writes: u64,
    pub(crate) failed_writes: u64,
    pub(crate) refused: u64,
    pub(crate) slow: u64,
}

impl Status {
    pub(crate) fn running(
        name: Option<String>,
        healthy: bool,
        up: Duration,
        connections: usize,
        totals: Totals,
        counts: Counts,
    ) -> Status {
        Status {
            running: true,
            healthy,
            version: env!("CARGO_PKG_VERSION").into(),
            name,
            up_seconds: up.as_secs(),
            connections,
            maps: totals.spaces,
            records: totals.records,
            bytes: totals.bytes,
            open_invitations: totals.mailboxes,
            connections_since_start: counts.connections,
            messages_since_start: counts.messages,
            writes_since_start: counts.writes,
            failed_writes_since_start: counts.failed_writes,
            refused_since_start: counts.refused,
            slow_since_start: counts.slow,
        }
    }

    /// Of a relay whose process is not there.
    pub(crate) fn stopped(totals: Totals) -> Status {
        let status = Status::running(None, false, Duration::ZERO, 0, totals, Counts::default());
        Status { running: false, ..status }
    }
}
