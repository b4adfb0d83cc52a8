//! `allymap gave WHO WHAT` and `allymap got WHO WHAT`: favours, both ways.

use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::favour::{self, Balance, Favour, Way, size_word};
use allymap_domain::entry::log::{LogKind, LogLine};

use super::relation;
use crate::app::App;
use crate::terminal::failure::Failure;
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

/// Records a favour, of kind `gave` or `got`.
pub(crate) fn run(app: &mut App<'_>, args: Args, kind: &str) -> Result<(), Failure> {
    let row = app.find_joined(&args.who)?;
    let kind = LogKind::typed(kind)?;
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    relation::has_been(&on, kind, app.today())?;
    let what = match args.what {
        Some(what) => typed::free_text(&app.output, &what)?,
        None => app.ask().required("What was it?", "WHAT")?,
    };
    let size = size(app, args.size)?;
    let line = LogLine { size: Some(size), with: args.with, ..LogLine::new(kind, on, &what, app.now().0) };
    relation::add_line(app, row.id, &line)?;
    app.commit()?;
    let way = if kind.slug == "gave" { Way::Gave } else { Way::Got };
    let mut exchanges = row.favours.clone();
    exchanges.extend(line.on.date.map(|on| Favour { on, way, size, mutual: false }));
    let balance = Balance::of(&exchanges, app.today());
    if app.output.json {
        let balance = relation::balance_json(&row, &balance);
        app.output.json(&serde_json::json!({
            "entry": row.name, "kind": kind.slug, "size": size, "on": line.on.typed, "balance": balance,
        }));
        return Ok(());
    }
    let who = if way == Way::Gave { "We" } else { "They" };
    app.output.say(format_args!(
        "{who} gave: {what} ({size}). With {}: {}.",
        row.name,
        relation::balance_words(&row, &balance)
    ));
    if way == Way::Got && balance.standing() == favour::Standing::WeOwe {
        app.output.status("Before the next ask, offer something of equal size: allymap due --offers");
    }
    super::partner::who_sees(app)
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
