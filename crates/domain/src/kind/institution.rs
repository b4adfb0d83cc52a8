//! Institutions: schools, councils, hospitals, libraries, shopping centres.

use crate::kind::Kind;
use crate::kind::field::{self, Audience, Field, Holds, line, table};
use crate::kind::relationship;
use crate::words::choice::choice;

pub static KIND: Kind = Kind {
    name: "institution",
    label: "institution",
    plural: "institutions",
    also: &[],
    fields: &table::<38>(&[relationship::AIMS, &[TYPE, field::CATEGORY], relationship::COMMON]),
};

pub const TYPE: Field = line("type", "Type", "What sort of institution?")
    .holds(Holds::Choice(&[
        choice("council", "council", &["local government", "legislature", "shire"]),
        choice("school", "school", &[]),
        choice("university", "university", &[]),
        choice("college", "college", &["tafe"]),
        choice("hospital", "hospital", &["health service"]),
        choice("place-of-worship", "place of worship", &["church"]),
        choice("library", "library", &[]),
        choice("office", "government building", &["courthouse", "police station"]),
        choice("shopping-centre", "shopping centre", &["mall"]),
        choice("other", "other", &[]),
    ]))
    .audience(Audience::Public)
    .headers(&["kind of institution", "classification"]);
