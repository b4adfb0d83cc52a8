//! Dates as people say them, read with the day before the month and against a given today.

use crate::date::{Date, MONTHS, WEEKDAYS, When, days_in};
use crate::words::{self, Untidy};

/// Which way a date without a year, or a bare weekday, is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lean {
    Back,
    Forward,
}

/// Why what somebody typed is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDay {
    #[error("date is empty")]
    Empty,
    #[error(transparent)]
    Untidy(#[from] Untidy),
    #[error("\"{typed}\" is not a date I can read (try 2026-11-23, 23 nov, yesterday, in 6 weeks)")]
    NotADate { typed: String },
    #[error("\"{typed}\" is no day of the calendar (did you mean {}?)", meant.spelled())]
    NoSuchDay { typed: String, meant: Date },
    #[error(
        "\"{typed}\" is not a date I can read (try 4 jul 2027, 10 dec every year, first sunday of july, good friday)"
    )]
    NotARule { typed: String },
}

/// A date that has been: `12 mar` is the last one, `tuesday` the last Tuesday (or today).
pub fn parse_date(typed: &str, today: Date) -> Result<Date, NoDay> {
    read(typed, today, Lean::Back).ok_or_else(|| no_day(typed, today, Lean::Back))
}

/// A date to come: `12 mar` is the next one, `tuesday` the next Tuesday (or today).
pub fn parse_coming_date(typed: &str, today: Date) -> Result<Date, NoDay> {
    read(typed, today, Lean::Forward).ok_or_else(|| no_day(typed, today, Lean::Forward))
}

/// Since when, in a list: as [`parse_date`]; `january` is the first day of the last one, `3 weeks` so long ago.
pub fn parse_since(typed: &str, today: Date) -> Result<Date, NoDay> {
    parse_date(typed, today).or_else(|refusal| beginning(typed, today).ok_or(refusal))
}

/// When something was observed. What names no day, as "last March", is kept as typed.
pub fn parse_when(typed: &str, today: Date) -> Result<When, NoDay> {
    let typed = words::line("date", typed, 60)?;
    if typed.is_empty() {
        return Err(NoDay::Empty);
    }
    let date = read(&typed, today, Lean::Back);
    // All numbers and not a date: a slip, and no words that a person could read later.
    let only_numbers = !typed.chars().any(char::is_alphabetic) && typed.parse::<u32>().is_err();
    if date.is_none() && (only_numbers || is_shift(&typed) || meant(&typed, today, Lean::Back).is_some()) {
        return Err(no_day(&typed, today, Lean::Back));
    }
    // "yesterday" is of no use to whoever reads it next month.
    let typed = date.map_or(typed, |date| date.to_string());
    Ok(When { typed, date })
}

/// A length of time, in days: `2w`, `10d`, `3m`, `2 weeks`, or a number of days.
pub fn parse_days(typed: &str) -> Option<i32> {
    let typed = typed.trim().to_lowercase();
    let unit = typed.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let (digits, unit) = (&typed[..typed.len() - unit.len()], unit.trim());
    let length = match unit.strip_suffix('s').unwrap_or(unit) {
        "" | "d" | "day" => 1,
        "w" | "week" => 7,
        "m" | "month" => 31,
        _ => return None,
    };
    let count = digits.parse::<i32>().ok().filter(|count| *count <= LONGEST_LENGTH)?;
    Some(count * length)
}

/// Of any unit: so many months are three hundred years.
const LONGEST_LENGTH: i32 = 3_660;

/// A date with its year, as tables hold it.
pub fn full_date(typed: &str) -> Result<Date, NoDay> {
    let parts = if typed.len() <= 60 { day_and_month(typed.trim()) } else { None };
    match parts {
        Some((day, month, Some(year))) => Date::new(year, month, day).ok_or_else(|| not_a_date(typed)),
        _ => Err(not_a_date(typed)),
    }
}

fn not_a_date(typed: &str) -> NoDay {
    NoDay::NotADate { typed: words::shown_line(typed).chars().take(60).collect() }
}

fn no_day(typed: &str, today: Date, lean: Lean) -> NoDay {
    match (not_a_date(typed), meant(typed, today, lean)) {
        (NoDay::NotADate { typed }, Some(meant)) => NoDay::NoSuchDay { typed, meant },
        (refusal, _) => refusal,
    }
}

/// The date that was probably meant by one that is not in the calendar, as `32 nov`, `31/2/2026`, `12/25/2026`, or whose
/// month is misspelt.
fn meant(typed: &str, today: Date, lean: Lean) -> Option<Date> {
    if typed.len() > 60 {
        return None;
    }
    let typed = typed.to_lowercase();
    let parts: Vec<&str> = typed.split([' ', ',', '/', '-', '.']).filter(|part| !part.is_empty()).collect();
    let parts = match parts.as_slice() {
        [first, rest @ ..] if weekday(first).is_some() => rest,
        all => all,
    };
    let number = |part: &str| -> Option<u32> {
        let part = ["st", "nd", "rd", "th"].iter().find_map(|end| part.strip_suffix(end)).unwrap_or(part);
        if part.len() <= 2 { part.parse().ok() } else { None }
    };
    let (day, month, year) = match parts {
        [year, month, day] if year.len() == 4 => (number(day)?, near_month(month).or(number(month))?, Some(*year)),
        [first, second, year @ ..] if year.len() <= 1 => {
            let (day, month) = match (number(first), near_month(first)) {
                (Some(day), _) => (day, near_month(second).or(number(second).filter(|_| !year.is_empty()))?),
                (None, Some(month)) => (number(second)?, month),
                (None, None) => return None,
            };
            (day, month, year.first().copied())
        }
        _ => return None,
    };
    let (day, month) = if month > 12 && (1..=12).contains(&day) { (month, day) } else { (day, month) };
    let in_year = |year: i32| Date::new(year, month, day.clamp(1, days_in(year, month)?));
    match year {
        Some(year) if year.len() == 4 || year.len() == 2 => {
            let number: i32 = year.parse().ok()?;
            in_year(if year.len() == 4 { number } else { century(number) })
        }
        Some(_) => None,
        None => {
            let (this_year, _, _) = today.parts();
            match lean {
                Lean::Back => (this_year - 1..=this_year).rev().filter_map(in_year).find(|date| *date <= today),
                Lean::Forward => (this_year..=this_year + 1).filter_map(in_year).find(|date| *date >= today),
            }
        }
    }
}

/// A month, spelt almost right.
fn near_month(text: &str) -> Option<u32> {
    let near = |name: &str| {
        let slips = if text.len() <= 4 { 1 } else { 2 };
        text.len() >= 3 && strsim::damerau_levenshtein(text, &name.to_lowercase()) <= slips
    };
    month(text)
        .or_else(|| MONTHS.iter().position(|(long, short)| near(long) || near(short)).map(|index| index as u32 + 1))
}

/// A year of two digits.
fn century(year: i32) -> i32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

fn read(typed: &str, today: Date, lean: Lean) -> Option<Date> {
    if typed.len() > 60 {
        return None;
    }
    let typed = typed.trim().to_lowercase();
    let parts: Vec<&str> = typed.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["today"] => Some(today),
        ["yesterday"] => today.plus_days(-1),
        ["tomorrow"] => today.plus_days(1),
        [day] if weekday(day).is_some() => nearest_weekday(weekday(day)?, today, lean, true),
        ["on", day] => nearest_weekday(weekday(day)?, today, lean, true),
        ["last", "week"] => today.plus_days(-7),
        ["next", "week"] => today.plus_days(7),
        ["last", "month"] => today.plus_months(-1),
        ["next", "month"] => today.plus_months(1),
        ["last", day] => nearest_weekday(weekday(day)?, today, Lean::Back, false),
        ["next", day] => nearest_weekday(weekday(day)?, today, Lean::Forward, false),
        ["in", count, unit] => shifted(today, number(count)?, unit),
        [count, unit, "ago"] => shifted(today, -number(count)?, unit),
        _ => match day_and_month(&typed)? {
            (day, month, Some(year)) => Date::new(year, month, day),
            (day, month, None) => {
                // A leap day may be up to eight years away.
                let (this_year, _, _) = today.parts();
                let mut years: Vec<i32> = (this_year - 8..=this_year + 8).collect();
                if lean == Lean::Back {
                    years.reverse();
                }
                years.into_iter().filter_map(|year| Date::new(year, month, day)).find(|date| match lean {
                    Lean::Back => *date <= today,
                    Lean::Forward => *date >= today,
                })
            }
        },
    }
}

/// `2026-11-23`, `23/11/2026`, `23.11.26`, `23 nov 2026`, `nov 23`, `tue 23 nov`: the numbers, not yet checked against the calendar.
fn day_and_month(typed: &str) -> Option<(u32, u32, Option<i32>)> {
    let typed = typed.to_lowercase();
    let parts: Vec<&str> = typed.split([' ', ',', '/', '-', '.']).filter(|part| !part.is_empty()).collect();
    let parts = match parts.as_slice() {
        [first, rest @ ..] if weekday(first).is_some() && !rest.is_empty() => rest,
        all => all,
    };
    let digits = |part: &str| -> Option<u32> {
        let part = ["st", "nd", "rd", "th"].iter().find_map(|end| part.strip_suffix(end)).unwrap_or(part);
        (part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let year = |part: &str| -> Option<i32> {
        let number = i32::try_from(digits(part)?).ok()?;
        match part.len() {
            4 => Some(number),
            2 => Some(century(number)),
            _ => None,
        }
    };
    match parts {
        [first, second, third] if first.len() == 4 => {
            Some((digits(third)?, month(second).or(digits(second))?, year(first)))
        }
        [first, second, third] => match month(first) {
            Some(month) => Some((digits(second)?, month, Some(year(third)?))),
            None => Some((digits(first)?, month(second).or(digits(second))?, Some(year(third)?))),
        },
        [first, second] => match (month(first), month(second)) {
            (Some(month), None) if second.len() <= 4 && digits(second)? <= 31 => Some((digits(second)?, month, None)),
            (None, Some(month)) if digits(first)? <= 31 => Some((digits(first)?, month, None)),
            (None, None) if typed.contains('/') && digits(first)? <= 31 => {
                Some((digits(first)?, digits(second)?, None))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The day on which a month or a time until today began.
fn beginning(typed: &str, today: Date) -> Option<Date> {
    if typed.len() > 60 {
        return None;
    }
    let typed = typed.to_lowercase();
    let parts: Vec<&str> = typed.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [name] | ["last", name] => {
            let (month, (year, _, _)) = (month(name)?, today.parts());
            [year, year - 1].into_iter().filter_map(|year| Date::new(year, month, 1)).find(|first| *first <= today)
        }
        [name, year] if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) => {
            Date::new(year.parse().ok()?, month(name)?, 1)
        }
        [count, unit] => shifted(today, -number(count)?, unit),
        _ => None,
    }
}

/// `in 999999 weeks`: so many days, weeks, months or years away, also where no calendar reaches.
fn is_shift(typed: &str) -> bool {
    let typed = typed.to_lowercase();
    let parts: Vec<&str> = typed.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    let (["in", count, unit] | [count, unit, "ago"]) = parts.as_slice() else { return false };
    let digits = count.strip_prefix('-').unwrap_or(count);
    let counts = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    counts && ["day", "week", "month", "year"].contains(&unit.strip_suffix('s').unwrap_or(unit))
}

fn shifted(today: Date, count: i32, unit: &str) -> Option<Date> {
    match unit.strip_suffix('s').unwrap_or(unit) {
        "day" => today.plus_days(count),
        "week" => today.plus_days(count.checked_mul(7)?),
        "month" => today.plus_months(count),
        "year" => today.plus_months(count.checked_mul(12)?),
        _ => None,
    }
}

fn nearest_weekday(wanted: usize, today: Date, lean: Lean, today_counts: bool) -> Option<Date> {
    let step = if lean == Lean::Back { -1 } else { 1 };
    let first = if today_counts { 0 } else { 1 };
    (first..first + 7).filter_map(|days| today.plus_days(days * step)).find(|date| date.weekday() == wanted)
}

fn number(text: &str) -> Option<i32> {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match text {
        "a" | "an" => Some(1),
        _ => match WORDS.iter().position(|word| *word == text) {
            Some(index) => Some(index as i32 + 1),
            None => text.parse().ok().filter(|number| (0..=10_000).contains(number)),
        },
    }
}

pub(crate) fn weekday(text: &str) -> Option<usize> {
    WEEKDAYS.iter().position(|(long, short)| is_short_for(text, long, short))
}

pub(crate) fn month(text: &str) -> Option<u32> {
    MONTHS.iter().position(|(long, short)| is_short_for(text, long, short)).map(|index| index as u32 + 1)
}

/// Any beginning of the word from three letters on.
fn is_short_for(text: &str, long: &str, short: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() >= short.len() && long.to_lowercase().starts_with(&text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday.
    fn today() -> Date {
        Date::new(2026, 11, 23).unwrap()
    }

    #[test]
    fn a_length_of_time_has_a_number_and_a_unit() {
        for (typed, days) in [("2w", 14), ("10d", 10), ("3m", 93), ("2 weeks", 14), (" 1 Day ", 1), ("7", 7)] {
            assert_eq!(parse_days(typed), Some(days), "{typed}");
        }
        for typed in ["soon", "", "w", "2y", "-1d", "3661", "99999999999d"] {
            assert_eq!(parse_days(typed), None, "{typed}");
        }
    }

    #[test]
    fn dates_are_read_as_people_say_them() {
        for (typed, expected) in [
            ("2026-11-23", "2026-11-23"),
            ("23/11/2026", "2026-11-23"),
            ("3.4.26", "2026-04-03"),
            ("23 nov 2026", "2026-11-23"),
            ("Nov 3, 2026", "2026-11-03"),
            ("3rd November 2026", "2026-11-03"),
            ("tue 17 nov", "2026-11-17"),
            ("12 mar", "2026-03-12"),
            ("24 nov", "2025-11-24"),
            ("29 feb", "2024-02-29"),
            ("1/12", "2025-12-01"),
            ("today", "2026-11-23"),
            ("Yesterday", "2026-11-22"),
            ("tomorrow", "2026-11-24"),
            ("monday", "2026-11-23"),
            ("last monday", "2026-11-16"),
            ("tuesday", "2026-11-17"),
            ("next tuesday", "2026-11-24"),
            ("last fri", "2026-11-20"),
            ("last week", "2026-11-16"),
            ("in 6 weeks", "2027-01-04"),
            ("2 weeks ago", "2026-11-09"),
            ("a month ago", "2026-10-23"),
            ("in three months", "2027-02-23"),
        ] {
            assert_eq!(parse_date(typed, today()).map(|date| date.to_string()), Ok(expected.to_owned()), "{typed}");
        }
    }

    #[test]
    fn a_date_to_come_leans_forward() {
        for (typed, expected) in [("12 mar", "2027-03-12"), ("tuesday", "2026-11-24"), ("monday", "2026-11-23")] {
            assert_eq!(parse_coming_date(typed, today()).unwrap().to_string(), expected, "{typed}");
        }
    }

    #[test]
    fn impossible_dates_are_refused() {
        let long = "9".repeat(100_000);
        for typed in [
            "31/2/2026",
            "2026-13-01",
            "0/0/0",
            "12",
            "",
            "soon",
            "in -3 weeks",
            "99999 weeks ago",
            "2026-11-23-01",
            "in 10000 years",
            "٣/٤/٢٠٢٦",
            &long,
        ] {
            assert!(parse_date(typed, today()).is_err(), "{typed}");
        }
        assert!(parse_when("31/2/2026", today()).is_err());
        assert!(parse_when("31 feb", today()).is_err());
    }

    #[test]
    fn a_day_that_is_in_no_calendar_is_refused_with_the_one_that_was_meant() {
        for (typed, expected) in [
            ("32 nov", "2025-11-30"),
            ("31 feb", "2026-02-28"),
            ("nov 31st 2026", "2026-11-30"),
            ("29/2/2026", "2026-02-28"),
            ("12/25/2025", "2025-12-25"),
            ("2026-13-01", "2026-01-13"),
            ("3 novmber", "2026-11-03"),
            ("tue 3 agust 26", "2026-08-03"),
            ("0 nov", "2026-11-01"),
        ] {
            let typed = typed.to_owned();
            let meant: Vec<u32> = expected.split('-').map(|part| part.parse().unwrap()).collect();
            let meant = Date::new(meant[0] as i32, meant[1], meant[2]).unwrap();
            assert_eq!(parse_when(&typed, today()), Err(NoDay::NoSuchDay { typed: typed.clone(), meant }), "{typed}");
            assert_eq!(parse_date(&typed, today()).unwrap_err(), NoDay::NoSuchDay { typed, meant });
        }
        let coming = parse_coming_date("31 feb", today()).unwrap_err().to_string();
        assert_eq!(coming, "\"31 feb\" is no day of the calendar (did you mean Sun 28 Feb 2027?)");
        for words in ["last March", "Nov 1999", "12 months on", "before the flood", "3 weeks in may", "march"] {
            assert_eq!(parse_when(words, today()).map(|when| when.typed), Ok(words.to_owned()));
        }
    }

    #[test]
    fn since_when_may_be_a_month_or_a_time_until_today() {
        for (typed, expected) in [
            ("january", "2026-01-01"),
            ("Nov", "2026-11-01"),
            ("december", "2025-12-01"),
            ("last march", "2026-03-01"),
            ("mar 2024", "2024-03-01"),
            ("1 month", "2026-10-23"),
            ("3 weeks", "2026-11-02"),
            ("a year", "2025-11-23"),
            ("12 mar", "2026-03-12"),
            ("2 weeks ago", "2026-11-09"),
        ] {
            assert_eq!(parse_since(typed, today()).map(|date| date.to_string()), Ok(expected.to_owned()), "{typed}");
        }
        for typed in ["", "soon", "99999 weeks", "januaryish", "month", "3 dragons", "31/2/2026", "\u{661} month"] {
            assert!(parse_since(typed, today()).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_day_that_lies_outside_the_calendar_is_no_words_to_keep() {
        for typed in ["in 999999 weeks", "99999999999 days ago", "In -3 weeks", "10001 years ago", "in 9000 years"] {
            assert!(parse_when(typed, today()).is_err(), "{typed}");
        }
        for words in ["in some weeks", "a few days ago", "in 3 dragons"] {
            assert_eq!(parse_when(words, today()).map(|when| when.typed), Ok(words.to_owned()));
        }
    }

    #[test]
    fn words_that_name_no_day_are_kept_as_typed() {
        assert_eq!(parse_when("last March", today()), Ok(When { typed: "last March".into(), date: None }));
        assert_eq!(parse_when("2019", today()), Ok(When { typed: "2019".into(), date: None }));
        assert_eq!(parse_when("yesterday", today()).unwrap().typed, "2026-11-22");
    }
}
