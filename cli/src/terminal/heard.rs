//! What is heard while a command goes on, as it is said.

use allymap_home::Heard;
use allymap_home::together::sync::News;

use crate::about::relay;
use crate::about::who::calls_themselves;
use crate::terminal::failure::exchange::{refusal, stopped, unreachable};
use crate::terminal::output::Output;
use crate::terminal::words::count;

/// Says it at once.
pub(crate) fn say(out: &Output, heard: &Heard) {
    match heard {
        Heard::StoreMended { kept, of, set_aside } => out.warn(format_args!(
            "The maps on this disk were damaged. What still reads ({kept} of {of} parts) was kept; the damaged copy is at {}.\n\
             Run allymap sync: the rest comes back from the relay.",
            set_aside.display()
        )),
        Heard::MapFound { name } => out.warn(format_args!(
            "What says that {name} is on this computer was damaged on the disk. It was written anew from the map itself; nothing is lost by it."
        )),
        Heard::Asking { url } => out.status(format_args!("Asking {url} …")),
        Heard::Connecting { url } => out.status(format_args!("Connecting to {url} …")),
        Heard::Connected { url } => out
            .status(format_args!("Connected to {url}. Changes go both ways as they are made; stop with Ctrl-C.")),
        Heard::Away { url, why, again_in } => out.status(format_args!(
            "{} Trying again in {}.",
            unreachable(url, why),
            count(again_in.as_secs() as usize, "second", "seconds")
        )),
        Heard::Stopped { url, why } => {
            let failure = stopped(url, why);
            out.status(&failure);
            if let Some(hint) = failure.hint {
                out.status(hint);
            }
        }
        Heard::CaughtUp { state, sent, changed } if out.json => {
            let mut value = relay::json(state);
            value["sent_records"] = (*sent).into();
            value["changed_entries"] = (*changed).into();
            out.json(&value);
        }
        Heard::CaughtUp { state, .. } => out.say(format_args!("{}: {}", state.url, relay::words(state))),
        Heard::Received { entries, news: came } if !out.json => {
            received(out, *entries);
            news(out, came);
        }
        // To a program the line of the relay has said how many.
        Heard::Received { .. } => {}
        Heard::LetIn { map } => out.status(format_args!("You are a member of {map} now.")),
        Heard::AsksToJoin(asking) => out.status(format_args!(
            "Somebody asks to join: number {}. Let them read their four words to you: allymap member approve {}\n  {}",
            asking.number,
            asking.number,
            calls_themselves(asking)
        )),
        Heard::Created => out.status("The relay keeps this map's sealed changes from now on."),
        Heard::NotTaken { why, parts } => out.warn(format_args!(
            "The relay does not take everything now: {}. {} here.",
            refusal(*why),
            count(*parts, "part stays", "parts stay")
        )),
        Heard::Refused { parts } => out.warn(format_args!(
            "{} refused: not as a member's computer makes it. Nothing else is touched by it.",
            count(*parts, "part that arrived is", "parts that arrived are")
        )),
        Heard::OverBudget { parts } => out.warn(format_args!(
            "{} not count: more than one computer may write into one entry. Nothing of anybody else is touched by it.",
            count(*parts, "part that arrived does", "parts that arrived do")
        )),
        Heard::RolledBack { records } => out.warn(format_args!(
            "The relay had lost {records} records (it was restored, or is another). They were offered to it again; nothing is lost."
        )),
        Heard::Withheld => {
            out.warn("A member's device has read more from this relay than it shows us. Tell your convenor.");
        }
    }
}

/// How much came in.
pub(crate) fn received(out: &Output, entries: usize) {
    out.say(format_args!("Received changes to {}.", count(entries, "entry", "entries")));
}

/// What came in that wants somebody to look: answers that differ, and approaches that two groups made apart.
pub(crate) fn news(out: &Output, news: &News) {
    for name in &news.approached_twice {
        out.say(format_args!("Double approach: two groups approached {name}, and neither knew."));
    }
    let apart = &news.said_apart;
    if !apart.is_empty() {
        let more = if apart.len() > 5 { format!(" and {} more", apart.len() - 5) } else { String::new() };
        out.say(format_args!(
            "People said different things about {}{more}. Both stand: allymap partner show NAME",
            apart.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ")
        ));
    }
}
