//! `allymap find WORDS`: names, fields, who belongs to what, notes, reasons and the log.

use std::collections::BTreeMap;

use allymap_domain::card::Card;
use allymap_domain::card::duplicates::identities;
use allymap_domain::card::find::short_ids;
use allymap_domain::card::texts::{self, Passage, Texts};
use allymap_domain::date::Date;
use allymap_domain::ids::EntryId;
use allymap_domain::words::folded_words;

use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::words::wrapped;

/// Search every name, note and place on the map
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap find hall\n  allymap find cuthwyns --json")]
pub(crate) struct Args {
    /// What to look for; every word has to begin a word of what is found
    #[arg(required = true)]
    words: Vec<String>,
}

/// An entry in which it was found.
struct Hit<'a> {
    row: &'a Card,
    name: bool,
    field: bool,
    passages: Vec<Passage>,
}

/// Passages of one group that are shown to a person; `--json` has all.
const SHOWN: usize = 20;

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let wanted = folded_words(&args.words.join(" "));
    // Entries that are known to be the same are one hit, with what was written about each.
    let same = identities(&app.cards()?);
    let mut texts: BTreeMap<EntryId, Vec<Texts>> = BTreeMap::new();
    for (id, written) in app.texts()? {
        texts.entry(same.get(&id).copied().unwrap_or(id)).or_default().push(written);
    }
    let rows = app.cards_once()?;
    let short = short_ids(rows.iter().map(|row| row.id));
    let fits = |words: &[String]| wanted.iter().all(|word| words.iter().any(|of| of.starts_with(word.as_str())));
    let mut hits: Vec<Hit<'_>> = rows
        .iter()
        .map(|row| Hit {
            row,
            name: fits(&row.words),
            field: fits(&everything(row)),
            passages: texts
                .get(&row.id)
                .map(|texts| texts.iter().flat_map(|texts| texts.find(&wanted, &row.words)).collect())
                .unwrap_or_default(),
        })
        .filter(|hit| hit.name || hit.field || !hit.passages.is_empty())
        .collect();
    // A hit in the name before one elsewhere, and rights holders before all others.
    hits.sort_by_key(|hit| (!hit.name, !hit.field, !hit.row.rights_holders()));
    if app.output.json {
        let entries: Vec<_> = hits.iter().map(|hit| hit.json(&short, app.today())).collect();
        app.output.json(&serde_json::json!({ "entries": entries }));
        return Ok(());
    }
    if hits.is_empty() {
        app.output.status("Nothing found.");
    }
    let named: Vec<Vec<String>> = hits
        .iter()
        .filter(|hit| hit.name || hit.field)
        .map(|hit| {
            let office = crate::about::card::office(hit.row);
            vec![hit.row.kind.clone(), hit.row.name.clone(), office, short[&hit.row.id].clone()]
        })
        .collect();
    if !named.is_empty() {
        app.output.table(&["Kind", "Name", "Role", "Id"], &named);
    }
    for (spot, heading) in [
        (texts::Spot::Note, "In notes"),
        (texts::Spot::Reason, "In reasons and evidence"),
        (texts::Spot::Log, "In the log"),
    ] {
        passages(app, &hits, spot, heading);
    }
    Ok(())
}

/// What was found in one kind of text, rights holders first.
fn passages(app: &App<'_>, hits: &[Hit<'_>], spot: texts::Spot, heading: &str) {
    let mut found: Vec<(&Card, &Passage)> = hits
        .iter()
        .flat_map(|hit| hit.passages.iter().map(|passage| (hit.row, passage)))
        .filter(|(_, passage)| passage.spot == spot)
        .collect();
    if found.is_empty() {
        return;
    }
    found.sort_by_key(|(row, _)| !row.rights_holders());
    app.output.say(heading);
    for (row, passage) in found.iter().take(SHOWN) {
        let on = passage.on.as_ref().map(|on| format!(", {on}")).unwrap_or_default();
        app.output.say(format_args!("  {}: {}{on}", row.name, passage.label));
        for line in wrapped(&passage.phrase, 74) {
            app.output.say(format_args!("    {line}"));
        }
    }
    if found.len() > SHOWN {
        app.output.status(format_args!("  {} more: say another word, or --json", found.len() - SHOWN));
    }
}

impl Hit<'_> {
    fn json(&self, short: &BTreeMap<EntryId, String>, today: Date) -> serde_json::Value {
        let mut entry = crate::about::card::row_json(self.row, &short[&self.row.id], today);
        let mut places = Vec::new();
        if self.name {
            places.push(serde_json::json!({ "in": "name" }));
        } else if self.field {
            places.push(serde_json::json!({ "in": "field" }));
        }
        places.extend(self.passages.iter().map(|passage| {
            let spot = match passage.spot {
                texts::Spot::Note => "note",
                texts::Spot::Reason => "reason",
                texts::Spot::Log => "log",
            };
            serde_json::json!({ "in": spot, "label": passage.label, "on": passage.on, "phrase": passage.phrase })
        }));
        entry["where"] = places.into();
        entry
    }
}

/// The words of all that a row knows.
fn everything(row: &Card) -> Vec<String> {
    let mut words = row.words.clone();
    words.extend(row.values.values().flat_map(|value| folded_words(value)));
    words.extend(row.affiliations.iter().flat_map(|affiliation| folded_words(&affiliation.to_string())));
    words
}
