//! Fixed examples of every format, as `docs/protocol.md` shows them. A byte that changes here changes the format.

use allymap_wire::{DocumentId, LogId, RelayKey, RelayKeyHash, Timestamp};

use crate::tests::chance::Chance;
use crate::*;

/// Each example and its bytes in hex; `cargo test -p allymap-seal golden -- --nocapture` prints them after a change.
fn examples() -> Vec<(&'static str, Vec<u8>)> {
    let mut chance = Chance::seeded(2026);
    let root_seed = RootSeed::from_bytes([1; 32]);
    let root = RootKeys::derive(&root_seed);
    let at = Timestamp(1_800_000_000_000);
    let genesis = genesis(&root, [2; 32], at.0);
    let mut roster = Roster::new(genesis.clone()).unwrap();
    let space = roster.space();
    let device = DeviceKeys::derive(&DeviceSeed::from_bytes([3; 32]), &space);
    let grant = roster
        .grant(root.as_device(), device.public(), device.kem_public(), Role::Convenor, "Wren", "Harbour", at)
        .unwrap();
    roster.insert(grant.clone()).unwrap();
    let other = DeviceKeys::derive(&DeviceSeed::from_bytes([4; 32]), &space);
    let other_grant =
        roster.grant(&device, other.public(), other.kem_public(), Role::Reader, "Lark", "Ridge", at).unwrap();
    roster.insert(other_grant).unwrap();
    let mut ring = KeyRing::default();
    let minted = roster.mint(&device, &ring, at, &mut chance).unwrap();
    ring.insert(minted.key.clone());
    roster.insert(minted.op.clone()).unwrap();
    let revoke = roster.revoke(&device, other.public(), &[[5; 32]], "left", at).unwrap();
    roster.insert(revoke.clone()).unwrap();
    let next = roster.mint(&device, &ring, at, &mut chance).unwrap();
    let draft = Draft {
        doc: DocumentId([6; 16]),
        salt: [7; 8],
        seq: 1,
        prev: vec![],
        roster: roster.heads(),
        seen: Some(Seen { log: Seen::log(&RelayKey([8; 32]), &LogId([9; 16])), position: 12, hash: [10; 8] }),
    };
    let statement = Statement::sign(&device, &space, draft, &[[11; 32], [12; 32]]);
    let content = Content::Changes { statement: statement.clone(), body: vec![13; 40] };
    let record = seal(&space, &minted.key, &content, &mut chance).unwrap();
    let op_record = seal(&space, &minted.key, &Content::Op(grant.clone()), &mut chance).unwrap();
    let database = DatabaseKey::from_bytes([14; 32]);
    let keyslot = Keyslots::with_passphrase(&database, b"blue heron", Argon2Cost::FLOOR, &mut chance).unwrap();
    let value = Vault::new(&database).seal_value(1, b"key", b"value", &mut chance);
    let invitation =
        Invitation { space, relay: RelayKeyHash([15; 16]), secret: [16; 16], url: "wss://relay.example.org".into() };
    let offer = Offer::new(
        genesis.clone(),
        roster.heads(),
        device.public(),
        grant.id(),
        vec![device.kem_public()],
        Role::Member,
        Label::new("Harbour").ok(),
        Label::new("Kill Town").unwrap(),
        at,
    );
    let sealed_offer = invitation.seal_offer(&device, &offer, &mut chance).unwrap();
    let newcomer = DeviceKeys::derive(&DeviceSeed::from_bytes([17; 32]), &space);
    let request = JoinRequest::new(&newcomer, &invitation, Label::new("Tern").unwrap(), Label::new("Harbour").unwrap());
    let sealed_request = invitation.seal_request(&offer.convenors, &request, &mut chance).unwrap();
    let words = four_words(&space, &newcomer.public(), &newcomer.kem_public(), &device.public(), &invitation.secret);

    assert_eq!(open(&space, &ring, &record).unwrap(), content);
    assert_eq!(open(&space, &ring, &op_record).unwrap(), Content::Op(grant.clone()));
    assert!(statement.verify(&space, &[[11; 32], [12; 32]]));
    assert_eq!(invitation.open_offer(&sealed_offer).unwrap(), offer);
    assert_eq!(invitation.open_request(&device, &sealed_request).unwrap(), request);
    assert_eq!(
        Keyslots::from_bytes(&keyslot.to_bytes()).unwrap().open_with_passphrase(b"blue heron").unwrap().expose(),
        &[14; 32]
    );

    let signed = |op: &SignedOp| [op.bytes.as_slice(), &op.signature.0].concat();
    vec![
        ("genesis", signed(&genesis)),
        ("grant", signed(&grant)),
        ("revoke", signed(&revoke)),
        ("mint", signed(&minted.op)),
        ("mint with a link", signed(&next.op)),
        ("packet", minted.packet.into_bytes()),
        ("statement", statement.to_bytes()),
        ("record", record.into_bytes()),
        ("record of an operation", op_record.into_bytes()),
        ("keyslot", keyslot.to_bytes().to_vec()),
        ("value", value),
        ("offer", sealed_offer),
        ("request", sealed_request),
        ("invitation", invitation.to_line().unwrap().into_bytes()),
        ("four words", words.join(" ").into_bytes()),
        ("actor", actor(&device.public(), &[7; 8]).to_vec()),
        ("recovery words", root_seed.words().join(" ").into_bytes()),
    ]
}

#[test]
fn the_bytes_of_every_format_are_those_that_were_published() {
    let golden = include_str!("golden.txt");
    let mut written = String::new();
    for (name, bytes) in examples() {
        let is_text = bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
        let text = if is_text { String::from_utf8(bytes).unwrap() } else { data_encoding::HEXLOWER.encode(&bytes) };
        written.push_str(&format!("{name}: {text}\n"));
    }
    assert!(written == golden, "a published format changed. The new examples:\n{written}");
}

#[test]
fn altered_examples_never_panic_a_reader() {
    let mut chance = Chance::seeded(7);
    let device = DeviceKeys::derive(&DeviceSeed::from_bytes([3; 32]), &allymap_wire::SpaceId([0; 32]));
    let (ring, space) = (KeyRing::default(), allymap_wire::SpaceId([0; 32]));
    let vault = Vault::new(&DatabaseKey::from_bytes([14; 32]));
    let invitation = Invitation { space, relay: RelayKeyHash([15; 16]), secret: [16; 16], url: String::new() };
    for (_, bytes) in examples() {
        for _ in 0..300 {
            let mut other = bytes.clone();
            for _ in 0..=chance.below(3) {
                let at = chance.below(other.len());
                match chance.below(4) {
                    0 => other[at] ^= 1 << chance.below(8),
                    1 => other[at] = [0, 0x18, 0x1b, 0x5b, 0x7f, 0x9b, 0x9f, 0xff][chance.below(8)],
                    2 => other.truncate(at.max(1)),
                    _ => other.insert(at, chance.below(256) as u8),
                }
            }
            // What they answer is other tests' matter; here it is enough that they answer.
            let _ = Op::decode(&other);
            let _ = Statement::from_bytes(&other);
            let _ = Keyslots::from_bytes(&other).map(|slots| slots.kinds());
            let _ = expand_body(CODEC, &other);
            let _ = vault.open_value(1, b"key", &other);
            let _ = invitation.open_offer(&other);
            let _ = invitation.open_request(&device, &other);
            let _ = Invitation::from_line(&String::from_utf8_lossy(&other));
            let _ = RootSeed::from_words(&String::from_utf8_lossy(&other));
            if let Ok(record) = allymap_wire::Record::new(other) {
                let _ = open(&space, &ring, &record);
                let _ = open_packet(&record, &space, &device);
            }
        }
    }
}
