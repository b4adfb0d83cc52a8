//! Taking a command back: what it changed is put back by a new change, beside what others wrote meanwhile.
//!
//! Nothing is rewound. Registers and texts get their earlier value; a new entry is archived; an assertion is superseded by
//! what stood before it, a link by one that is withdrawn, and a log line by one that takes it back.

use std::collections::BTreeSet;

use allymap_document::{ActId, Document, Edit, Value};

use crate::assertion::{Assertion, Claim, Stated};
use crate::author::Author;
use crate::entry::Entry;
use crate::field::Field;
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::link::{Link, Linked};
use crate::log::{self, LogLine};
use crate::map::{MAP_FIELDS, Map};
use crate::position::Place;
use crate::rejection::Rejection;
use crate::risk::{Level, Mitigation, Risk};

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
}

#[derive(Clone, Debug)]
enum Step {
    Put(String, Value),
    Remove(String),
    Text(String, String),
    Assert(Box<Assertion>),
    TakeLine(RowId),
    Line(LogLine),
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
                Step::Line(line) => Entry::log(edit, fresh(), line)?,
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
        self.shown.push(TakenBack { what: "Entry".into(), after: name, before: "archived".into(), since, stays: None });
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
        let [before, after, now] = [before, after, now].map(|document| entry(document, self.own));
        self.assertions(&before, &after, &now);
        let at = |entry: &Entry| entry.log.iter().map(|logged| logged.id).collect::<BTreeSet<_>>();
        let (old, new, here) = (at(&before), at(&after), at(&now));
        for logged in after.log.iter().filter(|logged| !old.contains(&logged.id) && here.contains(&logged.id)) {
            let words = format!("{} {} {}", logged.line.on, logged.line.kind, logged.line.text);
            if ours.contains(&logged.id) {
                self.say("Log", words.trim(), "");
                self.steps.push(Step::TakeLine(logged.id));
            } else {
                self.stay("Log", words, "it was written before this folder was copied or restored");
            }
        }
        for logged in before.log.iter().filter(|logged| !new.contains(&logged.id)) {
            self.say("Log", "", format!("{} {} {}", logged.line.on, logged.line.kind, logged.line.text).trim());
            self.steps.push(Step::Line(logged.line.clone()));
        }
        let known = |links: &[Linked]| links.iter().map(|linked| linked.id).collect::<BTreeSet<_>>();
        let (old, new, here) = (known(&before.links), known(&after.links), known(&now.links));
        let gone: Vec<&Linked> = before.links.iter().filter(|linked| !new.contains(&linked.id)).collect();
        let written: BTreeSet<RowId> = known(&after.all_links).difference(&known(&before.all_links)).copied().collect();
        for linked in after.links.iter().filter(|linked| !old.contains(&linked.id) && here.contains(&linked.id)) {
            self.say("Link", &words_of(&linked.link), "");
            let taken = Link { supersedes: vec![linked.id], withdrawn: true, ..linked.link.clone() };
            self.steps.push(Step::Link(taken));
        }
        for linked in gone {
            self.say("Link", "", &words_of(&linked.link));
            let again = Link { supersedes: written.iter().copied().collect(), ..linked.link.clone() };
            self.steps.push(Step::Link(again));
        }
    }

    /// What stood about the same thing before is said again, in place of what the command said.
    fn assertions(&mut self, before: &Entry, after: &Entry, now: &Entry) {
        let old: BTreeSet<RowId> = before.assertions.iter().map(|stated| stated.id).collect();
        let mut done: Vec<Claim> = Vec::new();
        for stated in after.assertions.iter().filter(|stated| !old.contains(&stated.id)) {
            let claim = stated.assertion.claim;
            if done.iter().any(|known| claim.is_about_the_same(known)) {
                continue;
            }
            done.push(claim);
            let standing = |entry: &Entry| -> Vec<Stated> {
                let said = entry.standing().filter(|said| said.assertion.claim.is_about_the_same(&claim));
                said.cloned().collect()
            };
            let (stood, stands) = (standing(before), standing(after));
            let here: BTreeSet<RowId> = standing(now).iter().map(|said| said.id).collect();
            let added: Vec<RowId> =
                stands.iter().map(|said| said.id).filter(|id| !old.contains(id) && here.contains(id)).collect();
            let words =
                |said: &[Stated]| said.iter().map(|said| said.assertion.claim.words()).collect::<Vec<_>>().join(" / ");
            if added.is_empty() {
                continue;
            }
            self.say(claim.subject_words(), &words(&stands), &words(&stood));
            let displaced: Vec<&Stated> =
                stood.iter().filter(|said| stands.iter().all(|other| other.id != said.id)).collect();
            // Nothing was displaced: one that stood beside it is said again, so that ours no longer stands.
            let again: Vec<&Stated> = if displaced.is_empty() { stood.iter().take(1).collect() } else { displaced };
            let taken_back = || Some("taken back".to_owned());
            if again.is_empty() {
                let strict = matches!(claim, Claim::Risk(risk) if risk.level.is_strict());
                if let Some(shown) = self.shown.last_mut().filter(|_| strict) {
                    shown.stays = Some("a strict rating counts until somebody settles it with a reason");
                }
                let mut unknown = Assertion::new(claim.unknown(), stated.assertion.observed.clone(), self.recorded_ms);
                unknown.reason = taken_back();
                unknown.supersedes = added;
                self.steps.push(Step::Assert(Box::new(unknown)));
                continue;
            }
            for said in again {
                let mut restated = said.assertion.clone();
                restated.reason = restated.reason.or_else(taken_back);
                restated.supersedes = added.clone();
                self.steps.push(Step::Assert(Box::new(restated)));
            }
        }
    }

    fn show(&mut self, now: &Document, key: &str, (after, before): (String, String), since: Option<String>) {
        self.shown.push(TakenBack { what: label(now, key), after, before, since, stays: None });
    }

    fn say(&mut self, what: &str, after: &str, before: &str) {
        let (what, after, before) = (what.to_owned(), after.to_owned(), before.to_owned());
        self.shown.push(TakenBack { what, after, before, since: None, stays: None });
    }

    fn stay(&mut self, what: &str, after: String, why: &'static str) {
        let what = what.to_owned();
        self.shown.push(TakenBack { what, before: after.clone(), after, since: None, stays: Some(why) });
    }
}

impl Claim {
    fn is_about_the_same(&self, other: &Claim) -> bool {
        match (self, other) {
            (Claim::Risk(one), Claim::Risk(other)) => one.kind == other.kind,
            (Claim::Position { campaign, .. }, Claim::Position { campaign: other, .. }) => campaign == other,
            (Claim::Fact(one), Claim::Fact(other)) => one.kind() == other.kind(),
            _ => false,
        }
    }

    /// The claim that takes one back without claiming anything else.
    fn unknown(&self) -> Claim {
        match *self {
            Claim::Risk(risk) => Claim::Risk(Risk { level: Level::Unknown, mitigation: Mitigation::Unknown, ..risk }),
            Claim::Position { campaign, .. } => Claim::Position { campaign, place: Place::NotKnown },
            Claim::Fact(fact) => Claim::Fact(fact.kind().not_said()),
        }
    }

    fn subject_words(&self) -> &'static str {
        match self {
            Claim::Risk(risk) => risk.kind.slug(),
            Claim::Position { .. } => "Position",
            Claim::Fact(fact) => fact.kind().label(),
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Claim::Risk(risk) => risk.level.slug(),
            Claim::Position { place, .. } => place.label(),
            Claim::Fact(fact) => fact.label(),
        }
    }
}

impl Entry {
    /// Assertions that stand, of every sort.
    fn standing(&self) -> impl Iterator<Item = &Stated> {
        let risks = self.risks.iter().flat_map(|standing| &standing.said);
        let positions = self.positions.iter().flat_map(|standing| &standing.said);
        risks.chain(positions).chain(self.facts.iter().flat_map(|standing| &standing.said))
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
            let claim = said.assertion.claim;
            format!("{}: {}{}", claim.subject_words(), claim.words(), reason(&said.assertion.reason))
        }),
        "l" => entry
            .log
            .iter()
            .find(|logged| logged.id == row)
            .map(|logged| format!("{} {} {}", logged.line.on, logged.line.kind, logged.line.text)),
        _ => entry.all_links.iter().find(|linked| linked.id == row).map(|linked| {
            let taken = if linked.link.withdrawn { ", taken away" } else { "" };
            format!("{}{taken}", words_of(&linked.link))
        }),
    };
    // A line that was taken back is not read any more.
    words.unwrap_or_else(|| "taken back".to_owned()).trim().to_owned()
}

fn field(document: &Document, key: &str) -> Option<&'static Field> {
    let fields: &'static [Field] = match document.value("kind") {
        Some(Value::Text(kind)) if !Map::is(document) => Kind::named(&kind)?.fields,
        _ => MAP_FIELDS,
    };
    fields.iter().find(|field| {
        let own = field.key();
        key == own || (own.ends_with('/') && key.starts_with(&own))
    })
}

fn words_of(link: &Link) -> String {
    match link.target {
        crate::link::Target::Influence { strength, .. } => format!("influence, {}", strength.slug()),
        crate::link::Target::Same => "the same as another entry".to_owned(),
        crate::link::Target::BranchOf => "a branch of another entry".to_owned(),
    }
}

/// What is compared is never whose it is.
fn entry(document: &Document, id: EntryId) -> Entry {
    Entry::read(document, id, &|_| Author { name: String::new(), group: String::new(), device: String::new() })
}

#[cfg(test)]
mod tests {
    use allymap_document::ActorId;

    use super::*;
    use crate::date::{Date, When};
    use crate::entry::NewEntry;
    use crate::kind::Kind;
    use crate::log::LOG_KINDS;
    use crate::risk::RiskKind;

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

        /// All that is shown, without what only ever grows.
        fn shown(&self) -> String {
            let entry = entry(&self.document, ID);
            let mut shown = vec![format!("{:?} {:?} {:?}", entry.fields, entry.affiliations, entry.archived)];
            // One that stood beside what is taken back may be said twice: that shows no other level and no other place.
            let claims: BTreeSet<Claim> = entry.standing().map(|said| said.assertion.claim).collect();
            shown.push(format!("{claims:?}"));
            shown.extend(
                entry.risks.iter().map(|risk| format!("{:?} {} {}", risk.counts, risk.differs, risk.open_again)),
            );
            shown.extend(entry.log.iter().map(|logged| format!("{:?}", logged.line)));
            shown.extend(entry.links.iter().map(|linked| format!("{:?} {:?}", linked.link.to, linked.link.target)));
            shown.join("\n")
        }
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
            ("a risk beside another", Box::new(|edit, fresh| Entry::assert(edit, fresh(), &risk(Level::High, vec![])))),
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
                Entry::assert(edit, first, &risk(Level::Medium, vec![]))?;
                Entry::assert(edit, RowId([102; 16]), &place(Place::PassiveAlly, vec![]))
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
