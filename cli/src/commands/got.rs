//! `allymap got WHO WHAT`: a favour of theirs, recorded as `allymap gave` records ours.

use allymap_domain::entry::favour::Way;

use super::gave;
use crate::app::App;
use crate::terminal::failure::Failure;

/// Something they did for us
#[derive(clap::Args)]
#[group(skip)]
#[command(
    after_help = "Examples:\n  allymap got choir \"lent the hall\" --size 3 --on \"2 oct\"\n  allymap got bakery bread --size 1"
)]
pub(crate) struct Args {
    #[command(flatten)]
    favour: gave::Args,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    gave::favour(app, args.favour, Way::Got)
}
