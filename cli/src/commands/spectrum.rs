//! `allymap spectrum`: who stands where on a campaign, what moved since a day, and the half-pie as a file.

use std::path::{Path, PathBuf};

use allymap_domain::advice::spectrum::{Score, Turn};
use allymap_domain::date::Date;
use allymap_domain::date::typed::{parse_date, parse_since};
use allymap_domain::entry::position::Place;
use allymap_home::allies::spectrum::{self, Drawn, Moved, Span, Standing, Step};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::words::{columns, cut, plural};

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

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    super::campaign::meant(app, args.campaign.as_deref())?;
    let since = args.since.map(|typed| parse_since(&typed, app.today())).transpose()?;
    let until = args.until.map(|typed| parse_date(&typed, app.today())).transpose()?;
    if let (Some(since), Some(until)) = (since, until)
        && until < since
    {
        return Err(Failure::usage(format!("{} is before {}.", until.spelled(), since.spelled()))
            .hint("Give the earlier day with --since."));
    }
    let drawn = spectrum::of(app.visit()?, args.campaign.as_deref(), Span { since, until })?;
    let Some(file) = &args.svg else { return app.tell(&drawn) };
    let line = drawn.moved.as_ref().map(|moved| score_line(moved, until)).unwrap_or_default();
    let svg = spectrum::half_pie(app.visit()?, args.campaign.as_deref(), until, line)?;
    std::fs::write(file, svg).map_err(|error| Failure::io("Writing", file, &error))?;
    app.tell(&Wrote { file })
}

/// A picture that was written.
struct Wrote<'a> {
    file: &'a Path,
}

impl Answer for Wrote<'_> {
    fn json(&self) -> impl Serialize {
        json!({ "wrote": self.file.display().to_string() })
    }

    fn say(&self, out: &Output) {
        let file = self.file.display();
        out.say(format_args!("Wrote {file}. It opens in any web browser and prints from there."));
        out.status("It names people and where they stand: whoever has the file can read it.");
    }
}

impl Answer for Drawn {
    fn json(&self) -> impl Serialize {
        let names = |place: Place| self.at(place).map(|standing| standing.name.as_str()).collect::<Vec<_>>();
        let positions: Map<String, Value> =
            Place::FRIENDLIEST_FIRST.iter().map(|place| (place.slug().to_owned(), json!(names(*place)))).collect();
        let differing = self.placed.iter().filter_map(|standing| {
            let from = standing.friendliest?.slug();
            Some(json!({ "name": standing.name, "from": from, "to": standing.place.slug() }))
        });
        let mut value = json!({
            "campaign": self.campaign,
            "until": self.until.map(|until| until.to_string()),
            "positions": positions,
            "people_differ": differing.collect::<Vec<_>>(),
        });
        if let Some(Moved { since, score, steps }) = &self.moved {
            let Score { active_before, active_after, towards, away, placed, lost } = score;
            value["since"] = since.to_string().into();
            value["score"] = json!({
                "active_allies_before": active_before, "active_allies_after": active_after,
                "towards": towards, "away": away, "newly_placed": placed, "no_longer_known": lost,
            });
            value["steps"] = steps.iter().map(step_json).collect();
        }
        value
    }

    fn say(&self, out: &Output) {
        out.say(&self.campaign);
        if let Some(until) = self.until {
            out.say(format_args!("As it was on {}", until.spelled()));
        }
        let most = Place::FRIENDLIEST_FIRST.iter().map(|place| self.at(*place).count()).max().unwrap_or(0);
        for place in Place::FRIENDLIEST_FIRST {
            let placed: Vec<&Standing> = self.at(place).collect();
            out.say(bar(out, place, &placed, most));
        }
        if let Some(moved) = &self.moved {
            out.say("");
            out.say(out.broken(2, &score_line(moved, self.until)));
            for step in &moved.steps {
                out.say(step_line(out, step));
            }
        }
    }
}

/// One place in at most eighty columns; under `--plain` every name, and no drawing.
fn bar(out: &Output, place: Place, placed: &[&Standing], most: usize) -> String {
    let mark = |standing: &&Standing| {
        // Before it is cut.
        let name = out.hidden.shown(&standing.name);
        if standing.friendliest.is_some() { format!("{name} (people differ)") } else { name.into_owned() }
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
    let room = 80 - columns(&head);
    let mut listed = String::new();
    for (number, name) in names.iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        let rest = if number + 1 == names.len() { 0 } else { 3 };
        if columns(&listed) + comma.len() + columns(name) + rest > room {
            let left = if number == 0 { cut(name, room - 1) } else { comma.to_owned() };
            listed.push_str(&left);
            listed.push('…');
            break;
        }
        listed.push_str(comma);
        listed.push_str(name);
    }
    format!("{head}{listed}").trim_end().to_owned()
}

fn score_line(moved: &Moved, until: Option<Date>) -> String {
    let Moved { since, score, .. } = moved;
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

fn step_line(out: &Output, step: &Step) -> String {
    let on = step.on.map_or("no day".to_owned(), Date::spelled);
    let turn = turn(step);
    let because = step.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let (name, from, to) = (&step.name, step.from.label(), step.to.label());
    if out.plain {
        return format!("{on}: {name}: {from} → {to}, {turn}{because}");
    }
    out.broken(18, &format!("{on:<16}  {name}: {from} → {to}, {turn}{because}"))
}

fn turn(step: &Step) -> String {
    let way = match step.turn {
        Turn::Placed => return "newly placed".to_owned(),
        Turn::Lost => return "no longer known".to_owned(),
        Turn::Towards => "towards us",
        Turn::Away => "away",
    };
    match step.steps {
        1 => format!("one step {way}"),
        steps => format!("{steps} steps {way}"),
    }
}

fn step_json(step: &Step) -> Value {
    json!({
        "name": step.name,
        "on": step.on.map(|on| on.to_string()),
        "from": step.from.slug(),
        "to": step.to.slug(),
        "direction": match step.turn {
            Turn::Towards => "towards",
            Turn::Away => "away",
            Turn::Placed => "newly-placed",
            Turn::Lost => "no-longer-known",
        },
        "steps": step.steps,
        "reason": step.reason,
    })
}
