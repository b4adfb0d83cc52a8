//! Rules that can be broken on purpose, so that the tests can show that they would notice.

/// A rule that the relay shall break. Only [`Relay::open_broken`](crate::Relay::open_broken) takes one.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Rule: a live push begins right after what was sent before.
    PushSkipsABatch,
    /// Rule: a cursor whose hash does not fit this log is answered with a ladder.
    NoHashAtTheCursor,
    /// Rule: so is a highest place that this log does not have.
    IgnoresHighest,
    /// Rule: whoever leaves the access list gets not one record more.
    RemovedStayConnected,
    /// Rule: a record stands in a log once.
    StoresDuplicates,
    /// Rule: an invitation's offer belongs to the first device that takes it.
    OfferGivenTwice,
}

impl Broken {
    pub const ALL: [Broken; 6] = [
        Broken::PushSkipsABatch,
        Broken::NoHashAtTheCursor,
        Broken::IgnoresHighest,
        Broken::RemovedStayConnected,
        Broken::StoresDuplicates,
        Broken::OfferGivenTwice,
    ];
}
