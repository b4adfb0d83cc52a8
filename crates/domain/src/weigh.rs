//! From a map to an answer: what is known of an event, its organisers and its communities, as a case for the policy.
//!
//! Everything is read from rows, so that a list of events opens no document. What the map knows anyway (a category, research
//! in the log, who sits in a council) flows in beside what people stated, each with where it is from.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use allymap_document::ActorId;
use allymap_policy::{About, Case, Change, Fact, LIFTED, Outcome, Pack, Per, Question, RiskType, Statement};
use sha2::{Digest, Sha256};

use crate::card::duplicates::identities;
use crate::card::{Card, CardSaid};
use crate::date::Date;
use crate::date::typed::full_date;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::fact::FactKind;
use crate::entry::risk::{Level, Mitigation};
use crate::entry::weighed::{Chosen, Decided, ReferTo, Referred, Weighed};
use crate::ids::{EntryId, RowId};
use crate::kind::affiliation::Tie;
use crate::kind::field::Field;
use crate::kind::place::ACCESS;
use crate::kind::{event, field, person, relationship};
use crate::map::{self, Map};
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

/// A statement of some entry that nobody replaced, with who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<T> {
    pub id: RowId,
    pub by: ActorId,
    pub assertion: Assertion,
    pub what: T,
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

    /// What follows from fields and the log. Whoever thinks otherwise changes those.
    fn derived(&self, event: &Card, weighing: &mut Weighing) {
        let mut add = Derived { weighing };
        for party in self.parties(event) {
            let id = format!("map/major/{party}");
            let said = Statement::new(id, Fact::MajorParties, About::Event, party.as_str());
            add.put(said, event.id, "the map's list of major parties", None);
        }
        let led_by_them = event.value(&event::LEAD) == Some("them");
        let mut faiths = 0;
        for subject in add.weighing.subjects.clone() {
            let rows = subject.entry.map_or(Vec::new(), |id| self.of(id));
            for row in &rows {
                let id = |fact: Fact| format!("{}/{fact}", row.id);
                let organiser = || About::Organiser(subject.name.clone());
                if subject.organiser {
                    for (at, category) in row.all_values(&field::CATEGORY).filter(|word| *word != "unknown").enumerate()
                    {
                        let said = Statement::new(
                            format!("{}/{at}", id(Fact::Category)),
                            Fact::Category,
                            organiser(),
                            category,
                        );
                        add.put(said, row.id, "its category on the map", None);
                    }
                    if let Some(on) = row.contact.last_research {
                        let said = Statement::new(id(Fact::Research), Fact::Research, organiser(), "done");
                        let limit = self.today.months_before(self.map.facts_age_months());
                        let said =
                            if on < limit { said.aged(format!("was done in {}", on.month_spelled())) } else { said };
                        add.put(said, row.id, "its log", Some(on));
                    }
                    let pushed =
                        row.members(&relationship::ALIENATES).iter().map(|whom| format!("it would push away {whom}"));
                    let against: Vec<String> =
                        row.members(&relationship::IRRECONCILABLE).iter().cloned().chain(pushed).collect();
                    if !against.is_empty() {
                        let against = against.join("; ");
                        let said = Statement::new(id(Fact::OpposesOther), Fact::OpposesOther, organiser(), "yes");
                        let from = format!("what is noted there: {against}");
                        add.put(Statement { text: Some(against), ..said }, row.id, &from, None);
                    }
                    if row.value(&field::TYPE) == Some("council") {
                        let said =
                            Statement::new(id(Fact::GovernmentHost), Fact::GovernmentHost, About::Event, "local");
                        add.put(said, row.id, "an organiser is a council", None);
                    }
                    if row.value(&field::TYPE) == Some("party") {
                        let said = Statement::new(id(Fact::Affiliation), Fact::Affiliation, organiser(), "party");
                        add.put(said, row.id, "its type on the map", None);
                    }
                }
                if subject.community {
                    let led = subject.organiser && led_by_them;
                    let value = if led { "led" } else { "affected" };
                    let about = About::Community(subject.name.clone());
                    let said = Statement::new(id(Fact::RightsHolders), Fact::RightsHolders, about, value);
                    add.put(said, row.id, if led { "who leads it" } else { "whom it is about" }, None);
                }
            }
            faiths += usize::from(subject.organiser && rows.iter().any(|row| row.value(&field::TYPE) == Some("faith")));
            if subject.community && rows.is_empty() {
                let about = About::Community(subject.name.clone());
                let id = format!("{}/{}/{}", event.id, Fact::RightsHolders, subject.name);
                let said = Statement::new(id, Fact::RightsHolders, about, "affected");
                add.put(said, event.id, "whom it is about", None);
            }
        }
        if faiths > 0 {
            let value = if faiths == 1 { "one" } else { "several" };
            let said =
                Statement::new(format!("{}/{}", event.id, Fact::FaithHost), Fact::FaithHost, About::Event, value);
            add.put(said, event.id, "the organisers' types on the map", None);
        }
        self.derived_space(event, &mut add);
        self.derived_people(event, &mut add);
    }

    fn derived_space(&self, event: &Card, add: &mut Derived<'_>) {
        let Some(place) = event.value(&event::PLACE).and_then(|value| self.meant(value).0) else { return };
        for row in self.of(place) {
            let missing = ACCESS.iter().find(|access| row.all_values(access.field).any(|value| value == "no"));
            let open = ACCESS.iter().filter(|access| {
                row.value(access.field).is_none() || row.all_values(access.field).any(|value| value != "yes")
            });
            let open: Vec<String> = open.map(|access| access.label.to_lowercase()).collect();
            let (value, from) = match missing {
                Some(access) => ("not-ok", format!("{}: {}, no", row.name, access.label.to_lowercase())),
                None if open.is_empty() => ("ok", format!("what is known of {}", row.name)),
                None => {
                    let note = format!("not known of {}: {}", row.name, open.join(", "));
                    let question = Question::new(Fact::Space, About::Event);
                    add.weighing.case.notes.insert(question, note);
                    continue;
                }
            };
            let said = Statement::new(format!("{}/{}", row.id, Fact::Space), Fact::Space, About::Event, value);
            add.put(said, row.id, &from, None);
        }
    }

    /// Who speaks, and who stands there for us (guide, section 3).
    fn derived_people(&self, event: &Card, add: &mut Derived<'_>) {
        let mut facts: Vec<(Fact, &str, EntryId, String)> = Vec::new();
        for value in event.members(&event::SPEAKERS) {
            let (entry, name) = self.meant(value);
            let rows = entry.map_or(Vec::new(), |id| self.of(id));
            let politician = rows.iter().any(|row| is_politician(row)) || (entry.is_none() && names_a_seat(&name));
            let id = entry.unwrap_or(event.id);
            if politician {
                facts.push((Fact::PoliticiansSpeak, "yes", id, format!("{name} speaks")));
            } else if rows.iter().any(|row| self.is_affiliated(row)) {
                facts.push((Fact::SpeakersFound, "affiliated", id, format!("{name} is tied to a party")));
            }
        }
        for value in event.members(&event::REPRESENTATIVES) {
            let (entry, name) = self.meant(value);
            let rows = entry.map_or(Vec::new(), |id| self.of(id));
            if rows.iter().any(|row| is_politician(row) || self.is_affiliated(row)) {
                facts.push((Fact::RepOffice, "yes", entry.unwrap_or(event.id), format!("{name} represents us")));
            }
        }
        for (at, (fact, value, id, from)) in facts.into_iter().enumerate() {
            let said = Statement::new(format!("{id}/{fact}/{at}"), fact, About::Event, value);
            add.put(Statement { text: Some(from.clone()), ..said }, id, &from, None);
        }
    }

    fn is_affiliated(&self, row: &Card) -> bool {
        let party = row.affiliations.iter().any(|seat| seat.tie == Tie::Party && !seat.has_ended(self.today));
        party || row.fact(FactKind::AffiliationKind).is_some_and(|fact| fact.ties_to_a_party())
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

struct Derived<'w> {
    weighing: &'w mut Weighing,
}

impl Derived<'_> {
    fn put(&mut self, said: Statement, entry: EntryId, from: &str, on: Option<Date>) {
        let basis = Basis {
            entry,
            row: None,
            by: None,
            follows_from: Some(from.to_owned()),
            on,
            on_typed: None,
            source: None,
            said_by: None,
            reason: None,
        };
        self.weighing.origins.insert(said.id.clone(), basis);
        // An answer to a referral names what followed from the map by its mark.
        let (id, mark) = (said.id.clone(), mark(&said).to_string());
        let answers = self.weighing.case.statements.iter_mut().filter(|answer| answer.fact == Fact::Referral);
        for answer in answers.filter(|answer| answer.saw.contains(&mark)) {
            answer.saw.push(id.clone());
        }
        self.weighing.case.statements.push(said);
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

impl Card {
    /// Another entry that is known to be this one said so too.
    pub fn also_says(&mut self, other: &Card) {
        self.weighed.said.extend(other.weighed.said.iter().cloned());
    }

    /// Requests in force, each in its own words.
    pub fn requests(&self) -> Vec<Told<Weighed>> {
        let told = self.weighed_of(Fact::Requests.name());
        let lifts: Vec<&Told<Weighed>> = told
            .iter()
            .filter(|lift| lift.what.value.as_deref() == Some(LIFTED) && lift.assertion.said_by.is_some())
            .collect();
        let lifted: BTreeSet<RowId> = lifts.iter().flat_map(|lift| lift.assertion.supersedes.iter().copied()).collect();
        told.iter()
            .filter(|one| one.what.value.as_deref().is_some_and(|value| value != LIFTED) && !lifted.contains(&one.id))
            .cloned()
            .collect()
    }

    /// What they answered when they were asked, as far as nobody replaced it.
    pub fn consents(&self) -> Vec<Told<Weighed>> {
        standing(self.weighed_of(Fact::Consent.name()))
    }

    /// Of an event: on which day it is, if that is known.
    pub fn day(&self) -> Option<Date> {
        // As it is kept it names its year.
        full_date(self.value(&event::ON)?).ok()
    }

    /// Questions handed to others, and their answers: those that stand.
    pub fn referrals(&self) -> Vec<Told<Referred>> {
        standing(self.told(|claim| match claim {
            Claim::Referred(referred) => Some(referred.clone()),
            _ => None,
        }))
    }

    /// Decisions on record that stand; of several made apart the strict one comes first.
    pub fn decisions(&self) -> Vec<Told<Decided>> {
        let mut decisions = standing(self.told(|claim| match claim {
            Claim::Decided(decided) => Some(decided.clone()),
            _ => None,
        }));
        decisions.sort_by_key(|told| (std::cmp::Reverse(told.what.choice), told.id));
        decisions
    }

    /// Of an event: nobody has decided, or somebody decided to wait.
    pub fn is_undecided(&self) -> bool {
        self.decisions().first().is_none_or(|told| told.what.choice == Chosen::Wait)
    }

    fn weighed_of(&self, fact: &str) -> Vec<Told<Weighed>> {
        self.told(|claim| match claim {
            Claim::Weighed(weighed) if weighed.fact == fact => Some(weighed.clone()),
            _ => None,
        })
    }

    fn told<T>(&self, what: impl Fn(&Claim) -> Option<T>) -> Vec<Told<T>> {
        self.resolve(&|claim| matches!(claim, Claim::Weighed(weighed) if weighed.value.as_deref() == Some("declined")))
            .into_iter()
            .filter_map(|told| {
                let what = what(&told.assertion.claim)?;
                Some(Told { id: told.id, by: told.by, assertion: told.assertion, what })
            })
            .collect()
    }

    /// All statements, without those that were taken back and bound to nothing strict; what those had replaced is then
    /// replaced by whoever replaced them. `supersedes` of each is what it really replaces; one that is taken back and binds on
    /// is marked by `takes_back`.
    fn resolve(&self, is_strict: &dyn Fn(&Claim) -> bool) -> Vec<Told<()>> {
        let read: Vec<(&CardSaid, Assertion)> =
            self.weighed.said.iter().filter_map(|said| Some((said, Assertion::from_bytes(&said.assertion)?))).collect();
        let by_id: BTreeMap<RowId, &Assertion> = read.iter().map(|(said, assertion)| (said.id, assertion)).collect();
        let mut gone: BTreeMap<RowId, &[RowId]> = BTreeMap::new();
        for (said, assertion) in &read {
            let covered =
                said.replaces.iter().any(|old| by_id.get(old).is_some_and(|old| covers(&old.claim, &assertion.claim)));
            if said.taken_back && (!is_strict(&assertion.claim) || covered) {
                gone.insert(said.id, &said.replaces);
            }
        }
        read.iter()
            .filter(|(said, _)| !gone.contains_key(&said.id))
            .map(|(said, assertion)| {
                let mut supersedes = BTreeSet::new();
                let mut ahead: Vec<RowId> = said.replaces.clone();
                let mut passed = BTreeSet::new();
                while let Some(old) = ahead.pop() {
                    match gone.get(&old) {
                        Some(further) if passed.insert(old) => ahead.extend(*further),
                        Some(_) => {}
                        None => {
                            supersedes.insert(old);
                        }
                    }
                }
                let supersedes = supersedes.into_iter().collect();
                let assertion = Assertion { supersedes, takes_back: said.taken_back, ..assertion.clone() };
                Told { id: said.id, by: ActorId(said.actor), assertion, what: () }
            })
            .collect()
    }
}

fn resolved(row: &Card, pack: &Pack) -> Vec<Told<()>> {
    row.resolve(&|claim| match claim {
        Claim::Risk(risk) => risk.level.is_strict(),
        Claim::Fact(fact) => !matches!(fact.slug(), "unknown" | "none"),
        Claim::Weighed(weighed) => weighed.is_strict(pack),
        Claim::Position { .. } | Claim::Referred(_) | Claim::Decided(_) => false,
    })
}

impl Weighed {
    /// It makes an answer stricter, and goes on doing so when it was only taken back (decision 10).
    pub(crate) fn is_strict(&self, pack: &Pack) -> bool {
        match (Fact::parse(&self.fact), self.value.as_deref()) {
            (_, None) => false,
            // They release, and a request is taken back by whoever wrote it.
            (Some(Fact::Referral | Fact::Requests), value) => value == Some("refused"),
            (Some(fact), Some(value)) => !pack.is_mild(fact, value),
            (None, Some(_)) => true,
        }
    }
}

/// As strict as another, so that taking that one back leaves this.
pub(crate) fn covers(old: &Claim, new: &Claim) -> bool {
    match (old, new) {
        (Claim::Risk(old), Claim::Risk(new)) => old.covers(*new),
        (Claim::Fact(old), Claim::Fact(new)) => old >= new,
        (Claim::Weighed(old), Claim::Weighed(new)) => {
            let rank = |weighed: &Weighed| {
                let values = Fact::parse(&weighed.fact)?.values();
                values.iter().position(|value| Some(*value) == weighed.value.as_deref())
            };
            rank(new).is_some() && rank(old) >= rank(new)
        }
        _ => false,
    }
}

fn standing<T>(told: Vec<Told<T>>) -> Vec<Told<T>> {
    let replaced: BTreeSet<RowId> = told.iter().flat_map(|one| one.assertion.supersedes.iter().copied()).collect();
    told.into_iter().filter(|one| !replaced.contains(&one.id)).collect()
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

/// A member of a parliament or a council, or a candidate for one.
fn is_politician(row: &Card) -> bool {
    row.is(&person::KIND) && row.all_values(&person::ROLE).any(names_a_seat)
}

fn names_a_seat(words: &str) -> bool {
    let folded = crate::words::folded(words);
    let has = |seat: &str| format!(" {folded} ").contains(&format!(" {seat} "));
    SEATS.iter().any(|seat| has(seat))
}

const SEATS: [&str; 14] = [
    "mp",
    "mla",
    "mlc",
    "member of parliament",
    "member of the parliament",
    "parliamentarian",
    "senator",
    "minister",
    "premier",
    "prime minister",
    "mayor",
    "councillor",
    "cr",
    "candidate",
];
