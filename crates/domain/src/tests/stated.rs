//! What is stated, answered, asked and decided about an event: into which entry it is written, what it replaces, what it lacks.

use allymap_policy::{About, Fact, Pack, Question, Refer, Rule};

use crate::advice::clashes::{Which, clashes, in_order};
use crate::card::Card;
use crate::date::{Date, When};
use crate::entry::NewEntry;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::weighed::{Chosen, ReferTo};
use crate::ids::EntryId;
use crate::kind::Kind;
use crate::map::Map;
use crate::put::{At, Put, What};
use crate::tests::desk::{Desk, ENTRY, NOW, row, today};
use crate::weigh::decide::{Choosing, InTheWay, Why};
use crate::weigh::place::{Lack, Placed, Stating, state};
use crate::weigh::request::{Request, RequestKind};
use crate::weigh::typed::{Unclear, facts, question, rating, value};
use crate::weigh::{Weigher, Weighing, consent, referral, request, walk};

const CHOIR: EntryId = EntryId([0xc0; 16]);

/// An event and the choir that organises it, each in its own document.
struct Two {
    event: Desk,
    choir: Desk,
    rows: u8,
}

impl Two {
    fn new() -> Two {
        let desk = |new: &NewEntry| Desk::three(new)[0].clone();
        let event = NewEntry::new(Kind::named("event").unwrap(), "Walk").with("organisers", &CHOIR.to_string());
        let choir = NewEntry::new(Kind::named("organisation").unwrap(), "Harbour Choir");
        Two { event: desk(&event), choir: desk(&choir), rows: 0 }
    }

    fn cards(&self) -> [Card; 2] {
        [Card::of(&self.event.document, ENTRY).unwrap(), Card::of(&self.choir.document, CHOIR).unwrap()]
    }

    fn weigh<T>(&self, read: impl FnOnce(&Card, &Weighing) -> T) -> T {
        let (cards, map) = (self.cards(), Map::default());
        let weigher = Weigher::new(&cards, &map, Pack::shipped(), today());
        read(&cards[0], &weigher.weigh(&cards[0]))
    }

    fn place(&self, stating: &Stating) -> Result<Placed, Unclear> {
        self.weigh(|event, weighing| state(stating, event, weighing, NOW))
    }

    /// As a computer does it.
    fn put(&mut self, puts: &[Put]) {
        for put in puts {
            self.rows += 1;
            let desk = if put.at == At::Entry(ENTRY) { &mut self.event } else { &mut self.choir };
            let id = row(self.rows);
            desk.edit(|edit| put.write(edit, Some(id))).unwrap();
        }
    }

    fn typed(&self, pairs: &[(&str, &str)]) -> Result<Vec<(Question, String)>, Unclear> {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(fact, value)| ((*fact).to_owned(), (*value).to_owned())).collect();
        self.weigh(|_, weighing| facts(weighing, Pack::shipped(), &pairs, None))
    }

    /// States one fact, with a source and a reason.
    fn state(&mut self, fact: &str, value: &str) {
        let (question, typed) = self.typed(&[(fact, value)]).unwrap().remove(0);
        let said = Some("their pages".to_owned());
        let stating = Stating { source: said.clone(), because: said, ..Stating::new(question, &typed, on()) };
        let placed = self.place(&stating).unwrap();
        assert_eq!(placed.lacks, []);
        self.put(&placed.puts);
    }
}

fn on() -> When {
    When::on(today())
}

fn stating(fact: Fact, about: About, typed: &str) -> Stating {
    Stating::new(Question::new(fact, about), typed, on())
}

fn organiser() -> About {
    About::Organiser("Harbour Choir".into())
}

fn only(placed: &Placed) -> (At, &What) {
    let [put] = placed.puts.as_slice() else { panic!("one is written, not {}", placed.puts.len()) };
    (put.at, &put.what)
}

fn asserted(placed: &Placed) -> &Assertion {
    match only(placed).1 {
        What::Assert(assertion) => assertion,
        other => panic!("{other:?} is no statement"),
    }
}

#[test]
fn a_typed_fact_is_about_the_one_whom_it_can_only_mean() {
    let two = Two::new();
    let ask = |typed: &str, about| two.weigh(|_, weighing| question(weighing, Pack::shipped(), typed, about));
    assert_eq!(ask("research", None).unwrap().about, organiser());
    assert_eq!(ask("research.choir", None), ask("research", Some("choir")));
    assert_eq!(ask("message.choir", None), Err(Unclear::AboutTheEvent(Fact::Message)));
    let near = Some("message".to_owned());
    assert_eq!(ask("mesage", None), Err(Unclear::Fact { typed: "mesage".into(), near }));
    let (typed, known) = ("band".to_owned(), vec!["Harbour Choir".to_owned()]);
    assert_eq!(ask("research.band", None), Err(Unclear::Whom { fact: Fact::Research, typed, known }));
}

#[test]
fn risk_alone_means_all_six_and_one_slip_keeps_none_of_what_was_typed() {
    let two = Two::new();
    assert_eq!(two.typed(&[("risk", "low")]).unwrap().len(), 6);
    assert_eq!(two.typed(&[("risk.tiny", "low")]), Err(Unclear::RiskType));
    assert_eq!(two.typed(&[("message", "same"), ("risk", "tiny")]), Err(Unclear::Level { typed: "tiny".into() }));
}

#[test]
fn a_low_risk_needs_nothing_and_of_a_higher_one_it_is_open_what_can_be_done() {
    let words = |typed| rating(typed).map(|(level, mitigation)| (level.slug(), mitigation.slug()));
    assert_eq!(words("low"), Ok(("low", "none-needed")));
    assert_eq!(words("high"), Ok(("high", "unknown")));
    assert_eq!(words("high,cannot"), Ok(("high", "cannot")));
    assert_eq!(words("high,pray"), Err(Unclear::Mitigation { typed: "pray".into() }));
    assert_eq!(value(Fact::Message, "not known"), Ok(None));
}

#[test]
fn what_is_about_them_stands_with_them_and_what_is_about_the_event_in_the_event() {
    let two = Two::new();
    let placed = |stating: &Stating| two.place(stating).unwrap();
    let message = placed(&stating(Fact::Message, About::Event, "same"));
    assert_eq!(only(&message).0, At::Entry(ENTRY));
    let tactics = placed(&stating(Fact::Tactics, organiser(), "lawful"));
    assert_eq!(only(&tactics).0, At::Entry(CHOIR));
    let category = placed(&stating(Fact::Category, organiser(), "c"));
    let what = What::Set { field: "category", value: "c".into() };
    assert_eq!(only(&category), (At::Entry(CHOIR), &what));
    let research = placed(&stating(Fact::Research, organiser(), "done"));
    let (at, What::Log(line)) = only(&research) else { panic!("it is a line of their log") };
    assert_eq!((at, line.text.as_str()), (At::Entry(CHOIR), "Looked into them for Walk."));
    let parties = placed(&stating(Fact::MajorParties, About::Event, "Harbour Party, , Weir Alliance"));
    assert_eq!(parties.puts.iter().map(|put| put.at).collect::<Vec<_>>(), [At::Map, At::Map]);
}

#[test]
fn s63_a_tie_to_a_party_lacks_its_source_first_and_then_why_it_replaces_another() {
    let mut two = Two::new();
    let party = stating(Fact::Affiliation, organiser(), "party");
    assert_eq!(two.place(&party).unwrap().lacks, [Lack::Source]);
    two.state("affiliation", "none");
    let about = "affiliation".to_owned();
    let placed = two.place(&party).unwrap();
    assert_eq!(placed.lacks, [Lack::Source, Lack::Because { about: about.clone() }]);
    assert_eq!(asserted(&placed).supersedes, [row(1)]);
    let unknown = two.place(&stating(Fact::Affiliation, organiser(), "unknown")).unwrap();
    assert_eq!(unknown.lacks, [Lack::Because { about }], "that nobody knows needs no source");
}

#[test]
fn another_rating_of_a_risk_says_why_it_holds_now() {
    let mut two = Two::new();
    let legal = |two: &Two, typed| {
        let (question, typed) = two.typed(&[("risk.legal", typed)]).unwrap().remove(0);
        two.place(&Stating::new(question, &typed, on())).unwrap()
    };
    let first = legal(&two, "high");
    assert_eq!(first.lacks, []);
    two.put(&first.puts);
    assert_eq!(legal(&two, "low").lacks, [Lack::Because { about: "legal risk".into() }]);
}

#[test]
fn what_says_more_than_a_value_can_has_its_own_act() {
    let two = Two::new();
    let about = About::Community("Harbour Choir".into());
    assert_eq!(two.place(&stating(Fact::Requests, about, "other")), Err(Unclear::HasItsOwn(Fact::Requests)));
    let about = About::Rule("R5".into());
    assert_eq!(two.place(&stating(Fact::Referral, about, "agreed")), Err(Unclear::HasItsOwn(Fact::Referral)));
}

fn consented(value: &str, occasion: &str) -> consent::Answer {
    let occasion = consent::Occasion::Other(occasion.to_owned());
    let (given_by, because, source) = (Some("Noor".to_owned()), None, None);
    consent::Answer { value: value.to_owned(), given_by, occasion, on: on(), conditions: Vec::new(), because, source }
}

#[test]
fn a_no_is_replaced_by_any_answer_and_a_yes_only_by_one_about_the_same() {
    let mut two = Two::new();
    for answer in [consented("full", "film night"), consented("declined", "a walk")] {
        let put = answer.place(&two.cards()[1], NOW);
        two.put(&[put]);
    }
    let choir = &two.cards()[1];
    let replaces =
        |occasion| consented("full", occasion).replaces(choir).iter().map(|told| told.id).collect::<Vec<_>>();
    assert_eq!(replaces("Film  night"), [row(1), row(2)]);
    assert_eq!(replaces("a fair"), [row(2)]);
    assert!(consented("full", "a fair").lacks_reason(choir));
    assert!(consent::needs_giver("conditional") && !consent::needs_giver("declined"));
    assert_eq!(consented("blessing", "a fair").follows(), consent::Follows::OursAlone);
}

#[test]
fn consent_is_taken_back_once_for_each_occasion() {
    let mut two = Two::new();
    for occasion in ["film night", "a walk"] {
        let put = consented("full", occasion).place(&two.cards()[1], NOW);
        two.put(&[put]);
    }
    let choir = &two.cards()[1];
    assert!(consent::standing(choir, Some(ENTRY)).is_empty());
    let withdrawal = consent::Withdrawal { because: "they asked for time".into(), given_by: None, on: on() };
    two.put(&withdrawal.place(choir, &consent::standing(choir, None), NOW));
    let choir = &two.cards()[1];
    assert!(consent::standing(choir, None).is_empty());
    assert_eq!(choir.consents().len(), 2, "each question is open again");
}

#[test]
fn some_of_its_words_mean_a_request_and_words_of_two_mean_none() {
    let mut two = Two::new();
    for text in ["no filming", "no shirts"] {
        let asked = Request { text: text.into(), kind: RequestKind::Other, said_by: None, source: None, on: on() };
        let put = asked.place(&two.cards()[1], NOW);
        two.put(&[put]);
    }
    let choir = &two.cards()[1];
    assert_eq!(request::meant(choir, "no"), Err(vec!["no filming".to_owned(), "no shirts".to_owned()]));
    let lift = request::meant(choir, "Filming").unwrap().lift(choir, "Noor", on(), NOW);
    two.put(&[lift]);
    let left: Vec<Option<String>> = two.cards()[1].requests().into_iter().map(|told| told.what.text).collect();
    assert_eq!(left, [Some("no shirts".to_owned())]);
}

fn answered(to: ReferTo, value: &str) -> referral::Answer {
    let both = |rule: &&Rule| {
        let refers = rule.refers();
        refers.contains(&Refer::Staff) && refers.contains(&Refer::BranchCommittee)
    };
    let rule = Pack::shipped().rules().iter().find(both).expect("one rule refers to both").id.to_string();
    let (by, conditions) = ("Casimir".to_owned(), vec![format!("{value} of {}", to.slug())]);
    referral::Answer { to, rule: Some(rule), value: value.into(), by, conditions, because: None, on: on() }
}

#[test]
fn a_yes_waits_for_everybody_who_is_asked_and_one_no_is_enough() {
    let mut two = Two::new();
    let place = |two: &Two, answer: &referral::Answer| {
        two.weigh(|event, weighing| answer.place(event, weighing, Pack::shipped(), NOW))
    };
    let refused = place(&two, &answered(ReferTo::RegionalStaff, "refused"));
    assert_eq!((refused.rules.len(), refused.waits_for.len()), (1, 0));
    let alone = place(&two, &answered(ReferTo::RegionalStaff, "agreed"));
    assert_eq!((alone.puts.len(), alone.rules.len()), (1, 0), "it is noted, and releases nothing");
    assert_eq!(alone.waits_for, [ReferTo::BranchCommittee]);
    two.put(&alone.puts);
    let both = place(&two, &answered(ReferTo::BranchCommittee, "with-conditions"));
    assert_eq!((both.rules.len(), both.waits_for.len()), (1, 0));
    let What::Assert(told) = &both.puts[1].what else { panic!("the rule is told") };
    let Claim::Weighed(weighed) = &told.claim else { panic!("it is told of an answer") };
    assert_eq!(weighed.value.as_deref(), Some("with-conditions"), "the strictest of both");
    assert_eq!(weighed.conditions, ["with-conditions of branch-committee", "agreed of regional-staff"]);
}

#[test]
fn a_question_that_somebody_has_already_is_not_handed_on_again() {
    let mut two = Two::new();
    let (to, question) = (vec![ReferTo::RegionalStaff], Some("may we?".to_owned()));
    let handing = referral::Handing { to, rule: None, question, on: on() };
    assert!(handing.known(&two.cards()[0], ReferTo::RegionalStaff).is_none());
    let put = handing.place(&two.cards()[0], ReferTo::RegionalStaff, NOW);
    two.put(&[put]);
    let event = &two.cards()[0];
    assert_eq!(referral::waiting(event), [ReferTo::RegionalStaff]);
    assert!(handing.known(event, ReferTo::RegionalStaff).is_some());
    assert!(handing.known(event, ReferTo::BranchCommittee).is_none());
}

#[test]
fn nobody_goes_past_a_stop_and_past_what_is_open_only_with_a_reason() {
    let mut two = Two::new();
    let in_the_way = |two: &Two, choice, why: Option<Why>| {
        let choosing = Choosing { choice, why };
        two.weigh(|_, weighing| choosing.in_the_way(&weighing.outcome(Pack::shipped())))
    };
    let anyway = || Some(Why::AllTheSame("they need us".into()));
    assert_eq!(in_the_way(&two, Chosen::TakePart, None), Some(InTheWay::Open));
    assert_eq!(in_the_way(&two, Chosen::TakePart, Some(Why::Because("why not".into()))), Some(InTheWay::Open));
    assert_eq!(in_the_way(&two, Chosen::TakePart, anyway()), None);
    assert_eq!(in_the_way(&two, Chosen::Wait, None), None);
    two.state("affiliation", "party");
    assert_eq!(in_the_way(&two, Chosen::TakePart, anyway()), Some(InTheWay::Stop));
    assert_eq!(in_the_way(&two, Chosen::No, None), None);
}

#[test]
fn the_walk_leaves_what_was_left_and_says_what_stands_when_somebody_goes_back() {
    let mut two = Two::new();
    let next = |two: &Two, left: &[Question], again: Option<&Question>| {
        two.weigh(|_, weighing| walk::next(weighing, Pack::shipped(), left, again)).unwrap()
    };
    let first = next(&two, &[], None);
    let second = next(&two, std::slice::from_ref(&first.question), None);
    assert_ne!(first.question, second.question);
    assert_eq!(second.ahead, first.ahead - 1);
    two.state("message", "same");
    let message = Question::new(Fact::Message, About::Event);
    assert_eq!(next(&two, &[], Some(&message)).so_far.as_deref(), Some(Fact::Message.value_words("same")));
}

#[test]
fn two_groups_on_one_day_clash_and_what_they_lead_comes_first() {
    let day = "2027-03-21";
    let event = |number: u8, name: &str, lead: &str, group: &str| {
        let new = NewEntry::new(Kind::named("event").unwrap(), name);
        let [desk, ..] = Desk::three(&new.with("on", day).with("lead", lead).with("held-by", group));
        Card::of(&desk.document, EntryId([number; 16])).unwrap()
    };
    let cards = [event(1, "A fair", "us", "Harbour"), event(2, "Walk", "them", "Hills")];
    let map = Map::default();
    let weigher = Weigher::new(&cards, &map, Pack::shipped(), today());
    let events = in_order(&cards, &weigher, Which::ToCome, today());
    assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["Walk", "A fair"]);
    let [clash] = clashes(&events, &map).try_into().expect("they share a day");
    assert_eq!(clash.events, ["Walk", "A fair"]);
    let later = Date::new(2027, 3, 22).unwrap();
    assert!(in_order(&cards, &weigher, Which::ToCome, later).is_empty());
    assert_eq!(in_order(&cards, &weigher, Which::All, later).len(), 2);
    let alone = [events[0]];
    assert!(clashes(&alone, &map).is_empty());
}
