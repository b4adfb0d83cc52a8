//! Panics inside Automerge: caught, and kept quiet when the program asked for it.
//!
//! Automerge 0.12 asserts in its merging code, and altered changes reach those assertions. A panic there costs the trial copy
//! only. Automerge also prints the document's keys to standard output before one of its panics; a library cannot stop that,
//! so a program that prints data moves file descriptor 1 aside when it starts.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// Something panicked; its work is thrown away.
pub(crate) struct Panicked;

/// Keep caught panics off standard error, where their messages could show what a document holds.
///
/// Called once by a program when it starts (more calls do nothing). All other panics go to the hook that was there before.
pub fn quiet_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                previous(panic);
            }
        }));
    });
}

/// Run something whose panics are expected. It must leave nothing behind that is used after a panic.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    outcome.map_err(|_| Panicked)
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_the_guard_is_lifted() {
        assert!(guarded(|| panic!("expected by this test")).is_err());
        assert!(!GUARDED.get());
        assert_eq!(guarded(|| 7).ok(), Some(7));
    }

    #[test]
    fn a_guard_inside_a_guard_leaves_the_outer_one_standing() {
        let inner = guarded(|| {
            let _ = guarded(|| ());
            GUARDED.get()
        });
        assert_eq!(inner.ok(), Some(true));
    }
}
