//! What an entry can hold. A field is one row in its kind's table; prompts, show, import and export read the tables only.

use crate::date::Date;
use crate::date::typed::{NoDay, parse_date};
use crate::kind::affiliation::Affiliation;
use crate::kind::sourced;
use crate::rejection::Rejection;
use crate::words;
use crate::words::choice::{Choice, choice};

/// One field of a kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The word in keys, flags, columns and JSON: lower case, hyphens.
    pub name: &'static str,
    /// What people read beside the value.
    pub label: &'static str,
    /// What people are asked.
    pub question: &'static str,
    pub merges: Merges,
    pub holds: Holds,
    /// The widest circle that may see it.
    pub audience: Audience,
    /// Likely to be sensitive information about a person: source and need are asked for.
    pub sensitive: bool,
    /// Other words for it in the first line of a table.
    pub headers: &'static [&'static str],
}

/// What becomes of two values written apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merges {
    /// One is shown, the others are listed as differing.
    Register,
    /// Letter by letter.
    Text,
    /// Both are in; what was added wins over what was taken out without seeing it.
    Set,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Line,
    Note,
    Choice(&'static [Choice]),
    YesNo,
    /// A number of things or people, or "unknown".
    Count,
    Phone,
    Email,
    Url,
    /// What a person or an organisation belongs to.
    Affiliation,
    /// A claim about a person, with where it is known from and the day in brackets.
    Sourced,
    /// Somebody or something of the map, by its id; or a name that is not on it.
    Entry,
    /// A day, as 2026-11-23.
    Day,
}

/// Who may see a field, the widest circle first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    Public,
    Partner,
    Group,
    Staff,
}

/// What most fields are. Who may see them is the circle that a forgotten word must not widen.
const LINE: Field = Field {
    name: "",
    label: "",
    question: "",
    merges: Merges::Register,
    holds: Holds::Line,
    audience: Audience::Group,
    sensitive: false,
    headers: &[],
};

/// A line with its name, label and question; the rest with the methods below.
pub(crate) const fn line(name: &'static str, label: &'static str, question: &'static str) -> Field {
    Field { name, label, question, ..LINE }
}

/// A kind's table, of rows that several kinds share and of its own.
pub(crate) const fn table<const ROWS: usize>(parts: &[&[Field]]) -> [Field; ROWS] {
    let mut table = [LINE; ROWS];
    let (mut part, mut rows) = (0, 0);
    while part < parts.len() {
        let mut row = 0;
        while row < parts[part].len() {
            table[rows] = parts[part][row];
            (row, rows) = (row + 1, rows + 1);
        }
        part += 1;
    }
    assert!(rows == ROWS, "the table has as many rows as its parts");
    table
}

impl Field {
    pub(crate) const fn holds(self, holds: Holds) -> Field {
        Field { holds, ..self }
    }

    pub(crate) const fn merges(self, merges: Merges) -> Field {
        Field { merges, ..self }
    }

    pub(crate) const fn audience(self, audience: Audience) -> Field {
        Field { audience, ..self }
    }

    pub(crate) const fn sensitive(self) -> Field {
        Field { sensitive: true, ..self }
    }

    pub(crate) const fn headers(self, headers: &'static [&'static str]) -> Field {
        Field { headers, ..self }
    }

    /// The root key of a register or a text, or the prefix of a set's members.
    pub(crate) fn key(&self) -> String {
        match self.merges {
            Merges::Register => format!("f/{}", self.name),
            Merges::Text => format!("t/{}", self.name),
            Merges::Set => format!("s/{}/", self.name),
        }
    }

    /// A typed value in the form in which it is kept. Empty stays empty.
    pub fn clean(&self, typed: &str) -> Result<String, Rejection> {
        let field = self.name;
        let limit = if self.name == NAME.name { words::NAME_LETTERS } else { words::LINE_LETTERS };
        let text = match self.holds {
            Holds::Note => return Ok(words::note(field, typed)?),
            _ => words::line(field, typed, limit)?,
        };
        if text.is_empty() {
            return if self.name == NAME.name { Err(Rejection::Empty { field }) } else { Ok(text) };
        }
        match self.holds {
            Holds::Line | Holds::Note | Holds::Entry => Ok(text),
            Holds::Day => match parse_date(&text, Date::of_ms(0)) {
                Ok(day) if day.to_string() == text => Ok(text),
                _ => Err(NoDay::NotADate { typed: text }.into()),
            },
            Holds::Choice(choices) => {
                let folded = words::folded(&text);
                choices
                    .iter()
                    .find(|choice| choice.names().any(|name| words::folded(name) == folded))
                    .map(|choice| choice.slug.to_owned())
                    .ok_or(Rejection::NotOneOf { field, typed: text, choices })
            }
            Holds::YesNo => match words::folded(&text).as_str() {
                "yes" | "y" | "true" | "1" | "x" => Ok("yes".to_owned()),
                "no" | "n" | "false" | "0" => Ok("no".to_owned()),
                _ => Err(Rejection::NotYesOrNo { field, typed: text }),
            },
            Holds::Count => match words::folded(&text).as_str() {
                "unknown" | "not known" | "" => Ok("unknown".to_owned()),
                // Folding would take a minus away.
                _ => text
                    .parse::<u32>()
                    .ok()
                    .filter(|count| *count <= COUNT_LIMIT)
                    .map(|count| count.to_string())
                    .ok_or(Rejection::NotACount { field, typed: text.chars().take(40).collect() }),
            },
            // Not checked further: numbers abroad, extensions and "ask at the hall" are all in use.
            Holds::Phone if text.chars().any(|letter| letter.is_ascii_digit()) => Ok(text),
            Holds::Phone => Err(Rejection::NotAPhone { typed: text }),
            Holds::Email => match text.split_once('@') {
                Some((name, host)) if !name.is_empty() && !host.is_empty() && !text.contains(' ') => Ok(text),
                _ => Err(Rejection::NotAnEmail { typed: text }),
            },
            Holds::Url => {
                let lower = text.to_lowercase();
                if lower.contains(char::is_whitespace) || !lower.contains('.') {
                    Err(Rejection::NotAWebAddress { typed: text })
                } else if lower.starts_with("http://") || lower.starts_with("https://") {
                    Ok(text)
                } else if lower.contains(':') {
                    Err(Rejection::NotAWebAddress { typed: text })
                } else {
                    Ok(format!("https://{text}"))
                }
            }
            Holds::Affiliation => Affiliation::typed(&text).map(|affiliation| affiliation.to_string()),
            Holds::Sourced => sourced::clean(field, &text),
        }
    }

    /// The word for a kept value.
    pub fn shown(&self, value: &str) -> String {
        match self.holds {
            Holds::Choice(choices) => choices
                .iter()
                .find(|choice| choice.slug == value)
                .map_or_else(|| value.to_owned(), |choice| choice.label.to_owned()),
            Holds::Count if value == "unknown" => "not known".to_owned(),
            _ => value.to_owned(),
        }
    }
}

/// More than any town has.
const COUNT_LIMIT: u32 = 1_000_000;

// Fields that several kinds share.

pub const NAME: Field = line("name", "Name", "What is it called?").audience(Audience::Public).headers(&[
    "organisation",
    "organization",
    "org",
    "org name",
    "organisation name",
    "full name",
    "group name",
    "title",
]);

/// What sort of its kind it is: each kind that has sorts has its own list of them.
pub const TYPE: Field = line("type", "Type", "What sort?");

pub const CATEGORY: Field = line("category", "Category", "Which of the four kinds of partner?")
    .holds(Holds::Choice(&[
        choice("a", "(a) people more affected by oppression and abuse", &["(a)", "rights holders", "affected"]),
        choice("b", "(b) similar organisations and movements", &["(b)", "similar", "movement"]),
        choice("c", "(c) community, religious, business and other local", &["(c)", "community", "local"]),
        choice("d", "(d) political and system-changing", &["(d)", "political"]),
        choice("unknown", "not known", &["?", "not known", "don't know"]),
    ]))
    .headers(&["partner category"]);

pub const LED_BY: Field = line("led-by", "Led by rights holders", "Is it led by rights holders? Which?")
    .merges(Merges::Set)
    .audience(Audience::Partner)
    .headers(&["rights holder led", "led by"]);

pub const LED_BY_WORDS: Field = line("led-by-words", "In whose words", "In whose words is that?")
    .audience(Audience::Partner)
    .headers(&["in whose words"]);

pub const PHONE: Field = line("phone", "Phone", "Phone number?").holds(Holds::Phone).headers(&[
    "ph",
    "tel",
    "telephone",
    "mobile",
    "phone number",
    "contact number",
    "mob",
]);

pub const EMAIL: Field = line("email", "E-mail", "E-mail address?").holds(Holds::Email).headers(&[
    "e mail",
    "mail",
    "email address",
    "e-mail",
]);

pub const WEBSITE: Field = line("website", "Website", "Website?")
    .holds(Holds::Url)
    .audience(Audience::Public)
    .headers(&["web", "url", "web site", "homepage", "link", "site"]);

pub const ADDRESS: Field = line("address", "Address", "Where is it?").audience(Audience::Partner).headers(&[
    "street address",
    "location",
    "where",
    "street",
]);

pub const HELD_BY: Field = line("held-by", "Held by", "Which of our groups keeps this relationship?").headers(&[
    "holder",
    "relationship holder",
    "held by",
    "our group",
]);

/// Arguing with an opponent may entrench them, and nobody has to engage with one (module, spectrum of allies).
pub const ENGAGE: Field =
    line("engage", "We engage with them", "Do we engage with them? (no: nobody should approach them)")
        .holds(Holds::YesNo)
        .headers(&["engage with them"]);

pub const AFFILIATION: Field = line("affiliation", "Belongs to", "What do they belong to, and as what?")
    .holds(Holds::Affiliation)
    .merges(Merges::Set)
    .audience(Audience::Public)
    .sensitive();

pub const SOURCE_ID: Field = line("source-id", "Id in its source", "Its id in a register?")
    .merges(Merges::Set)
    .headers(&["id", "external id", "external identifier", "register id", "identifier", "source id"]);

pub const SOURCE: Field =
    line("source", "Source", "Where do we know this from?").merges(Merges::Set).headers(&["sources", "found in"]);

/// Partners who want the same change take the initiative, and do not only agree (module, section 2).
pub const VISION: Field = line("vision", "Vision we share", "Which change do both of us want?")
    .audience(Audience::Partner)
    .headers(&["shared vision"]);

pub const DESCRIPTION: Field = line("description", "Description", "What do they do?")
    .holds(Holds::Note)
    .merges(Merges::Text)
    .audience(Audience::Partner)
    .headers(&["about", "what they do", "purpose", "summary"]);

pub const NOTES: Field = line("notes", "Notes", "Anything to note? (Write as if they will read it; they may ask to.)")
    .holds(Holds::Note)
    .merges(Merges::Text)
    .headers(&["note", "comment", "comments", "remarks"]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_in_one_form() {
        assert_eq!(CATEGORY.clean("(A)"), Ok("a".into()));
        assert_eq!(CATEGORY.clean(" Not  known"), Ok("unknown".into()));
        assert_eq!(WEBSITE.clean("choir.example"), Ok("https://choir.example".into()));
        assert_eq!(PHONE.clean(""), Ok(String::new()));
        assert_eq!(NOTES.clean(" two\r\nlines \n"), Ok("two\nlines".into()));
    }

    #[test]
    fn a_refusal_says_what_would_fit() {
        let refusal = CATEGORY.clean("e").unwrap_err().to_string();
        assert_eq!(refusal, "\"e\" is not one of a, b, c, d, unknown");
        assert_eq!(NAME.clean("  ").unwrap_err().to_string(), "name is empty");
        assert!(WEBSITE.clean("javascript:alert(1.0)").is_err());
        assert!(EMAIL.clean("nobody").is_err());
        assert!(PHONE.clean("ask Rosa").is_err());
    }
}
