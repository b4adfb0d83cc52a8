//! Places: halls, parks, gardens, markets, squares, and who can use them.

use crate::kind::Kind;
use crate::kind::field::{self, Audience, Field, Holds, line};
use crate::words::choice::{Choice, choice};

/// One thing that decides whether people can use a place (guide, section 2: accessible, safe, culturally appropriate).
#[derive(Debug, PartialEq, Eq)]
pub struct Access {
    /// The field that holds yes, no or unknown.
    pub field: &'static Field,
    /// The field that holds what there is to say about it.
    pub note: &'static Field,
    pub label: &'static str,
}

impl Access {
    /// Yes, no or unknown, and after a colon what there is to say: as fields and their values.
    pub fn said(&self, typed: &str) -> Vec<(&'static Field, String)> {
        let (value, note) = typed.split_once(':').map_or((typed, None), |(value, note)| (value, Some(note)));
        let note = note.map(|note| (self.note, note.trim().to_owned()));
        [(self.field, value.trim().to_owned())].into_iter().chain(note).collect()
    }

    /// False for what nobody has said, and for what somebody has looked for and not found out.
    pub fn is_known(&self, value: Option<&str>) -> bool {
        value.is_some_and(|value| value != "unknown")
    }
}

pub const ACCESS: &[Access] = &[
    access(&STEP_FREE, &STEP_FREE_NOTE, "Step-free"),
    access(&TOILETS, &TOILETS_NOTE, "Toilets for all"),
    access(&QUIET_ROOM, &QUIET_ROOM_NOTE, "Quiet room"),
    access(&TRANSPORT, &TRANSPORT_NOTE, "Public transport"),
    access(&SAFE, &SAFE_NOTE, "Safe"),
    access(&CULTURALLY_APPROPRIATE, &CULTURALLY_APPROPRIATE_NOTE, "Culturally appropriate"),
];

pub static KIND: Kind = Kind {
    name: "place",
    label: "place",
    plural: "places",
    also: &["space", "venue"],
    fields: &[
        field::NAME,
        TYPE,
        field::PHONE,
        field::EMAIL,
        field::WEBSITE,
        field::ADDRESS,
        STEP_FREE,
        STEP_FREE_NOTE,
        TOILETS,
        TOILETS_NOTE,
        QUIET_ROOM,
        QUIET_ROOM_NOTE,
        TRANSPORT,
        TRANSPORT_NOTE,
        SAFE,
        SAFE_NOTE,
        CULTURALLY_APPROPRIATE,
        CULTURALLY_APPROPRIATE_NOTE,
        SEATS,
        field::HELD_BY,
        field::AFFILIATION,
        field::SOURCE_ID,
        field::SOURCE,
        field::DESCRIPTION,
        field::NOTES,
    ],
};

pub const TYPE: Field = line("type", "Type", "What sort of place?")
    .holds(Holds::Choice(&[
        choice("hall", "hall", &["community hall"]),
        choice("park", "park", &["reserve"]),
        choice("garden", "garden", &["community garden"]),
        choice("market", "market", &["markets"]),
        choice("square", "public square", &["street", "mall square", "public space"]),
        choice("showground", "showground", &["oval", "field"]),
        choice("other", "other", &[]),
    ]))
    .audience(Audience::Public)
    .headers(&["kind of place"]);

pub const STEP_FREE: Field =
    fact("step-free", "Step-free", "Can people get in without steps?").headers(&["accessible", "wheelchair", "access"]);

pub const STEP_FREE_NOTE: Field = said("step-free-note", "Step-free, note", "What is there to say about steps?");

pub const TOILETS: Field = fact("toilets", "Toilets for all", "Are there toilets that everybody can use?");

pub const TOILETS_NOTE: Field = said("toilets-note", "Toilets, note", "What is there to say about the toilets?");

pub const QUIET_ROOM: Field = fact("quiet-room", "Quiet room", "Is there a quiet room?");

pub const QUIET_ROOM_NOTE: Field =
    said("quiet-room-note", "Quiet room, note", "What is there to say about the quiet room?");

pub const TRANSPORT: Field = fact("transport", "Public transport", "Can people get there without a car?");

pub const TRANSPORT_NOTE: Field =
    said("transport-note", "Transport, note", "What is there to say about getting there?");

pub const SAFE: Field = fact("safe", "Safe", "Do people feel safe there, and on the way home?");

pub const SAFE_NOTE: Field = said("safe-note", "Safe, note", "What is there to say about safety?");

pub const CULTURALLY_APPROPRIATE: Field =
    fact("culturally-appropriate", "Culturally appropriate", "Is it right for the people who are to come?");

pub const CULTURALLY_APPROPRIATE_NOTE: Field =
    said("culturally-appropriate-note", "Culturally appropriate, note", "Who says so, and what is to be heeded?");

pub const SEATS: Field =
    line("seats", "Seats", "How many people fit in?").audience(Audience::Public).headers(&["capacity"]);

const KNOWN: &[Choice] = &[
    choice("yes", "yes", &["y", "true"]),
    choice("no", "no", &["n", "false"]),
    choice("unknown", "not known", &["?"]),
];

const fn access(field: &'static Field, note: &'static Field, label: &'static str) -> Access {
    Access { field, note, label }
}

const fn fact(name: &'static str, label: &'static str, question: &'static str) -> Field {
    line(name, label, question).holds(Holds::Choice(KNOWN)).audience(Audience::Public)
}

const fn said(name: &'static str, label: &'static str, question: &'static str) -> Field {
    line(name, label, question).audience(Audience::Public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s11_every_fact_about_access_has_a_field_and_a_note() {
        for access in ACCESS {
            assert_eq!(KIND.own(access.field).unwrap().holds, Holds::Choice(KNOWN));
            assert!(KIND.own(access.note).is_some());
        }
    }

    #[test]
    fn what_stands_behind_a_colon_is_a_note() {
        assert_eq!(ACCESS[0].said("yes"), [(&STEP_FREE, "yes".to_owned())]);
        let both = [(&SAFE, "unknown".to_owned()), (&SAFE_NOTE, "dark after nine: ask".to_owned())];
        assert_eq!(ACCESS[4].said(" unknown : dark after nine: ask"), both);
    }

    #[test]
    fn s11_what_was_looked_for_and_not_found_is_still_to_be_found_out() {
        assert!(ACCESS[0].is_known(Some("no")));
        assert!(!ACCESS[0].is_known(Some("unknown")) && !ACCESS[0].is_known(None));
    }
}
