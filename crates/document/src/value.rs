//! Ids and values as the rest of the program sees them.

use std::fmt;

use automerge::ScalarValue;

/// Who writes: every change carries the id of the actor that made it. Derived from a device's signing key and a salt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(pub [u8; 16]);

/// The name of a change: SHA-256 over its bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

/// A random id of one command, written as the message (32 hex digits) of every change the command makes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActId(pub [u8; 16]);

/// A scalar under a root key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A string that is replaced as a whole.
    Text(String),
    Int(i64),
    Bool(bool),
    Bytes(Vec<u8>),
    /// Something that a newer version wrote, or an object. It is shown as such and never written back.
    Unknown,
}

/// A value and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub value: Value,
    pub actor: ActorId,
    pub change: ChangeHash,
}

impl ActId {
    pub(crate) fn to_message(self) -> String {
        hex(&self.0)
    }

    /// The act of a change, if its message is one. A message of any other form belongs to no act.
    pub(crate) fn from_message(message: &str) -> Option<ActId> {
        let digits = message.as_bytes();
        if digits.len() != 32 {
            return None;
        }
        let mut id = [0; 16];
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(ActId(id))
    }
}

impl ActorId {
    /// None for an actor of another length: none of ours, refused at the door.
    pub(crate) fn from_automerge(actor: &automerge::ActorId) -> Option<ActorId> {
        actor.to_bytes().try_into().ok().map(ActorId)
    }
}

impl From<ActorId> for automerge::ActorId {
    fn from(actor: ActorId) -> automerge::ActorId {
        automerge::ActorId::from(&actor.0[..])
    }
}

impl From<automerge::ChangeHash> for ChangeHash {
    fn from(hash: automerge::ChangeHash) -> ChangeHash {
        ChangeHash(hash.0)
    }
}

impl From<ChangeHash> for automerge::ChangeHash {
    fn from(hash: ChangeHash) -> automerge::ChangeHash {
        automerge::ChangeHash(hash.0)
    }
}

impl Value {
    pub(crate) fn from_automerge(value: &automerge::Value<'_>) -> Value {
        let automerge::Value::Scalar(scalar) = value else { return Value::Unknown };
        match scalar.as_ref() {
            ScalarValue::Str(text) => Value::Text(text.to_string()),
            ScalarValue::Int(number) => Value::Int(*number),
            ScalarValue::Boolean(flag) => Value::Bool(*flag),
            ScalarValue::Bytes(bytes) => Value::Bytes(bytes.clone()),
            _ => Value::Unknown,
        }
    }

    /// None for `Unknown`, which cannot be written.
    pub(crate) fn to_automerge(&self) -> Option<ScalarValue> {
        Some(match self {
            Value::Text(text) => ScalarValue::Str(text.as_str().into()),
            Value::Int(number) => ScalarValue::Int(*number),
            Value::Bool(flag) => ScalarValue::Boolean(*flag),
            Value::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
            Value::Unknown => return None,
        })
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorId({})", hex(&self.0))
    }
}

impl fmt::Debug for ChangeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChangeHash({})", hex(&self.0))
    }
}

impl fmt::Debug for ActId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActId({})", hex(&self.0))
    }
}

/// Says the kind only: values are names and notes, which no log may hold.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Value::Int(_) => write!(f, "Int"),
            Value::Bool(_) => write!(f, "Bool"),
            Value::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Value::Unknown => write!(f, "Unknown"),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_id_survives_being_a_message() {
        let act = ActId([0, 1, 2, 3, 0x7f, 0x80, 0xff, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(ActId::from_message(&act.to_message()), Some(act));
    }

    #[test]
    fn a_message_in_another_form_belongs_to_no_act() {
        let capitals = "ABCDEF00112233445566778899aabbcc";
        for message in ["", "hello", capitals, "0123", "äöüäöüäöüäöüäöüä"] {
            assert_eq!(ActId::from_message(message), None, "{message}");
        }
    }

    #[test]
    fn a_value_in_a_log_shows_no_content() {
        let shown = format!("{:?} {:?}", Value::Text("Rosa Invented".into()), Value::Bytes(b"Rosa".to_vec()));
        assert!(!shown.contains("Rosa"), "{shown}");
    }
}
