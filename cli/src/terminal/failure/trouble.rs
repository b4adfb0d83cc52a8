//! The home's troubles in words, a family at a time. None has a catch-all: a new trouble asks for its words here.

use allymap_home::trouble::{Entry, Fitting, Which};
use allymap_home::{NotALabel, Trouble};

use super::{Candidate, Exit, Failure, allies, campaign, community, computer, events, exchange, journal, people};
use crate::terminal::suggested;

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Store(store) => computer::store(store),
            Trouble::Keys(keys) => computer::keys(keys),
            Trouble::Settings(settings) => computer::settings(settings),
            Trouble::File(file) => computer::file(&file),
            Trouble::Which(trouble) => which(trouble),
            Trouble::Entry(trouble) => entry(&trouble),
            Trouble::Allies(trouble) => allies::allies(trouble),
            Trouble::First(first) => first.into(),
            Trouble::Community(trouble) => community::words(trouble),
            Trouble::Journal(trouble) => journal::words(trouble),
            Trouble::Rejected(rejection) => rejection.into(),
            Trouble::Campaign(trouble) => campaign::words(trouble),
            Trouble::Label(error) => error.into(),
            Trouble::Events(trouble) => events::events(trouble),
            Trouble::Practice { map } => practice(&map),
            Trouble::Exchange(trouble) => exchange::exchange(trouble),
            Trouble::People(trouble) => people::people(trouble),
            Trouble::Past => Failure::usage("An earlier day cannot be changed.").hint("Nothing was changed."),
        }
    }
}

impl From<NotALabel> for Failure {
    fn from(error: NotALabel) -> Failure {
        Failure::usage(super::sentence(&error.to_string()))
    }
}

fn practice(map: &str) -> Failure {
    Failure::new(
        "AM-PRACTICE",
        Exit::Usage,
        format!("{map} is a practice map: it stays on this computer and is never exchanged."),
    )
    .hint("Nothing was changed. Start a map to share with: allymap new NAME. Or work on another one: allymap map use NAME.")
}

fn which(trouble: Which) -> Failure {
    let (message, hint, fitting) = match trouble {
        Which::NoMap => return Failure::no_map(),
        Which::NoMapCalled { said, here } => {
            return Failure::new("AM-NO-MAP", Exit::WhichEntry, format!("There is no map called {said} here."))
                .hint(format!("Here are: {}.", here.join(", ")));
        }
        Which::SeveralMaps { said, here } => {
            return Failure::new("AM-WHICH-MAP", Exit::WhichEntry, format!("More than one map begins with {said}."))
                .hint(format!("Here are: {}.", here.join(", ")));
        }
        Which::Several { said, fitting } => {
            let mut failure =
                Failure::new("AM-WHICH", Exit::WhichEntry, format!("{} entries fit \"{said}\".", fitting.len()))
                    .hint("Say more of the name, or use the letters at the end.");
            failure.candidates = fitting.into_iter().map(candidate).collect();
            return failure;
        }
        Which::NotAnEvent { name } => {
            return Failure::usage(format!("{name} is no event.")).hint("See it with: allymap partner show");
        }
        Which::NoEvent { said, near } => {
            let mut failure = which(Which::None { said: said.clone(), near });
            failure.hint = Some(format!("Add it with: {}", suggested::command("event add", &said, "")));
            return failure;
        }
        Which::None { said, near } if near.is_empty() => (
            format!("Nothing on this map is called \"{said}\"."),
            format!("Add it with: {}", suggested::command("partner add", &said, "")),
            near,
        ),
        Which::None { said, near } => (
            format!("Nothing on this map is called \"{said}\". Did you mean one of these?"),
            "Or add it with: allymap partner add NAME".to_owned(),
            near,
        ),
    };
    not_found(message, hint, fitting)
}

fn not_found(message: String, hint: String, fitting: Vec<Fitting>) -> Failure {
    let mut failure = Failure::new("AM-NOT-FOUND", Exit::WhichEntry, message).hint(hint);
    failure.candidates = fitting.into_iter().map(candidate).collect();
    failure
}

fn candidate(fitting: Fitting) -> Candidate {
    Candidate { id: fitting.short, name: fitting.name, kind: fitting.kind }
}

fn entry(trouble: &Entry) -> Failure {
    match trouble {
        Entry::Unreadable => Failure::new("AM-NOT-FOUND", Exit::Failed, "This entry cannot be read here.")
            .hint("allymap sync may bring it."),
        Entry::ReadOnly => Failure::new("AM-READER", Exit::Failed, "You may read this map, not change it.")
            .hint("A convenor can invite you as a member."),
        Entry::OwnShareIsFull => Failure::new(
            "AM-ENTRY-FULL",
            Exit::Failed,
            "You have written as much into this entry as one computer may, so that others are sure to get it.",
        )
        .hint(
            "Nothing was changed and nothing is lost. A line or a rating may still fit. Longer notes go into a new \
             entry, or somebody else writes them here.",
        ),
        Entry::Full => Failure::new(
            "AM-ENTRY-FULL",
            Exit::Failed,
            "This entry is full: together you have written as much into it as opens quickly.",
        )
        .hint(
            "Nothing was changed and nothing is lost. Lines and ratings still fit. Longer notes go into a new entry.",
        ),
        Entry::TooMuch => Failure::new("AM-TOO-MUCH", Exit::Failed, "That is more than fits into one change.")
            .hint("Nothing was changed. Write it in smaller parts, one after the other."),
        Entry::Other(error) => {
            Failure::new("AM-DOCUMENT", Exit::Failed, format!("This entry could not be changed: {error}."))
                .hint("Nothing was changed. allymap sync fetches what the relay holds of it.")
        }
    }
}
