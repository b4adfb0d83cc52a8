//! Where this map is exchanged, and how much of what is here each relay has.

use allymap_wire::{AddressError, RelayAddress, RelayKeyHash};

use crate::together::{lines, refuse_practice};
use crate::trouble::{Exchange, Trouble};
use crate::visit::Visit;

/// What an operator's line says of a relay.
#[derive(Clone, Debug)]
pub struct Address {
    pub url: String,
    line: RelayAddress,
}

/// How this person's changes stand with one relay.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) relay: RelayKeyHash,
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

/// An operator's line as it was pasted, or why it is none.
pub fn read(line: &str) -> Result<Address, Trouble> {
    let line = RelayAddress::from_line(line).map_err(|error| match error {
        AddressError::Newer => Exchange::NewerLine(Box::new(error)),
        AddressError::Prefix | AddressError::Damaged => Exchange::NotALine(Box::new(error)),
    })?;
    lines::authority(&line.url).map_err(Exchange::Address)?;
    Ok(Address { url: line.url.clone(), line })
}

/// From the next exchange on this map goes through this relay too.
pub fn add(v: &mut Visit<'_>, address: &Address) -> Result<(), Trouble> {
    lay(v, address)?;
    v.commit()
}

/// The same; nothing is durable yet.
pub(crate) fn lay(v: &mut Visit<'_>, Address { line, .. }: &Address) -> Result<(), Trouble> {
    refuse_practice(v)?;
    let mut effects = Vec::new();
    let (replica, disk) = v.hold()?;
    replica.add_relay(line.relay, &line.url, Some(line.token), disk, &mut effects)?;
    v.carry_out(effects)
}

/// Every relay of the map, in one order everywhere.
pub fn list(v: &mut Visit<'_>) -> Result<Vec<State>, Trouble> {
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
