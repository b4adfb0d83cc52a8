//! `allymap risk add|settle|list|show`: six types, each with a level; the stricter of two counts until somebody settles it.

use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim, Stated};
use allymap_domain::entry::risk::{Level, Mitigation, Risk, RiskKind, RiskStanding};
use allymap_domain::words::choice::{Choice, Word};
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::Failure;
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
        Verb::List { who: None, .. } => open(app),
        Verb::List { who: Some(who), .. } => list(app, &who),
        Verb::Show { who } => show(app, &who),
    }
}

fn rate(app: &mut App<'_>, args: Rating, settles: bool) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let kind = chosen::<RiskKind>(app, args.risk, "Which type of risk?", "--type")?;
    let stood = app.entry(row.id)?.risk(kind).cloned();
    if settles {
        let Some(stood) = &stood else {
            let message = format!("Nobody has rated the {} risk of {} yet: nothing to settle.", kind.slug(), row.name);
            return Err(Failure::usage(message).hint("Rate it with: allymap risk add."));
        };
        // Whoever settles has read what they replace.
        for words in said(stood) {
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
    let (mitigation, how) = match (args.mitigated, args.can_mitigate, args.cannot_mitigate, args.mitigation) {
        (Some(how), ..) => (Mitigation::Mitigated, Some(how)),
        (_, Some(how), ..) => (Mitigation::CanBe, Some(how)),
        (_, _, Some(why), _) => (Mitigation::Cannot, Some(why)),
        (.., Some(state)) => (chosen(app, Some(state), "Can it be mitigated?", "--mitigation")?, None),
        // Low risks and none are not worth two more questions.
        _ if level >= Level::Medium => {
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
    let source = match args.said_by.is_some() || level == Level::Unknown {
        true => args.source,
        false => super::relation::source_about(app, &row, args.source)?,
    };
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let claim = Claim::Risk(Risk { kind, level, mitigation });
    let assertion = Assertion {
        reason,
        evidence: args.evidence,
        source,
        said_by: args.said_by,
        mitigation_words: how,
        looked_after_by,
        supersedes: stood
            .filter(|_| settles)
            .map_or(Vec::new(), |stood| stood.said.iter().map(|said| said.id).collect()),
        ..Assertion::new(claim, on, app.now().0)
    };
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    app.commit()?;
    let entry = app.entry(row.id)?;
    let standing = entry.risk(kind);
    if app.output.json {
        app.output.json(&serde_json::json!({
            "entry": row.name,
            "risk": kind.slug(),
            "said": level.slug(),
            "counts": standing.map(|standing| standing.counts.slug()),
            "differs": standing.is_some_and(|standing| standing.differs),
        }));
        return Ok(());
    }
    let kept = if settles { "Settled" } else { "Kept" };
    app.output.say(format_args!("{kept}: {} risk, {}, {}.", kind.slug(), level.label(), row.name));
    if let Some(standing) = standing.filter(|standing| standing.differs) {
        for words in said(standing) {
            app.output.say(format_args!("  {words}"));
        }
        app.output.say(format_args!(
            "{} counts until somebody who has read both settles it: allymap risk settle",
            capital(standing.counts.label())
        ));
    }
    Ok(())
}

/// What was typed as one of its words; asked for when it is missing.
pub(crate) fn chosen<W: Word>(
    app: &mut App<'_>,
    typed: Option<String>,
    question: &str,
    flag: &str,
) -> Result<W, Failure> {
    chosen_of(app, typed, question, flag, W::CHOICES).map(|at| W::ALL[at])
}

/// As [`chosen`], of words that only a field has.
pub(crate) fn chosen_word(
    app: &mut App<'_>,
    typed: Option<String>,
    question: &str,
    flag: &str,
    choices: &'static [Choice],
) -> Result<&'static str, Failure> {
    chosen_of(app, typed, question, flag, choices).map(|at| choices[at].slug)
}

fn chosen_of(
    app: &mut App<'_>,
    typed: Option<String>,
    question: &str,
    flag: &str,
    choices: &'static [Choice],
) -> Result<usize, Failure> {
    let slugs = || choices.iter().map(|choice| choice.slug).collect::<Vec<_>>().join(", ");
    let Some(typed) = typed else {
        let labels: Vec<String> = choices.iter().map(|choice| choice.label.to_owned()).collect();
        let picked = app.ask().choose(question, &labels)?;
        return picked.ok_or_else(|| Failure::missing(question, &format!("{flag} ({})", slugs())));
    };
    Choice::at(&typed, choices).ok_or_else(|| {
        let short: String = typed.chars().take(40).collect();
        let meant = Choice::nearest(&typed, choices).map_or(String::new(), |near| format!(" Did you mean {near}?"));
        Failure::usage(format!("\"{short}\" is none of the words for {flag}.{meant}"))
            .hint(format!("One of: {}. Nothing was changed.", slugs()))
    })
}

fn list(app: &mut App<'_>, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let entry = app.entry(row.id)?;
    // Always six lines, in the guide's order (partnership guide, section 3).
    let lines = RiskKind::ALL.map(|kind| (kind, entry.risk(kind)));
    if app.output.json {
        app.output.json(&serde_json::json!({ "entry": row.name, "risks": lines.map(|line| line_json(&line)) }));
        return Ok(());
    }
    for (kind, standing) in lines {
        let details = match standing {
            None => "nobody has looked yet".to_owned(),
            Some(standing) if standing.differs => format!("ratings differ: {}", said(standing).join(" · ")),
            Some(standing) => standing.said.last().map_or(String::new(), |stated| {
                let taken = taken_back(standing, stated).map(|taken| format!("({taken}) ")).unwrap_or_default();
                format!("{taken}{}", details(stated, true))
            }),
        };
        let level = standing.map_or(Level::Unknown, |standing| standing.counts);
        app.output.line(&format!("{:<14}{}", kind.slug(), level.label()), 23, details);
    }
    if app.output.out.is_terminal() && !entry.risks.is_empty() {
        app.output.status(format_args!("More of each: allymap risk show \"{}\"", row.name));
    }
    Ok(())
}

fn show(app: &mut App<'_>, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let entry = app.entry(row.id)?;
    if app.output.json {
        let lines = RiskKind::ALL.map(|kind| line_json(&(kind, entry.risk(kind))));
        app.output.json(&serde_json::json!({ "entry": row.name, "risks": lines }));
        return Ok(());
    }
    app.output.say(&row.name);
    for kind in RiskKind::ALL {
        let Some(standing) = entry.risk(kind) else {
            app.output.say(format_args!("{}: unknown, nobody has looked yet", kind.slug()));
            continue;
        };
        let until = if standing.differs { ", until somebody who has read them settles it" } else { "" };
        app.output.say(format_args!("{}: {} counts{until}", kind.slug(), standing.counts.label()));
        for stated in &standing.said {
            let Claim::Risk(risk) = stated.assertion.claim else { continue };
            let Assertion { reason, evidence, mitigation_words, looked_after_by, source, said_by, observed, .. } =
                &stated.assertion;
            let by = author(stated);
            let taken = taken_back(standing, stated).map(|taken| format!(", {taken}")).unwrap_or_default();
            app.output.say(format_args!("  {}, says {by}, seen {observed}{taken}", risk.level.label()));
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
                    app.output.line(&format!("    {label}"), 21, words);
                }
            }
        }
    }
    Ok(())
}

fn open(app: &mut App<'_>) -> Result<(), Failure> {
    let rows = app.cards_once()?;
    let short = short_ids(rows.iter().map(|row| row.id));
    let mut open: Vec<&Card> =
        rows.iter().filter(|row| row.strictest_risk() >= Level::Medium && !row.archived).collect();
    // Rights holders before others of the same level (module, section 4a).
    open.sort_by_key(|row| (std::cmp::Reverse(row.strictest_risk()), !row.rights_holders()));
    if app.output.json {
        let entries: Vec<_> =
            open.iter().map(|row| super::partner::row_json(row, &short[&row.id], app.today())).collect();
        app.output.json(&serde_json::json!({ "entries": entries }));
        return Ok(());
    }
    let mut cells = Vec::new();
    for row in &open {
        let entry = app.entry(row.id)?;
        let strict = entry.risks.iter().filter(|standing| standing.counts >= Level::Medium);
        for standing in strict {
            let last = standing.said.iter().rfind(|stated| level(stated) == standing.counts);
            let taken = last.and_then(|stated| taken_back(standing, stated));
            let of = |words: fn(&Assertion) -> &Option<String>, none: &str| {
                last.and_then(|stated| words(&stated.assertion).clone()).unwrap_or_else(|| none.to_owned())
            };
            cells.push(vec![
                standing.counts.label().to_owned(),
                standing.kind.slug().to_owned(),
                row.name.clone(),
                [of(|assertion| &assertion.reason, ""), taken.map(|taken| format!("({taken})")).unwrap_or_default()]
                    .join(" ")
                    .trim()
                    .to_owned(),
                standing.mitigation.label().to_owned(),
                of(|assertion| &assertion.looked_after_by, "nobody yet"),
            ]);
        }
    }
    app.output.table(&["Level", "Type", "Name", "What it is", "Mitigation", "Looked after by"], &cells);
    if cells.is_empty() {
        app.output.status("No risk of medium or high is known. Unknown is not none: allymap risk list NAME");
    }
    Ok(())
}

/// Each rating that stands, in words, the strictest first.
pub(crate) fn said(standing: &RiskStanding) -> Vec<String> {
    let mut said: Vec<&Stated> = standing.said.iter().collect();
    said.sort_by_key(|stated| std::cmp::Reverse(level(stated)));
    let words = |stated: &Stated| {
        let taken = taken_back(standing, stated).map(|taken| format!("{taken}; ")).unwrap_or_default();
        format!("{}, {taken}{}", level(stated).label(), details(stated, false))
    };
    said.into_iter().map(words).collect()
}

/// A strict rating that was taken back, in words.
pub(crate) fn taken_back(standing: &RiskStanding, stated: &Stated) -> Option<String> {
    let (_, by) = standing.taken_back.iter().find(|(id, _)| *id == stated.id)?;
    Some(format!("taken back by {}; counts until settled", by.name))
}

/// What a rating says beside its level, on one line; with `whole`, also that something is missing.
fn details(stated: &Stated, whole: bool) -> String {
    let Claim::Risk(risk) = stated.assertion.claim else { return String::new() };
    let Assertion { reason, evidence, mitigation_words, looked_after_by, .. } = &stated.assertion;
    let mitigation = match mitigation_words {
        Some(words) => format!("{} ({words})", risk.mitigation.label()),
        None => risk.mitigation.label().to_owned(),
    };
    let mut parts: Vec<String> = reason.iter().cloned().collect();
    parts.extend(evidence.as_ref().map(|evidence| format!("shown by {evidence}")));
    if whole || risk.mitigation != Mitigation::Unknown {
        parts.push(mitigation);
    }
    match looked_after_by {
        Some(who) => parts.push(format!("{who} looks after it")),
        None if whole => parts.push("nobody looks after it yet".to_owned()),
        None => {}
    }
    format!("{} ({})", parts.join("; "), author(stated)).trim_start().to_owned()
}

fn author(stated: &Stated) -> String {
    format!("{}, {}", stated.author.name, stated.author.group)
}

fn level(stated: &Stated) -> Level {
    match stated.assertion.claim {
        Claim::Risk(risk) => risk.level,
        _ => Level::Unknown,
    }
}

fn line_json((kind, standing): &(RiskKind, Option<&RiskStanding>)) -> serde_json::Value {
    serde_json::json!({
        "risk": kind.slug(),
        "counts": standing.map_or("unknown", |standing| standing.counts.slug()),
        "mitigation": standing.map_or("unknown", |standing| standing.mitigation.slug()),
        "differs": standing.is_some_and(|standing| standing.differs),
        "standing": standing.iter().flat_map(|standing| &standing.said).filter_map(|stated| rating_json(stated, standing.as_ref()?)).collect::<Vec<_>>(),
    })
}

fn rating_json(stated: &Stated, standing: &RiskStanding) -> Option<serde_json::Value> {
    let Claim::Risk(risk) = stated.assertion.claim else { return None };
    Some(serde_json::json!({
        "id": stated.id.to_string(),
        "level": risk.level.slug(),
        "mitigation": risk.mitigation.slug(),
        "mitigation_words": stated.assertion.mitigation_words,
        "reason": stated.assertion.reason,
        "evidence": stated.assertion.evidence,
        "looked_after_by": stated.assertion.looked_after_by,
        "observed": stated.assertion.observed.typed,
        "source": stated.assertion.source,
        "taken_back_by": standing.taken_back.iter().find(|(id, _)| *id == stated.id).map(|(_, by)| &by.name),
        "by": stated.author.name,
        "group": stated.author.group,
    }))
}
