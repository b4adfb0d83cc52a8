//! `allymap voices WHO`: whom a decision maker hears, and who is missing.

use std::collections::BTreeMap;

use allymap_domain::advice::voices::{Voice, voices};
use allymap_domain::card::Card;

use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::words::count;

/// Whom a decision maker hears, and who is missing
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap voices council\n  allymap voices quennell --json")]
pub(crate) struct Args {
    /// Which entry
    who: String,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let rows = app.cards()?;
    let voices = voices(&rows, row.id);
    let heard: usize = voices.iter().map(|voice| voice.heard.len()).sum();
    let mut categories: BTreeMap<&str, usize> = ["a", "b", "c", "d"].map(|category| (category, 0)).into();
    for one in voices.iter().flat_map(|voice| &voice.heard) {
        *categories.entry(one.category().unwrap_or("unknown")).or_default() += 1;
    }
    let names = |rows: &[&Card]| rows.iter().map(|row| row.name.clone()).collect::<Vec<String>>();
    if app.output.json {
        let sorts: Vec<_> = voices
            .iter()
            .map(|voice| {
                serde_json::json!({
                    "sort": voice.slug, "heard": names(&voice.heard), "on_the_map": names(&voice.others),
                    "missing": voice.is_missing(),
                })
            })
            .collect();
        app.output
            .json(&serde_json::json!({ "entry": row.name, "heard": heard, "categories": categories, "voices": sorts }));
        return Ok(());
    }
    app.output.say(format_args!(
        "{} hears {}",
        row.name,
        count(heard, "voice that we know of", "voices that we know of")
    ));
    for voice in voices.iter().filter(|voice| !voice.heard.is_empty()) {
        let label = format!("  {:<28}{:>2}", voice.label, voice.heard.len());
        app.output.note(&label, &few(&names(&voice.heard)), 34);
    }
    if heard > 0 {
        let counts: Vec<String> =
            categories.iter().map(|(category, number)| format!("({category}) {number}")).collect();
        app.output.say(format_args!("By category: {}", counts.join(", ")));
    }
    let missing: Vec<&Voice<'_>> = voices.iter().filter(|voice| voice.is_missing()).collect();
    if missing.is_empty() {
        app.output.say("Every sort of people is heard.");
        return Ok(());
    }
    app.output.say("Missing");
    for voice in missing {
        let known = if voice.others.is_empty() {
            "none on the map yet".to_owned()
        } else {
            format!("on the map: {}", few(&names(&voice.others)))
        };
        app.output.note(&format!("  {}", voice.label), &known, 34);
    }
    app.output.status("A voice is a link of one step: allymap link add WHO WHOM");
    Ok(())
}

/// Three names, and that there are more.
fn few(names: &[String]) -> String {
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 3 { format!("{shown} and {} more", names.len() - 3) } else { shown }
}
