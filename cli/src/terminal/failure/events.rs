//! What stands between an event, or those whom it concerns, and what is to be noted.

use allymap_domain::weigh::answer::headline;
use allymap_domain::weigh::typed::Unclear;
use allymap_home::Trouble;
use allymap_home::trouble::Events;
use allymap_policy::{Fact, RiskType};

use super::{Exit, Failure};

pub(super) fn events(trouble: Events) -> Failure {
    match trouble {
        Events::Unclear(trouble) => unclear(&trouble),
        Events::Alike { name } => {
            Failure::new("AM-ALIKE", Exit::NeedsPerson, format!("{name} is on the map already. Nothing was added."))
                .hint("Look at it with allymap event show, or add another one with --another.")
        }
        Events::NotUnder { who, field, event } => {
            Failure::new("AM-NOT-FOUND", Exit::WhichEntry, format!("{who} does not stand under {field} of {event}."))
                .hint("Nothing was changed. See: allymap event show")
        }
        Events::NoParty { typed, known } => {
            Failure::new("AM-PARTY", Exit::WhichEntry, format!("{typed} is not among the major parties here.")).hint(
                format!(
                    "There are: {}. Nothing was changed. The list: allymap map edit --set major-parties=PARTY",
                    known.join(", ")
                ),
            )
        }
        Events::NoRule { typed } => Failure::usage(format!("There is no rule {typed}."))
            .hint("Nothing was changed. The rules: allymap policy show"),
        Events::NoConsent { who } => {
            Failure::new("AM-NO-CONSENT", Exit::WhichEntry, format!("No answer of {who} is on record here."))
                .hint("Nothing was changed. See: allymap consent show")
        }
        Events::WhichRequest { who, asked } if asked.is_empty() => {
            Failure::new("AM-WHICH", Exit::WhichEntry, format!("{who} asks nothing of us."))
                .hint("Nothing was changed. See: allymap consent show")
        }
        Events::WhichRequest { who, asked } => {
            Failure::new("AM-WHICH", Exit::WhichEntry, format!("It is not clear which request of {who} is meant."))
                .hint(format!("Nothing was changed. They ask: {}.", asked.join(" · ")))
        }
        Events::Stop(outcome) => Failure::new(
            "AM-STOP",
            Exit::NeedsPerson,
            format!("The answer is: {}. Nothing was recorded.", outcome.label().words()),
        )
        .hint("What would change it: allymap event assess. To record that you do not: --choice no"),
        Events::Open(outcome) => Failure::new(
            "AM-OPEN",
            Exit::NeedsPerson,
            format!("The answer is: {}. Nothing was recorded.", headline(&outcome)),
        )
        .hint("Settle what is open with allymap event assess, decide to wait, or say why all the same: --anyway WHY"),
    }
}

fn unclear(trouble: &Unclear) -> Failure {
    match trouble {
        Unclear::Fact { typed, near } => {
            Failure::usage(format!("There is no fact called \"{}\".{}", short(typed), did_you_mean(near.as_ref())))
                .hint(format!("Nothing was changed. There are {}.", Fact::ALL.map(Fact::name).join(", ")))
        }
        Unclear::AboutTheEvent(fact) => Failure::usage(format!("{fact} is about the event, and about nobody else."))
            .hint(format!("Nothing was changed. Give it as {fact}=VALUE.")),
        Unclear::RiskType => Failure::usage("Which type of risk?").hint(format!(
            "Nothing was changed. As risk.legal=low; there are {}.",
            RiskType::ALL.map(RiskType::name).join(", ")
        )),
        Unclear::Whom { fact, typed, known } => {
            let who = if typed.is_empty() { "that is".to_owned() } else { format!("\"{typed}\" is") };
            let failure =
                Failure::new("AM-WHICH", Exit::WhichEntry, format!("{fact}: it is not clear whom {who} about."));
            if known.is_empty() {
                return failure.hint("Nothing was changed. Name them first: allymap event edit NAME --organisers WHO");
            }
            failure.hint(format!("Nothing was changed. Say {fact}.WHO=VALUE; there are {}.", known.join(", ")))
        }
        Unclear::Value { fact, typed, near } => {
            Failure::usage(format!("\"{}\" is no value of {fact}.{}", short(typed), did_you_mean(near.as_ref())))
                .hint(format!("Nothing was changed. One of: {}, unknown.", fact.values().join(", ")))
        }
        Unclear::Level { typed } => rating("level of a risk", typed),
        Unclear::Mitigation { typed } => rating("word on what can be done", typed),
        Unclear::HasItsOwn(Fact::Referral) => Failure::usage("An answer to a referral says who gave it.")
            .hint("Nothing was changed. Note it with: allymap refer answer"),
        Unclear::HasItsOwn(_) => Failure::usage("A request says what is asked, in words.")
            .hint("Nothing was changed. Note it with: allymap request add"),
    }
}

fn rating(what: &str, typed: &str) -> Failure {
    Failure::usage(format!("\"{}\" is no {what}.", short(typed)))
        .hint("Nothing was changed. As low, or medium,can-be, or high,cannot.")
}

fn did_you_mean(near: Option<&String>) -> String {
    near.map_or(String::new(), |near| format!(" Did you mean {near}?"))
}

fn short(typed: &str) -> String {
    typed.chars().take(40).collect()
}

impl From<Unclear> for Failure {
    fn from(unclear: Unclear) -> Failure {
        Trouble::from(unclear).into()
    }
}
