//! The questions of the community map template (module, section 6), each answered by parts, and questions of one's own.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

use crate::ids::RowId;
use crate::map::Map;
use crate::map::item::{Alike, Item, Listed};
use crate::map::origin::{Origin, needed_line, optional_note, shown_note};
use crate::rejection::Rejection;
use crate::words;
use crate::words::choice::{kept_by_slug, words};

/// One question of the template.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// Its number in the template.
    pub number: u8,
    pub slug: &'static str,
    pub words: &'static str,
    pub parts: &'static [Part],
}

/// One thing that a question asks, answerable by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    pub slug: &'static str,
    pub words: &'static str,
    /// The section of the map that holds what answers it, if one does.
    pub section: Option<&'static str>,
}

/// The seven questions. The template prints number 5 twice, as 5 and as 6; one answer stands under both.
pub const QUESTIONS: &[Question] = &[
    Question {
        number: 1,
        slug: "community",
        words: "Which community is this, exactly?",
        parts: &[
            part("extent", "Where does it start, and where does it end?"),
            part("size", "Is it a suburb, an electorate, a town, a whole city?"),
            part("who", "Or is it a particular group of people?"),
            shown_in("demographics", "What are its demographics?", "demographics"),
            part("your-people", "Who in it are your people?"),
        ],
    },
    Question {
        number: 2,
        slug: "knows-us",
        words: "How well does the community know us?",
        parts: &[
            part("from-scratch", "Are you starting from scratch?"),
            part("bad-experiences", "Are there bad experiences to overcome?"),
            part("expectations", "Are there good expectations to live up to?"),
            part("knowledge", "How much do people know of the movement already?"),
        ],
    },
    Question {
        number: 3,
        slug: "out-there",
        words: "What is out there in the community now?",
        parts: &[
            part("infrastructure", "What is the infrastructure like?"),
            shown_in("organisations", "Which other organisations are there?", "orgs"),
            shown_in("institutions", "Which schools, health services, public offices, businesses?", "institutions"),
            shown_in("gathering", "Where do people gather, and how?", "places"),
            shown_in("events", "Which events matter to the community?", "dates"),
        ],
    },
    Question {
        number: 4,
        slug: "cares-about",
        words: "What does the community care about?",
        parts: &[
            shown_in("issues", "Which issues do people care about?", "issues"),
            part("campaigns", "Which local campaigns are running now?"),
            part("inspire", "What will inspire people to take part?"),
        ],
    },
    Question {
        number: 5,
        slug: "others-campaigning",
        words: "Who campaigns on similar issues already?",
        parts: &[
            shown_in("who", "Which groups and people are they?", "orgs"),
            part("now", "What are they doing now?"),
            part("past", "What have they done before?"),
            part("tensions", "Which local tensions and attitudes are there?"),
            part("risks-rewards", "What could be lost and what could be won by joining in?"),
        ],
    },
    Question {
        number: 7,
        slug: "decision-makers",
        words: "Who makes the decisions in the community?",
        parts: &[
            shown_in("politicians", "Which local, state and federal politicians?", "people"),
            shown_in("leaders", "Who leads its smaller parts: organisations, businesses, institutions?", "people"),
        ],
    },
    Question {
        number: 8,
        slug: "influencers",
        words: "Who influences those who decide?",
        parts: &[
            shown_in("who", "Who has their ear?", "people"),
            part("associations", "What do they belong to, and with whom?"),
            part("pressure", "Where could more pressure come from?"),
        ],
    },
];

words! {
    /// How much of a question is known.
    Known {
        Unknown = "unknown", "unknown";
        Partly = "partly", "partly";
        Answered = "answered", "answered";
    }
}

kept_by_slug!(Known);

/// What somebody found out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Answer {
    #[n(0)]
    pub known: Known,
    #[n(1)]
    pub text: Option<String>,
    #[n(2)]
    pub origin: Origin,
}

/// A question that this map asks beside the template's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct OwnQuestion {
    #[n(0)]
    pub words: String,
    /// True when it stands in the place of number 6, which the template printed twice.
    #[n(1)]
    pub sixth: bool,
}

/// What an answer is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A whole question, by its slug.
    Whole(&'static str),
    /// A part of one.
    Part(&'static str, &'static str),
    Own(RowId),
}

/// Why it is not clear what is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMeant {
    NoQuestion,
    NoPart { of: &'static Question },
}

impl Asked {
    /// What is to be answered: a question of the template or one of the map's own, whole or a part of it. Number 6 is a
    /// question of one's own where one stands in its place.
    pub fn meant(map: &Map, said: &str, part: Option<&str>) -> Result<Asked, NotMeant> {
        let sixth = map.own_questions.iter().find(|item| item.value.sixth);
        let wanted = words::folded(said);
        let own = sixth.filter(|_| wanted == "6").or_else(|| {
            let mut fitting = map.own_questions.iter().filter(|item| {
                item.key.to_string() == wanted
                    || wanted.len() >= 3 && words::folded(&item.value.words).contains(&wanted)
            });
            fitting.next().filter(|_| fitting.next().is_none())
        });
        let question = match (Question::typed(said), own) {
            (None, Some(item)) => return Ok(Asked::Own(item.key)),
            (Some(_), Some(item)) if wanted == "6" => return Ok(Asked::Own(item.key)),
            (Some(question), _) => question,
            (None, None) => return Err(NotMeant::NoQuestion),
        };
        let Some(part) = part else { return Ok(Asked::Whole(question.slug)) };
        let found = question.part(part).ok_or(NotMeant::NoPart { of: question })?;
        Ok(Asked::Part(question.slug, found.slug))
    }

    /// The words in which it is asked; none for a question that the map does not have.
    pub fn words(self, map: &Map) -> Option<&str> {
        match self {
            Asked::Whole(slug) => Some(Question::slugged(slug)?.words),
            Asked::Part(slug, part) => {
                let mut parts = Question::slugged(slug)?.parts.iter();
                parts.find(|known| known.slug == part).map(|part| part.words)
            }
            Asked::Own(id) => {
                let item = map.own_questions.iter().find(|item| item.key == id)?;
                Some(&item.value.words)
            }
        }
    }

    /// What is asked one after the other: the parts of a whole question, anything else by itself.
    pub fn in_turn(self) -> Vec<Asked> {
        match self {
            Asked::Whole(slug) => Question::slugged(slug)
                .map_or(&[][..], |question| question.parts)
                .iter()
                .map(|part| Asked::Part(slug, part.slug))
                .collect(),
            _ => vec![self],
        }
    }
}

impl Answer {
    /// The same, written below what was said before.
    pub fn below(self, before: Option<&str>) -> Answer {
        let text = match (before, self.text) {
            (Some(before), Some(text)) => Some(format!("{before}\n{text}")),
            (before, text) => text.or_else(|| before.map(str::to_owned)),
        };
        Answer { text, ..self }
    }
}

impl Question {
    /// A question as people say it: its number (6 is 5 again), its slug, or words that only it has.
    pub fn typed(typed: &str) -> Option<&'static Question> {
        let folded = words::folded(typed);
        let number = folded.parse::<u8>().ok().map(|number| if number == 6 { 5 } else { number });
        let exact = |question: &&Question| Some(question.number) == number || words::folded(question.slug) == folded;
        if let Some(question) = QUESTIONS.iter().find(exact) {
            return Some(question);
        }
        if folded.len() < 3 || number.is_some() {
            return None;
        }
        let fits = |question: &&Question| {
            words::folded(question.slug).starts_with(&folded) || words::folded(question.words).contains(&folded)
        };
        let mut fitting = QUESTIONS.iter().filter(fits);
        let question = fitting.next()?;
        fitting.next().is_none().then_some(question)
    }

    pub fn slugged(slug: &str) -> Option<&'static Question> {
        QUESTIONS.iter().find(|question| question.slug == slug)
    }

    /// A part by its number from 1 on, its slug, or the beginning of that.
    pub fn part(&self, typed: &str) -> Option<&'static Part> {
        let folded = words::folded(typed);
        if let Some(at) = folded.parse::<usize>().ok().filter(|at| (1..=self.parts.len()).contains(at)) {
            return self.parts.get(at - 1);
        }
        let mut fitting = self.parts.iter().filter(|part| {
            words::folded(part.slug) == folded || folded.len() >= 3 && words::folded(part.slug).starts_with(&folded)
        });
        let part = fitting.next()?;
        fitting.next().is_none().then_some(part)
    }
}

impl Listed for Answer {
    type Key = Asked;
    const SET: &'static str = "answers";

    fn clean(self) -> Result<Answer, Rejection> {
        let text = optional_note("answer", self.text)?;
        if text.is_none() && self.known != Known::Unknown {
            return Err(Rejection::Empty { field: "answer" });
        }
        Ok(Answer { known: self.known, text, origin: self.origin.clean()? })
    }

    fn shown(self) -> Option<Answer> {
        Some(Answer { known: self.known, text: shown_note(self.text), origin: self.origin.shown() })
    }
}

impl Listed for OwnQuestion {
    type Key = RowId;
    const SET: &'static str = "questions";

    fn clean(self) -> Result<OwnQuestion, Rejection> {
        Ok(OwnQuestion { words: needed_line("question", &self.words, words::LINE_LETTERS)?, ..self })
    }

    fn shown(self) -> Option<OwnQuestion> {
        Some(OwnQuestion { words: words::shown_line(&self.words), ..self })
    }
}

/// The same words are the same question.
impl Alike for OwnQuestion {
    fn list(map: &Map) -> &[Item<RowId, OwnQuestion>] {
        &map.own_questions
    }

    fn is_like(&self, other: &OwnQuestion) -> bool {
        words::folded(&self.words) == words::folded(&other.words)
    }
}

/// `community`, `community.extent`, or the 32 letters of an own question.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Asked::Whole(question) => f.write_str(question),
            Asked::Part(question, part) => write!(f, "{question}.{part}"),
            Asked::Own(id) => write!(f, "{id}"),
        }
    }
}

/// The name of an answer that this version has no question for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no question of this version is called that")]
pub struct NotAsked;

impl FromStr for Asked {
    type Err = NotAsked;

    fn from_str(text: &str) -> Result<Asked, NotAsked> {
        if let Ok(id) = text.parse() {
            return Ok(Asked::Own(id));
        }
        let (question, part) = text.split_once('.').map_or((text, None), |(question, part)| (question, Some(part)));
        let question = Question::slugged(question).ok_or(NotAsked)?;
        match part {
            None => Ok(Asked::Whole(question.slug)),
            Some(part) => question
                .parts
                .iter()
                .find(|known| known.slug == part)
                .map(|part| Asked::Part(question.slug, part.slug))
                .ok_or(NotAsked),
        }
    }
}

const fn part(slug: &'static str, words: &'static str) -> Part {
    Part { slug, words, section: None }
}

const fn shown_in(slug: &'static str, words: &'static str, section: &'static str) -> Part {
    Part { slug, words, section: Some(section) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use allymap_document::ActorId;

    use super::*;
    use crate::map::section::SECTIONS;

    #[test]
    fn s105_there_are_seven_questions_and_number_six_is_number_five_again() {
        let numbers: Vec<u8> = QUESTIONS.iter().map(|question| question.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 7, 8]);
        assert_eq!(Question::typed("6"), Question::typed("5"));
        assert_eq!(Question::typed("8").unwrap().slug, "influencers");
        assert_eq!(Question::typed("9"), None);
        assert_eq!(Question::typed("0"), None);
        assert_eq!(Question::typed(""), None);
    }

    #[test]
    fn s106_every_part_of_a_question_is_answerable_by_itself() {
        let mut names = BTreeSet::new();
        for question in QUESTIONS {
            assert!(question.words.ends_with('?'));
            for part in question.parts {
                assert!(part.words.ends_with('?'), "{}", part.words);
                let asked = Asked::Part(question.slug, part.slug);
                assert_eq!(asked.to_string().parse(), Ok(asked));
                assert!(names.insert(asked.to_string()), "{asked} twice");
                assert!(part.section.is_none_or(|slug| SECTIONS.iter().any(|section| section.slug == slug)));
            }
        }
        assert_eq!("community.moon".parse::<Asked>(), Err(NotAsked));
        assert_eq!("weather".parse::<Asked>(), Err(NotAsked));
    }

    #[test]
    fn a_question_and_its_parts_are_found_by_what_people_type() {
        assert_eq!(Question::typed("Decision-makers").unwrap().number, 7);
        assert_eq!(Question::typed("know us").unwrap().number, 2);
        assert_eq!(Question::typed("the"), None, "words of several questions mean none");
        let question = Question::typed("others").unwrap();
        assert_eq!(question.part("tens").unwrap().slug, "tensions");
        assert_eq!(question.part("4").unwrap().slug, "tensions");
        assert_eq!(question.part("9"), None);
    }

    fn own(number: u8, words: &str, sixth: bool) -> Item<RowId, OwnQuestion> {
        let value = OwnQuestion { words: words.to_owned(), sixth };
        Item { key: RowId([number; 16]), value, by: ActorId([1; 16]), others: Vec::new() }
    }

    #[test]
    fn what_is_to_be_answered_may_be_a_question_of_ones_own() {
        let mut map = Map { own_questions: vec![own(1, "Who feeds people here?", false)], ..Map::default() };
        let feeds = Asked::Own(RowId([1; 16]));
        assert_eq!(Asked::meant(&map, "feeds", None), Ok(feeds));
        assert_eq!(feeds.words(&map), Some("Who feeds people here?"));
        assert_eq!(Asked::meant(&map, "6", None), Ok(Asked::Whole("others-campaigning")));
        map.own_questions.push(own(2, "Who is missing?", true));
        assert_eq!(Asked::meant(&map, "6", None), Ok(Asked::Own(RowId([2; 16]))), "it stands in the place of number 6");
        assert_eq!(Asked::meant(&map, "5", Some("tens")), Ok(Asked::Part("others-campaigning", "tensions")));
        assert_eq!(Asked::meant(&map, "weather", None), Err(NotMeant::NoQuestion));
        let of = Question::typed("5").unwrap();
        assert_eq!(Asked::meant(&map, "5", Some("weather")), Err(NotMeant::NoPart { of }));
    }

    #[test]
    fn every_part_of_a_question_has_its_own_words_in_turn() {
        let map = Map::default();
        for question in QUESTIONS {
            let whole = Asked::Whole(question.slug);
            let words: Vec<&str> = whole.in_turn().into_iter().filter_map(|asked| asked.words(&map)).collect();
            assert_eq!(words, question.parts.iter().map(|part| part.words).collect::<Vec<_>>());
            assert_eq!(whole.words(&map), Some(question.words));
        }
    }

    #[test]
    fn what_is_added_to_an_answer_stands_below_it_and_loses_nothing() {
        let answer = |text: Option<&str>| Answer {
            known: Known::Partly,
            text: text.map(str::to_owned),
            origin: Origin::default(),
        };
        assert_eq!(answer(Some("new")).below(Some("old")), answer(Some("old\nnew")));
        assert_eq!(answer(None).below(Some("old")), answer(Some("old")));
        assert_eq!(answer(Some("new")).below(None), answer(Some("new")));
    }
}
