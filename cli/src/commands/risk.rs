//! `allymap risk add|list`: six types, each with a level; the stricter of two counts until somebody settles it.

use allymap_domain::{Assertion, Claim, Entry, Level, Mitigation, Risk, RiskKind, RiskStanding, When, short_ids};
use allymap_wire::DocumentId;

use crate::app::{App, now, today};
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
    let kind = RiskKind::typed(&args.risk).unwrap_or(RiskKind::Political);
    let level = Level::typed(&args.level).unwrap_or(Level::Unknown);
    let mitigation = Mitigation::typed(&args.mitigation).unwrap_or(Mitigation::Unknown);
    let reason = match args.reason {
        Some(reason) => Some(super::free_text(&reason)?),
        None => app.prompt.optional("What is it?")?,
    };
    let claim = Claim::Risk(Risk { kind, level, mitigation });
    let mut assertion = Assertion { reason, source: args.source, ..Assertion::new(claim, When::on(today()), now().0) };
    if args.settle {
        let standing = app.entry(row.id)?.risk(kind).map(|standing| standing.said.iter().map(|said| said.id).collect());
        assertion.supersedes = standing.unwrap_or_default();
    }
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    app.commit()?;
    let entry = app.entry(row.id)?;
    let standing = entry.risk(kind);
    if app.output.json {
        let counts = standing.map(|standing| standing.counts.slug());
        app.output.json(
            &serde_json::json!({ "entry": row.name, "risk": kind.slug(), "said": level.slug(), "counts": counts }),
        );
        return Ok(());
    }
    app.output.say(format_args!("Kept: {} risk, {}, {}.", kind.slug(), level.slug(), row.name));
    if let Some(standing) = standing.filter(|standing| standing.differs) {
        app.output.say(format_args!(
            "{} counts until somebody who has seen both settles it: allymap risk add … --settle --reason WHY",
            standing.counts.slug()
        ));
    }
    Ok(())
}

fn list(app: &mut App, who: Option<&str>) -> Result<(), Failure> {
    let Some(who) = who else { return open(app) };
    let row = app.find(who)?;
    let entry = app.entry(row.id)?;
    // Always six lines, in the guide's order (partnership guide, section 3).
    let lines: Vec<(RiskKind, Option<&RiskStanding>)> =
        RiskKind::ALL.iter().map(|kind| (*kind, entry.risk(*kind))).collect();
    if app.output.json {
        let risks: Vec<_> = lines
            .iter()
            .map(|(kind, standing)| {
                let said: Vec<_> =
                    standing.iter().flat_map(|standing| &standing.said).filter_map(rating_json).collect();
                serde_json::json!({
                    "risk": kind.slug(),
                    "counts": standing.map_or("unknown", |standing| standing.counts.slug()),
                    "differs": standing.is_some_and(|standing| standing.differs),
                    "standing": said,
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "entry": row.name, "risks": risks }));
        return Ok(());
    }
    for (kind, standing) in lines {
        let counts = standing.map_or("unknown", |standing| standing.counts.slug());
        let mark = if standing.is_some_and(|standing| standing.differs) {
            "  (people differ; the stricter counts)"
        } else {
            ""
        };
        let who = standing.map(said).unwrap_or_default().join(" · ");
        app.output.say(format_args!("{:<14}{counts:<9}{who}{mark}", kind.slug()));
    }
    Ok(())
}

fn open(app: &mut App) -> Result<(), Failure> {
    let rows = app.rows()?;
    let short = short_ids(rows.iter().map(|row| row.id));
    let open: Vec<_> = rows.iter().filter(|row| row.strictest_risk() >= Level::Medium && !row.archived).collect();
    if app.output.json {
        let entries: Vec<_> = open.iter().map(|row| super::partner::row_json(row, &short[&row.id])).collect();
        app.output.json(&serde_json::json!({ "entries": entries }));
        return Ok(());
    }
    let cells: Vec<_> = open.iter().map(|row| vec![row.strictest_risk().slug().to_owned(), row.name.clone()]).collect();
    app.output.table(&["Highest", "Name"], &cells);
    Ok(())
}

/// Each rating that stands, in words.
pub(crate) fn said(standing: &RiskStanding) -> Vec<String> {
    standing
        .said
        .iter()
        .filter_map(|stated| {
            let Claim::Risk(risk) = stated.assertion.claim else { return None };
            let reason = stated.assertion.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            Some(format!(
                "{}, {} ({}, {}){reason}",
                risk.level.slug(),
                risk.mitigation.slug(),
                stated.author.name,
                stated.author.group
            ))
        })
        .collect()
}

fn rating_json(stated: &allymap_domain::Stated) -> Option<serde_json::Value> {
    let Claim::Risk(risk) = stated.assertion.claim else { return None };
    Some(serde_json::json!({
        "id": stated.id.to_string(),
        "level": risk.level.slug(),
        "mitigation": risk.mitigation.slug(),
        "reason": stated.assertion.reason,
        "source": stated.assertion.source,
        "by": stated.author.name,
        "group": stated.author.group,
    }))
}
