//! The whole map as sorted JSON Lines: what two devices compare, and what anybody can take away and read.
//!
//! Each line holds the entry twice: read out, for people and scripts, and under `content` as it lies in its document, which
//! is what importing reads. One object per line, first the map, then the entries by id. The same documents give the same bytes on every device, in
//! whatever order their changes arrived. Fields are only ever added, and `schema` grows when one changes its meaning.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use allymap_document::{ActorId, Document};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::author::Author;
use crate::date::{Date, When};
use crate::entry::assertion::{Claim, Stated};
use crate::entry::content::{Content, content};
use crate::entry::link::{Linked, Target};
use crate::entry::log::Logged;
use crate::entry::rows::Unreadable;
use crate::entry::{Archived, Entry};
use crate::ids::{EntryId, RowId};
use crate::kind::affiliation::{Affiliation, Tie};
use crate::kind::field::{Holds, Merges};
use crate::kind::value::FieldValue;
use crate::map::campaign::Argument;
use crate::map::{self, Map};

pub(crate) const SCHEMA: u32 = 1;

/// All documents of a map, each once, in any order.
pub fn export_lines<D: Borrow<Document>>(
    documents: impl IntoIterator<Item = (EntryId, D)>,
    resolve: &dyn Fn(ActorId) -> Author,
) -> Vec<u8> {
    let mut lines: BTreeMap<(bool, EntryId), Vec<u8>> = BTreeMap::new();
    for (id, document) in documents {
        let document = document.borrow();
        let is_map = Map::is(document);
        let line = match is_map {
            true => map_line(id, document),
            false => line_of(&Entry::read(document, id, resolve), Some(content(document))),
        };
        lines.insert((!is_map, id), line);
    }
    lines.into_values().flat_map(|line| line.into_iter().chain([b'\n'])).collect()
}

/// One entry as its line of the export, without what import reads and without the line's end.
pub fn entry_line(entry: &Entry) -> Vec<u8> {
    line_of(entry, None)
}

fn line_of(entry: &Entry, content: Option<Content>) -> Vec<u8> {
    let mut fields: BTreeMap<&str, FieldLine<'_>> = BTreeMap::new();
    for value in entry.fields.iter().filter(|value| value.field.holds != Holds::Affiliation) {
        fields.insert(value.field.name, field_line(value));
    }
    let mut affiliations: Vec<AffiliationLine<'_>> = entry.affiliations.iter().map(affiliation_line).collect();
    affiliations.sort();
    write(&EntryLine {
        schema: SCHEMA,
        kind: &entry.kind_name,
        id: entry.id.to_string(),
        name: entry.name(),
        archived: match entry.archived {
            Archived::No => "no",
            Archived::Yes => "yes",
            Archived::EditedApart => "edited-apart",
        },
        fields,
        affiliations,
        risks: entry
            .risks
            .iter()
            .map(|standing| RiskLine {
                kind: standing.kind.slug(),
                counts: standing.counts.slug(),
                mitigation: standing.mitigation.slug(),
                differs: standing.differs,
                open_again: standing.open_again,
                standing: standing.said.iter().map(|stated| stated.id.to_string()).collect(),
                taken_back: standing.taken_back.iter().map(|(id, _)| id.to_string()).collect(),
            })
            .collect(),
        positions: entry
            .positions
            .iter()
            .map(|standing| PositionLine {
                campaign: standing.campaign.to_string(),
                place: standing.place.slug(),
                friendliest: standing.friendliest.slug(),
                differs: standing.differs,
                standing: standing.said.iter().map(|stated| stated.id.to_string()).collect(),
            })
            .collect(),
        assertions: sorted(entry.assertions.iter().map(assertion_line)),
        log: sorted(entry.log.iter().map(log_line)),
        double_approaches: sorted(entry.double_approaches.iter().map(|double| {
            let mut pair = [double.first.id.to_string(), double.second.id.to_string()];
            pair.sort();
            pair
        })),
        links: sorted(entry.all_links.iter().map(|linked| link_line(linked, entry))),
        newer: NewerLine {
            facts: entry.newer_facts,
            rows: entry
                .unreadable
                .iter()
                .map(|Unreadable { key, bytes }| (key.as_str(), data_encoding::BASE64.encode(bytes)))
                .collect(),
        },
        oddities: &entry.oddities,
        content,
    })
}

/// SHA-256 of an export's bytes, in hex.
pub fn digest(export: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(export))
}

fn map_line(id: EntryId, document: &Document) -> Vec<u8> {
    let map = Map::read(document);
    write(&MapLine {
        schema: SCHEMA,
        kind: map::KIND,
        id: id.to_string(),
        name: map.name(),
        name_differs: sorted(map.names.iter().skip(1)),
        community: &map.community,
        campaigns: sorted(map.campaigns.iter().map(|campaign| CampaignLine {
            id: campaign.id.to_string(),
            sentence: &campaign.sentence,
            differs: sorted(campaign.others.iter()),
            targets: sorted(campaign.targets.iter().map(EntryId::to_string)),
            arguments: campaign.arguments.iter().map(argument_line).collect(),
            closed: campaign.closed.map(|date| date.to_string()),
            outcome: campaign.outcome.as_deref(),
        })),
        newer_facts: map.newer_facts,
        content: content(document),
    })
}

fn write(line: &impl Serialize) -> Vec<u8> {
    crate::words::json::line(line)
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

fn field_line(value: &FieldValue) -> FieldLine<'_> {
    let said = |said: &'_ crate::kind::value::Said| -> SaidLine {
        SaidLine { value: said.value.clone(), by: said.by.clone().map(by) }
    };
    match value.field.merges {
        Merges::Set => FieldLine::Set { members: sorted(value.values.iter().map(said)) },
        Merges::Text => FieldLine::Text { text: value.values.first().map_or("", |said| &said.value) },
        Merges::Register => {
            let mut values = value.values.iter().map(said);
            let shown = values.next().unwrap_or(SaidLine { value: String::new(), by: None });
            FieldLine::Register { value: shown.value, by: shown.by, differs: sorted(values) }
        }
    }
}

fn affiliation_line((affiliation, author): &(Affiliation, Author)) -> AffiliationLine<'_> {
    AffiliationLine {
        tie: match affiliation.tie {
            Tie::Member => "member",
            Tie::Party => "party",
        },
        organisation: &affiliation.organisation,
        organisation_id: affiliation.organisation_id.as_deref(),
        role: affiliation.role.as_deref(),
        since: affiliation.since.map(|date| date.to_string()),
        until: affiliation.until.map(|date| date.to_string()),
        source: affiliation.source.as_deref(),
        by: by(author.clone()),
    }
}

fn assertion_line(stated: &Stated) -> AssertionLine<'_> {
    let assertion = &stated.assertion;
    let (fact, subject, value, mitigation) = match &assertion.claim {
        Claim::Risk(risk) => ("risk", risk.kind.slug().to_owned(), risk.level.slug(), Some(risk.mitigation.slug())),
        Claim::Position { campaign, place } => ("position", campaign.to_string(), place.slug(), None),
        Claim::Fact(fact) => (fact.kind().slug(), String::new(), fact.slug(), None),
        Claim::Weighed(weighed) => {
            ("weighed", weighed.fact.clone(), weighed.value.as_deref().unwrap_or_default(), None)
        }
        Claim::Referred(referred) => {
            ("referred", referred.to.slug().to_owned(), referred.answer.as_deref().unwrap_or_default(), None)
        }
        Claim::Decided(decided) => ("decided", String::new(), decided.choice.slug(), None),
    };
    let (about, occasion, occasion_event, conditions, text, saw): Weighing<'_> = match &assertion.claim {
        Claim::Weighed(weighed) => (
            weighed.about.as_deref(),
            weighed.occasion.as_deref(),
            weighed.occasion_event,
            &weighed.conditions,
            weighed.text.as_deref(),
            &weighed.saw,
        ),
        Claim::Referred(referred) => {
            (referred.rule.as_deref(), None, None, &referred.conditions, referred.text.as_deref(), &[])
        }
        Claim::Decided(decided) => {
            (Some(&decided.pack), None, None, &decided.conditions, Some(&decided.label), &decided.saw)
        }
        _ => (None, None, None, &[], None, &[]),
    };
    AssertionLine {
        id: stated.id.to_string(),
        fact,
        subject,
        value,
        mitigation,
        reason: assertion.reason.as_deref(),
        evidence: assertion.evidence.as_deref(),
        mitigation_words: assertion.mitigation_words.as_deref(),
        looked_after_by: assertion.looked_after_by.as_deref(),
        observed: when(&assertion.observed),
        recorded_hour: assertion.recorded_hour,
        source: assertion.source.as_deref(),
        said_by: assertion.said_by.as_deref(),
        supersedes: sorted(assertion.supersedes.iter().map(RowId::to_string)),
        takes_back: assertion.takes_back,
        about,
        occasion,
        occasion_event: occasion_event.map(|event| event.to_string()),
        conditions,
        text,
        saw: sorted(saw.iter().map(RowId::to_string)),
        by: by(stated.author.clone()),
    }
}

/// What a claim about an event has beside its value.
type Weighing<'a> = (Option<&'a str>, Option<&'a str>, Option<EntryId>, &'a [String], Option<&'a str>, &'a [RowId]);

fn argument_line(argument: &Argument) -> ArgumentLine<'_> {
    let Argument { id, said, answers } = argument;
    ArgumentLine { id: id.to_string(), said: sorted(said), answers: sorted(answers) }
}

fn log_line(logged: &Logged) -> LogLineLine<'_> {
    let line = &logged.line;
    LogLineLine {
        id: logged.id.to_string(),
        kind: &line.kind,
        on: when(&line.on),
        with: line.with.as_deref(),
        text: &line.text,
        size: line.size,
        follow_up: line.follow_up.map(|date| date.to_string()),
        source: line.source.as_deref(),
        mutual: line.mutual,
        urgent: line.urgent.as_deref(),
        recorded_hour: line.recorded_hour,
        by: by(logged.author.clone()),
    }
}

fn link_line<'a>(linked: &'a Linked, entry: &Entry) -> LinkLine<'a> {
    let link = &linked.link;
    let (says, direction, strength) = match link.target {
        Target::Same => ("same", None, None),
        Target::BranchOf => ("branch-of", None, None),
        Target::Influence { direction, strength } => ("influence", Some(direction.slug()), Some(strength.slug())),
    };
    LinkLine {
        id: linked.id.to_string(),
        to: link.to.to_string(),
        says,
        direction,
        strength,
        how: link.how.as_deref(),
        source: link.source.as_deref(),
        recorded_hour: link.recorded_hour,
        supersedes: sorted(link.supersedes.iter().map(RowId::to_string)),
        takes_back: link.takes_back,
        stands: entry.links.contains(linked),
        by: by(linked.author.clone()),
    }
}

fn when(when: &When) -> WhenLine<'_> {
    WhenLine { typed: &when.typed, date: when.date.map(|date: Date| date.to_string()) }
}

fn by(author: Author) -> AuthorLine {
    AuthorLine { name: author.name, group: author.group, device: author.device }
}

// The lines as they are written. They are a promise: their names and order are the format.

#[derive(Serialize)]
struct MapLine<'a> {
    schema: u32,
    kind: &'a str,
    id: String,
    name: &'a str,
    name_differs: Vec<&'a String>,
    community: &'a str,
    campaigns: Vec<CampaignLine<'a>>,
    newer_facts: usize,
    content: Content,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct CampaignLine<'a> {
    id: String,
    sentence: &'a str,
    differs: Vec<&'a String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    arguments: Vec<ArgumentLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct ArgumentLine<'a> {
    id: String,
    said: Vec<&'a String>,
    answers: Vec<&'a String>,
}

#[derive(Serialize)]
struct EntryLine<'a> {
    schema: u32,
    kind: &'a str,
    id: String,
    name: &'a str,
    archived: &'a str,
    fields: BTreeMap<&'a str, FieldLine<'a>>,
    affiliations: Vec<AffiliationLine<'a>>,
    risks: Vec<RiskLine<'a>>,
    positions: Vec<PositionLine<'a>>,
    assertions: Vec<AssertionLine<'a>>,
    log: Vec<LogLineLine<'a>>,
    double_approaches: Vec<[String; 2]>,
    links: Vec<LinkLine<'a>>,
    newer: NewerLine<'a>,
    oddities: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum FieldLine<'a> {
    Register { value: String, by: Option<AuthorLine>, differs: Vec<SaidLine> },
    Text { text: &'a str },
    Set { members: Vec<SaidLine> },
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct SaidLine {
    value: String,
    by: Option<AuthorLine>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct AuthorLine {
    name: String,
    group: String,
    device: String,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct AffiliationLine<'a> {
    tie: &'a str,
    organisation: &'a str,
    organisation_id: Option<&'a str>,
    role: Option<&'a str>,
    since: Option<String>,
    until: Option<String>,
    source: Option<&'a str>,
    by: AuthorLine,
}

#[derive(Serialize)]
struct RiskLine<'a> {
    kind: &'a str,
    counts: &'a str,
    mitigation: &'a str,
    differs: bool,
    open_again: bool,
    standing: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taken_back: Vec<String>,
}

#[derive(Serialize)]
struct PositionLine<'a> {
    campaign: String,
    place: &'a str,
    friendliest: &'a str,
    differs: bool,
    standing: Vec<String>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct WhenLine<'a> {
    typed: &'a str,
    date: Option<String>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct AssertionLine<'a> {
    id: String,
    fact: &'a str,
    subject: String,
    value: &'a str,
    mitigation: Option<&'a str>,
    reason: Option<&'a str>,
    evidence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mitigation_words: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_after_by: Option<&'a str>,
    observed: WhenLine<'a>,
    recorded_hour: u32,
    source: Option<&'a str>,
    said_by: Option<&'a str>,
    supersedes: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    takes_back: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occasion: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occasion_event: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    conditions: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    saw: Vec<String>,
    by: AuthorLine,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct LogLineLine<'a> {
    id: String,
    kind: &'a str,
    on: WhenLine<'a>,
    with: Option<&'a str>,
    text: &'a str,
    size: Option<u8>,
    follow_up: Option<String>,
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mutual: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    urgent: Option<&'a str>,
    recorded_hour: u32,
    by: AuthorLine,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct LinkLine<'a> {
    id: String,
    to: String,
    says: &'a str,
    direction: Option<&'a str>,
    strength: Option<&'a str>,
    how: Option<&'a str>,
    source: Option<&'a str>,
    recorded_hour: u32,
    supersedes: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    takes_back: bool,
    stands: bool,
    by: AuthorLine,
}

#[derive(Serialize)]
struct NewerLine<'a> {
    facts: usize,
    rows: BTreeMap<&'a str, String>,
}
