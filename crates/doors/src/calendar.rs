//! Key dates as an iCalendar file (RFC 5545), for a volunteer's own calendar.

use allymap_domain::date::Date;
use allymap_domain::date::rule::Rule;
use allymap_domain::ids::RowId;
use allymap_domain::map::item::Item;
use allymap_domain::map::key_date::KeyDate;

/// Years of a movable feast that are written out: a calendar program has no rule for Easter.
const YEARS_OF_EASTER: i32 = 10;

/// Octets of a line before it is folded (RFC 5545, section 3.1).
const LINE_OCTETS: usize = 75;

/// A whole calendar. Rules begin with their first time on or after `from`; `stamp_ms` is when this was written, in
/// milliseconds since 1970.
pub fn calendar<'a>(
    name: &str,
    dates: impl IntoIterator<Item = &'a Item<RowId, KeyDate>>,
    from: Date,
    stamp_ms: u64,
) -> String {
    let mut out = Lines(String::new());
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//allymap//key dates//EN");
    out.line("CALSCALE:GREGORIAN");
    out.line(&format!("X-WR-CALNAME:{}", escaped(name)));
    for item in dates {
        let date = &item.value;
        match date.rule {
            Rule::Once(first) => out.event(item.key.to_string(), date, first, None, stamp_ms),
            Rule::Yearly { month, day } => {
                let rule = format!("FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}");
                if let Some(first) = date.next(from) {
                    out.event(item.key.to_string(), date, first, Some(&rule), stamp_ms);
                }
            }
            Rule::Nth { nth, weekday, month } => {
                const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
                let rule = format!("FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{}", DAYS[weekday]);
                if let Some(first) = date.next(from) {
                    out.event(item.key.to_string(), date, first, Some(&rule), stamp_ms);
                }
            }
            Rule::Easter { .. } => {
                let year = from.parts().0;
                let times = (year - 1..=year + YEARS_OF_EASTER).filter_map(|year| date.rule.in_year(year));
                for first in times.filter(|first| date.last(*first) >= from) {
                    out.event(format!("{}-{}", item.key, first.parts().0), date, first, None, stamp_ms);
                }
            }
        }
    }
    out.line("END:VCALENDAR");
    out.0
}

struct Lines(String);

impl Lines {
    fn event(&mut self, uid: String, date: &KeyDate, first: Date, rule: Option<&str>, stamp_ms: u64) {
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{uid}@allymap"));
        self.line(&format!("DTSTAMP:{}", stamp(stamp_ms)));
        self.line(&format!("DTSTART;VALUE=DATE:{}", basic(first)));
        // The end is the day after the last (RFC 5545, section 3.6.1). The calendar ends with the year 9999.
        if let Some(end) = date.last(first).plus_days(1) {
            self.line(&format!("DTEND;VALUE=DATE:{}", basic(end)));
        }
        if let Some(rule) = rule {
            self.line(&format!("RRULE:{rule}"));
        }
        self.line(&format!("SUMMARY:{}", escaped(&date.name)));
        if let Some(note) = &date.note {
            self.line(&format!("DESCRIPTION:{}", escaped(note)));
        }
        if let Some(sort) = date.sort {
            self.line(&format!("CATEGORIES:{}", escaped(sort.label())));
        }
        self.line("TRANSP:TRANSPARENT");
        self.line("END:VEVENT");
    }

    /// One line of content, folded between letters, never within one.
    fn line(&mut self, line: &str) {
        let mut octets = 0;
        for letter in line.chars() {
            if octets + letter.len_utf8() > LINE_OCTETS {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(letter);
            octets += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// Text as a value (RFC 5545, section 3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// `20261123`
fn basic(date: Date) -> String {
    date.to_string().replace('-', "")
}

/// `20261123T171500Z`
fn stamp(ms: u64) -> String {
    let seconds = ms / 1_000 % 86_400;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{}T{hours:02}{minutes:02}{:02}Z", basic(Date::of_ms(ms)), seconds % 60)
}

#[cfg(test)]
mod tests {
    use allymap_document::ActorId;

    use super::*;

    fn item(number: u8, date: KeyDate) -> Item<RowId, KeyDate> {
        Item { key: RowId([number; 16]), value: date, by: ActorId([1; 16]), others: Vec::new() }
    }

    fn today() -> Date {
        Date::new(2026, 11, 23).unwrap()
    }

    #[test]
    fn s110_a_calendar_says_what_the_standard_asks_for() {
        let week = KeyDate { days: 8, ..KeyDate::new("Week of the river", Rule::Nth { nth: 1, weekday: 6, month: 7 }) };
        let dates = [
            item(1, week),
            item(2, KeyDate::new("Human Rights Day", Rule::Yearly { month: 12, day: 10 })),
            item(3, KeyDate::new("Fair", Rule::Once(Date::new(2027, 2, 28).unwrap()))),
        ];
        let text = calendar("Thornwick", &dates, today(), 1_795_392_061_000);
        assert_eq!(
            text.replace("\r\n", "\n"),
            "\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//allymap//key dates//EN
CALSCALE:GREGORIAN
X-WR-CALNAME:Thornwick
BEGIN:VEVENT
UID:bcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbc@allymap
DTSTAMP:20261123T000101Z
DTSTART;VALUE=DATE:20270704
DTEND;VALUE=DATE:20270712
RRULE:FREQ=YEARLY;BYMONTH=7;BYDAY=1SU
SUMMARY:Week of the river
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:bdbdbdbdbdbdbdbdbdbdbdbdbdbdbdbd@allymap
DTSTAMP:20261123T000101Z
DTSTART;VALUE=DATE:20261210
DTEND;VALUE=DATE:20261211
RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=10
SUMMARY:Human Rights Day
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:bfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbf@allymap
DTSTAMP:20261123T000101Z
DTSTART;VALUE=DATE:20270228
DTEND;VALUE=DATE:20270301
SUMMARY:Fair
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"
        );
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn s110_long_lines_are_folded_between_letters_and_signs_are_escaped() {
        let name = "Śnieżka; ".repeat(30);
        let note = "one, two\nthree \\ four\u{7}";
        let date = KeyDate { note: Some(note.into()), ..KeyDate::new(&name, Rule::Once(today())) };
        let text = calendar("a,b", &[item(1, date)], today(), 0);
        assert!(text.lines().all(|line| line.len() <= LINE_OCTETS), "{text}");
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(&format!("SUMMARY:{}\r\n", name.replace(';', "\\;"))));
        assert!(unfolded.contains("DESCRIPTION:one\\, two\\nthree \\\\ four \r\n"));
        assert!(unfolded.contains("X-WR-CALNAME:a\\,b\r\n"));
    }

    #[test]
    fn s110_easter_is_written_out_year_by_year_with_ids_that_stay() {
        let text = calendar("T", &[item(1, KeyDate::new("Good Friday", Rule::Easter { days: -2 }))], today(), 0);
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 10);
        assert!(text.contains("DTSTART;VALUE=DATE:20270326\r\nDTEND;VALUE=DATE:20270327\r\n"));
        assert!(text.contains("-2027@allymap\r\n"));
    }
}
