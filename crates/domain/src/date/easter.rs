//! The date of Easter in the Gregorian calendar.

use crate::date::Date;

/// Easter Sunday of a year, by the method of an anonymous correspondent of *Nature* (20 April 1876), as Jean Meeus gives it
/// in *Astronomical Algorithms*, chapter 8; it has no exceptions. None outside the years 1583 to 9999.
pub fn easter(year: i32) -> Option<Date> {
    if !(1583..=9999).contains(&year) {
        return None;
    }
    let golden = year % 19;
    let (century, of_century) = (year / 100, year % 100);
    let (b, c) = (century / 4, century % 4);
    let f = (century + 8) / 25;
    let g = (century - f + 1) / 3;
    let moon = (19 * golden + century - b - g + 15) % 30;
    let (i, k) = (of_century / 4, of_century % 4);
    let to_sunday = (32 + 2 * c + 2 * i - moon - k) % 7;
    let m = (golden + 11 * moon + 22 * to_sunday) / 451;
    let day_number = moon + to_sunday - 7 * m + 114;
    let part = |number: i32| u32::try_from(number).ok();
    Date::new(year, part(day_number / 31)?, part(day_number % 31 + 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s110_easter_falls_where_the_churches_tables_have_it() {
        // Meeus's own examples (1818 the earliest day, 1886 and 1943 the latest), then years that people remember.
        for (year, month, day) in [
            (1818, 3, 22),
            (1886, 4, 25),
            (1943, 4, 25),
            (1954, 4, 18),
            (1991, 3, 31),
            (1992, 4, 19),
            (1993, 4, 11),
            (2000, 4, 23),
            (2008, 3, 23),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
            (2285, 3, 22),
        ] {
            assert_eq!(easter(year), Date::new(year, month, day), "{year}");
        }
    }

    #[test]
    fn it_is_always_a_sunday_between_the_22nd_of_march_and_the_25th_of_april() {
        for year in 1583..=9999 {
            let date = easter(year).unwrap();
            assert_eq!(date.weekday(), 6, "{date}");
            let (_, month, day) = date.parts();
            assert!((month == 3 && day >= 22) || (month == 4 && day <= 25), "{date}");
        }
        assert_eq!(easter(1582), None);
        assert_eq!(easter(10_000), None);
    }
}
