//! Every failure that can be reached without breaking a disk or the network: how the command ends, in words and as JSON.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use allymap_tests::{RelayProcess, binaries, page};
use allymap_wire::{
    Challenge, Code, Flags, HashPrefix, Head, Limits, LogId, Message, OperatorToken, PutResult, RelayAddress, RelayKey,
    RelayKeyHash, Slot,
};

use super::held::Held;
use super::liar::{Liar, key_of};
use super::person::Person;

/// In the practice town. A line behind "! " works, and is there for the next ones; one behind "~ " is held however it ends.
const IN_THE_TOWN: &[&str] = &[
    // What stands in no one's command.
    "partnr",
    "partner show choir --as-of tomorrow",
    "partner archive choir --as-of yesterday",
    "partner list --as-of somewhen",
    "status --map elsewhere",
    "help nonsense",
    "where --nonsense",
    // Entries.
    "partner add \"\" --kind organisation",
    "partner add Kiln --kind boat",
    "partner add Kiln --kind organisation --set nonsense",
    "partner add Kiln --kind organisation --set moon=full",
    "partner add \"The Ropewalk Choir\" --kind organisation",
    "partner add Kiln --kind organisation --stage nowhere",
    "partner add Kiln --kind organisation --branch-of nobody",
    "partner add \"Odile Marsh\" --kind person",
    "partner edit choir",
    "partner edit choir --health strained",
    "partner edit choir --health wobbly --source us",
    "partner edit tarrask --set background=\"a docker\"",
    "partner edit choir --editor",
    "partner merge choir choir",
    "partner show thornwick",
    "partner show \"ropewalk chior\"",
    "partner list --category e",
    "partner list --stage nowhere",
    "edit choir phone none",
    "edit choir nonsense x",
    "edit choir name \"\"",
    "find",
    // Campaigns.
    "campaign add \"A step-free town centre\"",
    "campaign add \"No houses\" --target nobody",
    "campaign edit welcome",
    "campaign edit welcome --answer \"they are neighbours\"",
    "campaign edit welcome --answer \"they are neighbours\" --to xx",
    "campaign edit welcome --drop xx",
    "campaign edit nothing --reopen",
    "campaign show t",
    "move choir neutral",
    "move choir sideways --for welcome",
    "move tarrask neutral --for welcome",
    "spectrum --since somewhen --for welcome",
    "spectrum",
    "next --for nothing",
    // Relations.
    "meet nobody",
    "meet choir --on tomorrow",
    "meet choir --position nowhere",
    "meet choir --relations thornwick",
    "approach add \"welcome circle\"",
    "approach add \"shire council\" --on tomorrow",
    "log add choir --kind metting",
    "log add choir --kind meeting --on tomorrow",
    "log add choir --kind statement --note \"we are for it\"",
    "log list choir --kind metting",
    "ask choir",
    "ask choir \"a mention\"",
    "ask choir \"co-host the forum\" --size 4",
    "! partner add Kiln --kind organisation --category c",
    "! partner add \"Kiln Women\" --kind organisation --led-by women --set led-by-words=theirs",
    "ask \"kiln women\" \"a mention\" --size 1",
    "partner show kiln --nonsense",
    "approach add \"kiln\"",
    "ask kiln \"a mention\" --size 1",
    "log add kiln --kind co-host",
    "gave choir bread",
    "gave choir",
    "got choir bread --size 1 --on tomorrow",
    "due --within soon",
    "risk add choir --type weather --level high",
    "risk add choir --type legal --level hgih",
    "risk add choir --type legal --level high --mitigation mayhap",
    "risk add tarrask --type legal --level high --reason sued",
    "risk settle choir --type legal --level low",
    "risk settle quarry --type legal --level low",
    "link add choir choir --how song",
    "link add choir bakery",
    "link remove choir bakery",
    "link path nobody",
    // Events.
    "event add \"Lantern walk\"",
    "event add Palm --on somewhen",
    "event add Palm --requested nonsense",
    "event show choir",
    "event show nothing",
    "event edit forum",
    "event edit forum --drop organisers",
    "event edit forum --drop organisers=bakery",
    "event parties forum --answer nonsense",
    "event parties forum --answer \"Fishers=attending\"",
    "event assess forum",
    "event assess forum --set nonsense",
    "event assess forum --set messages=same",
    "event assess forum --set message=sane",
    "event assess forum --set message.choir=same",
    "event assess forum --set risk=hgih",
    "event assess forum --set risk.legal=high,perhaps",
    "event assess forum --set risk.weather=high",
    "event assess forum --set research.nobody=done",
    "event assess forum --set referral.R5=agreed",
    "event assess forum --set requests.lamp=other",
    "event assess lantern --set risk.legal=low",
    "event decide forum --choice take-part",
    "event decide forum --choice perhaps",
    "event decide forum",
    "! event add \"Kite day\" --organisers choir",
    "event assess kite --set affiliation.choir=party",
    "event print forum -o .",
    "consent add lamp --answer maybe",
    "consent add lamp",
    "consent add lamp --answer full",
    "consent add lamp --answer full --given-by Noor",
    "consent withdraw lamp",
    "request add lamp",
    "request add lamp \"no filming\" --kind weather",
    "request lift lamp",
    "! request add lamp \"no filming\" --said-by Noor",
    "! request add lamp \"no logo\" --said-by Noor",
    "request lift lamp",
    "request lift lamp filming",
    "refer add lantern",
    "refer add forum --about R99",
    "refer answer forum --answer maybe",
    "refer answer forum",
    "refer answer forum --answer agreed",
    "policy show R99",
    "policy check nothing.toml",
    "policy check rules.toml",
    "policy check letters.csv",
    "policy try cases.toml",
    "policy try other-cases.toml",
    // The community.
    "map edit",
    "map edit --set nonsense",
    "map edit --extent galaxy",
    "map edit --set weeks-a=many",
    "map figure People many --source-kind rumour",
    "map issue Rents --weight 9",
    "map answer 99 --text x",
    "map answer 2",
    "map answer 2 --part 9 --text x",
    "map show --section moon",
    "map drop nothing",
    "date add \"Show Day\" --on \"1 may\"",
    "date add \"Kite day\"",
    "date add \"Kite day\" --on somewhen",
    "date add \"Kite day\" --on \"1 may\" --sort tea",
    "date edit \"show day\"",
    "date show day",
    "date show nothing",
    "date list --since \"2 may 2040\" --until \"1 may 2040\"",
    "place add \"Ropewalk Hall\"",
    "place add",
    "place add Shed --step-free perhaps",
    "place edit hall",
    "place edit hall --set moon=full",
    "place list --with moon",
    "place show choir",
    // Together, and a map that stays here.
    "sync",
    "invite",
    "relay add ALLYMAP-RELAY:9QK2",
    "join hello",
    "join ALLYMAP:9QK2",
    "member approve 1",
    "member decline",
    "recovery",
    // Files.
    "history choir --field phne",
    "history --since somewhen",
    "import nothing.csv",
    "import .",
    "import letters.csv",
    "import large.csv",
    "import broken.jsonl",
    "import bare.json",
    "import nameless.csv --kind boat",
    "export --for public",
    "export --format jsonl --for public",
    "export -o nothing/here.jsonl",
    "report -o .",
    "report -o there.html",
    "report --for nobody",
    "demo --input nothing.csv",
    "demo --keep full",
    "man there.html",
    // This computer.
    "config set moon 1",
    "config set plain perhaps",
    "config set weeks-a 0",
    "config set name \"\"",
    "config unset moon",
    "lock",
    "lock --new-passphrase",
    "lock --new-passphrase --passphrase-file nothing",
    "lock --new-passphrase --passphrase-file empty",
    "new \"\" --name Ana --group Bay",
    "new Bay --name Ana",
    "new Bay --name \"Ana who lives by the weir, and by the old mill, and by the harbour, and by the slip, and by the sea alone\" --group Bay",
    "map use elsewhere",
    // One campaign less, and one more with nothing to choose from.
    "! event assess lantern --set risk.physical=high,cannot --because \"a letter\"",
    "event decide lantern --choice take-part",
    "! campaign close step-free",
    "campaign close step-free",
    "! campaign close welcome",
    "move choir neutral",
    "next",
];

/// On a map of one's own with no relay.
const ALONE: &[&str] = &[
    "sync",
    "invite",
    "member approve",
    "spectrum",
    "~ link path choir",
    "partner show wharf",
    "~ event parties palm",
    "relay add LINE",
    "! recovery --printed",
    "recovery",
    "! new \"Bay two\" --name Wren --group Harbour",
    "! new \"Bay three\" --name Wren --group Harbour",
    "undo",
    "status --map bay",
    "status --map elsewhere",
];

/// Where there is no map yet.
const NOWHERE: &[&str] = &[
    "status",
    "partner list",
    "sync",
    "lock",
    "unlock",
    "new",
    "new Bay",
    "join",
    "new Bay --name Ana --group Bay --passphrase-file nothing",
];

/// Each line as it fails, in words and as JSON.
fn failing(held: &mut Held, file: &str, person: &Person, lines: &[&str]) {
    for line in lines {
        if let Some(works) = line.strip_prefix("! ") {
            person.ok(&format!("{works} --no-input"));
            continue;
        }
        for format in ["", " --json"] {
            match line.strip_prefix("~ ") {
                Some(line) => held.say(file, &person.said(&format!("{line}{format}"))),
                None => fails(held, file, &person.said(&format!("{line}{format}"))),
            }
        }
    }
}

fn fails(held: &mut Held, file: &str, said: &str) {
    assert!(said.contains("AM-") && !said.ends_with("exit 0\n\n"), "it does not fail:\n{said}");
    held.say(file, said);
}

fn files(person: &Person) {
    let write = |name: &str, bytes: &[u8]| fs::write(person.work.join(name), bytes).unwrap();
    write("rules.toml", b"name = \"ours\"\n[[rule]]\nid = \"X1\"\n");
    write("cases.toml", b"[[case]]\nname = \"a walk\"\nanswer = \"partner\"\n");
    let cases = fs::read_to_string(page::repository().join("docs/examples/cases.toml")).unwrap();
    write("other-cases.toml", cases.replace("\"Ask first\"", "\"Reconsider\"").as_bytes());
    write("letters.csv", &[b'n', b'a', b'm', b'e', b'\n', 0xff, 0xfe, 0x00, 0x9d, b'\n']);
    write("nameless.csv", b"phone\n02 5550 1990\n");
    write("broken.jsonl", b"{\"kind\":\"map\"\n");
    write("bare.json", b"{}\n");
    write("there.html", b"a page\n");
    write("empty", b"\n");
    fs::create_dir(person.work.join("full")).unwrap();
    write("full/something", b"x");
    File::create(person.work.join("large.csv")).unwrap().set_len(1 << 30).unwrap();
}

#[test]
fn what_fails_in_the_town_says_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let wren = Person::in_the_town(folder.path(), "town");
    files(&wren);
    let mut held = Held::new("failures");
    failing(&mut held, "in-the-town", &wren, IN_THE_TOWN);
    held.compare();
}

#[test]
fn what_fails_on_a_map_of_ones_own_says_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = Person::below(folder.path(), "nobody", 1);
    let wren = Person::below(folder.path(), "wren", 100);
    let mut held = Held::new("failures");
    failing(&mut held, "nowhere", &nobody, NOWHERE);
    wren.ok("new \"Gannet Bay\" --name Wren --group Harbour --no-input");
    for line in [
        "partner add \"Wharf Choir\" --kind organisation",
        "partner add \"Wharf Kiln\" --kind organisation",
        "event add Palm",
    ] {
        wren.ok(&format!("{line} --no-input"));
    }
    let address = |url: &str| {
        let address = RelayAddress { relay: RelayKeyHash([7; 16]), token: OperatorToken([8; 16]), url: url.to_owned() };
        address.to_line()
    };
    wren.mask(&address("https://relay.example"), "LINE");
    let lines: Vec<String> = ALONE.iter().map(|line| line.replace("LINE", &address("https://relay.example"))).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    failing(&mut held, "alone", &wren, &lines);
    held.compare();
}

/// What lies on this computer's disk, altered without breaking the disk.
#[test]
fn what_fails_on_this_computer_says_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let wren = Person::below(folder.path(), "wren", 1);
    wren.ok("new \"Gannet Bay\" --name Wren --group Harbour --no-input");
    wren.ok("partner add Choir --kind organisation --no-input");
    let mut held = Held::new("failures");
    let mut altered = |number: u32, lines: &[&str], alter: &dyn Fn(&Person) -> Option<File>| {
        let person = wren.copy(&format!("computer-{number}"));
        let kept = alter(&person);
        failing(&mut held, "computer", &person, lines);
        drop(kept);
    };
    altered(1, &["status", "partner list"], &|person| {
        fs::remove_file(person.volunteer.home.join("data/keyslots")).unwrap();
        None
    });
    altered(2, &["status", "lock", "new Bay --name Wren --group Harbour"], &|person| {
        fs::write(person.volunteer.home.join("data/keyslots"), b"nothing").unwrap();
        None
    });
    altered(3, &["status"], &|person| {
        fs::remove_file(person.volunteer.home.join("data/keyslots")).unwrap();
        fs::create_dir(person.volunteer.home.join("data/keyslots")).unwrap();
        None
    });
    altered(4, &["status"], &|person| {
        fs::remove_dir_all(person.volunteer.home.join("data/maps")).unwrap();
        fs::write(person.volunteer.home.join("data/maps"), b"no folder").unwrap();
        None
    });
    altered(5, &["status"], &|person| {
        fs::remove_dir_all(person.volunteer.home.join("data/maps/db")).unwrap();
        None
    });
    altered(6, &["status"], &|person| {
        fs::rename(person.volunteer.home.join("data/maps/db"), person.volunteer.home.join("data/maps/db.damaged-1"))
            .unwrap();
        None
    });
    altered(7, &["status", "~ doctor"], &|person| {
        let mut file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .open(person.volunteer.home.join("data/maps/LOCK"))
            .unwrap();
        file.try_lock().unwrap();
        file.write_all(b"allymap import, process 4711\n").unwrap();
        Some(file)
    });
    altered(8, &["config show", "config set plain true", "new Bay", "doctor"], &|person| {
        fs::create_dir_all(person.volunteer.home.join("config")).unwrap();
        fs::write(person.volunteer.home.join("config/config.toml"), b"name = \"Wren\"\nplain = \n").unwrap();
        None
    });
    altered(9, &["partner edit choir --editor"], &|_| None);
    altered(10, &["partner edit choir --editor"], &|person| {
        editor(person, "exit 1\n", 0o755);
        None
    });
    altered(11, &["partner edit choir --editor"], &|person| {
        editor(person, "exit 0\n", 0o644);
        None
    });
    altered(12, &["partner edit choir --editor"], &|person| {
        editor(person, "sed -i 's/^phone = .*/phone = \"none\"\\nmoon = 1/' \"$1\"\n", 0o755);
        None
    });
    let too_much = wren.copy("too-much");
    fs::write(too_much.work.join("much"), "They sang. ".repeat(200_000)).unwrap();
    for line in ["log add choir --note -", "edit choir notes -"] {
        let mut command = too_much.command(line);
        command.stdin(File::open(too_much.work.join("much")).unwrap());
        fails(&mut held, "computer", &too_much.said_by(command, &format!("{line} < much")));
    }
    let both = |letter: &str| {
        let long = letter.repeat(8_000);
        format!("--set notes={long} --set description={long}")
    };
    too_much.ok(&format!("partner add Long --kind organisation {}", both("a")));
    let command = too_much.command(&format!("partner edit long {}", both("b")));
    fails(&mut held, "computer", &too_much.said_by(command, "partner edit long --set notes=… --set description=…"));
    // Each writes as much anew as fits into a note; it goes on until somebody's share is used up.
    let full = (0..40).find_map(|number: u8| {
        let notes = char::from(b'a' + number % 26).to_string().repeat(8_000);
        let said = too_much.said_by(too_much.command(&format!("edit choir notes {notes}")), "edit choir notes …");
        said.contains("AM-").then_some(said)
    });
    fails(&mut held, "computer", &full.expect("there is an end to what fits"));
    fs::write(too_much.work.join("letters"), [0xff, 0xfe, 0x9d]).unwrap();
    let mut command = too_much.command("log add choir --note -");
    command.stdin(File::open(too_much.work.join("letters")).unwrap());
    fails(&mut held, "computer", &too_much.said_by(command, "log add choir --note - < letters"));
    held.compare();
}

fn editor(person: &Person, script: &str, mode: u32) {
    let path = person.work.join("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn what_fails_between_people_says_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = RelayProcess::start(&folder.path().join("relay"), None);
    let person = |name: &str, first| {
        let person = Person::below(folder.path(), name, first);
        person.mask(&relay.url, &relay.shown());
        person
    };
    let [ana, ben, rita, late] =
        [("ana", 1_000), ("ben", 2_000), ("rita", 3_000), ("late", 4_000)].map(|(name, first)| person(name, first));
    let mut held = Held::new("failures");
    let file = "between-people";
    ana.ok(&format!("new \"Kill Town\" --name Ana --group Harbour --relay {} --no-input", relay.line));
    ana.ok("partner add Choir --kind organisation --phone \"02 5550 0001\" --no-input");
    ana.ok("sync");
    let code = ana.ok("invite").stdout.trim().to_owned();
    for one in [&ana, &ben, &rita, &late] {
        one.mask(&code, "ALLYMAP:4F7K…");
    }
    let join = |code: &str, name: &str| format!("join {code} --name {name} --group Bay --no-input");
    // Not exchanged yet, so the relay does not know it.
    failing(&mut held, file, &ben, &[&join(&code, "Ben")]);
    ana.ok("sync");
    ben.ok(&join(&code, "Ben"));
    for one in [&ana, &ben, &late] {
        let words = ben.json("status")["waiting_for_approval"].clone();
        let words: Vec<&str> = words.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        one.mask(&words.join("  "), "river  anchor  plum  seven");
    }
    failing(&mut held, file, &late, &[&join(&code, "Late")]);
    failing(&mut held, file, &ben, &["sync", "map show", "invite", &join(&code, "Ben")]);
    ana.ok("sync");
    let second = ana.ok("invite --role reader").stdout.trim().to_owned();
    ana.mask(&second, "ALLYMAP:7M2Q…");
    ana.ok("sync");
    rita.ok(&join(&second, "Rita"));
    ana.ok("sync");
    let words = |person: &Person| {
        let words = person.json("status")["waiting_for_approval"].clone();
        words.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for one in [&ben, &rita] {
        ana.mask(&words(one).join("  "), "river  anchor  plum  seven");
        ana.mask(&words(one).join(" "), "river anchor plum seven");
    }
    failing(
        &mut held,
        file,
        &ana,
        &["member approve 1", "member approve 1 --words one two three four", "member decline 7"],
    );
    for (name, one) in [("Ben", &ben), ("Rita", &rita)] {
        let waiting = ana.json("member waiting");
        let asks = waiting["waiting"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        ana.ok(&format!("member approve {} --words {}", asks["number"], words(one).join(" ")));
        ana.ok("sync");
        one.ok("sync");
    }
    failing(&mut held, file, &rita, &["partner add Kiln --kind organisation", "edit choir phone 1", "invite", "undo"]);
    failing(&mut held, file, &ben, &["invite"]);
    // Somebody else has changed the same since.
    ana.ok("edit choir phone \"02 5550 0002\"");
    for one in [&ana, &ben] {
        one.ok("sync");
    }
    ben.ok("edit choir phone \"02 5550 0003\"");
    for one in [&ben, &ana] {
        one.ok("sync");
    }
    failing(&mut held, file, &ana, &["undo"]);
    // The relationship is another group's.
    ana.ok("edit choir held-by Harbour");
    for one in [&ana, &ben] {
        one.ok("sync");
    }
    failing(&mut held, file, &ben, &["approach add choir"]);
    let exchanging = File::create(ana.volunteer.home.join("data/exchanging")).unwrap();
    exchanging.try_lock().unwrap();
    failing(&mut held, file, &ana, &["sync"]);
    drop(exchanging);
    // A line with another token, from somebody who has no map there yet.
    let other = person("other", 5_000);
    let mut address = RelayAddress::from_line(&relay.line).unwrap();
    address.token = OperatorToken([8; 16]);
    other.ok(&format!("new \"Other Town\" --name Olga --group Bay --relay {} --no-input", address.to_line()));
    failing(&mut held, file, &other, &["sync"]);
    let key = key_of(&relay.url);
    let away = relay.url.trim_start_matches("ws://").to_owned();
    let third = ana.ok("invite").stdout.trim().to_owned();
    late.mask(&third, "ALLYMAP:9XW3…");
    relay.kill();
    failing(&mut held, file, &ana, &["sync"]);
    failing(&mut held, file, &late, &[&join(&third, "Late")]);
    // Something answers there that is no relay, then relays that do not do as they should, then another relay.
    let deaf = std::net::TcpListener::bind(&away).unwrap();
    let answers = std::thread::spawn(move || (0..2).for_each(|_| not_found(&deaf)));
    failing(&mut held, file, &ana, &["sync"]);
    answers.join().unwrap();
    ana.ok("edit choir phone \"02 5550 0004\"");
    for (name, (greeting, answer)) in lies(key) {
        let liar = Liar::start(&away, greeting, answer);
        let told = ana.copy(name);
        held.say(file, &format!("# {name}\n"));
        failing(&mut held, file, &told, &["sync"]);
        drop(liar);
    }
    let liar = Liar::start(&away, hello(key, 9, 12), Box::new(|_| None));
    failing(&mut held, file, &late, &[&join(&third, "Late")]);
    drop(liar);
    let _another = RelayProcess::start(&folder.path().join("another"), Some(&away));
    failing(&mut held, file, &ana, &["sync"]);
    failing(&mut held, file, &late, &[&join(&third, "Late")]);
    held.compare();
}

/// A page of the web that is not there.
fn not_found(listener: &std::net::TcpListener) {
    let (stream, _) = listener.accept().unwrap();
    let mut lines = BufReader::new(&stream).lines();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    (&stream).write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap();
}

fn hello(relay: RelayKey, oldest: u8, newest: u8) -> Message {
    Message::Hello { oldest, newest, relay, challenge: Challenge([1; 16]), limits: Limits::default() }
}

type Answering = Box<dyn FnMut(&Message) -> Option<Message> + Send>;

/// What a relay with this key does that none should do, each by its name: how it greets, and how it answers.
fn lies(key: RelayKey) -> Vec<(&'static str, (Message, Answering))> {
    let let_in = |head| Message::AuthOk {
        flags: Flags::WRITE,
        access_version: 1,
        log: LogId([5; 16]),
        head,
        access: HashPrefix([0; 16]),
    };
    let bye = |code: Code| -> Answering { Box::new(move |_| Some(Message::Bye { code, retry_after_ms: u64::MAX })) };
    let full: Answering = Box::new(move |message| {
        Some(match message {
            Message::Auth { .. } => let_in(Head { position: 1_000, hash: HashPrefix([7; 16]) }),
            Message::Sync { since, .. } => {
                Message::Records { first: since.position + 1, entries: vec![], more: false, head: *since }
            }
            Message::Put { entries } => {
                Message::PutAck { results: vec![PutResult::Refused { code: Code::Full }; entries.len()] }
            }
            Message::BoxTake { .. } => Message::Box { slot: Slot::Request, bytes: None },
            Message::BoxPut { .. } => Message::Outcome { of: 11, code: Code::Done, value: 0 },
            Message::Access { list } => Message::Outcome { of: 8, code: Code::Done, value: list.version },
            _ => return None,
        })
    });
    vec![
        ("another version", (hello(key, 9, 12), Box::new(|_| None))),
        ("it hangs up", (hello(key, 1, 1), Box::new(|_| None))),
        ("it greets twice", (hello(key, 1, 1), Box::new(move |_| Some(hello(key, 1, 1))))),
        ("it says that we were removed", (hello(key, 1, 1), bye(Code::Removed))),
        ("it goes away", (hello(key, 1, 1), bye(Code::Draining))),
        ("it is full", (hello(key, 1, 1), full)),
    ]
}

#[test]
fn what_fails_without_a_relay_program_says_what_it_said() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let nobody = Person::below(folder.path(), "nobody", 1);
    let program = nobody.work.join("allymap");
    fs::hard_link(binaries().join("allymap"), &program).unwrap();
    let mut held = Held::new("failures");
    let mut demo = || {
        let mut command = std::process::Command::new(&program);
        command.arg("demo").env_clear().env("HOME", &nobody.work).current_dir(&nobody.work).stdin(Stdio::null());
        fails(&mut held, "demo", &nobody.said_by(command, "demo"));
    };
    demo();
    silent(&nobody.work.join("allymap-relay"));
    demo();
    held.compare();
}

/// A program that ends and says nothing.
fn silent(path: &Path) {
    fs::write(path, "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}
