//! Faults that are more than one thing going wrong: deaths while opening, copies of folders, logs with holes, little room.

use allymap_relay::{Relay, Write as RelayWrite};

use crate::chance::Chance;
use crate::mutants::Rule;
use crate::oracle::{Oracle, Violation, violation};
use crate::plan::Node;
use crate::world::World;

impl World {
    /// What was left over is asked for as soon as a folder is open, so a device may also die at the first thing it stores.
    pub fn open_and_die(&mut self, node: Node) -> Result<(), Violation> {
        match node {
            Node::Device(device) if self.is_spared(device) => {}
            Node::Device(device) => {
                self.device_dies(device)?;
                self.replica(device)?;
                self.machine(node).kill = Some(0);
                self.go_on(device)?;
                self.machine(node).kill = None;
                self.device_dies(device)?;
                self.sometimes.happened("device: killed while it opened");
            }
            Node::Relay(relay) => {
                self.relay_dies(relay)?;
                self.open_relay(relay)?;
                self.relay_dies(relay)?;
                self.sometimes.happened("relay: killed while it opened");
            }
        }
        Ok(())
    }

    /// One person's folder now runs on two computers, and each writes under an actor of its own: so does the command line when
    /// it finds a folder that is not the one it last wrote. The second computer's own map is gone.
    pub fn clone_device(&mut self, from: u8, to: u8) -> Result<(), Violation> {
        if from == to || to == 0 || self.is_hostile(from) || self.is_hostile(to) {
            return Ok(());
        }
        self.device_dies(to)?;
        let original = &self.devices[usize::from(from)];
        let (disk, seed, key) = (original.machine.disk.clone(), original.seed, original.key);
        let (knows, learned) = (original.knows.clone(), original.learned.clone());
        let copy = &mut self.devices[usize::from(to)];
        (copy.seed, copy.key, copy.knows, copy.learned) = (seed, key, knows, learned);
        copy.machine.backup = disk.clone();
        copy.machine.memory = disk.clone();
        (copy.machine.kill, copy.machine.refuse) = (None, 0);
        let old = std::mem::replace(&mut copy.machine.disk, disk);
        self.sometimes.happened("device: copied, and both run");
        if self.rule != Some(Rule::RestoredDeviceKeepsItsActor) {
            self.device_act(to, None, |replica, _, rows, chance, effects| {
                replica.renew_salt(chance.bytes(), rows, effects);
                Ok(())
            })?;
        }
        self.destroyed(&old);
        Ok(())
    }

    /// As the server does when its store says that rows are gone.
    pub fn rot(&mut self, relay: u8, number: u16) -> Result<(), Violation> {
        let mut chance = Chance::new(number.into(), 8);
        self.relay_dies(relay)?;
        let machine = self.machine(Node::Relay(relay));
        let old = machine.disk.clone();
        let one_in = 2 + chance.below(20);
        // Without its head or its list a map is unknown to the relay: that is an empty one, which is another fault.
        let lost: Vec<_> = old
            .rows()
            .filter(|(key, _)| !b"isa".contains(&key[0]))
            .filter(|_| chance.below(one_in) == 0)
            .map(|(key, _)| (key.to_vec(), None))
            .collect();
        machine.disk.write(&lost);
        let broken = |error| violation(Oracle::Crash, format!("relay {relay} cannot be mended: {error}"));
        let mut next = Some(Relay::begin_mending(&machine.disk).map_err(broken)?);
        while let Some(writes) = next {
            for write in writes {
                let write = match write {
                    RelayWrite::Put(key, value) => (key, Some(value)),
                    RelayWrite::Delete(key) => (key, None),
                };
                machine.disk.write(&[write]);
            }
            next = Relay::mend(&machine.disk, &mut |bytes| chance.fill(bytes)).map_err(broken)?;
        }
        machine.forget();
        self.sometimes.happened("relay: rows lost");
        self.relay_lost_its_log(relay);
        self.destroyed(&old);
        Ok(())
    }

    /// Its operator starts it again with other settings.
    pub fn narrow(&mut self, relay: u8, narrow: bool) -> Result<(), Violation> {
        if self.relays[usize::from(relay)].narrow == narrow {
            return Ok(());
        }
        self.relays[usize::from(relay)].narrow = narrow;
        if narrow {
            self.sometimes.happened("relay: little room");
        }
        self.relay_dies(relay)
    }

    /// Keys that were made beside each other, as honest devices know them.
    pub fn count_keys(&mut self) -> Result<(), Violation> {
        for device in self.honest() {
            if self.replica(device)?.roster().head_keys().len() > 1 {
                self.sometimes.happened("two keys made at once");
            }
        }
        Ok(())
    }
}
