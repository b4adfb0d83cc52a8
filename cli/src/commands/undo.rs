//! `allymap undo`: the last command of this computer is taken back, by a new change that everybody can see.

use allymap_home::Visit;
use allymap_home::journal::undo::{self, Anyway, OfEntry, Since, Strict, Undoing, Want, Whose};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::words::count;

/// Take back your last command
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap undo\n  allymap undo --dry-run")]
pub(crate) struct Args {
    /// Only show what would be taken back
    #[arg(long)]
    dry_run: bool,
    /// Also where somebody else has changed the same since
    #[arg(long)]
    anyway: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let last = undo::last(app.visit()?)?;
    if args.dry_run {
        let undoing = undo::dry_run(app.visit()?, &last)?;
        if !undoing.strict.is_empty() {
            say_strict(&app.output, &undoing.strict);
        }
        return app.tell(&Told { undoing, done: Done::Would });
    }
    let mut anyway = Anyway { since: args.anyway, strict: false };
    let take_back = |v: &mut Visit<'_>, anyway: &Anyway| undo::take_back(v, &last, *anyway);
    let taken = app.settle(&mut anyway, take_back, |app, anyway, want| match want {
        Want::Since(since) => {
            all_the_same(app, &since)?;
            anyway.since = true;
            Ok(())
        }
        Want::Strict(strict) => {
            say_strict(&app.output, &strict);
            if app.can_ask() && !args.anyway && !app.ask().confirm("Mark it as taken back?")? {
                return Err(Failure::new("AM-STOPPED", Exit::Failed, "Stopped. Nothing was taken back."));
            }
            anyway.strict = true;
            Ok(())
        }
    })?;
    app.tell(&Told { undoing: taken, done: Done::Took })
}

/// Somebody else has changed the same since: it is taken back only when a person says so.
fn all_the_same(app: &mut App<'_>, since: &[Since]) -> Result<(), Failure> {
    for Since { whose, what, to } in since {
        let name = name(whose);
        app.output.status(format_args!("{name}, {what}: changed since by somebody else, to \"{to}\"."));
    }
    let question = "Take it back all the same? What they wrote stays in the history.";
    if app.can_ask() && app.ask().confirm(question)? {
        return Ok(());
    }
    let message = "Somebody else has changed the same since. Nothing was taken back.";
    Err(Failure::new("AM-CHANGED-SINCE", Exit::NeedsPerson, message).hint("Ask them, or: allymap undo --anyway"))
}

/// Said before it is done: nobody should believe that the warning is gone.
fn say_strict(out: &Output, strict: &[Strict]) {
    let line = |Strict { whose, what, level }: &Strict| format!("{}, {what} risk: {level}", name(whose));
    out.status(format_args!(
        "A rating of medium or high counts until somebody settles it. It is marked as taken back, and stays:\n  {}\n\
         Settle it with: allymap risk settle NAME --type TYPE --level LEVEL --reason WHY",
        strict.iter().map(line).collect::<Vec<_>>().join("\n  ")
    ));
}

/// What was taken back, or would be.
struct Told {
    undoing: Undoing,
    done: Done,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Took,
    Would,
}

impl Answer for Told {
    fn json(&self) -> impl Serialize {
        let entries = self.undoing.entries.iter().map(|OfEntry { whose, changes }| {
            let changes = changes.iter().map(|change| {
                json!({
                    "what": change.what, "was": change.after, "now": change.before,
                    "changed_since": change.since, "stays_because": change.stays,
                })
            });
            json!({ "entry": name(whose), "changes": changes.collect::<Vec<_>>() })
        });
        json!({
            "taken_back": words(&self.undoing), "dry_run": self.done == Done::Would,
            "entries": entries.collect::<Vec<_>>(),
        })
    }

    fn say(&self, out: &Output) {
        let verb = match self.done {
            Done::Would => "Would take back",
            Done::Took => "Took back",
        };
        out.say(format_args!("{verb}: {}", words(&self.undoing)));
        let changes = || self.undoing.entries.iter().flat_map(|of| of.changes.iter().map(|change| (&of.whose, change)));
        for (whose, change) in changes().take(SHOWN) {
            let (name, what) = (name(whose), &change.what);
            match change.stays {
                Some(why) => out.say(format_args!("  {name}, {what}: stays, because {why}")),
                None => {
                    let (from, to) = (short(&change.after), short(&change.before));
                    out.say(format_args!("  {name}, {what}: {from} → {to}"));
                }
            }
        }
        if changes().count() > SHOWN {
            out.say(format_args!("  and {}", count(changes().count() - SHOWN, "more change", "more changes")));
        }
        if self.done == Done::Took {
            out.status("Others get it with the next exchange. allymap undo again brings it back.");
        }
    }
}

/// Changes that are shown to a person at once.
const SHOWN: usize = 20;

fn words(undoing: &Undoing) -> String {
    format!("{}{}", if undoing.of_undo { "the undo of: " } else { "" }, undoing.words)
}

fn name(whose: &Whose) -> &str {
    match whose {
        Whose::TheMap => "The map",
        Whose::Entry(name) => name,
    }
}

/// The beginning of a value.
fn short(text: &str) -> String {
    match text.lines().next().unwrap_or_default() {
        "" => "(nothing)".to_owned(),
        line if text.chars().count() > 60 => line.chars().take(59).chain(['…']).collect(),
        line => line.to_owned(),
    }
}
