//! A member whose program is newer than ours, and writes what ours does not know. Ours shows what it can read, says that there is
//! more, goes on editing, and never writes the rest away.

use allymap_document::{ActId, ActorId, Document, Value};
use allymap_tests::Shared;
use allymap_wire::DocumentId;

use crate::eve::Eve;

const ENTRY: DocumentId = DocumentId([21; 16]);
const BOAT: DocumentId = DocumentId([22; 16]);
const ROW: &str = "a/bcdfbcdfbcdfbcdfbcdfbcdfbcdfbcdf";

/// An assertion about a fact of version 9, in the form that assertions have.
fn mood() -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder.map(6).unwrap();
    encoder.u8(0).unwrap().u8(9).unwrap();
    encoder.u8(1).unwrap().str("mood").unwrap();
    encoder.u8(2).unwrap().str("on Sundays").unwrap();
    encoder.u8(3).unwrap().str("bright").unwrap();
    encoder.u8(8).unwrap().u32(500_000).unwrap();
    encoder.u8(99).unwrap().str("and more").unwrap();
    encoder.into_writer()
}

fn written(eve: &mut Eve, doc: DocumentId, salt: [u8; 8], rows: &[(&str, Value)]) -> allymap_wire::Record {
    let mut document = Document::new(ActorId(allymap_seal::actor(&eve.keys().public(), &salt)));
    let edited = document.edit(ActId([9; 16]), |edit| -> Result<(), allymap_document::WriteError> {
        rows.iter().try_for_each(|(key, value)| edit.put(key, value.clone()))?;
        if doc == ENTRY { edit.append(ROW, mood()) } else { Ok(()) }
    });
    edited.unwrap().unwrap();
    let changes: Vec<Vec<u8>> = document.change_bytes_since(0).into_iter().map(|own| own.bytes).collect();
    let content = eve.stated(doc, salt, &changes);
    eve.seal(&content)
}

#[test]
fn what_only_a_newer_program_knows_is_told_kept_and_passed_on() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    let code = ana.ok(&["invite"]).stdout;
    ana.ok(&["sync"]);
    let (mut nell, words) = runtime.block_on(Eve::ask(code.trim(), "Nell"));
    ana.ok(&["sync"]);
    ana.ok(&[&["member", "approve", "--words"][..], &words].concat());
    ana.ok(&["sync"]);
    runtime.block_on(nell.sync());
    let text = |text: &str| Value::Text(text.into());
    let newer = [("kind", text("organisation")), ("f/name", text("Newer Group")), ("f/mood", text("bright"))];
    let entry = written(&mut nell, ENTRY, [21; 8], &newer);
    let boat = written(&mut nell, BOAT, [22; 8], &[("kind", text("boat")), ("f/name", text("Heron"))]);
    runtime.block_on(nell.put(vec![entry, boat]));

    for reader in [ana, ben] {
        reader.ok(&["sync"]);
        let shown = reader.ok(&["partner", "show", "Newer Group"]).stdout;
        assert!(shown.contains("2 facts from a newer version"), "{shown}");
        let of_boat = reader.ok(&["partner", "show", "Heron"]).stdout;
        assert!(of_boat.contains("a kind that only a newer version knows: boat"), "{of_boat}");
    }
    // What is known of it can be edited; of what is not known nothing is guessed.
    ana.ok(&["partner", "edit", "Newer Group", "--phone", "02 5550 1", "--no-input"]);
    ana.ok(&["log", "add", "Newer Group", "--kind", "meeting", "--on", "today"]);
    let refused = ana.run(&["partner", "edit", "Heron", "--phone", "02 5550 1", "--no-input"]);
    assert!(
        refused.code == 2 && refused.stderr.contains("newer version") && refused.stderr.contains("Hint: "),
        "{refused:?}"
    );
    ana.ok(&["undo"]);
    ana.ok(&["undo"]);
    ana.ok(&["partner", "edit", "Newer Group", "--phone", "02 5550 2", "--no-input"]);
    for member in [ana, ben, ana] {
        member.ok(&["sync"]);
    }
    let digest = |reader: &allymap_tests::Volunteer| reader.json(&["export", "--digest"])["digest"].clone();
    assert_eq!(digest(ana), digest(ben));

    runtime.block_on(nell.sync());
    let (_, document) = nell.document_with("f/name", "Newer Group");
    assert_eq!(document.value("f/phone"), Some(text("02 5550 2")));
    assert_eq!(document.value("f/mood"), Some(text("bright")));
    assert_eq!(document.appended("a/").into_iter().map(|row| row.value).collect::<Vec<_>>(), [mood()]);
    let (_, boat) = nell.document_with("f/name", "Heron");
    assert_eq!(boat.value("kind"), Some(text("boat")));

    // A backup of the map carries it too.
    let file = shared.folder.path().join("backup.jsonl");
    let file = file.to_str().unwrap();
    ana.ok(&["export", "-o", file]);
    let backup = std::fs::read_to_string(file).unwrap();
    assert!(backup.contains("\"f/mood\"") && backup.contains("\"boat\""), "{backup}");
}
