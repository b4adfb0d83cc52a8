//! What holds of every case, whoever says what in whatever order.

use std::collections::BTreeSet;

use allymap_policy::{
    About, Branding, Case, Fact, Label, Outcome, Pack, Part, Per, Question, RiskType, Role, Statement, Verdict, cases,
    evaluate, questions, what_would_change,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

// How cases are made up.

fn about(fact: Fact) -> BoxedStrategy<About> {
    let organiser =
        || select(vec!["", "Choir", "Bowls Club", "Surf school"]).prop_map(|name| About::Organiser(name.to_owned()));
    let community = || select(vec!["", "Elders", "Youth council"]).prop_map(|name| About::Community(name.to_owned()));
    match fact.per() {
        Per::Event => Just(About::Event).boxed(),
        Per::Organiser => organiser().boxed(),
        Per::Community => community().boxed(),
        Per::OrganiserOrCommunity => prop_oneof![organiser(), community()].boxed(),
        Per::Party => select(vec!["A", "B", "D"]).prop_map(|name| About::Party(name.to_owned())).boxed(),
        Per::Risk => {
            let risk = || select(RiskType::ALL.to_vec());
            let of = (risk(), select(vec!["Choir", "Bowls Club"]))
                .prop_map(|(risk, name)| About::RiskOf(risk, name.to_owned()));
            prop_oneof![3 => risk().prop_map(About::Risk), 1 => of].boxed()
        }
        Per::Rule => select(vec!["R1", "R2b", "R2c", "R5", "R7", "R12", "R13", "R25", "R28"])
            .prop_map(|rule| About::Rule(rule.to_owned()))
            .boxed(),
    }
}

fn value(fact: Fact) -> BoxedStrategy<String> {
    match fact {
        Fact::MajorParties => select(vec!["A", "B", "C"]).prop_map(str::to_owned).boxed(),
        Fact::Requests => select(vec!["other", "no-branding", "do-not-come", "lifted"]).prop_map(str::to_owned).boxed(),
        fact => select(fact.values().to_vec()).prop_map(str::to_owned).boxed(),
    }
}

/// The facts of which people disagree most come up more often.
fn fact() -> impl Strategy<Value = Fact> {
    let all: Vec<Fact> = Fact::ALL.into_iter().filter(|fact| *fact != Fact::Mitigation).collect();
    let hard = vec![
        Fact::Risk,
        Fact::Consent,
        Fact::RightsHolders,
        Fact::Referral,
        Fact::Requests,
        Fact::Affiliation,
        Fact::Message,
    ];
    prop_oneof![select(all), select(hard)]
}

/// One statement, and which of those before it was seen.
fn statement() -> impl Strategy<Value = (Statement, Vec<Index>)> {
    fact()
        .prop_flat_map(|fact| {
            (
                Just(fact),
                about(fact),
                proptest::option::weighted(0.85, value(fact)),
                proptest::option::of(select(Fact::Mitigation.values().to_vec())),
                (any::<bool>(), any::<bool>(), any::<bool>()),
                vec(any::<Index>(), 0..6),
                select(vec!["no filming", "no shirts"]),
            )
        })
        .prop_map(|(fact, about, value, mitigation, (reason, giver, other_day), seen, text)| {
            let said = Statement {
                value,
                mitigation: mitigation.filter(|_| fact == Fact::Risk).map(str::to_owned),
                reason: reason.then(|| "because".to_owned()),
                giver: giver.then(|| "Aunty June".to_owned()),
                date: Some("3 March".to_owned()),
                occasion: (other_day && fact == Fact::Consent).then(|| "film night".to_owned()),
                text: (fact == Fact::Requests).then(|| text.to_owned()),
                ..Statement::unknown("", fact, about)
            };
            (said, seen)
        })
}

/// What one person says, knowing `before`.
fn speak(who: &str, before: &[Statement], said: Vec<(Statement, Vec<Index>)>, sees: bool) -> Vec<Statement> {
    let mut all = before.to_vec();
    for (place, (statement, seen)) in said.into_iter().enumerate() {
        let id = format!("{who}{place}");
        // Whoever sees at all mostly sees what was said of the same fact.
        let same: Vec<&Statement> =
            all.iter().filter(|said| said.fact == statement.fact && said.about == statement.about).collect();
        let mut saw: BTreeSet<String> = BTreeSet::new();
        if sees && !all.is_empty() {
            for index in &seen {
                saw.insert(if same.is_empty() { index.get(&all).id.clone() } else { index.get(&same).id.clone() });
                saw.insert(index.get(&all).id.clone());
            }
        }
        all.push(Statement {
            act: id.clone(),
            id,
            author: who.to_owned(),
            saw: saw.into_iter().collect(),
            ..statement
        });
    }
    all
}

fn case_of(statements: Vec<Statement>) -> Case {
    Case { statements, ..Case::new() }
}

fn any_case() -> impl Strategy<Value = Case> {
    vec(statement(), 0..25).prop_map(|said| case_of(speak("a", &[], said, true)))
}

/// What both know, and what each says without knowing of the other.
fn two_people(ben_sees: bool) -> impl Strategy<Value = (Case, Case)> {
    (vec(statement(), 0..14), vec(statement(), 0..10), vec(statement(), 0..10)).prop_map(move |(both, ana, ben)| {
        let both = speak("s", &[], both, true);
        (case_of(speak("ana", &both, ana, true)), case_of(speak("ben", &both, ben, ben_sees)))
    })
}

fn core(outcome: &Outcome) -> (Verdict, Role, Branding) {
    (outcome.verdict, outcome.role, outcome.branding)
}

fn is_no_looser(then: &Outcome, than: &Outcome) -> bool {
    then.verdict >= than.verdict && then.role >= than.role && then.branding >= than.branding
}

fn shipped(case: &Case) -> Outcome {
    evaluate(Pack::shipped(), case)
}

/// The pack with its rules in another order.
fn shuffled(order: &[u32]) -> Pack {
    let mut parts = Pack::SHIPPED_TEXT.split("\n[[rule]]\n");
    let head = parts.next().unwrap().to_owned();
    let mut rules: Vec<(u32, &str)> =
        parts.enumerate().map(|(place, rule)| (order[place % order.len()], rule)).collect();
    rules.sort();
    let rules: String = rules.iter().map(|(_, rule)| format!("\n[[rule]]\n{rule}")).collect();
    Pack::parse(&(head + &rules)).unwrap()
}

// What holds.

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_known_only_asks(case in any_case(), of in fact().prop_flat_map(|fact| (Just(fact), about(fact)))) {
        // The first law, read from both ends: somebody who says "not known" and saw nothing changes nothing, and whatever
        // one fact turns out to be, the answer without it was no stricter.
        let (fact, about) = of;
        let with = shipped(&case);
        let named = case.clone().with(Statement::unknown("nobody knows", Fact::Message, About::Event));
        prop_assert_eq!(&with, &shipped(&named));
        if fact != Fact::Referral {
            let mut without = case.clone();
            without.statements.retain(|said| said.fact != fact || said.about != about);
            let without = shipped(&without);
            prop_assert!(is_no_looser(&with, &without), "{fact}: {:?} with, {:?} without", core(&with), core(&without));
        }
    }

    #[test]
    fn of_two_who_did_not_see_each_other_the_stricter_counts(
        case in any_case(),
        (fact, about, one, other) in fact().prop_flat_map(|fact| (Just(fact), about(fact), value(fact), value(fact)))
    ) {
        // The second law.
        prop_assume!(fact != Fact::Referral && fact != Fact::Requests);
        let mut case = case;
        case.statements.retain(|said| said.fact != fact || said.about != about);
        let says = |id: &str, value: &str| Statement::new(id, fact, about.clone(), value).given("Aunty June", "3 March");
        let (ana, ben) = (says("Ana", &one), says("Ben", &other));
        let both = shipped(&case.clone().with(ana.clone()).with(ben.clone()));
        prop_assert_eq!(&both, &shipped(&case.clone().with(ben.clone()).with(ana.clone())));
        let alone = [shipped(&case.clone().with(ana)), shipped(&case.clone().with(ben))];
        for alone in &alone {
            prop_assert!(is_no_looser(&both, alone));
        }
        let question = Question::new(fact, about.clone());
        let counts = !matches!(&about, About::Party(_));
        if counts {
            let differ = one != other && !matches!(fact, Fact::Category | Fact::MajorParties);
            prop_assert_eq!(both.differs.contains(&question), differ);
        }
        let place = |value: &str| fact.values().iter().position(|known| *known == value);
        if !matches!(fact, Fact::Category | Fact::MajorParties | Fact::Risk | Fact::Consent) {
            let stricter = usize::from(place(&other) > place(&one));
            prop_assert_eq!(core(&both), core(&alone[stricter]));
            prop_assert_eq!(&both.conditions, &alone[stricter].conditions);
            prop_assert_eq!(&both.open, &alone[stricter].open);
        }
    }

    #[test]
    fn the_order_of_rules_and_of_statements_changes_nothing(
        case in any_case(), order in vec(any::<u32>(), 31), turn in any::<Index>()
    ) {
        let as_shipped = shipped(&case);
        prop_assert_eq!(&as_shipped, &evaluate(&shuffled(&order), &case));
        let mut turned = case.clone();
        if !turned.statements.is_empty() {
            let by = turn.index(turned.statements.len());
            turned.statements.rotate_left(by);
            turned.statements.push(turned.statements[0].clone());
        }
        prop_assert_eq!(&as_shipped, &shipped(&turned));
    }

    #[test]
    fn outcomes_join_in_any_order_and_as_often_as_you_like(one in any_case(), two in any_case(), three in any_case()) {
        let [a, b, c] = [&one, &two, &three].map(shipped);
        let join = |a: &Outcome, b: &Outcome| a.clone().join(b.clone());
        prop_assert_eq!(join(&a, &b), join(&b, &a));
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        prop_assert_eq!(join(&a, &a), a.clone());
        prop_assert_eq!(join(&a, &Outcome::default()), a.clone());
        prop_assert!(is_no_looser(&join(&a, &b), &a));
    }

    #[test]
    fn merging_goes_in_any_order_and_as_often_as_you_like((ana, ben) in two_people(true), cam in any_case()) {
        let cam = case_of(speak("cam", &ana.statements[..0], cam.statements.into_iter().map(|said| (said, Vec::new())).collect(), false));
        prop_assert_eq!(shipped(&ana.merge(&ben)), shipped(&ben.merge(&ana)));
        prop_assert_eq!(shipped(&ana.merge(&ben).merge(&cam)), shipped(&ana.merge(&ben.merge(&cam))));
        prop_assert_eq!(shipped(&ana.merge(&ana)), shipped(&ana));
        prop_assert_eq!(ana.merge(&ben).merge(&ben), ana.merge(&ben));
    }

    #[test]
    fn what_another_says_without_having_seen_anything_never_loosens((ana, ben) in two_people(false)) {
        let merged = shipped(&ana.merge(&ben));
        let mine = shipped(&ana);
        prop_assert!(is_no_looser(&merged, &mine), "{:?} merged, {:?} mine", core(&merged), core(&mine));
    }

    #[test]
    fn a_merge_loosens_only_what_the_others_releases_name((ana, ben) in two_people(true)) {
        let merged = shipped(&ana.merge(&ben));
        let bound = shipped(&case_of(without_what_is_named(&ana.statements, &ben.statements)));
        prop_assert!(is_no_looser(&merged, &bound), "{:?} merged, {:?} without what Ben names", core(&merged), core(&bound));
    }

    #[test]
    fn every_part_has_a_reason(case in any_case()) {
        let outcome = shipped(&case);
        let has = |part: Part| outcome.reasons_for(part).next().is_some();
        prop_assert!(has(Part::Verdict) && has(Part::Role) && has(Part::Branding));
        prop_assert!(outcome.open.is_empty() || has(Part::Open));
        prop_assert!(outcome.conditions.is_empty() || has(Part::Conditions));
        prop_assert!(outcome.refer.is_empty() || has(Part::Refer));
        prop_assert!(outcome.options.is_empty() || has(Part::Options));
        prop_assert!(outcome.because.iter().all(|reason| !reason.parts.is_empty() && !reason.text.is_empty()));
    }

    #[test]
    fn what_would_change_it_does(case in any_case()) {
        let now = shipped(&case);
        for change in what_would_change(Pack::shipped(), &case) {
            let then = shipped(&change.applied_to(&case));
            prop_assert_eq!(&then, &change.outcome);
            prop_assert_eq!(then.label(), change.label);
            prop_assert!(core(&then) != core(&now) || then.label() != now.label());
            prop_assert!(is_no_looser(&now, &then));
        }
    }

    #[test]
    fn nothing_that_anybody_may_send_makes_it_panic(
        said in vec((any::<Index>(), any::<Index>(), "[a-z-]{0,12}", vec(0..12u8, 0..6), any::<bool>()), 0..12),
        occasion in proptest::option::of("[a-z]{0,3}"),
        text in "[\\[\\]{}=\"a-z_.\n ]{0,200}",
        cut in any::<Index>(),
    ) {
        // Facts of the wrong subject, values of nowhere, statements that saw each other in a circle.
        let abouts = [
            About::Event,
            About::Organiser("x".to_owned()),
            About::Community(String::new()),
            About::Party("A".to_owned()),
            About::Risk(RiskType::Legal),
            About::RiskOf(RiskType::Legal, "x".to_owned()),
            About::Rule("R5".to_owned()),
        ];
        let statements = said.into_iter().enumerate().map(|(place, (fact, about, word, saw, is_known))| {
            let fact = *fact.get(&Fact::ALL);
            let known = fact.values().get(word.len() % fact.values().len().max(1)).map(|value| (*value).to_owned());
            let saw: Vec<String> = saw.iter().map(|place| format!("s{place}")).collect();
            Statement { saw, value: if is_known { known } else { Some(word) }, ..Statement::unknown(format!("s{place}"), fact, about.get(&abouts).clone()) }
        });
        let case = Case { statements: statements.collect(), occasion, ..Case::new() };
        let outcome = shipped(&case);
        prop_assert!(serde_json::to_string(&outcome).is_ok());
        let _ = (what_would_change(Pack::shipped(), &case), questions(Pack::shipped(), &case));
        let _ = (Pack::parse(&text).is_ok(), cases::parse(&text).is_ok());
        let pack = Pack::SHIPPED_TEXT;
        let cut = (0..=cut.index(pack.len())).rev().find(|at| pack.is_char_boundary(*at)).unwrap_or(0);
        let _ = Pack::parse(&format!("{}{text}{}", &pack[..cut], &pack[cut..]));
    }
}

/// Ana's statements, where each that a release of Ben names has lost its value but still replaces what it replaced.
fn without_what_is_named(ana: &[Statement], ben: &[Statement]) -> Vec<Statement> {
    let find = |id: &String| ben.iter().find(|said| said.id == *id);
    let mut named: BTreeSet<String> = BTreeSet::new();
    for said in ben.iter().filter(|said| said.id.starts_with("ben") && said.value.is_some()) {
        if said.fact == Fact::Referral {
            named.extend(said.saw.iter().filter(|id| find(id).is_some_and(|seen| seen.fact == Fact::Risk)).cloned());
        }
        let mut open = vec![said];
        while let Some(next) = open.pop() {
            for seen in next.saw.iter().filter_map(find) {
                if seen.fact == said.fact && seen.about == said.about && named.insert(seen.id.clone()) {
                    open.push(seen);
                }
            }
        }
    }
    ana.iter()
        .map(|said| match named.contains(&said.id) && said.fact != Fact::Requests {
            true => {
                let reason = if said.value.is_none() { Some("taken back".to_owned()) } else { said.reason.clone() };
                Statement { value: None, was: Some("named by Ben".to_owned()), reason, ..said.clone() }
            }
            false if named.contains(&said.id) && said.value.as_deref() != Some("lifted") => {
                Statement { about: About::Event, ..said.clone() }
            }
            false => said.clone(),
        })
        .collect()
}

#[test]
fn every_combination_has_exactly_one_label() {
    // The table as people read it, kept apart from the code that it checks.
    type Row = (fn(Verdict, Role, Branding, bool) -> bool, &'static str);
    let table: [Row; 12] = [
        (|verdict, _, _, _| verdict == Verdict::Stop, "Do not take part"),
        (|verdict, _, _, _| verdict == Verdict::Reconsider, "Reconsider"),
        (|_, _, _, open| open, "Ask first"),
        (|_, role, branding, _| role == Role::Partner && branding == Branding::Full, "Partner, full branding"),
        (
            |_, role, branding, _| role == Role::Partner && branding == Branding::OnlyIfTheyAsk,
            "Partner, branding only if they ask",
        ),
        (|_, role, branding, _| role == Role::Partner && branding == Branding::None, "Partner, no branding"),
        (
            |_, role, branding, _| role == Role::Supporter && branding == Branding::Full,
            "Support and attend with branding",
        ),
        (
            |_, role, branding, _| role == Role::Supporter && branding == Branding::OnlyIfTheyAsk,
            "Support, branding only if they ask",
        ),
        (|_, role, branding, _| role == Role::Supporter && branding == Branding::None, "Support, no branding"),
        (|_, role, _, _| role == Role::Silent, "Silent partner"),
        (|_, role, _, _| role == Role::IssueOnly, "Attend for the issue only"),
        (|_, role, _, _| role == Role::None, "Not as partner; own action only"),
    ];
    let mut seen = BTreeSet::new();
    for verdict in Verdict::EVERY {
        for role in Role::EVERY {
            for branding in Branding::EVERY {
                for open in [false, true] {
                    let first = table.iter().find(|(fits, _)| fits(*verdict, *role, *branding, open));
                    let label = Label::of(*verdict, *role, *branding, open);
                    assert_eq!(first.map(|(_, words)| *words), Some(label.words()));
                    seen.insert(label);
                }
            }
        }
    }
    assert_eq!(seen.len(), Label::ALL.len());
}
