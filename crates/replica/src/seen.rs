//! How far others have read: what their statements claim, compared with what this device has read itself.
//!
//! A claim counts when the hash that it names is the one that stands there in the log. Until this device has read as far, the
//! claim is kept and counts for nothing. A relay that still does not show it on a later connection withholds something.

use allymap_seal::{Seen, Statement};
use allymap_wire::{DeviceKey, RelayKeyHash};

use crate::draft::Draft;
use crate::effect::Notice;
use crate::replica::Replica;
use crate::rows::{ClaimRow, Key, PositionRow, Unreadable};
use crate::session::Claims;
use crate::turn::Talk;

impl Replica {
    /// How far the author had read a relay's log when it signed.
    pub(crate) fn note_seen(&self, statement: &Statement, draft: &mut Draft<'_>) -> Result<(), Unreadable> {
        let Some(Seen { log, position, hash }) = statement.seen else { return Ok(()) };
        let Some(relay) = self.relays.names().into_iter().find(|relay| self.relays.log_name(relay) == Some(log)) else {
            return Ok(());
        };
        let claim = ClaimRow { log, position, hash };
        if self.relays.get(&relay).is_some_and(|cursor| position <= cursor.position) {
            return self.weigh(relay, statement.by, claim, draft);
        }
        let known: Option<ClaimRow> = draft.row(Key::Claim(relay, statement.by))?;
        if known.is_none_or(|known| known.log != log || known.position < position) {
            draft.put(Key::Claim(relay, statement.by), &claim);
        }
        Ok(())
    }

    /// Counts a claim about what this device has read itself, if it fits.
    fn weigh(
        &self,
        relay: RelayKeyHash,
        by: DeviceKey,
        claim: ClaimRow,
        draft: &mut Draft<'_>,
    ) -> Result<(), Unreadable> {
        let place: Option<PositionRow> = draft.row(Key::Position(relay, claim.position))?;
        if place.is_some_and(|place| place.hash.0[..8] == claim.hash) {
            let known = draft.row::<u64>(Key::Seen(by, relay))?.unwrap_or(0);
            draft.put(Key::Seen(by, relay), &known.max(claim.position));
        }
        Ok(())
    }

    /// Everything the relay shows is here. `before` was claimed when the connection began: what the relay still does not show
    /// of it, it withholds.
    pub(crate) fn settle_claims(&self, before: Claims, talk: &mut Talk<'_, '_>) -> Result<(), Unreadable> {
        let relay = talk.relay;
        let (Some(log), Some(cursor)) = (self.relays.log_name(&relay), self.relays.get(&relay)) else { return Ok(()) };
        let draft = &mut talk.turn.draft;
        let is_ahead = |claim: &ClaimRow| claim.log == log && claim.position > cursor.position;
        for (by, claim) in draft.claims(relay)? {
            if !is_ahead(&claim) {
                draft.delete(Key::Claim(relay, by));
                if claim.log == log {
                    self.weigh(relay, by, claim, draft)?;
                }
            }
        }
        for (by, _) in before.into_iter().filter(|(_, claim)| is_ahead(claim)) {
            talk.tell(Notice::Withheld { relay, by });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use allymap_seal::Seen;
    use allymap_wire::{
        Challenge, Code, Flags, HashPrefix, Head, LogHash, LogId, Message, MessageKind, PROTOCOL, PutResult, Record,
        RecordId, RelayKey, RelayKeyHash,
    };

    use crate::replica::Replica;
    use crate::tests::judged_as_a_set::{Desk, copy_of, device, write};
    use crate::tests::memory::{NOW, store};
    use crate::{Effect, Input, Notice};

    const KEY: RelayKey = RelayKey([3; 32]);
    const LOG: LogId = LogId([4; 16]);
    const BEN: u8 = 1;

    /// A relay, played by hand, and what lies there.
    struct Played {
        desk: Desk,
        replica: Replica,
        relay: RelayKeyHash,
        log: Vec<RecordId>,
        said: u32,
    }

    impl Played {
        fn new() -> Played {
            let mut desk = Desk::new();
            let mut replica = desk.open();
            let relay = KEY.hash();
            let mut effects = Vec::new();
            replica.add_relay(relay, "ws://relay.test:1", None, &desk.disk, &mut effects).unwrap();
            store(&mut desk.disk, &mut effects);
            let mut played = Played { desk, replica, relay, log: Vec::new(), said: 0 };
            played.read(&[]);
            played
        }

        /// Where the log stands after so many records, as a statement names it.
        fn place(&self, position: u64) -> Seen {
            let mut hash = [0; 8];
            hash.copy_from_slice(&self.hash(position).0[..8]);
            Seen { log: Seen::log(&KEY, &LOG), position, hash }
        }

        fn hash(&self, position: u64) -> LogHash {
            self.log[..position as usize].iter().fold(LogHash::START, |hash, id| hash.next(id))
        }

        /// What Ben says, having read the log as far as he claims. It reaches Ana by another way than this relay.
        fn ben_claims(&mut self, seen: Seen) -> Record {
            self.said += 1;
            self.desk.seen = Some(seen);
            let mut document = copy_of(&self.desk, BEN, self.said as u8);
            let change = write(&mut document, &format!("ben {}", self.said));
            self.desk.say(BEN, self.said as u8, self.said, &[], &[&change]).0
        }

        fn arrives(&mut self, record: &Record) {
            self.desk.take_with(&mut self.replica, std::slice::from_ref(record));
        }

        /// One whole connection, in which the relay shows these records after what is known.
        fn read(&mut self, records: &[Record]) -> Vec<Notice> {
            let relay = self.relay;
            let first = self.log.len() as u64 + 1;
            self.log.extend(records.iter().map(Record::id));
            let position = self.log.len() as u64;
            let head = if position == 0 { Head::START } else { Head { position, hash: self.hash(position).prefix() } };
            let challenge = Challenge([5; 16]);
            let hello = Message::Hello {
                oldest: PROTOCOL,
                newest: PROTOCOL,
                relay: KEY,
                challenge,
                limits: Default::default(),
            };
            let access = HashPrefix([0; 16]);
            let auth_ok = Message::AuthOk { flags: Flags::CONVENE, access_version: 0, log: LOG, head, access };
            let page = Message::Records { first, entries: records.to_vec(), more: false, head };
            let mut inputs = VecDeque::from([Input::Connected { relay, host: "relay.test:1".into() }]);
            inputs.extend([hello, auth_ok, page].map(|message| Input::Received { relay, bytes: message.encode() }));
            inputs.extend([Input::Continue, Input::Continue]);
            let mut notices = Vec::new();
            while let Some(input) = inputs.pop_front() {
                let mut effects = Vec::new();
                self.replica.handle(NOW, input, &self.desk.disk, &mut self.desk.chance, &mut effects).unwrap();
                for effect in &effects {
                    match effect {
                        Effect::Tell(notice) => notices.push(notice.clone()),
                        Effect::Send { bytes, .. } => {
                            let answer = match Message::decode(bytes) {
                                // Its disk is full: nothing that Ana offers stands in the log.
                                Ok(Message::Put { entries }) => Message::PutAck {
                                    results: vec![PutResult::Refused { code: Code::Full }; entries.len()],
                                },
                                Ok(Message::Access { list }) => Message::Outcome {
                                    of: MessageKind::Access as u8,
                                    code: Code::Done,
                                    value: list.version,
                                },
                                _ => continue,
                            };
                            inputs.push_back(Input::Received { relay, bytes: answer.encode() });
                        }
                        _ => {}
                    }
                }
                store(&mut self.desk.disk, &mut effects);
            }
            let mut effects = Vec::new();
            let gone = Input::Disconnected { relay };
            self.replica.handle(NOW, gone, &self.desk.disk, &mut self.desk.chance, &mut effects).unwrap();
            store(&mut self.desk.disk, &mut effects);
            notices
        }

        fn have_seen(&self, record: &RecordId) -> usize {
            self.replica.seen_by(record, &self.relay, &self.desk.disk).unwrap().len()
        }
    }

    fn withheld(notices: &[Notice]) -> usize {
        notices.iter().filter(|notice| matches!(notice, Notice::Withheld { .. })).count()
    }

    #[test]
    fn a_claim_to_have_read_a_log_counts_only_where_its_hash_stands_in_it() {
        let mut played = Played::new();
        let nowhere = Seen { hash: [9; 8], ..played.place(0) };
        let records: Vec<Record> = (0..3).map(|_| played.ben_claims(nowhere)).collect();
        let newest = records[2].id();
        played.read(&records);
        let forged = played.ben_claims(Seen { position: 3, hash: [9; 8], ..nowhere });
        played.arrives(&forged);
        let everything = played.ben_claims(Seen { position: u64::MAX, hash: [9; 8], ..nowhere });
        played.arrives(&everything);
        assert_eq!(played.have_seen(&newest), 0, "nobody has read what they only say they have");
        let short = played.ben_claims(played.place(2));
        played.arrives(&short);
        assert_eq!((played.have_seen(&records[1].id()), played.have_seen(&newest)), (1, 0));
        let honest = played.ben_claims(played.place(3));
        played.arrives(&honest);
        assert_eq!(played.have_seen(&newest), 1);
    }

    #[test]
    fn a_claim_about_what_is_not_read_here_yet_counts_once_it_is() {
        let mut played = Played::new();
        let nowhere = Seen { hash: [9; 8], ..played.place(0) };
        let records: Vec<Record> = (0..2).map(|_| played.ben_claims(nowhere)).collect();
        played.log = records.iter().map(Record::id).collect();
        let ahead = played.ben_claims(played.place(2));
        played.log.clear();
        played.arrives(&ahead);
        assert_eq!(withheld(&played.read(&records)), 0);
        assert_eq!(played.have_seen(&records[1].id()), 1);
    }

    #[test]
    fn who_reads_further_in_a_log_than_the_relay_shows_on_a_later_connection_is_named() {
        let mut played = Played::new();
        let nowhere = Seen { hash: [9; 8], ..played.place(0) };
        let records: Vec<Record> = (0..2).map(|_| played.ben_claims(nowhere)).collect();
        played.log = records.iter().map(Record::id).collect();
        let ahead = played.ben_claims(played.place(2));
        played.log.clear();
        played.arrives(&ahead);
        let notices = played.read(&records[..1]);
        let by = device(&played.desk.space, BEN).public();
        let named = Notice::Withheld { relay: played.relay, by };
        assert_eq!(notices.iter().filter(|notice| **notice == named).count(), 1);
        // It shows the rest after all, and nothing is held against it.
        assert_eq!(withheld(&played.read(&records[1..])), 0);
        assert_eq!(withheld(&played.read(&[])), 0);
    }
}
