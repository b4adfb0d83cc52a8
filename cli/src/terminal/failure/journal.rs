//! What cannot be taken back or looked up in what was done.

use allymap_home::trouble::Journal;

use super::{Exit, Failure};

pub(super) fn words(trouble: Journal) -> Failure {
    match trouble {
        Journal::NothingToUndo => nothing("There is nothing to take back on this computer.".to_owned()).hint(
            "Only your own commands are taken back here. See what was changed, and by whom, with: allymap history",
        ),
        Journal::NotUndone { of_undo, words } => {
            let undo = if of_undo { "the undo of: " } else { "" };
            nothing(format!("The last command cannot be taken back: {undo}{words}."))
                .hint("Maps that were made, invitations, approvals and exports stay.")
        }
        Journal::NoField { said, nearest } => {
            let said: String = said.chars().take(40).collect();
            Failure::usage(format!("There is no field called \"{said}\".")).hint(match nearest {
                Some(nearest) => format!("Did you mean {nearest}?"),
                None => "Without --field all fields are shown, with their names.".to_owned(),
            })
        }
    }
}

fn nothing(message: String) -> Failure {
    Failure::new("AM-NOTHING", Exit::Failed, message)
}
