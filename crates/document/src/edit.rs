//! Writing: one edit is at most one change, and an edit that fails leaves no trace.

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{Automerge, ObjType, ROOT, ReadDoc};

use crate::chunk::Chunk;
use crate::guard::guarded;
use crate::keys::{Shape, shape};
use crate::limits::{MAX_CHANGE_BYTES, MAX_OPERATIONS_PER_RECORD};
use crate::read;
use crate::value::{ActId, Value};

/// A document being edited: everything [`Document`](crate::Document) reads about the present, and the writing verbs.
pub struct Edit<'a> {
    transaction: Transaction<'a>,
    creating: bool,
}

/// Pairs of letters that are worth comparing to find what two texts share: about a thousand changed letters.
const COMPARED: usize = 1 << 20;

/// Why one write was refused. The edit may go on or give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The key is not in the vocabulary, or stands for something else than what was to be written.
    #[error("this key cannot hold that")]
    Key,
    /// `Value::Unknown` was to be written: what an older version does not understand it cannot write.
    #[error("a value from a newer version cannot be written")]
    UnknownValue,
    /// Assertions, log lines and links are written once.
    #[error("a row is written once, and this key is taken")]
    Taken,
    /// Texts are made when the document is created: two devices that made one later would lose one side's words.
    #[error("a text is made only when the entry is created")]
    LateText,
    /// There is no text under this key.
    #[error("there is no text under this key")]
    NoText,
    /// Automerge refused.
    #[error("the document did not take it")]
    Document,
}

/// Why a whole edit was refused. The document is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("editing this document failed inside the merging engine")]
    Panicked,
    #[error("this edit makes {operations} operations; {limit} fit")]
    TooManyOperations { operations: u64, limit: u64 },
    #[error("this edit takes {bytes} bytes; {limit} fit")]
    TooLarge { bytes: usize, limit: usize },
}

impl Edit<'_> {
    /// Set a register (`kind`, `f/`, `s/`). Nothing is written when it already holds just this value.
    pub fn put(&mut self, key: &str, value: Value) -> Result<(), WriteError> {
        expect_shape(key, Shape::Register)?;
        let scalar = value.to_automerge().ok_or(WriteError::UnknownValue)?;
        let current = read::values(&self.transaction, key);
        if let [(only, _)] = current.as_slice()
            && *only == value
        {
            return Ok(());
        }
        self.transaction.put(ROOT, key, scalar).map_err(|_| WriteError::Document)
    }

    /// Empty a register. Nothing is written when it is empty.
    pub fn remove(&mut self, key: &str) -> Result<(), WriteError> {
        expect_shape(key, Shape::Register)?;
        if read::value(&self.transaction, key).is_none() {
            return Ok(());
        }
        self.transaction.delete(ROOT, key).map_err(|_| WriteError::Document)
    }

    /// Make a text (`t/`), possible only in the edit that creates the document.
    pub fn make_text(&mut self, key: &str, initial: &str) -> Result<(), WriteError> {
        expect_shape(key, Shape::Text)?;
        if !self.creating {
            return Err(WriteError::LateText);
        }
        if read::value(&self.transaction, key).is_some() {
            return Err(WriteError::Taken);
        }
        let object = self.transaction.put_object(ROOT, key, ObjType::Text).map_err(|_| WriteError::Document)?;
        self.transaction.splice_text(&object, 0, 0, initial).map_err(|_| WriteError::Document)
    }

    /// Change a text into another, touching only the letters that differ.
    pub fn update_text(&mut self, key: &str, new: &str) -> Result<(), WriteError> {
        expect_shape(key, Shape::Text)?;
        let object = read::text_object(&self.transaction, key).ok_or(WriteError::NoText)?;
        let old = self.transaction.text(&object).map_err(|_| WriteError::Document)?;
        if old == new {
            return Ok(());
        }
        let (old, new_letters): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let same = |(a, b): &(&char, &char)| a == b;
        let head = old.iter().zip(&new_letters).take_while(same).count();
        let tail = old[head..].iter().rev().zip(new_letters[head..].iter().rev()).take_while(same).count();
        let (gone, come) = (&old[head..old.len() - tail], &new_letters[head..new_letters.len() - tail]);
        let written = if gone.len() * come.len() <= COMPARED {
            self.transaction.update_text(&object, new)
        } else {
            // A text that was pasted over: comparing every letter with every other takes minutes and finds nothing to keep.
            let come: String = come.iter().collect();
            self.transaction.splice_text(&object, head, gone.len() as isize, &come)
        };
        written.map_err(|_| WriteError::Document)
    }

    /// Write an assertion, a log line or a link (`a/`, `l/`, `x/`) at a fresh random id.
    pub fn append(&mut self, key: &str, bytes: Vec<u8>) -> Result<(), WriteError> {
        expect_shape(key, Shape::Row)?;
        if read::value(&self.transaction, key).is_some() {
            return Err(WriteError::Taken);
        }
        self.transaction.put(ROOT, key, bytes).map_err(|_| WriteError::Document)
    }

    /// True in the edit that creates the document.
    pub fn creating(&self) -> bool {
        self.creating
    }

    /// Root keys, sorted.
    pub fn keys(&self) -> Vec<String> {
        read::keys(&self.transaction)
    }

    /// The winning value.
    pub fn value(&self, key: &str) -> Option<Value> {
        read::value(&self.transaction, key)
    }

    /// All concurrent values, the winner first.
    pub fn values(&self, key: &str) -> Vec<Value> {
        read::values(&self.transaction, key).into_iter().map(|(value, _)| value).collect()
    }

    /// The letters of a text.
    pub fn text(&self, key: &str) -> Option<String> {
        read::text(&self.transaction, key)
    }
}

/// What became of an edit made on a trial copy.
pub(crate) struct Edited<T> {
    pub trial: Automerge,
    pub value: T,
    /// None when nothing was written.
    pub change: Option<automerge::Change>,
}

/// Edit a trial copy. `Ok(Err)` and `Err` leave nothing to keep.
pub(crate) fn edit<T, E>(
    mut trial: Automerge,
    act: ActId,
    change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
) -> Result<Result<Edited<T>, E>, EditError> {
    guarded(move || {
        let creating = trial.is_empty();
        let limit = MAX_OPERATIONS_PER_RECORD;
        let (value, operations, hash) = {
            let mut edit = Edit { transaction: trial.transaction(), creating };
            let value = match change(&mut edit) {
                Ok(value) => value,
                Err(error) => return Ok(Err(error)),
            };
            let operations = edit.transaction.pending_ops() as u64;
            if operations > limit {
                return Err(EditError::TooManyOperations { operations, limit });
            }
            // Time tells more about people than the map needs, so it is always 0.
            let options = CommitOptions::default().with_message(act.to_message()).with_time(0);
            let (hash, _) = edit.transaction.commit_with(options);
            (value, operations, hash)
        };
        let change = hash.and_then(|hash| trial.get_change_by_hash(&hash));
        if let Some(change) = &change {
            let bytes = change.raw_bytes().len();
            if bytes > MAX_CHANGE_BYTES {
                return Err(EditError::TooLarge { bytes, limit: MAX_CHANGE_BYTES });
            }
            // Whatever another device would refuse for its size is better refused here.
            if Chunk::parse(change.raw_bytes()).is_err() {
                return Err(EditError::TooManyOperations { operations, limit });
            }
        }
        Ok(Ok(Edited { trial, value, change }))
    })
    .unwrap_or(Err(EditError::Panicked))
}

fn expect_shape(key: &str, expected: Shape) -> Result<(), WriteError> {
    if shape(key) == Some(expected) { Ok(()) } else { Err(WriteError::Key) }
}
