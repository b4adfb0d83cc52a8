//! What somebody should know while something goes on. It cannot answer, so nothing ever waits inside the home.

use std::path::PathBuf;
use std::time::Duration;

use crate::together::lines::ConnectError;
use crate::together::member::Asking;
use crate::together::relay::State;
use crate::together::stopped::{Refusal, Stopped};
use crate::together::sync::News;

#[derive(Debug)]
pub enum Heard {
    /// The store was damaged; what still reads was kept, the damaged copy was set aside.
    StoreMended {
        kept: u64,
        of: u64,
        set_aside: PathBuf,
    },
    /// What says that this map is here was damaged, and was written anew from the map itself.
    MapFound {
        name: String,
    },
    /// An invitation's relay is asked to pass a request on.
    Asking {
        url: String,
    },
    Connecting {
        url: String,
    },
    /// From now on changes go both ways as they are made.
    Connected {
        url: String,
    },
    /// A relay was not reached, and is tried again.
    Away {
        url: String,
        why: ConnectError,
        again_in: Duration,
    },
    /// The exchange with a relay has ended.
    Stopped {
        url: String,
        why: Stopped,
    },
    /// Everything was exchanged with a relay.
    CaughtUp {
        state: State,
        sent: usize,
        changed: usize,
    },
    /// Others' changes came in.
    Received {
        entries: usize,
        news: News,
    },
    /// Somebody has let this computer in.
    LetIn {
        map: String,
    },
    AsksToJoin(Asking),
    /// The map is at the relay now.
    Created,
    /// The relay does not take some parts now.
    NotTaken {
        why: Refusal,
        parts: usize,
    },
    /// Parts that no member's computer makes.
    Refused {
        parts: usize,
    },
    /// Parts that are more than one computer may write into an entry.
    OverBudget {
        parts: usize,
    },
    /// The relay had lost these; they were offered to it again.
    RolledBack {
        records: u64,
    },
    /// A member's device has read more from this relay than it shows us.
    Withheld,
}
