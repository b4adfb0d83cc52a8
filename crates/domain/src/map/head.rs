//! What the map says of its community, as somebody answers it.

use allymap_document::Edit;

use crate::kind::field::{Field, Merges};
use crate::map::{MAP_FIELDS, Map, RHYTHM};
use crate::rejection::Rejection;

/// The fields of the head that a newcomer is asked for. Numbers have a usual value, and a group agrees on another one.
pub fn asked_in_turn() -> impl Iterator<Item = &'static Field> {
    MAP_FIELDS.iter().filter(|field| RHYTHM.iter().all(|(one, _)| one.name != field.name))
}

impl Map {
    /// Changes what the head says, as it was typed: the name, the community, or a field; a minus takes a member out of a set.
    pub fn change(edit: &mut Edit<'_>, name: &str, typed: &str) -> Result<(), Rejection> {
        match name {
            "name" => return Map::rename(edit, typed),
            "community" => return Map::describe(edit, typed),
            _ => {}
        }
        let merges = MAP_FIELDS.iter().find(|field| field.name == name).map(|field| field.merges);
        match (merges, typed.strip_prefix('-')) {
            (Some(Merges::Set), Some(gone)) => Map::remove(edit, name, gone),
            (Some(Merges::Set), None) => Map::add(edit, name, typed),
            _ => Map::set(edit, name, typed),
        }
    }
}
