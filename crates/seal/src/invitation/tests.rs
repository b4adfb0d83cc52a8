//! Invitations: what a line, an offer and a request hold, and what nobody else can read of them.

use super::*;
use crate::keys::{DeviceSeed, RootKeys, RootSeed};
use crate::roster::genesis;
use crate::tests::chance::Chance;

fn invitation(url: &str) -> Invitation {
    let root = RootKeys::derive(&RootSeed::from_bytes([1; 32]));
    let space = SpaceId::of(&genesis(&root, [2; 32], 0).bytes);
    Invitation { space, relay: RelayKeyHash([7; 16]), secret: [9; 16], url: url.into() }
}

fn offer(invitation: &Invitation, inviter: &DeviceKeys) -> Offer {
    let root = RootKeys::derive(&RootSeed::from_bytes([1; 32]));
    let genesis = genesis(&root, [2; 32], 0);
    assert_eq!(SpaceId::of(&genesis.bytes), invitation.space);
    let grant = OpId([4; 32]);
    Offer::new(
        genesis,
        vec![grant],
        inviter.public(),
        grant,
        vec![inviter.kem_public()],
        Role::Member,
        Label::new("Harbour").ok(),
        Label::new("Kill Town").unwrap(),
        Timestamp(5),
    )
}

fn device(seed: u8) -> DeviceKeys {
    DeviceKeys::derive(&DeviceSeed::from_bytes([seed; 32]), &invitation("ws://a:1").space)
}

#[test]
fn a_line_reads_back_in_any_case_and_fits_a_small_code() {
    for url in [
        "ws://127.0.0.1:4040",
        "wss://relay.example.org",
        "ws://192.168.100.123:40404",
        "wss://Relay.example.org",
        "ws://[fe80::1]:4040",
        "somewhere else",
        "",
    ] {
        let invitation = invitation(url);
        let line = invitation.to_line().unwrap();
        assert!(line.len() <= 150, "{url}: {}", line.len());
        assert!(line.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b':'));
        assert_eq!(Invitation::from_line(&line).unwrap(), invitation);
        assert_eq!(Invitation::from_line(&format!(" {}\n", line.to_lowercase())).unwrap(), invitation);
    }
    let longest = format!("wss://{}", "a".repeat(30));
    assert!(invitation(&longest).to_line().unwrap().len() <= 150);
    assert!(invitation(&"a".repeat(150)).to_line().is_ok(), "a longer address makes a longer line, no refusal");
    assert!(matches!(invitation(&"a".repeat(201)).to_line(), Err(InvitationError::UrlTooLong)));
}

#[test]
fn a_wrong_prefix_a_changed_letter_a_cut_line_and_a_newer_version_are_told_apart() {
    let line = invitation("wss://relay.example.org").to_line().unwrap();
    assert!(matches!(Invitation::from_line(&line.replace(':', "-RELAY:")), Err(InvitationError::Prefix)));
    assert!(matches!(Invitation::from_line(""), Err(InvitationError::Prefix)));
    assert!(matches!(Invitation::from_line("ALLYMAPé"), Err(InvitationError::Prefix)));
    for at in Invitation::PREFIX.len()..line.len() {
        let mut other = line.clone().into_bytes();
        other[at] = if other[at] == b'7' { b'8' } else { b'7' };
        let other = String::from_utf8(other).unwrap();
        assert!(matches!(Invitation::from_line(&other), Err(InvitationError::Damaged)), "letter {at}");
        assert!(matches!(Invitation::from_line(&line[..at]), Err(InvitationError::Damaged)));
    }
    let mut bytes = crockford_decode(&line[Invitation::PREFIX.len()..]).unwrap();
    bytes.truncate(bytes.len() - Invitation::CHECK);
    bytes[0] = 2;
    let check = allymap_wire::hash("invitation", &[&bytes]);
    bytes.extend_from_slice(&check[..Invitation::CHECK]);
    let newer = format!("ALLYMAP:{}", crockford_encode(&bytes));
    assert!(matches!(Invitation::from_line(&newer), Err(InvitationError::Newer)));
}

#[test]
fn an_offer_opens_with_the_code_and_only_if_the_inviter_signed_it_for_this_map() {
    let invitation = invitation("ws://a:1");
    let (ana, eve) = (device(1), device(2));
    let offer = offer(&invitation, &ana);
    let mut rng = Chance::seeded(1);
    let sealed = invitation.seal_offer(&ana, &offer, &mut rng).unwrap();
    assert!(sealed.len() <= limits::MAILBOX_BYTES);
    assert_eq!(invitation.open_offer(&sealed).unwrap(), offer);
    let other = Invitation { secret: [8; 16], ..invitation.clone() };
    assert!(matches!(other.open_offer(&sealed), Err(InvitationError::NotForUs)));
    let forged = invitation.seal_offer(&eve, &offer, &mut rng).unwrap();
    assert!(matches!(invitation.open_offer(&forged), Err(InvitationError::Signature)));
    for at in 0..sealed.len() {
        let mut other = sealed.clone();
        other[at] ^= 1;
        assert!(invitation.open_offer(&other).is_err());
        assert!(invitation.open_offer(&sealed[..at]).is_err());
    }
    let root = RootKeys::derive(&RootSeed::from_bytes([3; 32]));
    let elsewhere = Offer { genesis: genesis(&root, [2; 32], 0), ..offer };
    let sealed = invitation.seal_offer(&ana, &elsewhere, &mut rng).unwrap();
    assert!(matches!(invitation.open_offer(&sealed), Err(InvitationError::OtherSpace)));
}

#[test]
fn a_request_reaches_each_convenor_and_proves_its_device_and_its_invitation() {
    let invitation = invitation("ws://a:1");
    let (ana, ben, eve, new) = (device(1), device(2), device(3), device(4));
    let request = JoinRequest::new(&new, &invitation, Label::new("Wren").unwrap(), Label::new("Harbour").unwrap());
    let mut rng = Chance::seeded(1);
    let convenors = [ana.kem_public(), ben.kem_public()];
    let sealed = invitation.seal_request(&convenors, &request, &mut rng).unwrap();
    assert_eq!(invitation.open_request(&ana, &sealed).unwrap(), request);
    assert_eq!(invitation.open_request(&ben, &sealed).unwrap(), request);
    assert!(matches!(invitation.open_request(&eve, &sealed), Err(InvitationError::NotForUs)));
    let other = Invitation { secret: [8; 16], ..invitation.clone() };
    assert!(matches!(other.open_request(&ana, &sealed), Err(InvitationError::Signature)));
    let stolen = JoinRequest { device: eve.public(), ..request.clone() };
    let sealed_stolen = invitation.seal_request(&convenors, &stolen, &mut rng).unwrap();
    assert!(matches!(invitation.open_request(&ana, &sealed_stolen), Err(InvitationError::Signature)));
    for at in 0..sealed.len() {
        let mut other = sealed.clone();
        other[at] ^= 1;
        // A bit in the other convenor's box is noticed too: all boxes are associated data.
        assert!(invitation.open_request(&ana, &other).is_err(), "byte {at}");
        assert!(invitation.open_request(&ana, &sealed[..at]).is_err());
    }
}

/// Finding 1 of the review: the convenor's question began with what the stranger typed.
#[test]
fn a_request_with_a_name_that_could_not_have_been_typed_is_refused() {
    let new = device(4);
    let wren = |text: &str| -> Vec<u8> {
        let group = Label::new("Harbour").unwrap();
        let fields = (1_u8, new.public(), new.kem_public(), text, &group, Signature([0; 64]));
        allymap_wire::encode(&fields)
    };
    assert!(allymap_wire::decode::<JoinRequest>(&wren("Wren")).is_ok());
    for name in ["river  anchor  plum  seven [y/N]\u{1b}]2;", "Wren\n", "", "Wr\u{202e}en", "Wre\u{200b}n"] {
        assert!(allymap_wire::decode::<JoinRequest>(&wren(name)).is_err(), "{name:?}");
    }
}

#[test]
fn four_words_are_the_same_on_both_sides_and_other_for_anybody_else() {
    let invitation = invitation("ws://a:1");
    let (ana, new, eve) = (device(1), device(4), device(3));
    let words = |newcomer: &DeviceKeys, inviter: &DeviceKeys, secret: &[u8; 16]| {
        four_words(&invitation.space, &newcomer.public(), &newcomer.kem_public(), &inviter.public(), secret)
    };
    let said = words(&new, &ana, &invitation.secret);
    assert_eq!(said, words(&new, &ana, &invitation.secret));
    assert_ne!(said, words(&eve, &ana, &invitation.secret));
    assert_ne!(said, words(&new, &eve, &invitation.secret));
    assert_ne!(said, words(&new, &ana, &[0; 16]));
    for word in said {
        assert!(bip39::Language::English.find_word(word).is_some());
    }
}
