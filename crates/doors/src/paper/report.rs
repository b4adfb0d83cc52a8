//! The map on paper: the filled template, the directory, the wall chart, what we share with a partner, and blank forms.
//!
//! Each is for an audience, and only what that audience may see gets this far: fields by their own circle, everything else
//! by the circle that is named here. One page of HTML comes out, with nothing in it that runs or is fetched.

use std::collections::BTreeSet;

use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::kind::field::{Audience, Field, Holds};
use allymap_domain::kind::{event, person};
use allymap_domain::map::Map;

use crate::paper::page::Page;
use crate::paper::{directory, template, wall};

/// What a report is made of. Entries that are archived are left out here; of entries that are the same, pass one.
pub struct Material<'a> {
    pub map: &'a Map,
    pub entries: &'a [Entry],
    /// For the ways to decision makers; without rows none are shown.
    pub rows: &'a [Card],
    pub audience: Audience,
    pub today: Date,
}

/// A part of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportPart {
    /// The community and the seven sections.
    Template,
    Directory,
    /// Where people stand, for every campaign.
    WallChart,
}

/// A report, ready to be saved.
#[derive(Clone, PartialEq, Eq)]
pub struct Printed {
    /// One HTML file.
    pub html: String,
    pub entries: usize,
    /// What this audience does not get, in words. Only for whoever prints it.
    pub left_out: BTreeSet<&'static str>,
}

/// Print some parts of the map.
pub fn report(material: &Material<'_>, parts: &BTreeSet<ReportPart>) -> Printed {
    let mut left_out = BTreeSet::new();
    let shown = material.shown(&mut left_out);
    let mut blocks = Vec::new();
    for part in parts {
        match part {
            ReportPart::Template => template::add(material, &shown, &mut blocks, &mut left_out),
            ReportPart::Directory => directory::add(material, &shown, &mut blocks),
            ReportPart::WallChart => wall::add(material, &shown, &mut blocks, &mut left_out),
        }
    }
    let page = Page { title: material.map.name().to_owned(), below: material.made_for(), blocks };
    Printed { html: page.html(), entries: shown.len(), left_out }
}

// Circles of what no field says. Risks can hurt people; where somebody stands, and what we found out, is our own judgement.

pub(super) const FIGURES: Audience = Audience::Public;
pub(super) const DATES: Audience = Audience::Public;
pub(super) const ISSUES: Audience = Audience::Partner;
/// Notes, weights and dates of ours.
pub(super) const OWN_WORDS: Audience = Audience::Group;
pub(super) const ANSWERS: Audience = Audience::Group;
pub(super) const RISKS: Audience = Audience::Staff;
pub(super) const POSITIONS: Audience = Audience::Group;
pub(super) const LOG: Audience = Audience::Group;
pub(super) const INFLUENCE: Audience = Audience::Group;

impl Material<'_> {
    pub(super) fn may_see(&self, circle: Audience) -> bool {
        circle <= self.audience
    }

    /// The entries that this audience may know of, by name. People who are no public figures are known to our groups only.
    fn shown(&self, left_out: &mut BTreeSet<&'static str>) -> Vec<&Entry> {
        // Events have a sheet of their own.
        let here = |entry: &&Entry| !entry.archived.hides() && !entry.is(&event::KIND);
        let mut shown: Vec<&Entry> = self.entries.iter().filter(here).collect();
        let all = shown.len();
        shown.retain(|entry| self.may_see(circle_of(entry)));
        if shown.len() < all {
            left_out.insert("people who are not in a public role");
        }
        shown.sort_by_cached_key(|entry| (allymap_domain::words::folded(entry.name()), entry.id));
        shown
    }

    /// What an entry says in a field, if this audience may see it.
    pub(super) fn value(&self, entry: &Entry, field: &Field) -> Option<String> {
        let value = entry.field(field)?;
        if !self.may_see(value.field.audience) {
            return None;
        }
        let mut shown: Vec<String> = value.values.iter().map(|said| value.field.shown(&said.value)).collect();
        if value.differs() && !self.may_see(Audience::Group) {
            // Who of us is right is for us to settle.
            shown.truncate(1);
        }
        Some(shown.join(if value.differs() { " or " } else { "; " }))
    }

    pub(super) fn made_for(&self) -> Vec<String> {
        let circle = match self.audience {
            Audience::Public => "For everybody",
            Audience::Partner => "For partners",
            Audience::Group => "For members of our groups. Please do not pass it on",
            Audience::Staff => "For staff only. Please do not pass it on",
        };
        vec![format!("{circle} · printed {}. A printed sheet cannot be taken back.", self.today.spelled())]
    }
}

/// The widest circle that may know of an entry at all.
pub(crate) fn circle_of(entry: &Entry) -> Audience {
    let private =
        entry.is(&person::KIND) && !matches!(entry.value(&person::BASIS), Some("public-role" | "public-figure"));
    // A kind that only a newer version knows may hold anything.
    if private || entry.kind.is_none() { Audience::Group } else { Audience::Public }
}

/// Fields that help the program, not the reader.
pub(super) fn is_technical(field: &Field) -> bool {
    matches!(field.name, "name" | "type" | "source-id" | "basis") || field.holds == Holds::Affiliation
}

/// Says how much, never what.
impl std::fmt::Debug for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printed").field("bytes", &self.html.len()).finish_non_exhaustive()
    }
}
