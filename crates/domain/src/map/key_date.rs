//! Key dates of a community: local holidays, festivals, days for human rights.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::date::Date;
use crate::date::rule::Rule;
use crate::ids::RowId;
use crate::map::item::{Item, Listed};
use crate::map::origin::{needed_line, optional_line, optional_note, shown_line, shown_note};
use crate::rejection::Rejection;
use crate::words;
use crate::words::choice::{kept_by_slug, words};

words! {
    /// What sort of day it is.
    DateSort {
        Holiday = "holiday", "local holiday";
        Festival = "festival", "festival or fair";
        HumanRights = "human-rights", "day for human rights";
        Community = "community", "date of the community";
        Ours = "ours", "date of ours";
    }
}

kept_by_slug!(DateSort);

/// A day or some days on end, once or again and again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct KeyDate {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub rule: Rule,
    /// How many days it lasts, from 1 on.
    #[n(2)]
    pub days: u16,
    #[n(3)]
    pub sort: Option<DateSort>,
    #[n(4)]
    pub note: Option<String>,
    #[n(5)]
    pub source: Option<String>,
}

/// One time that a date comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming<'a> {
    pub first: Date,
    pub last: Date,
    pub item: &'a Item<RowId, KeyDate>,
}

/// Longer than this is no date but a season.
pub const MAX_DAYS: u16 = 100;

impl KeyDate {
    pub fn new(name: &str, rule: Rule) -> KeyDate {
        KeyDate { name: name.to_owned(), rule, days: 1, sort: None, note: None, source: None }
    }

    /// The last day of the time that begins on `first`.
    pub fn last(&self, first: Date) -> Date {
        first.plus_days(i32::from(self.days.clamp(1, MAX_DAYS)) - 1).unwrap_or(first)
    }

    /// The beginnings of all times that touch these days.
    pub fn between(&self, from: Date, until: Date) -> Vec<Date> {
        let reach = from.plus_days(1 - i32::from(self.days.clamp(1, MAX_DAYS))).unwrap_or(from);
        self.rule.between(reach, until)
    }

    /// When it begins next, or began if it is still on.
    pub fn next(&self, from: Date) -> Option<Date> {
        let reach = from.plus_days(1 - i32::from(self.days.clamp(1, MAX_DAYS))).unwrap_or(from);
        self.rule.next(reach)
    }
}

/// Every time from `from` until `until`, in order.
pub fn coming<'a>(dates: &'a [Item<RowId, KeyDate>], from: Date, until: Date) -> Vec<Coming<'a>> {
    let mut coming: Vec<Coming<'a>> = dates
        .iter()
        .flat_map(|item| {
            item.value.between(from, until).into_iter().map(move |first| Coming {
                first,
                last: item.value.last(first),
                item,
            })
        })
        .collect();
    coming.sort_by_key(|coming| (coming.first, coming.last, coming.item.key));
    coming
}

/// Days that every map is offered, and nobody is made to keep: days for human rights that are marked the world over.
pub fn starter_dates() -> Vec<(RowId, KeyDate)> {
    const STARTERS: &[(u32, u32, &str)] = &[
        (3, 8, "International Women's Day"),
        (3, 21, "International Day for the Elimination of Racial Discrimination"),
        (5, 3, "World Press Freedom Day"),
        (5, 17, "International Day Against Homophobia, Biphobia and Transphobia"),
        (6, 20, "World Refugee Day"),
        (6, 26, "International Day in Support of Victims of Torture"),
        (8, 9, "International Day of the World's Indigenous Peoples"),
        (8, 30, "International Day of the Victims of Enforced Disappearances"),
        (10, 10, "World Day Against the Death Penalty"),
        (11, 20, "World Children's Day"),
        (11, 25, "International Day for the Elimination of Violence against Women"),
        (12, 3, "International Day of Persons with Disabilities"),
        (12, 10, "Human Rights Day"),
    ];
    STARTERS
        .iter()
        .map(|(month, day, name)| {
            // The same id on every device: two volunteers who take them up apart have each day once.
            let hash = Sha256::digest(format!("allymap starter date {name}"));
            let id = RowId(std::array::from_fn(|index| hash[index]));
            let sort = Some(DateSort::HumanRights);
            (id, KeyDate { sort, ..KeyDate::new(name, Rule::Yearly { month: *month, day: *day }) })
        })
        .collect()
}

impl Listed for KeyDate {
    type Key = RowId;
    const SET: &'static str = "dates";

    fn clean(self) -> Result<KeyDate, Rejection> {
        if !(1..=MAX_DAYS).contains(&self.days) {
            return Err(Rejection::NotALength { days: self.days.into() });
        }
        Ok(KeyDate {
            name: needed_line("name", &self.name, words::NAME_LETTERS)?,
            note: optional_note("note", self.note)?,
            source: optional_line("source", self.source)?,
            ..self
        })
    }

    fn shown(self) -> Option<KeyDate> {
        Some(KeyDate {
            name: words::shown_line(&self.name),
            days: self.days.clamp(1, MAX_DAYS),
            note: shown_note(self.note),
            source: shown_line(self.source),
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use allymap_document::ActorId;

    use super::*;

    fn day(text: &str) -> Date {
        crate::date::typed::full_date(text).unwrap()
    }

    fn item(number: u8, date: KeyDate) -> Item<RowId, KeyDate> {
        Item { key: RowId([number; 16]), value: date, by: ActorId([1; 16]), others: Vec::new() }
    }

    #[test]
    fn s110_dates_come_in_order_and_one_that_is_still_on_is_not_forgotten() {
        let week = KeyDate { days: 8, ..KeyDate::new("Week of the river", Rule::Nth { nth: 1, weekday: 6, month: 7 }) };
        let fair = KeyDate::new("Winter fair", Rule::Once(day("2027-07-08")));
        let dates = [item(1, fair), item(2, week)];
        let told: Vec<(String, String)> = coming(&dates, day("2027-07-08"), day("2028-07-05"))
            .iter()
            .map(|coming| (coming.item.value.name.clone(), format!("{}..{}", coming.first, coming.last)))
            .collect();
        assert_eq!(
            told,
            [
                ("Week of the river".to_owned(), "2027-07-04..2027-07-11".to_owned()),
                ("Winter fair".to_owned(), "2027-07-08..2027-07-08".to_owned()),
                ("Week of the river".to_owned(), "2028-07-02..2028-07-09".to_owned()),
            ]
        );
    }

    #[test]
    fn s110_the_starter_dates_have_ids_of_their_own_that_never_change() {
        let starters = starter_dates();
        let ids: BTreeSet<RowId> = starters.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids.len(), starters.len());
        let (id, last) = starters.last().unwrap();
        assert_eq!(last.name, "Human Rights Day");
        assert_eq!(id.to_string(), starter_dates().last().unwrap().0.to_string());
        assert!(starters.into_iter().all(|(_, date)| date.clone().clean() == Ok(date)));
    }

    #[test]
    fn a_date_that_lasts_no_day_or_a_year_is_refused() {
        for days in [0, 101, u16::MAX] {
            let date = KeyDate { days, ..KeyDate::new("Fair", Rule::Easter { days: 0 }) };
            assert_eq!(date.clean(), Err(Rejection::NotALength { days: days.into() }));
        }
    }
}
