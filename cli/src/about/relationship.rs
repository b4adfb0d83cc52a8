//! What stands between us and somebody: their consents and requests, what is missing, give and take, the next check-in.

use allymap_domain::advice::before::Missing;
use allymap_domain::entry::assertion::{Claim, Stated};
use allymap_domain::entry::fact::{Fact, FactKind};
use allymap_domain::entry::favour::{Balance, GiveAndTake, Standing};
use allymap_home::relations::before::Before;
use allymap_home::relations::facts::Moved;
use allymap_home::relations::relationship::{CheckIn, Relationship};
use serde_json::{Value, json};

use crate::about::consent;
use crate::terminal::output::Output;

/// Consents, requests and what is missing: said before anything is done with somebody.
pub(crate) fn say_before(out: &Output, before: &Before, column: usize) {
    for consent in &before.consents {
        out.line("Consent", column, consent::words(consent));
    }
    for request in &before.requests {
        out.line("Their request", column, consent::request_words(request));
    }
    if !before.missing.is_empty() {
        out.line("Missing", column, missing_words(&before.missing).join("; "));
    }
}

/// The same for programs, into an object that says more.
pub(crate) fn add_before(value: &mut Value, before: &Before) {
    value["consents"] = before.consents.iter().map(consent::json).collect();
    value["requests"] = before.requests.iter().map(consent::request_json).collect();
    value["missing"] = missing_words(&before.missing).into();
}

fn missing_words(missing: &[Missing]) -> Vec<&'static str> {
    let words = |missing: &Missing| match missing {
        Missing::Consultation => "nobody has consulted them",
        Missing::Consent => "no consent of theirs is on record",
        Missing::Category => "their category is not known",
        Missing::Research => "nobody has looked into them",
        Missing::Meeting => "nobody has met them",
    };
    missing.iter().map(words).collect()
}

/// What `partner show` says about a relationship.
pub(crate) fn say_relationship(out: &Output, relationship: &Relationship) {
    let line = |label: &str, words: &str| out.line(label, 22, words);
    if relationship.alarm {
        line("Alarm", "the tie with these rights holders is strained");
    }
    if relationship.only_mapped {
        line("Stage", "mapped");
    }
    for standing in &relationship.facts {
        for (number, said) in standing.said.iter().enumerate() {
            let Claim::Fact(fact) = said.assertion.claim else { continue };
            let label = if number == 0 { fact.kind().label() } else { "" };
            let counts = if standing.differs && fact == standing.counts { " counts until settled" } else { "" };
            line(label, &format!("{}{counts} ({})", fact.label(), said_about(fact, said)));
        }
    }
    if relationship.lacks_their_gain {
        line("Incomplete", "a formal partnership needs what they get");
    }
    match relationship.research {
        Some(on) => line("Research", &format!("done {}", on.spelled())),
        None if relationship.wants_research => line("Research", "not done; look before any work together"),
        None => {}
    }
    for consent in &relationship.consents {
        line("Consent", &consent::words(consent));
    }
    for request in &relationship.requests {
        line("Their request", &consent::request_words(request));
    }
    if relationship.balance.standing != Standing::Nothing {
        line("Give and take", &balance_words(&relationship.balance));
    }
    if let Some(CheckIn { on, overdue }) = relationship.next_check_in {
        let late = if overdue { " (overdue)" } else { "" };
        line("Next check-in", &format!("{}{late}", on.spelled()));
    }
}

/// When a fact was seen, where that is known from, why, and who says so.
fn said_about(fact: Fact, said: &Stated) -> String {
    let Stated { assertion, author, .. } = said;
    let checked = if fact.kind() == FactKind::AffiliationKind { "checked " } else { "" };
    let name = Some(author.name.clone()).filter(|name| !name.is_empty());
    let about =
        [Some(format!("{checked}{}", assertion.observed)), assertion.source.clone(), assertion.reason.clone(), name];
    about.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Give and take within a year. Of a person only in words.
pub(crate) fn balance_words(balance: &GiveAndTake) -> String {
    let words = balance.standing.words();
    match &balance.counted {
        Some(Balance { gave, got, .. }) if balance.standing != Standing::Nothing => {
            let things = |count: u32| if count == 1 { "1 thing".to_owned() } else { format!("{count} things") };
            format!("they gave {} this year, we gave {gave}: {words}", things(*got))
        }
        _ => words.to_owned(),
    }
}

pub(crate) fn balance_json(balance: &GiveAndTake) -> Value {
    let mut value = json!({ "words": balance.standing.words(), "we_owe_size": balance.owed });
    if let Some(counted) = &balance.counted {
        value["gave"] = json!({ "things": counted.gave, "size": counted.gave_size });
        value["got"] = json!({ "things": counted.got, "size": counted.got_size });
    }
    value
}

/// What changed, in words.
pub(crate) fn moved_words(moved: &Moved) -> String {
    let label = moved.to.kind().label().to_lowercase();
    match moved.from {
        Some(was) => format!("{label}: {} → {}", was.label(), moved.to.label()),
        None => format!("{label}: {}", moved.to.label()),
    }
}
