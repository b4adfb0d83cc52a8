//! What people said about one event: statements, each with its author and what its author had seen.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{About, Fact, Per, RiskType};
use crate::question::Question;

/// One event with everything that was said about it. Merging two cases unites what was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The organisers on record. Those that a statement names count too.
    pub organisers: Vec<String>,
    /// The communities of rights holders on record. Those that a statement names count too.
    pub communities: Vec<String>,
    /// Everything that was said, in any order.
    pub statements: Vec<Statement>,
    /// What this event is called where consent is given for it.
    pub occasion: Option<String>,
    /// Notes to be shown with a question, such as "was low in March 2025".
    pub notes: BTreeMap<Question, String>,
}

/// What one person said of one fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// Its name; others say that they saw it by this name or by that of its act.
    pub id: String,
    /// The sitting in which it was said. An answer to a referral counts for what was said in its own act.
    pub act: String,
    pub fact: Fact,
    pub about: About,
    /// The value: one of [`Fact::values`], for a request its kind or `lifted`, for the major parties a name. `None` is not
    /// known; with `saw` it takes back what it saw.
    pub value: Option<String>,
    /// For a risk: what can be done about it.
    pub mitigation: Option<String>,
    pub author: String,
    /// Why it replaces what it saw. Some facts need one.
    pub reason: Option<String>,
    /// The statements, or acts, that its author had seen and that it replaces.
    pub saw: Vec<String>,
    /// Who gave the consent, or who said that a request is lifted.
    pub giver: Option<String>,
    /// When the consent was given, as people wrote it.
    pub date: Option<String>,
    /// For which event consent was given; `None` is this one.
    pub occasion: Option<String>,
    pub conditions: Vec<String>,
    /// The text of a request, or the names behind a finding.
    pub text: Option<String>,
    /// What an old value was before it became too old to count, such as "was low in March 2025". Such a statement has no
    /// value, but still replaces what it saw: age takes nothing back.
    pub was: Option<String>,
}

impl Case {
    pub fn new() -> Case {
        Case::default()
    }

    #[must_use]
    pub fn organiser(mut self, name: impl Into<String>) -> Case {
        self.organisers.push(name.into());
        self
    }

    #[must_use]
    pub fn community(mut self, name: impl Into<String>) -> Case {
        self.communities.push(name.into());
        self
    }

    #[must_use]
    pub fn with(mut self, statement: Statement) -> Case {
        self.statements.push(statement);
        self
    }

    #[must_use]
    pub fn major_parties<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Case {
        for name in names {
            self.statements.push(Statement::new(format!("major party {name}"), Fact::MajorParties, About::Event, name));
        }
        self
    }

    /// Everything that either says. What both say stands once.
    #[must_use]
    pub fn merge(&self, other: &Case) -> Case {
        let names = |mine: &[String], theirs: &[String]| -> Vec<String> {
            mine.iter().chain(theirs).cloned().collect::<BTreeSet<String>>().into_iter().collect()
        };
        let statements: BTreeSet<Statement> = self.statements.iter().chain(&other.statements).cloned().collect();
        let mut notes = self.notes.clone();
        for (question, note) in &other.notes {
            let kept = notes.entry(question.clone()).or_default();
            if note > kept {
                kept.clone_from(note);
            }
        }
        Case {
            organisers: names(&self.organisers, &other.organisers),
            communities: names(&self.communities, &other.communities),
            statements: statements.into_iter().collect(),
            occasion: self.occasion.clone().max(other.occasion.clone()),
            notes,
        }
    }

    /// The organisers that answers are wanted of: those with a name, else the one without.
    pub(crate) fn organisers_asked(&self) -> BTreeSet<&str> {
        let named = self.organisers.iter().map(String::as_str).chain(self.statements.iter().filter_map(|statement| {
            match &statement.about {
                About::Organiser(name) | About::RiskOf(_, name) => Some(name.as_str()),
                _ => None,
            }
        }));
        or_the_unnamed(named)
    }

    /// The communities that answers are wanted of: those with a name, else the one without.
    pub(crate) fn communities_asked(&self) -> BTreeSet<&str> {
        let named = self.communities.iter().map(String::as_str).chain(self.statements.iter().filter_map(|statement| {
            match &statement.about {
                About::Community(name) => Some(name.as_str()),
                _ => None,
            }
        }));
        or_the_unnamed(named)
    }
}

impl Statement {
    /// Somebody says that `fact` of `about` is `value`.
    pub fn new(id: impl Into<String>, fact: Fact, about: About, value: impl Into<String>) -> Statement {
        Statement { value: Some(value.into()), ..Statement::unknown(id, fact, about) }
    }

    /// Somebody says that it is not known. It takes back what it [saw](Statement::saw).
    pub fn unknown(id: impl Into<String>, fact: Fact, about: About) -> Statement {
        let id = id.into();
        Statement {
            act: id.clone(),
            id,
            fact,
            about,
            value: None,
            mitigation: None,
            author: String::new(),
            reason: None,
            saw: Vec::new(),
            giver: None,
            date: None,
            occasion: None,
            conditions: Vec::new(),
            text: None,
            was: None,
        }
    }

    /// A rating of a risk of the event; without a word on mitigation if that is `None`.
    pub fn risk(
        id: impl Into<String>,
        risk: RiskType,
        level: impl Into<String>,
        mitigation: Option<&str>,
    ) -> Statement {
        let rating = Statement::new(id, Fact::Risk, About::Risk(risk), level);
        Statement { mitigation: mitigation.map(str::to_owned), ..rating }
    }

    /// A community asks something of us.
    pub fn request(
        id: impl Into<String>,
        community: impl Into<String>,
        text: impl Into<String>,
        kind: &str,
    ) -> Statement {
        let request = Statement::new(id, Fact::Requests, About::Community(community.into()), kind);
        Statement { text: Some(text.into()), ..request }
    }

    #[must_use]
    pub fn by(mut self, author: impl Into<String>) -> Statement {
        self.author = author.into();
        self
    }

    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Statement {
        self.reason = Some(reason.into());
        self
    }

    /// Its author had seen these statements or acts, and replaces what they said of this fact.
    #[must_use]
    pub fn saw<'n>(mut self, seen: impl IntoIterator<Item = &'n str>) -> Statement {
        self.saw.extend(seen.into_iter().map(str::to_owned));
        self
    }

    /// Given by this person, on this day.
    #[must_use]
    pub fn given(mut self, giver: impl Into<String>, date: impl Into<String>) -> Statement {
        self.giver = Some(giver.into());
        self.date = Some(date.into());
        self
    }

    /// Said of what is too old to count now: no value, and a note of what it was.
    #[must_use]
    pub fn aged(mut self, was: impl Into<String>) -> Statement {
        self.value = None;
        self.was = Some(was.into());
        self
    }

    /// What does not fit together, for those who write statements: the engine reads such a statement as not known.
    pub fn oddity(&self) -> Option<String> {
        let fits = match (&self.about, self.fact.per()) {
            (About::Event, Per::Event)
            | (About::Organiser(_), Per::Organiser | Per::OrganiserOrCommunity)
            | (About::Community(_), Per::Community | Per::OrganiserOrCommunity)
            | (About::Party(_), Per::Party)
            | (About::Rule(_), Per::Rule) => true,
            (About::Risk(_) | About::RiskOf(..), Per::Risk) => self.fact == Fact::Risk,
            _ => false,
        };
        if !fits {
            return Some(format!("{} is not a fact of that", self.fact));
        }
        let value = self.value.as_deref()?;
        let known = match self.fact {
            Fact::MajorParties => !value.is_empty(),
            Fact::Requests => value == LIFTED || self.fact.rank(value).is_some(),
            fact => fact.rank(value).is_some(),
        };
        let mitigation = self.mitigation.as_deref().filter(|value| Fact::Mitigation.rank(value).is_none());
        match mitigation {
            _ if !known => Some(format!("{value} is no value of {}", self.fact)),
            Some(mitigation) => Some(format!("{mitigation} is no value of {}", Fact::Mitigation)),
            None => None,
        }
    }

    /// Where the value stands, mild to strict; for the major parties always 0.
    pub(crate) fn rank(&self) -> Option<u8> {
        let value = self.value.as_deref()?;
        match self.fact {
            Fact::MajorParties => (!value.is_empty()).then_some(0),
            // What they asked binds, whatever kind a newer version of us may call it.
            Fact::Requests if value == LIFTED => None,
            Fact::Requests => Some(self.fact.rank(value).unwrap_or(0)),
            fact => fact.rank(value),
        }
    }

    /// Where the word on mitigation stands; unknown where nothing useful was said.
    pub(crate) fn mitigation_rank(&self) -> Option<u8> {
        self.mitigation.as_deref().and_then(|value| Fact::Mitigation.rank(value)).filter(|rank| *rank > 0)
    }

    /// Whether this is a risk that asks for a word on mitigation.
    pub(crate) fn is_grave(&self) -> bool {
        self.fact == Fact::Risk && self.rank().is_some_and(|rank| rank >= 2)
    }
}

fn or_the_unnamed<'n>(names: impl Iterator<Item = &'n str>) -> BTreeSet<&'n str> {
    let mut names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        names.insert("");
    }
    names
}

/// The value of a statement that lifts a request.
pub const LIFTED: &str = "lifted";
