//! A text in the person's own editor. It lies in a folder of its own that only they can enter, and nothing of it stays.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use allymap_home::computer::folders::{Folders, write_private};

use crate::terminal::failure::{Exit, Failure, reason};
use crate::terminal::shell::Streams;

/// A text that lies ready for the editor.
pub(crate) struct Sheet {
    folder: PathBuf,
}

impl Sheet {
    /// In the runtime folder, never among the system's temporary files. The name says nothing of what is in it.
    pub(crate) fn lay(folders: &Folders, id: [u8; 4], text: &str) -> Result<Sheet, Failure> {
        let folder = folders.runtime.join(format!("form-{}", data_encoding::HEXLOWER.encode(&id)));
        let sheet = Sheet { folder };
        let path = sheet.path();
        write_private(&path, text.as_bytes()).map_err(|error| Failure::io("Writing", &path, &error))?;
        Ok(sheet)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("form.toml")
    }

    /// Opens the editor and waits until it is closed.
    pub(crate) fn open(&self, streams: &Streams) -> Result<(), Failure> {
        let editors = editors();
        for editor in &editors {
            match command(editor).arg(self.path()).stdout(streams.of_an_editor()).status() {
                Ok(ended) if ended.success() => return Ok(()),
                Ok(_) => {
                    return Err(Failure::new(
                        "AM-EDITOR",
                        Exit::Failed,
                        format!("The editor {editor} ended with an error."),
                    ));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    let message = format!("The editor {editor} did not start: {}.", reason(&error));
                    return Err(Failure::new("AM-EDITOR", Exit::Failed, message));
                }
            }
        }
        Err(Failure::new("AM-EDITOR", Exit::Failed, format!("There is no editor here: {}.", editors.join(", ")))
            .hint("Name yours, as in: EDITOR=nano allymap … Or give what is to change with --set FIELD=VALUE."))
    }

    pub(crate) fn read(&self) -> Result<String, Failure> {
        let path = self.path();
        std::fs::read_to_string(&path).map_err(|error| Failure::io("Reading", &path, &error))
    }

    /// Takes the text away, and what the editor left beside it. Written over first: not every runtime folder lies in memory.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        let gone = || -> std::io::Result<()> {
            for file in std::fs::read_dir(&self.folder)? {
                let path = file?.path();
                if let Ok(about) = path.symlink_metadata()
                    && about.is_file()
                {
                    let _ = std::fs::write(&path, vec![0; usize::try_from(about.len()).unwrap_or(0)]);
                }
            }
            std::fs::remove_dir_all(&self.folder)
        };
        gone().map_err(|error| Failure::io("Removing", &self.folder, &error))
    }
}

/// What this person edits with, the first that is there.
fn editors() -> Vec<String> {
    let said = ["VISUAL", "EDITOR"].into_iter().filter_map(std::env::var_os);
    let said = said.map(|editor| editor.to_string_lossy().trim().to_owned()).find(|editor| !editor.is_empty());
    let usual: &[&str] = if cfg!(windows) { &["notepad"] } else { &["nano", "vi"] };
    said.map_or_else(|| usual.iter().map(|editor| (*editor).to_owned()).collect(), |editor| vec![editor])
}

/// `code --wait` is a program and what it is told; a path may have spaces of its own.
fn command(editor: &str) -> Command {
    if Path::new(editor).is_file() {
        return Command::new(editor);
    }
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}
