//! `allymap status`: what is on this map, what waits for us, and whether it is shared.

use allymap_home::status::{self, Status};
use serde::Serialize;
use serde_json::json;

use crate::about::relay;
use crate::about::who::calls_themselves;
use crate::about::who::{named, names};
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::words::{count, role_word};

/// What is on this map, what is due, and whether it is shared
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap status\n  allymap status --json")]
pub(crate) struct Args {}

pub(crate) fn run(app: &mut App<'_>, _: Args) -> Result<(), Failure> {
    let status = status::of(app.visit()?)?;
    app.tell(&status)
}

impl Answer for Status {
    fn json(&self) -> impl Serialize {
        json!({
            "map": self.map.name, "practice": self.map.practice, "name": self.map.person, "group": self.map.group,
            "role": self.role.map(role_word),
            "entries": self.entries, "members": self.members,
            "groups": self.groups, "to_settle": self.to_settle, "edited_entries_kept_here": self.entries_kept_here,
            "map_itself_edited": self.map_kept_here, "waiting": self.waiting,
            "relays": self.relays.iter().map(relay::json).collect::<Vec<_>>(),
            "newest_seen_by": self.relays.iter().filter_map(|state| state.seen_by).max(),
            "passphrase": self.passphrase, "recovery_words_here": self.emergency_words,
            "waiting_for_approval": self.map.waiting_words, "asking": self.asking.len(),
            "invitations_open": self.invited, "invitations_not_at_the_relay": self.invited_not_placed,
            "due_within_a_week": self.due_soon, "overdue": self.due_late, "we_owe": named(&self.we_owe),
            "strained_with_rights_holders": named(&self.strained), "events_to_assess": named(&self.events_to_assess),
            "events_to_decide": named(&self.events_to_decide), "events_said_apart": named(&self.events_said_apart),
        })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!(
            "{} · {} · {} in {}",
            self.map.name,
            count(self.entries, "entry", "entries"),
            count(self.members, "member", "members"),
            count(self.groups, "group", "groups")
        ));
        let line = |label: &str, text: &str| out.line(label, COLUMN, text);
        if self.map.practice {
            line("Practice", "an invented town; it stays on this computer");
        }
        if let Some(words) = &self.map.waiting_words {
            let words = words.join("  ");
            line(
                "Waiting",
                &format!(
                    "to be let in. Read these words to who invited you:\n{words}\nWhen they have approved you, run: allymap sync"
                ),
            );
        }
        self.say_people(&line);
        self.say_kept(&line);
        if self.to_settle > 0 {
            let entries = count(self.to_settle, "entry", "entries");
            line("Settle", &format!("{entries} about which people said different things"));
        }
        self.say_waits(&line);
        for state in &self.relays {
            line("Relay", &format!("{}: {}", state.url, relay::words(state)));
        }
        if self.relays.is_empty() && !self.map.practice {
            line("Relay", "none: allymap relay add LINE");
        }
        if self.waiting > 0 {
            let parts = count(self.waiting, "part", "parts");
            line("Waiting", &format!("{parts} for something that has not arrived yet"));
        }
        if !self.passphrase {
            line(
                "Key",
                "no passphrase: whoever has this computer can read the map\nSet one: allymap lock --new-passphrase",
            );
        }
        if self.emergency_words {
            line("Emergency", "the 24 words are still only on this computer: allymap recovery");
        }
    }
}

/// One part of what is said; each is empty where there is nothing to say.
trait Parts {
    fn say_people(&self, line: &dyn Fn(&str, &str));
    fn say_kept(&self, line: &dyn Fn(&str, &str));
    fn say_waits(&self, line: &dyn Fn(&str, &str));
}

impl Parts for Status {
    fn say_people(&self, line: &dyn Fn(&str, &str)) {
        for one in &self.asking {
            let (number, themselves) = (one.number, calls_themselves(one));
            line(
                "Asks",
                &format!(
                    "number {number}. Let them read their four words to you: allymap member approve {number}\n{themselves}"
                ),
            );
        }
        match (self.invited - self.asking.len().min(self.invited), self.invited_not_placed) {
            (0, _) => {}
            (open, 0) => {
                let open = count(open, "invitation", "invitations");
                line("Invited", &format!("{open} not used yet. Who used one arrives with: allymap sync"));
            }
            (_, unplaced) => {
                let unplaced = count(unplaced, "invitation is", "invitations are");
                line("Invited", &format!("{unplaced} only here: allymap sync brings it to the relay"));
            }
        }
    }

    fn say_kept(&self, line: &dyn Fn(&str, &str)) {
        if self.map.practice {
            return;
        }
        if self.entries_kept_here == 0 && !self.map_kept_here {
            line("Kept here", "nothing that was not exchanged");
            return;
        }
        let itself = if self.map_kept_here { ", and the map's own page," } else { "" };
        let entries = count(self.entries_kept_here, "entry", "entries");
        line("Kept here", &format!("{entries}{itself} with changes that nobody else has yet"));
    }

    fn say_waits(&self, line: &dyn Fn(&str, &str)) {
        let soon = (self.due_soon > 0).then(|| format!("{} within a week", self.due_soon));
        let late = (self.due_late > 0).then(|| format!("{} overdue", self.due_late));
        let due: Vec<String> = soon.into_iter().chain(late).collect();
        if !due.is_empty() {
            line("Due", &format!("{}: allymap due", due.join(", ")));
        }
        if !self.we_owe.is_empty() {
            line("Balance", &format!("we owe {}: allymap balance", names(&self.we_owe)));
        }
        if !self.strained.is_empty() {
            line("Alarm", &format!("strained tie with rights holders: {}\nSee: allymap due", names(&self.strained)));
        }
        let events = [
            (&self.events_to_assess, "to assess"),
            (&self.events_to_decide, "to decide"),
            (&self.events_said_apart, "about which people said different things"),
        ];
        let events: Vec<String> = events
            .into_iter()
            .filter(|(all, _)| !all.is_empty())
            .map(|(all, words)| format!("{} {words}", all.len()))
            .collect();
        if !events.is_empty() {
            line("Events", &format!("{}: allymap event list", events.join(", ")));
        }
    }
}

/// Where the text begins.
const COLUMN: usize = 12;
