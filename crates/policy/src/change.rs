//! What would change the answer, and which questions are still worth asking.

use serde::Serialize;

use crate::case::{Case, Statement};
use crate::evaluate::evaluate;
use crate::fact::{About, Fact};
use crate::outcome::{Label, Outcome};
use crate::pack::Pack;
use crate::question::Question;
use crate::standing::Standing;

/// One fact that, were it otherwise, would make the answer another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub question: Question,
    /// What it would have to be; for a risk the word on mitigation or the level, for a request `lifted`.
    pub value: String,
    /// The label then.
    pub label: Label,
    /// The label then, once every question that would still be open has a good answer.
    pub label_once_answered: Label,
    /// Everything that would be the answer then.
    #[serde(skip)]
    pub outcome: Outcome,
    #[serde(skip)]
    said: Vec<Statement>,
}

impl Change {
    /// The case as it would be then.
    #[must_use]
    pub fn applied_to(&self, case: &Case) -> Case {
        let mut case = case.clone();
        case.statements.extend(self.said.iter().cloned());
        case
    }
}

/// For each open or adverse fact the best it could turn out to be, where that makes the answer another: another label, or
/// another verdict, role or branding.
pub fn what_would_change(pack: &Pack, case: &Case) -> Vec<Change> {
    let now = evaluate(pack, case);
    let mut questions: Vec<Question> = now.open.iter().cloned().collect();
    {
        let standing = Standing::of(case);
        for (fact, about, heard) in standing.every() {
            let is_adverse = heard.binding().any(|said| match (fact, said.value.as_deref()) {
                (Fact::MajorParties | Fact::Category, _) | (_, None) => false,
                (Fact::Requests, _) => true,
                (_, Some(value)) => said.rank() > Some(0) && !pack.is_mild(fact, value),
            });
            let question = Question::new(fact, about.clone());
            if is_adverse && !questions.contains(&question) {
                questions.push(question);
            }
        }
    }
    questions.sort();
    let mut changes = Vec::new();
    for question in questions {
        let mut turned = answers(case, &question);
        // Of answers that come to the same, the one nearest to what is so now; an event is recast to a policy, though.
        if question.fact != Fact::Target {
            turned.reverse();
        }
        let best = turned
            .into_iter()
            .map(|(value, said)| {
                let mut turned = case.clone();
                turned.statements.extend(said.iter().cloned());
                (value, said, evaluate(pack, &turned))
            })
            .filter(|(_, _, outcome)| core(outcome) != core(&now) || outcome.label() != now.label())
            .filter(|(_, _, outcome)| milder(outcome, &now))
            .min_by_key(|(_, _, outcome)| (core(outcome), outcome.open.len(), outcome.conditions.len()));
        if let Some((value, said, outcome)) = best {
            let (label, label_once_answered) = (outcome.label(), outcome.label_once_answered());
            changes.push(Change { question, value, label, label_once_answered, outcome, said });
        }
    }
    changes
}

/// The open questions in an order to be asked one at a time: only those of which an answer could still change verdict,
/// role, branding, conditions, referrals or the label.
pub fn questions(pack: &Pack, case: &Case) -> Vec<Question> {
    let now = evaluate(pack, case);
    let matters = |question: &Question| {
        now.label() == Label::AskFirst
            || answers(case, question).into_iter().any(|(_, said)| {
                let mut turned = case.clone();
                turned.statements.extend(said);
                let then = evaluate(pack, &turned);
                core(&then) != core(&now)
                    || (now.label() != Label::DoNotTakePart
                        && (then.conditions != now.conditions || then.refer != now.refer))
            })
    };
    now.open.iter().filter(|question| matters(question)).cloned().collect()
}

fn core(outcome: &Outcome) -> (crate::Verdict, crate::Role, crate::Branding) {
    (outcome.verdict, outcome.role, outcome.branding)
}

/// No part stricter, and the label no further down the road to "do not".
fn milder(then: &Outcome, now: &Outcome) -> bool {
    then.verdict <= now.verdict && then.role <= now.role && then.branding <= now.branding
}

/// Every answer to a question, as the statements of somebody who saw everything.
fn answers(case: &Case, question: &Question) -> Vec<(String, Vec<Statement>)> {
    let of = |statement: &&Statement| match question.fact {
        Fact::Mitigation => statement.fact == Fact::Risk && statement.about == question.about,
        Fact::Referral => true,
        fact => statement.fact == fact && statement.about == question.about,
    };
    let mut seen: Vec<String> = case.statements.iter().filter(of).map(|statement| statement.id.clone()).collect();
    seen.sort();
    seen.dedup();
    let says = |fact: Fact, value: &str| Statement {
        value: Some(value.to_owned()),
        saw: seen.clone(),
        reason: Some("what if".to_owned()),
        giver: Some("what if".to_owned()),
        date: Some("what if".to_owned()),
        ..Statement::unknown(fresh(case), fact, question.about.clone())
    };
    let level = case.statements.iter().filter(of).filter_map(|said| said.rank()).max().unwrap_or_default();
    match question.fact {
        Fact::MajorParties => Vec::new(),
        Fact::Requests => vec![("lifted".to_owned(), lifted(case, &question.about, &seen))],
        Fact::Mitigation | Fact::Risk if level >= 2 => {
            let words = Fact::Mitigation.values().iter().skip(1);
            let level = Fact::Risk.values()[usize::from(level)];
            let rated = |word: &&str| Statement { mitigation: Some((*word).to_owned()), ..says(Fact::Risk, level) };
            words.map(|word| ((*word).to_owned(), vec![rated(word)])).collect()
        }
        Fact::Risk | Fact::Mitigation => {
            let rated = |level: &&str| Statement { mitigation: Some("cannot".to_owned()), ..says(Fact::Risk, level) };
            Fact::Risk.values().iter().map(|level| ((*level).to_owned(), vec![rated(level)])).collect()
        }
        fact => fact.values().iter().map(|value| ((*value).to_owned(), vec![says(fact, value)])).collect(),
    }
}

/// Every standing request of a community lifted.
fn lifted(case: &Case, about: &About, seen: &[String]) -> Vec<Statement> {
    let mut texts: Vec<&Option<String>> = case
        .statements
        .iter()
        .filter(|said| said.fact == Fact::Requests && said.about == *about)
        .map(|said| &said.text)
        .collect();
    texts.sort();
    texts.dedup();
    let name = fresh(case);
    texts
        .into_iter()
        .enumerate()
        .map(|(place, text)| Statement {
            text: text.clone(),
            saw: seen.to_vec(),
            giver: Some("what if".to_owned()),
            ..Statement::new(format!("{name} {place}"), Fact::Requests, about.clone(), crate::case::LIFTED)
        })
        .collect()
}

/// A name that no statement of the case has or saw, nor begins with.
fn fresh(case: &Case) -> String {
    let mut name = "what if".to_owned();
    let is_taken = |name: &str| {
        case.statements.iter().any(|said| {
            said.id.starts_with(name)
                || said.act.starts_with(name)
                || said.saw.iter().any(|seen| seen.starts_with(name))
        })
    };
    while is_taken(&name) {
        name.push('\'');
    }
    name
}
