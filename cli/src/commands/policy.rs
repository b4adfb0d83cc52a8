//! `allymap policy …`: the rules that answer, and cases to try them with.

use std::path::{Path, PathBuf};

use allymap_home::events::ground::{pack, pack_name};
use allymap_home::events::policy;
use allymap_policy::{Fault, Pack, Rule, cases};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::words::count;

/// Where it begins what a label is about: of one rule, of a list of them, of an example.
const COLUMN: usize = 10;
const RULE_COLUMN: usize = 6;
const EXAMPLE_COLUMN: usize = 16;

/// The rules by which events are weighed
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap policy show\n  allymap policy show R6")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// The rules, or one of them with its source
    #[command(after_help = "Examples:\n  allymap policy show\n  allymap policy show R6")]
    Show {
        /// Which rule
        rule: Option<String>,
    },
    /// Read another organisation's rules, and say what is wrong with them
    #[command(
        after_help = "Examples:\n  allymap policy check our-rules.toml\n  allymap policy check our-rules.toml --json"
    )]
    Check {
        /// A file of rules
        file: PathBuf,
    },
    /// Try the rules on a file of cases
    #[command(after_help = "Examples:\n  allymap policy try cases.toml\n  allymap policy try cases.toml --json")]
    Try {
        /// A file of cases
        file: PathBuf,
        #[arg(long, value_name = "FILE", help = "With these rules in place of the ones that ship")]
        rules: Option<PathBuf>,
    },
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Show { rule: None } => show(app),
        Verb::Show { rule: Some(rule) } => show_rule(app, &rule),
        Verb::Check { file } => check(app, &file),
        Verb::Try { file, rules } => attempt(app, &file, rules.as_deref()),
    }
}

fn show(app: &mut App<'_>) -> Result<(), Failure> {
    // The rules can be read without a map.
    let older = if app.home().has_keys() { policy::older(app.visit()?)? } else { Vec::new() };
    app.tell(&Rules { older })
}

/// The rules that answer.
struct Rules {
    /// Events that were decided under others.
    older: Vec<String>,
}

impl Answer for Rules {
    fn json(&self) -> impl Serialize {
        let pack = pack();
        json!({
            "name": pack.name(), "version": pack.version(), "note": pack.note(), "sources": pack.sources(),
            "rules": pack.rules(), "decided_under_an_older_policy": self.older,
        })
    }

    fn say(&self, out: &Output) {
        let pack = pack();
        out.say(format_args!("{} · {}", pack_name(), pack.note()));
        for rule in pack.rules() {
            out.line(&rule.id.to_string(), RULE_COLUMN, format_args!("{} ({})", rule.text, rule.source));
        }
        for (short, source) in pack.sources() {
            out.line(short, RULE_COLUMN, source);
        }
        for name in &self.older {
            out.say(format_args!("Decided under an older policy, look again: {name}"));
        }
    }
}

fn show_rule(app: &App<'_>, id: &str) -> Result<(), Failure> {
    let rule = pack().rule(id).ok_or_else(|| {
        let names = pack().rules().iter().map(|rule| rule.id.to_string()).collect::<Vec<_>>().join(", ");
        let short: String = id.chars().take(40).collect();
        Failure::new("AM-NO-RULE", Exit::WhichEntry, format!("There is no rule {short}."))
            .hint(format!("There are {names}."))
    })?;
    app.tell(rule)
}

impl Answer for Rule {
    fn json(&self) -> impl Serialize {
        json!({ "policy": pack_name(), "rule": self })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("{} · {}", self.id, pack_name()));
        out.line("Says", COLUMN, &self.text);
        out.line("Does", COLUMN, &self.does);
        out.line("From", COLUMN, &self.source);
        for (short, source) in pack().sources().iter().filter(|(short, _)| self.source.contains(short.as_str())) {
            out.line("", COLUMN, format_args!("{short}: {source}"));
        }
        let answers = if self.answers { "an answer of those referred to counts" } else { "no answer releases from it" };
        out.line("Answers", COLUMN, answers);
        out.line("Note", COLUMN, pack().note());
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let bytes =
        std::fs::read(file).map_err(|error| Failure::io("Reading", file, &error).hint("Nothing was changed."))?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::usage(format!("{} is no text.", file.display())).hint("Save it as UTF-8. Nothing was changed.")
    })
}

/// Each fault with its line and what to do, and a failure over all of them.
fn faulty(app: &App<'_>, file: &Path, faults: &[Fault]) -> Failure {
    for fault in faults {
        app.output.warn(format_args!("{}:{fault}", file.display()));
    }
    let count = count(faults.len(), "thing is", "things are");
    let first = faults.first().map(ToString::to_string).unwrap_or_default();
    Failure::new("AM-POLICY", Exit::Failed, format!("{count} wrong in {}. First: {first}", file.display()))
        .hint("Mend the lines that are named and try again. Nothing was changed.")
}

fn parsed(app: &App<'_>, file: &Path) -> Result<Pack, Failure> {
    Pack::parse(&read(file)?).map_err(|faults| faulty(app, file, &faults))
}

fn check(app: &App<'_>, file: &Path) -> Result<(), Failure> {
    let pack = parsed(app, file)?;
    if app.output.json {
        app.output.json(&json!({ "name": pack.name(), "version": pack.version(), "rules": pack.rules().len() }));
        return Ok(());
    }
    let rules = count(pack.rules().len(), "rule", "rules");
    app.output.say(format_args!("{} reads well: {} v{}, {rules}.", file.display(), pack.name(), pack.version()));
    Ok(())
}

fn attempt(app: &App<'_>, file: &Path, rules: Option<&Path>) -> Result<(), Failure> {
    let own = rules.map(|rules| parsed(app, rules)).transpose()?;
    let pack = own.as_ref().unwrap_or_else(|| pack());
    let cases = cases::parse(&read(file)?).map_err(|faults| faulty(app, file, &faults))?;
    let tried = cases::run(pack, &cases);
    let failed = tried.iter().filter(|one| !one.passed()).count();
    if app.output.json {
        let all: Vec<serde_json::Value> = tried
            .iter()
            .map(|one| {
                let mut value = serde_json::to_value(&one.outcome).unwrap_or_default();
                value["id"] = one.id.clone().into();
                value["passed"] = one.passed().into();
                value["differences"] = one.differences.clone().into();
                value
            })
            .collect();
        app.output.json(&json!({
            "policy": format!("{} v{}", pack.name(), pack.version()), "cases": all, "failed": failed,
        }));
    } else {
        for one in &tried {
            let mark = if one.passed() { "as expected" } else { "OTHERWISE" };
            app.output.line(&one.id, EXAMPLE_COLUMN, format_args!("{mark}: {}", one.outcome.label_with_referrals()));
            for difference in &one.differences {
                app.output.line("", 16, difference);
            }
        }
    }
    if failed > 0 {
        let message = format!("{failed} of {} did not answer as expected.", count(tried.len(), "case", "cases"));
        return Err(
            Failure::new("AM-CASES", Exit::Failed, message).hint("Each says above what differs. Nothing was changed.")
        );
    }
    if !app.output.json {
        app.output.status(format_args!("{} as expected.", count(tried.len(), "case", "cases")));
    }
    Ok(())
}
