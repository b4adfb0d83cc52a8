//! What an act answers: it was done, or it wants something first.

/// Nothing is written before all is there, nothing is remembered between calls, and rules are checked in the same call that
/// writes. A face answers a want in its draft and calls again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "when it wants something, nothing was written"]
pub enum Tried<T, W> {
    Kept(T),
    /// Nothing was written. In the order of a conversation; never empty.
    Wants(Vec<W>),
}

impl<T, W> Tried<T, W> {
    /// It wants this one thing.
    pub fn wants(want: W) -> Tried<T, W> {
        Tried::Wants(vec![want])
    }
}
