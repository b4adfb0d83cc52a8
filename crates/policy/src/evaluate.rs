//! The evaluation: every rule gives a small outcome, and the answer is the join of all of them.

use std::collections::BTreeSet;

use crate::case::{Case, Statement};
use crate::fact::{About, Fact, Per, RiskType};
use crate::outcome::{Branding, Outcome, Part, Reason, Role, Verdict};
use crate::pack::{Ask, Effect, Pack, RiskWhen, Rule, Scope, When};
use crate::question::Question;
use crate::standing::{Heard, Standing, is_this_occasion};

/// What the rules of `pack` say to `case`.
pub fn evaluate(pack: &Pack, case: &Case) -> Outcome {
    let look = Look::new(pack, case);
    let outcome = pack.rules().iter().fold(look.settled_by_people(), |outcome, rule| outcome.join(look.rule(rule)));
    let mut outcome = look.last_words(outcome);
    for question in &outcome.open {
        let note = case.notes.get(question).map(String::as_str).or_else(|| look.heard(question)?.was);
        if let Some(note) = note {
            outcome.notes.insert(question.clone(), note.to_owned());
        }
    }
    outcome
}

/// One case, looked at once.
struct Look<'c> {
    pack: &'c Pack,
    case: &'c Case,
    standing: Standing<'c>,
    /// Those that are asked.
    organisers: BTreeSet<&'c str>,
    communities: BTreeSet<&'c str>,
    parties: BTreeSet<&'c str>,
}

/// An effect that applies: to whom, and because of which statements.
struct Firing<'c> {
    subject: Option<String>,
    risk: Option<(RiskType, Option<String>)>,
    causes: Vec<&'c Statement>,
}

impl<'c> Look<'c> {
    fn new(pack: &'c Pack, case: &'c Case) -> Look<'c> {
        let standing = Standing::of(case);
        let parties = standing
            .get(Fact::MajorParties, &About::Event)
            .into_iter()
            .flat_map(|heard| heard.binding())
            .filter_map(|said| said.value.as_deref())
            .collect();
        let organisers = case.organisers_asked();
        let communities = case.communities_asked();
        Look { pack, case, standing, organisers, communities, parties }
    }

    fn heard(&self, question: &Question) -> Option<&Heard<'c>> {
        self.standing.get(question.fact, &question.about)
    }

    /// What people tell differently, and what somebody took back: that asks again, whatever the rules ask.
    fn settled_by_people(&self) -> Outcome {
        let mut outcome = Outcome::default();
        for (fact, about, heard) in self.standing.every() {
            let counts = match about {
                About::Party(party) => self.parties.contains(party.as_str()),
                About::Rule(rule) => self.pack.rules().iter().any(|known| known.id.0 == *rule && known.answers),
                _ => true,
            };
            if !counts {
                continue;
            }
            let question = Question::new(fact, about.clone());
            if heard.differs(fact) {
                outcome.differs.insert(question.clone());
            }
            // An answer is asked for again only while its rule fires; that rule sees to it.
            if heard.taken_back && fact != Fact::Referral {
                outcome = outcome.join(match self.pack.speaker(fact) {
                    Some(rule) => asks(rule, question),
                    None => Outcome { open: [question].into(), ..Outcome::default() },
                });
            }
        }
        outcome
    }

    fn rule(&self, rule: &Rule) -> Outcome {
        let mut outcome = Outcome::default();
        for ask in &rule.asks {
            for about in self.asked(ask) {
                outcome = outcome.join(asks(rule, Question::new(ask.fact, about)));
            }
        }
        let id = About::Rule(rule.id.0.clone());
        let answers = self.standing.get(Fact::Referral, &id).filter(|_| rule.answers);
        let mut fired = false;
        for effect in rule.effects.iter().filter(|effect| !effect.start && effect.while_verdict.is_none()) {
            for firing in self.firings(effect) {
                fired = true;
                outcome = outcome.join(self.fire(rule, effect, &firing, answers));
            }
        }
        match answers {
            Some(answers) if fired => outcome.join(answered(rule, id, answers)),
            _ => outcome,
        }
    }

    /// What one effect does where it applies.
    fn fire(&self, rule: &Rule, effect: &Effect, firing: &Firing<'c>, answers: Option<&Heard<'c>>) -> Outcome {
        let mut outcome = Outcome {
            verdict: effect.verdict,
            role: effect.role,
            branding: effect.branding,
            options: effect.options.iter().cloned().collect(),
            conditions: effect.conditions.iter().map(|text| firing.fill(text)).collect(),
            ..Outcome::default()
        };
        if let Some(default) = &effect.theirs {
            for cause in &firing.causes {
                outcome.conditions.extend(theirs(cause, default));
            }
        }
        let mut parts = BTreeSet::new();
        if answers.is_some_and(|answers| self.all_seen(firing, answers, |_| true)) {
            let agreed = |answer: &Statement| answer.rank() < Some(REFUSED);
            if let Some(condition) = &effect.lowered
                && answers.is_some_and(|answers| self.all_seen(firing, answers, agreed))
            {
                outcome.verdict = Verdict::GoIf;
                outcome.conditions.insert(condition.clone());
            }
            if !effect.refer.is_empty() {
                parts.insert(Part::Refer);
            }
        } else {
            outcome.refer.clone_from(&effect.refer);
            if effect.awaits_answer {
                outcome.open.insert(Question::new(Fact::Referral, About::Rule(rule.id.0.clone())));
            }
        }
        let mut says = firing.fill(&effect.says);
        if effect.theirs.is_none() {
            let names: BTreeSet<&str> = firing.causes.iter().filter_map(|cause| cause.text.as_deref()).collect();
            if !names.is_empty() {
                says = format!("{says}: {}", names.into_iter().collect::<Vec<_>>().join(", "));
            }
        }
        explain(outcome, rule, firing.subject.clone(), says, parts)
    }

    /// Whether every statement that makes it fire was seen by an answer that counts.
    fn all_seen(&self, firing: &Firing<'c>, answers: &Heard<'c>, counts: impl Fn(&Statement) -> bool) -> bool {
        firing
            .causes
            .iter()
            .all(|cause| answers.known.iter().any(|answer| counts(answer) && self.standing.saw(answer, cause)))
    }

    /// The rules that speak when all others have spoken.
    fn last_words(&self, mut outcome: Outcome) -> Outcome {
        let (verdict, role, branding) = (outcome.verdict, outcome.role, outcome.branding);
        for rule in self.pack.rules() {
            for effect in &rule.effects {
                let mut parts = BTreeSet::new();
                if effect.start {
                    parts.extend((verdict == Verdict::default()).then_some(Part::Verdict));
                    parts.extend((role == Role::default()).then_some(Part::Role));
                    parts.extend((branding == Branding::default()).then_some(Part::Branding));
                    if !parts.is_empty() {
                        outcome = outcome.join(explain(Outcome::default(), rule, None, effect.says.clone(), parts));
                    }
                } else if effect.while_verdict == Some(verdict) {
                    for firing in self.firings(effect) {
                        let parts = [Part::Verdict].into();
                        let says = firing.fill(&effect.says);
                        outcome = outcome.join(explain(Outcome::default(), rule, firing.subject, says, parts));
                    }
                }
            }
        }
        outcome
    }

    // What is asked.

    /// Every subject of whom `ask` wants to know, and does not.
    fn asked(&self, ask: &Ask) -> Vec<About> {
        if ask.fact == Fact::Mitigation {
            return self.without_word(ask.when.risk);
        }
        let every: Vec<About> = match ask.fact.per() {
            Per::Event | Per::Rule => vec![About::Event],
            Per::Organiser if self.is_ours_alone() => Vec::new(),
            Per::Organiser => self.organisers.iter().map(|name| About::Organiser((*name).to_owned())).collect(),
            Per::Community | Per::OrganiserOrCommunity => {
                self.communities.iter().map(|name| About::Community((*name).to_owned())).collect()
            }
            Per::Party => self.parties.iter().map(|name| About::Party((*name).to_owned())).collect(),
            Per::Risk => RiskType::ALL.into_iter().map(About::Risk).collect(),
        };
        every
            .into_iter()
            .filter(|about| !self.is_answered(ask.fact, about) && self.may_matter(&ask.when, about))
            .collect()
    }

    fn is_answered(&self, fact: Fact, about: &About) -> bool {
        let Some(heard) = self.standing.get(fact, about) else { return false };
        match fact {
            // A blessing for another day binds, and answers nothing for this one.
            Fact::Consent => {
                let answers =
                    |said: &&Statement| said.value.as_deref() != Some("blessing") || is_this_occasion(self.case, said);
                !heard.taken_back && heard.known.iter().copied().any(|said| answers(&said))
            }
            _ => heard.is_answered(),
        }
    }

    /// Whether the facts on which a question hangs are so, or not known.
    fn may_matter(&self, when: &When, about: &About) -> bool {
        let heard =
            |fact: Fact| self.standing.all(fact).filter(|(of, _)| is_same_subject(about, of)).map(|(_, heard)| heard);
        // Of several subjects each counts, not only the strictest.
        let one_is = |(fact, wanted): &(Fact, u16)| heard(*fact).any(|heard| binds(*fact, heard, *wanted));
        let none_is = |(fact, unwanted): &(Fact, u16)| {
            let mut of_them = heard(*fact).peekable();
            of_them.peek().is_none() || of_them.any(|heard| !heard.is_answered() || !binds(*fact, heard, *unwanted))
        };
        when.facts.iter().all(one_is)
            && when.unless.iter().all(none_is)
            && when.risk.is_none_or(|wanted| self.ratings().any(|(about, said)| fits(wanted, about, said)))
    }

    /// Organiser questions are not asked where the event is ours and no organiser is on record.
    fn is_ours_alone(&self) -> bool {
        let is_ours = self
            .standing
            .get(Fact::Requested, &About::Event)
            .is_some_and(|heard| heard.is_answered() && heard.strictest() == Some(0));
        is_ours && self.organisers.iter().all(|name| name.is_empty())
    }

    /// Every standing rating that needs a word on mitigation and has none.
    fn without_word(&self, wanted: Option<RiskWhen>) -> Vec<About> {
        let levels = wanted.map_or(u16::MAX, |wanted| wanted.levels);
        self.standing
            .all(Fact::Risk)
            .filter(|(_, heard)| {
                heard.known.iter().any(|said| {
                    said.mitigation_rank().is_none() && said.rank().is_some_and(|level| levels & (1 << level) != 0)
                })
            })
            .map(|(about, _)| about.clone())
            .collect()
    }

    // Where a rule applies.

    fn firings(&self, effect: &Effect) -> Vec<Firing<'c>> {
        let when = &effect.when;
        if let (Scope::Risks, Some(wanted)) = (effect.scope, when.risk) {
            return self
                .ratings()
                .filter(|(about, said)| fits(wanted, about, said))
                .filter(|_| self.holds(when, &About::Event).is_some())
                .map(|(about, said)| Firing {
                    subject: about.subject().map(str::to_owned),
                    risk: about.risk().map(|risk| (risk, about.subject().map(str::to_owned))),
                    causes: vec![said],
                })
                .collect();
        }
        self.subjects(effect.scope, when)
            .into_iter()
            .filter_map(|about| Some((self.holds(when, &about)?, about)))
            .flat_map(|(causes, about)| {
                // Consent and requests have no order: each statement is looked at by itself.
                let each = when.facts.iter().any(|(fact, _)| matches!(fact, Fact::Consent | Fact::Requests));
                let groups: Vec<Vec<&Statement>> = match each {
                    true => causes.into_iter().map(|cause| vec![cause]).collect(),
                    false => vec![causes],
                };
                let subject = about.subject().map(str::to_owned);
                groups.into_iter().map(move |causes| Firing { subject: subject.clone(), risk: None, causes })
            })
            .collect()
    }

    /// Everybody of whom anything is known; what is known binds, also where nobody is asked.
    fn subjects(&self, scope: Scope, when: &When) -> BTreeSet<About> {
        match scope {
            Scope::Event | Scope::Risks => [About::Event].into(),
            Scope::Parties => self.parties.iter().map(|party| About::Party((*party).to_owned())).collect(),
            Scope::Organisers | Scope::Communities | Scope::OrganisersAndCommunities => when
                .facts
                .iter()
                .flat_map(|(fact, _)| self.standing.all(*fact))
                .filter(|(about, _)| {
                    matches!(
                        (about, scope),
                        (About::Organiser(_), Scope::Organisers | Scope::OrganisersAndCommunities)
                            | (About::Community(_), Scope::Communities | Scope::OrganisersAndCommunities)
                    )
                })
                .map(|(about, _)| about.clone())
                .collect(),
        }
    }

    /// The statements that make every fact of `when` so for this subject, or nothing.
    fn holds(&self, when: &When, about: &About) -> Option<Vec<&'c Statement>> {
        let mut causes = Vec::new();
        for (fact, wanted) in &when.facts {
            let heard = self.standing.get(*fact, if fact.per() == Per::Event { &About::Event } else { about })?;
            if !binds(*fact, heard, *wanted) {
                return None;
            }
            causes.extend(heard.binding().filter(|said| said.rank().is_some_and(|value| wanted & (1 << value) != 0)));
        }
        for (fact, unwanted) in &when.unless {
            let about = if fact.per() == Per::Event { &About::Event } else { about };
            let strictest = self.standing.get(*fact, about).and_then(Heard::strictest);
            if strictest.is_some_and(|value| unwanted & (1 << value) != 0) {
                return None;
            }
        }
        Some(causes)
    }

    fn ratings(&self) -> impl Iterator<Item = (&'c About, &'c Statement)> {
        self.standing.all(Fact::Risk).flat_map(|(about, heard)| heard.binding().map(move |said| (about, said)))
    }
}

impl Firing<'_> {
    /// The words with the risk in place of `{risk}`.
    fn fill(&self, text: &str) -> String {
        match &self.risk {
            Some((risk, None)) => text.replace("{risk}", &format!("{risk} risk")),
            Some((risk, Some(name))) => text.replace("{risk}", &format!("{risk} risk that {name} brings")),
            None => text.to_owned(),
        }
    }
}

/// The outcome of the answers themselves: a refusal stops, conditions bind.
fn answered(rule: &Rule, id: About, answers: &Heard<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for answer in answers.binding() {
        let (part, says) = match answer.rank() {
            Some(REFUSED) => {
                (Outcome { verdict: Verdict::Stop, ..Outcome::default() }, "those whom it was referred to refused")
            }
            Some(WITH_CONDITIONS) => {
                let conditions = theirs(answer, "as answered");
                (Outcome { conditions, ..Outcome::default() }, "those whom it was referred to agreed, with conditions")
            }
            _ => continue,
        };
        outcome = outcome.join(explain(part, rule, None, says.to_owned(), BTreeSet::new()));
    }
    if answers.taken_back {
        outcome = outcome.join(asks(rule, Question::new(Fact::Referral, id)));
    }
    outcome
}

/// The conditions that a statement names, or `default`.
fn theirs(said: &Statement, default: &str) -> BTreeSet<String> {
    let named: BTreeSet<String> = match said.fact {
        Fact::Requests => said.text.iter().cloned().collect(),
        _ => said.conditions.iter().cloned().collect(),
    };
    let named: BTreeSet<String> = named.into_iter().filter(|text| !text.trim().is_empty()).collect();
    if named.is_empty() { [default.to_owned()].into() } else { named }
}

/// A question, with the rule that asks it as its reason.
fn asks(rule: &Rule, question: Question) -> Outcome {
    let text = format!("not known yet: {question}");
    let subject = question.about.subject().map(str::to_owned).filter(|_| question.fact != Fact::Referral);
    let outcome = Outcome { open: [question].into(), ..Outcome::default() };
    explain(outcome, rule, subject, text, BTreeSet::new())
}

/// Whole again: a condition makes it at least go-if, a stop leaves neither role nor name, and there is a reason.
fn explain(
    mut outcome: Outcome,
    rule: &Rule,
    subject: Option<String>,
    text: String,
    mut parts: BTreeSet<Part>,
) -> Outcome {
    if !outcome.conditions.is_empty() {
        outcome.verdict = outcome.verdict.max(Verdict::GoIf);
    }
    if outcome.verdict == Verdict::Stop {
        outcome.role = Role::None;
        outcome.branding = Branding::None;
    }
    parts.extend((outcome.verdict > Verdict::default()).then_some(Part::Verdict));
    parts.extend((outcome.role > Role::default()).then_some(Part::Role));
    parts.extend((outcome.branding > Branding::default()).then_some(Part::Branding));
    parts.extend((!outcome.open.is_empty()).then_some(Part::Open));
    parts.extend((!outcome.conditions.is_empty()).then_some(Part::Conditions));
    parts.extend((!outcome.refer.is_empty()).then_some(Part::Refer));
    parts.extend((!outcome.options.is_empty()).then_some(Part::Options));
    // An effect that only waited, and has its answer, has nothing left to say; its rule has.
    if !parts.is_empty() {
        outcome.because.insert(Reason { rule: rule.id.clone(), subject, text, source: rule.source.clone(), parts });
    }
    outcome
}

/// Whether the value that counts is among `wanted`; of a set, whether any is.
fn binds(fact: Fact, heard: &Heard<'_>, wanted: u16) -> bool {
    let fits = |value: u8| wanted & (1 << value) != 0;
    match fact.is_set() || fact == Fact::Consent {
        true => heard.binding().filter_map(Statement::rank).any(fits),
        false => heard.strictest().is_some_and(fits),
    }
}

fn fits(wanted: RiskWhen, about: &About, said: &Statement) -> bool {
    let is_type = about.risk().is_some_and(|risk| wanted.types & (1 << risk as u8) != 0);
    let is_level = said.rank().is_some_and(|level| wanted.levels & (1 << level) != 0);
    let is_mitigation = match said.mitigation_rank() {
        Some(word) => wanted.mitigations & (1 << word) != 0,
        None => wanted.mitigations == u16::MAX,
    };
    is_type && is_level && is_mitigation
}

/// Whether a question is about one of several, so that only what is known of that one counts.
fn is_subject(about: &About) -> bool {
    matches!(about, About::Organiser(_) | About::Community(_))
}

fn is_same_subject(asked: &About, of: &About) -> bool {
    !is_subject(asked) || asked == of || *of == About::Event
}

const WITH_CONDITIONS: u8 = 1;
const REFUSED: u8 = 2;
