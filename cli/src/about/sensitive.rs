//! Fields that are likely sensitive information about a person: where it is known from, and what it is needed for.

use allymap_domain::kind::Kind;
use allymap_domain::kind::sensitive::{Lack, Told, asks_for_need, lacks, with_source};

use crate::about::stated::SOURCE_QUESTION;
use crate::app::App;
use crate::terminal::failure::Failure;

/// Completes what is to be written about a person: at a terminal source and need are asked for, elsewhere one line says what
/// is missing. `source` was said of all of it; `needed` tells that the need is known.
pub(crate) fn asked(
    app: &mut App<'_>,
    kind: &'static Kind,
    mut changes: Vec<(String, String)>,
    source: Option<&str>,
    needed: bool,
) -> Result<Told, Failure> {
    let label = asks_for_need(kind, &changes);
    let mut sources = vec![source.map(str::to_owned); changes.len()];
    let mut missing = Vec::new();
    for lack in lacks(kind, &changes, source, needed) {
        match lack {
            Lack::Source { at } => {
                sources[at] = app.ask().optional(&format!("{SOURCE_QUESTION} ({})", changes[at].1))?;
                if sources[at].is_none() {
                    missing.push("where it is known from (--source FROM)");
                }
            }
            Lack::Claim { at } if app.can_ask() => {
                let source = app.ask().required(SOURCE_QUESTION, "VALUE (SOURCE, DAY)")?;
                let day = app.ask().required("Of which day? (4 Feb 2026)", "VALUE (SOURCE, DAY)")?;
                changes[at].1 = with_source(&changes[at].1, &source, &day);
            }
            // The map refuses it, and says what it lacks.
            Lack::Claim { .. } => {}
            Lack::Need(field) => match app.ask().optional(field.question)? {
                Some(need) => changes.push((field.name.to_owned(), need)),
                None => missing.push("what it is needed for (--set needed-for=…)"),
            },
        }
    }
    let told = Told::of(kind, changes, |at| sources.get(at).cloned().flatten())?;
    if let Some(label) = label.filter(|_| !missing.is_empty()) {
        app.output.status(format_args!(
            "{label} is likely sensitive. Say with allymap partner edit NAME: {}.",
            missing.join(", ")
        ));
    }
    Ok(told)
}
