//! `allymap due`: who waits for us. Read from the short rows of the map; `--offers` opens the entries that we owe something.

use allymap_domain::advice::due::{DueKind, Help};
use allymap_domain::date::Date;
use allymap_domain::date::typed::parse_days;
use allymap_domain::entry::favour::size_word;
use allymap_home::relations::due::{self, Due, DueList, Offer, Offers, Wanted};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

/// Follow-ups, check-ins, events to assess, calls, favours
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap due\n  allymap due --within \"2 weeks\"\n  allymap due --offers")]
pub(crate) struct Args {
    #[arg(long, value_name = "TIME", default_value = "2w", help = "How far ahead: 10d, 2w, 3m, or \"2 weeks\"")]
    within: String,
    #[arg(long, value_name = "GROUP", help = "Only what this group of ours holds; me: your own")]
    held_by: Option<String>,
    /// Only whom we owe a favour, with what would help them
    #[arg(long)]
    offers: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let wanted = Wanted { within_days: days(&args.within)?, held_by: args.held_by };
    if args.offers {
        let offers = due::offers(app.visit()?, &wanted)?;
        return app.tell(&offers);
    }
    let due = due::within(app.visit()?, &wanted)?;
    app.tell(&due)
}

fn days(typed: &str) -> Result<i32, Failure> {
    parse_days(typed).ok_or_else(|| {
        let short: String = typed.trim().to_lowercase().chars().take(40).collect();
        Failure::usage(format!("\"{short}\" is no length of time.")).hint("For example: --within 2w, 10d or 3m.")
    })
}

impl Answer for DueList {
    fn json(&self) -> impl Serialize {
        let due: Vec<Value> = self.due.iter().map(json).collect();
        json!({ "today": self.today.to_string(), "within_days": self.within_days, "due": due })
    }

    fn say(&self, out: &Output) {
        if self.due.is_empty() {
            out.status(format_args!("Nothing is due within {} days.", self.within_days));
            return;
        }
        let row = |due: &Due| {
            let held_by = due.held_by.clone().unwrap_or_default();
            vec![turn(due).to_owned(), due.who.name.clone(), words(due), held_by]
        };
        let cells: Vec<Vec<String>> = self.due.iter().map(row).collect();
        out.table(&["When", "Who", "What", "Held by"], &cells);
    }
}

impl Answer for Offers {
    fn json(&self) -> impl Serialize {
        let help = |help: &Help| json!({ "field": help.field, "label": help.label, "said": help.said });
        let offer = |offer: &Offer| {
            let mut value = json(&offer.due);
            value["would_help"] = offer.would_help.iter().map(help).collect();
            value
        };
        let offers: Vec<Value> = self.offers.iter().map(offer).collect();
        json!({ "today": self.today.to_string(), "offers": offers })
    }

    fn say(&self, out: &Output) {
        if self.offers.is_empty() {
            out.status("We owe nobody a favour.");
            return;
        }
        let row = |Offer { due, size, would_help }: &Offer| {
            let helps: Vec<String> = would_help.iter().map(|help| format!("{}: {}", help.label, help.said)).collect();
            let helps = if helps.is_empty() { "not known; ask them".to_owned() } else { helps.join(" · ") };
            let held_by = due.held_by.clone().unwrap_or_default();
            vec![due.who.name.clone(), format!("{} ({size})", size_word(*size)), helps, held_by]
        };
        let cells: Vec<Vec<String>> = self.offers.iter().map(row).collect();
        out.table(&["Who", "Offer something like", "What would help", "Held by"], &cells);
        out.status("When it is done: allymap gave WHO WHAT");
    }
}

fn turn(due: &Due) -> &'static str {
    match due.what {
        DueKind::UnansweredCall => "First",
        DueKind::Strained => "Alarm",
        DueKind::Owed(_) => "We owe",
        DueKind::OldFact => "Look again",
        _ if due.days_late.is_some() => "Late",
        _ => "Soon",
    }
}

fn words(due: &Due) -> String {
    let on = due.on.map(|on| on.spelled()).unwrap_or_default();
    match due.what {
        DueKind::UnansweredCall => format!("asked us to stand with them by {on}: no answer yet"),
        DueKind::Call => format!("asked us to stand with them by {on}"),
        DueKind::Strained => "rights holders, and the tie is strained".to_owned(),
        DueKind::FollowUp => format!("follow up, {on}"),
        DueKind::Assess => {
            let verb = if due.open == Some(0) { "decide" } else { "assess" };
            let by = if due.days_late.is_some() { "now".to_owned() } else { format!("by {on}") };
            format!("{verb} {by}; it is on {}", due.event_on.map(Date::spelled).unwrap_or_default())
        }
        DueKind::LosingTouch => format!("losing touch: a check-in was due {on}"),
        DueKind::CheckIn => format!("check in, {on}"),
        DueKind::Owed(size) => format!("a favour of size {size}: {}", size_word(size)),
        DueKind::OldFact => format!("something here was last seen {on}"),
    }
}

fn json(due: &Due) -> Value {
    let size = match due.what {
        DueKind::Owed(size) => Some(size),
        _ => None,
    };
    json!({
        "what": due.what.slug(), "id": due.who.id.to_string(), "entry": due.who.name,
        "on": due.on.map(|on| on.to_string()), "days_late": due.days_late,
        "size": size, "held_by": due.held_by, "rights_holders": due.rights_holders, "words": words(due),
        "event_on": due.event_on.map(|on| on.to_string()), "open": due.open,
    })
}
