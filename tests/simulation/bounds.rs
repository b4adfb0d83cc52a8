//! What must stay within bounds while a history goes on, looked at from outside: what lies on disks, what waits on the wire.

use allymap_wire::Message;

use crate::oracle::{Oracle, Violation, violation};
use crate::world::{QUEUE, World};

/// Steps between two looks.
pub const EVERY: usize = 8;
/// Frames that one turn of a relay may add to a queue before its driver looks at it again: pushes on their way, a page, answers.
const ONE_TURN: usize = 20;
/// Bytes that may wait for one connection: pages on their way, live pushes, and one record beyond each.
const QUEUE_BYTES: usize = 2 << 20;
/// Rows of a device's disk: letter, what lies there.
const OFFERS: u8 = b'n';
const WAITING: u8 = b'w';
const UNAPPLIED: u8 = b'v';
const FATES: u8 = b'f';
const RECORDS: u8 = b'r';
const BREADCRUMBS: u8 = b'b';

impl World {
    /// Looks at everything that could grow.
    pub fn look_at_bounds(&self) -> Result<(), Violation> {
        for device in 0..self.shape.devices {
            self.look_at_device(device)?;
        }
        for relay in 0..self.shape.relays {
            self.look_at_relay(relay)?;
        }
        self.look_at_links()
    }

    fn look_at_device(&self, device: u8) -> Result<(), Violation> {
        let node = &self.devices[usize::from(device)];
        let rows = |letter: u8| node.machine.disk.under_letter(letter).count();
        let (records, relays) = (rows(RECORDS), node.knows.len());
        let most = [
            // Each record at most once for each relay.
            ("to offer", OFFERS, records * relays),
            ("waiting", WAITING, records.min(WAITING_ROOM)),
            ("not yet applied", UNAPPLIED, records),
            // What is refused stays there as a name, so that it is not asked again; nothing else has one without its record.
            ("named", FATES, records),
            ("being tried", BREADCRUMBS, 1),
        ];
        for (what, letter, most) in most {
            let there = rows(letter);
            if there > most {
                let detail = format!("device {device} has {there} records {what}, {most} at most were expected");
                return Err(violation(Oracle::Bounds, detail));
            }
        }
        Ok(())
    }

    fn look_at_relay(&self, relay: u8) -> Result<(), Violation> {
        let node = &self.relays[usize::from(relay)];
        let grown = |what: String| Err(violation(Oracle::Bounds, format!("relay {relay} has {what}")));
        // Little room is made for what comes; what was there before stays.
        let most = crate::start::settings(self.shape).mailboxes;
        let mailboxes = node.machine.disk.under_letter(b'b').count();
        if mailboxes > most {
            return grown(format!("{mailboxes} mailboxes"));
        }
        if let Some(open) = &node.relay {
            let links = self.links.values().filter(|link| link.relay == relay && link.face == node.face);
            let (connections, links) = (open.connections(), links.count());
            if connections > links {
                return grown(format!("{connections} connections over {links} links"));
            }
        }
        Ok(())
    }

    fn look_at_links(&self) -> Result<(), Violation> {
        for link in self.links.values() {
            let bytes: usize = link.down.iter().map(|frame| frame.len()).sum();
            if link.down.len() > QUEUE + ONE_TURN || bytes > QUEUE_BYTES {
                let detail = format!(
                    "relay {} has {} frames of {bytes} bytes waiting for device {}",
                    link.relay,
                    link.down.len(),
                    link.device
                );
                return Err(violation(Oracle::Bounds, detail));
            }
            // A device says one thing and waits for the answer.
            let puts = link.up.iter().filter(|frame| matches!(Message::decode(frame), Ok(Message::Put { .. }))).count();
            if puts + link.puts.len() > 1 {
                let detail = format!("device {} puts again before it was answered", link.device);
                return Err(violation(Oracle::Bounds, detail));
            }
        }
        Ok(())
    }
}

/// Records that may wait on one device.
const WAITING_ROOM: usize = 20_000;
