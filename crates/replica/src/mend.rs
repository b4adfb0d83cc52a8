//! After damage to the disk: what is left is taken in again, what is missing comes back from the relays.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::Document;
use allymap_seal::{Body, Content, EpochKey, KemKey, Op, Role, Statement};
use allymap_wire::{KeyId, Record, RecordId, RecordKind, Timestamp};
use rand_core::CryptoRng;

use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::Effect;
use crate::replica::Replica;
use crate::rows::{DocumentRow, Fate, FateRow, Key, Kind, OfferRow, OwnRow, Refused, Rows, Salt, Unreadable};
use crate::turn::Turn;

/// What follows from records and logs, and will follow from them again.
const FOLLOWS: [Kind; 8] = [
    Kind::Unapplied,
    Kind::Waiting,
    Kind::Offer,
    Kind::Position,
    Kind::Breadcrumb,
    Kind::Judged,
    Kind::Unsaid,
    Kind::Unsealed,
];

impl Replica {
    /// Some rows may be gone, and others be as they were earlier. Every record that is left is numbered and applied anew, every
    /// relay's log is read from its beginning at the next exchange, and all that is here is offered to it. This device writes
    /// under a new actor from now on, since it may have forgotten changes of its own.
    pub fn mend(
        &mut self,
        now: Timestamp,
        rows: &dyn Rows,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let mut turn = Turn::new(now, self.me.draft(rows), chance);
        let draft = &mut turn.draft;
        for kind in FOLLOWS {
            draft.clear(kind)?;
        }
        if !self.breaks(Broken::MendingKeepsCursors) {
            self.relays.rewind(draft);
        }
        let mut salt = [0; 8];
        turn.chance.fill_bytes(&mut salt);
        self.me.renew(salt);
        self.learn_salts(draft)?;
        if let Some(last) = draft.last_statement()? {
            self.me.found_statement(last);
        }
        for record in self.order_anew(draft)? {
            for missing in self.take_key_packet(&record, draft) {
                self.wake_later(&missing, draft)?;
            }
        }
        while turn.draft.has_unapplied()? {
            let unapplied = turn.draft.unapplied(usize::MAX)?;
            turn.draft.clear(Kind::Unapplied)?;
            self.apply_these(unapplied.into(), &mut turn)?;
        }
        self.say_again_what_no_record_holds(&mut turn.draft)?;
        self.me.put(&mut turn.draft);
        turn.end(effects);
        Ok(())
    }

    /// Those of own statements that are left. What was written under any of them is this device's own and counts as its own.
    fn learn_salts(&mut self, draft: &mut Draft<'_>) -> Result<(), Unreadable> {
        for row in draft.statements()? {
            if let Ok(statement) = Statement::from_bytes(&row.statement) {
                self.me.learn(statement.salt);
            }
        }
        let device = self.device();
        for Salt(salt) in self.me.earlier() {
            draft.put_bytes(Key::Actor(self.me.actor_under(salt).0), device.0.to_vec());
        }
        Ok(())
    }

    /// The roster may hold operations, and documents own changes, whose record is gone, here and perhaps everywhere: they are to
    /// be sealed again. Whoever has the first record takes the second for a repetition.
    fn say_again_what_no_record_holds(&self, draft: &mut Draft<'_>) -> Result<(), Unreadable> {
        let (mut held, mut ops) = (BTreeSet::new(), BTreeSet::new());
        for record in draft.records()? {
            match allymap_seal::open(self.me.space(), self.ring(), &record) {
                Ok(Content::Changes { statement, body }) if statement.by == self.device() => {
                    let changes = allymap_seal::expand_body(statement.codec, &body).unwrap_or_default();
                    held.extend(allymap_document::change_hashes(&changes).unwrap_or_default());
                }
                Ok(Content::Op(op)) => drop(ops.insert(op.id())),
                _ => {}
            }
        }
        for (id, _, op) in self.roster().ops() {
            if !ops.contains(&id) || self.lost_packet(op, draft)?.is_some() {
                draft.put_bytes(Key::Unsaid(id), Vec::new());
            }
        }
        for id in draft.documents()? {
            let Some(mut row) = draft.row::<DocumentRow>(Key::Document(id))? else { continue };
            let Ok(mut document) = Document::load(&row.saved, self.me.actor()) else { continue };
            let mut known = self.me.earlier().clone();
            known.extend(row.own.iter().map(|own| Salt(own.salt)));
            row.own.clear();
            for Salt(salt) in known {
                document.set_actor(self.me.actor_under(&salt));
                let own = document.change_bytes_since(0);
                if let Some(first) = own.iter().find(|change| !held.contains(&change.hash)) {
                    row.own.push(OwnRow { salt, sealed_through: first.seq - 1 });
                }
            }
            if !row.own.is_empty() {
                draft.put_bytes(Key::Unsealed(id), Vec::new());
            }
            draft.put(Key::Document(id), &row);
        }
        Ok(())
    }

    /// The keys that an operation gave away in a packet which is not here any more.
    fn lost_packet(&self, op: &Op, draft: &Draft<'_>) -> Result<Option<Vec<KeyId>>, Unreadable> {
        let (keys, packet) = match &op.body {
            Some(Body::Mint { key, packet, .. }) => (vec![*key], packet),
            Some(Body::Share { keys, packet, .. }) => (keys.clone(), packet),
            _ => return Ok(None),
        };
        Ok(draft.bytes(Key::Record(*packet))?.is_none().then_some(keys))
    }

    /// Seals again what [`Replica::mend`] found without a record and no relay has brought back.
    pub(crate) fn say_again(&mut self, turn: &mut Turn<'_>) -> Result<(), Unreadable> {
        if !self.is_at_least(Role::Member) {
            return Ok(());
        }
        let unsaid = turn.draft.unsaid()?;
        turn.draft.clear(Kind::Unsaid)?;
        for id in unsaid {
            let Some((signed, op)) = self.roster().op(&id).map(|(signed, op)| (signed.clone(), op.clone())) else {
                continue;
            };
            if let Some(ids) = self.lost_packet(&op, &turn.draft)? {
                let keys: Vec<EpochKey> = ids.iter().filter_map(|id| self.ring().get(id)).cloned().collect();
                let members: Vec<KemKey> = self.roster().members().iter().map(|member| member.kem).collect();
                let lent: Vec<&EpochKey> = keys.iter().collect();
                if let Ok(packet) = allymap_seal::wrap_keys(self.me.space(), &lent, &members, &mut turn.chance) {
                    self.keep_own_record(&mut turn.draft, &packet, Fate::KeyPacket);
                }
            }
            // A member may mint, which is all that this may need.
            let _ = self.keep_op_record(signed, turn);
        }
        Ok(())
    }

    /// Numbers the records that are left in their old order, where that is known, and lists them for applying and for every
    /// relay. Says which of them are key packets: keys come before what they open.
    fn order_anew(&mut self, draft: &mut Draft<'_>) -> Result<Vec<Record>, Unreadable> {
        draft.clear_damaged()?;
        let fates: BTreeMap<RecordId, FateRow> = draft.fates()?.into_iter().collect();
        let mut left = draft.records()?;
        left.sort_by_cached_key(|record| (fates.get(&record.id()).map_or(u64::MAX, |row| row.order), record.id()));
        self.me.forget_orders();
        let mut packets = Vec::new();
        let mut known = BTreeSet::new();
        for record in left {
            let (id, order) = (record.id(), self.me.take_order());
            known.insert(id);
            for relay in self.relays.names() {
                draft.put(Key::Offer(relay, order), &OfferRow { record: id, acknowledged: None });
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
        // What a relay has deleted comes after everything else.
        let order = self.me.take_order();
        for (id, row) in fates.into_iter().filter(|(id, _)| !known.contains(id)) {
            match row.fate {
                Fate::Gone => draft.put(Key::Fate(id), &FateRow { order, fate: Fate::Gone }),
                _ => draft.delete(Key::Fate(id)),
            }
        }
        Ok(packets)
    }
}
