//! The program starts and says what it is. That it is tested here has a use besides: the tests of the workspace find it built.

use std::process::Command;

#[test]
fn it_says_its_version_and_asks_for_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let output = Command::new(env!("CARGO_BIN_EXE_allymap"))
        .arg("--version")
        .env("ALLYMAP_HOME", &home)
        .output()
        .expect("allymap starts");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), concat!("allymap ", env!("CARGO_PKG_VERSION")));
    assert!(!home.exists(), "nothing was made for that");
}
