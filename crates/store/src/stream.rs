//! A store as a stream: the backup, and the way from one engine to another.
//!
//! | Bytes | What |
//! | --- | --- |
//! | 13 | `allymap rows ` |
//! | 4 | format, big endian |
//! | per row: 1 ‖ 4 ‖ 4 ‖ key ‖ value | the number 1, the lengths of key and value, big endian, and both |
//! | 1 ‖ 8 | the number 0, how many rows there were, big endian |
//! | 32 | SHA-256 of everything before it |

use std::io::{self, ErrorKind, Read, Write};

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::{MAX_KEY_BYTES, MAX_VALUE_BYTES};

const MAGIC: &[u8; 13] = b"allymap rows ";
const FORMAT: u32 = 1;
const END: u8 = 0;
const ROW: u8 = 1;

/// Writes a stream, row by row.
pub(crate) struct Writer<'a> {
    to: &'a mut dyn Write,
    digest: Sha256,
    rows: u64,
}

impl<'a> Writer<'a> {
    pub(crate) fn begin(to: &'a mut dyn Write) -> Result<Writer<'a>, Error> {
        let mut writer = Writer { to, digest: Sha256::new(), rows: 0 };
        writer.bytes(MAGIC)?;
        writer.bytes(&FORMAT.to_be_bytes())?;
        Ok(writer)
    }

    pub(crate) fn row(&mut self, key: &[u8], value: &[u8]) -> Result<(), Error> {
        self.bytes(&[ROW])?;
        for part in [key, value] {
            let length = u32::try_from(part.len()).expect("a store takes nothing that long");
            self.bytes(&length.to_be_bytes())?;
        }
        self.bytes(key)?;
        self.bytes(value)?;
        self.rows += 1;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.bytes(&[END])?;
        self.bytes(&self.rows.to_be_bytes())?;
        let digest = self.digest.finalize();
        self.to.write_all(&digest).and_then(|()| self.to.flush()).map_err(Error::Stream)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.digest.update(bytes);
        self.to.write_all(bytes).map_err(Error::Stream)
    }
}

/// Reads a stream to its end and hands out its rows. They count only once this has returned without an error.
pub(crate) fn read(
    from: &mut dyn Read,
    row: &mut dyn FnMut(Vec<u8>, Vec<u8>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = Reader { from, digest: Sha256::new() };
    if reader.array()? != *MAGIC {
        return Err(Error::Altered);
    }
    let found = u32::from_be_bytes(reader.array()?);
    if found > FORMAT {
        return Err(Error::NewerFormat { found, known: FORMAT });
    }
    let mut rows = 0_u64;
    loop {
        match reader.array()? {
            [ROW] => {
                let key_bytes = reader.length(MAX_KEY_BYTES)?;
                let value_bytes = reader.length(MAX_VALUE_BYTES)?;
                let key = reader.bytes(key_bytes)?;
                row(key, reader.bytes(value_bytes)?)?;
                rows += 1;
            }
            [END] if u64::from_be_bytes(reader.array()?) == rows => break,
            _ => return Err(Error::Altered),
        }
    }
    let digest = reader.digest.clone().finalize();
    if reader.array::<32>()? != *digest {
        return Err(Error::Altered);
    }
    match reader.from.read(&mut [0]).map_err(Error::Stream)? {
        0 => Ok(()),
        _ => Err(Error::Altered),
    }
}

struct Reader<'a> {
    from: &'a mut dyn Read,
    digest: Sha256,
}

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        self.from.read_exact(&mut array).map_err(failure)?;
        self.digest.update(array);
        Ok(array)
    }

    fn length(&mut self, limit: usize) -> Result<usize, Error> {
        let length = u32::from_be_bytes(self.array()?) as usize;
        if length <= limit { Ok(length) } else { Err(Error::Altered) }
    }

    /// Grows with what comes, so that a length that promises too much costs nothing.
    fn bytes(&mut self, length: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let came = Read::take(&mut *self.from, length as u64).read_to_end(&mut bytes).map_err(failure)?;
        self.digest.update(&bytes);
        if came == length { Ok(bytes) } else { Err(Error::Altered) }
    }
}

fn failure(error: io::Error) -> Error {
    if error.kind() == ErrorKind::UnexpectedEof { Error::Altered } else { Error::Stream(error) }
}
