//! The interpreter: carries out a plan, then heals everything and looks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use allymap_document::{ActId, Value};
use allymap_relay::ConnectionId;
use allymap_replica::{EditFailure, Input};

use crate::chance::Chance;
use crate::disk::Disk;
use crate::mutants::Rule;
use crate::oracle::{Oracle, Violation, violation};
use crate::plan::{Node, Shape, Step};
use crate::sometimes::Sometimes;
use crate::world::{HOST, Link, Machine, World, document};

/// What a history came to.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub failure: Option<Failure>,
    pub sometimes: Sometimes,
    /// Over everything stored and sent, where it was asked for.
    pub digest: Option<u64>,
    pub kept: usize,
    pub excused: usize,
    pub rounds: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub violation: Violation,
    /// Nothing: while everything was healed at the end.
    pub step: Option<usize>,
}

/// Rounds until nobody has anything to say once the faults are over.
const ROUNDS: u32 = 12;
/// Frames and turns in one round, far above what any history needs: beyond it two machines chase each other.
const TURNS: u32 = 20_000;

/// Runs a history. The same arguments give the same verdict.
pub fn run(seed: u64, shape: Shape, steps: &[Step], rule: Option<Rule>, digest: bool) -> Verdict {
    let mut world = World::begin(seed, shape, rule);
    world.digest = digest.then_some(0xcbf2_9ce4_8422_2325);
    let mut at = None;
    let ran = catch_unwind(AssertUnwindSafe(|| {
        for (number, step) in steps.iter().enumerate() {
            at = Some(number);
            world.step(*step)?;
            if number.is_multiple_of(crate::bounds::EVERY) {
                world.look_at_bounds()?;
            }
        }
        at = None;
        world.heal_and_look()
    }));
    let (rounds, failure) = match ran {
        Ok(Ok(rounds)) => (rounds, None),
        Ok(Err(violation)) => (0, Some(Failure { violation, step: at })),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            let violation = violation(Oracle::Panic, words.unwrap_or_default());
            (0, Some(Failure { violation, step: at }))
        }
    };
    let sometimes = &mut world.sometimes;
    if ["acknowledgement lost on the way", "put lost on the way"].into_iter().all(|what| sometimes.count(what) > 0) {
        sometimes.happened("acknowledgement and put lost in one history");
    }
    Verdict {
        failure,
        kept: world.ledger.count(),
        excused: world.ledger.excused(),
        sometimes: world.sometimes,
        digest: world.digest,
        rounds,
    }
}

impl World {
    pub fn step(&mut self, step: Step) -> Result<(), Violation> {
        // A history takes hours, not moments, so that time limits are met in the middle of it.
        if !self.still {
            self.now += 20_000;
        }
        match step {
            Step::Edit { device, document, what } => self.edit(device, document, what)?,
            Step::Offer { device } => self.device_turn(device, vec![Input::Offer])?,
            Step::Connect { device, relay } => self.connect(device, relay)?,
            Step::Up { device, relay } => drop(self.up(device, relay)?),
            Step::Down { device, relay } => drop(self.down(device, relay)?),
            Step::Exchange { device, relay, frames } => self.exchange(device, relay, frames)?,
            Step::Wake { device } => self.wake(device)?,
            Step::Serve { relay } => self.serve(relay)?,
            Step::Continue { device } => drop(self.go_on(device)?),
            Step::HangUp { device, relay } => self.hang_up(device, relay)?,
            Step::Cut { device, relay } => self.cut(device, relay, false)?,
            Step::HalfOpen { device, relay } => self.cut(device, relay, true)?,
            Step::TimeOut { relay } => self.time_out(relay)?,
            Step::Stall { device, relay } => {
                if self.session(device, relay).is_some() {
                    self.sometimes.happened("link stalled");
                }
                self.stalled.insert((device, relay));
            }
            Step::Flow { device, relay } => drop(self.stalled.remove(&(device, relay))),
            Step::Kill { node, after } => self.machine(node).kill = Some(after),
            Step::Refuse { node, writes } => self.machine(node).refuse = writes,
            Step::Full { relay } => {
                self.relay_turn(relay, vec![allymap_relay::Input::DiskFull(true)])?;
                self.relays[usize::from(relay)].full = true;
            }
            Step::Space { relay } => self.relay_turn(relay, vec![allymap_relay::Input::DiskFull(false)])?,
            Step::Backup { node: Node::Device(device) } if self.is_spared(device) => {}
            Step::Backup { node } => {
                let machine = self.machine(node);
                machine.backup = machine.disk.clone();
            }
            Step::Restore { node } => self.restore(node)?,
            Step::Damage { device, number } => self.damage(device, number)?,
            Step::Empty { relay } => self.empty(relay)?,
            Step::Clock { node, hours } => {
                if hours.abs() > 9_000 {
                    self.sometimes.happened("a clock went years astray");
                }
                self.machine(node).clock_hours = hours.into();
            }
            Step::Wait { minutes } => {
                self.now += u64::from(minutes) * 60_000;
                self.tick()?;
            }
            Step::Forge { relay, document, how } => self.forge(relay, document, how)?,
            Step::SpeakTwice { relay, document } => self.speak_twice(relay, document)?,
            Step::Flood { relay, document } => self.flood(relay, document)?,
            Step::Remove { relay } => self.remove(relay)?,
            Step::Invite { relay } => self.invite(relay)?,
            Step::Take { stranger } => self.take(stranger)?,
            Step::Approve => self.approve()?,
            Step::OpenAndDie { node } => self.open_and_die(node)?,
            Step::Clone { from, to } => self.clone_device(from, to)?,
            Step::Rot { relay, number } => self.rot(relay, number)?,
            Step::Narrow { relay, narrow } => self.narrow(relay, narrow)?,
            Step::Still(still) => self.still = still,
            Step::Lie(lie) => self.lie(lie)?,
        }
        Ok(())
    }

    pub fn machine(&mut self, node: Node) -> &mut Machine {
        match node {
            Node::Device(device) => &mut self.devices[usize::from(device)].machine,
            Node::Relay(relay) => &mut self.relays[usize::from(relay)].machine,
        }
    }

    /// A person changes one entry. What she writes holds a marker, and one log line by which the edit is known.
    pub fn edit(&mut self, device: u8, number: u8, what: u8) -> Result<(), Violation> {
        if self.is_hostile(device) {
            return Ok(());
        }
        let edit = self.edits;
        self.edits += 1;
        let id = document(number);
        let row = self.devices[usize::from(device)].machine.memory.row(&[&[b'd', 0, 1][..], &id.0].concat());
        let before = row.map(crate::ledger::heads_of).unwrap_or_default();
        let mut change = None;
        let marker = format!("MARKER {edit}");
        let text = marker.clone();
        if self.still {
            self.sometimes.happened("edit while all clocks stood still");
        }
        let outcome = self.device_act(device, Some(edit), |replica, _, rows, chance, effects| {
            let act = ActId(chance.bytes());
            let written = replica.edit(id, act, rows, effects, |entry| {
                if entry.creating() {
                    entry.put("kind", Value::Text("place".into()))?;
                    entry.make_text("t/note", "MARKER note")?;
                }
                entry.append(&format!("l/{edit:08x}"), marker.clone().into_bytes())?;
                match what {
                    0 | 1 => entry.put("f/phone", Value::Text(text)),
                    2 => entry.put("f/name", Value::Text(text)),
                    3 => entry.remove("f/phone"),
                    4 => entry.append(&format!("a/{edit:08x}"), text.into_bytes()),
                    5 => entry.put(&format!("s/tags/{:02x}", edit % 4), Value::Bool(true)),
                    6 => entry.update_text("t/note", &format!("{text} and what was there")),
                    _ => {
                        let before = entry.text("t/note").unwrap_or_default();
                        entry.update_text("t/note", &format!("{before}{edit:x}"))
                    }
                }
            });
            match written {
                Ok(Ok(((), document))) => {
                    change = document.heads().first().copied();
                    Ok(())
                }
                Ok(Err(refused)) => Err(violation(Oracle::Crash, format!("device {device} cannot write: {refused}"))),
                Err(EditFailure::ReadOnly | EditFailure::OwnShareIsFull { .. }) => Ok(()),
                Err(failure) => Err(violation(Oracle::Crash, format!("device {device} cannot edit: {failure}"))),
            }
        });
        // The person is told before anything else can be asked, so the change is entered under what was told.
        if let Some(change) = change {
            self.ledger.name(edit, device, id, change, before);
        }
        outcome
    }

    pub fn connect(&mut self, device: u8, relay: u8) -> Result<(), Violation> {
        let node = &self.devices[usize::from(device)];
        if node.sessions.contains_key(&relay) || !node.knows.contains(&relay) {
            return Ok(());
        }
        let face = self.face_for(relay, device);
        let link = Link { device, relay, face, device_open: true, relay_open: true, ..Link::default() };
        let link = self.connected(relay, link)?;
        if !self.links.contains_key(&link) {
            return Ok(());
        }
        self.devices[usize::from(device)].sessions.insert(relay, link);
        let id = self.relays[usize::from(relay)].id;
        self.device_turn(device, vec![Input::Connected { relay: id, host: HOST.into() }])
    }

    /// The oldest connection of this pair on which something goes up.
    fn upward(&self, device: u8, relay: u8) -> Option<u64> {
        let goes = |link: &&Link| {
            link.device == device
                && link.relay == relay
                && link.raw.is_none()
                && link.relay_open
                && (!link.up.is_empty() || !link.device_open && !link.half_open)
        };
        self.links.iter().find(|(_, link)| goes(link)).map(|(id, _)| *id)
    }

    fn take_up(&mut self, id: u64) -> allymap_relay::Input {
        let connection = ConnectionId(id);
        let link = self.links.get_mut(&id).expect("it was found above");
        match link.up.pop_front() {
            Some(bytes) => allymap_relay::Input::Received { connection, bytes },
            None => {
                link.relay_open = false;
                allymap_relay::Input::Disconnected { connection }
            }
        }
    }

    fn up(&mut self, device: u8, relay: u8) -> Result<bool, Violation> {
        let Some(id) = self.upward(device, relay).filter(|_| !self.stalled.contains(&(device, relay))) else {
            return Ok(false);
        };
        let input = self.take_up(id);
        self.relay_turn(relay, vec![input])?;
        Ok(true)
    }

    fn take_down(&mut self, device: u8, relay: u8) -> Option<Input> {
        if self.stalled.contains(&(device, relay)) {
            return None;
        }
        let id = self.relays[usize::from(relay)].id;
        let link = self.session(device, relay)?;
        if let Some(bytes) = link.down.pop_front() {
            return Some(Input::Received { relay: id, bytes: bytes.to_vec() });
        }
        if link.relay_open {
            return None;
        }
        self.device_closes(device, relay);
        Some(Input::Disconnected { relay: id })
    }

    /// Tells the relay that everything it sent on this connection has left, if it has.
    fn drained(&mut self, link: u64) -> Result<(), Violation> {
        match self.links.get(&link) {
            Some(Link { relay, relay_open: true, down, .. }) if down.is_empty() => {
                let input = allymap_relay::Input::Drained { connection: ConnectionId(link) };
                self.relay_turn(*relay, vec![input])
            }
            _ => Ok(()),
        }
    }

    fn down(&mut self, device: u8, relay: u8) -> Result<bool, Violation> {
        let link = self.devices[usize::from(device)].sessions.get(&relay).copied();
        let Some(input) = self.take_down(device, relay) else { return Ok(false) };
        self.device_turn(device, vec![input])?;
        if let Some(link) = link {
            self.drained(link)?;
        }
        Ok(true)
    }

    pub fn go_on(&mut self, device: u8) -> Result<bool, Violation> {
        if !std::mem::take(&mut self.devices[usize::from(device)].continues) {
            return Ok(false);
        }
        self.device_turn(device, vec![Input::Continue])?;
        Ok(true)
    }

    fn exchange(&mut self, device: u8, relay: u8, frames: u8) -> Result<(), Violation> {
        for _ in 0..frames {
            if !(self.go_on(device)? || self.down(device, relay)? || self.up(device, relay)?) {
                break;
            }
        }
        Ok(())
    }

    fn wake(&mut self, device: u8) -> Result<(), Violation> {
        let mut inputs = Vec::new();
        let links: Vec<u64> = self.devices[usize::from(device)].sessions.values().copied().collect();
        for relay in 0..self.shape.relays {
            for _ in 0..8 {
                inputs.extend(self.take_down(device, relay));
            }
        }
        if std::mem::take(&mut self.devices[usize::from(device)].continues) {
            inputs.push(Input::Continue);
        }
        if inputs.is_empty() {
            return Ok(());
        }
        self.device_turn(device, inputs)?;
        for link in links {
            self.drained(link)?;
        }
        Ok(())
    }

    fn serve(&mut self, relay: u8) -> Result<(), Violation> {
        let mut inputs = Vec::new();
        for device in
            (0..self.shape.devices).filter(|device| !self.stalled.contains(&(*device, relay))).collect::<Vec<_>>()
        {
            for _ in 0..4 {
                if let Some(id) = self.upward(device, relay) {
                    inputs.push(self.take_up(id));
                }
            }
        }
        if inputs.is_empty() { Ok(()) } else { self.relay_turn(relay, inputs) }
    }

    fn hang_up(&mut self, device: u8, relay: u8) -> Result<(), Violation> {
        if self.session(device, relay).is_none() {
            return Ok(());
        }
        self.sometimes.happened("link hung up");
        self.device_closes(device, relay);
        let id = self.relays[usize::from(relay)].id;
        self.device_turn(device, vec![Input::Disconnected { relay: id }])
    }

    fn cut(&mut self, device: u8, relay: u8, half_open: bool) -> Result<(), Violation> {
        let Some(link) = self.session(device, relay) else { return Ok(()) };
        let told = !half_open && link.relay_open;
        link.half_open = half_open;
        if half_open {
            link.up.clear();
        } else {
            link.relay_open = false;
        }
        let connection = ConnectionId(self.devices[usize::from(device)].sessions[&relay]);
        self.device_closes(device, relay);
        self.sometimes.happened(if half_open { "half-open connection" } else { "link cut" });
        if told {
            self.relay_turn(relay, vec![allymap_relay::Input::Disconnected { connection }])?;
        }
        let id = self.relays[usize::from(relay)].id;
        self.device_turn(device, vec![Input::Disconnected { relay: id }])
    }

    fn time_out(&mut self, relay: u8) -> Result<(), Violation> {
        let dead: Vec<u64> = self
            .links
            .iter()
            .filter(|(_, link)| link.relay == relay && link.relay_open && !link.device_open && link.raw.is_none())
            .map(|(id, _)| *id)
            .collect();
        for id in dead {
            self.sometimes.happened("relay: timed out a dead connection");
            if let Some(link) = self.links.get_mut(&id) {
                link.relay_open = false;
                let connection = ConnectionId(id);
                self.relay_turn(relay, vec![allymap_relay::Input::Disconnected { connection }])?;
            }
        }
        self.clear_links();
        Ok(())
    }

    fn tick(&mut self) -> Result<(), Violation> {
        for relay in 0..self.shape.relays {
            self.relay_turn(relay, vec![allymap_relay::Input::Tick])?;
        }
        Ok(())
    }

    fn restore(&mut self, node: Node) -> Result<(), Violation> {
        let machine = self.machine(node);
        let old = std::mem::replace(&mut machine.disk, machine.backup.clone());
        machine.kill = None;
        machine.refuse = 0;
        match node {
            Node::Device(device) => {
                self.device_dies(device)?;
                self.devices[usize::from(device)].learned.clear();
                self.sometimes.happened("device: restored from a backup");
                if self.rule != Some(Rule::RestoredDeviceKeepsItsActor) {
                    // As the command line does when it finds a folder that is not the one it last wrote.
                    self.device_act(device, None, |replica, _, rows, chance, effects| {
                        replica.renew_salt(chance.bytes(), rows, effects);
                        Ok(())
                    })?;
                }
            }
            Node::Relay(relay) => {
                self.relay_dies(relay)?;
                self.count_roll_back(relay);
                self.relay_lost_its_log(relay);
            }
        }
        self.destroyed(&old);
        Ok(())
    }

    /// As the command line does when the store says that rows are gone.
    fn damage(&mut self, device: u8, number: u16) -> Result<(), Violation> {
        let mut chance = Chance::new(number.into(), 7);
        let machine = self.machine(Node::Device(device));
        (machine.kill, machine.refuse) = (None, 0);
        let old = machine.disk.clone();
        let one_in = 2 + chance.below(20);
        let lost: Vec<_> = old
            .rows()
            .filter(|(key, _)| !b"hcj".contains(&key[0]))
            // Only the founder may make the map at a relay that lost it: without her grant nobody could.
            .filter(|(key, _)| device != 0 || key[0] != b'o')
            .filter(|_| chance.below(one_in) == 0)
            .map(|(key, _)| (key.to_vec(), None))
            .collect();
        machine.disk.write(&lost);
        self.device_dies(device)?;
        self.devices[usize::from(device)].learned.clear();
        self.sometimes.happened("device: rows lost");
        // The statement of a record that was never offered may be among what is lost; its number is not given again.
        for (id, _) in old.under(&[b'r', 0, 1]) {
            self.ledger.offered.extend(allymap_wire::RecordId::from_slice(id));
        }
        self.device_act(device, None, |replica, now, rows, chance, effects| {
            replica.mend(now, rows, chance, effects).map_err(|error| violation(Oracle::Crash, error.to_string()))
        })?;
        self.destroyed(&old);
        Ok(())
    }

    fn empty(&mut self, relay: u8) -> Result<(), Violation> {
        let mut disk = Disk::default();
        let old = std::mem::take(&mut self.relays[usize::from(relay)].machine.disk);
        disk.write(&[(b"i".to_vec(), old.row(b"i").map(<[u8]>::to_vec))]);
        self.relays[usize::from(relay)].machine.disk = disk;
        self.sometimes.happened("relay: emptied");
        self.relay_dies(relay)?;
        self.relay_lost_its_log(relay);
        self.destroyed(&old);
        Ok(())
    }

    // The end.

    fn heal_and_look(&mut self) -> Result<u32, Violation> {
        self.stalled.clear();
        self.still = false;
        self.lies_end()?;
        self.count_keys()?;
        for machine in self
            .devices
            .iter_mut()
            .map(|node| &mut node.machine)
            .chain(self.relays.iter_mut().map(|node| &mut node.machine))
        {
            machine.kill = None;
            machine.refuse = 0;
        }
        for relay in 0..self.shape.relays {
            self.narrow(relay, false)?;
            self.relay_turn(relay, vec![allymap_relay::Input::DiskFull(false)])?;
            self.time_out(relay)?;
        }
        self.now += 3_600_000;
        self.tick()?;
        let mut rounds = 0;
        loop {
            let before = self.state();
            for device in 0..self.shape.devices {
                self.reconnect(device)?;
            }
            rounds += 1;
            // What a day allows comes back by the hour.
            self.now += 3_600_000;
            if self.all_alike() && self.look_at_logs().is_ok() || self.state() == before {
                break;
            }
            if rounds > ROUNDS {
                return Err(violation(Oracle::Liveness, format!("not at rest after {ROUNDS} rounds")));
            }
        }
        self.look_at_lies()?;
        self.look()?;
        self.one_more_edit_by_each()?;
        self.look_at_logs()?;
        Ok(rounds)
    }

    fn reconnect(&mut self, device: u8) -> Result<(), Violation> {
        for relay in 0..self.shape.relays {
            self.hang_up(device, relay)?;
            self.comes_back(device, relay);
            self.connect(device, relay)?;
            self.settle()?;
        }
        Ok(())
    }

    /// Everything moves until nothing does.
    pub fn settle(&mut self) -> Result<(), Violation> {
        for _ in 0..TURNS {
            let mut moved = false;
            for device in 0..self.shape.devices {
                moved |= self.go_on(device)?;
                for relay in 0..self.shape.relays {
                    moved |= self.down(device, relay)?;
                    moved |= self.up(device, relay)?;
                }
            }
            if !moved {
                return Ok(());
            }
        }
        Err(violation(Oracle::Liveness, "two machines chase each other".into()))
    }

    /// The lengths of logs and the heads of documents: what changes as long as something is being said.
    fn state(&self) -> Vec<Vec<u8>> {
        let logs = self.relays.iter().map(|node| (node.log.len() as u64).to_be_bytes().to_vec());
        let documents = self.devices.iter().flat_map(|node| {
            [&b"d"[..], b"e", b"n", b"w", b"o", b"v", b"b"].into_iter().map(|letter| {
                let prefix = [letter, &[0, 1]].concat();
                node.machine
                    .disk
                    .under(&prefix)
                    .flat_map(|(key, value)| {
                        [key, if letter == b"b" { value } else { &[] }, &value.len().to_be_bytes()].concat()
                    })
                    .collect()
            })
        });
        logs.chain(documents).collect()
    }

    fn one_more_edit_by_each(&mut self) -> Result<(), Violation> {
        for device in 0..self.shape.devices {
            self.edit(device, 0, 0)?;
        }
        for round in 0..=3 {
            for device in 0..self.shape.devices {
                // Whoever was dropped for reading too slowly comes back.
                for relay in 0..self.shape.relays {
                    self.connect(device, relay)?;
                }
                self.device_turn(device, vec![Input::Offer])?;
            }
            self.settle()?;
            if self.all_alike() {
                break;
            }
            if round == 3 {
                return Err(violation(Oracle::Liveness, "an edit on open connections did not reach everybody".into()));
            }
        }
        // Who has nothing to say says nothing.
        let before = self.frames;
        self.now += 600_000;
        self.tick()?;
        for device in 0..self.shape.devices {
            self.device_turn(device, vec![Input::Offer])?;
        }
        self.settle()?;
        let said = self.frames - before;
        if said > 0 {
            return Err(violation(Oracle::Liveness, format!("{said} frames were sent with nothing to say")));
        }
        Ok(())
    }
}
