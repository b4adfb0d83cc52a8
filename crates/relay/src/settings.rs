//! What an operator, or a test, may set. The defaults are those of the wire.

use allymap_wire::limits;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Anybody who reaches this relay may create maps on it: for tests and for a machine of one's own.
    pub anybody_may_create: bool,
    pub frame_bytes: usize,
    pub record_bytes: usize,
    pub records_per_message: usize,
    /// About how many bytes of records go into one page of a catch-up. One page per connection is on its way at a time.
    pub page_bytes: usize,
    /// About how many bytes one Sync may ask for.
    pub sync_bytes: u64,
    pub unauthenticated_bytes: usize,
    pub unauthenticated_ms: u64,
    /// How long a device that is on no access list may stay without saying anything.
    pub unlisted_ms: u64,
    /// How many messages a device that is on no access list may send in one connection.
    pub unlisted_messages: u32,
    /// Wrong tokens and invitations in a minute, from all who are on no access list together, before nobody of them may try any.
    /// One address alone cannot reach it.
    pub guesses_a_minute: u32,
    pub connections: usize,
    pub connections_per_minute: u32,
    pub device_bytes_per_day: u64,
    pub device_burst_bytes: u64,
    pub device_records_per_day: u32,
    pub space_bytes: u64,
    pub mailboxes: usize,
    pub mailbox_bytes: usize,
    pub mailbox_ms: u64,
    pub invitation_ms: u64,
    pub access_entries: usize,
    /// Over how long the devices that a draining relay sends away should spread their return.
    pub return_spread_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            anybody_may_create: false,
            frame_bytes: limits::FRAME_BYTES,
            record_bytes: limits::RECORD_BYTES,
            records_per_message: limits::RECORDS_PER_MESSAGE,
            page_bytes: 256 << 10,
            sync_bytes: limits::SYNC_BYTES,
            unauthenticated_bytes: limits::UNAUTHENTICATED_BYTES,
            unauthenticated_ms: limits::UNAUTHENTICATED_MS,
            unlisted_ms: limits::IDLE_MS,
            unlisted_messages: 16,
            guesses_a_minute: 600,
            connections: 20_000,
            connections_per_minute: limits::CONNECTIONS_PER_MINUTE,
            device_bytes_per_day: limits::DEVICE_BYTES_PER_DAY,
            device_burst_bytes: limits::DEVICE_BURST_BYTES,
            device_records_per_day: limits::DEVICE_RECORDS_PER_DAY,
            space_bytes: limits::SPACE_BYTES,
            mailboxes: limits::MAILBOXES,
            mailbox_bytes: limits::MAILBOX_BYTES,
            mailbox_ms: limits::MAILBOX_MS,
            invitation_ms: limits::INVITATION_MS,
            access_entries: limits::ACCESS_ENTRIES,
            return_spread_ms: 30_000,
        }
    }
}
