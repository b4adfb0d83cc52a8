//! `allymap event parties`: one line for each major party, so that nobody looks preferred (guide, section 3).

use allymap_domain::date::typed::parse_when;
use allymap_domain::kind::event;
use allymap_domain::words;
use allymap_policy::Fact;

use super::super::weigh::{self, Ground, Saying};
use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
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
    let event = weigh::event(app, &args.event)?;
    let mut ground = Ground::of(app.visit()?)?;
    let on = args.on.as_deref().map(|typed| parse_when(typed, app.today())).transpose()?;
    for (party, answer) in typed::pairs(&args.answer, "\"Harbour Party=attending\"")? {
        let weighing = ground.weigh(&event);
        let known = ground.weigher().parties(&event);
        let folded = words::folded(&party);
        let named = known.iter().find(|known| words::folded(known) == folded);
        let named = named.ok_or_else(|| {
            Failure::new("AM-PARTY", Exit::WhichEntry, format!("{party} is not among the major parties here.")).hint(
                format!(
                    "There are: {}. Nothing was changed. The list: allymap map edit --set major-parties=PARTY",
                    known.join(", ")
                ),
            )
        })?;
        let question = weigh::question(&weighing, &format!("parties.{named}"), None)?;
        let saying = Saying { on: on.clone(), source: args.source.clone(), ..Saying::default() };
        weigh::state(app, &event, &weighing, &question, &answer, &saying)?;
    }
    if args.writes() {
        app.commit()?;
        ground = Ground::of(app.visit()?)?;
    }
    let event = ground.card(event.id).cloned().unwrap_or(event);
    let weighing = ground.weigh(&event);
    let authors = app.authors()?;
    let parties = ground.weigher().parties(&event);
    let told = |party: &str| {
        let question = allymap_policy::Question::new(Fact::Parties, allymap_policy::About::Party(party.to_owned()));
        // The strict one counts.
        let mut stand: Vec<(Option<String>, Option<String>, String)> = weighing
            .standing_about(&question)
            .into_iter()
            .map(|(said, basis)| (said.value.clone(), basis.on_typed.clone(), weigh::said_by(basis, &authors)))
            .collect();
        stand.sort_by_key(|(value, ..)| Fact::Parties.values().iter().position(|one| Some(*one) == value.as_deref()));
        stand.pop()
    };
    if app.output.json {
        let rows: Vec<_> = parties
            .iter()
            .map(|party| {
                let (answer, on, from) = told(party).map_or((None, None, None), |(value, on, from)| (value, on, Some(from)));
                serde_json::json!({ "party": party, "invited": answer.as_deref().is_some_and(|answer| answer != "excluded"), "answer": answer, "on": on, "from": from })
            })
            .collect();
        app.output.json(
            &serde_json::json!({ "event": event.name, "parties": rows, "electorate": event.value(&event::ELECTORATE) }),
        );
        return Ok(());
    }
    let cells: Vec<Vec<String>> = parties
        .iter()
        .map(|party| match told(party) {
            Some((Some(answer), on, from)) => {
                let invited = if answer == "excluded" { "no" } else { "yes" };
                vec![
                    party.clone(),
                    invited.to_owned(),
                    Fact::Parties.value_words(&answer).to_owned(),
                    on.unwrap_or_default(),
                    from,
                ]
            }
            _ => vec![party.clone(), "not yet".to_owned(), "not invited yet".to_owned(), String::new(), String::new()],
        })
        .collect();
    app.output.table(&["Party", "Invited", "Answer", "On", "From"], &cells);
    if parties.is_empty() {
        app.output
            .status("No major party is on this map's list. Set it with: allymap map edit --set major-parties=PARTY");
    }
    Ok(())
}
