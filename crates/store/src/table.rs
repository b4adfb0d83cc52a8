//! Rows of callers over the engine's rows: pieces joined, checksums checked, damage stepped over.

use std::ops::{Bound, ControlFlow};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::batch::Batch;
use crate::engine::{Engine, Failure};
use crate::error::Damage;
use crate::pieces::{FIRST, FORMAT, FORMAT_KEY, First, first_key, further_key, further_prefix, split};
use crate::{Report, Row};

pub(crate) struct Table {
    engine: Engine,
    written: AtomicU64,
}

impl Table {
    pub(crate) fn open(folder: &Path, cache_bytes: u64) -> Result<Table, Failure> {
        let engine = Engine::open(folder, cache_bytes)?;
        let written = AtomicU64::new(engine.count()?);
        Ok(Table { engine, written })
    }

    /// Makes the first row of a new table, which goes on counting batches from `written`.
    pub(crate) fn begin(&self, written: u64) -> Result<(), Failure> {
        let mut changes = sled::Batch::default();
        changes.insert(FORMAT_KEY, &FORMAT.to_be_bytes());
        self.apply(changes, written)
    }

    /// How many batches were written since the store was made, roughly: copies count as well.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    pub(crate) fn format(&self) -> Result<u32, Failure> {
        let format = self.engine.get(FORMAT_KEY)?.ok_or(Damage::Page)?;
        Ok(u32::from_be_bytes(format.as_ref().try_into().map_err(|_| Damage::Page)?))
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        match self.engine.get(&first_key(key))? {
            Some(stored) => self.join(key, First::read(key, &stored)?).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn write(&self, batch: &Batch) -> Result<(), Unwritten> {
        let mut changes = sled::Batch::default();
        for (key, value) in batch.iter() {
            let stale = self.pieces_of(key).map_err(Unwritten::Untouched)?;
            let fresh = value.map(|value| split(key, value)).unwrap_or_default();
            for number in 0..stale.max(fresh.len()) {
                let place = match number {
                    0 => first_key(key),
                    _ => further_key(key, u16::try_from(number).expect("pieces are counted in 16 bits")),
                };
                if number > 0 {
                    // A leaf that cannot be read would stop the batch in its middle, and sled would keep the first half. The first
                    // piece's leaf was read just now.
                    self.engine.get(&place).map_err(Unwritten::Untouched)?;
                }
                match fresh.get(number) {
                    Some(piece) => changes.insert(place, &piece[..]),
                    None => changes.remove(place),
                }
            }
        }
        self.apply(changes, self.written() + 1).map_err(Unwritten::Perhaps)
    }

    fn apply(&self, changes: sled::Batch, number: u64) -> Result<(), Failure> {
        self.engine.apply(changes, number)?;
        self.written.store(number, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<Report, Failure> {
        self.walk(prefix, from, &mut |key, first| {
            let value = self.join(key, first)?;
            Ok(visit(key, &value))
        })
    }

    pub(crate) fn scan_keys(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Report, Failure> {
        self.walk(prefix, from, &mut |key, _| Ok(visit(key)))
    }

    pub(crate) fn last(&self, prefix: &[u8]) -> Result<Option<Row>, Failure> {
        let start = first_key(prefix);
        let Some((place, stored)) = self.engine.last(&start, &end_of(&start))? else { return Ok(None) };
        let key = &place[1..];
        let value = self.join(key, First::read(key, &stored)?)?;
        Ok(Some((key.to_vec(), value)))
    }

    fn walk(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], First<'_>) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<Report, Failure> {
        let mut report = Report::default();
        let start = first_key(prefix);
        let end = end_of(&start);
        let start = first_key(from.unwrap_or(prefix)).max(start);
        if start >= end {
            return Ok(report);
        }
        let mut at = Bound::Included(start);
        loop {
            let mut rows = self.engine.range(at.clone(), &end);
            loop {
                match rows.next() {
                    Ok(None) => return Ok(report),
                    Ok(Some((place, stored))) => {
                        let key = &place[1..];
                        match First::read(key, &stored).map_err(Failure::from).and_then(|first| visit(key, first)) {
                            Ok(flow) => {
                                report.ok += 1;
                                if flow.is_break() {
                                    return Ok(report);
                                }
                            }
                            Err(Failure::Damaged(_)) => report.bad += 1,
                            Err(failure) => return Err(failure),
                        }
                        at = Bound::Excluded(place.to_vec());
                    }
                    Err(Failure::Damaged(_)) => break,
                    Err(failure) => return Err(failure),
                }
            }
            // sled would repeat this error for ever.
            report.holes += 1;
            let (Bound::Included(before) | Bound::Excluded(before)) = &at else { return Ok(report) };
            match self.beyond_hole(before, &end)? {
                Some(next) => at = Bound::Included(next),
                None => return Ok(report),
            }
        }
    }

    /// The first place after a hole that begins at `before` or later, to the last bit: strides double until one lands on firm
    /// ground, then halve back to the edge. None if there is nothing firm before `end`.
    fn beyond_hole(&self, before: &[u8], end: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let width = before.len().max(end.len()) + 2;
        let mut sunk = padded(before, width);
        let end = padded(end, width);
        let mut firm = end.clone();
        for bit in 0..width * 8 {
            match stride(&padded(before, width), bit).filter(|place| *place < end) {
                None => break,
                Some(place) if self.is_firm(&place, &end)? => {
                    firm = place;
                    break;
                }
                Some(place) => sunk = place,
            }
        }
        while let Some(middle) = between(&sunk, &firm) {
            if self.is_firm(&middle, &end)? { firm = middle } else { sunk = middle }
        }
        Ok((firm < end).then_some(firm))
    }

    fn is_firm(&self, place: &[u8], end: &[u8]) -> Result<bool, Failure> {
        match self.engine.range(Bound::Included(place.to_vec()), end).next() {
            Ok(_) => Ok(true),
            Err(Failure::Damaged(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    fn join(&self, key: &[u8], first: First<'_>) -> Result<Vec<u8>, Failure> {
        first.join(|number, value| {
            let piece = self.engine.get(&further_key(key, number))?.ok_or(Damage::Row)?;
            value.extend_from_slice(&piece);
            Ok(())
        })
    }

    /// How many pieces lie there for a key, which a change has to replace.
    fn pieces_of(&self, key: &[u8]) -> Result<usize, Failure> {
        let Some(stored) = self.engine.get(&first_key(key))? else { return Ok(0) };
        if let Ok(first) = First::read(key, &stored) {
            return Ok(usize::from(first.pieces));
        }
        // The count itself cannot be trusted. Keys that begin alike are in between, and longer.
        let prefix = further_prefix(key);
        let mut rows = self.engine.range(Bound::Included(prefix.clone()), &end_of(&prefix));
        let mut pieces = 1;
        while let Some((place, _)) = rows.next()? {
            if let Ok(number) = <[u8; 2]>::try_from(&place[prefix.len()..]) {
                pieces = pieces.max(usize::from(u16::from_be_bytes(number)) + 1);
            }
        }
        Ok(pieces)
    }
}

/// Why a batch was not confirmed.
pub(crate) enum Unwritten {
    /// Nothing of it was handed to the engine.
    Untouched(Failure),
    /// It may be there, or not.
    Perhaps(Failure),
}

/// The first key that does not begin with `prefix` and comes after all that do.
fn end_of(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    unreachable!("every place begins with one of our letters, {}", FIRST as char)
}

fn padded(place: &[u8], width: usize) -> Vec<u8> {
    let mut padded = place.to_vec();
    padded.resize(width, 0);
    padded
}

/// A place that lies 2^bit further, both taken as numbers of one width. None beyond the last.
fn stride(place: &[u8], bit: usize) -> Option<Vec<u8>> {
    let mut sum = place.to_vec();
    let mut at = place.len() - 1 - bit / 8;
    let (byte, mut carry) = sum[at].overflowing_add(1 << (bit % 8));
    sum[at] = byte;
    while carry {
        at = at.checked_sub(1)?;
        (sum[at], carry) = sum[at].overflowing_add(1);
    }
    Some(sum)
}

/// The place in the middle of two, if there is one between them.
fn between(low: &[u8], high: &[u8]) -> Option<Vec<u8>> {
    let mut sum = vec![0_u16; low.len()];
    let mut carry = 0;
    for at in (0..low.len()).rev() {
        let digit = u16::from(low[at]) + u16::from(high[at]) + carry;
        sum[at] = digit & 0xff;
        carry = digit >> 8;
    }
    let mut middle = Vec::with_capacity(low.len());
    for digit in sum {
        let digit = digit | carry << 8;
        middle.push((digit >> 1) as u8);
        carry = digit & 1;
    }
    (middle != low).then_some(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_and_middles_are_those_of_numbers() {
        let bytes = |n: u32| n.to_be_bytes().to_vec();
        for n in [0_u32, 1, 255, 256, 65_535, 0x00ff_ffff, 0xffff_fff0, u32::MAX] {
            for bit in 0..32 {
                assert_eq!(stride(&bytes(n), bit), n.checked_add(1 << bit).map(bytes), "{n} and bit {bit}");
            }
            for m in [0_u32, 1, 255, 256, 65_535, 0x00ff_ffff, 0xffff_fff0, u32::MAX] {
                let middle = n.midpoint(m);
                if n < m {
                    assert_eq!(between(&bytes(n), &bytes(m)), (middle != n).then(|| bytes(middle)), "{n} and {m}");
                }
            }
        }
    }

    #[test]
    fn the_end_of_a_prefix_is_after_everything_that_begins_with_it() {
        assert_eq!(end_of(b"ra"), b"rb");
        assert_eq!(end_of(b"ra\xff\xff"), b"rb");
        assert_eq!(end_of(b"r\xff"), b"s");
    }
}
