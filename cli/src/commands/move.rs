//! `allymap move WHO WHERE`: where somebody stands on the spectrum of allies, for one campaign.

use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::position::Place;
use allymap_domain::map::campaign::Campaign;
use allymap_home::allies::campaign;
use allymap_home::allies::spectrum::{self, Stand, Stood};
use serde::Serialize;
use serde_json::json;

use crate::about::stated::source_about;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
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
    let who = app.find(&args.who)?;
    let campaign = meant(app, args.campaign)?;
    let place = crate::about::choice::chosen::<Place>(app, args.place, "Where do they stand?", "WHERE")?;
    let reason = match args.because {
        Some(reason) => Some(typed::free_text(&app.output, &reason)?),
        None => app.ask().optional("Why?")?,
    };
    let source = match (args.said_by.is_some(), place) {
        (false, place) if place != Place::NotKnown => source_about(app, &who, args.source)?,
        _ => args.source,
    };
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let (said_by, do_not_engage) = (args.said_by, args.do_not_engage);
    let stand = Stand { who, campaign, place, reason, source, said_by, on, do_not_engage };
    let stood = spectrum::stand(app.visit()?, &stand)?;
    app.tell(&stood)
}

impl Answer for Stood {
    fn json(&self) -> impl Serialize {
        json!({
            "entry": self.name,
            "campaign": self.campaign,
            "was": self.was.label(),
            "position": self.place.slug(),
            "on": self.on,
            "do_not_engage": self.do_not_engage,
        })
    }

    fn say(&self, out: &Output) {
        let (was, now) = (self.was.label(), self.place.label());
        out.say(format_args!("{}: {was} → {now}, on \"{}\"", self.name, self.campaign));
        if self.settled {
            out.say("People had placed them differently; this settles it.");
        }
        if self.marked {
            out.say("Marked: do not engage. They are left out of allymap next.");
        }
        say_who_sees(out, &self.seen_by);
    }
}

/// The campaign that is meant. The first of a map need not be begun apart.
fn meant(app: &mut App<'_>, said: Option<String>) -> Result<Campaign, Failure> {
    if !super::campaign::all(app)?.is_empty() {
        return super::campaign::meant(app, said.as_deref());
    }
    let sentence = match said {
        Some(said) => Some(said),
        None => app.ask().optional("On which campaign? In one sentence: what are people for or against?")?,
    };
    let Some(sentence) = sentence else { return super::campaign::meant(app, None) };
    app.output.status(format_args!("The first campaign of this map: {sentence}"));
    Ok(campaign::begin(app.visit()?, &sentence, None)?)
}
