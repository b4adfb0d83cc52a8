//! The pack that ships, what it calls mild, what is asked next, and what would change an answer.

use allymap_policy::{
    About, Case, Fact, Label, Pack, Question, Refer, RiskType, Statement, evaluate, questions, what_would_change,
};

fn said(fact: Fact, value: &str) -> Statement {
    let about = match Question::parse(fact.name()) {
        Some(question) => question.about,
        None => About::Event,
    };
    Statement::new(fact.name(), fact, about, value).given("Aunty June", "3 March")
}

/// An event against which nothing speaks.
fn fine() -> Case {
    let file = "[[case]]\nid = \"fine\"\nbase = true";
    allymap_policy::cases::parse(file).unwrap().remove(0).case
}

/// The same, with one fact told otherwise and nothing else of it.
fn but(statement: Statement) -> Case {
    let mut case = fine();
    case.statements.retain(|said| said.fact != statement.fact || said.about != statement.about);
    case.with(statement)
}

#[test]
fn it_has_a_name_a_note_and_every_rule_in_words() {
    let pack = Pack::shipped();
    assert_eq!((pack.name(), pack.version()), ("au-2020-07", 1));
    assert!(pack.note().contains("our reading") && pack.note().contains("until staff"));
    let ids: Vec<&str> = pack.rules().iter().map(|rule| rule.id.0.as_str()).collect();
    let mut wanted: Vec<String> = (0..=28).map(|number| format!("R{number}")).collect();
    wanted.extend(["R2b", "R2c", "R18b"].map(str::to_owned));
    let mut sorted: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    sorted.sort();
    wanted.sort();
    assert_eq!(sorted, wanted);
    for rule in pack.rules() {
        for words in [&rule.text, &rule.does, &rule.source] {
            assert!(!words.trim().is_empty(), "{}", rule.id);
            assert!(!words.to_lowercase().contains("amnesty"), "{} names a real organisation", rule.id);
        }
    }
    assert_eq!(pack.rule("r18B").unwrap().id.0, "R18b");
}

#[test]
fn a_mild_value_leaves_verdict_role_and_branding_alone() {
    let pack = Pack::shipped();
    for fact in Fact::ALL.into_iter().filter(|fact| !matches!(fact, Fact::Requests | Fact::Referral | Fact::Mitigation))
    {
        for value in fact.values().iter().filter(|value| pack.is_mild(fact, value)) {
            let about = match fact {
                Fact::Risk => About::Risk(RiskType::Physical),
                Fact::Parties => About::Party("A".to_owned()),
                fact => Question::parse(fact.name()).unwrap().about,
            };
            let statement = Statement::new("x", fact, about, *value).given("Aunty June", "3 March");
            let outcome = evaluate(pack, &but(statement));
            assert_eq!(outcome.label_once_answered(), Label::PartnerFull, "{fact} {value}");
            assert_eq!(outcome.verdict.name(), "go", "{fact} {value}");
        }
    }
    for (fact, value) in [
        (Fact::Message, "different"),
        (Fact::Risk, "high"),
        (Fact::Risk, "medium"),
        (Fact::Consent, "conditional"),
        (Fact::RightsHolders, "led"),
        (Fact::Requested, "support"),
        (Fact::LawConflict, "no"),
        (Fact::Referral, "agreed"),
        (Fact::Mitigation, "cannot"),
        (Fact::Message, "a value of a newer version"),
    ] {
        assert!(!pack.is_mild(fact, value), "{fact} {value}");
    }
    for (fact, value) in
        [(Fact::Risk, "low"), (Fact::Consent, "full"), (Fact::Research, "done"), (Fact::Tactics, "lawful")]
    {
        assert!(pack.is_mild(fact, value), "{fact} {value}");
    }
}

#[test]
fn what_is_too_old_asks_again_and_moves_nothing() {
    let old = said(Fact::Message, "same").aged("was same in March 2025");
    let outcome = evaluate(Pack::shipped(), &but(old));
    let question = Question::new(Fact::Message, About::Event);
    assert_eq!(outcome.label(), Label::AskFirst);
    assert_eq!(outcome.notes[&question], "was same in March 2025");

    // The railing was replaced long ago. Age asks for a new look, and does not bring the old danger back.
    let risk = About::Risk(RiskType::Physical);
    let danger = Statement::risk("danger", RiskType::Physical, "high", Some("cannot"));
    let replaced = Statement::new("replaced", Fact::Risk, risk.clone(), "low").saw(["danger"]).because("a new railing");
    let outcome = evaluate(Pack::shipped(), &but(danger).with(replaced.aged("was low in March 2025")));
    assert_eq!(outcome.label(), Label::AskFirst);
    assert!(outcome.open.contains(&Question::new(Fact::Risk, risk)));
}

#[test]
fn a_speaker_with_a_tie_is_named() {
    let found = Statement { text: Some("Cr Dunn".to_owned()), ..said(Fact::SpeakersFound, "affiliated") };
    let outcome = evaluate(Pack::shipped(), &but(found));
    assert!(outcome.because.iter().any(|reason| reason.rule == "R18b" && reason.text.ends_with(": Cr Dunn")));
}

#[test]
fn the_label_says_whom_to_refer_to() {
    let mut outcome = evaluate(Pack::shipped(), &but(said(Fact::Message, "different")));
    assert_eq!(outcome.label_with_referrals(), "Ask first, refer to regional staff and Branch Committee");
    outcome.refer.insert(Refer::OrganisingTeam);
    assert_eq!(
        outcome.label_with_referrals(),
        "Ask first, refer to regional staff and Branch Committee and to the organising team"
    );
    let outcome = evaluate(Pack::shipped(), &but(said(Fact::Unsure, "yes")));
    assert_eq!(outcome.label_with_referrals(), "Partner, full branding, refer to the organising team");
    assert_eq!(evaluate(Pack::shipped(), &fine()).label_with_referrals(), "Partner, full branding");
}

#[test]
fn an_answer_prints_as_people_and_programs_read_it() {
    let outcome = evaluate(Pack::shipped(), &but(said(Fact::Message, "different")));
    let json = serde_json::to_value(&outcome).unwrap();
    assert_eq!(json["verdict_so_far"], "go-if");
    assert_eq!(json["role"], "issue-only");
    assert_eq!(json["branding"], "none");
    assert_eq!(json["label"], "Ask first");
    assert_eq!(json["open"], serde_json::json!(["referral.R5"]));
    assert_eq!(json["refer"], serde_json::json!(["branch-committee", "staff"]));
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 10, "{keys:?}");
    let file = "[[case]]\nid = \"x\"\nbase = true\nexpect = { label = \"Reconsider\" }";
    let cases = allymap_policy::cases::parse(file).unwrap();
    let line = serde_json::to_string(&allymap_policy::cases::run(Pack::shipped(), &cases)[0]).unwrap();
    assert!(line.starts_with("{\"id\":\"x\",\"verdict_so_far\":\"go\",") && !line.contains('\n'), "{line}");
    assert!(line.ends_with("\"differences\":[\"label is Partner, full branding, not Reconsider\"]}"), "{line}");
    let because = json["because"].as_array().unwrap().iter().find(|reason| reason["rule"] == "R5").unwrap();
    assert_eq!(because["source"], "PG 3");
    assert_eq!(because["parts"], serde_json::json!(["verdict", "role", "branding", "open", "conditions", "refer"]));
}

#[test]
fn one_church_and_a_formal_event_change_with_a_second_faith() {
    let mut case = but(said(Fact::FaithHost, "one"));
    case.statements.retain(|said| said.fact != Fact::Formal);
    let case = case.with(said(Fact::Formal, "yes"));
    let changes = what_would_change(Pack::shipped(), &case);
    let told: Vec<(String, &str, Label)> =
        changes.iter().map(|change| (change.question.to_string(), change.value.as_str(), change.label)).collect();
    assert_eq!(
        told,
        [("faith_host".to_owned(), "several", Label::PartnerFull), ("formal".to_owned(), "no", Label::PartnerFull),]
    );
}

#[test]
fn what_would_change_is_the_nearest_good_answer() {
    let told = |case: &Case| -> Vec<String> {
        what_would_change(Pack::shipped(), case)
            .iter()
            .map(|change| format!("{} {}: {}", change.question, change.value, change.label))
            .collect()
    };
    let danger = Statement::risk("danger", RiskType::Physical, "high", Some("cannot"));
    assert_eq!(told(&but(danger)), ["risk.physical can-be: Partner, full branding"]);
    assert_eq!(told(&but(said(Fact::Target, "person-or-party"))), ["target policy: Partner, full branding"]);
    assert_eq!(told(&but(said(Fact::Consent, "declined"))), ["consent full: Partner, full branding"]);
    assert_eq!(
        told(&but(said(Fact::Message, "different"))),
        ["message same: Partner, full branding", "referral.R5 agreed: Attend for the issue only"]
    );
    let shirts = Statement::request("shirts", "", "no shirts", "no-branding");
    assert_eq!(told(&fine().with(shirts)), ["requests lifted: Partner, full branding"]);
}

#[test]
fn a_case_that_names_a_rule_of_nowhere_fails() {
    let file =
        "[[case]]\nid = \"x\"\nbase = true\nreferral = { R55 = \"agreed\" }\nexpect = { because_excludes = [\"R66\"] }";
    let cases = allymap_policy::cases::parse(file).unwrap();
    let tried = allymap_policy::cases::run(Pack::shipped(), &cases).remove(0);
    assert!(!tried.passed());
    assert_eq!(tried.differences.len(), 2, "{:?}", tried.differences);
    assert_eq!(tried.differences[0], "`R55` is no rule of au-2020-07. Did you mean `R5`?");
}

#[test]
fn a_fine_event_has_nothing_to_change_and_nothing_to_ask() {
    assert!(what_would_change(Pack::shipped(), &fine()).is_empty());
    assert!(questions(Pack::shipped(), &fine()).is_empty());
}

#[test]
fn no_question_is_asked_that_can_change_nothing() {
    // Nothing is known: everything matters, and the first question is what we were asked for.
    let all = questions(Pack::shipped(), &Case::new());
    assert_eq!(all.len(), 27);
    assert_eq!(all[0].to_string(), "requested");
    // They said no: whatever else we find out, that is the answer.
    let no = Case::new().with(said(Fact::Consent, "declined"));
    assert!(questions(Pack::shipped(), &no).is_empty());
    // Somebody takes the no back: it still stops us, and asking them again is the one thing worth doing.
    let back = Statement::unknown("back", Fact::Consent, About::Community(String::new())).saw(["consent"]);
    let asked: Vec<String> = questions(Pack::shipped(), &no.with(back)).iter().map(Question::to_string).collect();
    assert_eq!(asked, ["consent"]);
    // The answer is to think again: speakers can be looked up later, a danger to people cannot wait.
    let again = Case::new().with(said(Fact::Target, "person-or-party"));
    let asked: Vec<String> = questions(Pack::shipped(), &again).iter().map(Question::to_string).collect();
    assert!(asked.contains(&"risk.physical".to_owned()) && asked.contains(&"endorses".to_owned()), "{asked:?}");
    assert!(!asked.contains(&"speakers_checked".to_owned()) && !asked.contains(&"research".to_owned()), "{asked:?}");
}

#[test]
fn a_question_is_written_and_read_back() {
    for text in [
        "message",
        "research.Bowls Club",
        "research.St. Mary's",
        "consent",
        "consent.Elders",
        "parties.B",
        "risk.legal",
        "risk.legal.mitigation",
        "risk.legal.Bowls Club",
        "risk.legal.Bowls Club.mitigation",
        "referral.R5",
    ] {
        assert_eq!(Question::parse(text).map(|question| question.to_string()).as_deref(), Some(text));
    }
    for text in ["", "mesage", "message.x", "risk", "risk.x", "mitigation"] {
        assert_eq!(Question::parse(text), None, "{text}");
    }
}

#[test]
fn statements_that_saw_each_other_in_a_circle_all_stand() {
    let no = said(Fact::Message, "different").saw(["yes"]);
    let yes = Statement::new("yes", Fact::Message, About::Event, "same").saw(["message"]);
    let outcome = evaluate(Pack::shipped(), &but(no).with(yes));
    assert_eq!(outcome.role.name(), "issue-only");
    assert!(outcome.differs.contains(&Question::new(Fact::Message, About::Event)));
}

#[test]
fn a_request_is_lifted_only_by_name_and_not_in_a_circle() {
    let asked = Statement::request("asked", "Elders", "no shirts", "no-branding");
    let lift = Statement::request("lift", "Elders", "no shirts", "lifted").saw(["asked"]);
    let branding = |asked: &Statement, lift: Statement| {
        evaluate(Pack::shipped(), &Case::new().with(asked.clone()).with(lift)).branding.name()
    };
    assert_eq!(branding(&asked, lift.clone()), "none", "nobody is named");
    assert_eq!(branding(&asked, lift.clone().given("Aunty June", "3 March")), "full");
    let circle = asked.saw(["lift"]);
    assert_eq!(branding(&circle, lift.given("Aunty June", "3 March")), "none");
}

#[test]
fn a_value_that_a_newer_version_wrote_asks_and_moves_nothing() {
    let newer = Statement::new("x", Fact::Tactics, About::Organiser(String::new()), "sit-in");
    assert!(newer.oddity().is_some());
    let outcome = evaluate(Pack::shipped(), &but(newer));
    assert_eq!((outcome.label(), outcome.label_once_answered()), (Label::AskFirst, Label::PartnerFull));
}

#[test]
fn every_fact_and_value_has_words() {
    for fact in Fact::ALL {
        assert_eq!(Fact::parse(fact.name()), Some(fact));
        assert!(fact.question_words().ends_with(['?', ')']), "{fact}");
        for value in fact.values() {
            assert!(!fact.value_words(value).is_empty());
        }
    }
}
