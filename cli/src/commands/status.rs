//! `allymap status`: what is on this map, and whether it is shared.

use crate::app::App;
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
    let (standing, relays, members, groups, seen, asking) = {
        let (replica, disk) = app.hold()?;
        let members: Vec<_> =
            replica.roster().members().into_iter().filter(|member| member.role != allymap_seal::Role::Root).collect();
        let mut groups: Vec<String> = members.iter().map(|member| member.group.clone()).collect();
        groups.sort();
        groups.dedup();
        let seen = match (replica.newest_own_record(disk)?, replica.relays().first()) {
            (Some(record), Some(relay)) => Some(replica.seen_by(&record, &relay.relay, disk)?.len()),
            _ => None,
        };
        (replica.standing(disk)?, replica.relays(), members.len(), groups.len(), seen, replica.asking(disk)?)
    };
    if app.output.json {
        let relays: Vec<_> = relays
            .iter()
            .map(|relay| {
                serde_json::json!({
                    "url": relay.url, "records": relay.position,
                    "not_with": standing.not_with.get(&relay.relay).copied().unwrap_or(0),
                })
            })
            .collect();
        app.output.json(&serde_json::json!({
            "map": map.name, "practice": map.practice, "name": map.person, "group": map.group, "entries": entries, "members": members,
            "groups": groups, "to_settle": to_settle, "edited_entries_kept_here": standing.unsealed, "waiting": standing.waiting,
            "relays": relays, "newest_seen_by": seen, "passphrase": passphrase, "recovery_words_here": root_here,
            "waiting_for_approval": map.waiting_words, "asking": asking.len(),
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
    if map.practice {
        app.output.say("Practice    an invented town; it stays on this computer");
    }
    if let Some(words) = &map.waiting_words {
        app.output
            .say(format_args!("Waiting     to be let in. Read these words to who invited you: {}", words.join("  ")));
    }
    for one in &asking {
        app.output.say(format_args!("Asks        {} ({}): allymap member waiting", one.name, one.group));
    }
    if !map.practice {
        app.output.say(format_args!(
            "Kept here   {} with changes that nobody else has yet",
            count(standing.unsealed, "entry", "entries")
        ));
    }
    if to_settle > 0 {
        app.output.say(format_args!(
            "Settle      {} about which people said different things",
            count(to_settle, "entry", "entries")
        ));
    }
    for relay in &relays {
        let open = standing.not_with.get(&relay.relay).copied().unwrap_or(0);
        let state = match (relay.removed, relay.admitted, open) {
            (true, ..) => "this computer was removed".to_owned(),
            (_, false, _) => "not exchanged yet".to_owned(),
            (_, _, 0) if standing.unsealed == 0 => "everything of yours is with the relay".to_owned(),
            (_, _, open) => format!("{} to go: allymap sync", count(open + standing.unsealed, "part", "parts")),
        };
        app.output.say(format_args!("Relay       {}: {state}", relay.url));
    }
    if relays.is_empty() && !map.practice {
        app.output.say("Relay       none: allymap relay add LINE");
    }
    if let Some(seen) = seen {
        app.output.say(format_args!(
            "Seen        your newest exchanged change: seen by {}",
            count(seen, "device", "devices")
        ));
    }
    if standing.waiting > 0 {
        app.output.say(format_args!(
            "Waiting     {} for something that has not arrived yet",
            count(standing.waiting, "part", "parts")
        ));
    }
    if !passphrase {
        app.output.say(
            "Key         no passphrase: whoever has this computer can read the map (allymap lock --new-passphrase)",
        );
    }
    if root_here {
        app.output.say("Emergency   the 24 words are still only on this computer: allymap recovery");
    }
    Ok(())
}

/// A number and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
