//! `allymap meet WHO`: a relational meeting, its eight findings written each to where it belongs, in one act.

use allymap_domain::advice::before::has_been;
use allymap_domain::advice::meeting::{Answer as Finds, FINDINGS, OPENNESS, PERSONAS};
use allymap_domain::card::Card;
use allymap_domain::date::typed::{parse_coming_date, parse_when};
use allymap_domain::date::{Date, When};
use allymap_domain::entry::log::LogKind;
use allymap_domain::entry::position::Place;
use allymap_domain::map::campaign::Campaign;
use allymap_home::relations::meet::{self, Kept, Meeting, Met, Others};
use serde::Serialize;
use serde_json::json;

use crate::about::relationship::moved_words;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested;
use crate::terminal::typed;
use crate::terminal::words::{capital, count};

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

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if args.practice {
        return practice(app);
    }
    let Some(who) = args.who.clone() else { return prepare(app, None) };
    let row = app.find(&who)?;
    if args.prepare {
        return prepare(app, Some(&row));
    }
    let meeting = understood(app, row, &args)?;
    let met = meet::keep(app.visit()?, &meeting)?;
    app.tell(&met)
}

fn prepare(app: &App<'_>, row: Option<&Card>) -> Result<(), Failure> {
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

fn say_prompts(app: &App<'_>) {
    app.output.say("\nBe open about why you came");
    for sentence in OPENNESS {
        app.output.say(format_args!("  {sentence}"));
    }
    app.output.say("\nWhat to find out, and how to come to it");
    for finding in FINDINGS {
        app.output.say(format_args!("  {}\n    {}", finding.question, finding.indirect));
    }
}

fn practice(app: &App<'_>) -> Result<(), Failure> {
    let [byte] = app.fresh::<1>();
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

/// What was given as flags; the rest is asked for, one question a line, Enter skips. An answer that is not understood is
/// asked for again, so that nothing before it has to be typed twice.
fn understood(app: &mut App<'_>, who: Card, args: &Args) -> Result<Meeting, Failure> {
    let one_to_one = LogKind::typed("one-to-one")?;
    let campaign = args.campaign.as_deref().map(|said| super::campaign::meant(app, Some(said))).transpose()?;
    let on = args.on.as_ref().map(|typed| been(typed, one_to_one, app.today())).transpose()?;
    let follow_up = args.followup.as_ref().map(|typed| parse_coming_date(typed, app.today())).transpose()?;
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
            .ask_until("When? (Enter: today)", |app, typed| been(typed, one_to_one, app.today()))?
            .unwrap_or_else(|| When::on(app.today())),
        None => When::on(app.today()),
    };
    let told = match &args.told {
        Some(told) => Some(told == "yes"),
        None if asks => app.ask_until("Told them that we keep notes? (yes, no; Enter: not known)", yes_or_no)?,
        None => None,
    };
    let mut meeting = Meeting {
        who,
        from_us,
        told,
        on,
        with: args.with.clone(),
        follow_up,
        answers: Vec::new(),
        position: None,
        relations: Others::default(),
        influence: Others::default(),
        note: None,
    };
    for (answer, finding) in given.into_iter().zip(FINDINGS) {
        match answer {
            Some(answer) if ["position", "relations", "influence"].contains(&finding.slug) => {
                take(app, &mut meeting, finding.slug, answer, campaign.as_ref())?;
            }
            Some(answer) => {
                let answer = typed::free_text(&app.output, answer)?;
                take(app, &mut meeting, finding.slug, &answer, None)?;
            }
            None if asks => {
                app.ask_until(finding.question, |app, typed| {
                    take(app, &mut meeting, finding.slug, typed, campaign.as_ref())
                })?;
            }
            None => {}
        }
    }
    meeting.note = match &args.note {
        Some(note) => Some(typed::free_text(&app.output, note)?),
        None => app.ask().text("Anything else? Write as if they will read it")?,
    };
    Ok(meeting)
}

/// One answer, for the finding of this name.
fn take(
    app: &mut App<'_>,
    meeting: &mut Meeting,
    slug: &str,
    answer: &str,
    campaign: Option<&Campaign>,
) -> Result<(), Failure> {
    if answer.trim().is_empty() {
        return Ok(());
    }
    match slug {
        "position" => stands(app, meeting, answer, campaign)?,
        "relations" => meeting.relations = meet::named(app.visit()?, answer)?,
        "influence" => meeting.influence = meet::named(app.visit()?, answer)?,
        _ => {
            let answer = meet::understand(app.visit()?, meeting.who.id, slug, answer)?;
            meeting.answers.push(answer);
        }
    }
    Ok(())
}

/// Where they stand, and on which campaign. Without a campaign it has no place on the spectrum, and is kept in words.
fn stands(app: &mut App<'_>, meeting: &mut Meeting, typed: &str, campaign: Option<&Campaign>) -> Result<(), Failure> {
    let place: Place =
        crate::about::choice::chosen(app, Some(typed.to_owned()), "Where do they stand?", "where they stand")?;
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
        Some(campaign) => meeting.position = Some((campaign, place)),
        None => meeting.answers.push(Finds::stands(place)),
    }
    Ok(())
}

/// A day that has been.
fn been(typed: &str, kind: &LogKind, today: Date) -> Result<When, Failure> {
    let on = parse_when(typed, today)?;
    has_been(&on, kind, today)?;
    Ok(on)
}

fn yes_or_no(_: &mut App<'_>, typed: &str) -> Result<bool, Failure> {
    match typed.to_lowercase().as_str() {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => Err(Failure::usage("That is neither yes nor no.")),
    }
}

/// What it brought, in words.
fn kept_words(kept: &Kept) -> String {
    match kept {
        Kept::Does => "what they do".to_owned(),
        Kept::Position { place, campaign } => format!("{} on \"{campaign}\"", place.label()),
        Kept::Capacities(number) => count(*number, "capacity", "capacities"),
        Kept::Links(number) => count(*number, "link", "links"),
        Kept::Field(field) => (*field).to_owned(),
    }
}

impl Answer for Met {
    fn json(&self) -> impl Serialize {
        let links = self.kept.iter().find_map(|kept| match kept {
            Kept::Links(number) => Some(*number),
            _ => None,
        });
        json!({
            "entry": self.name, "on": self.on.typed, "kept": self.kept.iter().map(kept_words).collect::<Vec<_>>(),
            "links": links.unwrap_or(0),
            "from_us": self.from_us, "told_of_notes": self.told, "kept_in_words": self.in_words,
            "not_on_the_map": self.strangers,
            "stage": self.stage.slug(),
            "next_check_in": self.next_check_in.map(|on| on.to_string()),
        })
    }

    fn say(&self, out: &Output) {
        let kept: Vec<String> = self.kept.iter().map(kept_words).collect();
        let found = if kept.is_empty() { String::new() } else { format!(" With it: {}.", kept.join(", ")) };
        out.say(format_args!("Kept: one-to-one with {}, {}.{found}", self.name, self.on));
        if let Some(moved) = &self.moved {
            out.say(format_args!("{}.", capital(&moved_words(moved))));
        }
        if let Some(next) = self.next_check_in {
            out.say(format_args!("Next check-in: {}.", next.spelled()));
        }
        for words in &self.in_words {
            out.status(format_args!("Kept in the words of the meeting, having no place of its own: {words}"));
        }
        if self.told == Some(false) {
            out.status("Tell them soon that you keep notes, and that they may read them.");
        }
        for name in &self.strangers {
            let add = suggested::command("partner add", name, "");
            out.status(format_args!("{name} is not on the map yet. Add it with: {add}"));
        }
        say_who_sees(out, &self.seen_by);
    }
}
