//! Files on a volunteer's disk that something else has altered.

use std::fs;
use std::path::Path;

use allymap_tests::{Answer, Shared, Volunteer};

use crate::fault::{Chance, come_together, digest, names, unlike};
use crate::shadow::copy;

const ENTRIES: u64 = 40;
const ROUNDS: u64 = 15;

/// Two members who have everything, and one of them with a phone number that nobody else has yet.
fn with_entries() -> Shared {
    let shared = Shared::with_members(2);
    let path = shared.folder.path().join("groups.csv");
    let lines: Vec<String> = (0..ENTRIES).map(|number| format!("{},0400 000 {number:03}", unlike(number))).collect();
    fs::write(&path, format!("name,phone\n{}\n", lines.join("\n"))).unwrap();
    shared.members[0].ok(&["import", path.to_str().unwrap(), "--kind", "organisation", "--apply", "--no-input"]);
    come_together(&shared.members[0], &shared.members[1]);
    shared
}

/// Flips bits of so many bytes in the first of a file that were written, or cuts it.
fn damage(file: &Path, chance: &mut Chance, places: u64) {
    let mut bytes = fs::read(file).unwrap();
    // sled makes its file longer than what it holds; nobody misses the zeros.
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for _ in 0..places {
        let at = chance.below(used as u64) as usize;
        bytes[at] ^= 1 << chance.below(8);
    }
    fs::write(file, bytes).unwrap();
}

/// Damage shows where it is read. Whoever meets it says so, and the next command repairs it.
fn patiently(volunteer: &Volunteer, arguments: &[&str], said: &mut bool) -> Answer {
    let mut answer = volunteer.run(arguments);
    for _ in 0..4 {
        *said |= answer.stderr.contains("were damaged") && answer.stderr.contains("allymap sync");
        if answer.code == 0 || !answer.stderr.contains("damaged: ") {
            break;
        }
        assert_eq!(answer.code, 1, "{answer:?}");
        answer = volunteer.run(arguments);
    }
    answer
}

#[test]
fn a_damaged_store_says_so_keeps_the_rest_and_the_exchange_brings_the_rest_back() {
    let shared = with_entries();
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    let mut chance = Chance(20_260_203);
    let (mut noticed, mut beyond) = (0, 0);
    for round in 0..ROUNDS {
        let other = Volunteer::new(shared.folder.path().join(format!("damaged-{round}")));
        copy(&ben.home, &other.home);
        let store = other.home.join("data/maps/db/db");
        if round % 6 == 5 {
            let bytes = fs::read(&store).unwrap();
            fs::write(&store, &bytes[..chance.below(bytes.len() as u64) as usize]).unwrap();
        } else {
            damage(&store, &mut chance, 1 + round % 4 * 8);
        }
        let mut said = false;
        let everything = [&["status"][..], &["export", "--digest"], &["sync"], &["export", "--digest"], &["sync"]];
        let gone = everything.iter().map(|one| patiently(&other, one, &mut said)).find(|answer| answer.code != 0);
        noticed += u64::from(said);
        if let Some(answer) = gone {
            // So much is gone that it does not know its own map or its relay any more. It must say what to do, and not go on
            // as somebody else.
            beyond += 1;
            assert!(said, "round {round}: nothing was said about damage: {answer:?}");
            assert!(matches!(answer.code, 1 | 6) && answer.stderr.contains("Hint:"), "round {round}: {answer:?}");
            continue;
        }
        assert_eq!(names(&other).len() as u64, ENTRIES, "round {round}");
        assert_eq!(digest(&other), digest(ana), "round {round}: the rest came back");
        // It goes on as a member like any other.
        let name = unlike(1_000 + round);
        let added = patiently(&other, &["partner", "add", &name, "--kind", "organisation", "--no-input"], &mut said);
        assert_eq!(added.code, 0, "round {round}: {added:?}");
        assert_eq!(patiently(&other, &["sync"], &mut said).code, 0, "round {round}");
        come_together(ana, &other);
        assert!(names(ana).contains(&name));
        other.ok(&["partner", "archive", &name]);
        come_together(&other, ana);
        // The next one begins with the same map.
        ben.ok(&["sync"]);
        assert_eq!(digest(ben), digest(ana));
    }
    assert!(noticed >= ROUNDS / 3, "only {noticed} damages were noticed");
    assert!(beyond <= ROUNDS / 2, "{beyond} of {ROUNDS} could not be repaired");
}

#[test]
fn a_damaged_file_of_keys_says_so_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ana = Volunteer::new(folder.path().join("ana"));
    let right = folder.path().join("right");
    fs::write(&right, "river anchor plum\n").unwrap();
    let right = right.to_str().unwrap();
    ana.ok(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--passphrase-file", right, "--no-input"]);
    ana.ok(&["partner", "add", "Kept", "--kind", "organisation", "--no-input"]);
    ana.ok(&["lock"]);
    let file = ana.home.join("data/keyslots");
    let whole = fs::read(&file).unwrap();
    let mut chance = Chance(20_260_204);
    for round in 0..40 {
        let mut damaged = whole.clone();
        match round % 4 {
            0 => damaged.truncate(chance.below(whole.len() as u64) as usize),
            1 => damaged.extend([0; 9]),
            _ => {
                let at = chance.below(whole.len() as u64) as usize;
                damaged[at] ^= 1 << chance.below(8);
            }
        }
        fs::write(&file, &damaged).unwrap();
        let answer = ana.run(&["status", "--passphrase-file", right]);
        assert!(matches!(answer.code, 1 | 5), "round {round}: {answer:?}");
        assert!(answer.stderr.contains("Hint:"), "round {round}: {answer:?}");
        assert!(answer.stdout.is_empty(), "round {round}: {answer:?}");
    }
    fs::write(&file, &whole).unwrap();
    ana.ok(&["unlock", "--passphrase-file", right]);
    assert_eq!(names(&ana).len(), 1);
}
