//! `allymap status`: what is on this map, and whether it is shared.

use std::fmt;

use crate::app::{App, now};
use crate::failure::Failure;
use crate::unlock;

/// What is on this map, and whether it is shared
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap status\n  allymap status --json")]
pub(crate) struct Args {}

pub(crate) fn run(app: &mut App, _: Args) -> Result<(), Failure> {
    let map = app.map()?;
    let passphrase = unlock::has_passphrase(&app.home)?;
    let root_here = app.root(map.number)?.is_some();
    let rows = app.rows_once()?;
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

/// A number and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
