//! On which days something falls: once, every year, on the first Sunday of a month, so many days from Easter.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

use crate::date::easter::easter;
use crate::date::typed::{NoDay, month, parse_coming_date, weekday};
use crate::date::{Date, MONTHS, WEEKDAYS, days_in};
use crate::words;

/// How a date comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    Once(Date),
    /// 29 February is there in leap years only.
    Yearly {
        month: u32,
        day: u32,
    },
    /// The nth of a weekday in a month: 1 to 4 from its beginning, -1 the last.
    Nth {
        nth: i8,
        /// 0 for Monday.
        weekday: usize,
        month: u32,
    },
    /// So many days from Easter Sunday, before it when negative.
    Easter {
        days: i32,
    },
}

/// Days from Easter that have names of their own, the longest first where one ends like another.
const FEASTS: &[(&str, i32)] = &[
    ("Ash Wednesday", -46),
    ("Palm Sunday", -7),
    ("Maundy Thursday", -3),
    ("Good Friday", -2),
    ("Easter Saturday", -1),
    ("Easter Sunday", 0),
    ("Easter Monday", 1),
    ("Ascension Day", 39),
    ("Pentecost", 49),
    ("Whit Monday", 50),
    ("Corpus Christi", 60),
];

const NTH: &[(&str, &str, i8)] =
    &[("first", "1st", 1), ("second", "2nd", 2), ("third", "3rd", 3), ("fourth", "4th", 4), ("last", "last", -1)];

/// Easter and a year's length more: further away a day belongs to another year's Easter.
const FARTHEST_FROM_EASTER: i32 = 250;

impl Rule {
    /// A rule as people say it: `first sunday of july`, `10 december every year`, `good friday`, `2 days before easter`,
    /// or a date, which is once. A date without its year is the next one.
    pub fn typed(typed: &str, today: Date) -> Result<Rule, NoDay> {
        let line = words::line("date", typed, 60)?.to_lowercase();
        let parts: Vec<&str> = line
            .split([' ', ','])
            .filter(|part| !part.is_empty() && !["the", "of", "in", "on"].contains(part))
            .collect();
        let refused = || NoDay::NotARule { typed: words::shown_line(typed).chars().take(60).collect() };
        let feast = words::folded(&line);
        if feast == "easter" {
            return Ok(Rule::Easter { days: 0 });
        }
        if let Some((_, days)) = FEASTS.iter().find(|(name, _)| words::folded(name) == feast) {
            return Ok(Rule::Easter { days: *days });
        }
        match parts.as_slice() {
            [count, "day" | "days", side @ ("before" | "after"), "easter"] => {
                let days: i32 = count.parse().map_err(|_| refused())?;
                if !(0..=FARTHEST_FROM_EASTER).contains(&days) {
                    return Err(refused());
                }
                Ok(Rule::Easter { days: if *side == "before" { -days } else { days } })
            }
            [which, day, of_month] if nth(which).is_some() && weekday(day).is_some() => {
                let (Some(nth), Some(weekday), Some(month)) = (nth(which), weekday(day), month(of_month)) else {
                    return Err(refused());
                };
                Ok(Rule::Nth { nth, weekday, month })
            }
            ["every" | "yearly", date @ ..] | [date @ .., "every", "year"] | [date @ .., "yearly"] => {
                let date = date.join(" ");
                let date = date.strip_prefix("year ").unwrap_or(&date);
                // The year does not matter, so a leap day is one even if none is near.
                parse_coming_date(date, today).map(Rule::yearly).map_err(|_| refused())
            }
            _ => parse_coming_date(&line, today).map(Rule::Once).map_err(|_| refused()),
        }
    }

    /// This day, every year.
    pub fn yearly(date: Date) -> Rule {
        let (_, month, day) = date.parts();
        Rule::Yearly { month, day }
    }

    /// The day in a year, if there is one.
    pub fn in_year(self, year: i32) -> Option<Date> {
        match self {
            Rule::Once(date) => (date.parts().0 == year).then_some(date),
            Rule::Yearly { month, day } => Date::new(year, month, day),
            Rule::Nth { nth, weekday, month } if nth > 0 => {
                let first = Date::new(year, month, 1)?;
                let ahead = (weekday + 7 - first.weekday()) % 7;
                first.plus_days(ahead as i32 + 7 * (i32::from(nth) - 1))
            }
            Rule::Nth { weekday, month, .. } => {
                let last = Date::new(year, month, days_in(year, month)?)?;
                last.plus_days(-(((last.weekday() + 7 - weekday) % 7) as i32))
            }
            Rule::Easter { days } => easter(year)?.plus_days(days),
        }
    }

    /// All days from `from` until `until`, both counted, at most a hundred.
    pub fn between(self, from: Date, until: Date) -> Vec<Date> {
        let (first, last) = (from.parts().0 - 1, until.parts().0 + 1);
        let fits = |date: &Date| (from..=until).contains(date);
        match self {
            Rule::Once(date) => Some(date).into_iter().filter(fits).collect(),
            _ => (first..=last).filter_map(|year| self.in_year(year)).filter(fits).take(100).collect(),
        }
    }

    /// The first day on or after `from`.
    pub fn next(self, from: Date) -> Option<Date> {
        // A leap day can be eight years away.
        let until = from.plus_days(9 * 366).or(Date::new(9999, 12, 31))?;
        match self {
            Rule::Once(date) => (date >= from).then_some(date),
            _ => self.between(from, until).into_iter().next(),
        }
    }
}

/// In words: `every year on 10 December`, `first Sunday of July`, `Good Friday`.
impl Rule {
    pub fn words(self) -> String {
        match self {
            Rule::Once(date) => date.spelled(),
            Rule::Yearly { month, day } => format!("every year on {day} {}", MONTHS[month as usize - 1].0),
            Rule::Nth { nth, weekday, month } => {
                let which = NTH.iter().find(|(_, _, number)| *number == nth).map_or("", |(word, _, _)| word);
                format!("{which} {} of {}", WEEKDAYS[weekday].0, MONTHS[month as usize - 1].0)
            }
            Rule::Easter { days } => match FEASTS.iter().find(|(_, offset)| *offset == days) {
                Some((name, _)) => (*name).to_owned(),
                None => {
                    let side = if days < 0 { "before" } else { "after" };
                    format!("{} days {side} Easter", days.abs())
                }
            },
        }
    }
}

/// As it is kept and stands in JSON: `once 2026-07-04`, `yearly 12-10`, `nth 1 0 7` (which, weekday from Monday 0, month),
/// `easter -2`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Once(date) => write!(f, "once {date}"),
            Rule::Yearly { month, day } => write!(f, "yearly {month:02}-{day:02}"),
            Rule::Nth { nth, weekday, month } => write!(f, "nth {nth} {weekday} {month}"),
            Rule::Easter { days } => write!(f, "easter {days}"),
        }
    }
}

/// Not a rule that this version knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a rule for dates that this version knows")]
pub struct NotARule;

impl FromStr for Rule {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Rule, NotARule> {
        let parts: Vec<&str> = text.split([' ']).collect();
        let rule = match parts.as_slice() {
            ["once", date] => crate::date::typed::full_date(date).ok().map(Rule::Once),
            ["yearly", day] => day.split_once('-').and_then(|(month, day)| {
                let (month, day) = (month.parse().ok()?, day.parse().ok()?);
                // 2000 had every day that any year has.
                Date::new(2000, month, day).map(|_| Rule::Yearly { month, day })
            }),
            ["nth", nth, weekday, month] => match (nth.parse::<i8>(), weekday.parse(), month.parse()) {
                (Ok(nth), Ok(weekday), Ok(month))
                    if (nth == -1 || (1..=4).contains(&nth)) && weekday < 7 && (1..=12).contains(&month) =>
                {
                    Some(Rule::Nth { nth, weekday, month })
                }
                _ => None,
            },
            ["easter", days] => days
                .parse::<i32>()
                .ok()
                .filter(|days| (-FARTHEST_FROM_EASTER..=FARTHEST_FROM_EASTER).contains(days))
                .map(|days| Rule::Easter { days }),
            _ => None,
        };
        rule.filter(|rule| rule.to_string() == text).ok_or(NotARule)
    }
}

impl<C> Encode<C> for Rule {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.str(&self.to_string())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Rule {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Rule, minicbor::decode::Error> {
        decoder.str()?.parse().map_err(minicbor::decode::Error::custom)
    }
}

fn nth(text: &str) -> Option<i8> {
    NTH.iter().find(|(word, short, _)| *word == text || *short == text).map(|(_, _, nth)| *nth)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday.
    fn today() -> Date {
        Date::new(2026, 11, 23).unwrap()
    }

    fn rule(typed: &str) -> Rule {
        Rule::typed(typed, today()).unwrap_or_else(|refused| panic!("{refused}"))
    }

    #[test]
    fn s110_rules_are_read_as_people_say_them_and_fall_on_known_days() {
        for (typed, words, kept, next) in [
            ("first sunday of july", "first Sunday of July", "nth 1 6 7", "2027-07-04"),
            ("the last Friday in May", "last Friday of May", "nth -1 4 5", "2027-05-28"),
            ("1st Tuesday of November", "first Tuesday of November", "nth 1 1 11", "2027-11-02"),
            ("last monday of november", "last Monday of November", "nth -1 0 11", "2026-11-30"),
            ("fourth Monday of November", "fourth Monday of November", "nth 4 0 11", "2026-11-23"),
            ("10 december every year", "every year on 10 December", "yearly 12-10", "2026-12-10"),
            ("every 20 jun", "every year on 20 June", "yearly 06-20", "2027-06-20"),
            ("29 feb yearly", "every year on 29 February", "yearly 02-29", "2028-02-29"),
            ("Easter", "Easter Sunday", "easter 0", "2027-03-28"),
            ("good friday", "Good Friday", "easter -2", "2027-03-26"),
            ("Palm Sunday", "Palm Sunday", "easter -7", "2027-03-21"),
            ("40 days before Easter", "40 days before Easter", "easter -40", "2027-02-16"),
            ("4 jul", "Sun 4 Jul 2027", "once 2027-07-04", "2027-07-04"),
            ("4 Jul 2026", "Sat 4 Jul 2026", "once 2026-07-04", "-"),
        ] {
            let rule = rule(typed);
            assert_eq!(rule.words(), words, "{typed}");
            assert_eq!(rule.to_string(), kept, "{typed}");
            assert_eq!(kept.parse(), Ok(rule), "{typed}");
            assert_eq!(rule.next(today()).map_or("-".to_owned(), |date| date.to_string()), next, "{typed}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let long = "first ".repeat(2_000);
        for typed in [
            "",
            "sometimes",
            "31 feb every year",
            "fifth sunday of may",
            "first someday of july",
            "first sunday of smarch",
            "first sunday",
            "every",
            "999 days after easter",
            "-3 days before easter",
            "\u{202e}yad rehtona",
            &long,
        ] {
            assert!(Rule::typed(typed, today()).is_err(), "{typed}");
        }
        for kept in ["", "nth 5 0 1", "nth 1 7 1", "nth 1 0 13", "yearly 02-30", "yearly 2-3", "easter 999", "moon 4"] {
            assert_eq!(kept.parse::<Rule>(), Err(NotARule), "{kept}");
        }
    }

    #[test]
    fn a_rule_falls_once_in_every_year_and_on_its_weekday() {
        for (typed, weekday) in [("third wednesday of february", 2), ("last sunday of december", 6)] {
            let rule = rule(typed);
            for year in 1600..2400 {
                assert_eq!(rule.in_year(year).unwrap().weekday(), weekday, "{typed} {year}");
            }
        }
        assert_eq!(rule("every 29 feb").between(today(), Date::new(2041, 1, 1).unwrap()).len(), 4);
        assert_eq!(Rule::Easter { days: 0 }.between(today(), today()), []);
    }

    #[test]
    fn the_end_of_the_calendar_is_the_end() {
        let last = Date::new(9999, 12, 31).unwrap();
        assert_eq!(Rule::Yearly { month: 12, day: 30 }.next(last), None);
        assert_eq!(Rule::Yearly { month: 12, day: 31 }.next(last), Some(last));
    }
}
