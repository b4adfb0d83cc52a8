//! `allymap config …`: this person's settings, and where each value comes from.

use crate::app::App;
use crate::terminal::failure::Failure;
use allymap_home::computer::settings::{Holds, Origin, SETTINGS, Setting, Settings, path};

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
            if app.output.json {
                app.output.json(&serde_json::json!({ "key": setting.key, "value": value, "before": before }));
                return Ok(());
            }
            let was = before.unwrap_or_else(|| "not set".to_owned());
            app.output.say(format_args!("{} = {value}   (in your settings file; was {was})", setting.key));
            if matches!(setting.key, "name" | "group") {
                app.output
                    .status("Maps that exist keep the name they have; new ones and those you join take this one.");
            }
            Ok(())
        }
        Verb::Unset { key } => {
            let setting = Setting::named(&key)?;
            let mut settings = app.home().settings()?;
            let gone = settings.unset(setting.key);
            if gone {
                app.home().keep(&settings)?;
            }
            if app.output.json {
                app.output.json(&serde_json::json!({ "key": setting.key, "value": null, "was_set": gone }));
                return Ok(());
            }
            app.output.say(format_args!("{} is {}.", setting.key, if gone { "not set any more" } else { "not set" }));
            Ok(())
        }
    }
}

fn show(app: &mut App<'_>) -> Result<(), Failure> {
    let settings = app.home().settings()?;
    // Without a map, or with one that is locked, there is still a file to show.
    let map = app.map_entry().ok().flatten();
    let here = app.map().ok();
    let mut rows = Vec::new();
    for setting in SETTINGS {
        let (value, origin) = match setting.holds {
            Holds::Number { unit, .. } => match settings.number(setting.key, map.as_ref()) {
                Some((number, origin)) => (format!("{number} {unit}"), origin),
                None => continue,
            },
            Holds::YesNo if app.output.plain && !settings.plain() => ("true".to_owned(), Origin::Environment),
            Holds::YesNo => (
                settings.value(setting.key).unwrap_or("false".to_owned()),
                if settings.value(setting.key).is_some() { Origin::File } else { Origin::Default },
            ),
            Holds::Label => {
                let shown =
                    here.as_ref().map(|map| if setting.key == "name" { map.person.clone() } else { map.group.clone() });
                match (shown, settings.value(setting.key)) {
                    (Some(shown), _) => (shown, Origin::Map),
                    (None, Some(value)) => (value, Origin::File),
                    (None, None) => (String::new(), Origin::Default),
                }
            }
        };
        rows.push((setting, value, origin));
    }
    if app.output.json {
        let settings: Vec<_> = rows
            .iter()
            .map(|(setting, value, origin)| {
                serde_json::json!({ "key": setting.key, "value": value, "from": origin_slug(*origin), "about": setting.about })
            })
            .collect();
        let file = path(app.folders()).display().to_string();
        app.output.json(&serde_json::json!({ "settings": settings, "file": file }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|(setting, value, origin)| vec![setting.key.to_owned(), value.clone(), from(setting, *origin).to_owned()])
        .collect();
    app.output.table(&["Setting", "Value", "From"], &cells);
    warn(app, &settings);
    app.output.status(format_args!("File: {}", path(app.folders()).display()));
    Ok(())
}

/// What in the file has no effect.
fn warn(app: &App<'_>, settings: &Settings) {
    for key in settings.unknown() {
        app.output.warn(format_args!(
            "\"{key}\" in your settings file is nothing that this version knows; it is left alone."
        ));
    }
    for key in settings.unfit() {
        app.output
            .warn(format_args!("The value of \"{key}\" in your settings file does not fit; it counts as not set."));
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
