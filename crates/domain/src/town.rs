//! An invented town, for the demo and for practice. Nobody in it exists.

use crate::kind::Kind::{self, Institution, Organisation, Person, Place};

/// One entry of the town: its kind, its name, other fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invented {
    pub kind: Kind,
    pub name: &'static str,
    pub fields: &'static [(&'static str, &'static str)],
}

const fn entry(kind: Kind, name: &'static str, fields: &'static [(&'static str, &'static str)]) -> Invented {
    Invented { kind, name, fields }
}

/// Kill Town on the Wallaby River.
pub const TOWN: &[Invented] = &[
    entry(
        Organisation,
        "Wallaby River Refugee Circle",
        &[("type", "activist group"), ("category", "b"), ("phone", "02 5550 1001")],
    ),
    entry(
        Organisation,
        "Gundaroo Women's Circle",
        &[
            ("type", "rights holders"),
            ("category", "a"),
            ("led-by", "indigenous"),
            ("led-by-source", "their own website"),
        ],
    ),
    entry(Organisation, "Kill Town Youth Council", &[("type", "youth"), ("category", "a"), ("phone", "02 5550 1003")]),
    entry(
        Organisation,
        "Open Door Language School",
        &[("type", "rights holders"), ("category", "a"), ("led-by", "cald")],
    ),
    entry(Organisation, "Ramp It Up", &[("type", "disability advocacy"), ("category", "a"), ("led-by", "disability")]),
    entry(Organisation, "Rainbow Paddlers", &[("type", "sport"), ("category", "c"), ("led-by", "lgbtqi")]),
    entry(Organisation, "Landcare Upper Wallaby", &[("type", "environment"), ("category", "b")]),
    entry(Organisation, "Kill Town Surf Rescue", &[("type", "sport"), ("category", "c"), ("phone", "02 5550 1008")]),
    entry(Organisation, "The Wharf Choir", &[("type", "arts"), ("category", "c")]),
    entry(Organisation, "Second Saturday Market", &[("type", "market"), ("category", "c")]),
    entry(Organisation, "Hillside Quarry Company", &[("type", "business"), ("category", "c")]),
    entry(Organisation, "Two Rivers Bakery", &[("type", "business"), ("category", "c"), ("phone", "02 5550 1012")]),
    entry(Organisation, "Wallaby Valley Teachers", &[("type", "union"), ("category", "b")]),
    entry(Organisation, "Harvest Table Food Bank", &[("type", "charity"), ("category", "c")]),
    entry(Institution, "St Brendan's Parish", &[("type", "faith"), ("category", "c"), ("phone", "02 5550 1015")]),
    entry(Institution, "Wallaby River Mosque", &[("type", "faith"), ("category", "c")]),
    entry(Institution, "Kill Town High School", &[("type", "school"), ("category", "c")]),
    entry(Institution, "Coast College", &[("type", "college"), ("category", "c")]),
    entry(Institution, "Wallaby Shire Council", &[("type", "council"), ("category", "d")]),
    entry(Institution, "Kill Town Hospital", &[("type", "hospital"), ("category", "c")]),
    entry(Institution, "Kill Town Library", &[("type", "library"), ("category", "c")]),
    entry(
        Person,
        "Marigold Threlkeld",
        &[("role", "mayor"), ("part-of", "Wallaby Shire Council"), ("basis", "public-role")],
    ),
    entry(
        Person,
        "Oswin Tarrant",
        &[("role", "councillor"), ("part-of", "Wallaby Shire Council"), ("basis", "public-role")],
    ),
    entry(Person, "Perpetua Quill", &[("role", "member of parliament"), ("basis", "public-role")]),
    entry(
        Person,
        "Barnaby Osei-Lind",
        &[("role", "editor"), ("part-of", "The Wallaby Echo"), ("basis", "public-role")],
    ),
    entry(
        Person,
        "Father Cosmo Birtles",
        &[("role", "parish priest"), ("part-of", "St Brendan's Parish"), ("basis", "willing-contact")],
    ),
    entry(
        Person,
        "Ines Farrugia-Wood",
        &[("role", "head teacher"), ("part-of", "Kill Town High School"), ("basis", "public-role")],
    ),
    entry(Place, "Showground Hall", &[("type", "hall"), ("access", "step-free, 120 seats")]),
    entry(Place, "Wharf Park", &[("type", "park"), ("access", "step-free")]),
    entry(Place, "Market Square", &[("type", "public space")]),
    entry(Place, "Botanic Corner", &[("type", "garden")]),
    entry(Place, "Scout Hut", &[("type", "hall"), ("access", "two steps, 40 seats")]),
];
