//! What the guides want first, before something is done with somebody.

use allymap_home::trouble::First;

use super::{Exit, Failure};

impl From<First> for Failure {
    fn from(first: First) -> Failure {
        match first {
            First::Ask { name } => Failure::new(
                "AM-ASK-FIRST",
                Exit::NeedsPerson,
                format!("Ask first: {name} are rights holders, and nobody has consulted them. Nothing was recorded."),
            )
            .hint("Talk with them about it, then: allymap log add NAME --kind consulted"),
            First::Look { name } => Failure::new(
                "AM-LOOK-FIRST",
                Exit::NeedsPerson,
                format!("Look first: {name} is of category (c), and nobody has looked into them yet. Nothing was recorded."),
            )
            .hint(
                "See what they stand for, then: allymap log add NAME --kind research. Or go on all the same: --anyway WHY",
            ),
            First::Wait { on } => {
                Failure::usage(format!("{} is still to come; a contact is noted once it has been.", on.spelled()))
                    .hint("Nothing was changed. To be reminded of it: allymap log add NAME --followup DAY.")
            }
        }
    }
}
