//! `allymap next`: whom to talk with next on a campaign, with the reasons.

use allymap_domain::advice::next::{Reason, Stand};
use allymap_domain::words::folded;
use allymap_home::allies::next::{self, NextList, Person};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested::quoted;
use crate::terminal::words::{ago, count};

/// Whom to talk with next, and why
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap next --for refugees\n  allymap next --for refugees --all")]
pub(crate) struct Args {
    #[arg(long = "for", value_name = "CAMPAIGN", help = "On which campaign; left out: the only one that is open")]
    campaign: Option<String>,
    #[arg(long, help = "Everybody, not only the first five")]
    all: bool,
}

/// More than this at once is nobody's week.
const FIRST: usize = 5;

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let list = next::on(app.visit()?, args.campaign.as_deref())?;
    let shown = if args.all { list.people.len() } else { FIRST.min(list.people.len()) };
    app.tell(&Shown { list, shown, asked_for: args.campaign })
}

/// The first few of a list, and how it was asked for.
struct Shown {
    list: NextList,
    shown: usize,
    asked_for: Option<String>,
}

impl Shown {
    fn first(&self) -> &[Person] {
        &self.list.people[..self.shown]
    }

    fn more(&self) -> usize {
        self.list.people.len() - self.shown
    }

    fn reasons(&self, person: &Person) -> Vec<String> {
        person.reasons.iter().filter_map(|reason| words(reason, &self.list.own_group)).collect()
    }
}

impl Answer for Shown {
    fn json(&self) -> impl Serialize {
        let people = self.first().iter().map(|person| {
            json!({
                "id": person.who.id.to_string(), "short_id": person.short, "name": person.who.name,
                "position": person.place.slug(), "reasons": self.reasons(person),
            })
        });
        json!({
            "campaign": self.list.campaign, "next": people.collect::<Vec<_>>(), "more": self.more(),
            "do_not_engage": self.list.do_not_engage,
        })
    }

    fn say(&self, out: &Output) {
        if let Some(on) = self.list.closed {
            out.status(format_args!("This campaign was closed on {}.", on.spelled()));
        }
        out.say(format_args!("Whom to talk with next on \"{}\"", self.list.campaign));
        for (number, person) in self.first().iter().enumerate() {
            let line = format!("{}. {}: {}", number + 1, person.who.name, self.reasons(person).join("; "));
            out.say(out.broken(3, &line));
        }
        if self.more() > 0 {
            let which = self.asked_for.as_ref().map(|said| format!(" --for {}", quoted(said))).unwrap_or_default();
            out.status(format_args!("{} more: allymap next{which} --all", self.more()));
        }
        if self.list.people.is_empty() {
            out.status("Nobody stands in between yet. Say where somebody stands: allymap move WHO WHERE");
        }
        if self.list.do_not_engage > 0 {
            let left = count(self.list.do_not_engage, "entry is", "entries are");
            out.status(format_args!("{left} left out: nobody should engage with them."));
        }
    }
}

/// A reason as one would say it. The first one says where they stand.
fn words(reason: &Reason, own_group: &str) -> Option<String> {
    Some(match reason {
        Reason::Stands(stand) => match stand {
            Stand::PassiveAlly => "passive ally, with us and not acting yet",
            Stand::Leaning => "neutral and leaning towards us",
            Stand::Neutral => "neutral, can be won",
            Stand::UnmetAlly => "active ally whom nobody has met yet",
            Stand::NotKnown => "not known to us: find out where they stand",
            Stand::Softening => "passive opponent, moving towards us",
            Stand::PassiveOpponent => "passive opponent: listen first",
            Stand::ActiveOpponent => "active opponent: know their arguments, arguing may entrench",
        }
        .to_owned(),
        Reason::Decides => "can decide it".to_owned(),
        Reason::MovesTarget(strength) => format!("moves the decision maker ({})", strength.slug()),
        Reason::Moves(others) => format!("moves {}", count(*others, "other", "others")),
        Reason::RightsHolders => "rights holders: consult first".to_owned(),
        Reason::HeldBy(group) if folded(group) == folded(own_group) => return None,
        Reason::HeldBy(group) => format!("ask {group} first, who hold the relationship"),
        Reason::NobodyKnowsThem => "nobody of us knows them yet".to_owned(),
        Reason::LastContact(days) => format!("last contact {}", ago(*days)),
        Reason::JustTalked(days) => format!("last contact {}: give it time", ago(*days)),
        Reason::HighRisk(kind) => format!("high {} risk: allymap risk list first", kind.slug()),
        Reason::PeopleDiffer => "people differ on where they stand".to_owned(),
    })
}
