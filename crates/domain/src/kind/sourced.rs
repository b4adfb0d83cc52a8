//! What is said of a person's character, kept only with where it is known from and when: `keeps promises (Bay Post, 4 Feb 2026)`.

use crate::date::Date;
use crate::date::typed::full_date;
use crate::rejection::Rejection;

/// A claim of which nothing is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sourced<'a> {
    claim: &'a str,
    source: &'a str,
    on: Date,
}

/// A typed claim as it is kept. Without a source and a day it is refused.
pub(crate) fn clean(field: &'static str, typed: &str) -> Result<String, Rejection> {
    let Sourced { claim, source, on } = read(typed).ok_or(Rejection::NoSource { field })?;
    Ok(format!("{claim} ({source}, {on})"))
}

/// The last brackets hold the source and, after its last comma, the day with its year.
fn read(typed: &str) -> Option<Sourced<'_>> {
    let (claim, rest) = typed.trim().strip_suffix(')')?.rsplit_once('(')?;
    let (source, day) = rest.rsplit_once(',')?;
    let source = source.trim();
    let source = source.strip_prefix("source:").unwrap_or(source).trim();
    let on = full_date(day.trim()).ok()?;
    let claim = claim.trim();
    (!claim.is_empty() && source.chars().any(char::is_alphabetic)).then_some(Sourced { claim, source, on })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S81
    #[test]
    fn a_claim_needs_its_source_and_its_day() {
        let kept = "keeps promises (Bay Post, 2026-02-04)";
        for typed in [
            "keeps promises (Bay Post, 4 Feb 2026)",
            " keeps promises (source: Bay Post,  4/2/2026 ) ",
            // What is kept can be typed again.
            kept,
        ] {
            assert_eq!(clean("values", typed), Ok(kept.to_owned()), "{typed}");
        }
        assert_eq!(
            clean("values", "family (so he says) first (radio, early show, 1 Mar 2025)"),
            Ok("family (so he says) first (radio, early show, 2025-03-01)".to_owned())
        );
        for typed in [
            "keeps promises",
            "keeps promises (Bay Post)",
            "keeps promises (Bay Post, last spring)",
            "keeps promises (Bay Post, 4 Feb)",
            "keeps promises (4 Feb 2026)",
            "keeps promises (, 4 Feb 2026)",
            "(Bay Post, 4 Feb 2026)",
            "keeps promises (Bay Post, 31 Feb 2026)",
            ")(",
        ] {
            assert_eq!(clean("values", typed), Err(Rejection::NoSource { field: "values" }), "{typed}");
        }
    }
}
