//! Stories of files from outside: registers in two formats, spreadsheets as people keep them, and files that are neither.

use allymap_document::{ActId, ActorId, Document};
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::files::refused::{ImportError, MAX_FILE_BYTES, Refused, Spot};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::affiliation::{Affiliation, Tie};
use allymap_domain::kind::field::Audience;
use allymap_domain::kind::{KINDS, Kind};
use allymap_domain::kind::{field, person};
use proptest::prelude::*;

use crate::import::plan::{Plan, plan};
use crate::import::popolo::read_popolo;
use crate::import::table::read_csv;
use crate::import::{MAX_COLUMNS, Register, read_register};
use crate::sheet::partners_csv;
use crate::tests::desk::{today, who};

/// An invented register, shaped as the real ones are: ended seats, roles beside a seat, one name in two councils, a party
/// that nobody knows, a typing error in a role, a council with a hyphen.
const CSV: &str = "\
name,start_date,end_date,executive,council,council_website,id,email,image,party,source,ward
Wilma Oakes,,,Mayor,Upper-Ebble Shire Council,http://www.upper-ebble.example,upper-ebble_shire_council/wilma_oakes,woakes@upper-ebble.example,http://www.upper-ebble.example/w.jpg,Independent,http://www.upper-ebble.example/people,
Piet Lammers,,2016-09-11,deputy mayor,Upper-Ebble Shire Council,http://www.upper-ebble.example,upper-ebble_shire_council/piet_lammers,,,,,North Ward
Dora Singh-Moll,2016-09-19,,,Upper-Ebble Shire Council,http://www.upper-ebble.example,upper-ebble_shire_council/dora_singh-moll,,,Growers “First”,,
Graham Stone,,,,City of Brackwater,http://brackwater.example,city_of_brackwater/graham_stone,gstone@brackwater.example,,Independent,,
Graham Stone,,,Deputy Major,Upper-Ebble Shire Council,http://www.upper-ebble.example,upper-ebble_shire_council/graham_stone,,,,,
";

const POPOLO: &str = r#"{
  "persons": [
    {"id": "upper-ebble_shire_council/wilma_oakes", "name": "Wilma Oakes", "email": "woakes@upper-ebble.example",
     "image": "http://www.upper-ebble.example/w.jpg", "sources": [{"url": "http://www.upper-ebble.example/people"}]},
    {"id": "upper-ebble_shire_council/piet_lammers", "name": "Piet Lammers"},
    {"id": "upper-ebble_shire_council/dora_singh-moll", "name": "Dora Singh-Moll", "birth_date": "1970-01-01"},
    {"id": "city_of_brackwater/graham_stone", "name": "Graham Stone", "email": "gstone@brackwater.example"},
    {"id": "upper-ebble_shire_council/graham_stone", "name": "Graham Stone"}
  ],
  "organizations": [
    {"id": "legislature/upper-ebble_shire_council", "name": "Upper-Ebble Shire Council", "classification": "legislature"},
    {"id": "legislature/city_of_brackwater", "name": "City of Brackwater", "classification": "legislature"},
    {"id": "party/independent", "name": "Independent", "classification": "party"},
    {"id": "party/unknown", "name": "unknown", "classification": "party"},
    {"id": "party/growers_“first”", "name": "Growers “First”", "classification": "party"}
  ],
  "memberships": [
    {"person_id": "upper-ebble_shire_council/wilma_oakes", "organization_id": "legislature/upper-ebble_shire_council", "role": "councillor", "on_behalf_of_id": "party/independent"},
    {"person_id": "upper-ebble_shire_council/wilma_oakes", "organization_id": "legislature/upper-ebble_shire_council", "role": "Mayor"},
    {"person_id": "upper-ebble_shire_council/piet_lammers", "organization_id": "legislature/upper-ebble_shire_council", "role": "councillor", "on_behalf_of_id": "party/unknown", "end_date": "2016-09-11"},
    {"person_id": "upper-ebble_shire_council/piet_lammers", "organization_id": "legislature/upper-ebble_shire_council", "role": "deputy mayor"},
    {"person_id": "upper-ebble_shire_council/dora_singh-moll", "organization_id": "legislature/upper-ebble_shire_council", "role": "councillor", "on_behalf_of_id": "party/growers_“first”", "start_date": "2016-09-19"},
    {"person_id": "city_of_brackwater/graham_stone", "organization_id": "legislature/city_of_brackwater", "role": "councillor", "on_behalf_of_id": "party/independent"},
    {"person_id": "upper-ebble_shire_council/graham_stone", "organization_id": "legislature/upper-ebble_shire_council", "role": "councillor", "on_behalf_of_id": "party/unknown"},
    {"person_id": "upper-ebble_shire_council/graham_stone", "organization_id": "legislature/upper-ebble_shire_council", "role": "Deputy Major"}
  ],
  "events": [], "areas": []
}"#;

fn reasons(register: &Register) -> Vec<(String, String)> {
    let of = |refused: &Refused| (refused.spot.to_string(), refused.reason.to_string());
    register.refused.iter().map(of).collect()
}

/// A map that one device keeps.
#[derive(Default)]
pub(super) struct Shelf(pub(super) Vec<(EntryId, Document)>);

impl Shelf {
    fn rows(&self) -> Vec<Card> {
        self.0.iter().filter_map(|(id, document)| Card::of(document, *id)).collect()
    }

    pub(super) fn plan(&self, register: &Register) -> Plan {
        plan(register, &self.rows(), Date::new(2016, 11, 2), today())
    }

    fn import(&mut self, register: &Register) -> Plan {
        let plan = self.plan(register);
        for planned in &plan.new {
            self.add(&planned.entry);
        }
        for changed in &plan.changed {
            let (_, document) = self.0.iter_mut().find(|(id, _)| *id == changed.id).unwrap();
            document.edit(ActId([2; 16]), |edit| changed.addition().write(edit)).unwrap().unwrap();
        }
        plan
    }

    pub(super) fn add(&mut self, new: &NewEntry) {
        let mut document = Document::new(ActorId([3; 16]));
        document.edit(ActId([1; 16]), |edit| Entry::create(edit, new)).unwrap().unwrap();
        self.0.push((EntryId([self.0.len() as u8 + 1; 16]), document));
    }

    pub(super) fn entry(&self, name: &str) -> Entry {
        let entries = self.0.iter().map(|(id, document)| Entry::read(document, *id, &who));
        entries.into_iter().find(|entry| entry.name() == name).unwrap()
    }
}

#[test]
fn a_register_in_either_format_says_the_same() {
    let csv = read_register(CSV.as_bytes(), "ebble.csv", None).unwrap();
    let popolo = read_register(POPOLO.as_bytes(), "ebble.popolo.json", None).unwrap();
    for register in [&csv, &popolo] {
        assert_eq!(register.rows.len(), 5 + 2, "people and councils");
        assert_eq!(register.memberships, 8);
        assert!(register.refused.is_empty());
    }
    let people = |register: &Register| {
        let mut people: Vec<_> = register
            .rows
            .iter()
            .filter(|row| row.entry.kind == &person::KIND)
            .map(|row| (row.entry.value(&field::SOURCE_ID).unwrap().to_owned(), row.entry.affiliations.clone()))
            .collect();
        people.iter_mut().for_each(|(_, seats)| seats.sort());
        people.sort();
        people
    };
    assert_eq!(people(&csv), people(&popolo));
    let unused: Vec<&str> =
        csv.columns.iter().filter(|column| column.means.is_none()).map(|column| column.header.as_str()).collect();
    assert_eq!(unused, ["image", "ward"]);
}

#[test]
fn the_same_register_again_adds_nobody_whichever_format_and_whoever_imports() {
    let csv = read_csv(CSV.as_bytes(), "ebble.csv", None).unwrap();
    let popolo = read_popolo(POPOLO.as_bytes(), "ebble.popolo.json").unwrap();
    for (first, second) in [(&csv, &popolo), (&popolo, &csv)] {
        let mut shelf = Shelf::default();
        assert_eq!(shelf.import(first).preview().new, 7);
        let other = shelf.import(second).preview();
        assert_eq!((other.new, other.unclear, other.refused), (0, 0, 0));
        for register in [first, second, first] {
            let again = shelf.plan(register).preview();
            assert_eq!((again.new, again.same, again.changed, again.unclear), (0, 7, 0, 0));
        }
        assert_eq!(shelf.0.len(), 7);
        // The table alone knows the councils' websites.
        assert_eq!(shelf.entry("City of Brackwater").value(&field::WEBSITE), Some("http://brackwater.example"));
    }
}

#[test]
fn a_table_of_ours_and_the_register_it_came_from_do_not_double_a_seat() {
    let register = read_popolo(POPOLO.as_bytes(), "ebble.json").unwrap();
    let mut first = Shelf::default();
    first.import(&register);
    let entries: Vec<Entry> = first.0.iter().map(|(id, document)| Entry::read(document, *id, &who)).collect();
    let table = read_csv(&partners_csv(&entries, Audience::Staff, false), "ours.csv", None).unwrap();
    assert_eq!(first.plan(&table).same.len(), 7);
    let mut second = Shelf::default();
    second.import(&table);
    assert_eq!(second.plan(&register).same.len(), 7);
}

#[test]
fn a_renamed_copy_of_a_numbered_table_adds_nobody_unasked() {
    let table = "id,name,phone\n1,Wilma Oakes,02 5550 1001\n2,Piet Lammers,02 5550 1002\n";
    let mut shelf = Shelf::default();
    shelf.import(&read_csv(table.as_bytes(), "reg.csv", None).unwrap());
    let copy = read_csv(table.as_bytes(), "reg (1).csv", None).unwrap();
    let planned = plan(&copy, &shelf.rows(), None, today());
    assert_eq!(planned.preview().new, 0, "{:?}", planned.preview());
    assert_eq!(planned.preview().unclear + planned.preview().same, 2);
}

#[test]
fn everything_that_came_from_a_file_names_it_and_its_date() {
    let mut shelf = Shelf::default();
    shelf.import(&read_csv(CSV.as_bytes(), "folder/ebble.csv", None).unwrap());
    let wilma = shelf.entry("Wilma Oakes");
    let sources: Vec<&str> =
        wilma.field(&field::SOURCE).unwrap().values.iter().map(|said| said.value.as_str()).collect();
    assert_eq!(sources, ["ebble.csv (2016-11-02)", "http://www.upper-ebble.example/people"]);
    assert!(wilma.affiliations.iter().all(|(seat, _)| seat.source.as_deref() == Some("ebble.csv (2016-11-02)")));
    assert_eq!(wilma.value(&person::BASIS), Some("public-role"));
    assert_eq!(wilma.value(&person::ROLE), Some("Mayor"));
    let parties: Vec<&str> = wilma
        .affiliations
        .iter()
        .filter(|(seat, _)| seat.tie == Tie::Party)
        .map(|(seat, _)| seat.organisation.as_str())
        .collect();
    assert_eq!(parties, ["Independent"]);
}

#[test]
fn a_seat_that_has_ended_is_kept_with_its_end_and_is_no_role_of_today() {
    for register in
        [read_csv(CSV.as_bytes(), "ebble.csv", None).unwrap(), read_popolo(POPOLO.as_bytes(), "ebble.json").unwrap()]
    {
        let mut shelf = Shelf::default();
        shelf.import(&register);
        let piet = shelf.entry("Piet Lammers");
        assert_eq!(piet.value(&person::ROLE), None);
        let seats: Vec<&str> =
            piet.field(&field::AFFILIATION).unwrap().values.iter().map(|said| said.value.as_str()).collect();
        assert_eq!(
            seats,
            [
                "councillor, Upper-Ebble Shire Council (until 2016-09-11)",
                // The register gives this role no end, but it was held in a seat that ended.
                "deputy mayor, Upper-Ebble Shire Council (until 2016-09-11)",
            ]
        );
        assert_eq!(shelf.entry("Dora Singh-Moll").affiliations[0].0.since.unwrap().to_string(), "2016-09-19");
    }
}

#[test]
fn an_end_that_a_later_register_knows_is_added_and_corrections_by_people_stay() {
    let mut shelf = Shelf::default();
    shelf.import(&read_csv(CSV.as_bytes(), "ebble.csv", None).unwrap());
    let (_, wilma) = shelf.0.iter_mut().find(|(id, _)| *id == EntryId([1; 16])).unwrap();
    wilma.edit(ActId([5; 16]), |edit| Entry::set(edit, "email", "wilma@home.example")).unwrap().unwrap();
    let later = CSV.replace("Wilma Oakes,,,Mayor", "Wilma Oakes,,2020-01-31,Mayor");
    let plan = shelf.import(&read_csv(later.as_bytes(), "ebble-2020.csv", None).unwrap());
    assert_eq!((plan.new.len(), plan.same.len(), plan.changed.len()), (0, 6, 1));
    assert_eq!(plan.changed[0].changes.len(), 2);
    assert_eq!(plan.changed[0].kept.len(), 1);
    let wilma = shelf.entry("Wilma Oakes");
    assert_eq!(wilma.value(&field::EMAIL), Some("wilma@home.example"));
    assert!(
        wilma.affiliations.iter().filter(|(seat, _)| seat.tie == Tie::Member).all(|(seat, _)| seat.until.is_some())
    );
    assert_eq!(shelf.plan(&read_csv(later.as_bytes(), "ebble-2020.csv", None).unwrap()).changed, []);
}

#[test]
fn the_same_name_without_an_id_is_offered_and_never_merged() {
    let mut shelf = Shelf::default();
    shelf.import(&read_csv(b"name,phone\nThe Ropewalk Choir,02 5550 1008\n", "a.csv", None).unwrap());
    let plan = shelf.plan(&read_csv(b"Org,Email\nropewalk choir,sing@choir.example\n", "b.csv", None).unwrap());
    assert_eq!((plan.new.len(), plan.unclear.len()), (0, 1));
    assert_eq!(plan.unclear[0].near, [EntryId([1; 16])]);
    let left = String::from_utf8(plan.not_imported()).unwrap();
    assert_eq!(
        left,
        "reason,line,Org,Email\r\n\"it may be on the map already, under this or a near name\",2,ropewalk choir,sing@choir.example\r\n"
    );
    // A row that says nothing new is the entry.
    let again = shelf.plan(&read_csv(b"name\nThe Ropewalk Choir\n", "b.csv", None).unwrap());
    assert_eq!(again.same, [EntryId([1; 16])]);
    // Another with an address of theirs may be them as well.
    let phone = shelf.plan(&read_csv(b"name,ph\nSingers,(02) 5550-1008\n", "b.csv", None).unwrap());
    assert_eq!(phone.unclear.len(), 1);
}

#[test]
fn tables_are_read_in_the_encodings_and_with_the_delimiters_that_people_have() {
    let text = "Organisation;Ph;Category;Anything else\r\n\"Café Zoë; Bar\";02 5550 1;c;x\r\n";
    let utf16 = |big: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let windows: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let cases: [(Vec<u8>, &str, usize); 7] = [
        (text.as_bytes().to_vec(), "semicolon, UTF-8", 0),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "semicolon, UTF-8", 0),
        ([&b"\xff\xfe"[..], &utf16(false)].concat(), "semicolon, UTF-16LE", 0),
        ([&b"\xfe\xff"[..], &utf16(true)].concat(), "semicolon, UTF-16BE", 0),
        (utf16(false), "semicolon, UTF-16LE", 0),
        (windows, "semicolon, Windows-1252", 1),
        (text.replace(';', "\t").into_bytes(), "tab, UTF-8", 0),
    ];
    for (bytes, form, warnings) in cases {
        let register = read_csv(&bytes, "cafe.csv", None).unwrap();
        assert_eq!((register.form.as_str(), register.warnings.len()), (form, warnings));
        let name = register.rows[0].entry.name();
        assert!(name == "Café Zoë; Bar" || name == "Café Zoë Bar" || name.starts_with("Café Zoë"), "{form}: {name}");
        assert_eq!(register.rows[0].entry.value(&field::CATEGORY), Some("c"));
        assert_eq!(register.rows[0].entry.kind.name, "organisation");
    }
}

#[test]
fn headers_are_matched_by_the_words_people_use_and_titles_above_them_are_left_out() {
    let csv = "Contacts 2024\n\nFirst name,Surname,Organisation,Job title,Mobile,E-mail,From,To\n\
               Ida,Brandt,Harbour Choir,conductor,0400 000 001,ida@choir.example,1/2/2019,3.4.2020\n";
    let register = read_csv(csv.as_bytes(), "contacts.csv", None).unwrap();
    assert_eq!(register.warnings.len(), 1);
    let ida = &register.rows[0].entry;
    assert_eq!((ida.kind.name, ida.name(), ida.value(&field::PHONE)), ("person", "Ida Brandt", Some("0400 000 001")));
    assert_eq!(
        ida.affiliations[0].to_string(),
        "conductor, Harbour Choir (since 2019-02-01, until 2020-04-03)",
        "the day comes before the month"
    );
}

#[test]
fn rows_are_of_the_kind_that_a_column_says_or_the_person_who_imports() {
    let csv = "name,kind\nEast Hall,hall\nWest School,institution\nHarbour Choir,dragon\n";
    let register = read_csv(csv.as_bytes(), "k.csv", None).unwrap();
    let kinds: Vec<_> = register.rows.iter().map(|row| (row.entry.kind.name, row.entry.value(&field::TYPE))).collect();
    assert_eq!(kinds, [("place", Some("hall")), ("institution", None)]);
    assert!(register.refused[0].reason.to_string().contains("dragon"));
    let places = read_csv(b"name\nEast Hall\n", "k.csv", Kind::named("place")).unwrap();
    assert_eq!(places.rows[0].entry.kind.name, "place");
}

#[test]
fn a_broken_row_is_reported_with_its_line_and_the_others_go_on() {
    let long = "y".repeat(300 << 10);
    let csv = format!(
        "name,email,notes\nA,a@a.example,\ntoo,few\nB,b@b.example,,surplus\n,c@c.example,\nD\u{0}D,,\nE,{long},\n{name},,\n\n,,\nF,not an address,hello\nA,,\n",
        name = "n".repeat(10_000)
    );
    let register = read_csv(csv.as_bytes(), "broken.csv", None).unwrap();
    assert_eq!(
        reasons(&register),
        [
            ("line 3".to_owned(), "it has 2 cells and the first line has 3".to_owned()),
            ("line 4".to_owned(), "it has 4 cells and the first line has 3".to_owned()),
            ("line 5".to_owned(), "it has no name".to_owned()),
            ("line 6".to_owned(), "name holds characters that cannot be shown".to_owned()),
            ("line 7".to_owned(), "it is longer than 256 KB".to_owned()),
            ("line 8".to_owned(), "name has 10000 letters; 200 fit".to_owned()),
            ("line 12".to_owned(), "line 2 has the same name, and neither has an id".to_owned()),
        ]
    );
    let names: Vec<&str> = register.rows.iter().map(|row| row.entry.name()).collect();
    assert_eq!(names, ["A", "F"]);
    assert_eq!(register.blank, 1);
    // What does not fit its field is not lost.
    assert!(register.rows[1].entry.fields.contains(&("notes".to_owned(), "E-mail: not an address".to_owned())));
    assert_eq!(register.rows[1].entry.value(&field::NOTES), Some("hello"));
}

#[test]
fn a_quotation_mark_that_is_not_closed_takes_one_row_and_no_other() {
    let tail: String = (0..1_000).map(|number| format!("Choir {number},02 5550,\"note, {number}\"\n")).collect();
    for (broken, line) in [
        ("A,\"02 5550,x\n", 2),
        ("A,02 5550,\"x\n", 2),
        ("\"A,02 5550,x\nB,\"02 5551\",y\n", 2),
        ("A,\"02 5550,x\nB,02 5551,y\"\n", 2),
    ] {
        let csv = format!("name,phone,notes\n{broken}{tail}");
        let register = read_csv(csv.as_bytes(), "q.csv", None).unwrap();
        assert_eq!(reasons(&register), [(format!("line {line}"), "a quotation mark in it is not closed".to_owned())]);
        let others = broken.matches("B,").count();
        assert_eq!(register.rows.len(), 1_000 + others, "{broken}");
        assert_eq!(register.rows[others].entry.value(&field::NOTES), Some("note, 0"));
        assert_eq!(register.rows[others].spot, Spot::Line(line + 1 + others as u64));
    }
    // A cell may have lines, and a row of such cells that has one too few stays one row.
    let csv = "name,phone,notes\nA,1,\"two\nlines\"\nB,\"two\nlines\"\nC,1,x\n";
    let register = read_csv(csv.as_bytes(), "q.csv", None).unwrap();
    assert_eq!(register.rows.iter().map(|row| row.entry.name()).collect::<Vec<_>>(), ["A", "C"]);
    assert_eq!(reasons(&register), [("line 4".to_owned(), "it has 2 cells and the first line has 3".to_owned())]);
}

#[test]
fn a_row_of_ten_thousand_cells_or_of_four_megabytes_costs_itself_alone() {
    let csv = format!("name,phone\nA,{}\nB,1\n{}\nD,2\n", ",".repeat(10_000), "9".repeat(4 << 20));
    let register = read_csv(csv.as_bytes(), "wide.csv", None).unwrap();
    assert_eq!(
        reasons(&register),
        [
            ("line 2".to_owned(), "it has 10002 cells and the first line has 2".to_owned()),
            ("line 4".to_owned(), "it is longer than 256 KB".to_owned()),
        ]
    );
    assert_eq!(register.rows.len(), 2);
}

#[test]
fn what_does_not_fit_is_kept_as_typed_and_listed_in_the_report() {
    let csv = "name,organisation,email,from,to\nIda,Choir,ida.example,32 nov 2019,1/2/2020\nPim,Choir,,1/2/2019,\n";
    let mut shelf = Shelf::default();
    let register = read_csv(csv.as_bytes(), "c.csv", None).unwrap();
    assert!(register.refused.is_empty());
    let plan = shelf.import(&register);
    assert_eq!(plan.new.len(), 2);
    let ida = shelf.entry("Ida");
    assert_eq!(ida.value(&field::NOTES), Some("since: 32 nov 2019\nE-mail: ida.example"));
    assert_eq!(ida.value(&field::AFFILIATION), Some("Choir (until 2020-02-01)"));
    let report = String::from_utf8(plan.not_imported()).unwrap();
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 3, "{report}");
    assert!(lines[1].starts_with("\"taken, but \"\"32 nov 2019\"\" does not fit as since"), "{report}");
    assert!(lines[2].contains("ida.example") && lines[2].contains("in the notes as it was typed"), "{report}");
    // Some kinds belong to nobody.
    let segment = read_csv(b"name,kind,affiliation\nCommuters,segment,Rail Club\n", "s.csv", None).unwrap();
    assert_eq!(segment.rows[0].entry.value(&field::NOTES), Some("affiliation: Rail Club"));
    // The same again adds nothing, and still says so.
    let again = shelf.plan(&register);
    assert_eq!((again.new.len(), again.changed.len(), again.remarks.len()), (0, 0, 2));
}

#[test]
fn files_that_are_no_tables_are_refused_in_words() {
    let refusal = |bytes: &[u8]| read_register(bytes, "x", None).map(|_| ()).unwrap_err().to_string();
    assert_eq!(refusal(b""), "the file is empty");
    assert_eq!(refusal(b" \n\n"), "the file is empty");
    assert_eq!(refusal(&[0; 5_000]), "this is not a text file");
    assert_eq!(refusal(b"\x7fELF\x02\x01\x01\xff\xfe\x80junk"), "this is not a text file");
    assert!(refusal(b"PK\x03\x04\x14\x00").contains("save it as CSV first"));
    assert!(refusal(b"\xd0\xcf\x11\xe0\xa1").contains("save it as CSV first"));
    assert!(refusal(b"%PDF-1.7 name,phone").contains("PDF"));
    assert!(
        refusal(b"phone;street\n1;2\n")
            .starts_with("no column of the file holds names (the first line reads: phone, street)")
    );
    assert_eq!(refusal(b"name,\"phone\nA,1\n"), "line 1 names the columns, and a quotation mark in it is not closed");
    assert_eq!(
        refusal(format!("name{}\n", ",x".repeat(10_000)).as_bytes()),
        "line 1 has 10001 columns; 500 can be read"
    );
    let one_line = "z".repeat(MAX_FILE_BYTES);
    assert_eq!(refusal(one_line.as_bytes()), "line 1 is longer than 256 KB; this is hardly a table");
    assert_eq!(
        refusal(&vec![b'x'; 100 << 20]),
        "the file has 100 MB; up to 32 MB can be read, so bring it in in parts"
    );
    assert!(matches!(
        read_csv(format!("name{}", ",".repeat(MAX_COLUMNS)).as_bytes(), "x", None),
        Err(ImportError::TooManyColumns { .. })
    ));
}

#[test]
fn json_that_is_no_register_is_refused_and_broken_items_are_reported() {
    let refusal = |text: &str| read_register(text.as_bytes(), "x.json", None).map(|_| ()).unwrap_err();
    assert!(matches!(refusal("{\"persons\": NaN}"), ImportError::NotJson(_)));
    assert!(matches!(refusal("{\"persons\": [{}"), ImportError::NotJson(_)));
    assert!(matches!(refusal(&format!("{{\"persons\": {}", "[".repeat(50))), ImportError::NotJson(_)));
    let bomb = format!("{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    for bomb in [format!("{{\"persons\": [{bomb}]}}"), format!("{{\"x\": {bomb}, \"persons\": []}}"), bomb] {
        assert_eq!(refusal(&bomb).to_string(), "it holds lists in lists, more than 64 deep, as no register does");
    }
    assert!(matches!(refusal("[]"), ImportError::NotPopolo));
    assert!(matches!(refusal("[[], [], []]"), ImportError::NotPopolo));
    assert!(matches!(refusal("{\"people\": []}"), ImportError::NotPopolo));
    assert!(matches!(refusal("{\"persons\": 5}"), ImportError::NotPopolo));
    assert!(refusal("{\"a\": 1e}").to_string().contains("line 1"));

    let text = r#"{"persons": [{"id": 5, "name": "X"}, {"id": "p/1", "name": "Ida Brandt"}, {"id": "p/1", "name": "Ida Twice"}, {"name": "No Id"}],
        "organizations": [{"id": "o/1", "name": "Harbour Choir", "classification": "choir"}, null],
        "memberships": [{"person_id": "p/1", "organization_id": "o/1", "start_date": "2019", "end_date": "2020-02"},
            {"person_id": "p/9", "organization_id": "o/1"}, {"person_id": "p/1", "organization_id": "o/9"},
            {"person_id": "p/1", "organization_id": "o/1", "end_date": "2020-31-12"}, 7]}"#;
    let register = read_popolo(text.as_bytes(), "x.json").unwrap();
    let kinds: Vec<(&str, &str)> = register.rows.iter().map(|row| (row.entry.kind.name, row.entry.name())).collect();
    assert_eq!(kinds, [("person", "Ida Brandt"), ("organisation", "Harbour Choir")]);
    assert_eq!(
        register.rows[0].entry.affiliations[0].to_string(),
        "Harbour Choir (since 2019-01-01, until 2020-02-29)"
    );
    assert_eq!(register.memberships, 2);
    assert_eq!(register.rows[0].entry.value(&field::NOTES), Some("until: 2020-31-12"));
    assert_eq!(register.rows[0].remarks.len(), 1);
    let of = |list: &str, number: u64, reason: &str| (format!("number {number} of {list}"), reason.to_owned());
    assert_eq!(
        reasons(&register),
        [
            of("memberships", 2, "it names a person who is not in the file"),
            of("memberships", 3, "it names an organisation that is not in the file"),
            of("memberships", 5, "it is not in the form that Popolo describes"),
            of("organizations", 2, "it is not in the form that Popolo describes"),
            of("persons", 1, "its id is not in the form that Popolo describes"),
            of("persons", 3, "number 2 of persons has the same id"),
            of("persons", 4, "it has no id"),
        ]
    );
}

#[test]
fn nothing_is_as_if_it_were_missing_and_what_is_wrong_in_an_object_costs_no_other() {
    let text = r#"{"events": null, "memberships": null,
        "persons": [
            {"id": "p/1", "name": "Ida Brandt", "email": null, "contact_details": null, "links": null, "sources": [null],
             "identifiers": null, "birth_date": 1e999, "image": {"deep": [1e-999999, 1e+400]}},
            {"id": "p/2", "name": "Pim Vos", "contact_details": [null, {"type": null, "value": "x"}, {"type": "phone", "value": null},
                {"type": "voice", "value": "02 5550 1"}], "links": [{"url": null}, {"url": "https://pim.example"}]},
            {"id": "p/3", "name": "Lia Moor", "email": 1e999},
            {"id": "p/4", "name": "Jo Hart", "links": [{"url": 7}]},
            {"id": "p/5", "name": null}],
        "organizations": [{"id": "o/1", "name": "Harbour Choir", "classification": null}, {"id": "o/2", "name": 1e999}]}"#;
    let register = read_register(text.as_bytes(), "x.json", None).unwrap();
    let names: Vec<&str> = register.rows.iter().map(|row| row.entry.name()).collect();
    assert_eq!(names, ["Ida Brandt", "Pim Vos", "Harbour Choir"]);
    assert_eq!(register.rows[1].entry.value(&field::PHONE), Some("02 5550 1"));
    assert_eq!(register.rows[1].entry.value(&field::WEBSITE), Some("https://pim.example"));
    let refused: Vec<String> = register
        .refused
        .iter()
        .map(|refused| format!("{} ({}): {}", refused.spot, refused.name, refused.reason))
        .collect();
    assert_eq!(
        refused,
        [
            "number 2 of organizations (o/2): its name is not in the form that Popolo describes",
            "number 3 of persons (Lia Moor): its email is not in the form that Popolo describes",
            "number 4 of persons (Jo Hart): its url is not in the form that Popolo describes",
            "number 5 of persons (p/5): it has no name",
        ]
    );
    let null = read_register(br#"{"persons": null, "organizations": null}"#, "x.json", None);
    assert!(matches!(null, Err(ImportError::NotPopolo)));
}

/// Text of the letters that have a meaning in tables, affiliations and formulas.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "Choir",
        "é",
        ", ",
        "; ",
        ",",
        ";",
        "\"",
        "\"\"",
        " ",
        "(",
        ")",
        "'",
        "=",
        "+",
        "-",
        "@",
        "party: ",
        "\\",
        "12",
        " (since 2012-01-01)",
        "(until 2016-09-10)",
        "since ",
        "\"; \"",
        ": ",
        "|",
        "\u{200d}",
        "\u{ff1d}",
        "none",
        "unknown",
    ]);
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn nasty_affiliation() -> impl Strategy<Value = Affiliation> {
    let day = prop::option::of((0..20_000u64).prop_map(|day| Date::of_ms(day * 86_400_000)));
    let role = prop::option::of(nasty());
    (any::<bool>(), nasty(), role, day.clone(), day).prop_map(|(party, organisation, role, since, until)| {
        let tie = if party { Tie::Party } else { Tie::Member };
        Affiliation { tie, role, since, until, ..Affiliation::member_of(organisation) }
    })
}

fn nasty_entry() -> impl Strategy<Value = NewEntry> {
    let set = || prop::collection::vec(nasty(), 0..3);
    let affiliations = prop::collection::vec(nasty_affiliation(), 0..3);
    let kind = prop::sample::select(KINDS.to_vec());
    (kind, nasty(), nasty(), nasty(), set(), set(), affiliations).prop_map(
        |(kind, name, line, second_line, first, second, affiliations)| {
            let affiliations = if kind.own(&field::AFFILIATION).is_some() { affiliations } else { Vec::new() };
            let mut entry = NewEntry { affiliations, ..NewEntry::new(kind, &name) };
            let notes = format!("{line}\n{second_line}\tx");
            let values = [("held-by", &line), ("phone", &line), ("notes", &notes), ("address", &second_line)];
            let sets = first.iter().map(|value| ("source", value)).chain(second.iter().map(|value| ("led-by", value)));
            let ids = second.iter().map(|value| ("source-id", value));
            for (field, value) in values.into_iter().chain(sets).chain(ids) {
                let fits =
                    kind.field(field).is_some_and(|field| field.clean(value).is_ok_and(|value| !value.is_empty()));
                if fits {
                    entry = entry.with(field, value);
                }
            }
            entry
        },
    )
}

/// What an entry says, as one reads it.
fn said(entry: &Entry) -> Vec<(&'static str, Vec<String>)> {
    let values =
        |field: &allymap_domain::kind::value::FieldValue| field.values.iter().map(|said| said.value.clone()).collect();
    entry.fields.iter().map(|field| (field.field.name, values(field))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_table_of_ours_makes_the_same_entries_on_an_empty_map(new in prop::collection::vec(nasty_entry(), 1..4)) {
        let mut first = Shelf::default();
        for new in &new {
            let fits = new.affiliations.iter().all(|own| own.clone().clean().is_ok())
                && new.kind.own(&field::NAME).unwrap().clean(new.name()).is_ok();
            prop_assume!(fits);
            first.add(new);
        }
        let entries: Vec<Entry> = first.0.iter().map(|(id, document)| Entry::read(document, *id, &who)).collect();
        let csv = partners_csv(&entries, Audience::Staff, false);
        let register = read_csv(&csv, "back.csv", None).unwrap();
        prop_assert_eq!(&reasons(&register), &[]);
        let again = first.plan(&register);
        prop_assert_eq!((again.same.len(), again.changed), (entries.len(), vec![]));

        let mut second = Shelf::default();
        let plan = second.plan(&register);
        prop_assert_eq!(plan.new.len(), entries.len());
        for planned in &plan.new {
            second.add(&planned.entry);
        }
        for (entry, (id, document)) in entries.iter().zip(&second.0) {
            let mut back = said(&Entry::read(document, *id, &who));
            for (_, sources) in back.iter_mut().filter(|(field, _)| *field == "source") {
                sources.retain(|source| source != "back.csv (2016-11-02)");
            }
            back.retain(|(_, values)| !values.is_empty());
            prop_assert_eq!(said(entry), back);
        }
    }
}

#[test]
fn reading_any_bytes_neither_panics_nor_takes_long() {
    let mut seed = 7u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    for _ in 0..300 {
        let mut bytes = if next() % 2 == 0 { CSV.as_bytes().to_vec() } else { POPOLO.as_bytes().to_vec() };
        for _ in 0..=next() % 12 {
            let at = next() % bytes.len();
            match next() % 4 {
                0 => bytes[at] = next() as u8,
                1 => bytes.truncate(at + 1),
                2 => bytes.insert(at, [b'"', b',', b'\n', 0, b'{', 0xff][next() % 6]),
                _ => drop(bytes.drain(at..(at + next() % 40).min(bytes.len()))),
            }
            if bytes.is_empty() {
                bytes.push(b'x');
            }
        }
        for read in [read_register(&bytes, "x", None), read_popolo(&bytes, "x"), read_csv(&bytes, "x", None)]
            .into_iter()
            .flatten()
        {
            plan(&read, &[], None, today()).not_imported();
        }
    }
}
