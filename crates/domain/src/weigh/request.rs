//! What a community asks of all of us. It stands until they lift it (module, section 4a).

use std::collections::BTreeSet;

use allymap_policy::{Fact, LIFTED};

use crate::card::Card;
use crate::date::When;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::weighed::Weighed;
use crate::put::Put;
use crate::weigh::Told;
use crate::words::choice::words;
use crate::words::folded;

words! {
    /// What sort of request it is, as the policy calls it.
    RequestKind {
        Other = "other", "something else";
        NoBranding = "no-branding", "no branding", ["branding"];
        DoNotCome = "do-not-come", "do not come", ["stay away"];
    }
}

/// What they ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// In their words.
    pub text: String,
    pub kind: RequestKind,
    /// Who of them said so.
    pub said_by: Option<String>,
    pub source: Option<String>,
    pub on: When,
}

impl Request {
    /// It stands with whoever asks.
    pub fn place(&self, who: &Card, now_ms: u64) -> Put {
        let weighed =
            Weighed { text: Some(self.text.clone()), ..Weighed::new(Fact::Requests.name(), Some(self.kind.slug())) };
        let assertion = Assertion {
            said_by: self.said_by.clone(),
            source: self.source.clone(),
            ..Assertion::new(Claim::Weighed(weighed), self.on.clone(), now_ms)
        };
        Put::assert(who.id, assertion)
    }
}

/// The one request that some of its words mean, as often as it was stated; or everything that they ask, when it is not clear.
pub fn meant(who: &Card, typed: &str) -> Result<Meant, Vec<String>> {
    let standing = who.requests();
    let fitting: Vec<&Told<Weighed>> =
        standing.iter().filter(|told| folded(&text(told)).contains(&folded(typed))).collect();
    let texts: BTreeSet<String> = fitting.iter().map(|told| folded(&text(told))).collect();
    match fitting.first() {
        Some(first) if texts.len() == 1 => {
            Ok(Meant { text: text(first), stated: fitting.iter().map(|told| (*told).clone()).collect() })
        }
        _ => Err(standing.iter().map(text).collect()),
    }
}

/// A request in force, and every statement of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    pub text: String,
    stated: Vec<Told<Weighed>>,
}

impl Meant {
    /// They no longer ask for it. Whoever lifts it says who of them said so.
    pub fn lift(&self, who: &Card, said_by: &str, on: When, now_ms: u64) -> Put {
        let weighed = Weighed { text: Some(self.text.clone()), ..Weighed::new(Fact::Requests.name(), Some(LIFTED)) };
        let assertion = Assertion {
            said_by: Some(said_by.to_owned()),
            supersedes: self.stated.iter().map(|told| told.id).collect(),
            ..Assertion::new(Claim::Weighed(weighed), on, now_ms)
        };
        Put::assert(who.id, assertion)
    }
}

fn text(told: &Told<Weighed>) -> String {
    told.what.text.clone().unwrap_or_default()
}
