//! `allymap import FILE`: other people's tables, or a whole map of ours, with a look at what would happen first.

use std::path::{Path, PathBuf};

use allymap_domain::kind::Kind;
use allymap_home::files::import::{self, BroughtIn, Look, Offered, Proposed};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::handed_in::{self, HandedIn};
use crate::terminal::handed_out;
use crate::terminal::output::Output;
use crate::terminal::words::count;

/// Bring in a spreadsheet, a register or an exported map
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap import contacts.csv\n  allymap import councillors.json --apply\n  allymap import old-map.jsonl"
)]
pub(crate) struct Args {
    /// A table (.csv), a register in the Popolo form (.json), or what export wrote (.jsonl)
    file: PathBuf,
    /// What the rows of a table are, where no column says so
    #[arg(long)]
    kind: Option<String>,
    /// Do it without asking
    #[arg(long, conflicts_with = "dry_run")]
    apply: bool,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let kind = args.kind.as_deref().map(Kind::typed).transpose()?.map(|(kind, _)| kind);
    let HandedIn { bytes, name, dated } = handed_in::read(&args.file)?;
    let file = import::read(&bytes, &name, kind, dated).map_err(|error| Failure::not_read(&args.file, &error))?;
    let look = import::look(app.visit()?, file)?;
    if !app.output.json {
        match &look {
            Look::Register(proposed) => say_proposed(&app.output, &args.file, proposed),
            Look::Map(offered) => say_offered(&app.output, &args.file, offered),
        }
    }
    let go = !look.is_nothing() && agreed(app, &args)?;
    let brought = go.then(|| import::bring_in(app.visit()?, &look).map_err(Failure::from)).transpose()?;
    let report = handed_out::beside(&args.file, "not-imported.csv", &look.not_imported(brought.as_ref()))?;
    let file = &args.file;
    match &look {
        Look::Register(proposed) => app.tell(&Rows { file, proposed, brought, report }),
        Look::Map(offered) => app.tell(&WholeMap { file, offered, brought, report }),
    }
}

fn agreed(app: &mut App<'_>, args: &Args) -> Result<bool, Failure> {
    Ok(!args.dry_run && (args.apply || app.ask().confirm("Nothing is kept yet. Bring them in?")?))
}

fn say_proposed(out: &Output, file: &Path, proposed: &Proposed) {
    let preview = proposed.preview;
    out.say(format_args!(
        "{}: {}, {}. New {} · the same {} · changed {} · unclear {} · refused {}",
        file.display(),
        proposed.form,
        count(proposed.rows, "row", "rows"),
        preview.new,
        preview.same,
        preview.changed,
        preview.unclear,
        preview.refused
    ));
    if !proposed.unused.is_empty() {
        out.status(format_args!("  columns that were not taken: {}", proposed.unused.join(", ")));
    }
    for warning in &proposed.warnings {
        out.status(format_args!("  {warning}"));
    }
    for unclear in proposed.unclear.iter().take(10) {
        let near = unclear.near.as_deref().unwrap_or("an entry");
        out.status(format_args!("  unclear: {} is much like {near} on the map", unclear.name));
    }
    for remark in proposed.remarks().iter().take(10) {
        out.status(format_args!("  {}: {} ({})", remark.spot, remark.reason, remark.name));
    }
    for refused in proposed.refused().iter().take(10) {
        out.status(format_args!("  refused: {}: {} ({})", refused.spot, refused.reason, refused.name));
    }
}

fn say_offered(out: &Output, file: &Path, offered: &Offered) {
    out.say(format_args!(
        "{}: the map {}, {}. New {} · the same {} · different here {} · refused {}",
        file.display(),
        if offered.name.is_empty() { "without a name" } else { &offered.name },
        count(offered.rows, "entry", "entries"),
        offered.new,
        offered.same,
        offered.differ.len(),
        offered.refused.len()
    ));
    if offered.newer > 0 {
        out.status("  A newer allymap wrote it. What only that one understands comes along unread.");
    }
    for refused in offered.refused.iter().chain(&offered.differ).take(10) {
        out.status(format_args!("  {}: {} ({})", refused.spot, refused.reason, refused.name));
    }
}

/// What became of a table or a register.
struct Rows<'a> {
    file: &'a Path,
    proposed: &'a Proposed,
    /// None when nothing was kept.
    brought: Option<BroughtIn>,
    /// Where the rows stand that were not taken.
    report: Option<PathBuf>,
}

impl Answer for Rows<'_> {
    fn json(&self) -> impl Serialize {
        let Rows { proposed, .. } = self;
        let preview = proposed.preview;
        json!({
            "file": self.file.display().to_string(), "rows": proposed.rows, "memberships": proposed.memberships,
            "new": preview.new, "same": preview.same, "changed": preview.changed, "unclear": preview.unclear,
            "refused": preview.refused, "remarks": proposed.remarks().len(), "blank": proposed.blank,
            "kept": self.brought.is_some(), "report": self.report.as_ref().map(|path| path.display().to_string()),
        })
    }

    fn say(&self, out: &Output) {
        let preview = self.proposed.preview;
        let nothing = preview.new + preview.changed == 0;
        match &self.brought {
            Some(brought) => out.say(format_args!(
                "Kept: {} added, {} completed.",
                count(brought.added, "entry", "entries"),
                brought.completed
            )),
            None if nothing && preview.unclear + preview.refused == 0 => {
                out.say("Nothing new: everything in it is on the map already.");
            }
            None if nothing => out.say("Nothing was kept: what is not on the map yet wants a look first."),
            None => out.say("Nothing was kept. Do it with --apply."),
        }
        if let Some(path) = &self.report {
            out.status(format_args!("Rows that want a look, with reasons: {}", path.display()));
        }
    }
}

/// What became of an exported map.
struct WholeMap<'a> {
    file: &'a Path,
    offered: &'a Offered,
    /// None when nothing was kept.
    brought: Option<BroughtIn>,
    /// Where the lines stand that were not taken.
    report: Option<PathBuf>,
}

impl Answer for WholeMap<'_> {
    fn json(&self) -> impl Serialize {
        let WholeMap { offered, .. } = self;
        json!({
            "file": self.file.display().to_string(), "map": offered.name, "rows": offered.rows, "new": offered.new,
            "same": offered.same, "changed": 0, "unclear": offered.differ.len(), "refused": offered.refused.len(),
            "remarks": self.brought.as_ref().map_or(0, |brought| brought.remarks.len()),
            "kept": self.brought.is_some(), "report": self.report.as_ref().map(|path| path.display().to_string()),
        })
    }

    fn say(&self, out: &Output) {
        let WholeMap { offered, .. } = self;
        match &self.brought {
            Some(brought) => out.say(format_args!(
                "Kept: {} added. Who wrote them first is in their source; from now on they are yours.",
                count(brought.added, "entry", "entries")
            )),
            None if offered.new > 0 => out.say("Nothing was kept. Do it with --apply."),
            None if offered.differ.is_empty() && offered.refused.is_empty() => {
                out.say("Nothing new: everything in it is on the map already.");
            }
            None => out.say("Nothing was kept: what is on the map already is not written over."),
        }
        if let Some(path) = &self.report {
            out.status(format_args!("Lines that want a look, with reasons: {}", path.display()));
        }
    }
}
