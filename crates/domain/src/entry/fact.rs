//! Facts about a relationship that are stated, never overwritten: its stage, its health, what the other side is affiliated
//! with. Of two that were stated apart the strict one counts until somebody who saw both states another.

use crate::entry::assertion::{Claim, Stated};
use crate::rejection::Rejection;
use crate::words;
use crate::words::choice::{Choice, choice};

/// Which fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    Stage,
    Health,
    /// How close they are to a political party (module, section 4d).
    AffiliationKind,
}

/// A fact and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    kind: FactKind,
    /// In the order of the kind's table: mild to strict.
    at: u8,
}

/// What stands about one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactStanding {
    /// The strictest that anybody knows.
    pub counts: Fact,
    /// All that nobody replaced.
    pub said: Vec<Stated>,
    pub differs: bool,
}

impl FactKind {
    pub const ALL: [FactKind; 3] = [FactKind::Stage, FactKind::Health, FactKind::AffiliationKind];

    pub fn slug(self) -> &'static str {
        match self {
            FactKind::Stage => "stage",
            FactKind::Health => "health",
            FactKind::AffiliationKind => "affiliation-kind",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            FactKind::Stage => "Stage",
            FactKind::Health => "Health",
            FactKind::AffiliationKind => "Affiliation",
        }
    }

    /// Mild to strict. What says "unknown" comes first and never counts against somebody who knows.
    pub fn choices(self) -> &'static [Choice] {
        match self {
            FactKind::Stage => STAGES,
            FactKind::Health => HEALTHS,
            FactKind::AffiliationKind => AFFILIATION_KINDS,
        }
    }

    /// What holds as long as nobody has said anything.
    pub(crate) fn not_said(self) -> Fact {
        let slug = match self {
            FactKind::Stage => "mapped",
            FactKind::Health => "unclear",
            FactKind::AffiliationKind => "unknown",
        };
        Fact::named(self, slug).expect("it stands in the kind's table")
    }

    pub(crate) fn named(slug: &str) -> Option<FactKind> {
        FactKind::ALL.into_iter().find(|kind| kind.slug() == slug)
    }
}

/// The stages of a relationship. The later a stage, the milder: nobody assumes more closeness than the most careful does.
/// Only the end comes before all. Going back is one more statement.
pub const STAGES: &[Choice] = &[
    choice("resting", "resting", &["between campaigns"]),
    choice("partner", "partner", &["partnership"]),
    choice("working-together", "working together", &["working"]),
    choice("low-level", "low-level support", &["support", "mutual support", "low level"]),
    choice("acquainted", "acquainted", &["met"]),
    choice("approached", "approached", &[]),
    choice("cleared", "cleared to approach", &["cleared to approach"]),
    choice("mapped", "mapped", &["on the map"]),
    choice("ended", "ended", &["over"]),
];

pub const HEALTHS: &[Choice] = &[
    choice("good", "good", &["well"]),
    choice("unclear", "unclear", &["?", "not known", "unknown"]),
    choice("strained", "strained", &["bad", "negative"]),
];

pub const AFFILIATION_KINDS: &[Choice] = &[
    choice("unknown", "not known", &["?", "not known"]),
    choice("none", "none", &["no"]),
    choice("system-change", "system-change group", &["system change"]),
    choice("known-person", "led by somebody known for an affiliation", &["person", "well known person"]),
    choice("issue-group", "issue group formed by a party", &["formed by a party"]),
    choice("affiliated", "officially affiliated with a party", &["official", "officially affiliated"]),
    choice("party", "political party", &["a party"]),
];

impl Fact {
    pub fn typed(kind: FactKind, typed: &str) -> Result<Fact, Rejection> {
        let refused = || Rejection::NotOneOf {
            field: kind.slug(),
            typed: words::shown_line(typed).chars().take(40).collect(),
            choices: kind.choices(),
        };
        let named = Choice::typed(typed, kind.choices()).ok_or_else(refused)?;
        Fact::named(kind, named.slug).ok_or_else(refused)
    }

    pub fn kind(self) -> FactKind {
        self.kind
    }

    pub fn slug(self) -> &'static str {
        self.choice().slug
    }

    pub fn label(self) -> &'static str {
        self.choice().label
    }

    /// Somebody said that they do not know.
    pub fn is_unknown(self) -> bool {
        self.slug() == "unknown"
    }

    /// What is claimed about health or affiliation can hurt people, so it needs a source.
    pub(crate) fn needs_source(self) -> bool {
        match self.kind {
            FactKind::Stage => false,
            FactKind::Health => self.slug() == "strained",
            FactKind::AffiliationKind => !self.is_unknown(),
        }
    }

    /// It lets go of a tie to a party, which nobody does without saying why; whoever knows of a closer one need not.
    pub fn loosens(self, old: Fact) -> bool {
        self.kind == FactKind::AffiliationKind && old.kind == self.kind && !self.is_unknown() && self < old
    }

    pub(crate) fn named(kind: FactKind, slug: &str) -> Option<Fact> {
        let at = kind.choices().iter().position(|choice| choice.slug == slug)?;
        Some(Fact { kind, at: u8::try_from(at).ok()? })
    }

    fn choice(self) -> &'static Choice {
        &self.kind.choices()[usize::from(self.at)]
    }
}

/// Join what stands about one fact.
pub(crate) fn join(said: Vec<Stated>) -> Option<FactStanding> {
    let facts = said.iter().filter_map(|stated| match stated.assertion.claim {
        Claim::Fact(fact) => Some(fact),
        _ => None,
    });
    let counts = facts.clone().max()?;
    let differs = facts.filter(|fact| !fact.is_unknown()).any(|fact| fact != counts);
    Some(FactStanding { counts, said, differs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for kind in FactKind::ALL {
            for choice in kind.choices() {
                for word in [choice.slug, choice.label].iter().chain(choice.also) {
                    assert_eq!(Fact::typed(kind, word).unwrap().slug(), choice.slug, "{word}");
                }
            }
        }
        assert!(Fact::typed(FactKind::Health, "frosty").is_err());
    }

    #[test]
    fn s63_there_are_seven_kinds_of_affiliation() {
        assert_eq!(AFFILIATION_KINDS.len(), 7);
    }

    #[test]
    fn the_earlier_stage_is_the_strict_one_and_the_end_is_before_all() {
        let stage = |word| Fact::typed(FactKind::Stage, word).unwrap();
        assert!(stage("mapped") > stage("approached"));
        assert!(stage("acquainted") > stage("partner"));
        assert!(stage("ended") > stage("mapped"));
    }
}
