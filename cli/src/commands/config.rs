//! `allymap config …`: this person's settings, and where each value comes from.

use std::path::PathBuf;

use allymap_home::computer::settings::{Counts, Holds, InUse, Origin, Setting, in_use, path};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

/// Settings
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap config show\n  allymap config set plain true")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Every setting, its value, and where it comes from
    #[command(after_help = "Examples:\n  allymap config show\n  allymap config show --json")]
    Show,
    /// Set one
    #[command(after_help = "Examples:\n  allymap config set plain true\n  allymap config set weeks-a 4")]
    Set {
        /// Which
        key: String,
        /// Its value
        value: String,
    },
    /// Go back to what it is when nobody sets it
    #[command(after_help = "Examples:\n  allymap config unset plain\n  allymap config unset weeks-a")]
    Unset {
        /// Which
        key: String,
    },
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Show => show(app),
        Verb::Set { key, value } => {
            let setting = Setting::named(&key)?;
            let value = setting.check(&value)?;
            let mut settings = app.home().settings()?;
            let before = settings.value(setting.key);
            settings.set(setting, &value);
            app.home().keep(&settings)?;
            app.tell(&Set { key: setting.key, value, before })
        }
        Verb::Unset { key } => {
            let setting = Setting::named(&key)?;
            let mut settings = app.home().settings()?;
            let was_set = settings.unset(setting.key);
            if was_set {
                app.home().keep(&settings)?;
            }
            app.tell(&Unset { key: setting.key, was_set })
        }
    }
}

fn show(app: &mut App<'_>) -> Result<(), Failure> {
    let settings = app.home().settings()?;
    // Without a map, or with one that is locked, there is still a file to show.
    let mut all = in_use(&settings, app.visit().ok());
    // A flag, or the environment, is stronger than the file.
    if app.output.plain && !settings.plain() {
        for one in all.iter_mut().filter(|one| one.setting.holds == Holds::YesNo) {
            (one.value, one.origin) = (Counts::YesNo(true), Origin::Environment);
        }
    }
    app.tell(&Shown { all, unknown: settings.unknown(), unfit: settings.unfit(), file: path(app.folders()) })
}

/// A value that was set.
struct Set {
    key: &'static str,
    value: String,
    before: Option<String>,
}

impl Answer for Set {
    fn json(&self) -> impl Serialize {
        json!({ "key": self.key, "value": self.value, "before": self.before })
    }

    fn say(&self, out: &Output) {
        let was = self.before.as_deref().unwrap_or("not set");
        out.say(format_args!("{} = {}   (in your settings file; was {was})", self.key, self.value));
        if matches!(self.key, "name" | "group") {
            out.status("Maps that exist keep the name they have; new ones and those you join take this one.");
        }
    }
}

/// One that is not set any more.
struct Unset {
    key: &'static str,
    was_set: bool,
}

impl Answer for Unset {
    fn json(&self) -> impl Serialize {
        json!({ "key": self.key, "value": null, "was_set": self.was_set })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("{} is {}.", self.key, if self.was_set { "not set any more" } else { "not set" }));
    }
}

/// Every setting, and what in the file has no effect.
struct Shown {
    all: Vec<InUse>,
    unknown: Vec<String>,
    unfit: Vec<&'static str>,
    file: PathBuf,
}

impl Answer for Shown {
    fn json(&self) -> impl Serialize {
        let settings: Vec<_> = self.all.iter().map(one_json).collect();
        json!({ "settings": settings, "file": self.file.display().to_string() })
    }

    fn say(&self, out: &Output) {
        let row = |InUse { setting, value, origin }: &InUse| {
            vec![setting.key.to_owned(), words(value), from(setting, *origin).to_owned()]
        };
        out.table(&["Setting", "Value", "From"], &self.all.iter().map(row).collect::<Vec<_>>());
        for key in &self.unknown {
            out.warn(format_args!(
                "\"{key}\" in your settings file is nothing that this version knows; it is left alone."
            ));
        }
        for key in &self.unfit {
            out.warn(format_args!("The value of \"{key}\" in your settings file does not fit; it counts as not set."));
        }
        out.status(format_args!("File: {}", self.file.display()));
    }
}

fn one_json(InUse { setting, value, origin }: &InUse) -> Value {
    json!({ "key": setting.key, "value": words(value), "from": origin_slug(*origin), "about": setting.about })
}

fn words(value: &Counts) -> String {
    match value {
        Counts::Label(label) => label.clone(),
        Counts::YesNo(yes) => yes.to_string(),
        Counts::Number { number, unit } => format!("{number} {unit}"),
    }
}

fn from(setting: &Setting, origin: Origin) -> &'static str {
    match (setting.holds, origin) {
        (Holds::Label, Origin::Map) => "this map, as its members see you",
        (Holds::Number { .. } | Holds::YesNo, Origin::Default) => "as usual",
        (Holds::YesNo, Origin::Environment) => "a flag or the environment",
        (_, Origin::Environment) => "the environment",
        (_, Origin::Map) => "this map, for all of its members",
        (_, Origin::File) => "your settings file",
        (_, Origin::Default) => "not set",
    }
}

fn origin_slug(origin: Origin) -> &'static str {
    match origin {
        Origin::Environment => "environment",
        Origin::Map => "map",
        Origin::File => "file",
        Origin::Default => "default",
    }
}
