//! The kinds of entry, each a table of fields. Prompts, `show`, import and export read the tables: a field is one row.

use std::fmt;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Organisation,
    Person,
    Institution,
    Place,
}

/// How two people's changes to a field come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merges {
    /// One value; two that were written apart both stay until somebody writes a third.
    Register,
    /// Letters merge.
    Text,
    /// Members are united; adding wins over removing.
    Set,
}

/// Who may see a field on paper or in an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    Public,
    Partner,
    Group,
    Staff,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Line,
    Lines,
    OneOf(&'static [&'static str]),
    YesNo,
    Phone,
    Url,
}

/// One field of a kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// In flags, CSV headings, JSON and keys.
    pub name: &'static str,
    /// On screen and paper.
    pub label: &'static str,
    /// As it is asked for.
    pub question: &'static str,
    pub merges: Merges,
    pub holds: Holds,
    pub audience: Audience,
    /// Headings of other people's tables that mean this field, folded.
    pub headers: &'static [&'static str],
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Organisation, Kind::Person, Kind::Institution, Kind::Place];

    pub fn slug(self) -> &'static str {
        match self {
            Kind::Organisation => "organisation",
            Kind::Person => "person",
            Kind::Institution => "institution",
            Kind::Place => "place",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Its table, the name first.
    pub fn fields(self) -> &'static [&'static Field] {
        match self {
            Kind::Organisation => ORGANISATION,
            Kind::Person => PERSON,
            Kind::Institution => INSTITUTION,
            Kind::Place => PLACE,
        }
    }

    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().copied().find(|field| field.name == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl Field {
    /// Its key in a document, apart from members of sets.
    pub(crate) fn key(&self) -> String {
        match self.merges {
            Merges::Register => format!("f/{}", self.name),
            Merges::Text => format!("t/{}", self.name),
            Merges::Set => format!("s/{}/", self.name),
        }
    }
}

const fn line(
    name: &'static str,
    label: &'static str,
    question: &'static str,
    audience: Audience,
    headers: &'static [&'static str],
) -> Field {
    Field { name, label, question, merges: Merges::Register, holds: Holds::Line, audience, headers }
}

static NAME: Field = line(
    "name",
    "Name",
    "Name",
    Audience::Public,
    &["name", "full name", "organisation", "organization", "group", "org name", "title"],
);
static TYPE: Field = line(
    "type",
    "Type",
    "What sort is it? (faith, youth, union, sport, business …)",
    Audience::Public,
    &["type", "sort"],
);
/// The guide's four categories (module, section 4).
static CATEGORY: Field = Field {
    name: "category",
    label: "Category",
    question: "Category: a more affected · b similar · c community · d political",
    merges: Merges::Register,
    holds: Holds::OneOf(&["a", "b", "c", "d"]),
    audience: Audience::Group,
    headers: &["category"],
};
static LED_BY: Field = line(
    "led-by",
    "Rights-holder-led",
    "Led by rights holders? Which (indigenous, cald, disability, lgbtqi …)",
    Audience::Group,
    &["led by"],
);
static LED_BY_SOURCE: Field = line("led-by-source", "In whose words", "In whose words?", Audience::Group, &[]);
static PHONE: Field = Field {
    holds: Holds::Phone,
    ..line("phone", "Phone", "Phone", Audience::Group, &["phone", "ph", "telephone", "mobile", "contact number"])
};
static EMAIL: Field = line("email", "E-mail", "E-mail", Audience::Group, &["email", "e mail", "email address"]);
static WEBSITE: Field = Field {
    holds: Holds::Url,
    ..line("website", "Website", "Website", Audience::Public, &["website", "web", "url", "council website", "homepage"])
};
static ADDRESS: Field = line("address", "Address", "Address", Audience::Group, &["address", "location", "street"]);
static CONTACT: Field =
    line("contact", "Contact", "Whom to ask for", Audience::Group, &["contact", "contact person", "contact name"]);
static HELD_BY: Field =
    line("held-by", "Held by", "Which of our groups holds it?", Audience::Group, &["held by", "holder"]);
static ROLE: Field =
    line("role", "Role", "Office or role", Audience::Public, &["role", "office", "position held", "executive"]);
static AFFILIATION: Field = line(
    "affiliation",
    "Affiliation",
    "Party or other affiliation, as published",
    Audience::Group,
    &["party", "affiliation"],
);
static AFFILIATION_SOURCE: Field = line("affiliation-source", "According to", "According to", Audience::Group, &[]);
static BASIS: Field = Field {
    name: "basis",
    label: "Why we may hold this",
    question: "Why may we hold this: public-role, willing-contact, other",
    merges: Merges::Register,
    holds: Holds::OneOf(&["public-role", "willing-contact", "other"]),
    audience: Audience::Group,
    headers: &["basis"],
};
static PART_OF: Field = line(
    "part-of",
    "Belongs to",
    "Organisation or council",
    Audience::Public,
    &["council", "organisation", "organization", "employer", "ward of"],
);
static WARD: Field = line("ward", "Ward", "Ward or electorate", Audience::Public, &["ward", "electorate", "area"]);
static SOURCE: Field = line("source", "Source", "Where is this from?", Audience::Group, &["source"]);
static ACCESS: Field =
    line("access", "Access", "Step-free? Safe? For how many?", Audience::Public, &["access", "seats", "capacity"]);
static NOTES: Field = Field {
    name: "notes",
    label: "Notes",
    question: "Notes (write as if they will read it)",
    merges: Merges::Text,
    holds: Holds::Lines,
    audience: Audience::Group,
    headers: &["notes", "note", "comments", "description"],
};
/// Names that other registers have for the entry, so that nobody is added twice.
static SOURCE_IDS: Field = Field {
    name: "source-ids",
    label: "Known elsewhere as",
    question: "Known elsewhere as",
    merges: Merges::Set,
    holds: Holds::Line,
    audience: Audience::Group,
    headers: &["id", "source id", "external id"],
};
static ARCHIVED: Field = Field {
    name: "archived",
    label: "Archived",
    question: "Archived?",
    merges: Merges::Register,
    holds: Holds::YesNo,
    audience: Audience::Group,
    headers: &[],
};

static ORGANISATION: &[&Field] = &[
    &NAME,
    &TYPE,
    &CATEGORY,
    &LED_BY,
    &LED_BY_SOURCE,
    &AFFILIATION,
    &AFFILIATION_SOURCE,
    &CONTACT,
    &PHONE,
    &EMAIL,
    &WEBSITE,
    &ADDRESS,
    &HELD_BY,
    &SOURCE,
    &NOTES,
    &SOURCE_IDS,
    &ARCHIVED,
];
// No birth date, home address, health, visa, vote or origin of a person: what must not be held has no field.
static PERSON: &[&Field] = &[
    &NAME,
    &ROLE,
    &PART_OF,
    &WARD,
    &CATEGORY,
    &AFFILIATION,
    &AFFILIATION_SOURCE,
    &BASIS,
    &PHONE,
    &EMAIL,
    &WEBSITE,
    &HELD_BY,
    &SOURCE,
    &NOTES,
    &SOURCE_IDS,
    &ARCHIVED,
];
static INSTITUTION: &[&Field] = &[
    &NAME,
    &TYPE,
    &CATEGORY,
    &CONTACT,
    &PHONE,
    &EMAIL,
    &WEBSITE,
    &ADDRESS,
    &HELD_BY,
    &SOURCE,
    &NOTES,
    &SOURCE_IDS,
    &ARCHIVED,
];
static PLACE: &[&Field] = &[
    &NAME,
    &TYPE,
    &ACCESS,
    &CONTACT,
    &PHONE,
    &EMAIL,
    &WEBSITE,
    &ADDRESS,
    &HELD_BY,
    &SOURCE,
    &NOTES,
    &SOURCE_IDS,
    &ARCHIVED,
];
