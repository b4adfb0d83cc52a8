//! What cannot be taken back or looked up in what was done.

use super::Trouble;

#[derive(Clone, Debug)]
pub enum Journal {
    /// This computer did nothing yet that could be taken back.
    NothingToUndo,
    /// What the last command did stays: it, in the words in which it was said, or the undo of that.
    NotUndone { of_undo: bool, words: String },
    /// There is no such field; which one may have been meant.
    NoField { said: String, nearest: Option<String> },
}

impl From<Journal> for Trouble {
    fn from(trouble: Journal) -> Trouble {
        Trouble::Journal(trouble)
    }
}
