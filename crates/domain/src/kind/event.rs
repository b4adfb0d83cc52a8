//! Events that we hold, or were asked to join: what they are, who organises them, whom they concern.

use crate::kind::Kind;
use crate::kind::field::{self, Audience, Field, Holds, Merges, line};
use crate::words::choice::{Choice, choice};

pub static KIND: Kind = Kind {
    name: "event",
    label: "event",
    plural: "events",
    also: &["gathering"],
    fields: &[
        field::NAME,
        ON,
        PLACE,
        OCCASION,
        THEME,
        ORGANISERS,
        LEAD,
        COMMUNITIES,
        REPRESENTATIVES,
        SPEAKERS,
        ELECTORATE,
        WE_GIVE,
        CONSIDER,
        field::HELD_BY,
        field::SOURCE_ID,
        field::SOURCE,
        field::DESCRIPTION,
        field::NOTES,
    ],
};

pub const ON: Field =
    line("on", "When", "On which day?").holds(Holds::Day).audience(Audience::Public).headers(&["date", "day"]);

pub const PLACE: Field = line("place", "Where", "Where is it? (a place of the map, or words)")
    .holds(Holds::Entry)
    .audience(Audience::Public)
    .headers(&["venue"]);

pub const OCCASION: Field = line("occasion", "Occasion", "What would people call such an occasion? (as: film night)");

pub const THEME: Field = line("theme", "Theme", "What is it about?").audience(Audience::Public).headers(&["topic"]);

pub const ORGANISERS: Field = line("organisers", "Organisers", "Who organises it?")
    .holds(Holds::Entry)
    .merges(Merges::Set)
    .audience(Audience::Public)
    .headers(&["hosts", "organiser"]);

pub const LEAD: Field = line("lead", "Who leads", "Who leads it: us, them, or both together?")
    .holds(Holds::Choice(LEADS))
    .audience(Audience::Public);

pub const COMMUNITIES: Field = line("communities", "Communities", "Whose rights is it about?")
    .holds(Holds::Entry)
    .merges(Merges::Set)
    .headers(&["rights holders"]);

pub const REPRESENTATIVES: Field =
    line("representatives", "Who represents us", "Who of us would speak or stand there for us?")
        .holds(Holds::Entry)
        .merges(Merges::Set);

pub const SPEAKERS: Field = line("speakers", "Speakers", "Who else speaks?")
    .holds(Holds::Entry)
    .merges(Merges::Set)
    .audience(Audience::Public)
    .headers(&["speaker"]);

pub const ELECTORATE: Field = line("electorate", "Electorate", "In which electorate is it?").audience(Audience::Public);

pub const WE_GIVE: Field =
    line("we-give", "What we give", "What would we give: people, a room, money?").merges(Merges::Set);

pub const CONSIDER: Field = line("consider", "To consider", "What else should be considered?").merges(Merges::Set);

const LEADS: &[Choice] = &[
    choice("us", "us", &["we", "ours"]),
    choice("them", "them", &["they", "theirs"]),
    choice("together", "both together", &["both"]),
];
