//! What the map lists of its community, where it is not clear or not there.

use allymap_domain::map::question::QUESTIONS;
use allymap_home::trouble::{Community, Sort};

use super::{Exit, Failure};

pub(super) fn words(trouble: Community) -> Failure {
    match trouble {
        Community::NotHere => {
            Failure::new("AM-NOT-HERE", Exit::Failed, "What the map says about the community has not arrived here yet.")
                .hint("Fetch it with: allymap sync")
        }
        Community::NoSuch { sort, said } => {
            let (what, see) = match sort {
                Sort::Date => ("date", "allymap date add NAME --on WHEN"),
                Sort::Item => ("figure, issue, question or section", "allymap map show"),
            };
            Failure::new("AM-NOT-FOUND", Exit::WhichEntry, format!("No {what} here is called \"{}\".", short(&said)))
                .hint(format!("See: {see}"))
        }
        Community::Several { said, fitting } => {
            let names: Vec<String> = fitting.iter().take(5).map(|(name, id)| format!("{name} [{id}]")).collect();
            Failure::new("AM-WHICH", Exit::WhichEntry, format!("Several fit \"{}\".", short(&said)))
                .hint(format!("Say which by its letters: {}.", names.join(", ")))
        }
        Community::NoQuestion { said } => {
            let slugs: Vec<&str> = QUESTIONS.iter().map(|question| question.slug).collect();
            which_question(format!("No question is called \"{}\".", short(&said)))
                .hint(format!("There are: {}. See: allymap todo --questions", slugs.join(", ")))
        }
        Community::NoPart { of, said } => {
            let slugs: Vec<&str> = of.parts.iter().map(|part| part.slug).collect();
            which_question(format!("\"{}\" has no part \"{}\".", of.words, short(&said)))
                .hint(format!("There are: {}.", slugs.join(", ")))
        }
        Community::DateIsThere { name } => alike(format!("{name} is among the dates already. Nothing was added."))
            .hint("Change it with allymap date edit, or add another one with --another."),
        Community::PlaceIsThere { name } => alike(format!("{name} is on the map already. Nothing was added."))
            .hint("Look at it with allymap place show, or add another one with --another."),
        Community::NoPlace { name } => {
            Failure::usage(format!("{name} is no place.")).hint("See it with: allymap partner show")
        }
    }
}

fn which_question(message: String) -> Failure {
    Failure::new("AM-WHICH-QUESTION", Exit::WhichEntry, message)
}

fn alike(message: String) -> Failure {
    Failure::new("AM-ALIKE", Exit::NeedsPerson, message)
}

/// The beginning of what was typed.
fn short(said: &str) -> String {
    said.chars().take(40).collect()
}
