//! Tables for a spreadsheet: what comes back, who may see what, and that nothing in them runs.

use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::kind::field::Audience;
use allymap_domain::kind::{Kind, field};

use crate::import::table::read_csv;
use crate::sheet::partners_csv;
use crate::tests::desk::who;
use crate::tests::files::Shelf;

#[test]
fn a_table_that_we_wrote_comes_back_unchanged_and_runs_no_formula() {
    let organisation = Kind::named("organisation").unwrap();
    let mut shelf = Shelf::default();
    shelf.add(
        &NewEntry::new(organisation, "=cmd|' /C calc'!A0")
            .with("phone", "+61 2 5550 1234")
            .with("led-by", "youth")
            .with("led-by", "disability")
            .with("notes", "two\nlines, \"quoted\""),
    );
    shelf.add(&NewEntry::new(organisation, "''=two").with("email", "'@'@x"));
    shelf.add(
        &NewEntry::new(Kind::named("person").unwrap(), "Ida Brandt")
            .with("affiliation", "conductor, Harbour Choir")
            .with("basis", "public-figure"),
    );
    let entries: Vec<Entry> = shelf.0.iter().map(|(id, document)| Entry::read(document, *id, &who)).collect();
    let csv = partners_csv(&entries, Audience::Group, false);
    let text = String::from_utf8(csv.clone()).unwrap();
    assert!(text.contains("'=cmd|") && text.contains("'+61") && text.contains("disability; youth"), "{text}");
    assert!(text.lines().next().unwrap().starts_with("allymap_id,kind,name,"));
    let register = read_csv(&csv, "back.csv", None).unwrap();
    assert!(register.refused.is_empty(), "{:?}", register.refused[0].reason);
    assert_eq!(register.rows[0].entry.name(), "=cmd|' /C calc'!A0");
    assert_eq!(register.rows[1].entry.name(), "''=two");
    assert_eq!(register.rows[1].entry.value(&field::EMAIL), Some("'@'@x"));
    assert_eq!(shelf.plan(&register).same.len(), 3);

    let public = String::from_utf8(partners_csv(&entries, Audience::Public, false)).unwrap();
    assert!(!public.lines().next().unwrap().contains("phone"), "{public}");
    assert!(!public.contains("5550") && !public.contains("quoted") && public.contains("Ida Brandt"));
    shelf.add(&NewEntry::new(Kind::named("person").unwrap(), "Pim Vos").with("basis", "willing-contact"));
    let neighbour = [shelf.entry("Pim Vos")];
    assert!(!String::from_utf8(partners_csv(&neighbour, Audience::Partner, false)).unwrap().contains("Pim Vos"));
    assert!(String::from_utf8(partners_csv(&neighbour, Audience::Group, false)).unwrap().contains("Pim Vos"));
}

/// Finding 22 of the review: what needs no quoting in a comma file is a cell of its own where `;` divides cells.
#[test]
fn no_cell_begins_a_formula_whatever_divides_the_cells() {
    let organisation = Kind::named("organisation").unwrap();
    let mut shelf = Shelf::default();
    for (number, text) in [
        "x;=cmd|' /C calc'!A0;",
        "x; +1",
        "x,@sum",
        "x\t-2",
        "x|=1",
        "two\n=1",
        "x;\"=1",
        "x; \" '=1",
        "\u{ff1d}1",
        "x;''=1",
    ]
    .into_iter()
    .enumerate()
    {
        shelf.add(&NewEntry::new(organisation, &format!("Group {number}")).with("notes", text));
    }
    let entries: Vec<Entry> = shelf.0.iter().map(|(id, document)| Entry::read(document, *id, &who)).collect();
    let csv = partners_csv(&entries, Audience::Group, false);
    for divider in [b',', b';', b'\t', b'|'] {
        // As strictly as the standard has it, and as carelessly as anybody could.
        for quoting in [true, false] {
            let mut reader = csv::ReaderBuilder::new();
            reader.delimiter(divider).quoting(quoting).flexible(true).has_headers(false);
            for record in reader.from_reader(&csv[..]).records() {
                for cell in record.unwrap().iter() {
                    let seen = cell.trim_start_matches([' ', '"']);
                    assert!(!seen.starts_with(['=', '+', '-', '@', '\u{ff1d}']), "{divider}: {cell:?}");
                }
            }
        }
    }
    let register = read_csv(&csv, "back.csv", None).unwrap();
    assert_eq!(shelf.plan(&register).same.len(), 10);
}
