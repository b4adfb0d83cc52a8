//! What several commands say and write about a relationship: its stage and health, who knows them, give and take.

use allymap_domain::advice::due::next_check_in;
use allymap_domain::card::Card;
use allymap_domain::date::typed::parse_when;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::fact::{Fact, FactKind, Health, Stage};
use allymap_domain::entry::favour::{self, Balance};
use allymap_domain::entry::link::Link;
use allymap_domain::entry::log::{LogKind, LogLine};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::person;
use allymap_domain::kind::relationship;
use allymap_domain::map::Map;
use allymap_wire::DocumentId;

use allymap_home::relations::facts::Moved;
use allymap_home::under;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;
use crate::terminal::words::capital;

/// Flags of `partner add` and `partner edit` for what is more than a field.
#[derive(clap::Args, Default)]
pub(crate) struct Flags {
    #[arg(
        long,
        help = "Stage: mapped, cleared, approached, acquainted, low-level, working-together, partner, resting, ended"
    )]
    stage: Option<String>,
    #[arg(long, help = "Health: good, unclear, strained (strained needs --source)")]
    health: Option<String>,
    #[arg(
        long,
        value_name = "KIND",
        help = "party, affiliated, issue-group, known-person, system-change, none, unknown (needs --source)"
    )]
    affiliation_kind: Option<String>,
    #[arg(long, value_name = "WHY", help = "Why, for stage, health or affiliation (- reads standard input)")]
    because: Option<String>,
    #[arg(long, value_name = "FROM", help = "Where that is known from")]
    source: Option<String>,
    #[arg(long, value_name = "DAY", help = "When it was checked or seen; left out: today")]
    checked: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who of us is involved there or knows somebody")]
    known_by: Option<String>,
    #[arg(long, requires = "known_by", help = "How they know them")]
    how: Option<String>,
    #[arg(long, value_name = "PARENT", help = "The organisation of which this is the local branch")]
    branch_of: Option<String>,
}

impl Flags {
    pub(crate) fn is_empty(&self) -> bool {
        let Flags { stage, health, affiliation_kind, known_by, branch_of, .. } = self;
        [stage, health, affiliation_kind, known_by, branch_of].iter().all(|flag| flag.is_none())
    }

    /// Where what is said is known from.
    pub(crate) fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// What is said and written, checked before anything is: the parent is found, the words are understood.
    pub(crate) fn understood(&self, app: &mut App<'_>) -> Result<Stated, Failure> {
        let mut facts = Vec::new();
        for (kind, typed) in [
            (FactKind::Stage, &self.stage),
            (FactKind::Health, &self.health),
            (FactKind::AffiliationKind, &self.affiliation_kind),
        ] {
            if let Some(typed) = typed {
                let word =
                    super::risk::chosen_word(app, Some(typed.clone()), kind.label(), kind.slug(), kind.choices())?;
                facts.push(Fact::typed(kind, word)?);
            }
        }
        let because = self.because.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
        let on = self.checked.as_ref().map_or(Ok(When::on(app.today())), |typed| parse_when(typed, app.today()))?;
        let parent = self.branch_of.as_ref().map(|parent| app.find(parent)).transpose()?;
        let known_by = self.known_by.as_ref().map(|who| match &self.how {
            Some(how) => format!("{who} ({how})"),
            None => who.clone(),
        });
        Ok(Stated { facts, because, on, source: self.source.clone(), known_by, parent })
    }
}

/// What the flags say.
pub(crate) struct Stated {
    facts: Vec<Fact>,
    because: Option<String>,
    on: When,
    source: Option<String>,
    known_by: Option<String>,
    parent: Option<Card>,
}

impl Stated {
    /// What lets go of a closer tie to a party says why: asked for, else `--because`.
    pub(crate) fn reasoned(mut self, app: &mut App<'_>, id: EntryId) -> Result<Stated, Failure> {
        let entry = app.entry(id)?;
        let loosens = |fact: &Fact| entry.fact(fact.kind()).is_some_and(|standing| fact.loosens(standing.counts));
        if self.because.is_none()
            && let Some(fact) = self.facts.iter().find(|fact| loosens(fact))
        {
            let was = entry.fact(fact.kind()).map_or("", |standing| standing.counts.label());
            let question = format!("\"{was}\" is on record about their affiliation. Why does this hold now?");
            self.because = Some(app.ask().required(&question, "--because WHY")?);
        }
        Ok(self)
    }

    /// Writes it into an entry. Returns what was written, in words; nothing is durable yet.
    pub(crate) fn write(&self, app: &mut App<'_>, id: EntryId) -> Result<Vec<String>, Failure> {
        let mut kept = Vec::new();
        for fact in &self.facts {
            let moved = under::state(app.visit()?, id, *fact, |assertion| Assertion {
                reason: self.because.clone(),
                source: self.source.clone(),
                observed: self.on.clone(),
                ..assertion
            })?;
            kept.push(moved_words(&moved));
        }
        if let Some(known_by) = &self.known_by {
            app.edit(DocumentId(id.0), |edit| Entry::add(edit, "known-by", known_by))?;
            kept.push(format!("known by {known_by}"));
        }
        if let Some(parent) = &self.parent {
            let (row, link) = (app.fresh_row(), Link::branch_of(parent.id, app.now().0));
            app.edit(DocumentId(id.0), |edit| Entry::link(edit, id, row, &link))?;
            kept.push(format!("branch of {}", parent.name));
        }
        Ok(kept)
    }
}

/// Moves the stage on, if it is one of the earlier ones. Returns the words for what changed.
pub(crate) fn reach_stage(
    app: &mut App<'_>,
    card: &Card,
    earlier: &[Stage],
    stage: Stage,
    why: &str,
) -> Result<Option<String>, Failure> {
    let moved = under::reach_stage(app.visit()?, card, earlier, stage, why)?;
    Ok(moved.map(|moved| format!("{}.", capital(&moved_words(&moved)))))
}

/// What changed, in words.
pub(crate) fn moved_words(moved: &Moved) -> String {
    let label = moved.to.kind().label().to_lowercase();
    match moved.from {
        Some(was) => format!("{label}: {} → {}", was.label(), moved.to.label()),
        None => format!("{label}: {}", moved.to.label()),
    }
}

/// Adds a line to an entry's log; nothing is durable yet.
pub(crate) fn add_line(app: &mut App<'_>, id: EntryId, line: &LogLine) -> Result<(), Failure> {
    let row = app.fresh_row();
    app.edit(DocumentId(id.0), |edit| Entry::log(edit, row, line))
}

/// A contact is noted when it has been: one to come must not count as the last one (module, "ongoing").
pub(crate) fn has_been(on: &When, kind: &LogKind, today: Date) -> Result<(), Failure> {
    match on.date.filter(|on| kind.contact && *on > today) {
        None => Ok(()),
        Some(on) => {
            Err(Failure::usage(format!("{} is still to come; a contact is noted once it has been.", on.spelled()))
                .hint("Nothing was changed. To be reminded of it: allymap log add NAME --followup DAY."))
        }
    }
}

/// What is still missing before anything is done with them (guide, section 2; module, sections 4a, 4c, 7).
pub(crate) fn missing(row: &Card) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if row.rights_holders() {
        if row.contact.last_consulted.is_none() {
            missing.push("nobody has consulted them");
        }
        if !row.consents().iter().any(|told| told.what.value.is_some()) {
            missing.push("no consent of theirs is on record");
        }
    } else if row.category().is_none() {
        missing.push("their category is not known");
    }
    if row.category() == Some("c") && row.contact.last_research.is_none() {
        missing.push("nobody has looked into them");
    }
    if row.contact.last_meeting.is_none() {
        missing.push("nobody has met them");
    }
    missing
}

/// Consents, requests, research and what is missing: said before anything is done with somebody.
pub(crate) fn say_before(app: &mut App<'_>, row: &Card, column: usize) -> Result<(), Failure> {
    for told in row.consents() {
        let words = super::consent::words(app, &told)?;
        app.output.line("Consent", column, words);
    }
    for told in row.requests() {
        app.output.line("Their request", column, super::request::words(&told));
    }
    let missing = missing(row);
    if !missing.is_empty() {
        app.output.line("Missing", column, missing.join("; "));
    }
    Ok(())
}

/// The same for programs: consents, requests, what is missing.
pub(crate) fn before_json(app: &mut App<'_>, row: &Card) -> Result<serde_json::Value, Failure> {
    let mut consents = Vec::new();
    for told in row.consents() {
        consents.push(super::consent::json(app, &told)?);
    }
    let requests: Vec<_> = row.requests().iter().map(super::request::json).collect();
    Ok(serde_json::json!({ "consents": consents, "requests": requests, "missing": missing(row) }))
}

/// Never without at least consulting (module, section 4a).
pub(crate) fn consulted_first(row: &Card, kind: &LogKind) -> Result<(), Failure> {
    let answered = row.consents().iter().any(|told| told.what.value.is_some());
    if !row.rights_holders()
        || row.contact.last_consulted.is_some()
        || answered
        || !["ask", "action"].contains(&kind.slug)
    {
        return Ok(());
    }
    Err(Failure::new(
        "AM-ASK-FIRST",
        Exit::NeedsPerson,
        format!("Ask first: {} are rights holders, and nobody has consulted them. Nothing was recorded.", row.name),
    )
    .hint("Talk with them about it, then: allymap log add NAME --kind consulted"))
}

/// The community's other organisations are looked into before any work with them (module, section 4c). Returns why it goes on
/// without that.
pub(crate) fn researched_first(row: &Card, kind: &LogKind, anyway: Option<&str>) -> Result<Option<String>, Failure> {
    let work = ["ask", "co-host", "approach"].contains(&kind.slug);
    if !work || row.category() != Some("c") || row.rights_holders() || row.contact.last_research.is_some() {
        return Ok(None);
    }
    if let Some(why) = anyway.map(str::trim).filter(|why| !why.is_empty()) {
        return Ok(Some(format!("All the same: {why}")));
    }
    Err(Failure::new(
        "AM-LOOK-FIRST",
        Exit::NeedsPerson,
        format!(
            "Look first: {} is of category (c), and nobody has looked into them yet. Nothing was recorded.",
            row.name
        ),
    )
    .hint("See what they stand for, then: allymap log add NAME --kind research. Or go on all the same: --anyway WHY"))
}

/// What is said about a person has its source: asked for where somebody can be. Without one the map refuses it.
pub(crate) fn source_about(app: &mut App<'_>, row: &Card, source: Option<String>) -> Result<Option<String>, Failure> {
    if source.is_some() || !row.is(&person::KIND) || !app.can_ask() {
        return Ok(source);
    }
    app.ask().required(SOURCE_QUESTION, "--source FROM").map(Some)
}

pub(crate) const SOURCE_QUESTION: &str = "Where is that known from? A paper and its day, a register, who told us";

/// Give and take within a year. Of a person only in words: nobody gets a score.
pub(crate) fn balance_words(row: &Card, balance: &Balance) -> String {
    let words = balance.standing().words();
    if row.is(&person::KIND) || balance.standing() == favour::Standing::Nothing {
        return words.to_owned();
    }
    let things = |count: u32| if count == 1 { "1 thing".to_owned() } else { format!("{count} things") };
    format!("they gave {} this year, we gave {}: {words}", things(balance.got), balance.gave)
}

pub(crate) fn balance_json(row: &Card, balance: &Balance) -> serde_json::Value {
    let mut value = serde_json::json!({ "words": balance.standing().words(), "we_owe_size": balance.owed() });
    if !row.is(&person::KIND) {
        value["gave"] = serde_json::json!({ "things": balance.gave, "size": balance.gave_size });
        value["got"] = serde_json::json!({ "things": balance.got, "size": balance.got_size });
    }
    value
}

/// What `partner show` says about the relationship.
pub(crate) fn say(app: &mut App<'_>, entry: &Entry) -> Result<(), Failure> {
    let row = app.card(entry.id)?;
    let map = app.map_entry()?.unwrap_or_default();
    let out = app.output.clone();
    let line = |label: &str, words: &str| out.line(label, 22, words);
    if row.rights_holders() && row.fact(FactKind::Health) == Some(Fact::Health(Health::Strained)) {
        line("Alarm", "the tie with these rights holders is strained");
    }
    if entry.kind.is_some_and(|kind| kind.name != "place" && kind.name != "segment")
        && entry.fact(FactKind::Stage).is_none()
    {
        line("Stage", "mapped");
    }
    for standing in &entry.facts {
        for (number, said) in standing.said.iter().enumerate() {
            let Claim::Fact(fact) = said.assertion.claim else { continue };
            let assertion = &said.assertion;
            let checked = if fact.kind() == FactKind::AffiliationKind { "checked " } else { "" };
            let about: Vec<String> = [
                Some(format!("{checked}{}", assertion.observed)),
                assertion.source.clone(),
                assertion.reason.clone(),
                Some(said.author.name.clone()).filter(|name| !name.is_empty()),
            ]
            .into_iter()
            .flatten()
            .collect();
            let label = if number == 0 { fact.kind().label() } else { "" };
            let counts = if standing.differs && fact == standing.counts { " counts until settled" } else { "" };
            line(label, &format!("{}{counts} ({})", fact.label(), about.join(", ")));
        }
    }
    if entry.value(&relationship::AGREEMENT) == Some("formal") && entry.value(&relationship::THEY_GET).is_none() {
        line("Incomplete", "a formal partnership needs what they get");
    }
    if let Some(on) = row.contact.last_research {
        line("Research", &format!("done {}", on.spelled()));
    } else if row.category() == Some("c") {
        line("Research", "not done; look before any work together");
    }
    for told in row.consents() {
        let words = super::consent::words(app, &told)?;
        line("Consent", &words);
    }
    for told in row.requests() {
        line("Their request", &super::request::words(&told));
    }
    let balance = Balance::of(&row.favours, app.today());
    if balance.standing() != favour::Standing::Nothing {
        line("Give and take", &balance_words(&row, &balance));
    }
    say_next(&row, &map, app.today(), &line);
    Ok(())
}

fn say_next(row: &Card, map: &Map, today: Date, line: &dyn Fn(&str, &str)) {
    if let Some(on) = next_check_in(row, map, today) {
        let late = if on < today { " (overdue)" } else { "" };
        line("Next check-in", &format!("{}{late}", on.spelled()));
    }
}
