//! Every limit of the wire, with its reason. A relay announces its own in Hello; these are the defaults.

/// One websocket message. Large enough that a page of records amortises its headers, small enough to hold a few per peer.
pub const FRAME_BYTES: usize = 1 << 20;
/// One sealed record. A sitting is closed at 64 KiB of raw changes, so this leaves room for one huge change.
pub const RECORD_BYTES: usize = 256 << 10;
/// What a connection may send before it has proved who it is: Hello's answer fits many times over.
pub const UNAUTHENTICATED_BYTES: usize = 4 << 10;
/// How long a connection may take to prove who it is, in milliseconds.
pub const UNAUTHENTICATED_MS: u64 = 10_000;
/// Silence after which a peer counts as gone, in milliseconds; both sides ping at a third of it.
pub const IDLE_MS: u64 = 60_000;
/// New connections a minute from one address. Counted in memory only.
pub const CONNECTIONS_PER_MINUTE: u32 = 20;
/// Records in one Put or one Records message.
pub const RECORDS_PER_MESSAGE: usize = 4_096;
/// Bytes of records in one message, so that it fits a frame with its headers.
pub const MESSAGE_RECORD_BYTES: usize = FRAME_BYTES - (64 << 10);
/// Bytes that a relay sends for one Sync before it waits for the next; a client may ask for less.
pub const SYNC_BYTES: u64 = 8 << 20;
/// Bytes one device may upload in a day.
pub const DEVICE_BYTES_PER_DAY: u64 = 16 << 20;
/// Records one device may upload in a day.
pub const DEVICE_RECORDS_PER_DAY: u32 = 20_000;
/// Bytes one device may upload at once, before the daily rate counts.
pub const DEVICE_BURST_BYTES: u64 = 8 << 20;
/// Bytes of one space's log. The last tenth is kept for convenors, so that a flood cannot keep them from acting.
pub const SPACE_BYTES: u64 = 512 << 20;
/// Open mailboxes of one space.
pub const MAILBOXES: usize = 64;
/// One message in a mailbox.
pub const MAILBOX_BYTES: usize = 16 << 10;
/// How long a mailbox lives, in milliseconds (seven days).
pub const MAILBOX_MS: u64 = 7 * 24 * 3_600_000;
/// How long an invitation may be taken, in milliseconds (72 hours).
pub const INVITATION_MS: u64 = 72 * 3_600_000;
/// Devices in one access list.
pub const ACCESS_ENTRIES: usize = 2_000;
/// Pairs in a ladder.
pub const LADDER_PAIRS: usize = 64;
/// A ladder has a pair at every this many positions.
pub const LADDER_STEP: u64 = 64;
/// Frames that may wait for a slow reader before it is dropped; it comes back with a cursor.
pub const SEND_QUEUE_FRAMES: usize = 64;
/// A genesis operation.
pub const GENESIS_BYTES: usize = 1 << 10;
/// A relay's address as text.
pub const ADDRESS_BYTES: usize = 200;
