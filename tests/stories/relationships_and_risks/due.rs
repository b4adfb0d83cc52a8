//! `allymap due`: staying in touch.

use crate::{Alone, alone, refused};

fn due(wren: &Alone, within: &str) -> Vec<(String, String)> {
    let due = wren.json(&["due", "--within", within])["due"].clone();
    let word = |one: &serde_json::Value, key: &str| one[key].as_str().unwrap().to_owned();
    due.as_array().unwrap().iter().map(|one| (word(one, "what"), word(one, "entry"))).collect()
}

fn pair(what: &str, entry: &str) -> (String, String) {
    (what.to_owned(), entry.to_owned())
}

/// S53, S76
#[test]
fn check_ins_come_after_six_eight_and_sixteen_weeks_and_any_contact_sets_them_anew() {
    let wren = alone();
    for (name, category) in [("Yarrow Circle", "a"), ("Oak Street Hub", "b"), ("Wharf Choir", "c")] {
        wren.organisation(name, category);
        wren.log(name, "meeting", "7 weeks ago");
    }
    assert_eq!(due(&wren, "0"), [pair("check-in", "Yarrow Circle")]);
    assert_eq!(due(&wren, "1w"), [pair("check-in", "Yarrow Circle"), pair("check-in", "Wharf Choir")]);
    assert_eq!(due(&wren, "9 weeks").len(), 3);
    wren.log("yarrow", "message", "today");
    assert_eq!(due(&wren, "0"), []);
    wren.ok(&["partner", "edit", "oak", "--set", "check-in-weeks=4"]);
    assert_eq!(due(&wren, "0"), [pair("check-in", "Oak Street Hub")]);
}

#[test]
fn losing_touch_is_named_after_twice_the_interval() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.log("wharf", "call", "17 weeks ago");
    assert_eq!(due(&wren, "0"), [pair("losing-touch", "Wharf Choir")]);
}

/// S2, S73
#[test]
fn the_end_of_a_campaign_touches_no_relationship() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.ok(&["campaign", "add", "Welcome towns"]);
    wren.ok(&["move", "wharf", "active-ally", "--for", "welcome"]);
    wren.ok(&["partner", "edit", "wharf", "--stage", "low-level"]);
    wren.log("wharf", "call", "9 weeks ago");
    let before = (due(&wren, "0"), wren.json(&["partner", "list"])["entries"][0]["stage"].clone());
    wren.ok(&["campaign", "close", "welcome", "--no-input"]);
    assert_eq!((due(&wren, "0"), wren.json(&["partner", "list"])["entries"][0]["stage"].clone()), before);
}

/// S50
#[test]
fn rights_holders_come_before_all_others_at_the_same_day() {
    let wren = alone();
    for (name, category) in [("Alder Club", "c"), ("Yarrow Circle", "a")] {
        wren.organisation(name, category);
        wren.ok(&["log", "add", name, "--kind", "meeting", "--followup", "tomorrow", "--note", "x"]);
        wren.ok(&["gave", name, "cake", "--size", "1"]);
    }
    wren.ok(&["log", "add", "alder", "--kind", "meeting", "--followup", "tomorrow", "--note", "x"]);
    wren.ok(&["log", "add", "yarrow", "--kind", "meeting", "--followup", "tomorrow", "--note", "x"]);
    assert_eq!(due(&wren, "1w"), [pair("follow-up", "Yarrow Circle"), pair("follow-up", "Alder Club")]);
    let listed = wren.json(&["partner", "list"]);
    assert_eq!(listed["entries"][0]["name"], "Yarrow Circle");
    assert!(wren.ok(&["balance"]).stdout.starts_with("Yarrow Circle"));
}

/// S50
#[test]
fn rights_holders_come_first_in_every_list_at_equal_rank() {
    let wren = alone();
    wren.ok(&["campaign", "add", "Welcome towns"]);
    for (name, category) in [("Alder Club", "b"), ("Yarrow Club", "a"), ("Birch Club", "b")] {
        wren.organisation(name, category);
        wren.log(name, "consulted", "today");
        wren.ok(&["move", name, "neutral"]);
        wren.ok(&["risk", "add", name, "--type", "legal", "--level", "high", "--reason", "a letter came"]);
        wren.ok(&["ask", name, "sing", "--size", "1"]);
    }
    let names = |list: &serde_json::Value, key: &str| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap_or_default().to_owned()).collect()
    };
    let expected = ["Yarrow Club", "Alder Club", "Birch Club"];
    for command in [&["find", "club"][..], &["partner", "list"], &["risk", "list"]] {
        assert_eq!(names(&wren.json(command)["entries"], "name"), expected, "{command:?}");
    }
    for (command, list, key) in [
        (&["ask", "--list"][..], "asks", "entry"),
        (&["log", "list", "--kind", "consulted"], "log", "entry"),
        (&["next"], "next", "name"),
    ] {
        assert_eq!(names(&wren.json(command)[list], key), expected, "{command:?}");
    }
    for name in ["Alder Club", "Yarrow Club", "Birch Club"] {
        wren.ok(&["event", "add", &format!("{name} fair"), "--on", "in 6 weeks", "--organisers", name, "--no-input"]);
    }
    let events = names(&wren.json(&["event", "list"])["events"], "name");
    assert_eq!(events, expected.map(|name| format!("{name} fair")));
    let spectrum = wren.ok(&["spectrum", "--plain"]).stdout;
    assert!(spectrum.contains("Yarrow Club, Alder Club, Birch Club"), "{spectrum}");
}

/// S76
#[test]
fn a_partner_with_no_contact_at_all_has_a_check_in_today() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    assert_eq!(due(&wren, "0"), []);
    wren.ok(&["partner", "edit", "wharf", "--stage", "partner"]);
    assert_eq!(due(&wren, "0"), [pair("check-in", "Wharf Choir")]);
    assert!(wren.show("wharf").contains("Next check-in"));
    wren.log("wharf", "call", "today");
    assert_eq!(due(&wren, "0"), []);
}

/// S51
#[test]
fn a_strained_tie_with_rights_holders_is_an_alarm() {
    let wren = alone();
    for (name, category) in [("Alder Club", "c"), ("Yarrow Circle", "a")] {
        wren.organisation(name, category);
        wren.ok(&["partner", "edit", name, "--health", "strained", "--source", "Rosa", "--because", "we came late"]);
    }
    let told = wren.ok(&["due"]).stdout;
    assert!(told.starts_with("Alarm\tYarrow Circle\trights holders, and the tie is strained"), "{told}");
    assert!(!told.contains("Alder"), "{told}");
    assert!(wren.show("yarrow").contains("Alarm                 the tie with these rights holders is strained"));
}

/// S88
#[test]
fn a_call_for_solidarity_past_its_day_is_first_until_it_is_answered() {
    let wren = alone();
    wren.organisation("Yarrow Circle", "a");
    wren.organisation("Alder Club", "c");
    wren.ok(&[
        "log",
        "add",
        "alder",
        "--kind",
        "meeting",
        "--on",
        "2 weeks ago",
        "--followup",
        "5 days ago",
        "--note",
        "x",
    ]);
    let call = [
        "log",
        "add",
        "yarrow",
        "--kind",
        "solidarity",
        "--on",
        "2 weeks ago",
        "--followup",
        "yesterday",
        "--note",
        "the march",
    ];
    // A day to come is written as it was when they called.
    let answer = wren.run(&call);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_eq!(due(&wren, "0")[0], pair("unanswered-call", "Yarrow Circle"));
    wren.log("yarrow", "call", "today");
    assert_eq!(due(&wren, "0")[0], pair("unanswered-call", "Yarrow Circle"), "a phone call is no answer");
    wren.log("yarrow", "answered", "today");
    assert_eq!(due(&wren, "0"), [pair("follow-up", "Alder Club")]);
}

/// S119
#[test]
fn facts_grown_old_are_named() {
    let wren = alone();
    wren.organisation("Fair Go", "d");
    let fact = ["partner", "edit", "fair", "--affiliation-kind", "none", "--source", "their website", "--checked"];
    wren.ok(&[&fact[..], &["3 years ago"]].concat());
    assert_eq!(due(&wren, "0"), [pair("old-fact", "Fair Go")]);
    wren.ok(&[&fact[..], &["today"]].concat());
    assert_eq!(due(&wren, "0"), []);
}

#[test]
fn what_was_done_under_another_name_of_the_same_entry_counts() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.organisation("The Wharf Singers", "c");
    wren.log("wharf choir", "call", "9 weeks ago");
    wren.ok(&["got", "the wharf singers", "sang", "--size", "3", "--on", "1 week ago"]);
    wren.ok(&["partner", "merge", "wharf choir", "the wharf singers"]);
    let told = due(&wren, "0");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "owed");
    assert!(wren.ok(&["balance", "wharf choir"]).stdout.contains("we owe"));
}

#[test]
fn a_length_of_time_that_is_none_is_refused() {
    let wren = alone();
    for typed in ["soon", "-3w", "99999999999w", "", "2 fortnights"] {
        let within = format!("--within={typed}");
        refused(&wren.run(&["due", &within]), 2, "no length of time");
    }
    assert_eq!(wren.ok(&["due"]).stderr, "Nothing is due within 14 days.\n");
}

#[test]
fn an_event_is_due_three_weeks_before_its_day_until_somebody_has_decided() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    wren.ok(&["event", "add", "Palm walk", "--on", "in 6 weeks", "--organisers", "wharf"]);
    assert_eq!(due(&wren, "2w"), []);
    assert_eq!(due(&wren, "3w"), [pair("assess", "Palm walk")]);
    wren.ok(&["event", "add", "Pancakes", "--on", "in 2 weeks", "--organisers", "wharf", "--set", "held-by=Hills"]);
    assert_eq!(due(&wren, "0"), [pair("assess", "Pancakes")]);
    let told = wren.json(&["due", "--within", "0"])["due"][0].clone();
    assert_eq!((&told["days_late"], &told["held_by"]), (&7.into(), &"Hills".into()), "{told}");
    assert!(told["open"].as_u64().unwrap() > 0, "{told}");
    assert!(wren.ok(&["due", "--within", "0"]).stdout.starts_with("Late\tPancakes\tassess now; it is on "));
    let status = wren.ok(&["status"]).stdout;
    assert!(status.contains("Events      2 to assess: allymap event list"), "{status}");
    // Who waits has not decided; who has is waited for no longer.
    wren.ok(&["event", "decide", "pancakes", "--choice", "wait", "--because", "the hall is not sure"]);
    assert_eq!(due(&wren, "0"), [pair("assess", "Pancakes")]);
    wren.ok(&["event", "decide", "pancakes", "--choice", "no", "--because", "too soon"]);
    assert_eq!(due(&wren, "0"), []);
    assert!(wren.ok(&["status"]).stdout.contains("Events      1 to assess: allymap event list"));
    wren.ok(&["event", "add", "Long ago", "--on", "yesterday", "--organisers", "wharf"]);
    assert_eq!(due(&wren, "0"), [], "what is over asks for nothing");
}

/// S132
#[test]
fn offers_name_only_whom_we_owe_with_what_would_help_them() {
    let wren = alone();
    let told = wren.ok(&["due", "--offers"]);
    assert!(told.stdout.is_empty() && told.stderr.contains("We owe nobody a favour."), "{told:?}");
    for name in ["Wharf Choir", "Alder Club"] {
        wren.organisation(name, "c");
        wren.log(name, "meeting", "20 weeks ago");
    }
    wren.ok(&[
        "partner",
        "edit",
        "wharf",
        "--set",
        "they-get=an audience",
        "--set",
        "benefit=chairs for their concert",
    ]);
    wren.ok(&["partner", "add", "Wharf Singers", "--kind", "organisation"]);
    wren.ok(&["partner", "edit", "singers", "--set", "goals=a hall of their own"]);
    wren.ok(&["partner", "merge", "wharf choir", "singers"]);
    let got = wren.ok(&["got", "wharf choir", "lent the hall", "--size", "3"]);
    assert!(got.stderr.contains("Before the next ask, offer something of equal size: allymap due --offers"), "{got:?}");
    let told = wren.ok(&["due", "--offers"]).stdout;
    assert_eq!(told.lines().count(), 1, "{told}");
    for words in [
        "\tpeople or a venue (3)\t",
        "What they get: an audience",
        "Benefit: chairs for their concert",
        "Their goals: a hall of their own",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let offers = wren.json(&["due", "--offers"])["offers"].clone();
    let helps = offers[0]["would_help"].as_array().unwrap();
    let benefit = serde_json::json!({ "field": "benefit", "label": "Benefit", "said": "chairs for their concert" });
    assert!(offers[0]["size"] == 3 && helps.len() == 3 && helps.contains(&benefit), "{offers}");
}

/// S134
#[test]
fn what_we_owe_is_in_the_due_list() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.ok(&["got", "wharf", "lent the hall", "--size", "3"]);
    let due = wren.ok(&["due"]).stdout;
    assert!(due.contains("We owe\tWharf Choir\ta favour of size 3: people or a venue"), "{due}");
    wren.ok(&["gave", "wharf", "two people", "--size", "3"]);
    assert!(!wren.ok(&["due"]).stdout.contains("We owe"));
}
