//! Allies and power, as a volunteer meets them: risks, campaigns, the spectrum, influence, and whom to talk to next.

use allymap_tests::{Alone, alone};

mod campaigns;
mod influence;
mod next;
mod people;
mod picture;
mod risks;
mod spectrum;
