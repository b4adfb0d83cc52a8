//! `allymap ask WHO WHAT`: a request, with what should be thought of before it is made.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::date::typed::{parse_coming_date, parse_when};
use allymap_domain::entry::Entry;
use allymap_domain::entry::favour::{Balance, LARGE, Way, asked_within};
use allymap_domain::entry::log::{LogKind, LogLine};

use super::relation;
use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;

/// Something we ask of them
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap ask choir \"sing at the vigil\" --size 2 --mutual\n  allymap ask choir \"co-host the forum\" --size 4 --anyway\n  allymap ask --list"
)]
pub(crate) struct Args {
    /// Which entry
    #[arg(required_unless_present = "list")]
    who: Option<String>,
    /// What we ask (- reads standard input)
    what: Option<String>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5), help = "1 a mention, 2 attending, 3 people or a venue, 4 co-hosting, 5 money or a name")]
    size: Option<u8>,
    /// Both sides gain by it
    #[arg(long)]
    mutual: bool,
    #[arg(long, value_name = "WHY", help = "It cannot wait until we know each other")]
    urgent: Option<String>,
    #[arg(
        long,
        value_name = "WHY",
        num_args = 0..=1,
        help = "A large ask without a heads-up, all the same; with a reason also before anybody has looked into them"
    )]
    anyway: Option<Option<String>>,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
    #[arg(long, value_name = "DAY", help = "Follow up when")]
    followup: Option<String>,
    /// What we asked within a year; what helps both sides comes first
    #[arg(long, conflicts_with_all = ["who", "size", "mutual", "urgent", "anyway", "on", "followup"])]
    list: bool,
}

/// Requests to one organisation are counted over so many days.
const DEMAND_DAYS: i32 = 60;
const DEMAND: usize = 3;
/// A word of warning before a large ask holds so long.
const HEADS_UP_DAYS: i32 = 30;

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let Some(who) = args.who else { return list(app) };
    let row = app.find_joined(&who)?;
    let kind = LogKind::typed("ask")?;
    // What stands between us, before anything is written (guide, section 2; module, section 4a).
    if !app.output.json {
        app.output.line("Held by", 15, row.held_by().unwrap_or("nobody yet"));
        if let Some(on) = row.contact.last_research {
            app.output.line("Research", 15, format_args!("done {}", on.spelled()));
        }
        relation::say_before(app, &row, 15)?;
    }
    relation::consulted_first(&row, kind)?;
    let all_the_same = relation::researched_first(&row, kind, args.anyway.as_ref().and_then(Option::as_deref))?;
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    relation::has_been(&on, kind, app.today())?;
    let follow_up = args.followup.map(|typed| parse_coming_date(&typed, app.today())).transpose()?;
    let what = match args.what {
        Some(what) => typed::free_text(&app.output, &what)?,
        None => app.ask().required("What do we ask?", "WHAT")?,
    };
    let size = super::gave::size(app, args.size)?;
    let mut warnings = Vec::new();
    if row.contact.last_meeting.is_none() && args.urgent.is_none() {
        warnings.push((
            "no-meeting",
            format!(
                "You have not met {} yet. Get to know each other first, or say why it cannot wait: --urgent WHY",
                row.name
            ),
        ));
    }
    let asked = asked_within(&row.favours, app.today(), DEMAND_DAYS) + 1;
    if row.rights_holders() && asked >= DEMAND {
        warnings.push((
            "demand",
            format!(
                "{} has been asked {asked} times in {DEMAND_DAYS} days; ask yourself if this one is needed.",
                row.name
            ),
        ));
    }
    for (_, words) in &warnings {
        app.output.warn(words);
    }
    let warned = row.contact.last_heads_up.is_some_and(|on| (0..=HEADS_UP_DAYS).contains(&on.days_until(app.today())));
    if size >= LARGE && !warned && args.anyway.is_none() {
        let balance = Balance::of(&row.favours, app.today());
        app.output.warn(format_args!(
            "With {}: {}. This is a large ask, and there was no heads-up.",
            row.name,
            relation::balance_words(&row, &balance)
        ));
        if !app.ask().confirm("Keep it anyway?")? {
            return Err(Failure::new("AM-LARGE-ASK", Exit::NeedsPerson, "Not recorded.")
                .hint("Give them a heads-up first: allymap log add NAME --kind heads-up. Or keep it with --anyway."));
        }
    }
    let text = all_the_same.map_or_else(|| what.clone(), |words| format!("{what}\n{words}"));
    let line = LogLine {
        size: Some(size),
        mutual: args.mutual,
        urgent: args.urgent,
        follow_up,
        ..LogLine::new(kind, on, &text, app.now().0)
    };
    relation::add_line(app, row.id, &line)?;
    app.commit()?;
    if app.output.json {
        let balance = relation::balance_json(&row, &Balance::of(&row.favours, app.today()));
        let before = relation::before_json(app, &row)?;
        let warnings: Vec<&str> = warnings.iter().map(|(code, _)| *code).collect();
        app.output.json(&serde_json::json!({
            "entry": row.name, "kind": "ask", "size": size, "mutual": line.mutual, "on": line.on.typed,
            "asked_in_60_days": asked, "warnings": warnings, "balance": balance, "held_by": row.held_by(),
            "consents": before["consents"], "requests": before["requests"], "missing": before["missing"],
        }));
        return Ok(());
    }
    app.output.say(format_args!("We asked {}: {what} ({size}).", row.name));
    app.output.status("Be ready to do as much for them.");
    super::partner::who_sees(app)
}

/// Of a year, what helps both sides first, then the latest. Only entries that were asked are opened.
fn list(app: &mut App<'_>) -> Result<(), Failure> {
    let today = app.today();
    let recent = |row: &Card| row.favours.iter().any(|one| one.way == Way::Asked && one.on.days_until(today) <= 365);
    let rows = app.cards()?;
    let mut asks = Vec::new();
    for row in rows.iter().filter(|row| !row.archived && recent(row)) {
        let Entry { log, .. } = app.entry(row.id)?;
        let asked = log.into_iter().filter(|logged| logged.line.kind == "ask");
        let theirs = row.rights_holders();
        asks.extend(asked.filter_map(|logged| Some((logged.line.on.date?, row.name.clone(), logged, theirs))));
    }
    asks.retain(|(on, ..)| on.days_until(app.today()) <= 365);
    // Of one day rights holders first (module, section 4a).
    asks.sort_by(|a, b| {
        let (first, second) = ((!a.2.line.mutual, b.0, !a.3), (!b.2.line.mutual, a.0, !b.3));
        (first, &a.1, a.2.id).cmp(&(second, &b.1, b.2.id))
    });
    if app.output.json {
        let asks: Vec<_> = asks
            .iter()
            .map(|(on, name, logged, _)| {
                serde_json::json!({
                    "on": on.to_string(), "entry": name, "text": logged.line.text, "size": logged.line.size,
                    "mutual": logged.line.mutual, "urgent": logged.line.urgent, "by": logged.author.name,
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "asks": asks }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = asks
        .iter()
        .map(|(on, name, logged, _)| {
            let both = if logged.line.mutual { "helps both" } else { "" };
            vec![on.spelled(), name.clone(), logged.line.text.clone(), both.to_owned(), logged.author.name.clone()]
        })
        .collect();
    app.output.table(&["When", "Whom", "What", "Gain", "By"], &cells);
    if cells.is_empty() {
        app.output.status("Nobody was asked for anything in the last twelve months.");
    }
    Ok(())
}
