//! `allymap spectrum`: who stands where on a campaign.

use allymap_domain::{Campaign, Place, folded};

use crate::app::App;
use crate::failure::{Exit, Failure};

/// Draw the spectrum of allies
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap spectrum\n  allymap spectrum --for \"welcome towns\"")]
pub(crate) struct Args {
    #[arg(long = "for", value_name = "CAMPAIGN", help = "Of which campaign")]
    campaign: Option<String>,
}

const ORDER: [Place; 6] = [
    Place::ActiveAlly,
    Place::PassiveAlly,
    Place::Neutral,
    Place::PassiveOpponent,
    Place::ActiveOpponent,
    Place::NotKnown,
];

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let campaign = campaign(app, args.campaign.as_deref(), false)?;
    let rows = app.rows_once()?;
    let on = |place: Place| -> Vec<&str> {
        rows.iter()
            .filter(|row| {
                !row.archived && row.position(campaign.id).map_or(Place::NotKnown, |position| position.place) == place
            })
            .map(|row| row.name.as_str())
            .collect()
    };
    if app.output.json {
        let places: serde_json::Map<String, serde_json::Value> =
            ORDER.iter().map(|place| (place.slug().to_owned(), serde_json::json!(on(*place)))).collect();
        app.output.json(&serde_json::json!({ "campaign": campaign.sentence, "positions": places }));
        return Ok(());
    }
    app.output.say(format_args!("{}", campaign.sentence));
    for place in ORDER {
        let names = on(place);
        let bar = if app.output.plain { String::new() } else { "█".repeat(names.len().min(30)) };
        let listed = if place == Place::NotKnown {
            String::new()
        } else {
            names.iter().take(4).copied().collect::<Vec<_>>().join(", ")
        };
        let more = if place != Place::NotKnown && names.len() > 4 { ", …" } else { "" };
        app.output.say(format_args!("{:<18}{:>4}  {bar}  {listed}{more}", place.label(), names.len()));
    }
    Ok(())
}

/// The campaign that is meant: the only one if none is named. With `make`, one of a new name is made.
pub(crate) fn campaign(app: &mut App, said: Option<&str>, make: bool) -> Result<Campaign, Failure> {
    let campaigns = app.map_entry()?.map(|map| map.campaigns).unwrap_or_default();
    let named = match said {
        Some(said) => Some(said.to_owned()),
        None if campaigns.len() == 1 => return Ok(campaigns[0].clone()),
        None if make => app.prompt.optional("On which campaign?")?,
        None => None,
    };
    let Some(named) = named else {
        return Err(match campaigns.len() {
            0 => Failure::new("AM-NO-CAMPAIGN", Exit::Failed, "This map has no campaign yet.")
                .hint("Make one by moving somebody: allymap move WHO WHERE --for \"CAMPAIGN\""),
            _ => Failure::usage("This map has several campaigns.")
                .hint(format!("Name one with --for: {}.", names(&campaigns))),
        });
    };
    let wanted = folded(&named);
    let exact = campaigns.iter().find(|campaign| folded(&campaign.sentence) == wanted);
    let begins: Vec<&Campaign> =
        campaigns.iter().filter(|campaign| folded(&campaign.sentence).starts_with(&wanted)).collect();
    match (exact, begins.as_slice()) {
        (Some(campaign), _) => Ok(campaign.clone()),
        (None, [campaign]) => Ok((*campaign).clone()),
        (None, []) if make => {
            let (document, id) = (app.map_document()?, app.fresh_row());
            app.edit(document, |edit| Campaign::say(edit, id, &named))?;
            app.output.status(format_args!("A new campaign: {named}"));
            app.map_entry()?.and_then(|map| map.campaign(&id.to_string()).cloned()).ok_or_else(Failure::no_map)
        }
        (None, []) => {
            Err(Failure::new("AM-NO-CAMPAIGN", Exit::WhichEntry, format!("No campaign is called \"{named}\"."))
                .hint(format!("There are: {}.", names(&campaigns))))
        }
        _ => Err(Failure::new(
            "AM-WHICH-CAMPAIGN",
            Exit::WhichEntry,
            format!("Several campaigns begin with \"{named}\"."),
        )
        .hint(format!("There are: {}.", names(&campaigns)))),
    }
}

fn names(campaigns: &[Campaign]) -> String {
    campaigns.iter().map(|campaign| campaign.sentence.as_str()).collect::<Vec<_>>().join(", ")
}
