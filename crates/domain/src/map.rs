//! The map itself: what community it is of, what is known about it, and the campaigns that people stand for or against.

pub mod as_of;
pub mod campaign;
pub mod figure;
pub mod head;
pub mod issue;
pub mod item;
pub mod key_date;
pub mod origin;
pub mod question;
pub mod section;

use allymap_document::{Document, Edit, Value};
use sha2::{Digest, Sha256};

use crate::ids::{RowId, letters};
use crate::kind::field::{Audience, Field, Holds, Merges, line};
use crate::kind::value::{FieldValue, Said};
use crate::map::campaign::{Campaign, FoundCampaign, find_campaign};
use crate::map::figure::Figure;
use crate::map::issue::Issue;
use crate::map::item::{Alike, Item, Listed};
use crate::map::key_date::KeyDate;
use crate::map::origin::needed_line;
use crate::map::question::{Answer, Asked, Known, OwnQuestion, QUESTIONS, Question};
use crate::map::section::OwnSection;
use crate::rejection::Rejection;
use crate::words;
use crate::words::choice::{Choice, choice};

/// The map's own document, whose id the caller derives from the space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// The shown name, then those that were written apart from it.
    pub names: Vec<String>,
    /// Which community this is: where it starts and ends.
    pub community: String,
    /// What else its head says, in the order of [`MAP_FIELDS`], only what holds something.
    pub fields: Vec<FieldValue>,
    /// By their sentences.
    pub campaigns: Vec<Campaign>,
    pub answers: Vec<Item<Asked, Answer>>,
    /// By what they count, then by date.
    pub figures: Vec<Item<RowId, Figure>>,
    /// The heaviest first.
    pub issues: Vec<Item<RowId, Issue>>,
    /// By name; [`coming`](crate::map::key_date::coming) puts them into the order of the calendar.
    pub dates: Vec<Item<RowId, KeyDate>>,
    pub own_questions: Vec<Item<RowId, OwnQuestion>>,
    pub own_sections: Vec<Item<RowId, OwnSection>>,
    pub newer_facts: usize,
}

/// A map to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMap {
    pub name: String,
    pub community: String,
}

/// How much of the questions is known. The template's seven count, and those of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub answered: usize,
    pub partly: usize,
    pub unknown: usize,
    /// The words of the questions that nobody has answered at all.
    pub missing: Vec<String>,
}

/// How a question stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionStanding<'a> {
    /// Its number in the template; none for one of the map's own that stands in nobody's place.
    pub number: Option<u8>,
    pub words: &'a str,
    pub question: Option<&'static Question>,
    pub own: Option<RowId>,
    pub known: Known,
}

/// What the head of a map says beside its name and its community.
pub static MAP_FIELDS: &[Field] = &[
    REGION,
    EXTENT,
    BOUNDARY,
    KNOWS_US,
    STRATEGY,
    VISION,
    ORGANISING_TEAM,
    ACTION_CENTRE,
    REGIONAL_STAFF,
    BRANCH_COMMITTEE,
    MAJOR_PARTIES,
    WEEKS_A,
    WEEKS_B,
    WEEKS_C,
    WEEKS_D,
    FACTS_AGE,
];

pub const REGION: Field = line("region", "Region", "In which region is it?").audience(Audience::Public);

pub const EXTENT: Field =
    line("extent", "What kind of community", "Is it people of one area, or people who share something?")
        .holds(Holds::Choice(EXTENTS))
        .audience(Audience::Public);

pub const BOUNDARY: Field = line("boundary", "Boundary", "Where is its border? (In words, or as GeoJSON)")
    .holds(Holds::Note)
    .audience(Audience::Public);

pub const KNOWS_US: Field = line("knows-us", "How it knows us", "How well does the community know us?")
    .merges(Merges::Set)
    .holds(Holds::Choice(ACQUAINTANCE));

pub const STRATEGY: Field =
    line("strategy", "Strategy", "What is the plan for this community, and for no other?").holds(Holds::Note);

pub const VISION: Field = line("vision", "Shared vision", "Which change do we and our partners want to see?")
    .holds(Holds::Note)
    .audience(Audience::Partner);

pub const ORGANISING_TEAM: Field =
    line("organising-team", "Organising team", "How is the community organising team reached?");

pub const ACTION_CENTRE: Field =
    line("action-centre", "Local action centre", "How is the local action centre reached?");

pub const REGIONAL_STAFF: Field =
    line("regional-staff", "Regional staff", "Who are the regional staff, and how are they reached?");

pub const BRANCH_COMMITTEE: Field =
    line("branch-committee", "Branch Committee", "How is the Branch Committee reached?");

pub const MAJOR_PARTIES: Field =
    line("major-parties", "Major parties", "Which parties count as major here? (PARTY, or ELECTORATE: PARTY)")
        .merges(Merges::Set)
        .audience(Audience::Public);

pub const WEEKS_A: Field =
    line("weeks-a", "Check in with (a)", "After how many weeks do we check in with category (a)?");

pub const WEEKS_B: Field =
    line("weeks-b", "Check in with (b)", "After how many weeks do we check in with category (b)?");

pub const WEEKS_C: Field =
    line("weeks-c", "Check in with (c)", "After how many weeks do we check in with category (c)?");

pub const WEEKS_D: Field =
    line("weeks-d", "Check in with (d)", "After how many weeks do we check in with category (d)?");

pub const FACTS_AGE: Field = line("facts-age", "Facts grow old", "After how many months is a fact old?");

/// By area, or by what is shared (module, section 6).
const EXTENTS: &[Choice] = &[
    choice("suburb", "a suburb", &["neighbourhood"]),
    choice("electorate", "an electorate", &[]),
    choice("town", "a town", &["village"]),
    choice("city", "a city", &[]),
    choice("area", "another area", &["region", "valley", "shire"]),
    choice("characteristic", "people who share a characteristic", &["people"]),
    choice("interest", "people who share an interest", &[]),
    choice("belief", "people who share a belief", &["faith", "attitude"]),
];

/// The four answers to the template's second question.
const ACQUAINTANCE: &[Choice] = &[
    choice("from-scratch", "hardly at all", &["scratch", "not at all"]),
    choice("bad-experiences", "has had bad experiences with us", &["bad", "negative"]),
    choice("expectations", "expects something good of us", &["good", "positive"]),
    choice("knowledge", "knows the movement well", &["well", "knows us"]),
];

/// The fields of [`MAP_FIELDS`] that say whom to turn to.
pub(crate) const REFERRAL: [&Field; 4] = [&ORGANISING_TEAM, &ACTION_CENTRE, &REGIONAL_STAFF, &BRANCH_COMMITTEE];

/// Weeks between check-ins, and months until a fact is old, where a map says nothing else: rights holders are not left
/// alone for long, similar organisations need less upkeep (module, section 4).
pub const RHYTHM: [(&Field, u32); 5] = [(&WEEKS_A, 6), (&WEEKS_B, 16), (&WEEKS_C, 8), (&WEEKS_D, 12), (&FACTS_AGE, 18)];

/// The longest interval that makes sense, in weeks and in months.
pub const LONGEST: u32 = 520;

impl Map {
    /// Never fails: what cannot be read is counted.
    pub fn read(document: &Document) -> Map {
        let mut map = Map::default();
        let keys = document.keys();
        map.names = map.lines(document, NAME);
        map.community = document.text(COMMUNITY).map(|text| words::shown(&text)).unwrap_or_default();
        map.read_fields(document, &keys);
        let newer = &mut map.newer_facts;
        map.answers = item::read(document, &keys, newer);
        map.figures = item::read(document, &keys, newer);
        map.issues = item::read(document, &keys, newer);
        map.dates = item::read(document, &keys, newer);
        map.own_questions = item::read(document, &keys, newer);
        map.own_sections = item::read(document, &keys, newer);
        let (campaigns, newer) = campaign::read(document);
        map.campaigns = campaigns;
        map.newer_facts += newer;
        for key in keys.iter().filter(|key| !campaign::owns(key)) {
            map.newer_facts += usize::from(!is_ours(key));
        }
        map.figures.sort_by(|a, b| {
            let order =
                |item: &Item<RowId, Figure>| (words::folded(&item.value.what), item.value.origin.day(), item.key);
            order(a).cmp(&order(b))
        });
        map.issues
            .sort_by_key(|item| (std::cmp::Reverse(item.value.weight), words::folded(&item.value.name), item.key));
        map.dates.sort_by_key(|item| (words::folded(&item.value.name), item.key));
        map.own_questions.sort_by_key(|item| (words::folded(&item.value.words), item.key));
        map.own_sections.sort_by_key(|item| (words::folded(&item.value.title), item.key));
        map
    }

    pub fn name(&self) -> &str {
        self.names.first().map_or("(no name yet)", String::as_str)
    }

    /// The shown value of a field of the head, or the first member of a set.
    pub fn value(&self, field: &Field) -> Option<&str> {
        let value = self.fields.iter().find(|value| value.field.name == field.name)?;
        value.values.first().map(|said| said.value.as_str())
    }

    /// What to keep in mind, for each way in which the community knows us.
    pub fn acquaintance_hints(&self) -> Vec<&'static str> {
        let known = self.fields.iter().find(|value| value.field.name == KNOWS_US.name);
        let members = known.map_or(&[][..], |value| &value.values);
        members
            .iter()
            .filter_map(|said| match said.value.as_str() {
                "from-scratch" => Some("Plan time to say who we are before you ask for anything."),
                "bad-experiences" => Some("Listen first: find out what happened, and put right what can be put right."),
                "expectations" => Some("Promise only what you can keep; people count on it."),
                "knowledge" => Some("They know the movement: go straight to what you could do together."),
                _ => None,
            })
            .collect()
    }

    /// Whom to turn to: labels and what the map says of each, None where nobody has filled it in.
    pub fn referral_card(&self) -> Vec<(&'static str, Option<&str>)> {
        REFERRAL.iter().map(|field| (field.label, self.value(field))).collect()
    }

    /// Weeks until the next check-in with an entry of this category; of none, as long as of (c).
    pub fn check_in_weeks(&self, category: Option<&str>) -> u32 {
        self.number_or_usual(match category {
            Some("a") => &WEEKS_A,
            Some("b") => &WEEKS_B,
            Some("d") => &WEEKS_D,
            _ => &WEEKS_C,
        })
    }

    /// Months after which a fact is listed as old.
    pub fn facts_age_months(&self) -> u32 {
        self.number_or_usual(&FACTS_AGE)
    }

    /// A number that the members of this map agreed on: `weeks-a` to `weeks-d`, `facts-age`.
    pub fn number(&self, field: &Field) -> Option<u32> {
        RHYTHM.iter().find(|(one, _)| one.name == field.name)?;
        self.value(field)?.parse().ok().filter(|number| (1..=LONGEST).contains(number))
    }

    /// The parties that count as major, everywhere and in one electorate.
    pub fn major_parties(&self, electorate: Option<&str>) -> Vec<String> {
        let field = self.fields.iter().find(|value| value.field.name == MAJOR_PARTIES.name);
        let here = electorate.map(words::folded);
        let mut parties: Vec<String> = field
            .map_or(&[][..], |value| &value.values)
            .iter()
            .filter_map(|said| match said.value.split_once(": ") {
                None => Some(said.value.clone()),
                Some((of, party)) => (Some(words::folded(of)) == here).then(|| party.trim().to_owned()),
            })
            .filter(|party| !party.is_empty())
            .collect();
        parties.sort_by_key(|party| words::folded(party));
        parties.dedup_by_key(|party| words::folded(party));
        parties
    }

    /// What was kept of the same before, which is changed when it is written again.
    pub fn like<T: Alike>(&self, item: &T) -> Option<&Item<RowId, T>> {
        T::list(self).iter().find(|known| known.value.is_like(item))
    }

    fn number_or_usual(&self, field: &Field) -> u32 {
        let usual = RHYTHM.iter().find(|(one, _)| one.name == field.name).map_or(0, |(_, usual)| *usual);
        self.number(field).unwrap_or(usual)
    }

    pub fn answer(&self, asked: Asked) -> Option<&Item<Asked, Answer>> {
        self.answers.iter().find(|item| item.key == asked)
    }

    /// Everything that was answered so far; what was said apart is one below the other.
    pub fn said(&self, asked: Asked) -> Option<String> {
        let texts: Vec<&str> = self.answer(asked)?.versions().filter_map(|answer| answer.text.as_deref()).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    /// How much is known of what was asked. Of answers given apart, the one that claims less.
    pub fn known(&self, asked: Asked) -> Known {
        self.answer(asked).and_then(|item| item.versions().map(|answer| answer.known).min()).unwrap_or(Known::Unknown)
    }

    /// How much is known of a whole question: what somebody said of it, or what its parts amount to, whichever is more.
    pub fn known_of(&self, question: &Question) -> Known {
        let parts: Vec<Known> =
            question.parts.iter().map(|part| self.known(Asked::Part(question.slug, part.slug))).collect();
        let by_parts = if parts.iter().all(|known| *known == Known::Answered) {
            Known::Answered
        } else if parts.iter().any(|known| *known > Known::Unknown) {
            Known::Partly
        } else {
            Known::Unknown
        };
        self.known(Asked::Whole(question.slug)).max(by_parts)
    }

    /// The eight questions in the template's order, then those of the map's own. Number 6 is number 5 again, unless a question
    /// of one's own stands there.
    pub fn questions(&self) -> Vec<QuestionStanding<'_>> {
        let sixth = self.own_questions.iter().find(|item| item.value.sixth);
        let mut standings = Vec::new();
        for question in QUESTIONS {
            let known = self.known_of(question);
            let of = |number: u8| QuestionStanding {
                number: Some(number),
                words: question.words,
                question: Some(question),
                own: None,
                known,
            };
            standings.push(of(question.number));
            if question.number == 5 {
                standings.push(sixth.map_or_else(|| of(6), |item| self.own_standing(Some(6), item)));
            }
        }
        let others = self.own_questions.iter().filter(|item| sixth.is_none_or(|sixth| sixth.key != item.key));
        standings.extend(others.map(|item| self.own_standing(None, item)));
        standings
    }

    fn own_standing<'a>(&'a self, number: Option<u8>, item: &'a Item<RowId, OwnQuestion>) -> QuestionStanding<'a> {
        let known = self.known(Asked::Own(item.key));
        QuestionStanding { number, words: &item.value.words, question: None, own: Some(item.key), known }
    }

    pub fn progress(&self) -> Progress {
        let mut progress = Progress::default();
        for standing in self.questions() {
            // The same question again.
            if standing.number == Some(6) && standing.own.is_none() {
                continue;
            }
            match standing.known {
                Known::Answered => progress.answered += 1,
                Known::Partly => progress.partly += 1,
                Known::Unknown => {
                    progress.unknown += 1;
                    progress.missing.push(standing.words.to_owned());
                }
            }
        }
        progress
    }

    /// The campaign that people mean: by its id, its sentence, or words of it. None when it is not clear which.
    pub fn campaign(&self, typed: &str) -> Option<&Campaign> {
        match find_campaign(typed, &self.campaigns) {
            FoundCampaign::One(campaign) => Some(campaign),
            _ => None,
        }
    }

    /// True when the document is a map rather than an entry.
    pub fn is(document: &Document) -> bool {
        document.value("kind") == Some(Value::Text(KIND.to_owned()))
    }

    /// Make the map, in the edit that begins its document.
    pub fn create(edit: &mut Edit<'_>, new: &NewMap) -> Result<(), Rejection> {
        if !edit.creating() || edit.value("kind").is_some() {
            return Err(Rejection::Exists);
        }
        edit.put("kind", Value::Text(KIND.to_owned()))?;
        edit.make_text(COMMUNITY, &words::note("community", &new.community)?)?;
        Map::rename(edit, &new.name)
    }

    pub fn rename(edit: &mut Edit<'_>, name: &str) -> Result<(), Rejection> {
        Ok(edit.put(NAME, Value::Text(needed_line("name", name, words::NAME_LETTERS)?))?)
    }

    pub fn describe(edit: &mut Edit<'_>, community: &str) -> Result<(), Rejection> {
        Ok(edit.update_text(COMMUNITY, &words::note("community", community)?)?)
    }

    /// Set a field of the head. An empty value empties it.
    pub fn set(edit: &mut Edit<'_>, name: &str, typed: &str) -> Result<(), Rejection> {
        existing(edit)?;
        let field = field_of(name)?;
        if field.merges == Merges::Set {
            return Err(Rejection::OneAtATime { field: field.name });
        }
        let value = field.clean(typed)?;
        if value.is_empty() {
            return Ok(edit.remove(&field.key())?);
        }
        if RHYTHM.iter().any(|(one, _)| one.name == field.name) {
            let number = value.parse::<u32>().ok().filter(|number| (1..=LONGEST).contains(number));
            number.ok_or_else(|| Rejection::NotANumber { field: field.name, typed: value.clone(), limit: LONGEST })?;
        }
        if field.name == BOUNDARY.name {
            check_boundary(&value)?;
        }
        Ok(edit.put(&field.key(), Value::Text(value))?)
    }

    /// Put a member into a set of the head.
    pub fn add(edit: &mut Edit<'_>, name: &str, typed: &str) -> Result<(), Rejection> {
        existing(edit)?;
        let (key, value) = member(name, typed)?;
        Ok(edit.put(&key, Value::Text(value))?)
    }

    /// Take a member out of a set of the head.
    pub fn remove(edit: &mut Edit<'_>, name: &str, typed: &str) -> Result<(), Rejection> {
        existing(edit)?;
        let (key, _) = member(name, typed)?;
        Ok(edit.remove(&key)?)
    }

    /// Take an item out of whichever list holds it. Somebody who changed it meanwhile brings it back.
    pub fn take_out(edit: &mut Edit<'_>, id: RowId) -> Result<(), Rejection> {
        existing(edit)?;
        item::take_out::<Figure>(edit, &id)?;
        item::take_out::<Issue>(edit, &id)?;
        item::take_out::<KeyDate>(edit, &id)?;
        item::take_out::<OwnQuestion>(edit, &id)?;
        item::take_out::<OwnSection>(edit, &id)
    }

    /// Write an item of whichever list it belongs to, new or changed: a figure, an issue, a date, an answer, a question or a
    /// section of the map's own.
    pub fn put<T: Listed>(edit: &mut Edit<'_>, key: &T::Key, item: &T) -> Result<(), Rejection> {
        existing(edit)?;
        item::put(edit, key, item.clone())
    }

    fn read_fields(&mut self, document: &Document, keys: &[String]) {
        for field in MAP_FIELDS {
            let key = field.key();
            let found: Vec<&String> = match field.merges {
                Merges::Set => keys.iter().filter(|known| known.starts_with(&key)).collect(),
                _ => keys.iter().filter(|known| **known == key).collect(),
            };
            let mut values: Vec<Said> = Vec::new();
            for written in found.into_iter().flat_map(|key| document.values(key)) {
                match written.value {
                    Value::Text(text) => {
                        let value =
                            if field.holds == Holds::Note { words::shown(&text) } else { words::shown_line(&text) };
                        if !values.iter().any(|said| said.value == value) {
                            values.push(Said { value, by: None });
                        }
                    }
                    _ => self.newer_facts += 1,
                }
            }
            if field.merges == Merges::Set {
                values.sort_by(|a, b| a.value.cmp(&b.value));
            }
            if !values.is_empty() {
                self.fields.push(FieldValue { field, values });
            }
        }
    }

    fn lines(&mut self, document: &Document, key: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for written in document.values(key) {
            match written.value {
                Value::Text(text) => {
                    let text = words::shown_line(&text);
                    if !lines.contains(&text) {
                        lines.push(text);
                    }
                }
                _ => self.newer_facts += 1,
            }
        }
        lines
    }
}

impl Progress {
    /// Enough is known to go on to the next stage: every question is at least partly answered (module, section 6).
    pub fn ready(&self) -> bool {
        self.unknown == 0
    }

    pub fn of(&self) -> usize {
        self.answered + self.partly + self.unknown
    }
}

/// Keys that this version knows, campaigns aside; whether their values are readable is counted where they are read.
fn is_ours(key: &str) -> bool {
    const LISTS: [&str; 6] = [Answer::SET, Figure::SET, Issue::SET, KeyDate::SET, OwnQuestion::SET, OwnSection::SET];
    ["kind", NAME, COMMUNITY].contains(&key)
        || MAP_FIELDS.iter().any(|field| match field.merges {
            Merges::Set => key.starts_with(&field.key()),
            _ => key == field.key(),
        })
        || key.strip_prefix("s/").and_then(|rest| rest.split_once('/')).is_some_and(|(set, _)| LISTS.contains(&set))
}

fn existing(edit: &Edit<'_>) -> Result<(), Rejection> {
    match edit.value("kind") {
        Some(Value::Text(kind)) if kind == KIND => Ok(()),
        Some(_) => Err(Rejection::NewerKind),
        None => Err(Rejection::NoEntry),
    }
}

fn field_of(name: &str) -> Result<&'static Field, Rejection> {
    let typed = || words::shown_line(name).chars().take(40).collect();
    MAP_FIELDS
        .iter()
        .find(|field| field.name == name)
        .ok_or_else(|| Rejection::NoSuchField { kind: "the map", typed: typed() })
}

/// The key and the kept form of a member of a set.
fn member(name: &str, typed: &str) -> Result<(String, String), Rejection> {
    let field = field_of(name)?;
    if field.merges != Merges::Set {
        return Err(Rejection::OnlyOne { field: field.name });
    }
    let value = field.clean(typed)?;
    if value.is_empty() {
        return Err(Rejection::Empty { field: field.name });
    }
    Ok((format!("{}{}", field.key(), letters(&Sha256::digest(&value)[..16])), value))
}

/// Words are a boundary as they are; what begins like GeoJSON has to be some (RFC 7946, section 1.4).
fn check_boundary(text: &str) -> Result<(), Rejection> {
    const TYPES: [&str; 9] = [
        "Feature",
        "FeatureCollection",
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    ];
    if !text.starts_with('{') {
        return Ok(());
    }
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|_| Rejection::NotGeoJson { why: "it is no JSON" })?;
    match value["type"].as_str() {
        Some(kind) if TYPES.contains(&kind) => Ok(()),
        _ => Err(Rejection::NotGeoJson { why: "its \"type\" is none that GeoJSON has" }),
    }
}

pub(crate) const KIND: &str = "map";
const NAME: &str = "f/name";
const COMMUNITY: &str = "t/community";

#[cfg(test)]
mod tests;
