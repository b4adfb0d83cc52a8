//! Relationships, as a volunteer keeps them: why, at which stage, with what give and take, and who waits for us.

use allymap_tests::{Answer, Volunteer};
use tempfile::TempDir;

mod approaching;
mod entries;
mod exchange;
mod logs;
mod meeting;
mod touch;

/// A volunteer with a map of their own, and no network.
struct Alone {
    volunteer: Volunteer,
    _folder: TempDir,
}

impl std::ops::Deref for Alone {
    type Target = Volunteer;

    fn deref(&self) -> &Volunteer {
        &self.volunteer
    }
}

fn alone() -> Alone {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let volunteer = Volunteer::new(folder.path().join("home"));
    volunteer.ok(&["new", "Thornwick", "--name", "Wren", "--group", "Harbour", "--no-input"]);
    Alone { volunteer, _folder: folder }
}

impl Alone {
    /// Puts an organisation on the map.
    fn organisation(&self, name: &str, category: &str) {
        self.ok(&["partner", "add", name, "--kind", "organisation", "--category", category]);
    }

    fn log(&self, who: &str, kind: &str, on: &str) {
        self.ok(&["log", "add", who, "--kind", kind, "--on", on]);
    }

    fn show(&self, who: &str) -> String {
        self.ok(&["partner", "show", who]).stdout
    }
}

/// A refusal ends with this code, says something in words, and names what to do.
fn refused(answer: &Answer, code: i32, words: &str) {
    assert_eq!(answer.code, code, "{answer:?}");
    assert!(answer.stderr.contains(words), "{answer:?}");
    assert!(answer.stderr.contains("Hint:"), "{answer:?}");
}
