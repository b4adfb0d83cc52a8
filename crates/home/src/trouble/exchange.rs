//! What stands between this computer and a relay.

use crate::together::lines::ConnectError;
use crate::trouble::Source;

#[derive(Debug)]
pub enum Exchange {
    /// This map is not exchanged through any relay yet.
    NoRelay,
    /// Another process exchanges these maps already.
    UnderWay,
    /// It is no relay's line, or a letter of it is missing.
    NotALine(Source),
    /// A newer version made the line.
    NewerLine(Source),
    /// The line is whole, and the address in it cannot be used.
    Address(ConnectError),
    Away {
        url: String,
        why: ConnectError,
    },
    /// The relay stopped in the middle.
    Silent,
}
