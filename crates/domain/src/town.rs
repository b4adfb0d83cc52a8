//! An invented town, for the demo and for practice. Nobody in it exists, and no place.

pub mod practice;

use std::collections::BTreeMap;

use allymap_document::Edit;

use crate::date::{Date, When};
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::link::{Direction, Link, Strength};
use crate::entry::log::{LogKind, LogLine};
use crate::entry::position::Place::{
    self, ActiveAlly, ActiveOpponent, Neutral, NotKnown, PassiveAlly, PassiveOpponent,
};
use crate::entry::risk::{Level, Mitigation, Risk, RiskKind};
use crate::entry::weighed::{ReferTo, Referred, Weighed};
use crate::entry::{Entry, NewEntry};
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::kind::affiliation::Affiliation;
use crate::kind::event;
use crate::kind::institution;
use crate::kind::organisation;
use crate::kind::person;
use crate::kind::place;
use crate::kind::segment;
use crate::map::NewMap;
use crate::map::campaign::Campaign;
use crate::rejection::Rejection;

/// A whole map, still without ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    pub map: NewMap,
    /// Sentences.
    pub campaigns: Vec<&'static str>,
    pub entries: Vec<TownEntry>,
    /// Which campaign, what opponents say, what we answer.
    arguments: Vec<(usize, &'static str, Option<&'static str>)>,
}

/// One entry and what is known about it. Entries and campaigns are meant by their place in the town.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownEntry {
    pub entry: NewEntry,
    /// Campaign, place, how many days ago, why; the later one replaces the earlier.
    positions: Vec<(usize, Place, i32, &'static str)>,
    risks: Vec<(Risk, &'static str)>,
    log: Vec<TownLine>,
    influences: Vec<(usize, Strength, &'static str)>,
    /// Fields of an event that mean other entries.
    meant: Vec<(&'static str, usize)>,
    /// In how many days an event is.
    in_days: Option<i32>,
    facts: Vec<TownFact>,
    /// To whom it was referred, how many days ago, what was asked.
    referred: Vec<(ReferTo, i32, &'static str)>,
}

/// A fact by which events are weighed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TownFact {
    fact: &'static str,
    value: &'static str,
    about: Option<&'static str>,
    /// For which event of the town, and who gave it.
    given: Option<(usize, &'static str)>,
    text: Option<&'static str>,
    conditions: &'static [&'static str],
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct TownLine {
    kind: &'static str,
    days_ago: i32,
    size: Option<u8>,
    follow_up_in: Option<i32>,
    text: &'static str,
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

impl Town {
    /// Write one entry and all that is known about it, in the edit that begins its document.
    pub fn write(&self, index: usize, edit: &mut Edit<'_>, choices: &mut TownChoices<'_>) -> Result<(), Rejection> {
        let TownEntry { entry, positions, risks, log, influences, meant, in_days, facts, referred } =
            &self.entries[index];
        let (today, now) = (choices.today, choices.recorded_ms);
        let ago = |days: i32| When::on(today.plus_days(-days).unwrap_or(today));
        Entry::create(edit, entry)?;
        if let Some(on) = in_days.and_then(|days| today.plus_days(days)) {
            Entry::set(edit, "on", &on.to_string())?;
        }
        for (field, other) in meant {
            let id = choices.entries[*other].to_string();
            if *field == "place" { Entry::set(edit, field, &id)? } else { Entry::add(edit, field, &id)? }
        }
        for fact in facts {
            let weighed = Weighed {
                about: fact.about.map(str::to_owned),
                occasion_event: fact.given.map(|(event, _)| choices.entries[event]),
                text: fact.text.map(str::to_owned),
                conditions: fact.conditions.iter().map(|&condition| condition.to_owned()).collect(),
                ..Weighed::new(fact.fact, Some(fact.value))
            };
            let said_by = fact.given.map(|(_, giver)| giver.to_owned());
            let assertion = Assertion { said_by, ..Assertion::new(Claim::Weighed(weighed), ago(10), now) };
            Entry::assert(edit, (choices.fresh)(), &assertion)?;
        }
        for (to, days_ago, question) in referred {
            let text = Some((*question).to_owned());
            let referred = Referred { to: *to, rule: None, answer: None, conditions: Vec::new(), text };
            let assertion = Assertion::new(Claim::Referred(referred), ago(*days_ago), now);
            Entry::assert(edit, (choices.fresh)(), &assertion)?;
        }
        // What is said about a person has its source.
        let of_person = entry.kind.name == "person";
        let source = of_person.then(|| SOURCE.to_owned());
        let mut said: BTreeMap<usize, RowId> = BTreeMap::new();
        for (campaign, place, days_ago, reason) in positions {
            let claim = Claim::Position { campaign: choices.campaigns[*campaign], place: *place };
            let assertion = Assertion {
                reason: Some((*reason).to_owned()),
                source: source.clone(),
                supersedes: said.get(campaign).copied().into_iter().collect(),
                ..Assertion::new(claim, ago(*days_ago), now)
            };
            let id = (choices.fresh)();
            Entry::assert(edit, id, &assertion)?;
            said.insert(*campaign, id);
        }
        for (risk, reason) in risks {
            let claim = Claim::Risk(*risk);
            let (reason, source) = (Some((*reason).to_owned()), source.clone());
            let assertion = Assertion { reason, source, ..Assertion::new(claim, ago(20), now) };
            Entry::assert(edit, (choices.fresh)(), &assertion)?;
        }
        for line in log {
            let follow_up = line.follow_up_in.and_then(|days| today.plus_days(days));
            let new = LogLine::new(LogKind::typed(line.kind)?, ago(line.days_ago), line.text, now);
            Entry::log(edit, (choices.fresh)(), &LogLine { size: line.size, follow_up, ..new })?;
        }
        for (to, strength, how) in influences {
            let link = Link::influence(choices.entries[*to], Direction::Out, *strength, now);
            let of_person = of_person || self.entries[*to].entry.kind.name == "person";
            let link = Link { how: Some((*how).to_owned()), source: of_person.then(|| SOURCE.to_owned()), ..link };
            Entry::link(edit, choices.entries[index], (choices.fresh)(), &link)?;
        }
        Ok(())
    }

    /// Write the campaigns, with whom they address and what is said against them, in an edit of the map's own document.
    pub fn write_campaigns(&self, edit: &mut Edit<'_>, choices: &mut TownChoices<'_>) -> Result<(), Rejection> {
        for (sentence, id) in self.campaigns.iter().zip(choices.campaigns) {
            Campaign::say(edit, *id, sentence)?;
            Campaign::address(edit, *id, choices.entries[COUNCIL])?;
        }
        for (campaign, said, answer) in &self.arguments {
            let (id, argument) = (choices.campaigns[*campaign], (choices.fresh)());
            Campaign::argue(edit, id, argument, said)?;
            if let Some(answer) = answer {
                Campaign::answer(edit, id, argument, answer)?;
            }
        }
        Ok(())
    }

    /// The town as the lines of a table that can be imported: names, fields and seats, with an id for each entry.
    pub fn table(&self) -> Vec<Vec<String>> {
        const FIELDS: [&str; 11] = [
            "name",
            "type",
            "basis",
            "role",
            "category",
            "led-by",
            "phone",
            "email",
            "website",
            "step-free",
            "description",
        ];
        let mut lines = vec![
            ["id", "kind"].into_iter().chain(FIELDS).chain(["affiliation"]).map(str::to_owned).collect::<Vec<_>>(),
        ];
        for (number, TownEntry { entry, .. }) in self.entries.iter().enumerate() {
            let mut line = vec![format!("town-{}", number + 1), entry.kind.name.to_owned()];
            line.extend(FIELDS.iter().map(|field| entry.value(field).unwrap_or_default().to_owned()));
            line.push(entry.affiliations.iter().map(Affiliation::to_string).collect::<Vec<_>>().join("; "));
            lines.push(line);
        }
        lines
    }
}

/// Thornwick on the river Ebble: 37 entries of five kinds, and two events.
pub fn demo_town() -> Town {
    let org = |name, choice, category| organisation(name, choice, category);
    let entries = vec![
        // 0
        org("Thornwick Welcome Circle", "activist", "b")
            .field("phone", "02 5550 1001")
            .field("email", "hello@welcome-circle.example")
            .field("held-by", "Harbour group")
            .stands(0, ActiveAlly, "they began it")
            .said("one-to-one", 40, "Steady, tired, glad of company.")
            .due("meeting", 12, 16, "Planned the film night together.")
            .influences(19, Strength::Medium, "two of them sit on its culture committee")
            .said("research", 90, "Their own pages, and what the paper wrote of them.")
            .weighs(IN_GENERAL),
        org("Yarrabin Women's Circle", "rights-holders", "a")
            .field("led-by", "indigenous")
            .field("led-by-words", "their own website")
            .stands(0, PassiveAlly, "support it, and have their own work first")
            .gave("gave", 90, 3, "Four people on their stall.")
            .gave("got", 60, 2, "They lent us chairs.")
            .due("check-in", 25, 30, "All well; they will call when they need hands.")
            .said("research", 120, "Their own pages; they sent us their yearly letter.")
            .said("consulted", 12, "Sat with them about the walk: they want it quiet.")
            .answered("full", LANTERN, "Aunty Wilga Marrin")
            .asks("no filming")
            .weighs(IN_GENERAL)
            .weighs(&[("brand_wish", "wanted")]),
        org("Open Lamp Language School", "rights-holders", "a")
            .field("led-by", "culturally and linguistically diverse")
            .field("phone", "02 5550 1003")
            .stands(0, ActiveAlly, "half of their learners waited for years")
            .said("meeting", 15, "Want the forum to be on a Saturday."),
        org("Ramp and Rail", "rights-holders", "a")
            .field("led-by", "disability")
            .field("website", "https://ramp-and-rail.example")
            .stands(1, ActiveAlly, "they measured every doorway in town"),
        org("Thornwick Young Voices", "youth", "a").field("led-by", "youth").stands(
            1,
            PassiveAlly,
            "asked good questions",
        ),
        org("Rainbow Rowers", "recreation", "c")
            .field("led-by", "lgbtqi")
            .stands(0, PassiveAlly, "carried a banner at the regatta")
            .risk(RiskKind::Reputational, Level::Low, Mitigation::NoneNeeded, "list of sponsors not seen yet"),
        // 6
        org("Ebble Valley Landcare", "activist", "b").stands(0, Neutral, "not their subject, they say"),
        org("The Ropewalk Choir", "arts", "c")
            .field("phone", "02 5550 1008")
            .stood(0, Neutral, 120, "kept out of it")
            .stands(0, PassiveAlly, "sang at the vigil")
            .influences(26, Strength::Medium, "she sings in it")
            .said("research", 130, "Read what they say of themselves: songs, and nobody's party.")
            .said("call", 33, "Would sing again, not on Sundays."),
        org("Second Saturday Growers", "business", "c").stands(1, Neutral, "worried about the car park"),
        org("Brackwater Quarry Company", "business", "c")
            .field("engage", "no")
            .stood(1, PassiveOpponent, 100, "grumbled at the fair")
            .stands(1, ActiveOpponent, "wrote to the council against it")
            .risk(RiskKind::Reputational, Level::High, Mitigation::CanBe, "fined for dust last year")
            .risk(RiskKind::Legal, Level::Medium, Mitigation::Unknown, "threatened a neighbour with court"),
        org("Two Bridges Bakery", "business", "c")
            .field("phone", "02 5550 1011")
            .said("research", 60, "Bakes, and has never taken a side in public.")
            .gave("got", 18, 1, "Bread for the film night."),
        org("Ebble Teachers' Branch", "union", "b").stands(0, ActiveAlly, "passed a motion").stands(
            1,
            ActiveAlly,
            "same motion",
        ),
        // 12
        org("Full Table Pantry", "charity", "c").stands(0, PassiveAlly, "feeds anybody who comes"),
        org("St Cuthwyn's Parish", "faith", "c")
            .field("phone", "02 5550 1014")
            .stood(0, PassiveAlly, 150, "prayed for it")
            .stands(0, ActiveAlly, "housed two families")
            .stands(1, Neutral, "has not spoken about it")
            .said("research", 210, "Their own pages and three years of the parish letter.")
            .said("approach", 200, "First talk with the parish office.")
            .influences(19, Strength::Weak, "the rector opens its meetings"),
        org("Thornwick Mosque Association", "faith", "c").stands(0, ActiveAlly, "teaches newcomers to drive").due(
            "one-to-one",
            50,
            -5,
            "Ask again about the hall in spring.",
        ),
        org("Thornwick Chamber of Trade", "business", "c").stands(1, PassiveOpponent, "fears for parking").influences(
            19,
            Strength::Strong,
            "its president plays golf with the mayor",
        ),
        org("The Ebble Courier", "media", "c").field("email", "desk@ebble-courier.example").stands(
            0,
            Neutral,
            "prints both sides",
        ),
        org("Fair Go for Thornwick", "party", "d").risk(
            RiskKind::Political,
            Level::High,
            Mitigation::Cannot,
            "stands candidates for the council",
        ),
        org("Night Bus Collective", "social", "c").stands(1, PassiveAlly, "want a shelter with a roof"),
        // 19
        body("Thornwick Shire Council", "council", "d")
            .field("website", "https://thornwick-shire.example")
            .stands(0, Neutral, "no motion yet")
            .stands(1, PassiveOpponent, "voted it down by one"),
        body("Thornwick High School", "school", "c").stands(0, PassiveAlly, "the librarian asked for speakers"),
        body("Ebble Coast College", "college", "c").stands(0, PassiveAlly, "offered a room"),
        body("Thornwick Hospital", "hospital", "c").risk(
            RiskKind::Policy,
            Level::Low,
            Mitigation::NoneNeeded,
            "may not take sides",
        ),
        body("Thornwick Library", "library", "c").field("phone", "02 5550 1024").said("contact", 8, "Poster is up."),
        body("Harbour Arcade", "shopping-centre", "c").stands(0, NotKnown, "nobody has asked"),
        // 25
        body("Ebble Courthouse", "office", "c"),
        somebody("Isolde Farthing-Okoro", "mayor", "Thornwick Shire Council")
            .stands(1, PassiveOpponent, "her casting vote")
            .influences(19, Strength::Strong, "chairs it"),
        somebody("Bertil Quennell", "councillor", "Thornwick Shire Council")
            .party("Fair Go for Thornwick")
            .stands(1, ActiveOpponent, "spoke against it twice")
            .risk(RiskKind::Political, Level::Medium, Mitigation::CanBe, "candidate at the next election"),
        somebody("Nandini Oxenbury", "councillor", "Thornwick Shire Council")
            .field("values", "a promise is a promise (The Ebble Courier, 4 Feb 2026)")
            .stood(0, Neutral, 110, "wanted figures first")
            .stands(0, PassiveAlly, "came to the vigil on her own")
            .influences(19, Strength::Medium, "votes in it")
            .due("one-to-one", 21, 4, "Would move a motion if a second council did."),
        somebody("Lemuel Tarrask", "editor", "The Ebble Courier").stands(
            0,
            Neutral,
            "wants a local face for the story",
        ),
        somebody("Aunty Wilga Marrin", "Elder", "Yarrabin Women's Circle").field("basis", "willing-contact"),
        // 31
        somebody("Ignatius Pell-Huang", "member of parliament", "State parliament")
            .stands(0, PassiveOpponent, "follows the party room")
            .stands(1, Neutral, "a council matter, he says"),
        spot("Ropewalk Hall", "hall", "yes").field("phone", "02 5550 1032").field("seats", "120"),
        spot("Harbour Green", "park", "yes"),
        spot("Second Saturday Market", "market", "unknown"),
        spot("Old Ferry Steps", "square", "no").risk(
            RiskKind::Physical,
            Level::Medium,
            Mitigation::CanBe,
            "no railing on the river side",
        ),
        // 36
        known(&segment::KIND, "Young farmers of the valley").stands(0, Neutral, "short of hands at harvest, and wary"),
        // 37
        known(&event::KIND, "Lantern walk")
            .field("theme", "Whoever arrives has a neighbour by the end of the week")
            .field("lead", "together")
            .field("held-by", "Harbour group")
            .on(40)
            .means("organisers", &[0, 1])
            .means("place", &[33])
            .weighs(EVERYTHING_FINE)
            .all_risks_low(),
        known(&event::KIND, "Candidates' forum")
            .field("theme", "Rents, the last bus, and who decides about them")
            .field("lead", "together")
            .field("held-by", "Hills group")
            .on(55)
            .means("organisers", &[11])
            .means("speakers", &[28, 31])
            .means("place", &[32])
            .weighs(&[("requested", "partner"), ("message", "same"), ("target", "none")])
            .party_answered("Weir Alliance", "attending")
            .party_answered("Fair Go for Thornwick", "no-response")
            .referred(ReferTo::RegionalStaff, 6, "May we co-host when one party is silent?"),
    ];
    Town {
        map: NewMap {
            name: "Thornwick".to_owned(),
            community: "The town of Thornwick and the valley of the Ebble, from the weir to the harbour: about nine thousand people."
                .to_owned(),
        },
        campaigns: vec!["Thornwick welcomes refugees", "A step-free town centre"],
        entries,
        arguments: vec![
            (0, "there are no houses", Some("forty stand empty, by the council's own list")),
            (0, "nobody asked us", None),
            (1, "shops lose their parking", Some("nine in ten customers walk or come by bus, counted in May")),
        ],
    }
}

/// Their places among the entries.
const COUNCIL: usize = 19;
const LANTERN: usize = 37;

/// What is known of organisers who give nobody a headache.
const IN_GENERAL: &[(&str, &str)] = &[
    ("affiliation", "none"),
    ("system_change", "no"),
    ("tactics", "lawful"),
    ("corporate", "none"),
    ("opposes_other", "no"),
];

/// An event of which everything is known that is asked.
const EVERYTHING_FINE: &[(&str, &str)] = &[
    ("requested", "partner"),
    ("message", "same"),
    ("target", "policy"),
    ("faith_host", "none"),
    ("government_host", "none"),
    ("politicians_speak", "no"),
    ("speakers_checked", "yes"),
    ("speakers_found", "fine"),
    ("endorses", "no"),
    ("directs_vote", "no"),
    ("rep_office", "no"),
    ("staff_checked", "yes"),
    ("space", "ok"),
];

fn organisation(name: &str, choice: &str, category: &str) -> TownEntry {
    known(&organisation::KIND, name).field("type", choice).field("category", category)
}

fn body(name: &str, choice: &str, category: &str) -> TownEntry {
    known(&institution::KIND, name).field("type", choice).field("category", category)
}

fn spot(name: &str, choice: &str, step_free: &str) -> TownEntry {
    known(&place::KIND, name).field("type", choice).field("step-free", step_free)
}

fn somebody(name: &str, role: &str, seat: &str) -> TownEntry {
    let mut entry = known(&person::KIND, name).field("role", role);
    entry.entry.affiliations.push(Affiliation { role: Some(role.to_owned()), ..Affiliation::member_of(seat) });
    entry
}

fn known(kind: &'static Kind, name: &str) -> TownEntry {
    TownEntry {
        entry: NewEntry::new(kind, name),
        positions: Vec::new(),
        risks: Vec::new(),
        log: Vec::new(),
        influences: Vec::new(),
        meant: Vec::new(),
        in_days: None,
        facts: Vec::new(),
        referred: Vec::new(),
    }
}

impl TownEntry {
    fn field(mut self, field: &str, value: &str) -> TownEntry {
        self.entry = self.entry.with(field, value);
        self
    }

    fn party(mut self, name: &str) -> TownEntry {
        let source = Some("ballot paper".to_owned());
        self.entry.affiliations.push(Affiliation { source, ..Affiliation::party(name) });
        self
    }

    fn stood(mut self, campaign: usize, place: Place, days_ago: i32, reason: &'static str) -> TownEntry {
        self.positions.push((campaign, place, days_ago, reason));
        self
    }

    fn stands(self, campaign: usize, place: Place, reason: &'static str) -> TownEntry {
        self.stood(campaign, place, 30, reason)
    }

    fn risk(mut self, kind: RiskKind, level: Level, mitigation: Mitigation, reason: &'static str) -> TownEntry {
        self.risks.push((Risk { kind, level, mitigation }, reason));
        self
    }

    fn said(mut self, kind: &'static str, days_ago: i32, text: &'static str) -> TownEntry {
        self.log.push(TownLine { kind, days_ago, size: None, follow_up_in: None, text });
        self
    }

    fn due(mut self, kind: &'static str, days_ago: i32, follow_up_in: i32, text: &'static str) -> TownEntry {
        self.log.push(TownLine { kind, days_ago, size: None, follow_up_in: Some(follow_up_in), text });
        self
    }

    fn gave(mut self, kind: &'static str, days_ago: i32, size: u8, text: &'static str) -> TownEntry {
        self.log.push(TownLine { kind, days_ago, size: Some(size), follow_up_in: None, text });
        self
    }

    fn on(mut self, in_days: i32) -> TownEntry {
        self.in_days = Some(in_days);
        self
    }

    fn means(mut self, field: &'static str, entries: &[usize]) -> TownEntry {
        self.meant.extend(entries.iter().map(|entry| (field, *entry)));
        self
    }

    fn weighs(mut self, facts: &[(&'static str, &'static str)]) -> TownEntry {
        self.facts.extend(facts.iter().map(|(fact, value)| TownFact {
            fact,
            value,
            about: None,
            given: None,
            text: None,
            conditions: &[],
        }));
        self
    }

    fn answered(mut self, value: &'static str, event: usize, giver: &'static str) -> TownEntry {
        let given = Some((event, giver));
        self.facts.push(TownFact { fact: "consent", value, about: None, given, text: None, conditions: &[] });
        self
    }

    fn asks(mut self, text: &'static str) -> TownEntry {
        let text = Some(text);
        self.facts.push(TownFact { fact: "requests", value: "other", about: None, given: None, text, conditions: &[] });
        self
    }

    fn party_answered(mut self, party: &'static str, value: &'static str) -> TownEntry {
        let about = Some(party);
        self.facts.push(TownFact { fact: "parties", value, about, given: None, text: None, conditions: &[] });
        self
    }

    fn all_risks_low(mut self) -> TownEntry {
        for kind in RiskKind::ALL {
            self = self.risk(kind, Level::Low, Mitigation::NoneNeeded, "looked at together");
        }
        self
    }

    fn referred(mut self, to: ReferTo, days_ago: i32, question: &'static str) -> TownEntry {
        self.referred.push((to, days_ago, question));
        self
    }

    fn influences(mut self, to: usize, strength: Strength, how: &'static str) -> TownEntry {
        self.influences.push((to, strength, how));
        self
    }
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
    use crate::map::Map;

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
            Map::create(edit, &demo_town().map)?;
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
