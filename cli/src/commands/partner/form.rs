//! `allymap partner edit WHO --editor`: every field of an entry as a form. What was changed in it is written, nothing else.

use std::ops::Range;

use allymap_domain::entry::Entry;
use allymap_domain::entry::change::Change;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::Kind;
use allymap_domain::kind::field::{Field, Holds, Merges};
use allymap_domain::rejection::Rejection;
use allymap_domain::words::label;
use allymap_home::allies::partner::change::{self, FilledIn, Form};
use serde::Serialize;
use serde_json::json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::editor::Sheet;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;

pub(super) fn edit(app: &mut App<'_>, id: EntryId) -> Result<(), Failure> {
    let Form { shown, kind, map } = change::form(app.visit()?, id)?;
    let text = form(&shown, kind, &map);
    let sheet = Sheet::lay(app.folders(), app.fresh(), &text)?;
    let Some(changes) = filled_in(app, &sheet, &shown, kind, &text)? else {
        sheet.remove()?;
        app.output.status("Nothing was changed.");
        let nothing = change::fill_in(app.visit()?, id, &shown, &[])?;
        return app.tell(&nothing);
    };
    let written = app.visit().and_then(|v| Ok(change::fill_in(v, id, &shown, &changes)?));
    let filled_in = written.map_err(|failure| kept(failure, &sheet))?;
    for (field, theirs) in &filled_in.overtaken {
        app.output.status(format_args!(
            "{}: somebody changed it meanwhile, to \"{}\". Yours stands, theirs is in its history.",
            field.label,
            one_line(theirs)
        ));
    }
    sheet.remove()?;
    app.tell(&filled_in)
}

impl Answer for FilledIn {
    fn json(&self) -> impl Serialize {
        json!({ "changed": self.name, "fields": self.fields.len(), "stated": [] })
    }

    fn say(&self, out: &Output) {
        if self.fields.is_empty() {
            return;
        }
        out.say(format_args!("Kept: {} of {}.", self.fields.join(", "), self.name));
        say_who_sees(out, &self.seen_by);
    }
}

/// What somebody changed in the form, once all of it is understood; `None` for nothing.
fn filled_in(
    app: &mut App<'_>,
    sheet: &Sheet,
    shown: &Entry,
    kind: &'static Kind,
    before: &str,
) -> Result<Option<Vec<Change>>, Failure> {
    loop {
        // Whoever writes for an hour keeps nobody waiting.
        app.let_go();
        let text = sheet.open(&app.output.streams).and_then(|()| sheet.read());
        let text = match text {
            Ok(text) => text,
            Err(failure) if sheet.read().is_ok_and(|text| text == before) => {
                // There is nothing in it that somebody typed. That it cannot be taken away matters less than the failure.
                let _ = sheet.remove();
                return Err(failure);
            }
            Err(failure) => return Err(kept(failure, sheet)),
        };
        if text == before {
            return Ok(None);
        }
        let slips = match understand(&text, shown, kind) {
            Ok(changes) if changes.is_empty() => return Ok(None),
            Ok(changes) => return Ok(Some(changes)),
            Err(slips) => slips,
        };
        let slips: Vec<String> = slips.iter().map(|slip| slip.words(&text)).collect();
        if !app.can_ask() {
            return Err(kept(Failure::new("AM-FORM", Exit::Usage, slips.join("\n")), sheet));
        }
        slips.iter().for_each(|slip| app.output.warn(slip));
        let answer = app.ask().letter("Your text is kept. Enter opens it again, s stops");
        if answer.is_err() || answer.is_ok_and(|answer| answer.starts_with('s')) {
            return Err(kept(Failure::new("AM-STOPPED", Exit::Failed, "Stopped."), sheet));
        }
    }
}

/// What was typed lies where it was typed.
fn kept(failure: Failure, sheet: &Sheet) -> Failure {
    let hint = failure.hint.clone().map(|hint| format!("{hint} ")).unwrap_or_default();
    failure.hint(format!("{hint}Nothing was changed. Your text is kept in {}", sheet.path().display()))
}

/// A place in the form that is not understood.
struct Slip {
    at: usize,
    why: String,
}

impl Slip {
    fn new(span: Range<usize>, why: impl ToString) -> Slip {
        Slip { at: span.start, why: why.to_string() }
    }

    /// `line 9: "frendly" is not one of …`, and the line.
    fn words(&self, text: &str) -> String {
        let before = text.get(..self.at).unwrap_or(text);
        let number = before.matches('\n').count() + 1;
        let line = text.lines().nth(number - 1).unwrap_or_default();
        format!("line {number}: {}\n{number:>8} | {line}", self.why)
    }
}

/// What differs from the entry that the form showed; or every slip in it, in the order of its lines.
fn understand(text: &str, shown: &Entry, kind: &'static Kind) -> Result<Vec<Change>, Vec<Slip>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut slips: Vec<Slip> =
        errors.iter().map(|error| Slip::new(error.span().unwrap_or_default(), error.message())).collect();
    let mut filled: Vec<_> = table.get_ref().iter().collect();
    filled.sort_by_key(|(key, _)| key.span().start);
    let mut changes = Vec::new();
    for (key, value) in filled {
        let Some(field) = kind.field(key.get_ref()) else {
            let typed = key.get_ref().chars().take(40).collect();
            slips.push(Slip::new(key.span(), Rejection::NoSuchField { kind: kind.label, typed }));
            continue;
        };
        match left_in(field, value, text) {
            Ok(now) => changes.extend(Change::between(shown, field, now)),
            Err(slip) => slips.push(slip),
        }
    }
    slips.sort_by_key(|slip| slip.at);
    if slips.is_empty() { Ok(changes) } else { Err(slips) }
}

/// The values that somebody left in a field, as they are kept: one, or those of a set.
fn left_in(field: &'static Field, value: &Spanned<DeValue<'_>>, text: &str) -> Result<Vec<String>, Slip> {
    if field.merges != Merges::Set {
        let typed =
            word(value, text).ok_or_else(|| Slip::new(value.span(), Rejection::OnlyOne { field: field.name }))?;
        let now = field.clean(&typed).map_err(|refusal| Slip::new(value.span(), refusal))?;
        return Ok(vec![now]);
    }
    let members: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
        DeValue::Array(members) => members.iter().collect(),
        _ => vec![value],
    };
    let mut now: Vec<String> = Vec::new();
    for member in members {
        let typed = word(member, text).ok_or_else(|| Slip::new(member.span(), "this is no text"))?;
        let member = field.clean(&typed).map_err(|refusal| Slip::new(member.span(), refusal))?;
        if !member.is_empty() {
            now.push(member);
        }
    }
    Ok(now)
}

/// One value as somebody types it: `"40"`, `40` and `true` do as well as words.
fn word(value: &Spanned<DeValue<'_>>, text: &str) -> Option<String> {
    match value.get_ref() {
        DeValue::String(typed) => Some(typed.to_string()),
        DeValue::Boolean(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        DeValue::Integer(_) => text.get(value.span()).map(str::to_owned),
        _ => None,
    }
}

/// Every field of the kind, explained, with what it holds.
fn form(entry: &Entry, kind: &Kind, map: &str) -> String {
    let mut form = format!(
        "# {} · {}\n\
         # Save and close to keep what you changed. \"\" or [] empties a field; a line that is gone changes nothing.\n\
         # The members of {} will read it. Lines that begin with # explain.\n",
        one_line(entry.name()),
        kind.label,
        one_line(map)
    );
    for field in kind.fields {
        let values = entry.field(field).map_or(&[][..], |field| &field.values);
        form.push_str(&format!("\n# {}: {}\n", field.label, field.question));
        match field.holds {
            Holds::Choice(choices) => {
                for choice in choices {
                    form.push_str(&format!("#   {:<16} {}\n", choice.slug, choice.label));
                }
            }
            Holds::YesNo => form.push_str("#   yes or no\n"),
            Holds::Count => form.push_str("#   a whole number, or unknown\n"),
            _ => {}
        }
        let value = match field.merges {
            Merges::Set => {
                form.push_str("#   several, with commas between: [\"one\", \"another\"]\n");
                let members: Vec<String> = values.iter().map(|said| quoted(&said.value)).collect();
                format!("[{}]", members.join(", "))
            }
            Merges::Register | Merges::Text => {
                for said in values.iter().skip(1) {
                    let by = said.by.as_ref().map(|by| format!(" ({}, {})", by.name, by.group)).unwrap_or_default();
                    form.push_str(&format!(
                        "#   written apart from it: {}\n",
                        one_line(&format!("{}{by}", said.value))
                    ));
                }
                let value = values.first().map_or("", |said| &said.value);
                if field.holds == Holds::Note { quoted_lines(value) } else { quoted(value) }
            }
        };
        form.push_str(&format!("{} = {value}\n", field.name));
    }
    form
}

/// Others' text must not end a comment.
fn one_line(text: &str) -> String {
    label::clean(text).replace(['\n', '\t'], " ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text).replace('\n', "\\n"))
}

fn quoted_lines(text: &str) -> String {
    if text.is_empty() { "\"\"\"\n\"\"\"".to_owned() } else { format!("\"\"\"\n{}\n\"\"\"", escaped(text)) }
}

fn escaped(text: &str) -> String {
    label::clean(text).replace('\\', "\\\\").replace('"', "\\\"")
}
