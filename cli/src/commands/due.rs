//! `allymap due`: who waits for us. Read from the short rows of the map; `--offers` opens the entries that we owe something.

use allymap_domain::advice::due::{Due, DueKind, due};
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::entry::favour::size_word;
use allymap_domain::kind::relationship;
use allymap_domain::weigh::Weigher;

use super::log::Holder;
use super::weigh::{self, Ground};
use crate::app::App;
use crate::terminal::failure::Failure;

/// Follow-ups, check-ins, events to assess, calls, favours
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap due\n  allymap due --within \"2 weeks\"\n  allymap due --offers")]
pub(crate) struct Args {
    #[arg(long, value_name = "TIME", default_value = "2w", help = "How far ahead: 10d, 2w, 3m, or \"2 weeks\"")]
    within: String,
    #[arg(long, value_name = "GROUP", help = "Only what this group of ours holds; me: your own")]
    held_by: Option<String>,
    /// Only whom we owe a favour, with what would help them
    #[arg(long)]
    offers: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let within = days(&args.within)?;
    let map = app.map_entry()?.unwrap_or_default();
    let rows = app.joined()?;
    let held_by = args.held_by.as_deref().map(|wanted| Holder::of(app, wanted)).transpose()?;
    let rows = rows.iter().filter(|row| held_by.as_ref().is_none_or(|held_by| held_by.holds(row)));
    let due: Vec<Due<'_>> = due(rows, &map, app.today(), within);
    if args.offers {
        return offers(app, &due);
    }
    // Only what is due of an event needs to know what is open about it.
    let assesses = due.iter().any(|due| due.what == DueKind::Assess);
    let ground = if assesses { Some(Ground::of(app.visit()?)?) } else { None };
    let weigher = ground.as_ref().map(Ground::weigher);
    let open = |due: &Due<'_>| weigher.as_ref().filter(|_| due.what == DueKind::Assess).map(|all| open(all, due));
    if app.output.json {
        let due: Vec<_> = due.iter().map(|due| json(due, open(due), app.today())).collect();
        app.output.json(&serde_json::json!({ "today": app.today().to_string(), "within_days": within, "due": due }));
        return Ok(());
    }
    if due.is_empty() {
        app.output.status(format_args!("Nothing is due within {within} days."));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = due
        .iter()
        .map(|due| {
            let held_by = due.row.held_by().unwrap_or_default();
            vec![
                turn(due, app.today()).to_owned(),
                due.row.name.clone(),
                words(due, open(due), app.today()),
                held_by.to_owned(),
            ]
        })
        .collect();
    app.output.table(&["When", "Who", "What", "Held by"], &cells);
    Ok(())
}

/// How much is still to be found out about an event.
fn open(weigher: &Weigher<'_>, due: &Due<'_>) -> usize {
    let weighing = weigher.weigh(due.row);
    weighing.still_open(&weighing.outcome(weigh::pack()))
}

/// Whom we owe, and what they or we have said would help (module, section 7).
fn offers(app: &mut App<'_>, due: &[Due<'_>]) -> Result<(), Failure> {
    let mut owed = Vec::new();
    for due in due {
        let DueKind::Owed(size) = due.what else { continue };
        let mut said = helps(&app.entry(due.row.id)?);
        for (_, other) in super::also::entries(app, due.row.id)? {
            said.extend(helps(&other));
        }
        owed.push((due, size, said));
    }
    if app.output.json {
        let offers: Vec<_> = owed
            .iter()
            .map(|(due, _, helps)| {
                let mut value = json(due, None, app.today());
                value["would_help"] = helps
                    .iter()
                    .map(|(field, label, said)| serde_json::json!({ "field": field, "label": label, "said": said }))
                    .collect();
                value
            })
            .collect();
        app.output.json(&serde_json::json!({ "today": app.today().to_string(), "offers": offers }));
        return Ok(());
    }
    if owed.is_empty() {
        app.output.status("We owe nobody a favour.");
        return Ok(());
    }
    let cells: Vec<Vec<String>> = owed
        .iter()
        .map(|(due, size, helps)| {
            let helps: Vec<String> = helps.iter().map(|(_, label, said)| format!("{label}: {said}")).collect();
            let helps = if helps.is_empty() { "not known; ask them".to_owned() } else { helps.join(" · ") };
            let held_by = due.row.held_by().unwrap_or_default().to_owned();
            vec![due.row.name.clone(), format!("{} ({size})", size_word(*size)), helps, held_by]
        })
        .collect();
    app.output.table(&["Who", "Offer something like", "What would help", "Held by"], &cells);
    app.output.status("When it is done: allymap gave WHO WHAT");
    Ok(())
}

/// What an entry says that they want and what each side gets: the field, its label, the words.
fn helps(entry: &Entry) -> Vec<(&'static str, &'static str, String)> {
    [&relationship::GOALS, &relationship::BENEFIT, &relationship::THEY_GET, &relationship::WE_GET]
        .into_iter()
        .filter_map(|field| entry.field(field))
        .filter(|value| !value.values.is_empty())
        .map(|value| {
            let said: Vec<&str> = value.values.iter().map(|said| said.value.as_str()).collect();
            (value.field.name, value.field.label, said.join("; "))
        })
        .collect()
}

/// `2w`, `10d`, `3m`, `2 weeks`, or a number of days.
fn days(typed: &str) -> Result<i32, Failure> {
    let typed = typed.trim().to_lowercase();
    let unit = typed.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let (digits, unit) = (&typed[..typed.len() - unit.len()], unit.trim());
    let length = match unit.strip_suffix('s').unwrap_or(unit) {
        "" | "d" | "day" => Some(1),
        "w" | "week" => Some(7),
        "m" | "month" => Some(31),
        _ => None,
    };
    let count = digits.parse::<i32>().ok().filter(|count| *count <= 3_660);
    count.zip(length).map(|(count, length)| count * length).ok_or_else(|| {
        let short: String = typed.chars().take(40).collect();
        Failure::usage(format!("\"{short}\" is no length of time.")).hint("For example: --within 2w, 10d or 3m.")
    })
}

fn turn(due: &Due<'_>, today: Date) -> &'static str {
    match due.what {
        DueKind::UnansweredCall => "First",
        DueKind::Strained => "Alarm",
        DueKind::Owed(_) => "We owe",
        DueKind::OldFact => "Look again",
        _ if due.on.is_some_and(|on| on < today) => "Late",
        _ => "Soon",
    }
}

fn words(due: &Due<'_>, open: Option<usize>, today: Date) -> String {
    let on = due.on.map(|on| on.spelled()).unwrap_or_default();
    match due.what {
        DueKind::UnansweredCall => format!("asked us to stand with them by {on}: no answer yet"),
        DueKind::Call => format!("asked us to stand with them by {on}"),
        DueKind::Strained => "rights holders, and the tie is strained".to_owned(),
        DueKind::FollowUp => format!("follow up, {on}"),
        DueKind::Assess => {
            let verb = if open == Some(0) { "decide" } else { "assess" };
            let by = if due.on.is_some_and(|by| by < today) { "now".to_owned() } else { format!("by {on}") };
            format!("{verb} {by}; it is on {}", due.row.day().map(Date::spelled).unwrap_or_default())
        }
        DueKind::LosingTouch => format!("losing touch: a check-in was due {on}"),
        DueKind::CheckIn => format!("check in, {on}"),
        DueKind::Owed(size) => format!("a favour of size {size}: {}", size_word(size)),
        DueKind::OldFact => format!("something here was last seen {on}"),
    }
}

fn json(due: &Due<'_>, open: Option<usize>, today: Date) -> serde_json::Value {
    let size = match due.what {
        DueKind::Owed(size) => Some(size),
        _ => None,
    };
    serde_json::json!({
        "what": due.what.slug(), "id": due.row.id.to_string(), "entry": due.row.name,
        "on": due.on.map(|on| on.to_string()), "days_late": due.on.map(|on| on.days_until(today)).filter(|late| *late > 0),
        "size": size, "held_by": due.row.held_by(), "rights_holders": due.row.rights_holders(), "words": words(due, open, today),
        "event_on": due.row.day().map(|on| on.to_string()), "open": open,
    })
}
