//! Words that several commands say: numbers with their nouns, names as they are typed, lines as they fit.

use allymap_domain::entry::position::Place;
use allymap_home::together::member::Role;

/// A number and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// How long ago, in the words of a conversation.
pub(crate) fn ago(days: i32) -> String {
    match days {
        ..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..=59 => format!("{days} days ago"),
        60..=729 => format!("{} months ago", days / 30),
        _ => format!("{} years ago", days / 365),
    }
}

/// Lines of at most so many letters, broken between words; a longer word stays whole.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a last line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// `active allies`, for a heading or several.
pub(crate) fn plural(place: Place) -> String {
    match place {
        Place::ActiveAlly | Place::PassiveAlly => place.label().replace("ally", "allies"),
        Place::PassiveOpponent | Place::ActiveOpponent => format!("{}s", place.label()),
        Place::Neutral | Place::NotKnown => place.label().to_owned(),
    }
}

/// With a small letter, to go on in a sentence.
pub(crate) fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

pub(crate) fn role_word(role: impl Into<Role>) -> &'static str {
    match role.into() {
        Role::Reader => "reader",
        Role::Member => "member",
        Role::Convenor => "convenor",
        Role::Root => "root",
    }
}

/// With a capital, to begin a sentence.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Broken between words at a width, the rest set in below the first line. A longer word stays whole: it may be a path.
pub(crate) fn broken(width: usize, set_in: usize, line: &str) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let mut lines: Vec<String> = Vec::new();
    let (mut last, mut filled) = (String::new(), 0);
    for word in line.split_inclusive(' ') {
        let letters = word.trim_end().chars().count();
        if filled + letters > width && !last.trim().is_empty() {
            lines.push(last.trim_end().to_owned());
            last = " ".repeat(set_in);
            filled = set_in;
        }
        last.push_str(word);
        filled += word.chars().count();
    }
    lines.push(last);
    lines.join("\n")
}

/// A name as it has to be typed in a command.
pub(crate) fn quoted(name: &str) -> String {
    if name.chars().all(|letter| letter.is_alphanumeric() || "-./:=".contains(letter)) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}
