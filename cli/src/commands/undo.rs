//! `allymap undo`: the last command of this computer is taken back, by a new change that everybody can see.

use allymap_domain::ids::EntryId;
use allymap_domain::map::Map;
use allymap_domain::undo::{TakenBack, Undo};
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::words::count;
use allymap_home::discreet::LEFT_OUT;

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

struct OfEntry {
    id: DocumentId,
    name: String,
    undo: Undo,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let Some(act) = app.acts()?.pop() else {
        return Err(Failure::new("AM-NOTHING", Exit::Failed, "There is nothing to take back on this computer.").hint(
            "Only your own commands are taken back here. See what was changed, and by whom, with: allymap history",
        ));
    };
    let mut entries = Vec::new();
    for id in act.documents() {
        let Some(document) = app.document(id)? else { continue };
        let name = if Map::is(&document) { "The map".to_owned() } else { app.entry(EntryId(id.0))?.name().to_owned() };
        entries.extend(Undo::of(act.id(), &document, EntryId(id.0), app.now().0).map(|undo| OfEntry {
            id,
            name,
            undo,
        }));
    }
    let words = if act.is_undo() { "the undo of: " } else { "" };
    if entries.iter().all(|entry| entry.undo.is_empty()) {
        return Err(Failure::new(
            "AM-NOTHING",
            Exit::Failed,
            format!("The last command cannot be taken back: {words}{}.", act.shown(app.output.hidden.is_on())),
        )
        .hint("Maps that were made, invitations, approvals and exports stay."));
    }
    let since: Vec<(&str, &TakenBack)> = entries
        .iter()
        .flat_map(|entry| entry.undo.shown.iter().map(|shown| (entry.name.as_str(), shown)))
        .filter(|(_, shown)| shown.since.is_some())
        .collect();
    if !args.dry_run && !args.anyway && !since.is_empty() {
        for (name, shown) in &since {
            app.output.status(format_args!(
                "{name}, {}: changed since by somebody else, to \"{}\".",
                shown.what,
                shown.since.as_deref().unwrap_or_default()
            ));
        }
        let question = "Take it back all the same? What they wrote stays in the history.";
        let asks = app.can_ask();
        if !(asks && app.ask().confirm(question)?) {
            return Err(Failure::new(
                "AM-CHANGED-SINCE",
                Exit::NeedsPerson,
                "Somebody else has changed the same since. Nothing was taken back.",
            )
            .hint("Ask them, or: allymap undo --anyway"));
        }
    }
    let strict: Vec<String> = entries
        .iter()
        .flat_map(|entry| entry.undo.shown.iter().map(move |shown| (entry, shown)))
        .filter(|(_, shown)| shown.strict)
        .map(|(entry, shown)| format!("{}, {} risk: {}", entry.name, shown.what, shown.after))
        .collect();
    if !strict.is_empty() {
        // Said before it is done: nobody should believe that the warning is gone.
        app.output.status(format_args!(
            "A rating of medium or high counts until somebody settles it. It is marked as taken back, and stays:\n  {}\n\
             Settle it with: allymap risk settle NAME --type TYPE --level LEVEL --reason WHY",
            strict.join("\n  ")
        ));
        let asks = app.can_ask() && !args.dry_run && !args.anyway;
        if asks && !app.ask().confirm("Mark it as taken back?")? {
            return Err(Failure::new("AM-STOPPED", Exit::Failed, "Stopped. Nothing was taken back."));
        }
    }
    if !args.dry_run {
        app.undoes(&act);
        for OfEntry { id, undo, .. } in entries.iter().filter(|entry| !entry.undo.is_empty()) {
            let mut fresh = app.fresh_rows();
            app.edit(*id, |edit| undo.apply(edit, &mut fresh))?;
        }
        app.commit()?;
    }
    say(app, &args, &format!("{words}{}", act.shown(app.output.hidden.is_on())), &entries)
}

fn say(app: &mut App<'_>, args: &Args, words: &str, entries: &[OfEntry]) -> Result<(), Failure> {
    // What was, or will be, may be a name or a note that the map does not hold now.
    let value = |text: &str| if app.output.hidden.is_on() { LEFT_OUT.to_owned() } else { text.to_owned() };
    if app.output.json {
        let entries: Vec<_> = entries
            .iter()
            .map(|entry| {
                let shown = entry.undo.shown.iter().map(|shown| {
                    serde_json::json!({
                        "what": shown.what, "was": value(&shown.after), "now": value(&shown.before),
                        "changed_since": shown.since, "stays_because": shown.stays,
                    })
                });
                serde_json::json!({ "entry": entry.name, "changes": shown.collect::<Vec<_>>() })
            })
            .collect();
        app.output.json(&serde_json::json!({ "taken_back": words, "dry_run": args.dry_run, "entries": entries }));
        return Ok(());
    }
    let verb = if args.dry_run { "Would take back" } else { "Took back" };
    app.output.say(format_args!("{verb}: {words}"));
    let shown: Vec<(&OfEntry, &TakenBack)> =
        entries.iter().flat_map(|entry| entry.undo.shown.iter().map(move |shown| (entry, shown))).collect();
    for (entry, shown) in shown.iter().take(20) {
        let short = |text: &str| match text.lines().next().unwrap_or_default() {
            "" => "(nothing)".to_owned(),
            line if text.chars().count() > 60 => line.chars().take(59).chain(['…']).collect(),
            line => line.to_owned(),
        };
        match shown.stays {
            Some(why) => app.output.say(format_args!("  {}, {}: stays, because {why}", entry.name, shown.what)),
            None => app.output.say(format_args!(
                "  {}, {}: {} → {}",
                entry.name,
                shown.what,
                short(&value(&shown.after)),
                short(&value(&shown.before))
            )),
        }
    }
    if shown.len() > 20 {
        app.output.say(format_args!("  and {}", count(shown.len() - 20, "more change", "more changes")));
    }
    if !args.dry_run {
        app.output.status("Others get it with the next exchange. allymap undo again brings it back.");
    }
    Ok(())
}
