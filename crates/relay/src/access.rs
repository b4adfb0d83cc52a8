//! Who may do what in one space: a list that convenors sign and the relay merely keeps.

use std::collections::{BTreeMap, BTreeSet};

use allymap_wire::{
    AccessEntry, AccessList, Code, DeviceKey, Flags, HashPrefix, RelayKey, SpaceId, access_digest, access_transcript,
    verify,
};
use minicbor::{Decode, Encode};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) version: u64,
    entries: BTreeMap<DeviceKey, Flags>,
    removed: BTreeSet<DeviceKey>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
pub(crate) struct AccessRow {
    #[n(0)]
    version: u64,
    #[n(1)]
    entries: Vec<AccessEntry>,
    #[n(2)]
    removed: Vec<DeviceKey>,
}

impl Access {
    /// The list of a new space: only its creator.
    pub(crate) fn founded_by(device: DeviceKey) -> Access {
        Access { version: 1, entries: BTreeMap::from([(device, Flags::CONVENE)]), removed: BTreeSet::new() }
    }

    pub(crate) fn flags(&self, device: &DeviceKey) -> Flags {
        self.entries.get(device).copied().unwrap_or(Flags::NONE)
    }

    pub(crate) fn removed(&self, device: &DeviceKey) -> bool {
        self.removed.contains(device)
    }

    pub(crate) fn digest(&self) -> HashPrefix {
        let row = self.to_row();
        access_digest(&row.entries, &row.removed)
    }

    /// The list after `list`, or why not. Whoever holds the root key may take removals back, nobody else.
    pub(crate) fn replaced_by(
        &self,
        list: &AccessList,
        relay: &RelayKey,
        space: &SpaceId,
        root: &DeviceKey,
        most: usize,
    ) -> Result<Access, Code> {
        let by_root = list.by == *root;
        if !by_root && !self.flags(&list.by).may_convene() {
            return Err(Code::NotAllowed);
        }
        let signed = access_transcript(relay, space, list.version, list.base, &list.entries, &list.removed);
        if !verify(&list.by, &signed, &list.signature) {
            return Err(Code::BadSignature);
        }
        // One step at a time: a list that jumped to the last number there is could never be replaced again.
        if list.base != self.version || self.version.checked_add(1) != Some(list.version) {
            return Err(Code::Stale);
        }
        let entries: BTreeMap<_, _> = list.entries.iter().map(|entry| (entry.device, entry.flags)).collect();
        if entries.len() != list.entries.len() {
            return Err(Code::Malformed);
        }
        let mut removed: BTreeSet<_> = list.removed.iter().copied().collect();
        if !by_root {
            removed.extend(&self.removed);
            if removed.contains(root) {
                return Err(Code::NotAllowed);
            }
        }
        if entries.keys().any(|device| removed.contains(device)) {
            return Err(Code::Removed);
        }
        if entries.len() > most || removed.len() > most {
            return Err(Code::TooLarge);
        }
        Ok(Access { version: list.version, entries, removed })
    }

    pub(crate) fn to_row(&self) -> AccessRow {
        AccessRow {
            version: self.version,
            entries: self
                .entries
                .iter()
                .map(|(device, flags)| AccessEntry { device: *device, flags: *flags })
                .collect(),
            removed: self.removed.iter().copied().collect(),
        }
    }

    pub(crate) fn from_row(row: AccessRow) -> Access {
        Access {
            version: row.version,
            entries: row.entries.into_iter().map(|entry| (entry.device, entry.flags)).collect(),
            removed: row.removed.into_iter().collect(),
        }
    }
}
