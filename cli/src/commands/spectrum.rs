//! `allymap spectrum`: who stands where on a campaign, what moved since a day, and the half-pie as a file.

use std::path::{Path, PathBuf};

use allymap_domain::advice::spectrum::{Move, Movement, Placed, Score, Spectrum, Turn};
use allymap_domain::date::Date;
use allymap_domain::date::typed::{parse_date, parse_since};
use allymap_domain::entry::position::Place;
use allymap_domain::map::campaign::Campaign;
use allymap_domain::paper::picture::{Caption, half_pie};

use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::words::plural;

/// Draw the spectrum of allies
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap spectrum --for refugees\n  allymap spectrum --for refugees --since \"1 aug\"\n  allymap spectrum --for refugees --svg spectrum.svg"
)]
pub(crate) struct Args {
    #[arg(long = "for", value_name = "CAMPAIGN", help = "Of which campaign; left out: the only one that is open")]
    campaign: Option<String>,
    #[arg(long, value_name = "DAY", help = "What moved from this day on: a day, a month, \"3 weeks\"")]
    since: Option<String>,
    #[arg(long, value_name = "DAY", help = "As it was on the evening of this day")]
    until: Option<String>,
    #[arg(long, visible_alias = "draw", value_name = "FILE", help = "Write the half-pie as a picture (SVG)")]
    svg: Option<PathBuf>,
}

/// Allies first, those who are not known apart at the end.
pub(crate) const ORDER: [Place; 6] = [
    Place::ActiveAlly,
    Place::PassiveAlly,
    Place::Neutral,
    Place::PassiveOpponent,
    Place::ActiveOpponent,
    Place::NotKnown,
];

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let campaign = super::campaign::meant(app, args.campaign.as_deref())?;
    let since = args.since.map(|typed| parse_since(&typed, app.today())).transpose()?;
    let until = args.until.map(|typed| parse_date(&typed, app.today())).transpose()?;
    if let (Some(since), Some(until)) = (since, until)
        && until < since
    {
        return Err(Failure::usage(format!("{} is before {}.", until.spelled(), since.spelled()))
            .hint("Give the earlier day with --since."));
    }
    let rows = app.cards()?;
    let spectrum = Spectrum::of(&rows, campaign.id, until);
    let movement = since.map(|since| (since, spectrum.movement(campaign.id, since, until)));
    if let Some(file) = &args.svg {
        return draw(app, file, &campaign, &spectrum, movement.as_ref(), until);
    }
    let mut steps = Vec::new();
    for step in movement.iter().flat_map(|(_, movement)| &movement.moves) {
        steps.push((step, reason(app, &campaign, step)?));
    }
    if app.output.json {
        app.output.json(&json(&campaign, &spectrum, movement.as_ref(), &steps, until));
        return Ok(());
    }
    app.output.say(&campaign.sentence);
    if let Some(until) = until {
        app.output.say(format_args!("As it was on {}", until.spelled()));
    }
    let most = ORDER.iter().map(|place| spectrum.at(*place).count()).max().unwrap_or(0);
    for place in ORDER {
        let placed: Vec<&Placed<'_>> = spectrum.at(place).collect();
        app.output.say(bar(&app.output, place, &placed, most));
    }
    if let Some((since, movement)) = &movement {
        app.output.say("");
        app.output.say(app.output.broken(2, &score_line(*since, until, &movement.score)));
        for (step, reason) in &steps {
            app.output.say(step_line(&app.output, step, reason.as_deref()));
        }
    }
    Ok(())
}

/// One place in at most eighty columns; under `--plain` every name, and no drawing.
fn bar(out: &Output, place: Place, placed: &[&Placed<'_>], most: usize) -> String {
    let mark = |placed: &&Placed<'_>| {
        // Before it is cut.
        let name = out.hidden.shown(&placed.row.name);
        if placed.differs() { format!("{name} (people differ)") } else { name.into_owned() }
    };
    let names: Vec<String> = placed.iter().map(mark).collect();
    let label = plural(place);
    if out.plain {
        let names = if place == Place::NotKnown || names.is_empty() {
            String::new()
        } else {
            format!(": {}", names.join(", "))
        };
        return format!("{label}: {}{names}", placed.len());
    }
    // Twenty cells for the longest; whoever is there at all has one.
    let cells = if most <= 20 { placed.len() } else { (placed.len() * 20).div_ceil(most) };
    let cell = if place == Place::NotKnown { "░" } else { "█" };
    let width = most.min(20);
    let head = format!("{label:<18}{:>4}  {:<width$}  ", placed.len(), cell.repeat(cells));
    if place == Place::NotKnown {
        return head.trim_end().to_owned();
    }
    let room = 80 - head.chars().count();
    let mut listed = String::new();
    for (number, name) in names.iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        let rest = if number + 1 == names.len() { 0 } else { 3 };
        if (listed.chars().count() + comma.len() + name.chars().count() + rest) > room {
            let left: String = if number == 0 { name.chars().take(room - 1).collect() } else { comma.to_owned() };
            listed.push_str(&left);
            listed.push('…');
            break;
        }
        listed.push_str(comma);
        listed.push_str(name);
    }
    format!("{head}{listed}").trim_end().to_owned()
}

fn score_line(since: Date, until: Option<Date>, score: &Score) -> String {
    let Score { active_before, active_after, towards, away, placed, lost } = score;
    let days = match until {
        Some(until) => format!("From {} to {}", since.spelled(), until.spelled()),
        None => format!("Since {}", since.spelled()),
    };
    let mut line =
        format!("{days}: active allies {active_before} → {active_after}; {towards} moved towards us, {away} away");
    if *placed > 0 {
        line.push_str(&format!("; {placed} newly placed"));
    }
    if *lost > 0 {
        line.push_str(&format!("; {lost} no longer known"));
    }
    line
}

fn step_line(output: &Output, step: &Move<'_>, reason: Option<&str>) -> String {
    let on = step.on.map_or("no day".to_owned(), Date::spelled);
    let turn = turn(step);
    let because = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let (name, from, to) = (&step.row.name, step.from.label(), step.to.label());
    if output.plain {
        return format!("{on}: {name}: {from} → {to}, {turn}{because}");
    }
    output.broken(18, &format!("{on:<16}  {name}: {from} → {to}, {turn}{because}"))
}

fn turn(step: &Move<'_>) -> String {
    match step.turn() {
        Turn::Placed => "newly placed".to_owned(),
        Turn::Lost => "no longer known".to_owned(),
        Turn::Towards | Turn::Away => {
            let way = if step.turn() == Turn::Towards { "towards us" } else { "away" };
            match step.steps() {
                1 => format!("one step {way}"),
                steps => format!("{steps} steps {way}"),
            }
        }
    }
}

/// Why somebody moved, as it was noted that day.
fn reason(app: &mut App<'_>, campaign: &Campaign, step: &Move<'_>) -> Result<Option<String>, Failure> {
    let mut reasons = Vec::new();
    for id in &step.same {
        let entry = app.entry(*id)?;
        let because: Vec<_> = entry
            .position(campaign.id)
            .into_iter()
            .flat_map(|position| &position.steps)
            .filter(|known| known.on == step.on)
            .flat_map(|known| &known.because)
            .collect();
        let stated = entry.assertions.iter().filter(|stated| because.contains(&&stated.id));
        reasons.extend(stated.filter_map(|stated| {
            let reason = stated.assertion.reason.as_ref()?;
            Some(format!("{reason} ({})", stated.author.name))
        }));
    }
    Ok((!reasons.is_empty()).then(|| reasons.join("; ")))
}

fn draw(
    app: &mut App<'_>,
    file: &Path,
    campaign: &Campaign,
    spectrum: &Spectrum<'_>,
    movement: Option<&(Date, Movement<'_>)>,
    until: Option<Date>,
) -> Result<(), Failure> {
    let map = app.map()?.name;
    let day = until.unwrap_or_else(|| app.today());
    let caption = Caption {
        title: campaign.sentence.clone(),
        line: movement.map(|(since, movement)| score_line(*since, until, &movement.score)).unwrap_or_default(),
        foot: format!("{map}, {}. For the group: not to be handed on.", day.spelled()),
    };
    let svg = half_pie(spectrum, &caption);
    std::fs::write(file, svg).map_err(|error| Failure::io("Writing", file, &error))?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "wrote": file.display().to_string() }));
        return Ok(());
    }
    app.output.say(format_args!("Wrote {}. It opens in any web browser and prints from there.", file.display()));
    app.output.status("It names people and where they stand: whoever has the file can read it.");
    Ok(())
}

fn json(
    campaign: &Campaign,
    spectrum: &Spectrum<'_>,
    movement: Option<&(Date, Movement<'_>)>,
    steps: &[(&Move<'_>, Option<String>)],
    until: Option<Date>,
) -> serde_json::Value {
    let names = |place: Place| spectrum.at(place).map(|placed| placed.row.name.as_str()).collect::<Vec<_>>();
    let positions: serde_json::Map<String, serde_json::Value> =
        ORDER.iter().map(|place| (place.slug().to_owned(), serde_json::json!(names(*place)))).collect();
    let differing: Vec<_> = spectrum
        .placed
        .iter()
        .filter(|placed| placed.differs())
        .map(|placed| {
            serde_json::json!({
                "name": placed.row.name, "from": placed.friendliest.slug(), "to": placed.place.slug(),
            })
        })
        .collect();
    let mut value = serde_json::json!({
        "campaign": campaign.sentence,
        "until": until.map(|until| until.to_string()),
        "positions": positions,
        "people_differ": differing,
    });
    if let Some((since, movement)) = movement {
        let Score { active_before, active_after, towards, away, placed, lost } = movement.score;
        value["since"] = since.to_string().into();
        value["score"] = serde_json::json!({
            "active_allies_before": active_before, "active_allies_after": active_after,
            "towards": towards, "away": away, "newly_placed": placed, "no_longer_known": lost,
        });
        value["steps"] = steps
            .iter()
            .map(|(step, reason)| {
                serde_json::json!({
                    "name": step.row.name,
                    "on": step.on.map(|on| on.to_string()),
                    "from": step.from.slug(),
                    "to": step.to.slug(),
                    "direction": match step.turn() {
                        Turn::Towards => "towards",
                        Turn::Away => "away",
                        Turn::Placed => "newly-placed",
                        Turn::Lost => "no-longer-known",
                    },
                    "steps": step.steps(),
                    "reason": reason,
                })
            })
            .collect();
    }
    value
}
