//! `allymap event list`: the events by day, with the answer to each.

use std::collections::BTreeSet;

use allymap_domain::card::Card;
use allymap_domain::card::duplicates::identities;
use allymap_domain::card::find::short_ids;
use allymap_domain::kind::event;
use allymap_domain::map::key_date::coming;
use allymap_domain::weigh::Weigher;

use super::super::weigh::{self, Ground};
use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::words::{count, lower};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Also those that are over or archived
    #[arg(long)]
    all: bool,
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let ground = Ground::of(app.visit()?)?;
    let weigher = ground.weigher();
    let short = short_ids(ground.cards.iter().map(|row| row.id));
    let same = identities(&ground.cards);
    let mut events: Vec<&Card> = ground
        .cards
        .iter()
        .filter(|row| row.is(&event::KIND) && same.get(&row.id).is_none_or(|one| *one == row.id))
        .filter(|row| args.all || (!row.archived && row.day().is_none_or(|on| on >= app.today())))
        .collect();
    // Of one day, what they lead comes first, then what rights holders organise (module, section 4a).
    events.sort_by_key(|row| {
        let on = row.day();
        let mut organisers =
            row.members(&event::ORGANISERS).iter().filter_map(|value| ground.card(weigher.meant(value).0?));
        let others = !organisers.any(Card::rights_holders);
        (on.is_none(), on, row.value(&event::LEAD) != Some("them"), others, row.name.clone())
    });
    let clashes = clashes(&ground, &events);
    if app.output.json {
        let all: Vec<_> = events.iter().map(|row| json(&weigher, row, &short[&row.id])).collect();
        app.output.json(&serde_json::json!({ "events": all, "clashes": clashes, "policy": weigh::pack_name() }));
        return Ok(());
    }
    let mut older = 0;
    let cells: Vec<Vec<String>> = events
        .iter()
        .map(|row| {
            let weighing = weigher.weigh(row);
            let outcome = weighing.outcome(weigh::pack());
            let counted = |count: usize, word: &str| (count > 0).then(|| format!("{count} {word}"));
            let open = [counted(weighing.still_open(&outcome), "open"), counted(outcome.differs.len(), "to settle")];
            let open = open.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let decided = row.decisions().first().map(|told| {
                let old = told.what.pack != weigh::pack_name();
                older += usize::from(old);
                format!("{}{}", told.what.choice.label(), if old { " (older policy)" } else { "" })
            });
            vec![
                weigh::when(row),
                row.name.clone(),
                lower(&outcome.label_with_referrals()),
                open,
                decided.unwrap_or_default(),
                row.held_by().unwrap_or_default().to_owned(),
                short[&row.id].clone(),
            ]
        })
        .collect();
    app.output.table(&["When", "Event", "Answer", "Open", "Decided", "Held by", "Id"], &cells);
    for clash in &clashes {
        app.output.say(clash);
    }
    if older > 0 {
        app.output.say(format_args!(
            "{} made under an older policy than {}: look at them again.",
            if older == 1 { "1 decision was".to_owned() } else { format!("{older} decisions were") },
            weigh::pack_name()
        ));
    }
    app.output.status(count(events.len(), "event", "events"));
    Ok(())
}

/// Two groups on one day share the same people, unless everybody is meant to come that day (module, section 2).
fn clashes(ground: &Ground, events: &[&Card]) -> Vec<String> {
    let days: BTreeSet<_> = events.iter().filter_map(|row| row.day()).collect();
    let mut clashes = Vec::new();
    for on in days {
        let that_day: Vec<&&Card> = events.iter().filter(|row| row.day() == Some(on)).collect();
        let groups: BTreeSet<&str> = that_day.iter().map(|row| row.held_by().unwrap_or_default()).collect();
        let peak = !coming(&ground.map.dates, on, on).is_empty();
        if that_day.len() > 1 && groups.len() > 1 && !peak {
            let names: Vec<&str> = that_day.iter().map(|row| row.name.as_str()).collect();
            clashes.push(format!("Two groups, one day, {}: {}", on.spelled(), names.join(" · ")));
        }
    }
    clashes
}

/// An event in a list, for programs.
pub(super) fn json(weigher: &Weigher<'_>, row: &Card, short: &str) -> serde_json::Value {
    let weighing = weigher.weigh(row);
    let organisers: Vec<String> = row.members(&event::ORGANISERS).iter().map(|value| weigher.meant(value).1).collect();
    let outcome = weighing.outcome(weigh::pack());
    let decision = row.decisions().first().map(|told| {
        serde_json::json!({
            "decision": told.what.choice.slug(), "answer_then": told.what.label, "policy": told.what.pack,
            "under_an_older_policy": told.what.pack != weigh::pack_name(),
        })
    });
    serde_json::json!({
        "id": row.id.to_string(), "short_id": short, "name": row.name, "on": row.value(&event::ON),
        "lead": row.value(&event::LEAD), "held_by": row.held_by(), "organisers": organisers,
        "label": outcome.label(), "verdict_so_far": outcome.verdict, "open": outcome.open.len(), "unread": weighing.unread,
        "differs": outcome.differs.len(), "decision": decision,
    })
}
