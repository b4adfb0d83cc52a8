//! A policy pack: the rules as data, read from a page of TOML.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

use serde::Serialize;
use toml::de::DeTable;

use crate::fact::{Fact, Per, RiskType};
use crate::fault::{Fault, suggestion};
use crate::outcome::{Branding, Refer, Role, RuleId, Verdict};
use crate::reader::{Page, Word, get};

/// A named, versioned set of rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pack {
    name: String,
    version: u32,
    note: String,
    sources: BTreeMap<String, String>,
    rules: Vec<Rule>,
}

/// One rule: what it says, where that stands, and what it does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    pub id: RuleId,
    /// The rule in a sentence.
    pub text: String,
    pub source: String,
    /// What follows from it, in words.
    pub does: String,
    /// Whether an answer of those whom it refers to counts.
    #[serde(rename = "answers_count")]
    pub answers: bool,
    #[serde(skip)]
    pub(crate) asks: Vec<Ask>,
    #[serde(skip)]
    pub(crate) effects: Vec<Effect>,
}

impl Rule {
    /// Whether it only says that nothing else speaks to a part of the answer.
    pub fn is_start(&self) -> bool {
        self.effects.iter().any(|effect| effect.start)
    }

    /// To whom it may refer; in a case perhaps only to some of them.
    pub fn refers(&self) -> BTreeSet<Refer> {
        self.effects.iter().flat_map(|effect| effect.refer.iter().copied()).collect()
    }
}

/// When an unknown fact is a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ask {
    pub(crate) fact: Fact,
    pub(crate) when: When,
}

/// What follows when some facts are so.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Effect {
    pub(crate) when: When,
    pub(crate) scope: Scope,
    pub(crate) says: String,
    pub(crate) verdict: Verdict,
    pub(crate) role: Role,
    pub(crate) branding: Branding,
    pub(crate) conditions: Vec<String>,
    pub(crate) refer: BTreeSet<Refer>,
    pub(crate) options: Vec<String>,
    /// The conditions that the statement itself names count; this one where it names none.
    pub(crate) theirs: Option<String>,
    /// Open until those whom it refers to have answered.
    pub(crate) awaits_answer: bool,
    /// With their agreement the verdict is only this condition.
    pub(crate) lowered: Option<String>,
    /// A reason only, while the verdict of all rules is this.
    pub(crate) while_verdict: Option<Verdict>,
    /// The reason for a part of which no rule spoke.
    pub(crate) start: bool,
}

/// Facts that must have one of these values, and facts that must not. A set of values is a set of bits, by rank.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct When {
    pub(crate) facts: Vec<(Fact, u16)>,
    pub(crate) unless: Vec<(Fact, u16)>,
    pub(crate) risk: Option<RiskWhen>,
}

/// Types, levels and words on mitigation, each a set of bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RiskWhen {
    pub(crate) types: u16,
    pub(crate) levels: u16,
    pub(crate) mitigations: u16,
}

/// Over whom a rule is tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    #[default]
    Event,
    Organisers,
    Communities,
    OrganisersAndCommunities,
    Parties,
    Risks,
}

impl Pack {
    /// The pack that ships with allymap.
    pub fn shipped() -> &'static Pack {
        static SHIPPED: OnceLock<Pack> = OnceLock::new();
        SHIPPED.get_or_init(|| Pack::parse(Pack::SHIPPED_TEXT).expect("a test reads the shipped pack"))
    }

    /// The page that [`Pack::shipped`] is read from.
    pub const SHIPPED_TEXT: &'static str = include_str!("../packs/au-2020-07.toml");

    /// The pack on this page, or everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Pack, Vec<Fault>> {
        let (mut page, table) = Page::read(text);
        let pack = page.pack(table.get_ref());
        page.end(pack)
    }

    /// Its name, such as `au-2020-07`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version; a higher one replaces a lower one.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Whose reading it is.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// What the short names of the sources stand for.
    pub fn sources(&self) -> &BTreeMap<String, String> {
        &self.sources
    }

    /// The rules, in the order of the page. Their order changes no answer.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of that name, whatever its case.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id.0.eq_ignore_ascii_case(id))
    }

    /// Whether this value leaves verdict, role and branding alone, so that it may become too old to count. An answer to a
    /// referral releases, so it never is; nor is a value that this version does not know.
    pub fn is_mild(&self, fact: Fact, value: &str) -> bool {
        if fact == Fact::MajorParties {
            return true;
        }
        let (Some(rank), false) = (fact.rank(value), matches!(fact, Fact::Referral | Fact::Requests)) else {
            return false;
        };
        let bit = 1 << rank;
        let effects = self.rules.iter().flat_map(|rule| &rule.effects).filter(|effect| effect.moves());
        !effects.into_iter().any(|effect| match fact {
            Fact::Risk => effect.when.risk.is_some_and(|risk| risk.levels & bit != 0),
            Fact::Mitigation => effect.when.risk.is_some_and(|risk| risk.mitigations & bit != 0),
            _ => effect.when.facts.iter().any(|(named, values)| *named == fact && values & bit != 0),
        })
    }

    /// The rule that asks for a fact, or else the first that speaks of it.
    pub(crate) fn speaker(&self, fact: Fact) -> Option<&Rule> {
        let asks = |rule: &&Rule| rule.asks.iter().any(|ask| ask.fact == fact);
        let names = |rule: &&Rule| {
            rule.effects.iter().any(|effect| {
                effect.when.facts.iter().any(|(named, _)| *named == fact)
                    || (fact == Fact::Risk && effect.when.risk.is_some())
            })
        };
        self.rules.iter().find(asks).or_else(|| self.rules.iter().find(names))
    }
}

impl Effect {
    /// Whether it moves verdict, role or branding.
    fn moves(&self) -> bool {
        self.verdict > Verdict::Go
            || self.role > Role::Partner
            || self.branding > Branding::Full
            || !self.conditions.is_empty()
            || self.theirs.is_some()
    }
}

impl Page {
    fn pack(&mut self, table: &DeTable<'_>) -> Pack {
        self.only(table, &["format", "name", "version", "note", "sources", "rule"], "a pack");
        if self.number(table, "format") != Some(1) {
            self.fault(0..0, "the pack is not of format 1", "Write format = 1; a newer format needs a newer allymap");
        }
        let version = self.number(table, "version").unwrap_or_else(|| {
            self.fault(0..0, "the pack has no `version`", "Add: version = 1");
            0
        });
        let name = self.required(table, "name", "the pack", 0..0).into_inner();
        let note = self.required(table, "note", "the pack", 0..0).into_inner();
        let mut sources = BTreeMap::new();
        for (key, value) in self.table(table, "sources").into_iter().flatten() {
            if let Some(word) = self.as_word(value) {
                sources.insert(key.get_ref().to_string(), word.into_inner());
            }
        }
        let mut rules: Vec<Rule> = Vec::new();
        for (at, table) in self.tables(table, "rule") {
            let rule = self.rule(table, at.clone(), &sources);
            if rules.iter().any(|other| other.id == rule.id) {
                self.fault(at, format!("there are two rules {}", rule.id), "Give one of them another id, or remove it");
                continue;
            }
            for ask in &rule.asks {
                if let Some(other) = rules.iter().find(|other| other.asks.iter().any(|asked| asked.fact == ask.fact)) {
                    let what = format!("`{}` is asked by {} and by {}", ask.fact, other.id, rule.id);
                    self.fault(at.clone(), what, "Let one of them ask");
                }
            }
            rules.push(rule);
        }
        if rules.is_empty() {
            self.fault(0..0, "the pack has no rules", "Add at least one [[rule]]");
        }
        Pack { name, version, note, sources, rules }
    }

    fn number(&mut self, table: &DeTable<'_>, key: &str) -> Option<u32> {
        let value = get(table, key)?;
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        if number.is_none() {
            self.fault(value.span(), format!("`{key}` is no whole number"), format!("Write {key} = 1"));
        }
        number
    }

    fn rule(&mut self, table: &DeTable<'_>, at: Range<usize>, sources: &BTreeMap<String, String>) -> Rule {
        self.only(table, &["id", "text", "source", "does", "answers", "ask", "effect"], "a rule");
        let id = self.required(table, "id", "the rule", at.clone()).into_inner();
        let place = format!("rule {id}");
        let text = self.required(table, "text", &place, at.clone()).into_inner();
        let does = self.required(table, "does", &place, at.clone()).into_inner();
        let source = self.required(table, "source", &place, at.clone());
        self.source(&source, sources);
        let answers = self.flag(table, "answers");
        let mut asks: Vec<Ask> = Vec::new();
        for (at, table) in self.tables(table, "ask") {
            if let Some(ask) = self.ask(table, at.clone()) {
                if asks.iter().any(|asked| asked.fact == ask.fact) {
                    self.fault(at, format!("{place} asks for `{}` twice", ask.fact), "Remove one");
                    continue;
                }
                asks.push(ask);
            }
        }
        let mut effects = Vec::new();
        for (at, table) in self.tables(table, "effect") {
            let effect = self.effect(table, at.clone());
            if !answers && (effect.awaits_answer || effect.lowered.is_some()) {
                self.fault(
                    at,
                    format!("{place} waits for an answer that does not count"),
                    "Add answers = true to the rule, or remove awaits_answer and lowered",
                );
            }
            effects.push(effect);
        }
        if asks.is_empty() && effects.is_empty() {
            self.fault(at, format!("{place} neither asks nor does anything"), "Add [[rule.ask]] or [[rule.effect]]");
        }
        Rule { id: RuleId(id), text, source: source.into_inner(), does, answers, asks, effects }
    }

    /// Every source begins with a short name that the pack explains.
    fn source(&mut self, source: &Word, sources: &BTreeMap<String, String>) {
        for part in source.get_ref().split(';') {
            let short = part.split_whitespace().next().unwrap_or_default();
            if !short.is_empty() && !sources.contains_key(short) {
                let remedy = suggestion(short, sources.keys().map(String::as_str));
                self.fault(source.span(), format!("`{short}` is not under [sources]"), remedy);
            }
        }
    }

    fn ask(&mut self, table: &DeTable<'_>, at: Range<usize>) -> Option<Ask> {
        self.only(table, &["fact", "when", "unless"], "an ask");
        let word = self.required(table, "fact", "the ask", at.clone());
        let when = self.when(table);
        let names = Fact::ALL.map(Fact::name);
        let fact = self.one_of(&word, "fact", &names, Fact::parse)?;
        if matches!(fact, Fact::Referral | Fact::Requests) {
            self.fault(at, format!("`{fact}` is never asked"), "An effect with awaits_answer = true opens a referral");
        }
        Some(Ask { fact, when })
    }

    fn effect(&mut self, table: &DeTable<'_>, at: Range<usize>) -> Effect {
        const KEYS: [&str; 14] = [
            "when",
            "unless",
            "says",
            "verdict",
            "role",
            "branding",
            "conditions",
            "refer",
            "options",
            "theirs",
            "awaits_answer",
            "lowered",
            "while_verdict",
            "start",
        ];
        self.only(table, &KEYS, "an effect");
        let when = self.when(table);
        let scope = self.scope(&when, at.clone());
        let mut effect = Effect {
            scope,
            says: self.required(table, "says", "the effect", at.clone()).into_inner(),
            conditions: self.texts(table, "conditions"),
            options: self.texts(table, "options"),
            theirs: self.word(table, "theirs").map(Word::into_inner),
            awaits_answer: self.flag(table, "awaits_answer"),
            lowered: self.word(table, "lowered").map(Word::into_inner),
            start: self.flag(table, "start"),
            when,
            ..Effect::default()
        };
        if let Some(word) = self.word(table, "verdict") {
            effect.verdict = self.one_of(&word, "verdict", Verdict::NAMES, Verdict::parse).unwrap_or_default();
        }
        if let Some(word) = self.word(table, "while_verdict") {
            effect.while_verdict = self.one_of(&word, "verdict", Verdict::NAMES, Verdict::parse);
        }
        if let Some(word) = self.word(table, "role") {
            effect.role = self.one_of(&word, "role", Role::NAMES, Role::parse).unwrap_or_default();
        }
        if let Some(word) = self.word(table, "branding") {
            effect.branding = self.one_of(&word, "branding", Branding::NAMES, Branding::parse).unwrap_or_default();
        }
        for word in self.words(table, "refer") {
            effect.refer.extend(self.one_of(&word, "place to refer to", Refer::NAMES, Refer::parse));
        }
        self.sense(&effect, at);
        effect
    }

    /// An effect that can do nothing, or that says two things at once, is a mistake.
    fn sense(&mut self, effect: &Effect, at: Range<usize>) {
        let is_late = effect.start || effect.while_verdict.is_some();
        let does_something =
            effect.moves() || !effect.refer.is_empty() || !effect.options.is_empty() || effect.awaits_answer;
        if effect.when.facts.is_empty() && effect.when.risk.is_none() && !effect.start {
            self.fault(
                at.clone(),
                "the effect has no `when`, so it would always fire",
                "Name at least one fact in `when`",
            );
        }
        if !is_late && !does_something {
            self.fault(
                at.clone(),
                "the effect changes nothing",
                "Add verdict, role, branding, conditions, options or refer",
            );
        }
        if is_late && does_something {
            let remedy = "Remove start and while_verdict, or what it changes";
            self.fault(at.clone(), "the effect is a reason only, and changes something too", remedy);
        }
        if effect.verdict == Verdict::Stop && (effect.role > Role::Partner || effect.branding > Branding::Full) {
            let remedy = "Remove role and branding";
            self.fault(at.clone(), "a stop already means no role and no branding", remedy);
        }
        if effect.lowered.is_some() && effect.verdict != Verdict::Reconsider {
            let remedy = "Write verdict = \"reconsider\", or remove lowered";
            self.fault(at, "only a reconsider can be lowered by an answer", remedy);
        }
    }

    fn texts(&mut self, table: &DeTable<'_>, key: &str) -> Vec<String> {
        self.words(table, key).into_iter().map(Word::into_inner).collect()
    }

    fn when(&mut self, table: &DeTable<'_>) -> When {
        let mut when = When::default();
        if let Some(facts) = self.table(table, "when") {
            when.facts = self.facts(facts, true);
            when.risk = self.risk_when(facts);
        }
        if let Some(facts) = self.table(table, "unless") {
            when.unless = self.facts(facts, false);
            for (fact, values) in &when.unless {
                if when.facts.iter().any(|(named, wanted)| named == fact && wanted & values != 0) {
                    let at = get(table, "unless").map(toml::Spanned::span).unwrap_or_default();
                    self.fault(
                        at,
                        format!("`{fact}` is wanted and not wanted at once"),
                        "Remove it from when or from unless",
                    );
                }
            }
        }
        when
    }

    fn facts(&mut self, table: &DeTable<'_>, with_risk: bool) -> Vec<(Fact, u16)> {
        let mut facts = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if with_risk && RISK_KEYS.contains(&name) {
                continue;
            }
            let fact = Fact::parse(name)
                .filter(|fact| !matches!(fact, Fact::Risk | Fact::Mitigation | Fact::Referral | Fact::MajorParties));
            let Some(fact) = fact else {
                let known: Vec<&str> = Fact::ALL.into_iter().map(Fact::name).chain(RISK_KEYS).collect();
                self.fault(key.span(), format!("no rule can look at `{name}`"), suggestion(name, known));
                continue;
            };
            facts.push((fact, self.bits(value, name, fact.values())));
        }
        facts
    }

    fn risk_when(&mut self, table: &DeTable<'_>) -> Option<RiskWhen> {
        if !RISK_KEYS.iter().any(|key| get(table, key).is_some()) {
            return None;
        }
        let types = RiskType::ALL.map(RiskType::name);
        let mut bits = |key: &str, known: &[&str]| match get(table, key) {
            Some(value) => self.bits(value, key, known),
            None => u16::MAX,
        };
        Some(RiskWhen {
            types: bits("risk", &types),
            levels: bits("level", Fact::Risk.values()),
            mitigations: bits("mitigation", Fact::Mitigation.values()),
        })
    }

    fn bits(&mut self, value: &toml::Spanned<toml::de::DeValue<'_>>, key: &str, known: &[&str]) -> u16 {
        let mut bits = 0;
        for word in self.as_words(value, key) {
            let place = |word: &str| known.iter().position(|value| *value == word);
            if let Some(place) = self.one_of(&word, &format!("value of `{key}`"), known, place) {
                bits |= 1 << place;
            }
        }
        if bits == 0 {
            self.fault(value.span(), format!("`{key}` names no value"), format!("Known are: {}", known.join(", ")));
        }
        bits
    }

    /// Over whom the effect is tried: it may look at organisers or at communities, never at both.
    fn scope(&mut self, when: &When, at: Range<usize>) -> Scope {
        let has = |per: Per| when.facts.iter().chain(&when.unless).any(|(fact, _)| fact.per() == per);
        let found: Vec<Scope> = [
            (has(Per::Organiser), Scope::Organisers),
            (has(Per::Community), Scope::Communities),
            (has(Per::Party), Scope::Parties),
            (when.risk.is_some(), Scope::Risks),
        ]
        .into_iter()
        .filter(|(has, _)| *has)
        .map(|(_, scope)| scope)
        .collect();
        let per_statement =
            when.facts.iter().filter(|(fact, _)| matches!(fact, Fact::Consent | Fact::Requests)).count();
        let mixes_wish =
            has(Per::OrganiserOrCommunity) && found.iter().any(|scope| matches!(scope, Scope::Parties | Scope::Risks));
        if found.len() > 1 || per_statement > 1 || mixes_wish {
            self.fault(at, "the effect looks at several kinds of subjects at once", "Make an effect for each");
        }
        match found.first() {
            Some(scope) => *scope,
            None if has(Per::OrganiserOrCommunity) => Scope::OrganisersAndCommunities,
            None => Scope::Event,
        }
    }
}

const RISK_KEYS: [&str; 3] = ["risk", "level", "mitigation"];
