//! Risks: six types, each rated by whoever saw something. The strict side counts until somebody who saw both settles it.

use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::card::order;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::risk::{Level, Mitigation, Risk, RiskKind, RiskStanding};
use allymap_domain::ids::EntryId;

use crate::tried::Tried;
use crate::trouble::{Allies, Trouble};
use crate::visit::Visit;

/// What somebody says about one type of risk.
#[derive(Clone, Debug)]
pub struct Rating {
    pub who: EntryId,
    pub kind: RiskKind,
    pub level: Level,
    pub mitigation: Mitigation,
    /// How it is, or can be, mitigated; or why not.
    pub mitigation_words: Option<String>,
    pub reason: Option<String>,
    pub evidence: Option<String>,
    pub looked_after_by: Option<String>,
    pub source: Option<String>,
    /// Who outside of us said so.
    pub said_by: Option<String>,
    /// When it was seen.
    pub on: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Where that is known from: it is about a person.
    Source,
}

/// What was said, and what stands now.
#[derive(Clone, Debug)]
pub struct Rated {
    pub name: String,
    pub kind: RiskKind,
    pub level: Level,
    pub settled: bool,
    pub standing: Option<RiskStanding>,
}

/// The six lines of an entry.
#[derive(Clone, Debug)]
pub struct Risks {
    pub name: String,
    pub lines: [(RiskKind, Option<RiskStanding>); 6],
}

/// Every entry with a risk of medium or high, the strictest first.
#[derive(Clone, Debug)]
pub struct Open {
    pub entries: Vec<AtRisk>,
    pub today: Date,
}

#[derive(Clone, Debug)]
pub struct AtRisk {
    pub card: Card,
    pub short: String,
    /// Those of medium or high.
    pub strict: Vec<RiskStanding>,
}

/// Rates one type of risk; what others said stays beside it.
pub fn rate(v: &mut Visit<'_>, rating: &Rating) -> Result<Tried<Rated, Want>, Trouble> {
    say(v, rating, false)
}

/// Replaces all ratings of the type that stand.
pub fn settle(v: &mut Visit<'_>, rating: &Rating) -> Result<Tried<Rated, Want>, Trouble> {
    say(v, rating, true)
}

fn say(v: &mut Visit<'_>, rating: &Rating, settles: bool) -> Result<Tried<Rated, Want>, Trouble> {
    let card = v.card(rating.who)?;
    let supersedes = if settles { to_settle(v, &card, rating.kind)?.to_settle() } else { Vec::new() };
    let Rating { kind, level, mitigation, .. } = *rating;
    let said = rating.clone();
    let assertion = Assertion {
        reason: said.reason,
        evidence: said.evidence,
        source: said.source,
        said_by: said.said_by,
        mitigation_words: said.mitigation_words,
        looked_after_by: said.looked_after_by,
        supersedes,
        ..Assertion::new(Claim::Risk(Risk { kind, level, mitigation }), said.on, v.now_ms())
    };
    let unsaid = assertion.source.is_none() && assertion.said_by.is_none();
    if unsaid && card.kind().is_some_and(|kind| assertion.lacks_source(kind)) {
        return Ok(Tried::wants(Want::Source));
    }
    let row = v.fresh_row();
    v.edit_entry(card.id, |edit| Entry::assert(edit, row, &assertion))??;
    v.commit()?;
    let standing = v.entry(card.id)?.risk(kind).cloned();
    Ok(Tried::Kept(Rated { name: card.heading.name, kind, level, settled: settles, standing }))
}

/// What stands about a type of risk, for whoever is about to settle it.
pub fn standing(v: &mut Visit<'_>, who: EntryId, kind: RiskKind) -> Result<RiskStanding, Trouble> {
    let card = v.card(who)?;
    to_settle(v, &card, kind)
}

fn to_settle(v: &mut Visit<'_>, card: &Card, kind: RiskKind) -> Result<RiskStanding, Trouble> {
    let standing = v.entry(card.id)?.risk(kind).cloned();
    standing.ok_or_else(|| Trouble::Allies(Allies::NothingToSettle { kind, name: card.name.clone() }))
}

/// All six of an entry.
pub fn of(v: &mut Visit<'_>, who: EntryId) -> Result<Risks, Trouble> {
    let (card, entry) = (v.card(who)?, v.entry(who)?);
    Ok(Risks { name: card.heading.name, lines: entry.six_risks().map(|(kind, standing)| (kind, standing.cloned())) })
}

/// What is open on the whole map.
pub fn open(v: &mut Visit<'_>) -> Result<Open, Trouble> {
    let cards = v.cards_once()?;
    let short = short_ids(cards.iter().map(|card| card.id));
    let mut entries = Vec::new();
    for card in order::at_risk(&cards) {
        let strict = v.entry(card.id)?.risks.into_iter().filter(|standing| standing.counts.is_strict()).collect();
        entries.push(AtRisk { card: card.clone(), short: short[&card.id].clone(), strict });
    }
    Ok(Open { entries, today: v.today() })
}
