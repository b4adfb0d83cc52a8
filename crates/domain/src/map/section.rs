//! The seven sections of the template (module, section 6), in its order, and sections of one's own.

use minicbor::{Decode, Encode};

use crate::ids::RowId;
use crate::map::Map;
use crate::map::item::{Alike, Item, Listed};
use crate::map::origin::{needed_line, optional_note, shown_note};
use crate::rejection::Rejection;
use crate::words;

/// One section of the template.
#[derive(Debug, PartialEq, Eq)]
pub struct Section {
    pub slug: &'static str,
    pub title: &'static str,
    pub hint: &'static str,
    /// The kind of entry that stands in it, if one does. Among the demographics these are parts of the public, below the
    /// figures that the map itself holds.
    pub kind: Option<&'static str>,
    /// The template's questions that fill it.
    pub questions: &'static [u8],
}

pub const SECTIONS: &[Section] = &[
    section(
        "demographics",
        "Demographics",
        "who lives here, in figures with their source and date",
        Some("segment"),
        &[1],
    ),
    section("dates", "Key dates", "local holidays, festivals, days for human rights", None, &[3]),
    section("issues", "Local issues", "what people here care about most", None, &[4, 5]),
    section(
        "orgs",
        "Organisations & groups",
        "activists, rights holders, charities, social, youth and sports groups, businesses",
        Some("organisation"),
        &[3, 5],
    ),
    section(
        "people",
        "Decision makers & influencers",
        "politicians, community leaders, journalists, well-known people, Elders",
        Some("person"),
        &[7, 8],
    ),
    section(
        "institutions",
        "Institutions",
        "schools, universities, hospitals, places of worship, public offices, shopping centres",
        Some("institution"),
        &[3],
    ),
    section("places", "Physical spaces", "gardens, parks, halls, squares, markets", Some("place"), &[3]),
];

impl Section {
    /// A section as people say it: its short name, or words of its title.
    pub fn named(typed: &str) -> Option<&'static Section> {
        let wanted = words::folded(typed);
        let fits = |section: &&Section| {
            words::folded(section.slug) == wanted || wanted.len() >= 3 && words::folded(section.title).contains(&wanted)
        };
        SECTIONS.iter().find(fits)
    }
}

/// A section that this map has beside the template's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct OwnSection {
    #[n(0)]
    pub title: String,
    #[n(1)]
    pub text: Option<String>,
}

impl Listed for OwnSection {
    type Key = RowId;
    const SET: &'static str = "sections";

    fn clean(self) -> Result<OwnSection, Rejection> {
        let title = needed_line("section", &self.title, words::NAME_LETTERS)?;
        Ok(OwnSection { title, text: optional_note("section", self.text)? })
    }

    fn shown(self) -> Option<OwnSection> {
        Some(OwnSection { title: words::shown_line(&self.title), text: shown_note(self.text) })
    }
}

/// One title is one section.
impl Alike for OwnSection {
    fn list(map: &Map) -> &[Item<RowId, OwnSection>] {
        &map.own_sections
    }

    fn is_like(&self, other: &OwnSection) -> bool {
        words::folded(&self.title) == words::folded(&other.title)
    }
}

const fn section(
    slug: &'static str,
    title: &'static str,
    hint: &'static str,
    kind: Option<&'static str>,
    questions: &'static [u8],
) -> Section {
    Section { slug, title, hint, kind, questions }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    #[test]
    fn s108_there_are_seven_sections_and_each_kind_of_entry_has_one() {
        assert_eq!(SECTIONS.len(), 7);
        for section in SECTIONS {
            assert!(section.kind.is_none_or(|kind| Kind::named(kind).is_some()), "{}", section.slug);
            assert!(!section.questions.is_empty());
        }
        // Parts of the public are nobody to write to; they stand in the demographics, beside the figures. Events have their
        // own list.
        for kind in crate::kind::KINDS.iter().filter(|kind| !["segment", "event"].contains(&kind.name)) {
            assert_eq!(SECTIONS.iter().filter(|section| section.kind == Some(kind.name)).count(), 1, "{}", kind.name);
        }
    }

    #[test]
    fn a_section_is_found_by_its_short_name_or_by_words_of_its_title() {
        for (typed, slug) in [("orgs", "orgs"), ("Decision makers", "people"), ("spaces", "places"), ("dates", "dates")]
        {
            assert_eq!(Section::named(typed).map(|section| section.slug), Some(slug), "{typed}");
        }
        assert_eq!(Section::named("or"), None);
        assert_eq!(Section::named("weather"), None);
    }
}
