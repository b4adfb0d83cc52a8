//! The commands: one file each, one line each in the table of groups.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use allymap_domain::date::Date;
use allymap_domain::date::typed::parse_date;
use allymap_domain::map::{Map, NewMap};
use clap::builder::FalseyValueParser;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::app::{App, Options, look_back_to, today};
use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::settings::Settings;

mod also;
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
mod elsewhere;
mod event;
mod export;
mod find;
mod gave;
mod got;
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
mod relation;
mod relay;
mod report;
mod request;
mod risk;
mod sensitive;
mod spectrum;
mod status;
mod sync;
mod todo;
mod topics;
mod undo;
mod unlock;
mod voices;
mod weigh;
mod r#where;
mod why;

#[derive(Parser)]
#[command(
    name = "allymap",
    version,
    about = "A community map your groups keep together, online or not.",
    disable_help_subcommand = true,
    max_term_width = 72
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command has.
#[derive(clap::Args)]
struct Global {
    /// Answer in JSON
    #[arg(long, global = true)]
    json: bool,
    /// No colour, no tables: one fact a line
    #[arg(long, global = true, env = "ALLYMAP_PLAIN", value_parser = FalseyValueParser::new())]
    plain: bool,
    /// Never ask; fail naming the flag that is missing
    #[arg(long, global = true, env = "ALLYMAP_NO_INPUT", value_parser = FalseyValueParser::new())]
    no_input: bool,
    /// Say only what was asked for
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Which map, if this computer has several
    #[arg(long, global = true, value_name = "NAME", env = "ALLYMAP_MAP")]
    map: Option<String>,
    /// Initials in place of names, and no notes: for a screen that others can see
    #[arg(long, global = true, env = "ALLYMAP_DISCREET", value_parser = FalseyValueParser::new())]
    discreet: bool,
    /// The map as we now think it was on a day; only for commands that read
    #[arg(long, global = true, value_name = "DAY")]
    as_of: Option<String>,
    /// The passphrase is the first line of this file (- for standard input)
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Allow ws:// to addresses outside private networks
    #[arg(long, global = true, hide_short_help = true)]
    insecure: bool,
}

#[derive(Subcommand)]
enum Command {
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
    Help(topics::Args),
}

/// The groups of `allymap help`, in the order in which a volunteer meets them. A test compares them with the tree.
const GROUPS: &[(&str, &[&str])] = &[
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

/// Runs what was typed.
pub(crate) fn run(arguments: Vec<OsString>) -> ExitCode {
    let program = arguments.iter().skip(1).take(2).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let said = said(&arguments);
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let parsed = tree(true).try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return mistyped(&error, &words),
    };
    let Global { json, plain, no_input, quiet, map, discreet, as_of, passphrase_file, insecure } = cli.global;
    let settings = Home::find().and_then(|home| Settings::read(&home).ok()).unwrap_or_default();
    let plain = plain || settings.plain();
    let mut output = Output { json, plain, quiet, as_of: None };
    let prompt = Prompt::new(no_input || json, plain);
    let done = as_of.map_or(Ok(None), |typed| earlier_day(&typed, &cli.command)).and_then(|as_of| {
        let home = Home::find().ok_or_else(|| {
            Failure::usage("This computer does not say where your home folder is.").hint("Set ALLYMAP_HOME.")
        })?;
        output.as_of = as_of;
        let options =
            Options { map, passphrase_file, insecure, program: format!("allymap {program}"), said, as_of, discreet };
        let mut app = App::new(home, output, prompt.clone(), options);
        dispatch(&mut app, cli.command)?;
        app.give_space_back();
        if let Some(day) = as_of.filter(|_| !json) {
            let day = day.spelled();
            let today = "Names, phones, notes and links are as they are today.";
            output.status(format_args!("As we now think it was on {day}. {today}"));
        }
        Ok(())
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.typed(&prompt.typed());
            output.failure(&failure);
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// The day of `--as-of`, which then is today; none for today itself.
fn earlier_day(typed: &str, command: &Command) -> Result<Option<Date>, Failure> {
    let now = today();
    let day = parse_date(typed, now)?;
    if !command.looks_back() {
        return Err(Failure::usage("--as-of only looks back: this command writes, or shows what has no day.")
            .hint("Nothing was changed. It is for status, find, spectrum, next, balance, due, voices, todo, report and what lists or shows: partner, campaign, log, risk, event, consent, refer, link, approach check, map show, date."));
    }
    if day > now {
        return Err(Failure::usage(format!("{} has not come yet.", day.spelled()))
            .hint("--as-of looks back: give an earlier day."));
    }
    if day == now {
        return Ok(None);
    }
    look_back_to(day);
    Ok(Some(day))
}

impl Command {
    /// It shows what has a day, and writes nothing into the map.
    fn looks_back(&self) -> bool {
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

/// Help goes to standard output and is a success; everything else is a wrong use.
fn mistyped(error: &clap::Error, words: &[String]) -> ExitCode {
    let json = words.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    let nothing_typed = error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        && !json
        && elsewhere::path(&tree(false), words).is_empty();
    if !error.use_stderr() || nothing_typed {
        return crate::output::help(error);
    }
    let output = Output { json, plain: true, quiet: false, as_of: None };
    output.failure(&Failure::mistyped(error, elsewhere::hint(&tree(false), words)));
    ExitCode::from(crate::failure::Exit::Usage as u8)
}

/// A command as `undo` names it: without options that are about its answer, without codes that let somebody in.
fn said(arguments: &[OsString]) -> String {
    let words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
    let kept = words.filter(|word| {
        !matches!(word.as_ref(), "--json" | "--plain" | "--quiet" | "-q" | "--no-input" | "--discreet")
            && !word.starts_with("ALLYMAP")
    });
    kept.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ").chars().take(100).collect()
}

fn dispatch(app: &mut App, command: Command) -> Result<(), Failure> {
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
        Command::Gave(args) => gave::run(app, args, "gave"),
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
        Command::Help(args) => topics::run(app, args),
    }
}

/// What was given, or what the person answers.
fn given(argument: Option<String>, ask: impl FnOnce() -> Result<String, Failure>) -> Result<String, Failure> {
    argument.map_or_else(ask, Ok)
}

/// What stands behind `--set`, each FIELD=VALUE.
fn pairs(set: &[String], example: &str) -> Result<Vec<(String, String)>, Failure> {
    let pair = |pair: &String| match pair.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Failure::usage(format!("\"{pair}\" is not FIELD=VALUE."))
            .hint(format!("Nothing was changed. For example: --set {example}"))),
    };
    set.iter().map(pair).collect()
}

/// Free text from an argument, or from standard input for `-`, so that it need not stand in the shell's history.
fn free_text(argument: &str) -> Result<String, Failure> {
    if argument != "-" {
        crate::output::in_shell_history();
        return Ok(argument.to_owned());
    }
    std::io::read_to_string(std::io::stdin())
        .map(|text| text.trim_end().to_owned())
        .map_err(|error| Failure::usage(format!("Standard input is no text: {error}.")))
}

/// A name as it has to be typed in a command.
fn quoted(name: &str) -> String {
    if name.chars().all(|letter| letter.is_alphanumeric() || "-./:=".contains(letter)) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

/// A name as it may be shown to others: one line, not empty, of a length that fits a screen.
pub(crate) fn label(text: &str) -> Result<String, Failure> {
    let text = crate::output::clean(text).replace(['\n', '\t'], " ").trim().to_owned();
    match text.chars().count() {
        0 => Err(Failure::usage("A name must not be empty.")),
        1..=100 => Ok(text),
        letters => Err(Failure::usage(format!("A name of {letters} letters is too long; 100 fit."))),
    }
}

/// Makes the home on this computer, with a passphrase or without one, if there is none yet.
fn ensure_home(app: &mut App) -> Result<(), Failure> {
    // Maps without their keys must not get new ones over them.
    if crate::unlock::exists(&app.home) || app.home.store().exists() {
        app.key()?;
        return Ok(());
    }
    let passphrase = match &app.options.passphrase_file {
        Some(path) => Some(crate::unlock::read_passphrase(path)?),
        None => new_passphrase(&app.ask())?,
    };
    let key = crate::unlock::create(&app.home, passphrase.as_ref().map(|passphrase| passphrase.as_str()))?;
    if passphrase.is_none() {
        app.output.warn(
            "No passphrase: whoever has this computer can read the map. Set one with: allymap lock --new-passphrase",
        );
    }
    app.use_key(key);
    Ok(())
}

/// A new passphrase, typed twice; `None` when nobody can be asked, or for Enter.
fn new_passphrase(prompt: &Prompt) -> Result<Option<zeroize::Zeroizing<String>>, Failure> {
    if !prompt.can_ask() {
        return Ok(None);
    }
    let first = prompt.secret("Passphrase for the maps on this computer (it cannot be recovered; Enter: none)")?;
    if first.is_empty() {
        return Ok(None);
    }
    if *first != *prompt.secret("The same again")? {
        return Err(Failure::usage("The two were not the same. Nothing was changed."));
    }
    Ok(Some(first))
}

/// The map's own document, which only its founder makes.
fn create_map_document(app: &mut App, name: &str) -> Result<(), Failure> {
    let id = app.map_document()?;
    let new = NewMap { name: name.to_owned(), community: String::new() };
    app.edit(id, |edit| Map::create(edit, &new))
}

/// The name of the map with this space, if this computer has it.
fn map_of_space(app: &mut App, space: &allymap_wire::SpaceId) -> Result<Option<String>, Failure> {
    for map in app.maps()? {
        let seed = app.seed()?;
        let replica = allymap_replica::Replica::open(allymap_replica::SpaceNumber(map.number), &seed, app.disk()?)?;
        if replica.space() == *space {
            return Ok(Some(map.name));
        }
    }
    Ok(None)
}

/// The tree of commands. clap cannot group subcommands, so the running program hides them and shows [`GROUPS`] instead;
/// completions and man pages want them unhidden.
fn tree(grouped: bool) -> clap::Command {
    let tree = Cli::command();
    if !grouped {
        return tree;
    }
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
struct Leaf {
    /// As it is typed, `partner add`.
    command: String,
    about: String,
    examples: Vec<String>,
}

/// Every command that does something, in the order of the tree.
fn leaves() -> Vec<Leaf> {
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
    below(&tree(false), "", &mut leaves);
    leaves
}

/// What stands under "Examples:" in the help of a command.
fn examples(command: &clap::Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let listed = text.split_once("Examples:\n").map(|(_, listed)| listed).unwrap_or_default();
    listed.lines().take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command with its path, the root first.
    fn every(command: &clap::Command, path: &str, visit: &mut dyn FnMut(&str, &clap::Command)) {
        visit(path, command);
        for below in command.get_subcommands() {
            every(below, &format!("{path} {}", below.get_name()), visit);
        }
    }

    #[test]
    fn every_page_of_help_fits_seventy_two_columns() {
        let mut tree = tree(false);
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
        for leaf in leaves() {
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
        every(&tree(false), "allymap", &mut |path, command| {
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
        let tree = tree(false);
        let mut known: Vec<&str> = tree.get_subcommands().map(clap::Command::get_name).collect();
        grouped.sort_unstable();
        known.sort_unstable();
        assert_eq!(grouped, known);
    }

    #[test]
    fn the_help_fits_seventy_two_columns_and_every_command_says_what_it_does() {
        let help = tree(true).render_help().to_string();
        for line in help.lines() {
            assert!(line.chars().count() <= 72, "{line}");
        }
        for command in tree(false).get_subcommands() {
            assert!(command.get_about().is_some(), "{} says nothing about itself", command.get_name());
        }
    }

    #[test]
    fn the_tree_holds_together() {
        tree(false).debug_assert();
    }
}
