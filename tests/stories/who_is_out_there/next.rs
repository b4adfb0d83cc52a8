//! `allymap next`.

use crate::{Alone, alone};

/// Ten entries in fixed places, some of them known to us.
fn ten() -> Alone {
    let wren = alone();
    let mut table = String::from("name,kind,type,category,held-by\n");
    for line in [
        "Asters,organisation,arts,c,",
        "Bakers,organisation,business,c,Hills",
        "Carters,organisation,union,b,Harbour",
        "Drovers,organisation,social,c,",
        "Elders' Circle,organisation,rights-holders,a,",
        "Farriers,organisation,business,c,",
        "Growers,organisation,business,c,",
        "Hatters,organisation,business,c,",
        "Independents,organisation,party,d,",
        "Joiners,organisation,union,b,",
    ] {
        table.push_str(line);
        table.push('\n');
    }
    let file = wren.home.parent().unwrap().join("ten.csv");
    std::fs::write(&file, table).unwrap();
    wren.ok(&["import", file.to_str().unwrap(), "--apply", "--no-input"]);
    wren.ok(&["partner", "add", "Shire Council", "--kind", "council", "--no-input"]);
    wren.ok(&["campaign", "add", "Welcome towns", "--target", "shire council", "--no-input"]);
    for (who, place) in [
        ("asters", "active-opponent"),
        ("bakers", "passive-ally"),
        ("carters", "passive-ally"),
        ("drovers", "passive-opponent"),
        ("elders", "passive-ally"),
        ("farriers", "neutral"),
        ("growers", "passive-opponent"),
        ("growers", "neutral"),
        ("hatters", "active-ally"),
        ("independents", "passive-ally"),
    ] {
        let on = if who == "growers" && place == "neutral" { "2026-10-02" } else { "2026-09-01" };
        wren.ok(&["move", who, place, "--on", on, "--because", "said so", "--no-input"]);
    }
    wren.ok(&["log", "add", "carters", "--kind", "call", "--note", "hello", "--on", "yesterday", "--no-input"]);
    wren.ok(&["link", "add", "bakers", "council", "--strength", "weak", "--how", "bread", "--no-input"]);
    wren
}

/// S96, S100, S136
#[test]
fn next_has_a_fixed_order_with_a_reason_on_every_line() {
    let wren = ten();
    let told = wren.ok(&["next", "--all", "--plain"]).stdout;
    assert_eq!(
        told,
        "Whom to talk with next on \"Welcome towns\"\n\
         1. Bakers: passive ally, with us and not acting yet; moves the decision maker (weak); ask Hills first, who hold the relationship\n\
         2. Elders' Circle: passive ally, with us and not acting yet; rights holders: consult first; nobody of us knows them yet\n\
         3. Carters: passive ally, with us and not acting yet; last contact yesterday: give it time\n\
         4. Growers: neutral and leaning towards us; nobody of us knows them yet\n\
         5. Farriers: neutral, can be won; nobody of us knows them yet\n\
         6. Hatters: active ally whom nobody has met yet\n\
         7. Shire Council: not known to us: find out where they stand; can decide it; nobody of us knows them yet\n\
         8. Joiners: not known to us: find out where they stand; nobody of us knows them yet\n\
         9. Drovers: passive opponent: listen first; nobody of us knows them yet\n\
         10. Asters: active opponent: know their arguments, arguing may entrench; nobody of us knows them yet\n"
    );
    assert_eq!(wren.ok(&["next", "--all", "--plain"]).stdout, told);
    let first = wren.ok(&["next"]);
    assert!(first.stdout.lines().all(|line| line.chars().count() <= 80), "{first:?}");
    assert!(first.stderr.contains("5 more: allymap next --all\n"), "{first:?}");
    let first = wren.ok(&["next", "--for", "welcome towns"]).stderr;
    assert!(first.contains("5 more: allymap next --for 'welcome towns' --all\n"), "{first}");
    let json = wren.json(&["next"]);
    assert_eq!((json["next"].as_array().unwrap().len(), &json["next"][0]["position"]), (5, &"passive-ally".into()));
    assert_eq!(wren.run(&["next", "--for", "whales"]).code, 3);
}

/// S99: engaging is optional.
#[test]
fn whom_nobody_should_engage_with_is_not_listed() {
    let wren = ten();
    let marked = wren.ok(&[
        "move",
        "asters",
        "active-opponent",
        "--do-not-engage",
        "--because",
        "they print names",
        "--no-input",
    ]);
    assert!(marked.stdout.contains("Marked: do not engage"), "{marked:?}");
    let told = wren.ok(&["next", "--all"]);
    assert!(!told.stdout.contains("Asters") && told.stderr.contains("1 entry is left out"), "{told:?}");
    // Whoever goes there all the same is told.
    wren.ok(&["log", "add", "asters", "--kind", "research", "--note", "their paper", "--no-input"]);
    let note = "Note              we do not engage with them: arguing may entrench";
    for verb in ["check", "add"] {
        let told = wren.ok(&["approach", verb, "asters", "--no-input"]).stdout;
        assert!(told.contains(note), "{told}");
    }
    // The spectrum still shows where they stand, and the mark can be taken back.
    assert_eq!(wren.json(&["spectrum"])["positions"]["active-opponent"][0], "Asters");
    wren.ok(&["partner", "edit", "asters", "--set", "engage=yes", "--no-input"]);
    assert!(wren.ok(&["next", "--all"]).stdout.contains("Asters"));
}
