//! `allymap partner …`: groups, people, institutions and places on the map.

use allymap_domain::entry::{self, Entry};
use allymap_domain::kind::{Holds, Kind, Merges};
use allymap_domain::row::{Row, fold};
use allymap_domain::said::{Assertion, Level, Link, Place};
use allymap_wire::DocumentId;

use super::status::count;
use crate::app::App;
use crate::failure::{Exit, Failure};

/// Groups, institutions and decision makers on the map
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap partner add \"Kept Group\" --kind organisation\n  allymap partner show kept"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Put somebody on the map
    Add(Add),
    /// Name the entries
    List(List),
    /// Everything about one entry
    Show {
        /// Which entry, as you would say it
        who: String,
    },
    /// Change what the map says about an entry
    Edit(Edit),
    /// Hide an entry; it keeps its history
    Archive {
        /// Which entry
        who: String,
    },
    /// Entries that are likely the same, for you to look at
    Duplicates,
    /// Two entries are one in the world; nothing of either is deleted
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
    /// What it is
    #[arg(long, value_parser = ["organisation", "person", "institution", "place"])]
    kind: Option<String>,
    /// Add it even if something on the map is much like it
    #[arg(long)]
    another: bool,
    #[command(flatten)]
    fields: Fields,
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
    #[command(flatten)]
    fields: Fields,
}

#[derive(clap::Args)]
struct List {
    /// Only of this kind
    #[arg(long, value_parser = ["organisation", "person", "institution", "place"])]
    kind: Option<String>,
    /// Only of this category (a, b, c, d, or unknown)
    #[arg(long, value_parser = ["a", "b", "c", "d", "unknown"])]
    category: Option<String>,
    /// Archived entries too
    #[arg(long)]
    archived: bool,
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
    fn given(&self) -> Result<Vec<(String, String)>, Failure> {
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
            given.push(("notes".into(), super::free_text(notes)?));
        }
        for pair in &self.set {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                Failure::usage(format!("\"{pair}\" is not FIELD=VALUE.")).hint("For example: --set role=mayor")
            })?;
            given.push((name.to_owned(), value.to_owned()));
        }
        Ok(given)
    }
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::List(args) => list(app, &args),
        Verb::Show { who } => show(app, &who),
        Verb::Edit(args) => edit(app, args),
        Verb::Archive { who } => archive(app, &who),
        Verb::Duplicates => duplicates(app),
        Verb::Merge { keep, other } => merge(app, &keep, &other),
    }
}

fn add(app: &mut App, args: Add) -> Result<(), Failure> {
    let name = super::given(args.name, || app.prompt.required("Name", "NAME (allymap partner add NAME)"))?;
    let kind = match args.kind {
        Some(kind) => Kind::from_slug(&kind),
        None if app.prompt.can_ask() => {
            let names: Vec<String> = Kind::ALL.iter().map(ToString::to_string).collect();
            app.prompt.choose("What is it?", &names)?.map(|at| Kind::ALL[at])
        }
        None => return Err(Failure::missing("What it is", "--kind organisation|person|institution|place")),
    }
    .unwrap_or(Kind::Organisation);
    let mut fields = vec![("name".to_owned(), name.clone())];
    fields.extend(args.fields.given()?);
    if !args.another {
        alike(app, &name, kind)?;
    }
    let id = app.fresh_id();
    let borrowed: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    app.edit(DocumentId(id.0), |edit| entry::create(edit, kind, &borrowed))?;
    app.commit()?;
    let row = app.rows()?.into_iter().find(|row| row.id == id).ok_or_else(Failure::no_map)?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "added": row_json(&row) }));
        return Ok(());
    }
    app.output.say(format_args!("Added {} · {kind}  [{}]", row.name, row.short_id()));
    who_sees(app)?;
    if row.category.as_deref() == Some("a") {
        app.output.status("Led by or close to rights holders: consult first. Consent: nothing recorded yet.");
    }
    Ok(())
}

/// Something of the same or nearly the same name: a person decides.
fn alike(app: &mut App, name: &str, kind: Kind) -> Result<(), Failure> {
    let folded = fold(name);
    let rows = app.rows()?;
    let Some(known) = rows.iter().find(|row| row.kind() == kind && !row.archived && fold(&row.name) == folded) else {
        return Ok(());
    };
    if app.prompt.can_ask()
        && app.prompt.confirm(&format!("{} is on the map already. Add another one of this name?", known.name))?
    {
        return Ok(());
    }
    let mut failure = Failure::new(
        "AM-ALIKE",
        Exit::NeedsPerson,
        format!("{} is on the map already. Nothing was added.", known.name),
    )
    .hint("Look at it with allymap partner show, or add another one with --another.");
    failure.candidates.push(crate::failure::Candidate {
        id: known.short_id(),
        name: known.name.clone(),
        kind: known.kind().to_string(),
    });
    Err(failure)
}

fn list(app: &mut App, args: &List) -> Result<(), Failure> {
    let mut rows: Vec<Row> = app
        .rows()?
        .into_iter()
        .filter(|row| args.archived || !row.archived)
        .filter(|row| args.kind.as_ref().is_none_or(|kind| row.kind().slug() == kind))
        .filter(|row| {
            args.category.as_ref().is_none_or(|category| row.category.as_deref().unwrap_or("unknown") == category)
        })
        .collect();
    // Rights holders before all others (module, section 4a).
    rows.sort_by_key(|row| row.category.as_deref() != Some("a"));
    if app.output.json {
        let entries: Vec<_> = rows.iter().map(row_json).collect();
        app.output.json(&serde_json::json!({ "entries": entries }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.name.clone(),
                row.kind().to_string(),
                row.category.clone().unwrap_or_else(|| "?".into()),
                row.role.clone().into_iter().chain(row.part_of.clone()).collect::<Vec<_>>().join(", "),
                row.held_by.clone().unwrap_or_default(),
                row.short_id(),
            ]
        })
        .collect();
    app.output.table(&["Name", "Kind", "Cat.", "Role", "Held by", "Id"], &cells);
    app.output.status(count(rows.len(), "entry", "entries"));
    Ok(())
}

fn show(app: &mut App, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let entry = app.entry(row.id)?;
    if app.output.json {
        let mut value = allymap_domain::export::entry_json(&entry);
        value["name"] = entry.name().into();
        value["risk_levels"] = entry.risks().iter().map(|line| (line.risk.slug(), line.level.slug())).collect();
        app.output.json(&serde_json::json!({ "entry": value }));
        return Ok(());
    }
    let out = app.output;
    out.say(format_args!(
        "{} · {}{}  [{}]",
        entry.name(),
        entry.kind,
        if entry.is_archived() { " · archived" } else { "" },
        row.short_id()
    ));
    for field in entry.kind.fields() {
        if matches!(field.name, "name" | "archived") {
            continue;
        }
        match field.merges {
            Merges::Register => {
                let Some(values) = entry.fields.get(field.name) else { continue };
                out.say(format_args!("{:<22}{}", field.label, values[0].0));
                for (value, by) in &values[1..] {
                    out.say(format_args!("{:<22}also: {value} ({}, {}; written apart)", "", by.name, by.group));
                }
            }
            Merges::Text => {
                if let Some(text) = entry.texts.get(field.name) {
                    out.say(format_args!("{:<22}{}", field.label, text.replace('\n', "\n                      ")));
                }
            }
            Merges::Set => {
                if let Some(members) = entry.sets.get(field.name) {
                    out.say(format_args!("{:<22}{}", field.label, members.join("; ")));
                }
            }
        }
    }
    for line in entry.risks().iter().filter(|line| line.level != Level::Unknown || line.differs) {
        out.say(format_args!(
            "Risk, {:<16}{}{}",
            line.risk.label(),
            line.level.label(),
            if line.differs { " counts until settled" } else { "" }
        ));
        if line.standing.len() > 1 {
            for said in &line.standing {
                out.say(format_args!("{:<22}{}", "", risk_words(said)));
            }
        }
    }
    let campaigns = app.map_entry()?.map(|map| map.campaigns).unwrap_or_default();
    for line in entry.positions() {
        let on = campaigns
            .iter()
            .find(|campaign| campaign.id == line.campaign)
            .map_or("(another campaign)", |campaign| campaign.name.as_str());
        out.say(format_args!(
            "{:<22}{} on {on}{}",
            "Stands",
            line.place.label(),
            if line.differs { " (people differ)" } else { "" }
        ));
    }
    say_links(app, &entry)?;
    say_log(app, &entry);
    for (first, second) in entry.double_approaches() {
        out.say(format_args!(
            "Double approach       {} ({}) and {} ({}) both approached them, apart",
            first.by.name, first.by.group, second.by.name, second.by.group
        ));
    }
    if entry.newer > 0 {
        out.say(format_args!("{} from a newer version of allymap", count(entry.newer, "fact", "facts")));
    }
    Ok(())
}

fn risk_words(said: &allymap_domain::said::Said<Assertion>) -> String {
    match &said.what {
        Assertion::Risk { level, mitigation, source, .. } => format!(
            "{}, {} ({}, {}){}",
            level.label(),
            mitigation.label(),
            said.by.name,
            said.by.group,
            source.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default()
        ),
        Assertion::Position { place, .. } => format!("{} ({}, {})", place.label(), said.by.name, said.by.group),
    }
}

fn say_links(app: &mut App, entry: &Entry) -> Result<(), Failure> {
    let rows = app.rows()?;
    let name = |id| rows.iter().find(|row| row.id == id).map_or("an entry you cannot see", |row| row.name.as_str());
    for said in entry.open_links() {
        match &said.what {
            Link::Influences { other, strength, source } => app.output.say(format_args!(
                "{:<22}{} ({}){}",
                "Influences",
                name(*other),
                strength.label(),
                source.source.as_ref().map(|source| format!(": {source}")).unwrap_or_default()
            )),
            Link::SameAs { other, .. } => app.output.say(format_args!("{:<22}{}", "The same as", name(*other))),
            Link::Ended { .. } => {}
        }
    }
    Ok(())
}

fn say_log(app: &App, entry: &Entry) {
    let mut log: Vec<_> = entry.log.iter().collect();
    log.sort_by(|a, b| b.what.on.cmp(&a.what.on).then(b.order.cmp(&a.order)));
    for said in log.iter().take(10) {
        app.output.say(format_args!(
            "{:<22}{} {} ({}, {}){}",
            "Log",
            said.what.on.as_deref().unwrap_or("undated"),
            said.what.kind.label(),
            said.by.name,
            said.by.group,
            said.what.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default()
        ));
    }
    if log.len() > 10 {
        app.output.say(format_args!("{:<22}and {} more: allymap log list", "", log.len() - 10));
    }
}

fn edit(app: &mut App, args: Edit) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let mut changes = args.fields.given()?;
    changes.extend(args.name.map(|name| ("name".to_owned(), name)));
    if args.restore {
        changes.push(("archived".into(), "no".into()));
    }
    if changes.is_empty() && app.prompt.can_ask() {
        let entry = app.entry(row.id)?;
        for field in
            entry.kind.fields().iter().filter(|field| field.merges == Merges::Register && field.name != "archived")
        {
            let question = format!("{} [{}]", field.question, entry.value(field.name).unwrap_or(""));
            let choices = match field.holds {
                Holds::OneOf(choices) => format!(" ({})", choices.join(", ")),
                _ => String::new(),
            };
            if let Some(answer) = app.prompt.optional(&format!("{question}{choices}"))? {
                changes.push((field.name.to_owned(), answer));
            }
        }
    }
    if changes.is_empty() {
        return Err(Failure::missing("What to change", "--phone, --set FIELD=VALUE and the like"));
    }
    let kind = row.kind();
    app.edit(DocumentId(row.id.0), |edit| {
        changes.iter().try_for_each(|(name, value)| entry::set(edit, kind, name, value))
    })?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "changed": row.name, "fields": changes.len() }));
        return Ok(());
    }
    app.output.say(format_args!(
        "Kept: {} of {}.",
        changes.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        row.name
    ));
    who_sees(app)
}

fn archive(app: &mut App, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let kind = row.kind();
    app.edit(DocumentId(row.id.0), |edit| entry::set(edit, kind, "archived", "yes"))?;
    app.commit()?;
    app.output.say(format_args!(
        "Archived {}. It keeps its history; bring it back with allymap partner edit NAME --restore.",
        row.name
    ));
    Ok(())
}

fn duplicates(app: &mut App) -> Result<(), Failure> {
    let rows = app.rows()?;
    let pairs = allymap_domain::row::likely_duplicates(&rows);
    if app.output.json {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(first, second)| {
                serde_json::json!({ "names": [first.name, second.name], "ids": [first.short_id(), second.short_id()] })
            })
            .collect();
        app.output.json(&serde_json::json!({ "duplicates": pairs }));
        return Ok(());
    }
    if pairs.is_empty() {
        app.output.status("None.");
    }
    for (first, second) in &pairs {
        app.output.say(format_args!(
            "{} [{}]  and  {} [{}]",
            first.name,
            first.short_id(),
            second.name,
            second.short_id()
        ));
    }
    if !pairs.is_empty() {
        app.output
            .status("If two are one: allymap partner merge ONE OTHER (by their letters). Nothing is merged by itself.");
    }
    Ok(())
}

fn merge(app: &mut App, keep: &str, other: &str) -> Result<(), Failure> {
    let (keep, other) = (app.find(keep)?, app.find(other)?);
    if keep.id == other.id {
        return Err(Failure::usage("These are one entry already."));
    }
    let (id, source) = (app.fresh_id(), app.source());
    // Written on the later of both ids: the smaller one is canonical, whoever does it.
    let (first, second) = if keep.id < other.id { (&keep, &other) } else { (&other, &keep) };
    let link = Link::SameAs { other: first.id, source };
    app.edit(DocumentId(second.id.0), |edit| entry::link(edit, id, &link))?;
    app.commit()?;
    app.output
        .say(format_args!("{} and {} are one from now on. Nothing of either was deleted.", keep.name, other.name));
    Ok(())
}

/// Who will read what was just kept.
pub(crate) fn who_sees(app: &mut App) -> Result<(), Failure> {
    let map = app.map()?;
    let members = {
        let (replica, _) = app.hold()?;
        replica.roster().members().iter().filter(|member| member.role != allymap_seal::Role::Root).count()
    };
    app.output.status(format_args!("Who will see it: members of {} ({members})", map.name));
    Ok(())
}

pub(crate) fn row_json(row: &Row) -> serde_json::Value {
    serde_json::json!({
        "id": row.id.text(),
        "short_id": row.short_id(),
        "name": row.name,
        "kind": row.kind().slug(),
        "category": row.category,
        "role": row.role,
        "part_of": row.part_of,
        "held_by": row.held_by,
        "archived": row.archived,
        "highest_risk": row.highest_risk().slug(),
        "log_lines": row.log_lines,
        "last_contact": row.last_contact,
        "to_settle": row.to_settle,
    })
}

/// A position's word for a flag.
pub(crate) fn place(word: &str) -> Result<Place, Failure> {
    Place::from_slug(word).ok_or_else(|| {
        let words: Vec<&str> = Place::ALL.iter().map(|place| place.slug()).collect();
        Failure::usage(format!("\"{word}\" is no position.")).hint(format!("One of: {}.", words.join(", ")))
    })
}
