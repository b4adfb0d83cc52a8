//! Key dates of the community, and when they come.

use allymap_domain::author::Author;
use allymap_domain::date::Date;
use allymap_domain::ids::RowId;
use allymap_domain::map::Map;
use allymap_domain::map::item::Item;
use allymap_domain::map::key_date::{self, DateSort, KeyDate, Told, coming, starter_dates};

use crate::community::map::{Dropped, meant, read, take_out};
use crate::together::member::{self, WhoSees};
use crate::trouble::{Community, Sort, Trouble};
use crate::visit::Visit;

/// A date to be added.
#[derive(Clone, Debug)]
pub struct New {
    pub date: KeyDate,
    /// Another of the same name is meant.
    pub another: bool,
}

/// What is said anew of a date.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    pub told: Told,
}

/// A date of the map.
#[derive(Clone, Debug)]
pub struct Dated {
    pub id: RowId,
    pub date: KeyDate,
    /// The first day of its next time, or of the one that is still on.
    pub next: Option<Date>,
    /// Versions that somebody wrote without having seen this one.
    pub written_apart: usize,
}

#[derive(Clone, Debug)]
pub struct Kept {
    pub dated: Dated,
    /// It was once, and will not be again: perhaps another year was meant.
    pub over: bool,
    pub seen_by: WhoSees,
}

/// What comes until a day, in order.
#[derive(Clone, Debug)]
pub struct Coming {
    pub times: Vec<Time>,
    pub until: Date,
    /// The map has no dates at all.
    pub none_at_all: bool,
}

/// One time that a date comes.
#[derive(Clone, Debug)]
pub struct Time {
    pub id: RowId,
    pub name: String,
    pub sort: Option<DateSort>,
    pub first: Date,
    pub last: Date,
}

/// A date with its next times and who kept it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub dated: Dated,
    /// The first and the last day of each.
    pub times: Vec<(Date, Date)>,
    pub by: Author,
    /// What others wrote without having seen it.
    pub apart: Vec<(KeyDate, Author)>,
}

/// Days for human rights that this map has not taken up.
#[derive(Clone, Debug)]
pub struct Offered {
    pub dates: Vec<(RowId, KeyDate)>,
}

/// How far ahead dates are shown unless a day is named, in days.
pub(crate) const YEAR: i32 = 365;
/// How many times of a date are told.
const TIMES: usize = 3;

pub fn add(v: &mut Visit<'_>, new: &New) -> Result<Kept, Trouble> {
    let known = read(v)?.like(&new.date).is_some();
    if known && !new.another {
        return Err(Community::DateIsThere { name: new.date.name.clone() }.into());
    }
    let id = v.fresh_row();
    keep(v, id, &new.date)
}

/// Which date is meant.
pub fn find(v: &mut Visit<'_>, said: &str) -> Result<RowId, Trouble> {
    Ok(named(&read(v)?, said)?.key)
}

pub fn change(v: &mut Visit<'_>, id: RowId, changes: &Changes) -> Result<Kept, Trouble> {
    let known = by_id(&read(v)?, id)?.value.clone();
    let date = changes.told.over(known, v.today())?;
    let date = KeyDate { name: changes.name.clone().unwrap_or_else(|| date.name.clone()), ..date };
    keep(v, id, &date)
}

fn keep(v: &mut Visit<'_>, id: RowId, date: &KeyDate) -> Result<Kept, Trouble> {
    let document = v.map_document()?;
    v.edit(document, |edit| Map::put(edit, &id, date))??;
    v.commit()?;
    let today = v.today();
    let dated = dated(by_id(&read(v)?, id)?, today);
    Ok(Kept { over: dated.date.is_over(today), dated, seen_by: member::who_sees(v)? })
}

pub fn drop(v: &mut Visit<'_>, said: &str) -> Result<Dropped, Trouble> {
    let map = read(v)?;
    let item = named(&map, said)?;
    take_out(v, item.key)?;
    Ok(Dropped { name: item.value.name.clone() })
}

/// What comes until a day; within a year if none is said.
pub fn list(v: &mut Visit<'_>, until: Option<Date>) -> Result<Coming, Trouble> {
    let (map, today) = (read(v)?, v.today());
    let until = until.unwrap_or_else(|| today.plus_days(YEAR).unwrap_or(today));
    Ok(Coming { times: times(&map, today, until), until, none_at_all: map.dates.is_empty() })
}

pub(crate) fn times(map: &Map, from: Date, until: Date) -> Vec<Time> {
    let time = |coming: key_date::Coming<'_>| Time {
        id: coming.item.key,
        name: coming.item.value.name.clone(),
        sort: coming.item.value.sort,
        first: coming.first,
        last: coming.last,
    };
    coming(&map.dates, from, until).into_iter().map(time).collect()
}

/// Every date, past ones too.
pub fn all(v: &mut Visit<'_>) -> Result<Vec<Dated>, Trouble> {
    let (map, today) = (read(v)?, v.today());
    Ok(map.dates.iter().map(|item| dated(item, today)).collect())
}

pub fn show(v: &mut Visit<'_>, said: &str) -> Result<Shown, Trouble> {
    let (map, today) = (read(v)?, v.today());
    let item = named(&map, said)?;
    let authors = v.authors()?;
    Ok(Shown {
        dated: dated(item, today),
        times: item.value.times(today).take(TIMES).collect(),
        by: authors.of(item.by),
        apart: item.others.iter().map(|(date, by)| (date.clone(), authors.of(*by))).collect(),
    })
}

/// One date, or all of them, as a calendar that other programs read.
pub fn calendar(v: &mut Visit<'_>, said: Option<&str>) -> Result<String, Trouble> {
    let (map, today, now_ms) = (read(v)?, v.today(), v.now_ms());
    let dates = match said {
        Some(said) => std::slice::from_ref(named(&map, said)?),
        None => &map.dates,
    };
    Ok(allymap_doors::calendar::calendar(map.name(), dates, today, now_ms))
}

pub fn offered(v: &mut Visit<'_>) -> Result<Offered, Trouble> {
    let map = read(v)?;
    let missing = |id: RowId| !map.dates.iter().any(|item| item.key == id);
    Ok(Offered { dates: starter_dates().into_iter().filter(|(id, _)| missing(*id)).collect() })
}

/// Takes up all that are offered and not on the map yet.
pub fn take(v: &mut Visit<'_>) -> Result<Offered, Trouble> {
    let offered = offered(v)?;
    let document = v.map_document()?;
    v.edit(document, |edit| offered.dates.iter().try_for_each(|(id, date)| Map::put(edit, id, date)))??;
    v.commit()?;
    Ok(offered)
}

fn named<'a>(map: &'a Map, said: &str) -> Result<&'a Item<RowId, KeyDate>, Trouble> {
    meant(&map.dates, said, Sort::Date, |date| &date.name)
}

fn by_id(map: &Map, id: RowId) -> Result<&Item<RowId, KeyDate>, Trouble> {
    let item = map.dates.iter().find(|item| item.key == id);
    item.ok_or_else(|| Community::NoSuch { sort: Sort::Date, said: id.to_string() }.into())
}

fn dated(item: &Item<RowId, KeyDate>, today: Date) -> Dated {
    let next = item.value.next(today);
    Dated { id: item.key, date: item.value.clone(), next, written_apart: item.others.len() }
}
