//! Allies and power, as a volunteer meets them: risks, campaigns, the spectrum, influence, and whom to talk to next.

use allymap_tests::Volunteer;
use tempfile::TempDir;

mod campaigns;
mod influence;
mod next;
mod people;
mod risks;
mod spectrum;

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
    /// Puts organisations on the map.
    fn organisations(&self, names: &[&str]) {
        for name in names {
            self.ok(&["partner", "add", name, "--kind", "organisation", "--another", "--no-input"]);
        }
    }
}
