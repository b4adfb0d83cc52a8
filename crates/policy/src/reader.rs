//! A page of TOML read by hand, so that every mistake has its line and its remedy, and all are told at once.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::{Fault, suggestion};

/// The page, where its lines begin, and what was wrong so far.
pub(crate) struct Page {
    starts: Vec<usize>,
    faults: Vec<Fault>,
}

/// A word and where it stands.
pub(crate) type Word = Spanned<String>;

impl Page {
    /// The page's top table. Where it is no TOML at all, the faults say so.
    pub(crate) fn read(text: &str) -> (Page, Spanned<DeTable<'_>>) {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut page = Page { starts, faults: Vec::new() };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = page.line(error.span().unwrap_or_default());
            page.faults.push(Fault {
                line,
                what: format!("this is not TOML: {}", error.message()),
                remedy: "See docs/policy.md for an example".to_owned(),
            });
        }
        (page, table)
    }

    pub(crate) fn fault(&mut self, at: Range<usize>, what: impl Into<String>, remedy: impl Into<String>) {
        let line = self.line(at);
        self.faults.push(Fault { line, what: what.into(), remedy: remedy.into() });
    }

    /// What was read, unless something was wrong.
    pub(crate) fn end<T>(mut self, read: T) -> Result<T, Vec<Fault>> {
        if self.faults.is_empty() {
            return Ok(read);
        }
        self.faults.sort();
        self.faults.dedup();
        Err(self.faults)
    }

    /// Nothing stands in `table` but these keys.
    pub(crate) fn only(&mut self, table: &DeTable<'_>, known: &[&str], place: &str) {
        for key in table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let remedy = suggestion(key.get_ref(), known.iter().copied());
                self.fault(key.span(), format!("`{}` is not known in {place}", key.get_ref()), remedy);
            }
        }
    }

    pub(crate) fn word(&mut self, table: &DeTable<'_>, key: &str) -> Option<Word> {
        let value = get(table, key)?;
        let word = self.as_word(value);
        if word.is_none() {
            self.fault(value.span(), format!("`{key}` is no text"), "Write it in double quotes");
        }
        word
    }

    pub(crate) fn as_word(&self, value: &Spanned<DeValue<'_>>) -> Option<Word> {
        value.get_ref().as_str().map(|text| Spanned::new(value.span(), text.to_owned()))
    }

    /// A word that must be there and say something.
    pub(crate) fn required(&mut self, table: &DeTable<'_>, key: &str, place: &str, at: Range<usize>) -> Word {
        match get(table, key) {
            None => {
                self.fault(at.clone(), format!("{place} has no `{key}`"), format!("Add: {key} = \"…\""));
                Spanned::new(at, String::new())
            }
            Some(value) => match self.word(table, key) {
                Some(word) if word.get_ref().trim().is_empty() => {
                    self.fault(value.span(), format!("`{key}` is empty"), "Say it in a few words");
                    word
                }
                Some(word) => word,
                None => Spanned::new(at, String::new()),
            },
        }
    }

    pub(crate) fn flag(&mut self, table: &DeTable<'_>, key: &str) -> bool {
        let Some(value) = get(table, key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.fault(
                value.span(),
                format!("`{key}` is neither true nor false"),
                "Write true or false, without quotes",
            );
            false
        })
    }

    /// One word or a list of words.
    pub(crate) fn words(&mut self, table: &DeTable<'_>, key: &str) -> Vec<Word> {
        let Some(value) = get(table, key) else { return Vec::new() };
        self.as_words(value, key)
    }

    pub(crate) fn as_words(&mut self, value: &Spanned<DeValue<'_>>, key: &str) -> Vec<Word> {
        if let Some(word) = self.as_word(value) {
            return vec![word];
        }
        let Some(list) = value.get_ref().as_array() else {
            self.fault(
                value.span(),
                format!("`{key}` is neither a text nor a list of texts"),
                "Write \"…\" or [\"…\", \"…\"]",
            );
            return Vec::new();
        };
        let mut words = Vec::new();
        for item in list.iter() {
            match self.as_word(item) {
                Some(word) => words.push(word),
                None => self.fault(
                    item.span(),
                    format!("`{key}` has something that is no text"),
                    "Write it in double quotes",
                ),
            }
        }
        words
    }

    /// A table, where there is one under that key.
    pub(crate) fn table<'v, 't>(&mut self, table: &'v DeTable<'t>, key: &str) -> Option<&'v DeTable<'t>> {
        let value = get(table, key)?;
        let found = value.get_ref().as_table();
        if found.is_none() {
            self.fault(value.span(), format!("`{key}` is no table"), format!("Write {key} = {{ … }}"));
        }
        found
    }

    /// Every `[[key]]`, with where it stands.
    pub(crate) fn tables<'v, 't>(&mut self, table: &'v DeTable<'t>, key: &str) -> Vec<(Range<usize>, &'v DeTable<'t>)> {
        let Some(value) = get(table, key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.fault(
                value.span(),
                format!("`{key}` is no list of tables"),
                format!("Begin each with a line [[{key}]]"),
            );
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in list.iter() {
            match item.get_ref().as_table() {
                Some(table) => found.push((item.span(), table)),
                None => self.fault(item.span(), format!("`{key}` has something that is no table"), "Write { … }"),
            }
        }
        found
    }

    /// `word` as one of a closed list.
    pub(crate) fn one_of<T>(
        &mut self,
        word: &Word,
        what: &str,
        known: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = parse(word.get_ref());
        if found.is_none() {
            let remedy = suggestion(word.get_ref(), known.iter().copied());
            self.fault(word.span(), format!("`{}` is no {what}", word.get_ref()), remedy);
        }
        found
    }

    pub(crate) fn line(&self, at: Range<usize>) -> usize {
        self.starts.partition_point(|start| *start <= at.start)
    }
}

pub(crate) fn get<'v, 't>(table: &'v DeTable<'t>, key: &str) -> Option<&'v Spanned<DeValue<'t>>> {
    table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}
