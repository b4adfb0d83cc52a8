//! Relationships, as a volunteer keeps them: why, at which stage, with what give and take, and who waits for us.

use allymap_tests::{Alone, Answer, alone};

mod approaching;
mod discreet;
mod entries;
mod exchange;
mod form;
mod logs;
mod looking_back;
mod meeting;
mod touch;

/// A refusal ends with this code, says something in words, and names what to do.
fn refused(answer: &Answer, code: i32, words: &str) {
    assert_eq!(answer.code, code, "{answer:?}");
    assert!(answer.stderr.contains(words), "{answer:?}");
    assert!(answer.stderr.contains("Hint:"), "{answer:?}");
}
