//! A device that has everything and has nothing to say connects again.
use allymap_tests::chance::Chance;

use crate::device::{Device, Exchange, Folder, block_on};
use crate::map::Map;
use crate::processes::Relay;
use crate::report::{Report, Runs, ms};

const RUNS: usize = 15;

pub(crate) fn run(report: &mut Report) {
    report.section("Idle reconnect");
    for (rounds, what) in [(0, "0"), (5, "1,000"), (50, "10,000")] {
        let mut chance = Chance(2);
        let mut map = Map::with_members(3, &mut chance);
        map.write(200, rounds, 1, &mut chance);
        let folder = Folder::new();
        let relay = Relay::start(&folder.join("relay"));
        block_on(map.upload(relay.socket, relay.address.token));
        let mut device = Device::fresh(&folder.join("device"), &map, 1, &relay.address);
        block_on(device.exchange(&relay, map.log.len() as u64));
        let mut last = Exchange::default();
        let took = Runs::milliseconds(RUNS, || {
            last = block_on(device.exchange(&relay, map.log.len() as u64));
            assert_eq!(last.commits, 0, "nothing was stored");
        });
        report.line(
            &format!("**{what} records**: bytes out, in, above the websocket"),
            format!("{}, {}", last.bytes_out, last.bytes_in),
            "≤ 200 each",
        );
        report.line("… round trips after the upgrade", last.round_trips, "1");
        report.line("… connecting, exchanging, leaving", format!("{took} ms"), "");
        report.line("… exchanging alone, connecting included", format!("{:.2} ms", ms(last.took)), "");
    }
}
