//! `allymap date …`: key dates of the community, and when they come.

use allymap_domain::date::Date;
use allymap_domain::date::rule::Rule;
use allymap_domain::date::typed::parse_coming_date;
use allymap_domain::ids::RowId;
use allymap_domain::map::Map;
use allymap_domain::map::item::Item;
use allymap_domain::map::key_date::{Coming, DateSort, KeyDate, coming, starter_dates};
use allymap_domain::words::choice::Word;
use allymap_home::files::paper::calendar;

use super::map::pick;
use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;
use crate::terminal::words::count;

/// Key dates in the community
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap date add \"Harbour fair\" --on \"first sunday of july\"\n  allymap date list --ics > dates.ics"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Put a date on the map
    #[command(
        after_help = "Examples:\n  allymap date add \"Harbour fair\" --on \"first sunday of july\"\n  allymap date add \"Open day\" --on \"4 jul 2027\" --sort ours"
    )]
    Add(Add),
    /// What comes, in order
    #[command(after_help = "Examples:\n  allymap date list\n  allymap date list --ics > dates.ics")]
    List(List),
    /// One date, and when it comes
    #[command(
        after_help = "Examples:\n  allymap date show \"show day\"\n  allymap date show \"show day\" --ics > show-day.ics"
    )]
    Show {
        /// Which date
        date: String,
        /// As an iCalendar file on standard output
        #[arg(long)]
        ics: bool,
    },
    /// Change a date
    #[command(
        after_help = "Examples:\n  allymap date edit \"show day\" --on \"27 feb 2027\"\n  allymap date edit \"show day\" --note \"the ring opens at nine\""
    )]
    Edit(Edit),
    /// Take a date off the map
    #[command(after_help = "Examples:\n  allymap date drop \"show day\"\n  allymap date drop \"harbour blessing\"")]
    Drop {
        /// Which date
        date: String,
    },
    /// Days for human rights that you may take up
    #[command(after_help = "Examples:\n  allymap date offered\n  allymap date offered --take")]
    Offered {
        /// Take them all up
        #[arg(long)]
        take: bool,
    },
}

#[derive(clap::Args)]
struct Add {
    /// Its name
    name: Option<String>,
    /// Add it even if there is a date of this name
    #[arg(long)]
    another: bool,
    #[command(flatten)]
    fields: Fields,
}

#[derive(clap::Args)]
struct Edit {
    /// Which date
    date: String,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

#[derive(clap::Args)]
struct List {
    #[arg(long, value_name = "WHEN", help = "Until when; a year from today if not said")]
    until: Option<String>,
    #[arg(long, help = "Every date with its rule, past ones too")]
    all: bool,
    #[arg(long, help = "As an iCalendar file on standard output, for your own calendar")]
    ics: bool,
}

#[derive(clap::Args)]
struct Fields {
    #[arg(
        long,
        value_name = "WHEN",
        help = "4 jul 2027, 10 dec every year, first sunday of july, good friday, 2 days before easter"
    )]
    on: Option<String>,
    #[arg(long, value_name = "DATE", help = "The first day, of several", conflicts_with = "on")]
    from: Option<String>,
    #[arg(long, value_name = "DATE", help = "The last day", requires = "from")]
    to: Option<String>,
    #[arg(long, help = "Every year on the same day")]
    yearly: bool,
    #[arg(long, value_name = "NUMBER", help = "How many days it lasts", conflicts_with = "to")]
    days: Option<u16>,
    #[arg(long, value_name = "SORT", help = "holiday, festival, human-rights, community, ours")]
    sort: Option<String>,
    #[arg(long, help = "What there is to say (- reads standard input)")]
    note: Option<String>,
    #[arg(long, help = "Where we know it from")]
    source: Option<String>,
}

impl Fields {
    /// When it is, if that was said: the rule, and the days if two were named.
    fn when(&self, today: Date) -> Result<Option<(Rule, Option<u16>)>, Failure> {
        let (rule, days) = match (&self.on, &self.from) {
            (Some(on), _) => (Rule::typed(on, today)?, None),
            (None, Some(from)) => {
                let from = parse_coming_date(from, today)?;
                let days = self.to.as_deref().map(|to| last_day(from, to)).transpose()?;
                (Rule::Once(from), days)
            }
            (None, None) => return Ok(None),
        };
        match rule {
            Rule::Once(date) if self.yearly => Ok(Some((Rule::yearly(date), days))),
            _ => Ok(Some((rule, days))),
        }
    }

    /// Lays what was given over a date.
    fn over(&self, app: &App<'_>, date: KeyDate) -> Result<KeyDate, Failure> {
        let (rule, days) = self.when(app.today())?.map_or((date.rule, None), |(rule, days)| (rule, days));
        let rule = match rule {
            Rule::Once(once) if self.yearly => Rule::yearly(once),
            rule => rule,
        };
        Ok(KeyDate {
            rule,
            days: days.or(self.days).unwrap_or(date.days),
            sort: self.sort.as_deref().map(sort).transpose()?.or(date.sort),
            note: self.note.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?.or(date.note),
            source: self.source.clone().or(date.source),
            ..date
        })
    }

    fn is_empty(&self) -> bool {
        let texts = [&self.on, &self.from, &self.sort, &self.note, &self.source];
        texts.iter().all(|text| text.is_none()) && self.days.is_none() && !self.yearly
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
        Verb::List(args) => list(app, &args),
        Verb::Show { date, ics } => show(app, &date, ics),
        Verb::Edit(args) => edit(app, args),
        Verb::Drop { date } => drop_date(app, &date),
        Verb::Offered { take } => offered(app, take),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let name = typed::given(args.name, || app.ask().required("Name", "NAME (allymap date add NAME)"))?;
    let rule = match args.fields.when(app.today())? {
        Some((rule, _)) => rule,
        None => {
            let question = "When? (4 jul 2027, 10 dec every year, first sunday of july, good friday)";
            let rule = app.ask_until(question, |app, typed| Ok(Rule::typed(typed, app.today())?))?;
            rule.ok_or_else(|| Failure::missing(question, "--on WHEN"))?
        }
    };
    let date = args.fields.over(app, KeyDate::new(&name, rule))?;
    let known = super::map::needed(app)?.dates;
    let folded = allymap_domain::words::folded(&name);
    if !args.another && known.iter().any(|item| allymap_domain::words::folded(&item.value.name) == folded) {
        return Err(Failure::new(
            "AM-ALIKE",
            Exit::NeedsPerson,
            format!("{name} is among the dates already. Nothing was added."),
        )
        .hint("Change it with allymap date edit, or add another one with --another."));
    }
    let id = app.fresh_row();
    keep(app, id, &date)?;
    tell(app, "Added", id)
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let map = super::map::needed(app)?;
    let item = named(&map.dates, &args.date)?;
    if args.name.is_none() && args.fields.is_empty() {
        return Err(Failure::missing("What is to change?", "--on, --days, --note and the like"));
    }
    let date = args.fields.over(app, item.value.clone())?;
    let date = KeyDate { name: args.name.unwrap_or_else(|| date.name.clone()), ..date };
    keep(app, item.key, &date)?;
    tell(app, "Kept:", item.key)
}

fn drop_date(app: &mut App<'_>, said: &str) -> Result<(), Failure> {
    let map = super::map::needed(app)?;
    let item = named(&map.dates, said)?;
    let document = app.map_document()?;
    app.edit(document, |edit| Map::take_out(edit, item.key))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "dropped": item.value.name }));
        return Ok(());
    }
    app.output.say(format_args!("{} is off the map. Its history stays.", item.value.name));
    Ok(())
}

fn keep(app: &mut App<'_>, id: RowId, date: &KeyDate) -> Result<(), Failure> {
    let document = app.map_document()?;
    app.edit(document, |edit| Map::put_date(edit, id, date))?;
    app.commit()
}

/// What was kept, as it stands now.
fn tell(app: &mut App<'_>, done: &str, id: RowId) -> Result<(), Failure> {
    let map = super::map::needed(app)?;
    let item = map.dates.iter().find(|item| item.key == id).ok_or_else(Failure::no_map)?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "date": json(item, app.today()) }));
        return Ok(());
    }
    let date = &item.value;
    let next = match (date.rule, date.next(app.today())) {
        (Rule::Once(first), _) => span(first, date.last(first)),
        (_, Some(first)) => format!("{}; next {}", date.rule.words(), span(first, date.last(first))),
        (_, None) => date.rule.words(),
    };
    app.output.say(format_args!("{done} {}, {next}.", date.name));
    if matches!(date.rule, Rule::Once(first) if date.last(first) < app.today()) {
        app.output.status("That is over already. Was another year meant?");
    }
    super::partner::who_sees(app)
}

fn list(app: &mut App<'_>, args: &List) -> Result<(), Failure> {
    let map = super::map::needed(app)?;
    let from = app.today();
    if args.ics {
        return ics(app, &map, map.dates.iter());
    }
    if args.all {
        if app.output.json {
            let dates: Vec<_> = map.dates.iter().map(|item| json(item, app.today())).collect();
            app.output.json(&serde_json::json!({ "dates": dates }));
            return Ok(());
        }
        let rows: Vec<Vec<String>> = map
            .dates
            .iter()
            .map(|item| vec![item.value.name.clone(), item.value.rule.words(), sort_label(&item.value)])
            .collect();
        app.output.table(&["Date", "When", "Sort"], &rows);
        app.output.status(count(rows.len(), "date", "dates"));
        return Ok(());
    }
    let until = match &args.until {
        Some(until) => parse_coming_date(until, from)?,
        None => from.plus_days(365).unwrap_or(from),
    };
    let times = coming(&map.dates, from, until);
    if app.output.json {
        let times: Vec<_> = times
            .iter()
            .map(|Coming { first, last, item }| {
                serde_json::json!({
                    "name": item.value.name, "first": first.to_string(), "last": last.to_string(),
                    "sort": item.value.sort.map(DateSort::slug), "id": item.key.to_string(),
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "coming": times, "until": until.to_string() }));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = times
        .iter()
        .map(|time| vec![span(time.first, time.last), time.item.value.name.clone(), sort_label(&time.item.value)])
        .collect();
    app.output.table(&["When", "Date", "Sort"], &rows);
    if map.dates.is_empty() {
        app.output.status("No dates yet. Next: allymap date add NAME --on WHEN · allymap date offered");
    } else {
        app.output.status(format_args!("{} until {}", count(rows.len(), "time", "times"), until.spelled()));
    }
    Ok(())
}

fn show(app: &mut App<'_>, said: &str, as_ics: bool) -> Result<(), Failure> {
    let map = super::map::needed(app)?;
    let item = named(&map.dates, said)?;
    if as_ics {
        return ics(app, &map, [item]);
    }
    if app.output.json {
        app.output.json(&serde_json::json!({ "date": json(item, app.today()) }));
        return Ok(());
    }
    let date = &item.value;
    let out = app.output.clone();
    let sort = sort_label(date);
    out.say(format_args!("{}{}", date.name, if sort.is_empty() { sort } else { format!(" · {sort}") }));
    out.line("When", 10, date.rule.words());
    if date.days > 1 {
        out.line("Lasts", 10, format_args!("{} days", date.days));
    }
    let mut from = app.today();
    for number in 0..3 {
        let Some(first) = date.next(from) else { break };
        out.line(if number == 0 { "Next" } else { "" }, 10, span(first, date.last(first)));
        let Some(after) = date.last(first).plus_days(1) else { break };
        from = after;
    }
    if let Some(note) = &date.note {
        out.note("Note", note, 10);
    }
    if let Some(source) = &date.source {
        out.note("Source", source, 10);
    }
    let authors = app.authors()?;
    out.line("Kept by", 10, super::map::by(&authors.of(item.by)));
    for (other, by) in &item.others {
        let by = super::map::by(&authors.of(*by));
        out.line("Also", 10, format_args!("{}, {} ({by}; written apart)", other.name, other.rule.words()));
    }
    Ok(())
}

fn offered(app: &mut App<'_>, take: bool) -> Result<(), Failure> {
    let map = super::map::needed(app)?;
    let missing: Vec<(RowId, KeyDate)> =
        starter_dates().into_iter().filter(|(id, _)| !map.dates.iter().any(|item| item.key == *id)).collect();
    if !app.output.json {
        for (_, date) in &missing {
            app.output.line(&date.rule.words(), 28, &date.name);
        }
    }
    let take = take || (!missing.is_empty() && app.ask().confirm("Take these up?")?);
    if take {
        let document = app.map_document()?;
        app.edit(document, |edit| missing.iter().try_for_each(|(id, date)| Map::put_date(edit, *id, date)))?;
        app.commit()?;
    }
    if app.output.json {
        let dates: Vec<_> = missing
            .iter()
            .map(|(id, date)| serde_json::json!({ "id": id.to_string(), "name": date.name, "rule": date.rule.to_string() }))
            .collect();
        app.output.json(&serde_json::json!({ "offered": dates, "taken": take }));
        return Ok(());
    }
    app.output.status(match (take, missing.len()) {
        (_, 0) => "All of them are on the map.".to_owned(),
        (true, taken) => format!("Added {}.", count(taken, "date", "dates")),
        (false, _) => "Take them up with: allymap date offered --take".to_owned(),
    });
    Ok(())
}

fn ics<'a>(app: &App<'_>, map: &Map, dates: impl IntoIterator<Item = &'a Item<RowId, KeyDate>>) -> Result<(), Failure> {
    let text = calendar(map.name(), dates, app.today(), app.now().0);
    app.output
        .bytes(text.as_bytes())
        .map_err(|error| Failure::io("Writing to", std::path::Path::new("standard output"), &error))
}

fn named<'a>(dates: &'a [Item<RowId, KeyDate>], said: &str) -> Result<&'a Item<RowId, KeyDate>, Failure> {
    pick(dates, said, |date| &date.name, "date", "allymap date add NAME --on WHEN")
}

/// How many days from the first until the one that was typed.
fn last_day(from: Date, typed: &str) -> Result<u16, Failure> {
    let to = parse_coming_date(typed, from)?;
    let days = from.days_until(to) + 1;
    u16::try_from(days).ok().filter(|days| *days > 0).ok_or_else(|| {
        Failure::usage(format!("{} is before {}.", to.spelled(), from.spelled())).hint("Nothing was changed.")
    })
}

fn sort(typed: &str) -> Result<DateSort, Failure> {
    DateSort::begun(typed).ok_or_else(|| {
        let words: Vec<&str> = DateSort::ALL.iter().map(|sort| sort.slug()).collect();
        let typed: String = typed.chars().take(40).collect();
        Failure::usage(format!("\"{typed}\" is no sort of date.")).hint(format!("One of: {}.", words.join(", ")))
    })
}

fn sort_label(date: &KeyDate) -> String {
    date.sort.map(|sort| sort.label().to_owned()).unwrap_or_default()
}

/// `Sun 4 Jul 2027`, or with its last day.
pub(super) fn span(first: Date, last: Date) -> String {
    if first == last { first.spelled() } else { format!("{} – {}", first.spelled(), last.spelled()) }
}

fn json(item: &Item<RowId, KeyDate>, today: Date) -> serde_json::Value {
    let date = &item.value;
    let next = date.next(today);
    serde_json::json!({
        "id": item.key.to_string(), "name": date.name, "rule": date.rule.to_string(), "words": date.rule.words(),
        "days": date.days, "sort": date.sort.map(DateSort::slug), "note": date.note, "source": date.source,
        "next": next.map(|first| first.to_string()), "written_apart": item.others.len(),
    })
}
