//! `allymap man FOLDER`: a manual page for each command, for whoever packages the program.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::terminal::failure::Failure;

/// Write the manual pages into a folder
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap man pages\n  allymap man ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// Which folder; it is made if it is not there
    folder: PathBuf,
}

pub(crate) fn run(app: &App<'_>, args: &Args) -> Result<(), Failure> {
    let io = |path: &Path, error: &std::io::Error| Failure::io("Writing", path, error);
    std::fs::create_dir_all(&args.folder).map_err(|error| io(&args.folder, &error))?;
    let mut tree = super::tree().disable_help_subcommand(true);
    tree.build();
    let mut pages = 0;
    write(&tree, "allymap", &args.folder, &mut pages).map_err(|error| io(&args.folder, &error))?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "folder": args.folder.display().to_string(), "pages": pages }));
        return Ok(());
    }
    app.output.say(format_args!("Wrote {pages} pages to {}.", args.folder.display()));
    Ok(())
}

fn write(command: &clap::Command, name: &str, folder: &Path, pages: &mut usize) -> std::io::Result<()> {
    let mut page = Vec::new();
    // The whole name in the title, as in `man git-add`.
    clap_mangen::Man::new(command.clone()).title(name).render(&mut page)?;
    std::fs::write(folder.join(format!("{name}.1")), page)?;
    *pages += 1;
    for below in command.get_subcommands() {
        write(below, &format!("{name}-{}", below.get_name()), folder, pages)?;
    }
    Ok(())
}
