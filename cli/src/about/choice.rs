//! One of a short list of words: understood as it was typed, or picked.

use allymap_domain::words::choice::{Choice, Word};

use crate::app::App;
use crate::terminal::failure::Failure;

/// What was typed as one of its words; asked for when it is missing.
pub(crate) fn chosen<W: Word>(
    app: &mut App<'_>,
    typed: Option<String>,
    question: &str,
    flag: &str,
) -> Result<W, Failure> {
    chosen_of(app, typed, question, flag, W::CHOICES).map(|at| W::ALL[at])
}

/// As [`chosen`], of words that only a field has.
pub(crate) fn chosen_word(
    app: &mut App<'_>,
    typed: Option<String>,
    question: &str,
    flag: &str,
    choices: &'static [Choice],
) -> Result<&'static str, Failure> {
    chosen_of(app, typed, question, flag, choices).map(|at| choices[at].slug)
}

fn chosen_of(
    app: &mut App<'_>,
    typed: Option<String>,
    question: &str,
    flag: &str,
    choices: &'static [Choice],
) -> Result<usize, Failure> {
    let slugs = || choices.iter().map(|choice| choice.slug).collect::<Vec<_>>().join(", ");
    let Some(typed) = typed else {
        let labels: Vec<String> = choices.iter().map(|choice| choice.label.to_owned()).collect();
        let picked = app.ask().choose(question, &labels)?;
        return picked.ok_or_else(|| Failure::missing(question, &format!("{flag} ({})", slugs())));
    };
    Choice::at(&typed, choices).ok_or_else(|| {
        let short: String = typed.chars().take(40).collect();
        let meant = Choice::nearest(&typed, choices).map_or(String::new(), |near| format!(" Did you mean {near}?"));
        Failure::usage(format!("\"{short}\" is none of the words for {flag}.{meant}"))
            .hint(format!("One of: {}. Nothing was changed.", slugs()))
    })
}
