//! How this person's changes stand with one relay.

use allymap_home::together::relay::State;
use allymap_home::together::stopped::Stopped;
use serde_json::{Value, json};

use crate::terminal::failure::exchange::stopped;
use crate::terminal::words::count;

/// One of the words for what became of a change: *kept*, *with the relay*, *seen by N devices*, *refused*.
pub(crate) fn words(state: &State) -> String {
    if state.removed {
        return "refused: this computer was removed from the map. Everything is kept here".to_owned();
    }
    if state.has_all() {
        let seen = state.seen_by.filter(|seen| *seen > 0);
        let seen = seen.map(|seen| format!(", seen by {}", count(seen, "device", "devices")));
        return format!("everything of yours is with the relay{}", seen.unwrap_or_default());
    }
    match (state.admitted, state.not_with + state.unsealed) {
        (_, 0) => "nothing exchanged with it yet; everything is kept here".to_owned(),
        (_, parts) => format!("{} kept here, not with the relay yet: allymap sync", count(parts, "part", "parts")),
    }
}

/// How a relay stands after an exchange that did not succeed with it.
pub(crate) fn without(url: &str, why: &Stopped) -> String {
    let word = match why {
        Stopped::Removed | Stopped::NotTaken(_) | Stopped::NotCreated(_) => "refused",
        _ => "kept",
    };
    format!("{word}. {}", stopped(url, why))
}

pub(crate) fn json(state: &State) -> Value {
    json!({
        "url": state.url,
        "state": match (state.removed, state.has_all()) {
            (true, _) => "refused",
            (false, true) => "with the relay",
            (false, false) => "kept",
        },
        "not_with": state.not_with,
        "seen_by": state.seen_by,
        "records": state.records,
        "lets_us_in": state.admitted,
    })
}
