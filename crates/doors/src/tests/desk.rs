//! For tests: people who edit their own copies of one document and meet now and then.

use allymap_document::{ActId, ActorId, Document, Edit};
use allymap_domain::author::Author;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::log::{LogKind, LogLine};
use allymap_domain::entry::risk::{Level, Mitigation, Risk, RiskKind};
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::ids::RowId;
use allymap_domain::rejection::Rejection;

pub(crate) const NOW: u64 = 1_795_392_000_000;
const GROUPS: [&str; 3] = ["Harbour", "Hills", "Hills"];
const NAMES: [&str; 3] = ["Ana", "Ben", "Cleo"];

pub(crate) fn today() -> Date {
    Date::new(2026, 11, 23).unwrap()
}

pub(crate) fn row(number: u8) -> RowId {
    RowId([number; 16])
}

/// Ana of one group, Ben and Cleo of another.
pub(crate) fn who(actor: ActorId) -> Author {
    let index = usize::from(actor.0[0]) % 3;
    Author { name: NAMES[index].into(), group: GROUPS[index].into(), device: format!("device {index}") }
}

/// One person's copy.
#[derive(Clone)]
pub(crate) struct Desk {
    pub document: Document,
    acts: u8,
}

impl Desk {
    /// The entry as Ana makes it, and copies for all three.
    pub(crate) fn three(new: &NewEntry) -> [Desk; 3] {
        let mut ana = Desk::empty(0);
        ana.edit(|edit| Entry::create(edit, new)).unwrap();
        let copy = |actor| {
            let mut desk = Desk { document: ana.document.clone(), acts: 0 };
            desk.document.set_actor(ActorId([actor; 16]));
            desk
        };
        [ana.clone(), copy(1), copy(2)]
    }

    pub(crate) fn empty(actor: u8) -> Desk {
        Desk { document: Document::new(ActorId([actor; 16])), acts: 0 }
    }

    pub(crate) fn edit<T>(
        &mut self,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, Rejection>,
    ) -> Result<T, Rejection> {
        self.acts += 1;
        let act = ActId([self.document.actor().0[0] ^ self.acts; 16]);
        self.document.edit(act, change).expect("these edits are small")
    }

    pub(crate) fn rate(&mut self, id: u8, level: Level, settles: &[u8], reason: Option<&str>) -> Result<(), Rejection> {
        let risk = Risk { kind: RiskKind::Physical, level, mitigation: Mitigation::Unknown };
        let assertion = Assertion {
            reason: reason.map(str::to_owned),
            supersedes: settles.iter().copied().map(row).collect(),
            ..Assertion::new(Claim::Risk(risk), When::on(today()), NOW)
        };
        self.edit(|edit| Entry::assert(edit, row(id), &assertion))
    }

    pub(crate) fn log(&mut self, id: u8, kind: &str, on: Date) {
        let line = LogLine::new(LogKind::typed(kind).unwrap(), When::on(on), "met at the hall", NOW);
        self.edit(|edit| Entry::log(edit, row(id), &line)).unwrap();
    }
}
