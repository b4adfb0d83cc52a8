//! Places: halls, parks, gardens, markets, squares.

use crate::field::{self, Audience, Holds, choice, line};
use crate::kind::Kind;

pub(crate) static KIND: Kind = Kind {
    name: "place",
    label: "place",
    plural: "places",
    also: &["space", "venue"],
    fields: &[
        field::NAME,
        line("type", "Type", "What sort of place?")
            .holds(Holds::Choice(&[
                choice("hall", "hall", &["community hall"]),
                choice("park", "park", &["reserve"]),
                choice("garden", "garden", &["community garden"]),
                choice("market", "market", &["markets"]),
                choice("square", "public square", &["street", "mall square"]),
                choice("showground", "showground", &["oval", "field"]),
                choice("other", "other", &[]),
            ]))
            .audience(Audience::Public)
            .headers(&["kind of place"]),
        field::PHONE,
        field::EMAIL,
        field::WEBSITE,
        field::ADDRESS,
        line("step-free", "Step-free", "Can people get in without steps?")
            .holds(Holds::Choice(&[
                choice("yes", "yes", &["y", "true"]),
                choice("no", "no", &["n", "false"]),
                choice("unknown", "not known", &["?"]),
            ]))
            .audience(Audience::Public)
            .headers(&["accessible", "wheelchair", "access"]),
        line("seats", "Seats", "How many people fit in?").audience(Audience::Public).headers(&["capacity"]),
        field::HELD_BY,
        field::AFFILIATION,
        field::SOURCE_ID,
        field::SOURCE,
        field::DESCRIPTION,
        field::NOTES,
    ],
};
