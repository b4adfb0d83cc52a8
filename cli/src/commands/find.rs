//! `allymap find WORDS`: names, fields, who belongs to what, notes, reasons and the log.

use allymap_domain::card::texts::Spot;
use allymap_domain::date::Date;
use allymap_home::allies::find::{self, Found, Hit};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::card::{office, row_json};
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::words::wrapped;

/// Search every name, note and place on the map
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap find hall\n  allymap find cuthwyns --json")]
pub(crate) struct Args {
    /// What to look for; every word has to begin a word of what is found
    #[arg(required = true)]
    words: Vec<String>,
}

/// Passages of one group that are shown to a person; `--json` has all.
const SHOWN: usize = 20;

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let found = find::words(app.visit()?, &args.words)?;
    app.tell(&found)
}

impl Answer for Found {
    fn json(&self) -> impl Serialize {
        json!({ "entries": self.hits.iter().map(|hit| hit_json(hit, self.today)).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        if self.hits.is_empty() {
            out.status("Nothing found.");
        }
        let named = self.hits.iter().filter(|hit| hit.name || hit.field);
        let cells =
            |hit: &Hit| vec![hit.card.kind.clone(), hit.card.name.clone(), office(&hit.card), hit.short.clone()];
        let named: Vec<Vec<String>> = named.map(cells).collect();
        if !named.is_empty() {
            out.table(&["Kind", "Name", "Role", "Id"], &named);
        }
        for (spot, heading) in
            [(Spot::Note, "In notes"), (Spot::Reason, "In reasons and evidence"), (Spot::Log, "In the log")]
        {
            say_passages(out, self, spot, heading);
        }
    }
}

fn say_passages(out: &Output, found: &Found, spot: Spot, heading: &str) {
    let passages = found.passages(spot);
    if passages.is_empty() {
        return;
    }
    out.say(heading);
    for (card, passage) in passages.iter().take(SHOWN) {
        let on = passage.on.as_ref().map(|on| format!(", {on}")).unwrap_or_default();
        out.say(format_args!("  {}: {}{on}", card.name, passage.label));
        for line in wrapped(&passage.phrase, 74) {
            out.say(format_args!("    {line}"));
        }
    }
    if passages.len() > SHOWN {
        out.status(format_args!("  {} more: say another word, or --json", passages.len() - SHOWN));
    }
}

fn hit_json(hit: &Hit, today: Date) -> Value {
    let mut entry = row_json(&hit.card, &hit.short, today);
    let mut places = Vec::new();
    if hit.name {
        places.push(json!({ "in": "name" }));
    } else if hit.field {
        places.push(json!({ "in": "field" }));
    }
    places.extend(hit.passages.iter().map(|passage| {
        let spot = match passage.spot {
            Spot::Note => "note",
            Spot::Reason => "reason",
            Spot::Log => "log",
        };
        json!({ "in": spot, "label": passage.label, "on": passage.on, "phrase": passage.phrase })
    }));
    entry["where"] = places.into();
    entry
}
