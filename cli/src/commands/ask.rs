//! `allymap ask WHO WHAT`: a request, with what should be thought of before it is made.

use allymap_domain::advice::before::{DEMAND_DAYS, Doubt, LargeAsk, Plan, doubts, has_been};
use allymap_domain::date::When;
use allymap_domain::date::typed::{parse_coming_date, parse_when};
use allymap_domain::entry::favour::Way;
use allymap_domain::entry::log::LogKind;
use allymap_home::relations::ask::{self, Anyway, Ask, Asked, PastAsk, Want};
use allymap_home::relations::before::{self, Before};
use serde::Serialize;
use serde_json::{Value, json};

use super::gave;
use crate::about::relationship::{add_before, balance_json, balance_words, say_before};
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::typed;

/// Something we ask of them
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap ask choir \"sing at the vigil\" --size 2 --mutual\n  allymap ask choir \"co-host the forum\" --size 4 --anyway\n  allymap ask --list"
)]
pub(crate) struct Args {
    /// Which entry
    #[arg(required_unless_present = "list")]
    who: Option<String>,
    /// What we ask (- reads standard input)
    what: Option<String>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5), help = "1 a mention, 2 attending, 3 people or a venue, 4 co-hosting, 5 money or a name")]
    size: Option<u8>,
    /// Both sides gain by it
    #[arg(long)]
    mutual: bool,
    #[arg(long, value_name = "WHY", help = "It cannot wait until we know each other")]
    urgent: Option<String>,
    #[arg(
        long,
        value_name = "WHY",
        num_args = 0..=1,
        help = "A large ask without a heads-up, all the same; with a reason also before anybody has looked into them"
    )]
    anyway: Option<Option<String>>,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
    #[arg(long, value_name = "DAY", help = "Follow up when")]
    followup: Option<String>,
    /// What we asked within a year; what helps both sides comes first
    #[arg(long, conflicts_with_all = ["who", "size", "mutual", "urgent", "anyway", "on", "followup"])]
    list: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let Some(who) = args.who else {
        let asks = ask::list(app.visit()?)?;
        return app.tell(&asks);
    };
    let card = app.visit()?.find_joined(&who)?;
    if !app.output.json {
        let before = before::of(app.visit()?, card.id)?;
        say_what_stands(&app.output, &before);
    }
    let anyway = match args.anyway {
        None => Anyway::No,
        Some(None) => Anyway::Yes,
        Some(Some(why)) => Anyway::Because(why),
    };
    Plan::Ask.may_begin(&card, anyway.why())?;
    let today = app.today();
    let on = args.on.map_or(Ok(When::on(today)), |typed| parse_when(&typed, today))?;
    has_been(&on, LogKind::typed(Way::Asked.slug())?, today)?;
    let follow_up = args.followup.map(|typed| parse_coming_date(&typed, today)).transpose()?;
    let what = match args.what {
        Some(what) => typed::free_text(&app.output, &what)?,
        None => app.ask().required("What do we ask?", "WHAT")?,
    };
    let size = gave::size(app, args.size)?;
    for doubt in doubts(&card, args.urgent.is_some(), today) {
        app.output.warn(doubt_words(&card.name, doubt));
    }
    let (mutual, urgent) = (args.mutual, args.urgent);
    let mut draft = Ask { of: card.id, what, size, mutual, urgent, on, follow_up, anyway };
    let asked = app.settle(&mut draft, ask::record, |app, draft, want| match want {
        Want::HeadsUp(large) => {
            keep_anyway(app, &large)?;
            draft.anyway = Anyway::Yes;
            Ok(())
        }
    })?;
    app.tell(&asked)
}

/// What stands between us, before anything is written (guide, section 2; module, section 4a).
fn say_what_stands(out: &Output, before: &Before) {
    out.line("Held by", COLUMN, before.held_by.as_deref().unwrap_or("nobody yet"));
    if let Some(on) = before.research {
        out.line("Research", COLUMN, format_args!("done {}", on.spelled()));
    }
    say_before(out, before, COLUMN);
}

fn doubt_words(name: &str, doubt: Doubt) -> String {
    match doubt {
        Doubt::NoMeeting => {
            format!(
                "You have not met {name} yet. Get to know each other first, or say why it cannot wait: --urgent WHY"
            )
        }
        Doubt::Demand { asked } => {
            format!("{name} has been asked {asked} times in {DEMAND_DAYS} days; ask yourself if this one is needed.")
        }
    }
}

/// Somebody says that it goes on without a heads-up.
fn keep_anyway(app: &mut App<'_>, LargeAsk { name, balance }: &LargeAsk) -> Result<(), Failure> {
    app.output
        .warn(format_args!("With {name}: {}. This is a large ask, and there was no heads-up.", balance_words(balance)));
    if app.ask().confirm("Keep it anyway?")? {
        return Ok(());
    }
    Err(Failure::new("AM-LARGE-ASK", Exit::NeedsPerson, "Not recorded.")
        .hint("Give them a heads-up first: allymap log add NAME --kind heads-up. Or keep it with --anyway."))
}

impl Answer for Asked {
    fn json(&self) -> impl Serialize {
        let doubts: Vec<&str> = self.doubts.iter().map(|doubt| doubt.slug()).collect();
        let mut value = json!({
            "entry": self.name, "kind": Way::Asked.slug(), "size": self.size, "mutual": self.mutual, "on": self.on.typed,
            "asked_in_60_days": self.times_lately, "warnings": doubts, "balance": balance_json(&self.balance),
            "held_by": self.before.held_by,
        });
        add_before(&mut value, &self.before);
        value
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("We asked {}: {} ({}).", self.name, self.what, self.size));
        out.status("Be ready to do as much for them.");
        say_who_sees(out, &self.seen_by);
    }
}

impl Answer for Vec<PastAsk> {
    fn json(&self) -> impl Serialize {
        let ask = |ask: &PastAsk| {
            json!({
                "on": ask.on.to_string(), "entry": ask.name, "text": ask.text, "size": ask.size,
                "mutual": ask.mutual, "urgent": ask.urgent, "by": ask.by,
            })
        };
        json!({ "asks": self.iter().map(ask).collect::<Vec<Value>>() })
    }

    fn say(&self, out: &Output) {
        let row = |ask: &PastAsk| {
            let both = if ask.mutual { "helps both" } else { "" };
            vec![ask.on.spelled(), ask.name.clone(), ask.text.clone(), both.to_owned(), ask.by.clone()]
        };
        let cells: Vec<Vec<String>> = self.iter().map(row).collect();
        out.table(&["When", "Whom", "What", "Gain", "By"], &cells);
        if cells.is_empty() {
            out.status("Nobody was asked for anything in the last twelve months.");
        }
    }
}

/// Where the text begins.
const COLUMN: usize = 15;
