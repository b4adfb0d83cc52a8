//! The database key: from the keyslots, or from the runtime folder while the maps are unlocked.

use std::io::ErrorKind;
use std::time::Duration;

use allymap_seal::{Argon2Cost, DatabaseKey, Keyslots, SlotError, SlotKind};
use zeroize::Zeroizing;

use crate::computer::folders::{create_private, write_private};
use crate::home::Home;
use crate::trouble::{self, Doing, Trouble};

/// How long a new passphrase need not be typed again.
const UNLOCKED_FOR: Duration = Duration::from_secs(8 * 3600);

/// What stands between a person and the maps of this home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// No home was made here yet.
    NoHome,
    /// The key lies beside the maps.
    NoPassphrase,
    Locked,
    Unlocked,
}

impl Home {
    /// Two small files are read, and no lock is taken.
    pub fn keys(&self) -> Result<Keys, Trouble> {
        if self.key.is_some() {
            return Ok(Keys::Unlocked);
        }
        let Some(slots) = self.read_slots()? else { return Ok(Keys::NoHome) };
        Ok(match slots.open_in_clear() {
            Some(_) => Keys::NoPassphrase,
            None if self.remembered().is_some() => Keys::Unlocked,
            None => Keys::Locked,
        })
    }

    /// Whether there are keys here.
    pub fn has_keys(&self) -> bool {
        self.folders.keyslots().exists()
    }

    /// Whether this home asks for a passphrase.
    pub fn has_passphrase(&self) -> Result<bool, Trouble> {
        Ok(self.read_slots()?.is_some_and(|slots| slots.kinds().contains(&SlotKind::Passphrase)))
    }

    /// A new home: a new key, behind this passphrase or behind none.
    pub fn make(&mut self, passphrase: Option<&str>) -> Result<(), Trouble> {
        let key = DatabaseKey::generate(&mut self.around.chance.clone());
        let slots = self.slots(&key, passphrase)?;
        let data = &self.folders.data;
        create_private(data).map_err(|error| Trouble::file(Doing::MakingTheFolder, data, error))?;
        self.save_slots(&slots)?;
        if passphrase.is_some() {
            self.remember(&key, UNLOCKED_FOR)?;
        }
        self.key = Some(key);
        Ok(())
    }

    /// Opens the maps for this process, and for other ones for as long as is said here.
    pub fn unlock(&mut self, passphrase: &str, keep: Option<Duration>) -> Result<(), Trouble> {
        let slots = self.read_slots()?.ok_or_else(|| self.no_keys())?;
        let key = slots.open_with_passphrase(passphrase.as_bytes()).map_err(|error| {
            Trouble::Keys(match error {
                SlotError::WrongPassphrase => trouble::Keys::WrongPassphrase,
                error => trouble::Keys::Damaged(error),
            })
        })?;
        if let Some(period) = keep {
            self.remember(&key, period)?;
        }
        self.key = Some(key);
        Ok(())
    }

    /// Puts the key behind another passphrase; the old one opens nothing afterwards.
    pub fn change_passphrase(&mut self, passphrase: &str) -> Result<(), Trouble> {
        let key = self.key()?;
        let slots = self.slots(&key, Some(passphrase))?;
        self.save_slots(&slots)
    }

    /// Nobody opens the maps without the passphrase from now on. Whether they were open.
    pub fn lock(&mut self) -> Result<bool, Trouble> {
        self.key = None;
        self.forget_remembered()
    }

    /// The key, without asking: a face that has a person to ask has called [`Home::unlock`].
    pub(crate) fn key(&mut self) -> Result<DatabaseKey, Trouble> {
        if let Some(key) = &self.key {
            return Ok(key.clone());
        }
        let slots = self.read_slots()?.ok_or_else(|| self.no_keys())?;
        let key = slots.open_in_clear().or_else(|| self.remembered());
        let key = key.ok_or(Trouble::Keys(trouble::Keys::Locked))?;
        self.key = Some(key.clone());
        Ok(key)
    }

    pub(crate) fn no_keys(&self) -> Trouble {
        if self.folders.store().exists() {
            Trouble::Keys(trouble::Keys::Gone { path: self.folders.keyslots() })
        } else {
            Trouble::Which(trouble::Which::NoMap)
        }
    }

    /// Leaves the key in the runtime folder, with its end.
    fn remember(&self, key: &DatabaseKey, period: Duration) -> Result<(), Trouble> {
        let until = self.seconds() + period.as_secs();
        let mut bytes = Zeroizing::new(until.to_be_bytes().to_vec());
        bytes.extend_from_slice(key.expose());
        let path = self.folders.unlocked_key();
        write_private(&path, &bytes).map_err(|error| Trouble::file(Doing::Writing, &path, error))
    }

    fn remembered(&self) -> Option<DatabaseKey> {
        let bytes = Zeroizing::new(std::fs::read(self.folders.unlocked_key()).ok()?);
        let (until, key) = bytes.split_first_chunk::<8>()?;
        if u64::from_be_bytes(*until) <= self.seconds() {
            let _ = self.forget_remembered();
            return None;
        }
        key.try_into().ok().map(DatabaseKey::from_bytes)
    }

    fn forget_remembered(&self) -> Result<bool, Trouble> {
        let path = self.folders.unlocked_key();
        if let Ok(length) = std::fs::metadata(&path).map(|metadata| metadata.len()) {
            // Overwritten first: the runtime folder lies in memory on most systems, but not on all.
            let _ = std::fs::write(&path, vec![0; length as usize]);
        }
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Trouble::file(Doing::Removing, &path, error)),
        }
    }

    fn slots(&self, key: &DatabaseKey, passphrase: Option<&str>) -> Result<Keyslots, Trouble> {
        let Some(passphrase) = passphrase else { return Ok(Keyslots::in_clear(key)) };
        let chance = &mut self.around.chance.clone();
        Keyslots::with_passphrase(key, passphrase.as_bytes(), Argon2Cost::FLOOR, chance).map_err(damaged)
    }

    fn read_slots(&self) -> Result<Option<Keyslots>, Trouble> {
        let path = self.folders.keyslots();
        match std::fs::read(&path) {
            Ok(bytes) => Keyslots::from_bytes(&bytes).map(Some).map_err(damaged),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Trouble::Keys(trouble::Keys::Unreadable { path, error })),
        }
    }

    fn save_slots(&self, slots: &Keyslots) -> Result<(), Trouble> {
        let path = self.folders.keyslots();
        write_private(&path, &slots.to_bytes()).map_err(|error| Trouble::file(Doing::Writing, &path, error))
    }

    fn seconds(&self) -> u64 {
        (self.around.clock)() / 1_000
    }
}

fn damaged(error: SlotError) -> Trouble {
    Trouble::Keys(trouble::Keys::Damaged(error))
}
