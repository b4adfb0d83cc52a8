//! `allymap meet WHO`: a relational meeting, its eight findings written each to where it belongs, in one act.

use allymap_domain::advice::due::next_check_in;
use allymap_domain::advice::meeting::{FINDINGS, OPENNESS, PERSONAS, capacity_pieces};
use allymap_domain::card::Card;
use allymap_domain::date::typed::{parse_coming_date, parse_when};
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::fact::Stage;
use allymap_domain::entry::link::{Direction, Link, Strength};
use allymap_domain::entry::log::{LogKind, LogLine};
use allymap_domain::entry::position::Place;
use allymap_domain::kind::Kind;
use allymap_domain::kind::field;
use allymap_domain::map::campaign::Campaign;
use allymap_wire::DocumentId;

use super::relation;
use crate::app::{App, now, today};
use crate::failure::Failure;

mod known;
pub(crate) use known::findings;
use known::{HAVE, STANDS};

/// A first meeting: eight things to find out, all optional
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap meet \"rainbow rowers\"\n  allymap meet \"rainbow rowers\" --prepare\n  allymap meet rowers --capacity \"20 people, hall on Sundays\"\n  allymap meet --practice"
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
    #[arg(long, value_name = "WHO", help = "Who of us was there; left out: you")]
    from_us: Option<String>,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"], help = "Whether they were told that we keep notes")]
    told: Option<String>,
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

fn prepare(app: &App, row: Option<&Card>) -> Result<(), Failure> {
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
    if row.is_some_and(Card::rights_holders) {
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

/// What came out of it: everything is understood before anything is written.
struct Meeting {
    /// None for a kind that only a newer version knows.
    kind: Option<&'static Kind>,
    from_us: Option<String>,
    told: Option<bool>,
    on: When,
    follow_up: Option<Date>,
    does: Option<String>,
    position: Option<(Campaign, Place)>,
    capacity: Vec<(&'static str, String)>,
    relations: Others,
    influence: Others,
    /// The other findings, by their fields.
    said: Vec<(&'static str, String)>,
    note: Option<String>,
    /// Answers that have no place of their own here: they are kept with the meeting.
    kept_in_words: Vec<String>,
}

/// Entries that were named, and names that are nobody's yet.
#[derive(Default)]
struct Others {
    found: Vec<Card>,
    strangers: Vec<String>,
}

impl Meeting {
    /// What was given as flags; the rest is asked for, one question a line, Enter skips. An answer that is not understood
    /// is asked for again, so that nothing before it has to be typed twice.
    fn of(app: &mut App, row: &Card, args: &Args) -> Result<Meeting, Failure> {
        let kind = app.entry(row.id)?.kind;
        let one_to_one = LogKind::typed("one-to-one")?;
        let campaign = args.campaign.as_deref().map(|said| super::campaign::meant(app, Some(said))).transpose()?;
        let on = args.on.as_ref().map(|typed| been(typed, one_to_one)).transpose()?;
        let follow_up = args.followup.as_ref().map(|typed| parse_coming_date(typed, today())).transpose()?;
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
        let asks = app.can_ask() && given.iter().all(|answer| answer.is_none());
        let person = app.map()?.person;
        let from_us = match &args.from_us {
            Some(who) => Some(who.clone()),
            None if asks => app.ask().optional(&format!("Who from us? (Enter: {person})"))?,
            None => None,
        };
        let on = match on {
            Some(on) => on,
            None if asks => app
                .ask_until("When? (Enter: today)", |_, typed| been(typed, one_to_one))?
                .unwrap_or_else(|| When::on(today())),
            None => When::on(today()),
        };
        let told = match &args.told {
            Some(told) => Some(told == "yes"),
            None if asks => app.ask_until("Told them that we keep notes? (yes, no; Enter: not known)", yes_or_no)?,
            None => None,
        };
        let mut meeting = Meeting {
            kind,
            from_us,
            told,
            on,
            follow_up,
            does: None,
            position: None,
            capacity: Vec::new(),
            relations: Others::default(),
            influence: Others::default(),
            said: Vec::new(),
            note: None,
            kept_in_words: Vec::new(),
        };
        for (answer, finding) in given.into_iter().zip(FINDINGS) {
            match answer {
                Some(answer) if ["position", "relations", "influence"].contains(&finding.slug) => {
                    meeting.take(app, finding.slug, answer, campaign.as_ref())?;
                }
                Some(answer) => {
                    let answer = super::free_text(answer)?;
                    meeting.take(app, finding.slug, &answer, None)?;
                }
                None if asks => {
                    app.ask_until(finding.question, |app, typed| {
                        meeting.take(app, finding.slug, typed, campaign.as_ref())
                    })?;
                }
                None => {}
            }
        }
        meeting.note = match &args.note {
            Some(note) => Some(super::free_text(note)?),
            None => app.ask().text("Anything else? Write as if they will read it")?,
        };
        Ok(meeting)
    }

    /// One answer, for the finding of this name.
    fn take(&mut self, app: &mut App, slug: &str, answer: &str, campaign: Option<&Campaign>) -> Result<(), Failure> {
        if answer.trim().is_empty() {
            return Ok(());
        }
        let field = |name: &str| self.kind.and_then(|kind| kind.field(name));
        match slug {
            "do" => match field("description") {
                Some(field) => self.does = Some(field.clean(answer)?),
                None => self.kept_in_words.push(answer.to_owned()),
            },
            "position" => self.place(app, answer, campaign)?,
            "capacity" => {
                let pieces = capacity_pieces(answer);
                // A person has no capacity of their own on a map.
                if pieces.iter().all(|(name, _)| field(name).is_some()) {
                    for (name, value) in &pieces {
                        field(name).map(|field| field.clean(value)).transpose()?;
                    }
                    self.capacity = pieces;
                } else {
                    self.kept_in_words.push(format!("{HAVE}{answer}"));
                }
            }
            "relations" => self.relations = named(app, answer)?,
            "influence" => self.influence = named(app, answer)?,
            _ => match FIELDS.iter().find(|name| **name == slug).and_then(|name| field(name)) {
                Some(field) => self.said.push((field.name, field.clean(answer)?)),
                None => self.kept_in_words.push(answer.to_owned()),
            },
        }
        Ok(())
    }

    /// Where they stand, and on which campaign. Without a campaign it has no place on the spectrum, and is kept in words.
    fn place(&mut self, app: &mut App, typed: &str, campaign: Option<&Campaign>) -> Result<(), Failure> {
        let place: Place =
            super::risk::chosen(app, Some(typed.to_owned()), "Where do they stand?", "where they stand")?;
        let open = || super::campaign::all(app).map(|all| all.into_iter().filter(|one| one.closed.is_none()).collect());
        let open: Vec<Campaign> = campaign.map_or_else(open, |campaign| Ok(vec![campaign.clone()]))?;
        let on = match open.as_slice() {
            [] => None,
            [campaign] => Some(campaign.clone()),
            several if app.can_ask() => {
                let sentences: Vec<String> = several.iter().map(|campaign| campaign.sentence.clone()).collect();
                app.ask().choose("On which campaign?", &sentences)?.map(|at| several[at].clone())
            }
            _ => Some(super::campaign::meant(app, None)?),
        };
        match on {
            Some(campaign) => self.position = Some((campaign, place)),
            None => self.kept_in_words.push(format!("{STANDS}{}", place.label())),
        }
        Ok(())
    }

    fn strangers(&self) -> impl Iterator<Item = &String> {
        self.relations.strangers.iter().chain(&self.influence.strangers)
    }

    /// What the log says about it.
    fn text(&self) -> String {
        let from_us = self.from_us.as_ref().map(|who| format!("From us: {who}"));
        let told = self.told.map(|told| match told {
            true => "They know that we keep notes.".to_owned(),
            false => "They do not know yet that we keep notes.".to_owned(),
        });
        let strangers = self.strangers().map(|name| format!("Not on the map yet: {name}"));
        let words = self.note.iter().chain(&self.kept_in_words).cloned();
        from_us.into_iter().chain(told).chain(words).chain(strangers).collect::<Vec<_>>().join("\n")
    }
}

/// The findings that are fields of their own name.
const FIELDS: [&str; 3] = ["interest", "barriers", "benefit"];

/// A day that has been.
fn been(typed: &str, kind: &LogKind) -> Result<When, Failure> {
    let on = parse_when(typed, today())?;
    relation::has_been(&on, kind)?;
    Ok(on)
}

fn yes_or_no(_: &mut App, typed: &str) -> Result<bool, Failure> {
    match typed.to_lowercase().as_str() {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => Err(Failure::usage("That is neither yes nor no.")),
    }
}

fn meet(app: &mut App, row: &Card, args: Args) -> Result<(), Failure> {
    let meeting = Meeting::of(app, row, &args)?;
    let source = format!("told at a meeting, {}", meeting.on);
    let line = LogLine {
        with: args.with,
        follow_up: meeting.follow_up,
        ..LogLine::new(LogKind::typed("one-to-one")?, meeting.on.clone(), &meeting.text(), now().0)
    };
    let mut kept: Vec<String> = Vec::new();
    let document = DocumentId(row.id.0);
    if let Some(does) = &meeting.does {
        let before = app.entry(row.id)?.value(&field::DESCRIPTION).unwrap_or_default().to_owned();
        let now = if before.is_empty() { does.clone() } else { format!("{before}\n{does}") };
        app.edit(document, |edit| Entry::set(edit, "description", &now))?;
        kept.push("what they do".to_owned());
    }
    if let Some((campaign, place)) = &meeting.position {
        let entry = app.entry(row.id)?;
        let before = entry.position(campaign.id);
        let assertion = Assertion {
            source: Some(source.clone()),
            supersedes: before.map(|standing| standing.said.iter().map(|said| said.id).collect()).unwrap_or_default(),
            ..Assertion::new(Claim::Position { campaign: campaign.id, place: *place }, meeting.on.clone(), now().0)
        };
        let id = app.fresh_row();
        app.edit(document, |edit| Entry::assert(edit, id, &assertion))?;
        kept.push(format!("{} on \"{}\"", place.label(), campaign.sentence));
    }
    if !meeting.capacity.is_empty() {
        app.edit(document, |edit| {
            meeting.capacity.iter().try_for_each(|(field, value)| super::partner::set(edit, field, value))
        })?;
        kept.push(super::status::count(meeting.capacity.len(), "capacity", "capacities"));
    }
    let mut links = 0;
    for (others, direction, strength, how) in [
        (&meeting.relations, Direction::Both, Strength::Weak, "they work together"),
        (&meeting.influence, Direction::Out, Strength::Medium, "they are listened to"),
    ] {
        for other in others.found.iter().filter(|other| other.id != row.id) {
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
    for (field, answer) in &meeting.said {
        app.edit(document, |edit| super::partner::set(edit, field, answer))?;
        kept.push((*field).to_owned());
    }
    relation::add_line(app, row.id, &line)?;
    let moved = relation::reach_stage(
        app,
        row,
        &[Stage::Mapped, Stage::Cleared, Stage::Approached],
        Stage::Acquainted,
        "a relational meeting",
    )?;
    app.commit()?;

    let map = app.map_entry()?.unwrap_or_default();
    let next = next_check_in(&app.row(row.id)?, &map, today());
    if app.output.json {
        app.output.json(&serde_json::json!({
            "entry": row.name, "on": line.on.typed, "kept": kept, "links": links,
            "from_us": meeting.from_us, "told_of_notes": meeting.told, "kept_in_words": meeting.kept_in_words,
            "not_on_the_map": meeting.strangers().collect::<Vec<_>>(),
            "stage": moved.as_ref().map_or(row.stage(), |_| Stage::Acquainted).slug(),
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
    for words in &meeting.kept_in_words {
        app.output.status(format_args!("Kept in the words of the meeting, having no place of its own: {words}"));
    }
    if meeting.told == Some(false) {
        app.output.status("Tell them soon that you keep notes, and that they may read them.");
    }
    for name in meeting.strangers() {
        app.output.status(format_args!("{name} is not on the map yet. Add it with: allymap partner add \"{name}\""));
    }
    super::partner::who_sees(app)
}

/// Entries by their names, with commas between, and the names that are nobody's. Two that fit one name are not guessed at.
fn named(app: &mut App, typed: &str) -> Result<Others, Failure> {
    let mut others = Others::default();
    for name in typed.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()) {
        match app.find(name) {
            Ok(row) => others.found.push(row),
            Err(failure) if failure.code == "AM-NOT-FOUND" => others.strangers.push(name.chars().take(200).collect()),
            Err(failure) => return Err(failure),
        }
    }
    Ok(others)
}
