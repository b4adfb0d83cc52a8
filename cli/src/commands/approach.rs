//! `allymap approach check|add WHO`: before a first contact, who of us is in touch already.

use allymap_domain::card::Card;
use allymap_domain::date::typed::parse_when;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::fact::{Fact, FactKind, Stage};
use allymap_domain::entry::log::{LOG_KINDS, LogKind, LogLine, Logged};
use allymap_domain::kind::relationship;
use allymap_domain::words::folded;

use super::relation;
use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;

/// First contact: see who knows them, then note it
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap approach check \"st cuthwyn's\"\n  allymap approach add \"st cuthwyn's\" --with \"the parish office\""
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Who holds the relationship, who approached them already, what is open
    #[command(
        after_help = "Examples:\n  allymap approach check \"st cuthwyn's\"\n  allymap approach check rowers --json"
    )]
    Check {
        /// Which entry
        who: String,
    },
    /// Note a first contact of your group, with a request to check it
    #[command(
        after_help = "Examples:\n  allymap approach add \"st cuthwyn's\" --with \"the parish office\"\n  allymap approach add bakery --on yesterday"
    )]
    Add(Add),
}

#[derive(clap::Args)]
struct Add {
    /// Which entry
    who: String,
    #[arg(long, value_name = "WHOM", help = "With whom of them")]
    with: Option<String>,
    #[arg(long, help = "What for (this stays in your shell's history; - reads standard input)")]
    note: Option<String>,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
    #[arg(
        long,
        value_name = "WHY",
        help = "Although another of our groups is in touch with them, or nobody has looked into them"
    )]
    anyway: Option<String>,
}

/// A contact of another group counts for so long.
const RECENT_DAYS: i32 = 365;

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::Check { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Check { who } => {
            let state = State::of(app, &who)?;
            if app.output.json {
                let value = state.json(app)?;
                app.output.json(&serde_json::json!({ "approach": value }));
                return Ok(());
            }
            state.say(app)
        }
        Verb::Add(args) => add(app, args),
    }
}

/// What should be known before an approach.
struct State {
    row: Card,
    /// Another of our groups that keeps the relationship or was in touch within a year.
    others: Vec<String>,
    held_by: Option<String>,
    /// Who of us knows somebody there, and how.
    known_by: Vec<String>,
    last: Option<Logged>,
    approaches: Vec<Logged>,
    check: Option<Logged>,
    twice: Vec<String>,
}

impl State {
    fn of(app: &mut App<'_>, who: &str) -> Result<State, Failure> {
        let row = app.find_joined(who)?;
        let own = app.map()?.group;
        let mut log: Vec<Logged> = Vec::new();
        let (mut holders, mut known_by, mut twice) = (Vec::new(), Vec::new(), Vec::new());
        let today = app.today();
        for id in app.one_and_the_same(row.id)? {
            let (other, entry) = (app.card(id)?, app.entry(id)?);
            let known = entry.field(&relationship::KNOWN_BY).into_iter().flat_map(|field| &field.values);
            known_by.extend(known.map(|said| said.value.clone()));
            let Entry { log: lines, double_approaches, .. } = entry;
            log.extend(lines);
            holders.extend(other.held_by().map(str::to_owned));
            twice.extend(
                double_approaches
                    .into_iter()
                    .map(|double| format!("{} and {}", by(&double.first, today), by(&double.second, today))),
            );
        }
        log.sort_by_key(|logged| (logged.line.on.date, logged.id));
        let of_kind = |kind: &'static str| log.iter().filter(move |logged| logged.line.kind == kind);
        let contacts: Vec<&Logged> = log.iter().filter(|logged| is_contact(&logged.line.kind)).collect();
        let ours = |group: &str| group.is_empty() || folded(group) == folded(&own);
        let mut others: Vec<String> = holders.iter().filter(|group| !holds(group, &own)).cloned().collect();
        for contact in &contacts {
            let recent = contact.line.on.date.is_none_or(|on| on.days_until(app.today()) <= RECENT_DAYS);
            if recent && !ours(&contact.author.group) && !others.iter().any(|other| holds(other, &contact.author.group))
            {
                others.push(contact.author.group.clone());
            }
        }
        Ok(State {
            others,
            held_by: holders.first().cloned(),
            known_by,
            last: contacts.last().map(|logged| (*logged).clone()),
            approaches: of_kind("approach").cloned().collect(),
            check: of_kind("check-request").next_back().cloned(),
            twice,
            row,
        })
    }

    fn say(&self, app: &mut App<'_>) -> Result<(), Failure> {
        let row = &self.row;
        let out = app.output.clone();
        let line = |label: &str, words: &str| out.line(label, 18, words);
        out.say(&row.name);
        line("Held by", self.held_by.as_deref().unwrap_or("nobody yet"));
        if !self.known_by.is_empty() {
            line("Known by", &self.known_by.join("; "));
        }
        line("Last contact", &self.last.as_ref().map_or("none on record".to_owned(), |last| by(last, app.today())));
        for approach in &self.approaches {
            line("Approached", &by(approach, app.today()));
        }
        for twice in &self.twice {
            line("Double approach", &format!("{twice}; neither knew"));
        }
        line("Stage", row.stage().slug());
        if let Some(health) = row.fact(FactKind::Health) {
            line("Health", health.slug());
        }
        line("Category", row.category().map_or("not known", |category| category));
        if row.rights_holders() {
            line("Rights holders", "yes; ask first, and go at their pace");
            line("Consulted", &row.contact.last_consulted.map_or("not yet".to_owned(), |on| on.spelled()));
        }
        line(
            "Research",
            &row.contact.last_research.map_or("not done".to_owned(), |on| format!("done {}", on.spelled())),
        );
        if let Some(check) = &self.check {
            line("Check asked", &by(check, app.today()));
        }
        relation::say_before(app, row, 18)?;
        if row.do_not_engage {
            line("Note", "we do not engage with them: arguing may entrench");
        }
        match self.others.as_slice() {
            [] => line("So", "no other group of ours is in touch with them"),
            others => line("So", &format!("talk with {} first", others.join(" and "))),
        }
        Ok(())
    }

    fn json(&self, app: &mut App<'_>) -> Result<serde_json::Value, Failure> {
        let row = &self.row;
        let line = |logged: &Logged| {
            serde_json::json!({
                "on": logged.line.on.typed, "kind": logged.line.kind, "by": logged.author.name, "group": logged.author.group,
            })
        };
        let before = relation::before_json(app, row)?;
        Ok(serde_json::json!({
            "consents": before["consents"], "requests": before["requests"], "missing": before["missing"],
            "id": row.id.to_string(), "entry": row.name, "held_by": self.held_by, "known_by": self.known_by, "other_groups": self.others,
            "last_contact": self.last.as_ref().map(line), "approaches": self.approaches.iter().map(line).collect::<Vec<_>>(),
            "double_approaches": self.twice, "check_requested": self.check.as_ref().map(line),
            "stage": row.stage().slug(), "health": row.fact(FactKind::Health).map(Fact::slug), "category": row.category(),
            "rights_holders": row.rights_holders(), "consulted": row.contact.last_consulted.map(|on| on.to_string()),
            "research": row.contact.last_research.map(|on| on.to_string()), "do_not_engage": row.do_not_engage,
        }))
    }
}

/// A held-by field names a group, or a person and their group.
pub(crate) fn holds(held_by: &str, group: &str) -> bool {
    let (held_by, group) = (folded(held_by), folded(group));
    !group.is_empty() && (held_by.contains(&group) || group.contains(&held_by))
}

fn is_contact(kind: &str) -> bool {
    LOG_KINDS.iter().any(|known| known.slug == kind && known.contact)
}

/// `first approach, Ana (Harbour), 2026-11-10 (13 days ago)`
fn by(logged: &Logged, today: Date) -> String {
    let ago = match logged.line.on.date.map(|on| on.days_until(today)) {
        Some(0) => " (today)".to_owned(),
        Some(1) => " (yesterday)".to_owned(),
        Some(days) if days > 1 => format!(" ({days} days ago)"),
        _ => String::new(),
    };
    let label = LogKind::label_of(&logged.line.kind);
    format!("{label}, {} ({}), {}{ago}", logged.author.name, logged.author.group, logged.line.on)
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let state = State::of(app, &args.who)?;
    let row = &state.row;
    let kind = LogKind::typed("approach")?;
    relation::researched_first(row, kind, args.anyway.as_deref())?;
    let note = args.note.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    relation::has_been(&on, LogKind::typed("approach")?, app.today())?;
    if !app.output.json {
        state.say(app)?;
    }
    let whom = if state.others.is_empty() { "regional staff".to_owned() } else { state.others.join(" and ") };
    let request = format!("To {whom}: may we approach {}? {}", row.name, note.as_deref().unwrap_or_default());
    let request = LogLine::new(LogKind::typed("check-request")?, When::on(app.today()), request.trim(), app.now().0);
    relation::add_line(app, row.id, &request)?;
    if !state.others.is_empty() && args.anyway.is_none() {
        // The request stays, so that the others see that somebody asked.
        app.commit()?;
        return Err(Failure::new(
            "AM-HELD",
            Exit::NeedsPerson,
            format!("The approach was not recorded: {whom} know {} already. Your request to check was kept.", row.name),
        )
        .hint("Talk with them. If you go on all the same: --anyway WHY."));
    }
    let words = [note, args.anyway.map(|why| format!("All the same: {why}"))];
    let text = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let line = LogLine { with: args.with, ..LogLine::new(kind, on, &text, app.now().0) };
    relation::add_line(app, row.id, &line)?;
    let moved =
        relation::reach_stage(app, row, &[Stage::Mapped, Stage::Cleared], Stage::Approached, "a first approach")?;
    app.commit()?;
    if app.output.json {
        let value = state.json(app)?;
        app.output.json(&serde_json::json!({
            "entry": row.name, "kind": "approach", "on": line.on.typed, "check_requested_of": whom, "before": value,
        }));
        return Ok(());
    }
    app.output
        .say(format_args!("Kept: first approach to {}, {}. A request to check went to {whom}.", row.name, line.on));
    if let Some(moved) = moved {
        app.output.say(moved);
    }
    if row.rights_holders() && row.contact.last_consulted.is_none() {
        app.output.status(
            "Ask first: listen before you propose anything. Note it with: allymap log add NAME --kind consulted",
        );
    }
    super::partner::who_sees(app)
}
