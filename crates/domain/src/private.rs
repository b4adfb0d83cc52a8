//! What is private in an entry and in the map: names of people, and what was written in somebody's own words.

use crate::entry::Entry;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::link::Link;
use crate::entry::log::LogLine;
use crate::entry::weighed::{Referred, Weighed};
use crate::kind::field::Holds;
use crate::kind::value::FieldValue;
use crate::map::Map;

/// One thing that is not to be read over somebody's shoulder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Private<'a> {
    /// Somebody's name: initials say enough.
    Name(&'a str),
    /// What somebody wrote.
    Text(&'a str),
}

/// Everybody whom an entry names, and everything that somebody wrote in it in their own words.
pub fn private_of_entry(entry: &Entry) -> Vec<Private<'_>> {
    let mut private = Vec::new();
    for (affiliation, _) in &entry.affiliations {
        private.push(Private::Name(&affiliation.organisation));
        texts(&mut private, [&affiliation.role, &affiliation.source].into_iter().flatten());
    }
    for logged in &entry.log {
        let LogLine { with, text, source, urgent, .. } = &logged.line;
        private.extend(with.iter().map(|name| Private::Name(name)));
        texts(&mut private, [Some(text), source.as_ref(), urgent.as_ref()].into_iter().flatten());
    }
    for stated in &entry.assertions {
        let Assertion { reason, evidence, mitigation_words, looked_after_by, source, said_by, .. } = &stated.assertion;
        private.extend([looked_after_by, said_by].into_iter().flatten().map(|name| Private::Name(name)));
        texts(&mut private, [reason, evidence, mitigation_words, source].into_iter().flatten());
        claim(&mut private, &stated.assertion.claim);
    }
    for Link { how, source, .. } in entry.all_links.iter().map(|linked| &linked.link) {
        texts(&mut private, [how, source].into_iter().flatten());
    }
    fields(&mut private, &entry.fields);
    private
}

/// The same of the map's own document. Its name, its campaigns, issues and dates stay: they say what is talked about.
pub fn private_of_map(map: &Map) -> Vec<Private<'_>> {
    let mut private = Vec::new();
    fields(&mut private, &map.fields);
    private.push(Private::Text(&map.community));
    for campaign in &map.campaigns {
        let arguments = campaign.arguments.iter().flat_map(|argument| argument.said.iter().chain(&argument.answers));
        texts(&mut private, arguments.chain(&campaign.outcome));
    }
    for answer in map.answers.iter().flat_map(|item| item.versions()) {
        texts(&mut private, [&answer.text, &answer.origin.source].into_iter().flatten());
    }
    for issue in map.issues.iter().flat_map(|item| item.versions()) {
        texts(&mut private, &issue.note);
    }
    for date in map.dates.iter().flat_map(|item| item.versions()) {
        texts(&mut private, [&date.note, &date.source].into_iter().flatten());
    }
    for section in map.own_sections.iter().flat_map(|item| item.versions()) {
        texts(&mut private, &section.text);
    }
    private
}

/// What a statement about an event says beside the policy's own words.
fn claim<'a>(private: &mut Vec<Private<'a>>, claim: &'a Claim) {
    let (said, conditions) = match claim {
        Claim::Weighed(Weighed { occasion, text, conditions, .. }) => ([occasion, text], conditions),
        Claim::Referred(Referred { text, conditions, .. }) => ([text, &None], conditions),
        _ => return,
    };
    texts(private, said.into_iter().flatten().chain(conditions));
}

/// Words of a table and numbers say nothing of anybody; who keeps a relationship is a name.
fn fields<'a>(private: &mut Vec<Private<'a>>, fields: &'a [FieldValue]) {
    for value in fields {
        let hide: fn(&'a str) -> Private<'a> = match (value.field.name, value.field.holds) {
            // It is known as the entry's already.
            ("name", _) | (_, Holds::Choice(_) | Holds::YesNo | Holds::Count | Holds::Affiliation) => continue,
            ("held-by", _) | (_, Holds::Entry) => Private::Name,
            _ => Private::Text,
        };
        private.extend(value.values.iter().map(|said| hide(&said.value)));
    }
}

fn texts<'a>(private: &mut Vec<Private<'a>>, texts: impl IntoIterator<Item = &'a String>) {
    private.extend(texts.into_iter().map(|text| Private::Text(text)));
}
