//! Our own bounded reading of a change's bytes, before Automerge sees one of them.
//!
//! A change chunk is: magic (4 bytes) · checksum (4) · type (1) · length (LEB128) · body. The body holds dependencies, actor,
//! counters, message, other actors, and the operations as run-length coded columns, where a hundred bytes can stand for
//! millions of operations. So operations are counted from the runs first; then every column is read to its end and every
//! reference checked. The change's name is SHA-256 over type, length and body; the checksum is its first four bytes.

use sha2::{Digest, Sha256};

use crate::limits::{
    MAX_COUNTER, MAX_DEPENDENCIES, MAX_KEY_BYTES, MAX_MESSAGE_BYTES, MAX_OPERATIONS_PER_RECORD, MAX_OTHER_ACTORS,
};
use crate::refusal::Refusal;
use crate::value::{ActId, ActorId, ChangeHash};

/// What a change says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkHeader {
    pub hash: ChangeHash,
    pub actor: ActorId,
    /// 1 for the actor's first change to a document.
    pub seq: u64,
    /// The counter of its first operation.
    pub start_op: u64,
    pub deps: Vec<ChangeHash>,
    /// Counted in the columns.
    pub operations: u64,
    /// What its operations say they replace, counted in the columns.
    pub preds: u64,
    /// None when the message is no act id.
    pub act: Option<ActId>,
}

/// Read one uncompressed change chunk without Automerge, and without allocating more than the chunk is long.
pub fn inspect(chunk: &[u8]) -> Result<ChunkHeader, Refusal> {
    Ok(Chunk::parse(chunk)?.header)
}

/// The names of changes, recomputed from their bytes.
pub fn change_hashes(changes: &[Vec<u8>]) -> Result<Vec<ChangeHash>, Refusal> {
    changes.iter().map(|chunk| container(chunk).map(|(hash, _)| hash)).collect()
}

/// A change whose counts are within the limits.
pub(crate) struct Chunk<'a> {
    pub header: ChunkHeader,
    /// The author first; references in the columns are indexes into this.
    pub actors: Vec<ActorId>,
    columns: [&'a [u8]; COLUMNS.len()],
}

/// One operation. Its own id is the change's `start_op` plus its place, and the change's actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation<'a> {
    pub object: Object,
    pub key: Key<'a>,
    pub inserts: bool,
    pub action: Action,
    pub value: Scalar<'a>,
    /// The operations that this one replaces.
    pub preds: Vec<Id>,
}

/// An operation's name: its counter and its actor.
pub(crate) type Id = (u64, ActorId);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    Root,
    /// By the operation that made it.
    Made(Id),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    Name(&'a str),
    /// Before the first element of a list or a text.
    Head,
    /// An element, by the operation that inserted it.
    Element(Id),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Put,
    MakeMap,
    MakeList,
    MakeText,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar<'a> {
    Bytes(&'a [u8]),
    Text,
    Other,
}

impl<'a> Chunk<'a> {
    pub(crate) fn parse(chunk: &'a [u8]) -> Result<Chunk<'a>, Refusal> {
        let (hash, body) = container(chunk)?;
        let mut reader = Reader(body);

        let deps = (0..reader.count(MAX_DEPENDENCIES)?)
            .map(|_| Ok(ChangeHash(reader.array()?)))
            .collect::<Result<Vec<_>, Refusal>>()?;
        let author = reader.actor()?;
        let seq = reader.unsigned()?;
        let start_op = reader.unsigned()?;
        if seq == 0 || start_op == 0 {
            return Err(Refusal::Malformed);
        }
        reader.signed()?; // time
        let message = reader.prefixed(MAX_MESSAGE_BYTES)?;
        let message = std::str::from_utf8(message).map_err(|_| Refusal::Malformed)?;
        let mut actors = vec![author];
        for _ in 0..reader.count(MAX_OTHER_ACTORS)? {
            actors.push(reader.actor()?);
        }

        let columns = reader.columns()?;
        // What follows the columns is a footer that we never write.
        if !reader.0.is_empty() {
            return Err(Refusal::Malformed);
        }

        let operations = sum_of_runs(columns[ACTION], |_| 1)?;
        let preds = sum_of_runs(columns[PRED_COUNT], |count| count)?;
        if operations > MAX_OPERATIONS_PER_RECORD || preds > MAX_OPERATIONS_PER_RECORD {
            return Err(Refusal::TooManyOperations {
                operations: operations.max(preds),
                limit: MAX_OPERATIONS_PER_RECORD,
            });
        }
        if operations == 0 {
            return Err(Refusal::Malformed);
        }
        if start_op.saturating_add(operations) > MAX_COUNTER {
            return Err(Refusal::CounterJump { start_op, expected: None });
        }

        let act = ActId::from_message(message);
        Ok(Chunk {
            header: ChunkHeader { hash, actor: author, seq, start_op, deps, operations, preds, act },
            actors,
            columns,
        })
    }

    /// Read every column to its end and check every reference. At most `MAX_OPERATIONS_PER_RECORD` come back.
    pub(crate) fn operations(&self) -> Result<Vec<Operation<'a>>, Refusal> {
        let column = |index: usize| Reader(self.columns[index]);
        let mut object_actor = Runs::new(column(OBJECT_ACTOR), Reader::unsigned);
        let mut object_counter = Runs::new(column(OBJECT_COUNTER), Reader::unsigned);
        let mut key_actor = Runs::new(column(KEY_ACTOR), Reader::unsigned);
        let mut key_counter = Deltas::new(column(KEY_COUNTER));
        let mut key_name = Runs::new(column(KEY_NAME), Reader::name);
        let mut insert = Flags::new(column(INSERT));
        let mut action = Runs::new(column(ACTION), Reader::unsigned);
        let mut value_meta = Runs::new(column(VALUE_META), Reader::unsigned);
        let mut value = column(VALUE);
        let mut pred_count = Runs::new(column(PRED_COUNT), Reader::unsigned);
        let mut pred_actor = Runs::new(column(PRED_ACTOR), Reader::unsigned);
        let mut pred_counter = Deltas::new(column(PRED_COUNTER));
        let mut expand = Flags::new(column(EXPAND));
        let mut mark_name = Runs::new(column(MARK_NAME), Reader::name);

        let mut operations = Vec::with_capacity(self.header.operations as usize);
        for own_counter in self.header.start_op..self.header.start_op + self.header.operations {
            let object = match (object_actor.next()?, object_counter.next()?) {
                (None, None) => Object::Root,
                (Some(actor), Some(counter)) => Object::Made(self.id(actor, counter, own_counter)?),
                _ => return Err(Refusal::Malformed),
            };
            let key = match (key_actor.next()?, key_counter.next()?, key_name.next()?) {
                (None, None, Some(name)) if !name.is_empty() => Key::Name(name),
                (None, Some(0), None) => Key::Head,
                (Some(actor), Some(counter), None) => {
                    Key::Element(self.id(actor, counter.cast_unsigned(), own_counter)?)
                }
                _ => return Err(Refusal::Malformed),
            };
            let inserts = insert.next()?.ok_or(Refusal::Malformed)?;
            let action = match action.next()?.ok_or(Refusal::Malformed)? {
                0 => Action::MakeMap,
                1 => Action::Put,
                2 => Action::MakeList,
                3 => Action::Delete,
                4 => Action::MakeText,
                // Counters, tables and marks: no version of this program writes them, and they are where Automerge is thinnest.
                _ => return Err(Refusal::Malformed),
            };
            let meta = value_meta.next()?.ok_or(Refusal::Malformed)?;
            let bytes = value.take(usize::try_from(meta >> 4).map_err(|_| Refusal::Malformed)?)?;
            let value = match meta & 15 {
                0..=2 if !bytes.is_empty() => return Err(Refusal::Malformed),
                6 if std::str::from_utf8(bytes).is_err() => return Err(Refusal::Malformed),
                6 => Scalar::Text,
                7 => Scalar::Bytes(bytes),
                _ => Scalar::Other,
            };
            let mut preds = Vec::new();
            for _ in 0..pred_count.next()?.unwrap_or(0) {
                let (Some(actor), Some(counter)) = (pred_actor.next()?, pred_counter.next()?) else {
                    return Err(Refusal::Malformed);
                };
                preds.push(self.id(actor, counter.cast_unsigned(), own_counter)?);
            }
            expand.next()?;
            mark_name.next()?;
            operations.push(Operation { object, key, inserts, action, value, preds });
        }

        let ended = object_actor.ended()
            && object_counter.ended()
            && key_actor.ended()
            && key_counter.0.ended()
            && key_name.ended()
            && insert.ended()
            && action.ended()
            && value_meta.ended()
            && value.0.is_empty()
            && pred_count.ended()
            && pred_actor.ended()
            && pred_counter.0.ended()
            && expand.ended()
            && mark_name.ended();
        if ended { Ok(operations) } else { Err(Refusal::Malformed) }
    }

    /// A reference may only point at something earlier: counters grow along every path of history.
    fn id(&self, actor: u64, counter: u64, own_counter: u64) -> Result<Id, Refusal> {
        let actor = usize::try_from(actor).ok().and_then(|index| self.actors.get(index));
        match actor {
            Some(actor) if (1..own_counter).contains(&counter) => Ok((counter, *actor)),
            _ => Err(Refusal::Malformed),
        }
    }
}

/// The column specifications of a change, in the order in which they must stand: id << 4 | type.
///
/// Types: 0 group, 1 actor, 2 integer, 3 delta, 4 boolean, 5 string, 6 value metadata, 7 value; 8 added means deflated,
/// which an uncompressed change never is.
const COLUMNS: [u64; 14] = [
    0x01, // object: actor
    0x02, // object: counter
    0x11, // key: actor
    0x13, // key: counter
    0x15, // key: name
    0x34, // insert
    0x42, // action
    0x56, // value: type and length
    0x57, // value: bytes
    0x70, // predecessors: how many
    0x71, // predecessors: actor
    0x73, // predecessors: counter
    0x94, // mark: expands
    0xa5, // mark: name
];
const OBJECT_ACTOR: usize = 0;
const OBJECT_COUNTER: usize = 1;
const KEY_ACTOR: usize = 2;
const KEY_COUNTER: usize = 3;
const KEY_NAME: usize = 4;
const INSERT: usize = 5;
const ACTION: usize = 6;
const VALUE_META: usize = 7;
const VALUE: usize = 8;
const PRED_COUNT: usize = 9;
const PRED_ACTOR: usize = 10;
const PRED_COUNTER: usize = 11;
const EXPAND: usize = 12;
const MARK_NAME: usize = 13;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// The name and the body of a change chunk that is whole and uncompressed.
fn container(chunk: &[u8]) -> Result<(ChangeHash, &[u8]), Refusal> {
    let mut reader = Reader(chunk);
    if reader.array()? != MAGIC {
        return Err(Refusal::Malformed);
    }
    let checksum: [u8; 4] = reader.array()?;
    match reader.array::<1>()? {
        [1] => {}
        [2] => return Err(Refusal::Compressed),
        _ => return Err(Refusal::Malformed),
    }
    // LEB128 has one shortest form and we accept no other, so these are the very bytes that Automerge hashes.
    let length_and_body = reader.0;
    let length = reader.unsigned()?;
    if usize::try_from(length) != Ok(reader.0.len()) {
        return Err(Refusal::Malformed);
    }
    let hash: [u8; 32] = Sha256::new().chain_update([1]).chain_update(length_and_body).finalize().into();
    if hash[..4] != checksum {
        return Err(Refusal::Malformed);
    }
    Ok((ChangeHash(hash), reader.0))
}

/// Add up a column of unsigned numbers run by run, in time proportional to its bytes.
fn sum_of_runs(column: &[u8], weight: impl Fn(u64) -> u64) -> Result<u64, Refusal> {
    let mut reader = Reader(column);
    let mut sum = 0u64;
    while !reader.0.is_empty() {
        match reader.signed()? {
            0 => return Err(Refusal::Malformed),
            run @ 1.. => sum = sum.saturating_add(weight(reader.unsigned()?).saturating_mul(run.unsigned_abs())),
            literals => {
                for _ in 0..literals.unsigned_abs() {
                    sum = sum.saturating_add(weight(reader.unsigned()?));
                }
            }
        }
    }
    Ok(sum)
}

/// Bytes still to be read.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Refusal> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Refusal::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        Ok(self.take(N)?.try_into().expect("as many bytes were taken"))
    }

    /// Unsigned LEB128 in its shortest form.
    fn unsigned(&mut self) -> Result<u64, Refusal> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let overlong = shift > 0 && byte == 0;
                let overflow = shift == 63 && byte > 1;
                return if overlong || overflow { Err(Refusal::Malformed) } else { Ok(number) };
            }
        }
        Err(Refusal::Malformed)
    }

    /// Signed LEB128 in its shortest form.
    fn signed(&mut self) -> Result<i64, Refusal> {
        let mut number = 0i64;
        let mut previous = 0u8;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let overflow = shift == 63 && byte != 0 && byte != 0x7f;
                let overlong =
                    shift > 0 && ((byte == 0 && previous & 0x40 == 0) || (byte == 0x7f && previous & 0x40 != 0));
                if overflow || overlong {
                    return Err(Refusal::Malformed);
                }
                if shift < 63 && byte & 0x40 != 0 {
                    number |= -1 << (shift + 7);
                }
                return Ok(number);
            }
            previous = byte;
        }
        Err(Refusal::Malformed)
    }

    fn count(&mut self, limit: u64) -> Result<u64, Refusal> {
        let count = self.unsigned()?;
        if count <= limit { Ok(count) } else { Err(Refusal::Malformed) }
    }

    fn prefixed(&mut self, limit: u64) -> Result<&'a [u8], Refusal> {
        let length = self.count(limit)?;
        self.take(usize::try_from(length).map_err(|_| Refusal::Malformed)?)
    }

    fn actor(&mut self) -> Result<ActorId, Refusal> {
        self.prefixed(16)?.try_into().map(ActorId).map_err(|_| Refusal::Malformed)
    }

    fn name(&mut self) -> Result<&'a str, Refusal> {
        std::str::from_utf8(self.prefixed(MAX_KEY_BYTES as u64)?).map_err(|_| Refusal::Malformed)
    }

    /// The columns we know, each at most once and in order. Automerge would drop any other, and the change would lose its name.
    fn columns(&mut self) -> Result<[&'a [u8]; COLUMNS.len()], Refusal> {
        let mut lengths = [0usize; COLUMNS.len()];
        let mut next = 0;
        for _ in 0..self.count(COLUMNS.len() as u64)? {
            let spec = self.unsigned()?;
            let at = COLUMNS[next..].iter().position(|known| *known == spec).ok_or(Refusal::Malformed)? + next;
            lengths[at] = usize::try_from(self.unsigned()?).map_err(|_| Refusal::Malformed)?;
            next = at + 1;
        }
        let mut columns = [&[][..]; COLUMNS.len()];
        for (column, length) in columns.iter_mut().zip(lengths) {
            *column = self.take(length)?;
        }
        Ok(columns)
    }
}

/// A run-length column: n > 0 repeats the value that follows, n < 0 announces -n single values, 0 announces a run of nulls.
struct Runs<'a, T> {
    reader: Reader<'a>,
    read: fn(&mut Reader<'a>) -> Result<T, Refusal>,
    left: u64,
    /// None while single values are read.
    repeated: Option<Option<T>>,
}

impl<'a, T: Copy> Runs<'a, T> {
    fn new(reader: Reader<'a>, read: fn(&mut Reader<'a>) -> Result<T, Refusal>) -> Runs<'a, T> {
        Runs { reader, read, left: 0, repeated: None }
    }

    /// The next value; a null and the end of the column are both none, as Automerge has it.
    fn next(&mut self) -> Result<Option<T>, Refusal> {
        if self.left == 0 {
            if self.reader.0.is_empty() {
                return Ok(None);
            }
            match self.reader.signed()? {
                0 => {
                    self.left = self.reader.unsigned()?;
                    self.repeated = Some(None);
                }
                run @ 1.. => {
                    self.left = run.unsigned_abs();
                    self.repeated = Some(Some((self.read)(&mut self.reader)?));
                }
                literals => {
                    self.left = literals.unsigned_abs();
                    self.repeated = None;
                }
            }
            if self.left == 0 {
                return Err(Refusal::Malformed);
            }
        }
        self.left -= 1;
        match self.repeated {
            Some(value) => Ok(value),
            None => (self.read)(&mut self.reader).map(Some),
        }
    }

    fn ended(&self) -> bool {
        self.left == 0 && self.reader.0.is_empty()
    }
}

/// A run-length column of differences.
struct Deltas<'a>(Runs<'a, i64>, i64);

impl<'a> Deltas<'a> {
    fn new(reader: Reader<'a>) -> Deltas<'a> {
        Deltas(Runs::new(reader, Reader::signed), 0)
    }

    fn next(&mut self) -> Result<Option<i64>, Refusal> {
        let Some(delta) = self.0.next()? else { return Ok(None) };
        self.1 = self.1.checked_add(delta).ok_or(Refusal::Malformed)?;
        Ok(Some(self.1))
    }
}

/// A column of booleans: the lengths of runs of false and true in turn, false first.
struct Flags<'a> {
    reader: Reader<'a>,
    left: u64,
    value: bool,
}

impl<'a> Flags<'a> {
    fn new(reader: Reader<'a>) -> Flags<'a> {
        Flags { reader, left: 0, value: true }
    }

    fn next(&mut self) -> Result<Option<bool>, Refusal> {
        while self.left == 0 {
            if self.reader.0.is_empty() {
                return Ok(None);
            }
            self.left = self.reader.unsigned()?;
            self.value = !self.value;
        }
        self.left -= 1;
        Ok(Some(self.value))
    }

    fn ended(&self) -> bool {
        self.left == 0 && self.reader.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_their_shortest_form_only() {
        let unsigned = |bytes: &[u8]| Reader(bytes).unsigned().ok();
        assert_eq!(unsigned(&[0]), Some(0));
        assert_eq!(unsigned(&[0x80, 1]), Some(128));
        assert_eq!(unsigned(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), Some(u64::MAX));
        assert_eq!(unsigned(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]), None);
        assert_eq!(unsigned(&[0x80, 0]), None, "overlong");
        assert_eq!(unsigned(&[0x80]), None, "cut");

        let signed = |bytes: &[u8]| Reader(bytes).signed().ok();
        assert_eq!(signed(&[0x7f]), Some(-1));
        assert_eq!(signed(&[0xc0, 0]), Some(64));
        assert_eq!(signed(&[0x80, 0x7f]), Some(-128));
        assert_eq!(signed(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]), Some(i64::MIN));
        assert_eq!(signed(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]), None);
        assert_eq!(signed(&[0xff, 0x7f]), None, "overlong");
    }

    #[test]
    fn runs_are_added_up_without_being_walked() {
        // 2^62 times the value 3, then two single values, then more than 64 bits can count.
        let long = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xc0, 0, 3];
        assert_eq!(sum_of_runs(&long, |_| 1), Ok(1 << 62));
        assert_eq!(sum_of_runs(&[0x7e, 4, 5], |value| value), Ok(9));
        assert_eq!(sum_of_runs(&[&long[..], &long, &long, &long, &long].concat(), |value| value), Ok(u64::MAX));
        assert_eq!(sum_of_runs(&[0, 5], |_| 1), Err(Refusal::Malformed), "an operation without an action");
    }

    #[test]
    fn a_column_gives_repeated_and_single_values_and_nulls() {
        let mut column = Runs::new(Reader(&[2, 9, 0, 1, 0x7e, 4, 5]), Reader::unsigned);
        let values: Vec<_> = (0..5).map(|_| column.next()).collect();
        assert_eq!(values, [Ok(Some(9)), Ok(Some(9)), Ok(None), Ok(Some(4)), Ok(Some(5))]);
        assert!(column.ended());
        assert_eq!(column.next(), Ok(None));
        assert_eq!(Runs::new(Reader(&[0, 0]), Reader::unsigned).next(), Err(Refusal::Malformed), "a run of no nulls");
    }

    #[test]
    fn differences_add_up_and_do_not_overflow() {
        let mut column = Deltas::new(Reader(&[0x7d, 5, 0x7f, 0]));
        assert_eq!([column.next(), column.next(), column.next()], [Ok(Some(5)), Ok(Some(4)), Ok(Some(4))]);
        let most = [2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];
        let mut column = Deltas::new(Reader(&most));
        assert_eq!([column.next(), column.next()], [Ok(Some(i64::MAX)), Err(Refusal::Malformed)]);
    }

    #[test]
    fn anything_may_come_in_and_nothing_panics() {
        let mut seed = 1u64;
        for length in 0..400 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (seed >> 56) as u8
                })
                .collect();
            assert!(inspect(&bytes).is_err());
            // Behind a right checksum.
            let body = &bytes;
            let mut rest = vec![1];
            let mut left = body.len();
            while left > 0x7f {
                rest.push(left as u8 | 0x80);
                left >>= 7;
            }
            rest.push(left as u8);
            rest.extend(body);
            let hash = Sha256::digest(&rest);
            let chunk = [&MAGIC, &hash[..4], &rest].concat();
            assert!(inspect(&chunk).is_err());
            assert_eq!(change_hashes(&[chunk]), Ok(vec![ChangeHash(hash.into())]));
        }
    }
}
