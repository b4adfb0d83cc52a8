//! Finding out why something does not work, without changing anything.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use allymap_domain::date::Date;

use crate::home::Home;
use crate::together::lines::{ConnectError, Lines};
use crate::trouble::{Keys, Store, Trouble};
use crate::visit::Visit;

/// What was looked at, and how it is.
#[derive(Debug)]
pub enum Check {
    /// There is no map on this computer yet.
    NoFolder,
    Folder(PathBuf),
    /// Other accounts can look into it.
    OpenFolder(PathBuf),
    NothingIsKept(io::Error),
    /// The maps are here, their keys are not.
    KeysGone,
    /// Other accounts can read the file with the keys.
    OpenKeys,
    UnreadableKeys(Trouble),
    NoPassphrase,
    /// Other accounts can read the unlocked key.
    OpenUnlockedKey,
    Unlocked,
    Locked,
    Room {
        free_bytes: u64,
    },
    Clock(Date),
    /// No clock was ever this early, or something here is newer.
    ClockBehind(Date),
    UnreadableSettings(Trouble),
    SettingsWithoutEffect(Vec<String>),
    Maps(Maps),
    UnreadableMaps(Trouble),
    /// A practice map is never exchanged.
    Practice,
    NoRelay,
    NotAsked {
        url: String,
    },
    Answers {
        url: String,
    },
    Away {
        url: String,
        why: ConnectError,
    },
}

/// What could be read.
#[derive(Clone, Copy, Debug)]
pub struct Maps {
    pub maps: usize,
    /// On the map in use.
    pub entries: usize,
    pub bytes: Option<u64>,
}

/// How something is, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Ok,
    /// Worth knowing; nothing is broken.
    Note,
    /// A relay is not there: everything is kept here.
    Away,
    Locked,
    Fail,
}

/// Whether relays are asked if they answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relays {
    LeftAlone,
    Asked,
}

/// Below this a write may fail soon; below the second it is time to look.
const LITTLE_ROOM: u64 = 20 << 20;
const SOME_ROOM: u64 = 500 << 20;
/// A clock that is this far behind the newest file was set back.
const CLOCK_BEHIND_MS: u64 = 24 * 3_600_000;
/// 1 January 2026: this program is younger than any clock before it.
const FIRST_MOMENT_MS: u64 = 1_767_225_600_000;

impl Check {
    pub fn state(&self) -> State {
        match self {
            Check::Folder(_) | Check::Unlocked | Check::Clock(_) | Check::Maps(_) => State::Ok,
            Check::Practice | Check::NotAsked { .. } | Check::Answers { .. } => State::Ok,
            Check::NoFolder | Check::NoPassphrase | Check::SettingsWithoutEffect(_) | Check::NoRelay => State::Note,
            Check::OpenFolder(_) | Check::NothingIsKept(_) | Check::KeysGone | Check::OpenKeys => State::Fail,
            Check::UnreadableKeys(_) | Check::OpenUnlockedKey | Check::ClockBehind(_) => State::Fail,
            Check::UnreadableSettings(_) => State::Fail,
            Check::Locked => State::Locked,
            Check::Room { free_bytes } => match *free_bytes {
                free if free < LITTLE_ROOM => State::Fail,
                free if free < SOME_ROOM => State::Note,
                _ => State::Ok,
            },
            Check::UnreadableMaps(trouble) => match trouble {
                Trouble::Store(Store::Busy { .. }) => State::Note,
                Trouble::Keys(Keys::Locked | Keys::WrongPassphrase) => State::Locked,
                _ => State::Fail,
            },
            Check::Away { why: ConnectError::Address | ConnectError::Insecure, .. } => State::Fail,
            Check::Away { .. } => State::Away,
        }
    }

    /// What the maps cannot be opened with.
    fn is_of_keys(&self) -> bool {
        matches!(
            self,
            Check::KeysGone
                | Check::OpenKeys
                | Check::UnreadableKeys(_)
                | Check::NoPassphrase
                | Check::OpenUnlockedKey
                | Check::Unlocked
                | Check::Locked
        )
    }
}

/// Everything about this computer that can be seen without opening a map.
pub fn of_computer(home: &Home) -> Vec<Check> {
    let mut checks = Vec::new();
    folder(home, &mut checks);
    keys(home, &mut checks);
    checks.extend(room(home));
    checks.push(clock(home));
    checks.extend(settings(home));
    checks
}

/// Whether there are maps to look at, and nothing is wrong with what opens them.
pub fn may_look(home: &Home, checks: &[Check]) -> bool {
    let readable = checks.iter().all(|check| !check.is_of_keys() || check.state() <= State::Note);
    readable && home.has_keys()
}

/// The maps, and the relays of the one in use.
pub async fn of_maps(v: &mut Visit<'_>, asked: Relays) -> Result<Vec<Check>, Trouble> {
    let mut checks = vec![match look(v) {
        Ok(maps) => Check::Maps(maps),
        Err(trouble) => Check::UnreadableMaps(trouble),
    }];
    let Ok(map) = v.map() else { return Ok(checks) };
    if map.practice {
        checks.push(Check::Practice);
        return Ok(checks);
    }
    let relays = v.hold()?.0.relays();
    if relays.is_empty() {
        checks.push(Check::NoRelay);
    }
    // Others may work on the maps while we wait for an answer.
    v.release();
    for relay in relays {
        let url = relay.url;
        if asked == Relays::LeftAlone {
            checks.push(Check::NotAsked { url });
            continue;
        }
        let reached = Lines::new().connect(relay.relay, &url, v.request.unprotected).await;
        checks.push(match reached {
            Ok(_) => Check::Answers { url },
            Err(why) => Check::Away { url, why },
        });
    }
    Ok(checks)
}

fn folder(home: &Home, checks: &mut Vec<Check>) {
    let folder = home.folders().data.clone();
    if !folder.is_dir() {
        checks.push(Check::NoFolder);
        return;
    }
    // The one way to know whether a folder can be written is to write.
    let probe = folder.join("doctor");
    checks.push(match open_to_others(&folder) {
        Some(true) => Check::OpenFolder(folder),
        _ => Check::Folder(folder),
    });
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    checks.extend(written.err().map(Check::NothingIsKept));
}

fn keys(home: &Home, checks: &mut Vec<Check>) {
    let folders = home.folders();
    if !home.has_keys() {
        checks.extend(folders.store().is_dir().then_some(Check::KeysGone));
        return;
    }
    checks.extend((open_to_others(&folders.keyslots()) == Some(true)).then_some(Check::OpenKeys));
    checks.push(match home.has_passphrase() {
        Err(trouble) => Check::UnreadableKeys(trouble),
        Ok(false) => Check::NoPassphrase,
        Ok(true) if open_to_others(&folders.unlocked_key()) == Some(true) => Check::OpenUnlockedKey,
        Ok(true) if folders.unlocked_key().exists() => Check::Unlocked,
        Ok(true) => Check::Locked,
    });
}

fn room(home: &Home) -> Option<Check> {
    let folder = home.folders().data.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    free_bytes(folder).map(|free_bytes| Check::Room { free_bytes })
}

/// No clock decides anything on a map, but a wrong one misdates what people write down.
fn clock(home: &Home) -> Check {
    let (now, today) = (home.now_ms(), home.today());
    let newest = std::fs::read_dir(home.folders().store())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok())
        .map(|since| since.as_millis() as u64)
        .max();
    let behind = newest.is_some_and(|newest| newest > now.saturating_add(CLOCK_BEHIND_MS));
    if now < FIRST_MOMENT_MS || behind { Check::ClockBehind(today) } else { Check::Clock(today) }
}

fn settings(home: &Home) -> Option<Check> {
    let settings = match home.settings() {
        Ok(settings) => settings,
        Err(trouble) => return Some(Check::UnreadableSettings(trouble)),
    };
    let unfit = settings.unfit().into_iter().map(str::to_owned);
    let odd: Vec<String> = settings.unknown().into_iter().chain(unfit).collect();
    (!odd.is_empty()).then_some(Check::SettingsWithoutEffect(odd))
}

fn look(v: &mut Visit<'_>) -> Result<Maps, Trouble> {
    let maps = v.maps()?.len();
    if maps == 0 {
        return Ok(Maps { maps, entries: 0, bytes: None });
    }
    let entries = v.cards_once()?.iter().filter(|card| !card.archived).count();
    Ok(Maps { maps, entries, bytes: v.disk()?.bytes_on_disk() })
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
