//! Which cards a list shows.

use crate::card::Card;
use crate::card::holder::Holder;
use crate::entry::fact::Stage;
use crate::entry::position::Place;
use crate::kind::{event, place, segment};

/// What is asked of each card; nothing for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// Of this kind; left out, whatever is no event.
    pub kind: Option<String>,
    /// A category's letter, or `unknown`.
    pub category: Option<String>,
    pub stage: Option<Stage>,
    /// Who stands there on the campaign.
    pub position: Option<Place>,
    pub held_by: Option<Holder>,
    /// Archived ones too.
    pub archived: bool,
}

impl Only {
    /// Whether it could be in the list at all, by its kind and by being in sight.
    pub fn is_about(&self, card: &Card) -> bool {
        let kind = self.kind.as_ref().map_or(card.kind != event::KIND.name, |kind| card.kind == *kind);
        kind && (self.archived || !card.archived)
    }

    /// Whether all else that was asked is so. `place` is where it stands on the campaign.
    pub fn fits(&self, card: &Card, place: Option<Place>) -> bool {
        self.stage.is_none_or(|stage| card.stage() == stage && has_stages(card))
            && self.category.as_ref().is_none_or(|category| card.category().unwrap_or("unknown") == category)
            && self.position.is_none_or(|wanted| place == Some(wanted))
            && self.held_by.as_ref().is_none_or(|held_by| held_by.holds(card))
    }
}

/// There is no relationship with a place, nor with a part of the community.
fn has_stages(card: &Card) -> bool {
    card.kind != place::KIND.name && card.kind != segment::KIND.name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::ids::EntryId;
    use crate::kind::Kind;
    use crate::tests::desk::Desk;

    fn card(kind: &str, name: &str) -> Card {
        let [ana, ..] = Desk::three(&NewEntry::new(Kind::named(kind).unwrap(), name));
        Card::of(&ana.document, EntryId([7; 16])).unwrap()
    }

    #[test]
    fn events_are_listed_elsewhere_and_places_have_no_stage() {
        let all = Only::default();
        assert!(all.is_about(&card("organisation", "Choir")) && !all.is_about(&card("event", "Lantern walk")));
        let mapped = Only { stage: Some(Stage::Mapped), ..Only::default() };
        assert!(mapped.fits(&card("organisation", "Choir"), None) && !mapped.fits(&card("place", "Hall"), None));
    }

    #[test]
    fn what_has_no_category_is_of_the_unknown_one_and_who_has_no_place_stands_nowhere() {
        let unknown = Only { category: Some("unknown".into()), ..Only::default() };
        assert!(unknown.fits(&card("organisation", "Choir"), None));
        let allies = Only { position: Some(Place::ActiveAlly), ..Only::default() };
        assert!(!allies.fits(&card("organisation", "Choir"), None));
        assert!(allies.fits(&card("organisation", "Choir"), Some(Place::ActiveAlly)));
    }
}
