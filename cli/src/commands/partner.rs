//! `allymap partner …`: groups, people, institutions and places on the map.

use allymap_domain::author::Author;
use allymap_domain::card::Card;
use allymap_domain::card::duplicates::likely_duplicates;
use allymap_domain::card::find::short_ids;
use allymap_domain::date::Date;
use allymap_domain::entry::fact::{Fact, FactKind};
use allymap_domain::entry::favour::Balance;
use allymap_domain::entry::link::Direction;
use allymap_domain::entry::link::{Link, Target};
use allymap_domain::entry::log::{LogKind, Logged};
use allymap_domain::entry::risk::{Level, RiskStanding};
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::files::export::entry_line;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field::{Holds, Merges};
use allymap_domain::kind::{KINDS, Kind};
use allymap_domain::rejection::Rejection;
use allymap_domain::words::folded;
use allymap_wire::DocumentId;

mod form;
mod list;
mod why;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::typed;
use crate::terminal::words::quoted;

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
    relation: super::relation::Flags,
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
    relation: super::relation::Flags,
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
            let row = app.find(&who)?;
            if questions { show_questions(app, &row) } else { show(app, &row) }
        }
        Verb::Edit(args) => edit(app, args),
        Verb::Archive { who } => archive(app, &who),
        Verb::Duplicates => duplicates(app),
        Verb::Merge { keep, other } => merge(app, &keep, &other),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let name = typed::given(args.name, || app.ask().required("Name", "NAME (allymap partner add NAME)"))?;
    let (kind, sort) = match args.kind {
        Some(kind) => Kind::typed(&kind)?,
        None if app.can_ask() => {
            // Events have their own command.
            let kinds: Vec<&Kind> = KINDS.iter().copied().filter(|kind| kind.name != "event").collect();
            let names: Vec<String> = kinds.iter().map(|kind| kind.label.to_owned()).collect();
            (app.ask().choose("What is it?", &names)?.map_or(kinds[0], |at| kinds[at]), None)
        }
        None => return Err(Failure::missing("What is it?", "--kind organisation|person|institution|place")),
    };
    if !args.another && alike(app, &name, kind)? == Alike::TheSame {
        return Ok(());
    }
    let mut new = NewEntry::new(kind, &name);
    new.fields.extend(sort.map(|sort| ("type".to_owned(), sort.to_owned())));
    new.fields.extend(args.fields.given(&app.output)?);
    may_be_held(app, &mut new)?;
    let asked = super::sensitive::asked(app, kind, &mut new.fields, args.relation.source(), false)?;
    new.fields.retain(|(name, _)| name != "affiliation");
    new.affiliations.extend(asked.affiliations);
    let stated = args.relation.understood(app)?;
    let id = app.fresh_entry();
    app.edit(DocumentId(id.0), |edit| Entry::create(edit, &new))?;
    stated.write(app, id)?;
    app.commit()?;
    let (row, short) = (app.card(id)?, app.short_ids()?);
    if app.output.json {
        app.output.json(&serde_json::json!({ "added": row_json(&row, &short[&id], app.today()) }));
        return Ok(());
    }
    app.output.say(format_args!("Added {} · {}  [{}]", row.name, kind.label, short[&id]));
    who_sees(app)?;
    if row.rights_holders() {
        app.output.status("Rights holders: consult first. Consent: nothing recorded yet.");
    }
    Ok(())
}

/// Who may be on the map, and in whose words: private people stand behind an organisation.
fn may_be_held(app: &mut App<'_>, new: &mut NewEntry) -> Result<(), Failure> {
    if let Some(basis) = new.kind.field("basis").filter(|_| new.value("basis").is_none()) {
        let Holds::Choice(choices) = basis.holds else { return Ok(()) };
        let word = super::risk::chosen_word(app, None, basis.question, "--set basis=…", choices)
            .map_err(|failure| failure.hint("Say --set basis=public-role, willing-contact or public-figure. Private people stand behind an organisation."))?;
        new.fields.push(("basis".to_owned(), word.to_owned()));
    }
    if new.value("led-by").is_some() && new.value("led-by-words").is_none() {
        match app.ask().optional("In whose words is that?")? {
            Some(words) => new.fields.push(("led-by-words".to_owned(), words)),
            None => {
                app.output.status("In whose words is that? Say it with: allymap partner edit NAME --set led-by-words=…")
            }
        }
    }
    Ok(())
}

/// Whether an entry is still to be added.
#[derive(PartialEq, Eq)]
enum Alike {
    Another,
    TheSame,
}

/// Something of the same or nearly the same name: a person decides. Where nobody can be asked, only one and the same name of
/// one kind is refused.
fn alike(app: &mut App<'_>, name: &str, kind: &Kind) -> Result<Alike, Failure> {
    let rows = app.cards()?;
    let same = |row: &&&Card| row.kind == kind.name && folded(&row.name) == folded(name);
    let near = allymap_domain::card::duplicates::near(name, &rows);
    let equal = near.iter().find(same);
    let Some(known) = equal.or(near.first()) else { return Ok(Alike::Another) };
    if app.can_ask() {
        return which(app, known);
    }
    if equal.is_none() {
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
fn which(app: &mut App<'_>, known: &Card) -> Result<Alike, Failure> {
    let held = known.held_by().map(|held_by| format!(", held by {held_by}")).unwrap_or_default();
    let last = known.last_contact.map(|on| format!(", last contact {}", on.spelled())).unwrap_or_default();
    let question = format!("Looks like {} · {}{held}{last}. Is it the same?", known.name, known.kind);
    let choices = ["the same, show it", "a different one, add it", "stop"].map(str::to_owned);
    match app.ask().choose(&question, &choices)? {
        Some(0) => {}
        Some(1) => return Ok(Alike::Another),
        _ => return Err(Failure::new("AM-STOPPED", Exit::Failed, "Stopped. Nothing was added.")),
    }
    show(app, known)?;
    let person = app.map()?.person;
    let entry = app.entry(known.id)?;
    let listed = |said: &str| folded(said).starts_with(&folded(&person));
    let knows = entry.field("known-by").is_some_and(|field| field.values.iter().any(|said| listed(&said.value)));
    let can_note = !knows && entry.kind.is_some_and(|kind| kind.field("known-by").is_some());
    if can_note && app.ask().confirm(&format!("Note that you ({person}) know them?"))? {
        app.edit(DocumentId(known.id.0), |edit| Entry::add(edit, "known-by", &person))?;
        app.commit()?;
        app.output.say("Nothing was added. You are now listed as knowing them.");
        return Ok(Alike::TheSame);
    }
    app.output.say("Nothing was added.");
    Ok(Alike::TheSame)
}

/// What a list says about somebody beside the name.
pub(crate) fn office(row: &Card) -> String {
    let role = row.value("role").map(str::to_owned);
    let seat = row.affiliations.first().map(ToString::to_string);
    role.or(seat).unwrap_or_default()
}

fn show(app: &mut App<'_>, row: &Card) -> Result<(), Failure> {
    let entry = app.entry(row.id)?;
    if app.output.json {
        let value =
            |entry: &Entry| -> serde_json::Value { serde_json::from_slice(&entry_line(entry)).unwrap_or_default() };
        let also = super::also::entries(app, row.id)?;
        let also: Vec<_> = also.iter().map(|(_, other)| value(other)).collect();
        app.output.json(&serde_json::json!({ "entry": value(&entry), "also_kept_as": also }));
        return Ok(());
    }
    let means = entry.fields.iter().any(|value| value.field.holds == Holds::Entry);
    let names: Vec<(String, String)> =
        if means { app.names()?.into_iter().map(|(id, name)| (id.to_string(), name)).collect() } else { Vec::new() };
    let out = app.output.clone();
    let label = entry.kind.map_or(entry.kind_name.as_str(), |kind| kind.label);
    let mark = if entry.archived.hides() { " · archived" } else { "" };
    out.say(format_args!("{} · {label}{mark}", entry.name()));
    for value in
        entry.fields.iter().filter(|value| value.field.name != "name" && value.field.holds != Holds::Affiliation)
    {
        let shown = |text: &str| match value.field.holds {
            Holds::Entry => names.iter().find(|(id, _)| *id == text).map_or(text.to_owned(), |(_, name)| name.clone()),
            _ => value.field.shown(text),
        };
        match value.field.merges {
            Merges::Set => {
                let members: Vec<String> = value.values.iter().map(|said| shown(&said.value)).collect();
                out.line(value.field.label, 22, members.join("; "));
            }
            Merges::Text | Merges::Register => {
                for (number, said) in value.values.iter().enumerate() {
                    match &said.by {
                        Some(Author { name, group, .. }) if number > 0 => {
                            let also = shown(&said.value);
                            out.line("", 22, format_args!("also: {also} ({name}, {group}; written apart)"));
                        }
                        _ => out.line(value.field.label, 22, shown(&said.value)),
                    }
                }
            }
        }
    }
    for (affiliation, _) in &entry.affiliations {
        out.line("Belongs to", 22, affiliation);
    }
    super::relation::say(app, &entry)?;
    for standing in &entry.risks {
        say_risk(app, standing);
    }
    let campaigns = app.map_entry()?.map(|map| map.campaigns).unwrap_or_default();
    for standing in &entry.positions {
        let on = campaigns
            .iter()
            .find(|campaign| campaign.id == standing.campaign)
            .map_or("(another campaign)", |campaign| campaign.sentence.as_str());
        let differs = if standing.differs {
            format!(" (people differ: up to {})", standing.friendliest.label())
        } else {
            String::new()
        };
        out.line("Stands", 22, format_args!("{} on {on}{differs}", standing.place.label()));
    }
    say_links(app, &entry)?;
    say_log(app, &entry);
    for twice in &entry.double_approaches {
        let by = |logged: &Logged| format!("{} ({}) on {}", logged.author.name, logged.author.group, logged.line.on);
        let words = format!("{} and {}: neither knew", by(&twice.first), by(&twice.second));
        out.line("Double approach", 22, words);
    }
    super::also::say(app, &entry)?;
    for oddity in &entry.oddities {
        out.line("Note", 22, oddity);
    }
    Ok(())
}

/// What a first meeting is for, as far as it is known (module, section 7).
fn show_questions(app: &mut App<'_>, row: &Card) -> Result<(), Failure> {
    let findings = allymap_home::relations::meet::findings(app.visit()?, row.id)?;
    let answered = findings.iter().filter(|(_, answer)| answer.is_some()).count();
    if app.output.json {
        let findings: Vec<_> = findings
            .iter()
            .map(|(finding, answer)| {
                serde_json::json!({ "finding": finding.slug, "question": finding.question, "answer": answer })
            })
            .collect();
        app.output.json(&serde_json::json!({ "entry": row.name, "answered": answered, "findings": findings }));
        return Ok(());
    }
    app.output.say(format_args!("{}: {answered} of {} questions answered", row.name, findings.len()));
    for (number, (finding, answer)) in findings.iter().enumerate() {
        app.output.say(format_args!("{}. {}", number + 1, finding.question));
        for line in answer.as_deref().unwrap_or("not known yet").lines() {
            app.output.say(format_args!("   {line}"));
        }
    }
    if answered < findings.len() {
        app.output.status(format_args!("Find out more: allymap meet {}", quoted(&row.name)));
    }
    Ok(())
}

fn say_risk(app: &App<'_>, standing: &RiskStanding) {
    if standing.said.is_empty() && standing.counts == Level::Unknown {
        return;
    }
    let taken = standing.said.iter().find_map(|stated| super::risk::taken_back(standing, stated));
    let until = match taken {
        _ if standing.differs => " counts until settled".to_owned(),
        Some(taken) => format!("  ({taken})"),
        None => String::new(),
    };
    let label = format!("Risk, {}", standing.kind.slug());
    app.output.line(&label, 22, format_args!("{}{until}", standing.counts.slug()));
    if standing.said.len() > 1 {
        for words in super::risk::said(standing) {
            app.output.line("", 22, words);
        }
    }
}

fn say_links(app: &mut App<'_>, entry: &Entry) -> Result<(), Failure> {
    if entry.links.is_empty() {
        return Ok(());
    }
    let names = app.names()?;
    let name = |id: EntryId| names.get(&id).map_or("an entry you cannot see", String::as_str);
    for linked in &entry.links {
        let Link { to, target, how, .. } = &linked.link;
        let how = how.as_ref().map(|how| format!(": {how}")).unwrap_or_default();
        match target {
            Target::Influence { direction, strength } => {
                let label = match direction {
                    Direction::Out => "Influences",
                    Direction::In => "Influenced by",
                    Direction::Both => "Each moves the other",
                };
                app.output.line(label, 22, format_args!("{} ({}){how}", name(*to), strength.slug()));
            }
            Target::Same => app.output.line("The same as", 22, name(*to)),
            Target::BranchOf => app.output.line("Branch of", 22, name(*to)),
        }
    }
    Ok(())
}

fn say_log(app: &App<'_>, entry: &Entry) {
    for logged in entry.log.iter().rev().take(10) {
        let text = if logged.line.text.is_empty() { String::new() } else { format!(": {}", logged.line.text) };
        let Author { name, group, .. } = &logged.author;
        let kind = LogKind::label_of(&logged.line.kind);
        app.output.line("Log", 22, format_args!("{} {kind} ({name}, {group}){text}", logged.line.on));
    }
    if entry.log.len() > 10 {
        app.output.line("", 22, format_args!("and {} more: allymap log list", entry.log.len() - 10));
    }
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    if args.editor {
        return form::edit(app, &row);
    }
    let mut changes = args.fields.given(&app.output)?;
    changes.extend(args.name.map(|name| ("name".to_owned(), name)));
    let stated = args.relation.understood(app)?.reasoned(app, row.id)?;
    if changes.is_empty() && args.relation.is_empty() && !args.restore && app.can_ask() {
        let entry = app.entry(row.id)?;
        for field in
            entry.kind.into_iter().flat_map(|kind| kind.fields).filter(|field| field.merges == Merges::Register)
        {
            let now = entry.value(field.name).map(|value| field.shown(value)).unwrap_or_default();
            let question = format!("{} [{now}]", field.question);
            let answer = app.ask_until(&question, |_, typed| super::map::fitting(field, typed))?;
            changes.extend(answer.map(|answer| (field.name.to_owned(), answer)));
        }
    }
    if changes.is_empty() && args.relation.is_empty() && !args.restore {
        return Err(Failure::missing("What is to change?", "--phone, --set FIELD=VALUE and the like"));
    }
    let kind = Kind::named(&row.kind).unwrap_or(KINDS[0]);
    let needed = app.entry(row.id)?.field("needed-for").is_some();
    let asked = super::sensitive::asked(app, kind, &mut changes, args.relation.source(), needed)?;
    app.edit(DocumentId(row.id.0), |edit| {
        if args.restore {
            Entry::archive(edit, false)?;
        }
        asked.write(edit, &changes)
    })?;
    let stated = stated.write(app, row.id)?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "changed": row.name, "fields": changes.len(), "stated": stated }));
        return Ok(());
    }
    let names: Vec<&str> = changes.iter().map(|(name, _)| name.as_str()).collect();
    if args.restore || !names.is_empty() {
        app.output.say(format_args!(
            "Kept: {} of {}.",
            if names.is_empty() { "brought back".into() } else { names.join(", ") },
            row.name
        ));
    }
    if !stated.is_empty() {
        app.output.say(format_args!("{}: {}.", row.name, stated.join("; ")));
    }
    who_sees(app)
}

/// Sets a field; a set gains the value, or loses it when it begins with a minus.
pub(crate) fn set(edit: &mut allymap_document::Edit<'_>, field: &str, value: &str) -> Result<(), Rejection> {
    match Entry::set(edit, field, value) {
        Err(Rejection::OneAtATime { .. }) => match value.strip_prefix('-') {
            Some(gone) => Entry::take_out(edit, field, gone),
            None => Entry::add(edit, field, value),
        },
        done => done,
    }
}

fn archive(app: &mut App<'_>, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    app.edit(DocumentId(row.id.0), |edit| Entry::archive(edit, true))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "archived": row.name }));
        return Ok(());
    }
    app.output.say(format_args!(
        "Archived {}. It keeps its history; bring it back with allymap partner edit NAME --restore.",
        row.name
    ));
    Ok(())
}

fn duplicates(app: &mut App<'_>) -> Result<(), Failure> {
    let rows = app.cards()?;
    let short = short_ids(rows.iter().map(|row| row.id));
    let pairs = likely_duplicates(&rows);
    if app.output.json {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|pair| {
                serde_json::json!({
                    "names": [pair.first.name, pair.second.name],
                    "ids": [short[&pair.first.id], short[&pair.second.id]],
                    "because": pair.likeness.words(),
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "duplicates": pairs }));
        return Ok(());
    }
    if pairs.is_empty() {
        app.output.status("None.");
        return Ok(());
    }
    for pair in &pairs {
        let (first, second) = (&pair.first, &pair.second);
        app.output.say(format_args!(
            "{} [{}]  and  {} [{}]: {}",
            first.name,
            short[&first.id],
            second.name,
            short[&second.id],
            pair.likeness.words()
        ));
    }
    app.output
        .status("If two are one: allymap partner merge ONE OTHER (by their letters). Nothing is merged by itself.");
    Ok(())
}

fn merge(app: &mut App<'_>, keep: &str, other: &str) -> Result<(), Failure> {
    let (keep, other) = (app.find(keep)?, app.find(other)?);
    if keep.id == other.id {
        return Err(Failure::usage("These are one entry already."));
    }
    let (id, link) = (app.fresh_row(), Link::same(keep.id, app.now().0));
    app.edit(DocumentId(other.id.0), |edit| Entry::link(edit, other.id, id, &link))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "kept": keep.name, "same_as": other.name }));
        return Ok(());
    }
    app.output
        .say(format_args!("{} and {} are one from now on. Nothing of either was deleted.", keep.name, other.name));
    Ok(())
}

/// Who will read what was just kept.
pub(crate) fn who_sees(app: &mut App<'_>) -> Result<(), Failure> {
    let map = app.map()?;
    let members = {
        let (replica, _) = app.hold()?;
        replica.roster().members().iter().filter(|member| member.role != allymap_seal::Role::Root).count()
    };
    app.output.status(format_args!("Who will see it: members of {} ({members})", map.name));
    Ok(())
}

pub(crate) fn row_json(row: &Card, short: &str, today: Date) -> serde_json::Value {
    serde_json::json!({
        "id": row.id.to_string(),
        "short_id": short,
        "name": row.name,
        "kind": row.kind,
        "category": row.category(),
        "role": row.value("role"),
        "belongs_to": row.affiliations.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "held_by": row.held_by(),
        "archived": row.archived,
        "strictest_risk": row.strictest_risk().slug(),
        "log_lines": row.log_lines,
        "stage": row.stage().slug(),
        "health": row.fact(FactKind::Health).map(Fact::slug),
        "last_contact": row.last_contact.map(|date| date.to_string()),
        "balance": Balance::of(&row.favours, today).standing().words(),
        "to_settle": row.conflicts,
    })
}
