//! Three people who wrote apart from each other, and did not agree: every command that reads, over their map.

use allymap_tests::RelayProcess;

use super::foreseen;
use super::held::Held;
use super::person::{FORMATS, Person};

/// What all three have before they part.
const TOGETHER: &[&str] = &[
    "partner add \"Wharf Choir\" --kind arts --category b --phone \"02 5550 0001\"",
    "partner add \"Brackwater Quarry\" --kind business --category c",
    "partner add \"Yarrabin Circle\" --kind organisation --category a --led-by women --set led-by-words=theirs",
    "partner add \"Kiln Cooperative\" --kind organisation --category b",
    "partner add \"Lemuel Tarrask\" --kind person --set basis=public-role --set role=editor --set needed-for=news",
    "campaign add \"Welcome towns\" --target tarrask",
    "event add \"Lantern walk\" --on \"22 apr\" --organisers choir --communities yarrabin",
    "place add \"Ropewalk Hall\" --seats 120",
    "date add \"Harbour fair\" --on \"first sunday of july\"",
    "map edit --community \"From the weir to the harbour.\" --extent town",
    "link add choir tarrask --how \"she sings in it\" --source \"told us\"",
];

/// What each does while nobody hears of it.
const APART: [&[&str]; 3] = [
    &[
        "edit choir phone \"02 5550 0002\"",
        "edit choir notes \"They sing on Sundays.\"",
        "move choir active-ally --because \"hosted us\"",
        "risk add quarry --type legal --level high --reason \"a claim\" --mitigation cannot",
        "consent add yarrabin --answer full --given-by Noor --for lantern",
        "log add yarrabin --kind consulted --note \"Sat with them.\"",
        "approach add quarry --anyway \"they wrote to us\" --with \"the office\"",
        "partner archive kiln",
        "map edit --strategy \"Tea first.\"",
        "map issue Rents --weight 4",
        "place edit hall --step-free \"yes: a ramp\"",
        "date edit fair --on \"second sunday of july\"",
        "event edit lantern --theme \"the river\"",
        "partner edit choir --stage acquainted --because \"the open day\"",
        "gave choir \"two people for their stall\" --size 3",
    ],
    &[
        "edit choir phone \"02 5550 0003\"",
        "edit choir notes \"They sing in May.\"",
        "move choir passive-opponent --because \"they left\"",
        "risk add quarry --type legal --level low --reason \"withdrawn\"",
        "consent add yarrabin --answer declined --given-by Wilga --for lantern",
        "request add yarrabin \"no filming\" --said-by Wilga",
        "approach add quarry --anyway \"our neighbour works there\"",
        "edit kiln phone \"02 5550 0009\"",
        "log add kiln --kind meeting --note \"Tea was had.\"",
        "map edit --strategy \"Songs first.\"",
        "map issue Rents --weight 2",
        "place edit hall --step-free \"no: two steps\"",
        "event edit lantern --theme \"the lights\" --on \"23 apr\"",
        "partner edit choir --stage partner --because \"we signed\"",
        "refer add lantern --to staff --question \"May we?\"",
    ],
    &[
        "edit choir phone \"02 5550 0004\"",
        "move choir neutral",
        "move tarrask passive-ally --source \"The Courier, 3 Feb 2040\"",
        "risk add quarry --type legal --level medium --reason \"talks go on\" --mitigation can-be",
        "risk add quarry --type reputational --level high --reason dust",
        "partner edit quarry --affiliation-kind party --source \"The Courier, 3 Feb 2040\"",
        "edit yarrabin held-by Hills",
        "log add choir --kind meeting --note \"They want a lift.\"",
        "ask choir \"a mention\" --size 1",
        "map figure People 9040 --source-kind census",
        "date edit fair --note \"bring chairs\"",
        "event decide lantern --choice wait --because \"two answers\"",
    ],
];

/// Facts of the event that two state apart: these end with what is open, so they are no failures.
const STATED: [&str; 2] = [
    "event assess lantern --set message=same --set requested=partner",
    "event assess lantern --set message=different --set requested=support",
];

/// Every command that reads.
const READING: &[&str] = &[
    "status",
    "partner list",
    "partner list --archived",
    "partner show choir",
    "partner show choir --why",
    "partner show choir --questions",
    "partner show quarry",
    "partner show kiln",
    "partner show yarrabin",
    "partner show tarrask",
    "partner duplicates",
    "find sing",
    "spectrum",
    "spectrum --since \"1 mar 2040\"",
    "campaign list",
    "campaign show welcome",
    "next",
    "log list",
    "log list choir",
    "approach check quarry",
    "ask --list",
    "balance",
    "balance choir",
    "due",
    "due --offers",
    "capacity",
    "risk list",
    "risk list quarry",
    "risk show quarry",
    "event list",
    "event show lantern",
    "event parties lantern",
    "event assess lantern",
    "event assess lantern --unsure",
    "consent show yarrabin",
    "refer list",
    "link list",
    "link path tarrask",
    "map show",
    "map list",
    "date list",
    "date show fair",
    "place list",
    "place show hall",
    "todo",
    "todo --questions",
    "voices yarrabin",
    "member list",
    "member waiting",
    "relay list",
    "history",
    "history choir",
    "history choir --field phone",
    "undo --dry-run",
    "partner show choir --discreet",
    "risk show quarry --as-of yesterday",
];

fn between(relay: &RelayProcess, folder: &std::path::Path) -> [Person; 3] {
    let people = [("ana", 1_000), ("ben", 2_000), ("cleo", 3_000)].map(|(name, first_id)| {
        let person = Person::below(folder, name, first_id);
        person.mask(&relay.url, &relay.shown());
        person
    });
    let [ana, others @ ..] = &people;
    foreseen::founder(&ana.volunteer, 1, "Kill Town", ("Ana", "Harbour"));
    foreseen::newcomer(&others[0].volunteer, 2);
    foreseen::newcomer(&others[1].volunteer, 3);
    ana.ok(&format!("relay add {}", relay.line));
    ana.ok("sync");
    for (other, name, group) in [(&others[0], "Ben", "Bay"), (&others[1], "Cleo", "Hills")] {
        let code = ana.ok("invite").stdout;
        ana.ok("sync");
        let joined = other.json(&format!("join {} --name {name} --group {group} --no-input", code.trim()));
        ana.ok("sync");
        let words: Vec<&str> = joined["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        ana.ok(&format!("member approve --words {}", words.join(" ")));
        ana.ok("sync");
        other.ok("sync");
    }
    people
}

#[test]
fn what_is_read_where_three_people_differ_is_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let relay = RelayProcess::start(&folder.path().join("relay"), None);
    let [ana, ben, cleo] = between(&relay, folder.path());
    TOGETHER.iter().for_each(|line| drop(ana.ok(&format!("{line} --no-input"))));
    [&ana, &ben, &cleo].iter().for_each(|person| drop(person.ok("sync")));
    // A day lies between what each of them writes.
    let people = [ana, ben.later(1), cleo.later(2)];
    for (person, lines) in people.iter().zip(APART) {
        lines.iter().for_each(|line| drop(person.ok(&format!("{line} --no-input"))));
    }
    for (person, line) in people.iter().zip(STATED) {
        person.said(line);
    }
    let mut held = Held::new("conflicts");
    let [ana, ben, cleo] = people.map(|person| person.later(3));
    [&cleo, &ben].iter().for_each(|person| drop(person.ok("sync")));
    held.say("sync", &ana.said("sync"));
    held.say("sync", &ben.said("sync"));
    held.say("sync", &cleo.said("sync"));
    for line in READING {
        for format in FORMATS {
            held.say(line.split(' ').next().unwrap(), &ana.shown(&format!("{line}{format}")));
        }
    }
    // The others read the same.
    for line in
        ["partner show choir", "risk show quarry", "event show lantern", "consent show yarrabin", "history choir"]
    {
        for person in [&ben, &cleo] {
            held.say("others", &person.said(&format!("{line} --plain")));
        }
    }
    held.compare_all();
}
