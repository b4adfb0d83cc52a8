//! `allymap event parties`: one line for each major party, so that nobody looks preferred (guide, section 3).

use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_home::events::event::meant;
use allymap_home::events::event::parties::{self, Answers, Parties, Party, Told};
use allymap_policy::Fact;
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::commands::event::assess;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Which event
    event: String,
    #[arg(long, value_name = "PARTY=ANSWER", help = "attending, statement, declined, no-response, excluded or open")]
    answer: Vec<String>,
    #[arg(long, value_name = "DAY", help = "When they answered; left out: today")]
    on: Option<String>,
    #[arg(long, value_name = "FROM", help = "From where that is known")]
    source: Option<String>,
}

impl Args {
    pub(super) fn writes(&self) -> bool {
        !self.answer.is_empty()
    }
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let event = meant(app.visit()?, &args.event)?;
    let on = args.on.as_deref().map(|typed| parse_when(typed, app.today())).transpose()?;
    let given = typed::pairs(&args.answer, "\"Harbour Party=attending\"")?;
    if args.writes() {
        let on = on.unwrap_or_else(|| When::on(app.today()));
        let answers = Answers { given, on, source: args.source.clone() };
        let mut all = parties::meant(app.visit()?, event.id, &answers)?;
        assess::keep(app, event.id, &mut all)?;
    }
    let parties = parties::list(app.visit()?, event.id)?;
    app.tell(&parties)
}

impl Answer for Parties {
    fn json(&self) -> impl Serialize {
        json!({
            "event": self.event, "parties": self.parties.iter().map(json).collect::<Vec<_>>(),
            "electorate": self.electorate,
        })
    }

    fn say(&self, out: &Output) {
        let cells: Vec<Vec<String>> = self.parties.iter().map(cells).collect();
        out.table(&["Party", "Invited", "Answer", "On", "From"], &cells);
        if self.parties.is_empty() {
            out.status("No major party is on this map's list. Set it with: allymap map edit --set major-parties=PARTY");
        }
    }
}

fn json(party: &Party) -> Value {
    let told = party.told.as_ref();
    let answer = told.and_then(|told| told.answer.as_deref());
    json!({
        "party": party.name, "invited": answer.is_some_and(|answer| answer != "excluded"), "answer": answer,
        "on": told.and_then(|told| told.on.as_ref()), "from": told.map(|told| told.origin.to_string()),
    })
}

fn cells(party: &Party) -> Vec<String> {
    let Some(Told { answer: Some(answer), on, origin }) = &party.told else {
        let nothing = ["not yet", "not invited yet", "", ""].map(str::to_owned);
        return [party.name.clone()].into_iter().chain(nothing).collect();
    };
    let invited = if answer == "excluded" { "no" } else { "yes" };
    vec![
        party.name.clone(),
        invited.to_owned(),
        Fact::Parties.value_words(answer).to_owned(),
        on.clone().unwrap_or_default(),
        origin.to_string(),
    ]
}
