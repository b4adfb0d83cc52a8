//! A day of the calendar, and when something was.

pub mod easter;
pub mod hour;
pub mod rule;
pub mod typed;

use std::fmt;

use minicbor::data::Int;
use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{Encoder, Error as EncodeError, Write};
use minicbor::{Decode, Encode};

/// A day of the calendar, between the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Since 1 January 1970.
    days: i32,
}

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

const FIRST_DAY: i32 = -719_162; // 1 January of the year 1
const LAST_DAY: i32 = 2_932_896; // 31 December 9999

impl Date {
    pub fn new(year: i32, month: u32, day: u32) -> Option<Date> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return None;
        }
        // Howard Hinnant's count: years begin in March, so that a leap day comes last.
        let shifted_year = if month <= 2 { year - 1 } else { year };
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let shifted_month = (month as i32 + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Date { days: era * 146_097 + day_of_era - 719_468 })
    }

    /// The day on which a moment falls in universal time. `ms` counts from 1970.
    pub fn of_ms(ms: u64) -> Date {
        Date { days: i32::try_from(ms / 86_400_000).unwrap_or(LAST_DAY).min(LAST_DAY) }
    }

    /// None outside the years 1 to 9999.
    pub fn plus_days(self, days: i32) -> Option<Date> {
        self.days.checked_add(days).filter(|days| (FIRST_DAY..=LAST_DAY).contains(days)).map(|days| Date { days })
    }

    /// From this day until the other; negative when the other was before.
    pub fn days_until(self, other: Date) -> i32 {
        other.days - self.days
    }

    /// Year, month, day.
    pub fn parts(self) -> (i32, u32, u32) {
        let days = self.days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month as u32, day as u32)
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
        self.plus_months(-months).unwrap_or(Date { days: FIRST_DAY })
    }

    /// 0 for Monday.
    pub(crate) fn weekday(self) -> usize {
        (self.days + 3).rem_euclid(7) as usize
    }

    fn plus_months(self, months: i32) -> Option<Date> {
        let (year, month, day) = self.parts();
        let count = year.checked_mul(12)?.checked_add(month as i32 - 1)?.checked_add(months)?;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) as u32 + 1);
        Date::new(year, month, day.min(if (1..=9999).contains(&year) { days_in(year, month) } else { 28 }))
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
        encoder.int(Int::from(self.days))?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Date {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Date, DecodeError> {
        let days = decoder.i32()?;
        if !(FIRST_DAY..=LAST_DAY).contains(&days) {
            return Err(DecodeError::message("a day outside the calendar"));
        }
        Ok(Date { days })
    }
}

pub(crate) fn days_in(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
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
        assert_eq!(date.days, FIRST_DAY);
        assert_eq!(Date::new(9999, 12, 31).unwrap().days, LAST_DAY);
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
