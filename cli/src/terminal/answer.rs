//! How an answer of the home reads: as JSON and in words, beside each other in the file of the command that asks for it.

use serde::Serialize;

use crate::terminal::output::Output;

/// Implemented for the home's types. It calls no home and decides nothing: the answer carries all that is said.
pub(crate) trait Answer {
    /// What `--json` says; `docs/json.md` promises its fields.
    fn json(&self) -> impl Serialize;

    /// The same for a person.
    fn say(&self, out: &Output);
}
