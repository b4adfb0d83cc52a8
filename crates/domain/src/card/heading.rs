//! What is needed to know which entry somebody means: the few parts of a row that finding reads. A command that is about one
//! entry reads two thousand of these in the time of a few hundred rows.

use minicbor::Decode;

use crate::card::{CARD_SCHEMA, Card};
use crate::ids::EntryId;

/// The beginning of an entry's [`Card`]. It is read from the bytes of a row; what it does not need is skipped.
#[derive(Clone, Debug, PartialEq, Eq, Decode)]
#[cfg_attr(test, derive(minicbor::Encode))]
#[cbor(map)]
pub struct Heading {
    #[n(0)]
    schema: u16,
    #[n(2)]
    pub id: EntryId,
    #[n(3)]
    pub kind: String,
    #[n(4)]
    pub name: String,
    #[n(5)]
    pub other_names: Vec<String>,
    #[n(6)]
    pub words: Vec<String>,
    #[n(9)]
    pub source_ids: Vec<String>,
    #[n(20)]
    pub same_as: Vec<EntryId>,
}

impl Heading {
    /// Of a row's bytes. None if they are of another schema.
    pub fn from_row(bytes: &[u8]) -> Option<Heading> {
        minicbor::decode(bytes).ok().filter(|heading: &Heading| heading.schema == CARD_SCHEMA)
    }
}

/// Something that can be found by its names and ids: a row, or the beginning of one.
pub trait Named {
    fn id(&self) -> EntryId;
    fn kind(&self) -> &str;
    /// The shown name, then those written apart from it.
    fn names(&self) -> impl Iterator<Item = &str>;
    /// Folded words of all names.
    fn words(&self) -> &[String];
    /// Ids in registers.
    fn source_ids(&self) -> &[String];
    fn same_as(&self) -> &[EntryId];

    fn name(&self) -> &str {
        self.names().next().unwrap_or_default()
    }
}

macro_rules! named {
    ($type:ty) => {
        impl Named for $type {
            fn id(&self) -> EntryId {
                self.id
            }

            fn kind(&self) -> &str {
                &self.kind
            }

            fn names(&self) -> impl Iterator<Item = &str> {
                [self.name.as_str()].into_iter().chain(self.other_names.iter().map(String::as_str))
            }

            fn words(&self) -> &[String] {
                &self.words
            }

            fn source_ids(&self) -> &[String] {
                &self.source_ids
            }

            fn same_as(&self) -> &[EntryId] {
                &self.same_as
            }
        }
    };
}

named!(Card);
named!(Heading);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::desk::{Desk, ENTRY};

    #[test]
    fn a_heading_is_the_beginning_of_its_row() {
        let [ana, ..] = Desk::three_choirs();
        let row = Card::of(&ana.document, ENTRY).unwrap();
        let heading = Heading::from_row(&row.to_bytes()).unwrap();
        assert_eq!((heading.id, &heading.kind, heading.words()), (row.id, &row.kind, row.words()));
        assert!(heading.names().eq(Named::names(&row)) && !heading.words.is_empty());
        assert_eq!((heading.source_ids(), heading.same_as()), (row.source_ids(), row.same_as()));
        assert_eq!(Heading::from_row(b"no row"), None);
        let other = minicbor::to_vec(Heading { schema: CARD_SCHEMA + 1, ..heading }).unwrap();
        assert_eq!(Heading::from_row(&other), None, "one of another version is made anew");
    }
}
