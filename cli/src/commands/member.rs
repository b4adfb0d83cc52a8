//! `allymap member list|waiting|approve|decline`: who can see this map, and who asks to.

use allymap_replica::Asking;

use crate::app::App;
use crate::terminal::failure::{Candidate, Exit, Failure};
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
        Verb::List => list(app),
        Verb::Waiting => waiting(app),
        Verb::Approve { name, words } => approve(app, name, words),
        Verb::Decline { name } => {
            let asking = pick(app, name.as_deref())?;
            let mut effects = Vec::new();
            let (replica, disk) = app.hold()?;
            replica.decline(asking.token, disk, &mut effects)?;
            app.carry_out(effects)?;
            app.commit()?;
            if app.output.json {
                app.output.json(&serde_json::json!({ "declined": asking.name }));
                return Ok(());
            }
            app.output.say(format_args!("{} was not let in. The invitation has ended.", asking.name));
            Ok(())
        }
    }
}

fn list(app: &mut App<'_>) -> Result<(), Failure> {
    let (replica, _) = app.hold()?;
    let me = replica.device();
    let mut members: Vec<_> =
        replica.roster().members().into_iter().filter(|member| member.role != allymap_seal::Role::Root).collect();
    members.sort_by(|a, b| b.role.cmp(&a.role).then_with(|| a.name.cmp(&b.name)));
    if app.output.json {
        let members: Vec<_> = members
            .iter()
            .map(|member| {
                serde_json::json!({
                    "name": member.name, "group": member.group, "role": role_word(member.role),
                    "this_computer": member.device == me,
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "members": members }));
        return Ok(());
    }
    if members.is_empty() {
        app.output.status("You have not been let in yet, so this computer knows no members.");
    }
    let rows: Vec<_> = members
        .iter()
        .map(|member| {
            let here = if member.device == me { "this computer" } else { "" };
            vec![member.name.clone(), role_word(member.role).into(), member.group.clone(), here.into()]
        })
        .collect();
    app.output.table(&["Name", "Role", "Group", "Where"], &rows);
    Ok(())
}

fn waiting(app: &mut App<'_>) -> Result<(), Failure> {
    let (replica, disk) = app.hold()?;
    let asking = replica.asking(disk)?;
    if app.output.json {
        let asking: Vec<_> = asking
            .iter()
            .map(|one| {
                serde_json::json!({ "name": one.name, "group": one.group, "role": role_word(one.role), "words": one.words })
            })
            .collect();
        app.output.json(&serde_json::json!({ "waiting": asking }));
        return Ok(());
    }
    if asking.is_empty() {
        app.output.status(
            "Nobody asks to join by an invitation of this computer. Requests arrive with: allymap sync. Who took another convenor's invitation is let in on that convenor's computer.",
        );
    }
    for one in &asking {
        app.output.say(format_args!(
            "{} ({}) asks to join as {}. Words: {}",
            one.name,
            one.group,
            role_word(one.role),
            one.words.join("  ")
        ));
        app.output.status(format_args!("The same as theirs? allymap member approve {}", quoted(&one.name)));
    }
    Ok(())
}

fn approve(app: &mut App<'_>, name: Option<String>, words: Option<Vec<String>>) -> Result<(), Failure> {
    let asking = pick(app, name.as_deref())?;
    match words {
        Some(words) => {
            if !words.iter().map(|word| word.to_lowercase()).eq(asking.words.iter().map(|word| (*word).to_owned())) {
                return Err(Failure::new(
                    "AM-WORDS",
                    Exit::Failed,
                    format!("These are not the words on this side ({}).", asking.words.join("  ")),
                )
                .hint("Nobody was let in. If the words differ when read aloud, somebody may stand between you: allymap member decline."));
            }
        }
        None if app.can_ask() => {
            let question = format!(
                "{} ({}) asks to join. Do they read the same words: {}",
                asking.name,
                asking.group,
                asking.words.join("  ")
            );
            if !app.ask().confirm(&question)? {
                return Err(Failure::new("AM-STOPPED", Exit::Failed, "Nobody was let in."));
            }
        }
        None => return Err(Failure::missing("Do they read the same words?", "--words W1 W2 W3 W4")),
    }
    let mut effects = Vec::new();
    let (now, mut chance) = (app.now(), app.chance());
    let (replica, disk) = app.hold()?;
    replica.approve(now, &asking, disk, &mut chance, &mut effects).map_err(super::invite::failed)?;
    app.carry_out(effects)?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "approved": asking.name, "role": role_word(asking.role) }));
        return Ok(());
    }
    app.output.say(format_args!("{} is a {} from now on.", asking.name, role_word(asking.role)));
    app.output.status(format_args!(
        "Next: allymap sync. Then tell {} to run allymap sync: the map arrives with it.",
        asking.name
    ));
    Ok(())
}

/// Who is meant among those who ask.
fn pick(app: &mut App<'_>, name: Option<&str>) -> Result<Asking, Failure> {
    let (replica, disk) = app.hold()?;
    let asking = replica.asking(disk)?;
    let folded = name.unwrap_or_default().to_lowercase();
    let mut fitting: Vec<Asking> =
        asking.into_iter().filter(|one| one.name.to_lowercase().starts_with(&folded)).collect();
    match fitting.len() {
        1 => Ok(fitting.remove(0)),
        0 => Err(Failure::new(
            "AM-NOBODY",
            Exit::WhichEntry,
            match name {
                Some(name) => format!("Nobody called {name} asks to join."),
                None => "Nobody asks to join.".to_owned(),
            },
        )
        .hint("Requests arrive with: allymap sync, on the computer that made the invitation.")),
        _ => {
            let mut failure = Failure::new("AM-WHICH", Exit::WhichEntry, "More than one person asks to join.")
                .hint("Name one: allymap member approve NAME");
            failure.candidates = fitting
                .iter()
                .map(|one| Candidate { id: one.words.join(" "), name: one.name.clone(), kind: one.group.clone() })
                .collect();
            Err(failure)
        }
    }
}
