//! Changes built by hand, as a program that keeps no rule would write them.

use allymap_document::ActorId;
use sha2::{Digest, Sha256};

/// A change chunk with these columns.
pub struct Chunk<'a> {
    pub deps: &'a [[u8; 32]],
    pub actor: ActorId,
    pub seq: u64,
    pub start_op: u64,
    pub others: &'a [ActorId],
    pub columns: &'a [(u64, Vec<u8>)],
}

impl Chunk<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let mut body = unsigned(self.deps.len() as u64);
        self.deps.iter().for_each(|dep| body.extend(dep));
        body.push(16);
        body.extend(self.actor.0);
        body.extend(unsigned(self.seq));
        body.extend(unsigned(self.start_op));
        body.extend([0, 0]); // time, message
        body.extend(unsigned(self.others.len() as u64));
        for other in self.others {
            body.push(16);
            body.extend(other.0);
        }
        body.extend(unsigned(self.columns.len() as u64));
        for (spec, bytes) in self.columns {
            body.extend(unsigned(*spec));
            body.extend(unsigned(bytes.len() as u64));
        }
        self.columns.iter().for_each(|(_, bytes)| body.extend(bytes));
        sealed(&body)
    }
}

/// The columns of one operation on one key: what it does, the value's kind and bytes, and whose operation (an index into the
/// others, from 1, and a counter) it replaces.
pub fn one(key: &str, action: u64, (kind, value): (u64, &[u8]), replaces: Option<(u64, u64)>) -> Vec<(u64, Vec<u8>)> {
    let single = |number: u64| [vec![0x7f], unsigned(number)].concat();
    let mut columns = vec![
        (0x15, [vec![0x7f], unsigned(key.len() as u64), key.as_bytes().to_vec()].concat()),
        (0x34, vec![1]),
        (0x42, single(action)),
        (0x56, single((value.len() as u64) << 4 | kind)),
    ];
    if !value.is_empty() {
        columns.push((0x57, value.to_vec()));
    }
    columns.push((0x70, single(u64::from(replaces.is_some()))));
    if let Some((actor, counter)) = replaces {
        columns.push((0x71, single(actor)));
        columns.push((0x73, [vec![0x7f], signed(counter as i64)].concat()));
    }
    columns
}

/// One run that stands for so many operations.
pub fn bomb(operations: i64) -> Vec<(u64, Vec<u8>)> {
    let run = signed(operations);
    vec![
        (0x15, [run.clone(), vec![3, b'f', b'/', b'a']].concat()),
        (0x34, unsigned(operations as u64)),
        (0x42, [run.clone(), vec![1]].concat()),
        (0x56, [run.clone(), vec![2]].concat()),
        (0x70, [run, vec![0]].concat()),
    ]
}

fn sealed(body: &[u8]) -> Vec<u8> {
    let mut rest = vec![1];
    rest.extend(unsigned(body.len() as u64));
    rest.extend(body);
    let hash = Sha256::digest(&rest);
    [&[0x85, 0x6f, 0x4a, 0x83], &hash[..4], &rest].concat()
}

fn unsigned(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn signed(mut number: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = number as u8 & 0x7f;
        number >>= 7;
        if (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0) {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}
