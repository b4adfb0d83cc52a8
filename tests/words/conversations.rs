//! Every command that asks, in the practice town: answered, answered with nothing but Enter, and with nobody to ask.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use allymap_tests::{RelayProcess, page};

use super::held::{Held, parts};
use super::person::Person;
use super::talk::{Typing, talk};

/// A command that asks.
struct Conversation {
    file: &'static str,
    line: &'static str,
    /// What was typed before, so that there is something to ask about.
    before: &'static [&'static str],
    /// What is typed, once or several times.
    answers: &'static [&'static [&'static str]],
    /// What shows what was kept of it.
    then: &'static [&'static str],
}

const ALLIES: &[Conversation] = &[
    Conversation {
        file: "partner-add",
        line: "partner add",
        before: &[],
        answers: &[&["Kiln Cooperative", "1"], &["", "Ropeway School", "3"]],
        then: &["partner show kiln"],
    },
    Conversation {
        file: "partner-add-near-names",
        line: "partner add \"Ropewalk Choir\" --kind organisation",
        before: &[],
        answers: &[&["1", "y"], &["1", "n"], &["2"], &["3"]],
        then: &["partner duplicates"],
    },
    Conversation {
        file: "partner-add-person",
        line: "partner add \"Odile Marsh\" --kind person --set affiliation=\"Harbour Party\"",
        before: &[],
        answers: &[&["1", "The Courier, 3 Feb 2040", "to know whom to ask"], &["2", "", ""]],
        then: &["partner show odile"],
    },
    Conversation {
        file: "partner-add-led-by",
        line: "partner add \"Kiln Women\" --kind organisation --led-by women",
        before: &[],
        answers: &[&["\"we are potters\", at the open day"]],
        then: &["partner show \"kiln women\""],
    },
    Conversation {
        file: "partner-edit",
        line: "partner edit choir",
        before: &["partner edit choir --phone \"02 5550 1990\""],
        answers: &[&["", "nonsense", "arts", "none", "02 5550 1991"]],
        then: &["partner show choir"],
    },
    Conversation {
        file: "partner-edit-reason",
        line: "partner edit choir --affiliation-kind none --source \"told us\"",
        before: &["partner edit choir --affiliation-kind party --source \"The Courier, 3 Feb 2040\""],
        answers: &[&["", "they left it in March"]],
        then: &["partner show choir"],
    },
    Conversation {
        file: "edit",
        line: "edit choir phone",
        before: &[],
        answers: &[&["02 5550 1991"], &["none"]],
        then: &[],
    },
    Conversation {
        file: "edit-sourced",
        line: "partner edit tarrask --set SOURCED=\"order\"",
        before: &[],
        answers: &[&["The Courier", "4 Feb 2040"], &["", "The Courier", "somewhen"]],
        then: &[],
    },
    Conversation {
        file: "campaign-add",
        line: "campaign add",
        before: &[],
        answers: &[&["No houses on the flood plain", "nobody there", "shire council"], &["A step-free town centre"]],
        then: &["campaign list"],
    },
    Conversation {
        file: "campaign-close",
        line: "campaign close step-free",
        before: &[],
        answers: &[&["two ramps, and a promise"]],
        then: &["campaign show step-free"],
    },
    Conversation {
        file: "move",
        line: "move choir --for welcome",
        before: &[],
        answers: &[&["2", "they hosted the film night"], &["9"]],
        then: &["partner show choir --why"],
    },
    Conversation {
        file: "move-person",
        line: "move tarrask --for welcome",
        before: &[],
        answers: &[&["3", "", "", "The Courier, 3 Feb 2040"]],
        then: &[],
    },
    Conversation {
        file: "risk-add",
        line: "risk add choir",
        before: &[],
        answers: &[&["4", "5", "a claim over the hall", "3", "a lawyer reads it", "Wren"], &["1", "2", "", ""]],
        then: &["risk show choir"],
    },
    Conversation {
        file: "risk-add-person",
        line: "risk add tarrask --type legal",
        before: &[],
        answers: &[&["3", "sued over a headline", "", "The Courier, 3 Feb 2040"]],
        then: &["risk show tarrask"],
    },
    Conversation {
        file: "risk-settle",
        line: "risk settle quarry --type legal",
        before: &["risk add quarry --type legal --level low"],
        answers: &[&["3", "", "withdrawn in March", ""]],
        then: &["risk show quarry"],
    },
];

const RELATIONS: &[Conversation] = &[
    Conversation {
        file: "meet",
        line: "meet rowers",
        before: &[],
        answers: &[
            &[
                "Wren and Sam",
                "someday",
                "tomorrow",
                "yesterday",
                "perhaps",
                "yes",
                "They row on Sundays",
                "nowhere",
                "neutral",
                "2",
                "20 people, 3 cars, hall on Sundays",
                "choir, Harbour Lights",
                "council",
                "yes, gladly",
                "no step-free toilet",
                "they lend the boats",
                "Tea on the jetty.",
                "It rained.",
                "",
            ],
            &["", "", "no", "", "neutral", "", "many things"],
        ],
        then: &["partner show rowers --questions", "log list rowers"],
    },
    Conversation {
        file: "meet-person",
        line: "meet tarrask",
        before: &[],
        answers: &[&[
            "",
            "",
            "yes",
            "an editor",
            "not-known",
            "2",
            "20 people",
            "choir",
            "council",
            "yes",
            "no",
            "print",
            "",
        ]],
        then: &["partner show tarrask --questions"],
    },
    Conversation {
        file: "log-add",
        line: "log add choir --kind meeting",
        before: &[],
        answers: &[&["They sing in May.", "Tea was had.", ""]],
        then: &["log list choir"],
    },
    Conversation {
        file: "ask",
        line: "ask choir",
        before: &["log add choir --kind research --no-input"],
        answers: &[&["", "co-host the forum", "4", "y"], &["sing for us", "4", "n"], &["a mention", "1"]],
        then: &["ask --list"],
    },
    Conversation {
        file: "gave",
        line: "gave choir",
        before: &[],
        answers: &[&["two people for their stall", "3"]],
        then: &["balance choir"],
    },
    Conversation { file: "got", line: "got bakery", before: &[], answers: &[&["bread", "1"]], then: &[] },
    Conversation {
        file: "link-add",
        line: "link add choir bakery",
        before: &[],
        answers: &[&["", "one board", "their site, 3 Feb 2040"]],
        then: &["link list choir"],
    },
    Conversation {
        file: "approach-add",
        line: "approach add bakery --anyway \"they wrote to us\"",
        before: &[],
        answers: &[&[]],
        then: &["approach check bakery"],
    },
    Conversation {
        file: "undo-risk",
        line: "undo",
        before: &["risk add choir --type legal --level high --reason \"a claim\" --mitigation cannot --no-input"],
        answers: &[&["y"], &["n"]],
        then: &["risk show choir"],
    },
];

const EVENTS: &[Conversation] = &[
    Conversation {
        file: "event-add",
        line: "event add",
        before: &[],
        answers: &[&[
            "Palm walk",
            "someday",
            "25 mar",
            "water",
            "nobody there",
            "choir",
            "parish",
            "",
            "3",
            "yarrabin",
        ]],
        then: &["event show palm"],
    },
    Conversation {
        file: "event-assess",
        line: "event assess forum",
        before: &[],
        answers: &[&["1", "1", "2", "b", "1", "3", "1", "", "4", "2", "1", "1", "", "9", "1", "2", "3", "1", "2", "1"]],
        then: &["event show forum"],
    },
    Conversation {
        file: "event-assess-new",
        line: "event assess kite",
        before: &["event add \"Kite day\" --organisers choir --communities yarrabin --no-input"],
        answers: &[&[
            "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1",
        ]],
        then: &["event show kite"],
    },
    Conversation {
        file: "event-decide",
        line: "event decide lantern",
        before: &[],
        answers: &[&["1", "a good evening"], &["2", ""], &["9"]],
        then: &["event show lantern"],
    },
    Conversation {
        file: "event-decide-open",
        line: "event decide forum",
        before: &[],
        answers: &[&["1"], &["3", "too much is open"]],
        then: &[],
    },
    Conversation { file: "event-edit", line: "event edit forum", before: &[], answers: &[&[]], then: &[] },
    Conversation {
        file: "event-assess-affiliation",
        line: "event assess kite --set affiliation.choir=party",
        before: &["event add \"Kite day\" --organisers choir --no-input"],
        answers: &[&["The Courier, 3 Feb 2040"]],
        then: &["partner show choir"],
    },
    Conversation {
        file: "event-assess-reason",
        line: "event assess lantern --set risk.legal=low",
        before: &[],
        answers: &[&["", "they withdrew"]],
        then: &["event show lantern"],
    },
    Conversation {
        file: "consent-add",
        line: "consent add lamp",
        before: &[],
        answers: &[&["2", "", "Noor", "film night"], &["4", "", "film night"]],
        then: &["consent show lamp"],
    },
    Conversation {
        file: "consent-add-again",
        line: "consent add lamp --answer full --given-by Noor --occasion \"film night\"",
        before: &["consent add lamp --answer declined --given-by Noor --occasion \"film night\""],
        answers: &[&["", "they talked it over"]],
        then: &["consent show lamp"],
    },
    Conversation {
        file: "consent-withdraw",
        line: "consent withdraw lamp",
        before: &["consent add lamp --answer full --given-by Noor --occasion \"film night\""],
        answers: &[&["", "they were not asked all together"]],
        then: &["consent show lamp"],
    },
    Conversation {
        file: "request-add",
        line: "request add lamp",
        before: &[],
        answers: &[&["", "no filming", "Noor"]],
        then: &["consent show lamp"],
    },
    Conversation {
        file: "request-add-person",
        line: "request add wilga",
        before: &[],
        answers: &[&["call first", "", "", "told us herself, 3 Feb 2040"]],
        then: &["consent show wilga"],
    },
    Conversation {
        file: "request-lift",
        line: "request lift lamp",
        before: &["request add lamp \"no filming\" --said-by Noor"],
        answers: &[&["", "Noor"]],
        then: &["consent show lamp"],
    },
    Conversation {
        file: "refer-add",
        line: "refer add lantern",
        before: &[],
        answers: &[&["2", "May we carry a banner?"]],
        then: &["refer list"],
    },
    Conversation {
        file: "refer-answer",
        line: "refer answer forum",
        before: &[],
        answers: &[&["2", "", "Casimir Holt"], &["9"]],
        then: &["refer list --all"],
    },
    Conversation {
        file: "refer-answer-whose",
        line: "refer answer lantern",
        before: &[],
        answers: &[&["1", "1", "Casimir Holt"]],
        then: &["refer list --all"],
    },
];

const COMMUNITY: &[Conversation] = &[
    Conversation {
        file: "date-add",
        line: "date add",
        before: &[],
        answers: &[&["Kite day", "somewhen", "first sunday of july"]],
        then: &["date list --all"],
    },
    Conversation {
        file: "date-offered",
        line: "date offered",
        before: &[],
        answers: &[&["y"], &["n"]],
        then: &["date offered"],
    },
    Conversation {
        file: "place-add",
        line: "place add",
        before: &[],
        answers: &[&["Kiln Yard", "yes: ramp at the back", "", "perhaps", "no"]],
        then: &["place show \"kiln yard\""],
    },
    Conversation {
        file: "map-edit",
        line: "map edit",
        before: &[],
        answers: &[&["From the weir to the harbour.", "", "", "village", "town"]],
        then: &["map show"],
    },
    Conversation {
        file: "map-answer",
        line: "map answer 2",
        before: &[],
        answers: &[&["Nobody here has met us.", "y", "", "some letters", "n"]],
        then: &["map show --questions"],
    },
    Conversation {
        file: "map-section",
        line: "map section Songs",
        before: &[],
        answers: &[&["the river song", ""]],
        then: &["map show --section Songs"],
    },
    Conversation {
        file: "import",
        line: "import groups.csv --kind organisation",
        before: &[],
        answers: &[&["y"], &["n"]],
        then: &["import groups.csv --kind organisation --dry-run"],
    },
    Conversation {
        file: "import-map",
        line: "import old-map.jsonl",
        before: &[],
        answers: &[&["y"], &["n"]],
        then: &["partner list --kind place"],
    },
    Conversation {
        file: "report-there-already",
        line: "report -o there.html",
        before: &[],
        answers: &[&["y"], &["n"]],
        then: &[],
    },
    Conversation {
        file: "move-first-campaign",
        line: "move kiln --map bay",
        before: &["new \"Gannet Bay\" --name Wren --group Harbour", "partner add Kiln --kind organisation"],
        answers: &[&["Welcome towns", "3", ""], &[""]],
        then: &["campaign list"],
    },
];

const EDITOR: &[Conversation] = &[Conversation {
    file: "form",
    line: "partner edit choir --editor",
    before: &[],
    answers: &[&[""], &["s"]],
    then: &["partner show choir"],
}];

/// What each conversation finds beside it: a register, an older map, a page that is there already.
fn files(wren: &Person) {
    let write = |name: &str, text: &str| std::fs::write(wren.work.join(name), text).expect("the folder can be written");
    write(
        "groups.csv",
        "name,phone\nMudflat Walkers,0400 000 001\nSecond Kiln,0400 000 002\nThe Ropewalk Choir,0400 000 003\n",
    );
    write("there.html", "a page\n");
    let other = Person::below(&wren.work, "other", 700);
    other.ok("new \"Gannet Bay\" --name Ana --group Bay --no-input");
    other.ok("place add \"Ferry Shed\" --no-input");
    other.ok("export -o ../old-map.jsonl");
    std::fs::remove_dir_all(&other.work).expect("it is ours");
}

fn held(conversations: &[Conversation], prepare: impl Fn(&Person)) {
    let folder = tempfile::tempdir().unwrap();
    let wren = Person::in_the_town(folder.path(), "town");
    files(&wren);
    prepare(&wren);
    let mut held = Held::new("conversations");
    for conversation in conversations {
        let told = whole(&wren, conversation, folder.path(), &held.read(conversation.file));
        held.say(conversation.file, &told);
    }
    held.compare();
}

/// Every way in which one conversation goes, each from the same beginning.
fn whole(wren: &Person, conversation: &Conversation, folder: &Path, before: &str) -> String {
    let line = format!("{} --plain", conversation.line);
    let mut known = parts(before, "# ").into_iter();
    let mut whole = String::new();
    let mut number = 0;
    let mut next = |title: &str| {
        number += 1;
        let person = wren.copy(&format!("{}-{number}", conversation.file));
        conversation.before.iter().for_each(|line| drop(person.ok(line)));
        (person, format!("# {title}\n"))
    };
    let mut talked = |person: &Person, head: &str, typing: Typing<'_>, then: &[&str]| {
        let head = format!("{head}$ allymap {line}\n");
        let held = known.next().unwrap_or_default();
        let held = held.strip_prefix(&head).unwrap_or_default();
        let end = held.find("\nexit ").map_or(held.len(), |at| at + 1);
        let held = &held[..end];
        whole.push_str(&head);
        whole.push_str(&talk(person, person.command(&line), typing, held));
        then.iter().for_each(|line| whole.push_str(&person.said(&format!("{line} --plain"))));
    };
    for (number, answers) in conversation.answers.iter().enumerate() {
        let (person, head) = next("answered");
        let then = if number == 0 { conversation.then } else { &[] };
        talked(&person, &head, Typing::Answers(answers), then);
    }
    let (person, head) = next("nothing but Enter");
    talked(&person, &head, Typing::Enter, &[]);
    let (person, head) = next("nobody to ask");
    whole.push_str(&head);
    whole.push_str(&person.said(&line));
    for number in 1.. {
        let copy = folder.join(format!("{}-{number}", conversation.file));
        if std::fs::remove_dir_all(copy).is_err() {
            break;
        }
    }
    whole
}

/// An editor that first leaves a slip in the form, and mends it when it is opened again.
const CORRECTED: &str = "#!/bin/sh
if [ -e opened ]; then phone='02 5550 1991'; else phone=none; fi
touch opened
sed -i \"s/^phone = .*/phone = \\\"$phone\\\"/\" \"$1\"
";

#[test]
fn what_is_asked_beside_a_form_is_what_was_asked() {
    held(EDITOR, |wren| {
        let editor = wren.work.join("editor");
        std::fs::write(&editor, CORRECTED).unwrap();
        std::fs::set_permissions(&editor, PermissionsExt::from_mode(0o755)).unwrap();
    });
}

/// Conversations of several people, each by the name of its file.
const BETWEEN_PEOPLE: [&str; 2] = ["member-approve", "undo-changed-since"];

#[test]
fn what_is_asked_between_people_is_what_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let relay = RelayProcess::start(&folder.path().join("relay"), None);
    let [ana, ben] = [("ana", 1_000), ("ben", 2_000)].map(|(name, first)| Person::below(folder.path(), name, first));
    ana.ok(&format!("new \"Kill Town\" --name Ana --group Harbour --relay {} --no-input", relay.line));
    ana.ok("partner add Choir --kind organisation --phone \"02 5550 0001\" --no-input");
    ana.ok("sync");
    let code = ana.ok("invite").stdout;
    ana.ok("sync");
    let joined = ben.json(&format!("join {} --name Ben --group Bay --no-input", code.trim()));
    let words: Vec<&str> = joined["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    ana.mask(&words.join("  "), "river  anchor  plum  seven");
    ana.mask(&words.join(" "), "river anchor plum seven");
    ana.ok("sync");
    let mut held = Held::new("conversations");
    let mut talked = |file: &str, line: &str, answers: &[&[&str]]| {
        let before = held.read(file);
        let mut known = parts(&before, "$ allymap ").into_iter();
        for answers in answers {
            let head = format!("$ allymap {line}\n");
            let part = known.next().unwrap_or_default();
            let part = part.strip_prefix(&head).unwrap_or_default();
            let end = part.find("\nexit ").map_or(part.len(), |at| at + 1);
            held.say(file, &head);
            held.say(file, &talk(&ana, ana.command(line), Typing::Answers(answers), &part[..end]));
        }
    };
    talked(BETWEEN_PEOPLE[0], "member approve --plain", &[&["one two three four"], &[""], &[&words.join(" ")], &[]]);
    ana.ok("edit choir phone \"02 5550 0002\"");
    [&ana, &ben].iter().for_each(|person| drop(person.ok("sync")));
    ben.ok("edit choir phone \"02 5550 0003\"");
    [&ben, &ana].iter().for_each(|person| drop(person.ok("sync")));
    talked(BETWEEN_PEOPLE[1], "undo --plain", &[&["n"], &[""], &["y"]]);
    held.compare();
}

#[test]
fn every_conversation_that_is_held_is_had() {
    let tables = [ALLIES, RELATIONS, EVENTS, COMMUNITY, EDITOR];
    let had: BTreeSet<&str> = tables.into_iter().flatten().map(|one| one.file).chain(BETWEEN_PEOPLE).collect();
    let folder = page::repository().join("tests/words/outputs/conversations");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        assert!(
            had.contains(&*path.file_stem().unwrap().to_string_lossy()),
            "nobody has the one of {}",
            path.display()
        );
    }
}

#[test]
fn what_is_asked_about_allies_is_what_was_asked() {
    held(ALLIES, |_| {});
}

#[test]
fn what_is_asked_about_relations_is_what_was_asked() {
    held(RELATIONS, |_| {});
}

#[test]
fn what_is_asked_about_events_is_what_was_asked() {
    held(EVENTS, |_| {});
}

#[test]
fn what_is_asked_about_the_community_is_what_was_asked() {
    held(COMMUNITY, |_| {});
}
