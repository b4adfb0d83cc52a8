//! The faults themselves, and what a person sees of a map: by the same commands that a person has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use allymap_tests::{Answer, Volunteer};
use tokio::time::Instant;

/// splitmix64 (Steele, Lea and Flood, 2014): a fault that was found can be made again.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    /// A moment in a period, to the microsecond.
    pub fn moment(&mut self, period: Duration) -> Duration {
        Duration::from_micros(self.below(period.as_micros() as u64))
    }
}

/// Names that nobody takes for another's misspelling: an import asks about those.
pub fn unlike(number: u64) -> String {
    let mut chance = Chance(number);
    let mut word = || -> String { (0..10).map(|_| char::from(b'a' + chance.below(26) as u8)).collect() };
    format!("{} {} {number}", word(), word())
}

/// Runs a command for at most so long, then kills it. What it said, if it came to its own end.
pub fn killed_after(mut command: Command, period: Duration) -> Option<Answer> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (ended, end) = mpsc::channel();
    let mut out = child.stdout.take().expect("piped");
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = std::io::Read::read_to_end(&mut out, &mut said);
        let _ = ended.send(());
        said
    });
    let mut err = child.stderr.take().expect("piped");
    let errors = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = std::io::Read::read_to_end(&mut err, &mut said);
        said
    });
    // The wait is the fault: somebody pulls the plug after so long.
    if end.recv_timeout(period).is_err() {
        let _ = child.kill();
    }
    let status = child.wait().expect("it ends");
    let (stdout, stderr) = (reader.join().expect("read"), errors.join().expect("read"));
    // Killed, it has no exit code.
    status.code()?;
    Some(Answer::of_process(std::process::Output { status, stdout, stderr }, &["(killed after a while)"]))
}

/// How long a command takes that nobody kills.
pub fn takes(run: impl FnOnce()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}

/// The names on somebody's map.
pub fn names(volunteer: &Volunteer) -> BTreeSet<String> {
    volunteer.json(&["partner", "list"])["entries"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["name"].as_str().expect("a name").to_owned())
        .collect()
}

/// Equal on devices that have the same edits.
pub fn digest(volunteer: &Volunteer) -> String {
    volunteer.json(&["export", "--digest"])["digest"].as_str().expect("a digest").to_owned()
}

/// What is in the first and not in the second.
pub fn missing(expected: &BTreeSet<String>, found: &BTreeSet<String>) -> Vec<String> {
    expected.difference(found).cloned().collect()
}

/// Exchanges until both have everything, and checks that they have the same.
pub fn come_together(first: &Volunteer, second: &Volunteer) {
    for volunteer in [first, second, first] {
        volunteer.ok(&["sync"]);
    }
    assert_eq!(digest(first), digest(second), "two devices with everything have the same map");
}

/// A small file system of its own, gone with the test.
pub struct SmallDisk {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl SmallDisk {
    /// Nothing, and a loud word, where this account may not mount.
    #[expect(clippy::print_stderr, reason = "a test that does not run must say so")]
    pub fn of_megabytes(megabytes: u64) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("disk");
        std::fs::create_dir(&path).expect("a new folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(&path);
        if mount.output().is_ok_and(|done| done.status.success()) {
            return Some(SmallDisk { path, _folder: folder });
        }
        eprintln!("\n*** SKIPPED, NOT PASSED: full and read-only disks need leave to mount a tmpfs. ***\n");
        None
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Somebody else takes what is left, down to the last byte.
    pub fn fill(&self) {
        let mut file = std::fs::File::create(self.path.join("ballast")).expect("room for a name");
        for piece in [1 << 16, 1 << 12, 1] {
            while std::io::Write::write_all(&mut file, &vec![0x5a; piece]).is_ok() {}
        }
    }

    pub fn make_room(&self) {
        std::fs::remove_file(self.path.join("ballast")).expect("it was filled");
    }

    /// `ro` or `rw`.
    pub fn again_with(&self, option: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{option}")]).arg(&self.path).status();
        assert!(done.expect("mount runs").success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}
