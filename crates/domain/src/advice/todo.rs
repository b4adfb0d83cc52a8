//! What is still to be found out: not knowing is fine, and every unknown is something to look for (module, section 6).

use std::collections::BTreeMap;

use crate::card::Card;
use crate::date::{Date, When};
use crate::entry::risk::{Level, RiskKind};
use crate::kind::{event, field, institution, organisation, place};
use crate::map::item::Item;
use crate::map::origin::Origin;
use crate::map::{self, Map, Progress};
use crate::words::folded;

/// Everything that is open on a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    pub progress: Progress,
    /// Fields of the map's head that nobody has filled in, by their labels, of those that plans lean on.
    pub head: Vec<&'static str>,
    /// Answers, figures and issues of the map that are older than its limit: what, and when it was so.
    pub old_facts: Vec<(String, When)>,
    /// What two people said differently and apart about the community, by what it is about.
    pub apart: Vec<String>,
    pub entries: Vec<OpenEntries>,
}

/// Entries that lack the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEntries {
    pub slug: &'static str,
    pub label: &'static str,
    /// Which they are, rights holders first, and how many of it each lacks if that can be counted.
    pub entries: Vec<(Card, Option<usize>)>,
}

/// Rows are those that are shown, archived ones among them; these are left out here. A fact is old after so many months.
pub fn todo(map: &Map, rows: &[Card], today: Date, months: u32) -> Todo {
    let old = today.months_before(months);
    let mut rows: Vec<&Card> = rows.iter().filter(|row| !row.archived).collect();
    rows.sort_by(|a, b| (!a.rights_holders(), &a.name, a.id).cmp(&(!b.rights_holders(), &b.name, b.id)));
    let open = |slug, label, lacks: &dyn Fn(&Card) -> Option<Option<usize>>| OpenEntries {
        slug,
        label,
        entries: rows.iter().filter_map(|row| Some(((*row).clone(), lacks(row)?))).collect(),
    };
    let has_category = |row: &Card| row.kind().is_some_and(|kind| kind.has(&field::CATEGORY));
    let organised = |row: &Card| row.is(&organisation::KIND) || row.is(&institution::KIND);
    let entries = vec![
        open("category", "Category not known", &|row| (has_category(row) && row.category().is_none()).then_some(None)),
        open("risks", "Risks not rated, of 6", &|row| {
            let rated = row.risks.iter().filter(|risk| risk.counts != Level::Unknown).count();
            let unrated = RiskKind::ALL.len().saturating_sub(rated);
            (organised(row) && unrated > 0).then_some(Some(unrated))
        }),
        open("access", "Access not known, of 6", &|row| {
            let unknown =
                crate::kind::place::ACCESS.iter().filter(|access| !access.is_known(row.value(access.field))).count();
            (row.is(&place::KIND) && unknown > 0).then_some(Some(unknown))
        }),
        open("position", "Stand not known", &|row| {
            let stands = !row.is(&place::KIND) && !row.is(&event::KIND);
            (stands && !map.campaigns.is_empty() && row.positions.is_empty()).then_some(None)
        }),
        open("old", "Facts grown old", &|row| row.oldest_fact.is_some_and(|oldest| oldest < old).then_some(None)),
    ];
    Todo {
        progress: map.progress(),
        head: [&map::EXTENT, &map::KNOWS_US, &map::STRATEGY, &map::VISION]
            .into_iter()
            .chain(map::REFERRAL)
            .filter(|field| map.value(field).is_none())
            .map(|field| field.label)
            .collect(),
        old_facts: old_facts(map, old),
        apart: apart(map),
        entries: entries.into_iter().filter(|open| !open.entries.is_empty()).collect(),
    }
}

fn apart(map: &Map) -> Vec<String> {
    fn of<K, T>(items: &[Item<K, T>], name: impl Fn(&Item<K, T>) -> String) -> Vec<String> {
        items.iter().filter(|item| !item.others.is_empty()).map(name).collect()
    }
    let head = map.fields.iter().filter(|value| value.differs()).map(|value| value.field.label.to_owned());
    let name = (map.names.len() > 1).then(|| "Name".to_owned());
    name.into_iter()
        .chain(head)
        .chain(of(&map.answers, |item| item.key.to_string()))
        .chain(of(&map.figures, |item| item.value.what.clone()))
        .chain(of(&map.issues, |item| item.value.name.clone()))
        .chain(of(&map.dates, |item| item.value.name.clone()))
        .chain(of(&map.own_questions, |item| item.value.words.clone()))
        .chain(of(&map.own_sections, |item| item.value.title.clone()))
        .collect()
}

fn old_facts(map: &Map, old: Date) -> Vec<(String, When)> {
    // Of figures that count the same, the newest tells whether it is time to look again.
    let mut newest: BTreeMap<String, (String, &Origin)> = BTreeMap::new();
    for item in &map.figures {
        let (what, origin) = (&item.value.what, &item.value.origin);
        let known = newest.entry(folded(what)).or_insert_with(|| (what.clone(), origin));
        if origin.day() > known.1.day() {
            known.1 = origin;
        }
    }
    let answers = map.answers.iter().map(|item| (item.key.to_string(), &item.value.origin));
    let issues = map.issues.iter().map(|item| (item.value.name.clone(), &item.value.origin));
    let mut facts: Vec<(Date, String, When)> = answers
        .chain(newest.into_values())
        .chain(issues)
        .filter_map(|(what, origin)| Some((origin.day().filter(|on| *on < old)?, what, origin.on.clone()?)))
        .collect();
    facts.sort();
    facts.into_iter().map(|(_, what, on)| (what, on)).collect()
}
