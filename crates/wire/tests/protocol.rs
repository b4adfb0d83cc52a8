//! The examples of `docs/protocol.md` are what this code writes and reads, and what it refuses.

use allymap_wire::*;
use proptest::prelude::*;

const SPECIFICATION: &str = include_str!("../../../docs/protocol.md");

/// Digits on one line of an example.
const LINE: usize = 96;

/// The bytes of the example under this name: the fenced block after `<!-- example: name -->`.
fn example(name: &str) -> Vec<u8> {
    let marker = format!("<!-- example: {name} -->");
    let after = SPECIFICATION.split(&marker).nth(1).unwrap_or_else(|| panic!("no example {name} in docs/protocol.md"));
    let block = after.split("```").nth(1).expect("a fenced block follows").trim_start_matches("text");
    let digits: String = block.chars().filter(char::is_ascii_hexdigit).collect();
    data_encoding::HEXLOWER.decode(digits.as_bytes()).expect("hex digits")
}

fn write_the_examples() {
    let mut page = SPECIFICATION.to_owned();
    let hash = LogHash::START.next(&RecordId([1; 32])).0.to_vec();
    let messages = examples().into_iter().map(|(name, message)| (name, message.encode()));
    for (name, bytes) in messages.chain([("log-hash", hash)]) {
        let digits = data_encoding::HEXLOWER.encode(&bytes);
        let lines: Vec<&str> = digits.as_bytes().chunks(LINE).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let opening = format!("<!-- example: {name} -->\n```text\n");
        let begin = page.find(&opening).expect("the page has it") + opening.len();
        let end = begin + page[begin..].find("```").expect("its block ends");
        page.replace_range(begin..end, &format!("{}\n", lines.join("\n")));
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol.md"), page).unwrap();
}

fn examples() -> Vec<(&'static str, Message)> {
    let head = Head { position: 3, hash: HashPrefix([0xcc; 16]) };
    let record = Record::new([&[1][..], &[0xaa; 56]].concat()).unwrap();
    let device = DeviceKey([0xdd; 32]);
    vec![
        (
            "hello",
            Message::Hello {
                oldest: 1,
                newest: 1,
                relay: RelayKey([0x11; 32]),
                challenge: Challenge([0x22; 16]),
                limits: Limits::default(),
            },
        ),
        (
            "auth",
            Message::Auth {
                version: 1,
                space: SpaceId([0x33; 32]),
                device,
                nonce: Challenge([0x44; 16]),
                signature: Signature([0x55; 64]),
            },
        ),
        (
            "auth-ok",
            Message::AuthOk {
                flags: Flags::CONVENE,
                access_version: 2,
                log: LogId([0x66; 16]),
                head,
                access: HashPrefix([0x77; 16]),
            },
        ),
        ("sync", Message::Sync { since: Head::START, bytes: 8 << 20, highest: None }),
        ("records", Message::Records { first: 3, entries: vec![record.clone()], more: false, head }),
        ("put", Message::Put { entries: vec![record] }),
        (
            "put-ack",
            Message::PutAck {
                results: vec![
                    PutResult::Stored { at: head },
                    PutResult::Duplicate { at: head },
                    PutResult::Refused { code: Code::Full },
                ],
            },
        ),
        ("ladder", Message::Ladder { log: LogId([0x66; 16]), pairs: vec![head] }),
        (
            "access",
            Message::Access {
                list: AccessList {
                    version: 3,
                    base: 2,
                    entries: vec![AccessEntry { device, flags: Flags::WRITE }],
                    removed: vec![],
                    by: device,
                    signature: Signature([0x55; 64]),
                },
            },
        ),
        ("outcome", Message::Outcome { of: 8, code: Code::Done, value: 3 }),
        ("box-put", Message::BoxPut { token: BoxToken([0x88; 32]), slot: Slot::Request, bytes: vec![1, 2, 3].into() }),
        ("box-take", Message::BoxTake { token: BoxToken([0x88; 32]), slot: Slot::Offer }),
        (
            "create",
            Message::Create {
                genesis: vec![0x99; 8].into(),
                root: device,
                signature: Signature([0x55; 64]),
                token: OperatorToken([0xee; 16]),
            },
        ),
        ("bye", Message::Bye { code: Code::Draining, retry_after_ms: 1500 }),
        ("box", Message::Box { slot: Slot::Offer, bytes: Some(vec![4, 5].into()) }),
    ]
}

/// After a change of the specification, `ALLYMAP_WRITE_OUTPUTS=1 cargo test -p allymap-wire` writes the examples into the page.
#[test]
#[allow(clippy::disallowed_methods, reason = "whoever runs the tests says what for")]
fn every_message_has_the_bytes_that_the_specification_shows() {
    if std::env::var_os("ALLYMAP_WRITE_OUTPUTS").is_some() {
        return write_the_examples();
    }
    for (name, message) in examples() {
        let bytes = message.encode();
        assert_eq!(
            data_encoding::HEXLOWER.encode(&bytes),
            data_encoding::HEXLOWER.encode(&example(name)),
            "the bytes of {name} differ from docs/protocol.md"
        );
        assert_eq!(Message::decode(&bytes).unwrap(), message);
    }
}

#[test]
fn an_idle_reconnection_fits_into_two_hundred_bytes_each_way() {
    let bytes = |names: &[&str]| -> usize {
        examples().iter().filter(|(name, _)| names.contains(name)).map(|(_, message)| message.encode().len()).sum()
    };
    let empty = Message::Records {
        first: 4,
        entries: vec![],
        more: false,
        head: Head { position: 3, hash: HashPrefix([0xcc; 16]) },
    };
    assert!(bytes(&["auth", "sync"]) + 17 <= 200, "a device says {} bytes", bytes(&["auth", "sync"]) + 17);
    assert!(bytes(&["hello", "auth-ok"]) + empty.encode().len() <= 200);
}

#[test]
fn only_one_form_of_each_message_is_read() {
    let good = Message::Bye { code: Code::Done, retry_after_ms: 0 }.encode();
    assert_eq!(good, [0x83, 0x0e, 0x00, 0x00]);
    for (why, bytes) in [
        ("a longer integer", vec![0x83, 0x18, 0x0e, 0x00, 0x00]),
        ("an indefinite array", vec![0x9f, 0x0e, 0x00, 0x00, 0xff]),
        ("a trailing byte", vec![0x83, 0x0e, 0x00, 0x00, 0x00]),
        ("a surplus item", vec![0x84, 0x0e, 0x00, 0x00, 0x00]),
        ("an unknown number", vec![0x82, 0x18, 0x63, 0x00]),
        ("an array of 2^32 items", vec![0x82, 0x05, 0x9a, 0xff, 0xff, 0xff, 0xff]),
        ("a byte string of 2^63 bytes", vec![0x82, 0x05, 0x81, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ("not a number", vec![0x83, 0x0e, 0x00, 0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
        ("nothing", vec![]),
    ] {
        assert!(Message::decode(&bytes).is_err(), "{why} was read");
    }
    let deep = [vec![0x81; 10_000], vec![0x00]].concat();
    assert!(Message::decode(&deep).is_err());
    let surplus_and_deep = [vec![0x84, 0x0e, 0x00, 0x00], vec![0x81; 100_000], vec![0x00]].concat();
    assert!(Message::decode(&surplus_and_deep).is_err());
}

#[test]
fn a_message_with_too_many_items_is_refused() {
    let pairs = vec![Head::START; limits::LADDER_PAIRS + 1];
    assert!(matches!(
        Message::decode(&Message::Ladder { log: LogId([0; 16]), pairs }.encode()),
        Err(CodecError::TooMany)
    ));
}

#[test]
fn a_record_is_named_by_its_bytes_and_a_deleted_one_keeps_its_name() {
    let record = Record::new([&[1][..], &[7; 60]].concat()).unwrap();
    let gone = Record::new([&[4][..], &record.id().0].concat()).unwrap();
    assert_eq!(gone.id(), record.id());
    assert_eq!(Record::new(vec![9; 80]), Err(RecordError::UnknownKind(9)));
    assert_eq!(Record::new(vec![1; 40]), Err(RecordError::TooShort(40)));
    let long = vec![1; limits::RECORD_BYTES + 1];
    assert_eq!(Record::new(long), Err(RecordError::TooLong(limits::RECORD_BYTES + 1)));
}

#[test]
fn two_logs_with_the_same_head_hold_the_same_ids_in_the_same_order() {
    let [a, b] = [RecordId([1; 32]), RecordId([2; 32])];
    assert_ne!(LogHash::START.next(&a).next(&b), LogHash::START.next(&b).next(&a));
    assert_eq!(
        data_encoding::HEXLOWER.encode(&LogHash::START.next(&a).0),
        data_encoding::HEXLOWER.encode(&example("log-hash"))
    );
}

proptest! {
    #[test]
    fn whatever_arrives_is_read_or_refused_and_what_is_read_is_written_alike(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(message) = Message::decode(&bytes) {
            prop_assert_eq!(message.encode(), bytes);
        }
    }

    #[test]
    fn a_message_with_one_byte_changed_is_read_or_refused(which in 0usize..15, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = examples()[which].1.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(message) = Message::decode(&bytes) {
            prop_assert_eq!(message.encode(), bytes);
        }
    }
}

#[test]
fn the_page_names_every_limit_with_its_value_and_a_reason() {
    let source = include_str!("../src/limits.rs");
    let names: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    let rows: Vec<Vec<&str>> = SPECIFICATION
        .split("## Limits")
        .nth(1)
        .expect("a section about limits")
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| limit") && !line.starts_with("| ---"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), names);
    assert!(rows.iter().all(|row| row[2].len() > 10), "a limit without a reason");
    let said: Vec<u64> = rows.iter().map(|row| row[1].parse().expect("a number")).collect();
    let values = [
        limits::FRAME_BYTES as u64,
        limits::RECORD_BYTES as u64,
        limits::UNAUTHENTICATED_BYTES as u64,
        limits::UNAUTHENTICATED_MS,
        limits::IDLE_MS,
        limits::CONNECTIONS_PER_MINUTE.into(),
        limits::RECORDS_PER_MESSAGE as u64,
        limits::MESSAGE_RECORD_BYTES as u64,
        limits::SYNC_BYTES,
        limits::DEVICE_BYTES_PER_DAY,
        limits::DEVICE_RECORDS_PER_DAY.into(),
        limits::DEVICE_BURST_BYTES,
        limits::SPACE_BYTES,
        limits::MAILBOXES as u64,
        limits::MAILBOX_BYTES as u64,
        limits::MAILBOX_MS,
        limits::INVITATION_MS,
        limits::ACCESS_ENTRIES as u64,
        limits::LADDER_PAIRS as u64,
        limits::LADDER_STEP,
        limits::SEND_QUEUE_FRAMES as u64,
        limits::GENESIS_BYTES as u64,
        limits::ADDRESS_BYTES as u64,
    ];
    assert_eq!(said, values);
}
