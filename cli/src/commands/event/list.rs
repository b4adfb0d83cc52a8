//! `allymap event list`: the events by day, with the answer to each.

use allymap_domain::advice::clashes::{Clash, Which};
use allymap_domain::weigh::answer::when;
use allymap_home::events::event::list::{self, List, Listed};
use allymap_home::events::ground::pack_name;
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::words::{count, lower};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Also those that are over or archived
    #[arg(long)]
    all: bool,
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let list = list::list(app.visit()?, if args.all { Which::All } else { Which::ToCome })?;
    app.tell(&list)
}

impl Answer for List {
    fn json(&self) -> impl Serialize {
        json!({
            "events": self.events.iter().map(json).collect::<Vec<_>>(),
            "clashes": self.clashes.iter().map(clash_words).collect::<Vec<_>>(), "policy": pack_name(),
        })
    }

    fn say(&self, out: &Output) {
        let cells: Vec<Vec<String>> = self.events.iter().map(cells).collect();
        out.table(&["When", "Event", "Answer", "Open", "Decided", "Held by", "Id"], &cells);
        for clash in &self.clashes {
            out.say(clash_words(clash));
        }
        let older = |listed: &&Listed| listed.decision.as_ref().is_some_and(|decided| decided.older_pack);
        let older = self.events.iter().filter(older).count();
        if older > 0 {
            out.say(format_args!(
                "{} made under an older policy than {}: look at them again.",
                count(older, "decision was", "decisions were"),
                pack_name()
            ));
        }
        out.status(count(self.events.len(), "event", "events"));
    }
}

fn cells(listed: &Listed) -> Vec<String> {
    let counted = |count: usize, word: &str| (count > 0).then(|| format!("{count} {word}"));
    let open = [counted(listed.still_open, "open"), counted(listed.outcome.differs.len(), "to settle")];
    let decided = listed.decision.as_ref().map(|decided| {
        let older = if decided.older_pack { " (older policy)" } else { "" };
        format!("{}{older}", decided.choice.label())
    });
    vec![
        when(listed.event.day),
        listed.event.name.clone(),
        lower(&listed.outcome.label_with_referrals()),
        open.into_iter().flatten().collect::<Vec<_>>().join(", "),
        decided.unwrap_or_default(),
        listed.held_by.clone().unwrap_or_default(),
        listed.short.clone(),
    ]
}

fn clash_words(clash: &Clash) -> String {
    format!("Two groups, one day, {}: {}", clash.on.spelled(), clash.events.join(" · "))
}

/// An event in a list, for programs.
pub(super) fn json(listed: &Listed) -> Value {
    let Listed { event, outcome, .. } = listed;
    let decision = listed.decision.as_ref().map(|decided| {
        json!({
            "decision": decided.choice.slug(), "answer_then": decided.answer_then, "policy": decided.pack,
            "under_an_older_policy": decided.older_pack,
        })
    });
    json!({
        "id": event.id.to_string(), "short_id": listed.short, "name": event.name, "on": event.on,
        "lead": listed.lead, "held_by": listed.held_by, "organisers": listed.organisers,
        "label": outcome.label(), "verdict_so_far": outcome.verdict, "open": outcome.open.len(),
        "unread": listed.unread, "differs": outcome.differs.len(), "decision": decision,
    })
}
