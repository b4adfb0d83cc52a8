//! `allymap completions` and `man`.

use std::collections::BTreeSet;

use allymap_tests::{Shared, page};

#[test]
fn shells_and_manuals_know_every_command() {
    let shared = Shared::with_members(1);
    let nobody = allymap_tests::Volunteer::new(shared.folder.path().join("nobody"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = nobody.ok(&["completions", shell]).stdout;
        assert!(script.contains("spectrum") && script.contains("archive"), "{shell}");
    }
    assert!(!nobody.home.exists(), "neither needs a map");
    let pages = shared.folder.path().join("pages");
    nobody.ok(&["man", pages.to_str().unwrap()]);
    let page = std::fs::read_to_string(pages.join("allymap-partner-add.1")).unwrap();
    assert!(page.contains(".TH allymap-partner-add 1") && page.contains("allymap partner add"), "{page}");
    assert!(pages.join("allymap-undo.1").exists());
    // One for each command, one for each word that only holds others, and one for the program.
    let leaves = page::leaves(&nobody);
    let nouns: BTreeSet<&str> = leaves.iter().filter_map(|leaf| Some(leaf.command.split_once(' ')?.0)).collect();
    assert_eq!(std::fs::read_dir(&pages).unwrap().count(), leaves.len() + nouns.len() + 1);
}
