//! `allymap date …`: key dates of the community, and when they come.

use std::path::Path;

use allymap_domain::date::Date;
use allymap_domain::date::rule::Rule;
use allymap_domain::date::typed::parse_coming_date;
use allymap_domain::map::key_date::{DateSort, KeyDate, Told};
use allymap_domain::words::choice::Word;
use allymap_home::community::date::{self, Changes, Coming, Dated, Kept, New, Offered, Shown};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::who::{by, say_who_sees};
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
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
    /// What was said of a date. When it is comes first: what stands on standard input is read only for a day that is one.
    fn told(&self, app: &App<'_>) -> Result<Told, Failure> {
        let when = self.when();
        when.when(app.today())?;
        Ok(Told {
            sort: self.sort.as_deref().map(sort).transpose()?,
            note: self.note.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?,
            source: self.source.clone(),
            ..when
        })
    }

    fn when(&self) -> Told {
        Told {
            on: self.on.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            yearly: self.yearly,
            days: self.days,
            ..Told::default()
        }
    }

    fn is_empty(&self) -> bool {
        self.when().is_empty() && self.sort.is_none() && self.note.is_none() && self.source.is_none()
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
        Verb::Drop { date } => {
            let dropped = date::drop(app.visit()?, &date)?;
            app.tell(&dropped)
        }
        Verb::Offered { take } => offered(app, take),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let name = typed::given(args.name, || app.ask().required("Name", "NAME (allymap date add NAME)"))?;
    let rule = match args.fields.when().when(app.today())? {
        Some((rule, _)) => rule,
        None => {
            let question = "When? (4 jul 2027, 10 dec every year, first sunday of july, good friday)";
            let rule = app.ask_until(question, |app, typed| Ok(Rule::typed(typed, app.today())?))?;
            rule.ok_or_else(|| Failure::missing(question, "--on WHEN"))?
        }
    };
    let date = args.fields.told(app)?.over(KeyDate::new(&name, rule), app.today())?;
    let kept = date::add(app.visit()?, &New { date, another: args.another })?;
    app.tell(&Done("Added", kept))
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let id = date::find(app.visit()?, &args.date)?;
    if args.name.is_none() && args.fields.is_empty() {
        return Err(Failure::missing("What is to change?", "--on, --days, --note and the like"));
    }
    let changes = Changes { told: args.fields.told(app)?, name: args.name };
    let kept = date::change(app.visit()?, id, &changes)?;
    app.tell(&Done("Kept:", kept))
}

fn list(app: &mut App<'_>, args: &List) -> Result<(), Failure> {
    if args.ics {
        return ics(app, None);
    }
    if args.all {
        let all = All(date::all(app.visit()?)?);
        return app.tell(&all);
    }
    let until = args.until.as_deref().map(|until| parse_coming_date(until, app.today())).transpose()?;
    let coming = date::list(app.visit()?, until)?;
    app.tell(&coming)
}

fn show(app: &mut App<'_>, said: &str, as_ics: bool) -> Result<(), Failure> {
    if as_ics {
        return ics(app, Some(said));
    }
    let shown = date::show(app.visit()?, said)?;
    app.tell(&shown)
}

fn offered(app: &mut App<'_>, take: bool) -> Result<(), Failure> {
    let offered = date::offered(app.visit()?)?;
    if !app.output.json {
        for (_, date) in &offered.dates {
            app.output.line(&date.rule.words(), 28, &date.name);
        }
    }
    let taken = take || (!offered.dates.is_empty() && app.ask().confirm("Take these up?")?);
    let offered = if taken { date::take(app.visit()?)? } else { offered };
    app.tell(&TakenUp { offered, taken })
}

fn ics(app: &mut App<'_>, said: Option<&str>) -> Result<(), Failure> {
    let text = date::calendar(app.visit()?, said)?;
    let written = app.output.bytes(text.as_bytes());
    written.map_err(|error| Failure::io("Writing to", Path::new("standard output"), &error))
}

/// What was kept, as it stands now.
struct Done(&'static str, Kept);

impl Answer for Done {
    fn json(&self) -> impl Serialize {
        json!({ "date": json(&self.1.dated) })
    }

    fn say(&self, out: &Output) {
        let Done(done, Kept { dated: Dated { date, next, .. }, over, seen_by }) = self;
        let next = match (date.rule, next) {
            (Rule::Once(first), _) => span(first, date.last(first)),
            (_, Some(first)) => format!("{}; next {}", date.rule.words(), span(*first, date.last(*first))),
            (_, None) => date.rule.words(),
        };
        out.say(format_args!("{done} {}, {next}.", date.name));
        if *over {
            out.status("That is over already. Was another year meant?");
        }
        say_who_sees(out, seen_by);
    }
}

struct All(Vec<Dated>);

impl Answer for All {
    fn json(&self) -> impl Serialize {
        json!({ "dates": self.0.iter().map(json).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        let row = |dated: &Dated| vec![dated.date.name.clone(), dated.date.rule.words(), sort_label(dated.date.sort)];
        let rows: Vec<Vec<String>> = self.0.iter().map(row).collect();
        out.table(&["Date", "When", "Sort"], &rows);
        out.status(count(rows.len(), "date", "dates"));
    }
}

impl Answer for Coming {
    fn json(&self) -> impl Serialize {
        let times = self.times.iter().map(|time| {
            json!({
                "name": time.name, "first": time.first.to_string(), "last": time.last.to_string(),
                "sort": time.sort.map(DateSort::slug), "id": time.id.to_string(),
            })
        });
        json!({ "coming": times.collect::<Vec<_>>(), "until": self.until.to_string() })
    }

    fn say(&self, out: &Output) {
        let times = self.times.iter();
        let rows: Vec<Vec<String>> =
            times.map(|time| vec![span(time.first, time.last), time.name.clone(), sort_label(time.sort)]).collect();
        out.table(&["When", "Date", "Sort"], &rows);
        if self.none_at_all {
            out.status("No dates yet. Next: allymap date add NAME --on WHEN · allymap date offered");
        } else {
            out.status(format_args!("{} until {}", count(rows.len(), "time", "times"), self.until.spelled()));
        }
    }
}

impl Answer for Shown {
    fn json(&self) -> impl Serialize {
        json!({ "date": json(&self.dated) })
    }

    fn say(&self, out: &Output) {
        let date = &self.dated.date;
        let sort = sort_label(date.sort);
        out.say(format_args!("{}{}", date.name, if sort.is_empty() { sort } else { format!(" · {sort}") }));
        out.line("When", COLUMN, date.rule.words());
        if date.days > 1 {
            out.line("Lasts", COLUMN, format_args!("{} days", date.days));
        }
        for (number, (first, last)) in self.times.iter().enumerate() {
            out.line(if number == 0 { "Next" } else { "" }, COLUMN, span(*first, *last));
        }
        if let Some(note) = &date.note {
            out.note("Note", note, COLUMN);
        }
        if let Some(source) = &date.source {
            out.note("Source", source, COLUMN);
        }
        out.line("Kept by", COLUMN, by(&self.by));
        for (other, author) in &self.apart {
            let by = by(author);
            out.line("Also", COLUMN, format_args!("{}, {} ({by}; written apart)", other.name, other.rule.words()));
        }
    }
}

/// What was offered, and whether it was taken up.
struct TakenUp {
    offered: Offered,
    taken: bool,
}

impl Answer for TakenUp {
    fn json(&self) -> impl Serialize {
        let dates = self.offered.dates.iter();
        let dates =
            dates.map(|(id, date)| json!({ "id": id.to_string(), "name": date.name, "rule": date.rule.to_string() }));
        json!({ "offered": dates.collect::<Vec<_>>(), "taken": self.taken })
    }

    fn say(&self, out: &Output) {
        out.status(match (self.taken, self.offered.dates.len()) {
            (_, 0) => "All of them are on the map.".to_owned(),
            (true, taken) => format!("Added {}.", count(taken, "date", "dates")),
            (false, _) => "Take them up with: allymap date offered --take".to_owned(),
        });
    }
}

/// Where the text beside a label begins.
const COLUMN: usize = 10;

fn sort(typed: &str) -> Result<DateSort, Failure> {
    DateSort::begun(typed).ok_or_else(|| {
        let words: Vec<&str> = DateSort::ALL.iter().map(|sort| sort.slug()).collect();
        let typed: String = typed.chars().take(40).collect();
        Failure::usage(format!("\"{typed}\" is no sort of date.")).hint(format!("One of: {}.", words.join(", ")))
    })
}

fn sort_label(sort: Option<DateSort>) -> String {
    sort.map(|sort| sort.label().to_owned()).unwrap_or_default()
}

/// `Sun 4 Jul 2027`, or with its last day.
pub(super) fn span(first: Date, last: Date) -> String {
    if first == last { first.spelled() } else { format!("{} – {}", first.spelled(), last.spelled()) }
}

fn json(dated: &Dated) -> Value {
    let date = &dated.date;
    json!({
        "id": dated.id.to_string(), "name": date.name, "rule": date.rule.to_string(), "words": date.rule.words(),
        "days": date.days, "sort": date.sort.map(DateSort::slug), "note": date.note, "source": date.source,
        "next": dated.next.map(|first| first.to_string()), "written_apart": dated.written_apart,
    })
}
