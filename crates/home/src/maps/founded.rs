//! A map for a community, with this person as its first convenor.

use allymap_domain::map::{Map, NewMap};
use allymap_replica::{Founding as Beginning, Replica};
use allymap_seal::{DeviceKeys, Label, RootKeys, RootSeed};
use allymap_wire::SpaceId;
use zeroize::Zeroizing;

use crate::together::relay::{self, Address};
use crate::trouble::{People, Trouble};
use crate::visit::Visit;

/// Who this person is on a map, as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    pub name: Label,
    pub group: Label,
}

/// What a map begins with.
#[derive(Clone, Debug)]
pub struct Founding {
    /// The community that it is about.
    pub map: Label,
    pub me: Me,
    /// Where it is exchanged.
    pub relay: Option<Address>,
}

/// A map that is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founded {
    pub map: String,
    pub me: Me,
}

impl Me {
    /// Names that can be shown, or why not.
    pub fn called(name: &str, group: &str) -> Result<Me, Trouble> {
        Ok(Me { name: Label::typed(name)?, group: Label::typed(group)? })
    }
}

pub fn found(v: &mut Visit<'_>, founding: &Founding) -> Result<Founded, Trouble> {
    let Founding { map, me, relay } = founding;
    let emergency = begin(v, map, me)?;
    let number = v.map()?.number;
    v.keep_root(number, &*emergency)?;
    if let Some(relay) = relay {
        relay::lay(v, relay)?;
    }
    let (document, new) = (v.map_document()?, NewMap { name: map.to_string(), community: String::new() });
    v.edit(document, |edit| Map::create(edit, &new))??;
    v.commit()?;
    Ok(Founded { map: map.to_string(), me: me.clone() })
}

/// The map itself: its keys, its first member, its row on this computer. What its emergency words are made of comes back.
pub(super) fn begin(v: &mut Visit<'_>, map: &str, me: &Me) -> Result<Zeroizing<[u8; 32]>, Trouble> {
    let root = RootSeed::generate(&mut v.chance());
    let keys = RootKeys::derive(&root);
    let genesis = allymap_seal::genesis(&keys, v.home.around.id(), v.now().0);
    let space = SpaceId::of(&genesis.bytes);
    let seed = v.seed()?;
    let number = v.add_map(map, &me.name, &me.group)?;
    let keys_here = DeviceKeys::derive(&seed, &space);
    let salt = v.home.around.id();
    let beginning = Beginning { root: &keys, keys: keys_here, genesis, name: &me.name, group: &me.group, salt };
    let mut effects = Vec::new();
    let (now, mut chance) = (v.now(), v.chance());
    let replica = Replica::found(now, number, beginning, v.disk()?, &mut chance, &mut effects)
        .map_err(|error| People::NotFounded(Box::new(error)))?;
    v.carry_out(effects)?;
    v.adopt(replica);
    Ok(Zeroizing::new(*root.expose()))
}
