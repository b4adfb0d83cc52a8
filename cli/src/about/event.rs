//! An event and its answer, in words and as JSON.

use allymap_domain::weigh::answer::{
    Decision, Referral, because, change_words, headline, open_lines, referral_lines, when,
};
use allymap_home::events::assess::{Differs, Weighed};
use allymap_home::events::event::StandingRequest;
use allymap_home::events::ground::{pack, pack_name};
use serde::Serialize;
use serde_json::{Value, json};

use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::suggested;
use crate::terminal::words::count;

/// Where the text beside a label begins.
pub(crate) const COLUMN: usize = 15;
/// So many changes are told on a screen.
const CHANGES: usize = 8;

impl Answer for Weighed {
    fn json(&self) -> impl Serialize {
        json!({
            "event": { "id": self.event.id.to_string(), "name": self.event.name, "on": self.event.on },
            "answer": self.outcome, "label_with_referrals": self.outcome.label_with_referrals(),
            "what_would_change": self.changes.iter().map(|change| json!({
                "question": change.question, "value": change.value, "label": change.label,
                "label_once_answered": change.label_once_answered,
            })).collect::<Vec<_>>(),
            "people_differ": self.differs.iter().map(differs_json).collect::<Vec<_>>(), "unread": self.unread,
            "referrals": self.referrals.iter().map(referral_json).collect::<Vec<_>>(),
            "decisions": self.decisions.iter().map(decision_json).collect::<Vec<_>>(),
            "policy": { "name": pack().name(), "version": pack().version(), "note": pack().note() },
        })
    }

    fn say(&self, out: &Output) {
        let outcome = &self.outcome;
        let lines = |label: &str, all: Vec<String>| {
            for (at, text) in all.iter().enumerate() {
                out.line(if at == 0 { label } else { "" }, COLUMN, text);
            }
        };
        out.say(format_args!("{} · {}", self.event.name, when(self.event.day)));
        out.line("Answer", COLUMN, headline(outcome));
        lines("Because", because(outcome, pack()).iter().map(ToString::to_string).collect());
        lines("Conditions", outcome.conditions.iter().cloned().collect());
        lines("Still open", open_lines(outcome));
        for differs in &self.differs {
            out.line("People differ", COLUMN, differs_words(differs));
        }
        lines("Other ways", outcome.options.iter().cloned().collect());
        lines("Changes it", self.changes.iter().take(CHANGES).map(change_words).collect());
        lines("A person", referral_lines(&self.referrals, outcome));
        for decision in &self.decisions {
            let since = if decision.more_is_known { "; more is known since, look again" } else { "" };
            out.line("Decided", COLUMN, format_args!("{decision}{since}"));
        }
        if self.unread > 0 {
            let facts = count(self.unread, "fact", "facts");
            out.line("Not read", COLUMN, format_args!("{facts} that only a newer version knows; a person has to look"));
        }
        if !self.strategy {
            out.line("Note", COLUMN, "this map has no strategy yet: allymap map edit --strategy");
        }
        out.line("Policy", COLUMN, format_args!("{}. {}", pack_name(), pack().note()));
    }
}

fn differs_words(differs: &Differs) -> String {
    let question = &differs.question;
    let said = differs.said.iter().map(|said| {
        let value = said.value.as_deref().map_or("not known", |value| question.fact.value_words(value));
        format!("{value} ({})", said.origin)
    });
    let said = said.collect::<Vec<_>>().join(" · ");
    format!("{question}: {said}; the stricter counts until settled")
}

fn differs_json(differs: &Differs) -> Value {
    let said = differs
        .said
        .iter()
        .map(|said| json!({ "value": said.value, "mitigation": said.mitigation, "from": said.origin.to_string() }));
    json!({ "question": differs.question, "said": said.collect::<Vec<_>>() })
}

pub(crate) fn referral_json(referral: &Referral) -> Value {
    json!({
        "to": referral.to.slug(), "rule": referral.rule, "question": referral.question, "answer": referral.answer,
        "conditions": referral.conditions, "since": referral.since.typed, "answered_by": referral.answered_by,
        "by": referral.by,
    })
}

fn decision_json(decision: &Decision) -> Value {
    json!({
        "decision": decision.choice.slug(), "answer_then": decision.answer_then, "policy": decision.pack,
        "under_an_older_policy": decision.older_pack, "conditions": decision.conditions,
        "reason": decision.reason, "on": decision.on.typed, "by": decision.by,
        "more_is_known_since": decision.more_is_known,
    })
}

/// Exit 4 while something is open, or only a newer version could read it.
pub(crate) fn needs_person(weighed: &Weighed) -> Result<(), Failure> {
    let open = weighed.outcome.open.len();
    let event = &weighed.event.name;
    if open > 0 {
        let things = count(open, "thing is", "things are");
        return Err(Failure::new("AM-OPEN", Exit::NeedsPerson, format!("{things} still open about {event}.")).hint(
            format!(
                "Go on with: {}. Not sure? {}",
                suggested::command("event assess", event, ""),
                suggested::command("event assess", event, "--unsure")
            ),
        ));
    }
    if weighed.unread > 0 {
        return Err(Failure::new(
            "AM-OPEN",
            Exit::NeedsPerson,
            format!("Not everything about {event} can be read here."),
        )
        .hint("Nothing is lost. A newer allymap reads it."));
    }
    Ok(())
}

/// What was asked of us stands, whoever plans something (module, section 4a).
pub(crate) fn say_requests(out: &Output, requests: &[StandingRequest]) {
    for request in requests {
        out.say(format_args!("Standing request of {}: {}", request.who, request.text));
    }
}
