//! Taking a command back: what it changed is put back by a new change, beside what others wrote meanwhile.
//!
//! Nothing is rewound. Registers and texts get their earlier value; a new entry is archived; an assertion, a link and a log
//! line get a row that takes them back, and what they had replaced stands again, in the words of whoever wrote it.

use std::collections::BTreeSet;

use allymap_document::{ActId, Document, Edit, Value};
use allymap_policy::Pack;

use crate::entry::Entry;
use crate::entry::assertion::{Assertion, Claim, Stated};
use crate::entry::link::{Link, Linked};
use crate::entry::log;
use crate::entry::position::Place;
use crate::entry::risk::{Level, Mitigation, Risk};
use crate::entry::weighed::Weighed;
use crate::history::{entry, label, line_words, said, words_of};
use crate::ids::{EntryId, RowId};
use crate::map::Map;
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
                        .any(|other| crate::weigh::standing::covers(&other.assertion.claim, &said.assertion.claim));
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

const ELSEWHERE: &str = "it was written before this folder was copied or restored";
const STRICT_FACT: &str = "a strict fact counts until somebody who has seen it settles it (allymap event assess)";
const STRICT: &str = "a strict rating counts until somebody settles it with a reason (allymap risk settle)";

#[cfg(test)]
mod tests;
