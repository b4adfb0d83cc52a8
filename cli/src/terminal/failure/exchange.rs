//! What stands between this computer and a relay.

use allymap_home::together::lines::{CONNECT, ConnectError};

use super::reason;

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
