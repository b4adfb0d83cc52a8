//! Text from people and from others, as it may be shown.

use crate::words::json::is_obeyed;

/// Text from others, safe to show: control characters (escape sequences among them) and the marks that turn the direction of
/// writing are left out. Line breaks stay.
pub fn clean(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, '\n' | '\t') || !is_obeyed(*letter)).collect()
}
