//! Taking a command back: what it changed is put back by a new change, beside what others wrote meanwhile.
//!
//! Nothing is rewound. Registers and texts get their earlier value; a new entry is archived; an assertion, a link and a log
//! line get a row that takes them back, and what they had replaced stands again, in the words of whoever wrote it.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ActId, Document, Edit, Value};
use allymap_policy::Pack;

use crate::author::Author;
use crate::entry::Entry;
use crate::entry::assertion::{Assertion, Claim, Stated};
use crate::entry::link::{Link, Linked};
use crate::entry::log::{self, LogLine};
use crate::entry::position::Place;
use crate::entry::risk::{Level, Mitigation, Risk};
use crate::entry::weighed::Weighed;
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::kind::field::Field;
use crate::map::{MAP_FIELDS, Map};
use crate::rejection::Rejection;

/// What one command did to one document, and how it is taken back.
#[derive(Clone, Debug)]
pub struct Undo {
    pub shown: Vec<TakenBack>,
    steps: Vec<Step>,
    own: EntryId,
    recorded_ms: u64,
}

/// One thing that the command changed, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    pub what: String,
    /// What the command left there.
    pub after: String,
    /// What is there again once it is taken back.
    pub before: String,
    /// What somebody else has written there since. Taking back would replace it.
    pub since: Option<String>,
    /// It cannot be taken back, and why.
    pub stays: Option<&'static str>,
    /// It stays because a strict rating counts until it is settled; that it was taken back is noted beside it.
    pub strict: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Put(String, Value),
    Remove(String),
    Text(String, String),
    Assert(Box<Assertion>),
    TakeLine(RowId),
    Link(Link),
}

impl Undo {
    /// What `act` did to this document. `None` when it did nothing here.
    pub fn of(act: ActId, now: &Document, own: EntryId, recorded_ms: u64) -> Option<Undo> {
        let changes = now.changes();
        let first = changes.iter().find(|change| change.act == Some(act))?;
        let last = changes.iter().rev().find(|change| change.act == Some(act))?;
        let (before, after) = (now.at(&first.deps)?, now.at(&[last.hash])?);
        let mut undo = Undo { shown: Vec::new(), steps: Vec::new(), own, recorded_ms };
        if before.is_empty() {
            undo.creation(&after, now);
        } else {
            undo.registers(&before, &after, now);
            undo.rows(&before, &after, now);
        }
        Some(undo)
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Writes it, as one edit. `fresh` gives names for new rows.
    pub fn apply(&self, edit: &mut Edit<'_>, fresh: &mut dyn FnMut() -> RowId) -> Result<(), Rejection> {
        for step in &self.steps {
            match step {
                Step::Put(key, value) => edit.put(key, value.clone())?,
                Step::Remove(key) => edit.remove(key)?,
                Step::Text(key, text) => edit.update_text(key, text)?,
                Step::Assert(assertion) => Entry::assert(edit, fresh(), assertion)?,
                Step::TakeLine(line) => log::take_back(edit, fresh(), *line, self.recorded_ms)?,
                Step::Link(link) => Entry::link(edit, self.own, fresh(), link)?,
            }
        }
        Ok(())
    }

    /// An entry is never deleted: it is hidden, and keeps its history.
    fn creation(&mut self, after: &Document, now: &Document) {
        if Map::is(now) {
            self.stay("The map", String::new(), "a map is not taken back");
            return;
        }
        let since = (now.heads() != after.heads()).then(|| "somebody went on with it".to_owned());
        let name = entry(now, self.own).name().to_owned();
        self.shown.push(TakenBack {
            what: "Entry".into(),
            after: name,
            before: "archived".into(),
            since,
            stays: None,
            strict: false,
        });
        self.steps.push(Step::Put("f/archived".to_owned(), Value::Bool(true)));
    }

    fn registers(&mut self, before: &Document, after: &Document, now: &Document) {
        let keys: BTreeSet<String> = before.keys().into_iter().chain(after.keys()).collect();
        for key in keys {
            if key.starts_with("t/") {
                let [old, new, here] = [before, after, now].map(|document| document.text(&key).unwrap_or_default());
                if old != new {
                    let since = (here != new).then(|| here.clone());
                    self.show(now, &key, (new, old.clone()), since);
                    self.steps.push(Step::Text(key, old));
                }
            } else if key == "kind" || key.starts_with("f/") || key.starts_with("s/") {
                let [old, new, here] = [before, after, now].map(|document| document.value(&key));
                if old == new {
                    continue;
                }
                let words =
                    |value: &Option<Value>| value.as_ref().map_or_else(String::new, |value| said(now, &key, value));
                let since = (here != new).then(|| words(&here));
                self.show(now, &key, (words(&new), words(&old)), since);
                self.steps.push(match old {
                    Some(value) => Step::Put(key, value),
                    None => Step::Remove(key),
                });
            }
        }
    }

    fn rows(&mut self, before: &Document, after: &Document, now: &Document) {
        if Map::is(now) {
            return;
        }
        let ours: BTreeSet<RowId> = after
            .appended("l/")
            .into_iter()
            .filter(|row| row.actor == now.actor())
            .filter_map(|row| row.id.parse().ok())
            .collect();
        let known = log::takings(before);
        let takings: Vec<(RowId, RowId)> =
            log::takings(now).into_iter().filter(|(id, _)| ours.contains(id) && !known.contains_key(id)).collect();
        let [before, after, now] = [before, after, now].map(|document| entry(document, self.own));
        self.assertions(&before, &after, &now);
        self.links(&before, &after, &now);
        let at = |entry: &Entry| entry.log.iter().map(|logged| logged.id).collect::<BTreeSet<_>>();
        let (old, new, here) = (at(&before), at(&after), at(&now));
        for logged in after.log.iter().filter(|logged| !old.contains(&logged.id) && here.contains(&logged.id)) {
            let words = line_words(&logged.line);
            let taking = takings.iter().find(|(_, line)| *line == logged.id);
            if taking.is_none() && ours.contains(&logged.id) {
                self.say("Log", &words, "");
                self.steps.push(Step::TakeLine(logged.id));
            } else if let Some((id, _)) = taking {
                self.say("Log", &words, "");
                self.steps.push(Step::TakeLine(*id));
            } else {
                self.stay("Log", words, ELSEWHERE);
            }
        }
        for logged in before.log.iter().filter(|logged| !new.contains(&logged.id) && !here.contains(&logged.id)) {
            let words = line_words(&logged.line);
            match takings.iter().find(|(_, line)| *line == logged.id) {
                Some((id, _)) => {
                    self.say("Log", "", &words);
                    self.steps.push(Step::TakeLine(*id));
                }
                None => self.stay("Log", words, ELSEWHERE),
            }
        }
    }

    /// What the command said of links is taken back, and what it replaced or took away stands again as it was.
    fn links(&mut self, before: &Entry, after: &Entry, now: &Entry) {
        let known = |links: &[Linked]| links.iter().map(|linked| linked.id).collect::<BTreeSet<_>>();
        let (old, new, here) = (known(&before.links), known(&after.links), known(&now.links));
        let earlier = known(&before.all_links);
        for linked in after.all_links.iter().filter(|linked| !earlier.contains(&linked.id)) {
            // What somebody has replaced or taken away since is not ours to take back any more.
            if linked.link.withdrawn || here.contains(&linked.id) {
                self.steps.push(Step::Link(linked.link.taking_back(linked.id, self.recorded_ms)));
            }
        }
        for linked in after.links.iter().filter(|linked| !old.contains(&linked.id) && here.contains(&linked.id)) {
            self.say("Link", &words_of(&linked.link), "");
        }
        for linked in before.links.iter().filter(|linked| !new.contains(&linked.id)) {
            self.say("Link", "", &words_of(&linked.link));
        }
    }

    /// What the command stated is taken back, so that what stood about the same thing before stands again, in its own words.
    fn assertions(&mut self, before: &Entry, after: &Entry, now: &Entry) {
        let old: BTreeSet<RowId> = before.assertions.iter().map(|stated| stated.id).collect();
        let new = || after.assertions.iter().filter(|stated| !old.contains(&stated.id));
        let mut done: Vec<Claim> = Vec::new();
        for stated in new() {
            let claim = stated.assertion.claim.clone();
            if done.iter().any(|known| claim.is_about_the_same(known)) {
                continue;
            }
            done.push(claim.clone());
            let ids = |entry: &Entry| entry.standing_about(&claim).map(|said| said.id).collect::<BTreeSet<_>>();
            let (stands, here) = (ids(after), ids(now));
            // What somebody has replaced since is not ours to take back any more, nor is what they have gone on from.
            let taken: Vec<&Stated> = new()
                .filter(|said| said.assertion.claim.is_about_the_same(&claim))
                .filter(|said| if said.assertion.takes_back { stands == here } else { here.contains(&said.id) })
                .collect();
            if taken.is_empty() {
                continue;
            }
            self.say(claim.subject_words(), &after.words_about(&claim), &before.words_about(&claim));
            let binds = |said: &&Stated| match &said.assertion.claim {
                Claim::Risk(risk) if !said.assertion.takes_back => {
                    let named = &said.assertion.supersedes;
                    let loosened = before
                        .standing_about(&claim)
                        .filter(|other| named.contains(&other.id))
                        .any(|other| matches!(other.assertion.claim, Claim::Risk(other) if other.covers(*risk)));
                    risk.level.is_strict() && !loosened
                }
                Claim::Weighed(weighed) if !said.assertion.takes_back => {
                    let named = &said.assertion.supersedes;
                    let loosened = before
                        .standing_about(&claim)
                        .filter(|other| named.contains(&other.id))
                        .any(|other| crate::weigh::covers(&other.assertion.claim, &said.assertion.claim));
                    weighed.is_strict(Pack::shipped()) && !loosened
                }
                _ => false,
            };
            let strict = taken.iter().any(binds);
            if let Some(shown) = self.shown.last_mut().filter(|_| strict) {
                let why = if matches!(claim, Claim::Risk(_)) { STRICT } else { STRICT_FACT };
                (shown.stays, shown.strict) = (Some(why), true);
            }
            let supersedes = taken.iter().map(|said| said.id).collect();
            let observed = stated.assertion.observed.clone();
            let taking = Assertion::taking_back(claim.unknown(), supersedes, observed, self.recorded_ms);
            self.steps.push(Step::Assert(Box::new(taking)));
        }
    }

    fn show(&mut self, now: &Document, key: &str, (after, before): (String, String), since: Option<String>) {
        self.shown.push(TakenBack { what: label(now, key), after, before, since, stays: None, strict: false });
    }

    fn say(&mut self, what: &str, after: &str, before: &str) {
        let (what, after, before) = (what.to_owned(), after.to_owned(), before.to_owned());
        self.shown.push(TakenBack { what, after, before, since: None, stays: None, strict: false });
    }

    fn stay(&mut self, what: &str, after: String, why: &'static str) {
        let what = what.to_owned();
        self.shown.push(TakenBack { what, before: after.clone(), after, since: None, stays: Some(why), strict: false });
    }
}

impl Claim {
    fn is_about_the_same(&self, other: &Claim) -> bool {
        match (self, other) {
            (Claim::Risk(one), Claim::Risk(other)) => one.kind == other.kind,
            (Claim::Position { campaign, .. }, Claim::Position { campaign: other, .. }) => campaign == other,
            (Claim::Fact(one), Claim::Fact(other)) => one.kind() == other.kind(),
            (Claim::Weighed(one), Claim::Weighed(other)) => one.fact == other.fact && one.subject() == other.subject(),
            (Claim::Referred(one), Claim::Referred(other)) => (one.to, &one.rule) == (other.to, &other.rule),
            (Claim::Decided(_), Claim::Decided(_)) => true,
            _ => false,
        }
    }

    /// The claim that takes one back without claiming anything else.
    fn unknown(&self) -> Claim {
        match self {
            Claim::Risk(risk) => Claim::Risk(Risk { level: Level::Unknown, mitigation: Mitigation::Unknown, ..*risk }),
            Claim::Position { campaign, .. } => Claim::Position { campaign: *campaign, place: Place::NotKnown },
            Claim::Fact(fact) => Claim::Fact(fact.kind().not_said()),
            Claim::Weighed(weighed) => Claim::Weighed(Weighed { value: None, ..weighed.clone() }),
            Claim::Referred(_) | Claim::Decided(_) => self.clone(),
        }
    }

    pub(crate) fn subject_words(&self) -> &str {
        match self {
            Claim::Risk(risk) => risk.kind.slug(),
            Claim::Position { .. } => "Position",
            Claim::Fact(fact) => fact.kind().label(),
            Claim::Weighed(weighed) => &weighed.fact,
            Claim::Referred(_) => "Referral",
            Claim::Decided(_) => "Decision",
        }
    }

    fn words(&self) -> &str {
        match self {
            Claim::Risk(risk) => risk.level.slug(),
            Claim::Position { place, .. } => place.label(),
            Claim::Fact(fact) => fact.label(),
            Claim::Weighed(weighed) => weighed.value.as_deref().unwrap_or("not known"),
            Claim::Referred(referred) => referred.answer.as_deref().unwrap_or("waiting"),
            Claim::Decided(decided) => decided.choice.label(),
        }
    }
}

impl Entry {
    /// Assertions that stand, of every sort.
    fn standing(&self) -> impl Iterator<Item = &Stated> {
        let risks = self.risks.iter().flat_map(|standing| &standing.said);
        let positions = self.positions.iter().flat_map(|standing| &standing.said);
        let facts = self.facts.iter().flat_map(|standing| &standing.said);
        risks.chain(positions).chain(facts).chain(&self.weighed)
    }

    fn standing_about(&self, claim: &Claim) -> impl Iterator<Item = &Stated> {
        self.standing().filter(|said| said.assertion.claim.is_about_the_same(claim))
    }

    fn words_about(&self, claim: &Claim) -> String {
        let taken: Vec<RowId> = self.risks.iter().flat_map(|risk| &risk.taken_back).map(|(id, _)| *id).collect();
        let words = |said: &Stated| {
            let taken = if taken.contains(&said.id) { " (taken back)" } else { "" };
            format!("{}{taken}", said.assertion.claim.words())
        };
        self.standing_about(claim).map(words).collect::<Vec<_>>().join(" / ")
    }
}

/// The field that a root key belongs to, in words.
pub fn label(document: &Document, key: &str) -> String {
    match key {
        "f/archived" => return "Archived".into(),
        "kind" => return "Added".into(),
        _ => {}
    }
    match (field(document, key), key.split_once('/')) {
        (Some(field), _) => field.label.to_owned(),
        (None, Some(("a", _))) => "Said".into(),
        (None, Some(("l", _))) => "Log".into(),
        (None, Some(("x", _))) => "Link".into(),
        (None, Some((_, name))) => name.split('/').next().unwrap_or_default().to_owned(),
        (None, None) => key.to_owned(),
    }
}

/// A register's value in words.
pub fn said(document: &Document, key: &str, value: &Value) -> String {
    match value {
        Value::Text(text) => field(document, key).map_or_else(|| text.clone(), |field| field.shown(text)),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Bytes(_) => "(noted)".to_owned(),
        Value::Unknown => "(from a newer version)".to_owned(),
    }
}

/// What a row (`a/`, `l/`, `x/`) of an entry says, in words.
pub fn row_words(document: &Document, id: EntryId, key: &str) -> String {
    let Some((prefix, Ok(row))) = key.split_once('/').map(|(prefix, row)| (prefix, row.parse::<RowId>())) else {
        return String::new();
    };
    let entry = entry(document, id);
    let reason = |text: &Option<String>| text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    let words = match prefix {
        "a" => entry.assertions.iter().find(|said| said.id == row).map(|said| {
            let claim = &said.assertion.claim;
            let words = if said.assertion.takes_back { "taken back" } else { claim.words() };
            format!("{}: {words}{}", claim.subject_words(), reason(&said.assertion.reason))
        }),
        "l" => entry.log.iter().find(|logged| logged.id == row).map(|logged| line_words(&logged.line)),
        _ => entry.all_links.iter().find(|linked| linked.id == row).map(|linked| {
            let taken = match (linked.link.takes_back, linked.link.withdrawn) {
                (true, _) => ", taken back",
                (false, true) => ", taken away",
                (false, false) => "",
            };
            format!("{}{taken}", words_of(&linked.link))
        }),
    };
    // A line that was taken back is not read any more.
    words.unwrap_or_else(|| "taken back".to_owned()).trim().to_owned()
}

/// The hour at which its author's clock stood when each row of an entry was written, in hours since 1970, by key.
pub fn recorded_hours(document: &Document, id: EntryId) -> BTreeMap<String, u32> {
    let entry = entry(document, id);
    let assertions = entry.assertions.iter().map(|said| (format!("a/{}", said.id), said.assertion.recorded_hour));
    let log = entry.log.iter().map(|logged| (format!("l/{}", logged.id), logged.line.recorded_hour));
    let links = entry.all_links.iter().map(|linked| (format!("x/{}", linked.id), linked.link.recorded_hour));
    assertions.chain(log).chain(links).collect()
}

/// The fields that a document may hold.
pub fn fields_of(document: &Document) -> &'static [Field] {
    match document.value("kind") {
        Some(Value::Text(kind)) if !Map::is(document) => Kind::named(&kind).map_or(&[], |kind| kind.fields),
        _ => MAP_FIELDS,
    }
}

fn field(document: &Document, key: &str) -> Option<&'static Field> {
    fields_of(document).iter().find(|field| {
        let own = field.key();
        key == own || (own.ends_with('/') && key.starts_with(&own))
    })
}

fn line_words(line: &LogLine) -> String {
    format!("{} {} {}", line.on, line.kind, line.text).trim().to_owned()
}

fn words_of(link: &Link) -> String {
    match link.target {
        crate::entry::link::Target::Influence { strength, .. } => format!("influence, {}", strength.slug()),
        crate::entry::link::Target::Same => "the same as another entry".to_owned(),
        crate::entry::link::Target::BranchOf => "a branch of another entry".to_owned(),
    }
}

const ELSEWHERE: &str = "it was written before this folder was copied or restored";
const STRICT_FACT: &str = "a strict fact counts until somebody who has seen it settles it (allymap event assess)";
const STRICT: &str = "a strict rating counts until somebody settles it with a reason (allymap risk settle)";

/// What is compared is never whose it is.
fn entry(document: &Document, id: EntryId) -> Entry {
    Entry::read(document, id, &|_| Author { name: String::new(), group: String::new(), device: String::new() })
}

#[cfg(test)]
mod tests {
    use allymap_document::ActorId;
    use proptest::prelude::*;

    use super::*;
    use crate::card::Card;
    use crate::date::{Date, When};
    use crate::entry::NewEntry;
    use crate::entry::fact::{Fact, FactKind};
    use crate::entry::link::{Direction, Strength};
    use crate::entry::log::LOG_KINDS;
    use crate::entry::risk::RiskKind;
    use crate::files::export::entry_line;
    use crate::kind::Kind;
    use crate::tests::desk::{Desk as Person, ENTRY};
    use crate::tests::merging::{Step as Done, step, take};

    const ID: EntryId = EntryId([7; 16]);

    struct Desk {
        document: Document,
        acts: u8,
        rows: u8,
    }

    impl Desk {
        fn new() -> Desk {
            let mut desk = Desk { document: Document::new(ActorId([1; 16])), acts: 0, rows: 0 };
            let new = NewEntry::new(Kind::named("organisation").unwrap(), "Wharf Choir").with("phone", "02 5550 0001");
            desk.does(|edit, _| Entry::create(edit, &new));
            desk
        }

        fn does(
            &mut self,
            work: impl FnOnce(&mut Edit<'_>, &mut dyn FnMut() -> RowId) -> Result<(), Rejection>,
        ) -> ActId {
            self.acts += 1;
            let act = ActId([self.acts; 16]);
            let rows = &mut self.rows;
            let mut fresh = || {
                *rows += 1;
                RowId([*rows; 16])
            };
            self.document.edit(act, |edit| work(edit, &mut fresh)).unwrap().unwrap();
            act
        }

        fn undo(&mut self, act: ActId) -> ActId {
            let undo = Undo::of(act, &self.document, ID, 0).unwrap();
            assert!(undo.shown.iter().all(|shown| shown.since.is_none() && shown.stays.is_none()), "{undo:?}");
            self.does(|edit, fresh| undo.apply(edit, fresh))
        }

        fn shown(&self) -> String {
            shown(&self.document, ID)
        }
    }

    /// All that is shown, names of rows included, without what only ever grows; and the row that lists read.
    fn shown(document: &Document, id: EntryId) -> String {
        let mut line: serde_json::Value = serde_json::from_slice(&entry_line(&entry(document, id))).unwrap();
        line["assertions"].take();
        line["links"].as_array_mut().unwrap().retain(|link| link["stands"] == true);
        let entry = entry(document, id);
        let mut row: Vec<String> = vec![line.to_string(), format!("{:?}", entry.facts)];
        row.extend(entry.positions.iter().map(|standing| format!("{:?} {:?}", standing.steps, standing.said)));
        let of = Card::of(document, id).unwrap();
        row.push(format!("{:?} {:?} {:?} {:?}", of.facts, of.positions, of.risks, of.links));
        row.push(format!("{:?} {:?} {:?} {:?}", of.oldest_fact, of.contact.last, of.contact.next_due, of.conflicts));
        row.join("\n")
    }

    fn on() -> When {
        When::on(Date::new(2026, 11, 23).unwrap())
    }

    fn risk(level: Level, supersedes: Vec<RowId>) -> Assertion {
        let claim = Claim::Risk(Risk { kind: RiskKind::Physical, level, mitigation: Mitigation::Unknown });
        Assertion { reason: Some("seen there".into()), supersedes, ..Assertion::new(claim, on(), 0) }
    }

    fn place(place: Place, supersedes: Vec<RowId>) -> Assertion {
        let claim = Claim::Position { campaign: RowId([9; 16]), place };
        Assertion { supersedes, ..Assertion::new(claim, on(), 0) }
    }

    fn stated(kind: &str, word: &str, supersedes: Vec<RowId>) -> Assertion {
        let claim = Claim::Fact(Fact::typed(FactKind::named(kind).unwrap(), word).unwrap());
        Assertion { source: Some("Rosa".into()), supersedes, ..Assertion::new(claim, on(), 0) }
    }

    type Work = Box<dyn FnOnce(&mut Edit<'_>, &mut dyn FnMut() -> RowId) -> Result<(), Rejection>>;

    #[test]
    fn undo_restores_all_that_is_shown_and_undo_of_undo_brings_it_back() {
        let first = RowId([101; 16]);
        let works: Vec<(&str, Work)> = vec![
            ("a field", Box::new(|edit, _| Entry::set(edit, "phone", "02 5550 0002"))),
            ("a new field", Box::new(|edit, _| Entry::set(edit, "website", "https://choir.example"))),
            ("an emptied field", Box::new(|edit, _| Entry::set(edit, "phone", ""))),
            ("a text", Box::new(|edit, _| Entry::set(edit, "notes", "They sing on Sundays."))),
            ("a set", Box::new(|edit, _| Entry::add(edit, "led-by", "elders"))),
            ("an archived entry", Box::new(|edit, _| Entry::archive(edit, true))),
            (
                "a settled risk",
                Box::new(move |edit, fresh| Entry::assert(edit, fresh(), &risk(Level::Low, vec![first]))),
            ),
            ("a risk beside another", Box::new(|edit, fresh| Entry::assert(edit, fresh(), &risk(Level::Low, vec![])))),
            (
                "a rating that is milder and still strict",
                Box::new(move |edit, fresh| Entry::assert(edit, fresh(), &risk(Level::Medium, vec![first]))),
            ),
            (
                "a first stage",
                Box::new(|edit, fresh| Entry::assert(edit, fresh(), &stated("stage", "partner", vec![]))),
            ),
            (
                "another health",
                Box::new(|edit, fresh| {
                    Entry::assert(edit, fresh(), &stated("health", "strained", vec![RowId([103; 16])]))
                }),
            ),
            (
                "a check of their affiliation",
                Box::new(|edit, fresh| Entry::assert(edit, fresh(), &stated("affiliation-kind", "none", vec![]))),
            ),
            (
                "a position beside another",
                Box::new(|edit, fresh| Entry::assert(edit, fresh(), &place(Place::Neutral, vec![]))),
            ),
            (
                "a stronger link",
                Box::new(|edit, fresh| {
                    let strong = Link::influence(EntryId([9; 16]), Direction::Out, Strength::Strong, 0);
                    Entry::link(edit, ID, fresh(), &Link { supersedes: vec![RowId([104; 16])], ..strong })
                }),
            ),
            (
                "a link taken away",
                Box::new(|edit, fresh| {
                    let gone = Link::influence(EntryId([9; 16]), Direction::Out, Strength::Weak, 0);
                    let gone = Link { supersedes: vec![RowId([104; 16])], withdrawn: true, ..gone };
                    Entry::link(edit, ID, fresh(), &gone)
                }),
            ),
            (
                "a move",
                Box::new(|edit, fresh| Entry::assert(edit, fresh(), &place(Place::Neutral, vec![RowId([102; 16])]))),
            ),
            (
                "a log line",
                Box::new(|edit, fresh| Entry::log(edit, fresh(), &LogLine::new(&LOG_KINDS[2], on(), "tea", 0))),
            ),
            ("a link", Box::new(|edit, fresh| Entry::link(edit, ID, fresh(), &Link::same(EntryId([8; 16]), 0)))),
        ];
        for (name, work) in works {
            let mut desk = Desk::new();
            desk.does(|edit, _| {
                Entry::assert(edit, first, &risk(Level::High, vec![]))?;
                Entry::assert(edit, RowId([102; 16]), &place(Place::PassiveAlly, vec![]))?;
                Entry::assert(edit, RowId([103; 16]), &stated("health", "good", vec![]))?;
                let weak = Link::influence(EntryId([9; 16]), Direction::Out, Strength::Weak, 0);
                Entry::link(edit, ID, RowId([104; 16]), &weak)
            });
            let before = desk.shown();
            let act = desk.does(work);
            let after = desk.shown();
            assert_ne!(before, after, "{name}");
            let undone = desk.undo(act);
            assert_eq!(desk.shown(), before, "{name}");
            let again = desk.undo(undone);
            assert_eq!(desk.shown(), after, "{name}: undo of undo");
            desk.undo(again);
            assert_eq!(desk.shown(), before, "{name}: and once more");
        }
    }

    /// A.9: taking back never loosens.
    #[test]
    fn a_strict_rating_that_was_taken_back_counts_until_somebody_settles_it() {
        let mut desk = Desk::new();
        let (low, high) = (RowId([101; 16]), RowId([102; 16]));
        desk.does(|edit, _| Entry::assert(edit, low, &risk(Level::Low, vec![])));
        let act = desk.does(|edit, _| Entry::assert(edit, high, &risk(Level::High, vec![])));
        let after = desk.shown();
        let undo = Undo::of(act, &desk.document, ID, 0).unwrap();
        assert_eq!(undo.shown[0].stays, Some(STRICT));
        let undone = desk.does(|edit, fresh| undo.apply(edit, fresh));
        let standing = entry(&desk.document, ID).risk(RiskKind::Physical).unwrap().clone();
        assert_eq!((standing.counts, standing.differs, standing.open_again), (Level::High, true, true));
        assert_eq!(standing.taken_back.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [high]);
        let mut again = Desk { document: desk.document.clone(), acts: desk.acts, rows: desk.rows };
        again.undo(undone);
        assert_eq!(again.shown(), after);
        desk.does(|edit, fresh| Entry::assert(edit, fresh(), &risk(Level::Low, vec![low, high])));
        let standing = entry(&desk.document, ID).risk(RiskKind::Physical).unwrap().clone();
        assert_eq!((standing.counts, standing.differs, standing.open_again), (Level::Low, false, false));
        assert_eq!(standing.taken_back, []);
    }

    #[test]
    fn what_somebody_replaced_since_is_not_taken_back() {
        let mut desk = Desk::new();
        let act = desk.does(|edit, _| Entry::assert(edit, RowId([101; 16]), &stated("stage", "partner", vec![])));
        let undone = desk.undo(act);
        desk.does(|edit, fresh| Entry::assert(edit, fresh(), &stated("stage", "acquainted", vec![])));
        assert!(Undo::of(undone, &desk.document, ID, 0).unwrap().is_empty(), "somebody has gone on from there");
        let mut desk = Desk::new();
        let act = desk.does(|edit, _| Entry::assert(edit, RowId([101; 16]), &stated("stage", "partner", vec![])));
        desk.does(|edit, fresh| Entry::assert(edit, fresh(), &stated("stage", "ended", vec![RowId([101; 16])])));
        assert!(Undo::of(act, &desk.document, ID, 0).unwrap().is_empty());
    }

    #[test]
    fn rows_that_take_each_other_back_in_a_circle_take_back_nothing() {
        let mut desk = Desk::new();
        let (line, one, two) = (RowId([50; 16]), RowId([51; 16]), RowId([52; 16]));
        desk.does(|edit, _| {
            Entry::log(edit, line, &LogLine::new(&LOG_KINDS[2], on(), "tea", 0))?;
            log::take_back(edit, one, two, 0)?;
            log::take_back(edit, two, one, 0)
        });
        assert_eq!(entry(&desk.document, ID).log.len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn undo_of_undo_restores_everything_that_is_shown(steps in prop::collection::vec(step(), 1..16)) {
            let [mut ana, ..] = Person::three_choirs();
            for (number, done) in (1..).zip(steps.iter().filter(|done| !matches!(done, Done::Learn(..)))) {
                let before = shown(&ana.document, ENTRY);
                // Ana does all of it, whoever was meant.
                let mut alone = [ana.clone(), ana.clone(), ana.clone()];
                take(done, number, &mut alone);
                ana = alone.into_iter().max_by_key(|person| person.document.operations()).unwrap();
                let after = shown(&ana.document, ENTRY);
                if before == after {
                    continue;
                }
                let mut expected = [before, after];
                for round in 0..4u8 {
                    let act = ana.document.changes().last().unwrap().act.unwrap();
                    let undo = Undo::of(act, &ana.document, ENTRY, 0).unwrap();
                    let stays = undo.shown.iter().any(|shown| shown.stays.is_some());
                    let mut fresh = (0..).map(|at| RowId([number, round, at, 77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
                    ana.edit(|edit| undo.apply(edit, &mut || fresh.next().unwrap())).unwrap();
                    let (now, expected) = (shown(&ana.document, ENTRY), &mut expected[usize::from(round) % 2]);
                    if stays {
                        // A strict rating counts on, and says that it was taken back.
                        let risk = ana.entry().risk(RiskKind::Legal).is_some_and(|risk| !risk.taken_back.is_empty());
                        let counts = risk || ana.entry().decisive.iter().any(|said| said.taken_back);
                        prop_assert!(counts, "{done:?}");
                        *expected = now.clone();
                    }
                    prop_assert!(now == *expected, "{done:?}, undo {round}:\n{now}\n{expected}");
                }
            }
        }
    }

    #[test]
    fn a_new_entry_is_archived_and_comes_back() {
        let mut desk = Desk::new();
        let undone = desk.undo(ActId([1; 16]));
        assert!(entry(&desk.document, ID).archived.hides());
        desk.undo(undone);
        assert!(!entry(&desk.document, ID).archived.hides());
    }

    #[test]
    fn what_somebody_else_wrote_since_is_named() {
        let mut desk = Desk::new();
        let act = desk.does(|edit, _| Entry::set(edit, "phone", "02 5550 0002"));
        desk.document.set_actor(ActorId([2; 16]));
        desk.does(|edit, _| Entry::set(edit, "phone", "02 5550 0003"));
        let undo = Undo::of(act, &desk.document, ID, 0).unwrap();
        let [shown] = undo.shown.as_slice() else { panic!("{undo:?}") };
        assert_eq!((shown.before.as_str(), shown.after.as_str()), ("02 5550 0001", "02 5550 0002"));
        assert_eq!(shown.since.as_deref(), Some("02 5550 0003"));
    }

    #[test]
    fn nobody_takes_back_a_log_line_of_another_device() {
        let mut desk = Desk::new();
        let line = RowId([50; 16]);
        desk.does(|edit, _| Entry::log(edit, line, &LogLine::new(&LOG_KINDS[2], on(), "tea", 0)));
        desk.document.set_actor(ActorId([2; 16]));
        desk.does(|edit, fresh| log::take_back(edit, fresh(), line, 0));
        assert_eq!(entry(&desk.document, ID).log.len(), 1);
    }
}
