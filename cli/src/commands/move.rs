//! `allymap move WHO WHERE`: where somebody stands on the spectrum of allies, for one campaign.

use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::position::Place;
use allymap_domain::map::campaign::Campaign;
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::typed;

/// Move a partner along the spectrum of allies
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap move choir active-ally --for refugees\n  allymap move choir neutral --for step-free --because \"no view yet\""
)]
pub(crate) struct Args {
    /// Which entry: anybody with a view, part of the public too
    who: String,
    /// active-ally, passive-ally, neutral, passive-opponent, active-opponent or not-known
    place: Option<String>,
    #[arg(long = "for", value_name = "CAMPAIGN", help = "On which campaign, by words of its sentence")]
    campaign: Option<String>,
    #[arg(long, value_name = "WHY", help = "Why (this stays in your shell's history; - reads standard input)")]
    because: Option<String>,
    #[arg(long, help = "From where this is known")]
    source: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who outside of us said so")]
    said_by: Option<String>,
    #[arg(long, value_name = "DAY", help = "When it was seen; left out: today")]
    on: Option<String>,
    #[arg(long, help = "Nobody of us should approach them: arguing may entrench")]
    do_not_engage: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let campaign = campaign(app, args.campaign)?;
    let place = super::risk::chosen::<Place>(app, args.place, "Where do they stand?", "WHERE")?;
    let reason = match args.because {
        Some(reason) => Some(typed::free_text(&app.output, &reason)?),
        None => app.ask().optional("Why?")?,
    };
    let source = match (args.said_by.is_some(), place) {
        (false, place) if place != Place::NotKnown => super::relation::source_about(app, &row, args.source)?,
        _ => args.source,
    };
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let entry = app.entry(row.id)?;
    let before = entry.position(campaign.id);
    let claim = Claim::Position { campaign: campaign.id, place };
    let assertion = Assertion {
        reason,
        source,
        said_by: args.said_by,
        supersedes: before.map(|standing| standing.said.iter().map(|said| said.id).collect()).unwrap_or_default(),
        ..Assertion::new(claim, on, app.now().0)
    };
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| {
        Entry::assert(edit, id, &assertion)?;
        if args.do_not_engage { Entry::set(edit, "engage", "no") } else { Ok(()) }
    })?;
    app.commit()?;
    let was = before.map_or(Place::NotKnown, |standing| standing.place);
    if app.output.json {
        app.output.json(&serde_json::json!({
            "entry": row.name,
            "campaign": campaign.sentence,
            "was": was.label(),
            "position": place.slug(),
            "on": assertion.observed.typed,
            "do_not_engage": args.do_not_engage || row.do_not_engage,
        }));
        return Ok(());
    }
    app.output.say(format_args!("{}: {} → {}, on \"{}\"", row.name, was.label(), place.label(), campaign.sentence));
    if before.is_some_and(|standing| standing.differs) {
        app.output.say("People had placed them differently; this settles it.");
    }
    if args.do_not_engage {
        app.output.say("Marked: do not engage. They are left out of allymap next.");
    }
    super::partner::who_sees(app)
}

/// The campaign that is meant. The first of a map need not be begun apart.
fn campaign(app: &mut App<'_>, said: Option<String>) -> Result<Campaign, Failure> {
    if !super::campaign::all(app)?.is_empty() {
        return super::campaign::meant(app, said.as_deref());
    }
    let sentence = match said {
        Some(said) => Some(said),
        None => app.ask().optional("On which campaign? In one sentence: what are people for or against?")?,
    };
    let Some(sentence) = sentence else { return super::campaign::meant(app, None) };
    app.output.status(format_args!("The first campaign of this map: {sentence}"));
    super::campaign::begin(app, &sentence, None)
}
