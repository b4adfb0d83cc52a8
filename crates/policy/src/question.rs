//! A question that is still open: which fact, about whom.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::fact::{About, Fact, RiskType};

/// A fact that is not known, or that people tell differently. Written `research.Bowls Club`, `risk.legal.mitigation`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    pub fact: Fact,
    pub about: About,
}

impl Question {
    pub fn new(fact: Fact, about: About) -> Question {
        Question { fact, about }
    }

    /// The question for a person, in plain words, with its subject where it has one.
    pub fn words(&self) -> String {
        let words = self.fact.question_words();
        match (&self.about, self.about.subject()) {
            (About::Risk(risk), _) => format!("{risk} risk: {words}"),
            (About::RiskOf(risk, _), Some(name)) => format!("{risk} risk that {name} brings: {words}"),
            (_, Some(name)) => format!("{name}: {words}"),
            (_, None) => words.to_owned(),
        }
    }

    /// The question that is written like this. `brand_wish.` names a community.
    pub fn parse(text: &str) -> Option<Question> {
        let (name, rest) = text.split_once('.').unwrap_or((text, ""));
        let fact = Fact::parse(name)?;
        let about = match fact.unnamed() {
            About::Organiser(_) => About::Organiser(rest.to_owned()),
            About::Community(_) => About::Community(rest.to_owned()),
            _ => match fact {
                Fact::Parties => About::Party(rest.to_owned()),
                Fact::Referral => About::Rule(rest.to_owned()),
                Fact::Risk => return Question::parse_risk(rest),
                Fact::Mitigation => return None,
                _ if rest.is_empty() => About::Event,
                _ => return None,
            },
        };
        Some(Question { fact, about })
    }

    fn parse_risk(rest: &str) -> Option<Question> {
        let (risk, rest) = rest.split_once('.').unwrap_or((rest, ""));
        let risk = RiskType::parse(risk)?;
        let (fact, name) = match rest {
            "mitigation" => (Fact::Mitigation, ""),
            _ => match rest.strip_suffix(".mitigation") {
                Some(name) => (Fact::Mitigation, name),
                None => (Fact::Risk, rest),
            },
        };
        let about = if name.is_empty() { About::Risk(risk) } else { About::RiskOf(risk, name.to_owned()) };
        Some(Question { fact, about })
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fact = if self.fact == Fact::Mitigation { Fact::Risk } else { self.fact };
        f.write_str(fact.name())?;
        if let Some(risk) = self.about.risk() {
            write!(f, ".{risk}")?;
        }
        if let Some(name) = self.about.subject() {
            write!(f, ".{name}")?;
        }
        if self.fact == Fact::Mitigation { f.write_str(".mitigation") } else { Ok(()) }
    }
}

impl Serialize for Question {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
