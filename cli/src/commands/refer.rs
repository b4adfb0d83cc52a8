//! `allymap refer …`: questions handed to regional staff, the Branch Committee or the organising team, and their answers.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::weighed::{ReferTo, Referred, Weighed};
use allymap_domain::kind::event;
use allymap_domain::weigh::reached;
use allymap_domain::weigh::standing::Told;
use allymap_policy::{Fact, Refer};
use allymap_wire::DocumentId;

use super::weigh::{self, Ground};
use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::typed;
use crate::terminal::words::{capital, lower, quoted};

/// Questions that somebody else decides
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap refer add forum --to staff --question \"may we co-host?\"\n  allymap refer list"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Hand an event to whoever decides it
    #[command(
        after_help = "Examples:\n  allymap refer add forum --to committee --question \"may we co-host?\"\n  allymap refer add lantern --to staff"
    )]
    Add(Add),
    /// Note what they answered, and who gave the answer
    #[command(
        after_help = "Examples:\n  allymap refer answer forum --to staff --answer agreed --by \"Casimir Holt\"\n  allymap refer answer forum --to staff --answer with-conditions --condition \"name nobody\" --by \"Casimir Holt\""
    )]
    Answer(Answer),
    /// What waits for an answer, and what was answered
    #[command(after_help = "Examples:\n  allymap refer list\n  allymap refer list --all")]
    List {
        /// Answered ones too
        #[arg(long)]
        all: bool,
    },
}

#[derive(clap::Args)]
struct Add {
    /// Which event
    event: String,
    #[arg(long, help = "staff, committee or team; left out: whomever the answer names")]
    to: Option<String>,
    #[arg(long, value_name = "RULE", help = "Which rule asks for it, as R5")]
    about: Option<String>,
    #[arg(long, value_name = "WORDS", help = "What is asked (- reads standard input)")]
    question: Option<String>,
    #[arg(long, value_name = "DAY", help = "Since when; left out: today")]
    on: Option<String>,
}

#[derive(clap::Args)]
struct Answer {
    /// Which event
    event: String,
    #[arg(long, help = "Who answered: staff, committee or team")]
    to: Option<String>,
    #[arg(long, value_name = "RULE", help = "To which rule, as R5; left out: whatever was referred")]
    about: Option<String>,
    #[arg(long, help = "agreed, with-conditions or refused")]
    answer: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who gave the answer")]
    by: Option<String>,
    #[arg(long, value_name = "WHAT", help = "What they make it depend on; may come several times")]
    condition: Vec<String>,
    #[arg(long, value_name = "WHY", help = "What they said (- reads standard input)")]
    because: Option<String>,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::List { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::Answer(args) => answer(app, args),
        Verb::List { all } => list(app, all),
    }
}

fn named(app: &mut App<'_>, typed: Option<String>, question: &str) -> Result<ReferTo, Failure> {
    super::risk::chosen(app, typed, question, "--to")
}

/// A rule of the pack, whatever its case.
fn rule(typed: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    match weigh::pack().rule(typed) {
        Some(rule) => Ok(Some(rule.id.to_string())),
        None => Err(Failure::usage(format!("There is no rule {typed}."))
            .hint("Nothing was changed. The rules: allymap policy show")),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let event = weigh::event(app, &args.event)?;
    let about = rule(args.about.as_deref())?;
    let ground = Ground::of(app.visit()?)?;
    let outcome = ground.weigh(&event).outcome(weigh::pack());
    let to: Vec<ReferTo> = match args.to {
        None if !outcome.refer.is_empty() => outcome.refer.iter().map(|refer| weigh::refer_to(*refer)).collect(),
        typed => vec![named(app, typed, "To whom?")?],
    };
    let question = match args.question {
        Some(question) => Some(typed::free_text(&app.output, &question)?),
        None => app.ask().optional("What do you ask them?")?,
    };
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let mut asked = Vec::new();
    for to in to {
        let known = event
            .referrals()
            .into_iter()
            .find(|told| told.what.to == to && told.what.rule == about && told.what.answer.is_none());
        if let Some(known) = known {
            app.output.status(format_args!("{} has it since {}.", capital(to.label()), known.assertion.observed));
            continue;
        }
        let referred =
            Referred { to, rule: about.clone(), answer: None, conditions: Vec::new(), text: question.clone() };
        let assertion = Assertion::new(Claim::Referred(referred), on.clone(), app.now().0);
        let id = app.fresh_row();
        app.edit(DocumentId(event.id.0), |edit| Entry::assert(edit, id, &assertion))?;
        asked.push(to);
    }
    app.commit()?;
    if app.output.json {
        let to: Vec<&str> = asked.iter().map(|to| to.slug()).collect();
        app.output
            .json(&serde_json::json!({ "event": event.name, "referred_to": to, "rule": about, "question": question }));
        return Ok(());
    }
    for to in &asked {
        let reached = reached(&ground.map, *to);
        let reached = reached.map(|reached| format!(": {reached}")).unwrap_or_default();
        app.output.say(format_args!("Kept: {} is referred to {}{reached}.", event.name, to.label()));
    }
    app.output.status(format_args!(
        "A message with all that is known: allymap event assess {} --unsure",
        quoted(&event.name)
    ));
    super::partner::who_sees(app)
}

fn answer(app: &mut App<'_>, args: Answer) -> Result<(), Failure> {
    let event = weigh::event(app, &args.event)?;
    let about = rule(args.about.as_deref())?;
    let waiting: Vec<ReferTo> =
        event.referrals().iter().filter(|told| told.what.answer.is_none()).map(|told| told.what.to).collect();
    let to = match (args.to, waiting.as_slice()) {
        (None, [one]) => *one,
        (typed, _) => named(app, typed, "Who answered?")?,
    };
    let values = Fact::Referral.values();
    let word = match args.answer {
        Some(typed) => weigh::value(Fact::Referral, &typed)?,
        None => {
            let choices: Vec<String> =
                values.iter().map(|value| Fact::Referral.value_words(value).to_owned()).collect();
            app.ask().choose("What did they answer?", &choices)?.map(|at| values[at].to_owned())
        }
    };
    let word =
        word.ok_or_else(|| Failure::missing("What did they answer?", "--answer (agreed, with-conditions, refused)"))?;
    let by = match args.by {
        Some(by) => by,
        None => app.ask().required("Who gave the answer?", "--by WHO")?,
    };
    let because = args.because.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let ground = Ground::of(app.visit()?)?;
    let weighing = ground.weigh(&event);
    let outcome = weighing.outcome(weigh::pack());
    let referred: Vec<Told<Referred>> = event
        .referrals()
        .into_iter()
        .filter(|told| told.what.to == to && (about.is_none() || told.what.rule.is_none() || told.what.rule == about))
        .collect();
    let text = referred.iter().find_map(|told| told.what.text.clone());
    let now_ms = app.now().0;
    let note = |rule: Option<String>, supersedes: Vec<_>| Assertion {
        reason: because.clone(),
        said_by: Some(by.clone()),
        supersedes,
        ..Assertion::new(
            Claim::Referred(Referred {
                to,
                rule,
                answer: Some(word.clone()),
                conditions: args.condition.clone(),
                text: text.clone(),
            }),
            on.clone(),
            now_ms,
        )
    };
    if referred.is_empty() {
        let (id, assertion) = (app.fresh_row(), note(about.clone(), Vec::new()));
        app.edit(DocumentId(event.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    }
    for told in &referred {
        let (id, assertion) = (app.fresh_row(), note(told.what.rule.clone(), vec![told.id]));
        app.edit(DocumentId(event.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    }
    // To which rules it is an answer: those named, or all that refer to whoever answered.
    let rules = match &about {
        Some(rule) => vec![rule.clone()],
        None => {
            let mut rules = weigh::rules_that_refer(&outcome);
            if rules.is_empty() {
                // An answer that is given anew.
                let known = weighing.case.statements.iter().filter(|said| said.fact == Fact::Referral);
                rules = known.filter_map(|said| said.about.subject().map(str::to_owned)).collect();
                rules.sort();
                rules.dedup();
            }
            rules
        }
    };
    let (mut answered, mut waits) = (Vec::new(), Vec::new());
    for rule in rules {
        let others = others(&event, &rule, to, &outcome);
        let missing: Vec<&str> = others.iter().filter(|(_, told)| told.is_none()).map(|(to, _)| to.label()).collect();
        // One no is enough; a yes wants everybody.
        if word != "refused" && !missing.is_empty() {
            waits.extend(missing.iter().map(|to| (*to).to_owned()));
            continue;
        }
        let theirs: Vec<&Told<Referred>> = others.iter().filter_map(|(_, told)| told.as_ref()).collect();
        let words = theirs.iter().filter_map(|told| told.what.answer.as_deref()).chain([word.as_str()]);
        let strictest = words.max_by_key(|word| values.iter().position(|one| one == word)).unwrap_or(&word).to_owned();
        let mut conditions = args.condition.clone();
        conditions.extend(theirs.iter().flat_map(|told| told.what.conditions.clone()));
        let question = allymap_policy::Question::new(Fact::Referral, allymap_policy::About::Rule(rule.clone()));
        let supersedes = weighing.about(&question).iter().filter_map(|(_, basis)| basis.row).collect();
        let weighed = Weighed {
            conditions,
            saw: weighing.seen(),
            ..Weighed::new(Fact::Referral.name(), Some(&strictest)).about(rule.clone())
        };
        let assertion = Assertion {
            reason: because.clone(),
            said_by: Some(by.clone()),
            supersedes,
            ..Assertion::new(Claim::Weighed(weighed), on.clone(), app.now().0)
        };
        let id = app.fresh_row();
        app.edit(DocumentId(event.id.0), |edit| Entry::assert(edit, id, &assertion))?;
        answered.push(rule);
    }
    app.commit()?;
    waits.sort();
    waits.dedup();
    let ground = Ground::of(app.visit()?)?;
    let event = ground.card(event.id).cloned().unwrap_or(event);
    let outcome = ground.weigh(&event).outcome(weigh::pack());
    if app.output.json {
        app.output.json(&serde_json::json!({
            "event": event.name, "to": to.slug(), "answer": word, "rules": answered, "waits_for": waits, "label": outcome.label(),
        }));
        return Ok(());
    }
    app.output.say(format_args!("Kept: {}, {by}: {}.", to.label(), Fact::Referral.value_words(&word)));
    for to in &waits {
        app.output.say(format_args!("{} has still to answer.", capital(to)));
    }
    app.output.say(format_args!("{} is now: {}.", event.name, lower(&weigh::headline(&outcome))));
    super::partner::who_sees(app)
}

/// Who else has to answer to a rule, and what they answered.
fn others(
    event: &Card,
    rule: &str,
    to: ReferTo,
    outcome: &allymap_policy::Outcome,
) -> Vec<(ReferTo, Option<Told<Referred>>)> {
    // A rule that refers to both in one case and to staff in another says so in its outcome.
    let staff_only = !outcome.refer.is_empty() && !outcome.refer.contains(&Refer::BranchCommittee);
    let refers = outcome.reasons_for(allymap_policy::Part::Refer).any(|reason| reason.rule == rule);
    let both = refers_to_both(rule) && !(refers && staff_only);
    let asked: &[ReferTo] = if both { &[ReferTo::RegionalStaff, ReferTo::BranchCommittee] } else { &[] };
    let referrals = event.referrals();
    asked
        .iter()
        .filter(|other| **other != to)
        .map(|other| {
            let told = referrals.iter().find(|told| {
                told.what.to == *other
                    && told.what.answer.is_some()
                    && told.what.rule.as_deref().is_none_or(|known| known == rule)
            });
            (*other, told.cloned())
        })
        .collect()
}

fn refers_to_both(rule: &str) -> bool {
    let refers = weigh::pack().rule(rule).map(allymap_policy::Rule::refers).unwrap_or_default();
    refers.contains(&Refer::Staff) && refers.contains(&Refer::BranchCommittee)
}

fn list(app: &mut App<'_>, all: bool) -> Result<(), Failure> {
    let authors = app.authors()?;
    let rows = app.cards_once()?;
    let mut told: Vec<(&Card, Told<Referred>)> = Vec::new();
    for row in rows.iter().filter(|row| row.is(&event::KIND) && !row.archived) {
        told.extend(
            row.referrals().into_iter().filter(|told| all || told.what.answer.is_none()).map(|told| (row, told)),
        );
    }
    told.sort_by_key(|(row, told)| (told.assertion.observed.date, row.name.clone(), told.id));
    if app.output.json {
        let all: Vec<_> = told
            .iter()
            .map(|(row, told)| {
                let mut value = weigh::referral_json(told, &authors);
                value["event"] = row.name.clone().into();
                value
            })
            .collect();
        app.output.json(&serde_json::json!({ "referrals": all }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = told
        .iter()
        .map(|(row, told)| {
            let state = match &told.what.answer {
                None => format!("waiting since {}", told.assertion.observed),
                Some(answer) => format!("{}, {}", Fact::Referral.value_words(answer), told.assertion.observed),
            };
            vec![
                row.name.clone(),
                told.what.to.label().to_owned(),
                told.what.rule.clone().unwrap_or_default(),
                state,
                told.assertion.said_by.clone().unwrap_or_else(|| authors.of(told.by).name),
                told.what.text.clone().unwrap_or_default(),
            ]
        })
        .collect();
    app.output.table(&["Event", "With", "Rule", "State", "By", "Asked"], &cells);
    if cells.is_empty() {
        app.output.status("Nothing waits for an answer.");
    }
    Ok(())
}
