//! `allymap doctor`: find out why something does not work, without changing anything.

use std::borrow::Cow;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure, connect_words};
use crate::terminal::words::count;
use allymap_home::together::lines::{ConnectError, Lines};

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

/// What was looked at, and how it is.
struct Check {
    what: &'static str,
    state: State,
    said: Cow<'static, str>,
    /// As it may leave this computer: our own words, and nothing else unless it was put here.
    copied: Cow<'static, str>,
    /// What helps.
    helps: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Ok,
    /// Worth knowing; nothing is broken.
    Note,
    /// A relay is not there: everything is kept here.
    Away,
    Locked,
    Fail,
}

/// Below this a write may fail soon; below the second it is time to look.
const LITTLE_ROOM: u64 = 20 << 20;
const SOME_ROOM: u64 = 500 << 20;
/// A clock that is this far behind the newest file was set back.
const CLOCK_BEHIND_MS: u64 = 24 * 3_600_000;
/// 1 January 2026: this program is younger than any clock before it.
const FIRST_MOMENT_MS: u64 = 1_767_225_600_000;

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let mut checks = Vec::new();
    folder(app, &mut checks);
    keys(app, &mut checks);
    room(app, &mut checks);
    clock(app, &mut checks);
    settings(app, &mut checks);
    let readable = checks.iter().all(|check| check.what != "key" || check.state <= State::Note);
    if readable && app.home().has_keys() {
        store(app, &mut checks);
        relays(app, args.online, &mut checks)?;
    }
    if args.copy {
        for check in &mut checks {
            check.said = std::mem::take(&mut check.copied);
        }
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let version = format!("allymap {} on {system}", env!("CARGO_PKG_VERSION"));
        checks.insert(0, check("version", State::Ok, version, None));
    }
    let worst = checks.iter().map(|check| check.state).max().unwrap_or(State::Ok);
    if app.output.json {
        let all: Vec<_> = checks
            .iter()
            .map(|check| {
                serde_json::json!({
                    "what": check.what, "state": check.state.word(), "said": check.said, "what_helps": check.helps,
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "checks": all, "worst": worst.word() }));
    } else {
        for check in &checks {
            app.output.note(&format!("{:<7}{}", check.state.word(), check.what), &check.said, 18);
            if let Some(helps) = check.helps {
                app.output.note("       what helps", helps, 18);
            }
        }
    }
    let exit = match worst {
        State::Ok | State::Note => return Ok(()),
        State::Away => Exit::NotExchanged,
        State::Locked => Exit::Locked,
        State::Fail => Exit::Failed,
    };
    let wrong = checks.iter().filter(|check| check.state > State::Note).count();
    Err(Failure::new("AM-DOCTOR", exit, format!("{} looking after.", count(wrong, "thing wants", "things want")))
        .hint("Nothing was changed by looking."))
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Note => "note",
            State::Away => "away",
            State::Locked => "locked",
            State::Fail => "fail",
        }
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

fn folder(app: &App<'_>, checks: &mut Vec<Check>) {
    let folder = &app.folders().data;
    if !folder.is_dir() {
        checks.push(check("folder", State::Note, "no map on this computer yet", Some("Start one with: allymap new")));
        return;
    }
    checks.push(match open_to_others(folder) {
        Some(true) => check(
            "folder",
            State::Fail,
            format!("{}: other accounts of this computer can look into it", folder.display()),
            Some("Close it: chmod 700, on the folder named above."),
        )
        .copied("other accounts of this computer can look into it"),
        _ => check("folder", State::Ok, folder.display().to_string(), None).copied("there"),
    });
    // The one way to know whether a folder can be written is to write.
    let probe = folder.join("doctor");
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    if let Err(error) = written {
        checks.push(
            check(
                "writing",
                State::Fail,
                format!("nothing can be kept: {}", crate::terminal::failure::reason(&error)),
                Some("Make room, or give this account the right to write there. What was kept is not lost."),
            )
            .harmless(),
        );
    }
}

fn keys(app: &App<'_>, checks: &mut Vec<Check>) {
    if !app.home().has_keys() {
        if app.folders().store().is_dir() {
            checks.push(check(
                "key",
                State::Fail,
                "the maps are here, the file with their keys is not",
                Some("Put the file \"keyslots\" back beside them from a copy, or ask to be invited again."),
            ));
        }
        return;
    }
    if open_to_others(&app.folders().keyslots()) == Some(true) {
        checks.push(check(
            "key",
            State::Fail,
            "other accounts of this computer can read the file with the keys",
            Some("Close it: chmod 600 on the file \"keyslots\"."),
        ));
    }
    match app.home().has_passphrase().map_err(Failure::from) {
        Err(failure) => checks.push(
            check(
                "key",
                State::Fail,
                failure.message,
                Some("Put the file \"keyslots\" back from a copy, or ask to be invited again."),
            )
            .copied(failure.code),
        ),
        Ok(false) => checks.push(check(
            "key",
            State::Note,
            "no passphrase: whoever has this computer can read the maps",
            Some("allymap lock --new-passphrase"),
        )),
        Ok(true) => {
            let open = app.folders().unlocked_key();
            if open_to_others(&open) == Some(true) {
                checks.push(check(
                    "key",
                    State::Fail,
                    "other accounts can read the unlocked key",
                    Some("allymap lock"),
                ));
            } else if open.exists() || app.options.passphrase_file.is_some() {
                checks.push(check("key", State::Ok, "behind your passphrase; unlocked for now", None));
            } else {
                checks.push(check(
                    "key",
                    State::Locked,
                    "behind your passphrase; locked, so the maps themselves were not looked at",
                    Some("allymap unlock, then allymap doctor again"),
                ));
            }
        }
    }
}

fn room(app: &App<'_>, checks: &mut Vec<Check>) {
    let folder = app.folders().data.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let Some(free) = free_bytes(folder) else { return };
    let said = format!("{} free on this disk", size(free));
    let helps = Some("Make room: allymap needs a few megabytes for every exchange.");
    let check = match free {
        free if free < LITTLE_ROOM => check("disk", State::Fail, said, helps),
        free if free < SOME_ROOM => check("disk", State::Note, said, helps),
        _ => check("disk", State::Ok, said, None),
    };
    checks.push(check.harmless());
}

/// No clock decides anything on a map, but a wrong one misdates what people write down.
fn clock(app: &App<'_>, checks: &mut Vec<Check>) {
    let now = app.now().0;
    let newest = std::fs::read_dir(app.folders().store())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok())
        .map(|since| since.as_millis() as u64)
        .max();
    let today = app.today().spelled();
    let behind = newest.is_some_and(|newest| newest > now.saturating_add(CLOCK_BEHIND_MS));
    checks.push(if now < FIRST_MOMENT_MS || behind {
        check(
            "clock",
            State::Fail,
            format!("this computer says it is {today}; that is too early"),
            Some("Set the date. Nothing on the map is lost or decided by it, but new notes carry a wrong day."),
        )
        .harmless()
    } else {
        check("clock", State::Ok, today, None).harmless()
    });
}

fn settings(app: &mut App<'_>, checks: &mut Vec<Check>) {
    match app.home().settings().map_err(Failure::from) {
        Err(failure) => {
            let check = check("settings", State::Fail, failure.message, Some("Mend the file, or remove it."));
            checks.push(check.copied(failure.code));
        }
        Ok(settings) => {
            let odd: Vec<String> =
                settings.unknown().into_iter().chain(settings.unfit().into_iter().map(str::to_owned)).collect();
            if !odd.is_empty() {
                let said = format!("no effect: {}", odd.join(", "));
                let copied = count(odd.len(), "setting has no effect", "settings have no effect");
                checks.push(check("settings", State::Note, said, Some("allymap config show")).copied(copied));
            }
        }
    }
}

fn store(app: &mut App<'_>, checks: &mut Vec<Check>) {
    let looked = look(app);
    match looked {
        Ok((maps, entries, bytes)) => {
            let size = bytes.map(|bytes| format!(", {}", size(bytes))).unwrap_or_default();
            let said = format!(
                "{}, {} on the one in use{size}",
                count(maps, "map", "maps"),
                count(entries, "entry", "entries")
            );
            checks.push(check("maps", State::Ok, said, None).harmless());
        }
        Err(failure) => {
            let (state, helps) = match failure.code {
                "AM-BUSY" => (
                    State::Note,
                    "Wait until it is done; then everything works again. If it never ends, restart the computer.",
                ),
                _ if failure.exit == Exit::Locked => (State::Locked, "allymap unlock"),
                _ => (
                    State::Fail,
                    "Copy the whole folder away first. Then allymap status; what was exchanged comes back with allymap sync.",
                ),
            };
            checks.push(check("maps", state, failure.message, Some(helps)).copied(failure.code));
        }
    }
}

fn look(app: &mut App<'_>) -> Result<(usize, usize, Option<u64>), Failure> {
    let maps = app.maps()?.len();
    if maps == 0 {
        return Ok((0, 0, None));
    }
    let entries = app.cards_once()?.iter().filter(|row| !row.archived).count();
    Ok((maps, entries, app.disk()?.bytes_on_disk()))
}

fn relays(app: &mut App<'_>, online: bool, checks: &mut Vec<Check>) -> Result<(), Failure> {
    let Ok(map) = app.map() else { return Ok(()) };
    if map.practice {
        checks.push(check("relay", State::Ok, "a practice map is never exchanged", None));
        return Ok(());
    }
    let relays = app.hold()?.0.relays();
    if relays.is_empty() {
        checks.push(check(
            "relay",
            State::Note,
            "none: this map is on this computer only",
            Some("allymap relay add LINE"),
        ));
    }
    // Others may work on the maps while we wait for an answer.
    app.release();
    for relay in &relays {
        if !online {
            checks.push(
                check("relay", State::Ok, format!("{}: not asked (--online asks)", relay.url), None)
                    .copied("not asked (--online asks)"),
            );
            continue;
        }
        let mut lines = Lines::new();
        let reached = super::sync::runtime()?.block_on(lines.connect(relay.relay, &relay.url, app.options.insecure));
        checks.push(match reached {
            Ok(_) => check("relay", State::Ok, format!("{} answers", relay.url), None).copied("answers"),
            Err(error) => {
                let wrong = matches!(error, ConnectError::Address | ConnectError::Insecure);
                check(
                    "relay",
                    if wrong { State::Fail } else { State::Away },
                    format!("{}: {}", relay.url, connect_words(&error)),
                    Some("Everything is kept here. Look at this computer's network first, then ask the relay's operator."),
                )
                .copied(if wrong { "its address cannot be used" } else { "does not answer" })
            }
        });
    }
    Ok(())
}

/// Whether accounts other than the owner's may read it; none where that cannot be told.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<bool> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).ok()?.permissions());
    Some(mode & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<bool> {
    None
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// `3.1 MB`
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 1 << 30 => format!("{:.1} GB", bytes as f64 / f64::from(1 << 30)),
        bytes if bytes >= 1 << 20 => format!("{:.1} MB", bytes as f64 / f64::from(1 << 20)),
        bytes => format!("{} KB", bytes >> 10),
    }
}
