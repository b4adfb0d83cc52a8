//! Words that several commands say: numbers with their nouns, names as they are typed, lines as they fit.

use std::borrow::Cow;

use allymap_domain::entry::position::Place;
use allymap_home::together::member::Role;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

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

/// Lines of at most so many columns, broken between words; a longer word stays whole.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    textwrap::wrap(&text, lines(width)).into_iter().map(Cow::into_owned).collect()
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

/// What an invitation may give.
pub(crate) const ROLES: [(&str, Role); 3] =
    [("reader", Role::Reader), ("member", Role::Member), ("convenor", Role::Convenor)];

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
    if columns(line) <= width {
        return line.to_owned();
    }
    let set_in = " ".repeat(set_in);
    textwrap::wrap(line, lines(width).subsequent_indent(&set_in)).join("\n")
}

/// As each line is filled with the words that fit, none of them broken.
fn lines<'a>(width: usize) -> Options<'a> {
    let options = Options::new(width).break_words(false).word_splitter(WordSplitter::NoHyphenation);
    options.word_separator(WordSeparator::AsciiSpace).wrap_algorithm(WrapAlgorithm::FirstFit)
}

/// How many columns a text takes on a screen: a letter of Chinese two, a mark above a letter none (UAX 11).
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// A text with so many spaces behind it that what follows begins at a column.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// As much of a text as fits, from its beginning.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let mut filled = 0;
    let fits = |letter: &char| {
        filled += letter.width().unwrap_or(0);
        filled <= width
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_in_every_script() {
        for (text, width) in
            [("Harbour Choir", 13), ("海港合唱团", 10), ("مُرَحِّب", 4), ("Zoe\u{301}", 3), ("🏳️‍🌈 Pride", 8)]
        {
            assert_eq!(columns(text), width, "{text}");
            assert_eq!(columns(&padded(text, 20)), 20, "{text}");
            assert!(columns(&cut(text, 3)) <= 3, "{text}");
        }
        assert_eq!(padded("海港", 3), "海港");
        assert_eq!(cut("海港合唱团", 5), "海港");
    }

    #[test]
    fn lines_are_broken_where_the_screen_ends_in_a_wide_script_too() {
        let line = "合唱团 唱 歌 ".repeat(12);
        let lines = broken(40, 4, &line);
        assert!(lines.lines().count() > 2 && lines.lines().all(|line| columns(line) <= 40), "{lines}");
        assert!(lines.lines().skip(1).all(|line| line.starts_with("    ")), "{lines}");
        assert!(wrapped(&line, 20).iter().all(|line| columns(line) <= 20));
    }
}
