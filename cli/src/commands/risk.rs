//! `allymap risk add|list`: six types, each with a level; the stricter of two counts until somebody settles it.

use allymap_domain::entry;
use allymap_domain::said::{Assertion, Level, Mitigation, Risk};
use allymap_wire::DocumentId;

use crate::app::App;
use crate::failure::Failure;

/// Risks to weigh before partnering
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap risk add \"Hillside Quarry\" --type reputational --level high\n  allymap risk list quarry"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Rate one type of risk
    Add(Add),
    /// The six lines of an entry, or what is open on the whole map
    List {
        /// Which entry; left out: every entry with a risk of medium or high
        who: Option<String>,
    },
}

#[derive(clap::Args)]
struct Add {
    /// Which entry
    who: String,
    #[arg(long = "type", value_parser = ["political", "policy", "financial", "legal", "reputational", "physical"], help = "Which of the six")]
    risk: String,
    #[arg(long, value_parser = ["unknown", "none", "low", "medium", "high"], help = "How high")]
    level: String,
    #[arg(long, value_parser = ["unknown", "none-needed", "mitigated", "can-be", "cannot"], default_value = "unknown", help = "Can it be mitigated?")]
    mitigation: String,
    #[arg(long, help = "Why (this stays in your shell's history; - reads standard input)")]
    reason: Option<String>,
    #[arg(long, help = "From where this is known")]
    source: Option<String>,
    /// This replaces the ratings that stand, which you have seen; needs a reason
    #[arg(long)]
    settle: bool,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::List { who } => list(app, who.as_deref()),
    }
}

fn add(app: &mut App, args: Add) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let entry_now = app.entry(row.id)?;
    let risk = Risk::from_slug(&args.risk).unwrap_or(Risk::Political);
    let level = Level::from_slug(&args.level).unwrap_or(Level::Unknown);
    let mitigation = Mitigation::from_slug(&args.mitigation).unwrap_or(Mitigation::Unknown);
    let reason = match args.reason {
        Some(reason) => Some(super::free_text(&reason)?),
        None => app.prompt.optional("What is it?")?,
    };
    let mut source = app.source();
    source.reason = reason;
    source.source = args.source;
    if args.settle {
        source.supersedes = entry_now
            .risks()
            .iter()
            .find(|line| line.risk == risk)
            .map(|line| line.standing.iter().map(|said| said.id).collect())
            .unwrap_or_default();
    }
    let id = app.fresh_id();
    let assertion = Assertion::Risk { risk, level, mitigation, source };
    app.edit(DocumentId(row.id.0), |edit| entry::assert(edit, id, &assertion))?;
    app.commit()?;
    let counts = app.entry(row.id)?.risks().into_iter().find(|line| line.risk == risk);
    if app.output.json {
        let counts = counts.map(|line| line.level.slug());
        app.output.json(
            &serde_json::json!({ "entry": row.name, "risk": risk.slug(), "said": level.slug(), "counts": counts }),
        );
        return Ok(());
    }
    app.output.say(format_args!("Kept: {} risk, {}, {}.", risk.label(), level.label(), row.name));
    if let Some(line) = counts.filter(|line| line.differs) {
        app.output.say(format_args!(
            "{} counts until somebody who has seen both settles it: allymap risk add … --settle --reason WHY",
            line.level.label()
        ));
    }
    Ok(())
}

fn list(app: &mut App, who: Option<&str>) -> Result<(), Failure> {
    let Some(who) = who else {
        let rows = app.rows()?;
        let open: Vec<_> = rows.iter().filter(|row| row.highest_risk() >= Level::Medium && !row.archived).collect();
        if app.output.json {
            let entries: Vec<_> = open.iter().map(|row| super::partner::row_json(row)).collect();
            app.output.json(&serde_json::json!({ "entries": entries }));
            return Ok(());
        }
        let cells: Vec<_> =
            open.iter().map(|row| vec![row.highest_risk().label().to_owned(), row.name.clone()]).collect();
        app.output.table(&["Highest", "Name"], &cells);
        return Ok(());
    };
    let row = app.find(who)?;
    let entry = app.entry(row.id)?;
    if app.output.json {
        let risks: Vec<_> = entry
            .risks()
            .iter()
            .map(|line| {
                let standing: Vec<_> = line.standing.iter().map(allymap_domain::export::assertion_json).collect();
                serde_json::json!({ "risk": line.risk.slug(), "counts": line.level.slug(), "differs": line.differs, "standing": standing })
            })
            .collect();
        app.output.json(&serde_json::json!({ "entry": row.name, "risks": risks }));
        return Ok(());
    }
    for line in entry.risks() {
        let who: Vec<String> = line
            .standing
            .iter()
            .filter_map(|said| match &said.what {
                Assertion::Risk { level, mitigation, .. } => {
                    Some(format!("{} {}, {}", said.by.name, level.label(), mitigation.label()))
                }
                Assertion::Position { .. } => None,
            })
            .collect();
        let mark = if line.differs { "  (people differ; the stricter counts)" } else { "" };
        app.output.say(format_args!("{:<14}{:<9}{}{mark}", line.risk.label(), line.level.label(), who.join(" · ")));
    }
    Ok(())
}
