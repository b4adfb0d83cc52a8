//! Key dates of a community: local holidays, festivals, days for human rights.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::date::Date;
use crate::date::rule::Rule;
use crate::date::typed::parse_coming_date;
use crate::ids::RowId;
use crate::map::Map;
use crate::map::item::{Alike, Item, Listed};
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

/// What somebody says of a date. What is left out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// As people say it, a rule or a day.
    pub on: Option<String>,
    /// The first and the last day, of several.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Every year on the same day.
    pub yearly: bool,
    pub days: Option<u16>,
    pub sort: Option<DateSort>,
    pub note: Option<String>,
    pub source: Option<String>,
}

impl Told {
    /// When it is, if that was said: the rule, and the days if two were named.
    pub fn when(&self, today: Date) -> Result<Option<(Rule, Option<u16>)>, Rejection> {
        let (rule, days) = match (&self.on, &self.from) {
            (Some(on), _) => (Rule::typed(on, today)?, None),
            (None, Some(from)) => {
                let from = parse_coming_date(from, today)?;
                let days = self.to.as_deref().map(|to| days_until(from, to)).transpose()?;
                (Rule::Once(from), days)
            }
            (None, None) => return Ok(None),
        };
        Ok(Some((self.repeated(rule), days)))
    }

    /// Lays what was said over a date.
    pub fn over(&self, date: KeyDate, today: Date) -> Result<KeyDate, Rejection> {
        let (rule, days) = self.when(today)?.unwrap_or((date.rule, None));
        Ok(KeyDate {
            rule: self.repeated(rule),
            days: days.or(self.days).unwrap_or(date.days),
            sort: self.sort.or(date.sort),
            note: self.note.clone().or(date.note),
            source: self.source.clone().or(date.source),
            ..date
        })
    }

    pub fn is_empty(&self) -> bool {
        *self == Told::default()
    }

    fn repeated(&self, rule: Rule) -> Rule {
        match rule {
            Rule::Once(date) if self.yearly => Rule::yearly(date),
            rule => rule,
        }
    }
}

/// How many days from the first until the one that was typed.
fn days_until(from: Date, typed: &str) -> Result<u16, Rejection> {
    let to = parse_coming_date(typed, from)?;
    let days = from.days_until(to) + 1;
    u16::try_from(days).ok().filter(|days| *days > 0).ok_or(Rejection::EndsFirst { from, to })
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

    /// It was once, and will not be again.
    pub fn is_over(&self, today: Date) -> bool {
        matches!(self.rule, Rule::Once(first) if self.last(first) < today)
    }

    /// The first and the last day of each time to come, or still on, in order.
    pub fn times(&self, today: Date) -> impl Iterator<Item = (Date, Date)> + '_ {
        let mut from = Some(today);
        std::iter::from_fn(move || {
            let first = self.next(from?)?;
            let last = self.last(first);
            from = last.plus_days(1);
            Some((first, last))
        })
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

/// Two of one name may be two days; it is asked which is meant.
impl Alike for KeyDate {
    fn list(map: &Map) -> &[Item<RowId, KeyDate>] {
        &map.dates
    }

    fn is_like(&self, other: &KeyDate) -> bool {
        words::folded(&self.name) == words::folded(&other.name)
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

    #[test]
    fn what_is_left_out_of_a_date_stays_as_it_was() {
        let today = day("2026-11-30");
        let fair =
            KeyDate { days: 3, note: Some("the ring".into()), ..KeyDate::new("Fair", Rule::Once(day("2027-07-02"))) };
        assert_eq!(Told::default().over(fair.clone(), today), Ok(fair.clone()));
        let told = Told { on: Some("first sunday of july".into()), sort: Some(DateSort::Ours), ..Told::default() };
        let rule = Rule::Nth { nth: 1, weekday: 6, month: 7 };
        assert_eq!(told.over(fair.clone(), today), Ok(KeyDate { rule, sort: Some(DateSort::Ours), ..fair.clone() }));
        let yearly = Told { yearly: true, ..Told::default() };
        let rule = Rule::Yearly { month: 7, day: 2 };
        assert_eq!(yearly.over(fair.clone(), today), Ok(KeyDate { rule, ..fair.clone() }), "the same day, every year");
        let two = |from: &str, to: &str| Told { from: Some(from.into()), to: Some(to.into()), ..Told::default() };
        let rule = Rule::Once(day("2027-07-30"));
        let long = two("30 jul 2027", "2 aug 2027").over(fair.clone(), today);
        assert_eq!(long, Ok(KeyDate { rule, days: 4, ..fair.clone() }));
        let (from, to) = (day("2027-07-30"), day("2027-07-02"));
        assert_eq!(two("30 jul 2027", "2 jul 2027").over(fair, today), Err(Rejection::EndsFirst { from, to }));
    }

    #[test]
    fn the_times_of_a_date_begin_with_the_one_that_is_still_on() {
        let week = KeyDate { days: 8, ..KeyDate::new("Week of the river", Rule::Nth { nth: 1, weekday: 6, month: 7 }) };
        let times: Vec<String> =
            week.times(day("2027-07-08")).take(2).map(|(first, last)| format!("{first}..{last}")).collect();
        assert_eq!(times, ["2027-07-04..2027-07-11", "2028-07-02..2028-07-09"]);
        let once = KeyDate::new("Winter fair", Rule::Once(day("2027-07-08")));
        assert_eq!(once.times(day("2027-07-08")).count(), 1);
        assert!(!once.is_over(day("2027-07-08")) && once.is_over(day("2027-07-09")));
    }
}
