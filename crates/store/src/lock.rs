//! The one owner of a store's folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use crate::error::Error;
use crate::patience::patiently;

/// The folder's `LOCK`, held until dropped. The system lets go of it when its process dies, so a stale one cannot exist; the text in
/// it only tells others whom they wait for.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    pub(crate) fn take(folder: &Path, wait: Duration, program: &str) -> Result<Lock, Error> {
        let path = folder.join("LOCK");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(Error::from_disk)?;
        let taken = patiently(wait, || match file.try_lock() {
            Ok(()) => ControlFlow::Break(Ok(())),
            Err(TryLockError::WouldBlock) => ControlFlow::Continue(()),
            Err(TryLockError::Error(error)) => ControlFlow::Break(Err(Error::from_disk(error))),
        });
        match taken {
            Ok(taken) => taken?,
            Err(()) => return Err(Error::Busy { holder: holder(file) }),
        }
        let lock = Lock { file };
        // Without these words the lock holds all the same, so a disk that has no room for them is no reason to stop here.
        _ = lock.write(&format!("{}, process {}\n", first_line(program), std::process::id()));
        Ok(lock)
    }

    fn write(&self, words: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        (&self.file).seek(SeekFrom::Start(0))?;
        (&self.file).write_all(words.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        _ = self.file.set_len(0);
        _ = self.file.unlock();
    }
}

/// Who wrote itself into the lock. Nothing, if it has not come to that yet.
fn holder(file: File) -> Option<String> {
    let mut text = Vec::new();
    file.take(200).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    Some(first_line(&text)).filter(|line| !line.is_empty())
}

/// The text ends up on somebody's terminal.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_refused_learns_who_has_it_and_gets_it_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::take(folder.path(), Duration::ZERO, "allymap sync\n--watch").unwrap();
        let Err(Error::Busy { holder }) = Lock::take(folder.path(), Duration::from_millis(5), "second") else {
            panic!()
        };
        assert_eq!(holder.unwrap(), format!("allymap sync, process {}", std::process::id()));
        drop(held);
        Lock::take(folder.path(), Duration::ZERO, "second").unwrap();
    }

    #[test]
    fn one_who_waits_gets_it_when_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::take(folder.path(), Duration::ZERO, "first").unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Lock::take(folder.path(), Duration::from_secs(60), "second"));
            drop(held);
            second.join().unwrap().unwrap();
        });
    }

    #[test]
    fn words_left_by_a_dead_process_hold_nobody_up_and_are_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("LOCK"), [0xff; 300]).unwrap();
        let held = Lock::take(folder.path(), Duration::ZERO, "").unwrap();
        let Err(Error::Busy { holder }) = Lock::take(folder.path(), Duration::ZERO, "second") else { panic!() };
        assert_eq!(holder.unwrap(), format!(", process {}", std::process::id()));
        drop(held);
    }
}
