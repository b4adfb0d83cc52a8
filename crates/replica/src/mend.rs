//! After damage to the disk: what is left is taken in again, what is missing comes back from the relays.

use std::collections::{BTreeMap, VecDeque};

use allymap_wire::{LogHash, Record, RecordId, RecordKind};

use crate::draft::Draft;
use crate::replica::{Effect, Replica};
use crate::rows::{DocumentRow, Fate, FateRow, Key, OfferRow, Refused, Rows, Unreadable};

impl Replica {
    /// Some rows may be gone, and others be as they were earlier. Every record that is left is numbered and applied anew, every
    /// relay's log is read from its beginning at the next exchange, and all that is here is offered to it. This device writes
    /// under a new actor from now on, since it may have forgotten changes of its own.
    pub fn mend(&mut self, salt: [u8; 8], rows: &dyn Rows, effects: &mut Vec<Effect>) -> Result<(), Unreadable> {
        let mut draft = Draft::new(rows, self.number);
        // What follows from records and logs, and will follow from them again.
        for letter in *b"vwnxbg" {
            for (name, _) in draft.list(letter, &[], None, usize::MAX)? {
                draft.delete_named(letter, &name);
            }
        }
        for cursor in self.relays.values_mut() {
            (cursor.position, cursor.hash, cursor.highest) = (0, LogHash::START.0, None);
        }
        for relay in self.relays.keys().copied().collect::<Vec<_>>() {
            self.put_cursor(&mut draft, relay);
        }
        self.header.salt = salt;
        let last = draft.list(b's', &[], None, usize::MAX)?.pop();
        if let Some(last) = last.and_then(|(name, _)| name.try_into().ok().map(u32::from_be_bytes)) {
            self.header.next_statement = self.header.next_statement.max(last + 1);
        }
        for record in self.order_anew(&mut draft)? {
            for missing in self.take_key_packet(&record, &mut draft) {
                self.wake_later(&missing, &mut draft)?;
            }
        }
        while !draft.list(b'v', &[], None, 1)?.is_empty() {
            self.apply_all(&mut draft, effects)?;
        }
        for (name, _) in draft.list(b'd', &[], None, usize::MAX)? {
            let Some(id) = allymap_wire::DocumentId::from_slice(&name) else { continue };
            if draft.row::<DocumentRow>(Key::Document(id))?.is_some() {
                draft.put_bytes(Key::Unsealed(id), Vec::new());
            }
        }
        self.put_header(&mut draft);
        effects.push(Effect::Persist(draft.into_writes()));
        Ok(())
    }

    /// Numbers the records that are left in their old order, where that is known, and lists them for applying and for every
    /// relay. Says which of them are key packets: keys come before what they open.
    fn order_anew(&mut self, draft: &mut Draft<'_>) -> Result<Vec<Record>, Unreadable> {
        let mut fates = BTreeMap::new();
        for (name, row) in draft.list(b'f', &[], None, usize::MAX)? {
            if let (Some(id), Ok(row)) = (RecordId::from_slice(&name), minicbor::decode::<FateRow>(&row)) {
                fates.insert(id, row);
            } else {
                draft.delete_named(b'f', &name);
            }
        }
        let mut left = Vec::new();
        for (name, bytes) in draft.list(b'r', &[], None, usize::MAX)? {
            let record = Record::new(bytes).ok().filter(|record| record.id().0[..] == name[..]);
            let Some(record) = record else {
                draft.delete_named(b'r', &name);
                continue;
            };
            let order = fates.get(&record.id()).map_or(u64::MAX, |row| row.order);
            left.push((order, record));
        }
        left.sort_by_key(|(order, record)| (*order, record.id()));
        self.header.next_order = 1;
        let mut packets = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for (_, record) in left {
            let (id, order) = (record.id(), self.header.next_order);
            self.header.next_order += 1;
            known.insert(id);
            for relay in self.relays.keys() {
                draft.put(Key::Offer(*relay, order), &OfferRow { record: id, acknowledged: None });
            }
            let fate = match (record.kind(), fates.get(&id).map(|row| &row.fate)) {
                (RecordKind::KeyPacket, _) => {
                    packets.push(record);
                    Fate::KeyPacket
                }
                // What this program died on stays shut.
                (_, Some(deadly @ Fate::Refused(Refused::Deadly))) => deadly.clone(),
                _ => {
                    draft.put_bytes(Key::Unapplied(order), id.0.to_vec());
                    Fate::Unapplied
                }
            };
            draft.put(Key::Fate(id), &FateRow { order, fate });
        }
        for (id, row) in fates {
            if !known.contains(&id) {
                match row.fate {
                    Fate::Gone => {
                        draft.put(Key::Fate(id), &FateRow { order: self.header.next_order, fate: Fate::Gone })
                    }
                    _ => draft.delete(Key::Fate(id)),
                }
            }
        }
        self.header.next_order += 1;
        Ok(packets)
    }

    fn apply_all(&mut self, draft: &mut Draft<'_>, effects: &mut Vec<Effect>) -> Result<(), Unreadable> {
        let unapplied = draft.list(b'v', &[], None, usize::MAX)?;
        let queue: VecDeque<(u64, RecordId)> = unapplied
            .iter()
            .filter_map(|(order, id)| {
                Some((order.as_slice().try_into().ok().map(u64::from_be_bytes)?, RecordId::from_slice(id)?))
            })
            .collect();
        for (name, _) in unapplied {
            draft.delete_named(b'v', &name);
        }
        self.apply_these(queue, draft, effects)
    }
}
