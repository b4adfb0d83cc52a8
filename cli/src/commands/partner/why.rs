//! `allymap partner show WHO --why`: of each fact who said it, when, and from what source; of a person, why they are here.

use allymap_domain::entry::why::Fact;
use allymap_home::allies::partner;
use allymap_home::allies::partner::why::Why;
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

pub(super) fn show(app: &mut App<'_>, who: &str) -> Result<(), Failure> {
    let id = app.find(who)?.id;
    let why = partner::why(app.visit()?, id)?;
    app.tell(&why)
}

impl Answer for Why {
    fn json(&self) -> impl Serialize {
        let facts: Vec<_> = self.facts.iter().map(json).collect();
        let mut value = json!({ "entry": self.name, "id": self.id.to_string(), "facts": facts });
        if let Some(here) = &self.here {
            value["basis"] = json!(here.basis);
            value["needed_for"] = json!(here.needed_for);
        }
        value
    }

    fn say(&self, out: &Output) {
        out.say(&self.name);
        if let Some(here) = &self.here {
            let said = |words: &Option<String>| words.clone().unwrap_or_else(|| "nobody has said".to_owned());
            out.say(format_args!("{:<22}{}", "Why they are here", said(&here.basis_shown)));
            out.say(format_args!("{:<22}{}", "Needed for", said(&here.needed_for)));
        }
        for fact in &self.facts {
            out.say(format_args!("{:<22}{}", fact.what, fact.value.replace('\n', "\n                      ")));
            out.say(format_args!("{:<24}{}", "", behind(fact)));
        }
    }
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

fn json(fact: &Fact) -> Value {
    json!({
        "what": fact.what, "value": fact.value, "by": fact.by.as_ref().map(|by| &by.name),
        "group": fact.by.as_ref().map(|by| &by.group), "device": fact.by.as_ref().map(|by| &by.device),
        "on": fact.on, "source": fact.source, "said_by": fact.said_by, "reason": fact.reason,
    })
}
