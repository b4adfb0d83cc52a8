//! `allymap partner …`: groups, people, institutions and places on the map.

mod form;
mod list;
mod show;
mod why;

use allymap_domain::entry::{Lack, NewEntry};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::Kind;
use allymap_domain::kind::field::{Field, Holds};
use allymap_home::allies::partner::add::{self, Added, Near, New};
use allymap_home::allies::partner::change::{self, Changed, Changes, Kept, Stated};
use allymap_home::allies::partner::duplicates::{Duplicates, Pair};
use allymap_home::allies::partner::{self, Archived, Merged};
use serde::Serialize;
use serde_json::json;

use crate::about::card::row_json;
use crate::about::choice::chosen_word;
use crate::about::relationship::moved_words;
use crate::about::sensitive;
use crate::about::stated::Flags;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::typed;

/// Groups, institutions and decision makers on the map
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap partner add \"Second Kiln\" --kind organisation\n  allymap partner show choir"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Put somebody on the map
    #[command(
        after_help = "Examples:\n  allymap partner add \"Second Kiln\" --kind organisation\n  allymap partner add \"Oona Vale\" --kind person --set basis=public-role"
    )]
    Add(Add),
    /// Name the entries
    #[command(
        after_help = "Examples:\n  allymap partner list\n  allymap partner list --kind person\n  allymap partner list --position passive-ally --for refugees --sort last-contact"
    )]
    List(list::Args),
    /// Everything about one entry
    #[command(
        after_help = "Examples:\n  allymap partner show choir\n  allymap partner show choir --questions\n  allymap partner show choir --json"
    )]
    Show {
        /// Which entry, as you would say it
        who: String,
        #[arg(long, help = "Of each fact who said it, when and from what source; of a person, why they are here")]
        why: bool,
        #[arg(long, conflicts_with = "why", help = "The eight questions of a first meeting, each with what is known")]
        questions: bool,
    },
    /// Change what the map says about an entry
    #[command(
        after_help = "Examples:\n  allymap partner edit choir --phone \"02 5550 0003\"\n  allymap partner edit choir --stage partner --because \"two events\""
    )]
    Edit(Edit),
    /// Hide an entry; it keeps its history
    #[command(after_help = "Examples:\n  allymap partner archive bakery\n  allymap partner archive \"night bus\"")]
    Archive {
        /// Which entry
        who: String,
    },
    /// Entries that are likely the same, for you to look at
    #[command(after_help = "Examples:\n  allymap partner duplicates\n  allymap partner duplicates --json")]
    Duplicates,
    /// Two entries are one in the world; nothing of either is deleted
    #[command(
        after_help = "Examples:\n  allymap partner merge choir \"young voices\"\n  allymap partner merge growers \"second saturday market\""
    )]
    Merge {
        /// The entry to keep in sight
        keep: String,
        /// The other one
        other: String,
    },
}

#[derive(clap::Args)]
struct Add {
    /// Its name
    name: Option<String>,
    /// What it is: organisation, person, institution, place; or a type of these, as faith or hall
    #[arg(long)]
    kind: Option<String>,
    /// Add it even if something on the map is much like it
    #[arg(long)]
    another: bool,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    relation: Flags,
}

#[derive(clap::Args)]
struct Edit {
    /// Which entry
    who: String,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// Bring an archived entry back
    #[arg(long)]
    restore: bool,
    /// Everything at once, as a form in your editor ($VISUAL, $EDITOR)
    #[arg(long, conflicts_with_all = ["name", "restore", "Fields", "Flags"])]
    editor: bool,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    relation: Flags,
}

/// Fields as flags. `--set field=value` reaches every field of the kind's table; the frequent ones have a flag of their own.
#[derive(clap::Args)]
struct Fields {
    #[arg(long, value_name = "A-D", help = "Category: a more affected, b similar, c community, d political")]
    category: Option<String>,
    #[arg(long, help = "Phone number")]
    phone: Option<String>,
    #[arg(long, help = "E-mail address")]
    email: Option<String>,
    #[arg(long, help = "Website")]
    website: Option<String>,
    #[arg(long, value_name = "WHOM", help = "Led by rights holders: which")]
    led_by: Option<String>,
    #[arg(long, value_name = "GROUP", help = "Which of our groups holds the relationship")]
    held_by: Option<String>,
    #[arg(long, help = "Notes (this stays in your shell's history; - reads standard input)")]
    notes: Option<String>,
    #[arg(long = "set", value_name = "FIELD=VALUE", help = "Any field of the kind; an empty value empties it")]
    set: Vec<String>,
}

impl Fields {
    fn given(&self, out: &Output) -> Result<Vec<(String, String)>, Failure> {
        let mut given: Vec<(String, String)> = [
            ("category", &self.category),
            ("phone", &self.phone),
            ("email", &self.email),
            ("website", &self.website),
            ("led-by", &self.led_by),
            ("held-by", &self.held_by),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect();
        if let Some(notes) = &self.notes {
            given.push(("notes".into(), typed::free_text(out, notes)?));
        }
        given.extend(typed::pairs(&self.set, "role=mayor")?);
        Ok(given)
    }
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::List(_) | Verb::Show { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::List(args) => list::run(app, &args),
        Verb::Show { who, why: true, .. } => why::show(app, &who),
        Verb::Show { who, questions, .. } => {
            let who = app.find(&who)?;
            if questions { show::questions(app, &who) } else { show::show(app, who.id) }
        }
        Verb::Edit(args) => edit(app, args),
        Verb::Archive { who } => {
            let id = app.find(&who)?.id;
            let archived = partner::archive(app.visit()?, id)?;
            app.tell(&archived)
        }
        Verb::Duplicates => {
            let duplicates = partner::duplicates(app.visit()?)?;
            app.tell(&duplicates)
        }
        Verb::Merge { keep, other } => {
            let (keep, other) = (app.find(&keep)?.id, app.find(&other)?.id);
            let merged = partner::merge(app.visit()?, keep, other)?;
            app.tell(&merged)
        }
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let name = typed::given(args.name, || app.ask().required("Name", "NAME (allymap partner add NAME)"))?;
    let (kind, sort) = match args.kind {
        Some(kind) => Kind::typed(&kind)?,
        None if app.can_ask() => {
            // Events have their own command.
            let kinds = Kind::all_but_events();
            let names: Vec<String> = kinds.iter().map(|kind| kind.label.to_owned()).collect();
            (app.ask().choose("What is it?", &names)?.map_or(kinds[0], |at| kinds[at]), None)
        }
        None => return Err(Failure::missing("What is it?", "--kind organisation|person|institution|place")),
    };
    let mut another = args.another;
    if !another {
        let near = partner::alike(app.visit()?, &name, kind)?;
        match alike(app, &near)? {
            Alike::TheSame => return Ok(()),
            // Where nobody is asked anything, nothing comes in meanwhile.
            Alike::Another => another = !near.is_empty() || !app.can_ask(),
        }
    }
    let mut entry = NewEntry::new(kind, &name);
    entry.fields.extend(sort.map(|sort| ("type".to_owned(), sort.to_owned())));
    entry.fields.extend(args.fields.given(&app.output)?);
    complete(app, &mut entry)?;
    let told = sensitive::asked(app, kind, entry.fields, args.relation.source(), false)?.for_a_new_one();
    let entry = NewEntry { kind, fields: told.fields, affiliations: told.affiliations };
    let stated = args.relation.understood(app)?;
    let mut new = New { entry, stated, another };
    // Whoever recognises somebody only now has typed for nothing, and nothing is added.
    let added = app.settle(&mut new, partner::add, |app, new, want| {
        match want {
            add::Want::Another(near) => match alike(app, &near)? {
                Alike::Another => new.another = true,
                Alike::TheSame => return Err(Failure::new("AM-STOPPED", Exit::Failed, "Stopped. Nothing was added.")),
            },
            add::Want::Basis(field) => new.entry.fields.push((field.name.to_owned(), basis(app, field)?)),
        }
        Ok(())
    })?;
    app.tell(&added)
}

/// Who may be on the map, and in whose words: private people stand behind an organisation.
fn complete(app: &mut App<'_>, entry: &mut NewEntry) -> Result<(), Failure> {
    for lack in entry.lacks() {
        match lack {
            Lack::Basis(field) => entry.fields.push((field.name.to_owned(), basis(app, field)?)),
            Lack::Words => match app.ask().optional("In whose words is that?")? {
                Some(words) => entry.fields.push(("led-by-words".to_owned(), words)),
                None => app
                    .output
                    .status("In whose words is that? Say it with: allymap partner edit NAME --set led-by-words=…"),
            },
        }
    }
    Ok(())
}

fn basis(app: &mut App<'_>, field: &'static Field) -> Result<String, Failure> {
    let Holds::Choice(choices) = field.holds else { return Ok(String::new()) };
    chosen_word(app, None, field.question, "--set basis=…", choices).map(str::to_owned).map_err(|failure| {
        failure.hint("Say --set basis=public-role, willing-contact or public-figure. Private people stand behind an organisation.")
    })
}

/// Whether an entry is still to be added.
#[derive(PartialEq, Eq)]
enum Alike {
    Another,
    TheSame,
}

/// Something of the same or nearly the same name: a person decides. Where nobody can be asked, only one and the same name of
/// one kind is refused.
fn alike(app: &mut App<'_>, near: &[Near]) -> Result<Alike, Failure> {
    let Some(known) = near.first() else { return Ok(Alike::Another) };
    if app.can_ask() {
        return which(app, known);
    }
    if !known.same {
        app.output.status(format_args!(
            "Much like {}, which is on the map already. If they are one: allymap partner merge.",
            known.name
        ));
        return Ok(Alike::Another);
    }
    Err(Failure::new(
        "AM-ALIKE",
        Exit::NeedsPerson,
        format!("{} is on the map already. Nothing was added.", known.name),
    )
    .hint("Look at it with allymap partner show, or add another one with --another."))
}

/// Asks whether this one is meant; if so it is shown, and whoever asks may say that they know them.
fn which(app: &mut App<'_>, known: &Near) -> Result<Alike, Failure> {
    let held = known.held_by.as_ref().map(|held_by| format!(", held by {held_by}")).unwrap_or_default();
    let last = known.last_contact.map(|on| format!(", last contact {}", on.spelled())).unwrap_or_default();
    let question = format!("Looks like {} · {}{held}{last}. Is it the same?", known.name, known.kind);
    let choices = ["the same, show it", "a different one, add it", "stop"].map(str::to_owned);
    match app.ask().choose(&question, &choices)? {
        Some(0) => {}
        Some(1) => return Ok(Alike::Another),
        _ => return Err(Failure::new("AM-STOPPED", Exit::Failed, "Stopped. Nothing was added.")),
    }
    show::show(app, known.id)?;
    let person = change::may_know(app.visit()?, known.id)?;
    if let Some(person) = person
        && app.ask().confirm(&format!("Note that you ({person}) know them?"))?
    {
        change::know(app.visit()?, known.id)?;
        app.output.say("Nothing was added. You are now listed as knowing them.");
        return Ok(Alike::TheSame);
    }
    app.output.say("Nothing was added.");
    Ok(Alike::TheSame)
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let id = app.find(&args.who)?.id;
    if args.editor {
        return form::edit(app, id);
    }
    let mut fields = args.fields.given(&app.output)?;
    fields.extend(args.name.map(|name| ("name".to_owned(), name)));
    let mut stated = args.relation.understood(app)?;
    let before = change::before(app.visit()?, id, &stated)?;
    if let Some(want) = before.want {
        settle(app, &mut stated, want)?;
    }
    let nothing = args.relation.is_empty() && !args.restore;
    if fields.is_empty() && nothing && app.can_ask() {
        fields = asked_one_by_one(app, id)?;
    }
    if fields.is_empty() && nothing {
        return Err(Failure::missing("What is to change?", "--phone, --set FIELD=VALUE and the like"));
    }
    let told = sensitive::asked(app, before.kind, fields, args.relation.source(), before.needed)?;
    let mut changes = Changes { told, restore: args.restore, stated };
    let changed = app.settle(
        &mut changes,
        |v, changes| partner::change(v, id, changes),
        |app, changes, want| settle(app, &mut changes.stated, want),
    )?;
    app.tell(&changed)
}

/// Finds out what a change wants first.
fn settle(app: &mut App<'_>, stated: &mut Stated, want: change::Want) -> Result<(), Failure> {
    let change::Want::Reason(was) = want;
    let question = format!("\"{was}\" is on record about their affiliation. Why does this hold now?");
    stated.because = Some(app.ask().required(&question, "--because WHY")?);
    Ok(())
}

/// Every field that takes one value, with what it holds now.
fn asked_one_by_one(app: &mut App<'_>, id: EntryId) -> Result<Vec<(String, String)>, Failure> {
    let mut fields = Vec::new();
    for (field, now) in change::registers(app.visit()?, id)? {
        let fits = |typed: &str| field.clean(typed).map(|_| typed.to_owned());
        let answer = app.ask_until(&format!("{} [{now}]", field.question), |_, typed| Ok(fits(typed)?))?;
        fields.extend(answer.map(|answer| (field.name.to_owned(), answer)));
    }
    Ok(fields)
}

impl Answer for Added {
    fn json(&self) -> impl Serialize {
        json!({ "added": row_json(&self.card, &self.short, self.today) })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Added {} · {}  [{}]", self.card.name, self.kind.label, self.short));
        say_who_sees(out, &self.seen_by);
        if self.consult_first {
            out.status("Rights holders: consult first. Consent: nothing recorded yet.");
        }
    }
}

impl Answer for Changed {
    fn json(&self) -> impl Serialize {
        let stated: Vec<String> = self.stated.iter().map(kept_words).collect();
        json!({ "changed": self.name, "fields": self.fields.len(), "stated": stated })
    }

    fn say(&self, out: &Output) {
        if self.restored || !self.fields.is_empty() {
            let what = if self.fields.is_empty() { "brought back".into() } else { self.fields.join(", ") };
            out.say(format_args!("Kept: {what} of {}.", self.name));
        }
        if !self.stated.is_empty() {
            let stated: Vec<String> = self.stated.iter().map(kept_words).collect();
            out.say(format_args!("{}: {}.", self.name, stated.join("; ")));
        }
        say_who_sees(out, &self.seen_by);
    }
}

fn kept_words(kept: &Kept) -> String {
    match kept {
        Kept::Moved(moved) => moved_words(moved),
        Kept::KnownBy(who) => format!("known by {who}"),
        Kept::BranchOf(parent) => format!("branch of {parent}"),
    }
}

impl Answer for Archived {
    fn json(&self) -> impl Serialize {
        json!({ "archived": self.name })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!(
            "Archived {}. It keeps its history; bring it back with allymap partner edit NAME --restore.",
            self.name
        ));
    }
}

impl Answer for Duplicates {
    fn json(&self) -> impl Serialize {
        let pair = |pair: &Pair| json!({ "names": pair.names, "ids": pair.short, "because": pair.likeness.words() });
        json!({ "duplicates": self.pairs.iter().map(pair).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        if self.pairs.is_empty() {
            out.status("None.");
            return;
        }
        for Pair { names: [first, second], short: [one, other], likeness } in &self.pairs {
            out.say(format_args!("{first} [{one}]  and  {second} [{other}]: {}", likeness.words()));
        }
        out.status("If two are one: allymap partner merge ONE OTHER (by their letters). Nothing is merged by itself.");
    }
}

impl Answer for Merged {
    fn json(&self) -> impl Serialize {
        json!({ "kept": self.kept, "same_as": self.other })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("{} and {} are one from now on. Nothing of either was deleted.", self.kept, self.other));
    }
}
