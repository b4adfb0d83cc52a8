//! `allymap date`: rules as people say them, what comes, and a calendar that other programs read.

use crate::{each, failed, volunteer};

/// S110
#[test]
fn dates_are_kept_as_people_say_them_and_come_in_order() {
    let (wren, _folder) = volunteer();
    for (name, on) in [
        ("Harbour fair", "first sunday of july"),
        ("Human Rights Day", "10 december every year"),
        ("Easter vigil", "good friday"),
        ("Opening of the slip", "4 jul 2031"),
    ] {
        wren.ok(&["date", "add", name, "--on", on]);
    }
    let all = wren.json(&["date", "list", "--all"]);
    assert_eq!(each(&all["dates"], "rule"), ["easter -2", "nth 1 6 7", "yearly 12-10", "once 2031-07-04"]);
    let coming = wren.json(&["date", "list"]);
    let firsts = each(&coming["coming"], "first");
    assert_eq!(firsts.len(), 3, "each comes once a year, and 2031 is far away");
    assert!(firsts.is_sorted());
    let fair = wren.json(&["date", "show", "fair"]);
    assert_eq!(fair["date"]["words"], "first Sunday of July");
    let shown = wren.ok(&["date", "show", "slip"]).stdout;
    assert!(shown.contains("Next      Fri 4 Jul 2031\n"), "{shown}");
}

/// S110
#[test]
fn a_week_is_kept_by_its_first_and_last_day() {
    let (wren, _folder) = volunteer();
    let added =
        wren.json(&["date", "add", "Week of the river", "--from", "4 jul 2027", "--to", "11 jul 2027", "--yearly"]);
    assert_eq!((&added["date"]["days"], &added["date"]["rule"]), (&8.into(), &"yearly 07-04".into()));
    wren.ok(&[
        "date",
        "edit",
        "river",
        "--on",
        "first sunday of july",
        "--note",
        "boats and bread",
        "--sort",
        "festival",
    ]);
    let shown = wren.ok(&["date", "show", "week"]).stdout;
    for line in [
        "Week of the river · festival or fair\n",
        "Lasts     8 days\n",
        "Note      boats and bread\n",
        "Kept by   Wren, Harbour\n",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    wren.ok(&["date", "drop", "river"]);
    assert_eq!(wren.json(&["date", "list", "--all"])["dates"].as_array().unwrap().len(), 0);
}

/// S110
#[test]
fn starter_dates_are_offered_and_taken_up_once() {
    let (wren, _folder) = volunteer();
    let offered = wren.json(&["date", "offered"]);
    assert!(each(&offered["offered"], "name").contains(&"Human Rights Day"));
    assert_eq!(wren.json(&["date", "list", "--all"])["dates"].as_array().unwrap().len(), 0, "nobody is made to");
    wren.ok(&["date", "offered", "--take"]);
    wren.ok(&["date", "offered", "--take"]);
    assert_eq!(
        wren.json(&["date", "list", "--all"])["dates"].as_array().unwrap().len(),
        offered["offered"].as_array().unwrap().len()
    );
}

/// S110
#[test]
fn a_calendar_reads_back_with_folding_and_escaping_undone() {
    let (wren, _folder) = volunteer();
    let name = "Fête; harbour, quay \\ slip ".repeat(5);
    wren.ok(&["date", "add", &name, "--on", "first sunday of july", "--days", "8", "--note", "one\ntwo"]);
    wren.ok(&["date", "add", "Vigil", "--on", "good friday"]);
    let text = wren.ok(&["date", "list", "--ics"]).stdout;
    assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let events = read(&text);
    assert_eq!(events.len(), 11);
    let fair = events.iter().find(|event| value(event, "SUMMARY").starts_with("Fête")).unwrap();
    assert_eq!(value(fair, "SUMMARY"), name.trim());
    assert_eq!(value(fair, "DESCRIPTION"), "one\ntwo");
    assert_eq!(value(fair, "RRULE"), "FREQ=YEARLY;BYMONTH=7;BYDAY=1SU");
    let days = |text: String| text.parse::<u32>().unwrap();
    assert_eq!(days(value(fair, "DTEND;VALUE=DATE")) - days(value(fair, "DTSTART;VALUE=DATE")), 8);
    let mut uids: Vec<String> = events.iter().map(|event| value(event, "UID")).collect();
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), 11);
    assert!(wren.ok(&["date", "show", "vigil", "--ics"]).stdout.starts_with("BEGIN:VCALENDAR\r\n"));
}

#[test]
fn impossible_dates_are_refused_and_nothing_is_kept() {
    let (wren, _folder) = volunteer();
    for on in ["31 feb", "32/1/2027", "fifth sunday of may", "sometimes", "", "999 days after easter", "٤ يوليو"]
    {
        failed(&wren.run(&["date", "add", "Fair", "--on", on]), 2);
    }
    failed(&wren.run(&["date", "add", "Fair", "--from", "11 jul 2027", "--to", "4 jul 2027"]), 2);
    failed(&wren.run(&["date", "add", "Fair", "--on", "today", "--days", "0"]), 2);
    failed(&wren.run(&["date", "add", "Fair", "--on", "today", "--sort", "party"]), 2);
    failed(&wren.run(&["date", "add", "Fair", "--no-input"]), 2);
    failed(&wren.run(&["date", "show", "Fair"]), 3);
    assert_eq!(wren.json(&["date", "list", "--all"])["dates"].as_array().unwrap().len(), 0);
    wren.ok(&["date", "add", "Fair", "--on", "today"]);
    failed(&wren.run(&["date", "add", "FAIR", "--on", "today"]), 4);
    wren.ok(&["date", "add", "Fair", "--on", "tomorrow", "--another"]);
    let several = wren.run(&["date", "show", "fair"]);
    failed(&several, 3);
    let letters = several.stderr.split(['[', ']']).find(|part| part.len() == 32).unwrap();
    wren.ok(&["date", "show", letters]);
}

/// Events as a second program reads them: lines unfolded, names before the colon.
fn read(text: &str) -> Vec<Vec<(String, String)>> {
    let mut events = Vec::new();
    for line in text.replace("\r\n ", "").split("\r\n") {
        match line.split_once(':') {
            Some(("BEGIN", "VEVENT")) => events.push(Vec::new()),
            Some((name, value)) => {
                if let Some(event) = events.last_mut() {
                    event.push((name.to_owned(), value.to_owned()));
                }
            }
            None => assert_eq!(line, ""),
        }
    }
    events
}

fn value(event: &[(String, String)], name: &str) -> String {
    let (_, value) = event.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
    let mut letters = value.chars();
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        match (letter, if letter == '\\' { letters.next() } else { None }) {
            ('\\', Some('n')) => plain.push('\n'),
            ('\\', Some(escaped)) => plain.push(escaped),
            (letter, _) => plain.push(letter),
        }
    }
    plain
}
