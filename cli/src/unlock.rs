//! The database key: from the keyslots, or from the runtime folder while the maps are unlocked.

use std::path::PathBuf;
use std::time::Duration;

use allymap_seal::{Argon2Cost, DatabaseKey, Keyslots, SlotError, SlotKind};
use zeroize::Zeroizing;

use crate::app::now;
use crate::chance::Chance;
use crate::failure::{Exit, Failure, reason};
use crate::home::{Home, create_private, write_private};
use crate::prompt::Prompt;

/// How long `unlock` holds unless it is told otherwise.
pub(crate) const UNLOCKED_FOR: Duration = Duration::from_secs(8 * 3600);

/// Whether this home asks for a passphrase.
pub(crate) fn has_passphrase(home: &Home) -> Result<bool, Failure> {
    Ok(read(home)?.is_some_and(|slots| slots.kinds().contains(&SlotKind::Passphrase)))
}

pub(crate) fn exists(home: &Home) -> bool {
    home.keyslots().exists()
}

/// A new home: a new database key, behind this passphrase or behind none.
pub(crate) fn create(home: &Home, passphrase: Option<&str>) -> Result<DatabaseKey, Failure> {
    let key = DatabaseKey::generate(&mut Chance);
    let slots = slots(&key, passphrase)?;
    create_private(&home.data).map_err(|error| Failure::io("Making the folder", &home.data, &error))?;
    save(home, &slots)?;
    if passphrase.is_some() {
        remember(home, &key, UNLOCKED_FOR)?;
    }
    Ok(key)
}

/// Put the key behind another passphrase; the old one opens nothing afterwards.
pub(crate) fn change(home: &Home, key: &DatabaseKey, passphrase: &str) -> Result<(), Failure> {
    save(home, &slots(key, Some(passphrase))?)
}

/// The key, without asking if that is possible.
pub(crate) fn key(home: &Home, passphrase_file: Option<&PathBuf>, prompt: &Prompt) -> Result<DatabaseKey, Failure> {
    let slots = read(home)?.ok_or_else(|| no_keys(home))?;
    if let Some(key) = slots.open_in_clear() {
        return Ok(key);
    }
    if let Some(key) = remembered(home) {
        return Ok(key);
    }
    let passphrase = match passphrase_file {
        Some(path) => read_passphrase(path)?,
        None if prompt.can_ask() => prompt.secret("Passphrase")?,
        None => return Err(Failure::locked()),
    };
    open(&slots, &passphrase)
}

/// The key, from this passphrase and nothing else.
pub(crate) fn open_with(home: &Home, passphrase: &str) -> Result<DatabaseKey, Failure> {
    open(&read(home)?.ok_or_else(|| no_keys(home))?, passphrase)
}

fn no_keys(home: &Home) -> Failure {
    if home.store().exists() { Failure::keys_gone(home) } else { Failure::no_map() }
}

/// Leave the key in the runtime folder, so that commands need not ask.
pub(crate) fn remember(home: &Home, key: &DatabaseKey, period: Duration) -> Result<(), Failure> {
    let until = seconds() + period.as_secs();
    let mut bytes = Zeroizing::new(until.to_be_bytes().to_vec());
    bytes.extend_from_slice(key.expose());
    let path = home.unlocked_key();
    write_private(&path, &bytes).map_err(|error| Failure::io("Writing", &path, &error))
}

/// Take it away. Whether there was one.
pub(crate) fn forget(home: &Home) -> Result<bool, Failure> {
    let path = home.unlocked_key();
    if let Ok(length) = std::fs::metadata(&path).map(|metadata| metadata.len()) {
        // Overwritten first: the runtime folder lies in memory on most systems, but not on all.
        let _ = std::fs::write(&path, vec![0; length as usize]);
    }
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::io("Removing", &path, &error)),
    }
}

pub(crate) fn read_passphrase(path: &PathBuf) -> Result<Zeroizing<String>, Failure> {
    let text =
        if path.as_os_str() == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    let text = Zeroizing::new(text.map_err(|error| Failure::io("Reading the passphrase from", path, &error))?);
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Failure::usage(format!("The first line of {} holds no passphrase.", path.display())));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn slots(key: &DatabaseKey, passphrase: Option<&str>) -> Result<Keyslots, Failure> {
    match passphrase {
        Some(passphrase) => Keyslots::with_passphrase(key, passphrase.as_bytes(), Argon2Cost::FLOOR, &mut Chance)
            .map_err(|error| damaged(&error)),
        None => Ok(Keyslots::in_clear(key)),
    }
}

fn open(slots: &Keyslots, passphrase: &str) -> Result<DatabaseKey, Failure> {
    slots.open_with_passphrase(passphrase.as_bytes()).map_err(|error| match error {
        SlotError::WrongPassphrase => {
            Failure::new("AM-PASSPHRASE", Exit::Locked, "That is not the passphrase of these maps.").hint(
                "Nothing was changed. Without it you must be invited again; what you had sent is with the others.",
            )
        }
        error => damaged(&error),
    })
}

fn remembered(home: &Home) -> Option<DatabaseKey> {
    let bytes = Zeroizing::new(std::fs::read(home.unlocked_key()).ok()?);
    let (until, key) = bytes.split_first_chunk::<8>()?;
    if u64::from_be_bytes(*until) <= seconds() {
        let _ = forget(home);
        return None;
    }
    key.try_into().ok().map(DatabaseKey::from_bytes)
}

fn read(home: &Home) -> Result<Option<Keyslots>, Failure> {
    let path = home.keyslots();
    match std::fs::read(&path) {
        Ok(bytes) => Keyslots::from_bytes(&bytes).map(Some).map_err(|error| damaged(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(
            "AM-FILE",
            Exit::Failed,
            format!("The keys in {} cannot be read: {}.", path.display(), reason(&error)),
        )),
    }
}

fn save(home: &Home, slots: &Keyslots) -> Result<(), Failure> {
    let path = home.keyslots();
    write_private(&path, &slots.to_bytes()).map_err(|error| Failure::io("Writing", &path, &error))
}

fn damaged(error: &SlotError) -> Failure {
    Failure::new("AM-KEYS", Exit::Failed, format!("The file with the keys of these maps cannot be used: {error}."))
        .hint("Put it back from a copy, or ask a convenor to invite this computer again.")
}

fn seconds() -> u64 {
    now().0 / 1_000
}
