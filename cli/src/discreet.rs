//! `--discreet`: initials in place of names, and a mark in place of what people wrote, for a screen that others can see.
//!
//! It works on what is about to be printed, not on what was read: whatever a command prints, in words or as JSON, a name or a
//! note of the map is found in it, also broken over lines or in other letters. Nothing that is written back is touched.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::RwLock;

use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::link::Link;
use allymap_domain::entry::log::LogLine;
use allymap_domain::entry::weighed::{Referred, Weighed};
use allymap_domain::kind::field::Holds;
use allymap_domain::kind::value::FieldValue;
use allymap_domain::map::Map;

/// Begins: from now on nothing that [`hide_name`] and the like were told is printed.
pub(crate) fn begin() {
    change(|_| ());
}

/// True when something may have to be left out.
pub(crate) fn is_on() -> bool {
    HIDDEN.read().is_ok_and(|hidden| hidden.is_some())
}

/// An entry's name: its initials are shown, with the letters that tell it from others of the same initials.
pub(crate) fn hide_entry(name: &str, short_id: &str) {
    let shown = format!("{} [{short_id}]", initials(name));
    change(|hidden| hidden.add(name, shown));
}

/// The name of a person: their initials are shown.
pub(crate) fn hide_name(name: &str) {
    change(|hidden| hidden.add(name, initials(name)));
}

/// What somebody wrote: it is left out, as a whole and line by line.
pub(crate) fn hide_text(text: &str) {
    change(|hidden| {
        for part in text.lines().chain([text]) {
            hidden.add(part, LEFT_OUT.to_owned());
        }
    });
}

/// Everybody whom an entry names, and everything that somebody wrote in it in their own words.
pub(crate) fn hide_in(entry: &Entry) {
    for (affiliation, _) in &entry.affiliations {
        hide_name(&affiliation.organisation);
        [&affiliation.role, &affiliation.source].into_iter().flatten().for_each(|text| hide_text(text));
    }
    for logged in &entry.log {
        let LogLine { with, text, source, urgent, .. } = &logged.line;
        with.iter().for_each(|name| hide_name(name));
        [Some(text), source.as_ref(), urgent.as_ref()].into_iter().flatten().for_each(|text| hide_text(text));
    }
    for stated in &entry.assertions {
        let Assertion { reason, evidence, mitigation_words, looked_after_by, source, said_by, .. } = &stated.assertion;
        [looked_after_by, said_by].into_iter().flatten().for_each(|name| hide_name(name));
        [reason, evidence, mitigation_words, source].into_iter().flatten().for_each(|text| hide_text(text));
        hide_claim(&stated.assertion.claim);
    }
    for Link { how, source, .. } in entry.all_links.iter().map(|linked| &linked.link) {
        [how, source].into_iter().flatten().for_each(|text| hide_text(text));
    }
    hide_fields(&entry.fields);
}

/// What a statement about an event says beside the policy's own words.
fn hide_claim(claim: &Claim) {
    let (texts, conditions) = match claim {
        Claim::Weighed(Weighed { occasion, text, conditions, .. }) => ([occasion, text], conditions),
        Claim::Referred(Referred { text, conditions, .. }) => ([text, &None], conditions),
        _ => return,
    };
    texts.into_iter().flatten().chain(conditions).for_each(|text| hide_text(text));
}

/// The same of the map's own document. Its name, its campaigns, issues and dates stay: they say what is talked about.
pub(crate) fn hide_map(map: &Map) {
    hide_fields(&map.fields);
    hide_text(&map.community);
    for campaign in &map.campaigns {
        let arguments = campaign.arguments.iter().flat_map(|argument| argument.said.iter().chain(&argument.answers));
        arguments.chain(&campaign.outcome).for_each(|text| hide_text(text));
    }
    for answer in map.answers.iter().flat_map(|item| item.versions()) {
        [&answer.text, &answer.origin.source].into_iter().flatten().for_each(|text| hide_text(text));
    }
    for issue in map.issues.iter().flat_map(|item| item.versions()) {
        issue.note.iter().for_each(|text| hide_text(text));
    }
    for date in map.dates.iter().flat_map(|item| item.versions()) {
        [&date.note, &date.source].into_iter().flatten().for_each(|text| hide_text(text));
    }
    for section in map.own_sections.iter().flat_map(|item| item.versions()) {
        section.text.iter().for_each(|text| hide_text(text));
    }
}

/// Words of a table and numbers say nothing of anybody; who keeps a relationship is shown as a name is.
fn hide_fields(fields: &[FieldValue]) {
    for value in fields {
        let hide = match (value.field.name, value.field.holds) {
            // Its initials are known already.
            ("name", _) | (_, Holds::Choice(_) | Holds::YesNo | Holds::Count | Holds::Affiliation) => continue,
            ("held-by", _) | (_, Holds::Entry) => hide_name,
            _ => hide_text,
        };
        value.values.iter().for_each(|said| hide(&said.value));
    }
}

/// A text as it may be shown.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    match HIDDEN.read().as_deref() {
        Ok(Some(hidden)) => Cow::Owned(hidden.out_of(text)),
        _ => Cow::Borrowed(text),
    }
}

/// The same for every text in a value; keys are the program's own words.
pub(crate) fn shown_json(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = shown(text).into_owned(),
        serde_json::Value::Array(values) => values.iter_mut().for_each(shown_json),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(shown_json),
        _ => {}
    }
}

static HIDDEN: RwLock<Option<Hidden>> = RwLock::new(None);

pub(crate) const LEFT_OUT: &str = "(left out)";

fn change(change: impl FnOnce(&mut Hidden)) {
    if let Ok(mut hidden) = HIDDEN.write() {
        change(hidden.get_or_insert_default());
    }
}

/// What is not to be shown, by its first word.
#[derive(Default)]
struct Hidden(HashMap<String, Vec<Phrase>>);

/// A run of words, and what stands in its place.
struct Phrase {
    folded: Vec<String>,
    /// A single word is a name only as it is written: Hall, not hall.
    exactly: Option<String>,
    /// What follows its last word: a full stop, a bracket.
    end: String,
    shown: String,
}

impl Hidden {
    /// The first that says how something is shown counts: entries before people, people before texts.
    fn add(&mut self, text: &str, shown: String) {
        let last = words(text).last().map_or(0, |(_, end)| end);
        let words: Vec<&str> = words(text).map(|(at, end)| &text[at..end]).collect();
        let numbers: usize = words.iter().map(|word| word.len()).sum();
        let says_something = text.chars().any(char::is_alphabetic) || numbers >= TELEPHONE;
        let Some(first) = words.first().filter(|_| says_something) else { return };
        let folded: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let exactly = (words.len() == 1).then(|| (*first).to_owned());
        let phrases = self.0.entry(folded[0].clone()).or_default();
        if !phrases.iter().any(|known| known.folded == folded && known.exactly == exactly) {
            phrases.push(Phrase { folded, exactly, end: text[last..].trim_end().to_owned(), shown });
        }
    }

    fn out_of(&self, text: &str) -> String {
        let found: Vec<(usize, usize)> = words(text).collect();
        let folded: Vec<String> = found.iter().map(|(at, end)| text[*at..*end].to_lowercase()).collect();
        let mut shown = String::with_capacity(text.len());
        let (mut copied, mut at) = (0, 0);
        while at < found.len() {
            let fits = |phrase: &&Phrase| {
                let (begin, end) = found[at];
                folded[at..].starts_with(&phrase.folded)
                    && phrase.exactly.as_ref().is_none_or(|exactly| *exactly == text[begin..end])
            };
            let phrases = self.0.get(&folded[at]).map_or(&[][..], Vec::as_slice);
            // The longest: a note that begins with a name is left out whole.
            match phrases.iter().filter(fits).max_by_key(|phrase| phrase.folded.len()) {
                Some(phrase) => {
                    shown.push_str(&text[copied..found[at].0]);
                    shown.push_str(&phrase.shown);
                    at += phrase.folded.len();
                    copied = found[at - 1].1;
                    if text[copied..].starts_with(&phrase.end) {
                        copied += phrase.end.len();
                    }
                }
                None => at += 1,
            }
        }
        shown.push_str(&text[copied..]);
        shown
    }
}

/// Where each word begins and ends.
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (at, _) = letters.find(|(_, letter)| letter.is_alphanumeric())?;
        while letters.next_if(|(_, letter)| letter.is_alphanumeric()).is_some() {}
        Some((at, letters.peek().map_or(text.len(), |(end, _)| *end)))
    })
}

/// `H. C.` for Harbour Choir.
fn initials(name: &str) -> String {
    let firsts = words(name).filter_map(|(at, end)| name[at..end].chars().next());
    firsts.map(|letter| format!("{}.", letter.to_uppercase())).collect::<Vec<_>>().join(" ")
}

/// Figures alone are left out from so many on: a telephone number, never a day or a size.
const TELEPHONE: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(all: &[(&str, &str)]) -> Hidden {
        let mut hidden = Hidden::default();
        for (text, shown) in all {
            hidden.add(text, (*shown).to_owned());
        }
        hidden
    }

    #[test]
    fn a_name_is_found_however_it_is_written_and_broken() {
        let hidden = hidden(&[("St Mary's Parish", "S. [kd]"), ("St Mary's", "S. [pm]"), ("Hall", "H. [rt]")]);
        for (said, shown) in [
            ("Kept for St Mary's Parish.", "Kept for S. [kd]."),
            ("st mary's\n      parish: 2", "S. [kd]: 2"),
            ("\"St Mary's\" and Hall", "\"S. [pm]\" and H. [rt]"),
            ("st-mary-s-parish.html", "S. [kd].html"),
            ("a hall, Hallway", "a hall, Hallway"),
            ("", ""),
        ] {
            assert_eq!(hidden.out_of(said), shown);
        }
    }

    #[test]
    fn a_note_that_begins_with_a_name_is_left_out_whole() {
        let hidden =
            hidden(&[("Wren", "W."), ("Wren said no", LEFT_OUT), ("02 5550 1990", LEFT_OUT), ("2026-11-01", "x")]);
        assert_eq!(hidden.out_of("Wren: Wren said no, 2026-11-01"), "W.: (left out), 2026-11-01");
        assert_eq!(hidden.out_of("02 5550 1990"), LEFT_OUT);
    }

    #[test]
    fn what_ends_a_text_goes_with_it() {
        let hidden = hidden(&[("They sing there. (Not on Sundays.)", LEFT_OUT)]);
        assert_eq!(hidden.out_of("Log: They sing there. (Not on Sundays.) (Wren)"), "Log: (left out) (Wren)");
    }

    #[test]
    fn initials_are_of_every_word() {
        assert_eq!(initials("Harbour Choir"), "H. C.");
        assert_eq!(initials("élan (north)"), "É. N.");
    }
}
