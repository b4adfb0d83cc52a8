//! What comes before anything is done with somebody: whom to ask, what to look up, what to think of (guide, section 2; module,
//! sections 4a, 4c, 7). Going on without that is somebody's choice, with a reason that stays on record.

use crate::card::Card;
use crate::date::{Date, When};
use crate::entry::favour::{GiveAndTake, LARGE, asked_within};
use crate::entry::log::LogKind;

/// What is planned with somebody, as far as something may come before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Ask,
    CoHost,
    Approach,
    /// An action that touches them.
    Action,
    /// Anything else: being in touch needs no leave.
    Contact,
}

/// What has to come first. Nothing is kept before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// They are rights holders, and nobody has consulted them.
    Ask { name: String },
    /// They are of category (c), and nobody has looked into them.
    Look { name: String },
    /// A contact is still to come: it is noted once it has been.
    Wait { on: Date },
}

/// What is still missing before anything is done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Consultation,
    Consent,
    Category,
    Research,
    Meeting,
}

/// What to think of before an ask. It is said, and stops nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// We have not met them, and it is not urgent.
    NoMeeting,
    /// Rights holders, asked so many times lately, this one included.
    Demand { asked: usize },
}

/// A large ask of which nobody gave them a word of warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargeAsk {
    pub name: String,
    pub balance: GiveAndTake,
}

/// Requests to one organisation are counted over so many days.
pub const DEMAND_DAYS: i32 = 60;
const DEMAND: usize = 3;
/// A word of warning before a large ask holds so long.
const HEADS_UP_DAYS: i32 = 30;

impl Plan {
    /// What a line of the log tells of. A first contact may be noted whatever is known; work together is not begun unseen.
    pub fn noted(kind: &LogKind) -> Plan {
        match kind.slug {
            "ask" => Plan::Ask,
            "co-host" => Plan::CoHost,
            "action" => Plan::Action,
            _ => Plan::Contact,
        }
    }

    /// Whether this may begin, and with which words on record when it goes on all the same.
    pub fn may_begin(self, card: &Card, anyway: Option<&str>) -> Result<Option<String>, First> {
        self.consulted_first(card)?;
        self.researched_first(card, anyway)
    }

    /// Never without at least consulting (module, section 4a).
    fn consulted_first(self, card: &Card) -> Result<(), First> {
        let touches_them = matches!(self, Plan::Ask | Plan::Action);
        if touches_them && card.rights_holders() && card.contact.last_consulted.is_none() && !has_answered(card) {
            return Err(First::Ask { name: card.name.clone() });
        }
        Ok(())
    }

    /// The community's other organisations are looked into before any work with them (module, section 4c).
    fn researched_first(self, card: &Card, anyway: Option<&str>) -> Result<Option<String>, First> {
        let work = matches!(self, Plan::Ask | Plan::CoHost | Plan::Approach);
        if !work || card.rights_holders() || !wants_research(card) {
            return Ok(None);
        }
        match anyway.map(str::trim).filter(|why| !why.is_empty()) {
            Some(why) => Ok(Some(all_the_same(why))),
            None => Err(First::Look { name: card.name.clone() }),
        }
    }
}

/// Why it went on without what comes first, as the log keeps it.
pub fn all_the_same(why: &str) -> String {
    format!("All the same: {why}")
}

/// A contact is noted when it has been: one to come must not count as the last one (module, "ongoing").
pub fn has_been(on: &When, kind: &LogKind, today: Date) -> Result<(), First> {
    match on.date.filter(|on| kind.contact && *on > today) {
        None => Ok(()),
        Some(on) => Err(First::Wait { on }),
    }
}

/// What is still missing before anything is done with them (guide, section 2; module, sections 4a, 4c, 7).
pub fn missing(card: &Card) -> Vec<Missing> {
    let theirs = card.rights_holders();
    let missing = [
        (Missing::Consultation, theirs && card.contact.last_consulted.is_none()),
        (Missing::Consent, theirs && !has_answered(card)),
        (Missing::Category, !theirs && card.category().is_none()),
        (Missing::Research, wants_research(card)),
        (Missing::Meeting, card.contact.last_meeting.is_none()),
    ];
    missing.into_iter().filter(|(_, is_missing)| *is_missing).map(|(what, _)| what).collect()
}

/// The community's other organisations are looked into before any work together (module, section 4c).
pub fn wants_research(card: &Card) -> bool {
    card.category() == Some("c") && card.contact.last_research.is_none()
}

/// How often they will have been asked lately, with the ask that is planned.
pub fn asked_with_this(card: &Card, today: Date) -> usize {
    asked_within(&card.favours, today, DEMAND_DAYS) + 1
}

/// What to think of before this ask: getting to know each other comes first, unless it is urgent (module, section 7), and rights
/// holders are not asked too often, by all of our groups together (guide, section 2).
pub fn doubts(card: &Card, urgent: bool, today: Date) -> Vec<Doubt> {
    let asked = asked_with_this(card, today);
    let unmet = (card.contact.last_meeting.is_none() && !urgent).then_some(Doubt::NoMeeting);
    let demand = (card.rights_holders() && asked >= DEMAND).then_some(Doubt::Demand { asked });
    unmet.into_iter().chain(demand).collect()
}

/// A large ask wants a word of warning before it (module, section 7).
pub fn large_ask(card: &Card, size: u8, today: Date) -> Option<LargeAsk> {
    let warned = card.contact.last_heads_up.is_some_and(|on| (0..=HEADS_UP_DAYS).contains(&on.days_until(today)));
    let unannounced = size >= LARGE && !warned;
    unannounced.then(|| LargeAsk { name: card.name.clone(), balance: card.give_and_take(today) })
}

/// They answered when they were asked for their consent.
fn has_answered(card: &Card) -> bool {
    card.consents().iter().any(|told| told.what.value.is_some())
}

impl Doubt {
    pub fn slug(self) -> &'static str {
        match self {
            Doubt::NoMeeting => "no-meeting",
            Doubt::Demand { .. } => "demand",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::entry::favour::{Favour, Way};
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, ENTRY, today};

    fn of_category(category: &str) -> Card {
        let new = NewEntry::new(Kind::named("organisation").unwrap(), "Kiln").with("category", category);
        let [ana, ..] = Desk::three(&new);
        Card::of(&ana.document, ENTRY).unwrap()
    }

    fn ago(days: i32) -> Date {
        today().plus_days(-days).unwrap()
    }

    fn kind(slug: &str) -> &'static LogKind {
        LogKind::typed(slug).unwrap()
    }

    #[test]
    fn nothing_is_asked_of_rights_holders_before_somebody_consulted_them() {
        let mut card = of_category("a");
        let first = First::Ask { name: "Kiln".into() };
        assert_eq!(Plan::Ask.may_begin(&card, Some("they said so")), Err(first.clone()), "no reason stands for it");
        assert_eq!(Plan::Action.may_begin(&card, None), Err(first));
        assert_eq!(Plan::Contact.may_begin(&card, None), Ok(None));
        assert_eq!(Plan::Approach.may_begin(&card, None), Ok(None), "listening is how it begins");
        card.contact.last_consulted = Some(ago(3));
        assert_eq!(Plan::Ask.may_begin(&card, None), Ok(None));
    }

    #[test]
    fn category_c_is_looked_into_before_work_or_a_reason_stays_on_record() {
        let mut card = of_category("c");
        for plan in [Plan::Ask, Plan::CoHost, Plan::Approach] {
            assert_eq!(plan.may_begin(&card, None), Err(First::Look { name: "Kiln".into() }));
            assert_eq!(plan.may_begin(&card, Some("  ")), Err(First::Look { name: "Kiln".into() }));
            let words = Some("All the same: they wrote to us".to_owned());
            assert_eq!(plan.may_begin(&card, Some(" they wrote to us ")), Ok(words));
        }
        assert_eq!(Plan::Contact.may_begin(&card, None), Ok(None));
        card.contact.last_research = Some(ago(1));
        assert_eq!(Plan::CoHost.may_begin(&card, None), Ok(None));
        assert_eq!(Plan::Ask.may_begin(&of_category("b"), None), Ok(None));
    }

    #[test]
    fn a_first_contact_may_be_noted_whatever_is_known() {
        assert_eq!(Plan::noted(kind("approach")), Plan::Contact);
        assert_eq!(Plan::noted(kind("co-host")), Plan::CoHost);
        assert_eq!(Plan::noted(kind("action")), Plan::Action);
        assert_eq!(Plan::noted(kind("meeting")), Plan::Contact);
    }

    #[test]
    fn a_contact_is_noted_once_it_has_been() {
        let tomorrow = ago(-1);
        assert_eq!(has_been(&When::on(tomorrow), kind("meeting"), today()), Err(First::Wait { on: tomorrow }));
        assert_eq!(has_been(&When::on(today()), kind("meeting"), today()), Ok(()));
        assert_eq!(has_been(&When::on(tomorrow), kind("action"), today()), Ok(()), "no contact");
    }

    #[test]
    fn what_is_missing_depends_on_who_they_are() {
        assert_eq!(missing(&of_category("a")), [Missing::Consultation, Missing::Consent, Missing::Meeting]);
        assert_eq!(missing(&of_category("c")), [Missing::Research, Missing::Meeting]);
        assert_eq!(missing(&of_category("unknown")), [Missing::Category, Missing::Meeting]);
        let mut met = of_category("b");
        met.contact.last_meeting = Some(ago(1));
        assert_eq!(missing(&met), []);
    }

    #[test]
    fn the_third_ask_within_sixty_days_is_a_demand_on_rights_holders() {
        let asked = |days| Favour { on: ago(days), way: Way::Asked, size: 1, mutual: false };
        let mut card = of_category("a");
        card.contact.last_meeting = Some(ago(90));
        card.favours = vec![asked(61), asked(60)];
        assert_eq!(doubts(&card, false, today()), []);
        card.favours.push(asked(0));
        assert_eq!(doubts(&card, false, today()), [Doubt::Demand { asked: 3 }]);
        let mut other = of_category("b");
        other.favours = card.favours;
        assert_eq!(doubts(&other, false, today()), [Doubt::NoMeeting]);
        assert_eq!(doubts(&other, true, today()), [], "what is urgent cannot wait for a meeting");
    }

    #[test]
    fn a_large_ask_wants_a_word_of_warning_within_thirty_days() {
        let mut card = of_category("b");
        assert_eq!(large_ask(&card, LARGE - 1, today()), None);
        assert!(large_ask(&card, LARGE, today()).is_some());
        card.contact.last_heads_up = Some(ago(31));
        assert!(large_ask(&card, LARGE, today()).is_some());
        card.contact.last_heads_up = Some(ago(30));
        assert_eq!(large_ask(&card, LARGE, today()), None);
    }
}
