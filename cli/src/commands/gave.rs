//! `allymap gave WHO WHAT` and `allymap got WHO WHAT`: favours, both ways.

use allymap_domain::advice::before::has_been;
use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::favour::{Standing, Way, size_word};
use allymap_domain::entry::log::LogKind;
use allymap_home::relations::gave::{self, NewFavour, Recorded};
use serde::Serialize;
use serde_json::json;

use crate::about::relationship::{balance_json, balance_words};
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed;

/// Something we did for them
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap gave choir \"two people for their stall\" --size 3\n  allymap gave bakery \"put it in our newsletter\" --size 1"
)]
pub(crate) struct Args {
    /// Which entry
    who: String,
    /// What it was (- reads standard input)
    what: Option<String>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5), help = "1 a mention, 2 attending, 3 people or a venue, 4 co-hosting, 5 money or a name")]
    size: Option<u8>,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
    #[arg(long, value_name = "WHOM", help = "With whom of them")]
    with: Option<String>,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    favour(app, args, Way::Gave)
}

/// Records a favour, one way or the other.
pub(crate) fn favour(app: &mut App<'_>, args: Args, way: Way) -> Result<(), Failure> {
    let id = app.visit()?.find(&args.who)?.id;
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    has_been(&on, LogKind::typed(way.slug())?, app.today())?;
    let what = match args.what {
        Some(what) => typed::free_text(&app.output, &what)?,
        None => app.ask().required("What was it?", "WHAT")?,
    };
    let size = size(app, args.size)?;
    let recorded = gave::record(app.visit()?, &NewFavour { of: id, way, what, size, on, with: args.with })?;
    app.tell(&recorded)
}

impl Answer for Recorded {
    fn json(&self) -> impl Serialize {
        json!({
            "entry": self.name, "kind": self.way.slug(), "size": self.size, "on": self.on.typed,
            "balance": balance_json(&self.balance),
        })
    }

    fn say(&self, out: &Output) {
        let who = if self.way == Way::Gave { "We" } else { "They" };
        out.say(format_args!(
            "{who} gave: {} ({}). With {}: {}.",
            self.what,
            self.size,
            self.name,
            balance_words(&self.balance)
        ));
        if self.way == Way::Got && self.balance.standing == Standing::WeOwe {
            out.status("Before the next ask, offer something of equal size: allymap due --offers");
        }
        say_who_sees(out, &self.seen_by);
    }
}

/// The size, asked for if it is left out.
pub(crate) fn size(app: &mut App<'_>, size: Option<u8>) -> Result<u8, Failure> {
    if let Some(size) = size {
        return Ok(size);
    }
    let sizes: Vec<String> = (1..=5).map(|size| size_word(size).to_owned()).collect();
    let chosen = app.ask().choose("How large was it?", &sizes)?;
    let at = chosen.ok_or_else(|| Failure::missing("How large was it?", "--size 1 to 5"))?;
    Ok(u8::try_from(at + 1).unwrap_or(5))
}
