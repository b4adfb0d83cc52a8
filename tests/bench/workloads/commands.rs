//! Whole commands of the real program, on maps of 60 to 10,000 entries, against opening the store and leaving.

use allymap_tests::chance::Chance;
use std::fmt::Write as _;
use std::time::Instant;

use crate::device::Folder;
use crate::map::words;
use crate::processes::{Relay, Volunteer, processor_time_of_commands};
use crate::report::{Report, Runs, ms, short};

const RUNS: usize = 25;

pub(crate) fn run(report: &mut Report) {
    // A register of 1,500 is what somebody imports on the first day.
    for entries in [60, 300, 1_500, 2_000, 10_000] {
        report.section(&format!("Commands on a map of {entries} entries, whole processes"));
        measure(report, entries);
    }
}

fn measure(report: &mut Report, entries: usize) {
    let folder = Folder::new();
    let relay = Relay::start(&folder.join("relay"));
    let first = Volunteer::new(folder.join("first"));
    first.ok(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--relay", &relay.line, "--no-input"]);
    let bare = Runs::milliseconds(RUNS, || drop(first.ok(&["where", "--json"])));
    report.line("open and exit (`where --json`), an empty map", format!("{bare} ms"), "");

    let file = folder.join("town.csv");
    let (csv, wanted, near) = town(entries);
    std::fs::write(&file, csv).expect("the disk takes it");
    let file = file.to_str().expect("a temporary folder has a plain name");
    let began = Instant::now();
    let imported = first.run(&["import", file, "--apply", "--no-input"]);
    let took = ms(began.elapsed());
    if !imported.status.success() {
        let why = String::from_utf8_lossy(&imported.stderr);
        report.line("`import FILE`", format!("not there yet: {}", why.lines().next().unwrap_or_default()), "");
        return;
    }
    report.line("`import FILE`, once", format!("{} ms", short(took)), "");
    for arguments in [
        &["campaign", "add", "Welcome towns", "--target", &wanted][..],
        &["move", &wanted, "passive-ally", "--because", "came", "--source", "seen"],
        &["link", "add", &near, &wanted, "--how", "neighbours", "--source", "told"],
    ] {
        first.ok(&[arguments, &["--no-input"]].concat());
    }
    let (open, open_processor) = timed(&first, &["where", "--json"]);
    report.line("**open and exit** (`where --json`)", format!("{open} ms; processor {} ms", short(open_processor)), "");
    let commands: [&[&str]; 10] = [
        &["partner", "list", "--json"],
        &["find", &wanted, "--json"],
        &["partner", "show", &wanted, "--json"],
        &["log", "add", &wanted, "--no-input"],
        &["risk", "list", &wanted, "--json"],
        &["due", "--json"],
        &["spectrum", "--json"],
        &["link", "path", &wanted, "--json"],
        &["status", "--json"],
        &["partner", "list"],
    ];
    for command in commands {
        let tried = first.run(command);
        let name = command.join(" ").replace(&wanted, "NAME");
        if !tried.status.success() {
            let why = String::from_utf8_lossy(&tried.stderr);
            report.line(&format!("`{name}`"), format!("not there yet: {}", why.lines().next().unwrap_or_default()), "");
            continue;
        }
        let (took, processor) = timed(&first, command);
        let times = [took.median() / open.median(), processor / open_processor].map(short);
        report.line(
            &format!("`{name}`"),
            format!("{took} ms, {} ×; processor {} ms, {} ×", times[0], short(processor), times[1]),
            "≤ 3 × open and exit",
        );
    }
    if entries <= 2_000 {
        together(report, &first, &folder);
    }
}

/// Whole runs of a command, and the processor time of one in the mean. The second hardly depends on what else the machine does.
fn timed(volunteer: &Volunteer, command: &[&str]) -> (Runs, f64) {
    volunteer.ok(command);
    let before = processor_time_of_commands();
    let took = Runs::of(RUNS, || {
        let began = Instant::now();
        volunteer.ok(command);
        ms(began.elapsed())
    });
    (took, ms(processor_time_of_commands() - before) / RUNS as f64)
}

/// The real program on both sides: the first sends the map, a newcomer takes it all.
fn together(report: &mut Report, first: &Volunteer, folder: &Folder) {
    let sent = first.json(&["sync"]);
    exchange(report, "`sync`, the first time: everything goes to the relay", &sent);
    let code = first.ok(&["invite"]);
    first.ok(&["sync"]);
    let second = Volunteer::new(folder.join("second"));
    let joined = second.json(&["join", code.trim(), "--name", "Ben", "--group", "Bay", "--no-input"]);
    first.ok(&["sync"]);
    let words = joined["words"].as_array().expect("four words").iter().map(|word| word.as_str().expect("a word"));
    let words: Vec<&str> = words.collect();
    first.ok(&[&["member", "approve", "--words"][..], &words].concat());
    first.ok(&["sync"]);
    let fetched = second.json(&["sync"]);
    exchange(report, "`sync` of a newcomer: everything comes", &fetched);
    let idle = second.json(&["sync"]);
    exchange(report, "`sync` with nothing to say", &idle);
    let whole = Runs::milliseconds(RUNS, || drop(second.ok(&["sync"])));
    report.line("… the whole process", format!("{whole} ms"), "");
}

fn exchange(report: &mut Report, what: &str, said: &serde_json::Value) {
    let measured = format!(
        "{} ms, {} bytes out, {} in, {} round trips",
        said["milliseconds"], said["bytes_out"], said["bytes_in"], said["round_trips"]
    );
    report.line(what, measured, "");
}

/// An invented town as CSV, and the names of two entries in it.
fn town(entries: usize) -> (String, String, String) {
    let mut chance = Chance(6);
    let mut csv = String::from("name,kind,phone,email,notes\n");
    let (mut wanted, mut near) = (String::new(), String::new());
    for number in 0..entries {
        let name = format!("{} {number}", capital(&words(&mut chance, 2)));
        let kind = ["organisation", "person", "institution", "place"][chance.below(4)];
        let (phone, notes) = (chance.below(1_000_000), words(&mut chance, 12));
        writeln!(csv, "{name},{kind},0400 {phone:06},contact{number}@example.org,{notes}").expect("text takes text");
        if number == entries / 2 {
            wanted = name;
        } else if number == entries / 2 + 1 {
            near = name;
        }
    }
    (csv, wanted, near)
}

fn capital(words: &str) -> String {
    words.split(' ').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>().join(" ")
}
