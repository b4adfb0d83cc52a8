//! One volunteer with a map of their own, and no network.

use tempfile::TempDir;

use crate::Volunteer;

/// Everything that a volunteer can do, and a few things that most stories begin with.
pub struct Alone {
    volunteer: Volunteer,
    _folder: TempDir,
}

pub fn alone() -> Alone {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let volunteer = Volunteer::new(folder.path().join("home"));
    volunteer.ok(&["new", "Thornwick", "--name", "Wren", "--group", "Harbour", "--no-input"]);
    Alone { volunteer, _folder: folder }
}

impl Alone {
    /// Puts organisations on the map, also where one of that name is there.
    pub fn organisations(&self, names: &[&str]) {
        for name in names {
            self.ok(&["partner", "add", name, "--kind", "organisation", "--another", "--no-input"]);
        }
    }

    pub fn organisation(&self, name: &str, category: &str) {
        self.ok(&["partner", "add", name, "--kind", "organisation", "--category", category]);
    }

    pub fn log(&self, who: &str, kind: &str, on: &str) {
        self.ok(&["log", "add", who, "--kind", kind, "--on", on]);
    }

    pub fn show(&self, who: &str) -> String {
        self.ok(&["partner", "show", who]).stdout
    }
}

impl std::ops::Deref for Alone {
    type Target = Volunteer;

    fn deref(&self) -> &Volunteer {
        &self.volunteer
    }
}
