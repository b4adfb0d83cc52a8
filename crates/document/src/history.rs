//! What the changes say, as against what the present shows: rows that were ever written, who did what, and what is odd.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ObjType, ROOT, ReadDoc};

use crate::chunk::{Action, Chunk, ChunkHeader, Id, Key, Object, Operation, Scalar};
use crate::keys::{Shape, shape};
use crate::limits::MAX_ODDITIES;
use crate::value::{ActId, ActorId, ChangeHash, Value};

/// A row: an assertion, a log line or a link, as its author wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Appended {
    /// The key without the prefix.
    pub id: String,
    pub value: Vec<u8>,
    pub actor: ActorId,
    pub act: Option<ActId>,
    pub change: ChangeHash,
    /// Grows along history: a row whose author had seen another has a greater order. Equal for rows written apart.
    pub order: u64,
}

/// One change, for a history that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeInfo {
    pub hash: ChangeHash,
    pub actor: ActorId,
    pub seq: u64,
    pub act: Option<ActId>,
    pub deps: Vec<ChangeHash>,
    /// Root keys that it wrote, sorted; the letters of a text count for the text's key.
    pub keys: Vec<String>,
}

/// Something that does not belong. Nothing is refused because of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Oddity {
    pub kind: OddityKind,
    pub key: String,
    pub actor: ActorId,
    pub change: ChangeHash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OddityKind {
    /// Somebody wrote over an assertion, a log line or a link. The row still counts, the new value does not.
    RowOverwritten,
    /// Somebody deleted one. It still counts.
    RowDeleted,
    /// A row that is not bytes. It does not count.
    RowNotBytes,
    /// A key that this version does not know.
    UnknownKey,
    /// A value that this version does not know.
    UnknownValue,
    /// An object where a scalar belongs, or an object inside an object.
    NestedObject,
    /// A text made after the document's beginning, or put in another's place.
    LateText,
    /// A change that begins the document anew instead of following what was there.
    SecondBeginning,
    /// A change in a form that only a newer version knows. Rows in it are not listed.
    UnreadableChange,
}

/// A change as the document holds it.
#[derive(Clone, Copy)]
pub(crate) struct Recorded<'a> {
    pub actor: ActorId,
    pub hash: ChangeHash,
    pub bytes: &'a [u8],
}

impl<'a> Recorded<'a> {
    pub(crate) fn new(change: &'a automerge::Change) -> Recorded<'a> {
        // Actors of another length are refused at the door.
        let actor = ActorId::from_automerge(change.actor_id()).unwrap_or(ActorId([0; 16]));
        Recorded { actor, hash: change.hash().into(), bytes: change.raw_bytes() }
    }
}

/// All that is read from the changes, in one pass.
#[derive(Clone, Default)]
pub(crate) struct History {
    changes: BTreeMap<Place, ChangeInfo>,
    /// By full key, place and index in the change, so that a prefix is a range.
    rows: Vec<(String, Appended)>,
    /// The first so many in their own order, whatever the order of arrival.
    oddities: BTreeSet<Oddity>,
    /// The root key that an object belongs to, by the operation that made it.
    objects: BTreeMap<Id, String>,
}

/// Where a change stands among the others, the same on every device: after all that it follows.
type Place = (u64, ChangeHash);

impl History {
    /// Add changes, in any order as long as those a change follows are among them or were added before.
    pub(crate) fn extend<'a>(&mut self, changes: impl IntoIterator<Item = Recorded<'a>>) {
        let mut readable: Vec<Chunk<'a>> = Vec::new();
        for change in changes {
            match Chunk::parse(change.bytes) {
                Ok(chunk) => readable.push(chunk),
                Err(_) => self.unreadable(change.actor, change.hash),
            }
        }
        readable.sort_unstable_by_key(|chunk| (chunk.header.start_op, chunk.header.hash));
        for chunk in &readable {
            match chunk.operations() {
                Ok(operations) => self.add(&chunk.header, &operations),
                Err(_) => self.unreadable(chunk.header.actor, chunk.header.hash),
            }
        }
        self.rows.sort_by(|(_, a), (_, b)| (a.order, a.change, &a.id).cmp(&(b.order, b.change, &b.id)));
    }

    pub(crate) fn appended(&self, prefix: &str) -> Vec<Appended> {
        self.rows
            .iter()
            .filter_map(|(key, row)| {
                let id = key.strip_prefix(prefix)?;
                Some(Appended { id: id.to_owned(), ..row.clone() })
            })
            .collect()
    }

    pub(crate) fn changes(&self) -> Vec<ChangeInfo> {
        self.changes.values().cloned().collect()
    }

    pub(crate) fn oddities(&self, document: &Automerge) -> Vec<Oddity> {
        let mut oddities = self.oddities.clone();
        // The first in this order is the beginning, on every device.
        oddities.extend(self.changes.values().filter(|change| change.deps.is_empty()).skip(1).map(|change| Oddity {
            kind: OddityKind::SecondBeginning,
            key: String::new(),
            actor: change.actor,
            change: change.hash,
        }));
        for item in document.map_range(&ROOT, ..) {
            let Ok(Some((value, id))) = document.get(&ROOT, item.key.as_ref()) else { continue };
            let automerge::ObjId::Id(_, actor, _) = &id else { continue };
            let (Some(actor), Some(change)) = (ActorId::from_automerge(actor), document.hash_for_opid(&id)) else {
                continue;
            };
            let kind = match (shape(&item.key), &value) {
                (None, _) => OddityKind::UnknownKey,
                (Some(Shape::Text), automerge::Value::Object(ObjType::Text)) => continue,
                (Some(_), automerge::Value::Object(_)) => OddityKind::NestedObject,
                // Rows are judged by the changes.
                (Some(Shape::Row), _) => continue,
                (Some(Shape::Register), value) if Value::from_automerge(value) != Value::Unknown => continue,
                (Some(_), _) => OddityKind::UnknownValue,
            };
            oddities.insert(Oddity { kind, key: item.key.to_string(), actor, change: change.into() });
        }
        oddities.into_iter().take(MAX_ODDITIES).collect()
    }

    fn add(&mut self, header: &ChunkHeader, operations: &[Operation<'_>]) {
        let mut keys: Vec<String> = Vec::new();
        for (counter, operation) in (header.start_op..).zip(operations) {
            let key = match (operation.object, operation.key) {
                (Object::Root, Key::Name(key)) => key.to_owned(),
                (Object::Root, _) => continue,
                (Object::Made(made), _) => match self.objects.get(&made) {
                    Some(key) => key.clone(),
                    None => continue,
                },
            };
            if keys.last() != Some(&key) {
                keys.push(key.clone());
            }
            let at_root = operation.object == Object::Root;
            let makes = matches!(operation.action, Action::MakeText | Action::MakeMap | Action::MakeList);
            if makes {
                self.objects.insert((counter, header.actor), key.clone());
            }
            let odd = match (operation.action, shape(&key)) {
                (_, _) if makes && !at_root => Some(OddityKind::NestedObject),
                (Action::MakeText, Some(Shape::Text)) => {
                    (!header.deps.is_empty() || !operation.preds.is_empty()).then_some(OddityKind::LateText)
                }
                (Action::Delete, Some(Shape::Row)) if at_root => Some(OddityKind::RowDeleted),
                (_, Some(Shape::Row)) if at_root && !operation.preds.is_empty() => Some(OddityKind::RowOverwritten),
                (Action::Put, Some(Shape::Row)) if at_root => match operation.value {
                    Scalar::Bytes(bytes) => {
                        let row = Appended {
                            id: String::new(),
                            value: bytes.to_vec(),
                            actor: header.actor,
                            act: header.act,
                            change: header.hash,
                            order: counter,
                        };
                        self.rows.push((key.clone(), row));
                        None
                    }
                    Scalar::Text | Scalar::Other => Some(OddityKind::RowNotBytes),
                },
                (_, Some(Shape::Row)) if at_root => Some(OddityKind::RowNotBytes),
                _ => None,
            };
            if let Some(kind) = odd {
                self.odd(Oddity { kind, key, actor: header.actor, change: header.hash });
            }
        }
        keys.sort_unstable();
        keys.dedup();
        let change = ChangeInfo {
            hash: header.hash,
            actor: header.actor,
            seq: header.seq,
            act: header.act,
            deps: header.deps.clone(),
            keys,
        };
        self.changes.insert((header.start_op, header.hash), change);
    }

    /// Nothing that was accepted or written here is; a document saved by a newer version may be. Better said than left out.
    fn unreadable(&mut self, actor: ActorId, change: ChangeHash) {
        self.odd(Oddity { kind: OddityKind::UnreadableChange, key: String::new(), actor, change });
    }

    fn odd(&mut self, oddity: Oddity) {
        self.oddities.insert(oddity);
        if self.oddities.len() > MAX_ODDITIES {
            self.oddities.pop_last();
        }
    }
}

/// Says whose it is, never what it says.
impl std::fmt::Debug for Appended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Appended")
            .field("id", &self.id)
            .field("bytes", &self.value.len())
            .field("actor", &self.actor)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}
