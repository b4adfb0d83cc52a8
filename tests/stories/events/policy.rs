//! `allymap policy`.

use allymap_tests::alone;

use crate::refused;

#[test]
fn the_rules_can_be_read_checked_and_tried() {
    let wren = alone();
    let folder = tempfile::tempdir().unwrap();
    let rule = wren.ok(&["policy", "show", "r6"]).stdout;
    assert!(rule.contains("R6") && rule.contains("CM 4d"), "S16: {rule}");
    refused(&wren.run(&["policy", "show", "R99"]), 3, "no rule R99");
    let pack = folder.path().join("pack.toml");
    std::fs::write(&pack, "format = 1\nname = \"x\"\nversion = 1\nnote = \"y\"\n[[rule]]\nid = \"R1\"\n").unwrap();
    let faulty = wren.run(&["policy", "check", pack.to_str().unwrap()]);
    refused(&faulty, 1, "pack.toml:");
    for file in ["guide.toml", "text.toml"] {
        let cases = allymap_tests::page::repository().join("crates/policy/cases").join(file);
        let told = wren.json(&["policy", "try", cases.to_str().unwrap()]);
        assert_eq!(told["failed"], 0, "{file}: {told}");
    }
    let cases = folder.path().join("cases.toml");
    std::fs::write(&cases, "[[case]]\nid = \"one\"\nbase = true\nexpect = { label = \"Reconsider\" }\n").unwrap();
    let failed = wren.run(&["policy", "try", cases.to_str().unwrap()]);
    refused(&failed, 1, "did not answer as expected");
}
