//! `allymap edit WHO FIELD VALUE`: the short way to change one field.

use allymap_domain::kind::person;
use allymap_domain::kind::{KINDS, Kind};
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::Failure;
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
    let row = app.find(&args.who)?;
    let value = match args.value {
        Some(value) => typed::free_text(&app.output, &value)?,
        None => app.ask().required(&args.field, "VALUE")?,
    };
    let kind = Kind::named(&row.kind).unwrap_or(KINDS[0]);
    let needed = app.entry(row.id)?.field(&person::NEEDED_FOR).is_some();
    let mut changes = vec![(args.field.clone(), value)];
    let asked = super::sensitive::asked(app, kind, &mut changes, None, needed)?;
    app.edit(DocumentId(row.id.0), |edit| asked.write(edit, &changes))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "changed": row.name, "field": args.field }));
        return Ok(());
    }
    app.output.say(format_args!("Kept: {} of {}.", args.field, row.name));
    super::partner::who_sees(app)
}
