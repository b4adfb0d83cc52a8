//! `allymap event …`: events that we hold or were asked to join, and whether we may.

use crate::app::App;
use crate::terminal::failure::Failure;

mod add;
mod assess;
mod decide;
mod list;
mod parties;
mod print;
mod show;

/// Events: may we partner, and how
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap event add \"Palm walk\" --on \"21 mar\" --organisers parish\n  allymap event list"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Put an event on the map
    #[command(
        after_help = "Examples:\n  allymap event add \"Palm walk\" --on \"21 mar\" --organisers parish\n  allymap event add \"Film night\" --requested support --place \"ropewalk hall\""
    )]
    Add(add::Add),
    /// Change what the map says about an event
    #[command(
        after_help = "Examples:\n  allymap event edit forum --speakers pell-huang\n  allymap event edit forum --theme \"rents, and who sets them\""
    )]
    Edit(add::Edit),
    /// An event: what is known, from whom, and the answer so far
    #[command(after_help = "Examples:\n  allymap event show forum\n  allymap event show forum --json")]
    Show(show::Args),
    /// Name the events, with the answer to each
    #[command(after_help = "Examples:\n  allymap event list\n  allymap event list --all")]
    List(list::Args),
    /// The major parties: who was invited, and what they answered
    #[command(
        after_help = "Examples:\n  allymap event parties forum\n  allymap event parties forum --answer \"Harbour Party=attending\""
    )]
    Parties(parties::Args),
    /// Walk what is still open, one question at a time, to the answer
    #[command(
        after_help = "Examples:\n  allymap event assess lantern --no-input\n  allymap event assess lantern --set message=same\n  allymap event assess forum --unsure"
    )]
    Assess(assess::Args),
    /// Put your decision on record, with the answer and what was known
    #[command(
        after_help = "Examples:\n  allymap event decide lantern --choice take-part --because \"a good evening\"\n  allymap event decide forum --choice wait --because \"two parties are silent\""
    )]
    Decide(decide::Args),
    /// One sheet of paper with five headings
    #[command(after_help = "Examples:\n  allymap event print forum\n  allymap event print lantern -o lantern.html")]
    Print(print::Args),
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        match &self.verb {
            Verb::Show(_) | Verb::List(_) => true,
            Verb::Parties(args) => !args.writes(),
            _ => false,
        }
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add::add(app, args),
        Verb::Edit(args) => add::edit(app, args),
        Verb::Show(args) => show::run(app, &args),
        Verb::List(args) => list::run(app, &args),
        Verb::Parties(args) => parties::run(app, &args),
        Verb::Assess(args) => assess::run(app, args),
        Verb::Decide(args) => decide::run(app, args),
        Verb::Print(args) => print::run(app, &args),
    }
}
