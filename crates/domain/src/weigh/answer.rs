//! The answer to an event as a person reads it: on a screen, on paper, in a message.

use std::fmt;

use allymap_document::ActorId;
use allymap_policy::{About, Change, Fact, Label, Outcome, Pack, Part, Question, Reason, RiskType, Rule};

use crate::author::Author;
use crate::card::Card;
use crate::date::{Date, When};
use crate::entry::weighed::{Chosen, Decided, ReferTo, Referred};
use crate::ids::RowId;
use crate::weigh::{Basis, Told, referral};

/// As decisions and answers name the rules.
pub fn name(pack: &Pack) -> String {
    format!("{} v{}", pack.name(), pack.version())
}

/// `Sat 13 Mar 2027`, or that nobody knows.
pub fn when(day: Option<Date>) -> String {
    day.map_or_else(|| "no day yet".to_owned(), Date::spelled)
}

/// The answer in one line. While something is open, what is known so far never stands without that.
pub fn headline(outcome: &Outcome) -> String {
    let line = outcome.label_with_referrals();
    match outcome.label() {
        Label::AskFirst => {
            let then = lower(outcome.label_once_answered().words());
            format!("{line} (then, as far as is known: {then})")
        }
        _ => line,
    }
}

/// What speaks to the answer itself; what only asks stands among the open. That nothing else speaks against it is said where
/// there is nothing else to say.
pub fn because<'o>(outcome: &'o Outcome, pack: &Pack) -> Vec<&'o Reason> {
    let speaks = |reason: &&Reason| reason.parts.iter().any(|part| *part != Part::Open);
    let start = |reason: &Reason| pack.rule(&reason.rule.0).is_some_and(Rule::is_start);
    let alone = outcome.because.iter().filter(speaks).all(start);
    outcome.because.iter().filter(speaks).filter(|reason| alone || !start(reason)).collect()
}

/// What is still open, as a person reads it, with what it once was. Six risks that nobody has rated are one line.
pub fn open_lines(outcome: &Outcome) -> Vec<String> {
    let unrated = |question: &&Question| {
        question.fact == Fact::Risk && matches!(question.about, About::Risk(_)) && !outcome.notes.contains_key(question)
    };
    let risks = outcome.open.iter().filter(unrated).filter_map(|question| question.about.risk());
    let risks: Vec<&str> = risks.map(RiskType::name).collect();
    let line = |question: &Question| {
        let note = outcome.notes.get(question).map(|note| format!(" ({note})")).unwrap_or_default();
        format!("{}{note} [{question}]", question.words())
    };
    let mut lines: Vec<String> =
        outcome.open.iter().filter(|question| risks.len() < 2 || !unrated(question)).map(line).collect();
    if risks.len() > 1 {
        lines.push(format!("How high are these risks: {}? [risk.TYPE]", risks.join(", ")));
    }
    lines
}

/// The same without the names of the facts, for whoever does not type them.
pub(crate) fn open_questions(outcome: &Outcome) -> Vec<String> {
    let without = |line: &String| line.split(" [").next().unwrap_or(line).to_owned();
    open_lines(outcome).iter().map(without).collect()
}

/// What would make the answer another.
pub fn change_words(change: &Change) -> String {
    let fact = change.question.fact;
    let about = match (change.question.about.risk(), change.question.about.subject()) {
        (Some(risk), Some(name)) => format!("{risk} risk of {name}"),
        (Some(risk), None) => format!("{risk} risk"),
        (None, Some(name)) => format!("{} of {name}", fact.name().replace('_', " ")),
        (None, None) => fact.name().replace('_', " "),
    };
    let then = match change.label {
        Label::AskFirst => format!("ask first, then {}", lower(change.label_once_answered.words())),
        label => lower(label.words()),
    };
    format!("{about}: {} → {then}", fact.value_words(&change.value))
}

/// Where a statement is from, with the names of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Who wrote it; none for what follows from something else.
    pub by: Option<String>,
    pub said_by: Option<String>,
    pub source: Option<String>,
    pub follows_from: Option<String>,
    pub on: Option<Date>,
    pub on_typed: Option<String>,
    pub reason: Option<String>,
}

impl Origin {
    pub fn of(basis: &Basis, resolve: &dyn Fn(ActorId) -> Author) -> Origin {
        Origin {
            by: basis.by.map(|actor| resolve(actor).name),
            said_by: basis.said_by.clone(),
            source: basis.source.clone(),
            follows_from: basis.follows_from.clone(),
            on: basis.on,
            on_typed: basis.on_typed.clone(),
            reason: basis.reason.clone(),
        }
    }
}

/// Who said it, from where, and when.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.by.clone(),
            self.said_by.as_ref().map(|giver| format!("said by {giver}")),
            self.source.as_ref().map(|source| format!("from {source}")),
            self.follows_from.as_ref().map(|from| format!("from {from}")),
            self.on.map(Date::spelled).or_else(|| self.on_typed.clone()),
        ];
        let said: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        f.write_str(&said.join(", "))
    }
}

/// A question that was handed to somebody, or their answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    pub to: ReferTo,
    pub rule: Option<String>,
    pub question: Option<String>,
    /// None while it waits.
    pub answer: Option<String>,
    pub conditions: Vec<String>,
    pub since: When,
    pub answered_by: Option<String>,
    /// Who wrote it down.
    pub by: String,
}

impl Referral {
    pub fn of(told: &Told<Referred>, resolve: &dyn Fn(ActorId) -> Author) -> Referral {
        Referral {
            to: told.what.to,
            rule: told.what.rule.clone(),
            question: told.what.text.clone(),
            answer: told.what.answer.clone(),
            conditions: told.what.conditions.clone(),
            since: told.assertion.observed.clone(),
            answered_by: told.assertion.said_by.clone(),
            by: resolve(told.by).name,
        }
    }

    pub fn all(event: &Card, resolve: &dyn Fn(ActorId) -> Author) -> Vec<Referral> {
        event.referrals().iter().map(|told| Referral::of(told, resolve)).collect()
    }
}

impl fmt::Display for Referral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = self.rule.as_ref().map(|rule| format!(" ({rule})")).unwrap_or_default();
        let to = self.to.label();
        match &self.answer {
            None => write!(f, "waiting for {to}{about} since {}", self.since),
            Some(answer) => {
                let giver = self.answered_by.as_ref().unwrap_or(&self.by);
                write!(f, "{to}{about}: {}, {giver}, {}", answer.replace('-', " "), self.since)
            }
        }
    }
}

/// Who decides what the group cannot, and how that stands.
pub fn referral_lines(referrals: &[Referral], outcome: &Outcome) -> Vec<String> {
    let mut lines: Vec<String> = referrals.iter().map(ToString::to_string).collect();
    for to in referral::whom(outcome) {
        if !referrals.iter().any(|referral| referral.to == to) {
            lines.push(format!("{}: not asked yet (allymap refer add)", to.label()));
        }
    }
    lines
}

/// A decision on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub choice: Chosen,
    /// The answer as it was then.
    pub answer_then: String,
    pub pack: String,
    /// The rules are others by now.
    pub older_pack: bool,
    pub conditions: Vec<String>,
    pub reason: Option<String>,
    pub on: When,
    pub by: String,
    /// What it was taken on is no longer all that is known.
    pub more_is_known: bool,
}

impl Decision {
    /// Those that stand, the strict one first.
    pub fn all(event: &Card, pack: &Pack, seen: &[RowId], resolve: &dyn Fn(ActorId) -> Author) -> Vec<Decision> {
        let decision = |told: &Told<Decided>| Decision {
            choice: told.what.choice,
            answer_then: told.what.label.clone(),
            pack: told.what.pack.clone(),
            older_pack: is_older(told, pack),
            conditions: told.what.conditions.clone(),
            reason: told.assertion.reason.clone(),
            on: told.assertion.observed.clone(),
            by: resolve(told.by).name,
            more_is_known: told.what.saw != seen,
        };
        event.decisions().iter().map(decision).collect()
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let older = if self.older_pack { ", under an older policy: look again" } else { "" };
        let reason = self.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let Decision { choice, answer_then, by, on, pack, .. } = self;
        write!(f, "{} ({answer_then}), {by}, {on}, {pack}{older}{reason}", choice.label())
    }
}

/// A decision that rests on another version of the rules.
pub fn is_older(told: &Told<Decided>, pack: &Pack) -> bool {
    told.what.pack != name(pack)
}

/// With a small letter, to go on in a sentence.
fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
