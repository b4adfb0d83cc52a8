//! Facts about a relationship that are stated, never overwritten: its stage, its health, what the other side is affiliated
//! with. Of two that were stated apart the strict one counts until somebody who saw both states another.

use minicbor::{Decode, Encode};

use crate::entry::assertion::{Claim, Stated};
use crate::rejection::Rejection;
use crate::words;
use crate::words::choice::{Choice, words};

words! {
    /// Which fact.
    FactKind {
        Stage = "stage", "Stage";
        Health = "health", "Health";
        /// How close they are to a political party (module, section 4d).
        AffiliationKind = "affiliation-kind", "Affiliation";
    }
}

/// A fact and its value, which goes from mild to strict. What says "unknown" comes first and never counts against somebody who
/// knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Fact {
    #[n(0)]
    Stage(#[n(0)] Stage),
    #[n(1)]
    Health(#[n(0)] Health),
    #[n(2)]
    AffiliationKind(#[n(0)] AffiliationKind),
}

words! {
    /// The stages of a relationship. The later a stage, the milder: nobody assumes more closeness than the most careful does.
    /// Only the end comes before all. Going back is one more statement.
    #[derive(Encode, Decode)]
    #[cbor(index_only)]
    Stage {
        #[n(0)]
        Resting = "resting", "resting", ["between campaigns"];
        #[n(1)]
        Partner = "partner", "partner", ["partnership"];
        #[n(2)]
        WorkingTogether = "working-together", "working together", ["working"];
        #[n(3)]
        LowLevel = "low-level", "low-level support", ["support", "mutual support", "low level"];
        #[n(4)]
        Acquainted = "acquainted", "acquainted", ["met"];
        #[n(5)]
        Approached = "approached", "approached";
        #[n(6)]
        Cleared = "cleared", "cleared to approach", ["cleared to approach"];
        #[n(7)]
        Mapped = "mapped", "mapped", ["on the map"];
        #[n(8)]
        Ended = "ended", "ended", ["over"];
    }
}

words! {
    #[derive(Encode, Decode)]
    #[cbor(index_only)]
    Health {
        #[n(0)]
        Good = "good", "good", ["well"];
        #[n(1)]
        Unclear = "unclear", "unclear", ["?", "not known", "unknown"];
        #[n(2)]
        Strained = "strained", "strained", ["bad", "negative"];
    }
}

words! {
    #[derive(Encode, Decode)]
    #[cbor(index_only)]
    AffiliationKind {
        #[n(0)]
        Unknown = "unknown", "not known", ["?", "not known"];
        #[n(1)]
        None = "none", "none", ["no"];
        #[n(2)]
        SystemChange = "system-change", "system-change group", ["system change"];
        #[n(3)]
        KnownPerson = "known-person", "led by somebody known for an affiliation", ["person", "well known person"];
        #[n(4)]
        IssueGroup = "issue-group", "issue group formed by a party", ["formed by a party"];
        #[n(5)]
        Affiliated = "affiliated", "officially affiliated with a party", ["official", "officially affiliated"];
        #[n(6)]
        Party = "party", "political party", ["a party"];
    }
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

impl Stage {
    /// A relationship moves on from what is earlier. From its end it does not.
    pub fn is_before(self, later: Stage) -> bool {
        self != Stage::Ended && self > later
    }
}

impl FactKind {
    /// The words of its values.
    pub fn choices(self) -> &'static [Choice] {
        match self {
            FactKind::Stage => Stage::CHOICES,
            FactKind::Health => Health::CHOICES,
            FactKind::AffiliationKind => AffiliationKind::CHOICES,
        }
    }

    /// What holds as long as nobody has said anything.
    pub(crate) fn not_said(self) -> Fact {
        match self {
            FactKind::Stage => Fact::Stage(Stage::Mapped),
            FactKind::Health => Fact::Health(Health::Unclear),
            FactKind::AffiliationKind => Fact::AffiliationKind(AffiliationKind::Unknown),
        }
    }
}

impl Fact {
    pub fn typed(kind: FactKind, typed: &str) -> Result<Fact, Rejection> {
        let fact = match kind {
            FactKind::Stage => Stage::typed(typed).map(Fact::Stage),
            FactKind::Health => Health::typed(typed).map(Fact::Health),
            FactKind::AffiliationKind => AffiliationKind::typed(typed).map(Fact::AffiliationKind),
        };
        fact.ok_or_else(|| Rejection::NotOneOf {
            field: kind.slug(),
            typed: words::shown_line(typed).chars().take(40).collect(),
            choices: kind.choices(),
        })
    }

    pub fn kind(self) -> FactKind {
        match self {
            Fact::Stage(_) => FactKind::Stage,
            Fact::Health(_) => FactKind::Health,
            Fact::AffiliationKind(_) => FactKind::AffiliationKind,
        }
    }

    pub fn slug(self) -> &'static str {
        match self {
            Fact::Stage(stage) => stage.slug(),
            Fact::Health(health) => health.slug(),
            Fact::AffiliationKind(kind) => kind.slug(),
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Fact::Stage(stage) => stage.label(),
            Fact::Health(health) => health.label(),
            Fact::AffiliationKind(kind) => kind.label(),
        }
    }

    /// Somebody said that they do not know.
    pub fn is_unknown(self) -> bool {
        self == Fact::AffiliationKind(AffiliationKind::Unknown)
    }

    /// It says that they are of a party or led by somebody of one.
    pub(crate) fn ties_to_a_party(self) -> bool {
        use AffiliationKind::{Affiliated, IssueGroup, KnownPerson, Party};
        matches!(self, Fact::AffiliationKind(KnownPerson | IssueGroup | Affiliated | Party))
    }

    /// What is claimed about health or affiliation can hurt people, so it needs a source.
    pub(crate) fn needs_source(self) -> bool {
        match self {
            Fact::Stage(_) => false,
            Fact::Health(health) => health == Health::Strained,
            Fact::AffiliationKind(_) => !self.is_unknown(),
        }
    }

    /// It lets go of a tie to a party, which nobody does without saying why; whoever knows of a closer one need not.
    pub fn loosens(self, old: Fact) -> bool {
        self.kind() == FactKind::AffiliationKind && old.kind() == self.kind() && !self.is_unknown() && self < old
    }

    pub(crate) fn named(kind: FactKind, slug: &str) -> Option<Fact> {
        match kind {
            FactKind::Stage => Stage::named(slug).map(Fact::Stage),
            FactKind::Health => Health::named(slug).map(Fact::Health),
            FactKind::AffiliationKind => AffiliationKind::named(slug).map(Fact::AffiliationKind),
        }
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
        assert_eq!(AffiliationKind::ALL.len(), 7);
    }

    #[test]
    fn the_earlier_stage_is_the_strict_one_and_the_end_is_before_all() {
        let stage = |word| Fact::typed(FactKind::Stage, word).unwrap();
        assert!(stage("mapped") > stage("approached"));
        assert!(stage("acquainted") > stage("partner"));
        assert!(stage("ended") > stage("mapped"));
    }

    #[test]
    fn a_first_approach_moves_on_only_what_is_earlier() {
        let earlier: Vec<Stage> = Stage::ALL.into_iter().filter(|stage| stage.is_before(Stage::Approached)).collect();
        assert_eq!(earlier, [Stage::Cleared, Stage::Mapped], "and nothing begins again at its end");
    }
}
