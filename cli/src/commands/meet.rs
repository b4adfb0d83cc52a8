//! `allymap meet WHO`: a relational meeting, its eight findings written each to where it belongs, in one act.

use allymap_domain::{
    Assertion, Claim, Direction, Entry, FINDINGS, Link, LogKind, LogLine, OPENNESS, PERSONAS, PLACES, Place, Row,
    Strength, When, capacity_pieces, parse_coming_date, parse_when,
};
use allymap_wire::DocumentId;

use super::relation;
use crate::app::{App, now, today};
use crate::failure::Failure;

/// A first meeting: eight things to find out, all optional
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap meet \"swim club\"\n  allymap meet \"swim club\" --prepare\n  allymap meet \"swim club\" --capacity \"20 people, hall on Sundays\" --no-input\n  allymap meet --practice"
)]
pub(crate) struct Args {
    /// Which entry
    #[arg(required_unless_present_any = ["practice", "prepare"])]
    who: Option<String>,
    /// What to say and ask, to read beforehand; nothing is written
    #[arg(long)]
    prepare: bool,
    /// Somebody invented to practise on; nothing is written
    #[arg(long, conflicts_with = "prepare")]
    practice: bool,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
    #[arg(long, value_name = "WHOM", help = "With whom of them")]
    with: Option<String>,
    #[arg(long = "do", value_name = "WHAT", help = "What they do and work on")]
    does: Option<String>,
    #[arg(long, value_name = "PLACE", help = "Where they stand: active-ally … active-opponent, not-known")]
    position: Option<String>,
    #[arg(long = "for", value_name = "CAMPAIGN", help = "On which campaign that is")]
    campaign: Option<String>,
    #[arg(long, value_name = "WHAT", help = "What they have: \"20 people, 3 cars, hall on Sundays\"")]
    capacity: Option<String>,
    #[arg(long, value_name = "NAMES", help = "With whom they work: names on the map, with commas between")]
    relations: Option<String>,
    #[arg(long, value_name = "NAMES", help = "Which decision makers listen to them")]
    influence: Option<String>,
    #[arg(long, value_name = "WHAT", help = "Whether they want to work with us")]
    interest: Option<String>,
    #[arg(long, value_name = "WHAT", help = "What stands in the way")]
    barriers: Option<String>,
    #[arg(long, value_name = "WHAT", help = "How we could help each other")]
    benefit: Option<String>,
    #[arg(long, help = "Anything else (this stays in your shell's history; - reads standard input)")]
    note: Option<String>,
    #[arg(long, value_name = "DAY", help = "Follow up when")]
    followup: Option<String>,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    if args.practice {
        return practice(app);
    }
    let Some(who) = args.who.clone() else { return prepare(app, None) };
    let row = app.find(&who)?;
    if args.prepare { prepare(app, Some(&row)) } else { meet(app, &row, args) }
}

fn prepare(app: &App, row: Option<&Row>) -> Result<(), Failure> {
    if app.output.json {
        let findings: Vec<_> = FINDINGS
            .iter()
            .map(|finding| {
                serde_json::json!({ "finding": finding.slug, "question": finding.question, "say": finding.indirect })
            })
            .collect();
        app.output.json(&serde_json::json!({
            "entry": row.map(|row| row.name.as_str()), "openness": OPENNESS, "findings": findings,
        }));
        return Ok(());
    }
    if let Some(row) = row {
        app.output.say(format_args!("Before you meet {}", row.name));
    }
    if row.is_some_and(Row::rights_holders) {
        app.output.say("They are rights holders: listen first, and promise nothing that is not yours to give.");
    }
    say_prompts(app);
    Ok(())
}

fn say_prompts(app: &App) {
    app.output.say("\nBe open about why you came");
    for sentence in OPENNESS {
        app.output.say(format_args!("  {sentence}"));
    }
    app.output.say("\nWhat to find out, and how to come to it");
    for finding in FINDINGS {
        app.output.say(format_args!("  {}\n    {}", finding.question, finding.indirect));
    }
}

fn practice(app: &App) -> Result<(), Failure> {
    let [byte] = crate::chance::random::<1>();
    let persona = &PERSONAS[usize::from(byte) % PERSONAS.len()];
    if app.output.json {
        let findings: Vec<_> = FINDINGS.iter().map(|finding| finding.indirect).collect();
        app.output.json(&serde_json::json!({
            "persona": persona.who, "knows": persona.knows, "openness": OPENNESS, "prompts": findings,
        }));
        return Ok(());
    }
    app.output.say(format_args!("One of you is {}.", persona.who));
    app.output.say("\nOnly they read this; it comes out when somebody asks well");
    for sentence in persona.knows {
        app.output.say(format_args!("  {sentence}"));
    }
    say_prompts(app);
    app.output.status("This is practice: nothing was written.");
    Ok(())
}

/// The answers, in the order of [`FINDINGS`].
struct Answers([Option<String>; 8]);

impl Answers {
    /// What was given as flags; the rest is asked for, one question a line, Enter skips.
    fn of(app: &App, args: &Args) -> Result<Answers, Failure> {
        let given = [
            &args.does,
            &args.position,
            &args.capacity,
            &args.relations,
            &args.influence,
            &args.interest,
            &args.barriers,
            &args.benefit,
        ];
        // Somebody who types flags has said what they want to say.
        let ask = given.iter().all(|answer| answer.is_none());
        let mut answers = [const { None }; 8];
        for (at, (answer, finding)) in given.into_iter().zip(FINDINGS).enumerate() {
            answers[at] = match answer {
                Some(answer) => Some(super::free_text(answer)?),
                None if ask => app.prompt.optional(finding.question)?,
                None => None,
            };
        }
        Ok(Answers(answers))
    }

    fn to(&self, slug: &str) -> Option<&str> {
        let at = FINDINGS.iter().position(|finding| finding.slug == slug)?;
        self.0[at].as_deref().filter(|answer| !answer.trim().is_empty())
    }
}

fn meet(app: &mut App, row: &Row, args: Args) -> Result<(), Failure> {
    let on = args.on.as_ref().map_or(Ok(When::on(today())), |typed| parse_when(typed, today()))?;
    let follow_up = args.followup.as_ref().map(|typed| parse_coming_date(typed, today())).transpose()?;
    let answers = Answers::of(app, &args)?;
    let note = match &args.note {
        Some(note) => Some(super::free_text(note)?),
        None => app.prompt.text("Anything else? Write as if they will read it")?,
    };
    // Everything is understood before anything is written.
    let place = match answers.to("position") {
        Some(typed) => {
            let word = super::risk::chosen(app, Some(typed.to_owned()), "Where do they stand?", "--position", PLACES)?;
            let campaign = super::campaign::meant(app, args.campaign.as_deref())?;
            Some((campaign, Place::typed(word).unwrap_or(Place::NotKnown)))
        }
        None => None,
    };
    let (relations, strangers) = named(app, answers.to("relations"))?;
    let (influence, more) = named(app, answers.to("influence"))?;
    let strangers = [strangers, more].concat();
    let source = format!("told at a meeting, {on}");

    let mut kept: Vec<String> = Vec::new();
    let document = DocumentId(row.id.0);
    if let Some(does) = answers.to("do") {
        let before = app.entry(row.id)?.value("description").unwrap_or_default().to_owned();
        let now = if before.is_empty() { does.to_owned() } else { format!("{before}\n{does}") };
        app.edit(document, |edit| Entry::set(edit, "description", &now))?;
        kept.push("what they do".to_owned());
    }
    if let Some((campaign, place)) = &place {
        let entry = app.entry(row.id)?;
        let before = entry.position(campaign.id);
        let assertion = Assertion {
            source: Some(source.clone()),
            supersedes: before.map(|standing| standing.said.iter().map(|said| said.id).collect()).unwrap_or_default(),
            ..Assertion::new(Claim::Position { campaign: campaign.id, place: *place }, on.clone(), now().0)
        };
        let id = app.fresh_row();
        app.edit(document, |edit| Entry::assert(edit, id, &assertion))?;
        kept.push(format!("{} on \"{}\"", place.label(), campaign.sentence));
    }
    if let Some(capacity) = answers.to("capacity") {
        let pieces = capacity_pieces(capacity);
        let entry = app.entry(row.id)?;
        let has = |field: &str| entry.kind.is_some_and(|kind| kind.field(field).is_some());
        // A person has no capacity of their own on a map; what they told of stays in the note.
        if pieces.iter().all(|(field, _)| has(field)) {
            app.edit(document, |edit| {
                pieces.iter().try_for_each(|(field, value)| super::partner::set(edit, field, value))
            })?;
            kept.push(super::status::count(pieces.len(), "capacity", "capacities"));
        }
    }
    let mut links = 0;
    for (others, direction, strength, how) in [
        (&relations, Direction::Both, Strength::Weak, "they work together"),
        (&influence, Direction::Out, Strength::Medium, "they are listened to"),
    ] {
        for other in others.iter().filter(|other| other.id != row.id) {
            let link = Link {
                how: Some(how.to_owned()),
                source: Some(source.clone()),
                ..Link::influence(other.id, direction, strength, now().0)
            };
            let id = app.fresh_row();
            app.edit(document, |edit| Entry::link(edit, row.id, id, &link))?;
            links += 1;
        }
    }
    if links > 0 {
        kept.push(super::status::count(links, "link", "links"));
    }
    for field in ["interest", "barriers", "benefit"] {
        if let Some(answer) = answers.to(field) {
            app.edit(document, |edit| super::partner::set(edit, field, answer))?;
            kept.push(field.to_owned());
        }
    }
    let unplaced = strangers.iter().map(|name| format!("Not on the map yet: {name}"));
    let text = note.into_iter().chain(unplaced).collect::<Vec<_>>().join("\n");
    let line =
        LogLine { with: args.with, follow_up, ..LogLine::new(LogKind::typed("one-to-one")?, on, &text, now().0) };
    relation::add_line(app, row.id, &line)?;
    let moved =
        relation::reach_stage(app, row, &["mapped", "cleared", "approached"], "acquainted", "a relational meeting")?;
    app.commit()?;

    let next = app.rows()?.into_iter().find(|now| now.id == row.id);
    let map = app.map_entry()?.unwrap_or_default();
    let next = next.and_then(|row| allymap_domain::next_check_in(&row, &map, today()));
    if app.output.json {
        app.output.json(&serde_json::json!({
            "entry": row.name, "on": line.on.typed, "kept": kept, "links": links, "not_on_the_map": strangers,
            "stage": moved.as_ref().map_or(row.stage(), |_| "acquainted"),
            "next_check_in": next.map(|on| on.to_string()),
        }));
        return Ok(());
    }
    let found = if kept.is_empty() { String::new() } else { format!(" With it: {}.", kept.join(", ")) };
    app.output.say(format_args!("Kept: one-to-one with {}, {}.{found}", row.name, line.on));
    if let Some(moved) = moved {
        app.output.say(moved);
    }
    if let Some(next) = next {
        app.output.say(format_args!("Next check-in: {}.", next.spelled()));
    }
    for name in strangers {
        app.output.status(format_args!("{name} is not on the map yet. Add it with: allymap partner add \"{name}\""));
    }
    super::partner::who_sees(app)
}

/// Entries by their names, with commas between, and the names that are nobody's. Two that fit one name are not guessed at.
fn named(app: &mut App, typed: Option<&str>) -> Result<(Vec<Row>, Vec<String>), Failure> {
    let (mut found, mut strangers) = (Vec::new(), Vec::new());
    for name in typed.unwrap_or_default().split([',', ';']).map(str::trim).filter(|name| !name.is_empty()) {
        match app.find(name) {
            Ok(row) => found.push(row),
            Err(failure) if failure.code == "AM-NOT-FOUND" => strangers.push(name.chars().take(200).collect()),
            Err(failure) => return Err(failure),
        }
    }
    Ok((found, strangers))
}
