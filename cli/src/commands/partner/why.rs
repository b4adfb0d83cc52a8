//! `allymap partner show WHO --why`: of each fact who said it, when, and from what source; of a person, why they are here.

use std::collections::BTreeMap;

use allymap_domain::author::Author;
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Claim, Stated};
use allymap_domain::entry::link::{Direction, Target};
use allymap_domain::history;
use allymap_domain::kind::field::Field;
use allymap_domain::kind::field::Holds;
use allymap_domain::kind::person;
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::Failure;
use allymap_home::journal::acts::Act;

/// One fact as it stands, and what stands behind it.
struct Fact {
    what: String,
    value: String,
    /// None for a text that many may have written.
    by: Option<Author>,
    /// When it was seen; of a field, when it was written, if that was on this computer.
    on: Option<String>,
    source: Option<String>,
    said_by: Option<String>,
    reason: Option<String>,
}

pub(crate) fn show(app: &mut App<'_>, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let entry = app.entry(row.id)?;
    let facts = facts(app, &entry)?;
    let person = row.is(&person::KIND);
    let field = |field: &Field| {
        let value = entry.field(field)?;
        let values = value.values.iter().map(|said| value.field.shown(&said.value));
        Some(values.collect::<Vec<_>>().join("; "))
    };
    let (basis, needed) = (field(&person::BASIS), field(&person::NEEDED_FOR));
    if app.output.json {
        let facts: Vec<_> = facts.iter().map(json).collect();
        let mut value = serde_json::json!({ "entry": row.name, "id": row.id.to_string(), "facts": facts });
        if person {
            value["basis"] = serde_json::json!(entry.value(&person::BASIS));
            value["needed_for"] = serde_json::json!(needed);
        }
        app.output.json(&value);
        return Ok(());
    }
    let out = app.output.clone();
    out.say(&row.name);
    if person {
        out.say(format_args!("{:<22}{}", "Why they are here", basis.unwrap_or_else(|| "nobody has said".to_owned())));
        out.say(format_args!("{:<22}{}", "Needed for", needed.unwrap_or_else(|| "nobody has said".to_owned())));
    }
    for fact in &facts {
        out.say(format_args!("{:<22}{}", fact.what, fact.value.replace('\n', "\n                      ")));
        out.say(format_args!("{:<24}{}", "", behind(fact)));
    }
    Ok(())
}

/// `Wren (Harbour), 2026-11-23, from the Courier, said by Rosa: she was there`
fn behind(fact: &Fact) -> String {
    let by = match &fact.by {
        Some(by) => format!("{} ({})", by.name, by.group),
        None => "written together".to_owned(),
    };
    let mut parts = vec![by];
    parts.extend(fact.on.clone());
    parts.push(fact.source.as_ref().map_or("no source of its own".to_owned(), |source| format!("from {source}")));
    parts.extend(fact.said_by.as_ref().map(|who| format!("said by {who}")));
    let reason = fact.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{}{reason}", parts.join(", "))
}

fn json(fact: &Fact) -> serde_json::Value {
    serde_json::json!({
        "what": fact.what, "value": fact.value, "by": fact.by.as_ref().map(|by| &by.name),
        "group": fact.by.as_ref().map(|by| &by.group), "device": fact.by.as_ref().map(|by| &by.device),
        "on": fact.on, "source": fact.source, "said_by": fact.said_by, "reason": fact.reason,
    })
}

fn facts(app: &mut App<'_>, entry: &Entry) -> Result<Vec<Fact>, Failure> {
    let written = written_here(app, entry)?;
    let names = app.names()?;
    let campaigns = app.map_entry()?.map(|map| map.campaigns).unwrap_or_default();
    let mut facts = Vec::new();
    for value in entry.fields.iter().filter(|value| value.field.holds != Holds::Affiliation) {
        for said in &value.values {
            let (what, shown) = (value.field.label.to_owned(), value.field.shown(&said.value));
            let on = written.get(&(what.clone(), shown.clone())).cloned();
            // Somebody who is meant by id is told by name.
            let shown = shown.parse().ok().and_then(|id| names.get(&id).cloned()).unwrap_or(shown);
            let (by, none) = (said.by.clone(), None);
            facts.push(Fact { what, value: shown, by, on, source: none, said_by: None, reason: None });
        }
    }
    for (affiliation, by) in &entry.affiliations {
        let (by, source) = (Some(by.clone()), affiliation.source.clone());
        let (what, value) = ("Belongs to".to_owned(), affiliation.to_string());
        facts.push(Fact { what, value, by, on: None, source, said_by: None, reason: None });
    }
    let standing = entry.facts.iter().flat_map(|standing| &standing.said);
    let standing = standing.chain(entry.risks.iter().flat_map(|standing| &standing.said));
    let standing = standing.chain(entry.positions.iter().flat_map(|standing| &standing.said));
    facts.extend(standing.map(|stated| {
        let on = |id| campaigns.iter().find(|campaign| campaign.id == id).map(|campaign| campaign.sentence.as_str());
        let (what, value) = match &stated.assertion.claim {
            Claim::Fact(fact) => (fact.kind().label().to_owned(), fact.label().to_owned()),
            Claim::Risk(risk) => (format!("Risk, {}", risk.kind.slug()), risk.level.label().to_owned()),
            Claim::Position { campaign, place } => {
                ("Stands".to_owned(), format!("{} on {}", place.label(), on(*campaign).unwrap_or("another campaign")))
            }
            Claim::Weighed(weighed) => {
                (weighed.fact.replace('_', " "), weighed.value.clone().unwrap_or_else(|| "not known".to_owned()))
            }
            Claim::Referred(referred) => {
                ("Referral".to_owned(), referred.answer.clone().unwrap_or_else(|| "waiting".to_owned()))
            }
            Claim::Decided(decided) => ("Decision".to_owned(), decided.choice.label().to_owned()),
        };
        of_statement(stated, what, value)
    }));
    for linked in &entry.links {
        let what = match linked.link.target {
            Target::Influence { direction, .. } => match direction {
                Direction::Out => "Influences",
                Direction::In => "Influenced by",
                Direction::Both => "Each moves the other",
            },
            Target::Same => "The same as",
            Target::BranchOf => "Branch of",
        };
        let recorded = Date::of_ms(u64::from(linked.link.recorded_hour) * 3_600_000);
        facts.push(Fact {
            what: what.to_owned(),
            value: names.get(&linked.link.to).cloned().unwrap_or_else(|| "an entry you cannot see".to_owned()),
            by: Some(linked.author.clone()),
            on: Some(recorded.spelled()),
            source: linked.link.source.clone(),
            said_by: None,
            reason: linked.link.how.clone(),
        });
    }
    Ok(facts)
}

fn of_statement(stated: &Stated, what: String, value: String) -> Fact {
    let assertion = &stated.assertion;
    Fact {
        what,
        value,
        by: Some(stated.author.clone()),
        on: Some(assertion.observed.to_string()),
        source: assertion.source.clone(),
        said_by: assertion.said_by.clone(),
        reason: assertion.reason.clone(),
    }
}

/// On which day this computer wrote which value of which field. A change carries no time; only one's own commands are known.
fn written_here(app: &mut App<'_>, entry: &Entry) -> Result<BTreeMap<(String, String), String>, Failure> {
    let acts = app.acts()?;
    let own = |act: &Act| Date::of_ms(act.at_ms).spelled();
    let Some(document) = app.document(DocumentId(entry.id.0))? else { return Ok(BTreeMap::new()) };
    let mut written = BTreeMap::new();
    for change in document.changes() {
        let Some(act) = acts.iter().find(|act| Some(act.id()) == change.act) else { continue };
        let Some(after) = document.at(&[change.hash]) else { continue };
        for key in &change.keys {
            let value = match after.text(key) {
                Some(text) => text,
                None => after.value(key).map(|value| history::said(&after, key, &value)).unwrap_or_default(),
            };
            written.insert((history::label(&after, key), value), own(act));
        }
    }
    Ok(written)
}
