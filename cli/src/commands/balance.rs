//! `allymap balance [WHO]`: who gave what to whom within a year, in words.

use allymap_domain::entry::favour::size_word;
use allymap_home::relations::balance::{self, Balanced};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::relationship::{balance_json, balance_words};
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

/// What we gave and what they gave, over a year
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap balance\n  allymap balance choir")]
pub(crate) struct Args {
    /// Which entry; left out: everybody with whom something went back or forth
    who: Option<String>,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let visit = app.visit()?;
    match args.who {
        Some(who) => {
            let id = visit.find(&who)?.id;
            let balanced = balance::of(visit, id)?;
            app.tell(&balanced)
        }
        None => {
            let all = balance::all(visit)?;
            app.tell(&all)
        }
    }
}

impl Answer for Balanced {
    fn json(&self) -> impl Serialize {
        json!({ "entry": self.who.name, "balance": balance_json(&self.balance) })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("{}: {}.", self.who.name, balance_words(&self.balance)));
        if let Some(size) = self.balance.owed {
            out.say(format_args!("Offer something like {} ({size}).", size_word(size)));
        }
    }
}

impl Answer for Vec<Balanced> {
    fn json(&self) -> impl Serialize {
        let of = |Balanced { who, balance }: &Balanced| json!({ "id": who.id.to_string(), "entry": who.name, "balance": balance_json(balance) });
        json!({ "balances": self.iter().map(of).collect::<Vec<Value>>() })
    }

    fn say(&self, out: &Output) {
        if self.is_empty() {
            out.status("Nothing went back or forth this year. Note favours with: allymap gave, allymap got");
            return;
        }
        let cells: Vec<Vec<String>> =
            self.iter().map(|Balanced { who, balance }| vec![who.name.clone(), balance_words(balance)]).collect();
        out.table(&["Name", "Give and take"], &cells);
    }
}
