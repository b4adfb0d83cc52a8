//! An invented town, for the demo and for practice. Nobody in it exists, and no place. It is told in `town.toml`.

pub mod practice;

use std::collections::BTreeMap;

use allymap_document::Edit;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::date::{Date, When};
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::link::{Direction, Link, Strength};
use crate::entry::log::{LogKind, LogLine};
use crate::entry::position::Place;
use crate::entry::risk::{Level, Mitigation, Risk, RiskKind};
use crate::entry::weighed::{ReferTo, Referred, Weighed};
use crate::entry::{Entry, NewEntry};
use crate::ids::{EntryId, RowId};
use crate::kind::affiliation::Affiliation;
use crate::kind::field::{self, Field};
use crate::kind::{Kind, event, person, place};
use crate::map::Map;
use crate::map::campaign::Campaign;
use crate::rejection::Rejection;
use crate::town::practice::{TownMap, word};

/// A whole map, still without ids.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Town {
    pub map: TownMap,
    #[serde(rename = "campaign")]
    pub campaigns: Vec<TownCampaign>,
    #[serde(rename = "entry")]
    pub entries: Vec<TownEntry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TownCampaign {
    key: String,
    pub sentence: String,
    /// The name of the entry that decides.
    addresses: String,
    arguments: Vec<TownArgument>,
}

/// What opponents say, and what we answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownArgument {
    said: String,
    answer: Option<String>,
}

/// One entry and what is known about it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TownEntry {
    #[serde(deserialize_with = "kind")]
    kind: &'static Kind,
    name: String,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Where a person has the office that is their role.
    seat: Option<String>,
    party: Option<String>,
    /// In how many days an event is.
    in_days: Option<i32>,
    /// Fields of an event that mean other entries.
    #[serde(default)]
    means: Vec<BTreeMap<String, String>>,
    #[serde(default)]
    facts: Vec<TownFact>,
    #[serde(default)]
    referred: Vec<TownReferral>,
    #[serde(default)]
    stands: Vec<TownPosition>,
    #[serde(default)]
    risks: Vec<TownRisk>,
    #[serde(default)]
    log: Vec<TownLine>,
    #[serde(default)]
    influences: Vec<TownInfluence>,
}

/// A fact by which events are weighed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownFact {
    fact: String,
    value: String,
    about: Option<String>,
    /// For which event of the town it was given, and by whom.
    #[serde(rename = "for")]
    event: Option<String>,
    by: Option<String>,
    text: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownReferral {
    #[serde(deserialize_with = "word")]
    to: ReferTo,
    days_ago: i32,
    question: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownPosition {
    /// The key of a campaign.
    on: String,
    #[serde(deserialize_with = "word")]
    place: Place,
    days_ago: i32,
    because: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownRisk {
    #[serde(deserialize_with = "word")]
    kind: RiskKind,
    #[serde(deserialize_with = "word")]
    level: Level,
    #[serde(deserialize_with = "word")]
    mitigation: Mitigation,
    because: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownLine {
    kind: String,
    days_ago: i32,
    size: Option<u8>,
    follow_up_in: Option<i32>,
    text: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownInfluence {
    whom: String,
    #[serde(deserialize_with = "word")]
    strength: Strength,
    how: String,
}

/// What the caller chose for a town: ids of all entries and campaigns, today, now, and where more ids come from.
pub struct TownChoices<'a> {
    pub entries: &'a [EntryId],
    pub campaigns: &'a [RowId],
    pub today: Date,
    pub recorded_ms: u64,
    pub fresh: &'a mut dyn FnMut() -> RowId,
}

/// Where the town's claims about people are from.
const SOURCE: &str = "told at the market";

/// Thornwick on the river Ebble: 37 entries of five kinds, and two events.
pub fn demo_town() -> Town {
    toml::from_str(include_str!("town.toml")).expect("the town ships with the program, and a test reads it")
}

/// Make the town's map document: its head, its campaigns, and what is known of the town. `campaigns` are ids for the town's
/// campaigns, one each.
pub fn town_map(
    edit: &mut Edit<'_>,
    town: &Town,
    campaigns: &[RowId],
    today: Date,
    fresh: &mut dyn FnMut() -> RowId,
) -> Result<(), Rejection> {
    Map::create(edit, &town.map.head())?;
    for (id, campaign) in campaigns.iter().zip(&town.campaigns) {
        Campaign::say(edit, *id, &campaign.sentence)?;
    }
    town.map.write(edit, today, fresh)
}

impl Town {
    /// Write one entry and all that is known about it, in the edit that begins its document.
    pub fn write(&self, index: usize, edit: &mut Edit<'_>, choices: &mut TownChoices<'_>) -> Result<(), Rejection> {
        let told = &self.entries[index];
        let (today, now) = (choices.today, choices.recorded_ms);
        let ago = |days: i32| When::on(today.plus_days(-days).unwrap_or(today));
        Entry::create(edit, &told.entry())?;
        if let Some(on) = told.in_days.and_then(|days| today.plus_days(days)) {
            Entry::set(edit, event::ON.name, &on.to_string())?;
        }
        for (field, other) in told.means.iter().flatten() {
            let id = choices.entries[self.named(other)].to_string();
            if *field == event::PLACE.name { Entry::set(edit, field, &id)? } else { Entry::add(edit, field, &id)? }
        }
        for fact in &told.facts {
            let weighed = Weighed {
                about: fact.about.clone(),
                occasion_event: fact.event.as_ref().map(|event| choices.entries[self.named(event)]),
                text: fact.text.clone(),
                ..Weighed::new(&fact.fact, Some(&fact.value))
            };
            let said_by = fact.by.clone();
            let assertion = Assertion { said_by, ..Assertion::new(Claim::Weighed(weighed), ago(10), now) };
            Entry::assert(edit, (choices.fresh)(), &assertion)?;
        }
        for TownReferral { to, days_ago, question } in &told.referred {
            let text = Some(question.clone());
            let referred = Referred { to: *to, rule: None, answer: None, conditions: Vec::new(), text };
            let assertion = Assertion::new(Claim::Referred(referred), ago(*days_ago), now);
            Entry::assert(edit, (choices.fresh)(), &assertion)?;
        }
        // What is said about a person has its source.
        let of_person = *told.kind == person::KIND;
        let source = of_person.then(|| SOURCE.to_owned());
        let mut said: BTreeMap<usize, RowId> = BTreeMap::new();
        for TownPosition { on, place, days_ago, because } in &told.stands {
            let campaign = self.campaign(on);
            let claim = Claim::Position { campaign: choices.campaigns[campaign], place: *place };
            let assertion = Assertion {
                reason: Some(because.clone()),
                source: source.clone(),
                supersedes: said.get(&campaign).copied().into_iter().collect(),
                ..Assertion::new(claim, ago(*days_ago), now)
            };
            let id = (choices.fresh)();
            Entry::assert(edit, id, &assertion)?;
            said.insert(campaign, id);
        }
        for TownRisk { kind, level, mitigation, because } in &told.risks {
            let claim = Claim::Risk(Risk { kind: *kind, level: *level, mitigation: *mitigation });
            let (reason, source) = (Some(because.clone()), source.clone());
            let assertion = Assertion { reason, source, ..Assertion::new(claim, ago(20), now) };
            Entry::assert(edit, (choices.fresh)(), &assertion)?;
        }
        for line in &told.log {
            let follow_up = line.follow_up_in.and_then(|days| today.plus_days(days));
            let new = LogLine::new(LogKind::typed(&line.kind)?, ago(line.days_ago), &line.text, now);
            Entry::log(edit, (choices.fresh)(), &LogLine { size: line.size, follow_up, ..new })?;
        }
        for TownInfluence { whom, strength, how } in &told.influences {
            let whom = self.named(whom);
            let link = Link::influence(choices.entries[whom], Direction::Out, *strength, now);
            let of_person = of_person || *self.entries[whom].kind == person::KIND;
            let link = Link { how: Some(how.clone()), source: of_person.then(|| SOURCE.to_owned()), ..link };
            Entry::link(edit, choices.entries[index], (choices.fresh)(), &link)?;
        }
        Ok(())
    }

    /// Write the campaigns, with whom they address and what is said against them, in an edit of the map's own document.
    pub fn write_campaigns(&self, edit: &mut Edit<'_>, choices: &mut TownChoices<'_>) -> Result<(), Rejection> {
        for (campaign, id) in self.campaigns.iter().zip(choices.campaigns) {
            Campaign::say(edit, *id, &campaign.sentence)?;
            Campaign::address(edit, *id, choices.entries[self.named(&campaign.addresses)])?;
        }
        for (campaign, id) in self.campaigns.iter().zip(choices.campaigns) {
            for TownArgument { said, answer } in &campaign.arguments {
                let argument = (choices.fresh)();
                Campaign::argue(edit, *id, argument, said)?;
                if let Some(answer) = answer {
                    Campaign::answer(edit, *id, argument, answer)?;
                }
            }
        }
        Ok(())
    }

    /// An entry's place among the entries.
    fn named(&self, name: &str) -> usize {
        self.entries.iter().position(|entry| entry.name == name).expect("whoever is named in the town lives there")
    }

    fn campaign(&self, key: &str) -> usize {
        self.campaigns.iter().position(|campaign| campaign.key == key).expect("every key in the town is a campaign's")
    }

    /// The town as the lines of a table that can be imported: names, fields and seats, with an id for each entry.
    pub fn table(&self) -> Vec<Vec<String>> {
        const FIELDS: [&Field; 11] = [
            &field::NAME,
            &field::TYPE,
            &person::BASIS,
            &person::ROLE,
            &field::CATEGORY,
            &field::LED_BY,
            &field::PHONE,
            &field::EMAIL,
            &field::WEBSITE,
            &place::STEP_FREE,
            &field::DESCRIPTION,
        ];
        let mut lines = vec![
            ["id", "kind"]
                .into_iter()
                .chain(FIELDS.map(|field| field.name))
                .chain([field::AFFILIATION.name])
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        ];
        for (number, entry) in self.entries.iter().map(TownEntry::entry).enumerate() {
            let mut line = vec![format!("town-{}", number + 1), entry.kind.name.to_owned()];
            line.extend(FIELDS.iter().map(|field| entry.value(field).unwrap_or_default().to_owned()));
            line.push(entry.affiliations.iter().map(Affiliation::to_string).collect::<Vec<_>>().join("; "));
            lines.push(line);
        }
        lines
    }
}

impl TownEntry {
    fn entry(&self) -> NewEntry {
        let mut entry = NewEntry::new(self.kind, &self.name);
        for (field, value) in &self.fields {
            entry = entry.with(field, value);
        }
        if let Some(seat) = &self.seat {
            let role = self.fields.get(person::ROLE.name).cloned();
            entry.affiliations.push(Affiliation { role, ..Affiliation::member_of(seat) });
        }
        if let Some(party) = &self.party {
            let source = Some("ballot paper".to_owned());
            entry.affiliations.push(Affiliation { source, ..Affiliation::party(party) });
        }
        entry
    }
}

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Kind, D::Error> {
    let name = String::deserialize(deserializer)?;
    Kind::named(&name).ok_or_else(|| D::Error::custom(format!("{name} is no kind of entry")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use allymap_document::{ActId, ActorId, Document};

    use super::*;
    use crate::advice::path::routes;
    use crate::advice::spectrum::Spectrum;
    use crate::author::Author;
    use crate::card::Card;
    use crate::kind::KINDS;

    const CAMPAIGNS: [RowId; 2] = [RowId([1; 16]), RowId([2; 16])];

    fn ids() -> Vec<EntryId> {
        (0..demo_town().entries.len()).map(|index| EntryId([index as u8 + 1; 16])).collect()
    }

    fn with_choices<T>(write: impl FnOnce(&Town, &mut TownChoices<'_>) -> T) -> T {
        let mut count = 0u128;
        let mut fresh = || {
            count += 1;
            RowId(count.to_be_bytes())
        };
        let today = Date::new(2026, 11, 23).unwrap();
        let recorded_ms = 1_790_000_000_000;
        let entries = ids();
        let mut choices =
            TownChoices { entries: &entries, campaigns: &CAMPAIGNS, today, recorded_ms, fresh: &mut fresh };
        write(&demo_town(), &mut choices)
    }

    fn built() -> Vec<(EntryId, Document)> {
        with_choices(|town, choices| {
            let mut documents = Vec::new();
            for (index, id) in choices.entries.iter().enumerate() {
                let mut document = Document::new(ActorId([7; 16]));
                document.edit(ActId([7; 16]), |edit| town.write(index, edit, choices)).unwrap().unwrap();
                documents.push((*id, document));
            }
            documents
        })
    }

    #[test]
    fn the_town_has_campaigns_that_moved_and_routes_to_their_decision_maker() {
        let mut document = Document::new(ActorId([7; 16]));
        let written = document.edit(ActId([7; 16]), |edit| {
            Map::create(edit, &demo_town().map.head())?;
            with_choices(|town, choices| town.write_campaigns(edit, choices))
        });
        written.unwrap().unwrap();
        let map = Map::read(&document);
        assert_eq!(map.campaigns.len(), 2);
        assert_eq!(map.campaigns.iter().map(|campaign| campaign.arguments.len()).sum::<usize>(), 3);
        let rows: Vec<Card> = built().iter().filter_map(|(id, document)| Card::of(document, *id)).collect();
        let target = map.campaigns[0].target().unwrap();
        assert_eq!(rows.iter().find(|row| row.id == target).unwrap().name, "Thornwick Shire Council");
        let spectrum = Spectrum::of(&rows, CAMPAIGNS[0], None);
        let score = spectrum.movement(CAMPAIGNS[0], Date::new(2026, 10, 1).unwrap(), None).score;
        assert!(score.towards >= 3 && score.active_after > score.active_before, "{score:?}");
        let routes = routes(&rows, target, Some(CAMPAIGNS[0]), None, 3).unwrap();
        assert!(routes.routes.len() >= 2, "{routes:?}");
    }

    #[test]
    fn the_town_has_thirty_entries_of_every_kind_and_something_of_everything() {
        let nobody = |_| Author { name: "Wren".into(), group: "Harbour".into(), device: "one".into() };
        let entries: Vec<Entry> = built().iter().map(|(id, document)| Entry::read(document, *id, &nobody)).collect();
        assert!(entries.len() >= 30);
        let kinds: BTreeSet<&str> = entries.iter().map(|entry| entry.kind_name.as_str()).collect();
        assert_eq!(kinds.len(), KINDS.len());
        assert!(entries.iter().all(|entry| entry.oddities.is_empty()));
        let count = |has: fn(&Entry) -> bool| entries.iter().filter(|entry| has(entry)).count();
        assert!(count(|entry| !entry.risks.is_empty()) >= 6);
        assert!(count(|entry| !entry.positions.is_empty()) >= 20);
        assert!(count(|entry| !entry.log.is_empty()) >= 8);
        assert!(count(|entry| !entry.links.is_empty()) >= 4);
    }
}
