//! `allymap link add|list`: who influences whom.

use allymap_domain::entry;
use allymap_domain::said::{Link, Strength};
use allymap_wire::DocumentId;

use crate::app::App;
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
            let strength = Strength::from_slug(&strength).unwrap_or(Strength::Medium);
            let known = match source {
                Some(source) => Some(super::free_text(&source)?),
                None => app.prompt.optional("How do we know?")?,
            };
            let mut source = app.source();
            source.source = known;
            let (id, link) = (app.fresh_id(), Link::Influences { other: to.id, strength, source });
            app.edit(DocumentId(from.id.0), |edit| entry::link(edit, id, &link))?;
            app.commit()?;
            if app.output.json {
                app.output.json(&serde_json::json!({ "from": from.name, "to": to.name, "strength": strength.slug() }));
                return Ok(());
            }
            app.output.say(format_args!("{} → {} ({})", from.name, to.name, strength.label()));
            super::partner::who_sees(app)
        }
        Verb::List { who } => list(app, &who),
    }
}

fn list(app: &mut App, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let entries = app.entries()?;
    let mut lines = Vec::new();
    for entry in &entries {
        for said in entry.open_links() {
            if let Link::Influences { other, strength, .. } = &said.what
                && (*other == row.id || entry.id == row.id)
            {
                let to = entries
                    .iter()
                    .find(|entry| entry.id == *other)
                    .map_or("an entry you cannot see", |entry| entry.name());
                lines.push((entry.name().to_owned(), to.to_owned(), strength.label()));
            }
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
