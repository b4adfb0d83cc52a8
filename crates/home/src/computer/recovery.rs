//! The 24 words that make a new convenor when all are lost: on this computer until they are on paper.

use allymap_seal::RootSeed;

use crate::trouble::{self, Trouble};
use crate::visit::Visit;

/// A map's emergency words.
#[derive(Clone, Debug)]
pub struct Words {
    pub map: String,
    pub words: Vec<&'static str>,
}

/// A map whose emergency words are on paper alone.
#[derive(Clone, Debug)]
pub struct Forgotten {
    pub map: String,
}

pub fn words(v: &mut Visit<'_>) -> Result<Words, Trouble> {
    let map = v.map()?;
    let root = v.root(map.number)?.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    let root = root.ok_or(Trouble::Keys(trouble::Keys::NoEmergencyWords))?;
    Ok(Words { map: map.name, words: RootSeed::from_bytes(root).words() })
}

/// They are written down: this computer does not need them any more.
pub fn forget(v: &mut Visit<'_>) -> Result<Forgotten, Trouble> {
    let Words { map, .. } = words(v)?;
    let number = v.map()?.number;
    v.forget_root(number)?;
    v.commit()?;
    Ok(Forgotten { map })
}
