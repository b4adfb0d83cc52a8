//! This person's own settings: a TOML file that people may edit too. Comments in it survive.

use std::path::PathBuf;

use allymap_domain::map::{LONGEST, Map, RHYTHM};
use allymap_domain::words::label::clean;
use allymap_seal::Label;
use toml_edit::{DocumentMut, Item, Value};

use crate::computer::folders::{Folders, write_private};
use crate::trouble::{self, Doing, Trouble};
use crate::visit::Visit;

/// One thing that can be set.
#[derive(Debug)]
pub struct Setting {
    pub key: &'static str,
    pub about: &'static str,
    pub holds: Holds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A name as others see it.
    Label,
    YesNo,
    /// From 1 on, with this usual value where neither the map nor the file says one.
    Number {
        usual: u32,
        unit: &'static str,
    },
}

pub const SETTINGS: &[Setting] = &[
    setting("name", "Your name, as new maps show it", Holds::Label),
    setting("group", "Your group, as new maps show it", Holds::Label),
    setting("plain", "No colour, no tables: one fact a line", Holds::YesNo),
    rhythm(0, "Check in with rights holders after", "weeks"),
    rhythm(1, "Check in with similar organisations after", "weeks"),
    rhythm(2, "Check in with local groups and people after", "weeks"),
    rhythm(3, "Check in with political groups after", "weeks"),
    rhythm(4, "A fact is old after", "months"),
];

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Environment,
    Map,
    File,
    Default,
}

/// A setting, what counts now, and where that comes from.
#[derive(Clone, Debug)]
pub struct InUse {
    pub setting: &'static Setting,
    pub value: Counts,
    pub origin: Origin,
}

/// The value that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Empty when nobody has said one.
    Label(String),
    YesNo(bool),
    Number {
        number: u32,
        unit: &'static str,
    },
}

/// The file as it was read.
#[derive(Debug, Default)]
pub struct Settings {
    document: DocumentMut,
}

impl Settings {
    /// No file is an empty one.
    pub fn read(folders: &Folders) -> Result<Settings, Trouble> {
        let path = path(folders);
        match std::fs::read_to_string(&path) {
            Ok(text) => text.parse().map(|document| Settings { document }).map_err(|error: toml_edit::TomlError| {
                let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
                let why = error.message().trim().to_owned();
                Trouble::Settings(trouble::Settings::Unreadable { line, why, path: path.clone() })
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
            Err(error) => Err(Trouble::file(Doing::Reading, &path, error)),
        }
    }

    /// As it stands in the file, if it fits.
    pub fn value(&self, key: &str) -> Option<String> {
        let setting = SETTINGS.iter().find(|setting| setting.key == key)?;
        let value = self.document.get(key)?.as_value()?;
        let text = match value {
            Value::String(text) => text.value().clone(),
            Value::Integer(number) => number.value().to_string(),
            Value::Boolean(yes) => yes.value().to_string(),
            _ => return None,
        };
        setting.check(&text).ok()
    }

    pub fn plain(&self) -> bool {
        self.value("plain").as_deref() == Some("true")
    }

    /// What counts on this map: what its members agreed on, then the file, then what is usual.
    pub fn number(&self, key: &str, map: Option<&Map>) -> Option<(u32, Origin)> {
        let Holds::Number { usual, .. } = SETTINGS.iter().find(|setting| setting.key == key)?.holds else {
            return None;
        };
        let field = RHYTHM.iter().map(|(field, _)| field).find(|field| field.name == key);
        if let Some(number) = map.zip(field).and_then(|(map, field)| map.number(field)) {
            return Some((number, Origin::Map));
        }
        let own = self.value(key).and_then(|value| value.parse().ok());
        Some(own.map_or((usual, Origin::Default), |number| (number, Origin::File)))
    }

    /// Keys in the file that this version does not know.
    pub fn unknown(&self) -> Vec<String> {
        let known = |key: &str| SETTINGS.iter().any(|setting| setting.key == key);
        self.document.iter().map(|(key, _)| key.to_owned()).filter(|key| !known(key)).collect()
    }

    /// Keys in the file whose value is none that they can have.
    pub fn unfit(&self) -> Vec<&'static str> {
        let keys = SETTINGS.iter().map(|setting| setting.key);
        keys.filter(|key| self.document.get(key).is_some() && self.value(key).is_none()).collect()
    }

    pub fn set(&mut self, setting: &Setting, text: &str) {
        let value: Value = match setting.holds {
            Holds::Label => text.into(),
            Holds::YesNo => (text == "true").into(),
            Holds::Number { .. } => text.parse::<i64>().unwrap_or_default().into(),
        };
        match self.document.get_mut(setting.key) {
            Some(Item::Value(old)) => {
                // What stands beside the value, a comment perhaps, stays.
                let decor = old.decor().clone();
                *old = value;
                *old.decor_mut() = decor;
            }
            _ => self.document[setting.key] = Item::Value(value),
        }
    }

    pub fn unset(&mut self, key: &str) -> bool {
        self.document.remove(key).is_some()
    }

    pub fn write(&self, folders: &Folders) -> Result<(), Trouble> {
        let path = path(folders);
        write_private(&path, self.document.to_string().as_bytes())
            .map_err(|error| Trouble::file(Doing::Writing, &path, error))
    }
}

/// Every setting as it counts on the map of the visit; without a map, or with one that is locked, there is still a file.
pub fn in_use(settings: &Settings, v: Option<&mut Visit<'_>>) -> Vec<InUse> {
    let (map, here) = v.map_or((None, None), |v| (v.map_entry().ok().flatten(), v.map().ok()));
    let in_use = |setting: &'static Setting| {
        let own = settings.value(setting.key);
        let (value, origin) = match setting.holds {
            Holds::Number { unit, .. } => {
                let (number, origin) = settings.number(setting.key, map.as_ref())?;
                (Counts::Number { number, unit }, origin)
            }
            Holds::YesNo => {
                let origin = if own.is_some() { Origin::File } else { Origin::Default };
                (Counts::YesNo(own.as_deref() == Some("true")), origin)
            }
            Holds::Label => {
                let shown = here.as_ref().map(|map| if setting.key == "name" { &map.person } else { &map.group });
                match (shown, own) {
                    (Some(shown), _) => (Counts::Label(shown.clone()), Origin::Map),
                    (None, Some(value)) => (Counts::Label(value), Origin::File),
                    (None, None) => (Counts::Label(String::new()), Origin::Default),
                }
            }
        };
        Some(InUse { setting, value, origin })
    };
    SETTINGS.iter().filter_map(in_use).collect()
}

impl Setting {
    pub fn named(key: &str) -> Result<&'static Setting, Trouble> {
        let typed = key.trim().to_lowercase();
        SETTINGS.iter().find(|setting| setting.key == typed).ok_or_else(|| {
            let keys: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
            let typed = clean(key).chars().take(40).collect();
            Trouble::Settings(trouble::Settings::NoSuch { typed, keys })
        })
    }

    /// The value as the file holds it, or why not.
    pub fn check(&self, typed: &str) -> Result<String, Trouble> {
        let shown = || clean(typed).chars().take(40).collect();
        let unfit = match self.holds {
            Holds::Label => {
                let label = Label::typed(typed).map_err(trouble::Settings::NotALabel);
                return label.map(|label| label.to_string()).map_err(Trouble::Settings);
            }
            Holds::YesNo => match typed.trim().to_lowercase().as_str() {
                "true" | "yes" | "on" => return Ok("true".to_owned()),
                "false" | "no" | "off" => return Ok("false".to_owned()),
                _ => trouble::Settings::NotYesNo { key: self.key, typed: shown() },
            },
            Holds::Number { unit, .. } => match typed.trim().parse::<u32>() {
                Ok(number) if (1..=LONGEST).contains(&number) => return Ok(number.to_string()),
                _ => trouble::Settings::NotANumber { key: self.key, unit, longest: LONGEST, typed: shown() },
            },
        };
        Err(Trouble::Settings(unfit))
    }
}

pub fn path(folders: &Folders) -> PathBuf {
    folders.config.join("config.toml")
}

const fn setting(key: &'static str, about: &'static str, holds: Holds) -> Setting {
    Setting { key, about, holds }
}

/// How often something falls due, which the map may say otherwise: it has the map's name for it, and what is usual there.
const fn rhythm(at: usize, about: &'static str, unit: &'static str) -> Setting {
    let (field, usual) = RHYTHM[at];
    setting(field.name, about, Holds::Number { usual, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Settings {
        Settings { document: text.parse().unwrap() }
    }

    #[test]
    fn what_somebody_wrote_beside_a_value_stays() {
        let mut settings = read("# mine\nname = \"Ana\" # as at the meetings\nweeks-a = 4\n[later]\nx = 1\n");
        settings.set(Setting::named("name").unwrap(), "Anna");
        settings.set(Setting::named("plain").unwrap(), "true");
        let text = settings.document.to_string();
        assert!(
            text.starts_with("# mine\nname = \"Anna\" # as at the meetings\nweeks-a = 4\nplain = true\n[later]"),
            "{text}"
        );
        assert_eq!(settings.unknown(), ["later"]);
    }

    #[test]
    fn a_value_that_does_not_fit_counts_as_not_set() {
        let settings = read("weeks-a = -3\nweeks-b = \"many\"\nplain = \"yes\"\nname = [1]\nfacts-age = 12\n");
        assert_eq!(settings.number("weeks-a", None), Some((6, Origin::Default)));
        assert_eq!(settings.number("weeks-b", None), Some((16, Origin::Default)));
        assert_eq!(settings.number("facts-age", None), Some((12, Origin::File)));
        assert_eq!(settings.number("name", None), None);
        assert_eq!(settings.unfit(), ["name", "weeks-a", "weeks-b"]);
        assert!(settings.plain());
    }

    #[test]
    fn the_usual_numbers_are_the_map_s() {
        let map = Map::default();
        for (key, category) in [("weeks-a", "a"), ("weeks-b", "b"), ("weeks-c", "c"), ("weeks-d", "d")] {
            let (number, _) = Settings::default().number(key, Some(&map)).unwrap();
            assert_eq!(number, map.check_in_weeks(Some(category)));
        }
        assert_eq!(Settings::default().number("facts-age", Some(&map)).unwrap().0, map.facts_age_months());
    }
}
