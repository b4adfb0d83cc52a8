//! Text from people and from others, as it may be shown.

use crate::words::json::is_obeyed;

/// The most letters that a name may have to fit a screen.
const LETTERS: usize = 100;

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALabel {
    #[error("a name must not be empty")]
    Empty,
    #[error("a name of {letters} letters is too long; {LETTERS} fit")]
    TooLong { letters: usize },
}

/// A name as it may be shown to others: one line, not empty, of a length that fits a screen.
pub fn label(text: &str) -> Result<String, NotALabel> {
    let text = clean(text).replace(['\n', '\t'], " ").trim().to_owned();
    match text.chars().count() {
        0 => Err(NotALabel::Empty),
        letters if letters > LETTERS => Err(NotALabel::TooLong { letters }),
        _ => Ok(text),
    }
}

/// Text from others, safe to show: control characters (escape sequences among them) and the marks that turn the direction of
/// writing are left out. Line breaks stay.
pub fn clean(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, '\n' | '\t') || !is_obeyed(*letter)).collect()
}
