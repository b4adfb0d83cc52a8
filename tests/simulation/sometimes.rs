//! What must have happened at least once over a run, or the run has shown nothing about it.

use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sometimes(BTreeMap<&'static str, u64>);

impl Sometimes {
    pub fn happened(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub fn count(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    pub fn join(&mut self, other: &Sometimes) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(what, count)| (*what, *count))
    }

    /// Which of those that must happen did not.
    pub fn never(&self) -> Vec<&'static str> {
        EXPECTED.iter().copied().filter(|what| self.count(what) == 0).collect()
    }
}

pub const EXPECTED: &[&str] = &[
    "a clock went years astray",
    "a document was changed by others",
    "a part of a flood does not count",
    "a second stranger found the invitation taken",
    "a stranger asks to join",
    "acknowledgement and put lost in one history",
    "acknowledgement lost on the way",
    "device: applied one by one after it died",
    "device: copied, and both run",
    "device: died of a record",
    "device: disk refused",
    "device: edit durable, nobody told",
    "device: killed after it wrote, before it sent",
    "device: killed at rest",
    "device: killed before it wrote",
    "device: killed between two sends",
    "device: killed while it opened",
    "device: learned a key",
    "device: removed",
    "device: restored from a backup",
    "device: rows lost",
    "device: several inputs in one write",
    "edit kept",
    "edit while all clocks stood still",
    "forged: beyond any key",
    "forged: body",
    "forged: by a removed member",
    "forged: bytes that Automerge cannot read",
    "forged: by an unknown device",
    "forged: deadly",
    "forged: foreign actor",
    "forged: more operations than a record may bring",
    "forged: operations counted from afar",
    "forged: signature",
    "frame damaged on the way",
    "half-open connection",
    "hostile relay noticed: by what it said",
    "hostile relay noticed: its log does not fit",
    "hostile relay noticed: its log went back",
    "hostile relay: acknowledges and stores nothing",
    "hostile relay: drops a record",
    "hostile relay: shows an old log",
    "hostile relay: shows two logs",
    "hostile relay: withholds a removal",
    "ladder climbed to a place above the start",
    "ladder climbed to the start",
    "link cut",
    "link hung up",
    "link stalled",
    "more than one page",
    "newcomer let in",
    "page lost on the way",
    "put again what was stored already",
    "put lost on the way",
    "record as large as one may be",
    "record came to a relay by another than its author",
    "record refused",
    "record waited for another and was woken",
    "record waits",
    "relay: disk nearly full, records refused",
    "relay: disk refused",
    "relay: emptied",
    "relay: killed after it wrote, before it sent",
    "relay: killed at rest",
    "relay: killed before it wrote",
    "relay: killed between two sends",
    "relay: killed while it opened",
    "relay: little room",
    "relay: mailboxes full",
    "relay: no room left for the map",
    "relay: rolled back above a cursor",
    "relay: rolled back below a cursor",
    "relay: rolled back to a cursor",
    "relay: rows lost",
    "relay: several inputs in one write",
    "relay: slow reader dropped",
    "relay: sync budget used up",
    "relay: timed out a dead connection",
    "relay: what a day allows is used up",
    "roll-back noticed",
    "said: more than half of what one device may",
    "said: two things under one number",
    "two keys made at once",
    "with the relay",
];
