//! What this computer has against it: its disk, its keys, its settings, its files.

use allymap_home::trouble::{Doing, File, Keys, Settings, Store};

use super::{Exit, Failure, reason};

pub(super) fn store(trouble: Store) -> Failure {
    match trouble {
        Store::Busy { holder } => {
            let who = holder.map_or_else(String::new, |holder| format!(" ({holder})"));
            Failure::new("AM-BUSY", Exit::Failed, format!("Another allymap{who} is using these maps right now."))
                .hint("Nothing was changed. Try again in a moment.")
        }
        Store::Full => Failure::new(
            "AM-FULL",
            Exit::Failed,
            "The disk is full. This change was not kept; everything before it is.",
        )
        .hint("Make room on the disk and repeat the command."),
        Store::Newer { found, known } => Failure::new(
            "AM-NEWER",
            Exit::Failed,
            format!("These maps were written by a newer allymap (format {found}; this one knows {known}). Nothing was touched."),
        )
        .hint("Install the newer version."),
        Store::Io(error) => Failure::new(
            "AM-STORE",
            Exit::Failed,
            format!("The maps on this disk could not be used: {}.", reason(&error)),
        )
        .hint("Nothing was changed. Check the disk, then repeat the command."),
        Store::Other(error) => {
            Failure::new("AM-STORE", Exit::Failed, format!("The maps on this disk could not be used: {error}."))
                .hint("Nothing that was kept before is lost by this. Try: allymap status.")
        }
        Store::Unreadable => Failure::new("AM-STORE", Exit::Failed, "The maps on this disk could not be read.")
            .hint("Nothing was changed. Check the disk, then repeat the command."),
        Store::MapDamaged => Failure::new(
            "AM-DAMAGED",
            Exit::Failed,
            "What says which map this is was damaged on the disk, so it cannot be opened. Nothing else was touched.",
        )
        .hint("Ask a convenor to invite this computer again, with another ALLYMAP_HOME; everything that was exchanged comes back."),
        Store::SeedDamaged => {
            Failure::new("AM-DAMAGED", Exit::Failed, "What says who this computer is was damaged on the disk.")
                .hint("Ask a convenor to invite this computer again, with another ALLYMAP_HOME; everything that was exchanged comes back.")
        }
        Store::Repaired => Failure::repaired(),
        Store::NothingLeft { copy } => Failure::nothing_left(&copy),
    }
}

pub(super) fn keys(trouble: Keys) -> Failure {
    match trouble {
        Keys::Locked => Failure::locked(),
        Keys::Gone { path } => Failure::keys_gone(&path),
        Keys::WrongPassphrase => {
            Failure::new("AM-PASSPHRASE", Exit::Locked, "That is not the passphrase of these maps.").hint(
                "Nothing was changed. Without it you must be invited again; what you had sent is with the others.",
            )
        }
        Keys::Damaged(error) => Failure::new(
            "AM-KEYS",
            Exit::Failed,
            format!("The file with the keys of these maps cannot be used: {error}."),
        )
        .hint("Put it back from a copy, or ask a convenor to invite this computer again."),
        Keys::Unreadable { path, error } => Failure::new(
            "AM-FILE",
            Exit::Failed,
            format!("The keys in {} cannot be read: {}.", path.display(), reason(&error)),
        ),
        Keys::NoEmergencyWords => Failure::new(
            "AM-NO-WORDS",
            Exit::Failed,
            "This computer does not have the emergency words of this map (any more).",
        )
        .hint("They are on the computer that made the map, until they were written down."),
    }
}

pub(super) fn settings(trouble: Settings) -> Failure {
    match trouble {
        Settings::Unreadable { line, why, path } => {
            Failure::new("AM-SETTINGS", Exit::Usage, format!("Your settings file cannot be read: line {line}, {why}."))
                .hint(format!("Mend or remove {}. The maps are not touched by this.", path.display()))
        }
        Settings::NoSuch { typed, keys } => Failure::usage(format!("There is no setting called \"{typed}\"."))
            .hint(format!("There are: {}. Nothing was changed.", keys.join(", "))),
        Settings::NotYesNo { key, typed } => {
            Failure::usage(format!("{key} is true or false, not \"{typed}\".")).hint("Nothing was changed.")
        }
        Settings::NotANumber { key, unit, longest, typed } => {
            Failure::usage(format!("{key} is a number of {unit} from 1 to {longest}, not \"{typed}\"."))
                .hint("Nothing was changed.")
        }
        Settings::NotALabel(error) => Failure::from(error).hint("Nothing was changed."),
    }
}

pub(super) fn file(trouble: &File) -> Failure {
    let doing = match trouble.doing {
        Doing::Making => "Making",
        Doing::MakingTheFolder => "Making the folder",
        Doing::Opening => "Opening",
        Doing::Locking => "Locking",
        Doing::Reading => "Reading",
        Doing::Writing => "Writing",
        Doing::Removing => "Removing",
    };
    Failure::io(doing, &trouble.path, &trouble.error)
}
