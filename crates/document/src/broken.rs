//! Rules that can be broken on purpose, so that the simulation can show that it would notice.

/// One rule about foreign changes, broken. Only [`Document::break_rule`](crate::Document) takes it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A change may count its operations from anywhere.
    AnyStartOp,
    /// A record may bring any number of operations.
    OperationsNotCounted,
}
