//! `allymap balance [WHO]`: who gave what to whom within a year, in words.

use allymap_domain::card::Card;
use allymap_domain::entry::favour::{self, Balance, size_word};

use super::relation;
use crate::app::App;
use crate::terminal::failure::Failure;

/// What we gave and what they gave, over a year
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap balance\n  allymap balance choir")]
pub(crate) struct Args {
    /// Which entry; left out: everybody with whom something went back or forth
    who: Option<String>,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if let Some(who) = args.who {
        let row = app.find_joined(&who)?;
        let balance = Balance::of(&row.favours, app.today());
        if app.output.json {
            let value = relation::balance_json(&row, &balance);
            app.output.json(&serde_json::json!({ "entry": row.name, "balance": value }));
            return Ok(());
        }
        app.output.say(format_args!("{}: {}.", row.name, relation::balance_words(&row, &balance)));
        if let Some(size) = balance.owed() {
            app.output.say(format_args!("Offer something like {} ({size}).", size_word(size)));
        }
        return Ok(());
    }
    let joined = app.joined()?;
    let mut rows: Vec<(&Card, Balance)> = joined
        .iter()
        .filter(|row| !row.archived)
        .map(|row| (row, Balance::of(&row.favours, app.today())))
        .filter(|(_, balance)| balance.standing() != favour::Standing::Nothing)
        .collect();
    // Rights holders before all others, then those to whom we owe.
    rows.sort_by_key(|(row, balance)| (!row.rights_holders(), balance.owed().is_none()));
    if app.output.json {
        let entries: Vec<_> = rows
            .iter()
            .map(|(row, balance)| {
                serde_json::json!({ "id": row.id.to_string(), "entry": row.name, "balance": relation::balance_json(row, balance) })
            })
            .collect();
        app.output.json(&serde_json::json!({ "balances": entries }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> =
        rows.iter().map(|(row, balance)| vec![row.name.clone(), relation::balance_words(row, balance)]).collect();
    if cells.is_empty() {
        app.output.status("Nothing went back or forth this year. Note favours with: allymap gave, allymap got");
        return Ok(());
    }
    app.output.table(&["Name", "Give and take"], &cells);
    Ok(())
}
