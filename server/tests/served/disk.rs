//! A disk that fills up, and has space again.

use std::path::Path;
use std::process::Command;

use allymap_wire::{Code, Head, Message, PutResult};

use crate::harness::{Relay, command, record};

/// A small disk, if this user may make one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new(size: &str) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then(|| SmallDisk(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_loses_nothing_and_is_overcome_when_there_is_space_again() {
    let Some(disk) = SmallDisk::new("64m") else {
        // Shown by `cargo test -- --nocapture` and in the log of whoever runs as root.
        return skip("only root may make a small disk");
    };
    let filler = disk.path().join("filler");
    let folder = disk.path().join("relay");
    let relay = Relay::start(&folder);
    relay.found().await;
    let mut stored = 0;
    let mut ana = relay.log_in(2).await;
    for _ in 0..4 {
        assert!(matches!(ana.put(vec![record(stored, 100 << 10)]).await[..], [PutResult::Stored { .. }]));
        stored += 1;
    }
    // Somebody else fills the rest of the disk.
    let mut file = std::fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut file, &[0; 4_096]).is_ok() {}
    drop(file);

    let mut refused = false;
    for attempt in 0..60 {
        ana.say(&Message::Put { entries: vec![record(stored, 100 << 10)] }).await;
        match ana.try_hear().await {
            Some(Message::PutAck { results }) => match results[..] {
                [PutResult::Stored { .. } | PutResult::Duplicate { .. }] => stored += 1,
                [PutResult::Refused { code: Code::Full }] => {
                    refused = true;
                    break;
                }
                _ => panic!("{results:?}"),
            },
            Some(Message::Bye { code: Code::Full | Code::Storage, .. }) => {
                // Only the acknowledged ones count; the connection is gone, the relay is not.
                ana = relay.log_in(2).await;
            }
            other => panic!("attempt {attempt}: {other:?}"),
        }
    }
    assert!(refused, "a relay on a full disk took {stored} records");
    assert_eq!(command(&folder, &["health"]).status.code(), Some(1));
    let mut ben = relay.log_in(3).await;
    ben.sync(Head::START).await;
    assert_eq!(ben.records(stored as usize).await.len(), stored as usize, "what is there is still served");

    // A relay that dies now must be able to start again.
    relay.kill();
    let relay = Relay::start(&folder);
    let mut ben = relay.log_in(3).await;
    assert!(ben.head.position >= stored);
    assert!(matches!(ben.put(vec![record(900, 300)]).await[..], [PutResult::Refused { code: Code::Full }]));

    std::fs::remove_file(&filler).unwrap();
    while !command(&folder, &["health"]).status.success() {}
    let mut ana = relay.log_in(2).await;
    let results = ana.put(vec![record(stored, 100 << 10)]).await;
    assert!(matches!(results[..], [PutResult::Stored { .. } | PutResult::Duplicate { .. }]), "{results:?}");
}

#[expect(clippy::print_stderr, reason = "a test that does not run must say so")]
fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
}
