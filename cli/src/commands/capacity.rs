//! `allymap capacity`: what all of them together can bring.

use allymap_domain::kind::relationship::CAPACITY;

use crate::app::App;
use crate::terminal::failure::Failure;

/// People, seats and vehicles that all can bring together
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap capacity\n  allymap partner edit choir --set seats=40 --set helpers=unknown"
)]
pub(crate) struct Args {}

pub(crate) fn run(app: &mut App<'_>, _: Args) -> Result<(), Failure> {
    let rows = app.cards_once()?;
    // What nobody counted is said as unknown and never counts as none.
    let together: Vec<(&str, u64, usize)> = CAPACITY
        .iter()
        .map(|field| {
            let said = rows.iter().filter(|row| !row.archived).filter_map(|row| row.value(field));
            let (known, unknown): (Vec<_>, Vec<_>) = said.map(str::parse::<u32>).partition(Result::is_ok);
            (field.name, known.into_iter().flatten().map(u64::from).sum(), unknown.len())
        })
        .filter(|(_, sum, unknown)| *sum > 0 || *unknown > 0)
        .collect();
    if app.output.json {
        let together: Vec<_> = together
            .iter()
            .map(|(field, sum, unknown)| serde_json::json!({ "what": field, "known": sum, "unknown": unknown }))
            .collect();
        app.output.json(&serde_json::json!({ "capacity": together }));
        return Ok(());
    }
    if together.is_empty() {
        app.output.status("Nobody's capacity is known yet. Say it with: allymap partner edit NAME --set seats=40");
    }
    for (field, sum, unknown) in together {
        let what = if field == "mailing-list" { "people on their lists" } else { field };
        let unknown = if unknown == 0 { String::new() } else { format!(", {unknown} unknown") };
        app.output.say(format_args!("{sum} {what}{unknown}"));
    }
    Ok(())
}
