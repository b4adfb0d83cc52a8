//! Where a fact of the map comes from: what kind of source, which one, and when it held.

use minicbor::{Decode, Encode};

use crate::date::{Date, When};
use crate::rejection::Rejection;
use crate::words;
use crate::words::choice::{kept_by_slug, words};

words! {
    /// The five kinds of places where the template suggests looking (module, section 6), and our own eyes.
    SourceKind {
        Directory = "directory", "phone directory, map or search engine";
        LocalMedia = "local-media", "local media, newsletter or notice board";
        Council = "council", "council site, calendar or list";
        Census = "census", "census data";
        People = "people", "somebody we know";
        Seen = "seen", "seen by one of us";
    }
}

kept_by_slug!(SourceKind);

/// What stands behind a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Origin {
    #[n(0)]
    pub kind: Option<SourceKind>,
    /// Which newspaper, whose word, which table.
    #[n(1)]
    pub source: Option<String>,
    /// When it was so, as typed.
    #[n(2)]
    pub on: Option<When>,
}

impl Origin {
    /// The day when it was so; of a bare year, its last.
    pub fn day(&self) -> Option<Date> {
        let when = self.on.as_ref()?;
        when.date.or_else(|| Date::new(when.typed.trim().parse().ok()?, 12, 31))
    }

    /// It is known where to look it up, or whom to ask.
    pub fn is_sourced(&self) -> bool {
        self.source.is_some() || self.kind.is_some()
    }

    /// False when it was so only after this day. What names no day has always been so, and a bare year begins with its first.
    pub(crate) fn is_by(&self, day: Date) -> bool {
        let Some(when) = &self.on else { return true };
        let begins = when.date.or_else(|| Date::new(when.typed.trim().parse().ok()?, 1, 1));
        begins.is_none_or(|begins| begins <= day)
    }

    pub(crate) fn clean(self) -> Result<Origin, Rejection> {
        Ok(Origin { source: optional_line("source", self.source)?, ..self })
    }

    /// As somebody else wrote it, safe to show.
    pub(crate) fn shown(self) -> Origin {
        let on = self.on.map(|when| When { typed: words::shown_line(&when.typed), date: when.date });
        Origin { kind: self.kind, source: shown_line(self.source), on }
    }
}

/// `census data, table 4, 2021`; empty when nothing is known.
impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = self.kind.map(|kind| kind.label().to_owned());
        let on = self.on.as_ref().map(ToString::to_string);
        let parts: Vec<String> = [kind, self.source.clone(), on].into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}

/// An optional line as it is kept; an empty one is none.
pub(crate) fn optional_line(field: &'static str, text: Option<String>) -> Result<Option<String>, Rejection> {
    let clean = text.map(|text| words::line(field, &text, words::LINE_LETTERS)).transpose()?;
    Ok(clean.filter(|text| !text.is_empty()))
}

/// An optional note as it is kept; an empty one is none.
pub(crate) fn optional_note(field: &'static str, text: Option<String>) -> Result<Option<String>, Rejection> {
    let clean = text.map(|text| words::note(field, &text)).transpose()?;
    Ok(clean.filter(|text| !text.is_empty()))
}

/// A line that must say something.
pub(crate) fn needed_line(field: &'static str, text: &str, limit: usize) -> Result<String, Rejection> {
    let line = words::line(field, text, limit)?;
    if line.is_empty() { Err(Rejection::Empty { field }) } else { Ok(line) }
}

pub(crate) fn shown_line(text: Option<String>) -> Option<String> {
    text.map(|text| words::shown_line(&text)).filter(|text| !text.trim().is_empty())
}

pub(crate) fn shown_note(text: Option<String>) -> Option<String> {
    text.map(|text| words::shown(&text)).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::choice::Word;

    #[test]
    fn s117_the_five_kinds_of_source_are_known_by_the_words_people_use() {
        for (typed, expected) in [
            ("census", SourceKind::Census),
            ("Local media", SourceKind::LocalMedia),
            ("council", SourceKind::Council),
            ("dir", SourceKind::Directory),
            ("people", SourceKind::People),
            ("somebody we know", SourceKind::People),
        ] {
            assert_eq!(SourceKind::begun(typed), Some(expected), "{typed}");
        }
        assert_eq!(SourceKind::begun("rumour"), None);
        assert_eq!(SourceKind::begun(""), None);
    }

    #[test]
    fn an_origin_reads_as_a_clause() {
        let origin = Origin {
            kind: Some(SourceKind::Census),
            source: Some("table G13".into()),
            on: Some(When { typed: "2021".into(), date: None }),
        };
        assert_eq!(origin.to_string(), "census data, table G13, 2021");
        assert_eq!(Origin::default().to_string(), "");
    }
}
