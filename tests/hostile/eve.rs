//! A device of an invited member, in this process: it can do all that a member can, and seal what no member would.

use std::collections::BTreeMap;

use allymap_document::Document;
use allymap_replica::{Effect, Input, JoinEffect, Joining, Notice, Replica, SpaceNumber, Write};
use allymap_seal::{Body, Content, DeviceKeys, DeviceSeed, Draft, EpochKey, Invitation, KeyRing, Label, Statement};
use allymap_tests::chance::Chance;
use allymap_wire::{
    Challenge, DocumentId, Message, PROTOCOL, PutResult, Record, RelayKeyHash, SpaceId, Timestamp, auth_transcript,
};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const NOW: Timestamp = Timestamp(1_900_000_000_000);
const NUMBER: SpaceNumber = SpaceNumber(1);

type Memory = BTreeMap<Vec<u8>, Vec<u8>>;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub struct Eve {
    replica: Replica,
    seed: DeviceSeed,
    rows: Memory,
    pub space: SpaceId,
    relay: RelayKeyHash,
    url: String,
    next_statement: u32,
    pub chance: Chance,
}

impl Eve {
    /// Asks to join with this invitation, under this name; and the four words to be compared.
    pub async fn ask(line: &str, name: &str) -> (Eve, [&'static str; 4]) {
        let invitation = Invitation::from_line(line).unwrap();
        let mut chance = Chance(666);
        let seed = DeviceSeed::generate(&mut chance);
        let keys = || DeviceKeys::derive(&seed, &invitation.space);
        let mut socket = connect(&invitation.url).await;
        let host = host(&invitation.url);
        let mut joining =
            Joining::new(invitation.clone(), keys(), host, Label::typed(name).unwrap(), Label::new("Harbour").unwrap());
        let (offer, words) = 'asked: loop {
            let bytes = hear(&mut socket).await.expect("the relay answers");
            for effect in joining.received(&bytes, &mut chance) {
                match effect {
                    JoinEffect::Send(bytes) => socket.send(Frame::Binary(bytes.into())).await.unwrap(),
                    JoinEffect::Asked { offer, words } => break 'asked (offer, words),
                    JoinEffect::Failed(failure) => panic!("{failure}"),
                }
            }
        };
        let Some(Body::Genesis { sign: root, .. }) = offer.genesis.decode().unwrap().body else { panic!("no genesis") };
        let mut rows = Memory::default();
        let mut effects = Vec::new();
        let mut replica = Replica::join(NUMBER, keys(), offer.genesis, root, [6; 8], &rows, &mut effects).unwrap();
        persist(&mut rows, &mut effects);
        replica.add_relay(invitation.relay, &invitation.url, None, &rows, &mut effects).unwrap();
        persist(&mut rows, &mut effects);
        let Invitation { space, relay, url, .. } = invitation;
        (Eve { replica, seed, rows, space, relay, url, next_statement: 0, chance }, words)
    }

    /// Fetches everything, as an honest device does.
    pub async fn sync(&mut self) {
        let mut socket = connect(&self.url).await;
        let mut inputs = vec![Input::Connected { relay: self.relay, host: host(&self.url) }];
        loop {
            for input in std::mem::take(&mut inputs) {
                let mut effects = Vec::new();
                self.replica.handle(NOW, input, &self.rows, &mut self.chance, &mut effects).unwrap();
                for effect in effects {
                    match effect {
                        Effect::Persist(writes) => store(&mut self.rows, writes),
                        Effect::Send { bytes, .. } => socket.send(Frame::Binary(bytes.into())).await.unwrap(),
                        Effect::Continue => inputs.push(Input::Continue),
                        Effect::Tell(Notice::CaughtUp { .. }) => return,
                        Effect::Close { .. } => panic!("the relay does not let her in"),
                        Effect::Changed(_) | Effect::Tell(_) => {}
                    }
                }
            }
            if inputs.is_empty() {
                let bytes = hear(&mut socket).await.expect("the relay answers");
                inputs.push(Input::Received { relay: self.relay, bytes });
            }
        }
    }

    /// The document whose register says this.
    pub fn document_with(&self, key: &str, text: &str) -> (DocumentId, Document) {
        let ids = self.replica.documents(&self.rows).unwrap();
        ids.into_iter()
            .filter_map(|id| Some((id, self.replica.document(id, &self.rows).unwrap()?)))
            .find(|(_, document)| document.value(key) == Some(allymap_document::Value::Text(text.into())))
            .expect("it is there")
    }

    pub fn keys(&self) -> DeviceKeys {
        DeviceKeys::derive(&self.seed, &self.space)
    }

    fn epoch_key(&self) -> EpochKey {
        let mut ring = KeyRing::default();
        for (key, value) in &self.rows {
            if key[0] == b'k' {
                ring.insert(EpochKey::from_bytes(value[..].try_into().unwrap()));
            }
        }
        let newest = self.replica.roster().clean_keys().first().expect("a key for everybody");
        ring.get(newest).expect("a member has it").clone()
    }

    pub fn seal(&mut self, content: &Content) -> Record {
        let key = self.epoch_key();
        allymap_seal::seal(&self.space, &key, content, &mut self.chance).unwrap()
    }

    pub fn seal_for(&mut self, space: SpaceId, content: &Content) -> Record {
        let key = self.epoch_key();
        allymap_seal::seal(&space, &key, content, &mut self.chance).unwrap()
    }

    pub fn statement(&mut self, keys: &DeviceKeys, doc: DocumentId, salt: [u8; 8], hashes: &[[u8; 32]]) -> Statement {
        self.next_statement += 1;
        let roster = self.replica.roster().heads();
        let draft = Draft { doc, salt, seq: self.next_statement - 1, prev: vec![], roster, seen: None };
        Statement::sign(keys, &self.space, draft, hashes)
    }

    /// Changes under a statement that is right in every respect.
    pub fn stated(&mut self, doc: DocumentId, salt: [u8; 8], changes: &[Vec<u8>]) -> Content {
        let hashes = hashes(changes);
        let keys = self.keys();
        let statement = self.statement(&keys, doc, salt, &hashes);
        let plain: Vec<u8> =
            changes.iter().flat_map(|one| [&(one.len() as u32).to_le_bytes(), &one[..]].concat()).collect();
        Content::Changes { statement, body: zstd::bulk::compress(&plain, 3).unwrap() }
    }

    /// Gives the relay these records, as any member may. All of them must be stored, or she has attacked nobody.
    pub async fn put(&mut self, records: Vec<Record>) {
        let mut socket = connect(&self.url).await;
        let Message::Hello { relay, challenge, .. } = message(&mut socket).await else { panic!("no Hello") };
        let nonce = Challenge([7; 16]);
        let signed = auth_transcript(&relay, &host(&self.url), &challenge, &nonce.0, &self.space);
        let (space, device, signature) = (self.space, self.keys().public(), self.keys().sign(&signed));
        let auth = Message::Auth { version: PROTOCOL, space, device, nonce, signature };
        socket.send(Frame::Binary(auth.encode().into())).await.unwrap();
        let Message::AuthOk { .. } = message(&mut socket).await else { panic!("not let in") };
        for record in records {
            let put = Message::Put { entries: vec![record] };
            socket.send(Frame::Binary(put.encode().into())).await.unwrap();
            let answer = message(&mut socket).await;
            let Message::PutAck { results } = &answer else { panic!("{answer:?}") };
            assert!(matches!(results[..], [PutResult::Stored { .. }]), "{results:?}");
        }
    }
}

/// The names of changes, whatever they are.
pub fn hashes(changes: &[Vec<u8>]) -> Vec<[u8; 32]> {
    let named = |change: &Vec<u8>| {
        allymap_document::change_hashes(std::slice::from_ref(change)).map_or([0; 32], |hashes| hashes[0].0)
    };
    changes.iter().map(named).collect()
}

fn store(rows: &mut Memory, writes: Vec<Write>) {
    writes.into_iter().for_each(|write| write.apply(rows));
}

fn persist(rows: &mut Memory, effects: &mut Vec<Effect>) {
    for effect in effects.drain(..) {
        if let Effect::Persist(writes) = effect {
            store(rows, writes);
        }
    }
}

fn host(url: &str) -> String {
    url.trim_start_matches("ws://").to_owned()
}

async fn connect(url: &str) -> Socket {
    tokio_tungstenite::connect_async(url).await.unwrap().0
}

async fn hear(socket: &mut Socket) -> Option<Vec<u8>> {
    loop {
        match socket.next().await {
            Some(Ok(Frame::Binary(bytes))) => return Some(bytes.into()),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
            _ => return None,
        }
    }
}

async fn message(socket: &mut Socket) -> Message {
    Message::decode(&hear(socket).await.expect("the relay answers")).unwrap()
}
