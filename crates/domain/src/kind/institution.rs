//! Institutions: schools, councils, hospitals, libraries, shopping centres.

use crate::kind::Kind;
use crate::kind::field::{self, Audience, Holds, line};
use crate::kind::relationship;
use crate::words::choice::choice;

pub static KIND: Kind = Kind {
    name: "institution",
    label: "institution",
    plural: "institutions",
    also: &[],
    fields: &[
        field::NAME,
        relationship::GOALS,
        relationship::GOALS_SOURCE,
        relationship::COMFORTABLE,
        relationship::NOT_COMFORTABLE,
        line("type", "Type", "What sort of institution?")
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
            .headers(&["kind of institution", "classification"]),
        field::CATEGORY,
        field::PHONE,
        field::EMAIL,
        field::WEBSITE,
        field::ADDRESS,
        field::HELD_BY,
        field::ENGAGE,
        field::VISION,
        relationship::WHY,
        relationship::WORK,
        relationship::AGREEMENT,
        relationship::THEY_GET,
        relationship::WE_GET,
        relationship::KNOWN_BY,
        relationship::INTEREST,
        relationship::BARRIERS,
        relationship::BENEFIT,
        relationship::PEOPLE,
        relationship::SEATS,
        relationship::VEHICLES,
        relationship::MAILING_LIST,
        relationship::RESOURCES,
        relationship::SUPPORTS,
        relationship::OPPOSES,
        relationship::IRRECONCILABLE,
        relationship::ALIENATES,
        relationship::CHECK_IN,
        field::AFFILIATION,
        field::SOURCE_ID,
        field::SOURCE,
        field::DESCRIPTION,
        field::NOTES,
    ],
};
