//! The relational meeting: eight things to find out, how to come to them without an interrogation, where an answer
//! belongs, and people to practise on.

pub mod known;

use crate::entry::position::Place;
use crate::kind::Kind;
use crate::rejection::Rejection;

/// One thing to find out (module, section 7).
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub slug: &'static str,
    /// What we ask ourselves.
    pub question: &'static str,
    /// What we may say instead of it.
    pub indirect: &'static str,
}

pub const FINDINGS: &[Finding] = &[
    finding(
        "do",
        "What do they do, and what are they working on?",
        "What has kept you busy this month? What are you looking forward to?",
    ),
    finding(
        "position",
        "Where do they stand on the campaign?",
        "We hear a lot about this in town. What do people around you say about it?",
    ),
    finding(
        "capacity",
        "What resources and capacity have they?",
        "How do you manage your events? Who turns up to help?",
    ),
    finding(
        "relations",
        "Which relationships have they with others?",
        "Who else should we meet? Whom do you like to work with?",
    ),
    finding(
        "influence",
        "Have they influence over decision makers?",
        "When something has to change here, who listens to you?",
    ),
    finding(
        "interest",
        "Are they interested in working with us?",
        "Is there anything of ours that you would come along to?",
    ),
    finding("barriers", "What stands in the way?", "What would make it awkward for you to be seen with us?"),
    finding(
        "benefit",
        "How could we benefit each other's work?",
        "What would make your next event easier? May we tell our list about it?",
    ),
];

/// Where an answer belongs. Those about a place on the spectrum and about other entries need the map to be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What they do: it joins the description.
    Does(String),
    /// Fields of theirs that hold a capacity.
    Capacity(Vec<(&'static str, String)>),
    Field(&'static str, String),
    /// It has no place of its own there, and stays in the words of the meeting.
    InWords(String),
}

impl Answer {
    /// The answer to one of [`FINDINGS`], for an entry of this kind; `None` for a kind that only a newer version knows.
    pub fn understood(kind: Option<&'static Kind>, slug: &str, answer: &str) -> Result<Answer, Rejection> {
        let field = |name: &str| kind.and_then(|kind| kind.field(name));
        Ok(match slug {
            "do" => match field("description") {
                Some(field) => Answer::Does(field.clean(answer)?),
                None => Answer::InWords(answer.to_owned()),
            },
            "capacity" => {
                let pieces = capacity_pieces(answer);
                // A person has no capacity of their own on a map.
                if pieces.iter().any(|(name, _)| field(name).is_none()) {
                    return Ok(Answer::InWords(format!("{HAVE}{answer}")));
                }
                for (name, value) in &pieces {
                    field(name).map(|field| field.clean(value)).transpose()?;
                }
                Answer::Capacity(pieces)
            }
            _ => match FIELDS.iter().find(|name| **name == slug).and_then(|name| field(name)) {
                Some(field) => Answer::Field(field.name, field.clean(answer)?),
                None => Answer::InWords(answer.to_owned()),
            },
        })
    }

    /// Where they stand, where there is no campaign to place them on.
    pub fn stands(place: Place) -> Answer {
        Answer::InWords(format!("{STANDS}{}", place.label()))
    }
}

/// What the log says of a meeting.
pub fn words<'a>(
    from_us: Option<&str>,
    told: Option<bool>,
    said: impl Iterator<Item = &'a String>,
    strangers: impl Iterator<Item = &'a String>,
) -> String {
    let from_us = from_us.map(|who| format!("From us: {who}"));
    let told = told.map(|told| match told {
        true => "They know that we keep notes.".to_owned(),
        false => "They do not know yet that we keep notes.".to_owned(),
    });
    let strangers = strangers.map(|name| format!("Not on the map yet: {name}"));
    from_us.into_iter().chain(told).chain(said.cloned()).chain(strangers).collect::<Vec<_>>().join("\n")
}

/// How what has no field of its own begins in the words of a meeting.
const STANDS: &str = "Where they stand: ";
const HAVE: &str = "What they have: ";

/// The findings that are fields of their own name.
const FIELDS: [&str; 3] = ["interest", "barriers", "benefit"];

/// To be said openly, so that nobody wonders why we came.
pub const OPENNESS: &[&str] = &[
    "Say who you are and which group you come from.",
    "Say that you campaign here and want to know what people care about.",
    "Tell of something you have done, briefly.",
    "Say that you would like to catch up every once in a while.",
    "Ask them to let you know when they have something on.",
    "Say that you keep notes, and that they may read them.",
];

/// Somebody to practise on. Nobody of this kind exists.
#[derive(Debug, PartialEq, Eq)]
pub struct Persona {
    pub who: &'static str,
    /// Only for whoever plays them.
    pub knows: &'static [&'static str],
}

pub const PERSONAS: &[Persona] = &[
    Persona {
        who: "Odile Brannock, coach of the Millpond Swimmers",
        knows: &[
            "Busy with a carnival for which nobody sells the tickets.",
            "Her neighbour's family waited years for their papers; she has never said what she thinks of it.",
            "The hall stands empty on Sundays. The list reaches 200 families.",
            "She fears that a club must not look political.",
        ],
    },
    Persona {
        who: "Teofil Aske, who runs the repair café behind the depot",
        knows: &[
            "Fixes bicycles for newcomers and wants a second workshop.",
            "Sits with two councillors on the roads committee.",
            "Was asked for a signature by us two years ago and never heard from us again.",
            "Would lend a van, if somebody asked him about his own work first.",
        ],
    },
    Persona {
        who: "Marguerite Olowo, secretary of the gardeners' market",
        knows: &[
            "Worries about the car park more than about anything.",
            "Half of her stallholders came from elsewhere; they are proud of it.",
            "Knows the editor of the paper from school.",
            "Has no time before the harvest, and plenty after it.",
        ],
    },
];

const fn finding(slug: &'static str, question: &'static str, indirect: &'static str) -> Finding {
    Finding { slug, question, indirect }
}

/// Pieces of an answer about capacity: `20 people`, `40 seats`, or anything else they have.
pub fn capacity_pieces(said: &str) -> Vec<(&'static str, String)> {
    let pieces = said.split([',', ';']).map(str::trim).filter(|piece| !piece.is_empty());
    pieces.map(|piece| counted(piece).unwrap_or(("resources", piece.to_owned()))).collect()
}

fn counted(piece: &str) -> Option<(&'static str, String)> {
    let (number, what) = piece.split_once(' ')?;
    let number = number.parse::<u32>().ok()?;
    let field = match crate::words::folded(what).as_str() {
        "people" | "volunteers" | "members" | "helpers" => "helpers",
        "seats" | "chairs" => "seats",
        "vehicles" | "cars" | "vans" => "vehicles",
        "on the mailing list" | "on their list" | "mailing list" | "subscribers" => "mailing-list",
        _ => return None,
    };
    Some((field, number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s128_there_are_eight_findings() {
        let slugs: Vec<&str> = FINDINGS.iter().map(|finding| finding.slug).collect();
        assert_eq!(slugs, ["do", "position", "capacity", "relations", "influence", "interest", "barriers", "benefit"]);
    }

    #[test]
    fn what_is_counted_goes_to_its_field_and_the_rest_is_kept_in_words() {
        assert_eq!(
            capacity_pieces("20 people, hall on Sundays; 3 cars"),
            [("helpers", "20".to_owned()), ("resources", "hall on Sundays".to_owned()), ("vehicles", "3".to_owned())]
        );
        assert_eq!(capacity_pieces(" , "), []);
    }
}
