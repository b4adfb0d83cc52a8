//! An invited member whose device keeps no rule. Every honest device goes on: it exchanges, edits, saves, loads, and what it
//! prints stays clean.

use allymap_document::{ActId, ActorId, Document, Value, inspect};
use allymap_seal::{Content, DeviceKeys, DeviceSeed, SignedOp, compress_body};
use allymap_tests::{Answer, Shared, Volunteer};
use allymap_wire::{DocumentId, Record, Signature, SpaceId};

use crate::chunk::{Chunk, bomb, one};
use crate::eve::{Eve, hashes};

const NAME: &str = "\u{1b}[2JEve\u{202e}\u{7}";
const TITLE: &str = "Evil\u{1b}]0;owned\u{7}\u{1b}[31m\nError: pay here\u{202e}\u{2066}\r\u{9b}2J\0";

/// Neither escape sequences nor letters that turn the direction of writing.
fn assert_clean(arguments: &[&str], answer: &Answer) {
    for (stream, text) in [("standard output", &answer.stdout), ("standard error", &answer.stderr)] {
        for letter in text.chars() {
            let harmless = letter == '\n' || letter == '\t' || !letter.is_control();
            let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(harmless && !turns, "{arguments:?}: {letter:?} on {stream}");
        }
    }
}

/// What a volunteer does all day, on a map that somebody has written harm into.
fn goes_on(volunteer: &Volunteer, phone: &str) {
    for arguments in [
        &["partner", "edit", "Kept Group", "--phone", phone, "--no-input"][..],
        &["log", "add", "Kept Group", "--kind", "meeting", "--note", "Still here", "--no-input"],
        &["partner", "list"],
        &["partner", "show", "Kept Group"],
        &["partner", "duplicates"],
        &["find", "Evil"],
        &["spectrum"],
        &["risk", "list"],
        &["risk", "list", "Kept Group"],
        &["log", "list"],
        &["link", "list"],
        &["member", "list"],
        &["status"],
    ] {
        let answer = volunteer.run(arguments);
        // No campaign, no list of this name: that is not her doing.
        let nothing_there = answer.code == 1 && answer.stderr.contains("AM-NO-CAMPAIGN") || answer.code == 2;
        assert!(answer.code == 0 || nothing_there, "{arguments:?}: {answer:?}");
        assert_clean(arguments, &answer);
    }
    for arguments in [&["partner", "list"][..], &["partner", "show", "Kept Group"], &["status"], &["member", "list"]] {
        volunteer.json(arguments);
    }
    let table = volunteer.ok(&["export", "--format", "csv"]);
    assert!(!table.stdout.contains('\u{1b}'), "a table that a terminal may show");
    let lines = volunteer.ok(&["export", "--format", "jsonl"]).stdout;
    for line in lines.lines() {
        let _: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

/// `allymap sync` with no more memory than a small computer has to spare.
fn sync_in_little_memory(volunteer: &Volunteer) -> Answer {
    let command = volunteer.command();
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg("ulimit -v 700000; exec \"$0\" sync --json").arg(command.get_program()).env_clear();
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let arguments = ["sync", "--json"];
    let answer = Answer::of_process(shell.output().unwrap(), &arguments);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_clean(&arguments, &answer);
    let _: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    answer
}

/// One change in a document of its own, by this actor.
fn simple(actor: ActorId, text: &str) -> Vec<u8> {
    let mut document = Document::new(actor);
    document
        .edit(ActId([9; 16]), |edit| {
            edit.put("kind", Value::Text("organisation".into()))?;
            edit.put("f/name", Value::Text(text.into()))
        })
        .unwrap()
        .unwrap();
    document.change_bytes_since(0).remove(0).bytes
}

/// Everything that she has thought of, with a name for each.
fn attacks(eve: &mut Eve) -> Vec<(&'static str, Record)> {
    let keys = eve.keys();
    let actor_of = |salt: [u8; 8]| ActorId(allymap_seal::actor(&keys.public(), &salt));
    let doc = |number: u8| DocumentId([number; 16]);
    let mut all = Vec::new();
    let mut send = |name, record| all.push((name, record));

    let honest = simple(actor_of([1; 8]), "Honest");
    for at in [5, 12, honest.len() / 2, honest.len() - 1] {
        let mut altered = honest.clone();
        altered[at] ^= 0x10;
        let content = eve.stated(doc(1), [1; 8], &[altered]);
        send("an altered change", eve.seal(&content));
    }
    for cut in [0, 1, 9, honest.len() - 1] {
        let content = eve.stated(doc(1), [1; 8], &[honest[..cut].to_vec()]);
        send("a change cut short", eve.seal(&content));
    }
    let Content::Changes { statement, body } = eve.stated(doc(1), [1; 8], std::slice::from_ref(&honest)) else {
        unreachable!()
    };
    for cut in [0, 3, body.len() / 2, body.len() - 1] {
        let content = Content::Changes { statement: statement.clone(), body: body[..cut].to_vec() };
        send("a body cut short", eve.seal(&content));
    }
    let mut longer = body.clone();
    longer.extend(&body);
    send("a body and another one", eve.seal(&Content::Changes { statement: statement.clone(), body: longer }));

    let (kept_id, kept) = eve.document_with("f/name", "Kept Group");
    let ana = kept.values("f/name")[0].actor;
    let content = eve.stated(doc(2), [2; 8], &[simple(ana, "In Ana's name")]);
    send("a change in another's name", eve.seal(&content));
    let signed = eve.statement(&keys, doc(3), [3; 8], &[[9; 32]]);
    let changes = [simple(actor_of([3; 8]), "Signed for something else")];
    let body = compress_body(&changes).unwrap();
    send("a signature for other changes", eve.seal(&Content::Changes { statement: signed, body }));
    let stranger = DeviceKeys::derive(&DeviceSeed::from_bytes([5; 32]), &eve.space);
    let changes = [simple(ActorId(allymap_seal::actor(&stranger.public(), &[4; 8])), "A stranger's")];
    let statement = eve.statement(&stranger, doc(4), [4; 8], &hashes(&changes));
    send("a device that nobody let in", {
        let body = compress_body(&changes).unwrap();
        eve.seal(&Content::Changes { statement, body })
    });

    for (operations, name) in [(1_500_000, "an operation bomb"), (i64::from(i32::MAX), "a larger one")] {
        let columns = bomb(operations);
        let actor = actor_of([5; 8]);
        let change = Chunk { deps: &[], actor, seq: 1, start_op: 1, others: &[], columns: &columns }.bytes();
        let content = eve.stated(doc(5), [5; 8], &[change]);
        send(name, eve.seal(&content));
    }
    let name_of = |text: &[u8]| one("f/name", 1, (6, text), None);
    for start_op in [1 << 30, (1 << 31) - 1, (1 << 31) + 5, u64::from(u32::MAX), 1 << 62] {
        let (actor, columns) = (actor_of([6; 8]), name_of(b"Far away"));
        let change = Chunk { deps: &[], actor, seq: 1, start_op, others: &[], columns: &columns }.bytes();
        let content = eve.stated(kept_id, [6; 8], &[change]);
        send("a counter bomb", eve.seal(&content));
    }
    for (text, name) in [("One", "a sequence number"), ("Two", "the same number again")] {
        let content = eve.stated(doc(7), [7; 8], &[simple(actor_of([7; 8]), text)]);
        send(name, eve.seal(&content));
    }
    let waits = Chunk {
        deps: &[[0xdd; 32]],
        actor: actor_of([8; 8]),
        seq: 1,
        start_op: 9,
        others: &[],
        columns: &name_of(b"Later"),
    };
    let content = eve.stated(doc(8), [8; 8], &[waits.bytes()]);
    send("a change that waits for ever", eve.seal(&content));

    // What stands in a row is replaced and deleted: the risk that Ana saw.
    let row = kept.keys().into_iter().find(|key| key.starts_with("a/")).expect("a risk was rated");
    let mut of_ana = kept.clone();
    of_ana.set_actor(ana);
    let last = of_ana.change_bytes_since(0).pop().unwrap();
    let counter = inspect(&last.bytes).unwrap().start_op;
    assert_eq!(last.operations, 1, "rating a risk is one operation");
    let deps: Vec<[u8; 32]> = kept.heads().iter().map(|head| head.0).collect();
    for (salt, action, value) in [(9, 1, (7, &b"low"[..])), (10, 3, (0, &b""[..]))] {
        let columns = one(&row, action, value, Some((1, counter)));
        let actor = actor_of([salt; 8]);
        let change =
            Chunk { deps: &deps, actor, seq: 1, start_op: counter + 1, others: &[ana], columns: &columns }.bytes();
        // It must be one that honest devices take in, or it attacks nothing.
        kept.stage(actor, std::slice::from_ref(&change)).unwrap();
        let content = eve.stated(kept_id, [salt; 8], &[change]);
        send("an assertion overwritten or deleted", eve.seal(&content));
    }

    let Content::Changes { statement, .. } = eve.stated(doc(11), [11; 8], std::slice::from_ref(&honest)) else {
        unreachable!()
    };
    let garbage = Content::Changes { statement: statement.clone(), body: vec![0xee; 900] };
    send("sealed garbage for a body", eve.seal(&garbage));
    let zeros = zstd::bulk::compress(&vec![0; 128 << 20], 19).unwrap();
    send("128 MiB of nothing", eve.seal(&Content::Changes { statement: statement.clone(), body: zeros }));
    let op = SignedOp { bytes: vec![0x9f; 700], signature: Signature([3; 64]) };
    send("sealed garbage for an operation", eve.seal(&Content::Op(op)));
    let record = eve.seal(&garbage).into_bytes();
    let mut forged = record.clone();
    *forged.last_mut().unwrap() ^= 1;
    send("a record that does not open", Record::new(forged).unwrap());
    let mut unknown = record.clone();
    unknown[1..17].fill(0xaa);
    send("a record under a key that nobody has", Record::new(unknown).unwrap());
    let mut packet = record;
    packet[0] = 2;
    send("a key packet that is none", Record::new(packet).unwrap());
    let content = eve.stated(doc(12), [12; 8], &[honest]);
    send("a record for another map", eve.seal_for(SpaceId([4; 32]), &content));
    let mut codec = statement.clone();
    codec.codec = 77;
    send("a codec that is not known", eve.seal(&Content::Changes { statement: codec, body: vec![1; 40] }));
    let mut newer = statement;
    newer.v = 9;
    send("a statement of a newer version", eve.seal(&Content::Changes { statement: newer, body: vec![1; 40] }));

    // And what is well formed, but meant to hurt whoever reads it.
    let long = "A".repeat(3_000_000);
    for (number, title) in
        [(13, TITLE), (14, "\u{202e}puorG tpeK"), (15, "--all"), (16, "=HYPERLINK(\"x\")"), (17, &long)]
    {
        let actor = actor_of([number; 8]);
        let kind = Chunk {
            deps: &[],
            actor,
            seq: 1,
            start_op: 1,
            others: &[],
            columns: &one("kind", 1, (6, b"organisation"), None),
        }
        .bytes();
        let name = Chunk {
            deps: &hashes(std::slice::from_ref(&kind)),
            actor,
            seq: 2,
            start_op: 2,
            others: &[],
            columns: &one("f/name", 1, (6, title.as_bytes()), None),
        }
        .bytes();
        let content = eve.stated(doc(number), [number; 8], &[kind, name]);
        send("a name that hurts", eve.seal(&content));
    }
    all
}

#[test]
fn honest_devices_go_on_whatever_a_member_sends() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Kept Group", "--kind", "organisation", "--no-input"]);
    ana.ok(&[
        "risk",
        "add",
        "Kept Group",
        "--type",
        "physical",
        "--level",
        "high",
        "--reason",
        "Threats",
        "--no-input",
    ]);
    let code = ana.ok(&["invite"]).stdout;
    ana.ok(&["sync"]);
    let (mut eve, words) = runtime.block_on(Eve::ask(code.trim(), NAME));
    ana.ok(&["sync"]);
    for arguments in [&["member", "waiting"][..], &["status"]] {
        assert_clean(arguments, &ana.ok(arguments));
    }
    let approve = [&["member", "approve", "--words"][..], &words].concat();
    assert_clean(&approve, &ana.ok(&approve));
    ana.ok(&["sync"]);
    ben.ok(&["sync"]);
    runtime.block_on(eve.sync());

    let attacks = attacks(&mut eve);
    let count = attacks.len();
    // Each alone, so that the one that hurts is the one that is named.
    for (name, record) in attacks {
        runtime.block_on(eve.put(vec![record]));
        let answer = ana.run(&["sync", "--json"]);
        assert_eq!(answer.code, 0, "{name}: {answer:?}");
        assert_clean(&["sync", "--json"], &answer);
        ana.json(&["partner", "show", "Kept Group"]);
    }
    // And all at once, on a device that was away; between them an honest edit each way.
    ben.ok(&["partner", "edit", "Kept Group", "--phone", "0400 111 111", "--no-input"]);
    let answer = sync_in_little_memory(ben);
    let told = answer.stderr.lines().find(|line| line.contains("that arrived are refused")).unwrap_or_default();
    let refused: usize = told.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
    assert!(refused > count / 3, "{answer:?}");
    goes_on(ana, "0400 222 222");
    goes_on(ben, "0400 333 333");
    for volunteer in [ben, ana, ben] {
        volunteer.ok(&["sync"]);
    }
    let digest = |volunteer: &Volunteer| volunteer.json(&["export", "--digest"])["digest"].clone();
    assert_eq!(digest(ana), digest(ben));
    // What was said stays said.
    for volunteer in [ana, ben] {
        let shown = volunteer.json(&["partner", "show", "Kept Group"]);
        let risks = shown["entry"]["risks"].as_array().unwrap();
        let physical = risks.iter().find(|risk| risk["kind"] == "physical").unwrap();
        assert_eq!(physical["counts"], "high", "{shown}");
    }
    // A newcomer reads the whole log and comes to the same map.
    let code = ana.ok(&["invite"]).stdout;
    ana.ok(&["sync"]);
    let dora = Volunteer::new(shared.folder.path().join("dora"));
    let joined = dora.json(&["join", code.trim(), "--name", "Dora", "--group", "Hill", "--no-input"]);
    ana.ok(&["sync"]);
    let words: Vec<&str> = joined["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    ana.ok(&[&["member", "approve", "--words"][..], &words].concat());
    ana.ok(&["sync"]);
    dora.ok(&["sync"]);
    goes_on(&dora, "0400 444 444");
    for volunteer in [&dora, ana, ben] {
        volunteer.ok(&["sync"]);
    }
    assert_eq!(digest(&dora), digest(ben));
}
