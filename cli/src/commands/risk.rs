//! `allymap risk add|settle|list|show`: six types, each with a level; the stricter of two counts until somebody settles it.

use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::assertion::{Assertion, Stated};
use allymap_domain::entry::risk::{Level, Mitigation, RiskKind, RiskStanding};
use allymap_domain::rejection::Rejection;
use allymap_home::relations::risk::{self, Open, Rated, Rating as Draft, Risks, Want};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::card::row_json;
use crate::about::choice::chosen;
use crate::about::risk::{author, details, said, taken_back};
use crate::about::stated::SOURCE_QUESTION;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested;
use crate::terminal::typed;
use crate::terminal::words::capital;

/// Risks to weigh before partnering
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap risk add quarry --type reputational --level high\n  allymap risk list quarry"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Rate one type of risk; what others said stays beside it
    #[command(
        after_help = "Examples:\n  allymap risk add quarry --type reputational --level high\n  allymap risk add choir --type physical --level low --reason wharf"
    )]
    Add(Rating),
    /// Replace the ratings that stand, having read them, and say why
    #[command(
        after_help = "Examples:\n  allymap risk settle quarry --type legal --level low --reason withdrawn\n  allymap risk settle quarry --type legal --level none --reason settled"
    )]
    Settle(Rating),
    /// The six lines of an entry, or what is open on the whole map
    #[command(after_help = "Examples:\n  allymap risk list\n  allymap risk list quarry")]
    List {
        /// Which entry; left out: every entry with a risk of medium or high
        who: Option<String>,
        #[arg(long, hide = true)]
        open: bool,
    },
    /// Everything that stands about the risks of an entry
    #[command(after_help = "Examples:\n  allymap risk show quarry\n  allymap risk show \"old ferry steps\"")]
    Show {
        /// Which entry
        who: String,
    },
}

#[derive(clap::Args)]
struct Rating {
    /// Which entry
    who: String,
    #[arg(long = "type", value_name = "TYPE", help = "political, policy, financial, legal, reputational or physical")]
    risk: Option<String>,
    #[arg(long, help = "unknown, none, low, medium or high")]
    level: Option<String>,
    #[arg(long, value_name = "STATE", help = "none-needed, mitigated, can-be, cannot or unknown")]
    mitigation: Option<String>,
    #[arg(long, value_name = "HOW", conflicts_with_all = ["mitigation", "can_mitigate", "cannot_mitigate"], help = "It is mitigated, and how")]
    mitigated: Option<String>,
    #[arg(long, value_name = "HOW", conflicts_with_all = ["mitigation", "cannot_mitigate"], help = "It can be mitigated, and how")]
    can_mitigate: Option<String>,
    #[arg(long, value_name = "WHY", conflicts_with = "mitigation", help = "It cannot be mitigated, and why")]
    cannot_mitigate: Option<String>,
    #[arg(long, value_name = "WHY", help = "What it is (this stays in your shell's history; - reads standard input)")]
    reason: Option<String>,
    #[arg(long, value_name = "WHAT", help = "What shows it")]
    evidence: Option<String>,
    #[arg(long, help = "From where this is known")]
    source: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who outside of us said so")]
    said_by: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who of us looks after it")]
    looked_after_by: Option<String>,
    #[arg(long, value_name = "DAY", help = "When it was seen; left out: today")]
    on: Option<String>,
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::List { .. } | Verb::Show { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(rating) => rate(app, rating, false),
        Verb::Settle(rating) => rate(app, rating, true),
        Verb::List { who: None, .. } => {
            let open = risk::open(app.visit()?)?;
            app.tell(&open)
        }
        Verb::List { who: Some(who), .. } => {
            let risks = of(app, &who)?;
            app.tell(&risks)
        }
        Verb::Show { who } => {
            let risks = of(app, &who)?;
            app.tell(&Whole(risks))
        }
    }
}

fn of(app: &mut App<'_>, who: &str) -> Result<Risks, Failure> {
    let card = app.find(who)?;
    Ok(risk::of(app.visit()?, card.id)?)
}

fn rate(app: &mut App<'_>, args: Rating, settles: bool) -> Result<(), Failure> {
    let who = app.find(&args.who)?.id;
    let kind = chosen::<RiskKind>(app, args.risk, "Which type of risk?", "--type")?;
    if settles {
        // Whoever settles has read what they replace.
        for words in said(&risk::standing(app.visit()?, who, kind)?) {
            app.output.status(format_args!("{}: {words}", kind.slug()));
        }
    }
    let level = chosen::<Level>(app, args.level, "How high?", "--level")?;
    let question = if settles { "Why does this hold now?" } else { "What is it?" };
    let reason = match args.reason {
        Some(reason) => Some(typed::free_text(&app.output, &reason)?),
        None if settles => Some(app.ask().required(question, "--reason WHY")?),
        None => app.ask().optional(question)?,
    };
    let (mitigation, mitigation_words) =
        match (args.mitigated, args.can_mitigate, args.cannot_mitigate, args.mitigation) {
            (Some(how), ..) => (Mitigation::Mitigated, Some(how)),
            (_, Some(how), ..) => (Mitigation::CanBe, Some(how)),
            (_, _, Some(why), _) => (Mitigation::Cannot, Some(why)),
            (.., Some(state)) => (chosen(app, Some(state), "Can it be mitigated?", "--mitigation")?, None),
            _ if level.is_strict() => {
                let labels = Mitigation::ALL.map(|state| state.label().to_owned());
                let picked = app.ask().choose("Can it be mitigated?", &labels)?;
                let state = picked.map_or(Mitigation::Unknown, |at| Mitigation::ALL[at]);
                (state, picked.map(|_| app.ask().optional("How, or why not?")).transpose()?.flatten())
            }
            _ => (Mitigation::Unknown, None),
        };
    let looked_after_by = match args.looked_after_by {
        Some(who) => Some(who),
        None => app.ask().optional("Who looks after it? (Enter: nobody yet)")?,
    };
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let (evidence, source, said_by) = (args.evidence, args.source, args.said_by);
    let mut draft = Draft {
        who,
        kind,
        level,
        mitigation,
        mitigation_words,
        reason,
        evidence,
        looked_after_by,
        source,
        said_by,
        on,
    };
    let act = if settles { risk::settle } else { risk::rate };
    let rated = app.settle(&mut draft, act, |app, draft, Want::Source| {
        draft.source = Some(source_of_a_person(app)?);
        Ok(())
    })?;
    app.tell(&rated)
}

/// Asked for where somebody can be; without it the map refuses what is said about a person.
fn source_of_a_person(app: &mut App<'_>) -> Result<String, Failure> {
    if !app.can_ask() {
        return Err(Rejection::Unsourced { about: "a person" }.into());
    }
    app.ask().required(SOURCE_QUESTION, "--source FROM")
}

impl Answer for Rated {
    fn json(&self) -> impl Serialize {
        json!({
            "entry": self.name,
            "risk": self.kind.slug(),
            "said": self.level.slug(),
            "counts": self.standing.as_ref().map(|standing| standing.counts.slug()),
            "differs": self.standing.as_ref().is_some_and(|standing| standing.differs),
        })
    }

    fn say(&self, out: &Output) {
        let kept = if self.settled { "Settled" } else { "Kept" };
        out.say(format_args!("{kept}: {} risk, {}, {}.", self.kind.slug(), self.level.label(), self.name));
        if let Some(standing) = self.standing.as_ref().filter(|standing| standing.differs) {
            for words in said(standing) {
                out.say(format_args!("  {words}"));
            }
            out.say(format_args!(
                "{} counts until somebody who has read both settles it: allymap risk settle",
                capital(standing.counts.label())
            ));
        }
    }
}

/// `risk list WHO`: a line for each.
impl Answer for Risks {
    fn json(&self) -> impl Serialize {
        json!({ "entry": self.name, "risks": self.lines.each_ref().map(line_json) })
    }

    fn say(&self, out: &Output) {
        for (kind, standing) in &self.lines {
            let details = match standing {
                None => "nobody has looked yet".to_owned(),
                Some(standing) if standing.differs => format!("ratings differ: {}", said(standing).join(" · ")),
                Some(standing) => standing.said.last().map_or(String::new(), |stated| {
                    let taken = taken_back(standing, stated).map(|taken| format!("({taken}) ")).unwrap_or_default();
                    format!("{taken}{}", details(stated, true))
                }),
            };
            let level = standing.as_ref().map_or(Level::Unknown, |standing| standing.counts);
            out.line(&format!("{:<14}{}", kind.slug(), level.label()), 23, details);
        }
        if out.streams.is_terminal() && self.lines.iter().any(|(_, standing)| standing.is_some()) {
            out.status(format_args!("More of each: {}", suggested::command("risk show", &self.name, "")));
        }
    }
}

/// `risk show WHO`: everything that stands.
struct Whole(Risks);

impl Answer for Whole {
    fn json(&self) -> impl Serialize {
        self.0.json()
    }

    fn say(&self, out: &Output) {
        out.say(&self.0.name);
        for (kind, standing) in &self.0.lines {
            let Some(standing) = standing else {
                out.say(format_args!("{}: unknown, nobody has looked yet", kind.slug()));
                continue;
            };
            let until = if standing.differs { ", until somebody who has read them settles it" } else { "" };
            out.say(format_args!("{}: {} counts{until}", kind.slug(), standing.counts.label()));
            standing.said.iter().for_each(|stated| say_rating(out, standing, stated));
        }
    }
}

fn say_rating(out: &Output, standing: &RiskStanding, stated: &Stated) {
    let Some(risk) = stated.risk() else { return };
    let Assertion { reason, evidence, mitigation_words, looked_after_by, source, said_by, observed, .. } =
        &stated.assertion;
    let by = author(stated);
    let taken = taken_back(standing, stated).map(|taken| format!(", {taken}")).unwrap_or_default();
    out.say(format_args!("  {}, says {by}, seen {observed}{taken}", risk.level.label()));
    let state = risk.mitigation.label().to_owned();
    let mitigation = mitigation_words.as_ref().map_or(state.clone(), |words| format!("{state}: {words}"));
    let keeper = looked_after_by.clone().unwrap_or_else(|| "nobody yet".to_owned());
    for (label, words) in [
        ("Why", reason.clone()),
        ("What shows it", evidence.clone()),
        ("Mitigation", Some(mitigation)),
        ("Looked after by", Some(keeper)),
        ("Source", source.clone()),
        ("Said by", said_by.clone()),
    ] {
        if let Some(words) = words {
            out.line(&format!("    {label}"), 21, words);
        }
    }
}

impl Answer for Open {
    fn json(&self) -> impl Serialize {
        let entry = |at_risk: &risk::AtRisk| row_json(&at_risk.card, &at_risk.short, self.today);
        json!({ "entries": self.entries.iter().map(entry).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        let mut cells = Vec::new();
        for risk::AtRisk { card, strict, .. } in &self.entries {
            cells.extend(strict.iter().map(|standing| open_cells(&card.name, standing)));
        }
        out.table(&["Level", "Type", "Name", "What it is", "Mitigation", "Looked after by"], &cells);
        if cells.is_empty() {
            out.status("No risk of medium or high is known. Unknown is not none: allymap risk list NAME");
        }
    }
}

fn open_cells(name: &str, standing: &RiskStanding) -> Vec<String> {
    let last = standing.that_counts();
    let taken = last.and_then(|stated| taken_back(standing, stated));
    let of = |words: fn(&Assertion) -> &Option<String>, none: &str| {
        last.and_then(|stated| words(&stated.assertion).clone()).unwrap_or_else(|| none.to_owned())
    };
    vec![
        standing.counts.label().to_owned(),
        standing.kind.slug().to_owned(),
        name.to_owned(),
        [of(|assertion| &assertion.reason, ""), taken.map(|taken| format!("({taken})")).unwrap_or_default()]
            .join(" ")
            .trim()
            .to_owned(),
        standing.mitigation.label().to_owned(),
        of(|assertion| &assertion.looked_after_by, "nobody yet"),
    ]
}

fn line_json((kind, standing): &(RiskKind, Option<RiskStanding>)) -> Value {
    json!({
        "risk": kind.slug(),
        "counts": standing.as_ref().map_or("unknown", |standing| standing.counts.slug()),
        "mitigation": standing.as_ref().map_or("unknown", |standing| standing.mitigation.slug()),
        "differs": standing.as_ref().is_some_and(|standing| standing.differs),
        "standing": standing.iter().flat_map(ratings_json).collect::<Vec<_>>(),
    })
}

fn ratings_json(standing: &RiskStanding) -> Vec<Value> {
    standing.said.iter().filter_map(|stated| rating_json(stated, standing)).collect()
}

fn rating_json(stated: &Stated, standing: &RiskStanding) -> Option<Value> {
    let risk = stated.risk()?;
    Some(json!({
        "id": stated.id.to_string(),
        "level": risk.level.slug(),
        "mitigation": risk.mitigation.slug(),
        "mitigation_words": stated.assertion.mitigation_words,
        "reason": stated.assertion.reason,
        "evidence": stated.assertion.evidence,
        "looked_after_by": stated.assertion.looked_after_by,
        "observed": stated.assertion.observed.typed,
        "source": stated.assertion.source,
        "taken_back_by": standing.taken_back_by(stated).map(|by| &by.name),
        "by": stated.author.name,
        "group": stated.author.group,
    }))
}
