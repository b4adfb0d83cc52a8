//! Organisations: groups, clubs, unions, businesses, faith communities, campaigns.

use crate::kind::Kind;
use crate::kind::field::{self, Audience, Field, Holds, line, table};
use crate::kind::relationship;
use crate::words::choice::choice;

pub static KIND: Kind = Kind {
    name: "organisation",
    label: "organisation",
    plural: "organisations",
    also: &["organization", "org", "group", "partner"],
    fields: &table::<40>(&[
        relationship::AIMS,
        &[TYPE, field::CATEGORY, field::LED_BY, field::LED_BY_WORDS],
        relationship::COMMON,
    ]),
};

pub const TYPE: Field = line("type", "Type", "What sort of organisation?")
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
    .headers(&["kind of organisation", "sort"]);
