//! What the commands about events share: the map as it is weighed, and an answer in words and as JSON.

use allymap_domain::card::Card;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::fact::{Fact as EntryFact, FactKind};
use allymap_domain::entry::log::{LogKind, LogLine};
use allymap_domain::entry::risk::{Level, Mitigation, Risk, RiskKind};
use allymap_domain::entry::weighed::{Decided, ReferTo, Referred, Weighed};
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::kind::event;
use allymap_domain::map::Map;
use allymap_domain::weigh::standing::Told;
use allymap_domain::weigh::{Basis, Subject, Weighing};
use allymap_domain::words::{folded, folded_words, nearest};
use allymap_policy::{About, Change, Fact, Label, Outcome, Part, Per, Question, Reason, Refer, Rule};
use allymap_wire::DocumentId;

use allymap_home::authors::Authors;
use allymap_home::events::ground;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::words::{lower, quoted};

pub(crate) use allymap_home::events::ground::{Ground, pack, pack_name};

/// The event that is meant.
pub(crate) fn event(app: &mut App<'_>, said: &str) -> Result<Card, Failure> {
    Ok(ground::meant(app.visit()?, said)?)
}

/// `Sat 13 Mar 2027`, or that nobody knows.
pub(crate) fn when(event: &Card) -> String {
    event.day().map_or_else(|| "no day yet".to_owned(), Date::spelled)
}

/// Who said it, from where, and when.
pub(crate) fn said_by(basis: &Basis, authors: &Authors) -> String {
    let who = basis.by.map(|actor| authors.of(actor)).map(|author| author.name).filter(|name| !name.is_empty());
    let source = basis.source.as_ref().map(|source| format!("from {source}"));
    let giver = basis.said_by.as_ref().map(|giver| format!("said by {giver}"));
    let follows = basis.follows_from.as_ref().map(|from| format!("from {from}"));
    let on = basis.on.map(Date::spelled).or_else(|| basis.on_typed.clone());
    [who, giver, source, follows, on]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The answer in one line. While something is open, what is known so far never stands without that.
pub(crate) fn headline(outcome: &Outcome) -> String {
    let line = outcome.label_with_referrals();
    match outcome.label() {
        Label::AskFirst => {
            let then = lower(outcome.label_once_answered().words());
            format!("{line} (then, as far as is known: {then})")
        }
        _ => line,
    }
}

/// What speaks to the answer itself; what only asks stands among the open. That nothing else speaks against it is said where
/// there is nothing else to say.
pub(crate) fn because(outcome: &Outcome) -> impl Iterator<Item = &Reason> {
    let speaks = |reason: &&Reason| reason.parts.iter().any(|part| *part != Part::Open);
    let start = |reason: &&Reason| pack().rule(&reason.rule.0).is_some_and(Rule::is_start);
    let alone = outcome.because.iter().filter(speaks).all(|reason| start(&reason));
    outcome.because.iter().filter(speaks).filter(move |reason| alone || !start(reason))
}

/// What is still open, as a person reads it, with what it once was. Six risks that nobody has rated are one line.
pub(crate) fn open_lines(outcome: &Outcome) -> Vec<String> {
    let unrated = |question: &&Question| {
        question.fact == Fact::Risk && matches!(question.about, About::Risk(_)) && !outcome.notes.contains_key(question)
    };
    let risks: Vec<&str> = outcome
        .open
        .iter()
        .filter(unrated)
        .filter_map(|question| question.about.risk())
        .map(allymap_policy::RiskType::name)
        .collect();
    let mut lines: Vec<String> = outcome
        .open
        .iter()
        .filter(|question| risks.len() < 2 || !unrated(question))
        .map(|question| {
            let note = outcome.notes.get(question).map(|note| format!(" ({note})")).unwrap_or_default();
            format!("{}{note} [{question}]", question.words())
        })
        .collect();
    if risks.len() > 1 {
        lines.push(format!("How high are these risks: {}? [risk.TYPE]", risks.join(", ")));
    }
    lines
}

/// What would make the answer another.
pub(crate) fn change_words(change: &Change) -> String {
    let about = match (change.question.about.risk(), change.question.about.subject()) {
        (Some(risk), Some(name)) => format!("{risk} risk of {name}"),
        (Some(risk), None) => format!("{risk} risk"),
        (None, Some(name)) => format!("{} of {name}", change.question.fact.name().replace('_', " ")),
        (None, None) => change.question.fact.name().replace('_', " "),
    };
    let value = change.question.fact.value_words(&change.value);
    let then = match change.label {
        Label::AskFirst => format!("ask first, then {}", lower(change.label_once_answered.words())),
        label => lower(label.words()),
    };
    format!("{about}: {value} → {then}")
}

/// Prints the whole answer.
pub(crate) fn say(app: &mut App<'_>, ground: &Ground, event: &Card, weighing: &Weighing) -> Result<(), Failure> {
    let outcome = weighing.outcome(pack());
    let authors = app.authors()?;
    let out = app.output.clone();
    let lines = |label: &str, all: Vec<String>| {
        for (at, text) in all.iter().enumerate() {
            out.line(if at == 0 { label } else { "" }, COLUMN, text);
        }
    };
    out.say(format_args!("{} · {}", event.name, when(event)));
    out.line("Answer", COLUMN, headline(&outcome));
    lines("Because", because(&outcome).map(ToString::to_string).collect());
    lines("Conditions", outcome.conditions.iter().cloned().collect());
    lines("Still open", open_lines(&outcome));
    for question in &outcome.differs {
        let told: Vec<String> = weighing
            .standing_about(question)
            .into_iter()
            .map(|(said, basis)| {
                let value = said.value.as_deref().map_or("not known", |value| question.fact.value_words(value));
                format!("{value} ({})", said_by(basis, &authors))
            })
            .collect();
        out.line(
            "People differ",
            COLUMN,
            format_args!("{question}: {}; the stricter counts until settled", told.join(" · ")),
        );
    }
    lines("Other ways", outcome.options.iter().cloned().collect());
    lines("Changes it", weighing.what_would_change(pack()).iter().take(CHANGES).map(change_words).collect());
    lines("A person", referral_lines(event, &outcome, &authors));
    let seen = weighing.seen();
    for told in event.decisions() {
        let since = if told.what.saw == seen { "" } else { "; more is known since, look again" };
        out.line("Decided", COLUMN, format_args!("{}{since}", decision_words(&told, &authors)));
    }
    if weighing.unread > 0 {
        out.line(
            "Not read",
            COLUMN,
            format_args!("{} that only a newer version knows; a person has to look", facts(weighing.unread)),
        );
    }
    if ground.map.value("strategy").is_none() {
        out.line("Note", COLUMN, "this map has no strategy yet: allymap map edit --strategy");
    }
    out.line("Policy", COLUMN, format_args!("{}. {}", pack_name(), pack().note()));
    Ok(())
}

/// Where the text beside a label begins.
pub(crate) const COLUMN: usize = 15;
/// So many changes are told on a screen.
const CHANGES: usize = 8;

fn facts(count: usize) -> String {
    if count == 1 { "1 fact".to_owned() } else { format!("{count} facts") }
}

/// Who decides what the group cannot, and how that stands.
pub(crate) fn referral_lines(event: &Card, outcome: &Outcome, authors: &Authors) -> Vec<String> {
    let referrals = event.referrals();
    let mut lines: Vec<String> = referrals
        .iter()
        .map(|told| {
            let about = told.what.rule.as_ref().map(|rule| format!(" ({rule})")).unwrap_or_default();
            let to = told.what.to.label();
            match &told.what.answer {
                None => format!("waiting for {to}{about} since {}", told.assertion.observed),
                Some(answer) => {
                    let giver = told.assertion.said_by.clone().unwrap_or_else(|| authors.of(told.by).name);
                    format!("{to}{about}: {}, {giver}, {}", answer.replace('-', " "), told.assertion.observed)
                }
            }
        })
        .collect();
    for refer in &outcome.refer {
        let to = refer_to(*refer);
        if !referrals.iter().any(|told| told.what.to == to) {
            lines.push(format!("{}: not asked yet (allymap refer add)", to.label()));
        }
    }
    lines
}

pub(crate) fn refer_to(refer: Refer) -> ReferTo {
    match refer {
        Refer::Staff => ReferTo::RegionalStaff,
        Refer::BranchCommittee => ReferTo::BranchCommittee,
        Refer::OrganisingTeam => ReferTo::OrganisingTeam,
    }
}

pub(crate) fn decision_words(told: &Told<Decided>, authors: &Authors) -> String {
    let by = authors.of(told.by).name;
    let older =
        if told.what.pack == pack_name() { String::new() } else { ", under an older policy: look again".to_owned() };
    let reason = told.assertion.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!(
        "{} ({}), {by}, {}, {}{older}{reason}",
        told.what.choice.label(),
        told.what.label,
        told.assertion.observed,
        told.what.pack
    )
}

/// The answer for programs.
pub(crate) fn json(app: &mut App<'_>, event: &Card, weighing: &Weighing) -> Result<serde_json::Value, Failure> {
    let outcome = weighing.outcome(pack());
    let authors = app.authors()?;
    let changes: Vec<_> = weighing
        .what_would_change(pack())
        .into_iter()
        .map(|change| {
            serde_json::json!({
                "question": change.question, "value": change.value, "label": change.label,
                "label_once_answered": change.label_once_answered,
            })
        })
        .collect();
    let differs: Vec<_> = outcome
        .differs
        .iter()
        .map(|question| {
            let said: Vec<_> = weighing
                .standing_about(question)
                .into_iter()
                .map(|(said, basis)| serde_json::json!({ "value": said.value, "mitigation": said.mitigation, "from": said_by(basis, &authors) }))
                .collect();
            serde_json::json!({ "question": question, "said": said })
        })
        .collect();
    let (referrals, decisions): (Vec<_>, Vec<_>) = (event.referrals(), event.decisions());
    Ok(serde_json::json!({
        "event": { "id": event.id.to_string(), "name": event.name, "on": event.value(&event::ON) },
        "answer": outcome, "label_with_referrals": outcome.label_with_referrals(),
        "what_would_change": changes, "people_differ": differs, "unread": weighing.unread,
        "referrals": referrals.iter().map(|told| referral_json(told, &authors)).collect::<Vec<_>>(),
        "decisions": decisions.iter().map(|told| {
            let mut value = decision_json(told, &authors);
            value["more_is_known_since"] = (told.what.saw != weighing.seen()).into();
            value
        }).collect::<Vec<_>>(),
        "policy": { "name": pack().name(), "version": pack().version(), "note": pack().note() },
    }))
}

pub(crate) fn referral_json(told: &Told<Referred>, authors: &Authors) -> serde_json::Value {
    serde_json::json!({
        "to": told.what.to.slug(), "rule": told.what.rule, "question": told.what.text, "answer": told.what.answer,
        "conditions": told.what.conditions, "since": told.assertion.observed.typed, "answered_by": told.assertion.said_by,
        "by": authors.of(told.by).name,
    })
}

pub(crate) fn decision_json(told: &Told<Decided>, authors: &Authors) -> serde_json::Value {
    serde_json::json!({
        "decision": told.what.choice.slug(), "answer_then": told.what.label, "policy": told.what.pack,
        "under_an_older_policy": told.what.pack != pack_name(), "conditions": told.what.conditions,
        "reason": told.assertion.reason, "on": told.assertion.observed.typed, "by": authors.of(told.by).name,
    })
}

/// Exit 4 while something is open, or only a newer version could read it.
pub(crate) fn needs_person(event: &Card, weighing: &Weighing) -> Result<(), Failure> {
    let open = weighing.outcome(pack()).open.len();
    let name = quoted(&event.name);
    if open > 0 {
        let things = if open == 1 { "1 thing is".to_owned() } else { format!("{open} things are") };
        return Err(Failure::new("AM-OPEN", Exit::NeedsPerson, format!("{things} still open about {}.", event.name))
            .hint(format!("Go on with: allymap event assess {name}. Not sure? allymap event assess {name} --unsure")));
    }
    if weighing.unread > 0 {
        return Err(Failure::new(
            "AM-OPEN",
            Exit::NeedsPerson,
            format!("Not everything about {} can be read here.", event.name),
        )
        .hint("Nothing is lost. A newer allymap reads it."));
    }
    Ok(())
}

/// What somebody states about an event, with all that goes with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Saying {
    pub(crate) because: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) given_by: Option<String>,
    pub(crate) on: Option<When>,
    pub(crate) conditions: Vec<String>,
}

/// What a typed fact is about: `research.Bowls Club`, or `research` with the one whom it can only mean.
pub(crate) fn question(weighing: &Weighing, typed: &str, about: Option<&str>) -> Result<Question, Failure> {
    let written = match about {
        Some(about) if !typed.contains('.') => format!("{typed}.{about}"),
        _ => typed.to_owned(),
    };
    let name = written.split('.').next().unwrap_or_default().replace('-', "_").to_lowercase();
    let fact = Fact::parse(&name).ok_or_else(|| {
        let names = Fact::ALL.iter().map(|fact| fact.name().to_owned());
        let meant = nearest(&folded(&name), names).map_or(String::new(), |near| format!(" Did you mean {near}?"));
        let short: String = name.chars().take(40).collect();
        Failure::usage(format!("There is no fact called \"{short}\".{meant}"))
            .hint(format!("Nothing was changed. There are {}.", Fact::ALL.map(Fact::name).join(", ")))
    })?;
    let rest = written.split_once('.').map(|(_, rest)| rest.trim()).unwrap_or_default();
    let about = match fact.per() {
        Per::Event if !rest.is_empty() => {
            return Err(Failure::usage(format!("{fact} is about the event, and about nobody else."))
                .hint(format!("Nothing was changed. Give it as {fact}=VALUE.")));
        }
        Per::Event => About::Event,
        Per::Party => About::Party(rest.to_owned()),
        Per::Rule => About::Rule(pack().rule(rest).map_or_else(|| rest.to_owned(), |rule| rule.id.to_string())),
        Per::Risk => {
            let kind = allymap_policy::RiskType::parse(&rest.to_lowercase());
            let kinds: Vec<&str> = allymap_policy::RiskType::ALL.iter().map(|kind| kind.name()).collect();
            let kind = kind.ok_or_else(|| {
                Failure::usage("Which type of risk?")
                    .hint(format!("Nothing was changed. As risk.legal=low; there are {}.", kinds.join(", ")))
            })?;
            About::Risk(kind)
        }
        Per::Organiser => About::Organiser(subject(weighing, rest, fact, |one| one.organiser)?),
        Per::Community => About::Community(subject(weighing, rest, fact, |one| one.community)?),
        Per::OrganiserOrCommunity => {
            // Whose wish it is goes without saying where only one community is concerned.
            let name = subject(weighing, rest, fact, |one| !rest.is_empty() || one.community)?;
            match weighing.subject(&name) {
                Some(one) if !one.community => About::Organiser(name),
                _ => About::Community(name),
            }
        }
    };
    Ok(Question::new(fact, about))
}

/// Whom a typed name means, among those whom the event concerns.
fn subject(weighing: &Weighing, typed: &str, fact: Fact, fits: impl Fn(&Subject) -> bool) -> Result<String, Failure> {
    let all: Vec<&Subject> = weighing.subjects.iter().filter(|one| fits(one)).collect();
    let words = folded_words(typed);
    let near: Vec<&&Subject> = all
        .iter()
        .filter(|one| {
            let own = folded_words(&one.name);
            words.iter().all(|word| own.iter().any(|own| own.starts_with(word)))
        })
        .collect();
    let exact = all.iter().find(|one| folded(&one.name) == folded(typed));
    match (exact, near.as_slice(), typed.is_empty()) {
        (Some(one), _, _) => Ok(one.name.clone()),
        (None, [one], _) => Ok(one.name.clone()),
        (None, [], true) => Ok(String::new()),
        (None, near, _) => {
            let names: Vec<&str> =
                if near.is_empty() { &all } else { &all[..] }.iter().map(|one| one.name.as_str()).collect();
            let who = if typed.is_empty() { "that is".to_owned() } else { format!("\"{typed}\" is") };
            Err(Failure::new("AM-WHICH", Exit::WhichEntry, format!("{fact}: it is not clear whom {who} about.")).hint(
                match names.as_slice() {
                    [] => "Nothing was changed. Name them first: allymap event edit NAME --organisers WHO".to_owned(),
                    names => format!("Nothing was changed. Say {fact}.WHO=VALUE; there are {}.", names.join(", ")),
                },
            ))
        }
    }
}

/// A value as the policy writes it; none for what is not known.
pub(crate) fn value(fact: Fact, typed: &str) -> Result<Option<String>, Failure> {
    let folded_typed = folded(typed);
    if ["open", "unknown", "not known", "not known yet", ""].contains(&folded_typed.as_str()) {
        return Ok(None);
    }
    let known = fact
        .values()
        .iter()
        .find(|value| folded(value) == folded_typed || folded(fact.value_words(value)) == folded_typed);
    known.map(|value| Some((*value).to_owned())).ok_or_else(|| {
        let names = fact.values().iter().map(|value| (*value).to_owned());
        let meant = nearest(&folded_typed, names).map_or(String::new(), |near| format!(" Did you mean {near}?"));
        let short: String = typed.chars().take(40).collect();
        Failure::usage(format!("\"{short}\" is no value of {fact}.{meant}"))
            .hint(format!("Nothing was changed. One of: {}, unknown.", fact.values().join(", ")))
    })
}

/// Writes one fact where it belongs: into the event, or into the entry that it is about. It replaces what its author has
/// before them there. Nothing is durable yet.
pub(crate) fn state(
    app: &mut App<'_>,
    event: &Card,
    weighing: &Weighing,
    question: &Question,
    typed: &str,
    saying: &Saying,
) -> Result<(), Failure> {
    let fact = question.fact;
    let name = question.about.subject().unwrap_or_default();
    let entry = weighing.subject(name).and_then(|subject| subject.entry);
    let on = saying.on.clone().unwrap_or_else(|| When::on(app.today()));
    let new = |claim: Claim, supersedes: Vec<RowId>| Assertion {
        reason: saying.because.clone(),
        source: saying.source.clone(),
        said_by: saying.given_by.clone(),
        supersedes,
        ..Assertion::new(claim, on.clone(), app.now().0)
    };
    let stands = |at: EntryId| -> Vec<RowId> {
        weighing
            .about(question)
            .iter()
            .filter(|(_, basis)| basis.entry == at)
            .filter_map(|(_, basis)| basis.row)
            .collect()
    };
    match fact {
        Fact::Referral => {
            return Err(Failure::usage("An answer to a referral says who gave it.")
                .hint("Nothing was changed. Note it with: allymap refer answer"));
        }
        Fact::Requests => {
            return Err(Failure::usage("A request says what is asked, in words.")
                .hint("Nothing was changed. Note it with: allymap request add"));
        }
        Fact::MajorParties => {
            let id = app.map_document()?;
            for party in typed.split(',').map(str::trim).filter(|party| !party.is_empty()) {
                app.edit(id, |edit| Map::add(edit, "major-parties", party))?;
            }
            return Ok(());
        }
        Fact::Risk | Fact::Mitigation => {
            let kind =
                question.about.risk().and_then(|risk| RiskKind::typed(risk.name())).unwrap_or(RiskKind::Political);
            let (level, mitigation) = rating(typed)?;
            let claim = Claim::Risk(Risk { kind, level, mitigation });
            let supersedes = stands(event.id);
            let assertion = with_reason(app, new(claim, supersedes), &format!("{} risk", kind.slug()))?;
            let id = app.fresh_row();
            return app.edit(DocumentId(event.id.0), |edit| Entry::assert(edit, id, &assertion));
        }
        Fact::Category if entry.is_some() => {
            let word = value(fact, typed)?.unwrap_or_else(|| "unknown".to_owned());
            return entry.map_or(Ok(()), |id| app.edit(DocumentId(id.0), |edit| Entry::set(edit, "category", &word)));
        }
        Fact::Research if entry.is_some() && value(fact, typed)?.is_some() => {
            let text = saying.because.clone().unwrap_or_else(|| format!("Looked into them for {}.", event.name));
            let line = LogLine {
                source: saying.source.clone(),
                ..LogLine::new(LogKind::typed("research")?, on, &text, app.now().0)
            };
            return entry.map_or(Ok(()), |id| super::relation::add_line(app, id, &line));
        }
        Fact::Affiliation if entry.is_some() => {
            let word = match value(fact, typed)?.as_deref() {
                None => "unknown",
                Some("none") => "none",
                Some("individual") => "known-person",
                Some("official") => "affiliated",
                Some(_) => "party",
            };
            let Some(id) = entry else { return Ok(()) };
            let supersedes = stands(id);
            let mut assertion = new(Claim::Fact(EntryFact::typed(FactKind::AffiliationKind, word)?), supersedes);
            if assertion.source.is_none() && assertion.said_by.is_none() && word != "unknown" {
                assertion.source = Some(app.ask().required(super::relation::SOURCE_QUESTION, "--source FROM")?);
            }
            if !assertion.supersedes.is_empty() {
                assertion = with_reason(app, assertion, "affiliation")?;
            }
            let row = app.fresh_row();
            return app.edit(DocumentId(id.0), |edit| Entry::assert(edit, row, &assertion));
        }
        _ => {}
    }
    let word = value(fact, typed)?;
    // What is about somebody stands with them, unless it is about them at this event only.
    let here = matches!(fact, Fact::RightsHolders | Fact::BrandWish)
        || matches!(fact.per(), Per::Event | Per::Party | Per::Rule);
    let at = entry.filter(|_| !here).unwrap_or(event.id);
    let mut weighed = Weighed::new(fact.name(), word.as_deref());
    if at == event.id {
        weighed.about = match (&question.about, entry) {
            (About::Party(party), _) => Some(party.clone()),
            (_, Some(id)) => Some(id.to_string()),
            (_, None) => Some(name.to_owned()).filter(|name| !name.is_empty()),
        };
    }
    if fact == Fact::Consent {
        weighed.occasion_event = Some(event.id);
        weighed.conditions.clone_from(&saying.conditions);
    }
    let assertion = new(Claim::Weighed(weighed), stands(at));
    let assertion = if word.is_some() && fact.needs_reason() && !assertion.supersedes.is_empty() {
        with_reason(app, assertion, fact.name())?
    } else {
        assertion
    };
    let id = app.fresh_row();
    app.edit(DocumentId(at.0), |edit| Entry::assert(edit, id, &assertion))
}

/// What is replaced says why.
fn with_reason(app: &mut App<'_>, assertion: Assertion, what: &str) -> Result<Assertion, Failure> {
    if assertion.supersedes.is_empty() || assertion.reason.is_some() {
        return Ok(assertion);
    }
    let question = format!("Something else is on record about {what}. Why does this hold now?");
    let reason = app.ask().required(&question, "--because WHY")?;
    Ok(Assertion { reason: Some(reason), ..assertion })
}

/// `high,cannot`: how high, and what can be done.
pub(crate) fn rating(typed: &str) -> Result<(Level, Mitigation), Failure> {
    let (level, mitigation) = typed.split_once([',', '/']).unwrap_or((typed, ""));
    let wrong = |what: &str, word: &str| {
        let short: String = word.trim().chars().take(40).collect();
        Failure::usage(format!("\"{short}\" is no {what}."))
            .hint("Nothing was changed. As low, or medium,can-be, or high,cannot.")
    };
    let level = Level::typed(level.trim().replace("open", "unknown").as_str())
        .ok_or_else(|| wrong("level of a risk", level))?;
    let mitigation = match mitigation.trim() {
        "" | "open" if level <= Level::Low => Mitigation::NoneNeeded,
        "" | "open" => Mitigation::Unknown,
        word => Mitigation::typed(word).ok_or_else(|| wrong("word on what can be done", word))?,
    };
    Ok((level, mitigation))
}

/// Which rules wait for somebody's answer, or refer to them.
pub(crate) fn rules_that_refer(outcome: &Outcome) -> Vec<String> {
    let mut rules: Vec<String> = outcome.reasons_for(Part::Refer).map(|reason| reason.rule.to_string()).collect();
    for question in outcome.open.iter().filter(|question| question.fact == Fact::Referral) {
        rules.extend(question.about.subject().map(str::to_owned));
    }
    rules.sort();
    rules.dedup();
    rules
}
