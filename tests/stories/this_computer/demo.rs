//! `allymap demo`.

use allymap_tests::Volunteer;

#[test]
fn the_demo_holds_every_claim_it_makes() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let nobody = Volunteer::new(folder.path().join("nobody"));
    let answer = nobody.ok(&["demo", "--keep", kept.to_str().unwrap()]);
    assert!(answer.stdout.contains("Every claim held."), "{answer:?}");
    assert!(!answer.stdout.contains("FAIL"), "{answer:?}");
    assert!(answer.stdout.matches("  ok  ").count() >= 20, "{answer:?}");
    for left in ["first", "second", "relay"] {
        assert!(kept.join(left).is_dir(), "{left} is left behind");
    }
    assert!(!nobody.home.exists(), "the demo touches nobody's own folder");
}

#[test]
fn the_demo_divides_a_table_as_import_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = Volunteer::new(folder.path().join("nobody"));
    let file = folder.path().join("old-sheet.csv");
    // Semicolons, a line break in a cell, and Windows-1252.
    let table =
        b"name;council;notes\r\nCaf\xe9 Beerson;North;\"line one\nline two\"\r\nCarla Deeson;South;\"a; b\"\r\n\
        Edna Fayson;North;\"she said \"\"no\"\"\"\r\nGus Hillson;South;z\r\n";
    std::fs::write(&file, table).unwrap();
    let answer = nobody.ok(&["demo", "--input", file.to_str().unwrap()]);
    assert!(answer.stdout.contains("Every claim held."), "{answer:?}");
    for volunteer in ["first", "second"] {
        let said = format!("{volunteer} imports old-sheet.csv: 3 rows, 3 added, 0 unclear, 0 refused");
        assert!(answer.stdout.contains(&said), "{answer:?}");
    }
}
