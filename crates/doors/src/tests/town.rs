//! The invented town as a table, out and in.

use allymap_document::{ActId, ActorId, Document};
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::ids::EntryId;
use allymap_domain::town::demo_town;

use crate::import::plan::plan;
use crate::import::table::read_csv;
use crate::sheet;

#[test]
fn the_town_as_a_table_comes_back_whole_and_only_once() {
    let today = Date::new(2026, 11, 23).unwrap();
    let register = read_csv(&sheet::write(demo_town().table(), false), "town.csv", None).unwrap();
    assert!(register.refused.is_empty(), "{:?}", register.refused);
    let first = plan(&register, &[], Some(today), today);
    assert_eq!(first.new.len(), demo_town().entries.len());
    let mut rows = Vec::new();
    for (number, planned) in first.new.iter().enumerate() {
        let mut document = Document::new(ActorId([7; 16]));
        document.edit(ActId([7; 16]), |edit| Entry::create(edit, &planned.entry)).unwrap().unwrap();
        rows.extend(Card::of(&document, EntryId([number as u8; 16])));
    }
    let again = plan(&register, &rows, Some(today), today).preview();
    assert_eq!((again.new, again.same, again.changed, again.unclear), (0, rows.len(), 0, 0));
}
