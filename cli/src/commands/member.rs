//! `allymap member list|waiting|approve|decline`: who can see this map, and who asks to.

use allymap_home::together::member::{self, Approved, Approving, Asking, Declined, Member, Want};
use serde::Serialize;
use serde_json::json;

use crate::about::who::calls_themselves;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::words::role_word;

/// People and groups who can see this map
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap member list\n  allymap member approve 1")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Name the members
    #[command(after_help = "Examples:\n  allymap member list\n  allymap member list --json")]
    List,
    /// Name those who ask to join by your invitations
    #[command(after_help = "Examples:\n  allymap member waiting\n  allymap member waiting --json")]
    Waiting,
    /// Let somebody in, by the four words that they read to you
    #[command(
        after_help = "Examples:\n  allymap member approve 1\n  allymap member approve 1 --words river anchor plum seven"
    )]
    Approve {
        /// Their number; it may be left out when one person asks
        number: Option<u32>,
        /// The four words as they read them to you; asked for otherwise
        #[arg(long, num_args = 4, value_name = "WORD")]
        words: Option<Vec<String>>,
    },
    /// Turn somebody away; their invitation ends
    #[command(after_help = "Examples:\n  allymap member decline 1\n  allymap member decline 1 --json")]
    Decline {
        /// Their number; it may be left out when one person asks
        number: Option<u32>,
    },
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::List => {
            let members = Members(member::list(app.visit()?)?);
            app.tell(&members)
        }
        Verb::Waiting => {
            let waiting = Waiting(member::waiting(app.visit()?)?);
            app.tell(&waiting)
        }
        Verb::Approve { number, words } => {
            let mut approving = Approving { number, words };
            let approved = app.settle(&mut approving, member::approve, |app, approving, want| match want {
                Want::Words(asking) => {
                    approving.words = Some(words_read(app, &asking)?);
                    Ok(())
                }
            })?;
            app.tell(&approved)
        }
        Verb::Decline { number } => {
            let declined = member::decline(app.visit()?, number)?;
            app.tell(&declined)
        }
    }
}

/// The words as they are read aloud. They stand on no screen here: somebody who could read along would only nod.
fn words_read(app: &mut App<'_>, asking: &Asking) -> Result<Vec<String>, Failure> {
    if !app.can_ask() {
        return Err(Failure::missing("Which four words do they read?", "--words W1 W2 W3 W4"));
    }
    let number = asking.number;
    let question =
        format!("Number {number} asks to join as {}. Which four words do they read to you?", role_word(asking.role));
    let answer = app.ask().about(&question, &calls_themselves(asking))?;
    let words: Vec<String> = answer.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Err(Failure::new("AM-STOPPED", Exit::Failed, "Nobody was let in."));
    }
    Ok(words)
}

/// Who is on the map.
struct Members(Vec<Member>);

impl Answer for Members {
    fn json(&self) -> impl Serialize {
        let member = |member: &Member| {
            json!({
                "name": member.name, "group": member.group, "role": role_word(member.role),
                "this_computer": member.this_computer,
            })
        };
        json!({ "members": self.0.iter().map(member).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        if self.0.is_empty() {
            out.status("You have not been let in yet, so this computer knows no members.");
        }
        let row = |member: &Member| {
            let here = if member.this_computer { "this computer" } else { "" };
            vec![member.name.clone(), role_word(member.role).into(), member.group.clone(), here.into()]
        };
        out.table(&["Name", "Role", "Group", "Where"], &self.0.iter().map(row).collect::<Vec<_>>());
    }
}

/// Who asks to be.
struct Waiting(Vec<Asking>);

impl Answer for Waiting {
    fn json(&self) -> impl Serialize {
        let asking = |one: &Asking| json!({ "number": one.number, "name": one.name, "group": one.group, "role": role_word(one.role) });
        json!({ "waiting": self.0.iter().map(asking).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        if self.0.is_empty() {
            out.status(
                "Nobody asks to join by an invitation of this computer. Requests arrive with: allymap sync. Who took another convenor's invitation is let in on that convenor's computer.",
            );
        }
        for one in &self.0 {
            let (number, role) = (one.number, role_word(one.role));
            out.say(format_args!("Number {number} asks to join as {role}.\n  {}", calls_themselves(one)));
            out.status(format_args!("Let them read their four words to you: allymap member approve {number}"));
        }
    }
}

impl Answer for Approved {
    fn json(&self) -> impl Serialize {
        json!({ "approved": self.name, "role": role_word(self.role) })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("{} is a {} from now on.", self.name, role_word(self.role)));
        out.status(format_args!(
            "Next: allymap sync. Then tell {} to run allymap sync: the map arrives with it.",
            self.name
        ));
    }
}

impl Answer for Declined {
    fn json(&self) -> impl Serialize {
        json!({ "declined": self.name })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("{} was not let in. The invitation has ended.", self.name));
    }
}
