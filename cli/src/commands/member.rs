//! `allymap member list|waiting|approve|decline`: who can see this map, and who asks to.

use allymap_home::together::member::{self, Approved, Approving, Asking, Declined, Member, Want};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::words::{quoted, role_word};

/// People and groups who can see this map
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap member list\n  allymap member approve Ben")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Name the members
    #[command(after_help = "Examples:\n  allymap member list\n  allymap member list --json")]
    List,
    /// Name those who ask to join by your invitations, and the words to compare
    #[command(after_help = "Examples:\n  allymap member waiting\n  allymap member waiting --json")]
    Waiting,
    /// Let somebody in, after you compared the four words
    #[command(
        after_help = "Examples:\n  allymap member approve Ben\n  allymap member approve Ben --words river anchor plum seven"
    )]
    Approve {
        /// Their name
        name: Option<String>,
        /// The four words as they read them to you; asked for otherwise
        #[arg(long, num_args = 4, value_name = "WORD")]
        words: Option<Vec<String>>,
    },
    /// Turn somebody away; their invitation ends
    #[command(after_help = "Examples:\n  allymap member decline Ben\n  allymap member decline Ben --json")]
    Decline {
        /// Their name
        name: Option<String>,
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
        Verb::Approve { name, words } => {
            let mut approving = Approving { name, words };
            let approved = app.settle(&mut approving, member::approve, |app, approving, want| match want {
                Want::Words(asking) => {
                    same_words(app, &asking)?;
                    approving.words = Some(asking.words);
                    Ok(())
                }
            })?;
            app.tell(&approved)
        }
        Verb::Decline { name } => {
            let declined = member::decline(app.visit()?, name.as_deref())?;
            app.tell(&declined)
        }
    }
}

/// Whether they read the words that stand here.
fn same_words(app: &mut App<'_>, asking: &Asking) -> Result<(), Failure> {
    if !app.can_ask() {
        return Err(Failure::missing("Do they read the same words?", "--words W1 W2 W3 W4"));
    }
    let (name, group, words) = (&asking.name, &asking.group, asking.words.join("  "));
    let question = format!("{name} ({group}) asks to join. Do they read the same words: {words}");
    if !app.ask().confirm(&question)? {
        return Err(Failure::new("AM-STOPPED", Exit::Failed, "Nobody was let in."));
    }
    Ok(())
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
        let asking = |one: &Asking| json!({ "name": one.name, "group": one.group, "role": role_word(one.role), "words": one.words });
        json!({ "waiting": self.0.iter().map(asking).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        if self.0.is_empty() {
            out.status(
                "Nobody asks to join by an invitation of this computer. Requests arrive with: allymap sync. Who took another convenor's invitation is let in on that convenor's computer.",
            );
        }
        for one in &self.0 {
            out.say(format_args!(
                "{} ({}) asks to join as {}. Words: {}",
                one.name,
                one.group,
                role_word(one.role),
                one.words.join("  ")
            ));
            out.status(format_args!("The same as theirs? allymap member approve {}", quoted(&one.name)));
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
