//! A person's decision about an event, with the answer and what was known.

use allymap_policy::{Label, Outcome, Verdict};

use crate::card::Card;
use crate::date::When;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::weighed::{Chosen, Decided};
use crate::put::Put;
use crate::weigh::Weighing;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    pub choice: Chosen,
    pub why: Option<Why>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    Because(String),
    /// Something is open, and we take part all the same.
    AllTheSame(String),
}

/// What stands between an event and taking part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InTheWay {
    Stop,
    Open,
}

impl Choosing {
    /// There is no way round a stop in the tool (module, section 4d); what is only open can be gone past with a reason.
    pub fn in_the_way(&self, outcome: &Outcome) -> Option<InTheWay> {
        if self.choice != Chosen::TakePart {
            return None;
        }
        if outcome.verdict == Verdict::Stop {
            return Some(InTheWay::Stop);
        }
        let open = matches!(outcome.label(), Label::Reconsider | Label::AskFirst);
        (open && !matches!(self.why, Some(Why::AllTheSame(_)))).then_some(InTheWay::Open)
    }

    /// It replaces every decision that stands.
    pub fn place(
        &self,
        event: &Card,
        weighing: &Weighing,
        outcome: &Outcome,
        pack: String,
        on: When,
        now_ms: u64,
    ) -> Put {
        let decided = Decided {
            choice: self.choice,
            label: outcome.label().words().to_owned(),
            pack,
            conditions: outcome.conditions.iter().cloned().collect(),
            saw: weighing.seen(),
        };
        let reason = self.why.as_ref().map(|why| match why {
            Why::Because(why) => why.clone(),
            Why::AllTheSame(why) => format!("all the same: {why}"),
        });
        let assertion = Assertion {
            reason,
            supersedes: event.decisions().iter().map(|told| told.id).collect(),
            ..Assertion::new(Claim::Decided(decided), on, now_ms)
        };
        Put::assert(event.id, assertion)
    }
}
