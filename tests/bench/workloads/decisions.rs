//! What an answer costs: the rules alone, and whole commands on a map of 2,000 entries and 300 events.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use allymap_policy::{About, Case, Fact, Pack, RiskType, Statement, evaluate, questions, what_would_change};

use crate::device::Folder;
use crate::processes::Volunteer;
use crate::report::{Report, Runs, ms, short};

const RUNS: usize = 25;
const ENTRIES: usize = 2_000;
const EVENTS: usize = 300;

pub(crate) fn run(report: &mut Report) {
    rules(report);
    commands(report);
}

/// An event of four organisers of which everything is known that is asked.
fn case() -> Case {
    let mut case = Case::new();
    let mut number = 0;
    let mut say = |case: &mut Case, fact: Fact, about: About, value: &str| {
        number += 1;
        case.statements.push(Statement::new(format!("s{number}"), fact, about, value));
    };
    for fact in [Fact::Requested, Fact::Message, Fact::Target, Fact::FaithHost, Fact::GovernmentHost, Fact::Endorses] {
        say(&mut case, fact, About::Event, fact.values()[0]);
    }
    for fact in [Fact::DirectsVote, Fact::PoliticiansSpeak, Fact::RepOffice, Fact::StaffChecked, Fact::Space] {
        say(&mut case, fact, About::Event, fact.values()[0]);
    }
    for risk in RiskType::ALL {
        say(&mut case, Fact::Risk, About::Risk(risk), "low");
    }
    for organiser in ["Bowls Club", "Choir", "Library", "Bakery"] {
        case.organisers.push(organiser.to_owned());
        let about = || About::Organiser(organiser.to_owned());
        say(&mut case, Fact::Category, about(), "c");
        for fact in [Fact::Affiliation, Fact::SystemChange, Fact::Tactics, Fact::Research, Fact::Corporate] {
            say(&mut case, fact, about(), fact.values()[0]);
        }
    }
    case
}

fn rules(report: &mut Report) {
    let (pack, case) = (Pack::shipped(), case());
    let title = format!(
        "The rules alone: {} facts, {} organisers, {} rules, microseconds",
        case.statements.len(),
        case.organisers.len(),
        pack.rules().len()
    );
    report.section(&title);
    let answer = Runs::microseconds(1_000, || drop(black_box(evaluate(pack, black_box(&case)))));
    report.line("the answer", answer.to_string(), "microseconds");
    let open = Runs::microseconds(100, || drop(black_box(questions(pack, black_box(&case)))));
    report.line("what is still worth asking", open.to_string(), "");
    let change = Runs::microseconds(100, || drop(black_box(what_would_change(pack, black_box(&case)))));
    report.line("what would change it", change.to_string(), "");
}

fn commands(report: &mut Report) {
    report.section(&format!("Events on a map of {ENTRIES} entries and {EVENTS} events, whole processes"));
    let folder = Folder::new();
    let wren = Volunteer::new(folder.join("wren"));
    wren.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--no-input"]);
    let mut csv = String::from("name,kind,category\n");
    for number in 0..ENTRIES {
        writeln!(csv, "Club number {number},organisation,c").expect("text takes text");
    }
    let file = folder.join("town.csv");
    std::fs::write(&file, csv).expect("the disk takes it");
    wren.ok(&["import", file.to_str().expect("a plain name"), "--apply", "--no-input"]);
    for number in 0..EVENTS {
        let (name, club) = (format!("Fair number {number}"), format!("Club number {}", number * 6));
        wren.ok(&[
            "event",
            "add",
            &name,
            "--on",
            "in 6 weeks",
            "--organisers",
            &club,
            "--requested",
            "partner",
            "--no-input",
        ]);
    }
    // Exit 4: more is open.
    wren.run(&["event", "assess", "Fair number 7", "--set", "message=same", "--set", "risk=low"]);
    let time = |command: &[&str]| {
        Runs::of(RUNS, || {
            let began = Instant::now();
            // Exit 4 while something is open.
            wren.run(command);
            ms(began.elapsed())
        })
    };
    let open = time(&["where", "--json"]);
    report.line("**open and exit** (`where --json`)", format!("{open} ms"), "");
    for command in [
        &["event", "assess", "Fair number 7", "--no-input"][..],
        &["event", "show", "Fair number 7"],
        &["event", "list"],
    ] {
        let took = time(command);
        let times = short(took.median() / open.median());
        let name = command.join(" ").replace("Fair number 7", "NAME");
        report.line(&format!("`{name}`"), format!("{took} ms, {times} ×"), "≤ 3 × open and exit");
    }
}
