//! Short histories with one point each, for what drawn histories cannot ask.

use allymap_replica::Input;
use allymap_seal::{DeviceKeys, DeviceSeed, Role};
use allymap_wire::{DeviceKey, Message};

use crate::oracle::Violation;
use crate::plan::{Node, Shape, Step};
use crate::world::World;

const TWO: Shape = Shape { devices: 2, relays: 1, hostile: false, liar: false, page_bytes: 4 << 10 };

#[test]
fn every_change_of_members_reaches_the_relay_on_the_connection_that_is_open() -> Result<(), Violation> {
    let mut world = World::begin(1, TWO, None);
    world.connect(0, 0)?;
    world.settle()?;
    for newcomer in [0xa1, 0xa2] {
        let device = let_in(&mut world, newcomer)?;
        assert!(world.lists(0, &device), "the relay lets the newcomer in");
    }
    Ok(())
}

/// The founder lets somebody in, and says so on the connection that is open.
fn let_in(world: &mut World, newcomer: u8) -> Result<DeviceKey, Violation> {
    let newcomer = DeviceKeys::derive(&DeviceSeed::from_bytes([newcomer; 32]), &world.space);
    let (device, kem) = (newcomer.public(), newcomer.kem_public());
    let granted = world
        .by_hand(0, |roster, keys, now| roster.grant(keys, device, kem, Role::Member, "Wren", "Harbour", now).ok())?;
    assert!(granted.is_some(), "the founder may grant");
    world.device_turn(0, vec![Input::Offer])?;
    world.settle()?;
    Ok(device)
}

/// What the founder sends first of two: her list of members, or what she wrote.
fn list_comes_first(world: &mut World) -> Result<bool, Violation> {
    world.connect(0, 0)?;
    loop {
        let sent = world.session(0, 0).into_iter().flat_map(|link| &link.up).map(|frame| Message::decode(frame));
        for message in sent.flatten() {
            match message {
                Message::Access { .. } => return Ok(true),
                Message::Put { .. } => return Ok(false),
                _ => {}
            }
        }
        world.step(Step::Exchange { device: 0, relay: 0, frames: 1 })?;
    }
}

#[test]
fn a_list_that_removes_somebody_goes_first_also_where_the_removal_was_lost() -> Result<(), Violation> {
    let mut world = World::begin(1, TWO, None);
    world.connect(0, 0)?;
    world.settle()?;
    let device = let_in(&mut world, 0xa1)?;
    world.step(Step::Backup { node: Node::Relay(0) })?;
    let removed = world.by_hand(0, |roster, keys, now| roster.revoke(keys, device, &[], "left", now).ok())?;
    assert!(removed.is_some(), "the founder may remove");
    world.device_turn(0, vec![Input::Offer])?;
    world.settle()?;
    assert!(!world.lists(0, &device));
    world.step(Step::HangUp { device: 0, relay: 0 })?;
    world.step(Step::Restore { node: Node::Relay(0) })?;
    assert!(world.lists(0, &device), "the relay knows nothing of the removal any more");
    world.edit(0, 0, 0)?;
    assert!(list_comes_first(&mut world)?);
    world.settle()?;
    assert!(!world.lists(0, &device));
    Ok(())
}
