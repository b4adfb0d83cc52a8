//! Parts of the public, as young farmers or commuters: they stand somewhere on a campaign and are nobody to write to, so they
//! have no address, no holder and no person.

use crate::kind::Kind;
use crate::kind::field::{self, Field, line};

pub static KIND: Kind = Kind {
    name: "segment",
    label: "part of the public",
    plural: "parts of the public",
    also: &["public", "segment of the public", "audience"],
    fields: &[
        field::NAME,
        PEOPLE,
        field::CATEGORY,
        field::ENGAGE,
        field::SOURCE_ID,
        field::SOURCE,
        field::DESCRIPTION,
        field::NOTES,
    ],
};

pub const PEOPLE: Field = line("people", "About how many", "About how many people is that?");
