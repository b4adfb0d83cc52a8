//! The tree of commands as `help` shows it. It is handed the tree, so that nothing here reaches back to the commands.

use crate::commands::GROUPS;

/// The tree of commands. clap cannot group subcommands, so the running program hides them and shows [`GROUPS`] instead;
/// completions and man pages want them unhidden.
pub(crate) fn grouped(tree: clap::Command) -> clap::Command {
    let abouts: Vec<(String, String)> = tree
        .get_subcommands()
        .map(|command| {
            (command.get_name().to_owned(), command.get_about().map(ToString::to_string).unwrap_or_default())
        })
        .collect();
    let width = GROUPS.iter().flat_map(|(_, names)| *names).map(|name| name.len()).max().unwrap_or(0);
    let mut list = String::new();
    for (group, names) in GROUPS {
        list.push_str(&format!("{group}\n"));
        for name in *names {
            let about = abouts.iter().find(|(known, _)| known == name).map_or("", |(_, about)| about.as_str());
            list.push_str(&format!("  {name:<width$} {about}\n"));
        }
        list.push('\n');
    }
    let hidden = tree.mut_subcommands(|command| command.hide(true));
    hidden.override_usage("allymap <command> [options]").help_template(format!(
        "{{about}}\n\nUsage: {{usage}}\n\n{list}allymap <command> --help tells more about each.\n"
    ))
}

/// A command that does something, as against one that only holds others.
pub(crate) struct Leaf {
    /// As it is typed, `partner add`.
    pub(crate) command: String,
    pub(crate) about: String,
    pub(crate) examples: Vec<String>,
}

/// Every command that does something, in the order of the tree.
pub(crate) fn leaves(tree: &clap::Command) -> Vec<Leaf> {
    fn below(command: &clap::Command, path: &str, leaves: &mut Vec<Leaf>) {
        for command in command.get_subcommands() {
            let path = format!("{path} {}", command.get_name());
            if command.has_subcommands() {
                below(command, &path, leaves);
                continue;
            }
            leaves.push(Leaf {
                command: path.trim().to_owned(),
                about: command.get_about().map(ToString::to_string).unwrap_or_default(),
                examples: examples(command),
            });
        }
    }
    let mut leaves = Vec::new();
    below(tree, "", &mut leaves);
    leaves
}

/// What stands under "Examples:" in the help of a command.
fn examples(command: &clap::Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let listed = text.split_once("Examples:\n").map(|(_, listed)| listed).unwrap_or_default();
    listed.lines().take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}
