//! What comes to an entry from elsewhere: values, seats, and where they are from.

use allymap_document::Edit;

use crate::entry::Entry;
use crate::kind::affiliation::Affiliation;
use crate::rejection::Rejection;

/// Somebody may propose it who knows nothing of documents.
#[derive(Clone, PartialEq, Eq)]
pub struct Addition {
    /// Each with the name of its field.
    pub values: Vec<(&'static str, String)>,
    pub affiliations: Vec<Affiliation>,
    pub source: String,
}

impl Addition {
    /// A list gets one more; in any other field the value stands from now on. The source goes with each seat, and to the
    /// entry's own.
    pub fn write(&self, edit: &mut Edit<'_>) -> Result<(), Rejection> {
        for (field, value) in &self.values {
            match Entry::set(edit, field, value) {
                Err(Rejection::OneAtATime { .. }) => Entry::add(edit, field, value)?,
                set => set?,
            }
        }
        for affiliation in &self.affiliations {
            Entry::affiliate(edit, &Affiliation { source: Some(self.source.clone()), ..affiliation.clone() })?;
        }
        Entry::add(edit, "source", &self.source)
    }
}

/// Says how much, never what.
impl std::fmt::Debug for Addition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Addition")
            .field("values", &self.values.len())
            .field("affiliations", &self.affiliations.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::field::{self, Field};
    use crate::kind::relationship;
    use crate::tests::desk::Desk;

    #[test]
    fn what_is_added_has_its_source_and_a_list_gets_one_more() {
        let [mut ana, ..] = Desk::three_choirs();
        ana.edit(|edit| Entry::add(edit, "known-by", "Rosa")).unwrap();
        ana.edit(|edit| Entry::set(edit, "phone", "02 5550 1000")).unwrap();
        let addition = Addition {
            values: vec![("known-by", "Ben".to_owned()), ("phone", "02 5550 2000".to_owned())],
            affiliations: Vec::new(),
            source: "choirs.csv".to_owned(),
        };
        ana.edit(|edit| addition.write(edit)).unwrap();
        let entry = ana.entry();
        let values = |field: &Field| -> Vec<String> {
            entry.field(field).unwrap().values.iter().map(|said| said.value.clone()).collect()
        };
        assert_eq!(values(&relationship::KNOWN_BY).len(), 2);
        assert_eq!(values(&field::PHONE), ["02 5550 2000"]);
        assert_eq!(values(&field::SOURCE), ["choirs.csv"]);
    }
}
