//! From typed words to the exit code.

use std::ffi::OsString;
use std::path::Path;

use allymap_domain::date::Date;
use allymap_domain::date::typed::parse_date;
use allymap_home::computer::folders::Folders;
use allymap_home::computer::surroundings::Surroundings;
use allymap_home::together::lines::Unprotected;
use allymap_home::{Discreet, Heard, Home, Request};
use clap::FromArgMatches as _;
use etcetera::BaseStrategy as _;

use crate::app::{App, Options};
use crate::commands::{Cli, Command, Global, dispatch, tree};
use crate::help::elsewhere;
use crate::help::tree::grouped;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::heard;
use crate::terminal::output::Output;
use crate::terminal::prompt::Prompt;
use crate::terminal::shell::Shell;
use crate::terminal::suggested::quoted;

/// Runs what was typed.
pub(crate) fn run(arguments: Vec<OsString>, around: Surroundings, shell: &Shell) -> u8 {
    let program = arguments.iter().skip(1).take(2).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let today = (around.calendar)();
    let said = said(&arguments);
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let parsed = grouped(tree()).try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return mistyped(Output::new(shell.streams.clone(), today, false, true, false), &error, &words),
    };
    let Global { json, plain, no_input, quiet, map, discreet, as_of, passphrase_file, insecure } = cli.global;
    let mut home = folders(shell).map(|folders| Home::at(folders, around.clone()));
    let settings = home.as_ref().and_then(|home| home.settings().ok()).unwrap_or_default();
    let mut output = Output::new(shell.streams.clone(), today, json, plain || settings.plain(), quiet);
    output.hidden = Discreet::new(discreet);
    let prompt = Prompt::new(no_input || json, output.clone());
    let day = as_of.map_or(Ok(None), |typed| earlier_day(&typed, today, &cli.command));
    let done = day.and_then(|day| {
        let home = home.as_mut().ok_or_else(|| {
            Failure::usage("This computer does not say where your home folder is.").hint("Set ALLYMAP_HOME.")
        })?;
        output.as_of = day;
        output.today = day.unwrap_or(today);
        let aloud = output.clone();
        let mut heard = |heard: Heard| heard::say(&aloud, &heard);
        let program = format!("allymap {program}");
        let unprotected = if insecure { Unprotected::Anywhere } else { Unprotected::Nearby };
        let hidden = output.hidden.clone();
        let request = Request { map, day, said, program, hidden, unprotected, heard: &mut heard };
        let mut app = App::new(home.visit(request), output.clone(), prompt.clone(), Options { passphrase_file });
        dispatch(&mut app, cli.command)?;
        app.leave();
        if let Some(day) = day.filter(|_| !json) {
            let day = day.spelled();
            let today = "Names, phones, notes and links are as they are today.";
            output.status(format_args!("As we now think it was on {day}. {today}"));
        }
        Ok(())
    });
    match done {
        Ok(()) => 0,
        Err(failure) => {
            output.typed(&prompt.typed());
            output.failure(&failure);
            failure.exit as u8
        }
    }
}

/// Where this person's maps lie: `ALLYMAP_HOME`, or else the places that the system has for such things.
fn folders(shell: &Shell) -> Option<Folders> {
    if let Some(folder) = &shell.home {
        return Some(Folders::at(Path::new(folder)));
    }
    let places = etcetera::choose_base_strategy().ok()?;
    let data = places.data_dir().join("allymap");
    Some(Folders {
        config: places.config_dir().join("allymap"),
        runtime: places.runtime_dir().map_or_else(|| data.join("run"), |folder| folder.join("allymap")),
        data,
    })
}

/// The day of `--as-of`, which then is today; none for today itself.
fn earlier_day(typed: &str, today: Date, command: &Command) -> Result<Option<Date>, Failure> {
    let day = parse_date(typed, today)?;
    if !command.looks_back() {
        return Err(Failure::usage("--as-of only looks back: this command writes, or shows what has no day.")
            .hint("Nothing was changed. It is for status, find, spectrum, next, balance, due, voices, todo, report and what lists or shows: partner, campaign, log, risk, event, consent, refer, link, approach check, map show, date."));
    }
    if day > today {
        return Err(Failure::usage(format!("{} has not come yet.", day.spelled()))
            .hint("--as-of looks back: give an earlier day."));
    }
    if day == today {
        return Ok(None);
    }
    Ok(Some(day))
}

/// Help goes to standard output and is a success; everything else is a wrong use.
fn mistyped(mut output: Output, error: &clap::Error, words: &[String]) -> u8 {
    let json = words.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    output.json = json;
    let nothing_typed = error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        && !json
        && elsewhere::path(&tree(), words).is_empty();
    if !error.use_stderr() || nothing_typed {
        return output.help(error);
    }
    output.failure(&Failure::mistyped(error, elsewhere::hint(&tree(), words)));
    Exit::Usage as u8
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
