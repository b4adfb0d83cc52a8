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
    /// Whether the last relay lies.
    pub liar: bool,
    /// About how many bytes of records a relay sends at once. The less, the longer somebody is behind.
    pub page_bytes: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    Device(u8),
    Relay(u8),
}

/// What a hostile relay does from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    Nothing,
    StoresNothing,
    Drops,
    Damages,
    /// Every other device is shown a log that goes on by itself from here.
    TwoLogs,
    /// Every other device is shown the log of the last backup.
    OldLog,
    OneLog,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A person changes a document, or makes it. `what` says how.
    Edit {
        device: u8,
        document: u8,
        what: u8,
    },
    /// Edits that may be there are said on open connections.
    Offer {
        device: u8,
    },
    Connect {
        device: u8,
        relay: u8,
    },
    /// One frame, or the news of an end, reaches the relay.
    Up {
        device: u8,
        relay: u8,
    },
    /// One frame, or the news of an end, reaches the device.
    Down {
        device: u8,
        relay: u8,
    },
    /// So many frames in turn, whoever has something to say.
    Exchange {
        device: u8,
        relay: u8,
        frames: u8,
    },
    /// A device takes in all that waits for it, and stores it in one batch.
    Wake {
        device: u8,
    },
    /// A relay takes in all that waits for it, and stores it in one batch.
    Serve {
        relay: u8,
    },
    /// A device applies what it has stored.
    Continue {
        device: u8,
    },
    /// The device ends the connection; what it has sent still arrives.
    HangUp {
        device: u8,
        relay: u8,
    },
    /// Both learn that the connection is gone, and what was on its way is lost.
    Cut {
        device: u8,
        relay: u8,
    },
    /// As a cut, but the relay still believes in it.
    HalfOpen {
        device: u8,
        relay: u8,
    },
    /// A relay gives up connections that do not answer.
    TimeOut {
        relay: u8,
    },
    /// Nothing moves on this link for now.
    Stall {
        device: u8,
        relay: u8,
    },
    Flow {
        device: u8,
        relay: u8,
    },
    /// The process dies at its next turn, after it has carried out so many effects.
    Kill {
        node: Node,
        after: u8,
    },
    /// The disk refuses so many writes.
    Refuse {
        node: Node,
        writes: u8,
    },
    /// The relay's disk is nearly full.
    Full {
        relay: u8,
    },
    Space {
        relay: u8,
    },
    Backup {
        node: Node,
    },
    /// The disk is as it was at the last backup, or at the start.
    Restore {
        node: Node,
    },
    /// Rows of a device's disk are gone, drawn from this number; what it says it knows of itself and of relays is left.
    Damage {
        device: u8,
        number: u16,
    },
    /// The relay keeps its identity and nothing else.
    Empty {
        relay: u8,
    },
    Clock {
        node: Node,
        hours: i32,
    },
    Wait {
        minutes: u16,
    },
    /// The hostile member makes a record that must not count.
    Forge {
        relay: u8,
        document: u8,
        how: u8,
    },
    /// The hostile member says two things under one number.
    SpeakTwice {
        relay: u8,
        document: u8,
    },
    /// The hostile member writes more than half of what one device may write into a document.
    Flood {
        relay: u8,
        document: u8,
    },
    /// The founder removes the hostile member.
    Remove {
        relay: u8,
    },
    /// The founder gives an invitation.
    Invite {
        relay: u8,
    },
    /// One of two strangers uses the last invitation.
    Take {
        stranger: u8,
    },
    /// The founder lets whoever asks in.
    Approve,
    /// The process dies, opens what it finds, and dies before it has said anything.
    OpenAndDie {
        node: Node,
    },
    /// A device's folder is copied over another's, and both run.
    Clone {
        from: u8,
        to: u8,
    },
    /// Rows of a relay's log are gone, drawn from this number, and it closes the gaps.
    Rot {
        relay: u8,
        number: u16,
    },
    /// The relay's operator gives it little room, or as much as it wants.
    Narrow {
        relay: u8,
        narrow: bool,
    },
    /// No clock moves, or all do again.
    Still(bool),
    /// The hostile relay changes its game.
    Lie(Lie),
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
    Damage,
    Empty,
    Clock,
    Batches,
    Forge,
    SpeakTwice,
    Remove,
    Invite,
    Open,
    Rot,
    Narrow,
    Flood,
}

impl Fault {
    const ALL: [Fault; 23] = [
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
        Fault::Damage,
        Fault::Empty,
        Fault::Clock,
        Fault::Batches,
        Fault::Forge,
        Fault::SpeakTwice,
        Fault::Remove,
        Fault::Invite,
        Fault::Open,
        Fault::Rot,
        Fault::Narrow,
        Fault::Flood,
    ];
}

/// Documents that histories are about. The first three are there from the start.
pub const DOCUMENTS: u8 = 5;

/// Whether a history is about backups and little else. Rare faults need histories of their own: an acknowledgement, a roll-back
/// and nothing in between.
pub fn only_backups(seed: u64) -> bool {
    seed % 10 == 9
}

/// Whether a relay lies in it: then it may be accused, so this takes histories of its own, too.
pub fn has_liar(seed: u64) -> bool {
    seed % 10 == 4
}

/// Whether devices have the budget that the product gives them: there a record meets its own limit long before its author's.
/// Nobody floods in such a history.
pub fn has_wide_budget(seed: u64) -> bool {
    seed % 10 == 7
}

/// The history of a seed.
pub fn plan(seed: u64, length: usize) -> (Shape, Vec<Step>) {
    let mut chance = Chance::new(seed, 0);
    let only_backups = only_backups(seed);
    let hostile = !only_backups && chance.below(3) == 0;
    // Most troubles need two or three; a history of five costs as much as four of them.
    let devices = [2, 2, 2, 3, 3, 3, 4, 5][usize::from(chance.small(8))].max(2 + u8::from(hostile));
    let pages: &[u16] = if only_backups { &[512] } else { &[512, 512, 4 << 10, 32 << 10] };
    let page_bytes = pages[usize::from(chance.small(pages.len() as u8))];
    let shape = Shape { devices, relays: 1 + chance.small(2), hostile, liar: has_liar(seed), page_bytes };
    let mut weights = Weights { chance: &mut chance, shape, table: Vec::new() };
    weights.fill(only_backups);
    let table = weights.table;
    let total: u64 = table.iter().map(|(weight, _)| *weight).sum();
    let mut steps = Vec::with_capacity(length + 16);
    while steps.len() < length {
        let mut at = chance.below(total);
        let (_, draw) = table
            .iter()
            .find(|(weight, _)| {
                let here = at < *weight;
                at = at.saturating_sub(*weight);
                here
            })
            .expect("the weights add up to the total");
        draw(&mut chance, shape, &mut steps);
    }
    steps.truncate(length);
    (shape, steps)
}

/// Adds what it is for to the plan: one step, or a few that mean something only together.
type Draw = fn(&mut Chance, Shape, &mut Vec<Step>);

struct Weights<'a> {
    chance: &'a mut Chance,
    shape: Shape,
    table: Vec<(u64, Draw)>,
}

impl Weights<'_> {
    fn fill(&mut self, only_backups: bool) {
        self.add(60, 160, |chance, shape, plan| {
            plan.push(Step::Edit { device: device(chance, shape), document: document(chance), what: chance.small(8) });
        });
        self.add(20, 60, |chance, shape, plan| plan.push(Step::Offer { device: device(chance, shape) }));
        self.add(60, 120, |chance, shape, plan| {
            plan.push(Step::Connect { device: device(chance, shape), relay: relay(chance, shape) });
        });
        self.add(120, 300, |chance, shape, plan| plan.push(exchange(chance, shape, 12)));
        self.add(40, 120, |chance, shape, plan| {
            plan.push(Step::Up { device: device(chance, shape), relay: relay(chance, shape) });
        });
        self.add(40, 120, |chance, shape, plan| {
            plan.push(Step::Down { device: device(chance, shape), relay: relay(chance, shape) });
        });
        self.add(40, 80, |chance, shape, plan| plan.push(Step::Continue { device: device(chance, shape) }));
        self.add(2, 10, |chance, _, plan| plan.push(Step::Wait { minutes: chance.below(600) as u16 }));
        if only_backups {
            self.add(40, 80, acknowledged_and_taken_back);
            self.add(40, 80, behind_when_acknowledged);
            self.fault(Fault::RestoreRelay);
            for fault in [Fault::Cut, Fault::KillDevice, Fault::RestoreDevice] {
                if self.chance.half() {
                    self.fault(fault);
                }
            }
            return;
        }
        if self.shape.liar {
            self.add(20, 60, lies);
            self.add(10, 30, two_logs);
            self.add(1, 10, |chance, shape, plan| plan.push(Step::Backup { node: Node::Relay(relay(chance, shape)) }));
            for fault in [Fault::Cut, Fault::HangUp, Fault::HalfOpen, Fault::KillDevice, Fault::Batches, Fault::Remove]
            {
                if self.chance.half() {
                    self.fault(fault);
                }
            }
            return;
        }
        // What a device lost to damage comes back from a relay, so no other disk goes back in time in the same history.
        let damage = self.chance.half();
        for fault in Fault::ALL {
            let happens = match fault {
                Fault::Damage => damage,
                Fault::RestoreDevice | Fault::RestoreRelay | Fault::Empty | Fault::Rot if damage => false,
                _ => self.chance.half(),
            };
            if happens {
                self.fault(fault);
            }
        }
    }

    fn add(&mut self, least: u64, most: u64, draw: Draw) {
        let weight = least + self.chance.below(most - least + 1);
        self.table.push((weight, draw));
    }

    fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::Cut => self.add(1, 25, |chance, shape, plan| {
                plan.push(Step::Cut { device: device(chance, shape), relay: relay(chance, shape) });
            }),
            Fault::HalfOpen => {
                self.add(1, 25, |chance, shape, plan| {
                    plan.push(Step::HalfOpen { device: device(chance, shape), relay: relay(chance, shape) });
                });
                self.add(1, 10, |chance, shape, plan| plan.push(Step::TimeOut { relay: relay(chance, shape) }));
            }
            Fault::HangUp => self.add(1, 25, |chance, shape, plan| {
                plan.push(Step::HangUp { device: device(chance, shape), relay: relay(chance, shape) });
            }),
            Fault::Stall => {
                self.add(1, 10, |chance, shape, plan| {
                    plan.push(Step::Stall { device: device(chance, shape), relay: relay(chance, shape) });
                });
                self.add(1, 25, |chance, shape, plan| {
                    plan.push(Step::Flow { device: device(chance, shape), relay: relay(chance, shape) });
                });
            }
            Fault::KillDevice => self.add(5, 25, |chance, shape, plan| {
                // At whatever comes next, which is most often something that it stores.
                let next = exchange(chance, shape, 3);
                let Step::Exchange { device, .. } = next else { return };
                plan.push(Step::Kill { node: Node::Device(device), after: chance.small(4) });
                plan.push(next);
            }),
            Fault::KillRelay => self.add(5, 25, |chance, shape, plan| {
                let next = exchange(chance, shape, 3);
                let Step::Exchange { relay, .. } = next else { return };
                plan.push(Step::Kill { node: Node::Relay(relay), after: chance.small(4) });
                plan.push(next);
            }),
            Fault::RefuseDevice => self.add(1, 12, |chance, shape, plan| {
                plan.push(Step::Refuse { node: Node::Device(device(chance, shape)), writes: 1 + chance.small(4) });
            }),
            Fault::RefuseRelay => self.add(1, 12, |chance, shape, plan| {
                plan.push(Step::Refuse { node: Node::Relay(relay(chance, shape)), writes: 1 + chance.small(4) });
            }),
            Fault::Full => {
                self.add(1, 8, |chance, shape, plan| plan.push(Step::Full { relay: relay(chance, shape) }));
                self.add(4, 25, |chance, shape, plan| plan.push(Step::Space { relay: relay(chance, shape) }));
            }
            Fault::RestoreDevice => {
                self.add(5, 25, |chance, shape, plan| {
                    plan.push(Step::Backup { node: Node::Device(device(chance, shape)) });
                });
                self.add(1, 8, |chance, shape, plan| {
                    plan.push(Step::Restore { node: Node::Device(device(chance, shape)) });
                });
                self.add(1, 4, |chance, shape, plan| {
                    let (from, to, relay) = (device(chance, shape), device(chance, shape), relay(chance, shape));
                    plan.push(Step::Clone { from, to });
                    for device in [from, to] {
                        plan.push(Step::Edit { device, document: document(chance), what: chance.small(8) });
                        plan.push(Step::Connect { device, relay });
                        plan.push(Step::Exchange { device, relay, frames: 1 + chance.small(12) });
                    }
                });
            }
            Fault::RestoreRelay => {
                self.add(1, 25, |chance, shape, plan| {
                    plan.push(Step::Backup { node: Node::Relay(relay(chance, shape)) });
                });
                self.add(1, 15, |chance, shape, plan| {
                    plan.push(Step::Restore { node: Node::Relay(relay(chance, shape)) });
                });
            }
            Fault::Damage => self.add(1, 6, |chance, shape, plan| {
                plan.push(Step::Damage { device: device(chance, shape), number: chance.below(1 << 16) as u16 });
            }),
            Fault::Empty => {
                self.add(1, 6, |chance, shape, plan| plan.push(Step::Empty { relay: relay(chance, shape) }))
            }
            Fault::Clock => {
                self.add(1, 8, |chance, _, plan| plan.push(Step::Still(chance.half())));
                self.add(1, 25, |chance, shape, plan| {
                    let node = if chance.half() {
                        Node::Device(device(chance, shape))
                    } else {
                        Node::Relay(relay(chance, shape))
                    };
                    plan.push(Step::Clock { node, hours: chance.below(80_000) as i32 - 40_000 });
                })
            }
            Fault::Batches => {
                self.add(20, 80, |chance, shape, plan| plan.push(Step::Wake { device: device(chance, shape) }));
                self.add(20, 80, |chance, shape, plan| plan.push(Step::Serve { relay: relay(chance, shape) }));
            }
            Fault::Forge if self.shape.hostile => self.add(10, 40, |chance, shape, plan| {
                plan.push(Step::Forge {
                    relay: relay(chance, shape),
                    document: document(chance),
                    how: chance.small(11),
                });
            }),
            Fault::SpeakTwice if self.shape.hostile => self.add(2, 20, |chance, shape, plan| {
                plan.push(Step::SpeakTwice { relay: relay(chance, shape), document: document(chance) });
            }),
            Fault::Flood if self.shape.hostile => self.add(2, 20, |chance, shape, plan| {
                let (relay, document) = (relay(chance, shape), document(chance));
                plan.push(Step::Flood { relay, document });
                plan.push(Step::Flood { relay: shape.relays - 1 - relay, document });
            }),
            Fault::Remove if self.shape.hostile => {
                self.add(1, 8, |chance, shape, plan| {
                    let (relay, hostile) = (relay(chance, shape), shape.devices - 1);
                    plan.push(Step::Connect { device: hostile, relay });
                    plan.push(Step::Exchange { device: hostile, relay, frames: 12 });
                    plan.push(Step::Remove { relay });
                    // Until the founder's device has told the relay, the removed member can still say something there.
                    plan.push(Step::Forge { relay, document: document(chance), how: 3 });
                    plan.extend([Step::HangUp { device: 0, relay }, Step::Connect { device: 0, relay }]);
                    plan.push(Step::Exchange { device: 0, relay, frames: 12 });
                    plan.push(Step::Edit { device: 0, document: document(chance), what: 0 });
                    plan.extend([Step::Offer { device: 0 }, Step::Exchange { device: 0, relay, frames: 6 }]);
                });
                self.add(1, 4, two_mints);
            }
            Fault::Forge | Fault::SpeakTwice | Fault::Flood | Fault::Remove => {}
            Fault::Invite => {
                self.add(1, 6, |chance, shape, plan| {
                    let relay = relay(chance, shape);
                    let founder = |frames| Step::Exchange { device: 0, relay, frames };
                    plan.extend([Step::Invite { relay }, Step::Connect { device: 0, relay }, founder(12)]);
                    plan.extend([Step::Take { stranger: chance.small(2) }, Step::Take { stranger: chance.small(2) }]);
                    plan.extend([Step::HangUp { device: 0, relay }, Step::Connect { device: 0, relay }, founder(12)]);
                });
                self.add(2, 15, |chance, _, plan| plan.push(Step::Take { stranger: chance.small(2) }));
                self.add(2, 15, |_, _, plan| plan.push(Step::Approve));
            }
            Fault::Open => self.add(1, 8, |chance, shape, plan| {
                let node =
                    if chance.half() { Node::Device(device(chance, shape)) } else { Node::Relay(relay(chance, shape)) };
                plan.push(Step::OpenAndDie { node });
            }),
            Fault::Rot => self.add(1, 4, |chance, shape, plan| {
                plan.push(Step::Rot { relay: relay(chance, shape), number: chance.below(1 << 16) as u16 });
            }),
            Fault::Narrow => {
                self.add(1, 3, |chance, shape, plan| {
                    let relay = relay(chance, shape);
                    plan.extend([Step::Narrow { relay, narrow: true }, Step::Wait { minutes: 600 }]);
                    if chance.half() {
                        plan.extend([Step::Invite { relay }, Step::Connect { device: 0, relay }]);
                        plan.extend([Step::Exchange { device: 0, relay, frames: 12 }, Step::Invite { relay }]);
                        plan.extend([Step::Offer { device: 0 }, Step::Exchange { device: 0, relay, frames: 12 }]);
                    }
                });
                self.add(1, 6, |chance, shape, plan| {
                    plan.push(Step::Narrow { relay: relay(chance, shape), narrow: false });
                });
            }
        }
    }
}

/// A record is acknowledged, the device dies or not, and the relay goes back to before it. Any part may be missing.
fn acknowledged_and_taken_back(chance: &mut Chance, shape: Shape, plan: &mut Vec<Step>) {
    let (device, relay) = (device(chance, shape), relay(chance, shape));
    let exchange = |frames| Step::Exchange { device, relay, frames };
    let story = [
        Step::Connect { device, relay },
        exchange(12),
        Step::Backup { node: Node::Relay(relay) },
        Step::Edit { device, document: document(chance), what: chance.small(8) },
        Step::Offer { device },
        Step::Up { device, relay },
        Step::Kill { node: Node::Device(device), after: chance.small(3) },
        exchange(1 + chance.small(4)),
        Step::Cut { device, relay },
        Step::Restore { node: Node::Relay(relay) },
    ];
    plan.extend(story.into_iter().filter(|_| chance.below(8) > 0));
}

/// A device is acknowledged a place that lies beyond what it has read, and the relay goes back to between the two.
fn behind_when_acknowledged(chance: &mut Chance, shape: Shape, plan: &mut Vec<Step>) {
    let relay = relay(chance, shape);
    let (slow, busy) = (device(chance, shape), device(chance, shape));
    let mut story = Vec::new();
    for device in [slow, busy] {
        story.extend([Step::Connect { device, relay }, Step::Exchange { device, relay, frames: 12 }]);
    }
    let writes = |device, chance: &mut Chance, story: &mut Vec<Step>| {
        story.push(Step::Edit { device, document: document(chance), what: chance.small(8) });
        story.push(Step::Offer { device });
        story.push(Step::Up { device, relay });
    };
    for _ in 0..3 + chance.small(3) {
        writes(busy, chance, &mut story);
        story.push(Step::Exchange { device: busy, relay, frames: 3 });
    }
    story.push(Step::Backup { node: Node::Relay(relay) });
    for _ in 0..chance.small(3) {
        writes(busy, chance, &mut story);
    }
    writes(slow, chance, &mut story);
    for _ in 0..2 + chance.small(6) {
        story.push(Step::Down { device: slow, relay });
    }
    story.push(Step::Cut { device: slow, relay });
    story.push(Step::Restore { node: Node::Relay(relay) });
    story.push(Step::Connect { device: slow, relay });
    story.push(Step::Exchange { device: slow, relay, frames: 12 });
    plan.extend(story.into_iter().filter(|_| chance.below(32) > 0));
}

/// Two who know of a removal have something to say at once, and each makes a key for it.
fn two_mints(chance: &mut Chance, shape: Shape, plan: &mut Vec<Step>) {
    let relay = relay(chance, shape);
    plan.push(Step::Remove { relay });
    for device in [0, 1] {
        plan.extend([Step::HangUp { device, relay }, Step::Connect { device, relay }]);
        plan.push(Step::Exchange { device, relay, frames: 12 });
    }
    for device in [0, 1] {
        plan.push(Step::Edit { device, document: document(chance), what: chance.small(8) });
        plan.push(Step::Offer { device });
    }
    for device in [0, 1] {
        plan.extend([Step::Up { device, relay }, Step::Exchange { device, relay, frames: 12 }]);
    }
}

/// A relay begins another lie, and everybody it may concern has something to say.
fn lies(chance: &mut Chance, shape: Shape, plan: &mut Vec<Step>) {
    let lie = [Lie::Nothing, Lie::StoresNothing, Lie::Drops, Lie::Damages, Lie::OneLog][usize::from(chance.small(5))];
    let (device, relay) = (device(chance, shape), shape.relays - 1);
    plan.push(Step::Lie(lie));
    plan.push(Step::Connect { device, relay });
    plan.push(Step::Edit { device, document: document(chance), what: chance.small(8) });
    plan.push(Step::Offer { device });
    plan.push(Step::Exchange { device, relay, frames: 1 + chance.small(12) });
}

/// Two who come back are shown two logs, and write into both. It may be the removal of a member that one of them is not shown.
fn two_logs(chance: &mut Chance, shape: Shape, plan: &mut Vec<Step>) {
    let relay = shape.relays - 1;
    plan.push(Step::Lie(if chance.half() { Lie::TwoLogs } else { Lie::OldLog }));
    if shape.hostile && chance.half() {
        plan.push(Step::Remove { relay });
    }
    for device in [0, 1] {
        plan.extend([Step::HangUp { device, relay }, Step::Connect { device, relay }]);
        plan.push(Step::Exchange { device, relay, frames: 1 + chance.small(12) });
        plan.push(Step::Edit { device, document: document(chance), what: chance.small(8) });
        plan.push(Step::Offer { device });
        plan.push(Step::Exchange { device, relay, frames: 1 + chance.small(12) });
    }
    if chance.half() {
        plan.push(Step::Lie(Lie::OneLog));
    }
}

fn exchange(chance: &mut Chance, shape: Shape, most: u8) -> Step {
    Step::Exchange { device: device(chance, shape), relay: relay(chance, shape), frames: 1 + chance.small(most) }
}

fn document(chance: &mut Chance) -> u8 {
    chance.small(DOCUMENTS)
}

fn device(chance: &mut Chance, shape: Shape) -> u8 {
    chance.small(shape.devices)
}

fn relay(chance: &mut Chance, shape: Shape) -> u8 {
    chance.small(shape.relays)
}
