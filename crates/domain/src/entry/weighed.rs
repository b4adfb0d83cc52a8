//! What an event is weighed by, whom it was referred to, and what was decided: claims that are stated and never overwritten.

use allymap_policy::Fact;

use crate::ids::{EntryId, RowId};
use crate::rejection::Rejection;
use crate::words::choice::words;
use crate::words::{self, Untidy};

/// A fact of the policy with its value. An event holds what is about itself, an organiser or a community what is about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weighed {
    /// As the policy calls it. One that only a newer pack knows is kept.
    pub fact: String,
    /// In an event: which entry (its id), party or rule, or a name that is not on the map.
    pub about: Option<String>,
    /// The policy's word for it; none when somebody says that it is not known, or no longer.
    pub value: Option<String>,
    /// Of a consent: for what it was given.
    pub occasion: Option<String>,
    /// Of a consent: for which event it was given.
    pub occasion_event: Option<EntryId>,
    /// Of a consent or an answer: what it depends on.
    pub conditions: Vec<String>,
    /// Of a request: its words.
    pub text: Option<String>,
    /// Of an answer: the statements for which it was given, wherever they stand.
    pub saw: Vec<RowId>,
}

/// A question handed to somebody, or their answer to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Referred {
    pub to: ReferTo,
    /// The rule that asks for it, if it is about one.
    pub rule: Option<String>,
    /// None while it waits.
    pub answer: Option<String>,
    pub conditions: Vec<String>,
    pub text: Option<String>,
}

words! {
    /// Who decides what a group cannot.
    ReferTo {
        RegionalStaff = "regional-staff", "regional staff", ["staff"];
        BranchCommittee = "branch-committee", "Branch Committee", ["committee", "branch"];
        OrganisingTeam = "organising-team", "the organising team", ["team", "organising"];
    }
}

/// What a person decided about an event, with what they knew.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decided {
    pub choice: Chosen,
    /// The answer as it was then.
    pub label: String,
    /// The pack's name and version.
    pub pack: String,
    pub conditions: Vec<String>,
    /// The statements that were known then.
    pub saw: Vec<RowId>,
}

words! {
    /// Mild to strict: of several decisions made apart the strict one counts.
    Chosen {
        /// As the answer says.
        TakePart = "take-part", "take part", ["yes", "go"];
        Wait = "wait", "wait", ["not yet", "later"];
        No = "no", "do not take part", ["stop"];
    }
}

impl Weighed {
    pub fn new(fact: &str, value: Option<&str>) -> Weighed {
        Weighed { fact: fact.to_owned(), value: value.map(str::to_owned), ..Weighed::default() }
    }

    #[must_use]
    pub fn about(self, about: impl Into<String>) -> Weighed {
        Weighed { about: Some(about.into()), ..self }
    }

    /// Within a fact: what is replaced by what. Each request stands for itself.
    pub(crate) fn subject(&self) -> Option<String> {
        if self.fact == Fact::Requests.name() {
            return Some(words::folded(self.text.as_deref().unwrap_or_default()));
        }
        self.about.clone()
    }

    pub(crate) fn clean(&self) -> Result<Weighed, Rejection> {
        if self.fact.is_empty() {
            return Err(Rejection::Empty { field: "fact" });
        }
        Ok(Weighed {
            fact: words::line("fact", &self.fact, words::NAME_LETTERS)?,
            about: words::optional_line("about", &self.about)?,
            value: words::optional_line("value", &self.value)?,
            occasion: words::optional_line("occasion", &self.occasion)?,
            conditions: lines("condition", &self.conditions)?,
            text: words::optional_line("text", &self.text)?,
            ..self.clone()
        })
    }
}

impl Referred {
    pub(crate) fn clean(&self) -> Result<Referred, Rejection> {
        Ok(Referred {
            rule: words::optional_line("rule", &self.rule)?,
            answer: words::optional_line("answer", &self.answer)?,
            conditions: lines("condition", &self.conditions)?,
            text: words::optional_line("text", &self.text)?,
            ..self.clone()
        })
    }
}

impl Decided {
    pub(crate) fn clean(&self) -> Result<Decided, Rejection> {
        Ok(Decided {
            label: words::line("label", &self.label, words::LINE_LETTERS)?,
            pack: words::line("pack", &self.pack, words::LINE_LETTERS)?,
            conditions: lines("condition", &self.conditions)?,
            ..self.clone()
        })
    }
}

fn lines(field: &'static str, all: &[String]) -> Result<Vec<String>, Rejection> {
    Ok(all.iter().map(|text| words::line(field, text, words::LINE_LETTERS)).collect::<Result<_, Untidy>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for one in ReferTo::ALL {
            assert_eq!(ReferTo::named(one.slug()), Some(one));
        }
        for one in Chosen::ALL {
            assert_eq!(Chosen::named(one.slug()), Some(one));
        }
    }
}
