//! The walk from one question to the next, as long as one can still change the answer.

use allymap_policy::{Fact, Outcome, Pack, Question};

use crate::weigh::Weighing;

/// A question as it is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub question: Question,
    /// What it once was, or what is known of it.
    pub note: Option<String>,
    /// What stands as its answer, when somebody goes back to it.
    pub so_far: Option<String>,
    /// How many are left, this one among them unless somebody went back to it.
    pub ahead: usize,
    /// The answer as far as it is known.
    pub outcome: Outcome,
    /// Of what can be done about a risk: how high it is.
    pub level: String,
}

/// The next question that was not left for later; or the one that somebody goes back to.
pub fn next(weighing: &Weighing, pack: &Pack, left: &[Question], again: Option<&Question>) -> Option<Asked> {
    let outcome = weighing.outcome(pack);
    let questions = weighing.questions(pack);
    let ahead: Vec<&Question> =
        questions.iter().filter(|question| !left.contains(question) && is_asked(question.fact)).collect();
    let question = again.or(ahead.first().copied())?.clone();
    Some(Asked {
        note: outcome.notes.get(&question).cloned(),
        so_far: again.and_then(|question| said_before(weighing, question)),
        ahead: ahead.len(),
        level: level(weighing, &question),
        question,
        outcome,
    })
}

/// Answers of those who decide, and requests of those concerned, have acts of their own.
fn is_asked(fact: Fact) -> bool {
    !matches!(fact, Fact::Referral | Fact::Requests)
}

/// What stands as the answer to a question that is asked once more.
fn said_before(weighing: &Weighing, question: &Question) -> Option<String> {
    let said: Vec<&str> = weighing
        .standing_about(question)
        .into_iter()
        .filter_map(|(said, _)| {
            let value = if question.fact == Fact::Mitigation { &said.mitigation } else { &said.value };
            value.as_deref().map(|value| question.fact.value_words(value))
        })
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// How high anybody says that a risk is. Whoever says what can be done about it leaves that as it is.
fn level(weighing: &Weighing, question: &Question) -> String {
    let risk = Question::new(Fact::Risk, question.about.clone());
    let levels = weighing.about(&risk).into_iter().filter_map(|(said, _)| said.value.clone());
    let highest = levels.max_by_key(|value| Fact::Risk.values().iter().position(|one| one == value));
    highest.unwrap_or_else(|| "medium".to_owned())
}
