//! Stories of people who keep one entry together, online or not, and of what each of them then reads.

use allymap_document::{ActId, ActorId, Document, Value};
use minicbor::Encoder;

use crate::card::Card;
use crate::date::When;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::link::{Direction, Link, Strength};
use crate::entry::position::Place;
use crate::entry::risk::{Level, Mitigation, Risk, RiskKind, RiskStanding};
use crate::entry::{Archived, Entry, Lack, NewEntry};
use crate::files::export::{digest, entry_line, export_lines};
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::kind::field;
use crate::map::campaign::Campaign;
use crate::map::{Map, NewMap};
use crate::rejection::Rejection;
use crate::tests::desk::{Desk, ENTRY, NOW, row, today, who};

#[test]
fn a_person_is_asked_why_they_may_be_here_and_a_group_in_whose_words_it_is_led() {
    let basis = |kind: &str| Kind::named(kind).unwrap().field("basis");
    let person = NewEntry::new(Kind::named("person").unwrap(), "Oona Vale");
    assert_eq!(person.lacks(), [Lack::Basis(basis("person").unwrap())]);
    assert_eq!(person.with("basis", "public-role").lacks(), []);
    let group = NewEntry::new(Kind::named("organisation").unwrap(), "Second Kiln");
    assert_eq!(group.lacks(), []);
    let led = group.with("led-by", "refugees");
    assert_eq!(led.lacks(), [Lack::Words]);
    assert_eq!(led.with("led-by-words", "their own page").lacks(), []);
}

#[test]
fn the_stricter_of_two_ratings_counts_and_the_other_stands_beside_it() {
    let [mut ana, mut ben, _] = Desk::three_choirs();
    ana.rate(1, Level::Low, &[], Some("a note of the council's engineer")).unwrap();
    ben.rate(2, Level::High, &[], Some("saw the cliff after the storm")).unwrap();
    ana.learn(&[&ben]);
    ben.learn(&[&ana]);
    for desk in [&ana, &ben] {
        let standing = physical(desk);
        assert_eq!(standing.counts, Level::High);
        assert!(standing.differs);
        let authors: Vec<&str> = standing.said.iter().map(|stated| stated.author.name.as_str()).collect();
        assert_eq!(authors, ["Ana", "Ben"]);
    }
}

#[test]
fn somebody_who_saw_both_settles_it_with_a_reason() {
    let [mut ana, mut ben, _] = Desk::three_choirs();
    ana.rate(1, Level::High, &[], Some("no railing")).unwrap();
    ben.learn(&[&ana]);
    assert_eq!(ben.rate(2, Level::Low, &[1], None), Err(Rejection::NoReason));
    assert_eq!(ben.rate(2, Level::Low, &[1], Some("  ")), Err(Rejection::NoReason));
    ben.rate(2, Level::Low, &[1], Some("the railing was replaced")).unwrap();
    ana.learn(&[&ben]);
    let standing = physical(&ana);
    assert_eq!((standing.counts, standing.differs, standing.said.len()), (Level::Low, false, 1));
    // Nothing is lost: the old rating is in the history.
    assert_eq!(ana.entry().assertions.len(), 2);
}

#[test]
fn saving_an_old_form_again_releases_nothing() {
    let [mut ana, ..] = Desk::three_choirs();
    ana.rate(1, Level::High, &[], None).unwrap();
    ana.rate(2, Level::Low, &[], Some("as I wrote before")).unwrap();
    assert_eq!(physical(&ana).counts, Level::High);
}

#[test]
fn nobody_settles_what_they_have_not_seen() {
    let [mut ana, mut ben, mut cleo] = Desk::three_choirs();
    assert_eq!(ben.rate(2, Level::None, &[1], Some("whatever comes")), Err(Rejection::NothingToReplace { id: row(1) }));
    // A hostile program does not ask.
    let guess = {
        let mut other = Desk::three_choirs()[0].clone();
        other.rate(1, Level::None, &[], None).unwrap();
        other.rate(2, Level::None, &[1], Some("whatever comes")).unwrap();
        let rows = other.document.appended("a/");
        rows.into_iter().find(|appended| appended.id == row(2).to_string()).unwrap().value
    };
    ben.edit(|edit| Ok(edit.append(&format!("a/{}", row(2)), guess)?)).unwrap();
    ana.rate(1, Level::High, &[], Some("no railing")).unwrap();
    cleo.learn(&[&ana, &ben]);
    assert_eq!(physical(&cleo).counts, Level::High);
    assert!(physical(&cleo).differs);
}

#[test]
fn a_program_that_settles_without_a_reason_settles_nothing() {
    let [mut ana, ..] = Desk::three_choirs();
    ana.rate(1, Level::High, &[], None).unwrap();
    let mut with_reason = ana.clone();
    with_reason.rate(2, Level::None, &[1], Some("x")).unwrap();
    assert_eq!(physical(&with_reason).counts, Level::None);
    let rows = with_reason.document.appended("a/");
    let mut bytes = rows.into_iter().find(|appended| appended.id == row(2).to_string()).unwrap().value;
    let reason = bytes.windows(3).position(|window| window == [5, 0x61, b'x']).unwrap();
    bytes[reason + 2] = b' ';
    ana.edit(|edit| Ok(edit.append(&format!("a/{}", row(2)), bytes)?)).unwrap();
    assert_eq!((physical(&ana).counts, physical(&ana).said.len()), (Level::High, 2));
}

#[test]
fn a_rating_that_is_only_taken_back_keeps_what_it_made_stricter() {
    let [mut ana, mut ben, _] = Desk::three_choirs();
    ana.rate(1, Level::High, &[], None).unwrap();
    ben.learn(&[&ana]);
    ben.rate(2, Level::Unknown, &[1], Some("it was another hall")).unwrap();
    let standing = physical(&ben);
    assert_eq!((standing.counts, standing.open_again), (Level::High, true));
    // What it loosened ends.
    let [mut ana, ..] = Desk::three_choirs();
    ana.rate(1, Level::Low, &[], None).unwrap();
    ana.rate(2, Level::Unknown, &[1], Some("it was another hall")).unwrap();
    assert_eq!((physical(&ana).counts, physical(&ana).open_again), (Level::Unknown, true));
    // Whoever saw that it is open closes it.
    ana.rate(3, Level::Low, &[2], Some("looked again")).unwrap();
    assert_eq!((physical(&ana).counts, physical(&ana).open_again, physical(&ana).differs), (Level::Low, false, false));
}

#[test]
fn an_answer_that_did_not_see_the_taking_back_differs_from_it() {
    let [mut ana, mut ben, mut cleo] = Desk::three_choirs();
    ana.rate(1, Level::Low, &[], None).unwrap();
    ben.learn(&[&ana]);
    cleo.learn(&[&ana]);
    ben.rate(2, Level::Unknown, &[1], Some("nobody has looked")).unwrap();
    cleo.rate(3, Level::Low, &[], None).unwrap();
    ana.learn(&[&ben, &cleo]);
    assert!(physical(&ana).differs && physical(&ana).open_again);
}

#[test]
fn one_mitigation_beside_another_differs_although_the_levels_agree() {
    let [mut ana, ..] = Desk::three_choirs();
    for (id, mitigation) in [(1, Mitigation::Mitigated), (2, Mitigation::Cannot)] {
        let risk = Risk { kind: RiskKind::Legal, level: Level::High, mitigation };
        let assertion = Assertion::new(Claim::Risk(risk), When::on(today()), NOW);
        ana.edit(|edit| Entry::assert(edit, row(id), &assertion)).unwrap();
    }
    let entry = ana.entry();
    let standing = entry.risk(RiskKind::Legal).unwrap();
    assert_eq!((standing.counts, standing.mitigation, standing.differs), (Level::High, Mitigation::Cannot, true));
}

#[test]
fn two_positions_make_a_span_and_an_approach_goes_by_the_less_friendly() {
    let campaign = row(99);
    let [mut ana, mut ben, _] = Desk::three_choirs();
    place(&mut ana, 1, Place::PassiveAlly, &[]);
    place(&mut ben, 2, Place::PassiveOpponent, &[]);
    place(&mut ben, 3, Place::NotKnown, &[]);
    ana.learn(&[&ben]);
    let entry = ana.entry();
    let standing = entry.position(campaign).unwrap();
    assert_eq!(
        (standing.place, standing.friendliest, standing.differs),
        (Place::PassiveOpponent, Place::PassiveAlly, true)
    );
    let seen: Vec<u8> = standing.said.iter().map(|stated| stated.id.0[0]).collect();
    place(&mut ana, 4, Place::Neutral, &seen);
    let entry = ana.entry();
    let standing = entry.position(campaign).unwrap();
    assert_eq!((standing.place, standing.differs, standing.said.len()), (Place::Neutral, false, 1));
}

#[test]
fn not_knowing_is_no_conflict_with_a_position() {
    let [mut ana, ..] = Desk::three_choirs();
    place(&mut ana, 1, Place::NotKnown, &[]);
    place(&mut ana, 2, Place::ActiveAlly, &[]);
    let entry = ana.entry();
    let standing = entry.position(row(99)).unwrap();
    assert_eq!((standing.place, standing.differs), (Place::ActiveAlly, false));
}

#[test]
fn two_groups_that_approach_apart_are_both_named() {
    let [mut ana, mut ben, _] = Desk::three_choirs();
    ana.log(1, "approach", today().plus_days(-1).unwrap());
    ben.log(2, "approach", today().plus_days(-2).unwrap());
    ana.learn(&[&ben]);
    let doubles = ana.entry().double_approaches;
    assert_eq!(doubles.len(), 1);
    assert_eq!((doubles[0].first.author.name.as_str(), doubles[0].second.author.name.as_str()), ("Ben", "Ana"));
    let own = Card::of(&ana.document, ENTRY).unwrap();
    assert!(own.approached_twice(&who));
}

#[test]
fn an_approach_that_knew_of_the_other_is_no_alarm_and_neither_is_one_group() {
    let [mut ana, mut ben, mut cleo] = Desk::three_choirs();
    ana.log(1, "approach", today());
    ben.learn(&[&ana]);
    ben.log(2, "approach", today());
    assert_eq!(ben.entry().double_approaches, []);
    let [_, mut ben_again, _] = Desk::three_choirs();
    ben_again.log(3, "approach", today());
    cleo.log(4, "approach", today());
    cleo.learn(&[&ben_again]);
    assert_eq!(cleo.entry().log.len(), 2);
    assert_eq!(cleo.entry().double_approaches, []);
    assert!(!Card::of(&cleo.document, ENTRY).unwrap().approached_twice(&who));
}

#[test]
fn a_phone_number_changed_twice_shows_one_and_lists_the_other() {
    let [mut ana, mut ben, _] = Desk::three_choirs();
    ana.edit(|edit| Entry::set(edit, "phone", "02 5550 0001")).unwrap();
    ben.edit(|edit| Entry::set(edit, "phone", "02 5550 0002")).unwrap();
    ana.learn(&[&ben]);
    ben.learn(&[&ana]);
    let entry = ana.entry();
    assert_eq!(entry.field(&field::PHONE), ben.entry().field(&field::PHONE));
    let phone = entry.field(&field::PHONE).unwrap();
    assert!(phone.differs());
    assert_eq!(phone.values.len(), 2);
    assert_eq!(entry.conflicts(), 1);
    let numbers = Card::of(&ana.document, ENTRY).unwrap().addresses.phones;
    assert_eq!(numbers, ["0255500001", "0255500002"]);
    // Choosing one settles it, also the one that was shown.
    let shown = phone.values[0].value.clone();
    ana.edit(|edit| Entry::set(edit, "phone", &shown)).unwrap();
    assert!(!ana.entry().field(&field::PHONE).unwrap().differs());
}

#[test]
fn a_note_that_both_edit_holds_the_words_of_both() {
    let new = NewEntry::new(Kind::named("place").unwrap(), "Ropewalk Hall").with("notes", "Has a kitchen.");
    let [mut ana, mut ben, _] = Desk::three(&new);
    ana.edit(|edit| Entry::set(edit, "notes", "Has a kitchen. Keys at the bakery.")).unwrap();
    ben.edit(|edit| Entry::set(edit, "notes", "Cold in winter. Has a kitchen.")).unwrap();
    ana.learn(&[&ben]);
    assert_eq!(ana.entry().value(&field::NOTES), Some("Cold in winter. Has a kitchen. Keys at the bakery."));
}

#[test]
fn an_archived_entry_that_somebody_else_edits_stays_in_sight() {
    let [mut ana, mut ben, _] = Desk::three_choirs();
    ana.edit(|edit| Entry::archive(edit, true)).unwrap();
    assert_eq!(ana.entry().archived, Archived::Yes);
    assert!(Card::of(&ana.document, ENTRY).unwrap().archived);
    ben.log(1, "call", today());
    ana.learn(&[&ben]);
    assert_eq!(ana.entry().archived, Archived::EditedApart);
    assert!(!Card::of(&ana.document, ENTRY).unwrap().archived);
    ana.edit(|edit| Entry::archive(edit, true)).unwrap();
    ana.edit(|edit| Entry::archive(edit, false)).unwrap();
    assert_eq!(ana.entry().archived, Archived::No);
}

#[test]
fn what_was_added_to_a_set_wins_over_what_was_taken_out() {
    let new = NewEntry::new(Kind::named("organisation").unwrap(), "Ramp and Rail").with("led-by", "disability");
    let [mut ana, mut ben, _] = Desk::three(&new);
    ana.edit(|edit| Entry::take_out(edit, "led-by", "Disability")).unwrap();
    ben.edit(|edit| Entry::add(edit, "led-by", "youth")).unwrap();
    ana.learn(&[&ben]);
    let members: Vec<String> =
        ana.entry().field(&field::LED_BY).unwrap().values.iter().map(|said| said.value.clone()).collect();
    assert_eq!(members, ["youth"]);
}

#[test]
fn two_people_who_note_one_seat_note_it_once_with_its_end() {
    let new = NewEntry::new(Kind::named("person").unwrap(), "Bertil Quennell");
    let [mut ana, mut ben, _] = Desk::three(&new);
    ana.edit(|edit| Entry::add(edit, "affiliation", "councillor, Thornwick Shire Council")).unwrap();
    ben.edit(|edit| Entry::add(edit, "affiliation", "Councillor, Thornwick Shire Council (until 2024-09-14)")).unwrap();
    ana.learn(&[&ben]);
    let entry = ana.entry();
    assert_eq!(entry.affiliations.len(), 1);
    assert_eq!(entry.affiliations[0].0.until.unwrap().to_string(), "2024-09-14");
}

#[test]
fn the_same_as_is_said_and_taken_back() {
    let other = EntryId([2; 16]);
    let [mut ana, ..] = Desk::three_choirs();
    let same = Link::same(other, NOW);
    assert_eq!(ana.edit(|edit| Entry::link(edit, other, row(1), &same)), Err(Rejection::LinkToItself));
    ana.edit(|edit| Entry::link(edit, ENTRY, row(1), &same)).unwrap();
    assert_eq!(ana.entry().same_as().collect::<Vec<_>>(), [other]);
    let back = Link { withdrawn: true, supersedes: vec![row(1)], ..same };
    ana.edit(|edit| Entry::link(edit, ENTRY, row(2), &back)).unwrap();
    assert_eq!(ana.entry().same_as().count(), 0);
    assert_eq!(ana.entry().all_links.len(), 2);
}

#[test]
fn a_link_that_somebody_made_apart_survives_its_removal() {
    let to = EntryId([2; 16]);
    let link = |strength| Link::influence(to, Direction::Out, strength, NOW);
    let [mut ana, mut ben, _] = Desk::three_choirs();
    ana.edit(|edit| Entry::link(edit, ENTRY, row(1), &link(Strength::Weak))).unwrap();
    let back = Link { withdrawn: true, supersedes: vec![row(1)], ..link(Strength::Weak) };
    ana.edit(|edit| Entry::link(edit, ENTRY, row(2), &back)).unwrap();
    ben.edit(|edit| Entry::link(edit, ENTRY, row(3), &link(Strength::Strong))).unwrap();
    ana.learn(&[&ben]);
    let ids: Vec<RowId> = ana.entry().links.iter().map(|linked| linked.id).collect();
    assert_eq!(ids, [row(3)]);
}

#[test]
fn a_follow_up_is_due_until_somebody_is_in_touch_again() {
    use crate::entry::log::{LogKind, LogLine};
    let [mut ana, ..] = Desk::three_choirs();
    let earlier = today().plus_days(-20).unwrap();
    let due = today().plus_days(-3);
    let line = LogLine::new(LogKind::typed("meeting").unwrap(), When::on(earlier), "they think about it", NOW);
    let line = LogLine { follow_up: due, ..line };
    ana.edit(|edit| Entry::log(edit, row(1), &line)).unwrap();
    assert_eq!(Card::of(&ana.document, ENTRY).unwrap().contact.next_due, due);
    ana.log(2, "research", today());
    assert_eq!(Card::of(&ana.document, ENTRY).unwrap().contact.next_due, due, "reading about them is no contact");
    ana.log(3, "call", today());
    let own = Card::of(&ana.document, ENTRY).unwrap();
    assert_eq!((own.contact.next_due, own.contact.last), (None, Some(today())));
}

#[test]
fn facts_from_a_newer_version_are_counted_and_the_rest_is_read() {
    let [mut ana, ..] = Desk::three_choirs();
    ana.rate(1, Level::Medium, &[], None).unwrap();
    let mut consent = Vec::new();
    let mut encoder = Encoder::new(&mut consent);
    encoder.map(2).unwrap().u8(0).unwrap().u8(2).unwrap().u8(1).unwrap().str("consent").unwrap();
    ana.edit(|edit| {
        edit.append(&format!("a/{}", row(2)), consent)?;
        edit.append("l/not-an-id", vec![1, 2, 3])?;
        edit.put("f/colour", Value::Text("blue".into()))?;
        Ok(edit.put("f/phone", Value::Int(5))?)
    })
    .unwrap();
    let entry = ana.entry();
    assert_eq!(entry.newer_facts, 4);
    assert_eq!(entry.oddities, ["4 facts from a newer version"]);
    assert_eq!(entry.name(), "Harbour Choir");
    assert_eq!(physical(&ana).counts, Level::Medium);
    assert_eq!(Card::of(&ana.document, ENTRY).unwrap().newer_facts, 4);
    assert!(String::from_utf8(entry_line(&entry)).unwrap().contains("l/not-an-id"));
}

#[test]
fn a_row_with_more_in_it_than_we_know_is_read_as_far_as_we_know_it() {
    let [mut ana, ..] = Desk::three_choirs();
    ana.rate(1, Level::High, &[], None).unwrap();
    let known = ana.document.appended("a/").remove(0).value;
    // One more pair at the end of the map, and a higher version.
    let mut newer = known.clone();
    assert_eq!(newer[0] & 0xe0, 0xa0, "a short map");
    newer[0] += 1;
    assert_eq!(newer[2], 1, "the version");
    newer[2] = 2;
    newer.extend([0x18, 40, 0x61, b'x']);
    ana.edit(|edit| Ok(edit.append(&format!("a/{}", row(2)), newer)?)).unwrap();
    let entry = ana.entry();
    assert_eq!(entry.risk(RiskKind::Physical).unwrap().said.len(), 2);
    assert_eq!(entry.newer_facts, 1);
}

#[test]
fn an_overwritten_or_deleted_rating_still_counts_and_is_told() {
    let [mut ana, ..] = Desk::three_choirs();
    ana.rate(1, Level::High, &[], None).unwrap();
    let key = format!("a/{}", row(1));
    assert!(ana.edit(|edit| Ok(edit.remove(&key)?)).is_err());
    assert!(ana.edit(|edit| Ok(edit.append(&key, vec![1])?)).is_err());
    assert_eq!(physical(&ana).counts, Level::High);
}

#[test]
fn what_a_stranger_wrote_cannot_steer_a_terminal() {
    let [mut ana, ..] = Desk::three_choirs();
    ana.edit(|edit| Ok(edit.put("f/name", Value::Text("Choir\u{1b}[2J\u{202e}x\ny".into()))?)).unwrap();
    assert_eq!(ana.entry().name(), "Choir\u{fffd}[2Jx y");
    let row = Card::of(&ana.document, ENTRY).unwrap();
    assert!(!row.name.contains('\u{1b}'));
}

#[test]
fn any_bytes_in_any_key_are_read_without_harm() {
    let mut document = Document::new(ActorId([9; 16]));
    let keys = ["kind", "f/name", "f/archived", "s/affiliation/x", "s/led-by/", "a/x", "l/x", "x/x", "s/campaigns/x"];
    let outcome = document.edit(ActId([1; 16]), |edit| {
        for key in keys {
            let bytes = vec![0x9f; 300];
            let _ = edit.put(key, Value::Bytes(bytes.clone()));
            let _ = edit.append(key, bytes);
        }
        Ok::<(), Rejection>(())
    });
    outcome.unwrap().unwrap();
    let entry = Entry::read(&document, ENTRY, &who);
    assert!(entry.kind.is_none() && entry.newer_facts > 0);
    assert_eq!(entry.name(), "(no name yet)");
    assert!(Card::of(&document, ENTRY).is_some());
    assert!(Map::read(&document).newer_facts > 0);
    export_lines([(ENTRY, &document)], &who);
}

#[test]
fn refusals_read_well() {
    let organisation = Kind::named("organisation").unwrap();
    let create =
        |new: &NewEntry| Desk::empty(0).edit(|edit| Entry::create(edit, new)).map_err(|refusal| refusal.to_string());
    assert_eq!(create(&NewEntry::new(organisation, " ")), Err("name is empty".into()));
    assert_eq!(
        create(&NewEntry::new(organisation, &"x".repeat(10_000))),
        Err("name has 10000 letters; 200 fit".into())
    );
    assert_eq!(
        create(&NewEntry::new(organisation, "a\u{7}b")),
        Err("name holds characters that cannot be shown".into())
    );
    assert_eq!(
        create(&NewEntry::new(organisation, "Choir").with("shoe-size", "44")),
        Err("organisation has no field called \"shoe-size\"".into())
    );
    let mut ana = Desk::three_choirs()[0].clone();
    assert_eq!(ana.edit(|edit| Entry::create(edit, &NewEntry::new(organisation, "Choir"))), Err(Rejection::Exists));
    assert_eq!(ana.edit(|edit| Entry::set(edit, "led-by", "us")), Err(Rejection::OneAtATime { field: "led-by" }));
    assert_eq!(Desk::empty(0).edit(|edit| Entry::set(edit, "phone", "1")), Err(Rejection::NoEntry));
}

#[test]
fn the_longest_notes_fit_into_the_edit_that_makes_an_entry() {
    let note = "n".repeat(crate::words::NOTE_LETTERS);
    let new =
        NewEntry::new(Kind::named("organisation").unwrap(), "Choir").with("notes", &note).with("description", &note);
    Desk::empty(0).edit(|edit| Entry::create(edit, &new)).unwrap();
    let refusal = Desk::empty(0).edit(|edit| Entry::create(edit, &new.clone().with("notes", "more"))).unwrap_err();
    assert_eq!(refusal.to_string(), "notes has 8005 letters; 8000 fit");
}

#[test]
fn a_card_can_always_be_made_anew() {
    let [mut ana, mut ben, _] = Desk::three_choirs();
    ana.rate(1, Level::High, &[], None).unwrap();
    ben.edit(|edit| Entry::set(edit, "name", "Harbor Choir")).unwrap();
    ana.edit(|edit| Entry::set(edit, "name", "Harbour Choir & Friends")).unwrap();
    ana.learn(&[&ben]);
    ben.learn(&[&ana]);
    let row = Card::of(&ana.document, ENTRY).unwrap();
    assert_eq!(Card::from_bytes(&row.to_bytes()), Some(row.clone()));
    assert_eq!(Card::of(&ben.document, ENTRY), Some(row.clone()));
    assert_eq!(row.other_names.len(), 1);
    assert_eq!(row.strictest_risk(), Level::High);
    assert_eq!(Card::from_bytes(&[]), None);
    assert_eq!(Card::from_bytes(&row.to_bytes()[..20]), None);
}

#[test]
fn a_map_has_a_name_a_community_and_campaigns() {
    let mut ana = Desk::empty(0);
    let new = NewMap { name: "Thornwick".into(), community: "From the weir to the harbour".into() };
    ana.edit(|edit| Map::create(edit, &new)).unwrap();
    ana.edit(|edit| Campaign::say(edit, row(1), "Thornwick welcomes refugees")).unwrap();
    ana.edit(|edit| Campaign::say(edit, row(2), "A step-free town centre")).unwrap();
    let map = Map::read(&ana.document);
    assert_eq!((map.name(), map.community.as_str()), ("Thornwick", "From the weir to the harbour"));
    assert_eq!(map.campaign("refug").map(|campaign| campaign.id), Some(row(1)));
    assert_eq!(map.campaign("STEP free").map(|campaign| campaign.id), Some(row(2)));
    assert_eq!(map.campaign("t"), None, "both have a word that begins so");
    assert_eq!(Card::of(&ana.document, ENTRY), None);
}

#[test]
fn an_export_is_the_same_bytes_for_ever() {
    let new = NewEntry::new(Kind::named("place").unwrap(), "Ropewalk Hall")
        .with("step-free", "yes")
        .with("notes", "Keys at the bakery.");
    let [mut ana, ..] = Desk::three(&new);
    ana.rate(1, Level::Low, &[], Some("loose step")).unwrap();
    ana.log(2, "call", today());
    let mut map = Desk::empty(0);
    map.edit(|edit| Map::create(edit, &NewMap { name: "Thornwick".into(), community: String::new() })).unwrap();
    let export = export_lines([(ENTRY, &ana.document), (EntryId([0xff; 16]), &map.document)], &who);
    let expected = concat!(
        r#"{"schema":1,"kind":"map","id":"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv","name":"Thornwick","name_differs":[],"community":"","campaigns":[],"newer_facts":0"#,
        "\n",
        r#"{"schema":1,"kind":"place","id":"tctctctctctctctctctctctctctctctc","name":"Ropewalk Hall","archived":"no","fields":{"#,
        r#""name":{"value":"Ropewalk Hall","by":{"name":"Ana","group":"Harbour","device":"device 0"},"differs":[]},"#,
        r#""notes":{"text":"Keys at the bakery."},"#,
        r#""step-free":{"value":"yes","by":{"name":"Ana","group":"Harbour","device":"device 0"},"differs":[]}},"affiliations":[],"#,
        r#""risks":[{"kind":"physical","counts":"low","mitigation":"unknown","differs":false,"open_again":false,"standing":["bcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbc"]}],"#,
        r#""positions":[],"assertions":[{"id":"bcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbc","fact":"risk","subject":"physical","value":"low","mitigation":"unknown","#,
        r#""reason":"loose step","evidence":null,"observed":{"typed":"2026-11-23","date":"2026-11-23"},"recorded_hour":498720,"source":null,"said_by":null,"#,
        r#""supersedes":[],"by":{"name":"Ana","group":"Harbour","device":"device 0"}}],"#,
        r#""log":[{"id":"bdbdbdbdbdbdbdbdbdbdbdbdbdbdbdbd","kind":"call","on":{"typed":"2026-11-23","date":"2026-11-23"},"with":null,"text":"met at the hall","#,
        r#""size":null,"follow_up":null,"source":null,"recorded_hour":498720,"by":{"name":"Ana","group":"Harbour","device":"device 0"}}],"#,
        r#""double_approaches":[],"links":[],"newer":{"facts":0,"rows":{}},"oddities":[]"#,
        "\n"
    );
    let lines = String::from_utf8(export.clone()).unwrap();
    let read_out = lines.lines().map(|line| format!("{}\n", line.split(",\"content\":").next().unwrap()));
    assert_eq!(read_out.collect::<String>(), expected);
    assert!(lines.contains(r#","content":{"f/name":["Thornwick"],"kind":["map"],"t/community":[""]}}"#), "{lines}");
    assert_eq!(digest(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(digest(&export).len(), 64);
}

fn physical(desk: &Desk) -> RiskStanding {
    desk.entry().risk(RiskKind::Physical).unwrap().clone()
}

fn place(desk: &mut Desk, id: u8, place: Place, seen: &[u8]) {
    let claim = Claim::Position { campaign: row(99), place };
    let supersedes = seen.iter().copied().map(row).collect();
    let assertion = Assertion { supersedes, ..Assertion::new(claim, When::on(today()), NOW) };
    desk.edit(|edit| Entry::assert(edit, row(id), &assertion)).unwrap();
}
