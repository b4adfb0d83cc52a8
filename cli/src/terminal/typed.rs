//! What was typed: arguments, free text, passphrases.

use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use zeroize::Zeroizing;

use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::prompt::Prompt;

/// A flag that takes one of these words, and is what the word means.
pub(crate) fn one_of<T: Copy + Send + Sync + 'static>(
    words: &'static [(&'static str, T)],
) -> impl TypedValueParser<Value = T> {
    let named = |typed: &str| words.iter().find(|(word, _)| *word == typed).map(|(_, means)| *means);
    PossibleValuesParser::new(words.iter().map(|(word, _)| *word))
        .map(move |typed| named(&typed).expect("no other word passes"))
}

/// The word of such a flag.
pub(crate) fn word_of<T: PartialEq>(words: &[(&'static str, T)], means: T) -> &'static str {
    words.iter().find(|(_, one)| *one == means).map_or("", |(word, _)| word)
}

/// What was given, or what the person answers.
pub(crate) fn given(
    argument: Option<String>,
    ask: impl FnOnce() -> Result<String, Failure>,
) -> Result<String, Failure> {
    argument.map_or_else(ask, Ok)
}

/// What stands behind `--set`, each FIELD=VALUE.
pub(crate) fn pairs(set: &[String], example: &str) -> Result<Vec<(String, String)>, Failure> {
    let pair = |pair: &String| match pair.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Failure::usage(format!("\"{pair}\" is not FIELD=VALUE."))
            .hint(format!("Nothing was changed. For example: --set {example}"))),
    };
    set.iter().map(pair).collect()
}

/// Free text from an argument, or from standard input for `-`, so that it need not stand in the shell's history.
pub(crate) fn free_text(out: &Output, argument: &str) -> Result<String, Failure> {
    if argument != "-" {
        out.in_shell_history();
        return Ok(argument.to_owned());
    }
    out.streams
        .typed()
        .map(|text| text.trim_end().to_owned())
        .map_err(|error| Failure::usage(format!("Standard input is no text: {error}.")))
}

/// A new passphrase, typed twice; `None` when nobody can be asked, or for Enter.
pub(crate) fn new_passphrase(prompt: &Prompt) -> Result<Option<Zeroizing<String>>, Failure> {
    if !prompt.can_ask() {
        return Ok(None);
    }
    let first = prompt.secret("Passphrase for the maps on this computer (it cannot be recovered; Enter: none)")?;
    if first.is_empty() {
        return Ok(None);
    }
    if *first != *prompt.secret("The same again")? {
        return Err(Failure::usage("The two were not the same. Nothing was changed."));
    }
    Ok(Some(first))
}

/// The first line of a file; `-` is standard input.
pub(crate) fn passphrase(out: &Output, path: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = if path.as_os_str() == "-" { out.streams.typed() } else { std::fs::read_to_string(path) };
    let text = Zeroizing::new(text.map_err(|error| Failure::io("Reading the passphrase from", path, &error))?);
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Failure::usage(format!("The first line of {} holds no passphrase.", path.display())));
    }
    Ok(Zeroizing::new(line.to_owned()))
}
