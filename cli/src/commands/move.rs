//! `allymap move WHO WHERE`: where somebody stands on the spectrum of allies, for one campaign.

use allymap_domain::entry;
use allymap_domain::said::Assertion;
use allymap_wire::DocumentId;

use crate::app::App;
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
    let entry_now = app.entry(row.id)?;
    let before = entry_now.positions().into_iter().find(|line| line.campaign == campaign.id);
    let mut source = app.source();
    source.reason = reason;
    source.observed_on = Some(super::today()?);
    source.supersedes =
        before.as_ref().map(|line| line.standing.iter().map(|said| said.id).collect()).unwrap_or_default();
    let id = app.fresh_id();
    let assertion = Assertion::Position { campaign: campaign.id, place, source };
    app.edit(DocumentId(row.id.0), |edit| entry::assert(edit, id, &assertion))?;
    app.commit()?;
    let was = before.map_or("not known to us", |line| line.place.label());
    if app.output.json {
        app.output.json(
            &serde_json::json!({ "entry": row.name, "campaign": campaign.name, "was": was, "position": place.slug() }),
        );
        return Ok(());
    }
    app.output.say(format_args!("{}: {was} → {}, on \"{}\"", row.name, place.label(), campaign.name));
    super::partner::who_sees(app)
}
