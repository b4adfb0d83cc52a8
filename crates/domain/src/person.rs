//! People in a public role, and contacts who want to be on the map. Everybody else stands behind an organisation.

use crate::field::{self, Audience, Holds, choice, line};
use crate::kind::Kind;

pub(crate) static KIND: Kind = Kind {
    name: "person",
    label: "person",
    plural: "people",
    also: &["persons", "decision maker", "influencer"],
    fields: &[
        field::NAME,
        line("basis", "Why they are here", "Why may this person be on the map?")
            .holds(Holds::Choice(&[
                choice("public-role", "public role", &["public", "office", "politician"]),
                choice("willing-contact", "contact who agreed", &["willing", "consent", "agreed", "contact"]),
                choice("public-figure", "public figure", &["journalist", "celebrity"]),
                choice("other", "other", &[]),
            ]))
            .headers(&["basis for holding"]),
        line("role", "Role or office", "What is their role or office?").audience(Audience::Public).headers(&[
            "role",
            "position held",
            "job",
            "job title",
            "executive",
        ]),
        field::AFFILIATION,
        field::CATEGORY,
        field::PHONE,
        field::EMAIL,
        field::WEBSITE,
        field::HELD_BY,
        field::ENGAGE,
        field::SOURCE_ID,
        field::SOURCE,
        field::DESCRIPTION,
        field::NOTES,
    ],
};
