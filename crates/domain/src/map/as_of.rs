//! The map as we now think it was on a day: its own document. Entries and rows say it themselves.

use allymap_document::ActorId;

use crate::date::Date;
use crate::map::Map;
use crate::map::item::Item;
use crate::map::origin::Origin;

impl Map {
    /// Figures, issues and answers of a later day are left out, and a campaign that was closed later is open. What was
    /// overwritten is not dug up.
    #[must_use]
    pub fn as_of(mut self, day: Date) -> Map {
        keep(&mut self.figures, day, |figure| &figure.origin);
        keep(&mut self.issues, day, |issue| &issue.origin);
        keep(&mut self.answers, day, |answer| &answer.origin);
        for campaign in self.campaigns.iter_mut().filter(|campaign| campaign.closed.is_some_and(|on| on > day)) {
            campaign.closed = None;
            campaign.outcome = None;
        }
        self
    }
}

/// Of versions that were written apart those of a later day go; without any left the item does.
fn keep<K: Clone, T: Clone>(items: &mut Vec<Item<K, T>>, day: Date, origin: impl Fn(&T) -> &Origin) {
    let kept = |item: &Item<K, T>| {
        let others = item.others.iter().cloned();
        let mut versions: Vec<(T, ActorId)> = [(item.value.clone(), item.by)].into_iter().chain(others).collect();
        versions.retain(|(value, _)| origin(value).is_by(day));
        let mut versions = versions.into_iter();
        let (value, by) = versions.next()?;
        Some(Item { key: item.key.clone(), value, by, others: versions.collect() })
    };
    *items = items.iter().filter_map(kept).collect();
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use allymap_document::{ActId, ActorId, Document};
    use proptest::prelude::*;

    use super::*;
    use crate::card::Card;
    use crate::date::When;
    use crate::entry::assertion::{Assertion, Claim};
    use crate::entry::fact::{Fact, FactKind};
    use crate::entry::log::{LogKind, LogLine};
    use crate::entry::position::Place;
    use crate::entry::risk::{Level, Mitigation, Risk, RiskKind};
    use crate::entry::{Entry, NewEntry};
    use crate::ids::RowId;
    use crate::kind::Kind;
    use crate::kind::affiliation::Affiliation;
    use crate::kind::field;
    use crate::map::NewMap;
    use crate::map::campaign::Campaign;
    use crate::map::figure::Figure;
    use crate::tests::desk::{Desk, ENTRY, NOW, row, today, who};

    const CAMPAIGN: RowId = RowId([99; 16]);

    fn day(ago: i32) -> Date {
        today().plus_days(-ago).unwrap()
    }

    fn as_of(desk: &Desk, day: Date) -> Entry {
        Entry::as_of(&desk.document, ENTRY, &who, day)
    }

    /// States this of what was seen so many days ago, in place of all that stands.
    fn state(desk: &mut Desk, id: u8, claim: Claim, ago: i32, settles: bool) {
        let entry = desk.entry();
        let stands = match claim {
            Claim::Risk(risk) => entry.risk(risk.kind).map(|standing| &standing.said),
            Claim::Position { campaign, .. } => entry.position(campaign).map(|standing| &standing.said),
            Claim::Fact(fact) => entry.fact(fact.kind()).map(|standing| &standing.said),
            Claim::Weighed(_) | Claim::Referred(_) | Claim::Decided(_) => Some(&entry.weighed),
        };
        let ids = stands.into_iter().flatten().map(|stated| stated.id);
        let assertion = Assertion {
            reason: Some("heard so".into()),
            source: Some("the paper".into()),
            supersedes: if settles { ids.collect() } else { Vec::new() },
            ..Assertion::new(claim, When::on(day(ago)), NOW)
        };
        desk.edit(|edit| Entry::assert(edit, row(id), &assertion)).unwrap();
    }

    fn risk(level: Level) -> Claim {
        Claim::Risk(Risk { kind: RiskKind::Legal, level, mitigation: Mitigation::Unknown })
    }

    fn stage(slug: &str) -> Claim {
        Claim::Fact(Fact::typed(FactKind::Stage, slug).unwrap())
    }

    #[test]
    fn what_was_replaced_by_something_seen_later_stands_again() {
        let [mut ana, ..] = Desk::three_choirs();
        state(&mut ana, 1, risk(Level::High), 30, true);
        state(&mut ana, 2, risk(Level::Low), 10, true);
        state(&mut ana, 3, stage("partner"), 5, true);
        let then = as_of(&ana, day(20));
        assert_eq!(then.risk(RiskKind::Legal).unwrap().counts, Level::High);
        assert!(then.fact(FactKind::Stage).is_none());
        assert!(as_of(&ana, day(31)).risk(RiskKind::Legal).is_none());
        assert_eq!(as_of(&ana, day(10)).risk(RiskKind::Legal).unwrap().counts, Level::Low, "the evening of that day");
    }

    #[test]
    fn a_correction_that_was_learned_later_counts_from_its_day_on() {
        let [mut ana, ..] = Desk::three_choirs();
        state(&mut ana, 1, stage("mapped"), 30, true);
        state(&mut ana, 2, stage("partner"), 5, true);
        // It was noticed last that they had met already then.
        state(&mut ana, 3, stage("acquainted"), 20, true);
        let then = as_of(&ana, day(10));
        let standing = then.fact(FactKind::Stage).unwrap();
        assert_eq!((standing.counts.slug(), standing.differs), ("acquainted", false));
        assert_eq!(as_of(&ana, day(25)).fact(FactKind::Stage).unwrap().counts.slug(), "mapped");
    }

    #[test]
    fn what_names_no_day_is_left_out_and_fields_are_as_they_are() {
        let [mut ana, ..] = Desk::three_choirs();
        let some_spring = When { typed: "some spring".into(), date: None };
        let line = LogLine::new(LogKind::typed("meeting").unwrap(), some_spring, "tea", NOW);
        ana.edit(|edit| Entry::log(edit, row(1), &line)).unwrap();
        ana.edit(|edit| Entry::set(edit, "phone", "02 5550 1990")).unwrap();
        let then = as_of(&ana, day(400));
        assert!(then.log.is_empty());
        assert_eq!(then.value(&field::PHONE), Some("02 5550 1990"));
    }

    #[test]
    fn a_seat_counts_from_its_first_day_and_its_end_is_not_known_before() {
        let [mut ana, ..] = Desk::three_choirs();
        let seat = |name: &str, since, until| Affiliation { since, until, ..Affiliation::member_of(name) };
        for seat in [
            seat("Weir Board", Some(day(50)), Some(day(10))),
            seat("Quay Forum", Some(day(5)), None),
            seat("Slip Trust", None, Some(day(40))),
        ] {
            ana.edit(|edit| Entry::affiliate(edit, &seat)).unwrap();
        }
        let shown = |ago| -> Vec<String> {
            let entry = as_of(&ana, day(ago));
            let values = entry.field(&field::AFFILIATION).map_or(&[][..], |field| &field.values);
            values.iter().map(|said| said.value.clone()).collect()
        };
        let ended = format!("Slip Trust (until {})", day(40));
        assert_eq!(shown(20), [ended.clone(), format!("Weir Board (since {})", day(50))]);
        assert_eq!(shown(60), ["Slip Trust"]);
        assert_eq!(shown(0).len(), 3);
        assert_eq!(Card::as_of(&ana.document, ENTRY, day(20)).unwrap().affiliations.len(), 2);
    }

    #[test]
    fn a_campaign_closed_later_is_open_and_later_figures_are_not_there_yet() {
        let mut document = Document::new(ActorId([7; 16]));
        let on = |ago| Origin { on: Some(When::on(day(ago))), ..Origin::default() };
        let year = Origin { on: Some(When { typed: "2026".into(), date: None }), ..Origin::default() };
        document
            .edit(ActId([1; 16]), |edit| {
                Map::create(edit, &NewMap { name: "Kept Town".into(), community: String::new() })?;
                Campaign::say(edit, CAMPAIGN, "The bus stays")?;
                Campaign::close(edit, CAMPAIGN, day(10), "It stays")?;
                for (id, what, origin) in [(1, "Houses", on(30)), (2, "Boats", on(3)), (3, "People", year)] {
                    Map::put(edit, &row(id), &Figure { what: what.into(), value: "9".into(), origin })?;
                }
                Ok::<(), crate::rejection::Rejection>(())
            })
            .unwrap()
            .unwrap();
        let map = Map::read(&document);
        let then = map.clone().as_of(day(11));
        assert_eq!((then.campaigns[0].closed, &then.campaigns[0].outcome), (None, &None));
        let figures: Vec<&str> = then.figures.iter().map(|item| item.value.what.as_str()).collect();
        assert_eq!(figures, ["Houses", "People"]);
        assert_eq!(map.clone().as_of(day(0)), map);
    }

    /// One thing that somebody does, about something seen so many days ago.
    #[derive(Clone, Debug)]
    struct Done {
        desk: usize,
        what: u8,
        value: usize,
        ago: i32,
        settles: bool,
        learns: bool,
    }

    fn done() -> impl Strategy<Value = Done> {
        (0..3usize, 0..5u8, 0..8usize, 0..60i32, any::<bool>(), any::<bool>())
            .prop_map(|(desk, what, value, ago, settles, learns)| Done { desk, what, value, ago, settles, learns })
    }

    /// The map of the three, of which nothing that was seen after the day was ever written.
    fn tell(done: &[Done], until: Option<Date>) -> Desk {
        let mut desks = Desk::three(&NewEntry::new(Kind::named("organisation").unwrap(), "Harbour Choir"));
        for (id, Done { desk, what, value, ago, settles, learns }) in (1..).zip(done) {
            if until.is_none_or(|until| day(*ago) <= until) {
                let levels = [Level::Unknown, Level::None, Level::Low, Level::Medium, Level::High];
                match what {
                    0 => state(&mut desks[*desk], id, risk(levels[value % 5]), *ago, *settles),
                    1 => {
                        let claim = Claim::Position { campaign: CAMPAIGN, place: Place::ALL[value % 6] };
                        state(&mut desks[*desk], id, claim, *ago, *settles);
                    }
                    2 => {
                        let slug = crate::entry::fact::Stage::ALL[*value].slug();
                        state(&mut desks[*desk], id, stage(slug), *ago, *settles);
                    }
                    _ => {
                        let kinds = ["meeting", "ask", "gave", "got", "solidarity", "answered", "approach", "note"];
                        let line = LogLine {
                            follow_up: settles.then(|| day(*ago - 20)),
                            ..LogLine::new(LogKind::typed(kinds[*value]).unwrap(), When::on(day(*ago)), "x", NOW)
                        };
                        desks[*desk].edit(|edit| Entry::log(edit, row(id), &line)).unwrap();
                    }
                }
            }
            if *learns {
                // Of everybody: what somebody goes on from comes along, whether or not that was ever written.
                let all = desks.clone();
                desks[(*desk + 1) % 3].learn(&all.each_ref());
            }
        }
        let [mut ana, ben, cleo] = desks;
        ana.learn(&[&ben, &cleo]);
        ana
    }

    fn row_of(row: Option<Card>) -> Card {
        let mut row = row.unwrap();
        // Whether a statement replaces another itself or by what it replaces: both say that the other one is replaced.
        let direct: BTreeMap<RowId, Vec<RowId>> =
            row.weighed.said.iter().map(|said| (said.id, said.replaces.clone())).collect();
        for said in &mut row.weighed.said {
            let (mut all, mut ahead) = (BTreeSet::new(), said.replaces.clone());
            while let Some(next) = ahead.pop() {
                if all.insert(next) {
                    ahead.extend(direct.get(&next).into_iter().flatten());
                }
            }
            said.replaces = all.into_iter().collect();
        }
        row
    }

    /// A statement of a later day stood between two that count.
    #[test]
    fn what_was_replaced_by_way_of_something_later_is_replaced_all_the_same() {
        let told = [(1, false), (20, false), (0, true), (5, true)];
        let steps = told.map(|(ago, settles)| Done { desk: 0, what: 0, value: 1, ago, settles, learns: false });
        let (all, then) = (tell(&steps, None), tell(&steps, Some(day(1))));
        assert!(row_of(Card::as_of(&all.document, ENTRY, day(1))) == row_of(Card::of(&then.document, ENTRY)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn as_of_a_day_is_the_map_in_which_nothing_later_was_ever_written(
            done in prop::collection::vec(done(), 1..14), ago in 0..60i32,
        ) {
            let (all, then) = (tell(&done, None), tell(&done, Some(day(ago))));
            let seen = row_of(Card::as_of(&all.document, ENTRY, day(ago)));
            prop_assert!(seen == row_of(Card::of(&then.document, ENTRY)), "{done:?}");
        }

        #[test]
        fn as_of_today_is_now(done in prop::collection::vec(done(), 1..14)) {
            let all = tell(&done, None);
            prop_assert!(as_of(&all, today()) == all.entry());
            prop_assert!(Card::as_of(&all.document, ENTRY, today()) == Card::of(&all.document, ENTRY));
        }
    }
}
