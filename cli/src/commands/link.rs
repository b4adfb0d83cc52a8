//! `allymap link add|list`: who influences whom.

use allymap_domain::{Direction, Entry, Link, Strength};
use allymap_wire::DocumentId;

use crate::app::{App, now};
use crate::failure::Failure;

/// Who influences whom
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap link add birtles threlkeld --strength strong\n  allymap link list threlkeld"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// One entry can move another
    Add {
        /// Who can move
        from: String,
        /// Whom
        to: String,
        #[arg(long, default_value = "medium", value_parser = ["weak", "medium", "strong"], help = "How strongly")]
        strength: String,
        #[arg(long, value_name = "HOW", help = "How we know (- reads standard input)")]
        source: Option<String>,
    },
    /// Who can move an entry, and whom it can move
    List {
        /// Which entry
        who: String,
    },
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add { from, to, strength, source } => {
            let (from, to) = (app.find(&from)?, app.find(&to)?);
            if from.id == to.id {
                return Err(Failure::usage("Nobody influences themselves."));
            }
            let strength = Strength::typed(&strength).unwrap_or(Strength::Medium);
            let known = match source {
                Some(source) => Some(super::free_text(&source)?),
                None => app.prompt.optional("How do we know?")?,
            };
            let link = Link { how: known, ..Link::influence(to.id, Direction::Out, strength, now().0) };
            let id = app.fresh_row();
            app.edit(DocumentId(from.id.0), |edit| Entry::link(edit, from.id, id, &link))?;
            app.commit()?;
            if app.output.json {
                app.output.json(&serde_json::json!({ "from": from.name, "to": to.name, "strength": strength.slug() }));
                return Ok(());
            }
            app.output.say(format_args!("{} → {} ({})", from.name, to.name, strength.slug()));
            super::partner::who_sees(app)
        }
        Verb::List { who } => list(app, &who),
    }
}

fn list(app: &mut App, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let rows = app.rows()?;
    let name = |id| rows.iter().find(|row| row.id == id).map_or("an entry you cannot see", |row| row.name.as_str());
    let mut lines = Vec::new();
    for from in &rows {
        for link in from.links.iter().filter(|link| from.id == row.id || link.to == row.id) {
            let (first, second) = match link.direction {
                Direction::In => (name(link.to), from.name.as_str()),
                Direction::Out | Direction::Both => (from.name.as_str(), name(link.to)),
            };
            lines.push((first.to_owned(), second.to_owned(), link.strength.slug()));
        }
    }
    if app.output.json {
        let links: Vec<_> = lines
            .iter()
            .map(|(from, to, strength)| serde_json::json!({ "from": from, "to": to, "strength": strength }))
            .collect();
        app.output.json(&serde_json::json!({ "entry": row.name, "links": links }));
        return Ok(());
    }
    for (from, to, strength) in lines {
        app.output.say(format_args!("{from} → {to} ({strength})"));
    }
    Ok(())
}
