//! The only place that prints. Standard output is data, everything else goes to standard error.
#![allow(clippy::print_stderr)]

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;

/// How this command speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) plain: bool,
    pub(crate) quiet: bool,
}

impl Output {
    /// Data, for a person: a line or several.
    pub(crate) fn say(&self, text: impl fmt::Display) {
        let _ = writeln!(crate::stdout::real(), "{}", clean(&text.to_string()));
    }

    /// Data, for a program: one object with `"schema": "allymap/1"` in it.
    pub(crate) fn json(&self, value: &serde_json::Value) {
        let mut object = serde_json::Map::new();
        object.insert("schema".into(), "allymap/1".into());
        if let serde_json::Value::Object(fields) = value {
            object.extend(fields.clone());
        }
        // Whole, then written once: the real standard output has no buffer.
        let mut line = allymap_domain::json_line(&object);
        line.push(b'\n');
        let _ = crate::stdout::real().write_all(&line);
    }

    /// Bytes as they are: an export.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut out = crate::stdout::real();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            // Whoever reads has read enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// What was done, for whoever watches.
    pub(crate) fn status(&self, text: impl fmt::Display) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{}", clean(&text.to_string()));
        }
    }

    /// What a person should not miss, also when quiet.
    pub(crate) fn warn(&self, text: impl fmt::Display) {
        let _ = writeln!(anstream::stderr(), "{}", clean(&text.to_string()));
    }

    /// Rows of cells: a table on a terminal, tab-separated lines elsewhere.
    pub(crate) fn table(&self, headings: &[&str], rows: &[Vec<String>]) {
        if self.plain || !crate::stdout::is_terminal() {
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| clean(cell).replace(['\t', '\n'], " ")).collect();
                let _ = writeln!(crate::stdout::real(), "{}", cells.join("\t"));
            }
            return;
        }
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
        table.set_header(headings.iter().copied());
        for row in rows {
            table.add_row(row.iter().map(|cell| clean(cell)));
        }
        let _ = writeln!(crate::stdout::real(), "{table}");
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            let value = serde_json::json!({
                "schema": "allymap/1",
                "error": {
                    "code": failure.code,
                    "message": failure.message,
                    "hint": failure.hint,
                    "candidates": failure.candidates,
                },
            });
            let mut line = allymap_domain::json_line(&value);
            line.push(b'\n');
            let _ = std::io::stderr().write_all(&line);
            return;
        }
        let _ = writeln!(anstream::stderr(), "Error: {} [{}]", clean(&failure.message), failure.code);
        for candidate in &failure.candidates {
            let _ =
                writeln!(anstream::stderr(), "  {}  {}  [{}]", clean(&candidate.name), candidate.kind, candidate.id);
        }
        if let Some(hint) = &failure.hint {
            let _ = writeln!(anstream::stderr(), "Hint: {}", clean(hint));
        }
    }
}

/// A question on one line, its answer on the next: what a screen reader reads well.
pub(crate) fn ask_line(question: &str) -> Result<String, Failure> {
    if !question.is_empty() {
        eprintln!("{question}");
    }
    let mut answer = String::new();
    match std::io::stdin().read_line(&mut answer) {
        Ok(0) | Err(_) => {
            Err(Failure::new("AM-STOPPED", crate::failure::Exit::Failed, "Stopped. Nothing was changed."))
        }
        Ok(_) => Ok(answer.trim().to_owned()),
    }
}

/// Once, and only to somebody who typed: what stands in a command stands in the shell's history too.
pub(crate) fn in_shell_history() {
    static SAID: AtomicBool = AtomicBool::new(false);
    let somebody = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if somebody && !SAID.swap(true, Ordering::Relaxed) {
        let _ = writeln!(
            anstream::stderr(),
            "Note: text in a command stays in your shell's history. Leave it out and you are asked, or give - and type it after."
        );
    }
}

/// Text from others, safe to show: control characters (escape sequences among them) and the marks that turn the direction of
/// writing are left out. Line breaks stay.
pub(crate) fn clean(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, '\n' | '\t') || !allymap_domain::is_obeyed(*letter)).collect()
}

/// What clap has to say about what was typed.
pub(crate) fn usage(error: &clap::Error) -> std::process::ExitCode {
    let text = error.render();
    if error.use_stderr() {
        let _ = write!(anstream::stderr(), "{text}");
        std::process::ExitCode::from(crate::failure::Exit::Usage as u8)
    } else {
        let _ = write!(crate::stdout::real(), "{text}");
        std::process::ExitCode::SUCCESS
    }
}
