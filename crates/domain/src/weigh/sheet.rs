//! An event in lines: for one sheet of paper under the guide's five headings, and for a message to whoever can help.

use allymap_document::ActorId;
use allymap_policy::{Outcome, Pack, Question, Reason, Role};

use crate::author::Author;
use crate::card::Card;
use crate::date::Date;
use crate::entry::weighed::ReferTo;
use crate::kind::event;
use crate::kind::field::{self, Field};
use crate::map::question::Asked;
use crate::map::{Map, STRATEGY};
use crate::weigh::answer::{Decision, Origin, Referral, because, headline, name, open_questions, referral_lines, when};
use crate::weigh::{Weigher, Weighing, reached, referral};

/// What stands on the sheet, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventSheet {
    pub title: String,
    /// Small lines under the title: whose event it is, when it was printed.
    pub below: Vec<String>,
    pub event: Vec<(String, String)>,
    pub theme: Vec<String>,
    pub organisers: Vec<String>,
    pub consider: Vec<String>,
    pub conclusion: Vec<String>,
}

/// Everything that the lines of an event are made of.
pub struct Read<'a> {
    pub event: &'a Card,
    pub weigher: &'a Weigher<'a>,
    pub weighing: &'a Weighing,
    pub outcome: &'a Outcome,
    pub map: &'a Map,
    pub pack: &'a Pack,
    pub resolve: &'a dyn Fn(ActorId) -> Author,
}

impl Read<'_> {
    /// One sheet, printed on a day.
    pub fn sheet(&self, today: Date) -> EventSheet {
        let organisers = self.weigher.names(self.event, &event::ORGANISERS);
        let mut below = Vec::new();
        if self.event.value(&event::LEAD) == Some("them") {
            below.push(format!("Their event: {}.", organisers.join(", ")));
        }
        below.push(format!("{}, printed {}. Not sealed: for our groups.", self.map.name(), today.spelled()));
        EventSheet {
            title: self.event.name.clone(),
            below,
            event: self.facts(),
            theme: self.event.value(&event::THEME).map(str::to_owned).into_iter().collect(),
            organisers,
            consider: self.consider(),
            conclusion: self.conclusion(),
        }
    }

    fn facts(&self) -> Vec<(String, String)> {
        let shown = ["Where", "Led by", "About", "For us", "Speakers", "Occasion"];
        let rest = headings(self.weigher, self.event).into_iter().filter(|(label, _)| shown.contains(label));
        let when = ("When", when(self.event.day()));
        [when].into_iter().chain(rest).map(|(label, words)| (label.to_owned(), words)).collect()
    }

    fn consider(&self) -> Vec<String> {
        let reason = |reason: &&Reason| match &reason.subject {
            Some(subject) => format!("{subject}: {} ({})", reason.text, reason.rule),
            None => format!("{} ({})", reason.text, reason.rule),
        };
        let mut consider: Vec<String> = because(self.outcome, self.pack).iter().map(reason).collect();
        consider.extend(self.event.members(&event::CONSIDER).iter().cloned());
        consider.extend(open_questions(self.outcome).iter().map(|line| format!("To find out: {line}")));
        let differs = self.outcome.differs.iter();
        consider.extend(differs.map(|question| format!("People differ on {question}; the stricter counts")));
        // A plan is for this community and no other (module, section 6).
        for (label, asked) in PLAN {
            if let Some(text) = self.map.answer(*asked).and_then(|item| item.value.text.clone()) {
                consider.push(format!("{label}: {text}"));
            }
        }
        consider.push(match self.map.value(&STRATEGY) {
            Some(strategy) => format!("Our plan here: {strategy}"),
            None => "Our plan here: none written down yet".to_owned(),
        });
        consider
    }

    fn conclusion(&self) -> Vec<String> {
        let mut conclusion = vec![headline(self.outcome)];
        conclusion.extend(self.outcome.conditions.iter().map(|condition| format!("Condition: {condition}")));
        if self.outcome.role == Role::Silent {
            conclusion.push("Our name and logo are not used.".to_owned());
        }
        let gives = self.event.members(&event::WE_GIVE);
        if !gives.is_empty() {
            conclusion.push(format!("We give: {}", gives.join("; ")));
        }
        conclusion.extend(self.outcome.options.iter().map(|option| format!("Another way: {option}")));
        conclusion.extend(referral_lines(&Referral::all(self.event, self.resolve), self.outcome));
        let decisions = Decision::all(self.event, self.pack, &self.weighing.seen(), self.resolve);
        conclusion.extend(decisions.iter().map(|decision| format!("Decided: {decision}")));
        conclusion.push(format!("Policy: {}. {}", name(self.pack), self.pack.note()));
        conclusion
    }

    /// A message that can be sent as it is: everything gathered, and what is asked (module, section 4).
    pub fn unsure(&self, person: &str, group: &str) -> Vec<String> {
        let mut lines = vec![
            format!("To: {}", self.whom()),
            format!("May we take part in {} ({})?", self.event.name, when(self.event.day())),
            String::new(),
        ];
        lines.extend(headings(self.weigher, self.event).iter().map(|(label, words)| format!("{label}: {words}")));
        lines.push(format!("Answer of {}: {}", name(self.pack), headline(self.outcome)));
        lines.extend(because(self.outcome, self.pack).iter().map(|reason| format!("- {reason}")));
        let below = |lines: &mut Vec<String>, heading: &str, all: Vec<String>| {
            if !all.is_empty() {
                lines.push(heading.to_owned());
                lines.extend(all.iter().map(|line| format!("- {line}")));
            }
        };
        below(&mut lines, "On condition:", self.outcome.conditions.iter().cloned().collect());
        below(&mut lines, "We do not know yet:", open_questions(self.outcome));
        lines.push("What we know, and from whom:".to_owned());
        lines.extend(self.known().iter().map(|line| format!("- {line}")));
        lines.push(String::new());
        lines.push(format!("{person}, {group}"));
        lines
    }

    /// Whom it is for, with how they are reached.
    fn whom(&self) -> String {
        let mut whom = referral::whom(self.outcome);
        if whom.is_empty() {
            whom.push(ReferTo::OrganisingTeam);
        }
        let reached = |to: &ReferTo| {
            let name = capital(to.label().trim_start_matches("the "));
            reached(self.map, *to).map_or(name.clone(), |reached| format!("{name} ({reached})"))
        };
        whom.iter().map(reached).collect::<Vec<_>>().join(", ")
    }

    fn known(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for said in &self.weighing.case.statements {
            let (Some(value), Some(basis)) = (&said.value, self.weighing.origins.get(&said.id)) else { continue };
            let question = Question::new(said.fact, said.about.clone());
            let words = said.text.as_deref().unwrap_or(said.fact.value_words(value));
            lines.push(format!("{question}: {words} ({})", Origin::of(basis, self.resolve)));
        }
        lines
    }
}

/// Which answers about the community stand on an event's sheet, and how they are headed there.
const PLAN: &[(&str, Asked)] = &[
    ("What will inspire people", Asked::Part("cares-about", "inspire")),
    ("Local tensions", Asked::Part("others-campaigning", "tensions")),
    ("Risks and rewards of coming", Asked::Part("others-campaigning", "risks-rewards")),
];

/// What an event's fields say, in words, each with its label. What says nothing is left out.
pub fn headings(weigher: &Weigher<'_>, event: &Card) -> Vec<(&'static str, String)> {
    let words = |field: &'static Field| match field.name {
        "organisers" | "communities" | "representatives" | "speakers" => weigher.names(event, field).join("; "),
        "we-give" | "consider" => event.members(field).join("; "),
        "place" => event.value(field).map(|value| weigher.meant(value).1).unwrap_or_default(),
        "lead" => match event.value(field) {
            Some("them") => "them; it is their event".to_owned(),
            Some("together") => "both together".to_owned(),
            other => other.unwrap_or_default().to_owned(),
        },
        _ => event.value(field).unwrap_or_default().to_owned(),
    };
    let all = FIELDS.iter().map(|(field, label)| (*label, words(field)));
    all.filter(|(_, words)| !words.is_empty()).collect()
}

const FIELDS: &[(&Field, &str)] = &[
    (&event::PLACE, "Where"),
    (&event::THEME, "Theme"),
    (&event::ORGANISERS, "Organisers"),
    (&event::LEAD, "Led by"),
    (&event::COMMUNITIES, "About"),
    (&event::REPRESENTATIVES, "For us"),
    (&event::SPEAKERS, "Speakers"),
    (&event::ELECTORATE, "Electorate"),
    (&event::OCCASION, "Occasion"),
    (&event::WE_GIVE, "What we give"),
    (&event::CONSIDER, "To consider"),
    (&field::HELD_BY, "Held by"),
];

/// With a capital, to begin a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
