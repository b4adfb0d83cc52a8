//! `allymap approach check|add WHO`: before a first contact, who of us is in touch already.

use allymap_domain::advice::before::{Plan, has_been};
use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::fact::Fact;
use allymap_domain::entry::log::LogKind;
use allymap_home::relations::approach::{self, Approach, Approached, Contact, InTouch, Noted};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::relationship::{add_before, moved_words, say_before};
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::typed;
use crate::terminal::words::capital;

/// First contact: see who knows them, then note it
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap approach check \"st cuthwyn's\"\n  allymap approach add \"st cuthwyn's\" --with \"the parish office\""
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Who holds the relationship, who approached them already, what is open
    #[command(
        after_help = "Examples:\n  allymap approach check \"st cuthwyn's\"\n  allymap approach check rowers --json"
    )]
    Check {
        /// Which entry
        who: String,
    },
    /// Note a first contact of your group, with a request to check it
    #[command(
        after_help = "Examples:\n  allymap approach add \"st cuthwyn's\" --with \"the parish office\"\n  allymap approach add bakery --on yesterday"
    )]
    Add(Add),
}

#[derive(clap::Args)]
struct Add {
    /// Which entry
    who: String,
    #[arg(long, value_name = "WHOM", help = "With whom of them")]
    with: Option<String>,
    #[arg(long, help = "What for (this stays in your shell's history; - reads standard input)")]
    note: Option<String>,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
    #[arg(
        long,
        value_name = "WHY",
        help = "Although another of our groups is in touch with them, or nobody has looked into them"
    )]
    anyway: Option<String>,
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::Check { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Check { who } => {
            let visit = app.visit()?;
            let id = visit.find(&who)?.id;
            let known = approach::check(visit, id)?;
            app.tell(&known)
        }
        Verb::Add(args) => add(app, args),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let card = app.visit()?.find_joined(&args.who)?;
    Plan::Approach.may_begin(&card, args.anyway.as_deref())?;
    let note = args.note.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    has_been(&on, LogKind::typed("approach")?, app.today())?;
    let new = Approach { of: card.id, with: args.with, note, on, anyway: args.anyway };
    let approached = approach::add(app.visit()?, &new)?;
    if !app.output.json {
        approached.known().say(&app.output);
    }
    match approached {
        Approached::Noted(noted) => app.tell(&*noted),
        Approached::AskedFirst { name, whom, .. } => Err(Failure::new(
            "AM-HELD",
            Exit::NeedsPerson,
            format!("The approach was not recorded: {whom} know {name} already. Your request to check was kept."),
        )
        .hint("Talk with them. If you go on all the same: --anyway WHY.")),
    }
}

impl Answer for InTouch {
    fn json(&self) -> impl Serialize {
        json!({ "approach": known_json(self) })
    }

    fn say(&self, out: &Output) {
        let line = |label: &str, words: &str| out.line(label, COLUMN, words);
        out.say(&self.who.name);
        line("Held by", self.held_by.as_deref().unwrap_or("nobody yet"));
        if !self.known_by.is_empty() {
            line("Known by", &self.known_by.join("; "));
        }
        line("Last contact", &self.last_contact.as_ref().map_or("none on record".to_owned(), by));
        for approach in &self.approaches {
            line("Approached", &by(approach));
        }
        for double in &self.double_approaches {
            line("Double approach", &format!("{}; neither knew", both(double)));
        }
        line("Stage", self.stage.slug());
        if let Some(health) = self.health {
            line("Health", health.slug());
        }
        line("Category", self.category.as_deref().unwrap_or("not known"));
        if self.rights_holders {
            line("Rights holders", "yes; ask first, and go at their pace");
            line("Consulted", &self.consulted.map_or("not yet".to_owned(), |on| on.spelled()));
        }
        let research = self.before.research.map_or("not done".to_owned(), |on| format!("done {}", on.spelled()));
        line("Research", &research);
        if let Some(check) = &self.check {
            line("Check asked", &by(check));
        }
        say_before(out, &self.before, COLUMN);
        if self.do_not_engage {
            line("Note", "we do not engage with them: arguing may entrench");
        }
        match self.others.as_slice() {
            [] => line("So", "no other group of ours is in touch with them"),
            others => line("So", &format!("talk with {} first", others.join(" and "))),
        }
    }
}

impl Answer for Noted {
    fn json(&self) -> impl Serialize {
        json!({
            "entry": self.known.who.name, "kind": "approach", "on": self.on.typed, "check_requested_of": self.asked,
            "before": known_json(&self.known),
        })
    }

    fn say(&self, out: &Output) {
        let (name, on, asked) = (&self.known.who.name, &self.on, &self.asked);
        out.say(format_args!("Kept: first approach to {name}, {on}. A request to check went to {asked}."));
        if let Some(moved) = &self.moved {
            out.say(format_args!("{}.", capital(&moved_words(moved))));
        }
        if self.listen_first {
            out.status(
                "Ask first: listen before you propose anything. Note it with: allymap log add NAME --kind consulted",
            );
        }
        say_who_sees(out, &self.seen_by);
    }
}

fn known_json(known: &InTouch) -> Value {
    let contact = |contact: &Contact| {
        json!({
            "on": contact.on.typed, "kind": contact.kind, "by": contact.by, "group": contact.group,
        })
    };
    let mut value = json!({
        "id": known.who.id.to_string(), "entry": known.who.name, "held_by": known.held_by, "known_by": known.known_by,
        "other_groups": known.others, "last_contact": known.last_contact.as_ref().map(contact),
        "approaches": known.approaches.iter().map(contact).collect::<Vec<Value>>(),
        "double_approaches": known.double_approaches.iter().map(both).collect::<Vec<String>>(),
        "check_requested": known.check.as_ref().map(contact),
        "stage": known.stage.slug(), "health": known.health.map(Fact::slug), "category": known.category,
        "rights_holders": known.rights_holders, "consulted": known.consulted.map(|on| on.to_string()),
        "research": known.before.research.map(|on| on.to_string()), "do_not_engage": known.do_not_engage,
    });
    add_before(&mut value, &known.before);
    value
}

/// `first approach, Ana (Harbour), 2026-11-10 (13 days ago)`
fn by(contact: &Contact) -> String {
    let ago = match contact.days_ago {
        Some(0) => " (today)".to_owned(),
        Some(1) => " (yesterday)".to_owned(),
        Some(days) if days > 1 => format!(" ({days} days ago)"),
        _ => String::new(),
    };
    let label = LogKind::label_of(&contact.kind);
    format!("{label}, {} ({}), {}{ago}", contact.by, contact.group, contact.on)
}

fn both((first, second): &(Contact, Contact)) -> String {
    format!("{} and {}", by(first), by(second))
}

/// Where the text begins.
const COLUMN: usize = 18;
