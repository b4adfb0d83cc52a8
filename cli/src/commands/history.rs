//! `allymap history WHO`: who changed what, in which order, from which device.

use allymap_document::{ChangeInfo, Document};
use allymap_domain::{EntryId, key_label, value_words};
use allymap_wire::DocumentId;

use crate::app::{App, now};
use crate::discreet::LEFT_OUT;
use crate::failure::Failure;

/// Who changed an entry, and what it said before
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap history \"wharf choir\"\n  allymap history choir --field phone")]
pub(crate) struct Args {
    /// Which entry
    who: String,
    /// Only this field, by its name or its label
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
    /// All of it, not only the newest 30 changes
    #[arg(long)]
    all: bool,
}

/// What one change did to one field.
struct Line {
    what: String,
    before: String,
    after: String,
}

impl Line {
    fn leave_out(&mut self) {
        for text in [&mut self.before, &mut self.after] {
            if !text.is_empty() {
                *text = LEFT_OUT.to_owned();
            }
        }
    }
}

/// How many changes are shown unless all are asked for.
const SHOWN: usize = 30;

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let acts = app.acts()?;
    let authors = app.authors()?;
    let document =
        app.document(DocumentId(row.id.0))?.unwrap_or_else(|| Document::new(allymap_document::ActorId([0; 16])));
    let wanted = args.field.as_deref().map(allymap_domain::folded);
    let mut changes: Vec<(ChangeInfo, Vec<Line>)> = Vec::new();
    let mut left = 0;
    for change in document.changes().into_iter().rev() {
        if changes.len() == SHOWN && !args.all {
            left += 1;
            continue;
        }
        let mut lines = lines(&document, &change, row.id);
        if crate::discreet::is_on() {
            // Names and notes of earlier, which the map does not know any more.
            lines.iter_mut().for_each(Line::leave_out);
        }
        if let Some(wanted) = &wanted {
            lines.retain(|line| allymap_domain::folded(&line.what) == *wanted);
        }
        if !lines.is_empty() {
            changes.push((change, lines));
        }
    }
    // This computer's own clock knows when its own commands were; a change carries no time.
    let when = |change: &ChangeInfo| acts.iter().find(|act| Some(act.id()) == change.act);
    let discreet = crate::discreet::is_on();
    if app.output.json {
        let changes: Vec<_> = changes
            .iter()
            .map(|(change, lines)| {
                let by = authors.of(change.actor);
                let lines: Vec<_> = lines
                    .iter()
                    .map(|line| serde_json::json!({ "field": line.what, "before": line.before, "after": line.after }))
                    .collect();
                serde_json::json!({
                    "by": by.name, "group": by.group, "device": by.device,
                    "at_ms": when(change).map(|act| act.at_ms), "command": when(change).map(|act| if discreet { act.shown() } else { &act.said }),
                    "changes": lines,
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "entry": row.name, "history": changes, "older": left }));
        return Ok(());
    }
    app.output.say(format_args!("{}, the newest change first", row.name));
    for (change, lines) in &changes {
        let by = authors.of(change.actor);
        let when = when(change).map(|act| ago(act.at_ms)).unwrap_or_default();
        let column = if when.is_empty() { 0 } else { when.chars().count() + 2 };
        app.output.line(&when, column, format_args!("{} ({}), device {}", by.name, by.group, by.device));
        for line in lines {
            let change = match (line.before.as_str(), line.after.as_str()) {
                ("", after) => after.to_owned(),
                (before, "") => format!("{before} → (emptied)"),
                (before, after) => format!("{before} → {after}"),
            };
            app.output.line(&format!("  {}", line.what), 22, change);
        }
    }
    if left > 0 {
        app.output.status(format_args!("{left} older changes: allymap history NAME --all"));
    }
    Ok(())
}

fn lines(document: &Document, change: &ChangeInfo, id: EntryId) -> Vec<Line> {
    let (Some(before), Some(after)) = (document.at(&change.deps), document.at(&[change.hash])) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for key in &change.keys {
        let what = key_label(&after, key);
        let read = |document: &Document| match key.split_once('/').map_or("", |(prefix, _)| prefix) {
            "t" => document.text(key).unwrap_or_default(),
            "a" | "l" | "x" => String::new(),
            _ => document.value(key).map(|value| value_words(document, key, &value)).unwrap_or_default(),
        };
        match key.as_bytes().first() {
            Some(b'a' | b'l' | b'x') => {
                let words = allymap_domain::row_words(&after, id, key);
                lines.push(Line { what, before: String::new(), after: words });
            }
            _ => {
                let (before, after) = (read(&before), read(&after));
                if before != after {
                    lines.push(Line { what, before, after });
                }
            }
        }
    }
    lines
}

fn ago(at_ms: u64) -> String {
    let minutes = now().0.saturating_sub(at_ms) / 60_000;
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}
