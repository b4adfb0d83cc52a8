//! What the map says about one and the same under another entry: two groups wrote it down apart, and both stay.

use allymap_domain::entry::Entry;
use allymap_domain::kind::field::Holds;
use allymap_home::allies::partner::show::AlsoKept;

use crate::about::risk::said;
use crate::terminal::output::Output;

/// Says of each other entry what `shown` does not say, or says otherwise.
pub(crate) fn say(out: &Output, shown: &Entry, others: &[AlsoKept]) {
    for AlsoKept { short, entry: other } in others {
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
            for words in said(standing) {
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
}
