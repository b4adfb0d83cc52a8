//! `allymap partner show WHO`: everything about one entry, or what a first meeting is for.

use allymap_domain::advice::meeting::Finding;
use allymap_domain::author::Author;
use allymap_domain::card::Card;
use allymap_domain::entry::Entry;
use allymap_domain::entry::link::{Direction, Link, Target};
use allymap_domain::entry::log::{LogKind, Logged};
use allymap_domain::entry::position::PositionStanding;
use allymap_domain::entry::risk::{Level, RiskStanding};
use allymap_domain::files::export::entry_line;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field::{Holds, Merges};
use allymap_domain::kind::value::FieldValue;
use allymap_home::allies::partner;
use allymap_home::allies::partner::show::Shown;
use allymap_home::relations::meet;
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::also;
use crate::about::relationship::say_relationship;
use crate::about::risk::{said, taken_back};
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested;

/// Where the text begins beside its label.
pub(super) const COLUMN: usize = 22;

pub(super) fn show(app: &mut App<'_>, id: EntryId) -> Result<(), Failure> {
    let shown = partner::show(app.visit()?, id)?;
    app.tell(&shown)
}

impl Answer for Shown {
    fn json(&self) -> impl Serialize {
        let value = |entry: &Entry| -> Value { serde_json::from_slice(&entry_line(entry)).unwrap_or_default() };
        let also: Vec<Value> = self.also.iter().map(|other| value(&other.entry)).collect();
        json!({ "entry": value(&self.entry), "also_kept_as": also })
    }

    fn say(&self, out: &Output) {
        say_entry(out, self);
        say_relationship(out, &self.relationship);
        say_what_stands(out, self);
    }
}

/// Its name, its fields, and what it belongs to.
fn say_entry(out: &Output, shown: &Shown) {
    let entry = &shown.entry;
    let label = entry.kind.map_or(entry.kind_name.as_str(), |kind| kind.label);
    let mark = if entry.archived.hides() { " · archived" } else { "" };
    out.say(format_args!("{} · {label}{mark}", entry.name()));
    let is_said = |value: &&FieldValue| value.field.name != "name" && value.field.holds != Holds::Affiliation;
    entry.fields.iter().filter(is_said).for_each(|value| say_field(out, shown, value));
    for (affiliation, _) in &entry.affiliations {
        out.line("Belongs to", COLUMN, affiliation);
    }
}

fn say_field(out: &Output, shown: &Shown, value: &FieldValue) {
    let words = |text: &str| match value.field.holds {
        Holds::Entry => text.parse().ok().and_then(|id| shown.name(id)).unwrap_or(text).to_owned(),
        _ => value.field.shown(text),
    };
    match value.field.merges {
        Merges::Set => {
            let members: Vec<String> = value.values.iter().map(|said| words(&said.value)).collect();
            out.line(value.field.label, COLUMN, members.join("; "));
        }
        Merges::Text | Merges::Register => {
            for (number, said) in value.values.iter().enumerate() {
                match &said.by {
                    Some(Author { name, group, .. }) if number > 0 => {
                        let also = words(&said.value);
                        out.line("", COLUMN, format_args!("also: {also} ({name}, {group}; written apart)"));
                    }
                    _ => out.line(value.field.label, COLUMN, words(&said.value)),
                }
            }
        }
    }
}

/// Its risks, places and links, the log, and what does not belong.
fn say_what_stands(out: &Output, shown: &Shown) {
    let entry = &shown.entry;
    entry.risks.iter().for_each(|standing| say_risk(out, standing));
    entry.positions.iter().for_each(|standing| say_position(out, shown, standing));
    say_links(out, shown);
    say_log(out, entry);
    for twice in &entry.double_approaches {
        let by = |logged: &Logged| format!("{} ({}) on {}", logged.author.name, logged.author.group, logged.line.on);
        let words = format!("{} and {}: neither knew", by(&twice.first), by(&twice.second));
        out.line("Double approach", COLUMN, words);
    }
    also::say(out, entry, &shown.also);
    for oddity in &entry.oddities {
        out.line("Note", COLUMN, oddity);
    }
}

fn say_risk(out: &Output, standing: &RiskStanding) {
    if standing.said.is_empty() && standing.counts == Level::Unknown {
        return;
    }
    let taken = standing.said.iter().find_map(|stated| taken_back(standing, stated));
    let until = match taken {
        _ if standing.differs => " counts until settled".to_owned(),
        Some(taken) => format!("  ({taken})"),
        None => String::new(),
    };
    let label = format!("Risk, {}", standing.kind.slug());
    out.line(&label, COLUMN, format_args!("{}{until}", standing.counts.slug()));
    if standing.said.len() > 1 {
        for words in said(standing) {
            out.line("", COLUMN, words);
        }
    }
}

fn say_position(out: &Output, shown: &Shown, standing: &PositionStanding) {
    let on = shown.campaign(standing.campaign).unwrap_or("(another campaign)");
    let differs = if standing.differs {
        format!(" (people differ: up to {})", standing.friendliest.label())
    } else {
        String::new()
    };
    out.line("Stands", COLUMN, format_args!("{} on {on}{differs}", standing.place.label()));
}

fn say_links(out: &Output, shown: &Shown) {
    for linked in &shown.entry.links {
        let Link { to, target, how, .. } = &linked.link;
        let name = shown.name(*to).unwrap_or("an entry you cannot see");
        let how = how.as_ref().map(|how| format!(": {how}")).unwrap_or_default();
        match target {
            Target::Influence { direction, strength } => {
                let label = match direction {
                    Direction::Out => "Influences",
                    Direction::In => "Influenced by",
                    Direction::Both => "Each moves the other",
                };
                out.line(label, COLUMN, format_args!("{name} ({}){how}", strength.slug()));
            }
            Target::Same => out.line("The same as", COLUMN, name),
            Target::BranchOf => out.line("Branch of", COLUMN, name),
        }
    }
}

fn say_log(out: &Output, entry: &Entry) {
    for logged in entry.log.iter().rev().take(10) {
        let text = if logged.line.text.is_empty() { String::new() } else { format!(": {}", logged.line.text) };
        let Author { name, group, .. } = &logged.author;
        let kind = LogKind::label_of(&logged.line.kind);
        out.line("Log", COLUMN, format_args!("{} {kind} ({name}, {group}){text}", logged.line.on));
    }
    if entry.log.len() > 10 {
        out.line("", COLUMN, format_args!("and {} more: allymap log list", entry.log.len() - 10));
    }
}

/// What a first meeting is for, as far as it is known (module, section 7).
struct Questions {
    name: String,
    findings: Vec<(&'static Finding, Option<String>)>,
}

pub(super) fn questions(app: &mut App<'_>, who: &Card) -> Result<(), Failure> {
    let findings = meet::findings(app.visit()?, who.id)?;
    app.tell(&Questions { name: who.name.clone(), findings })
}

impl Questions {
    fn answered(&self) -> usize {
        self.findings.iter().filter(|(_, answer)| answer.is_some()).count()
    }
}

impl Answer for Questions {
    fn json(&self) -> impl Serialize {
        let finding = |(finding, answer): &(&'static Finding, Option<String>)| json!({ "finding": finding.slug, "question": finding.question, "answer": answer });
        let findings: Vec<_> = self.findings.iter().map(finding).collect();
        json!({ "entry": self.name, "answered": self.answered(), "findings": findings })
    }

    fn say(&self, out: &Output) {
        let (answered, of) = (self.answered(), self.findings.len());
        out.say(format_args!("{}: {answered} of {of} questions answered", self.name));
        for (number, (finding, answer)) in self.findings.iter().enumerate() {
            out.say(format_args!("{}. {}", number + 1, finding.question));
            for line in answer.as_deref().unwrap_or("not known yet").lines() {
                out.say(format_args!("   {line}"));
            }
        }
        if answered < of {
            out.status(format_args!("Find out more: {}", suggested::command("meet", &self.name, "")));
        }
    }
}
