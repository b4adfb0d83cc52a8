//! What stands between an event, or those whom it concerns, and what is to be noted.

use allymap_domain::weigh::typed::Unclear;
use allymap_policy::Outcome;

use super::Trouble;

#[derive(Debug)]
pub enum Events {
    /// It is not clear which fact, which value, or whom somebody means.
    Unclear(Unclear),
    /// An event of this name is on the map.
    Alike { name: String },
    /// Nobody of this name stands there.
    NotUnder { who: String, field: String, event: String },
    /// It is not among the major parties.
    NoParty { typed: String, known: Vec<String> },
    /// There is no such rule.
    NoRule { typed: String },
    /// Nothing of theirs is there to take back.
    NoConsent { who: String },
    /// It is not clear which request is meant; these are what they ask.
    WhichRequest { who: String, asked: Vec<String> },
    /// The answer is a stop, which nobody goes past.
    Stop(Box<Outcome>),
    /// The answer leaves something open.
    Open(Box<Outcome>),
}

impl From<Events> for Trouble {
    fn from(trouble: Events) -> Trouble {
        Trouble::Events(trouble)
    }
}

impl From<Unclear> for Trouble {
    fn from(unclear: Unclear) -> Trouble {
        Trouble::Events(Events::Unclear(unclear))
    }
}
