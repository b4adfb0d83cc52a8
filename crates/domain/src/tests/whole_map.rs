//! A whole map goes out and comes back: what it says is the same, apart from who wrote it.

use allymap_document::{ActId, ActorId, Document, Value};
use proptest::prelude::*;

use crate::author::Author;
use crate::entry::link::{Link, Target};
use crate::entry::risk::Level;
use crate::entry::{Archived, Entry};
use crate::files::export::{digest, export_lines};
use crate::files::refused::ImportError;
use crate::files::whole::{Whole, WholeMap, is_whole_map, read_whole_map};
use crate::ids::EntryId;
use crate::kind::field;
use crate::map::campaign::Campaign;
use crate::map::{Map, NewMap};
use crate::tests::desk::{Desk, ENTRY, row, today, who};
use crate::tests::merging::{Step, step, take};

const MAP: EntryId = EntryId([0xaa; 16]);
const SOURCE: &str = "kept.jsonl (2026-11-23)";

/// Make the file's entries, and complete the map's own document, as one person does it.
fn bring_in(whole: &WholeMap, map: Document) -> Vec<(EntryId, Document)> {
    let act = ActId([9; 16]);
    let mut documents = vec![(MAP, map)];
    documents[0].1.edit(act, |edit| whole.complete_map(edit)).unwrap().unwrap();
    for entry in &whole.entries {
        assert_eq!(entry.on(None), Whole::New);
        let mut document = Document::new(ActorId([4; 16]));
        for number in 0..entry.edits() {
            document.edit(act, |edit| entry.write(number, SOURCE, edit)).unwrap().unwrap();
        }
        assert_eq!(entry.on(Some(&document)), Whole::Same);
        documents.push((entry.id, document));
    }
    documents
}

fn map(name: &str) -> Desk {
    let mut map = Desk::empty(3);
    map.edit(|edit| Map::create(edit, &NewMap { name: name.into(), community: String::new() })).unwrap();
    map
}

/// An export when everything was written by one person whom it does not name, and without the mark of the file.
fn anonymous(documents: &[(EntryId, Document)]) -> String {
    let nobody = |_: ActorId| Author { name: String::new(), group: String::new(), device: String::new() };
    let lines = export_lines(documents.iter().map(|(id, document)| (*id, document)), &nobody);
    let lines = String::from_utf8(lines).unwrap();
    lines
        .lines()
        .map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            let is_mark = |value: &str| value.starts_with(SOURCE);
            if let Some(members) = line.pointer_mut("/fields/source/members").and_then(|members| members.as_array_mut())
            {
                members.retain(|member| !is_mark(member["value"].as_str().unwrap()));
                if members.is_empty() {
                    line["fields"].as_object_mut().unwrap().remove("source");
                }
            }
            line["content"].as_object_mut().unwrap().retain(|_, values| !values[0].as_str().is_some_and(is_mark));
            format!("{line}\n")
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_one_person_wrote_comes_back_to_the_byte(steps in prop::collection::vec(step(), 1..40)) {
        let mut desks = Desk::three_choirs();
        for (number, step) in (1..).zip(steps.iter().filter(|step| !matches!(step, Step::Learn(..)))) {
            // Ana does all of it, whoever was meant.
            let mut alone = [desks[0].clone(), desks[0].clone(), desks[0].clone()];
            take(step, number, &mut alone);
            let longest = alone.into_iter().max_by_key(|desk| desk.document.operations()).unwrap();
            desks[0] = longest;
        }
        let [ana, ..] = desks;
        let mut town = map("Thornwick");
        town.edit(|edit| Campaign::say(edit, row(200), "Thornwick welcomes refugees")).unwrap();
        let before = vec![(MAP, town.document.clone()), (ENTRY, ana.document.clone())];
        let lines = export_lines(before.iter().map(|(id, document)| (*id, document)), &who);
        prop_assert!(is_whole_map(&lines));
        let whole = read_whole_map(&lines, "folder/kept.jsonl").unwrap();
        prop_assert_eq!((whole.entries.len(), whole.refused.len(), whole.name.as_str()), (1, 0, "Thornwick"));
        let after = bring_in(&whole, map("Thornwick").document);
        prop_assert_eq!(anonymous(&after), anonymous(&before));
        prop_assert_eq!(digest(anonymous(&after).as_bytes()), digest(anonymous(&before).as_bytes()));
        let now = Entry::read(&after[1].1, ENTRY, &who);
        prop_assert_eq!(whole.entries[0].differences(&now), Vec::<String>::new());
        let source = format!("{SOURCE}, first written by Ana (Harbour)");
        prop_assert!(now.field(&field::SOURCE).unwrap().values.iter().any(|said| said.value == source));
    }

    #[test]
    fn what_people_wrote_apart_stands_as_it_stood_and_what_cannot_is_named(steps in prop::collection::vec(step(), 1..40)) {
        let mut desks = Desk::three_choirs();
        for (number, step) in (1..).zip(&steps) {
            take(step, number, &mut desks);
        }
        let [mut ana, ben, cleo] = desks;
        ana.learn(&[&ben, &cleo]);
        let lines = export_lines([(ENTRY, &ana.document)], &who);
        let whole = read_whole_map(&lines, "kept.jsonl").unwrap();
        let after = bring_in(&whole, map("Thornwick").document);
        let (was, now) = (ana.entry(), Entry::read(&after[1].1, ENTRY, &who));
        let mut differences = whole.entries[0].differences(&now);
        if was.archived == Archived::EditedApart {
            differences.retain(|part| part != "archived");
        }
        // Two values that nobody settled: the shown one is here, and the person is told.
        differences.retain(|part| part != "fields");
        prop_assert_eq!(differences, Vec::<String>::new());
        prop_assert_eq!(was.value(&field::PHONE), now.value(&field::PHONE));
        prop_assert_eq!(was.value(&field::NOTES), now.value(&field::NOTES));
        for (was, now) in was.risks.iter().zip(&now.risks) {
            prop_assert_eq!((was.counts, was.mitigation, was.differs, was.open_again), (now.counts, now.mitigation, now.differs, now.open_again));
        }
    }
}

#[test]
fn what_only_a_newer_version_knows_survives() {
    let [mut ana, ..] = Desk::three_choirs();
    ana.edit(|edit| {
        edit.append(&format!("a/{}", row(2)), vec![0xa1, 0, 9])?;
        edit.append("l/not-an-id", vec![1, 2, 3])?;
        edit.put("s/colours/x", Value::Bytes(vec![7, 8]))?;
        edit.put("f/colour", Value::Text("blue".into()))?;
        edit.put("f/open", Value::Bool(true))?;
        Ok(edit.put("f/phone", Value::Int(5))?)
    })
    .unwrap();
    let mut dragon = Desk::empty(5);
    dragon
        .edit(|edit| {
            edit.put("kind", Value::Text("dragon".into()))?;
            edit.make_text("t/roar", "loud")?;
            Ok(edit.put("f/heads", Value::Int(3))?)
        })
        .unwrap();
    let mut town = map("Thornwick");
    town.edit(|edit| {
        edit.append("l/of-the-map", vec![5])?;
        Ok(edit.put("s/answers/1", Value::Bytes(vec![1]))?)
    })
    .unwrap();
    let before =
        vec![(MAP, town.document.clone()), (EntryId([0xdd; 16]), dragon.document), (ENTRY, ana.document.clone())];
    let lines = export_lines(before.iter().map(|(id, document)| (*id, document)), &who);
    let whole = read_whole_map(&lines, "kept.jsonl").unwrap();
    let after = bring_in(&whole, map("Thornwick").document);
    assert_eq!(anonymous(&after), anonymous(&before));
    let choir = after.iter().find(|(id, _)| *id == ENTRY).unwrap();
    assert_eq!(choir.1.value("f/colour"), Some(Value::Text("blue".into())));
    assert_eq!(Entry::read(&choir.1, ENTRY, &who).newer_facts, ana.entry().newer_facts);
}

#[test]
fn links_find_their_entries_and_long_texts_and_logs_go_in_by_parts() {
    let [mut ana, ..] = Desk::three_choirs();
    let other = EntryId([7; 16]);
    ana.edit(|edit| Entry::link(edit, ENTRY, row(1), &Link::same(other, 0))).unwrap();
    for number in 2..200 {
        ana.log(number, "call", today());
    }
    for field in ["notes", "description"] {
        let text = "Ä note of many words. ".repeat(360);
        ana.edit(|edit| Entry::set(edit, field, &text)).unwrap();
    }
    ana.rate(201, Level::High, &[], None).unwrap();
    ana.rate(200, Level::Low, &[201], Some("mended")).unwrap();
    let before = vec![(MAP, map("Thornwick").document), (ENTRY, ana.document.clone())];
    let lines = export_lines(before.iter().map(|(id, document)| (*id, document)), &who);
    let whole = read_whole_map(&lines, "kept.jsonl").unwrap();
    assert!(whole.entries[0].edits() > 2);
    let after = bring_in(&whole, map("Thornwick").document);
    assert_eq!(anonymous(&after), anonymous(&before));
    let now = Entry::read(&after[1].1, ENTRY, &who);
    assert_eq!((now.links[0].link.to, now.links[0].link.target), (other, Target::Same));
    assert_eq!(now.risks[0].counts, Level::Low, "the later one came after what it replaces");
}

#[test]
fn nothing_on_the_map_is_written_over() {
    let [mut ana, mut ben, _] = Desk::three_choirs();
    let lines = export_lines([(ENTRY, &ana.document)], &who);
    let whole = read_whole_map(&lines, "kept.jsonl").unwrap();
    ana.edit(|edit| Entry::set(edit, "phone", "02 5550 1")).unwrap();
    assert_eq!(whole.entries[0].on(Some(&ana.document)), Whole::Same, "the map knows more");
    ben.edit(|edit| Entry::set(edit, "name", "Hills Choir")).unwrap();
    assert_eq!(whole.entries[0].on(Some(&ben.document)), Whole::Differs);
    // Our own name and community stay, what is missing comes.
    let mut town = map("Theirs");
    town.edit(|edit| Campaign::say(edit, row(200), "Thornwick welcomes refugees")).unwrap();
    town.edit(|edit| Map::describe(edit, "From the weir to the harbour")).unwrap();
    let lines = export_lines([(MAP, &town.document)], &who);
    let whole = read_whole_map(&lines, "kept.jsonl").unwrap();
    let after = Map::read(&bring_in(&whole, map("Ours").document)[0].1);
    assert_eq!((after.name(), after.campaigns.len()), ("Ours", 1));
    assert_eq!(after.community, "From the weir to the harbour");
}

#[test]
fn a_line_that_cannot_be_read_is_refused_alone() {
    let good = String::from_utf8(export_lines([(ENTRY, &Desk::three_choirs()[0].document)], &who)).unwrap();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let id = "b".repeat(32);
    let lines = [
        good.trim().to_owned(),
        "{\"schema\": 1".to_owned(),
        format!(r#"{{"schema":1,"id":"{id}","content":{{"kind":["place"],"f/seats":[1e999]}}}}"#),
        format!(r#"{{"schema":1,"id":"{id}","content":{{"kind":["place"],"z/seats":[1]}}}}"#),
        format!(r#"{{"schema":1,"id":"{id}","content":{{"f/name":["A"]}}}}"#),
        r#"{"schema":1,"id":"x","content":{"kind":["place"]}}"#.to_owned(),
        format!(r#"{{"schema":1,"id":"{id}","content":{{"kind":["place"],"f/x":[{deep}]}}}}"#),
        String::new(),
        good.trim().to_owned(),
        format!(r#"{{"schema":1,"id":"{id}","content":{{"kind":["place"],"f/name":["{}"]}}}}"#, "x".repeat(5 << 20)),
    ];
    let whole = read_whole_map(lines.join("\r\n").as_bytes(), "kept.jsonl").unwrap();
    assert_eq!(whole.entries.len(), 1);
    let refused: Vec<String> =
        whole.refused.iter().map(|refused| format!("{}: {}", refused.spot, refused.reason)).collect();
    assert_eq!(
        refused,
        [
            "line 2: it is not a line of an allymap export",
            "line 3: it is not a line of an allymap export",
            "line 4: it is not a line of an allymap export",
            "line 5: it has no kind",
            "line 6: it has no id",
            "line 7: it is not a line of an allymap export",
            "line 9: line 1 has the same id",
            "line 10: it is longer than 4 MB",
        ]
    );
    assert!(!is_whole_map(b"{\"persons\": []}") && !is_whole_map(b"name,phone\n") && !is_whole_map(b""));
    assert!(matches!(read_whole_map(&vec![b' '; 40 << 20], "x"), Err(ImportError::TooLarge { .. })));
}
