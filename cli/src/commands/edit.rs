//! `allymap edit WHO FIELD VALUE`: the short way to change one field.

use allymap_home::allies::partner;
use allymap_home::allies::partner::change::{self, Changed, Changes, Stated, Want};
use serde::Serialize;
use serde_json::json;

use crate::about::sensitive;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed;

/// Change one field of an entry
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap edit \"two bridges bakery\" phone \"02 5550 2012\"\n  allymap edit bakery notes -"
)]
pub(crate) struct Args {
    /// Which entry
    who: String,
    /// Which field (allymap partner show names them)
    field: String,
    /// Its new value (- reads standard input); asked for if it is left out
    value: Option<String>,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let id = app.find(&args.who)?.id;
    let value = match args.value {
        Some(value) => typed::free_text(&app.output, &value)?,
        None => app.ask().required(&args.field, "VALUE")?,
    };
    let stated = Stated::nothing(app.today());
    let before = change::before(app.visit()?, id, &stated)?;
    let told = sensitive::asked(app, before.kind, vec![(args.field.clone(), value)], None, before.needed)?;
    let mut changes = Changes { told, restore: false, stated };
    let changed = app.settle(
        &mut changes,
        |v, changes| partner::change(v, id, changes),
        |_, _, Want::Reason(_)| unreachable!("nothing is stated, so nothing loosens a tie"),
    )?;
    app.tell(&One { changed, field: args.field })
}

/// The one field that was named; what else was asked for goes without saying.
struct One {
    changed: Changed,
    field: String,
}

impl Answer for One {
    fn json(&self) -> impl Serialize {
        json!({ "changed": self.changed.name, "field": self.field })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Kept: {} of {}.", self.field, self.changed.name));
        say_who_sees(out, &self.changed.seen_by);
    }
}
