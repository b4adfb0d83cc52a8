//! The line by which a relay is named survives being read aloud, and notices a slip.

use allymap_wire::{AddressError, OperatorToken, RelayAddress, RelayKeyHash};

const PREFIX: &str = "ALLYMAP-RELAY:";

#[test]
fn a_line_read_aloud_in_small_letters_and_with_dashes_is_the_same_line() {
    let address =
        RelayAddress { relay: RelayKeyHash([7; 16]), token: OperatorToken([9; 16]), url: "ws://127.0.0.1:4040".into() };
    let line = address.to_line();
    assert_eq!(RelayAddress::from_line(&line).unwrap(), address);
    let (prefix, code) = line.split_at(PREFIX.len());
    let spoken: Vec<String> = code
        .to_lowercase()
        .replace('0', "o")
        .as_bytes()
        .chunks(4)
        .map(|four| String::from_utf8_lossy(four).into_owned())
        .collect();
    assert_eq!(RelayAddress::from_line(&format!("{prefix}{}", spoken.join("-"))).unwrap(), address);
}

#[test]
fn one_changed_letter_is_noticed() {
    let line =
        RelayAddress { relay: RelayKeyHash([7; 16]), token: OperatorToken([9; 16]), url: "ws://a:1".into() }.to_line();
    for at in PREFIX.len()..line.len() {
        let mut other = line.clone().into_bytes();
        other[at] = if other[at] == b'7' { b'8' } else { b'7' };
        assert_eq!(RelayAddress::from_line(&String::from_utf8(other).unwrap()), Err(AddressError::Damaged));
    }
}
