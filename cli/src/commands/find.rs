//! `allymap find WORDS`: every name, note and log line.

use allymap_domain::row::fold;

use crate::app::App;
use crate::failure::Failure;

/// Search every name, note and place on the map
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap find hall\n  allymap find marys --json")]
pub(crate) struct Args {
    /// What to look for; every word has to begin a word of the entry
    #[arg(required = true)]
    words: Vec<String>,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let folded = fold(&args.words.join(" "));
    let words: Vec<&str> = folded.split(' ').collect();
    let rows = app.rows()?;
    let mut hits: Vec<_> = rows
        .iter()
        .filter(|row| words.iter().all(|word| row.words.split(' ').any(|of| of.starts_with(word))))
        .collect();
    // A hit in the name before one in a note.
    hits.sort_by_key(|row| {
        let name = fold(&row.name);
        !words.iter().all(|word| name.split(' ').any(|of| of.starts_with(word)))
    });
    if app.output.json {
        let entries: Vec<_> = hits.iter().map(|row| super::partner::row_json(row)).collect();
        app.output.json(&serde_json::json!({ "entries": entries }));
        return Ok(());
    }
    if hits.is_empty() {
        app.output.status("Nothing found.");
    }
    let cells: Vec<Vec<String>> = hits
        .iter()
        .map(|row| {
            let role = row.role.clone().into_iter().chain(row.part_of.clone()).collect::<Vec<_>>().join(", ");
            vec![row.kind().to_string(), row.name.clone(), role, row.short_id()]
        })
        .collect();
    app.output.table(&["Kind", "Name", "Role", "Id"], &cells);
    Ok(())
}
