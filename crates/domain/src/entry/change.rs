//! What differs between an entry as it was shown and as somebody left it, field by field.

use allymap_document::Edit;

use crate::entry::Entry;
use crate::kind::field::{Field, Merges};
use crate::kind::relationship;
use crate::rejection::Rejection;
use crate::words::folded;

/// One field that is to be no longer as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Set(&'static Field, String),
    TakeOut(&'static Field, String),
    Add(&'static Field, String),
}

impl Change {
    pub fn field(&self) -> &'static Field {
        let (Change::Set(field, _) | Change::TakeOut(field, _) | Change::Add(field, _)) = self;
        field
    }

    pub fn write(&self, edit: &mut Edit<'_>) -> Result<(), Rejection> {
        match self {
            Change::Set(field, value) => Entry::set(edit, field.name, value),
            Change::TakeOut(field, value) => Entry::take_out(edit, field.name, value),
            Change::Add(field, value) => Entry::add(edit, field.name, value),
        }
    }

    /// What makes a field of the shown entry into these clean values; none or one for a field that takes one. What stands there
    /// in another spelling of the same stays.
    pub fn between(shown: &Entry, field: &'static Field, now: Vec<String>) -> Vec<Change> {
        let clean = |typed: &str| field.clean(typed).unwrap_or_else(|_| typed.to_owned());
        let before = shown.field(field).map_or(&[][..], |field| &field.values);
        let before: Vec<&String> = before.iter().map(|said| &said.value).collect();
        if field.merges != Merges::Set {
            let now = now.into_iter().next().unwrap_or_default();
            let same = before.first().map_or(now.is_empty(), |before| clean(before) == now);
            return if same { Vec::new() } else { vec![Change::Set(field, now)] };
        }
        let gone = before.iter().filter(|before| !now.contains(&clean(before)));
        let gone: Vec<Change> = gone.map(|before| Change::TakeOut(field, (*before).clone())).collect();
        let before: Vec<String> = before.iter().map(|before| clean(before)).collect();
        let added = now.into_iter().filter(|now| !before.contains(now)).map(|now| Change::Add(field, now));
        gone.into_iter().chain(added).collect()
    }
}

/// What somebody else put meanwhile where these changes now stand: it was not there when the entry was shown.
pub fn overtaken(shown: &Entry, now: &Entry, changes: &[Change]) -> Vec<(&'static Field, String)> {
    let theirs = |change: &Change| {
        let Change::Set(field, _) = change else { return None };
        let theirs = now.value(field).filter(|theirs| shown.value(field) != Some(*theirs))?;
        Some((*field, theirs.to_owned()))
    };
    changes.iter().filter_map(theirs).collect()
}

impl Entry {
    /// Whether somebody of us can still be noted as knowing them.
    pub fn can_note_knows(&self, person: &str) -> bool {
        let listed = |said: &str| folded(said).starts_with(&folded(person));
        let knows = self
            .field(&relationship::KNOWN_BY)
            .is_some_and(|field| field.values.iter().any(|said| listed(&said.value)));
        !knows && self.kind.is_some_and(|kind| kind.field(relationship::KNOWN_BY.name).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::organisation;
    use crate::tests::desk::Desk;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_form_that_was_read_and_closed_changes_nothing() {
        let [mut ana, ..] = Desk::three_choirs();
        let (phone, led_by) =
            (organisation::KIND.field("phone").unwrap(), organisation::KIND.field("known-by").unwrap());
        ana.edit(|edit| Entry::set(edit, "phone", "02 5550 1000")).unwrap();
        ana.edit(|edit| Entry::add(edit, "known-by", "Rosa")).unwrap();
        let shown = ana.entry();
        assert_eq!(Change::between(&shown, phone, words(&["02 5550 1000"])), []);
        assert_eq!(Change::between(&shown, led_by, words(&["Rosa"])), []);
        assert_eq!(Change::between(&shown, phone, Vec::new()), [Change::Set(phone, String::new())]);
        assert_eq!(
            Change::between(&shown, led_by, words(&["Ben"])),
            [Change::TakeOut(led_by, "Rosa".into()), Change::Add(led_by, "Ben".into())]
        );
    }

    #[test]
    fn what_somebody_else_wrote_meanwhile_is_told_where_it_was_written_over() {
        let [mut ana, ..] = Desk::three_choirs();
        let phone = organisation::KIND.field("phone").unwrap();
        let shown = ana.entry();
        ana.edit(|edit| Entry::set(edit, "phone", "02 5550 1000")).unwrap();
        let changes = [Change::Set(phone, "02 5550 2000".into())];
        assert_eq!(overtaken(&shown, &ana.entry(), &changes), [(phone, "02 5550 1000".into())]);
        assert_eq!(overtaken(&ana.entry(), &ana.entry(), &changes), []);
    }

    #[test]
    fn somebody_is_noted_as_knowing_them_once() {
        let [mut ana, ..] = Desk::three_choirs();
        assert!(ana.entry().can_note_knows("Rosa"));
        ana.edit(|edit| Entry::add(edit, "known-by", "rosa (sings there)")).unwrap();
        assert!(!ana.entry().can_note_knows("Rosa"));
        assert!(ana.entry().can_note_knows("Ben"));
    }
}
