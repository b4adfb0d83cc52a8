//! `allymap move WHO WHERE`: where somebody stands on the spectrum of allies, for one campaign.

use allymap_domain::{Assertion, Claim, Entry, When};
use allymap_wire::DocumentId;

use crate::app::{App, now, today};
use crate::failure::Failure;

/// Move a partner along the spectrum of allies
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap move \"wharf choir\" passive-ally --for \"welcome towns\"\n  allymap move choir active-ally --for welcome --because \"hosted the film night\""
)]
pub(crate) struct Args {
    /// Which entry
    who: String,
    /// active-ally, passive-ally, neutral, passive-opponent, active-opponent or not-known
    place: String,
    #[arg(long = "for", value_name = "CAMPAIGN", help = "On which campaign; a new one is made")]
    campaign: Option<String>,
    #[arg(long, value_name = "WHY", help = "Why (this stays in your shell's history; - reads standard input)")]
    because: Option<String>,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let place = super::partner::place(&args.place)?;
    let row = app.find(&args.who)?;
    let campaign = super::spectrum::campaign(app, args.campaign.as_deref(), true)?;
    let reason = match args.because {
        Some(reason) => Some(super::free_text(&reason)?),
        None => app.prompt.optional("Why?")?,
    };
    let entry = app.entry(row.id)?;
    let before = entry.position(campaign.id);
    let claim = Claim::Position { campaign: campaign.id, place };
    let assertion = Assertion {
        reason,
        supersedes: before.map(|standing| standing.said.iter().map(|said| said.id).collect()).unwrap_or_default(),
        ..Assertion::new(claim, When::on(today()), now().0)
    };
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    app.commit()?;
    let was = before.map_or("not known to us", |standing| standing.place.label());
    if app.output.json {
        app.output.json(
            &serde_json::json!({ "entry": row.name, "campaign": campaign.sentence, "was": was, "position": place.slug() }),
        );
        return Ok(());
    }
    app.output.say(format_args!("{}: {was} → {}, on \"{}\"", row.name, place.label(), campaign.sentence));
    super::partner::who_sees(app)
}
