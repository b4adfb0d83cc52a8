//! The commands: one file each, one line each in the table of groups.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{CommandFactory, Parser, Subcommand};

use crate::app::App;
use crate::terminal::failure::Failure;

mod approach;
mod ask;
mod balance;
mod campaign;
mod capacity;
mod completions;
mod config;
mod consent;
mod date;
mod demo;
mod doctor;
mod due;
mod edit;
mod event;
mod export;
mod find;
mod gave;
mod got;
mod help;
mod history;
mod import;
mod invite;
mod join;
mod link;
mod lock;
mod log;
mod man;
mod map;
mod meet;
mod member;
mod r#move;
mod new;
mod next;
mod partner;
mod place;
mod policy;
mod recovery;
mod refer;
mod relay;
mod report;
mod request;
mod risk;
mod spectrum;
mod status;
mod sync;
mod todo;
mod undo;
mod unlock;
mod voices;
mod r#where;

#[derive(Parser)]
#[command(
    name = "allymap",
    version,
    about = "A community map your groups keep together, online or not.",
    disable_help_subcommand = true,
    max_term_width = 72
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command has.
#[derive(clap::Args)]
pub(crate) struct Global {
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No colour, no tables: one fact a line
    #[arg(long, global = true, env = "ALLYMAP_PLAIN", value_parser = FalseyValueParser::new())]
    pub(crate) plain: bool,
    /// Never ask; fail naming the flag that is missing
    #[arg(long, global = true, env = "ALLYMAP_NO_INPUT", value_parser = FalseyValueParser::new())]
    pub(crate) no_input: bool,
    /// Say only what was asked for
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Which map, if this computer has several
    #[arg(long, global = true, value_name = "NAME", env = "ALLYMAP_MAP")]
    pub(crate) map: Option<String>,
    /// Initials in place of names, and no notes: for a screen that others can see
    #[arg(long, global = true, env = "ALLYMAP_DISCREET", value_parser = FalseyValueParser::new())]
    pub(crate) discreet: bool,
    /// The map as we now think it was on a day; only for commands that read
    #[arg(long, global = true, value_name = "DAY")]
    pub(crate) as_of: Option<String>,
    /// The passphrase is the first line of this file (- for standard input)
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Allow ws:// to addresses outside private networks
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) insecure: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    New(new::Args),
    Join(join::Args),
    Status(status::Args),
    Partner(partner::Args),
    Find(find::Args),
    Edit(edit::Args),
    Move(r#move::Args),
    Spectrum(spectrum::Args),
    Campaign(campaign::Args),
    Next(next::Args),
    Log(log::Args),
    Meet(meet::Args),
    Approach(approach::Args),
    Ask(ask::Args),
    Gave(gave::Args),
    Got(got::Args),
    Balance(balance::Args),
    Due(due::Args),
    Capacity(capacity::Args),
    Risk(risk::Args),
    Event(event::Args),
    Consent(consent::Args),
    Request(request::Args),
    Refer(refer::Args),
    Policy(policy::Args),
    Link(link::Args),
    Map(map::Args),
    Date(date::Args),
    Place(place::Args),
    Todo(todo::Args),
    Voices(voices::Args),
    Invite(invite::Args),
    Member(member::Args),
    Sync(sync::Args),
    Relay(relay::Args),
    Undo(undo::Args),
    History(history::Args),
    Import(import::Args),
    Export(export::Args),
    Report(report::Args),
    Demo(demo::Args),
    Config(config::Args),
    Doctor(doctor::Args),
    Lock(lock::Args),
    Unlock(unlock::Args),
    Recovery(recovery::Args),
    Where(r#where::Args),
    Completions(completions::Args),
    Man(man::Args),
    Help(help::Args),
}

/// The groups of `allymap help`, in the order in which a volunteer meets them. A test compares them with the tree.
pub(crate) const GROUPS: &[(&str, &[&str])] = &[
    ("Start here", &["new", "join", "status"]),
    ("Who is out there", &["partner", "find", "edit", "move", "spectrum", "campaign", "next"]),
    (
        "Relationships and risks",
        &["meet", "approach", "log", "ask", "gave", "got", "balance", "due", "capacity", "risk", "link", "voices"],
    ),
    ("Events", &["event", "consent", "request", "refer", "policy"]),
    ("The community", &["map", "todo", "date", "place"]),
    ("Together", &["invite", "member", "sync", "relay"]),
    ("Your data", &["undo", "history", "import", "export", "report"]),
    (
        "This computer",
        &["config", "doctor", "demo", "lock", "unlock", "recovery", "where", "completions", "man", "help"],
    ),
];

impl Command {
    /// It shows what has a day, and writes nothing into the map.
    pub(crate) fn looks_back(&self) -> bool {
        match self {
            Command::Status(_) | Command::Find(_) | Command::Spectrum(_) | Command::Next(_) | Command::Balance(_) => {
                true
            }
            Command::Due(_) | Command::Voices(_) | Command::Todo(_) | Command::Report(_) => true,
            Command::Partner(args) => args.looks_back(),
            Command::Campaign(args) => args.looks_back(),
            Command::Log(args) => args.looks_back(),
            Command::Approach(args) => args.looks_back(),
            Command::Risk(args) => args.looks_back(),
            Command::Event(args) => args.looks_back(),
            Command::Consent(args) => args.looks_back(),
            Command::Refer(args) => args.looks_back(),
            Command::Link(args) => args.looks_back(),
            Command::Map(args) => args.looks_back(),
            Command::Date(args) => args.looks_back(),
            _ => false,
        }
    }
}

pub(crate) fn dispatch(app: &mut App<'_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::New(args) => new::run(app, args),
        Command::Join(args) => join::run(app, args),
        Command::Status(args) => status::run(app, args),
        Command::Partner(args) => partner::run(app, args),
        Command::Find(args) => find::run(app, args),
        Command::Edit(args) => edit::run(app, args),
        Command::Move(args) => r#move::run(app, args),
        Command::Spectrum(args) => spectrum::run(app, args),
        Command::Campaign(args) => campaign::run(app, args),
        Command::Next(args) => next::run(app, args),
        Command::Log(args) => log::run(app, args),
        Command::Meet(args) => meet::run(app, args),
        Command::Approach(args) => approach::run(app, args),
        Command::Ask(args) => ask::run(app, args),
        Command::Gave(args) => gave::run(app, args),
        Command::Got(args) => got::run(app, args),
        Command::Balance(args) => balance::run(app, args),
        Command::Due(args) => due::run(app, args),
        Command::Capacity(args) => capacity::run(app, args),
        Command::Risk(args) => risk::run(app, args),
        Command::Event(args) => event::run(app, args),
        Command::Consent(args) => consent::run(app, args),
        Command::Request(args) => request::run(app, args),
        Command::Refer(args) => refer::run(app, args),
        Command::Policy(args) => policy::run(app, args),
        Command::Link(args) => link::run(app, args),
        Command::Map(args) => map::run(app, args),
        Command::Date(args) => date::run(app, args),
        Command::Place(args) => place::run(app, args),
        Command::Todo(args) => todo::run(app, args),
        Command::Voices(args) => voices::run(app, args),
        Command::Invite(args) => invite::run(app, args),
        Command::Member(args) => member::run(app, args),
        Command::Sync(args) => sync::run(app, args),
        Command::Relay(args) => relay::run(app, args),
        Command::Undo(args) => undo::run(app, args),
        Command::History(args) => history::run(app, args),
        Command::Import(args) => import::run(app, args),
        Command::Export(args) => export::run(app, args),
        Command::Report(args) => report::run(app, args),
        Command::Demo(args) => demo::run(app, args),
        Command::Config(args) => config::run(app, args),
        Command::Doctor(args) => doctor::run(app, args),
        Command::Lock(args) => lock::run(app, args),
        Command::Unlock(args) => unlock::run(app, args),
        Command::Recovery(args) => recovery::run(app, args),
        Command::Where(args) => r#where::run(app, args),
        Command::Completions(args) => completions::run(app, &args),
        Command::Man(args) => man::run(app, &args),
        Command::Help(args) => help::run(app, args),
    }
}

/// The whole tree, in clap's terms.
pub(crate) fn tree() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::help::tree::{grouped, leaves};

    /// Every command with its path, the root first.
    fn every(command: &clap::Command, path: &str, visit: &mut dyn FnMut(&str, &clap::Command)) {
        visit(path, command);
        for below in command.get_subcommands() {
            every(below, &format!("{path} {}", below.get_name()), visit);
        }
    }

    #[test]
    fn every_page_of_help_fits_seventy_two_columns() {
        let mut tree = super::tree();
        tree.build();
        let mut wide = Vec::new();
        every(&tree, "allymap", &mut |path, command| {
            let mut command = command.clone();
            for page in [command.render_help().to_string(), command.render_long_help().to_string()] {
                let lines = page.lines().filter(|line| line.chars().count() > 72);
                wide.extend(lines.map(|line| format!("{path}: {line}")));
            }
        });
        assert!(wide.is_empty(), "{}", wide.join("\n"));
    }

    #[test]
    fn every_command_has_two_examples_or_more() {
        for leaf in leaves(&tree()) {
            assert!(leaf.examples.len() >= 2, "{} has {:?}", leaf.command, leaf.examples);
            for example in &leaf.examples {
                assert!(example.starts_with("allymap "), "{example}");
            }
        }
    }

    /// Everyone's words, or words that nobody types for one another.
    const MAY_BE_ALIKE: &[(&str, &str)] = &[("export", "report"), ("lock", "unlock")];

    #[test]
    fn no_two_names_at_one_level_are_easily_taken_for_each_other() {
        let mut alike = Vec::new();
        every(&tree(), "allymap", &mut |path, command| {
            let names: Vec<&str> =
                command.get_subcommands().flat_map(clap::Command::get_name_and_visible_aliases).collect();
            for (at, one) in names.iter().enumerate() {
                for other in &names[at + 1..] {
                    let likeness = strsim::jaro_winkler(one, other);
                    if likeness >= 0.85 && !MAY_BE_ALIKE.contains(&(*one, *other)) {
                        alike.push(format!("{path}: {one} and {other} ({likeness:.2})"));
                    }
                }
            }
        });
        assert!(alike.is_empty(), "{}", alike.join("\n"));
    }

    #[test]
    fn the_groups_of_the_help_are_exactly_the_commands() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let tree = super::tree();
        let mut known: Vec<&str> = tree.get_subcommands().map(clap::Command::get_name).collect();
        grouped.sort_unstable();
        known.sort_unstable();
        assert_eq!(grouped, known);
    }

    #[test]
    fn the_help_fits_seventy_two_columns_and_every_command_says_what_it_does() {
        let help = grouped(tree()).render_help().to_string();
        for line in help.lines() {
            assert!(line.chars().count() <= 72, "{line}");
        }
        for command in tree().get_subcommands() {
            assert!(command.get_about().is_some(), "{} says nothing about itself", command.get_name());
        }
    }

    #[test]
    fn the_tree_holds_together() {
        tree().debug_assert();
    }
}
