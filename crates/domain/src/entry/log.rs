//! The log: every contact, ask and favour, by whom and when. Two lines are never a conflict; two approaches may be.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ActorId, Document, Edit};
use minicbor::{Decode, Encode};

use crate::author::Author;
use crate::date::hour::hour;
use crate::date::{Date, When};
use crate::entry::ancestry::Ancestry;
use crate::entry::rows::{self, Unreadable, VERSION, Versioned, Written};
use crate::ids::RowId;
use crate::rejection::Rejection;
use crate::words;

/// One line of the log, as somebody wrote it down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogLine {
    /// The slug of a [`LogKind`]; from a newer version it may be one that is not in the list.
    pub kind: String,
    pub on: When,
    /// Who was there.
    pub with: Option<String>,
    pub text: String,
    /// Of an ask or a favour: 1 a mention, 2 attending, 3 people or a venue, 4 co-hosting, 5 money or a public stand.
    pub size: Option<u8>,
    pub follow_up: Option<Date>,
    pub source: Option<String>,
    /// Of an ask: both sides gain by it.
    pub mutual: bool,
    /// Of an ask: why it could not wait until people knew each other.
    pub urgent: Option<String>,
    /// The device's clock, in whole hours since 1970. It decides nothing.
    pub recorded_hour: u32,
}

/// A line and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub id: RowId,
    pub line: LogLine,
    pub author: Author,
}

/// Two of our groups approached one organisation, and neither knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubleApproach {
    /// The earlier by its date.
    pub first: Logged,
    pub second: Logged,
}

/// What a line of the log is about.
#[derive(Debug, PartialEq, Eq)]
pub struct LogKind {
    pub slug: &'static str,
    pub label: &'static str,
    /// True when we were in touch with them, so that a follow-up is done.
    pub contact: bool,
    /// Other words that people use.
    pub also: &'static [&'static str],
}

pub const LOG_KINDS: &[LogKind] = &[
    kind("contact", "contact", true, &["in touch"]),
    kind("one-to-one", "one-to-one", true, &["relational meeting", "1:1", "coffee"]),
    kind("meeting", "meeting", true, &["met"]),
    kind("call", "phone call", true, &["phone", "rang"]),
    kind("message", "message", true, &["email", "e-mail", "letter", "text"]),
    kind("check-in", "check-in", true, &["checkin", "catch-up"]),
    kind("check-request", "asked our own people whether to approach", false, &[]),
    kind("approach", "first approach", true, &["approached"]),
    kind("consulted", "we consulted them", true, &["consult", "consultation"]),
    kind("heads-up", "heads-up", true, &["headsup", "warning", "forewarned"]),
    kind("ask", "we asked", true, &["asked", "request"]),
    kind("gave", "we gave", true, &["favour", "give"]),
    kind("got", "they gave", true, &["received", "get"]),
    kind("action", "action that touches them", false, &[]),
    // What is done together, and the small support with which it begins (guide, boxes and section 3; module, sections 4 and 7).
    kind("co-host", "co-hosted", true, &["cohost", "joint event"]),
    kind("film-screening", "film screening", true, &["film", "screening", "film night"]),
    kind("exhibition", "exhibition", true, &[]),
    kind("shared-resources", "shared resources", true, &["sharing"]),
    kind("mention", "mailing-list mention", true, &["mailing list", "newsletter"]),
    kind("attendance", "attended", true, &["attended", "attending", "came along"]),
    kind("logistics", "logistics", true, &["helped out"]),
    kind("funding", "funding", true, &["fundraising", "money"]),
    kind("forum", "forum", true, &[]),
    kind("vigil", "vigil", true, &[]),
    kind("match", "match", true, &["game"]),
    kind("joint-decision", "decided together", true, &["decision"]),
    kind("solidarity", "call for solidarity", true, &["call for allyship", "allyship"]),
    kind("answered", "we stood with them", true, &["stood with", "answered a call"]),
    kind("amplified", "we amplified", false, &["shared their post"]),
    kind("own-action", "action of their own", false, &["their own action"]),
    kind("statement", "statement of theirs", false, &["said in public"]),
    kind("research", "research", false, &["looked up"]),
    // What came of it (module, section 7).
    kind("audience", "reached more people", false, &["reach", "result: audience"]),
    kind("capacity", "gained capacity", false, &["result: capacity"]),
    kind("resources", "gained resources", false, &["result: resources"]),
    kind("reputation", "gained a good name", false, &["result: reputation"]),
    kind("note", "note", false, &[]),
];

const fn kind(slug: &'static str, label: &'static str, contact: bool, also: &'static [&'static str]) -> LogKind {
    LogKind { slug, label, contact, also }
}

impl LogKind {
    /// A kind as people say it. The refusal names the one that was likely meant.
    pub fn typed(typed: &str) -> Result<&'static LogKind, Rejection> {
        let folded = words::folded(typed);
        LOG_KINDS.iter().find(|kind| kind.names().any(|name| words::folded(name) == folded)).ok_or_else(|| {
            Rejection::NoSuchLogKind {
                typed: words::shown_line(typed).chars().take(40).collect(),
                meant: LogKind::nearest(&folded),
            }
        })
    }

    /// The word for a kept kind; a kind that only a newer version knows stays as it is written.
    pub fn label_of(slug: &str) -> &str {
        LOG_KINDS.iter().find(|kind| kind.slug == slug).map_or(slug, |kind| kind.label)
    }

    fn nearest(folded: &str) -> Option<&'static str> {
        // Nothing of this length is a slip, and comparing takes the product of both lengths.
        if folded.is_empty() || folded.len() > 60 {
            return None;
        }
        let alike = |kind: &LogKind| {
            kind.names().map(|name| strsim::jaro_winkler(folded, &words::folded(name))).fold(0.0, f64::max)
        };
        let best = LOG_KINDS.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
        (alike(best) >= 0.8).then_some(best.slug)
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.slug, self.label].into_iter().chain(self.also.iter().copied())
    }

    pub(crate) fn is_contact(slug: &str) -> bool {
        LOG_KINDS.iter().any(|kind| kind.slug == slug && kind.contact)
    }
}

impl LogLine {
    pub fn new(kind: &LogKind, on: When, text: &str, recorded_ms: u64) -> LogLine {
        LogLine {
            kind: kind.slug.to_owned(),
            on,
            with: None,
            text: text.to_owned(),
            size: None,
            follow_up: None,
            source: None,
            mutual: false,
            urgent: None,
            recorded_hour: hour(recorded_ms),
        }
    }

    /// What they are said to have said, is kept with its source and its day (guide, section 3).
    pub(crate) fn needs_source(&self) -> Result<(), Rejection> {
        let sourced = self.source.as_ref().is_some_and(|source| !source.trim().is_empty());
        if self.kind == "statement" && !sourced { Err(Rejection::Unsourced { about: "a statement" }) } else { Ok(()) }
    }

    pub(crate) fn stored(&self) -> Result<Vec<u8>, Rejection> {
        let line = |field: &'static str, text: &Option<String>| -> Result<Option<String>, Rejection> {
            let clean = text.as_ref().map(|text| words::line(field, text, words::LINE_LETTERS)).transpose()?;
            Ok(clean.filter(|text| !text.is_empty()))
        };
        if let Some(size) = self.size.filter(|size| !(1..=5).contains(size)) {
            return Err(Rejection::NotASize { typed: size });
        }
        Ok(rows::encode(&Stored {
            version: VERSION,
            kind: LogKind::typed(&self.kind)?.slug.to_owned(),
            on: self.on.clone(),
            with: line("with", &self.with)?,
            text: words::note("text", &self.text)?,
            size: self.size,
            follow_up: self.follow_up,
            source: line("source", &self.source)?,
            recorded_hour: self.recorded_hour,
            mutual: self.mutual.then_some(true),
            urgent: line("urgent", &self.urgent)?,
        }))
    }
}

pub(crate) struct Log {
    pub written: Vec<Written<LogLine>>,
    pub unreadable: Vec<Unreadable>,
    pub newer: usize,
}

/// By date, then id. A line that its own device took back is not among them; with a day, nor is one of a later day or of none.
pub(crate) fn read(document: &Document, until: Option<Date>) -> Log {
    let rows::Rows { mut rows, unreadable, newer } = rows::read(document, "l/", understand);
    let gone = gone(&rows);
    rows.retain(|written| written.row.kind != TAKEN_BACK && !gone.contains(&(written.id, written.actor)));
    rows.retain(|written| until.is_none_or(|until| written.row.on.is_by(until)));
    rows.sort_by(|a, b| (a.row.on.order(), a.id, a.change).cmp(&(b.row.on.order(), b.id, b.change)));
    Log { written: rows, unreadable, newer }
}

/// What is taken back by its own device. A row that was itself taken back takes nothing back; rows that take back each other
/// in a circle, as no honest program writes them, take back nothing.
fn gone(rows: &[Written<LogLine>]) -> BTreeSet<(RowId, ActorId)> {
    type Of = (RowId, ActorId);
    let mut takes: BTreeMap<Of, Vec<Of>> = BTreeMap::new();
    let mut waits: BTreeMap<Of, usize> = BTreeMap::new();
    for written in rows.iter().filter(|written| written.row.kind == TAKEN_BACK) {
        if let Some(line) = taken(written) {
            takes.entry((written.id, written.actor)).or_default().push((line, written.actor));
            *waits.entry((line, written.actor)).or_default() += 1;
        }
    }
    let mut ready: Vec<Of> = takes.keys().filter(|taking| !waits.contains_key(taking)).copied().collect();
    let mut gone = BTreeSet::new();
    while let Some(taking) = ready.pop() {
        for line in takes.get(&taking).into_iter().flatten() {
            if !gone.contains(&taking) {
                gone.insert(*line);
            }
            let left = waits.entry(*line).or_default();
            *left = left.saturating_sub(1);
            if *left == 0 {
                ready.push(*line);
            }
        }
    }
    gone
}

/// Which line a row takes back.
fn taken(written: &Written<LogLine>) -> Option<RowId> {
    written.row.source.as_deref()?.parse().ok()
}

/// What this document's own actor took back: the rows that do so, each with its line.
pub(crate) fn takings(document: &Document) -> BTreeMap<RowId, RowId> {
    let rows = rows::read(document, "l/", understand).rows;
    let own = rows.iter().filter(|written| written.row.kind == TAKEN_BACK && written.actor == document.actor());
    own.filter_map(|written| Some((written.id, taken(written)?))).collect()
}

/// Takes back a line, or what takes one back. It counts only from the device that wrote the line: nobody hides what another has noted.
pub(crate) fn take_back(edit: &mut Edit<'_>, id: RowId, line: RowId, recorded_ms: u64) -> Result<(), Rejection> {
    let stored = Stored {
        version: VERSION,
        kind: TAKEN_BACK.to_owned(),
        on: When::on(Date::of_ms(recorded_ms)),
        with: None,
        text: String::new(),
        size: None,
        follow_up: None,
        source: Some(line.to_string()),
        recorded_hour: hour(recorded_ms),
        mutual: None,
        urgent: None,
    };
    Ok(edit.append(&format!("l/{id}"), rows::encode(&stored))?)
}

impl Log {
    pub(crate) fn logged(&self, resolve: &dyn Fn(ActorId) -> Author) -> Vec<Logged> {
        self.written.iter().map(|written| logged(written, resolve)).collect()
    }

    /// Pairs of approaches by different actors, neither of whom had seen the other's.
    pub(crate) fn apart(&self, ancestry: &Ancestry<'_>) -> Vec<(&Written<LogLine>, &Written<LogLine>)> {
        // Every pair is looked at, so each device's latest few must do: nobody can hide another's approach behind many.
        let mut of_actor: BTreeMap<ActorId, Vec<&Written<LogLine>>> = BTreeMap::new();
        for written in self.written.iter().filter(|written| written.row.kind == APPROACH) {
            of_actor.entry(written.actor).or_default().push(written);
        }
        let mut approaches: Vec<&Written<LogLine>> = Vec::new();
        for mut own in of_actor.into_values() {
            own.sort_by_key(|written| (std::cmp::Reverse(written.order), written.id));
            approaches.extend(own.into_iter().take(APPROACHES_OF_ONE));
        }
        approaches.truncate(APPROACHES);
        approaches.sort_by_key(|written| (written.row.on.clone(), written.id));
        let mut pairs = Vec::new();
        for (index, first) in approaches.iter().enumerate() {
            for second in &approaches[index + 1..] {
                if first.actor != second.actor && !first.saw(second, ancestry) && !second.saw(first, ancestry) {
                    pairs.push((*first, *second));
                }
            }
        }
        pairs
    }

    pub(crate) fn double_approaches(
        &self,
        ancestry: &Ancestry<'_>,
        resolve: &dyn Fn(ActorId) -> Author,
    ) -> Vec<DoubleApproach> {
        self.apart(ancestry)
            .into_iter()
            .map(|(first, second)| DoubleApproach { first: logged(first, resolve), second: logged(second, resolve) })
            .filter(|double| words::folded(&double.first.author.group) != words::folded(&double.second.author.group))
            .collect()
    }

    pub(crate) fn last_contact(&self) -> Option<Date> {
        self.written
            .iter()
            .filter(|written| LogKind::is_contact(&written.row.kind))
            .filter_map(|written| written.row.on.date)
            .max()
    }

    /// The latest line of one of these kinds, by its date.
    pub(crate) fn last_of(&self, kinds: &[&str]) -> Option<Date> {
        let of_kind = self.written.iter().filter(|written| kinds.contains(&written.row.kind.as_str()));
        of_kind.filter_map(|written| written.row.on.date).max()
    }

    /// Until when they asked us to stand with them, of each call that nobody has answered since.
    pub(crate) fn open_calls(&self) -> Vec<Date> {
        let answered = self.last_of(&["answered"]);
        let calls = self.written.iter().filter(|written| written.row.kind == "solidarity");
        let mut open: Vec<Date> = calls
            .filter_map(|written| Some((written.row.on.date?, written.row.follow_up.or(written.row.on.date)?)))
            .filter(|(on, _)| answered.is_none_or(|answered| answered < *on))
            .map(|(_, until)| until)
            .collect();
        open.sort_unstable();
        open
    }

    /// The earliest follow-up after which nobody has been in touch. Any later contact settles it.
    pub(crate) fn next_due(&self) -> Option<Date> {
        let last_contact = self.last_contact();
        self.written
            .iter()
            // A call for solidarity is settled by an answer, not by any contact.
            .filter(|written| written.row.kind != "solidarity")
            .filter(|written| match (written.row.on.date, last_contact) {
                (Some(on), Some(last)) => last <= on,
                (Some(_), None) | (None, _) => true,
            })
            .filter_map(|written| written.row.follow_up)
            .min()
    }
}

fn logged(written: &Written<LogLine>, resolve: &dyn Fn(ActorId) -> Author) -> Logged {
    Logged { id: written.id, line: written.row.clone(), author: resolve(written.actor) }
}

/// What was given on both sides, by size.
pub(crate) fn balance(lines: &[Logged]) -> (u32, u32) {
    let sum = |slug: &str| {
        let sizes: BTreeSet<(RowId, u8)> = lines
            .iter()
            .filter(|logged| logged.line.kind == slug)
            .map(|logged| (logged.id, logged.line.size.unwrap_or(1)))
            .collect();
        sizes.iter().map(|(_, size)| u32::from(*size)).sum()
    };
    (sum("gave"), sum("got"))
}

/// The kind of a line that says nothing but that the line in its source is taken back.
const TAKEN_BACK: &str = "taken-back";
const APPROACH: &str = "approach";
const APPROACHES: usize = 200;
const APPROACHES_OF_ONE: usize = 4;

#[derive(Encode, Decode)]
#[cbor(map)]
struct Stored {
    #[n(0)]
    version: u8,
    #[n(1)]
    kind: String,
    #[n(2)]
    on: When,
    #[n(3)]
    with: Option<String>,
    #[n(4)]
    text: String,
    #[n(5)]
    size: Option<u8>,
    #[n(6)]
    follow_up: Option<Date>,
    #[n(7)]
    source: Option<String>,
    #[n(8)]
    recorded_hour: u32,
    #[n(9)]
    mutual: Option<bool>,
    #[n(10)]
    urgent: Option<String>,
}

impl Versioned for Stored {
    fn version(&self) -> u8 {
        self.version
    }
}

fn understand(stored: Stored) -> Option<LogLine> {
    let line = |text: Option<String>| text.map(|text| words::shown_line(&text));
    Some(LogLine {
        kind: words::shown_line(&stored.kind),
        on: When { typed: words::shown_line(&stored.on.typed), date: stored.on.date },
        with: line(stored.with),
        text: words::shown(&stored.text),
        size: stored.size.filter(|size| (1..=5).contains(size)),
        follow_up: stored.follow_up,
        source: line(stored.source),
        mutual: stored.mutual == Some(true),
        urgent: line(stored.urgent),
        recorded_hour: stored.recorded_hour,
    })
}
