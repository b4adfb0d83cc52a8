//! Fields that are likely sensitive information about a person: where it is known from, and what it is needed for.

use allymap_document::Edit;
use allymap_domain::entry::Entry;
use allymap_domain::kind::Kind;
use allymap_domain::kind::affiliation::Affiliation;
use allymap_domain::kind::field::{Field, Holds, Merges};
use allymap_domain::kind::person;
use allymap_domain::rejection::Rejection;

use super::relation::SOURCE_QUESTION;
use crate::app::App;
use crate::terminal::failure::Failure;

/// What somebody belongs to, with its source.
pub(crate) struct Asked {
    pub(crate) affiliations: Vec<Affiliation>,
}

/// Completes what is to be written about a person: at a terminal source and need are asked for, elsewhere one line says what
/// is missing. What holds its source in itself is asked for it only when it lacks it. `needed` tells that the need is known.
pub(crate) fn asked(
    app: &mut App<'_>,
    kind: &'static Kind,
    changes: &mut Vec<(String, String)>,
    source: Option<&str>,
    needed: bool,
) -> Result<Asked, Failure> {
    let mut asked = Asked { affiliations: Vec::new() };
    let (mut sensitive, mut missing) = (None, Vec::new());
    for (name, value) in changes.iter_mut() {
        let Some(field) = kind.field(name).filter(|field| is_kept(field, value)) else { continue };
        let of_person = kind == &person::KIND && field.sensitive;
        if of_person {
            sensitive = Some(field.label);
        }
        match field.holds {
            Holds::Affiliation => {
                let source = match source {
                    None if of_person => app.ask().optional(&format!("{SOURCE_QUESTION} ({value})"))?,
                    source => source.map(str::to_owned),
                };
                if of_person && source.is_none() {
                    missing.push("where it is known from (--source FROM)");
                }
                asked.affiliations.push(Affiliation { source, ..Affiliation::typed(value)? });
            }
            Holds::Sourced if app.can_ask() => {
                if let Err(Rejection::NoSource { .. }) = field.clean(value) {
                    let source = app.ask().required(SOURCE_QUESTION, "VALUE (SOURCE, DAY)")?;
                    let day = app.ask().required("Of which day? (4 Feb 2026)", "VALUE (SOURCE, DAY)")?;
                    *value = format!("{value} ({source}, {day})");
                }
            }
            _ => {}
        }
    }
    let told = needed || changes.iter().any(|(name, value)| name == "needed-for" && !value.trim().is_empty());
    if sensitive.is_some() && !told {
        match kind.own(&person::NEEDED_FOR).map(|field| app.ask().optional(field.question)).transpose()?.flatten() {
            Some(need) => changes.push(("needed-for".to_owned(), need)),
            None => missing.push("what it is needed for (--set needed-for=…)"),
        }
    }
    if let Some(label) = sensitive.filter(|_| !missing.is_empty()) {
        app.output.status(format_args!(
            "{label} is likely sensitive. Say with allymap partner edit NAME: {}.",
            missing.join(", ")
        ));
    }
    Ok(asked)
}

impl Asked {
    /// Writes all of it: what somebody belongs to with its source, the rest as it was typed.
    pub(crate) fn write(&self, edit: &mut Edit<'_>, changes: &[(String, String)]) -> Result<(), Rejection> {
        let other = |(name, value): &&(String, String)| name != "affiliation" || value.starts_with('-');
        self.affiliations.iter().try_for_each(|affiliation| Entry::affiliate(edit, affiliation))?;
        changes.iter().filter(other).try_for_each(|(name, value)| super::partner::set(edit, name, value))
    }
}

/// Something is to be kept, not taken out.
fn is_kept(field: &Field, value: &str) -> bool {
    let taken_out = field.merges == Merges::Set && value.starts_with('-');
    !taken_out && !value.trim().is_empty()
}
