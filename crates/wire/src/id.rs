//! The fixed-size names of things. Two kinds of thing are two types.

use std::fmt;

use minicbor::decode::{Decode, Decoder, Error};
use minicbor::encode::{Encode, Encoder, Write};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// Its length in bytes.
            pub const LENGTH: usize = $length;

            /// The id in these bytes, if there are exactly as many as it has.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let head = data_encoding::HEXLOWER.encode(&self.0[..4.min(self.0.len())]);
                write!(f, concat!(stringify!($name), "({}…)"), head)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
                let at = d.position();
                Self::from_slice(d.bytes()?)
                    .ok_or_else(|| Error::message(concat!("wrong length of ", stringify!($name))).at(at))
            }
        }
    };
}

id!(
    /// One map's unit of protection: SHA-256 of its genesis operation.
    SpaceId,
    32
);
id!(
    /// SHA-256 of a sealed record's bytes.
    RecordId,
    32
);
id!(
    /// A random name of one Automerge document.
    DocumentId,
    16
);
id!(
    /// SHA-256 of a signed roster operation's bytes under its domain.
    OpId,
    32
);
id!(
    /// The full name of an epoch key: SHA-256 of the key under its domain.
    KeyId,
    32
);
id!(
    /// The first half of a [`KeyId`], as it stands in a record's header.
    KeyTag,
    16
);
id!(
    /// An Ed25519 public key: who a device is within one space.
    DeviceKey,
    32
);
id!(
    /// An Ed25519 signature.
    Signature,
    64
);
id!(
    /// A relay's random identity. It is signed by every device that logs in, so a challenge cannot be passed on.
    RelayKey,
    32
);
id!(
    /// The first half of SHA-256 of a [`RelayKey`], short enough for an invitation.
    RelayKeyHash,
    16
);
id!(
    /// One life of a relay's log of one space. A restored relay begins another.
    LogId,
    16
);
id!(
    /// The first half of a [`LogHash`](crate::LogHash), as sent.
    HashPrefix,
    16
);
id!(
    /// What a relay asks a device to sign, new for each connection.
    Challenge,
    16
);
id!(
    /// The name of a mailbox, derived from an invitation's secret.
    BoxToken,
    32
);
id!(
    /// The operator's leave to create maps on a relay.
    OperatorToken,
    16
);

impl KeyId {
    pub fn tag(&self) -> KeyTag {
        let mut tag = [0; 16];
        tag.copy_from_slice(&self.0[..16]);
        KeyTag(tag)
    }
}

impl RelayKey {
    pub fn hash(&self) -> RelayKeyHash {
        let mut short = [0; 16];
        short.copy_from_slice(&crate::hash("relay", &[&self.0])[..16]);
        RelayKeyHash(short)
    }
}
