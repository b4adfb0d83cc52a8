//! Whom to talk with next on a campaign, and why. The middle of the spectrum first: the passive are the most open to talk, and
//! strong opponents need not be engaged at all (community mapping module, spectrum of allies).

use crate::advice::path::we_know;
use crate::advice::spectrum::{Placed, Spectrum, Turn};
use crate::card::Card;
use crate::date::Date;
use crate::entry::link::Strength;
use crate::entry::position::Place;
use crate::entry::risk::{Level, Mitigation, RiskKind};
use crate::ids::EntryId;
use crate::kind::{field, organisation, place, segment};
use crate::map::campaign::Campaign;
use crate::words;

/// Somebody to talk with, and what speaks for and against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next<'a> {
    pub row: &'a Card,
    pub place: Place,
    /// In the order in which they weigh.
    pub reasons: Vec<Reason>,
}

/// Who is worth the time, best first, and how many were left out because nobody should engage with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextList<'a> {
    pub people: Vec<Next<'a>>,
    pub do_not_engage: usize,
}

/// One thing to know before talking with somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Where they stand, and what that asks for.
    Stands(Stand),
    /// They are the one who can decide it.
    Decides,
    /// They move the decision maker.
    MovesTarget(Strength),
    /// They move so many others.
    Moves(usize),
    /// Consult before anything else.
    RightsHolders,
    /// One of our groups keeps this relationship.
    HeldBy(String),
    NobodyKnowsThem,
    /// Days since the last contact.
    LastContact(i32),
    /// Days since the last contact, too few to come again.
    JustTalked(i32),
    /// A high risk, and nobody has said that it is mitigated.
    HighRisk(RiskKind),
    PeopleDiffer,
}

/// Why somebody of a place is asked sooner or later. The order is the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stand {
    PassiveAlly,
    /// Neutral, and moving or leaning towards us.
    Leaning,
    Neutral,
    /// An active ally with whom nobody has talked yet.
    UnmetAlly,
    NotKnown,
    /// A passive opponent who moves or leans towards us.
    Softening,
    PassiveOpponent,
    ActiveOpponent,
}

/// After a contact people want some days of quiet.
const QUIET_DAYS: i32 = 14;

/// The list for a campaign. It depends on what is on the map and on today, and on nothing else.
///
/// Left out: whom nobody should engage with, archived entries, spaces, political parties (they may be heard, they are no
/// partners: module, category d), and active allies whom we know, with whom staying in touch is another list.
pub fn next<'a>(rows: &'a [Card], campaign: &Campaign, today: Date) -> NextList<'a> {
    let spectrum = Spectrum::of(rows, campaign.id, None);
    // The decision maker, under each of its entries.
    let targets: Vec<EntryId> = campaign.target().map_or(Vec::new(), |target| {
        let known = spectrum.placed.iter().find(|placed| placed.same().any(|id| id == target));
        known.map_or(vec![target], |placed| placed.same().collect())
    });
    let mut do_not_engage = 0;
    let mut listed: Vec<(Order, Next<'a>)> = Vec::new();
    for placed in &spectrum.placed {
        let row = placed.row;
        let party = row.is(&organisation::KIND) && row.value(&field::TYPE) == Some("party");
        let Some(stand) = stand(placed, campaign).filter(|_| !party && !row.is(&place::KIND)) else { continue };
        if placed.do_not_engage() {
            do_not_engage += 1;
            continue;
        }
        let next = Next { row, place: placed.place, reasons: reasons(placed, stand, &targets, today) };
        listed.push((Order::of(stand, &next), next));
    }
    listed.sort_by(|(a, _), (b, _)| a.cmp(b));
    NextList { people: listed.into_iter().map(|(_, next)| next).collect(), do_not_engage }
}

fn stand(placed: &Placed<'_>, campaign: &Campaign) -> Option<Stand> {
    let leans = placed.friendliest != Place::NotKnown && placed.friendliest < placed.place
        || placed.last_turn(campaign.id) == Some(Turn::Towards);
    Some(match placed.place {
        Place::ActiveAlly if we_know(placed.row) => return None,
        Place::ActiveAlly => Stand::UnmetAlly,
        Place::PassiveAlly => Stand::PassiveAlly,
        Place::Neutral if leans => Stand::Leaning,
        Place::Neutral => Stand::Neutral,
        Place::NotKnown => Stand::NotKnown,
        Place::PassiveOpponent if leans => Stand::Softening,
        Place::PassiveOpponent => Stand::PassiveOpponent,
        Place::ActiveOpponent => Stand::ActiveOpponent,
    })
}

fn reasons(placed: &Placed<'_>, stand: Stand, targets: &[EntryId], today: Date) -> Vec<Reason> {
    let row = placed.row;
    let mut reasons = vec![Reason::Stands(stand)];
    // Said apart by several, the weaker counts.
    let moves_target = placed.moves().filter(|(to, _)| targets.contains(to)).map(|(_, strength)| strength).min();
    match (moves_target, placed.moves().count()) {
        _ if placed.same().any(|id| targets.contains(&id)) => reasons.push(Reason::Decides),
        (Some(strength), _) => reasons.push(Reason::MovesTarget(strength)),
        (None, 0) => {}
        (None, others) => reasons.push(Reason::Moves(others)),
    }
    if row.rights_holders() {
        reasons.push(Reason::RightsHolders);
    }
    reasons.extend(row.held_by().map(|group| Reason::HeldBy(group.to_owned())));
    match row.contact.last.map(|on| on.days_until(today)) {
        Some(days) if days < QUIET_DAYS => reasons.push(Reason::JustTalked(days.max(0))),
        Some(days) => reasons.push(Reason::LastContact(days)),
        // A part of the public is nobody to know.
        None if !we_know(row) && stand != Stand::UnmetAlly && !row.is(&segment::KIND) => {
            reasons.push(Reason::NobodyKnowsThem)
        }
        None => {}
    }
    let open = |mitigation| !matches!(mitigation, Mitigation::Mitigated | Mitigation::NoneNeeded);
    let high = row.risks.iter().find(|risk| risk.counts == Level::High && open(risk.mitigation));
    reasons.extend(high.map(|risk| Reason::HighRisk(risk.kind)));
    if placed.differs() {
        reasons.push(Reason::PeopleDiffer);
    }
    reasons
}

/// What comes first: where they stand, no high risk, some quiet, whom they move, people we know, the longest silence,
/// rights holders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    stand: Stand,
    risky: bool,
    just_talked: bool,
    /// The decision maker, then who moves them, the strongest first, then who moves others.
    reach: (u8, std::cmp::Reverse<usize>),
    stranger: bool,
    silence: std::cmp::Reverse<i32>,
    /// Rights holders come before others.
    other: bool,
    name: String,
    id: EntryId,
}

impl Order {
    fn of(stand: Stand, next: &Next<'_>) -> Order {
        let mut order = Order {
            stand,
            risky: false,
            just_talked: false,
            reach: (5, std::cmp::Reverse(0)),
            stranger: false,
            silence: std::cmp::Reverse(0),
            other: true,
            name: words::folded(&next.row.name),
            id: next.row.id,
        };
        for reason in &next.reasons {
            match reason {
                Reason::Decides => order.reach.0 = 0,
                Reason::MovesTarget(Strength::Strong) => order.reach.0 = 1,
                Reason::MovesTarget(Strength::Medium) => order.reach.0 = 2,
                Reason::MovesTarget(Strength::Weak) => order.reach.0 = 3,
                Reason::Moves(others) => order.reach = (4, std::cmp::Reverse(*others)),
                Reason::HighRisk(_) => order.risky = true,
                Reason::JustTalked(_) => order.just_talked = true,
                Reason::NobodyKnowsThem => order.stranger = true,
                Reason::LastContact(days) => order.silence = std::cmp::Reverse(*days),
                Reason::RightsHolders => order.other = false,
                Reason::Stands(_) | Reason::HeldBy(_) | Reason::PeopleDiffer => {}
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{CardLink, CardPosition, CardRisk, CardStep};
    use crate::entry::NewEntry;
    use crate::entry::link::Direction;
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, row, today};

    fn campaign() -> Campaign {
        Campaign {
            id: row(99),
            sentence: "Welcome towns".into(),
            others: Vec::new(),
            targets: vec![EntryId([0xee; 16])],
            arguments: Vec::new(),
            closed: None,
            outcome: None,
        }
    }

    /// An entry that stood in these places, one after the other.
    fn entry(number: u8, name: &str, places: &[Place]) -> Card {
        let [ana, ..] = Desk::three(&NewEntry::new(Kind::named("organisation").unwrap(), name));
        let mut row_of = Card::of(&ana.document, EntryId([number; 16])).unwrap();
        let steps: Vec<CardStep> = (0..)
            .zip(places)
            .map(|(day, place)| CardStep { on: today().plus_days(day - 90), place: *place, friendliest: *place })
            .collect();
        if let Some(last) = places.last() {
            let (campaign, place, friendliest) = (row(99), *last, *last);
            row_of.positions.push(CardPosition { campaign, place, friendliest, differs: false, steps });
        }
        row_of
    }

    fn contact(mut row: Card, days: i32) -> Card {
        row.contact.last = today().plus_days(-days);
        row
    }

    fn ten() -> Vec<Card> {
        let mut moves_the_target = entry(3, "Chamber of Trade", &[Place::PassiveAlly]);
        let to = EntryId([0xee; 16]);
        moves_the_target.links.push(CardLink { to, direction: Direction::Out, strength: Strength::Strong });
        let mut risky = entry(6, "Arcade", &[Place::PassiveAlly]);
        let (kind, counts, mitigation) = (RiskKind::Legal, Level::High, Mitigation::CanBe);
        risky.risks.push(CardRisk { kind, counts, mitigation, differs: false });
        vec![
            entry(1, "Quarry", &[Place::ActiveOpponent]),
            contact(entry(2, "Bakery", &[Place::PassiveAlly]), 40),
            moves_the_target,
            entry(4, "Landcare", &[Place::Neutral]),
            entry(5, "Courier", &[Place::PassiveOpponent, Place::Neutral]),
            risky,
            contact(entry(7, "Welcome Circle", &[Place::ActiveAlly]), 20),
            entry(8, "Young Voices", &[Place::ActiveAlly]),
            entry(9, "Library", &[]),
            contact(entry(10, "Choir", &[Place::PassiveAlly]), 3),
        ]
    }

    fn names(rows: &[Card]) -> Vec<String> {
        next(rows, &campaign(), today()).people.iter().map(|next| next.row.name.clone()).collect()
    }

    /// S96, S100, S136
    #[test]
    fn ten_entries_have_one_order_whatever_order_they_come_in() {
        let expected = [
            "Chamber of Trade",
            "Bakery",
            "Choir",
            "Arcade",
            "Courier",
            "Landcare",
            "Young Voices",
            "Library",
            "Quarry",
        ];
        let mut rows = ten();
        assert_eq!(names(&rows), expected);
        for turn in 0..rows.len() {
            rows.rotate_left(turn);
            assert_eq!(names(&rows), expected);
        }
        let list = next(&rows, &campaign(), today());
        let first = &list.people[0];
        assert_eq!(
            first.reasons,
            [Reason::Stands(Stand::PassiveAlly), Reason::MovesTarget(Strength::Strong), Reason::NobodyKnowsThem]
        );
        assert!(list.people.iter().all(|next| matches!(next.reasons[0], Reason::Stands(_))));
    }

    /// S99
    #[test]
    fn nobody_is_listed_with_whom_nobody_should_engage() {
        let mut rows = ten();
        rows[2].do_not_engage = true;
        let list = next(&rows, &campaign(), today());
        assert!(!list.people.iter().any(|next| next.row.name == "Chamber of Trade"));
        assert_eq!(list.do_not_engage, 1);
    }

    #[test]
    fn parties_spaces_and_archived_entries_are_not_listed() {
        let mut rows = ten();
        rows[1].values.insert("type".into(), "party".into());
        rows[2].heading.kind = "place".into();
        rows[4].archived = true;
        let names = names(&rows);
        for gone in ["Bakery", "Chamber of Trade", "Courier"] {
            assert!(!names.iter().any(|name| name == gone), "{names:?}");
        }
    }

    /// S96: whatever else is known of them.
    #[test]
    fn an_active_opponent_is_never_above_a_passive_ally() {
        for bits in 0..16 {
            let mut opponent = entry(1, "Aa", &[Place::PassiveOpponent, Place::ActiveOpponent]);
            let mut ally = entry(2, "Zz", &[Place::ActiveAlly, Place::PassiveAlly]);
            if bits & 1 > 0 {
                let to = EntryId([0xee; 16]);
                opponent.links.push(CardLink { to, direction: Direction::Out, strength: Strength::Strong });
            }
            if bits & 2 > 0 {
                opponent.contact.last = today().plus_days(-400);
            }
            if bits & 4 > 0 {
                ally.contact.last = Some(today());
            }
            if bits & 8 > 0 {
                let (kind, counts, mitigation) = (RiskKind::Legal, Level::High, Mitigation::Cannot);
                ally.risks.push(CardRisk { kind, counts, mitigation, differs: true });
            }
            assert_eq!(names(&[opponent, ally]), ["Zz", "Aa"]);
        }
    }
}
