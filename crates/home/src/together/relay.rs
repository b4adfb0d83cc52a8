//! Where this map is exchanged, and how much of what is here each relay has.

use allymap_wire::RelayKeyHash;

use crate::trouble::Trouble;
use crate::visit::Visit;

/// How this person's changes stand with one relay.
#[derive(Clone, Debug)]
pub struct State {
    pub relay: RelayKeyHash,
    pub url: String,
    /// How much of what the relay keeps is known here.
    pub records: u64,
    /// It lets this computer in.
    pub admitted: bool,
    pub removed: bool,
    /// Parts that the relay is not known to have on its disk.
    pub not_with: usize,
    /// Entries with changes that were never offered to any relay.
    pub unsealed: usize,
    /// Other people's computers that have this person's newest exchanged change; `None` when there is none at this relay.
    pub seen_by: Option<usize>,
}

impl State {
    /// True when this relay has everything of ours on its disk.
    pub fn has_all(&self) -> bool {
        self.admitted && !self.removed && self.not_with == 0 && self.unsealed == 0
    }
}

/// Every relay of the map, in one order everywhere.
pub fn states(v: &mut Visit<'_>) -> Result<Vec<State>, Trouble> {
    let (replica, disk) = v.hold()?;
    let standing = replica.standing(disk)?;
    let newest = replica.newest_own_record(disk)?;
    let mut states = Vec::new();
    for relay in replica.relays() {
        let seen_by = match &newest {
            Some(record) => Some(replica.seen_by(record, &relay.relay, disk)?.len()),
            None => None,
        };
        states.push(State {
            not_with: standing.not_with.get(&relay.relay).copied().unwrap_or(0),
            unsealed: standing.unsealed,
            relay: relay.relay,
            url: relay.url,
            records: relay.position,
            admitted: relay.admitted,
            removed: relay.removed,
            seen_by,
        });
    }
    Ok(states)
}
