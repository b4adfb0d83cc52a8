//! `allymap capacity`: what all of them together can bring.

use allymap_home::relations::capacity::{self, Together};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

/// People, seats and vehicles that all can bring together
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap capacity\n  allymap partner edit choir --set seats=40 --set helpers=unknown"
)]
pub(crate) struct Args {}

pub(crate) fn run(app: &mut App<'_>, _: Args) -> Result<(), Failure> {
    let together = capacity::together(app.visit()?)?;
    app.tell(&together)
}

impl Answer for Vec<Together> {
    fn json(&self) -> impl Serialize {
        let of = |all: &Together| json!({ "what": all.field, "known": all.known, "unknown": all.unknown });
        json!({ "capacity": self.iter().map(of).collect::<Vec<Value>>() })
    }

    fn say(&self, out: &Output) {
        if self.is_empty() {
            out.status("Nobody's capacity is known yet. Say it with: allymap partner edit NAME --set seats=40");
        }
        for Together { field, known, unknown } in self {
            let what = if *field == "mailing-list" { "people on their lists" } else { field };
            let unknown = if *unknown == 0 { String::new() } else { format!(", {unknown} unknown") };
            out.say(format_args!("{known} {what}{unknown}"));
        }
    }
}
