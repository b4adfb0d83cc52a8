//! How many batches were confirmed, counted outside of the engine.
//!
//! sled takes a damaged end of its log for one that was never finished, and quietly goes back to what was before it. A second count
//! gives that away: it is written after a batch is durable and never ahead of it. Nobody waits until it is on the disk itself, since
//! a count that is too low, or lost, raises no alarm.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

const NAME: &str = "confirmed";

pub(crate) struct Tally {
    file: File,
}

impl Tally {
    pub(crate) fn open(folder: &Path) -> io::Result<Tally> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(folder.join(NAME))?;
        Ok(Tally { file })
    }

    /// 0 when it is not known.
    pub(crate) fn read(&self) -> u64 {
        let read = || {
            let mut bytes = [0; 12];
            (&self.file).seek(SeekFrom::Start(0))?;
            io::Read::read_exact(&mut &self.file, &mut bytes)?;
            Ok::<_, io::Error>(bytes)
        };
        let Ok(bytes) = read() else { return 0 };
        let (count, crc) = bytes.split_first_chunk::<8>().expect("12 are more than 8");
        if crc == crc32fast::hash(count).to_be_bytes() { u64::from_be_bytes(*count) } else { 0 }
    }

    pub(crate) fn write(&self, count: u64) {
        let count = count.to_be_bytes();
        let bytes = [&count[..], &crc32fast::hash(&count).to_be_bytes()].concat();
        // Lost, it is only missing.
        _ = (&self.file).seek(SeekFrom::Start(0)).and_then(|_| (&self.file).write_all(&bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_comes_back_and_anything_else_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let tally = Tally::open(folder.path()).unwrap();
        assert_eq!(tally.read(), 0);
        tally.write(7);
        tally.write(1 << 40);
        assert_eq!(Tally::open(folder.path()).unwrap().read(), 1 << 40);
        for bytes in [&b""[..], b"short", &[0; 12], &[255; 300]] {
            std::fs::write(folder.path().join(NAME), bytes).unwrap();
            assert_eq!(tally.read(), 0);
        }
    }
}
