//! `allymap voices WHO`: whom a decision maker hears, and who is missing.

use allymap_home::relations::voices::{self, Sort, Voices};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::words::count;

/// Whom a decision maker hears, and who is missing
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap voices council\n  allymap voices quennell --json")]
pub(crate) struct Args {
    /// Which entry
    who: String,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let visit = app.visit()?;
    let id = visit.find(&args.who)?.id;
    let voices = voices::of(visit, id)?;
    app.tell(&voices)
}

impl Answer for Voices {
    fn json(&self) -> impl Serialize {
        let sort = |sort: &Sort| {
            json!({
                "sort": sort.slug, "heard": sort.heard, "on_the_map": sort.on_the_map, "missing": sort.missing,
            })
        };
        let sorts: Vec<Value> = self.sorts.iter().map(sort).collect();
        json!({ "entry": self.name, "heard": self.heard, "categories": self.categories, "voices": sorts })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!(
            "{} hears {}",
            self.name,
            count(self.heard, "voice that we know of", "voices that we know of")
        ));
        for sort in self.sorts.iter().filter(|sort| !sort.heard.is_empty()) {
            let label = format!("  {:<28}{:>2}", sort.label, sort.heard.len());
            out.note(&label, &few(&sort.heard), 34);
        }
        if self.heard > 0 {
            let counts: Vec<String> =
                self.categories.iter().map(|(category, number)| format!("({category}) {number}")).collect();
            out.say(format_args!("By category: {}", counts.join(", ")));
        }
        let missing: Vec<&Sort> = self.sorts.iter().filter(|sort| sort.missing).collect();
        if missing.is_empty() {
            out.say("Every sort of people is heard.");
            return;
        }
        out.say("Missing");
        for sort in missing {
            let known = if sort.on_the_map.is_empty() {
                "none on the map yet".to_owned()
            } else {
                format!("on the map: {}", few(&sort.on_the_map))
            };
            out.note(&format!("  {}", sort.label), &known, 34);
        }
        out.status("A voice is a link of one step: allymap link add WHO WHOM");
    }
}

/// Three names, and that there are more.
fn few(names: &[String]) -> String {
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 3 { format!("{shown} and {} more", names.len() - 3) } else { shown }
}
