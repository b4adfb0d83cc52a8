//! Who may read and write a map, and how its bytes are sealed: keys, statements, records, the roster, keyslots, the
//! vault and invitations.
//!
//! No IO. Chance is an argument (`&mut impl rand_core::CryptoRng`), time is an argument, and nothing here knows Automerge.

mod body;
mod epoch;
mod hpke_box;
mod invitation;
mod keys;
mod keyslot;
mod label;
mod op;
mod record;
mod roster;
mod secret;
mod statement;
mod vault;

#[cfg(test)]
mod tests;

pub use body::{BODY_BYTES, BODY_CHANGES, BodyError, CODEC, compress_body, expand_body};
pub use epoch::{EpochKey, KeyRing, PacketError, SealedKey, open_links, open_packet, wrap_keys};
pub use hpke_box::KemKey;
pub use invitation::{Invitation, InvitationError, JoinRequest, Offer, four_words};
pub use keys::{DeviceKeys, DeviceSeed, RootKeys, RootSeed, WordsError, actor};
pub use keyslot::{Argon2Cost, Keyslots, SlotError, SlotKind};
pub use label::{Label, NotALabel};
pub use op::{Body, Op, OpError, Role, SignedOp};
pub use record::{Content, OpenError, SealError, open, seal};
pub use roster::{ActError, FormerMember, Inserted, Member, Minted, RelayInForce, Roster, Shared, Standing, genesis};
pub use statement::{Draft, Seen, Statement, StatementError};
pub use vault::{DatabaseKey, Vault, VaultError};
