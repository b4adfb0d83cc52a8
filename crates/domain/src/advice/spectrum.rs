//! Movement along the spectrum of allies, from the days on which people saw it. No clock of a device has a say.
//!
//! Where somebody stood on a day follows from what had been seen by that day: of it, what nothing else of it replaced stands,
//! and the less friendly counts. What names no day counts in the present only.

use std::collections::BTreeMap;

use crate::card::Card;
use crate::card::duplicates::identities;
use crate::date::Date;
use crate::entry::link::{Direction, Strength};
use crate::entry::position::Place;
use crate::ids::{EntryId, RowId};

/// Everybody who can stand somewhere, with where they stand on one campaign. Entries that are known to be the same are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spectrum<'a> {
    /// By place as a spectrum is drawn, then by name.
    pub placed: Vec<Placed<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<'a> {
    pub row: &'a Card,
    /// The less friendly end.
    pub place: Place,
    pub friendliest: Place,
    /// The entries that are known to be this one, itself first.
    same: Vec<&'a Card>,
}

/// What moved between two days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement<'a> {
    /// By day, then by name.
    pub moves: Vec<Move<'a>>,
    pub score: Score,
}

/// One step of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move<'a> {
    pub row: &'a Card,
    /// Every entry that is known to be this one, itself first.
    pub same: Vec<EntryId>,
    pub on: Option<Date>,
    pub from: Place,
    pub to: Place,
}

/// Of everybody, from the evening before the first day to the evening of the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub active_before: usize,
    pub active_after: usize,
    pub towards: usize,
    pub away: usize,
    /// Who was not known to us and has a place now.
    pub placed: usize,
    /// The other way round.
    pub lost: usize,
}

/// Which way a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Towards,
    Away,
    Placed,
    Lost,
}

/// Partners who take the initiative and want the same change, and those who only agree (module, section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allies {
    pub all: usize,
    pub own_actions: usize,
    pub visions: usize,
}

impl Allies {
    pub fn of(spectrum: &Spectrum<'_>) -> Allies {
        let allies: Vec<_> = spectrum.at(Place::ActiveAlly).chain(spectrum.at(Place::PassiveAlly)).collect();
        Allies {
            all: allies.len(),
            own_actions: allies.iter().filter(|ally| ally.row.own_actions > 0).count(),
            visions: allies.iter().filter(|ally| ally.row.value("vision").is_some()).count(),
        }
    }
}

impl<'a> Spectrum<'a> {
    /// Where everybody stands, or stood on the evening of a day. Archived entries are left out; so are spaces without a place.
    pub fn of(rows: &'a [Card], campaign: RowId, on: Option<Date>) -> Spectrum<'a> {
        let same = identities(rows);
        let mut groups: BTreeMap<EntryId, Vec<&Card>> = BTreeMap::new();
        for row in rows {
            groups.entry(same.get(&row.id).copied().unwrap_or(row.id)).or_default().push(row);
        }
        let mut placed: Vec<Placed<'a>> = groups
            .into_iter()
            .filter_map(|(id, mut same)| {
                same.sort_by_key(|row| (row.id != id, row.id));
                let row = *same.first()?;
                let (place, friendliest) = standing(&same, campaign, on);
                let counts =
                    !row.archived && (!["place", "event"].contains(&row.kind.as_str()) || place != Place::NotKnown);
                counts.then_some(Placed { row, place, friendliest, same })
            })
            .collect();
        placed.sort_by(|a, b| {
            // Rights holders before others of the same place (module, section 4a).
            let first = |placed: &Placed<'a>| (placed.order(), !placed.rights_holders());
            (first(a), &a.row.name, a.row.id).cmp(&(first(b), &b.row.name, b.row.id))
        });
        Spectrum { placed }
    }

    pub fn at(&self, place: Place) -> impl Iterator<Item = &Placed<'a>> {
        self.placed.iter().filter(move |placed| placed.place == place)
    }

    /// What moved from the morning of `since` to the evening of `until`, or to now.
    pub fn movement(&self, campaign: RowId, since: Date, until: Option<Date>) -> Movement<'a> {
        let before = since.plus_days(-1).unwrap_or(since);
        let mut movement = Movement { moves: Vec::new(), score: Score::default() };
        for Placed { row, same, .. } in &self.placed {
            let then = standing(same, campaign, Some(before)).0;
            let now = standing(same, campaign, until).0;
            movement.score.count(then, now);
            let mut days: Vec<Option<Date>> = same
                .iter()
                .filter_map(|row| row.position(campaign))
                .flat_map(|position| &position.steps)
                .map(|step| step.on)
                .filter(|on| match on {
                    Some(on) => *on >= since && until.is_none_or(|until| *on <= until),
                    None => until.is_none(),
                })
                .collect();
            days.sort_by_key(|day| (day.is_none(), *day));
            days.dedup();
            let mut from = then;
            for on in days {
                let to = standing(same, campaign, on).0;
                if to != from {
                    let same = same.iter().map(|row| row.id).collect();
                    movement.moves.push(Move { row, same, on, from, to });
                }
                from = to;
            }
        }
        let order = |step: &Move<'a>| (step.on.is_none(), step.on, step.row.name.clone(), step.row.id);
        movement.moves.sort_by_key(order);
        movement
    }
}

impl Placed<'_> {
    pub fn differs(&self) -> bool {
        self.place != self.friendliest
    }

    /// Somebody said of one of its entries that nobody should approach them.
    pub fn do_not_engage(&self) -> bool {
        self.same.iter().any(|row| row.do_not_engage)
    }

    /// Told by any of its entries.
    pub fn rights_holders(&self) -> bool {
        self.same.iter().any(|row| row.rights_holders())
    }

    /// Which way the last step went.
    pub fn last_turn(&self, campaign: RowId) -> Option<Turn> {
        let mut days: Vec<Option<Date>> = self
            .same
            .iter()
            .filter_map(|row| row.position(campaign))
            .flat_map(|position| &position.steps)
            .map(|step| step.on)
            .collect();
        days.sort_by_key(|day| (day.is_none(), *day));
        days.dedup();
        let places: Vec<Place> = days.iter().map(|day| standing(&self.same, campaign, *day).0).collect();
        places.windows(2).rev().find_map(|pair| turn(pair[0], pair[1]))
    }

    /// Whom it moves and how strongly, told by any of its entries.
    pub fn moves(&self) -> impl Iterator<Item = (EntryId, Strength)> {
        let links = self.same.iter().flat_map(|row| &row.links);
        links.filter(|link| link.direction != Direction::In).map(|link| (link.to, link.strength))
    }

    /// Every entry that is known to be this one.
    pub fn same(&self) -> impl Iterator<Item = EntryId> {
        self.same.iter().map(|row| row.id)
    }

    fn order(&self) -> (bool, Place) {
        (self.place == Place::NotKnown, self.place)
    }
}

impl Move<'_> {
    pub fn turn(&self) -> Turn {
        turn(self.from, self.to).expect("a step goes from one place to another")
    }

    /// How many places it went.
    pub fn steps(&self) -> u8 {
        match self.turn() {
            Turn::Placed | Turn::Lost => 0,
            Turn::Towards | Turn::Away => (self.from as u8).abs_diff(self.to as u8),
        }
    }
}

impl Score {
    fn count(&mut self, before: Place, after: Place) {
        self.active_before += usize::from(before == Place::ActiveAlly);
        self.active_after += usize::from(after == Place::ActiveAlly);
        match turn(before, after) {
            Some(Turn::Towards) => self.towards += 1,
            Some(Turn::Away) => self.away += 1,
            Some(Turn::Placed) => self.placed += 1,
            Some(Turn::Lost) => self.lost += 1,
            None => {}
        }
    }
}

fn turn(from: Place, to: Place) -> Option<Turn> {
    match (from, to) {
        _ if from == to => None,
        (Place::NotKnown, _) => Some(Turn::Placed),
        (_, Place::NotKnown) => Some(Turn::Lost),
        _ if to < from => Some(Turn::Towards),
        _ => Some(Turn::Away),
    }
}

/// Less friendly and friendliest place of entries that are one, on the evening of a day or now.
fn standing(same: &[&Card], campaign: RowId, on: Option<Date>) -> (Place, Place) {
    let at = same.iter().filter_map(|row| row.position(campaign)).filter_map(|position| {
        let past = |step: &&crate::card::CardStep| on.is_none_or(|on| step.on.is_some_and(|day| day <= on));
        position.steps.iter().rfind(past).map(|step| (step.place, step.friendliest))
    });
    let known: Vec<(Place, Place)> = at.filter(|(place, _)| *place != Place::NotKnown).collect();
    let place = known.iter().map(|(place, _)| *place).max().unwrap_or(Place::NotKnown);
    (place, known.iter().map(|(_, friendliest)| *friendliest).min().unwrap_or(Place::NotKnown))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::date::When;
    use crate::entry::assertion::{Assertion, Claim};
    use crate::entry::link::Link;
    use crate::entry::{Entry, NewEntry};
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, ENTRY, NOW, row, today};

    const CAMPAIGN: RowId = RowId([99; 16]);

    fn day(ago: i32) -> Date {
        today().plus_days(-ago).unwrap()
    }

    /// States a place, `ago` days ago, having seen what stands; at an hour that the device's clock made up.
    fn place(desk: &mut Desk, id: u8, place: Place, ago: Option<i32>, clock_ms: u64) {
        let seen = desk
            .entry()
            .position(CAMPAIGN)
            .map_or(Vec::new(), |standing| standing.said.iter().map(|stated| stated.id).collect());
        let on = ago.map_or(When { typed: "some spring".into(), date: None }, |ago| When::on(day(ago)));
        let claim = Claim::Position { campaign: CAMPAIGN, place };
        let assertion = Assertion { supersedes: seen, ..Assertion::new(claim, on, clock_ms) };
        desk.edit(|edit| Entry::assert(edit, row(id), &assertion)).unwrap();
    }

    fn walk(desk: &Desk) -> Vec<(Option<Date>, Place)> {
        let entry = desk.entry();
        entry
            .position(CAMPAIGN)
            .map_or(Vec::new(), |standing| standing.steps.iter().map(|step| (step.on, step.place)).collect())
    }

    /// S97
    #[test]
    fn steps_are_on_the_days_on_which_people_saw_them_not_when_they_wrote_them_down() {
        let [mut ana, ..] = Desk::three_choirs();
        // Ana's clock stands in 1970 and then runs backwards.
        place(&mut ana, 1, Place::Neutral, Some(90), 5_000_000_000);
        place(&mut ana, 2, Place::PassiveAlly, Some(40), 3_600_000);
        place(&mut ana, 3, Place::ActiveAlly, Some(2), 0);
        assert_eq!(
            walk(&ana),
            [(Some(day(90)), Place::Neutral), (Some(day(40)), Place::PassiveAlly), (Some(day(2)), Place::ActiveAlly)]
        );
    }

    #[test]
    fn a_correction_for_an_earlier_day_holds_from_that_day_on() {
        let [mut ana, ..] = Desk::three_choirs();
        place(&mut ana, 1, Place::ActiveAlly, Some(10), NOW);
        place(&mut ana, 2, Place::Neutral, Some(30), NOW);
        assert_eq!(walk(&ana), [(Some(day(30)), Place::Neutral)]);
    }

    #[test]
    fn what_names_no_day_counts_in_the_present_only() {
        let [mut ana, ..] = Desk::three_choirs();
        place(&mut ana, 1, Place::Neutral, Some(10), NOW);
        place(&mut ana, 2, Place::PassiveAlly, None, NOW);
        assert_eq!(walk(&ana), [(Some(day(10)), Place::Neutral), (None, Place::PassiveAlly)]);
        let rows = [Card::of(&ana.document, ENTRY).unwrap()];
        let at = |on| Spectrum::of(&rows, CAMPAIGN, on).placed[0].place;
        assert_eq!(
            (at(Some(day(0))), at(None), at(Some(day(11)))),
            (Place::Neutral, Place::PassiveAlly, Place::NotKnown)
        );
    }

    #[test]
    fn entries_that_are_the_same_stand_in_one_place_the_less_friendly() {
        let [mut ana, ..] = Desk::three_choirs();
        place(&mut ana, 1, Place::PassiveAlly, Some(10), NOW);
        let other = EntryId([0x11; 16]);
        let [mut ben, ..] = Desk::three_choirs();
        place(&mut ben, 2, Place::PassiveOpponent, Some(5), NOW);
        ben.edit(|edit| Entry::link(edit, other, row(3), &Link::same(ENTRY, NOW))).unwrap();
        let rows = [Card::of(&ana.document, ENTRY).unwrap(), Card::of(&ben.document, other).unwrap()];
        let spectrum = Spectrum::of(&rows, CAMPAIGN, None);
        assert_eq!(spectrum.placed.len(), 1);
        assert_eq!((spectrum.placed[0].place, spectrum.placed[0].differs()), (Place::PassiveOpponent, true));
        let movement = spectrum.movement(CAMPAIGN, day(7), None);
        assert_eq!((movement.score.away, movement.moves.len()), (1, 1));
    }

    /// S98
    #[test]
    fn the_score_counts_everybody_once_between_two_days() {
        let histories: [&[(Place, i32)]; 5] = [
            &[(Place::PassiveAlly, 90), (Place::ActiveAlly, 20)],
            // There and back: no score, two moves.
            &[(Place::Neutral, 90), (Place::PassiveAlly, 20), (Place::Neutral, 10)],
            &[(Place::Neutral, 90), (Place::ActiveOpponent, 15)],
            &[(Place::ActiveAlly, 12)],
            &[(Place::ActiveAlly, 90)],
        ];
        let rows: Vec<Card> = (1u8..)
            .zip(histories)
            .map(|(number, history)| {
                let kind = Kind::named("organisation").unwrap();
                let [mut ana, ..] = Desk::three(&NewEntry::new(kind, &format!("Group {number}")));
                for (id, (at, ago)) in (1..).zip(history) {
                    place(&mut ana, id, *at, Some(*ago), NOW);
                }
                Card::of(&ana.document, EntryId([number; 16])).unwrap()
            })
            .collect();
        let spectrum = Spectrum::of(&rows, CAMPAIGN, None);
        let movement = spectrum.movement(CAMPAIGN, day(30), None);
        let expected = Score { active_before: 1, active_after: 3, towards: 1, away: 1, placed: 1, lost: 0 };
        assert_eq!(movement.score, expected);
        let turns: Vec<(Turn, u8)> = movement.moves.iter().map(|step| (step.turn(), step.steps())).collect();
        let once = |turn| (turn, 1);
        assert_eq!(
            turns,
            [once(Turn::Towards), once(Turn::Towards), (Turn::Away, 2), (Turn::Placed, 0), once(Turn::Away)]
        );
        let earlier = spectrum.movement(CAMPAIGN, day(30), Some(day(16))).score;
        assert_eq!((earlier.active_before, earlier.active_after, earlier.towards, earlier.away), (1, 2, 2, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        /// S97, S98: whoever meets whom in which order, and whatever the clocks say, everybody reads the same steps; and the
        /// last step is where they stand now.
        #[test]
        fn any_order_of_meeting_and_any_clock_give_the_same_steps(
            done in prop::collection::vec((0..3usize, 0..6usize, prop::option::of(0..60i32), any::<u32>(), any::<bool>()), 1..12)
        ) {
            let tell = |clock: &dyn Fn(u32) -> u64| {
                let mut desks = Desk::three_choirs();
                for (id, (desk, at, ago, hour, learns)) in (1..).zip(&done) {
                    place(&mut desks[*desk], id, Place::ALL[*at], *ago, clock(*hour));
                    if *learns {
                        let other = desks[*desk].clone();
                        desks[(*desk + 1) % 3].learn(&[&other]);
                    }
                }
                desks
            };
            let [ana, ben, cleo] = tell(&|hour| u64::from(hour) * 3_600);
            let (mut one, mut two) = (ana.clone(), cleo.clone());
            one.learn(&[&ben, &cleo]);
            two.learn(&[&ana, &ben]);
            prop_assert_eq!(walk(&one), walk(&two));
            let [mut plain, ben, cleo] = tell(&|_| NOW);
            plain.learn(&[&cleo, &ben]);
            prop_assert_eq!(walk(&one), walk(&plain));
            let entry = one.entry();
            let standing = entry.position(CAMPAIGN).unwrap();
            let last = standing.steps.last().map_or((Place::NotKnown, Place::NotKnown), |step| (step.place, step.friendliest));
            prop_assert_eq!(last, (standing.place, standing.friendliest));
        }
    }
}
