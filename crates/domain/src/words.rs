//! Text as people type it: cleaned before it is kept, folded before it is compared.

pub mod choice;
pub mod json;
pub mod label;

use unicode_normalization::UnicodeNormalization;

/// Letters in a name.
pub(crate) const NAME_LETTERS: usize = 200;
/// Letters in any other single line.
pub(crate) const LINE_LETTERS: usize = 1_000;
/// Letters in a note. Each is one operation of the document; one edit may hold 20,000, and an entry has two notes.
pub(crate) const NOTE_LETTERS: usize = 8_000;

/// Why a text cannot be kept as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untidy {
    #[error("{field} has {letters} letters; {limit} fit")]
    TooLong { field: &'static str, letters: usize, limit: usize },
    #[error("{field} holds characters that cannot be shown")]
    Unprintable { field: &'static str },
}

/// A single line as it is kept: composed, trimmed, inner white space made single spaces.
pub(crate) fn line(field: &'static str, text: &str, limit: usize) -> Result<String, Untidy> {
    let mut clean = String::new();
    for letter in text.nfc().filter(|letter| !is_invisible(*letter)) {
        if letter.is_whitespace() {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else if letter.is_control() {
            return Err(Untidy::Unprintable { field });
        } else {
            clean.push(letter);
        }
    }
    if clean.ends_with(' ') {
        clean.pop();
    }
    bounded(field, clean, limit)
}

/// A line that may be left out; an empty one is.
pub(crate) fn optional_line(field: &'static str, text: &Option<String>) -> Result<Option<String>, Untidy> {
    let clean = text.as_ref().map(|text| line(field, text, LINE_LETTERS)).transpose()?;
    Ok(clean.filter(|text| !text.is_empty()))
}

/// A note as it is kept: line breaks stay.
pub(crate) fn note(field: &'static str, text: &str) -> Result<String, Untidy> {
    let mut clean = String::new();
    for letter in text.replace("\r\n", "\n").nfc().filter(|letter| !is_invisible(*letter)) {
        match letter {
            '\n' | '\t' => clean.push(letter),
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            letter if letter.is_control() => return Err(Untidy::Unprintable { field }),
            letter => clean.push(letter),
        }
    }
    bounded(field, clean.trim().to_owned(), NOTE_LETTERS)
}

/// Somebody else's text as it is shown: whatever could steer a terminal or hide in a line is taken out.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| match letter {
            '\n' | '\t' => letter,
            letter if letter.is_control() => '\u{fffd}',
            letter => letter,
        })
        .collect()
}

/// As `shown`, on one line, and cut where no program of ours would have written on.
pub fn shown_line(text: &str) -> String {
    let line = shown(text).replace(['\n', '\t'], " ");
    match line.char_indices().nth(2 * LINE_LETTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn bounded(field: &'static str, text: String, limit: usize) -> Result<String, Untidy> {
    let letters = text.chars().count();
    if letters > limit { Err(Untidy::TooLong { field, letters, limit }) } else { Ok(text) }
}

/// The one of several names that was likely meant by a folded word.
pub fn nearest(folded: &str, names: impl IntoIterator<Item = String>) -> Option<String> {
    // Nothing of this length is a slip, and comparing takes the product of both lengths.
    if folded.is_empty() || folded.len() > 60 {
        return None;
    }
    let alike = |name: &String| strsim::jaro_winkler(folded, &self::folded(name));
    names.into_iter().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|name| alike(name) >= 0.75)
}

/// Marks that reverse or hide text. Joiners (U+200C, U+200D) stay: some scripts need them.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The words of a name for comparing: no case, no accents, apostrophes gone, other punctuation between words.
pub fn folded_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in text.nfkd().filter(|letter| !unicode_normalization::char::is_combining_mark(*letter)) {
        match letter {
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '.' => {}
            letter if letter.is_alphanumeric() => {
                let word = words.last_mut().expect("there is always a last word");
                for lower in letter.to_lowercase() {
                    match lower {
                        'ß' => word.push_str("ss"),
                        'ø' => word.push('o'),
                        'ł' => word.push('l'),
                        'đ' => word.push('d'),
                        'æ' => word.push_str("ae"),
                        'œ' => word.push_str("oe"),
                        // What lower-casing leaves behind, as the dot of a capital İ.
                        lower if unicode_normalization::char::is_combining_mark(lower) => {}
                        lower => word.push(lower),
                    }
                }
            }
            _ => {
                if words.last().is_some_and(|word| !word.is_empty()) {
                    words.push(String::new());
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The folded words with single spaces: equal for names that people would call the same.
pub fn folded(text: &str) -> String {
    folded_words(text).join(" ")
}

/// The first letters of the words that count.
pub(crate) fn initials(words: &[String]) -> String {
    words
        .iter()
        .filter(|word| !matches!(word.as_str(), "of" | "the" | "and" | "for" | "a" | "in" | "on" | "at"))
        .filter_map(|word| word.chars().next())
        .collect()
}

/// A phone number for comparing: digits only, an Australian country code made a leading zero.
pub fn folded_phone(text: &str) -> String {
    let digits: String =
        text.chars().filter_map(|letter| letter.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect();
    match digits.strip_prefix("61") {
        Some(rest) if text.trim_start().starts_with('+') && rest.len() == 9 => format!("0{rest}"),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_people_would_type_them() {
        assert_eq!(folded("St Mary's Parish"), "st marys parish");
        assert_eq!(folded("St. Mary’s   PARISH"), "st marys parish");
        assert_eq!(folded("L'Haÿ-les-Roses"), "lhay les roses");
        assert_eq!(folded("Łódź & Straße"), "lodz strasse");
        assert_eq!(folded("…"), "");
        assert_eq!(initials(&folded_words("Society of the Old Mill")), "som");
    }

    #[test]
    fn a_line_is_trimmed_and_what_hides_is_taken_out() {
        assert_eq!(line("name", "  Harbour\u{202e} \t Choir\u{feff} ", 50), Ok("Harbour Choir".into()));
        assert_eq!(line("name", "a\u{0}b", 50), Err(Untidy::Unprintable { field: "name" }));
        assert_eq!(line("name", "a\u{1b}[2J", 50), Err(Untidy::Unprintable { field: "name" }));
        assert_eq!(
            line("name", &"x".repeat(10_000), NAME_LETTERS),
            Err(Untidy::TooLong { field: "name", letters: 10_000, limit: NAME_LETTERS })
        );
    }

    #[test]
    fn phones_are_equal_however_they_are_spaced() {
        assert_eq!(folded_phone("+61 2 5550 1234"), "0255501234");
        assert_eq!(folded_phone("(02) 5550-1234"), "0255501234");
    }
}
