//! `allymap event show`: what is known of an event, who said so, and the answer so far.

use allymap_home::events::event::meant;
use allymap_home::events::event::show::{self, Known, Shown};
use allymap_policy::Fact;
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::event::{COLUMN, say_requests};
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Which event
    event: String,
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let event = meant(app.visit()?, &args.event)?;
    let shown = show::show(app.visit()?, event.id)?;
    app.tell(&shown)
}

impl Answer for Shown {
    fn json(&self) -> impl Serialize {
        let mut value = serde_json::to_value(self.weighed.json()).unwrap_or_default();
        value["event"] = details_json(self);
        value["facts"] = self.facts.iter().map(fact_json).collect();
        value
    }

    fn say(&self, out: &Output) {
        self.weighed.say(out);
        for (label, words) in &self.headings {
            out.line(label, COLUMN, words);
        }
        say_requests(out, &self.requests);
        // By whom it is about, in the order in which it is asked.
        let mut facts: Vec<&Known> = self.facts.iter().filter(|known| known.stands).collect();
        facts.sort_by_key(|known| (known.question.about.subject(), known.question.fact, &known.question.about));
        let mut about = Some("");
        for known in facts {
            let subject = known.question.about.subject();
            if subject != about {
                out.say(format_args!("Known of {}:", subject.unwrap_or("the event")));
                about = subject;
            }
            say_fact(out, known);
        }
    }
}

fn say_fact(out: &Output, known: &Known) {
    let fact = known.question.fact;
    let value = match (&known.value, &known.was) {
        (_, Some(was)) => was.clone(),
        (Some(value), None) => match (fact, &known.text) {
            (Fact::Requests, Some(text)) => format!("{text} ({})", fact.value_words(value)),
            _ => fact.value_words(value).to_owned(),
        },
        (None, None) => "not known".to_owned(),
    };
    let mitigation = known.mitigation.as_deref().map(|word| format!(", {}", Fact::Mitigation.value_words(word)));
    let risk = known.question.about.risk().map(|risk| format!(" {risk}")).unwrap_or_default();
    let label = format!("  {}{risk}", fact.name().replace('_', " "));
    out.line(&label, 22, format_args!("{value}{} ({})", mitigation.unwrap_or_default(), known.origin));
}

fn fact_json(known: &Known) -> Value {
    let origin = &known.origin;
    json!({
        "fact": known.question, "value": known.value, "mitigation": known.mitigation, "was": known.was,
        "conditions": known.conditions, "text": known.text, "from": origin.to_string(), "entry": known.entry,
        "by": origin.by, "source": origin.source, "said_by": origin.said_by,
        "on": origin.on_typed.clone().or(origin.on.map(|on| on.to_string())), "reason": origin.reason,
    })
}

fn details_json(shown: &Shown) -> Value {
    let (event, details) = (&shown.weighed.event, &shown.details);
    json!({
        "id": event.id.to_string(), "short_id": details.short, "name": event.name, "on": event.on,
        "place": details.place, "theme": details.theme, "occasion": details.occasion, "lead": details.lead,
        "electorate": details.electorate, "held_by": details.held_by, "organisers": details.organisers,
        "communities": details.communities, "representatives": details.representatives,
        "speakers": details.speakers, "we_give": details.we_give, "consider": details.consider,
        "archived": details.archived,
    })
}
