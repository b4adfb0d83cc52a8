//! `allymap demo`: the main job from beginning to end, with real processes, each claim checked.
//!
//! A relay and two volunteers, every one a process of its own in a folder of its own. The relay is killed, both work offline on
//! the same entries, it comes back, and the two maps become one. What goes over the sockets is recorded on the way.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};

mod input;
mod relay;

use relay::Relay;

/// Watch two groups edit one map offline and come together
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap demo\n  allymap demo --input councillors.csv --keep rehearsal")]
pub(crate) struct Args {
    #[arg(
        long,
        value_name = "FILE",
        help = "A CSV or Popolo file to divide between the two, instead of an invented town"
    )]
    input: Option<PathBuf>,
    #[arg(long, value_name = "FOLDER", help = "Leave the three folders there, to go on by hand")]
    keep: Option<PathBuf>,
}

/// Words that stand in the map and must stand nowhere else.
const PLANTED: [&str; 4] = ["Kestrel Lane Kitchen", "Thistledown", "0455 010 203", "wharf at dusk"];

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let folder = match &args.keep {
        Some(folder) => folder.clone(),
        None => {
            std::env::temp_dir().join(format!("allymap-demo-{}", data_encoding::HEXLOWER.encode(&app.fresh::<6>())))
        }
    };
    if folder.exists() && std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::usage(format!("{} is there already and not empty.", folder.display()))
            .hint("Name another folder."));
    }
    allymap_home::computer::folders::create_private(&folder).map_err(|error| Failure::io("Making", &folder, &error))?;
    let folder = folder.canonicalize().map_err(|error| Failure::io("Opening", &folder, &error))?;
    let mut demo = Demo::new(app, folder.clone())?;
    let played = demo.play(args.input.as_deref(), args.keep.is_some());
    let (failed, claims) = (demo.failed, std::mem::take(&mut demo.claims));
    drop(demo);
    if args.keep.is_none() {
        let _ = std::fs::remove_dir_all(&folder);
    }
    played?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "claims": claims, "failed": failed }));
    }
    match failed {
        0 if app.output.json => Ok(()),
        0 => {
            app.output.say("Every claim held.");
            Ok(())
        }
        failed => Err(Failure::new("AM-DEMO", Exit::Failed, format!("{failed} of the claims above did not hold."))
            .hint("Run it again with --keep FOLDER, and look at what it leaves there.")),
    }
}

/// A volunteer's computer: a home, and the program.
struct Volunteer {
    name: &'static str,
    home: PathBuf,
    passphrase: PathBuf,
    program: PathBuf,
}

/// What a command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Volunteer {
    fn run(&self, arguments: &[&str]) -> Result<Said, Failure> {
        let output = Command::new(&self.program)
            .args(arguments)
            .env("ALLYMAP_HOME", &self.home)
            .env("ALLYMAP_NO_INPUT", "true")
            .env_remove("ALLYMAP_MAP")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::io("Starting", &self.program, &error))?;
        Ok(Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// A command that has to work.
    fn must(&self, arguments: &[&str]) -> Result<Said, Failure> {
        let said = self.run(arguments)?;
        if said.code == 0 {
            return Ok(said);
        }
        let command = arguments.iter().take(3).copied().collect::<Vec<_>>().join(" ");
        Err(Failure::new(
            "AM-DEMO",
            Exit::Failed,
            format!("{}: allymap {command} … ended with {}: {}", self.name, said.code, said.err.trim()),
        ))
    }

    fn json(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let said = self.must(&[arguments, &["--json"]].concat())?;
        serde_json::from_str(&said.out)
            .map_err(|error| Failure::new("AM-DEMO", Exit::Failed, format!("{}: not JSON: {error}", self.name)))
    }
}

struct Demo<'a, 'h> {
    app: &'a App<'h>,
    folder: PathBuf,
    first: Volunteer,
    second: Volunteer,
    /// Entries that came out of the input.
    added: u64,
    failed: usize,
    /// For `--json`.
    claims: Vec<Value>,
}

impl<'a, 'h> Demo<'a, 'h> {
    fn new(app: &'a App<'h>, folder: PathBuf) -> Result<Demo<'a, 'h>, Failure> {
        let program = std::env::current_exe().map_err(|error| Failure::io("Finding", Path::new("allymap"), &error))?;
        let volunteer = |name: &'static str| -> Result<Volunteer, Failure> {
            let passphrase = folder.join(format!("{name}.passphrase"));
            std::fs::write(&passphrase, format!("{name} rehearses\n"))
                .map_err(|error| Failure::io("Writing", &passphrase, &error))?;
            Ok(Volunteer { name, home: folder.join(name), passphrase, program: program.clone() })
        };
        let (first, second) = (volunteer("first")?, volunteer("second")?);
        Ok(Demo { app, folder, first, second, added: 0, failed: 0, claims: Vec::new() })
    }

    fn heading(&self, text: &str) {
        self.say(format_args!("\n{text}"));
    }

    fn tell(&self, text: impl fmt::Display) {
        self.say(format_args!("      {text}"));
    }

    fn say(&self, text: impl fmt::Display) {
        if !self.app.output.json {
            self.app.output.say(text);
        }
    }

    /// One claim, true or not.
    fn claim(&mut self, holds: bool, text: impl fmt::Display) {
        self.claims.push(serde_json::json!({ "claim": text.to_string(), "held": holds }));
        self.say(format_args!("{}  {text}", if holds { "  ok" } else { "FAIL" }));
        self.failed += usize::from(!holds);
    }

    fn play(&mut self, file: Option<&Path>, keep: bool) -> Result<(), Failure> {
        let halves = input::divide(file, &self.folder)?;
        let mut relay = Relay::start(&self.folder.join("relay"))?;
        self.meet(&relay)?;
        self.share_a_few(&relay)?;
        relay.kill();
        self.work_apart(&halves)?;
        self.come_together(&mut relay)?;
        self.look(&halves, &relay)?;
        if keep {
            self.tell_how_to_go_on(&relay);
        }
        Ok(())
    }

    /// 1. A relay, a map, an invitation, four words.
    #[allow(clippy::disallowed_methods, reason = "the demo measures")]
    fn meet(&mut self, relay: &Relay) -> Result<(), Failure> {
        self.heading("1. A relay, and two volunteers of two groups who share a map");
        let passphrase = self.first.passphrase.display().to_string();
        self.first.must(&[
            "new",
            "Kill Town",
            "--name",
            "Wren",
            "--group",
            "Harbour",
            "--relay",
            &relay.line,
            "--passphrase-file",
            &passphrase,
        ])?;
        self.first.must(&["sync"])?;
        let code = self.first.must(&["invite"])?.out;
        self.first.must(&["sync"])?;
        let passphrase = self.second.passphrase.display().to_string();
        let joined = self.second.json(&[
            "join",
            code.trim(),
            "--name",
            "Dev",
            "--group",
            "Hinterland",
            "--passphrase-file",
            &passphrase,
        ])?;
        self.first.must(&["sync"])?;
        let read = words(&joined["words"]);
        let approve = |words: &[String]| -> Vec<String> {
            ["member", "approve", "--words"].into_iter().map(str::to_owned).chain(words.iter().cloned()).collect()
        };
        let mut others = read.clone();
        others.rotate_left(1);
        let refused = self.first.run(&approve(&others).iter().map(String::as_str).collect::<Vec<_>>())?;
        let let_in = self.first.run(&approve(&read).iter().map(String::as_str).collect::<Vec<_>>())?;
        self.claim(
            refused.code != 0 && let_in.code == 0,
            format_args!("only the four words that the newcomer reads let them in: {}", read.join("  ")),
        );
        self.first.must(&["sync"])?;
        self.second.must(&["sync"])?;
        let members = self.second.json(&["member", "list"])?;
        self.claim(
            members["members"].as_array().is_some_and(|members| members.len() == 2),
            "both are members, of Harbour and of Hinterland",
        );
        Ok(())
    }

    /// 2. A few entries that both have before they part.
    fn share_a_few(&mut self, relay: &Relay) -> Result<(), Failure> {
        self.heading("2. A few entries, exchanged");
        self.first.must(&[
            "partner",
            "add",
            PLANTED[0],
            "--kind",
            "organisation",
            "--category",
            "c",
            "--phone",
            "02 5550 4400",
            "--notes",
            "Cooks for everybody.",
        ])?;
        self.first.must(&["partner", "add", "Old Ferry Steps", "--kind", "place"])?;
        self.first.must(&[
            "partner",
            "add",
            "Ottoline Thistledown",
            "--kind",
            "person",
            "--set",
            "role=harbour master",
            "--set",
            "basis=public-role",
        ])?;
        self.first.must(&[
            "move",
            "kestrel",
            "passive-ally",
            "--for",
            "welcome towns",
            "--because",
            "fed the wharf at dusk vigil",
        ])?;
        self.first.must(&["sync"])?;
        let received = self.second.json(&["sync"])?;
        let list = self.second.json(&["partner", "list"])?;
        self.claim(
            list["entries"].as_array().is_some_and(|entries| entries.len() == 3),
            format_args!(
                "the second has the first's three entries ({} bytes, {} round trips)",
                received["bytes_in"], received["round_trips"]
            ),
        );
        let _ = relay;
        Ok(())
    }

    /// 3. The relay is gone; both work, partly on the same things.
    fn work_apart(&mut self, halves: &input::Halves) -> Result<(), Failure> {
        self.heading("3. The relay is killed. Both work offline");
        let mut lost = 0;
        for (volunteer, file) in [(&self.first, &halves.first), (&self.second, &halves.second)] {
            let done = volunteer.json(&["import", &file.display().to_string(), "--apply"])?;
            self.say(format_args!(
                "      {} imports {}: {} rows, {} added, {} unclear, {} refused",
                volunteer.name, halves.name, done["rows"], done["new"], done["unclear"], done["refused"]
            ));
            self.added += number(&done["new"]);
            let named =
                ["new", "same", "changed", "unclear", "refused"].iter().map(|what| number(&done[*what])).sum::<u64>();
            lost += number(&done["rows"]).abs_diff(named);
        }
        self.claim(lost == 0, "every row is accounted for: added, there already, unclear or refused with its reason");
        let (first, second) = (&self.first, &self.second);
        first.must(&["partner", "edit", "kestrel", "--phone", PLANTED[2]])?;
        second.must(&["partner", "edit", "kestrel", "--phone", "0455 040 506"])?;
        first.must(&[
            "risk",
            "add",
            "old ferry",
            "--type",
            "physical",
            "--level",
            "low",
            "--reason",
            "the council's engineer says so",
        ])?;
        second.must(&[
            "risk",
            "add",
            "old ferry",
            "--type",
            "physical",
            "--level",
            "high",
            "--mitigation",
            "can-be",
            "--reason",
            "saw the steps after the storm",
        ])?;
        for volunteer in [first, second] {
            volunteer.must(&[
                "log",
                "add",
                "thistledown",
                "--kind",
                "approach",
                "--on",
                "2026-03-04",
                "--note",
                "said hello",
            ])?;
        }
        first.must(&["partner", "edit", "kestrel", "--notes", "Opens at six. Cooks for everybody."])?;
        second.must(&["partner", "edit", "kestrel", "--notes", "Cooks for everybody. Closed in January."])?;
        for volunteer in [first, second] {
            volunteer.must(&["partner", "add", "Tidewater Book Exchange", "--kind", "organisation"])?;
        }
        let status = first.json(&["status"])?;
        let waiting = status["edited_entries_kept_here"].as_u64().unwrap_or(0);
        self.claim(waiting > 0, format_args!("the first has {waiting} entries with changes that nobody else has yet"));
        Ok(())
    }

    /// 4. Away, then back.
    fn come_together(&mut self, relay: &mut Relay) -> Result<(), Failure> {
        self.heading("4. The relay is away, then it is back");
        let away = self.first.run(&["sync"])?;
        self.claim(
            away.code == 6 && away.err.contains("Everything is kept here"),
            format_args!(
                "the first's sync ends with 6: {}",
                away.err.lines().find(|line| line.starts_with("Error")).unwrap_or_default()
            ),
        );
        relay.restart()?;
        for volunteer in [&self.first, &self.second, &self.first] {
            let done = volunteer.json(&["sync"])?;
            self.say(format_args!(
                "      {:<7}{:>9} bytes out, {:>9} in, {} round trips, {} ms; changes to {} entries came in",
                volunteer.name,
                number(&done["bytes_out"]),
                number(&done["bytes_in"]),
                done["round_trips"],
                done["milliseconds"],
                done["changed_entries"]
            ));
        }
        for volunteer in [&self.first, &self.second] {
            let status = volunteer.json(&["status"])?;
            let left = status["edited_entries_kept_here"] == 0
                && status["relays"][0]["not_with"] == 0
                && status["waiting"] == 0;
            let name = volunteer.name;
            self.say(format_args!(
                "{}  everything of the {name}'s is with the relay",
                if left { "  ok" } else { "FAIL" }
            ));
            self.failed += usize::from(!left);
        }
        Ok(())
    }

    /// 5 and 6. What both have now.
    #[allow(clippy::disallowed_methods, reason = "the demo measures")]
    fn look(&mut self, halves: &input::Halves, relay: &Relay) -> Result<(), Failure> {
        self.heading("5. One map");
        let digests = [self.first.json(&["export", "--digest"])?, self.second.json(&["export", "--digest"])?];
        // Three were shared before, and both added one of the same name.
        let expected = 3 + 2 + self.added;
        self.claim(
            digests[0]["digest"] == digests[1]["digest"],
            format_args!(
                "the digests of both exports are identical: {}",
                text(&digests[0]["digest"]).chars().take(16).collect::<String>()
            ),
        );
        self.claim(
            digests[0]["entries"] == expected,
            format_args!(
                "{} entries on both: nothing lost, nobody added twice ({expected} expected)",
                digests[0]["entries"]
            ),
        );
        for volunteer in [&self.first, &self.second] {
            let risks = volunteer.json(&["risk", "list", "old ferry"])?;
            let physical = risks["risks"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|line| line["risk"] == "physical")
                .cloned()
                .unwrap_or_default();
            let beside = physical["standing"]
                .as_array()
                .is_some_and(|standing| standing.iter().any(|said| said["level"] == "low"));
            let holds = physical["counts"] == "high" && physical["differs"] == true && beside;
            let name = volunteer.name;
            self.say(format_args!("{}  for the {name} the physical risk of Old Ferry Steps is high until settled, and low stands beside it", if holds { "  ok" } else { "FAIL" }));
            self.failed += usize::from(!holds);
        }
        let shown = self.second.must(&["partner", "show", "kestrel"])?.out;
        self.claim(
            shown.contains(PLANTED[2]) && shown.contains("0455 040 506"),
            "both phone numbers of Kestrel Lane Kitchen are shown",
        );
        self.claim(
            shown.contains("Opens at six.") && shown.contains("Closed in January."),
            "both sentences are in its one note",
        );
        let shown = self.first.must(&["partner", "show", "thistledown"])?.out;
        self.claim(
            shown.contains("Double approach") && shown.contains("Harbour") && shown.contains("Hinterland"),
            "the double approach to Ottoline Thistledown is named, with both groups",
        );
        let duplicates = self.first.json(&["partner", "duplicates"])?;
        let named = duplicates["duplicates"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|pair| pair["names"][0] == "Tidewater Book Exchange");
        self.claim(named, "Tidewater Book Exchange, added by both, is named as a likely duplicate");

        let (records, bytes) = relay.totals()?;
        self.tell(format_args!("the relay holds {records} records, {bytes} bytes"));
        for volunteer in [&self.first, &self.second] {
            volunteer.must(&["lock"])?;
        }
        let mut needles: Vec<String> = PLANTED.iter().map(|word| (*word).to_owned()).collect();
        needles.extend(halves.names.iter().cloned());
        let places = [
            ("the relay's folder", self.folder.join("relay")),
            ("the first's home after lock", self.first.home.clone()),
            ("the second's home after lock", self.second.home.clone()),
        ];
        for (what, place) in places {
            let found = needles.iter().find(|needle| occurs_below(&place, needle.as_bytes())).cloned();
            self.claim(
                found.is_none(),
                format_args!(
                    "none of {} planted names occurs in {what}{}",
                    needles.len(),
                    found.map(|found| format!(" (found: {found})")).unwrap_or_default()
                ),
            );
        }
        let recorded = relay.recorded();
        let found = needles.iter().any(|needle| occurs(&recorded, needle.as_bytes()));
        self.claim(
            !found && !recorded.is_empty(),
            format_args!("nor in the {} bytes that went over the sockets", recorded.len()),
        );
        for volunteer in [&self.first, &self.second] {
            let passphrase = volunteer.passphrase.display().to_string();
            volunteer.must(&["unlock", "--passphrase-file", &passphrase])?;
        }

        self.heading("6. Looking things up");
        let name = halves.names.first().cloned().unwrap_or_else(|| PLANTED[0].to_owned());
        for (what, arguments) in [("found", vec!["find", &name]), ("shown", vec!["partner", "show", &name])] {
            let began = Instant::now();
            let said = self.second.run(&[&arguments[..], &["--json"]].concat())?;
            self.claim(
                said.code == 0 && said.out.contains(&name.replace('"', "\\\"")),
                format_args!("{name} is {what} in {} ms", began.elapsed().as_millis()),
            );
        }
        let again = self.second.json(&["import", &halves.whole.display().to_string(), "--apply"])?;
        self.claim(
            again["new"] == 0 && again["changed"] == 0,
            format_args!(
                "importing the whole file on the second's side brings nothing new ({} the same, {} unclear)",
                again["same"], again["unclear"]
            ),
        );
        self.claim(
            again["rows"] == halves.rows as u64,
            format_args!("every one of its {} rows is accounted for", again["rows"]),
        );
        Ok(())
    }

    /// 7. The folders, and what to type.
    fn tell_how_to_go_on(&self, relay: &Relay) {
        self.heading("7. To go on by hand");
        self.tell(format_args!(
            "allymap-relay serve --data {} --listen {} --address {}",
            self.folder.join("relay").display(),
            relay.listen,
            relay.url
        ));
        self.tell("    (the two know the relay by the address above; keep something listening there)");
        for volunteer in [&self.first, &self.second] {
            self.tell(format_args!("ALLYMAP_HOME={} allymap status", volunteer.home.display()));
        }
        self.tell(format_args!("passphrases: {}", self.first.passphrase.display()));
    }
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn occurs(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn occurs_below(folder: &Path, needle: &[u8]) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            occurs_below(&path, needle)
        } else {
            std::fs::read(&path).is_ok_and(|bytes| occurs(&bytes, needle))
        }
    })
}

/// Rows grouped, so that each half has whole councils or organisations.
fn grouped<T>(rows: Vec<(String, T)>) -> (Vec<T>, Vec<T>) {
    let mut groups: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (group, row) in rows {
        groups.entry(group).or_default().push(row);
    }
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for rows in groups.into_values() {
        if first.len() <= second.len() { first.extend(rows) } else { second.extend(rows) }
    }
    (first, second)
}
