//! Rules that can be broken on purpose, so that the simulation can show that it would notice. Those about the order of effects
//! are broken in its driver.

/// One rule of this crate, broken. Only [`Replica::break_rule`](crate::Replica) takes it; no command can.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Forgets what it has put as soon as it was sent.
    ForgetWhatWasSent,
    /// Takes an acknowledgement for the end: forgets the record before its own cursor has passed it.
    AcknowledgementIsFinal,
    /// Says that all was said while the relay has not taken the list of members.
    ListUnanswered,
    /// Does not mention the highest place it ever learned of.
    NoHighest,
    /// Does not check a statement's signature against its changes.
    NoSignature,
    /// Does not ask the roster whether the author may write.
    NoRoster,
    /// Takes changes under any actor.
    AnyActor,
    /// Takes a second change under a number that was given before, as if it were the first.
    SequenceTwice,
    /// Breaks a rule about the changes of one document.
    Document(allymap_document::Broken),
    /// After a death, applies everything together again.
    NoBreadcrumb,
    /// Does not keep a record that it has no key for, and reads on behind it.
    SkipsWhatItCannotOpen,
    /// Does not try waiting records again.
    WaitForEver,
    /// Records of another relay are not offered on.
    NoFerry,
    /// Of two changes under one number, takes the one that came first.
    FirstBranchCounts,
    /// Counts all operations of a document together, in the order in which they come, and refuses for good what is too much.
    FirstOperationsCount,
    /// Keeps what a removed member wrote where it came before the removal.
    RemovalComesTooLate,
    /// After damage, does not read the relays' logs from their beginning.
    MendingKeepsCursors,
}
