//! Events, as a volunteer keeps them: from the first word of one to the printed sheet.

use allymap_tests::{Alone, Volunteer};

mod consent;
mod event;
mod policy;
mod refer;
mod request;

/// The answer as programs read it, also while something is open.
fn answer(who: &Volunteer, event: &str) -> serde_json::Value {
    let told = who.run(&["event", "assess", event, "--json"]);
    assert!(matches!(told.code, 0 | 4), "{told:?}");
    serde_json::from_str(&told.stdout).unwrap_or_else(|error| panic!("{error}: {told:?}"))
}

fn label(who: &Volunteer, event: &str) -> String {
    answer(who, event)["answer"]["label"].as_str().unwrap().to_owned()
}

/// The members of a list of the answer.
fn list(answer: &serde_json::Value, name: &str) -> Vec<String> {
    let all = answer["answer"][name].as_array().unwrap();
    all.iter().map(|one| one.as_str().map_or_else(|| one["rule"].as_str().unwrap().to_owned(), str::to_owned)).collect()
}

/// States facts, each FACT=VALUE, with whatever else is to be said.
fn say(who: &Volunteer, event: &str, facts: &[&str], more: &[&str]) {
    let mut words = vec!["event", "assess", event, "--no-input"];
    for fact in facts {
        words.extend(["--set", fact]);
    }
    let told = who.run(&[&words[..], more].concat());
    assert!(matches!(told.code, 0 | 4), "{told:?}");
}

/// What a volunteer finds out of an event that gives nobody a headache.
const FINE: &[&str] = &[
    "requested=partner",
    "message=same",
    "faith_host=none",
    "government_host=none",
    "politicians_speak=no",
    "speakers_checked=yes",
    "speakers_found=fine",
    "endorses=no",
    "directs_vote=no",
    "rep_office=no",
    "staff_checked=yes",
    "space=ok",
    "risk=low",
];

/// The same of an organiser.
const FINE_ORGANISER: &[&str] =
    &["affiliation=none", "system_change=no", "tactics=lawful", "research=done", "corporate=none", "opposes_other=no"];

/// An event whose organisers are on the map, by name and category, with all that is fine about it and them.
fn event(who: &Alone, name: &str, organisers: &[(&str, &str)], more: &[&str]) {
    for (organiser, category) in organisers {
        who.organisation(organiser, category);
    }
    let names = organisers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
    who.ok(&[&["event", "add", name, "--on", "in 6 weeks", "--organisers", &names][..], more].concat());
    say(who, name, FINE, &[]);
    for (organiser, _) in organisers {
        say(who, name, FINE_ORGANISER, &["--about", organiser, "--source", "their own pages"]);
    }
}
