//! Risks: six types, each rated by whoever saw something. The strict side counts until somebody who saw both settles it.

use minicbor::{Decode, Encode};

use crate::author::Author;
use crate::entry::Entry;
use crate::entry::assertion::{Claim, Stated};
use crate::ids::RowId;
use crate::words::choice::words;

/// A rating of one type of risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Risk {
    pub kind: RiskKind,
    pub level: Level,
    pub mitigation: Mitigation,
}

words! {
    /// The partnership guide's six types.
    #[derive(Encode, Decode)]
    #[cbor(index_only)]
    RiskKind {
        #[n(0)]
        Political = "political", "political";
        #[n(1)]
        Policy = "policy", "policy", ["policy related"];
        #[n(2)]
        Financial = "financial", "financial", ["money"];
        #[n(3)]
        Legal = "legal", "legal", ["law"];
        #[n(4)]
        Reputational = "reputational", "reputational", ["reputation"];
        #[n(5)]
        Physical = "physical", "physical", ["safety", "danger"];
    }
}

words! {
    /// Mild to strict. Unknown is no level at all: it never counts as none.
    #[derive(Encode, Decode)]
    #[cbor(index_only)]
    Level {
        #[n(0)]
        Unknown = "unknown", "unknown", ["?", "not known"];
        #[n(1)]
        None = "none", "none", ["no"];
        #[n(2)]
        Low = "low", "low";
        #[n(3)]
        Medium = "medium", "medium", ["mid"];
        #[n(4)]
        High = "high", "high";
    }
}

words! {
    /// Mild to strict; not knowing is stricter than knowing that it was dealt with.
    #[derive(Encode, Decode)]
    #[cbor(index_only)]
    Mitigation {
        #[n(0)]
        NoneNeeded = "none-needed", "none needed", ["not needed"];
        #[n(1)]
        Mitigated = "mitigated", "mitigated", ["done"];
        #[n(2)]
        Unknown = "unknown", "mitigation unknown", ["?", "not known"];
        #[n(3)]
        CanBe = "can-be", "can be mitigated", ["possible"];
        #[n(4)]
        Cannot = "cannot", "cannot be mitigated", ["impossible"];
    }
}

/// What stands about one type of risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskStanding {
    pub kind: RiskKind,
    /// The strictest known level.
    pub counts: Level,
    /// The strictest mitigation among the ratings of that level.
    pub mitigation: Mitigation,
    /// All that nobody replaced, and strict ratings that were only taken back: those still bind.
    pub said: Vec<Stated>,
    /// They do not agree, and nobody who saw them has settled it.
    pub differs: bool,
    /// Somebody took a rating back, so the question is open again.
    pub open_again: bool,
    /// Strict ratings among those said that were taken back, and by whom: they count until somebody settles them.
    pub taken_back: Vec<(RowId, Author)>,
}

/// One rating, as [`join`] needs to know it.
pub(crate) struct Rated {
    pub stated: Stated,
    pub standing: Standing,
    /// It replaces earlier ones.
    pub replaces: bool,
    pub taken_back_by: Option<Author>,
}

impl Risk {
    /// As strict as another rating, in its level and in what can be done.
    pub(crate) fn covers(self, other: Risk) -> bool {
        self.level >= other.level && self.mitigation >= other.mitigation
    }
}

impl Level {
    /// Medium and high change what may be done; whether they can be mitigated is worth a question (partnership guide,
    /// section 3).
    pub fn is_strict(self) -> bool {
        matches!(self, Level::Medium | Level::High)
    }
}

impl RiskStanding {
    /// What somebody who settles it has read, and replaces: all that stands.
    pub fn to_settle(&self) -> Vec<RowId> {
        self.said.iter().map(|stated| stated.id).collect()
    }

    /// Each rating that stands, the strictest first.
    pub fn strictest_first(&self) -> Vec<&Stated> {
        let mut said: Vec<&Stated> = self.said.iter().collect();
        said.sort_by_key(|stated| std::cmp::Reverse(stated.level()));
        said
    }

    /// The last of the ratings that say what counts.
    pub fn that_counts(&self) -> Option<&Stated> {
        self.said.iter().rfind(|stated| stated.level() == self.counts)
    }

    /// Who took a strict rating back, which counts all the same until somebody settles it.
    pub fn taken_back_by(&self, stated: &Stated) -> Option<&Author> {
        self.taken_back.iter().find(|(id, _)| *id == stated.id).map(|(_, by)| by)
    }
}

impl Stated {
    /// The rating, if it is one.
    pub fn risk(&self) -> Option<Risk> {
        match self.assertion.claim {
            Claim::Risk(risk) => Some(risk),
            _ => None,
        }
    }

    /// How high it was rated.
    pub fn level(&self) -> Level {
        self.risk().map_or(Level::Unknown, |risk| risk.level)
    }
}

impl Entry {
    /// Always six lines, in the guide's order (partnership guide, section 3): what nobody looked at is not left out.
    pub fn six_risks(&self) -> [(RiskKind, Option<&RiskStanding>); 6] {
        RiskKind::ALL.map(|kind| (kind, self.risk(kind)))
    }
}

/// What one rating adds to a type's standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody replaced it.
    Stands,
    /// Replaced by "not known" only.
    TakenBack,
    /// Replaced by somebody who knew better.
    Settled,
}

/// Join what was said about one type. `stated` goes with each rating; settled ones may be left out.
pub(crate) fn join(kind: RiskKind, stated: Vec<Rated>) -> Option<RiskStanding> {
    let said: Vec<Rated> = stated
        .into_iter()
        .filter(|rated| match rated.standing {
            Standing::Stands => true,
            // What it made stricter stays; what it loosened has ended.
            Standing::TakenBack => rated.stated.level().is_strict(),
            Standing::Settled => false,
        })
        .collect();
    if said.is_empty() {
        return None;
    }
    let reopens = |rated: &Rated| rated.replaces && rated.stated.level() == Level::Unknown;
    let open_again = said.iter().any(|rated| reopens(rated) || rated.taken_back_by.is_some());
    let known: Vec<Risk> =
        said.iter().filter_map(|rated| rated.stated.risk()).filter(|risk| risk.level != Level::Unknown).collect();
    let counts = known.iter().map(|risk| risk.level).max().unwrap_or(Level::Unknown);
    let mitigation = known
        .iter()
        .filter(|risk| risk.level == counts)
        .map(|risk| risk.mitigation)
        .max()
        .unwrap_or(Mitigation::Unknown);
    let several_levels = known.iter().any(|risk| risk.level != counts);
    let mut mitigations = known
        .iter()
        .filter(|risk| risk.level.is_strict())
        .map(|risk| risk.mitigation)
        .filter(|mitigation| !matches!(mitigation, Mitigation::Unknown | Mitigation::NoneNeeded));
    let several_mitigations = match mitigations.next() {
        Some(first) => mitigations.any(|other| other != first),
        None => false,
    };
    let known_beside_open = open_again
        && said.iter().any(|rated| rated.standing == Standing::Stands && rated.stated.level() != Level::Unknown);
    Some(RiskStanding {
        kind,
        counts,
        mitigation,
        taken_back: said.iter().filter_map(|rated| Some((rated.stated.id, rated.taken_back_by.clone()?))).collect(),
        said: said.into_iter().map(|rated| rated.stated).collect(),
        differs: several_levels || several_mitigations || known_beside_open,
        open_again,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::date::When;
    use crate::entry::assertion::Assertion;
    use crate::tests::desk::{Desk, NOW, row, today};

    #[test]
    fn every_word_reads_back() {
        for kind in RiskKind::ALL {
            assert_eq!(RiskKind::typed(kind.slug()), Some(kind));
        }
        for level in Level::ALL {
            assert_eq!(Level::typed(level.slug()), Some(level));
        }
        for mitigation in Mitigation::ALL {
            assert_eq!(Mitigation::typed(mitigation.slug()), Some(mitigation));
        }
        assert_eq!(RiskKind::typed("Reputation"), Some(RiskKind::Reputational));
        assert_eq!(Level::typed("?"), Some(Level::Unknown));
        assert_eq!(Level::typed("enormous"), None);
    }

    #[test]
    fn whoever_settles_a_risk_replaces_all_that_stands_and_the_strict_one_is_read_first() {
        let [mut ana, mut ben, _] = Desk::three_choirs();
        let rated = |level, reason: &str| {
            let risk = Risk { kind: RiskKind::Legal, level, mitigation: Mitigation::Unknown };
            let reason = Some(reason.to_owned());
            Assertion { reason, ..Assertion::new(Claim::Risk(risk), When::on(today()), NOW) }
        };
        ana.edit(|edit| Entry::assert(edit, row(1), &rated(Level::Low, "a letter"))).unwrap();
        ben.edit(|edit| Entry::assert(edit, row(2), &rated(Level::High, "a summons"))).unwrap();
        ana.learn(&[&ben]);
        let entry = ana.entry();
        let standing = entry.risk(RiskKind::Legal).unwrap();
        assert_eq!(
            standing.strictest_first().iter().map(|stated| stated.level()).collect::<Vec<_>>(),
            [Level::High, Level::Low]
        );
        assert_eq!(standing.that_counts().map(|stated| stated.id), Some(row(2)));
        let settled = Assertion { supersedes: standing.to_settle(), ..rated(Level::None, "withdrawn") };
        ana.edit(|edit| Entry::assert(edit, row(3), &settled)).unwrap();
        let entry = ana.entry();
        assert_eq!(entry.risk(RiskKind::Legal).map(RiskStanding::to_settle), Some(vec![row(3)]));
        let looked_at = entry.six_risks().map(|(kind, standing)| (kind, standing.is_some()));
        assert_eq!(looked_at, RiskKind::ALL.map(|kind| (kind, kind == RiskKind::Legal)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        /// Nobody wins by a clock that runs ahead or behind, and none by writing an earlier or later day.
        #[test]
        fn no_clock_decides_which_rating_counts(
            done in prop::collection::vec((0..3usize, 0..5usize, any::<bool>(), any::<bool>(), any::<u32>(), 0..900i32), 1..12)
        ) {
            let tell = |honest: bool| {
                let mut desks = Desk::three_choirs();
                for (id, (desk, level, settles, learns, hour, ago)) in (1..).zip(&done) {
                    let seen = desks[*desk].entry().risk(RiskKind::Legal).filter(|_| *settles).map_or(Vec::new(), |standing| {
                        standing.said.iter().map(|stated| stated.id).collect()
                    });
                    let risk = Risk { kind: RiskKind::Legal, level: Level::ALL[*level], mitigation: Mitigation::Unknown };
                    let (clock, day) = if honest { (NOW, today()) } else { (u64::from(*hour) * 3_600_000, today().plus_days(-ago).unwrap()) };
                    let assertion = Assertion {
                        reason: Some("saw it".into()),
                        supersedes: seen,
                        ..Assertion::new(Claim::Risk(risk), When::on(day), clock)
                    };
                    desks[*desk].edit(|edit| Entry::assert(edit, row(id), &assertion)).unwrap();
                    if *learns {
                        let other = desks[*desk].clone();
                        desks[(*desk + 1) % 3].learn(&[&other]);
                    }
                }
                let [ana, ben, cleo] = desks;
                let (mut one, mut two) = (ana.clone(), cleo.clone());
                one.learn(&[&ben, &cleo]);
                two.learn(&[&ana, &ben]);
                [one, two].map(|desk| {
                    let entry = desk.entry();
                    let standing = entry.risk(RiskKind::Legal).unwrap();
                    let mut ids: Vec<_> = standing.said.iter().map(|stated| stated.id).collect();
                    ids.sort();
                    (standing.counts, standing.mitigation, standing.differs, standing.open_again, ids)
                })
            };
            let ([one, two], [plain, _]) = (tell(false), tell(true));
            prop_assert_eq!(&one, &two);
            prop_assert_eq!(&one, &plain);
        }
    }
}
