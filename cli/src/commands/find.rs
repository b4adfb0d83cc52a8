//! `allymap find WORDS`: names, fields and who belongs to what.

use allymap_domain::{Row, folded_words, short_ids};

use crate::app::App;
use crate::failure::Failure;

/// Search every name and place on the map
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap find hall\n  allymap find marys --json")]
pub(crate) struct Args {
    /// What to look for; every word has to begin a word of the entry
    #[arg(required = true)]
    words: Vec<String>,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let wanted = folded_words(&args.words.join(" "));
    let rows = app.rows_once()?;
    let short = short_ids(rows.iter().map(|row| row.id));
    let fits = |words: &[String]| wanted.iter().all(|word| words.iter().any(|of| of.starts_with(word.as_str())));
    let mut hits: Vec<&Row> = rows.iter().filter(|row| fits(&row.words) || fits(&everything(row))).collect();
    // A hit in the name before one elsewhere, and rights holders before others (module, section 4a).
    hits.sort_by_key(|row| (!fits(&row.words), !row.rights_holders()));
    if app.output.json {
        let entries: Vec<_> = hits.iter().map(|row| super::partner::row_json(row, &short[&row.id])).collect();
        app.output.json(&serde_json::json!({ "entries": entries }));
        return Ok(());
    }
    if hits.is_empty() {
        app.output.status("Nothing found.");
    }
    let cells: Vec<Vec<String>> = hits
        .iter()
        .map(|row| vec![row.kind.clone(), row.name.clone(), super::partner::office(row), short[&row.id].clone()])
        .collect();
    app.output.table(&["Kind", "Name", "Role", "Id"], &cells);
    Ok(())
}

/// The words of all that a row knows.
fn everything(row: &Row) -> Vec<String> {
    let mut words = row.words.clone();
    words.extend(row.values.values().flat_map(|value| folded_words(value)));
    words.extend(row.affiliations.iter().flat_map(|affiliation| folded_words(&affiliation.to_string())));
    words
}
