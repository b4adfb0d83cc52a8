//! `allymap next`: whom to talk with next on a campaign, with the reasons.

use allymap_domain::advice::next::{Next, Reason, Stand, next};
use allymap_domain::card::find::short_ids;
use allymap_domain::words::folded;

use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::words::{ago, count, quoted};

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
    let campaign = super::campaign::meant(app, args.campaign.as_deref())?;
    let group = app.map()?.group;
    let rows = app.cards()?;
    let short = short_ids(rows.iter().map(|row| row.id));
    let list = next(&rows, &campaign, app.today());
    let shown = if args.all { list.people.len() } else { FIRST.min(list.people.len()) };
    let reasons =
        |next: &Next<'_>| -> Vec<String> { next.reasons.iter().filter_map(|reason| words(reason, &group)).collect() };
    if app.output.json {
        let people: Vec<_> = list.people[..shown]
            .iter()
            .map(|next| {
                serde_json::json!({
                    "id": next.row.id.to_string(), "short_id": short[&next.row.id], "name": next.row.name,
                    "position": next.place.slug(), "reasons": reasons(next),
                })
            })
            .collect();
        app.output.json(&serde_json::json!({
            "campaign": campaign.sentence, "next": people, "more": list.people.len() - shown,
            "do_not_engage": list.do_not_engage,
        }));
        return Ok(());
    }
    if let Some(on) = campaign.closed {
        app.output.status(format_args!("This campaign was closed on {}.", on.spelled()));
    }
    app.output.say(format_args!("Whom to talk with next on \"{}\"", campaign.sentence));
    for (number, next) in list.people[..shown].iter().enumerate() {
        let line = format!("{}. {}: {}", number + 1, next.row.name, reasons(next).join("; "));
        app.output.say(app.output.broken(3, &line));
    }
    if shown < list.people.len() {
        let which = args.campaign.map(|said| format!(" --for {}", quoted(&said))).unwrap_or_default();
        app.output.status(format_args!("{} more: allymap next{which} --all", list.people.len() - shown));
    }
    if list.people.is_empty() {
        app.output.status("Nobody stands in between yet. Say where somebody stands: allymap move WHO WHERE");
    }
    if list.do_not_engage > 0 {
        let left = count(list.do_not_engage, "entry is", "entries are");
        app.output.status(format_args!("{left} left out: nobody should engage with them."));
    }
    Ok(())
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
