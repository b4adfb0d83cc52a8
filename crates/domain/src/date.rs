//! A day of the calendar, and when something was.

pub mod easter;
pub mod hour;
pub mod rule;
pub mod typed;

use std::fmt;
use std::ops::RangeInclusive;

use jiff::{Span, civil};
use minicbor::data::Int;
use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{Encoder, Error as EncodeError, Write};
use minicbor::{Decode, Encode};

/// A day of the calendar, between the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// When something was: as somebody typed it, and the date if it names one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct When {
    #[n(0)]
    pub typed: String,
    #[n(1)]
    pub date: Option<Date>,
}

impl When {
    /// It names a day, and that is this one or an earlier one.
    pub(crate) fn is_by(&self, day: Date) -> bool {
        self.date.is_some_and(|date| date <= day)
    }
}

const YEARS: RangeInclusive<i16> = 1..=9999;
const FIRST_DAY: civil::Date = civil::date(*YEARS.start(), 1, 1);
const LAST_DAY: civil::Date = civil::date(*YEARS.end(), 12, 31);
const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl Date {
    pub fn new(year: i32, month: u32, day: u32) -> Option<Date> {
        let day = civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
        Date::within(day)
    }

    /// The day on which a moment falls in universal time. `ms` counts from 1970.
    pub fn of_ms(ms: u64) -> Date {
        i32::try_from(ms / 86_400_000).ok().and_then(Date::of_days).unwrap_or(Date(LAST_DAY))
    }

    /// None outside the years 1 to 9999.
    pub fn plus_days(self, days: i32) -> Option<Date> {
        self.plus(Span::new().try_days(days).ok()?)
    }

    /// From this day until the other; negative when the other was before.
    pub fn days_until(self, other: Date) -> i32 {
        (other.0 - self.0).get_days()
    }

    /// Year, month, day.
    pub fn parts(self) -> (i32, u32, u32) {
        (self.0.year().into(), self.0.month().unsigned_abs().into(), self.0.day().unsigned_abs().into())
    }

    /// As people read it: `Tue 17 Nov 2026`.
    pub fn spelled(self) -> String {
        let (year, month, day) = self.parts();
        format!("{} {day} {} {year}", WEEKDAYS[self.weekday()].1, MONTHS[month as usize - 1].1)
    }

    /// `March 2025`
    pub(crate) fn month_spelled(self) -> String {
        let (year, month, _) = self.parts();
        format!("{} {year}", MONTHS[month as usize - 1].0)
    }

    /// The same day so many months earlier, or the last of a shorter month; the calendar's first day at the earliest.
    pub fn months_before(self, months: u32) -> Date {
        let months = i32::try_from(months).unwrap_or(i32::MAX);
        self.plus_months(-months).unwrap_or(Date(FIRST_DAY))
    }

    /// 0 for Monday.
    pub(crate) fn weekday(self) -> usize {
        usize::from(self.0.weekday().to_monday_zero_offset().unsigned_abs())
    }

    fn plus_months(self, months: i32) -> Option<Date> {
        self.plus(Span::new().try_months(months).ok()?)
    }

    fn plus(self, span: Span) -> Option<Date> {
        Date::within(self.0.checked_add(span).ok()?)
    }

    /// Since 1 January 1970, as a map holds a day.
    fn days(self) -> i32 {
        Date(EPOCH).days_until(self)
    }

    fn of_days(days: i32) -> Option<Date> {
        Date(EPOCH).plus_days(days)
    }

    fn within(day: civil::Date) -> Option<Date> {
        YEARS.contains(&day.year()).then_some(Date(day))
    }
}

impl When {
    pub fn on(date: Date) -> When {
        When { typed: date.to_string(), date: Some(date) }
    }

    /// For lists: dated first, by date; then as typed.
    pub(crate) fn order(&self) -> (bool, Option<Date>, &str) {
        (self.date.is_none(), self.date, &self.typed)
    }
}

/// As typed, with the date beside it where that says more.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date {
            Some(date) => f.write_str(&date.spelled()),
            None => f.write_str(&self.typed),
        }
    }
}

/// `2026-11-23`
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

impl<C> Encode<C> for Date {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), EncodeError<W::Error>> {
        encoder.int(Int::from(self.days()))?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Date {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Date, DecodeError> {
        Date::of_days(decoder.i32()?).ok_or_else(|| DecodeError::message("a day outside the calendar"))
    }
}

/// None where there is no such month.
pub(crate) fn days_in(year: i32, month: u32) -> Option<u32> {
    Some(Date::new(year, month, 1)?.0.days_in_month().unsigned_abs().into())
}

pub(crate) const WEEKDAYS: [(&str, &str); 7] = [
    ("Monday", "Mon"),
    ("Tuesday", "Tue"),
    ("Wednesday", "Wed"),
    ("Thursday", "Thu"),
    ("Friday", "Fri"),
    ("Saturday", "Sat"),
    ("Sunday", "Sun"),
];

pub(crate) const MONTHS: [(&str, &str); 12] = [
    ("January", "Jan"),
    ("February", "Feb"),
    ("March", "Mar"),
    ("April", "Apr"),
    ("May", "May"),
    ("June", "Jun"),
    ("July", "Jul"),
    ("August", "Aug"),
    ("September", "Sep"),
    ("October", "Oct"),
    ("November", "Nov"),
    ("December", "Dec"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_goes_there_and_back() {
        let mut date = Date::new(1, 1, 1).unwrap();
        assert_eq!(date.days(), -719_162);
        assert_eq!(Date::new(9999, 12, 31).unwrap().days(), 2_932_896);
        assert_eq!(Date::of_ms(0).to_string(), "1970-01-01");
        assert_eq!(Date::of_ms(u64::MAX).to_string(), "9999-12-31");
        while let Some(next) = date.plus_days(97) {
            let (year, month, day) = next.parts();
            assert_eq!(Date::new(year, month, day), Some(next));
            date = next;
        }
        assert_eq!(Date::new(2026, 11, 23).unwrap().spelled(), "Mon 23 Nov 2026");
    }
}
