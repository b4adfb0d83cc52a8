//! Facts that are never overwritten: risks, positions, what an event is weighed by. A new one may replace those that its
//! author had seen.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ActorId, Document};
use minicbor::{Decode, Encode};

use crate::author::Author;
use crate::date::hour::hour;
use crate::date::{Date, When};
use crate::entry::ancestry::Ancestry;
use crate::entry::fact::{self, Fact, FactKind, FactStanding};
use crate::entry::position::{self, Place, PositionStanding};
use crate::entry::risk::{self, Level, Mitigation, Rated, Risk, RiskKind, RiskStanding, Standing};
use crate::entry::rows::{self, Unreadable, VERSION, Versioned, Written};
use crate::entry::steps::{self, Seen};
use crate::entry::weighed::{Chosen, Decided, ReferTo, Referred, Weighed};
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::kind::person;
use crate::rejection::Rejection;
use crate::words;

/// One statement, as somebody wrote it down. Who wrote it is not in it: that is known from the change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assertion {
    pub claim: Claim,
    pub reason: Option<String>,
    pub evidence: Option<String>,
    /// Of a risk: what is or could be done about it, or why nothing can be.
    pub mitigation_words: Option<String>,
    /// Of a risk: who looks after it.
    pub looked_after_by: Option<String>,
    pub observed: When,
    /// The device's clock, in whole hours since 1970. It decides nothing.
    pub recorded_hour: u32,
    pub source: Option<String>,
    /// A person outside who said so.
    pub said_by: Option<String>,
    /// Earlier statements about the same thing that the author saw and replaces. For a risk this needs a reason.
    pub supersedes: Vec<RowId>,
    /// It claims nothing: what it supersedes is as if it had never been said.
    pub takes_back: bool,
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    Risk(Risk),
    Position {
        campaign: RowId,
        place: Place,
    },
    Fact(Fact),
    /// A fact by which an event is weighed.
    Weighed(Weighed),
    /// A question handed to somebody who decides it.
    Referred(Referred),
    /// What a person decided about an event.
    Decided(Decided),
}

impl Claim {
    /// Where somebody is placed; what is not about that places nobody.
    pub fn place(&self) -> Place {
        match self {
            Claim::Position { place, .. } => *place,
            _ => Place::NotKnown,
        }
    }

    /// Replacing what was said before needs a reason (A.9: risk, consent, and what would let us work with a party).
    pub(crate) fn settled_with_a_reason(&self) -> bool {
        match self {
            Claim::Risk(_) => true,
            Claim::Weighed(weighed) => {
                weighed.value.is_some()
                    && allymap_policy::Fact::parse(&weighed.fact).is_some_and(allymap_policy::Fact::needs_reason)
            }
            _ => false,
        }
    }

    /// An event is weighed by it.
    pub(crate) fn is_decisive(&self) -> bool {
        match self {
            Claim::Position { .. } => false,
            Claim::Fact(fact) => fact.kind() == FactKind::AffiliationKind,
            Claim::Risk(_) | Claim::Weighed(_) | Claim::Referred(_) | Claim::Decided(_) => true,
        }
    }

    /// What it is about, in words.
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

    pub(crate) fn words(&self) -> &str {
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

/// A statement and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    pub id: RowId,
    pub assertion: Assertion,
    pub author: Author,
}

impl Assertion {
    pub fn new(claim: Claim, observed: When, recorded_ms: u64) -> Assertion {
        Assertion {
            claim,
            reason: None,
            evidence: None,
            mitigation_words: None,
            looked_after_by: None,
            observed,
            recorded_hour: hour(recorded_ms),
            source: None,
            said_by: None,
            supersedes: Vec::new(),
            takes_back: false,
        }
    }

    /// Takes back earlier statements. The claim says what they were about, and an older version reads it as not knowing.
    pub(crate) fn taking_back(claim: Claim, supersedes: Vec<RowId>, observed: When, recorded_ms: u64) -> Assertion {
        Assertion { supersedes, takes_back: true, ..Assertion::new(claim, observed, recorded_ms) }
    }

    /// Whether the map refuses it until somebody says where it is known from.
    pub fn lacks_source(&self, kind: &Kind) -> bool {
        self.needs_source(kind).is_err()
    }

    /// What can hurt somebody is not written down without where it comes from; what is said about a person never is.
    pub(crate) fn needs_source(&self, kind: &Kind) -> Result<(), Rejection> {
        let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        if self.takes_back || said(&self.source) || said(&self.said_by) {
            return Ok(());
        }
        let of_person = *kind == person::KIND;
        match &self.claim {
            Claim::Fact(fact) if fact.needs_source() => Err(Rejection::Unsourced { about: fact.kind().slug() }),
            // A reason is ours; only a source is somebody's who can be asked.
            Claim::Position { place, .. } if of_person && *place != Place::NotKnown => {
                Err(Rejection::Unsourced { about: "a person" })
            }
            Claim::Risk(risk) if of_person && risk.level != Level::Unknown => {
                Err(Rejection::Unsourced { about: "a person" })
            }
            Claim::Weighed(weighed) if of_person && weighed.value.is_some() => {
                Err(Rejection::Unsourced { about: "a person" })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn stored(&self) -> Result<Vec<u8>, Rejection> {
        let clean = Assertion {
            claim: match &self.claim {
                Claim::Weighed(weighed) => Claim::Weighed(weighed.clean()?),
                Claim::Referred(referred) => Claim::Referred(referred.clean()?),
                Claim::Decided(decided) => Claim::Decided(decided.clean()?),
                as_it_is => as_it_is.clone(),
            },
            reason: words::optional_line("reason", &self.reason)?,
            evidence: words::optional_line("evidence", &self.evidence)?,
            source: words::optional_line("source", &self.source)?,
            said_by: words::optional_line("said-by", &self.said_by)?,
            mitigation_words: words::optional_line("mitigation", &self.mitigation_words)?,
            looked_after_by: words::optional_line("looked-after-by", &self.looked_after_by)?,
            ..self.clone()
        };
        let settles = !self.supersedes.is_empty() && !self.takes_back;
        if self.claim.settled_with_a_reason() && settles && clean.reason.is_none() {
            return Err(Rejection::NoReason);
        }
        Ok(clean.to_bytes())
    }

    /// As it is written, without a look at what is in it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut stored = Stored {
            version: VERSION,
            fact: String::new(),
            subject: String::new(),
            value: String::new(),
            mitigation: None,
            reason: self.reason.clone(),
            evidence: self.evidence.clone(),
            observed: self.observed.clone(),
            recorded_hour: self.recorded_hour,
            source: self.source.clone(),
            said_by: self.said_by.clone(),
            supersedes: self.supersedes.clone(),
            mitigation_words: self.mitigation_words.clone(),
            looked_after_by: self.looked_after_by.clone(),
            takes_back: self.takes_back.then_some(true),
            about: None,
            occasion: None,
            occasion_event: None,
            conditions: None,
            text: None,
            saw: None,
        };
        match &self.claim {
            Claim::Risk(risk) => {
                (stored.fact, stored.subject) = (RISK.to_owned(), risk.kind.slug().to_owned());
                (stored.value, stored.mitigation) =
                    (risk.level.slug().to_owned(), Some(risk.mitigation.slug().to_owned()));
            }
            Claim::Position { campaign, place } => {
                (stored.fact, stored.subject) = (POSITION.to_owned(), campaign.to_string());
                stored.value = place.slug().to_owned();
            }
            Claim::Fact(fact) => (stored.fact, stored.value) = (fact.kind().slug().to_owned(), fact.slug().to_owned()),
            Claim::Weighed(weighed) => {
                (stored.fact, stored.subject) = (WEIGHED.to_owned(), weighed.fact.clone());
                stored.value = weighed.value.clone().unwrap_or_default();
                (stored.about, stored.text) = (weighed.about.clone(), weighed.text.clone());
                (stored.occasion, stored.occasion_event) = (weighed.occasion.clone(), weighed.occasion_event);
                stored.conditions = some(&weighed.conditions);
                stored.saw = some(&weighed.saw);
            }
            Claim::Referred(referred) => {
                (stored.fact, stored.subject) = (REFERRED.to_owned(), referred.to.slug().to_owned());
                stored.value = referred.answer.clone().unwrap_or_default();
                (stored.about, stored.text) = (referred.rule.clone(), referred.text.clone());
                stored.conditions = some(&referred.conditions);
            }
            Claim::Decided(decided) => {
                (stored.fact, stored.value) = (DECIDED.to_owned(), decided.choice.slug().to_owned());
                (stored.about, stored.text) = (Some(decided.pack.clone()), Some(decided.label.clone()));
                stored.conditions = some(&decided.conditions);
                stored.saw = some(&decided.saw);
            }
        }
        rows::encode(&stored)
    }

    /// As it is written, without the names of what it replaces.
    pub(crate) fn to_bytes_alone(&self) -> Vec<u8> {
        Assertion { supersedes: Vec::new(), ..self.clone() }.to_bytes()
    }

    /// What [`Assertion::to_bytes`] wrote; none for what this version does not understand.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Assertion> {
        minicbor::decode::<Stored>(bytes).ok().and_then(understand)
    }
}

fn some<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

/// All statements of a document, and what stands.
pub(crate) struct Assertions {
    pub all: Vec<Stated>,
    pub risks: Vec<RiskStanding>,
    pub positions: Vec<PositionStanding>,
    pub facts: Vec<FactStanding>,
    /// Of what events are weighed by, referred and decided: those that stand.
    pub weighed: Vec<Stated>,
    /// All that an event is weighed by, also what was replaced.
    pub decisive: Vec<Decisive>,
    pub unreadable: Vec<Unreadable>,
    pub newer: usize,
}

/// A statement by which events are weighed, with what is needed to weigh it without the document.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Decisive {
    pub id: RowId,
    pub actor: ActorId,
    pub assertion: Assertion,
    /// What it names, is about the same, and its author had seen.
    pub replaces: Vec<RowId>,
    /// It was taken back.
    pub taken_back: bool,
}

/// With a day only what had been seen by its evening counts. What was replaced by something seen later stands again, but a
/// correction holds from the day for which it was made, through all that it corrects.
pub(crate) fn read(
    document: &Document,
    ancestry: &Ancestry<'_>,
    resolve: &dyn Fn(ActorId) -> Author,
    until: Option<Date>,
) -> Assertions {
    let rows::Rows { rows, unreadable, newer } = rows::read(document, "a/", understand);
    let edges = rows::replaced(
        &rows,
        ancestry,
        |row: &Assertion| &row.supersedes,
        |new, old| {
            let loosens = match (&new.claim, &old.claim) {
                (Claim::Fact(new), Claim::Fact(old)) => new.loosens(*old),
                (claim, _) => claim.settled_with_a_reason(),
            };
            subject(new) == subject(old) && (!loosens || new.reason.is_some() || new.takes_back)
        },
    );
    let taken = rows::taken_back(&rows, &edges, |row: &Assertion| row.takes_back);
    let counts = |index: &usize| until.is_none_or(|until| rows[*index].row.observed.is_by(until));
    let mut settled = vec![false; rows.len()];
    let mut taken_back = vec![false; rows.len()];
    for (index, row) in rows.iter().enumerate().filter(|(index, _)| counts(index)) {
        if taken[index].is_some() || row.row.takes_back {
            taken_back[index] |= taken[index].is_some();
            continue;
        }
        let unknown_risk = matches!(row.row.claim, Claim::Risk(Risk { level: Level::Unknown, .. }));
        rows::reach(index, &edges, if unknown_risk { &mut taken_back } else { &mut settled });
    }
    // What it loosened ends: it said nothing stricter than what it had replaced, which stands again.
    let loosened = |index: usize| {
        let Claim::Risk(risk) = rows[index].row.claim else { return false };
        let mut replaced = edges[index].iter().map(|other| &rows[*other].row.claim);
        taken[index].is_some() && replaced.any(|other| matches!(other, Claim::Risk(other) if other.covers(risk)))
    };
    let standing = |index: usize| match (settled[index], taken_back[index]) {
        (true, _) => Standing::Settled,
        (false, true) if loosened(index) => Standing::Settled,
        (false, true) => Standing::TakenBack,
        (false, false) => Standing::Stands,
    };
    let replaces = |index: usize| match until {
        None => !edges[index].is_empty(),
        Some(_) => {
            let mut reached = vec![false; rows.len()];
            rows::reach(index, &edges, &mut reached);
            (0..rows.len()).any(|other| reached[other] && counts(&other))
        }
    };
    let stated =
        |row: &Written<Assertion>| Stated { id: row.id, assertion: row.row.clone(), author: resolve(row.actor) };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| {
        let key = |index: usize| (rows[index].row.observed.order(), rows[index].id, rows[index].change);
        key(*a).cmp(&key(*b))
    });
    let mut about: BTreeMap<Subject, Vec<usize>> = BTreeMap::new();
    for index in order.iter().filter(|index| !rows[**index].row.takes_back) {
        about.entry(subject(&rows[*index].row)).or_default().push(*index);
    }
    let (mut risks, mut positions, mut facts, mut weighed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (subject, said) in about {
        let said = said.into_iter();
        match subject {
            Subject::Risk(kind) => {
                let said = said.filter(counts).map(|index| Rated {
                    stated: stated(&rows[index]),
                    standing: standing(index),
                    replaces: replaces(index),
                    taken_back_by: taken[index].map(|by| resolve(rows[by].actor)),
                });
                risks.extend(risk::join(kind, said.collect()));
            }
            Subject::Position(campaign) => {
                let all: Vec<usize> = said.filter(|index| taken[*index].is_none()).collect();
                let numbers: BTreeMap<usize, usize> = (0..).zip(&all).map(|(number, index)| (*index, number)).collect();
                let seen: Vec<Seen> = all
                    .iter()
                    .map(|index| Seen {
                        id: rows[*index].id,
                        on: rows[*index].row.observed.date,
                        place: rows[*index].row.claim.place(),
                        replaces: replaced_by(*index, &edges, &taken)
                            .iter()
                            .filter_map(|other| numbers.get(other).copied())
                            .collect(),
                    })
                    .collect();
                let stands = all.into_iter().filter(|index| counts(index) && standing(*index) == Standing::Stands);
                let said = stands.map(|index| stated(&rows[index])).collect();
                let mut steps = steps::steps(&seen);
                steps.retain(|step| until.is_none_or(|until| step.on.is_some_and(|on| on <= until)));
                positions.extend(position::join(campaign, said, steps));
            }
            Subject::Fact(_) => {
                let stands = said.filter(|index| counts(index) && standing(*index) == Standing::Stands);
                facts.extend(fact::join(stands.map(|index| stated(&rows[index])).collect()));
            }
            Subject::Weighed(..) | Subject::Referred(..) | Subject::Decided => {
                let stands = said.filter(|index| counts(index) && standing(*index) == Standing::Stands);
                weighed.extend(stands.map(|index| stated(&rows[index])));
            }
        }
    }
    let decisive = order
        .iter()
        .filter(|index| counts(index) && rows[**index].row.claim.is_decisive() && !rows[**index].row.takes_back)
        .map(|index| Decisive {
            id: rows[*index].id,
            actor: rows[*index].actor,
            assertion: rows[*index].row.clone(),
            replaces: replaced_on(*index, &edges, &counts).into_iter().map(|other| rows[other].id).collect(),
            taken_back: taken[*index].is_some(),
        })
        .collect();
    Assertions {
        all: order.into_iter().filter(counts).map(|index| stated(&rows[index])).collect(),
        risks,
        positions,
        facts,
        weighed,
        decisive,
        unreadable,
        newer,
    }
}

/// What a row replaces; through what is not seen yet, also what that corrects.
fn replaced_on(index: usize, edges: &[Vec<usize>], counts: &dyn Fn(&usize) -> bool) -> BTreeSet<usize> {
    let (mut replaced, mut passed) = (BTreeSet::new(), BTreeSet::new());
    let mut ahead = edges[index].clone();
    while let Some(other) = ahead.pop() {
        if counts(&other) {
            replaced.insert(other);
        } else if passed.insert(other) {
            ahead.extend(&edges[other]);
        }
    }
    replaced
}

/// What a row replaces; of one that was taken back since, also what that had replaced.
fn replaced_by(index: usize, edges: &[Vec<usize>], taken: &[Option<usize>]) -> BTreeSet<usize> {
    let mut replaced = BTreeSet::new();
    let mut ahead = edges[index].clone();
    while let Some(other) = ahead.pop() {
        if replaced.insert(other) && taken[other].is_some() {
            ahead.extend(&edges[other]);
        }
    }
    replaced
}

/// What is stated about, in the order in which it is shown.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Risk(RiskKind),
    Position(RowId),
    Fact(FactKind),
    Weighed(String, Option<String>),
    Referred(ReferTo, Option<String>),
    Decided,
}

fn subject(assertion: &Assertion) -> Subject {
    match &assertion.claim {
        Claim::Risk(risk) => Subject::Risk(risk.kind),
        Claim::Position { campaign, .. } => Subject::Position(*campaign),
        Claim::Fact(fact) => Subject::Fact(fact.kind()),
        Claim::Weighed(weighed) => Subject::Weighed(weighed.fact.clone(), weighed.subject()),
        Claim::Referred(referred) => Subject::Referred(referred.to, referred.rule.clone()),
        Claim::Decided(_) => Subject::Decided,
    }
}

const RISK: &str = "risk";
const POSITION: &str = "position";
const WEIGHED: &str = "weighed";
const REFERRED: &str = "referred";
const DECIDED: &str = "decided";

/// Words rather than numbers, so that a fact which only a newer version knows can still be told from a damaged one.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Stored {
    #[n(0)]
    version: u8,
    #[n(1)]
    fact: String,
    /// The type of risk, or the campaign's id.
    #[n(2)]
    subject: String,
    /// The level, or the place.
    #[n(3)]
    value: String,
    #[n(4)]
    mitigation: Option<String>,
    #[n(5)]
    reason: Option<String>,
    #[n(6)]
    evidence: Option<String>,
    #[n(7)]
    observed: When,
    #[n(8)]
    recorded_hour: u32,
    #[n(9)]
    source: Option<String>,
    #[n(10)]
    said_by: Option<String>,
    #[n(11)]
    supersedes: Vec<RowId>,
    #[n(12)]
    mitigation_words: Option<String>,
    #[n(13)]
    looked_after_by: Option<String>,
    /// An older version reads it as somebody who does not know.
    #[n(14)]
    takes_back: Option<bool>,
    /// Whom or what it is about: an entry's id, a name, a party, a rule; of a decision the pack.
    #[n(15)]
    about: Option<String>,
    #[n(16)]
    occasion: Option<String>,
    #[n(17)]
    occasion_event: Option<EntryId>,
    #[n(18)]
    conditions: Option<Vec<String>>,
    #[n(19)]
    text: Option<String>,
    /// Statements of other documents too, which its author had before them.
    #[n(20)]
    saw: Option<Vec<RowId>>,
}

impl Versioned for Stored {
    fn version(&self) -> u8 {
        self.version
    }
}

fn understand(stored: Stored) -> Option<Assertion> {
    let line = |text: Option<String>| text.map(|text| words::shown_line(&text)).filter(|text| !text.trim().is_empty());
    let lines = |all: Option<Vec<String>>| all.unwrap_or_default().iter().map(|text| words::shown_line(text)).collect();
    let claim = match stored.fact.as_str() {
        RISK => Claim::Risk(Risk {
            kind: RiskKind::typed(&stored.subject)?,
            level: Level::typed(&stored.value)?,
            mitigation: stored.mitigation.as_deref().map_or(Some(Mitigation::Unknown), Mitigation::typed)?,
        }),
        POSITION => Claim::Position { campaign: stored.subject.parse().ok()?, place: Place::typed(&stored.value)? },
        WEIGHED => Claim::Weighed(Weighed {
            fact: words::shown_line(&stored.subject),
            about: line(stored.about),
            value: Some(words::shown_line(&stored.value)).filter(|value| !value.is_empty()),
            occasion: line(stored.occasion),
            occasion_event: stored.occasion_event,
            conditions: lines(stored.conditions),
            text: line(stored.text),
            saw: stored.saw.unwrap_or_default(),
        }),
        REFERRED => Claim::Referred(Referred {
            to: ReferTo::named(&stored.subject)?,
            rule: line(stored.about),
            answer: Some(words::shown_line(&stored.value)).filter(|value| !value.is_empty()),
            conditions: lines(stored.conditions),
            text: line(stored.text),
        }),
        DECIDED => Claim::Decided(Decided {
            choice: Chosen::named(&stored.value)?,
            label: line(stored.text).unwrap_or_default(),
            pack: line(stored.about).unwrap_or_default(),
            conditions: lines(stored.conditions),
            saw: stored.saw.unwrap_or_default(),
        }),
        other => Claim::Fact(Fact::named(FactKind::named(other)?, &stored.value)?),
    };
    Some(Assertion {
        claim,
        reason: line(stored.reason),
        evidence: line(stored.evidence),
        mitigation_words: line(stored.mitigation_words),
        looked_after_by: line(stored.looked_after_by),
        observed: When { typed: words::shown_line(&stored.observed.typed), date: stored.observed.date },
        recorded_hour: stored.recorded_hour,
        source: line(stored.source),
        said_by: line(stored.said_by),
        supersedes: stored.supersedes,
        takes_back: stored.takes_back == Some(true),
    })
}
