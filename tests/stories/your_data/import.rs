//! `allymap import`: files as people have them: broken rows, other encodings, far too much, and what is no file at all.

use std::fs;

use allymap_tests::{Shared, alone};

use crate::failed;

#[test]
fn a_broken_row_costs_that_row_alone_and_its_reason_stands_in_the_report() {
    let wren = alone();
    let file = wren.home.with_file_name("contacts.csv");
    fs::write(&file, "name,notes\nRopewalk Choir,sings\nTidewater,a,b\n,nobody\nWharf Kitchen,cooks\n").unwrap();
    let path = file.to_str().unwrap();
    let answer = wren.ok(&["import", path, "--apply"]);
    assert!(answer.stdout.contains("New 2") && answer.stdout.contains("refused 2"), "{answer:?}");
    assert!(answer.stdout.contains("Kept: 2 entries added"), "{answer:?}");
    let report = file.with_extension("not-imported.csv");
    assert!(answer.stderr.contains(report.to_str().unwrap()), "{answer:?}");
    let report = fs::read_to_string(report).unwrap();
    assert_eq!(
        report,
        "reason,line,name,notes\r\n\
         it has 3 cells and the first line has 2,3,Tidewater,a,b\r\n\
         it has no name,4,,nobody\r\n"
    );
    assert_eq!(wren.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 2);
}

#[test]
fn nothing_is_kept_until_it_is_asked_for() {
    let wren = alone();
    let file = wren.home.with_file_name("contacts.csv");
    fs::write(&file, "name\nRopewalk Choir\n").unwrap();
    let path = file.to_str().unwrap();
    let answer = wren.ok(&["import", path, "--dry-run"]);
    assert!(answer.stdout.contains("Nothing was kept. Do it with --apply."), "{answer:?}");
    assert_eq!(wren.json(&["import", path])["kept"], false);
    assert_eq!(wren.json(&["import", path, "--apply"])["kept"], true);
    assert_eq!(wren.json(&["import", path, "--apply"])["kept"], false, "all of it is there already");
}

#[test]
fn another_encoding_and_semicolons_arrive_as_they_were_meant() {
    let wren = alone();
    let file = wren.home.with_file_name("old-sheet.csv");
    fs::write(&file, b"name;notes\r\nCaf\xe9 Ropewalk;\"opens; late\nand closes\"\r\n").unwrap();
    let answer = wren.ok(&["import", file.to_str().unwrap(), "--apply"]);
    assert!(answer.stdout.contains("semicolon, Windows-1252"), "{answer:?}");
    let shown = wren.ok(&["partner", "show", "ropewalk"]).stdout;
    assert!(shown.contains("Café Ropewalk") && shown.contains("opens; late"), "{shown}");
}

#[test]
fn what_is_far_too_large_or_no_file_is_refused_and_nothing_is_changed() {
    let wren = alone();
    let folder = wren.home.with_file_name("a-folder.csv");
    fs::create_dir(&folder).unwrap();
    let large = wren.home.with_file_name("large.csv");
    // A hole in the disk: as long as 100 MB, as small as nothing.
    fs::File::create(&large).unwrap().set_len(100_000_000).unwrap();
    for (path, code, said) in [
        (folder.to_str().unwrap(), 2, "is not a file"),
        (large.to_str().unwrap(), 1, "the file has 96 MB; up to 32 MB can be read"),
        (wren.home.with_file_name("nowhere.csv").to_str().unwrap(), 1, "it is not there"),
        #[cfg(unix)]
        ("/dev/zero", 2, "is not a file"),
    ] {
        for command in [&["import", path, "--apply"][..], &["demo", "--input", path]] {
            let answer = wren.run(command);
            failed(&answer, code);
            assert!(answer.stderr.contains(said), "{answer:?}");
        }
    }
    assert_eq!(wren.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 0);
}

#[test]
fn what_holds_no_table_is_named_for_what_it_is() {
    let wren = alone();
    for (name, bytes, said) in [
        ("packed.xlsx", &b"PK\x03\x04rest"[..], "this is a spreadsheet or another packed file"),
        ("page.pdf", b"%PDF-1.7 rest", "this is a PDF"),
        ("empty.csv", b"", "the file is empty"),
        ("zeros.csv", &[0; 4_096], "this is not a text file"),
        ("figures.csv", b"one,two\n1,2\n", "no column of the file holds names"),
        ("broken.json", b"{\"persons\": [", "this is not JSON"),
    ] {
        let file = wren.home.with_file_name(name);
        fs::write(&file, bytes).unwrap();
        let answer = wren.run(&["import", file.to_str().unwrap(), "--apply"]);
        failed(&answer, 1);
        assert!(answer.stderr.contains(said), "{name}: {answer:?}");
    }
}

#[test]
fn two_who_import_the_same_register_apart_have_everybody_once() {
    let shared = Shared::with_members(2);
    let file = shared.folder.path().join("register.csv");
    let rows: String = (0..8).map(|number| format!("wharf/p-{number},Invented Person {number},mayor\n")).collect();
    std::fs::write(&file, format!("id,name,role\n{rows}")).unwrap();
    for member in &shared.members {
        let done = member.json(&["import", file.to_str().unwrap(), "--apply"]);
        assert_eq!(done["new"], 8, "{done}");
    }
    for member in [0, 1, 0] {
        shared.members[member].ok(&["sync"]);
    }
    for member in &shared.members {
        assert_eq!(member.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 8);
        assert_eq!(member.json(&["partner", "duplicates"])["duplicates"].as_array().unwrap().len(), 0);
        assert_eq!(member.json(&["import", file.to_str().unwrap(), "--apply"])["same"], 8);
    }
    let digests: Vec<_> =
        shared.members.iter().map(|member| member.json(&["export", "--digest"])["digest"].clone()).collect();
    assert_eq!(digests[0], digests[1]);
}
