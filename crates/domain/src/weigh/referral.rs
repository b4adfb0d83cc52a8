//! Questions handed to whoever decides them, and what their answers release (module, section 4).

use allymap_policy::{About, Fact, Outcome, Pack, Part, Question, Refer, Rule};

use crate::card::Card;
use crate::date::When;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::weighed::{ReferTo, Referred, Weighed};
use crate::ids::RowId;
use crate::put::Put;
use crate::weigh::{Told, Weighing};

impl From<Refer> for ReferTo {
    fn from(refer: Refer) -> ReferTo {
        match refer {
            Refer::Staff => ReferTo::RegionalStaff,
            Refer::BranchCommittee => ReferTo::BranchCommittee,
            Refer::OrganisingTeam => ReferTo::OrganisingTeam,
        }
    }
}

/// Whom an answer names as those who decide.
pub fn whom(outcome: &Outcome) -> Vec<ReferTo> {
    outcome.refer.iter().map(|refer| ReferTo::from(*refer)).collect()
}

/// Who has been asked about an event and has not answered.
pub fn waiting(event: &Card) -> Vec<ReferTo> {
    event.referrals().iter().filter(|told| told.what.answer.is_none()).map(|told| told.what.to).collect()
}

/// A question as it is handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handing {
    /// None for whomever the answer names.
    pub to: Vec<ReferTo>,
    /// Which rule asks for it.
    pub rule: Option<String>,
    pub question: Option<String>,
    pub on: When,
}

impl Handing {
    /// Somebody has this question already, and has not answered.
    pub fn known(&self, event: &Card, to: ReferTo) -> Option<Told<Referred>> {
        let same =
            |told: &Told<Referred>| told.what.to == to && told.what.rule == self.rule && told.what.answer.is_none();
        event.referrals().into_iter().find(same)
    }

    pub fn place(&self, event: &Card, to: ReferTo, now_ms: u64) -> Put {
        let (rule, text) = (self.rule.clone(), self.question.clone());
        let referred = Referred { to, rule, answer: None, conditions: Vec::new(), text };
        Put::assert(event.id, Assertion::new(Claim::Referred(referred), self.on.clone(), now_ms))
    }
}

/// What somebody answered to a question that was referred to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub to: ReferTo,
    /// To which rule; none for whatever was referred.
    pub rule: Option<String>,
    /// The policy's word for it.
    pub value: String,
    /// Who gave the answer.
    pub by: String,
    pub conditions: Vec<String>,
    pub because: Option<String>,
    pub on: When,
}

/// What an answer writes, which rules it answers, and who has still to answer to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    pub puts: Vec<Put>,
    pub rules: Vec<String>,
    pub waits_for: Vec<ReferTo>,
}

impl Answer {
    /// The answer is noted with whatever was referred, and each rule that it answers is told so.
    pub fn place(&self, event: &Card, weighing: &Weighing, pack: &Pack, now_ms: u64) -> Placed {
        let outcome = weighing.outcome(pack);
        let mut placed = Placed { puts: self.notes(event, now_ms), ..Placed::default() };
        for rule in self.rules(weighing, &outcome) {
            let others = others(event, &rule, self.to, &outcome, pack);
            let silent = others.iter().filter(|other| other.answered.is_none()).map(|other| other.to);
            let silent: Vec<ReferTo> = silent.collect();
            // One no is enough; a yes wants everybody.
            if self.value != "refused" && !silent.is_empty() {
                placed.waits_for.extend(silent);
                continue;
            }
            let theirs: Vec<Referred> = others.into_iter().filter_map(|other| other.answered).collect();
            placed.puts.push(self.release(event, &rule, &theirs, weighing, now_ms));
            placed.rules.push(rule);
        }
        placed.waits_for.sort_by_key(|to| to.label());
        placed.waits_for.dedup();
        placed
    }

    /// What was referred, now with its answer; or the answer alone, when nobody had noted that it was.
    fn notes(&self, event: &Card, now_ms: u64) -> Vec<Put> {
        let fits = |told: &Told<Referred>| {
            let rule = &told.what.rule;
            told.what.to == self.to && (self.rule.is_none() || rule.is_none() || *rule == self.rule)
        };
        let referred: Vec<Told<Referred>> = event.referrals().into_iter().filter(fits).collect();
        let text = referred.iter().find_map(|told| told.what.text.clone());
        let note = |rule: Option<String>, supersedes: Vec<RowId>| {
            let (answer, conditions) = (Some(self.value.clone()), self.conditions.clone());
            let referred = Referred { to: self.to, rule, answer, conditions, text: text.clone() };
            Put::assert(event.id, self.said(Claim::Referred(referred), supersedes, now_ms))
        };
        if referred.is_empty() {
            return vec![note(self.rule.clone(), Vec::new())];
        }
        referred.iter().map(|told| note(told.what.rule.clone(), vec![told.id])).collect()
    }

    /// To which rules it is an answer: the one that was named, or all that refer to whoever answered.
    fn rules(&self, weighing: &Weighing, outcome: &Outcome) -> Vec<String> {
        if let Some(rule) = &self.rule {
            return vec![rule.clone()];
        }
        let rules = rules_that_refer(outcome);
        if !rules.is_empty() {
            return rules;
        }
        // An answer that is given anew.
        let known = weighing.case.statements.iter().filter(|said| said.fact == Fact::Referral);
        in_order(known.filter_map(|said| said.about.subject().map(str::to_owned)).collect())
    }

    /// What a rule is told: of several answers the strictest, with everybody's conditions, in sight of all that is known.
    fn release(&self, event: &Card, rule: &str, theirs: &[Referred], weighing: &Weighing, now_ms: u64) -> Put {
        let values = Fact::Referral.values();
        let words = theirs.iter().filter_map(|answer| answer.answer.as_deref()).chain([self.value.as_str()]);
        let strictest = words.max_by_key(|word| values.iter().position(|one| one == word)).unwrap_or(&self.value);
        let mut conditions = self.conditions.clone();
        conditions.extend(theirs.iter().flat_map(|answer| answer.conditions.clone()));
        let question = Question::new(Fact::Referral, About::Rule(rule.to_owned()));
        let supersedes = weighing.about(&question).iter().filter_map(|(_, basis)| basis.row).collect();
        let weighed = Weighed {
            conditions,
            saw: weighing.seen(),
            ..Weighed::new(Fact::Referral.name(), Some(strictest)).about(rule)
        };
        Put::assert(event.id, self.said(Claim::Weighed(weighed), supersedes, now_ms))
    }

    fn said(&self, claim: Claim, supersedes: Vec<RowId>, now_ms: u64) -> Assertion {
        Assertion {
            reason: self.because.clone(),
            said_by: Some(self.by.clone()),
            supersedes,
            ..Assertion::new(claim, self.on.clone(), now_ms)
        }
    }
}

/// Which rules wait for somebody's answer, or refer to them.
pub fn rules_that_refer(outcome: &Outcome) -> Vec<String> {
    let mut rules: Vec<String> = outcome.reasons_for(Part::Refer).map(|reason| reason.rule.to_string()).collect();
    for question in outcome.open.iter().filter(|question| question.fact == Fact::Referral) {
        rules.extend(question.about.subject().map(str::to_owned));
    }
    in_order(rules)
}

fn in_order(mut rules: Vec<String>) -> Vec<String> {
    rules.sort();
    rules.dedup();
    rules
}

/// Somebody else who has to answer to a rule.
struct Other {
    to: ReferTo,
    /// None while they have not.
    answered: Option<Referred>,
}

/// Who else has to answer to a rule, and what they answered.
fn others(event: &Card, rule: &str, to: ReferTo, outcome: &Outcome, pack: &Pack) -> Vec<Other> {
    // A rule that refers to both in one case and to staff in another says so in its outcome.
    let staff_only = !outcome.refer.is_empty() && !outcome.refer.contains(&Refer::BranchCommittee);
    let refers = outcome.reasons_for(Part::Refer).any(|reason| reason.rule == rule);
    if !refers_to_both(rule, pack) || (refers && staff_only) {
        return Vec::new();
    }
    let referrals = event.referrals();
    let answer_of = |other: ReferTo| {
        let is = |told: &&Told<Referred>| {
            let about_it = told.what.rule.as_deref().is_none_or(|known| known == rule);
            told.what.to == other && told.what.answer.is_some() && about_it
        };
        referrals.iter().find(is).map(|told| told.what.clone())
    };
    let both = [ReferTo::RegionalStaff, ReferTo::BranchCommittee].into_iter();
    both.filter(|other| *other != to).map(|other| Other { to: other, answered: answer_of(other) }).collect()
}

fn refers_to_both(rule: &str, pack: &Pack) -> bool {
    let refers = pack.rule(rule).map(Rule::refers).unwrap_or_default();
    refers.contains(&Refer::Staff) && refers.contains(&Refer::BranchCommittee)
}
