//! What is expected of an answer: how a file says it, and how an outcome differs from it.

use std::collections::BTreeSet;

use toml::de::DeTable;

use crate::fact::Fact;
use crate::fault::suggestion;
use crate::outcome::{Branding, Label, Outcome, Refer, Role, Verdict};
use crate::question::Question;
use crate::reader::{Page, get};

/// What is expected of an outcome. What is left out may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    verdict: Option<Verdict>,
    role: Option<Role>,
    branding: Option<Branding>,
    /// One of these.
    label: Vec<Label>,
    /// The field, how it is compared, and the words.
    fields: Vec<(Field, Compare, Vec<String>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Open,
    Refer,
    Conditions,
    Options,
    Differs,
    Because,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Exactly,
    Contains,
    Excludes,
}

impl Expect {
    /// The rules that it names.
    pub(super) fn rules(&self) -> impl Iterator<Item = &String> {
        self.fields.iter().filter(|(field, ..)| *field == Field::Because).flat_map(|(_, _, rules)| rules)
    }

    /// What of this outcome is not as expected.
    pub fn differences(&self, outcome: &Outcome) -> Vec<String> {
        let mut found = Vec::new();
        let mut one = |name: &str, expected: Option<&str>, is: &str| {
            if let Some(expected) = expected.filter(|expected| *expected != is) {
                found.push(format!("{name} is {is}, not {expected}"));
            }
        };
        one("verdict", self.verdict.map(Verdict::name), outcome.verdict.name());
        one("role", self.role.map(Role::name), outcome.role.name());
        one("branding", self.branding.map(Branding::name), outcome.branding.name());
        if !self.label.is_empty() && !self.label.contains(&outcome.label()) {
            let wanted: Vec<&str> = self.label.iter().map(|label| label.words()).collect();
            found.push(format!("label is {}, not {}", outcome.label(), wanted.join(" or ")));
        }
        for (field, compare, expected) in &self.fields {
            let are = field.of(outcome);
            let fits = |wanted: &str, is: &str| field.fits(wanted, is, *compare);
            for wanted in expected {
                let is_there = are.iter().any(|is| fits(wanted, is));
                match compare {
                    Compare::Excludes if is_there => found.push(format!("{} has `{wanted}`", field.name())),
                    Compare::Exactly | Compare::Contains if !is_there => {
                        found.push(format!("{} lacks `{wanted}` (it has: {})", field.name(), listed(&are)));
                    }
                    _ => {}
                }
            }
            if *compare == Compare::Exactly {
                for is in are.iter().filter(|is| !expected.iter().any(|wanted| fits(wanted, is))) {
                    found.push(format!("{} has `{is}`, which is not expected", field.name()));
                }
            }
        }
        found
    }
}

impl Field {
    const ALL: [Field; 6] =
        [Field::Open, Field::Refer, Field::Conditions, Field::Options, Field::Differs, Field::Because];

    fn name(self) -> &'static str {
        match self {
            Field::Open => "open",
            Field::Refer => "refer",
            Field::Conditions => "conditions",
            Field::Options => "options",
            Field::Differs => "differs",
            Field::Because => "because",
        }
    }

    /// The key in `expect`, in the form that reads well.
    fn key(self, compare: Compare) -> String {
        match (compare, self) {
            (Compare::Exactly, _) => self.name().to_owned(),
            (Compare::Contains, Field::Conditions | Field::Options) => format!("{}_contain", self.name()),
            (Compare::Contains, _) => format!("{}_contains", self.name()),
            (Compare::Excludes, Field::Conditions | Field::Options) => format!("{}_exclude", self.name()),
            (Compare::Excludes, _) => format!("{}_excludes", self.name()),
        }
    }

    fn of(self, outcome: &Outcome) -> Vec<String> {
        match self {
            Field::Open => outcome.open.iter().map(Question::to_string).collect(),
            Field::Refer => outcome.refer.iter().map(Refer::to_string).collect(),
            Field::Conditions => outcome.conditions.iter().cloned().collect(),
            Field::Options => outcome.options.iter().cloned().collect(),
            Field::Differs => outcome.differs.iter().map(Question::to_string).collect(),
            Field::Because => {
                let rules: BTreeSet<String> = outcome.because.iter().map(|reason| reason.rule.to_string()).collect();
                rules.into_iter().collect()
            }
        }
    }

    fn fits(self, wanted: &str, is: &str, compare: Compare) -> bool {
        match self {
            Field::Conditions | Field::Options => is.to_lowercase().contains(&wanted.to_lowercase()),
            // Named without its subject, a question fits whomever it is asked of.
            Field::Open | Field::Differs if compare != Compare::Exactly => {
                is == wanted || is.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'))
            }
            _ => is == wanted,
        }
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

impl Page {
    pub(super) fn expect(&mut self, table: &DeTable<'_>) -> Expect {
        let mut expect = Expect::default();
        let keys: Vec<(String, Field, Compare)> = Field::ALL
            .into_iter()
            .flat_map(|field| {
                [Compare::Exactly, Compare::Contains, Compare::Excludes]
                    .map(|compare| (field.key(compare), field, compare))
            })
            .collect();
        let known: Vec<&str> = ["verdict", "role", "branding", "label"]
            .into_iter()
            .chain(keys.iter().map(|(key, ..)| key.as_str()))
            .collect();
        self.only(table, &known, "what is expected");
        if let Some(word) = self.word(table, "verdict") {
            expect.verdict = self.one_of(&word, "verdict", Verdict::NAMES, Verdict::parse);
        }
        if let Some(word) = self.word(table, "role") {
            expect.role = self.one_of(&word, "role", Role::NAMES, Role::parse);
        }
        if let Some(word) = self.word(table, "branding") {
            expect.branding = self.one_of(&word, "branding", Branding::NAMES, Branding::parse);
        }
        for word in self.words(table, "label") {
            let known = Label::ALL.map(Label::words);
            let parse = |words: &str| Label::ALL.into_iter().find(|label| label.words().eq_ignore_ascii_case(words));
            expect.label.extend(self.one_of(&word, "label", &known, parse));
        }
        for (key, field, compare) in &keys {
            if get(table, key).is_none() {
                continue;
            }
            let mut words = Vec::new();
            for word in self.words(table, key) {
                let is_known = match field {
                    Field::Open | Field::Differs => Question::parse(word.get_ref()).is_some(),
                    _ => true,
                };
                if !is_known {
                    let fact = word.get_ref().split('.').next().unwrap_or_default();
                    let remedy = suggestion(fact, Fact::ALL.map(Fact::name));
                    self.fault(word.span(), format!("`{}` is no question", word.get_ref()), remedy);
                }
                words.push(match field {
                    Field::Refer => match refer(word.get_ref()) {
                        Some(refer) => refer.to_string(),
                        None => {
                            let remedy = suggestion(word.get_ref(), Refer::NAMES.iter().copied());
                            self.fault(word.span(), format!("`{}` is nobody to refer to", word.get_ref()), remedy);
                            continue;
                        }
                    },
                    _ => word.into_inner(),
                });
            }
            expect.fields.push((*field, *compare, words));
        }
        expect
    }
}

/// Whom a file refers to, also in the words that people use.
fn refer(word: &str) -> Option<Refer> {
    let word = word.to_lowercase().replace(' ', "-");
    match word.as_str() {
        "regional-staff" => Some(Refer::Staff),
        word => Refer::parse(word),
    }
}
