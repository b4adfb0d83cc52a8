//! Institutions: schools, councils, hospitals, libraries, shopping centres.

use crate::field::{self, Audience, Holds, choice, line};
use crate::kind::Kind;
use crate::relation;

pub(crate) static KIND: Kind = Kind {
    name: "institution",
    label: "institution",
    plural: "institutions",
    also: &[],
    fields: &[
        field::NAME,
        relation::GOALS,
        relation::GOALS_SOURCE,
        relation::COMFORTABLE,
        relation::NOT_COMFORTABLE,
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
        relation::WHY,
        relation::WORK,
        relation::AGREEMENT,
        relation::THEY_GET,
        relation::WE_GET,
        relation::KNOWN_BY,
        relation::INTEREST,
        relation::BARRIERS,
        relation::BENEFIT,
        relation::PEOPLE,
        relation::SEATS,
        relation::VEHICLES,
        relation::MAILING_LIST,
        relation::RESOURCES,
        relation::SUPPORTS,
        relation::OPPOSES,
        relation::IRRECONCILABLE,
        relation::ALIENATES,
        relation::CHECK_IN,
        field::AFFILIATION,
        field::SOURCE_ID,
        field::SOURCE,
        field::DESCRIPTION,
        field::NOTES,
    ],
};
