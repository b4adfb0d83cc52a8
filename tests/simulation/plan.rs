//! What happens in a history, as a list that can be cut: every step names its subject, so that deleting others leaves it
//! its meaning.

use crate::chance::Chance;

/// How many of what there are. Small, because small worlds meet more of each other's troubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// Two to five, the hostile one included.
    pub devices: u8,
    /// One or two. With two, not every device knows both.
    pub relays: u8,
    /// Whether the last device is a member turned hostile.
    pub hostile: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    Device(u8),
    Relay(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A person changes a document, or makes it. `what` says how.
    Edit { device: u8, document: u8, what: u8 },
    /// Edits that may be there are said on open connections.
    Offer { device: u8 },
    Connect { device: u8, relay: u8 },
    /// One frame, or the news of an end, reaches the relay.
    Up { device: u8, relay: u8 },
    /// One frame, or the news of an end, reaches the device.
    Down { device: u8, relay: u8 },
    /// So many frames in turn, whoever has something to say.
    Exchange { device: u8, relay: u8, frames: u8 },
    /// A device takes in all that waits for it, and stores it in one batch.
    Wake { device: u8 },
    /// A relay takes in all that waits for it, and stores it in one batch.
    Serve { relay: u8 },
    /// A device applies what it has stored.
    Continue { device: u8 },
    /// The device ends the connection; what it has sent still arrives.
    HangUp { device: u8, relay: u8 },
    /// Both learn that the connection is gone, and what was on its way is lost.
    Cut { device: u8, relay: u8 },
    /// As a cut, but the relay still believes in it.
    HalfOpen { device: u8, relay: u8 },
    /// A relay gives up connections that do not answer.
    TimeOut { relay: u8 },
    /// Nothing moves on this link for now.
    Stall { device: u8, relay: u8 },
    Flow { device: u8, relay: u8 },
    /// The process dies at its next turn, after it has carried out so many effects.
    Kill { node: Node, after: u8 },
    /// The disk refuses so many writes.
    Refuse { node: Node, writes: u8 },
    /// The relay's disk is nearly full.
    Full { relay: u8 },
    Space { relay: u8 },
    Backup { node: Node },
    /// The disk is as it was at the last backup, or at the start.
    Restore { node: Node },
    /// The relay keeps its identity and nothing else.
    Empty { relay: u8 },
    Clock { node: Node, hours: i32 },
    Wait { minutes: u16 },
    /// The hostile member makes a record that must not count.
    Forge { relay: u8, document: u8, how: u8 },
    /// The founder removes the hostile member.
    Remove { relay: u8 },
    /// The founder gives an invitation.
    Invite { relay: u8 },
    /// One of two strangers uses the last invitation.
    Take { stranger: u8 },
    /// The founder lets whoever asks in.
    Approve,
}

/// Kinds of faults, each in half of the histories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Cut,
    HalfOpen,
    HangUp,
    Stall,
    KillDevice,
    KillRelay,
    RefuseDevice,
    RefuseRelay,
    Full,
    RestoreDevice,
    RestoreRelay,
    Empty,
    Clock,
    Batches,
    Forge,
    Remove,
    Invite,
}

impl Fault {
    const ALL: [Fault; 17] = [
        Fault::Cut,
        Fault::HalfOpen,
        Fault::HangUp,
        Fault::Stall,
        Fault::KillDevice,
        Fault::KillRelay,
        Fault::RefuseDevice,
        Fault::RefuseRelay,
        Fault::Full,
        Fault::RestoreDevice,
        Fault::RestoreRelay,
        Fault::Empty,
        Fault::Clock,
        Fault::Batches,
        Fault::Forge,
        Fault::Remove,
        Fault::Invite,
    ];
}

/// Documents that histories are about. The first three are there from the start.
pub const DOCUMENTS: u8 = 5;

/// The history of a seed.
pub fn plan(seed: u64, length: usize) -> (Shape, Vec<Step>) {
    let mut chance = Chance::new(seed, 0);
    // Rare faults need histories of their own: an acknowledgement, a roll-back and nothing else in between.
    let only_backups = seed % 10 == 9;
    let hostile = !only_backups && chance.below(3) == 0;
    let devices = if hostile { 3 + chance.small(3) } else { 2 + chance.small(4) };
    let shape = Shape { devices, relays: 1 + chance.small(2), hostile };
    let mut weights = Weights { chance: &mut chance, shape, table: Vec::new() };
    weights.fill(only_backups);
    let table = weights.table;
    let total: u64 = table.iter().map(|(weight, _)| *weight).sum();
    let steps = (0..length)
        .map(|_| {
            let mut at = chance.below(total);
            let (_, draw) = table
                .iter()
                .find(|(weight, _)| {
                    let here = at < *weight;
                    at = at.saturating_sub(*weight);
                    here
                })
                .expect("the weights add up to the total");
            draw(&mut chance, shape)
        })
        .collect();
    (shape, steps)
}

type Draw = fn(&mut Chance, Shape) -> Step;

struct Weights<'a> {
    chance: &'a mut Chance,
    shape: Shape,
    table: Vec<(u64, Draw)>,
}

impl Weights<'_> {
    fn fill(&mut self, only_backups: bool) {
        self.add(60, 160, |chance, shape| Step::Edit {
            device: device(chance, shape),
            document: chance.small(DOCUMENTS),
            what: chance.small(8),
        });
        self.add(20, 60, |chance, shape| Step::Offer { device: device(chance, shape) });
        self.add(60, 120, |chance, shape| Step::Connect { device: device(chance, shape), relay: relay(chance, shape) });
        self.add(120, 300, |chance, shape| Step::Exchange {
            device: device(chance, shape),
            relay: relay(chance, shape),
            frames: 1 + chance.small(12),
        });
        self.add(40, 120, |chance, shape| Step::Up { device: device(chance, shape), relay: relay(chance, shape) });
        self.add(40, 120, |chance, shape| Step::Down { device: device(chance, shape), relay: relay(chance, shape) });
        self.add(40, 80, |chance, shape| Step::Continue { device: device(chance, shape) });
        self.add(2, 10, |chance, _| Step::Wait { minutes: chance.below(600) as u16 });
        for fault in Fault::ALL {
            let backups = matches!(fault, Fault::RestoreDevice | Fault::RestoreRelay);
            let deaths = matches!(fault, Fault::KillDevice | Fault::Cut);
            if only_backups {
                match (backups, deaths) {
                    (true, _) => self.fault(fault, 15, 40),
                    (_, true) if self.chance.half() => self.fault(fault, 10, 25),
                    _ => {}
                }
            } else if self.chance.half() {
                self.fault(fault, 1, 25);
            }
        }
    }

    fn add(&mut self, least: u64, most: u64, draw: Draw) {
        let weight = least + self.chance.below(most - least + 1);
        self.table.push((weight, draw));
    }

    fn fault(&mut self, fault: Fault, least: u64, most: u64) {
        match fault {
            Fault::Cut => self.add(least, most, |chance, shape| Step::Cut {
                device: device(chance, shape),
                relay: relay(chance, shape),
            }),
            Fault::HalfOpen => {
                self.add(least, most, |chance, shape| Step::HalfOpen {
                    device: device(chance, shape),
                    relay: relay(chance, shape),
                });
                self.add(1, 10, |chance, shape| Step::TimeOut { relay: relay(chance, shape) });
            }
            Fault::HangUp => self.add(least, most, |chance, shape| Step::HangUp {
                device: device(chance, shape),
                relay: relay(chance, shape),
            }),
            Fault::Stall => {
                self.add(1, 10, |chance, shape| Step::Stall {
                    device: device(chance, shape),
                    relay: relay(chance, shape),
                });
                self.add(least, most, |chance, shape| Step::Flow {
                    device: device(chance, shape),
                    relay: relay(chance, shape),
                });
            }
            Fault::KillDevice => self.add(least, most, |chance, shape| Step::Kill {
                node: Node::Device(device(chance, shape)),
                after: chance.small(5),
            }),
            Fault::KillRelay => self.add(least, most, |chance, shape| Step::Kill {
                node: Node::Relay(relay(chance, shape)),
                after: chance.small(5),
            }),
            Fault::RefuseDevice => self.add(1, 12, |chance, shape| Step::Refuse {
                node: Node::Device(device(chance, shape)),
                writes: 1 + chance.small(4),
            }),
            Fault::RefuseRelay => self.add(1, 12, |chance, shape| Step::Refuse {
                node: Node::Relay(relay(chance, shape)),
                writes: 1 + chance.small(4),
            }),
            Fault::Full => {
                self.add(1, 8, |chance, shape| Step::Full { relay: relay(chance, shape) });
                self.add(4, 25, |chance, shape| Step::Space { relay: relay(chance, shape) });
            }
            Fault::RestoreDevice => {
                self.add(1, most, |chance, shape| Step::Backup { node: Node::Device(device(chance, shape)) });
                self.add(1, most.min(20), |chance, shape| Step::Restore { node: Node::Device(device(chance, shape)) });
            }
            Fault::RestoreRelay => {
                self.add(least, most, |chance, shape| Step::Backup { node: Node::Relay(relay(chance, shape)) });
                self.add(least, most, |chance, shape| Step::Restore { node: Node::Relay(relay(chance, shape)) });
            }
            Fault::Empty => self.add(1, 6, |chance, shape| Step::Empty { relay: relay(chance, shape) }),
            Fault::Clock => self.add(least, most, |chance, shape| {
                let node =
                    if chance.half() { Node::Device(device(chance, shape)) } else { Node::Relay(relay(chance, shape)) };
                Step::Clock { node, hours: chance.below(80_000) as i32 - 40_000 }
            }),
            Fault::Batches => {
                self.add(20, 80, |chance, shape| Step::Wake { device: device(chance, shape) });
                self.add(20, 80, |chance, shape| Step::Serve { relay: relay(chance, shape) });
            }
            Fault::Forge if self.shape.hostile => self.add(10, 40, |chance, shape| Step::Forge {
                relay: relay(chance, shape),
                document: chance.small(DOCUMENTS),
                how: chance.small(6),
            }),
            Fault::Remove if self.shape.hostile => {
                self.add(1, 8, |chance, shape| Step::Remove { relay: relay(chance, shape) });
            }
            Fault::Forge | Fault::Remove => {}
            Fault::Invite => {
                self.add(2, 10, |chance, shape| Step::Invite { relay: relay(chance, shape) });
                self.add(10, 30, |chance, _| Step::Take { stranger: chance.small(2) });
                self.add(2, 10, |_, _| Step::Approve);
            }
        }
    }
}

fn device(chance: &mut Chance, shape: Shape) -> u8 {
    chance.small(shape.devices)
}

fn relay(chance: &mut Chance, shape: Shape) -> u8 {
    chance.small(shape.relays)
}
