//! People in a public role, and contacts who want to be on the map. Everybody else stands behind an organisation.

use crate::kind::Kind;
use crate::kind::field::{self, Audience, Field, Holds, Merges, line};
use crate::kind::relationship;
use crate::words::choice::choice;

pub static KIND: Kind = Kind {
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
        line("needed-for", "Needed for", "What do we need that for?").merges(Merges::Set),
        line("role", "Role or office", "What is their role or office?").audience(Audience::Public).headers(&[
            "role",
            "position held",
            "job",
            "job title",
            "executive",
        ]),
        field::AFFILIATION,
        said("background", "Background", "What is their background? (what, then source and day in brackets)"),
        said("personality", "Personality", "What are they like? (what, then source and day in brackets)"),
        said("values", "Values", "What do they value? (what, then source and day in brackets)"),
        field::CATEGORY,
        field::PHONE,
        field::EMAIL,
        field::WEBSITE,
        field::HELD_BY,
        field::ENGAGE,
        relationship::KNOWN_BY,
        relationship::INTEREST,
        relationship::BARRIERS,
        relationship::BENEFIT,
        relationship::CHECK_IN,
        field::SOURCE_ID,
        field::SOURCE,
        field::DESCRIPTION,
        field::NOTES,
    ],
};

/// What moves a decision maker, as far as it is public and matters here (module, section 2). Several may be true.
const fn said(name: &'static str, label: &'static str, question: &'static str) -> Field {
    line(name, label, question).holds(Holds::Sourced).merges(Merges::Set).sensitive()
}
