//! How a failure reads: what happened, whether anything is lost, what to do next. Nothing else turns errors into words.

mod allies;
mod campaign;
mod community;
mod computer;
mod events;
pub(crate) mod exchange;
mod file;
mod journal;
mod people;
mod relations;
mod trouble;

use allymap_domain::date::typed::NoDay;
use allymap_domain::entry::log::LOG_KINDS;
use allymap_domain::rejection::Rejection;
use std::fmt;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::terminal::words::capital;

/// The exit codes, as `allymap help topics exit-codes` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Failed = 1,
    Usage = 2,
    WhichEntry = 3,
    NeedsPerson = 4,
    Locked = 5,
    NotExchanged = 6,
}

/// A command that did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// A word to search for, `AM-…`.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) exit: Exit,
    /// Entries that were meant, perhaps; for `--json` too.
    pub(crate) candidates: Vec<Candidate>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Candidate {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, exit: Exit, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), hint: None, exit, candidates: Vec::new() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure::new("AM-USAGE", Exit::Usage, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// A question that could not be asked, or the name of what was left out.
    pub(crate) fn missing(what: &str, flag: &str) -> Failure {
        let message = match what.split_once('?') {
            Some((question, _)) => format!("\"{question}?\" was not answered, and there is nobody to ask."),
            None => format!("{what} is missing, and there is nobody to ask."),
        };
        Failure::usage(message).hint(format!("Give it with {flag}."))
    }

    /// Whether another answer to the same question may do.
    pub(crate) fn is_about_the_answer(&self) -> bool {
        matches!(self.exit, Exit::Usage | Exit::WhichEntry)
    }

    /// What clap has to say about what was typed, in our form. What this program knows better comes before its guesses.
    pub(crate) fn mistyped(error: &clap::Error, known_better: Option<String>) -> Failure {
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            let hint = known_better.unwrap_or_else(|| "allymap help lists every command.".to_owned());
            return Failure::usage("This is not a whole command.").hint(hint);
        }
        let text = error.render().to_string();
        let (mut what, mut hints, mut usage) = (Vec::new(), Vec::new(), None);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("For more info")) {
            if let Some(tip) = line.strip_prefix("tip: ") {
                hints.push(sentence(tip));
            } else if let Some(line) = line.strip_prefix("Usage: ") {
                usage = Some(format!("Usage: {line}"));
            } else if let Some(values) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                hints.push(sentence(values));
            } else {
                what.push(line.strip_prefix("error: ").unwrap_or(line));
            }
        }
        let typed = |kind| match error.get(kind) {
            Some(ContextValue::String(one)) => one.clone(),
            Some(ContextValue::Strings(several)) => several.join(" or "),
            _ => String::new(),
        };
        let message = match error.kind() {
            ErrorKind::InvalidSubcommand => {
                format!("There is no command \"{}\".", typed(ContextKind::InvalidSubcommand))
            }
            ErrorKind::UnknownArgument => format!("There is no {} here.", typed(ContextKind::InvalidArg)),
            ErrorKind::MissingRequiredArgument => format!("This is missing: {}.", typed(ContextKind::InvalidArg)),
            _ => sentence(&what.join(" ")),
        };
        let meant = match error.kind() {
            ErrorKind::InvalidSubcommand => typed(ContextKind::SuggestedSubcommand),
            ErrorKind::UnknownArgument => typed(ContextKind::SuggestedArg),
            _ => String::new(),
        };
        let hint = match known_better {
            Some(better) => better,
            None if !meant.is_empty() => format!("Did you mean {meant}?"),
            None if hints.is_empty() => "Nothing was changed.".to_owned(),
            None => hints.join(" "),
        };
        let hint = [Some(hint), usage].into_iter().flatten().collect::<Vec<_>>().join("\n");
        Failure::usage(message).hint(hint)
    }

    pub(crate) fn locked() -> Failure {
        Failure::new("AM-LOCKED", Exit::Locked, "Your maps are locked.")
            .hint("Open them with: allymap unlock (or --passphrase-file FILE).")
    }

    /// The store was damaged, and has been mended as far as that goes.
    pub(crate) fn repaired() -> Failure {
        Failure::new(
            "AM-REPAIRED",
            Exit::Failed,
            "The maps on this disk were damaged and have been mended. Nothing of this command was kept.",
        )
        .hint("Repeat the command. allymap sync brings back what is missing.")
    }

    pub(crate) fn no_map() -> Failure {
        Failure::new("AM-NO-MAP", Exit::Failed, "There is no map on this computer yet.")
            .hint("Start one with: allymap new. Or join one with: allymap join CODE.")
    }

    /// The store was damaged so far that nothing tells any more which maps were in it.
    pub(crate) fn nothing_left(copy: &std::path::Path) -> Failure {
        Failure::new(
            "AM-DAMAGED",
            Exit::Failed,
            format!(
                "The maps on this disk were damaged, and what says which maps they are cannot be read any more. The damaged copy is at {}.",
                copy.display()
            ),
        )
        .hint("What was exchanged is with the others: ask a convenor to invite this computer again (another ALLYMAP_HOME keeps the copy apart).")
    }

    /// Maps are here, and nothing that opens them.
    pub(crate) fn keys_gone(path: &std::path::Path) -> Failure {
        Failure::new(
            "AM-KEYS",
            Exit::Failed,
            format!("Maps are on this computer, but the file with their keys is not: {}.", path.display()),
        )
        .hint("Put that file back from a copy; nothing else is lost. Without one, ask a convenor to invite this computer again, with another ALLYMAP_HOME.")
    }

    /// Somebody broke off.
    pub(crate) fn stopped() -> Failure {
        Failure::new("AM-STOPPED", Exit::Failed, "Stopped. Nothing was changed.")
    }

    pub(crate) fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Failure {
        Failure::new("AM-FILE", Exit::Failed, format!("{doing} {} did not work: {}.", path.display(), reason(error)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A clause, as a sentence.
pub(super) fn sentence(clause: &str) -> String {
    let begun = capital(clause);
    if begun.ends_with(['.', '?']) { begun } else { format!("{begun}.") }
}

/// An operating system's error as a clause.
pub(crate) fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "it is not there".into(),
        ErrorKind::PermissionDenied => "this account may not do that".into(),
        ErrorKind::ReadOnlyFilesystem => "the disk can only be read".into(),
        ErrorKind::StorageFull => "the disk is full".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::ConnectionRefused => "nobody answers there".into(),
        ErrorKind::TimedOut => "it took too long".into(),
        _ => error.to_string(),
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Failure {
        let failure = Failure::usage(sentence(&rejection.to_string()));
        if let Rejection::NoSuchLogKind { .. } = rejection {
            let kinds: Vec<&str> = LOG_KINDS.iter().map(|kind| kind.slug).collect();
            return failure.hint(format!("There are {}. Nothing was changed.", kinds.join(", ")));
        }
        failure.hint("Nothing was changed.")
    }
}

impl From<NoDay> for Failure {
    fn from(error: NoDay) -> Failure {
        Rejection::from(error).into()
    }
}
