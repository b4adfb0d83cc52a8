//! Links between entries: who influences whom, and which two entries are the same.

use allymap_document::{ActorId, Document};
use minicbor::{Decode, Encode};

use crate::author::Author;
use crate::date::hour::hour;
use crate::entry::Entry;
use crate::entry::ancestry::Ancestry;
use crate::entry::rows::{self, Unreadable, VERSION, Versioned};
use crate::ids::{EntryId, RowId};
use crate::kind::person;
use crate::rejection::Rejection;
use crate::words;
use crate::words::choice::words;

/// A link from the entry that holds it to another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    pub to: EntryId,
    pub target: Target,
    /// How we know.
    pub how: Option<String>,
    pub source: Option<String>,
    /// The device's clock, in whole hours since 1970. It decides nothing.
    pub recorded_hour: u32,
    pub supersedes: Vec<RowId>,
    /// The link is taken away: it only replaces.
    pub withdrawn: bool,
    /// It says nothing: what it supersedes is as if it had never been noted.
    pub takes_back: bool,
}

/// What the link says about the other entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Influence {
        direction: Direction,
        strength: Strength,
    },
    /// It is this very entry, written down twice.
    Same,
    /// This entry is the local branch of the other.
    BranchOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Direction {
    /// This entry influences the other.
    #[n(0)]
    Out,
    #[n(1)]
    In,
    #[n(2)]
    Both,
}

words! {
    #[derive(Encode, Decode)]
    #[cbor(index_only)]
    Strength {
        #[n(0)]
        Weak = "weak", "weak", ["a little", "1"];
        #[n(1)]
        Medium = "medium", "medium", ["some", "2"];
        #[n(2)]
        Strong = "strong", "strong", ["a lot", "3"];
    }
}

/// A link and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    pub id: RowId,
    pub link: Link,
    pub author: Author,
}

impl Direction {
    pub fn slug(self) -> &'static str {
        match self {
            Direction::Out => "out",
            Direction::In => "in",
            Direction::Both => "both",
        }
    }

    /// As the other entry sees it.
    pub fn turned(self) -> Direction {
        match self {
            Direction::Out => Direction::In,
            Direction::In => Direction::Out,
            Direction::Both => Direction::Both,
        }
    }
}

impl Link {
    pub fn influence(to: EntryId, direction: Direction, strength: Strength, recorded_ms: u64) -> Link {
        Link { target: Target::Influence { direction, strength }, ..Link::same(to, recorded_ms) }
    }

    pub fn branch_of(to: EntryId, recorded_ms: u64) -> Link {
        Link { target: Target::BranchOf, ..Link::same(to, recorded_ms) }
    }

    pub fn same(to: EntryId, recorded_ms: u64) -> Link {
        Link {
            to,
            target: Target::Same,
            how: None,
            source: None,
            recorded_hour: hour(recorded_ms),
            supersedes: Vec::new(),
            withdrawn: false,
            takes_back: false,
        }
    }

    /// Takes back an earlier row about the same two. An older version reads it as a link that is taken away.
    pub(crate) fn taking_back(&self, id: RowId, recorded_ms: u64) -> Link {
        let recorded_hour = hour(recorded_ms);
        let (how, source) = (None, None);
        let supersedes = vec![id];
        Link { how, source, recorded_hour, supersedes, withdrawn: true, takes_back: true, ..self.clone() }
    }

    /// Whom somebody influences, and who influences them, is said about a person with its source only.
    pub fn needs_source(&self, kinds: [&str; 2]) -> Result<(), Rejection> {
        let said = matches!(self.target, Target::Influence { .. }) && !self.withdrawn;
        let sourced = self.source.as_ref().is_some_and(|source| !source.trim().is_empty());
        if said && !sourced && kinds.contains(&person::KIND.name) {
            return Err(Rejection::Unsourced { about: "a person" });
        }
        Ok(())
    }

    pub(crate) fn stored(&self) -> Result<Vec<u8>, Rejection> {
        let line = |field: &'static str, text: &Option<String>| -> Result<Option<String>, Rejection> {
            let clean = text.as_ref().map(|text| words::line(field, text, words::LINE_LETTERS)).transpose()?;
            Ok(clean.filter(|text| !text.is_empty()))
        };
        let (same, direction, strength) = match self.target {
            Target::Same => (true, None, None),
            Target::Influence { direction, strength } => (false, Some(direction), Some(strength)),
            Target::BranchOf => (false, None, None),
        };
        Ok(rows::encode(&Stored {
            version: VERSION,
            to: self.to,
            same,
            direction,
            strength,
            how: line("how", &self.how)?,
            source: line("source", &self.source)?,
            recorded_hour: self.recorded_hour,
            supersedes: self.supersedes.clone(),
            withdrawn: self.withdrawn,
            branch: (self.target == Target::BranchOf).then_some(true),
            takes_back: self.takes_back.then_some(true),
        }))
    }
}

impl Entry {
    /// What stands between this entry and another about who moves whom, in any direction but one.
    pub fn moving(&self, other: EntryId, but: Direction) -> Vec<RowId> {
        let fits = |linked: &&Linked| {
            let moves = matches!(linked.link.target, Target::Influence { direction, .. } if direction != but);
            linked.link.to == other && moves
        };
        self.links.iter().filter(fits).map(|linked| linked.id).collect()
    }
}

pub(crate) struct Links {
    pub all: Vec<Linked>,
    /// Those that nobody replaced or took away.
    pub standing: Vec<Linked>,
    pub unreadable: Vec<Unreadable>,
    pub newer: usize,
}

pub(crate) fn read(document: &Document, ancestry: &Ancestry<'_>, resolve: &dyn Fn(ActorId) -> Author) -> Links {
    let rows::Rows { rows, unreadable, newer } = rows::read(document, "x/", understand);
    let edges = rows::replaced(
        &rows,
        ancestry,
        |row: &Link| &row.supersedes,
        |new, old| new.to == old.to && std::mem::discriminant(&new.target) == std::mem::discriminant(&old.target),
    );
    let taken = rows::taken_back(&rows, &edges, |row: &Link| row.takes_back);
    let mut gone = vec![false; rows.len()];
    for index in 0..rows.len() {
        if taken[index].is_some() {
            gone[index] = true;
        } else if !rows[index].row.takes_back {
            rows::reach(index, &edges, &mut gone);
        }
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|index| (rows[*index].row.to, rows[*index].id, rows[*index].change));
    let linked = |index: &usize| Linked {
        id: rows[*index].id,
        link: rows[*index].row.clone(),
        author: resolve(rows[*index].actor),
    };
    Links {
        all: order.iter().map(linked).collect(),
        standing: order.iter().filter(|index| !gone[**index] && !rows[**index].row.withdrawn).map(linked).collect(),
        unreadable,
        newer,
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Stored {
    #[n(0)]
    version: u8,
    #[n(1)]
    to: EntryId,
    #[n(2)]
    same: bool,
    #[n(3)]
    direction: Option<Direction>,
    #[n(4)]
    strength: Option<Strength>,
    #[n(5)]
    how: Option<String>,
    #[n(6)]
    source: Option<String>,
    #[n(7)]
    recorded_hour: u32,
    #[n(8)]
    supersedes: Vec<RowId>,
    #[n(9)]
    withdrawn: bool,
    /// An older version reads such a link as a fact from a newer one.
    #[n(10)]
    branch: Option<bool>,
    #[n(11)]
    takes_back: Option<bool>,
}

impl Versioned for Stored {
    fn version(&self) -> u8 {
        self.version
    }
}

fn understand(stored: Stored) -> Option<Link> {
    let target = match (stored.same, stored.direction, stored.strength) {
        (true, ..) => Target::Same,
        (false, Some(direction), Some(strength)) => Target::Influence { direction, strength },
        (false, None, None) if stored.branch == Some(true) => Target::BranchOf,
        _ => return None,
    };
    let line = |text: Option<String>| text.map(|text| words::shown_line(&text));
    Some(Link {
        to: stored.to,
        target,
        how: line(stored.how),
        source: line(stored.source),
        recorded_hour: stored.recorded_hour,
        supersedes: stored.supersedes,
        withdrawn: stored.withdrawn,
        takes_back: stored.takes_back == Some(true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::desk::{Desk, ENTRY, NOW, row};

    #[test]
    fn a_link_said_again_replaces_what_stands_between_the_two_and_no_link_that_goes_the_other_way() {
        let [mut ana, ..] = Desk::three_choirs();
        let (council, paper) = (EntryId([0x33; 16]), EntryId([0x44; 16]));
        for (number, to, direction) in [
            (1, council, Direction::Out),
            (2, council, Direction::In),
            (3, council, Direction::Both),
            (4, paper, Direction::Out),
        ] {
            let link = Link::influence(to, direction, Strength::Weak, NOW);
            ana.edit(|edit| Entry::link(edit, ENTRY, row(number), &link)).unwrap();
        }
        ana.edit(|edit| Entry::link(edit, ENTRY, row(5), &Link::same(council, NOW))).unwrap();
        let entry = ana.entry();
        assert_eq!(entry.moving(council, Direction::In), [row(1), row(3)]);
        assert_eq!(entry.moving(council, Direction::Out), [row(2), row(3)]);
        assert_eq!(entry.moving(paper, Direction::In), [row(4)]);
    }
}
