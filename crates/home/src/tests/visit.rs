//! What a visit leaves behind, and what two homes over one folder see of each other.

use allymap_seal::Label;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::computer::folders::Folders;
use crate::computer::keys::Keys;
use crate::computer::surroundings::{Chance, Surroundings};
use crate::maps::founded::{self, Founding, Me};
use crate::together::lines::Unprotected;
use crate::{Discreet, Heard, Home, Request, Trouble, Visit, status, trouble};
use allymap_document::Edit;
use allymap_domain::date::Date;
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::kind::Kind;

/// Everything is told: a clock that stands, and numbers in place of chance.
fn around() -> Surroundings {
    let counter = |seed: u64| {
        let drawn = AtomicU64::new(seed);
        Arc::new(move |bytes: &mut [u8]| {
            for chunk in bytes.chunks_mut(8) {
                let number = drawn.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
            }
        })
    };
    Surroundings {
        clock: Arc::new(|| 1_767_225_600_000),
        calendar: Arc::new(|| Date::new(2026, 1, 1).unwrap()),
        ids: counter(1),
        chance: Chance(counter(2)),
        machine: Arc::from(*b"a test"),
        patience: Duration::ZERO,
    }
}

fn home(folder: &Path) -> Home {
    Home::at(Folders::at(folder), around())
}

/// A home with a map in it, behind this passphrase or behind none.
fn founded(folder: &Path, passphrase: Option<&str>) -> Home {
    let mut home = home(folder);
    home.make(passphrase).unwrap();
    let me = Me::called("Ana", "Harbour").unwrap();
    let founding = Founding { map: Label::typed("Kill Town").unwrap(), me, relay: None };
    visit(&mut home, "new", |v| founded::found(v, &founding)).unwrap();
    home
}

/// One visit, from its beginning to its end.
fn visit<T>(home: &mut Home, program: &str, act: impl FnOnce(&mut Visit<'_>) -> T) -> T {
    of_day(home, None, program, act)
}

fn of_day<T>(home: &mut Home, day: Option<Date>, program: &str, act: impl FnOnce(&mut Visit<'_>) -> T) -> T {
    let mut heard = |_: Heard| {};
    let (said, hidden, unprotected) = (String::new(), Discreet::default(), Unprotected::Nearby);
    let program = program.to_owned();
    let mut v = home.visit(Request { map: None, day, said, program, hidden, unprotected, heard: &mut heard });
    act(&mut v)
}

/// Lays an entry over the rows and keeps nothing yet.
fn add(v: &mut Visit<'_>, name: &str) -> Result<(), Trouble> {
    let kind = Kind::named("organisation").expect("there are organisations");
    let (id, new) = (v.fresh_entry(), NewEntry::new(kind, name));
    v.edit_entry(id, |edit: &mut Edit<'_>| Entry::create(edit, &new))??;
    Ok(())
}

fn names(home: &mut Home) -> Vec<String> {
    visit(home, "partner list", |v| v.cards().unwrap().iter().map(|card| card.name.clone()).collect())
}

#[test]
fn a_visit_that_fails_half_way_leaves_nothing_for_the_next_one_to_keep() {
    let folder = tempfile::tempdir().unwrap();
    let mut home = founded(folder.path(), None);
    let failed = visit(&mut home, "partner add", |v| {
        add(v, "Choir")?;
        v.find("Nobody of this name")
    });
    assert!(matches!(failed, Err(Trouble::Which(trouble::Which::None { .. }))), "{failed:?}");
    visit(&mut home, "partner add", |v| add(v, "Kiln").and_then(|()| v.commit())).unwrap();
    assert_eq!(names(&mut home), ["Kiln"]);
    let fresh = Home::at(Folders::at(folder.path()), around());
    assert_eq!(names(&mut { fresh }), ["Kiln"], "nor for whoever comes later");
}

#[test]
fn what_was_written_half_way_can_be_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut home = founded(folder.path(), None);
    let lost = visit(&mut home, "partner add", |v| add(v, "Choir"));
    lost.unwrap();
    for name in ["Choir", "Kiln"] {
        visit(&mut home, "partner add", |v| add(v, name).and_then(|()| v.commit())).unwrap();
    }
    let status = visit(&mut home, "status", status::of).unwrap();
    assert_eq!((status.entries, status.entries_kept_here), (2, 2));
    assert_eq!(names(&mut home), ["Choir", "Kiln"]);
}

#[test]
fn two_homes_over_one_folder_meet_at_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (founded(folder.path(), None), home(folder.path()));
    visit(&mut one, "allymap partner add", |v| {
        add(v, "Choir").unwrap();
        let met = visit(&mut other, "allymap status", status::of);
        let Err(Trouble::Store(trouble::Store::Busy { holder: Some(holder) })) = met else { panic!("{met:?}") };
        assert!(holder.starts_with("allymap partner add"), "{holder}");
        v.commit().unwrap();
    });
    // A visit that has ended holds nothing.
    assert_eq!(names(&mut other), ["Choir"]);
    assert_eq!(names(&mut one), ["Choir"]);
}

#[test]
fn an_earlier_day_cannot_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut home = founded(folder.path(), None);
    let yesterday = Date::new(2025, 12, 31);
    let refused = of_day(&mut home, yesterday, "partner add", |v| add(v, "Choir").and_then(|()| v.commit()));
    assert!(matches!(refused, Err(Trouble::Past)), "{refused:?}");
    assert!(names(&mut home).is_empty());
}

#[test]
fn a_lock_elsewhere_locks_the_next_visit_of_a_fresh_home() {
    let folder = tempfile::tempdir().unwrap();
    drop(founded(folder.path(), Some("river anchor plum")));
    let mut other = home(folder.path());
    assert_eq!(other.keys().unwrap(), Keys::Unlocked);
    visit(&mut other, "status", status::of).unwrap();
    assert!(home(folder.path()).lock().unwrap(), "it was open");
    let mut fresh = home(folder.path());
    assert_eq!(fresh.keys().unwrap(), Keys::Locked);
    let refused = visit(&mut fresh, "status", status::of);
    assert!(matches!(refused, Err(Trouble::Keys(trouble::Keys::Locked))), "{refused:?}");
    fresh.unlock("river anchor plum", None).unwrap();
    visit(&mut fresh, "status", status::of).unwrap();
}
