//! What stands in the way of somebody's card: its name, its risks, its links.

use allymap_domain::entry::risk::RiskKind;

#[derive(Debug)]
pub enum Allies {
    /// Nobody has rated this risk yet.
    NothingToSettle { kind: RiskKind, name: String },
    /// Somebody was to influence themselves.
    MovesItself,
    /// No link between the two is noted.
    NoLink { from: String, to: String },
    /// The entry that routes were to lead to is not here.
    NoTarget { name: String },
    /// The two are one entry already.
    OneAlready,
}
