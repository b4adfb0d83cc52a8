//! `sync --watch`: it stays, takes along what other commands write, comes back after the relay was away, and ends when told.

use std::io::{BufRead, BufReader, Lines, PipeReader};
use std::process::Child;

use allymap_tests::{Shared, Volunteer};

struct Watching {
    child: Child,
    said: Lines<BufReader<PipeReader>>,
}

impl Watching {
    fn start(volunteer: &Volunteer) -> Watching {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut command = volunteer.command();
        command.args(["sync", "--watch"]).stdout(writer.try_clone().expect("a pipe")).stderr(writer);
        // The command holds our ends of the pipe until it is dropped.
        let child = command.spawn().expect("allymap starts");
        drop(command);
        Watching { child, said: BufReader::new(reader).lines() }
    }

    /// Reads on until a line holds this.
    fn wait_for(&mut self, text: &str) -> String {
        let mut all = String::new();
        for line in self.said.by_ref() {
            let line = line.expect("text");
            if line.contains(text) {
                return line;
            }
            all.push_str(&line);
            all.push('\n');
        }
        panic!("it ended without saying {text:?}:\n{all}");
    }

    fn interrupt(mut self) -> (i32, String) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it runs");
        let rest: Vec<String> = self.said.by_ref().map_while(Result::ok).collect();
        (self.child.wait().expect("it ends").code().unwrap_or(-1), rest.join("\n"))
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_edit_of_another_command_travels_to_another_watching_computer() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    let mut watching: Vec<Watching> = [ana, ben].map(Watching::start).into();
    for one in &mut watching {
        one.wait_for("Connected to");
    }
    let busy = ana.run(&["sync"]);
    assert_eq!(busy.code, 1, "{busy:?}");
    assert!(busy.stderr.contains("sync --watch") && busy.stderr.contains("it takes your changes along"), "{busy:?}");
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    watching[0].wait_for("everything of yours is with the relay");
    watching[1].wait_for("Received changes to 1 entry.");
    assert_eq!(ben.json(&["partner", "list"])["entries"][0]["name"], "Wharf Choir");
    for one in watching {
        let (code, rest) = one.interrupt();
        assert_eq!(code, 0, "{rest}");
        assert!(rest.contains("Stopped. Everything is kept here."), "{rest}");
    }
    // What it held is free again.
    ana.ok(&["sync"]);
}

#[test]
fn a_watching_computer_tries_a_lost_relay_again_with_growing_pauses() {
    let mut shared = Shared::with_members(1);
    let mut watching = Watching::start(&shared.members[0]);
    watching.wait_for("Connected to");
    shared.relay.kill();
    let mut pauses = Vec::new();
    for _ in 0..3 {
        let line = watching.wait_for("Trying again in");
        let words = line.rsplit("in ").next().unwrap_or_default();
        pauses.push(words.split(' ').next().unwrap().parse::<u64>().unwrap());
    }
    assert!(pauses.is_sorted() && pauses[2] > pauses[0], "{pauses:?}");
    shared.members[0].ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    shared.relay.restart();
    watching.wait_for("Connected to");
    watching.wait_for("everything of yours is with the relay");
    assert_eq!(watching.interrupt().0, 0);
}
