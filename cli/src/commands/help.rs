//! `allymap help …`: help for a command, and topics that can be read without a network.

use allymap_domain::map::question::QUESTIONS;
use allymap_domain::words::folded;
use allymap_home::community::map;
use clap::CommandFactory;

use crate::app::App;
use crate::help::tree::{grouped, leaves};
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::words::wrapped;

/// Help for a command or a topic (allymap help topics)
#[derive(clap::Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "Examples:\n  allymap help partner\n  allymap help topics\n  allymap help being an ally\n  allymap help --json"
)]
pub(crate) struct Args {
    /// A command, "topics", or a topic
    words: Vec<String>,
}

/// Something to read.
struct Topic {
    slug: &'static str,
    /// Other words for it.
    also: &'static [&'static str],
    about: &'static str,
    /// Paragraphs; a line that begins with two spaces stays as it is.
    text: &'static str,
}

const TOPICS: &[Topic] = &[
    Topic {
        slug: "contact",
        also: &["referral", "referral card", "whom to turn to"],
        about: "Whom to turn to when you are not sure",
        text: "",
    },
    Topic {
        slug: "relational-meetings",
        also: &["relational meeting", "one to one", "meeting"],
        about: "Getting to know somebody before you ask for anything",
        text: include_str!("../help/topics/relational-meetings.txt"),
    },
    Topic {
        slug: "being-an-ally",
        also: &["ally", "genuine ally", "allyship"],
        about: "Working with people whose rights are at issue",
        text: include_str!("../help/topics/being-an-ally.txt"),
    },
    Topic {
        slug: "community-map",
        also: &["map", "mapping", "template"],
        about: "What a community map is for, and how to begin one",
        text: include_str!("../help/topics/community-map.txt"),
    },
    Topic {
        slug: "questions",
        also: &["eight questions", "template questions"],
        about: "The eight questions about a community, with their parts",
        text: "",
    },
    Topic {
        slug: "dates",
        also: &["saying dates", "when"],
        about: "How dates are said, and how key dates come again",
        text: include_str!("../help/topics/dates.txt"),
    },
    Topic {
        slug: "privacy",
        also: &["security", "safety", "secrecy"],
        about: "Who can read what, what must not be written down, how to lock",
        text: include_str!("../help/topics/privacy.txt"),
    },
    Topic {
        slug: "formats",
        also: &["files", "file formats", "csv", "spreadsheet"],
        about: "Which files go in and come out, and by which command",
        text: include_str!("../help/topics/formats.txt"),
    },
    Topic {
        slug: "words",
        also: &["glossary", "vocabulary"],
        about: "What the words mean here",
        text: include_str!("../help/topics/words.txt"),
    },
    Topic {
        slug: "exit-codes",
        also: &["exit code", "exit"],
        about: "What the program's endings mean to a script",
        text: "  0  done\n  1  failed\n  2  wrong use\n  3  not clear which entry is meant\n  4  a person has to decide\n  5  locked\n  6  kept here, but not exchanged",
    },
];

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let words: Vec<String> = args.words.iter().map(|word| word.to_lowercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            if app.output.json {
                let commands: Vec<_> = leaves(&super::tree())
                    .into_iter()
                    .map(|leaf| {
                        serde_json::json!({ "command": leaf.command, "about": leaf.about, "examples": leaf.examples })
                    })
                    .collect();
                app.output.json(&serde_json::json!({ "commands": commands }));
                return Ok(());
            }
            app.output.say(grouped(super::tree()).render_help().to_string().trim_end());
            Ok(())
        }
        ["topics"] => list(app),
        ["topics", topic @ ..] => show(app, &topic.join(" ")),
        topic if find(&topic.join(" ")).is_some_and(|found| !is_command(found.slug)) && !is_command(words[0]) => {
            show(app, &topic.join(" "))
        }
        command => of_command(app, command),
    }
}

fn list(app: &App<'_>) -> Result<(), Failure> {
    if app.output.json {
        let topics: Vec<_> =
            TOPICS.iter().map(|topic| serde_json::json!({ "topic": topic.slug, "about": topic.about })).collect();
        app.output.json(&serde_json::json!({ "topics": topics }));
        return Ok(());
    }
    for topic in TOPICS {
        app.output.line(topic.slug, 22, topic.about);
    }
    app.output.status("Read one with: allymap help TOPIC");
    Ok(())
}

fn show(app: &mut App<'_>, said: &str) -> Result<(), Failure> {
    let topic = find(said).ok_or_else(|| unknown(said))?;
    let text = match topic.slug {
        "contact" => contact(app)?,
        "questions" => questions(),
        _ => topic.text.to_owned(),
    };
    if app.output.json {
        app.output.json(&serde_json::json!({ "topic": topic.slug, "about": topic.about, "text": text }));
        return Ok(());
    }
    app.output.say(format_args!("{}\n", topic.about));
    for line in text.lines() {
        if line.starts_with("  ") && app.output.plain {
            // No columns for whoever listens.
            let parts: Vec<&str> = line.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect();
            app.output.say(parts.join(": "));
        } else if line.starts_with("  ") {
            app.output.say(line);
        } else {
            wrapped(line, 78).iter().for_each(|line| app.output.say(line));
        }
    }
    Ok(())
}

/// The map's own referral card; what there is to say without one.
fn contact(app: &mut App<'_>) -> Result<String, Failure> {
    let mut text = String::from(
        "When you are not sure whether to work with somebody, or how, ask before you act. Have ready who they are, what is planned, \
         what you know and what you do not.\n\n",
    );
    let contacts = if app.home().has_keys() { map::contacts(app.visit()?)? } else { None };
    let Some(contacts) = contacts else {
        text.push_str("There is no map here yet; a map holds the names of those you can turn to.");
        return Ok(text);
    };
    text.push_str(&format!("For {}:\n", contacts.map));
    let mut missing = false;
    for (label, reached) in &contacts.reached {
        missing |= reached.is_none();
        text.push_str(&format!("  {label:<22}{}\n", reached.as_deref().unwrap_or("not said yet")));
    }
    if missing {
        text.push_str("\nFill it in with: allymap map edit --organising-team WHO --action-centre WHO --regional-staff WHO --branch-committee WHO");
    }
    Ok(text)
}

/// From the table, for a page beside the keyboard.
fn questions() -> String {
    let mut text = String::new();
    for question in QUESTIONS {
        text.push_str(&format!("{}. {}\n", question.number, question.words));
        for part in question.parts {
            text.push_str(&format!("   {}\n", part.words));
        }
        if question.number == 5 {
            text.push_str("6. The template asks number 5 twice; a question of your own may stand here.\n");
        }
    }
    text.push_str("\nNot knowing is fine: allymap todo --questions says what is still unknown.");
    text
}

fn of_command(app: &App<'_>, words: &[&str]) -> Result<(), Failure> {
    let mut tree = super::Cli::command();
    // Long options and their defaults come from the root.
    tree.build();
    let mut command = &mut tree;
    for word in words {
        command = command.find_subcommand_mut(word).ok_or_else(|| unknown(&words.join(" ")))?;
    }
    let text = command.render_help().to_string();
    if app.output.json {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        app.output.json(&serde_json::json!({ "command": words.join(" "), "about": about, "text": text.trim_end() }));
        return Ok(());
    }
    app.output.say(text.trim_end());
    Ok(())
}

fn is_command(word: &str) -> bool {
    super::Cli::command().find_subcommand(word).is_some()
}

fn find(said: &str) -> Option<&'static Topic> {
    let wanted = folded(said);
    let is = |name: &str| folded(name) == wanted;
    TOPICS.iter().find(|topic| is(topic.slug) || topic.also.iter().any(|also| is(also)))
}

fn unknown(said: &str) -> Failure {
    let said: String = said.chars().take(40).collect();
    Failure::new("AM-NO-TOPIC", Exit::Usage, format!("There is no command and no topic called \"{said}\"."))
        .hint("See: allymap help, allymap help topics")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s139_the_two_guides_that_the_module_points_to_are_here_in_ten_lines_or_more() {
        for said in ["relational meetings", "being an ally", "genuine ally", "Relational-Meetings"] {
            let topic = find(said).unwrap_or_else(|| panic!("no topic for {said}"));
            let lines: usize =
                topic.text.lines().filter(|line| !line.is_empty()).map(|line| wrapped(line, 78).len()).sum();
            assert!(lines >= 10, "{said} has {lines} lines");
        }
    }

    #[test]
    fn every_topic_is_found_by_each_of_its_words_and_lines_fit() {
        for topic in TOPICS {
            for said in topic.also.iter().chain([&topic.slug]) {
                assert_eq!(find(said).map(|found| found.slug), Some(topic.slug), "{said}");
            }
            let text = if topic.slug == "questions" { questions() } else { topic.text.to_owned() };
            for line in text.lines().filter(|line| line.starts_with("  ")) {
                assert!(line.chars().count() <= 78, "{line}");
            }
        }
    }
    #[test]
    fn every_command_and_option_that_a_topic_names_is_there() {
        let mut tree = super::super::Cli::command();
        tree.build();
        let mut named = 0;
        for line in TOPICS.iter().flat_map(|topic| topic.text.lines()) {
            for said in line.split("allymap ").skip(1) {
                // A command ends where a sentence goes on, or where a column begins.
                let words = said.split([';', ',', '.', '(', ')', '·', '\n']).next().unwrap_or_default();
                let words = words.split("  ").next().unwrap_or_default();
                let mut command = &tree;
                for (at, word) in words.split(' ').enumerate() {
                    let word = word.trim_end_matches(':');
                    match command.find_subcommand(word) {
                        Some(below) => command = below,
                        None => assert!(at > 0, "no command: {line}"),
                    }
                    let options = || command.get_arguments().filter_map(|option| option.get_long());
                    let long = word.strip_prefix("--");
                    assert!(long.is_none_or(|long| options().any(|option| option == long)), "no {word}: {line}");
                }
                named += 1;
            }
        }
        assert!(named > 20, "{named}");
    }
}
