//! What a case with `base = true` begins with.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Statement;
use crate::cases::reading::{Act, NAMED, Reading};
use crate::fact::{About, Fact, Per, RiskType};

impl Reading<'_, '_> {
    /// The base value of every fact that nothing in the case states.
    pub(super) fn base(&mut self) {
        self.act = Act::start();
        let stated: BTreeSet<(Fact, About)> =
            self.case.statements.iter().map(|said| (said.fact, said.about.clone())).collect();
        let or_unnamed = |names: &BTreeSet<String>| -> Vec<String> {
            if names.is_empty() { vec![String::new()] } else { names.iter().cloned().collect() }
        };
        let (organisers, communities) = (or_unnamed(&self.organisers), or_unnamed(&self.communities));
        let mut base: BTreeMap<(Fact, About), Vec<Statement>> = BTreeMap::new();
        let mut add = |fact: Fact, about: About, value: &str| {
            let said = Statement::new("", fact, about.clone(), value);
            let said = if fact == Fact::Consent { said.given(NAMED, NAMED) } else { said };
            base.entry((fact, about)).or_default().push(said);
        };
        for (fact, values) in BASE {
            for value in *values {
                match fact.per() {
                    Per::Organiser => {
                        organisers.iter().for_each(|name| add(*fact, About::Organiser(name.clone()), value));
                    }
                    Per::Community | Per::OrganiserOrCommunity => {
                        communities.iter().for_each(|name| add(*fact, About::Community(name.clone()), value));
                    }
                    Per::Risk => RiskType::ALL.into_iter().for_each(|risk| add(*fact, About::Risk(risk), value)),
                    _ => add(*fact, About::Event, value),
                }
            }
        }
        for (key, statements) in base {
            if !stated.contains(&key) {
                for statement in statements {
                    let mitigation = (statement.fact == Fact::Risk).then(|| "none-needed".to_owned());
                    self.push(Statement { mitigation, ..statement });
                }
            }
        }
    }
}

/// An event against which nothing speaks.
const BASE: &[(Fact, &[&str])] = &[
    (Fact::Requested, &["partner"]),
    (Fact::Message, &["same"]),
    (Fact::Target, &["policy"]),
    (Fact::Balanced, &["yes"]),
    (Fact::LawConflict, &["no"]),
    (Fact::FaithHost, &["none"]),
    (Fact::Formal, &["no"]),
    (Fact::GovernmentHost, &["none"]),
    (Fact::Funds, &["none"]),
    (Fact::PoliticiansSpeak, &["no"]),
    (Fact::MajorParties, &["A", "B", "C"]),
    (Fact::Moderator, &["non-partisan"]),
    (Fact::Panel, &["balanced"]),
    (Fact::SpeakersChecked, &["yes"]),
    (Fact::SpeakersFound, &["fine"]),
    (Fact::Endorses, &["no"]),
    (Fact::DirectsVote, &["no"]),
    (Fact::NonpartisanLost, &["no"]),
    (Fact::RepOffice, &["no"]),
    (Fact::StaffChecked, &["yes"]),
    (Fact::Space, &["ok"]),
    (Fact::Unsure, &["no"]),
    (Fact::Category, &["b"]),
    (Fact::Affiliation, &["none"]),
    (Fact::SystemChange, &["no"]),
    (Fact::Tactics, &["lawful"]),
    (Fact::Research, &["done"]),
    (Fact::Corporate, &["none"]),
    (Fact::OpposesOther, &["no"]),
    (Fact::RightsHolders, &["no"]),
    (Fact::Consent, &["full"]),
    (Fact::BrandWish, &["wanted"]),
    (Fact::Risk, &["low"]),
];
