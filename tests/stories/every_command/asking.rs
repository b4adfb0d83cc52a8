//! At a terminal: what is missing is asked for, what was given is not, and nothing that was typed is lost.

use allymap_tests::{Shared, Terminal, Volunteer};

fn alone() -> (tempfile::TempDir, Volunteer) {
    let folder = tempfile::tempdir().unwrap();
    let ana = Volunteer::new(folder.path().join("ana"));
    ana.ok(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--no-input"]);
    (folder, ana)
}

#[test]
fn an_entry_and_a_meeting_are_asked_for_line_by_line() {
    let (_folder, ana) = alone();
    let mut add = Terminal::start(&ana, &["partner", "add", "--plain"]);
    add.wait_for("Name");
    add.type_line("Wharf Choir");
    add.wait_for("Number (Enter: none)");
    add.type_line("1");
    assert_eq!(add.finish(), 0, "{}", add.shown);
    assert!(add.shown.contains("Added Wharf Choir"), "{}", add.shown);

    let mut log = Terminal::start(&ana, &["log", "add", "choir", "--kind", "meeting", "--plain"]);
    log.wait_for("an empty line ends");
    // Somebody who thinks about what to write keeps nobody else waiting.
    ana.ok(&["partner", "add", "Second Group", "--kind", "organisation"]);
    log.type_line("They want a speaker in May.");
    log.type_line("And a stall.");
    log.type_line("");
    assert_eq!(log.finish(), 0, "{}", log.shown);
    assert!(!log.shown.contains("shell's history"), "{}", log.shown);
    let lines = ana.json(&["log", "list", "choir"]);
    assert_eq!(lines["log"][0]["text"], "They want a speaker in May.\nAnd a stall.");
    assert_eq!(ana.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 2);
}

#[test]
fn somebody_who_thinks_about_an_answer_keeps_nobody_else_waiting() {
    let (folder, ana) = alone();
    let fair = folder.path().join("fair.html");
    std::fs::write(&fair, "theirs").unwrap();
    for name in ["Wharf Choir", "Hillside Quarry"] {
        ana.ok(&["partner", "add", name, "--kind", "organisation", "--category", "b"]);
    }
    ana.ok(&["campaign", "add", "Welcome towns"]);
    let whole: &[(&[&str], &str)] = &[
        (&["partner", "add"], "Name"),
        (&["partner", "add", "Alder Club"], "What is it?"),
        (&["partner", "add", "Isolde Farthing", "--kind", "person"], "Why may this person be on the map?"),
        (&["partner", "add", "Yarrow", "--kind", "organisation", "--led-by", "elders"], "In whose words is that?"),
        (&["partner", "add", "Wharf Choir", "--kind", "organisation"], "Is it the same?"),
        (&["partner", "edit", "choir"], "What is it called?"),
        (&["meet", "choir"], "Who from us?"),
        (&["meet", "choir", "--do", "sing"], "Anything else?"),
        (&["ask", "choir"], "What do we ask?"),
        (&["ask", "choir", "sing"], "How large was it?"),
        (&["ask", "choir", "sing", "--size", "4"], "Keep it anyway?"),
        (&["gave", "choir"], "What was it?"),
        (&["gave", "choir", "a cake"], "How large was it?"),
        (&["got", "choir"], "What was it?"),
        (&["log", "add", "choir"], "What was said?"),
        (&["move", "choir"], "Where do they stand?"),
        (&["move", "choir", "neutral"], "Why?"),
        (&["campaign", "add"], "In one sentence"),
        (&["campaign", "add", "A hall for all"], "Who can decide it?"),
        (&["campaign", "close", "welcome"], "What came of it?"),
        (&["risk", "add", "quarry"], "Which type of risk?"),
        (&["risk", "add", "quarry", "--type", "legal", "--level", "low"], "What is it?"),
        (&["link", "add", "choir", "quarry"], "How do we know?"),
        (&["link", "add", "choir", "quarry", "--how", "heard it"], "From where?"),
        (&["date", "add"], "Name"),
        (&["date", "add", "Harvest fair"], "When?"),
        (&["place", "add"], "Name"),
        (&["place", "add", "Depot Hall"], "Enter: not known"),
        (&["map", "edit"], "Who is this community"),
        (&["map", "answer", "2"], "starting from scratch?"),
        (&["map", "section", "Water"], "What stands in it?"),
        (&["edit", "choir", "phone"], "phone"),
        (&["report", "--output", fair.to_str().unwrap()], "Replace it?"),
    ];
    for (command, question) in whole {
        let mut asking = Terminal::start(&ana, &[*command, &["--plain"]].concat());
        asking.wait_for(question);
        let other = ana.run(&["partner", "list"]);
        assert_eq!(other.code, 0, "while allymap {} asks: {other:?}", command.join(" "));
    }
    assert_eq!(ana.json(&["log", "list"])["log"], serde_json::json!([]));
}

#[test]
fn what_somebody_typed_in_answer_is_neither_scolded_nor_read_as_a_command() {
    let (_folder, ana) = alone();
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    ana.ok(&["log", "add", "choir", "--kind", "meeting"]);
    for (verb, question) in [("ask", "What do we ask?"), ("gave", "What was it?"), ("got", "What was it?")] {
        let mut terminal = Terminal::start(&ana, &[verb, "choir", "--size", "1", "--plain"]);
        terminal.wait_for(question);
        terminal.type_line("-");
        assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
        assert!(!terminal.shown.contains("shell's history"), "{}", terminal.shown);
    }
    let told = ana.json(&["log", "list", "choir"]);
    assert_eq!(told["log"].as_array().unwrap().iter().filter(|line| line["text"] == "-").count(), 3, "{told}");
    let nobody = ana.run(&["gave", "choir", "--size", "1"]);
    assert_eq!(nobody.code, 2);
    assert!(nobody.stderr.contains("\"What was it?\" was not answered, and there is nobody to ask."), "{nobody:?}");
    let nobody = ana.run(&["risk", "add", "choir"]);
    assert!(nobody.stderr.contains("\"Which type of risk?\" was not answered"), "{nobody:?}");
}

#[test]
fn what_was_typed_into_a_command_that_fails_is_shown_to_be_copied() {
    let (_folder, ana) = alone();
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let mut log = Terminal::start(&ana, &["log", "add", "choir", "--kind", "statement", "--plain"]);
    log.wait_for("an empty line ends");
    log.type_line("No ramps,");
    log.type_line("they said.");
    log.type_line("");
    assert_eq!(log.finish(), 2, "{}", log.shown);
    let (_, after) = log.shown.split_once("What you typed, so that you can copy it:").expect("it is shown");
    assert!(
        after.contains("No ramps,") && after.contains("they said.") && after.contains("needs its source"),
        "{after}"
    );
    let mut meet = Terminal::start(&ana, &["meet", "choir", "--plain"]);
    meet.wait_for("Who from us?");
    meet.type_line("Ana and Ben");
    meet.wait_for("When?");
    meet.end_of_input();
    assert_eq!(meet.finish(), 1, "{}", meet.shown);
    assert!(meet.shown.contains("Ana and Ben") && meet.shown.contains("Nothing was changed."), "{}", meet.shown);
    assert!(!ana.run(&["gave", "choir"]).stderr.contains("What you typed"));
}

#[test]
fn a_map_a_campaign_a_risk_and_a_link_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let ana = Volunteer::new(folder.path().join("ana"));
    let answer = |command: &[&str], answers: &[(&str, &str)]| -> String {
        let mut terminal = Terminal::start(&ana, &[command, &["--plain"]].concat());
        for (question, answer) in answers {
            terminal.wait_for(question);
            terminal.type_line(answer);
        }
        assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
        terminal.shown.clone()
    };
    let file = folder.path().join("passphrase");
    std::fs::write(&file, "a quiet wharf at noon\n").unwrap();
    let told = answer(
        &["new", "--passphrase-file", file.to_str().unwrap()],
        &[("Community the map is about", "Thornwick"), ("Your name", "Ana"), ("Your group", "Harbour")],
    );
    assert!(told.contains("Thornwick is ready. You are its convenor, Ana (Harbour)."), "{told}");
    for name in ["Thornwick Council", "Wharf Choir"] {
        ana.ok(&["partner", "add", name, "--kind", "organisation"]);
    }
    let told = answer(
        &["campaign", "add"],
        &[
            ("In one sentence", "Thornwick welcomes refugees"),
            ("Who can decide it?", "the dragon"),
            ("Nothing on this map is called \"the dragon\"", "council"),
        ],
    );
    assert!(told.contains("A campaign: Thornwick welcomes refugees"), "{told}");
    assert_eq!(ana.json(&["campaign", "show"])["campaign"]["target"], "Thornwick Council");
    answer(
        &["risk", "add", "council"],
        &[
            ("Which type of risk?", "5"),
            ("How high?", "5"),
            ("What is it?", "They sold the park"),
            ("Can it be mitigated?", "4"),
            ("How, or why not?", "ask the gardeners first"),
            ("Who looks after it?", "Ana"),
        ],
    );
    let risks = ana.json(&["risk", "list", "council"]);
    let reputational =
        risks["risks"].as_array().unwrap().iter().find(|risk| risk.to_string().contains("sold the park"));
    assert!(reputational.is_some_and(|risk| risk.to_string().contains("ask the gardeners first")), "{risks}");
    answer(
        &["link", "add", "choir", "council"],
        &[("How do we know?", "They sang at the opening"), ("From where?", "the Courier, 4 Feb")],
    );
    let link = &ana.json(&["link", "list", "choir"])["links"][0];
    assert!(link.to_string().contains("They sang at the opening"), "{link}");
}

/// S133
#[test]
fn a_large_ask_without_a_heads_up_is_kept_only_by_a_yes() {
    let (_folder, ana) = alone();
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let ask = ["ask", "choir", "co-host the forum", "--size", "4", "--plain"];
    for (typed, code, kept) in [("n", 4, 0), ("", 4, 0), ("y", 0, 1)] {
        let mut terminal = Terminal::start(&ana, &ask);
        terminal.wait_for("Keep it anyway? [y/N]");
        terminal.type_line(typed);
        assert_eq!(terminal.finish(), code, "{}", terminal.shown);
        assert_eq!(ana.json(&["ask", "--list"])["asks"].as_array().unwrap().len(), kept, "{typed}");
    }
}

/// S8
#[test]
fn whose_words_say_who_leads_is_asked() {
    let (_folder, ana) = alone();
    let add = ["partner", "add", "Yarrow Circle", "--kind", "organisation", "--led-by", "elders", "--plain"];
    let mut terminal = Terminal::start(&ana, &add);
    terminal.wait_for("In whose words is that?");
    terminal.type_line("their website");
    assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
    assert!(ana.ok(&["partner", "show", "yarrow"]).stdout.contains("In whose words        their website"));
}

#[test]
fn one_who_may_be_on_the_map_already_is_asked_about_before_anything_is_added() {
    let (_folder, ana) = alone();
    ana.ok(&["partner", "add", "Wharf Choir Collective", "--kind", "organisation", "--phone", "02 5550 0001"]);
    let add = ["partner", "add", "Wharf Choir", "--kind", "organisation", "--plain"];
    let entries = || ana.json(&["partner", "list"])["entries"].as_array().unwrap().len();
    let mut terminal = Terminal::start(&ana, &add);
    terminal.wait_for("Looks like Wharf Choir Collective · organisation. Is it the same?");
    terminal.wait_for("Number");
    terminal.type_line("3");
    assert_eq!(terminal.finish(), 1, "{}", terminal.shown);
    assert_eq!(entries(), 1);
    let mut terminal = Terminal::start(&ana, &add);
    terminal.wait_for("Number");
    terminal.type_line("1");
    terminal.wait_for("Note that you (Ana) know them? [y/N]");
    terminal.type_line("y");
    assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
    assert!(
        terminal.shown.contains("02 5550 0001") && terminal.shown.contains("Nothing was added."),
        "{}",
        terminal.shown
    );
    assert!(ana.ok(&["partner", "show", "wharf"]).stdout.contains("Known by              Ana"));
    assert_eq!(entries(), 1);
    let mut terminal = Terminal::start(&ana, &add);
    terminal.wait_for("Number");
    terminal.type_line("2");
    assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
    assert_eq!(entries(), 2);
    // Nobody is asked: a near name is added and said, one and the same name is refused.
    assert!(ana.ok(&["partner", "add", "Wharf Choirs", "--kind", "organisation"]).stderr.contains("Much like"));
    assert_eq!(ana.run(&["partner", "add", "wharf CHOIR", "--kind", "organisation"]).code, 4);
    assert_eq!(entries(), 3);
}

#[test]
fn text_in_a_command_is_warned_about_once_and_only_at_a_terminal() {
    let (_folder, ana) = alone();
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let text = ["log", "add", "choir", "--note", "kept in the history"];
    let mut log = Terminal::start(&ana, &text);
    assert_eq!(log.finish(), 0, "{}", log.shown);
    assert_eq!(log.shown.matches("shell's history").count(), 1, "{}", log.shown);
    assert!(!ana.ok(&text).stderr.contains("history"));
    let answer = ana.run_with_input(&["log", "add", "choir", "--note", "-"], "from standard input\n");
    assert_eq!(answer.code, 0, "{answer:?}");
    let told = ana.json(&["log", "list", "choir"]);
    assert!(told["log"].as_array().unwrap().iter().any(|line| line["text"] == "from standard input"), "{told}");
}

#[test]
fn whoever_lets_somebody_in_types_the_words_that_are_read_to_them_and_sees_none() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let code = ana.ok(&["invite"]).stdout;
    assert!(ana.ok(&["status"]).stdout.contains("1 invitation is only here: allymap sync"));
    ana.ok(&["sync"]);
    assert!(ana.ok(&["status"]).stdout.contains("1 invitation not used yet"));
    let ben = Volunteer::new(shared.folder.path().join("ben"));
    let joined = ben.json(&["join", code.trim(), "--name", "Ben Two", "--group", "Bay", "--no-input"]);
    let words: Vec<&str> = joined["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let waiting = ben.ok(&["status"]).stdout;
    assert!(waiting.contains(&words.join("  ")) && waiting.contains("run: allymap sync"), "{waiting}");
    ana.ok(&["sync"]);
    let status = ana.ok(&["status"]).stdout;
    assert!(status.contains("allymap member approve 1"), "{status}");
    for arguments in [&["status"][..], &["status", "--json"], &["member", "waiting"], &["member", "waiting", "--json"]]
    {
        let answer = ana.ok(arguments);
        for word in &words {
            let said = answer.stdout.split(|c: char| !c.is_alphanumeric()).any(|one| one == *word);
            assert!(!said, "{arguments:?} reads the words along: {answer:?}");
        }
    }
    for (typed, code) in [("", 1), ("one two three four", 1), (&*words[..3].join(" "), 1)] {
        let mut approve = Terminal::start(ana, &["member", "approve", "--plain"]);
        approve.wait_for("They call themselves \"Ben Two\" of \"Bay\".");
        approve.type_line(typed);
        assert_eq!(approve.finish(), code, "{}", approve.shown);
        assert!(approve.shown.contains("Nobody was let in."), "{}", approve.shown);
        assert!(!approve.shown.contains(words[3]), "{}", approve.shown);
    }
    let mut approve = Terminal::start(ana, &["member", "approve", "--plain"]);
    approve.wait_for("Which four words do they read to you?");
    approve.type_line(&words.join(" ").to_uppercase());
    assert_eq!(approve.finish(), 0, "{}", approve.shown);
    assert!(approve.shown.contains("tell Ben Two to run allymap sync"), "{}", approve.shown);
    ana.ok(&["sync"]);
    assert!(ben.ok(&["sync"]).stderr.contains("You are a member of Kill Town now."));
}

#[test]
fn an_entry_that_is_another_too_is_shown_with_the_facts_of_both() {
    let (_folder, ana) = alone();
    ana.ok(&[
        "partner",
        "add",
        "Wharf Choir",
        "--kind",
        "organisation",
        "--phone",
        "02 5550 0001",
        "--website",
        "https://choir.example",
    ]);
    ana.ok(&[
        "partner",
        "add",
        "The Singers",
        "--kind",
        "organisation",
        "--phone",
        "02 5550 0002",
        "--website",
        "https://choir.example",
    ]);
    ana.ok(&["log", "add", "singers", "--note", "They sing on Sundays."]);
    ana.ok(&["partner", "merge", "choir", "singers"]);
    let shown = ana.ok(&["partner", "show", "choir"]).stdout;
    let (own, other) = shown.split_once("Also kept as").expect("the other one is named");
    assert!(own.contains("02 5550 0001") && !own.contains("02 5550 0002"), "{shown}");
    assert!(
        other.contains("The Singers") && other.contains("02 5550 0002") && other.contains("They sing on Sundays."),
        "{shown}"
    );
    assert!(!other.contains("choir.example"), "what both say is said once: {shown}");
    let told = ana.json(&["partner", "show", "singers"]);
    assert_eq!(told["also_kept_as"].as_array().unwrap().len(), 1);
    assert_eq!(ana.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 1);
}
