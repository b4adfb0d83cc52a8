//! Being discreet: initials in place of names, and a mark in place of what people wrote, for a screen that others can see.
//!
//! It works on what is about to be printed, not on what was read: whatever a command prints, in words or as JSON, a name or a
//! note of the map is found in it, also broken over lines or in other letters. Nothing that is written back is touched.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

use allymap_document::Document;
use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::entry::Entry;
use allymap_domain::ids::EntryId;
use allymap_domain::map::Map;
use allymap_domain::private::{Private, private_of_entry, private_of_map};
use allymap_wire::DocumentId;

use crate::trouble::Trouble;
use crate::visit::Visit;

/// A list of what is not to be read, shared by whoever opens a map and whoever prints.
#[derive(Clone, Default)]
pub struct Discreet {
    wanted: bool,
    /// Begun when a map is first opened.
    hidden: Arc<RwLock<Option<Hidden>>>,
}

impl Discreet {
    pub fn new(wanted: bool) -> Discreet {
        Discreet { wanted, hidden: Arc::default() }
    }

    /// True when something may have to be left out.
    pub fn is_on(&self) -> bool {
        self.hidden.read().is_ok_and(|hidden| hidden.is_some())
    }

    /// A text as it may be shown.
    pub fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.hidden.read().as_deref() {
            Ok(Some(hidden)) => Cow::Owned(hidden.out_of(text)),
            _ => Cow::Borrowed(text),
        }
    }

    /// Begins if that is wanted: from now on nothing that it is told is shown. Whether it was not begun before.
    pub(crate) fn begin(&self) -> bool {
        let begins = self.wanted && !self.is_on();
        if begins {
            self.change(|_| ());
        }
        begins
    }

    /// An entry's name: its initials are shown, with the letters that tell it from others of the same initials.
    pub(crate) fn hide_entry(&self, name: &str, short_id: &str) {
        let shown = format!("{} [{short_id}]", initials(name));
        self.change(|hidden| hidden.add(name, shown));
    }

    /// The name of a person: their initials are shown.
    pub(crate) fn hide_name(&self, name: &str) {
        self.change(|hidden| hidden.add(name, initials(name)));
    }

    /// What somebody wrote: it is left out, as a whole and line by line.
    pub(crate) fn hide_text(&self, text: &str) {
        self.change(|hidden| {
            for part in text.lines().chain([text]) {
                hidden.add(part, LEFT_OUT.to_owned());
            }
        });
    }

    fn hide(&self, private: &[Private<'_>]) {
        for one in private {
            match one {
                Private::Name(name) => self.hide_name(name),
                Private::Text(text) => self.hide_text(text),
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Hidden)) {
        if let Ok(mut hidden) = self.hidden.write() {
            change(hidden.get_or_insert_default());
        }
    }
}

impl std::fmt::Debug for Discreet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Discreet").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

impl Visit<'_> {
    /// Tells what prints of every name and text of this map.
    pub(crate) fn hide_names(&mut self) -> Result<(), Trouble> {
        let hidden = self.request.hidden.clone();
        let rows = self.cards()?;
        let short = short_ids(rows.iter().map(|row| row.id));
        let mut named: BTreeMap<&String, Vec<&str>> = BTreeMap::new();
        for row in rows.iter() {
            for name in [&row.name].into_iter().chain(&row.other_names) {
                named.entry(name).or_default().push(&short[&row.id]);
            }
        }
        for (name, ids) in named {
            hidden.hide_entry(name, &ids.join("/"));
        }
        let authors = self.authors()?;
        let person = self.map()?.person;
        let (replica, disk) = self.hold()?;
        let members = replica.roster().members();
        let asking = replica.asking(disk)?;
        let people = members.iter().map(|member| &member.name).chain(authors.names());
        let people = people.chain(asking.iter().map(|one| &one.name)).chain([&person]);
        // Whoever gave no name is called You, and so is everybody who reads a sentence.
        for name in people.filter(|name| *name != "You") {
            hidden.hide_name(name);
        }
        for (id, document) in self.all_documents()? {
            if Map::is(&document) {
                hidden.hide(&private_of_map(&Map::read(&document)));
            } else {
                hidden.hide(&private_of_entry(&Entry::read(&document, id, &|actor| authors.of(actor))));
            }
        }
        Ok(())
    }

    /// A name that was not on the map when this visit began.
    pub(crate) fn hide_what_is_new(&self, id: DocumentId, document: &Document) {
        if !self.request.hidden.is_on() {
            return;
        }
        if let Some(row) = Card::of(document, EntryId(id.0)) {
            self.request.hidden.hide_name(&row.name);
        }
    }
}

/// What stands in place of a text.
pub const LEFT_OUT: &str = "(left out)";

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
