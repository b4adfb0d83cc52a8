//! Reading one case of a page: what is known, and who said it.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::case::{Case, LIFTED, Statement};
use crate::cases::NamedCase;
use crate::fact::{About, Fact, Per, RiskType};
use crate::fault::suggestion;
use crate::question::Question;
use crate::reader::{Page, Word, get};

/// Everything of a case while it is read.
pub(super) struct Reading<'v, 't> {
    pub(super) organisers: BTreeSet<String>,
    pub(super) communities: BTreeSet<String>,
    pub(super) case: Case,
    /// What each act said already, and where, so that nothing is said twice.
    said: BTreeSet<(String, Fact, About)>,
    pub(super) act: Act,
    table: &'v DeTable<'t>,
}

/// The case's own facts, or one later statement.
#[derive(Clone, Default)]
pub(super) struct Act {
    name: String,
    saw: Vec<String>,
    reason: Option<String>,
}

impl Act {
    /// The case's own facts.
    pub(super) fn start() -> Act {
        Act { name: START.to_owned(), ..Act::default() }
    }
}

impl Page {
    pub(super) fn case(&mut self, table: &DeTable<'_>, at: Range<usize>) -> NamedCase {
        let mut keys = vec!["id", "base", "story", "source", "why", "notes", "statement", "expect"];
        keys.extend(SAID);
        self.only_facts_apart(table, &keys, "a case");
        let id = self.required(table, "id", "the case", at.clone()).into_inner();
        let story = self.word(table, "story").map(Word::into_inner).unwrap_or_default();
        let source = self.word(table, "source").map(Word::into_inner).unwrap_or_default();
        self.word(table, "why");
        let base = self.flag(table, "base");
        let mut reading = Reading {
            organisers: BTreeSet::new(),
            communities: BTreeSet::new(),
            case: Case::new(),
            said: BTreeSet::new(),
            act: Act::start(),
            table,
        };
        let statements = self.tables(table, "statement");
        for table in std::iter::once(table).chain(statements.iter().map(|(_, table)| *table)) {
            for (key, names) in [("organiser", &mut reading.organisers), ("community", &mut reading.communities)] {
                for (at, subject) in self.tables(table, key) {
                    names.insert(self.required(subject, "name", &format!("the {key}"), at).into_inner());
                }
            }
        }
        self.said(&mut reading);
        let mut acts = vec![START.to_owned()];
        for (at, table) in &statements {
            let mut keys = vec!["by", "saw", "reason"];
            keys.extend(SAID);
            self.only_facts_apart(table, &keys, "a statement");
            let by = self.required(table, "by", "the statement", at.clone());
            if acts.contains(by.get_ref()) {
                let remedy = "Each statement has its own `by`; write ana and ana-2";
                self.fault(by.span(), format!("`{}` has spoken already", by.get_ref()), remedy);
            }
            let mut saw = Vec::new();
            for name in self.words(table, "saw") {
                let known: Vec<&str> = acts.iter().map(String::as_str).collect();
                let known = known.as_slice();
                saw.extend(
                    self.one_of(&name, "earlier statement", known, |name| {
                        known.contains(&name).then(|| name.to_owned())
                    }),
                );
            }
            let reason = self.word(table, "reason").map(Word::into_inner);
            reading.act = Act { name: by.get_ref().clone(), saw, reason };
            reading.table = table;
            self.said(&mut reading);
            acts.push(by.into_inner());
        }
        if base {
            reading.base();
        }
        if let Some(notes) = self.table(table, "notes") {
            for (key, value) in notes {
                match (Question::parse(key.get_ref()), self.as_word(value)) {
                    (Some(question), Some(note)) => {
                        reading.case.notes.insert(question, note.into_inner());
                    }
                    (None, _) => {
                        let remedy = suggestion(key.get_ref(), Fact::ALL.map(Fact::name));
                        self.fault(key.span(), format!("`{}` is no question", key.get_ref()), remedy);
                    }
                    (_, None) => self.fault(value.span(), "a note is no text", "Write it in double quotes"),
                }
            }
        }
        let expect = self.table(table, "expect").map(|table| self.expect(table)).unwrap_or_default();
        reading.case.organisers = reading.organisers.into_iter().collect();
        reading.case.communities = reading.communities.into_iter().collect();
        NamedCase { id, line: self.line(at), story, source, case: reading.case, expect }
    }

    /// Like `only`, with a better remedy where a fact stands outside of `facts`.
    fn only_facts_apart(&mut self, table: &DeTable<'_>, known: &[&str], place: &str) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let remedy = match Fact::parse(name) {
                Some(_) => format!("Write facts = {{ {name} = … }}"),
                None => suggestion(name, known.iter().copied()),
            };
            self.fault(key.span(), format!("`{name}` is not known in {place}"), remedy);
        }
    }

    /// Everything that one act says.
    fn said(&mut self, reading: &mut Reading<'_, '_>) {
        let table = reading.table;
        if let Some(facts) = self.table(table, "facts") {
            for (key, value) in facts {
                self.fact(reading, key, value, None);
            }
        }
        for key in ["risk", "parties", "major_parties", "referral"] {
            if let Some((key, value)) = table.iter().find(|(name, _)| name.get_ref() == key) {
                self.fact(reading, key, value, None);
            }
        }
        for key in ["organiser", "community"] {
            for (_, subject) in self.tables(table, key) {
                let name = self.word(subject, "name").map(Word::into_inner).unwrap_or_default();
                let about = match key {
                    "organiser" => About::Organiser(name),
                    _ => About::Community(name),
                };
                for (key, value) in subject.iter().filter(|(key, _)| key.get_ref() != "name") {
                    self.fact(reading, key, value, Some(&about));
                }
            }
        }
    }

    fn fact(
        &mut self,
        reading: &mut Reading<'_, '_>,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        subject: Option<&About>,
    ) {
        let name = key.get_ref().as_ref();
        let belongs = |fact: &Fact| match (subject, fact.per()) {
            (None, _) => !matches!(fact, Fact::Mitigation),
            (Some(About::Organiser(_)), Per::Organiser | Per::OrganiserOrCommunity) => true,
            (Some(About::Organiser(_)), _) => *fact == Fact::Risk,
            (Some(_), per) => matches!(per, Per::Community | Per::OrganiserOrCommunity),
        };
        let fact = Fact::parse(name).filter(belongs);
        let is_lift = name == "lifted" && !matches!(subject, Some(About::Organiser(_)));
        let Some(fact) = fact.or(is_lift.then_some(Fact::Requests)) else {
            let known: Vec<&str> = Fact::ALL.into_iter().filter(belongs).map(Fact::name).collect();
            let place = match subject {
                None => "a fact".to_owned(),
                Some(About::Organiser(_)) => "a fact of an organiser".to_owned(),
                Some(_) => "a fact of a community".to_owned(),
            };
            self.fault(key.span(), format!("`{name}` is not {place}"), suggestion(name, known));
            return;
        };
        let about = match subject {
            Some(about) => about.clone(),
            None => {
                let (named, kind) = match fact.per() {
                    Per::Organiser => (&reading.organisers, "organiser"),
                    Per::Community | Per::OrganiserOrCommunity => (&reading.communities, "community"),
                    _ => (&BTreeSet::new(), ""),
                };
                if let Some(one) = named.first() {
                    let what = format!("`{name}` does not say of which {kind}");
                    self.fault(key.span(), what, format!("Write it in the [[case.{kind}]] of {one}"));
                }
                fact.unnamed()
            }
        };
        match (fact, name) {
            (Fact::Requests, "lifted") => self.lifted(reading, value, about),
            (Fact::Requests, _) => self.requests(reading, value, about),
            (Fact::Risk, _) => self.risks(reading, value, &about),
            (Fact::Parties, _) => self.parties(reading, value),
            (Fact::Referral, _) => self.referrals(reading, value),
            (Fact::Consent, _) => self.consent(reading, value, about),
            (Fact::Category | Fact::MajorParties, _) => self.set(reading, value, fact, about),
            _ => {
                if let Some(word) = self.as_word(value) {
                    let statement = self.valued(&word, fact, about);
                    self.say(reading, value.span(), statement);
                } else {
                    self.fault(value.span(), format!("`{name}` is no text"), "Write it in double quotes");
                }
            }
        }
    }

    /// A statement with one of the values of its fact, or `open`.
    fn valued(&mut self, word: &Word, fact: Fact, about: About) -> Statement {
        if word.get_ref() == OPEN {
            return Statement::unknown("", fact, about);
        }
        let known: Vec<&str> = fact.values().iter().copied().chain([OPEN]).collect();
        let value = self.one_of(word, &format!("value of `{fact}`"), &known, |word| fact.rank(word));
        match value {
            Some(_) => Statement::new("", fact, about, word.get_ref()),
            None => Statement::unknown("", fact, about),
        }
    }

    /// A set may be a word or a list; empty and `open` are not known.
    fn set(&mut self, reading: &mut Reading<'_, '_>, value: &Spanned<DeValue<'_>>, fact: Fact, about: About) {
        let words = self.as_words(value, fact.name());
        if words.is_empty() {
            self.say(reading, value.span(), Statement::unknown("", fact, about.clone()));
        }
        for (place, word) in words.iter().enumerate() {
            let statement = match fact {
                Fact::MajorParties if word.get_ref() != OPEN => Statement::new("", fact, about.clone(), word.get_ref()),
                _ => self.valued(word, fact, about.clone()),
            };
            if place == 0 {
                self.say(reading, value.span(), statement);
            } else {
                reading.push(statement);
            }
        }
    }

    fn consent(&mut self, reading: &mut Reading<'_, '_>, value: &Spanned<DeValue<'_>>, about: About) {
        let statement = if let Some(table) = value.get_ref().as_table() {
            self.only(table, &["answer", "conditions", "given_by", "on", "occasion"], "a consent");
            let answer = self.required(table, "answer", "the consent", value.span());
            let statement = self.valued(&answer, Fact::Consent, about);
            let mut or_named = |key: &str| match get(table, key) {
                Some(_) => self.word(table, key).map(Word::into_inner),
                None => Some(NAMED.to_owned()),
            };
            let (giver, date) = (or_named("given_by"), or_named("on"));
            Statement {
                giver,
                date,
                occasion: self.word(table, "occasion").map(Word::into_inner),
                conditions: self.words(table, "conditions").into_iter().map(Word::into_inner).collect(),
                ..statement
            }
        } else if let Some(word) = self.as_word(value) {
            self.valued(&word, Fact::Consent, about).given(NAMED, NAMED)
        } else {
            self.fault(value.span(), "`consent` is neither a text nor a table", "Write consent = \"full\"");
            return;
        };
        self.say(reading, value.span(), statement);
    }

    fn requests(&mut self, reading: &mut Reading<'_, '_>, value: &Spanned<DeValue<'_>>, about: About) {
        for item in items(value) {
            let (text, kind) = match item.get_ref().as_table() {
                Some(table) => {
                    self.only(table, &["text", "kind"], "a request");
                    let text = self.required(table, "text", "the request", item.span()).into_inner();
                    let kind = self.word(table, "kind").and_then(|word| {
                        let known = Fact::Requests.values();
                        self.one_of(&word, "kind of request", known, |word| Fact::Requests.rank(word))
                    });
                    (text, kind.unwrap_or_default())
                }
                None => match self.as_word(item) {
                    Some(word) => (word.into_inner(), 0),
                    None => {
                        let remedy = "Write \"no filming\" or { text = \"…\", kind = \"no-branding\" }";
                        self.fault(item.span(), "a request is neither a text nor a table", remedy);
                        continue;
                    }
                },
            };
            let kind = Fact::Requests.values()[usize::from(kind)];
            let request = Statement::new("", Fact::Requests, about.clone(), kind);
            reading.push(Statement { text: Some(text), ..request });
        }
    }

    fn lifted(&mut self, reading: &mut Reading<'_, '_>, value: &Spanned<DeValue<'_>>, about: About) {
        for item in items(value) {
            let Some(table) = item.get_ref().as_table() else {
                let remedy = "Write { text = \"no filming\", said_by = \"…\" }: a lifting names who said so";
                self.fault(item.span(), "what is lifted is no table", remedy);
                continue;
            };
            self.only(table, &["text", "said_by"], "what is lifted");
            let text = self.required(table, "text", "what is lifted", item.span()).into_inner();
            let giver = self.required(table, "said_by", "what is lifted", item.span()).into_inner();
            let lift = Statement::new("", Fact::Requests, about.clone(), LIFTED);
            reading.push(Statement { text: Some(text), giver: Some(giver), ..lift });
        }
    }

    fn risks(&mut self, reading: &mut Reading<'_, '_>, value: &Spanned<DeValue<'_>>, about: &About) {
        let Some(table) = value.get_ref().as_table() else {
            self.fault(value.span(), "`risk` is no table", "Write risk = { legal = \"low\" }");
            return;
        };
        for (key, value) in table {
            let key = Spanned::new(key.span(), key.get_ref().to_string());
            let Some(risk) = self.one_of(&key, "type of risk", &RiskType::ALL.map(RiskType::name), RiskType::parse)
            else {
                continue;
            };
            let about = match about.subject() {
                Some(name) => About::RiskOf(risk, name.to_owned()),
                None => About::Risk(risk),
            };
            let words = self.as_words(value, key.get_ref());
            let [level, rest @ ..] = words.as_slice() else {
                self.fault(value.span(), "a rating is empty", "Write \"low\" or [\"high\", \"cannot\"]");
                continue;
            };
            let statement = self.valued(level, Fact::Risk, about);
            let mitigation = match rest {
                [] => None,
                [word] if word.get_ref() == OPEN => None,
                [word] => {
                    let known = Fact::Mitigation.values();
                    self.one_of(word, "value of `mitigation`", known, |word| Fact::Mitigation.rank(word))
                        .map(|_| word.get_ref().clone())
                }
                [_, other, ..] => {
                    self.fault(other.span(), "a rating has too many words", "Write the level and one on mitigation");
                    None
                }
            };
            self.say(reading, value.span(), Statement { mitigation, ..statement });
        }
    }

    fn parties(&mut self, reading: &mut Reading<'_, '_>, value: &Spanned<DeValue<'_>>) {
        let Some(table) = value.get_ref().as_table() else {
            self.fault(value.span(), "`parties` is no table", "Write parties = { A = \"attending\" }");
            return;
        };
        for (key, value) in table {
            let Some(word) = self.as_word(value) else {
                self.fault(value.span(), "a party's answer is no text", "Write it in double quotes");
                continue;
            };
            let statement = self.valued(&word, Fact::Parties, About::Party(key.get_ref().to_string()));
            self.say(reading, value.span(), statement);
        }
    }

    fn referrals(&mut self, reading: &mut Reading<'_, '_>, value: &Spanned<DeValue<'_>>) {
        let Some(table) = value.get_ref().as_table() else {
            self.fault(value.span(), "`referral` is no table", "Write referral = { R5 = \"agreed\" }");
            return;
        };
        for (key, value) in table {
            let about = About::Rule(key.get_ref().to_string());
            let statement = if let Some(answer) = value.get_ref().as_table() {
                self.only(answer, &["answer", "conditions"], "an answer");
                let word = self.required(answer, "answer", "the answer", value.span());
                let conditions = self.words(answer, "conditions").into_iter().map(Word::into_inner).collect();
                Statement { conditions, ..self.valued(&word, Fact::Referral, about) }
            } else if let Some(word) = self.as_word(value) {
                self.valued(&word, Fact::Referral, about)
            } else {
                self.fault(value.span(), "an answer is neither a text nor a table", "Write R5 = \"agreed\"");
                continue;
            };
            self.say(reading, value.span(), statement);
        }
    }

    /// Says it, unless this act has said it already.
    fn say(&mut self, reading: &mut Reading<'_, '_>, at: Range<usize>, statement: Statement) {
        let key = (reading.act.name.clone(), statement.fact, statement.about.clone());
        if !reading.said.insert(key) {
            let question = Question::new(statement.fact, statement.about);
            let remedy = "Keep one of them, or let somebody else say the other in a [[case.statement]]";
            self.fault(at, format!("`{question}` is said twice by `{}`", reading.act.name), remedy);
            return;
        }
        reading.push(statement);
    }
}

impl Reading<'_, '_> {
    /// What this act says, with its name and what it saw.
    pub(super) fn push(&mut self, statement: Statement) {
        let act = &self.act;
        let place = self.case.statements.len();
        self.case.statements.push(Statement {
            id: format!("{}/{place}", act.name),
            act: act.name.clone(),
            author: act.name.clone(),
            saw: act.saw.clone(),
            reason: act.reason.clone(),
            ..statement
        });
    }
}

/// The items of a list, or the one value that is no list.
fn items<'v, 't>(value: &'v Spanned<DeValue<'t>>) -> Vec<&'v Spanned<DeValue<'t>>> {
    match value.get_ref().as_array() {
        Some(list) => list.iter().collect(),
        None => vec![value],
    }
}

/// What may stand in a case and in each of its statements.
const SAID: [&str; 7] = ["facts", "organiser", "community", "risk", "parties", "major_parties", "referral"];

/// The act of the case's own facts.
const START: &str = "start";

/// A fact that is not known.
const OPEN: &str = "open";

/// Stands for the name and the day that a short form leaves out.
pub(super) const NAMED: &str = "named";
