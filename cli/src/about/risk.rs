//! Ratings of a risk, in words.

use allymap_domain::entry::assertion::{Assertion, Stated};
use allymap_domain::entry::risk::{Mitigation, RiskStanding};

/// Each rating that stands, in words, the strictest first.
pub(crate) fn said(standing: &RiskStanding) -> Vec<String> {
    let words = |stated: &Stated| {
        let taken = taken_back(standing, stated).map(|taken| format!("{taken}; ")).unwrap_or_default();
        format!("{}, {taken}{}", stated.level().label(), details(stated, false))
    };
    standing.strictest_first().into_iter().map(words).collect()
}

/// A strict rating that was taken back, in words.
pub(crate) fn taken_back(standing: &RiskStanding, stated: &Stated) -> Option<String> {
    let by = standing.taken_back_by(stated)?;
    Some(format!("taken back by {}; counts until settled", by.name))
}

/// What a rating says beside its level, on one line; with `whole`, also that something is missing.
pub(crate) fn details(stated: &Stated, whole: bool) -> String {
    let Some(risk) = stated.risk() else { return String::new() };
    let Assertion { reason, evidence, mitigation_words, looked_after_by, .. } = &stated.assertion;
    let mitigation = match mitigation_words {
        Some(words) => format!("{} ({words})", risk.mitigation.label()),
        None => risk.mitigation.label().to_owned(),
    };
    let mut parts: Vec<String> = reason.iter().cloned().collect();
    parts.extend(evidence.as_ref().map(|evidence| format!("shown by {evidence}")));
    if whole || risk.mitigation != Mitigation::Unknown {
        parts.push(mitigation);
    }
    match looked_after_by {
        Some(who) => parts.push(format!("{who} looks after it")),
        None if whole => parts.push("nobody looks after it yet".to_owned()),
        None => {}
    }
    format!("{} ({})", parts.join("; "), author(stated)).trim_start().to_owned()
}

pub(crate) fn author(stated: &Stated) -> String {
    format!("{}, {}", stated.author.name, stated.author.group)
}
