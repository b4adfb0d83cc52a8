//! What was written about an entry in sentences, in a row of its own: only finding reads it, so that lists stay short.

use minicbor::{Decode, Encode};

use crate::entry::Entry;
use crate::entry::log::LogKind;
use crate::kind::field::{Holds, Merges};
use crate::words;

/// Rows of another schema are thrown away and made anew.
pub const TEXTS_SCHEMA: u16 = 1;

/// Bytes of one entry that can be found: two full notes and a long log.
const BYTES: usize = 40_000;

/// Words on either side of what was looked for.
const BEFORE: usize = 4;
const AFTER: usize = 8;

/// The sentences of one entry.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Texts {
    #[n(0)]
    schema: u16,
    #[n(1)]
    pieces: Vec<Piece>,
}

#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Piece {
    #[n(0)]
    spot: Spot,
    /// The field, or the kind of the line, as people read it.
    #[n(1)]
    label: String,
    /// When it was, of what has a day.
    #[n(2)]
    on: Option<String>,
    #[n(3)]
    text: String,
}

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Spot {
    #[n(0)]
    Note,
    #[n(1)]
    Log,
    /// The reason or the evidence of a risk, a position or a fact.
    #[n(2)]
    Reason,
}

/// Something that was looked for, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    pub spot: Spot,
    pub label: String,
    pub on: Option<String>,
    /// The words around it.
    pub phrase: String,
}

impl Texts {
    /// What an entry holds; none if nobody wrote a sentence about it.
    pub fn of(entry: &Entry) -> Option<Texts> {
        let mut pieces = Vec::new();
        let is_note = |field: &crate::kind::field::Field| field.holds == Holds::Note || field.merges == Merges::Text;
        for value in entry.fields.iter().filter(|value| is_note(value.field)) {
            let said = value.values.iter().map(|said| Piece::new(Spot::Note, value.field.label, None, &said.value));
            pieces.extend(said);
        }
        for logged in entry.log.iter().rev() {
            let line = &logged.line;
            let parts = [Some(&line.text), line.with.as_ref(), line.source.as_ref(), line.urgent.as_ref()];
            let text = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
            pieces.push(Piece::new(Spot::Log, LogKind::label_of(&line.kind), Some(line.on.to_string()), &text));
        }
        for said in &entry.assertions {
            let label = said.assertion.claim.subject_words();
            let on = Some(said.assertion.observed.to_string());
            for text in [&said.assertion.reason, &said.assertion.evidence].into_iter().flatten() {
                pieces.push(Piece::new(Spot::Reason, label, on.clone(), text));
            }
        }
        let mut left = BYTES;
        pieces.retain(|piece| {
            let fits = !piece.text.trim().is_empty() && piece.text.len() <= left;
            left -= if fits { piece.text.len() } else { 0 };
            fits
        });
        (!pieces.is_empty()).then_some(Texts { schema: TEXTS_SCHEMA, pieces })
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing into memory cannot fail")
    }

    /// None for a row of another schema or a damaged one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Texts> {
        let texts: Texts = minicbor::decode(bytes).ok()?;
        (texts.schema == TEXTS_SCHEMA).then_some(texts)
    }

    /// Where all of these folded words begin words of one text; some may stand in the name instead.
    pub fn find(&self, wanted: &[String], name: &[String]) -> Vec<Passage> {
        self.pieces.iter().filter_map(|piece| piece.find(wanted, name)).collect()
    }
}

impl Piece {
    fn new(spot: Spot, label: &str, on: Option<String>, text: &str) -> Piece {
        Piece { spot, label: label.to_owned(), on, text: text.to_owned() }
    }

    fn find(&self, wanted: &[String], name: &[String]) -> Option<Passage> {
        let begun = |words: &[String], with: &String| words.iter().any(|word| word.starts_with(with.as_str()));
        let words = words::folded_words(&self.text);
        let first = wanted.iter().find(|with| begun(&words, with))?;
        if !wanted.iter().all(|with| begun(&words, with) || begun(name, with)) {
            return None;
        }
        let spoken: Vec<&str> = self.text.split_whitespace().collect();
        let at = spoken.iter().position(|word| begun(&words::folded_words(word), first)).unwrap_or(0);
        let (from, to) = (at.saturating_sub(BEFORE), spoken.len().min(at + AFTER + 1));
        let (before, after) = (if from > 0 { "… " } else { "" }, if to < spoken.len() { " …" } else { "" });
        let phrase = words::shown_line(&format!("{before}{}{after}", spoken[from..to].join(" ")));
        Some(Passage { spot: self.spot, label: self.label.clone(), on: self.on.clone(), phrase })
    }
}

/// Never what they say.
impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("pieces", &self.pieces.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pieces: &[(Spot, &str)]) -> Texts {
        let pieces = pieces.iter().map(|(spot, text)| Piece::new(*spot, "Notes", None, text)).collect();
        Texts { schema: TEXTS_SCHEMA, pieces }
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn what_was_looked_for_is_shown_with_the_words_around_it() {
        let said = "At first nobody knew. Then the baker said that the old Café by the weir lends its tables, \
                    every Sunday, for nothing at all.";
        let texts = texts(&[(Spot::Note, said), (Spot::Log, "nothing of the kind")]);
        let found = texts.find(&words(&["cafe", "tabl"]), &[]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].phrase, "… said that the old Café by the weir lends its tables, every Sunday, …");
        assert!(texts.find(&words(&["cafe", "chairs"]), &[]).is_empty());
    }

    #[test]
    fn one_word_may_stand_in_the_name_and_the_other_in_a_note() {
        let texts = texts(&[(Spot::Note, "lends its tables")]);
        assert_eq!(texts.find(&words(&["bakery", "tables"]), &words(&["bakery"])).len(), 1);
        assert!(texts.find(&words(&["bakery"]), &words(&["bakery"])).is_empty(), "the name alone is no text");
    }

    #[test]
    fn a_row_comes_back_as_it_was_written_and_another_schema_is_none() {
        let mut texts = texts(&[(Spot::Log, "tea")]);
        assert!(Texts::from_bytes(&texts.to_bytes()).is_some_and(|read| read == texts));
        texts.schema += 1;
        assert!(Texts::from_bytes(&texts.to_bytes()).is_none());
    }
}
