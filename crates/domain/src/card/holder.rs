//! Who of us holds a relationship: a group of ours, or somebody of it.

use crate::card::Card;
use crate::words::folded;

/// Whose relationships are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(Vec<String>);

impl Holder {
    /// One of our groups, or somebody of us.
    pub fn called(wanted: &str) -> Holder {
        Holder(vec![wanted.to_owned()])
    }

    /// Whoever asks, and their group.
    pub fn me(group: &str, person: &str) -> Holder {
        Holder(vec![group.to_owned(), person.to_owned()])
    }

    pub fn holds(&self, card: &Card) -> bool {
        card.held_by().is_some_and(|holder| self.0.iter().any(|wanted| holds(holder, wanted)))
    }
}

/// A held-by field names a group, or a person and their group.
pub fn holds(held_by: &str, group: &str) -> bool {
    let (held_by, group) = (folded(held_by), folded(group));
    !group.is_empty() && (held_by.contains(&group) || group.contains(&held_by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_holds_what_somebody_of_it_holds() {
        assert!(holds("Harbour", "harbour") && holds("Rosa, Harbour", "Harbour") && holds("Harbour", "Harbour group"));
        assert!(!holds("Harbour", "Hills") && !holds("Harbour", ""));
    }
}
