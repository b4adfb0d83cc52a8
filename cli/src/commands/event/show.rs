//! `allymap event show`: what is known of an event, who said so, and the answer so far.

use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::kind::event;
use allymap_domain::kind::field::{self, Field, Holds, Merges};
use allymap_domain::weigh::Weigher;
use allymap_policy::Fact;

use super::super::weigh::{self, COLUMN, Ground};
use crate::app::App;
use crate::terminal::failure::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Which event
    event: String,
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let event = weigh::event(app, &args.event)?;
    let ground = Ground::of(app.visit()?)?;
    let weigher = ground.weigher();
    let weighing = weigher.weigh(&event);
    let authors = app.authors()?;
    if app.output.json {
        let all = weighing.case.statements.iter();
        let facts = all.filter_map(|said| Some((said, weighing.origins.get(&said.id)?)));
        let short = short_ids(ground.cards.iter().map(|row| row.id));
        let facts: Vec<_> = facts
            .map(|(said, basis)| {
                let question = allymap_policy::Question::new(said.fact, said.about.clone());
                serde_json::json!({
                    "fact": question, "value": said.value, "mitigation": said.mitigation, "was": said.was,
                    "conditions": said.conditions, "text": said.text, "from": weigh::said_by(basis, &authors),
                    "entry": ground.card(basis.entry).map(|row| row.name.clone()),
                    "by": basis.by.map(|actor| authors.of(actor).name), "source": basis.source, "said_by": basis.said_by,
                    "on": basis.on_typed.clone().or(basis.on.map(|on| on.to_string())), "reason": basis.reason,
                })
            })
            .collect();
        let mut value = weigh::json(app, &event, &weighing)?;
        value["event"] = details(&weigher, &event, &short[&event.id]);
        value["facts"] = facts.into();
        app.output.json(&value);
        return Ok(());
    }
    weigh::say(app, &ground, &event, &weighing)?;
    let out = app.output.clone();
    for (label, words) in headings(&weigher, &event) {
        out.line(label, COLUMN, words);
    }
    super::add::say_requests(app, &ground, &weighing);
    // By whom it is about, in the order in which it is asked.
    let mut facts = weighing.standing();
    facts.sort_by_key(|(said, _)| (said.about.subject().map(str::to_owned), said.fact, said.about.clone()));
    let mut about: Option<String> = Some(String::new());
    for (said, basis) in facts {
        let subject = said.about.subject().map(str::to_owned);
        if subject != about {
            out.say(format_args!("Known of {}:", subject.as_deref().unwrap_or("the event")));
            about = subject;
        }
        let value = match (&said.value, &said.was) {
            (_, Some(was)) => was.clone(),
            (Some(value), None) => match (said.fact, &said.text) {
                (Fact::Requests, Some(text)) => format!("{text} ({})", said.fact.value_words(value)),
                _ => said.fact.value_words(value).to_owned(),
            },
            (None, None) => "not known".to_owned(),
        };
        let mitigation = said.mitigation.as_deref().map(|word| format!(", {}", Fact::Mitigation.value_words(word)));
        let risk = said.about.risk().map(|risk| format!(" {risk}")).unwrap_or_default();
        let label = format!("  {}{risk}", said.fact.name().replace('_', " "));
        let mitigation = mitigation.unwrap_or_default();
        out.line(&label, 22, format_args!("{value}{mitigation} ({})", weigh::said_by(basis, &authors)));
    }
    Ok(())
}

/// What its fields say, in words.
pub(super) fn headings(weigher: &Weigher<'_>, event: &Card) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for (field, label) in FIELDS {
        let words = match field.holds {
            Holds::Entry if field.merges == Merges::Set => weigher.names(event, field).join("; "),
            Holds::Entry => event.value(field).map(|value| weigher.meant(value).1).unwrap_or_default(),
            _ if field.merges == Merges::Set => event.members(field).join("; "),
            _ if **field == event::LEAD => match event.value(field) {
                Some("them") => "them; it is their event".to_owned(),
                Some("together") => "both together".to_owned(),
                other => other.unwrap_or_default().to_owned(),
            },
            _ => event.value(field).unwrap_or_default().to_owned(),
        };
        if !words.is_empty() {
            lines.push((*label, words));
        }
    }
    lines
}

const FIELDS: &[(&Field, &str)] = &[
    (&event::PLACE, "Where"),
    (&event::THEME, "Theme"),
    (&event::ORGANISERS, "Organisers"),
    (&event::LEAD, "Led by"),
    (&event::COMMUNITIES, "About"),
    (&event::REPRESENTATIVES, "For us"),
    (&event::SPEAKERS, "Speakers"),
    (&event::ELECTORATE, "Electorate"),
    (&event::OCCASION, "Occasion"),
    (&event::WE_GIVE, "What we give"),
    (&event::CONSIDER, "To consider"),
    (&field::HELD_BY, "Held by"),
];

fn details(weigher: &Weigher<'_>, event: &Card, short: &str) -> serde_json::Value {
    serde_json::json!({
        "id": event.id.to_string(), "short_id": short, "name": event.name, "on": event.value(&event::ON),
        "place": event.value(&event::PLACE).map(|value| weigher.meant(value).1), "theme": event.value(&event::THEME),
        "occasion": event.value(&event::OCCASION), "lead": event.value(&event::LEAD), "electorate": event.value(&event::ELECTORATE),
        "held_by": event.held_by(), "organisers": weigher.names(event, &event::ORGANISERS),
        "communities": weigher.names(event, &event::COMMUNITIES), "representatives": weigher.names(event, &event::REPRESENTATIVES),
        "speakers": weigher.names(event, &event::SPEAKERS), "we_give": event.members(&event::WE_GIVE),
        "consider": event.members(&event::CONSIDER), "archived": event.archived,
    })
}
