//! `allymap status`: what is on this map, what waits for us, and whether it is shared. It opens no entry.

use std::fmt;

use allymap_domain::advice::due::{Due, DueKind, due};
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::kind::event;

use super::relation;
use super::weigh::{self, Ground};
use crate::app::{App, now, today};
use crate::failure::Failure;
use crate::unlock;

/// What is on this map, what is due, and whether it is shared
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap status\n  allymap status --json")]
pub(crate) struct Args {}

pub(crate) fn run(app: &mut App, _: Args) -> Result<(), Failure> {
    let map = app.map()?;
    let passphrase = unlock::has_passphrase(&app.home)?;
    let root_here = app.root(map.number)?.is_some();
    let rows = relation::joined(app)?;
    let waits = Waits::of(app, &rows)?;
    let entries = rows.iter().filter(|row| !row.archived).count();
    let to_settle = rows.iter().filter(|row| row.conflicts > 0).count();
    let states = super::relay::states(app)?;
    let map_document = app.map_document()?;
    let (standing, edited, members, groups, asking, invited, role) = {
        let (replica, disk) = app.hold()?;
        let members: Vec<_> =
            replica.roster().members().into_iter().filter(|member| member.role != allymap_seal::Role::Root).collect();
        let mut groups: Vec<String> = members.iter().map(|member| member.group.clone()).collect();
        groups.sort();
        groups.dedup();
        let now = now();
        let invited = replica.invited(disk)?.into_iter().filter(|invited| invited.expires > now).collect::<Vec<_>>();
        let edited = replica.unsealed(disk)?;
        let role = replica.membership().map(|member| member.role);
        (replica.standing(disk)?, edited, members.len(), groups.len(), replica.asking(disk)?, invited, role)
    };
    // The map's own document is no entry.
    let edited_entries = edited.iter().filter(|id| **id != map_document).count();
    let unplaced = invited.iter().filter(|invited| !invited.placed).count();
    if app.output.json {
        app.output.json(&serde_json::json!({
            "map": map.name, "practice": map.practice, "name": map.person, "group": map.group, "role": role.map(super::join::role_word),
            "entries": entries, "members": members,
            "groups": groups, "to_settle": to_settle, "edited_entries_kept_here": edited_entries,
            "map_itself_edited": edited.contains(&map_document), "waiting": standing.waiting,
            "relays": states.iter().map(super::relay::State::to_json).collect::<Vec<_>>(),
            "newest_seen_by": states.iter().filter_map(|state| state.seen_by).max(),
            "passphrase": passphrase, "recovery_words_here": root_here,
            "waiting_for_approval": map.waiting_words, "asking": asking.len(),
            "invitations_open": invited.len(), "invitations_not_at_the_relay": unplaced,
            "due_within_a_week": waits.soon, "overdue": waits.late, "we_owe": named(&waits.owed),
            "strained_with_rights_holders": named(&waits.strained), "events_to_assess": named(&waits.events.to_assess),
            "events_to_decide": named(&waits.events.to_decide), "events_said_apart": named(&waits.events.said_apart),
        }));
        return Ok(());
    }
    app.output.say(format_args!(
        "{} · {} · {} in {}",
        map.name,
        count(entries, "entry", "entries"),
        count(members, "member", "members"),
        count(groups, "group", "groups")
    ));
    let line = |label: &str, text: fmt::Arguments<'_>| app.output.line(label, 12, text);
    if map.practice {
        line("Practice", format_args!("an invented town; it stays on this computer"));
    }
    if let Some(words) = &map.waiting_words {
        line(
            "Waiting",
            format_args!(
                "to be let in. Read these words to who invited you:\n{}\nWhen they have approved you, run: allymap sync",
                words.join("  ")
            ),
        );
    }
    for one in &asking {
        line(
            "Asks",
            format_args!(
                "{} ({}). Compare the words: {}\nThe same? allymap member approve {}",
                one.name,
                one.group,
                one.words.join("  "),
                super::quoted(&one.name)
            ),
        );
    }
    match (invited.len() - asking.len().min(invited.len()), unplaced) {
        (0, _) => {}
        (open, 0) => line(
            "Invited",
            format_args!(
                "{} not used yet. Who used one arrives with: allymap sync",
                count(open, "invitation", "invitations")
            ),
        ),
        (_, unplaced) => line(
            "Invited",
            format_args!(
                "{} only here: allymap sync brings it to the relay",
                count(unplaced, "invitation is", "invitations are")
            ),
        ),
    }
    let itself = if edited.contains(&map_document) { ", and the map's own page," } else { "" };
    if !map.practice && edited.is_empty() {
        line("Kept here", format_args!("nothing that was not exchanged"));
    } else if !map.practice {
        line(
            "Kept here",
            format_args!("{}{itself} with changes that nobody else has yet", count(edited_entries, "entry", "entries")),
        );
    }
    if to_settle > 0 {
        line(
            "Settle",
            format_args!("{} about which people said different things", count(to_settle, "entry", "entries")),
        );
    }
    waits.say(&line);
    for state in &states {
        line("Relay", format_args!("{}: {}", state.url, state.words()));
    }
    if states.is_empty() && !map.practice {
        line("Relay", format_args!("none: allymap relay add LINE"));
    }
    if standing.waiting > 0 {
        line(
            "Waiting",
            format_args!("{} for something that has not arrived yet", count(standing.waiting, "part", "parts")),
        );
    }
    if !passphrase {
        line(
            "Key",
            format_args!(
                "no passphrase: whoever has this computer can read the map\nSet one: allymap lock --new-passphrase"
            ),
        );
    }
    if root_here {
        line("Emergency", format_args!("the 24 words are still only on this computer: allymap recovery"));
    }
    Ok(())
}

/// What waits for somebody of ours, told from the rows alone.
struct Waits<'a> {
    soon: usize,
    late: usize,
    /// The largest favours first.
    owed: Vec<&'a Card>,
    strained: Vec<&'a Card>,
    events: Events<'a>,
}

/// Events that are to come: what is still open about them.
#[derive(Default)]
struct Events<'a> {
    to_assess: Vec<&'a Card>,
    to_decide: Vec<&'a Card>,
    said_apart: Vec<&'a Card>,
}

impl<'a> Waits<'a> {
    fn of(app: &mut App, rows: &'a [Card]) -> Result<Waits<'a>, Failure> {
        let map = app.map_entry()?.unwrap_or_default();
        let due = due(rows, &map, today(), WEEK);
        let mut owed: Vec<(u8, &Card)> = Vec::new();
        let mut waits = Waits { soon: 0, late: 0, owed: Vec::new(), strained: Vec::new(), events: Events::default() };
        for Due { what, row, on } in due {
            match what {
                DueKind::Strained => waits.strained.push(row),
                DueKind::Owed(size) => owed.push((size, row)),
                // What has grown old is for `todo`.
                DueKind::OldFact => {}
                _ if on.is_some_and(|on| on < today()) => waits.late += 1,
                _ => waits.soon += 1,
            }
        }
        owed.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        waits.owed = owed.into_iter().map(|(_, row)| row).collect();
        waits.events = Events::of(app, rows)?;
        Ok(waits)
    }

    fn say(&self, line: &impl Fn(&str, fmt::Arguments<'_>)) {
        let soon = (self.soon > 0).then(|| format!("{} within a week", self.soon));
        let late = (self.late > 0).then(|| format!("{} overdue", self.late));
        let due: Vec<String> = soon.into_iter().chain(late).collect();
        if !due.is_empty() {
            line("Due", format_args!("{}: allymap due", due.join(", ")));
        }
        if !self.owed.is_empty() {
            line("Balance", format_args!("we owe {}: allymap balance", names(&self.owed)));
        }
        if !self.strained.is_empty() {
            line(
                "Alarm",
                format_args!("strained tie with rights holders: {}\nSee: allymap due", names(&self.strained)),
            );
        }
        let events = [
            (&self.events.to_assess, "to assess"),
            (&self.events.to_decide, "to decide"),
            (&self.events.said_apart, "about which people said different things"),
        ];
        let events: Vec<String> = events
            .into_iter()
            .filter(|(rows, _)| !rows.is_empty())
            .map(|(rows, words)| format!("{} {words}", rows.len()))
            .collect();
        if !events.is_empty() {
            line("Events", format_args!("{}: allymap event list", events.join(", ")));
        }
    }
}

impl<'a> Events<'a> {
    fn of(app: &mut App, rows: &'a [Card]) -> Result<Events<'a>, Failure> {
        let to_come = |day: Option<Date>| day.is_none_or(|day| day >= today());
        let coming: Vec<&Card> =
            rows.iter().filter(|row| row.is(&event::KIND) && !row.archived && to_come(row.day())).collect();
        let mut events = Events::default();
        if coming.is_empty() {
            return Ok(events);
        }
        let ground = Ground::of(app)?;
        let weigher = ground.weigher();
        for row in coming {
            let weighing = weigher.weigh(row);
            let outcome = weighing.outcome(weigh::pack());
            if row.is_undecided() {
                let open = weighing.still_open(&outcome) > 0;
                (if open { &mut events.to_assess } else { &mut events.to_decide }).push(row);
            }
            if !outcome.differs.is_empty() {
                events.said_apart.push(row);
            }
        }
        Ok(events)
    }
}

/// How far ahead the status looks.
const WEEK: i32 = 7;

/// The first few by name.
fn names(rows: &[&Card]) -> String {
    let named: Vec<&str> = rows.iter().take(3).map(|row| row.name.as_str()).collect();
    match rows.len().saturating_sub(named.len()) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn named(rows: &[&Card]) -> Vec<serde_json::Value> {
    rows.iter().map(|row| serde_json::json!({ "id": row.id.to_string(), "entry": row.name })).collect()
}

/// A number and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
