//! What stands between this computer and a relay.

use allymap_home::together::lines::{CONNECT, ConnectError};
use allymap_home::together::stopped::{Refusal, Stopped};
use allymap_home::trouble::Exchange;

use super::{Exit, Failure, reason};

pub(super) fn exchange(trouble: Exchange) -> Failure {
    match trouble {
        Exchange::NoRelay => Failure::new(
            "AM-NO-RELAY",
            Exit::NotExchanged,
            "This map is not exchanged through any relay yet. Everything is kept here.",
        )
        .hint("Add one with: allymap relay add LINE"),
        Exchange::UnderWay => Failure::new(
            "AM-EXCHANGING",
            Exit::Failed,
            "Another allymap is exchanging these maps already (sync --watch, perhaps).",
        )
        .hint("Nothing to do: it takes your changes along."),
        Exchange::NotALine(error) => Failure::usage(format!("This is not a relay's line: {error}."))
            .hint("Copy the whole line that allymap-relay serve printed, from ALLYMAP-RELAY: to its end."),
        Exchange::NewerLine(error) => Failure::usage(format!("This is not a relay's line: {error}."))
            .hint("Install the newer version of allymap."),
        Exchange::Address(error) => {
            Failure::usage(format!("The address in this line cannot be used: {}.", connect_words(&error)))
                .hint("Ask the relay's operator for another line. Nothing was changed.")
        }
        Exchange::Away { url, why } => unreachable(&url, &why),
        Exchange::Silent => Failure::new("AM-RELAY", Exit::NotExchanged, "The relay stopped answering.")
            .hint("Nothing is lost: repeat the command when it can be reached."),
    }
}

/// Why this relay has not caught up.
pub(crate) fn stopped(url: &str, why: &Stopped) -> Failure {
    let kept = "Everything is kept here.";
    let (code, message, hint) = match why {
        Stopped::Away(error) => return unreachable(url, error),
        Stopped::NotAdmitted => (
            "AM-WAITING",
            format!("The relay does not let this computer in yet. {kept}"),
            "If you asked to join, the person who invited you still has to approve it, then exchange. allymap status shows the words; after that: allymap sync",
        ),
        Stopped::Removed => (
            "AM-REMOVED",
            format!("This computer was removed from the map. {kept}"),
            "What you had not sent can still be exported: allymap export --format jsonl",
        ),
        Stopped::OtherRelay => (
            "AM-OTHER-RELAY",
            format!("Another relay answers at this address. {kept}"),
            "Ask the relay's operator. Nothing was sent.",
        ),
        Stopped::Version { oldest, newest, ours } => (
            "AM-VERSION",
            format!("The relay speaks versions {oldest} to {newest} of the protocol, this program {ours}. {kept}"),
            "Bring both to the same version.",
        ),
        Stopped::NotCreated(why) => (
            "AM-NOT-CREATED",
            format!("The relay does not take this map: {}. {kept}", refusal(*why)),
            "Ask its operator for a new line, then: allymap relay add LINE",
        ),
        Stopped::BadLog => (
            "AM-BAD-LOG",
            format!("What the relay sent does not fit together. Nothing of it was taken. {kept}"),
            "Try again; if it stays so, tell the relay's operator.",
        ),
        Stopped::NotTaken(why) => (
            "AM-NOT-TAKEN",
            format!("The relay does not take everything now: {}. {kept}", refusal(*why)),
            "What it did not take goes out at a later exchange: allymap sync",
        ),
        Stopped::Ended(why) => {
            ("AM-RELAY", format!("The relay ended the exchange: {}. {kept}", refusal(*why)), "Try again in a minute.")
        }
        Stopped::Silent => (
            "AM-RELAY",
            format!("The relay stopped answering. {kept}"),
            "Changes go out at the next exchange: allymap sync",
        ),
    };
    Failure::new(code, Exit::NotExchanged, message).hint(hint)
}

/// None of several relays has caught up.
pub(crate) fn nobody_took_part(relays: usize) -> Failure {
    Failure::new(
        "AM-AWAY",
        Exit::NotExchanged,
        format!("None of the {relays} relays has taken part. Everything is kept here."),
    )
    .hint("Changes go out at the next exchange: allymap sync")
}

pub(crate) fn unreachable(url: &str, error: &ConnectError) -> Failure {
    Failure::new(
        "AM-AWAY",
        Exit::NotExchanged,
        format!("{url} cannot be reached: {}. Everything is kept here.", connect_words(error)),
    )
    .hint("Changes go out at the next exchange: allymap sync")
}

pub(crate) fn no_network(error: &std::io::Error) -> Failure {
    Failure::new(
        "AM-NETWORK",
        Exit::NotExchanged,
        format!("The network cannot be used: {error}. Everything is kept here."),
    )
}

/// A relay's reason as a clause.
pub(crate) fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::Full => "it is full",
        Refusal::TooMuch => "too much at once",
        Refusal::TooLarge => "something is larger than it takes",
        Refusal::DiskFailed => "its disk failed",
        Refusal::Token => "it wants its operator's line",
        Refusal::GoingAway => "it is going away for a while",
        Refusal::NotAllowed => "this computer may not do that there",
        Refusal::TooSlow => "this computer read too slowly",
        Refusal::TimeOut => "it took too long",
        Refusal::NotUnderstood => "it did not understand",
    }
}

/// Why no connection came about, as a clause.
pub(crate) fn connect_words(error: &ConnectError) -> String {
    match error {
        ConnectError::Address => "it is no address of a relay: an address begins with ws:// or wss://".into(),
        ConnectError::Insecure => "ws:// to the open internet is not protected; use wss://, or --insecure".into(),
        ConnectError::TimeOut => format!("no answer in {} seconds", CONNECT.as_secs()),
        ConnectError::Io(error) => reason(error),
        ConnectError::Http { status } => format!("it answers, but is no relay (HTTP {status})"),
        ConnectError::Certificate => "its certificate is not valid".into(),
        ConnectError::Protocol => "it does not answer as a relay does".into(),
        ConnectError::Other(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_told_in_the_order_of_the_alphabet() {
        let all = [
            Refusal::NotUnderstood,
            Refusal::Full,
            Refusal::GoingAway,
            Refusal::TimeOut,
            Refusal::Token,
            Refusal::DiskFailed,
            Refusal::TooLarge,
            Refusal::NotAllowed,
            Refusal::TooSlow,
            Refusal::TooMuch,
        ];
        assert!(all.is_sorted());
        assert!(all.map(refusal).is_sorted());
    }
}
