//! What is needed to know which entry somebody means: the first part of a card, which is all that finding reads. A command
//! that is about one entry reads two thousand of these in the time of a few hundred cards.

use minicbor::{Decode, Encode};

use crate::ids::EntryId;

/// The first part of an entry's [`Card`](crate::card::Card).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Heading {
    #[n(0)]
    pub id: EntryId,
    #[n(1)]
    pub kind: String,
    #[n(2)]
    pub name: String,
    /// Names that were written apart from the shown one.
    #[n(3)]
    pub other_names: Vec<String>,
    /// Folded words of all names.
    #[n(4)]
    pub words: Vec<String>,
    #[n(5)]
    pub source_ids: Vec<String>,
    #[n(6)]
    pub same_as: Vec<EntryId>,
}

/// Something that can be found by its names and ids: a card, or its heading alone.
pub trait Named {
    fn heading(&self) -> &Heading;

    fn id(&self) -> EntryId {
        self.heading().id
    }

    fn kind(&self) -> &str {
        &self.heading().kind
    }

    /// The shown name, then those written apart from it.
    fn names(&self) -> impl Iterator<Item = &str> {
        let heading = self.heading();
        [heading.name.as_str()].into_iter().chain(heading.other_names.iter().map(String::as_str))
    }

    /// Folded words of all names.
    fn words(&self) -> &[String] {
        &self.heading().words
    }

    /// Ids in registers.
    fn source_ids(&self) -> &[String] {
        &self.heading().source_ids
    }

    fn same_as(&self) -> &[EntryId] {
        &self.heading().same_as
    }

    fn name(&self) -> &str {
        &self.heading().name
    }
}

impl<N: Named> Named for &N {
    fn heading(&self) -> &Heading {
        (*self).heading()
    }
}

impl Named for Heading {
    fn heading(&self) -> &Heading {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{CARD_SCHEMA, Card};
    use crate::tests::desk::{Desk, ENTRY};

    #[test]
    fn a_heading_is_the_beginning_of_its_card() {
        let [ana, ..] = Desk::three_choirs();
        let card = Card::of(&ana.document, ENTRY).unwrap();
        let heading = Heading::of_card(&card.to_bytes()).unwrap();
        assert_eq!((&heading, heading.id), (&card.heading, ENTRY));
        assert!(heading.names().eq(Named::names(&card)) && !heading.words.is_empty());
        assert_eq!(Heading::of_card(b"no card"), None);
        let other = Card { schema: CARD_SCHEMA + 1, ..card };
        assert_eq!(Heading::of_card(&other.to_bytes()), None, "one of another version is made anew");
    }
}
