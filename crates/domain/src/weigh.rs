//! From a map to an answer: what is known of an event, its organisers and its communities, as a case for the policy.
//!
//! Everything is read from rows, so that a list of events opens no document. What the map knows anyway (a category, research
//! in the log, who sits in a council) flows in beside what people stated, each with where it is from.

pub mod answer;
pub mod consent;
pub mod decide;
pub mod derived;
pub mod place;
pub mod referral;
pub mod request;
pub mod sheet;
pub mod standing;
pub mod typed;
pub mod walk;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use allymap_document::ActorId;
use allymap_policy::{About, Case, Change, Fact, Outcome, Pack, Per, Question, RiskType, Statement};
use sha2::{Digest, Sha256};

use crate::card::Card;
use crate::card::duplicates::identities;
use crate::date::Date;
use crate::entry::assertion::Claim;
use crate::entry::fact::FactKind;
use crate::entry::risk::{Level, Mitigation};
use crate::entry::weighed::{ReferTo, Weighed};
use crate::ids::{EntryId, RowId};
use crate::kind::event;
use crate::kind::field::Field;
use crate::map::{self, Map};
use crate::weigh::standing::{Told, resolved};
use crate::words;

/// Weighs the events of one map, with what its rows say.
pub struct Weigher<'a> {
    /// Each row, and those that are the same.
    joined: BTreeMap<EntryId, Vec<&'a Card>>,
    canonical: BTreeMap<EntryId, EntryId>,
    /// Folded names, and who has them; made when first needed.
    named: OnceCell<BTreeMap<String, Vec<&'a Card>>>,
    map: &'a Map,
    pack: &'a Pack,
    today: Date,
}

/// An event as a case, and where each statement of it is from.
pub struct Weighing {
    pub case: Case,
    pub subjects: Vec<Subject>,
    /// By the statement's id.
    pub origins: BTreeMap<String, Basis>,
    /// Statements that this version or this pack cannot read: one may speak against what the others say.
    pub unread: usize,
}

/// Somebody whom facts are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// As the case calls them.
    pub name: String,
    /// None when they are not on the map.
    pub entry: Option<EntryId>,
    pub organiser: bool,
    pub community: bool,
}

/// Where a statement is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Whose document says so; the event's own, too.
    pub entry: EntryId,
    /// The assertion; none for what follows from fields and the log.
    pub row: Option<RowId>,
    pub by: Option<ActorId>,
    /// Of what follows from something else: from what.
    pub follows_from: Option<String>,
    pub on: Option<Date>,
    pub on_typed: Option<String>,
    pub source: Option<String>,
    pub said_by: Option<String>,
    pub reason: Option<String>,
}

impl Weighing {
    pub fn outcome(&self, pack: &Pack) -> Outcome {
        allymap_policy::evaluate(pack, &self.case)
    }

    /// How much a person has still to look at: what the answer leaves open, and what cannot be read here.
    pub fn still_open(&self, outcome: &Outcome) -> usize {
        outcome.open.len() + self.unread
    }

    /// What is still to be answered and can change the answer, in the order in which a person is asked.
    pub fn questions(&self, pack: &Pack) -> Vec<Question> {
        allymap_policy::questions(pack, &self.case)
    }

    /// What would turn the answer.
    pub fn what_would_change(&self, pack: &Pack) -> Vec<Change> {
        allymap_policy::what_would_change(pack, &self.case)
    }

    /// The statements about one question, with where each is from.
    pub fn about(&self, question: &Question) -> Vec<(&Statement, &Basis)> {
        let fact = if question.fact == Fact::Mitigation { Fact::Risk } else { question.fact };
        let said = self.case.statements.iter().filter(|said| said.fact == fact && said.about == question.about);
        said.filter_map(|said| Some((said, self.origins.get(&said.id)?))).collect()
    }

    /// Those that nobody replaced by another about the same. An answer to a referral has seen much and replaces only answers.
    pub fn standing(&self) -> Vec<(&Statement, &Basis)> {
        let statements = &self.case.statements;
        let replaced: BTreeSet<(Fact, &About, &str)> = statements
            .iter()
            .flat_map(|said| said.saw.iter().map(|id| (said.fact, &said.about, id.as_str())))
            .collect();
        let stands = |said: &&Statement| !replaced.contains(&(said.fact, &said.about, said.id.as_str()));
        statements.iter().filter(stands).filter_map(|said| Some((said, self.origins.get(&said.id)?))).collect()
    }

    /// Of these the ones about one question.
    pub fn standing_about(&self, question: &Question) -> Vec<(&Statement, &Basis)> {
        let about = self.about(question);
        self.standing().into_iter().filter(|(said, _)| about.iter().any(|(one, _)| one.id == said.id)).collect()
    }

    /// The ids of all statements, for whoever answers or decides in sight of them; of what follows from the map a mark of it.
    pub fn seen(&self) -> Vec<RowId> {
        let rows = self.origins.values().filter_map(|basis| basis.row);
        let follows = |said: &&Statement| self.origins.get(&said.id).is_some_and(|basis| basis.row.is_none());
        let marks = self.case.statements.iter().filter(follows).map(mark);
        rows.chain(marks).collect::<BTreeSet<RowId>>().into_iter().collect()
    }

    pub fn subject(&self, name: &str) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.name == name)
    }
}

impl<'a> Weigher<'a> {
    pub fn new(rows: &'a [Card], map: &'a Map, pack: &'a Pack, today: Date) -> Weigher<'a> {
        let canonical = identities(rows);
        let mut joined: BTreeMap<EntryId, Vec<&'a Card>> = BTreeMap::new();
        for row in rows {
            joined.entry(canonical.get(&row.id).copied().unwrap_or(row.id)).or_default().push(row);
        }
        Weigher { joined, canonical, named: OnceCell::new(), map, pack, today }
    }

    /// Everything known about an event.
    pub fn weigh(&self, event: &Card) -> Weighing {
        let subjects = self.subjects(event);
        let mut case = Case { occasion: Some(event.id.to_string()), ..Case::new() };
        for subject in &subjects {
            if subject.organiser {
                case.organisers.push(subject.name.clone());
            }
            if subject.community {
                case.communities.push(subject.name.clone());
            }
        }
        let mut weighing = Weighing { case, subjects, origins: BTreeMap::new(), unread: 0 };
        for row in self.also(event) {
            weighing.unread += unread(row);
            self.own_facts(row, &mut weighing);
        }
        for subject in weighing.subjects.clone() {
            let rows = subject.entry.map_or(Vec::new(), |id| self.of(id));
            for row in rows {
                weighing.unread += unread(row);
                self.facts_of(row, &subject, event, &mut weighing);
            }
        }
        self.derived(event, &mut weighing);
        weighing
    }

    /// An event's row, and those of all that are known to be the same.
    fn also<'r>(&self, event: &'r Card) -> Vec<&'r Card>
    where
        'a: 'r,
    {
        let others = self.of(event.id).into_iter().filter(|row| row.id != event.id);
        [event].into_iter().chain(others).collect()
    }

    /// The rows of an entry and of all that are known to be the same.
    fn of(&self, id: EntryId) -> Vec<&'a Card> {
        let one = self.canonical.get(&id).copied().unwrap_or(id);
        self.joined.get(&one).cloned().unwrap_or_default()
    }

    /// The entry that a field means; a name fits if exactly one entry has it.
    pub fn meant(&self, value: &str) -> (Option<EntryId>, String) {
        match value.parse::<EntryId>() {
            Ok(id) => {
                let rows = self.of(id);
                let name = rows.iter().find(|row| row.id == id).or(rows.first()).map(|row| row.name.clone());
                (Some(id), name.unwrap_or_else(|| format!("an entry that is not here yet ({id})")))
            }
            Err(_) => {
                let (name, folded) = (value.to_owned(), words::folded(value));
                let named = self.named.get_or_init(|| {
                    let mut named: BTreeMap<String, Vec<&Card>> = BTreeMap::new();
                    for row in self.joined.values().filter_map(|rows| rows.first()) {
                        named.entry(words::folded(&row.name)).or_default().push(row);
                    }
                    named
                });
                match named.get(&folded).map(Vec::as_slice) {
                    Some([row]) => (Some(row.id), row.name.clone()),
                    _ => (None, name),
                }
            }
        }
    }

    /// What the members of a set are called.
    pub fn names(&self, event: &Card, field: &Field) -> Vec<String> {
        event.members(field).iter().map(|value| self.meant(value).1).collect()
    }

    /// Organisers and communities, each once. An organiser of rights holders is a community as well.
    fn subjects(&self, event: &Card) -> Vec<Subject> {
        let mut subjects: Vec<Subject> = Vec::new();
        for (field, organiser) in [(&event::ORGANISERS, true), (&event::COMMUNITIES, false)] {
            for value in self.also(event).into_iter().flat_map(|row| row.members(field)) {
                let (entry, name) = self.meant(value);
                let one = entry.map(|id| self.canonical.get(&id).copied().unwrap_or(id));
                let same = |other: &&mut Subject| match (one, other.entry) {
                    (Some(one), Some(other)) => self.canonical.get(&other).copied().unwrap_or(other) == one,
                    (None, None) => words::folded(&other.name) == words::folded(&name),
                    _ => false,
                };
                let theirs = entry.is_some_and(|id| self.of(id).iter().any(|row| row.rights_holders()));
                match subjects.iter_mut().find(same) {
                    Some(known) => {
                        known.organiser |= organiser;
                        known.community |= !organiser || theirs;
                    }
                    None => {
                        subjects.push(Subject { name, entry, organiser, community: !organiser || theirs });
                    }
                }
            }
        }
        // Two of one name are two.
        let names: Vec<String> = subjects.iter().map(|subject| subject.name.clone()).collect();
        for (at, subject) in subjects.iter_mut().enumerate() {
            if names.iter().filter(|name| **name == subject.name).count() > 1 {
                subject.name = format!("{} ({})", subject.name, at + 1);
            }
        }
        subjects
    }

    /// What was stated in the event itself.
    fn own_facts(&self, event: &Card, weighing: &mut Weighing) {
        for told in resolved(event, self.pack) {
            match &told.assertion.claim {
                Claim::Risk(risk) => {
                    let Some(kind) = RiskType::parse(risk.kind.slug()) else { continue };
                    self.state(event, &told, Fact::Risk, About::Risk(kind), weighing);
                }
                Claim::Weighed(weighed) => {
                    let Some(fact) = Fact::parse(&weighed.fact) else {
                        weighing.unread += 1;
                        continue;
                    };
                    let about = weighed.about.as_deref();
                    let about = match fact.per() {
                        Per::Event => About::Event,
                        Per::Party => About::Party(about.unwrap_or_default().to_owned()),
                        Per::Rule => About::Rule(about.unwrap_or_default().to_owned()),
                        Per::Risk => continue,
                        Per::Organiser | Per::Community | Per::OrganiserOrCommunity => {
                            match self.about_somebody(fact, about, weighing) {
                                Some(about) => about,
                                // They have nothing to do with it any more.
                                None => continue,
                            }
                        }
                    };
                    self.state(event, &told, fact, about, weighing);
                }
                Claim::Position { .. } | Claim::Fact(_) | Claim::Referred(_) | Claim::Decided(_) => {}
            }
        }
    }

    fn about_somebody(&self, fact: Fact, about: Option<&str>, weighing: &Weighing) -> Option<About> {
        let name = match about {
            None => String::new(),
            Some(about) => {
                let (entry, name) = self.meant(about);
                let is = |subject: &&Subject| match (entry, subject.entry) {
                    (Some(entry), Some(other)) => {
                        self.canonical.get(&entry).unwrap_or(&entry) == self.canonical.get(&other).unwrap_or(&other)
                    }
                    _ => words::folded(&subject.name) == words::folded(&name),
                };
                weighing.subjects.iter().find(is)?.name.clone()
            }
        };
        let community = weighing.subject(&name).is_none_or(|subject| subject.community);
        Some(match fact.per() {
            Per::Organiser => About::Organiser(name),
            Per::OrganiserOrCommunity if !community => About::Organiser(name),
            _ => About::Community(name),
        })
    }

    /// What was stated in the entry of an organiser or a community.
    fn facts_of(&self, row: &Card, subject: &Subject, event: &Card, weighing: &mut Weighing) {
        let organiser = || About::Organiser(subject.name.clone());
        let community = || About::Community(subject.name.clone());
        for told in resolved(row, self.pack) {
            match &told.assertion.claim {
                Claim::Risk(risk) if subject.organiser => {
                    let Some(kind) = RiskType::parse(risk.kind.slug()) else { continue };
                    // They rate the organiser, and answer nothing for the event.
                    if risk.level != Level::Unknown {
                        let about = About::RiskOf(kind, subject.name.clone());
                        self.state(row, &told, Fact::Risk, about, weighing);
                    }
                }
                Claim::Fact(fact) if fact.kind() == FactKind::AffiliationKind && subject.organiser => {
                    self.state(row, &told, Fact::Affiliation, organiser(), weighing);
                    if fact.slug() == "system-change" {
                        self.state(row, &told, Fact::SystemChange, organiser(), weighing);
                    }
                }
                Claim::Weighed(weighed) => {
                    let Some(fact) = Fact::parse(&weighed.fact) else {
                        weighing.unread += 1;
                        continue;
                    };
                    let about = match fact.per() {
                        Per::Organiser if subject.organiser => organiser(),
                        // Whoever is no community of rights holders asks us things too; that makes them none.
                        Per::Community if fact == Fact::Requests && !subject.community => {
                            About::Community(String::new())
                        }
                        Per::Community if subject.community => community(),
                        Per::OrganiserOrCommunity if subject.community => community(),
                        Per::OrganiserOrCommunity => organiser(),
                        _ => continue,
                    };
                    self.state_for(row, &told, fact, about, Some(event), weighing);
                }
                _ => {}
            }
        }
    }

    fn state(&self, row: &Card, told: &Told<()>, fact: Fact, about: About, weighing: &mut Weighing) {
        self.state_for(row, told, fact, about, None, weighing);
    }

    /// One statement of the case.
    fn state_for(
        &self,
        row: &Card,
        told: &Told<()>,
        fact: Fact,
        about: About,
        event: Option<&Card>,
        weighing: &mut Weighing,
    ) {
        let assertion = &told.assertion;
        let name = |id: RowId| name_of(fact, id);
        let mut said = Statement::unknown(name(told.id), fact, about);
        said.author = told.by.0.iter().map(|byte| format!("{byte:02x}")).collect();
        said.reason.clone_from(&assertion.reason);
        // Whoever replaces what was taken back settles both (decision 10).
        said.saw = assertion.supersedes.iter().flat_map(|id| [name(*id), format!("{}/back", name(*id))]).collect();
        said.giver.clone_from(&assertion.said_by);
        match &assertion.claim {
            Claim::Risk(risk) => {
                if risk.level != Level::Unknown {
                    said.value = Some(risk.level.slug().to_owned());
                }
                if risk.mitigation != Mitigation::Unknown {
                    said.mitigation = Some(risk.mitigation.slug().to_owned());
                }
            }
            Claim::Fact(tie) => {
                said.value = match (fact, tie.slug()) {
                    (_, "unknown") => None,
                    (Fact::SystemChange, _) => Some("yes"),
                    (_, "none" | "system-change") => Some("none"),
                    (_, "known-person") => Some("individual"),
                    (_, "issue-group" | "affiliated") => Some("official"),
                    _ => Some("party"),
                }
                .map(str::to_owned);
                // What loosened nothing was let through without one.
                said.reason = said.reason.or_else(|| Some("closer than what was known".to_owned()));
            }
            Claim::Weighed(weighed) => {
                said.value.clone_from(&weighed.value);
                said.conditions.clone_from(&weighed.conditions);
                said.text.clone_from(&weighed.text);
                if fact == Fact::Requests && said.about == About::Community(String::new()) {
                    let words = weighed.text.as_deref().unwrap_or_default();
                    said.text = Some(format!("{}: {words}", row.name));
                }
                if fact == Fact::Referral {
                    let seen = weighed.saw.iter().map(RowId::to_string);
                    said.saw.extend(seen.clone());
                    said.saw.extend(seen.map(|id| format!("{id}/{}", Fact::SystemChange)));
                }
                if fact == Fact::Consent {
                    said.date = Some(assertion.observed.typed.clone()).filter(|typed| !typed.is_empty());
                    let occasion = self.occasion(weighed, event, weighing);
                    let binds = matches!(said.value.as_deref(), Some("declined" | "blessing"));
                    if !binds && Some(&occasion) != weighing.case.occasion.as_ref() {
                        // A yes for something else, or its end, says nothing of this.
                        return;
                    }
                    said.occasion = Some(occasion);
                }
            }
            _ => return,
        }
        if said.oddity().is_some() {
            // A newer pack may know the word.
            weighing.unread += 1;
        }
        let mild = said.value.as_deref().is_some_and(|value| self.pack.is_mild(fact, value))
            && said.mitigation.as_deref().is_none_or(|word| self.pack.is_mild(Fact::Mitigation, word));
        let limit = self.today.months_before(self.map.facts_age_months());
        if let (true, Some(on)) = (mild, assertion.observed.date.filter(|on| *on < limit)) {
            let was = format!("was {} in {}", said.value.as_deref().unwrap_or_default(), on.month_spelled());
            said = said.aged(was);
        }
        let basis = Basis {
            entry: row.id,
            row: Some(told.id),
            by: Some(told.by),
            follows_from: None,
            on: assertion.observed.date,
            on_typed: Some(assertion.observed.typed.clone()),
            source: assertion.source.clone(),
            said_by: assertion.said_by.clone(),
            reason: assertion.reason.clone(),
        };
        weighing.origins.insert(said.id.clone(), basis);
        let taken = told.assertion.takes_back;
        let back = Statement::unknown(format!("{}/back", said.id), fact, said.about.clone()).saw([said.id.as_str()]);
        weighing.case.statements.push(said);
        if taken {
            weighing.case.statements.push(back);
        }
    }

    /// For what a consent was given, as the case calls it.
    fn occasion(&self, weighed: &Weighed, event: Option<&Card>, weighing: &Weighing) -> String {
        let this = weighing.case.occasion.clone().unwrap_or_default();
        if let Some(id) = weighed.occasion_event {
            let same = event.is_some_and(|event| self.also(event).iter().any(|row| row.id == id));
            return if same { this } else { id.to_string() };
        }
        let named = words::folded(weighed.occasion.as_deref().unwrap_or_default());
        // Without an event it was stated in the event itself.
        let Some(event) = event else { return if named.is_empty() { this } else { named } };
        let own = [event.value(&event::OCCASION), Some(event.name.as_str())];
        let fits = own.into_iter().flatten().any(|own| !named.is_empty() && words::folded(own) == named);
        if fits { this } else { format!("another: {named}") }
    }

    /// The major parties; for what is over only those that somebody heard of: a list that changes opens nothing again.
    pub fn parties(&self, event: &Card) -> Vec<String> {
        let mut parties = self.map.major_parties(event.value(&event::ELECTORATE));
        let over = event.day().is_some_and(|on| on < self.today);
        if over {
            let heard: BTreeSet<String> = resolved(event, self.pack)
                .iter()
                .filter_map(|told| match &told.assertion.claim {
                    Claim::Weighed(weighed) if weighed.fact == Fact::Parties.name() => weighed.about.clone(),
                    _ => None,
                })
                .collect();
            parties.retain(|party| heard.is_empty() || heard.contains(party));
        }
        parties
    }
}

/// How whoever decides is reached, as far as the map says.
pub fn reached(map: &Map, to: ReferTo) -> Option<&str> {
    map.value(match to {
        ReferTo::RegionalStaff => &map::REGIONAL_STAFF,
        ReferTo::BranchCommittee => &map::BRANCH_COMMITTEE,
        ReferTo::OrganisingTeam => &map::ORGANISING_TEAM,
    })
}

/// An affiliation says two things.
fn name_of(fact: Fact, id: RowId) -> String {
    if fact == Fact::SystemChange { format!("{id}/{fact}") } else { id.to_string() }
}

/// Stands for a statement that nobody made: which one, and what it says.
fn mark(said: &Statement) -> RowId {
    let words = format!("{}\n{}", said.id, said.value.as_deref().unwrap_or_default());
    let mut mark = [0; 16];
    mark.copy_from_slice(&Sha256::digest(words)[..16]);
    RowId(mark)
}

fn unread(row: &Card) -> usize {
    usize::try_from(row.weighed.unread).unwrap_or(usize::MAX)
}
