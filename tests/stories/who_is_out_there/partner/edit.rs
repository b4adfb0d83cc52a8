//! `allymap partner edit WHO --editor`: every field as a form in the volunteer's own editor.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use allymap_tests::{Alone, Answer, Terminal, alone, binaries};

use crate::refused;

/// An editor that does this to the file `$1`.
fn editor(wren: &Alone, lines: &str) -> PathBuf {
    let path = wren.home.join("editor.sh");
    fs::write(&path, format!("#!/bin/sh\nset -e\n{lines}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn edit(wren: &Alone, who: &str, lines: &str) -> Answer {
    let arguments = ["partner", "edit", who, "--editor"];
    let output = wren.command().args(arguments).env("EDITOR", editor(wren, lines)).output().unwrap();
    Answer::of_process(output, &arguments)
}

/// Every file below a folder that holds these words.
fn holding(folder: &Path, words: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, words));
        } else if fs::read(&path).is_ok_and(|bytes| bytes.windows(words.len()).any(|part| part == words.as_bytes())) {
            found.push(path);
        }
    }
    found
}

fn choir(wren: &Alone) {
    wren.organisation("Wharf \"The\" Choir", "c");
    for field in
        ["phone=02 5550 0001", "reasons=visibility", "notes=They \\ sing\nat \"\"\"dusk\"\"\"", "seats=unknown"]
    {
        wren.ok(&["partner", "edit", "choir", "--set", field]);
    }
}

#[test]
fn the_form_shows_every_field_with_what_it_holds_and_left_as_it_is_changes_nothing() {
    let wren = alone();
    choir(&wren);
    let before = wren.ok(&["export", "--digest"]).stdout;
    let copy = wren.home.join("copy.toml");
    let told = edit(
        &wren,
        "choir",
        &format!("cp \"$1\" {0}; stat -c %a \"$1\" \"$(dirname \"$1\")\" > {0}.modes", copy.display()),
    );
    assert_eq!((told.code, told.stderr.as_str()), (0, "Nothing was changed.\n"));
    assert_eq!(fs::read_to_string(copy.with_extension("toml.modes")).unwrap(), "600\n700\n");
    let form = fs::read_to_string(copy).unwrap();
    for lines in [
        "# Name: What is it called?\nname = \"Wharf \\\"The\\\" Choir\"\n",
        "# Phone: Phone number?\nphone = \"02 5550 0001\"\n",
        "#   c                (c) community, religious, business and other local\n",
        "\nreasons = [\"visibility\"]\n",
        "#   a whole number, or unknown\nseats = \"unknown\"\n",
        "\nemail = \"\"\n",
        "\nnotes = \"\"\"\nThey \\\\ sing\nat \\\"\\\"\\\"dusk\\\"\\\"\\\"\n\"\"\"\n",
    ] {
        assert!(form.contains(lines), "{lines}\n{form}");
    }
    // Written anew, as editors do, but saying the same.
    let told = edit(&wren, "choir", "grep -v '^#' \"$1\" > \"$1.2\"; mv \"$1.2\" \"$1\"");
    assert_eq!((told.code, told.stderr.as_str()), (0, "Nothing was changed.\n"));
    assert_eq!(wren.ok(&["export", "--digest"]).stdout, before);
}

/// SEC23: whatever a person can have is in the form, and it asks for none of these.
#[test]
fn no_field_of_a_person_asks_for_what_nobody_needs_to_know() {
    let wren = alone();
    wren.ok(&["partner", "add", "Isolde Farthing", "--kind", "person", "--set", "basis=public-role"]);
    let copy = wren.home.join("copy.toml");
    assert_eq!(edit(&wren, "isolde", &format!("cp \"$1\" {}", copy.display())).code, 0);
    let form = fs::read_to_string(copy).unwrap();
    let names: Vec<&str> = form.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect();
    let questions: Vec<&str> = form.lines().filter(|line| line.starts_with("# ") && line.ends_with('?')).collect();
    assert!(names.contains(&"role") && names.contains(&"basis") && questions.len() > 10, "{form}");
    assert!(!names.contains(&"address"), "{form}");
    for never in [
        "birth",
        "born",
        "home",
        "health",
        "illness",
        "visa",
        "residence",
        "orientation",
        "sexual",
        "ethnic",
        "race",
        "vote",
        "religio",
        "union",
    ] {
        let asks = |words: &&&str| words.to_lowercase().contains(never);
        let asked = [names.iter().find(asks), questions.iter().find(asks)];
        assert_eq!(asked, [None, None], "{never}");
    }
}

#[test]
fn only_what_was_changed_in_the_form_is_written_and_one_undo_takes_it_back() {
    let wren = alone();
    choir(&wren);
    let before = wren.show("choir");
    let lines = r#"
sed -i -e 's/^phone = .*/phone = "02 5550 0009"/' -e 's/^seats = .*/seats = 40/' -e 's/^reasons = .*/reasons = ["learning"]/' \
  -e 's/^category = .*/category = "Rights holders"/' -e '/^name = /d' -e 's/^email = .*/email = ""/' "$1""#;
    let told = edit(&wren, "choir", lines);
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(told.stdout, "Kept: category, phone, reasons, seats of Wharf \"The\" Choir.\n");
    let shown = wren.show("choir");
    for line in [
        "02 5550 0009",
        "Seats                 40",
        "learning and pooled resources",
        "(a) people more affected",
        "They \\ sing",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains("visibility"), "{shown}");
    wren.ok(&["undo"]);
    assert_eq!(wren.show("choir"), before);
}

/// Notes go to the sealed store and nowhere else.
#[test]
fn nothing_of_what_was_typed_stays_in_the_runtime_folder_the_temporary_ones_or_the_shell_history() {
    let wren = alone();
    choir(&wren);
    let (temporary, history) = (wren.home.join("tmp"), wren.home.join("history"));
    fs::create_dir(&temporary).unwrap();
    let lines = "cp \"$1\" \"$1~\"; cp \"$1\" \"$(dirname \"$1\")/.form.toml.swp\"; mkdir \"$(dirname \"$1\")/backup\"\n\
                 sed -i 's/dusk/the quiet wharf/' \"$1\"";
    let mut shell = std::process::Command::new("bash");
    let path = std::env::join_paths(
        std::iter::once(binaries().to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    shell.args(["--norc", "--noprofile", "-i"]).env_clear().env("PATH", path.unwrap()).env("PS1", "ready> ");
    shell.env("HISTFILE", &history).env("TMPDIR", &temporary).env("HOME", &wren.home).env("ALLYMAP_HOME", &wren.home);
    shell.env("EDITOR", editor(&wren, lines));
    let mut terminal = Terminal::of(shell);
    terminal.type_line("allymap partner edit choir --editor");
    terminal.wait_for("Kept: notes");
    terminal.type_line("allymap log add choir --kind meeting --plain");
    terminal.wait_for("an empty line ends");
    terminal.type_line("a word at the quiet wharf");
    terminal.type_line("");
    terminal.wait_for("Kept for");
    terminal.type_line("allymap meet choir --plain --from-us Wren --on today --told yes");
    for (question, answer) in [
        ("What do they do", ""),
        ("Where do they stand", ""),
        ("What resources and capacity", ""),
        ("Which relationships", ""),
        ("influence over decision makers", ""),
        ("interested in working with us", ""),
        ("What stands in the way", "afraid of the quiet wharf"),
        ("benefit each other", ""),
        ("Anything else?", ""),
    ] {
        terminal.wait_for(question);
        terminal.type_line(answer);
    }
    terminal.wait_for("Kept: one-to-one");
    terminal.type_line("exit");
    assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
    assert!(fs::read_to_string(&history).unwrap().contains("partner edit choir --editor"));
    assert_eq!(wren.show("choir").matches("the quiet wharf").count(), 3, "{}", wren.show("choir"));
    fs::remove_file(wren.home.join("editor.sh")).unwrap();
    assert_eq!(holding(&wren.home, "quiet wharf"), Vec::<PathBuf>::new());
    let left: Vec<_> = fs::read_dir(wren.home.join("run")).unwrap().flatten().map(|entry| entry.path()).collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[test]
fn a_slip_in_the_form_is_told_with_its_line_and_the_text_is_kept() {
    let wren = alone();
    choir(&wren);
    let before = wren.ok(&["export", "--digest"]).stdout;
    let lines = "printf '%s\\n' 'name = \"Wharf Choir\"' 'colour = \"blue\"' 'category = \"frendly\"' 'seats = [\"many\"]' > \"$1\"";
    let told = edit(&wren, "choir", lines);
    refused(&told, 2, "line 2: organisation has no field called \"colour\"\n       2 | colour = \"blue\"");
    assert!(told.stderr.contains("line 3: \"frendly\" is not one of a, b, c, d, unknown"), "{told:?}");
    assert!(told.stderr.contains("line 4: seats takes one value"), "{told:?}");
    let (_, path) = told.stderr.split_once("Your text is kept in ").expect("it says where");
    assert!(fs::read_to_string(path.trim()).unwrap().contains("colour = \"blue\""));
    let told = edit(&wren, "choir", "printf 'name = \"Wharf\\nphone = 1\\n' > \"$1\"");
    refused(&told, 2, "line 1: ");
    let told = edit(&wren, "choir", "echo 'phone = \"1\"' > \"$1\"; exit 1");
    refused(&told, 1, "ended with an error");
    assert!(told.stderr.contains("Your text is kept in"), "{told:?}");
    assert_eq!(wren.ok(&["export", "--digest"]).stdout, before);
}

#[test]
fn at_a_terminal_a_slip_is_mended_in_the_same_text_or_left_there() {
    let wren = alone();
    choir(&wren);
    let form = |lines: &str| {
        let mut command = wren.command();
        command.args(["partner", "edit", "choir", "--editor", "--plain"]).env("EDITOR", editor(&wren, lines));
        Terminal::of(command)
    };
    let slips = "if grep -q frendly \"$1\"; then sed -i 's/frendly/a/' \"$1\"; else sed -i 's/^category = .*/category = \"frendly\"/' \"$1\"; fi";
    let mut terminal = form(slips);
    terminal.wait_for("s stops");
    // Whoever looks for the right word keeps nobody waiting.
    wren.ok(&["partner", "edit", "choir", "--phone", "02 5550 0042"]);
    terminal.type_line("");
    assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
    assert!(terminal.shown.contains("Kept: category of"), "{}", terminal.shown);
    assert!(wren.show("choir").contains("02 5550 0042"), "what was not edited in the form stays as others wrote it");
    let mut terminal = form("sed -i 's/^phone = .*/phone = \"none\"/' \"$1\"");
    terminal.wait_for("s stops");
    terminal.type_line("s");
    assert_eq!(terminal.finish(), 1, "{}", terminal.shown);
    assert!(terminal.shown.contains("Nothing was changed. Your text is kept in"), "{}", terminal.shown);
    assert!(wren.show("choir").contains("02 5550 0042"));
}

#[test]
fn the_maps_are_free_while_the_editor_is_open_and_a_field_edited_twice_is_said() {
    let wren = alone();
    choir(&wren);
    let other = format!("ALLYMAP_HOME={} {}/allymap", wren.home.display(), binaries().display());
    let lines = format!(
        "{other} partner edit choir --phone '02 5550 0077' --email choir@wharf.example\n\
         sed -i 's/^phone = .*/phone = \"02 5550 0088\"/' \"$1\""
    );
    let told = edit(&wren, "choir", &lines);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.stderr.contains("Phone: somebody changed it meanwhile, to \"02 5550 0077\"."), "{told:?}");
    let shown = wren.show("choir");
    assert!(shown.contains("02 5550 0088") && shown.contains("choir@wharf.example"), "{shown}");
}

#[test]
fn an_editor_that_is_not_there_leaves_nothing_behind() {
    let wren = alone();
    choir(&wren);
    let output =
        wren.command().args(["partner", "edit", "choir", "--editor"]).env("VISUAL", "/no/such/editor --wait").output();
    let told = Answer::of_process(output.unwrap(), &["partner", "edit"]);
    refused(&told, 1, "There is no editor here: /no/such/editor --wait.");
    assert_eq!(holding(&wren.home.join("run"), "dusk"), Vec::<PathBuf>::new());
    let both = wren.run(&["partner", "edit", "choir", "--editor", "--phone", "1"]);
    assert_eq!(both.code, 2, "{both:?}");
}
