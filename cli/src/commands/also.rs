//! What the map says about one and the same under another entry: two groups wrote it down apart, and both stay.

use allymap_domain::entry::Entry;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field::Holds;

use crate::app::App;
use crate::terminal::failure::Failure;

/// The entries that are known to be the same as this one, with the letters that name each.
pub(crate) fn entries(app: &mut App<'_>, id: EntryId) -> Result<Vec<(String, Entry)>, Failure> {
    let mut others = app.one_and_the_same(id)?;
    others.retain(|other| *other != id);
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let short = app.short_ids()?;
    others.into_iter().map(|other| Ok((short[&other].clone(), app.entry(other)?))).collect()
}

/// Says of each other entry what `shown` does not say, or says otherwise.
pub(crate) fn say(app: &mut App<'_>, shown: &Entry) -> Result<(), Failure> {
    let others = entries(app, shown.id)?;
    let out = app.output.clone();
    for (short, other) in others {
        let archived = if other.archived.hides() { ", archived" } else { "" };
        let words = format!("{} [{short}], known to be the same{archived}. It says besides:", other.name());
        out.line("Also kept as", 22, words);
        let mut silent = true;
        let mut line = |label: &str, text: &str| {
            silent = false;
            out.line(&format!("  {label}"), 22, text);
        };
        for value in other.fields.iter().filter(|value| value.field.holds != Holds::Affiliation) {
            let here = shown.field(value.field);
            let known = |text: &str| here.is_some_and(|here| here.values.iter().any(|said| said.value == text));
            for said in value.values.iter().filter(|said| !known(&said.value)) {
                let by = said.by.as_ref().map(|by| format!("  ({}, {})", by.name, by.group)).unwrap_or_default();
                line(value.field.label, &format!("{}{by}", value.field.shown(&said.value)));
            }
        }
        for (affiliation, by) in &other.affiliations {
            if !shown.affiliations.iter().any(|(known, _)| known == affiliation) {
                line("Belongs to", &format!("{affiliation}  ({}, {})", by.name, by.group));
            }
        }
        for standing in &other.risks {
            for words in super::risk::said(standing) {
                line(&format!("Risk, {}", standing.kind.slug()), &words);
            }
        }
        for standing in &other.positions {
            let differs = shown.position(standing.campaign).is_none_or(|known| known.place != standing.place);
            if differs {
                line("Stands", standing.place.label());
            }
        }
        for logged in other.log.iter().rev().take(10) {
            let text = if logged.line.text.is_empty() { String::new() } else { format!(": {}", logged.line.text) };
            let who = format!("({}, {})", logged.author.name, logged.author.group);
            line("Log", &format!("{} {} {who}{text}", logged.line.on, logged.line.kind));
        }
        if silent {
            out.say("  nothing more");
        }
    }
    Ok(())
}
