//! What an entry says about the relationship: `allymap partner`.

use allymap_tests::Terminal;

use crate::{Alone, alone, refused};

mod edit;

/// S1
#[test]
fn why_we_partner_is_one_or_more_of_six_reasons() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.ok(&["partner", "edit", "wharf", "--set", "reasons=visibility", "--set", "reasons=learning"]);
    let shown = wren.show("wharf");
    assert!(shown.contains("Why we partner        learning and pooled resources; visibility where"), "{shown}");
    refused(&wren.run(&["partner", "edit", "wharf", "--set", "reasons=fame"]), 2, "not one of new-audiences");
    // The report counts them over the whole map.
    wren.organisation("Oak Street Hub", "b");
    wren.ok(&["partner", "edit", "oak", "--set", "reasons=learning"]);
    let html = wren.ok(&["report", "-o", "-"]).stdout;
    let numbers = html.split("In numbers").nth(1).unwrap_or_else(|| panic!("{html}"));
    for (reason, count) in [("learning and pooled resources", '2'), ("visibility where", '1')] {
        let counted = numbers.split(reason).nth(1).and_then(|after| after.chars().find(char::is_ascii_digit));
        assert_eq!(counted, Some(count), "{reason}: {numbers}");
    }
}

/// S5
#[test]
fn forms_of_joint_work_are_a_list_and_several_hold() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.ok(&["partner", "edit", "wharf", "--set", "joint-work=film night", "--set", "joint-work=vigil"]);
    assert!(wren.show("wharf").contains("Joint work            film screening; vigil"));
    wren.ok(&["partner", "edit", "wharf", "--set", "joint-work=-vigil"]);
    assert!(!wren.show("wharf").contains("vigil"));
}

/// S6
#[test]
fn a_relationship_names_which_of_our_groups_holds_it() {
    let wren = alone();
    wren.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation", "--held-by", "Harbour"]);
    assert!(wren.show("wharf").contains("Held by               Harbour"));
}

/// S7
#[test]
fn a_formal_partnership_without_what_they_get_is_incomplete() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.ok(&["partner", "edit", "wharf", "--set", "agreement=formal", "--set", "we-get=a hall"]);
    assert!(wren.show("wharf").contains("Incomplete            a formal partnership needs what they get"));
    wren.ok(&["partner", "edit", "wharf", "--set", "they-get=a full room"]);
    let shown = wren.show("wharf");
    assert!(!shown.contains("Incomplete") && shown.contains("What they get         a full room"), "{shown}");
}

/// S8
#[test]
fn who_leads_is_said_in_whose_words() {
    let wren = alone();
    let add = ["partner", "add", "Yarrow Circle", "--kind", "organisation", "--led-by", "indigenous"];
    let answer = wren.ok(&add);
    assert!(answer.stderr.contains("In whose words is that?"), "{answer:?}");
    wren.ok(&["partner", "edit", "yarrow", "--set", "led-by-words=their website"]);
    let shown = wren.show("yarrow");
    assert!(shown.contains("Led by rights holders indigenous\nIn whose words        their website"), "{shown}");
}

/// S9, S46
#[test]
fn their_goals_and_limits_stand_above_every_note_of_ours() {
    let wren = alone();
    wren.organisation("Yarrow Circle", "a");
    for field in [
        "notes=met at the fair",
        "not-comfortable-with=filming",
        "comfortable-with=a stall",
        "goals=a hall of their own",
    ] {
        wren.ok(&["partner", "edit", "yarrow", "--set", field]);
    }
    let shown = wren.show("yarrow");
    let at = |words: &str| shown.find(words).unwrap_or_else(|| panic!("{words}: {shown}"));
    assert_eq!(shown.lines().nth(1), Some("Their goals           a hall of their own"));
    assert!(
        at("a hall of their own") < at("a stall")
            && at("a stall") < at("filming")
            && at("filming") < at("met at the fair")
    );
}

/// S13
#[test]
fn new_entries_are_mapped_and_nothing_more() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.organisation("Oak Street Hub", "b");
    wren.ok(&["partner", "edit", "oak", "--stage", "partner", "--because", "signed in May"]);
    let mapped = wren.json(&["partner", "list", "--stage", "mapped"]);
    assert_eq!(mapped["entries"].as_array().unwrap().len(), 1);
    assert_eq!(mapped["entries"][0]["name"], "Wharf Choir");
    refused(&wren.run(&["partner", "list", "--stage", "partnr"]), 2, "Did you mean partner?");
}

#[test]
fn stage_and_health_are_apart_and_stages_go_back() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.ok(&["partner", "edit", "wharf", "--stage", "working together", "--health", "good"]);
    let answer = wren.ok(&["partner", "edit", "wharf", "--stage", "acquainted", "--because", "they pause"]);
    assert_eq!(answer.stdout, "Wharf Choir: stage: working together → acquainted.\n");
    let shown = wren.show("wharf");
    assert!(
        shown.contains("Stage                 acquainted (") && shown.contains("Health                good ("),
        "{shown}"
    );
}

/// S54
#[test]
fn a_local_branch_is_linked_to_its_parent() {
    let wren = alone();
    wren.organisation("Wide World Aid", "b");
    wren.ok(&["partner", "add", "Aid Thornwick", "--kind", "organisation", "--branch-of", "wide world"]);
    assert!(wren.show("aid thornwick").contains("Branch of             Wide World Aid"));
    let add = ["partner", "add", "Aid Weir", "--kind", "organisation", "--branch-of", "dragons"];
    refused(&wren.run(&add), 3, "Nothing on this map is called");
    refused(&wren.run(&["partner", "show", "aid weir"]), 3, "\"aid weir\"");
}

/// S58, S59
#[test]
fn positions_on_issues_stand_apart_and_one_may_be_irreconcilable() {
    let wren = alone();
    wren.organisation("St Cuthwyn's", "c");
    for field in
        ["supports=refugees", "opposes=the new clinic", "irreconcilable=the new clinic", "alienates=Rainbow Rowers"]
    {
        wren.ok(&["partner", "edit", "cuthwyn", "--set", field]);
    }
    let shown = wren.show("cuthwyn");
    for line in [
        "Supports              refugees",
        "Irreconcilable        the new clinic",
        "Would alienate        Rainbow Rowers",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
}

/// S63, S64
#[test]
fn an_affiliation_has_seven_values_and_says_when_it_was_checked_and_from_what() {
    let wren = alone();
    wren.organisation("Fair Go", "d");
    for kind in ["unknown", "none", "system-change", "known-person", "issue-group", "affiliated", "party"] {
        wren.ok(&["partner", "edit", "fair", "--affiliation-kind", kind, "--source", "a register"]);
    }
    let bare = ["partner", "edit", "fair", "--affiliation-kind", "none", "--because", "the party let them go"];
    refused(&wren.run(&bare), 2, "needs its source");
    wren.ok(&[&bare[..], &["--source", "ABN lookup and website", "--checked", "2 feb 2026"]].concat());
    let shown = wren.show("fair");
    let whole = "none (checked Mon 2 Feb 2026, ABN lookup and website, the party let";
    assert!(shown.contains(whole), "{shown}");
    refused(&wren.run(&["partner", "edit", "fair", "--affiliation-kind", "partty"]), 2, "Did you mean party?");
}

#[test]
fn nobody_lets_go_of_a_tie_to_a_party_without_saying_why() {
    let wren = alone();
    wren.organisation("Fair Go", "d");
    let edit = ["partner", "edit", "fair", "--source", "a register", "--affiliation-kind"];
    wren.ok(&[&edit[..], &["affiliated"]].concat());
    let milder = wren.run(&[&edit[..], &["none", "--stage", "approached"]].concat());
    refused(&milder, 2, "\"officially affiliated with a party\" is on record");
    assert!(milder.stderr.contains("--because WHY"), "{milder:?}");
    let shown = wren.show("fair");
    assert!(shown.contains("officially affiliated") && !shown.contains("approached"), "nothing was kept: {shown}");
    wren.ok(&[&edit[..], &["party"]].concat());
    let mut asked = Terminal::start(&wren, &[&edit[..], &["none", "--plain"]].concat());
    asked.wait_for("is on record about their affiliation. Why does this hold now?");
    asked.type_line("they left it in May");
    assert_eq!(asked.finish(), 0, "{}", asked.shown);
    let shown = wren.show("fair");
    assert!(shown.contains("none (checked") && shown.contains("they left it in May"), "{shown}");
    assert!(!shown.contains("political party") && !shown.contains("counts until settled"), "{shown}");
}

/// S121
#[test]
fn who_of_us_knows_them_and_how() {
    let wren = alone();
    wren.organisation("St Cuthwyn's", "c");
    wren.ok(&["partner", "edit", "cuthwyn", "--known-by", "Ana", "--how", "choir"]);
    wren.ok(&["partner", "edit", "cuthwyn", "--known-by", "Dev"]);
    assert!(wren.show("cuthwyn").contains("Known by              Ana (choir); Dev"));
}

/// SEC23, SEC27
#[test]
fn private_people_stand_behind_an_organisation() {
    let wren = alone();
    let bare = ["partner", "add", "Isolde Farthing", "--kind", "person"];
    refused(&wren.run(&bare), 2, "Why may this person be on the map");
    wren.ok(&[&bare[..], &["--set", "basis=public-role"]].concat());
    for field in ["birth-date", "health", "visa", "ethnic-origin", "vote", "address"] {
        let set = format!("{field}=x");
        let answer = wren.run(&["partner", "edit", "isolde", "--set", &set]);
        assert_eq!(answer.code, 2, "{field}: {answer:?}");
    }
}

/// SEC27
#[test]
fn at_a_terminal_a_person_is_asked_for_with_the_basis() {
    let wren = alone();
    let mut add = Terminal::start(&wren, &["partner", "add", "Isolde Farthing", "--kind", "person", "--plain"]);
    add.wait_for("Why may this person be on the map?");
    add.wait_for("Number (Enter: none)");
    add.type_line("2");
    assert_eq!(add.finish(), 0, "{}", add.shown);
    assert!(wren.show("isolde").contains("Why they are here     contact who agreed"), "{}", wren.show("isolde"));
    let mut add = Terminal::start(&wren, &["partner", "add", "Bertil Quennell", "--kind", "person", "--plain"]);
    add.wait_for("Number (Enter: none)");
    add.type_line("");
    assert_eq!(add.finish(), 2, "{}", add.shown);
    assert!(add.shown.contains("Private people stand behind an organisation"), "{}", add.shown);
}

/// SEC24
#[test]
fn what_is_likely_sensitive_is_asked_for_its_source_and_its_need() {
    let wren = alone();
    wren.ok(&["partner", "add", "Isolde Farthing", "--kind", "person", "--set", "basis=public-role"]);
    let belongs = ["partner", "edit", "isolde", "--set", "affiliation=councillor, Thornwick Shire Council"];
    let told = wren.ok(&belongs).stderr;
    assert!(told.contains("Belongs to is likely sensitive.") && told.contains("--source FROM"), "{told}");
    assert!(told.contains("what it is needed for (--set needed-for=…)"), "{told}");
    let mut edit = Terminal::start(&wren, &[&belongs[..], &["--plain"]].concat());
    edit.wait_for("Where is that known from?");
    edit.type_line("the council's site, 4 Feb 2026");
    edit.wait_for("What do we need that for?");
    edit.type_line("to know who decides");
    assert_eq!(edit.finish(), 0, "{}", edit.shown);
    let mut edit = Terminal::start(&wren, &["edit", "isolde", "values", "keeps promises", "--plain"]);
    edit.wait_for("Where is that known from?");
    edit.type_line("Ebble Courier");
    edit.wait_for("Of which day?");
    edit.type_line("4 Feb 2026");
    assert_eq!(edit.finish(), 0, "{}", edit.shown);
    assert!(!edit.shown.contains("need that for"), "the need is known: {}", edit.shown);
    // What says its source already is not asked for it again.
    let mut edit = Terminal::start(&wren, &["edit", "isolde", "values", "order (radio, 1 Mar 2026)", "--plain"]);
    assert_eq!(edit.finish(), 0, "{}", edit.shown);
    assert!(!edit.shown.contains("Where is that known from?"), "{}", edit.shown);
    let shown = wren.show("isolde");
    assert!(shown.contains("keeps promises (Ebble Courier, 2026-02-04)"), "{shown}");
    let why = wren.ok(&["partner", "show", "isolde", "--why"]).stdout;
    assert!(why.contains("from the council's site, 4 Feb 2026"), "{why}");
    // Of an organisation nothing of that is asked.
    wren.organisation("Wharf Choir", "b");
    let told = wren.ok(&["partner", "edit", "wharf", "--set", "affiliation=Choirs of the Coast"]).stderr;
    assert!(!told.contains("sensitive"), "{told}");
}

/// SEC25
#[test]
fn why_tells_of_each_fact_who_said_it_when_and_from_what_and_of_a_person_the_basis() {
    let wren = alone();
    wren.ok(&["partner", "add", "Isolde Farthing", "--kind", "person", "--set", "basis=public-role"]);
    wren.ok(&["partner", "edit", "isolde", "--set", "needed-for=she decides on the hall"]);
    wren.ok(&["campaign", "add", "Welcome towns"]);
    wren.ok(&[
        "move",
        "isolde",
        "neutral",
        "--source",
        "the Courier",
        "--on",
        "4 mar 2026",
        "--because",
        "she was there",
    ]);
    let why = wren.ok(&["partner", "show", "isolde", "--why"]).stdout;
    for words in [
        "Why they are here     public role",
        "Needed for            she decides on the hall",
        "Stands                neutral on Welcome towns",
        "Wren (Harbour), Wed 4 Mar 2026, from the Courier: she was there",
    ] {
        assert!(why.contains(words), "{words}: {why}");
    }
    let told = wren.json(&["partner", "show", "isolde", "--why"]);
    assert_eq!((&told["basis"], &told["needed_for"]), (&"public-role".into(), &"she decides on the hall".into()));
    let stands = told["facts"].as_array().unwrap().iter().find(|fact| fact["what"] == "Stands").unwrap();
    assert_eq!((&stands["by"], &stands["source"]), (&"Wren".into(), &"the Courier".into()));
    let name = told["facts"].as_array().unwrap().iter().find(|fact| fact["what"] == "Name").unwrap();
    assert!(name["on"].is_string() && name["by"] == "Wren", "{name}");
}

/// SEC26
#[test]
fn a_risk_a_link_and_a_place_on_the_spectrum_need_a_source_when_they_are_a_persons() {
    let wren = alone();
    wren.ok(&["partner", "add", "Isolde Farthing", "--kind", "person", "--set", "basis=public-role"]);
    wren.organisation("Wharf Choir", "b");
    wren.ok(&["campaign", "add", "Welcome towns"]);
    let risk = ["risk", "add", "isolde", "--type", "legal", "--level", "low", "--reason", "a hunch"];
    for command in [
        &["move", "isolde", "neutral", "--because", "a hunch"][..],
        &risk,
        &["link", "add", "isolde", "wharf", "--how", "a hunch"],
        &["link", "add", "wharf", "isolde", "--how", "a hunch"],
    ] {
        let before = wren.ok(&["export", "--format", "jsonl"]).stdout;
        refused(&wren.run(command), 2, "What is said about a person needs its source");
        assert_eq!(wren.ok(&["export", "--format", "jsonl"]).stdout, before, "{command:?}: nothing is kept");
        wren.ok(&[command, &["--source", "the Courier, 4 March"]].concat());
    }
    wren.ok(&["risk", "add", "isolde", "--type", "policy", "--level", "low", "--said-by", "Rosa"]);
    // What is found out at a meeting is known from the meeting.
    wren.ok(&["meet", "isolde", "--position", "passive-ally", "--influence", "wharf"]);
    let mut risk = Terminal::start(&wren, &[&risk[..], &["--plain"]].concat());
    risk.wait_for("Who looks after it?");
    risk.type_line("");
    risk.wait_for("Where is that known from?");
    risk.type_line("the court's list, 2 Mar");
    assert_eq!(risk.finish(), 0, "{}", risk.shown);
}

/// S44
#[test]
fn what_has_no_category_yet_is_a_list_of_what_to_find_out() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.ok(&["partner", "add", "Oak Street Hub", "--kind", "organisation"]);
    wren.organisation("Alder Club", "unknown");
    let unknown = wren.json(&["partner", "list", "--category", "unknown"])["entries"].clone();
    let names: Vec<&str> = unknown.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Alder Club", "Oak Street Hub"]);
    let todo = wren.ok(&["todo"]).stdout;
    assert!(todo.contains("Category not known      2 entries: Alder Club, Oak Street Hub"), "{todo}");
}

/// S47
#[test]
fn support_says_what_to_stay_away_with() {
    let wren = alone();
    wren.organisation("Yarrow Circle", "a");
    for away in ["branding", "petitions"] {
        wren.ok(&["partner", "edit", "yarrow", "--set", &format!("not-comfortable-with={away}")]);
    }
    assert!(wren.show("yarrow").contains("Not comfortable with  branding; petitions"), "{}", wren.show("yarrow"));
}

/// SEC24, SEC26
#[test]
fn a_claim_about_a_person_needs_its_source() {
    let wren = alone();
    wren.ok(&["partner", "add", "Isolde Farthing", "--kind", "person", "--set", "basis=public-role"]);
    wren.ok(&["campaign", "add", "Welcome towns"]);
    refused(&wren.run(&["move", "isolde", "neutral", "--for", "welcome"]), 2, "about a person needs its source");
    wren.ok(&["move", "isolde", "neutral", "--for", "welcome", "--source", "the Courier, 4 March"]);
    let strained = ["partner", "edit", "isolde", "--health", "strained"];
    refused(&wren.run(&strained), 2, "about health needs its source");
}

/// The names of a list, in its order.
fn listed(wren: &Alone, more: &[&str]) -> Vec<String> {
    let told = wren.json(&[&["partner", "list"][..], more].concat());
    told["entries"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_is_of_those_at_a_place_or_with_a_holder_in_the_order_that_was_asked_for() {
    let wren = alone();
    wren.ok(&["campaign", "add", "Welcome towns"]);
    for (name, place, contact) in [
        ("Alder Club", "passive-ally", "3 weeks ago"),
        ("Birch Club", "active-ally", "yesterday"),
        ("Cedar Club", "passive-ally", "3 months ago"),
        ("Elm Club", "active-opponent", ""),
    ] {
        wren.organisation(name, "c");
        wren.ok(&["move", name, place, "--because", "seen at the fair"]);
        if !contact.is_empty() {
            wren.log(name, "call", contact);
        }
    }
    wren.organisation("Yarrow Circle", "a");
    wren.ok(&["got", "cedar", "the hall", "--size", "3", "--on", "10 weeks ago"]);
    wren.ok(&["gave", "alder", "two people", "--size", "3", "--on", "10 weeks ago"]);
    wren.ok(&["partner", "edit", "alder", "--held-by", "Wren (Harbour)"]);
    wren.ok(&["partner", "edit", "birch", "--held-by", "Hills group"]);
    let list = |more: &[&str]| listed(&wren, more);
    assert_eq!(list(&["--position", "passive ally", "--sort", "last-contact"]), ["Cedar Club", "Alder Club"]);
    assert_eq!(list(&["--position", "not-known"]), ["Yarrow Circle"]);
    assert_eq!(list(&["--held-by", "hills"]), ["Birch Club"]);
    assert_eq!(list(&["--held-by", "me"]), ["Alder Club"]);
    assert_eq!(list(&[])[0], "Yarrow Circle", "rights holders first where no other order was asked for");
    assert_eq!(list(&["--sort", "name"])[4], "Yarrow Circle");
    assert_eq!(
        list(&["--sort", "last-contact"]),
        ["Cedar Club", "Alder Club", "Birch Club", "Yarrow Circle", "Elm Club"],
        "with whom nobody was in touch comes last, rights holders before others"
    );
    assert_eq!(list(&["--sort", "balance"])[..2], ["Cedar Club", "Alder Club"]);
    assert_eq!(list(&["--sort", "position"]), ["Birch Club", "Alder Club", "Cedar Club", "Elm Club", "Yarrow Circle"]);
    let told = wren.ok(&["partner", "list", "--position", "passive-ally", "--sort", "last-contact", "--plain"]);
    let first = told.stdout.split("\n\n").next().unwrap();
    assert!(
        first.starts_with("Name: Cedar Club\nKind: organisation\nLast contact: 2 months ago\nBalance: we owe\nId: "),
        "{first}"
    );
    assert!(told.stderr.ends_with("2 of 5 entries.\n"), "{told:?}");
    assert!(wren.ok(&["partner", "list"]).stderr.ends_with("5 entries\n"));
    let json = wren.json(&["partner", "list", "--position", "passive-ally"]);
    assert_eq!((&json["of"], &json["entries"][1]["position"]), (&5.into(), &"passive-ally".into()));
    assert_eq!(json["entries"][1]["balance"], "we owe");
    refused(&wren.run(&["partner", "list", "--position", "passive-aly"]), 2, "Did you mean passive-ally?");
    // With several campaigns one has to be named, as for `move`.
    wren.ok(&["campaign", "add", "Rents that hold"]);
    refused(&wren.run(&["partner", "list", "--position", "neutral"]), 3, "This map has several campaigns.");
    assert_eq!(list(&["--position", "passive-ally", "--for", "welcome"]).len(), 2);
    assert_eq!(list(&["--position", "passive-ally", "--for", "rents"]).len(), 0);
}

/// S81
#[test]
fn a_word_about_somebodys_character_is_refused_without_its_source_and_day() {
    let wren = alone();
    wren.ok(&[
        "partner",
        "add",
        "Nandini Oxenbury",
        "--kind",
        "person",
        "--set",
        "role=councillor",
        "--set",
        "basis=public-role",
        "--no-input",
    ]);
    for field in ["personality", "values", "background"] {
        for value in ["keeps promises", "keeps promises (Bay Post)", "keeps promises (4 Feb 2026)"] {
            let pair = format!("{field}={value}");
            let refused = wren.run(&["partner", "edit", "oxenbury", "--set", &pair, "--no-input"]);
            assert_eq!(refused.code, 2, "{refused:?}");
            assert!(refused.stderr.contains("where it is known from and the day"), "{refused:?}");
        }
    }
    let new = [
        "partner",
        "add",
        "Bertil Quennell",
        "--kind",
        "person",
        "--set",
        "basis=public-role",
        "--set",
        "values=order",
        "--no-input",
    ];
    assert_eq!(wren.run(&new).code, 2);
    wren.ok(&[
        "partner",
        "edit",
        "oxenbury",
        "--set",
        "values=keeps promises (Ebble Courier, 4 Feb 2026)",
        "--no-input",
    ]);
    wren.ok(&[
        "partner",
        "edit",
        "oxenbury",
        "--set",
        "values=a quiet town (council minutes, 1 Mar 2026)",
        "--no-input",
    ]);
    let shown = wren.ok(&["partner", "show", "oxenbury"]).stdout;
    for words in ["keeps promises (Ebble Courier, 2026-02-04)", "a quiet town (council minutes, 2026-03-01)"] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(!shown.contains("order") && !wren.ok(&["partner", "list"]).stdout.contains("Bertil"));
}
