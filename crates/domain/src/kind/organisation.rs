//! Organisations: groups, clubs, unions, businesses, faith communities, campaigns.

use crate::kind::Kind;
use crate::kind::field::{self, Audience, Holds, line};
use crate::kind::relationship;
use crate::words::choice::choice;

pub static KIND: Kind = Kind {
    name: "organisation",
    label: "organisation",
    plural: "organisations",
    also: &["organization", "org", "group", "partner"],
    fields: &[
        field::NAME,
        relationship::GOALS,
        relationship::GOALS_SOURCE,
        relationship::COMFORTABLE,
        relationship::NOT_COMFORTABLE,
        line("type", "Type", "What sort of organisation?")
            .holds(Holds::Choice(&[
                choice("activist", "activist group", &["activists", "campaign", "action group"]),
                choice("rights-holders", "rights holders' organisation", &["community organisation"]),
                choice("charity", "charity", &["welfare", "ngo"]),
                choice("social", "social group", &["club"]),
                choice("youth", "youth group", &["young people"]),
                choice("recreation", "sport and recreation", &["sport", "sports club"]),
                choice("arts", "arts and culture", &["choir", "culture"]),
                choice("business", "business", &["company", "shop"]),
                choice("union", "union", &["trade union"]),
                choice("faith", "faith community", &["religious", "parish", "mosque"]),
                choice("media", "media", &["newspaper", "radio"]),
                choice("party", "political party", &["political"]),
                choice("government", "government body", &[]),
                choice("other", "other", &[]),
            ]))
            .audience(Audience::Public)
            .headers(&["kind of organisation", "sort"]),
        field::CATEGORY,
        field::LED_BY,
        field::LED_BY_WORDS,
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
