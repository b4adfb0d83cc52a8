//! What stands in the way of somebody's card.

use allymap_home::trouble::Allies;

use super::Failure;

pub(super) fn allies(trouble: Allies) -> Failure {
    match trouble {
        Allies::NothingToSettle { kind, name } => {
            let message = format!("Nobody has rated the {} risk of {name} yet: nothing to settle.", kind.slug());
            Failure::usage(message).hint("Rate it with: allymap risk add.")
        }
        Allies::MovesItself => Failure::usage("Nobody influences themselves. Nothing was changed."),
        Allies::NoLink { from, to } => Failure::usage(format!("No link from {from} to {to} is noted."))
            .hint("Nothing was changed. See: allymap link list."),
        Allies::NoTarget { name } => Failure::usage(format!("{name} cannot be read here.")),
        Allies::OneAlready => Failure::usage("These are one entry already."),
    }
}
