//! Fields of a relationship: what they want, why we work together, what each side gets and can give, who of us knows them.

use crate::kind::field::{Audience, Field, Holds, Merges, line};
use crate::words::choice::{Choice, choice};

/// The partnership guide's six reasons (section 1).
pub const REASONS: &[Choice] = &[
    choice("new-audiences", "new audiences and supporters", &["audience", "audiences", "supporters", "reach"]),
    choice("visibility", "visibility where we are not known", &["visible"]),
    choice(
        "affected-communities",
        "direct work with affected communities, and amplifying their voices",
        &["rights holders", "amplify", "affected"],
    ),
    choice("lasting-allies", "allies who outlast a campaign", &["allies", "lasting"]),
    choice("learning", "learning and pooled resources", &["learn", "pooled resources", "pool resources"]),
    choice("outcomes", "better human-rights outcomes", &["human rights", "better outcomes"]),
];

/// Forms of joint work that the guides name.
pub const JOINT_WORK: &[Choice] = &[
    choice("co-host", "co-hosted event", &["cohost", "co-hosting", "joint event"]),
    choice("film-screening", "film screening", &["film", "screening", "film night"]),
    choice("exhibition", "exhibition", &[]),
    choice("shared-resources", "shared resources", &["resources", "sharing"]),
    choice("mention", "mailing-list mention", &["mailing list", "newsletter"]),
    choice("attendance", "attending each other's events", &["attend", "attending"]),
    choice("logistics", "logistics", &["helping out"]),
    choice("funding", "funding", &["fundraising", "money"]),
    choice("forum", "forum", &[]),
    choice("vigil", "vigil", &[]),
    choice("match", "match", &["sport", "game"]),
];

/// The fields that hold how many of something they have.
pub const CAPACITY: &[&str] = &["helpers", "seats", "vehicles", "mailing-list"];

/// Theirs come first: nothing of ours stands above them.
pub(crate) const GOALS: Field = line("goals", "Their goals", "What do they want, in their own words?")
    .merges(Merges::Set)
    .audience(Audience::Partner)
    .headers(&["their goals", "aims"]);

pub(crate) const GOALS_SOURCE: Field =
    line("goals-source", "Their goals, from", "Who of them said so, or where is it written?")
        .audience(Audience::Partner);

pub(crate) const COMFORTABLE: Field =
    line("comfortable-with", "Comfortable with", "What are they comfortable with us doing?").merges(Merges::Set);

pub(crate) const NOT_COMFORTABLE: Field =
    line("not-comfortable-with", "Not comfortable with", "What do they not want us to do?").merges(Merges::Set);

pub const WHY: Field = line("reasons", "Why we partner", "Why do we work with them?")
    .holds(Holds::Choice(REASONS))
    .merges(Merges::Set)
    .headers(&["why", "why we partner", "reason"]);

pub(crate) const WORK: Field = line("joint-work", "Joint work", "What do we do together?")
    .holds(Holds::Choice(JOINT_WORK))
    .merges(Merges::Set)
    .headers(&["forms of joint work", "together"]);

pub(crate) const AGREEMENT: Field = line("agreement", "Agreement", "Is the partnership formal or casual?")
    .holds(Holds::Choice(&[choice("casual", "casual", &["informal"]), choice("formal", "formal", &["written"])]));

pub(crate) const THEY_GET: Field = line("they-get", "What they get", "What do they get out of it?")
    .audience(Audience::Partner)
    .headers(&["what they get"]);

pub(crate) const WE_GET: Field =
    line("we-get", "What we get", "What do we get out of it?").audience(Audience::Partner).headers(&["what we get"]);

pub(crate) const KNOWN_BY: Field =
    line("known-by", "Known by", "Who of us is involved there, or knows somebody, and how?")
        .merges(Merges::Set)
        .headers(&["known by", "who knows them", "our contact"]);

pub(crate) const INTEREST: Field =
    line("interest", "Interest", "Are they interested in working with us?").headers(&["interested"]);

pub(crate) const BARRIERS: Field =
    line("barriers", "Barriers", "What stands in the way of working together?").merges(Merges::Set);

pub(crate) const BENEFIT: Field =
    line("benefit", "Benefit", "How could we benefit each other's work?").merges(Merges::Set).headers(&["benefits"]);

pub(crate) const PEOPLE: Field =
    line("helpers", "People to help", "How many people can they bring?").holds(Holds::Count).headers(&["volunteers"]);

pub(crate) const SEATS: Field =
    line("seats", "Seats", "How many seats have they?").holds(Holds::Count).audience(Audience::Public);

pub(crate) const VEHICLES: Field =
    line("vehicles", "Vehicles", "How many vehicles have they?").holds(Holds::Count).headers(&["cars"]);

pub(crate) const MAILING_LIST: Field = line("mailing-list", "On their list", "How many people does their list reach?")
    .holds(Holds::Count)
    .headers(&["mailing list size"]);

pub(crate) const RESOURCES: Field =
    line("resources", "Resources", "What else have they: rooms, skills, things to lend?")
        .merges(Merges::Set)
        .headers(&["skills", "strengths"]);

pub(crate) const SUPPORTS: Field =
    line("supports", "Supports", "Which issues do they stand up for?").merges(Merges::Set);

pub(crate) const OPPOSES: Field = line("opposes", "Opposes", "Which issues are they against?").merges(Merges::Set);

pub(crate) const IRRECONCILABLE: Field =
    line("irreconcilable", "Irreconcilable", "Which position of theirs can never be squared with ours?")
        .merges(Merges::Set);

pub(crate) const ALIENATES: Field =
    line("alienates", "Would alienate", "Whose community would our working with them push away?").merges(Merges::Set);

pub(crate) const CHECK_IN: Field =
    line("check-in-weeks", "Weeks between check-ins", "How many weeks between check-ins?").holds(Holds::Count);
