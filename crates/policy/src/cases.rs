//! Cases as files: what is known of an event and what the answer is expected to be, as TOML that people write and review.

mod base;
mod expect;
mod reading;

use serde::{Serialize, Serializer};

use crate::case::Case;
use crate::evaluate::evaluate;
use crate::fact::About;
use crate::fault::{Fault, suggestion};
use crate::outcome::Outcome;
use crate::pack::Pack;
use crate::reader::Page;

pub use expect::Expect;

/// One case of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedCase {
    /// Its name, one of a kind in its file.
    pub id: String,
    /// The line on which it begins.
    pub line: usize,
    /// What happened, in words.
    pub story: String,
    /// Where it comes from.
    pub source: String,
    pub case: Case,
    pub expect: Expect,
}

/// How one case went.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub id: String,
    /// What is not as expected, a sentence each.
    pub differences: Vec<String>,
    pub outcome: Outcome,
}

/// The cases of a file, or everything that is wrong with it.
pub fn parse(text: &str) -> Result<Vec<NamedCase>, Vec<Fault>> {
    let (mut page, table) = Page::read(text);
    page.only(table.get_ref(), &["case"], "a case file");
    let mut cases: Vec<NamedCase> = Vec::new();
    for (at, table) in page.tables(table.get_ref(), "case") {
        let case = page.case(table, at.clone());
        if cases.iter().any(|other| other.id == case.id) {
            page.fault(at, format!("there are two cases `{}`", case.id), "Give one of them another id");
        }
        cases.push(case);
    }
    if cases.is_empty() {
        page.fault(0..0, "the file has no cases", "Begin each with a line [[case]]");
    }
    page.end(cases)
}

/// Each case, tried against the rules of `pack`.
pub fn run(pack: &Pack, cases: &[NamedCase]) -> Vec<Tried> {
    cases
        .iter()
        .map(|named| {
            let outcome = evaluate(pack, &named.case);
            let mut differences = named.no_rules(pack);
            differences.extend(named.expect.differences(&outcome));
            Tried { id: named.id.clone(), differences, outcome }
        })
        .collect()
}

impl NamedCase {
    /// What the case says of rules that the pack does not have: that would be ignored, or hold by accident.
    fn no_rules(&self, pack: &Pack) -> Vec<String> {
        let answered = self.case.statements.iter().filter_map(|said| match &said.about {
            About::Rule(rule) => Some(rule),
            _ => None,
        });
        let known = pack.rules().iter().map(|rule| rule.id.0.as_str());
        answered
            .chain(self.expect.rules())
            .filter(|rule| !known.clone().any(|known| known == rule.as_str()))
            .map(|rule| format!("`{rule}` is no rule of {}. {}", pack.name(), suggestion(rule, known.clone())))
            .collect()
    }
}

impl Tried {
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// The line that `policy try --json` prints: the id and the outcome, and what is not as expected where anything is.
impl Serialize for Tried {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Line<'a> {
            id: &'a str,
            #[serde(flatten)]
            outcome: &'a Outcome,
            #[serde(skip_serializing_if = "<[String]>::is_empty")]
            differences: &'a [String],
        }
        Line { id: &self.id, outcome: &self.outcome, differences: &self.differences }.serialize(serializer)
    }
}
