//! Short histories with one point each, for what drawn histories cannot ask.

use allymap_replica::Input;
use allymap_seal::{DeviceKeys, DeviceSeed, Role};

use crate::oracle::Violation;
use crate::plan::Shape;
use crate::world::World;

const TWO: Shape = Shape { devices: 2, relays: 1, hostile: false, liar: false, page_bytes: 4 << 10 };

#[test]
fn every_change_of_members_reaches_the_relay_on_the_connection_that_is_open() -> Result<(), Violation> {
    let mut world = World::begin(1, TWO, None);
    world.connect(0, 0)?;
    world.settle()?;
    for newcomer in [0xa1, 0xa2] {
        let newcomer = DeviceKeys::derive(&DeviceSeed::from_bytes([newcomer; 32]), &world.space);
        let (device, kem) = (newcomer.public(), newcomer.kem_public());
        let granted = world.by_hand(0, |roster, keys, now| {
            roster.grant(keys, device, kem, Role::Member, "Wren", "Harbour", now).ok()
        })?;
        assert!(granted.is_some(), "the founder may grant");
        world.device_turn(0, vec![Input::Offer])?;
        world.settle()?;
        assert!(world.lists(0, &device), "the relay lets the newcomer in");
    }
    Ok(())
}
