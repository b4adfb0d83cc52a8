//! May we partner on this event? Facts go in, the strictest answer comes out, and every answer names its reasons.
//!
//! The rules are data: a [`Pack`] is a page of TOML that this crate reads and evaluates. It knows nothing of maps, documents
//! or people's devices. No IO, no clock, no chance; no input makes it panic.
//!
//! Two laws make it safe when people work apart. A fact that is not known only asks, and never makes an answer milder or
//! stricter. Where two people say different things and neither saw the other, the stricter counts until somebody who has
//! seen both settles it.

mod case;
pub mod cases;
mod change;
mod evaluate;
mod fact;
mod fault;
mod outcome;
mod pack;
mod question;
mod reader;
mod standing;

pub use case::{Case, LIFTED, Statement};
pub use change::{Change, questions, what_would_change};
pub use evaluate::evaluate;
pub use fact::{About, Fact, Per, RiskType};
pub use fault::Fault;
pub use outcome::{Branding, Label, Outcome, Part, Reason, Refer, Role, RuleId, Verdict};
pub use pack::{Pack, Rule};
pub use question::Question;
