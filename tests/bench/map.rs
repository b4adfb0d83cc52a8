//! Maps as volunteers would leave them on a relay: members, sittings of small edits, all real records.

use std::net::SocketAddr;

use allymap_document::{ActId, ActorId, Document, Value};
use allymap_seal::{
    Content, DeviceKeys, DeviceSeed, Draft, EpochKey, KeyRing, Role, RootKeys, RootSeed, Roster, SignedOp, Statement,
    compress_body, genesis, seal,
};
use allymap_tests::chance::Chance;
use allymap_wire::{
    AccessEntry, AccessList, Code, DocumentId, Flags, Message, OperatorToken, Record, SpaceId, Timestamp,
    access_transcript,
};
use rand_core::Rng;

use crate::line::Line;

pub(crate) const NOW: Timestamp = Timestamp(1_750_000_000_000);

/// So many words of nobody in particular.
pub(crate) fn words(chance: &mut Chance, count: usize) -> String {
    let words: Vec<&str> = (0..count).map(|_| WORDS[chance.below(WORDS.len())]).collect();
    words.join(" ")
}

fn hex(chance: &mut Chance) -> String {
    format!("{:016x}", chance.next_u64())
}

/// What a volunteer writes on an ordinary day: a number, a note, an assertion, a line of the log.
pub(crate) fn small_edit(
    edit: &mut allymap_document::Edit<'_>,
    chance: &mut Chance,
) -> Result<(), allymap_document::WriteError> {
    match chance.below(5) {
        0 => edit.put("f/phone", Value::Text(format!("0400 {:03} {:03}", chance.below(1_000), chance.below(1_000)))),
        1 => edit.put("f/note", Value::Text(words(chance, 8))),
        2 => edit.put("f/name", Value::Text(words(chance, 3))),
        3 => {
            let key = format!("a/{}", hex(chance));
            edit.append(&key, format!("risk physical low 2025-06 {}", words(chance, 3)).into_bytes())
        }
        _ => {
            let key = format!("l/{}", hex(chance));
            edit.append(&key, format!("2025-06-12 {}", words(chance, 10)).into_bytes())
        }
    }
}

/// Somebody's device in the map.
pub(crate) struct Member {
    pub(crate) seed: DeviceSeed,
    pub(crate) keys: DeviceKeys,
}

/// A map: who is in it, its key, and its log so far.
pub(crate) struct Map {
    pub(crate) space: SpaceId,
    pub(crate) genesis: SignedOp,
    pub(crate) root: RootKeys,
    /// The first is the convenor, all others are members.
    pub(crate) members: Vec<Member>,
    pub(crate) roster: Roster,
    pub(crate) key: EpochKey,
    pub(crate) ring: KeyRing,
    pub(crate) log: Vec<Record>,
    /// Bytes of all changes in the log as Automerge writes them uncompressed, and of each sitting of them compressed alone.
    pub(crate) raw_bytes: usize,
    pub(crate) compressed_bytes: usize,
}

impl Map {
    /// A map with so many members, and a key that all of them have.
    pub(crate) fn with_members(count: usize, chance: &mut Chance) -> Map {
        let root = RootKeys::derive(&RootSeed::generate(chance));
        let genesis = genesis(&root, chance.bytes(), NOW.0);
        let space = SpaceId::of(&genesis.bytes);
        let mut roster = Roster::new(genesis.clone()).expect("our own genesis");
        let mut ops = vec![genesis.clone()];
        let mut members = Vec::new();
        for number in 0..count {
            let seed = DeviceSeed::generate(chance);
            let keys = DeviceKeys::derive(&seed, &space);
            let role = if number == 0 { Role::Convenor } else { Role::Member };
            let (device, kem) = (keys.public(), keys.kem_public());
            let name = format!("Volunteer {number}");
            let grant = roster.grant(root.as_device(), device, kem, role, &name, "Harbour", NOW).expect("the root may");
            roster.insert(grant.clone()).expect("our own grant");
            ops.push(grant);
            members.push(Member { seed, keys });
        }
        let mut ring = KeyRing::default();
        let minted = roster.mint(&members[0].keys, &ring, NOW, chance).expect("a convenor may");
        ring.insert(minted.key.clone());
        roster.insert(minted.op.clone()).expect("our own mint");
        ops.push(minted.op);
        let mut log = vec![minted.packet];
        let sealed =
            |op, chance: &mut Chance| seal(&space, &minted.key, &Content::Op(op), chance).expect("it is small");
        log.extend(ops.into_iter().map(|op| sealed(op, chance)));
        let key = minted.key.clone();
        Map { space, genesis, root, members, roster, key, ring, log, raw_bytes: 0, compressed_bytes: 0 }
    }

    /// `rounds` times: in each of so many documents, one sitting of so many small edits by the first member.
    pub(crate) fn write(&mut self, documents: usize, rounds: usize, sitting: usize, chance: &mut Chance) {
        let mut desk: Vec<(DocumentId, Document, u64)> =
            (0..documents).map(|_| (DocumentId(chance.bytes()), Document::new(ActorId(self.actor())), 0)).collect();
        let mut said = Said::default();
        for _ in 0..rounds {
            for (id, document, through) in &mut desk {
                for _ in 0..sitting {
                    let act = ActId(chance.bytes());
                    document
                        .edit(act, |edit| small_edit(edit, chance))
                        .expect("it fits")
                        .expect("it is in the vocabulary");
                }
                self.seal_sitting(*id, document, through, &mut said, chance);
            }
        }
    }

    /// So many documents, each made in one change of about `bytes` bytes of text.
    pub(crate) fn write_entries(&mut self, documents: usize, bytes: usize, chance: &mut Chance) {
        let mut said = Said::default();
        for _ in 0..documents {
            let mut document = Document::new(ActorId(self.actor()));
            let act = ActId(chance.bytes());
            let made = document.edit(act, |edit| {
                edit.put("kind", Value::Text("organisation".into()))?;
                edit.put("f/name", Value::Text(words(chance, 3)))?;
                edit.put("f/phone", Value::Text(format!("0400 {:06}", chance.below(1_000_000))))?;
                for field in 0..bytes / 500 {
                    edit.put(&format!("f/note-{field}"), Value::Text(words(chance, 72)))?;
                }
                Ok::<(), allymap_document::WriteError>(())
            });
            made.expect("it fits").expect("it is in the vocabulary");
            self.seal_sitting(DocumentId(chance.bytes()), &document, &mut 0, &mut said, chance);
        }
    }

    fn actor(&self) -> [u8; 16] {
        allymap_seal::actor(&self.members[0].keys.public(), &SALT)
    }

    fn seal_sitting(
        &mut self,
        doc: DocumentId,
        document: &Document,
        through: &mut u64,
        said: &mut Said,
        chance: &mut Chance,
    ) {
        let changes = document.change_bytes_since(*through);
        *through = changes.last().map_or(*through, |change| change.seq);
        let hashes: Vec<[u8; 32]> = changes.iter().map(|change| change.hash.0).collect();
        let bytes: Vec<Vec<u8>> = changes.into_iter().map(|change| change.bytes).collect();
        let draft = Draft {
            doc,
            salt: SALT,
            seq: said.count,
            prev: said.last.into_iter().collect(),
            roster: self.roster.heads(),
            seen: None,
        };
        let statement = Statement::sign(&self.members[0].keys, &self.space, draft, &hashes);
        said.count += 1;
        said.last = Some(statement.hash());
        let body = compress_body(&bytes).expect("a sitting is small");
        self.raw_bytes += bytes.iter().map(Vec::len).sum::<usize>();
        self.compressed_bytes += body.len();
        let content = Content::Changes { statement, body };
        self.log.push(seal(&self.space, &self.key, &content, chance).expect("a sitting fits a record"));
    }

    /// Makes the map on a relay, lets all members in, and stores the log there.
    pub(crate) async fn upload(&self, relay: SocketAddr, token: OperatorToken) {
        let convenor = &self.members[0].keys;
        let mut line = Line::log_in(relay, convenor, self.space).await;
        line.say(&Message::Create {
            genesis: self.genesis.bytes.clone().into(),
            root: self.root.public(),
            signature: self.genesis.signature,
            token,
        })
        .await;
        let Message::Outcome { code: Code::Done, value: base, .. } = line.hear().await else { panic!("not created") };
        let mut entries: Vec<AccessEntry> = self
            .members
            .iter()
            .enumerate()
            .map(|(number, member)| {
                let flags = if number == 0 { Flags::CONVENE } else { Flags::WRITE };
                AccessEntry { device: member.keys.public(), flags }
            })
            .collect();
        entries.sort();
        let signed = access_transcript(&line.relay, &self.space, base + 1, base, &entries, &[]);
        let (by, signature) = (convenor.public(), convenor.sign(&signed));
        line.say(&Message::Access {
            list: AccessList { version: base + 1, base, entries, removed: vec![], by, signature },
        })
        .await;
        let Message::Outcome { code: Code::Done, .. } = line.hear().await else { panic!("not listed") };
        // One device may store eight megabytes at once.
        let mut uploader = 0;
        let mut sent = 0;
        for page in self.log.chunks(200) {
            sent += page.iter().map(|record| record.as_bytes().len()).sum::<usize>();
            if sent > 6 << 20 {
                (sent, uploader) = (0, uploader + 1);
                line = Line::log_in(relay, &self.members[uploader].keys, self.space).await;
            }
            line.put(page.to_vec()).await;
        }
    }
}

/// What the author has signed so far.
#[derive(Default)]
struct Said {
    count: u32,
    last: Option<[u8; 32]>,
}

const SALT: [u8; 8] = [1; 8];

const WORDS: &[&str] = &[
    "harbour",
    "market",
    "lantern",
    "meeting",
    "garden",
    "river",
    "council",
    "letter",
    "school",
    "copper",
    "evening",
    "kitchen",
    "visit",
    "window",
    "cousin",
    "teacher",
    "bridge",
    "paper",
    "morning",
    "valley",
    "church",
    "clinic",
    "driver",
    "baker",
    "tenant",
    "union",
    "notice",
    "petition",
    "street",
    "corner",
    "village",
    "station",
    "ferry",
    "island",
    "timber",
    "orchard",
    "winter",
    "summer",
    "friend",
    "quiet",
    "careful",
    "agreed",
    "asked",
    "promised",
    "called",
    "wrote",
    "waited",
    "spoke",
    "listened",
    "again",
    "later",
    "before",
    "after",
    "tomorrow",
    "yesterday",
    "number",
    "report",
    "witness",
    "safe",
    "open",
    "closed",
    "north",
    "south",
    "hall",
    "choir",
    "mosque",
    "temple",
];
