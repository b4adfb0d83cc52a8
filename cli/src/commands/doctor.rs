//! `allymap doctor`: find out why something does not work, without changing anything.

use std::borrow::Cow;

use allymap_home::computer::doctor::{self, Maps, Relays, State};
use serde::Serialize;
use serde_json::json;

use crate::app::{App, runtime};
use crate::terminal::answer::Answer;
use crate::terminal::failure::exchange::connect_words;
use crate::terminal::failure::{Exit, Failure, reason};
use crate::terminal::output::Output;
use crate::terminal::words::count;

/// Find out why something does not work
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap doctor\n  allymap doctor --online\n  allymap doctor --copy\n\nExit: 0 all is well, 1 something does not work, 5 locked, 6 only a relay is away"
)]
pub(crate) struct Args {
    #[arg(long, help = "Ask the relays too whether they answer")]
    online: bool,
    #[arg(long, help = "To send to somebody who helps: no names, folders or addresses")]
    copy: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let mut looked = doctor::of_computer(app.home());
    if app.options.passphrase_file.is_some() {
        // The passphrase is at hand.
        for found in looked.iter_mut().filter(|found| matches!(found, doctor::Check::Locked)) {
            *found = doctor::Check::Unlocked;
        }
    }
    let may_look = doctor::may_look(app.home(), &looked);
    let mut checks: Vec<Check> = looked.into_iter().map(Check::of).collect();
    if may_look {
        let relays = if args.online { Relays::Asked } else { Relays::LeftAlone };
        match app.visit() {
            Ok(v) => checks.extend(runtime()?.block_on(doctor::of_maps(v, relays))?.into_iter().map(Check::of)),
            Err(failure) => {
                let state = if failure.exit == Exit::Locked { State::Locked } else { State::Fail };
                checks.push(unreadable_maps(state, failure));
            }
        }
    }
    if args.copy {
        for check in &mut checks {
            check.said = std::mem::take(&mut check.copied);
        }
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let version = format!("allymap {} on {system}", env!("CARGO_PKG_VERSION"));
        checks.insert(0, check("version", State::Ok, version, None));
    }
    let looked = Looked { checks };
    app.tell(&looked)?;
    let exit = match looked.worst() {
        State::Ok | State::Note => return Ok(()),
        State::Away => Exit::NotExchanged,
        State::Locked => Exit::Locked,
        State::Fail => Exit::Failed,
    };
    let wrong = looked.checks.iter().filter(|check| check.state > State::Note).count();
    Err(Failure::new("AM-DOCTOR", exit, format!("{} looking after.", count(wrong, "thing wants", "things want")))
        .hint("Nothing was changed by looking."))
}

/// Everything that was looked at.
struct Looked {
    checks: Vec<Check>,
}

/// What was looked at, in words.
struct Check {
    what: &'static str,
    state: State,
    said: Cow<'static, str>,
    /// As it may leave this computer: our own words, and nothing else unless it was put here.
    copied: Cow<'static, str>,
    /// What helps.
    helps: Option<&'static str>,
}

impl Looked {
    fn worst(&self) -> State {
        self.checks.iter().map(|check| check.state).max().unwrap_or(State::Ok)
    }
}

impl Answer for Looked {
    fn json(&self) -> impl Serialize {
        let check = |check: &Check| {
            json!({
                "what": check.what, "state": word(check.state), "said": check.said, "what_helps": check.helps,
            })
        };
        json!({ "checks": self.checks.iter().map(check).collect::<Vec<_>>(), "worst": word(self.worst()) })
    }

    fn say(&self, out: &Output) {
        for check in &self.checks {
            out.note(&format!("{:<7}{}", word(check.state), check.what), &check.said, 18);
            if let Some(helps) = check.helps {
                out.note("       what helps", helps, 18);
            }
        }
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Note => "note",
        State::Away => "away",
        State::Locked => "locked",
        State::Fail => "fail",
    }
}

/// What was put together while running may hold a name, a folder or an address; what was written by us beforehand holds none.
fn check(what: &'static str, state: State, said: impl Into<Cow<'static, str>>, helps: Option<&'static str>) -> Check {
    let said = said.into();
    let copied = match &said {
        Cow::Borrowed(ours) => Cow::Borrowed(*ours),
        Cow::Owned(_) => Cow::Borrowed(""),
    };
    Check { what, state, said, copied, helps }
}

impl Check {
    /// What the home found, in words.
    fn of(found: doctor::Check) -> Check {
        use doctor::Check as Found;
        let state = found.state();
        let whole = |what, said: &'static str, helps| check(what, state, said, helps);
        match found {
            Found::NoFolder => whole("folder", "no map on this computer yet", Some("Start one with: allymap new")),
            Found::Folder(path) => check("folder", state, path.display().to_string(), None).copied("there"),
            Found::OpenFolder(path) => {
                let open = "other accounts of this computer can look into it";
                let helps = Some("Close it: chmod 700, on the folder named above.");
                check("folder", state, format!("{}: {open}", path.display()), helps).copied(open)
            }
            Found::NothingIsKept(error) => {
                let helps =
                    Some("Make room, or give this account the right to write there. What was kept is not lost.");
                check("writing", state, format!("nothing can be kept: {}", reason(&error)), helps).harmless()
            }
            Found::KeysGone => whole(
                "key",
                "the maps are here, the file with their keys is not",
                Some("Put the file \"keyslots\" back beside them from a copy, or ask to be invited again."),
            ),
            Found::OpenKeys => whole(
                "key",
                "other accounts of this computer can read the file with the keys",
                Some("Close it: chmod 600 on the file \"keyslots\"."),
            ),
            Found::UnreadableKeys(trouble) => {
                let helps = "Put the file \"keyslots\" back from a copy, or ask to be invited again.";
                failed("key", state, trouble.into(), helps)
            }
            Found::NoPassphrase => whole(
                "key",
                "no passphrase: whoever has this computer can read the maps",
                Some("allymap lock --new-passphrase"),
            ),
            Found::OpenUnlockedKey => whole("key", "other accounts can read the unlocked key", Some("allymap lock")),
            Found::Unlocked => whole("key", "behind your passphrase; unlocked for now", None),
            Found::Locked => whole(
                "key",
                "behind your passphrase; locked, so the maps themselves were not looked at",
                Some("allymap unlock, then allymap doctor again"),
            ),
            Found::Room { free_bytes } => {
                let helps = "Make room: allymap needs a few megabytes for every exchange.";
                let helps = (state > State::Ok).then_some(helps);
                check("disk", state, format!("{} free on this disk", size(free_bytes)), helps).harmless()
            }
            Found::Clock(today) => check("clock", state, today.spelled(), None).harmless(),
            Found::ClockBehind(today) => {
                let said = format!("this computer says it is {}; that is too early", today.spelled());
                let helps =
                    "Set the date. Nothing on the map is lost or decided by it, but new notes carry a wrong day.";
                check("clock", state, said, Some(helps)).harmless()
            }
            Found::UnreadableSettings(trouble) => {
                failed("settings", state, trouble.into(), "Mend the file, or remove it.")
            }
            Found::SettingsWithoutEffect(odd) => {
                let copied = count(odd.len(), "setting has no effect", "settings have no effect");
                let said = format!("no effect: {}", odd.join(", "));
                check("settings", state, said, Some("allymap config show")).copied(copied)
            }
            Found::Maps(Maps { maps, entries, bytes }) => {
                let size = bytes.map(|bytes| format!(", {}", size(bytes))).unwrap_or_default();
                let (maps, entries) = (count(maps, "map", "maps"), count(entries, "entry", "entries"));
                check("maps", state, format!("{maps}, {entries} on the one in use{size}"), None).harmless()
            }
            Found::UnreadableMaps(trouble) => unreadable_maps(state, trouble.into()),
            Found::Practice => whole("relay", "a practice map is never exchanged", None),
            Found::NoRelay => whole("relay", "none: this map is on this computer only", Some("allymap relay add LINE")),
            Found::NotAsked { url } => {
                let how = "not asked (--online asks)";
                check("relay", state, format!("{url}: {how}"), None).copied(how)
            }
            Found::Answers { url } => check("relay", state, format!("{url} answers"), None).copied("answers"),
            Found::Away { url, why } => {
                let helps =
                    "Everything is kept here. Look at this computer's network first, then ask the relay's operator.";
                let away = check("relay", state, format!("{url}: {}", connect_words(&why)), Some(helps));
                away.copied(if state == State::Fail { "its address cannot be used" } else { "does not answer" })
            }
        }
    }

    /// This may leave the computer as it is.
    fn harmless(mut self) -> Check {
        self.copied = self.said.clone();
        self
    }

    /// This may leave the computer instead.
    fn copied(mut self, copied: impl Into<Cow<'static, str>>) -> Check {
        self.copied = copied.into();
        self
    }
}

/// What a failure says of it; its code may leave this computer.
fn failed(what: &'static str, state: State, failure: Failure, helps: &'static str) -> Check {
    check(what, state, failure.message, Some(helps)).copied(failure.code)
}

fn unreadable_maps(state: State, failure: Failure) -> Check {
    let helps = match state {
        State::Note => "Wait until it is done; then everything works again. If it never ends, restart the computer.",
        State::Locked => "allymap unlock",
        _ => "Copy the whole folder away first. Then allymap status; what was exchanged comes back with allymap sync.",
    };
    failed("maps", state, failure, helps)
}

/// `3.1 MB`
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 1 << 30 => format!("{:.1} GB", bytes as f64 / f64::from(1 << 30)),
        bytes if bytes >= 1 << 20 => format!("{:.1} MB", bytes as f64 / f64::from(1 << 20)),
        bytes => format!("{} KB", bytes >> 10),
    }
}
