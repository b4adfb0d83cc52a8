//! `allymap event print`: one sheet with the guide's five headings, as HTML that a browser prints.

use std::path::PathBuf;

use allymap_domain::card::Card;
use allymap_domain::map::question::Asked;
use allymap_domain::words::folded_words;
use allymap_home::files::paper::{EventSheet, event_sheet};

use super::super::weigh::{self, Ground};
use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::handed_out::save;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Which event
    event: String,
    #[arg(long, short, value_name = "FILE", help = "Into this file; - for standard output")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    replace: bool,
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let event = weigh::event(app, &args.event)?;
    let ground = Ground::of(app.visit()?)?;
    let printed = event_sheet(&sheet(app, &ground, &event)?);
    app.release();
    if args.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        if app.output.json {
            app.output.json(&serde_json::json!({ "html": printed.html }));
            return Ok(());
        }
        return app.output.bytes(printed.html.as_bytes()).map_err(|error| {
            Failure::usage(format!("Standard output cannot be written: {}.", crate::terminal::failure::reason(&error)))
        });
    }
    let words = folded_words(&event.name).join("-");
    let name: String = words.chars().take(60).collect();
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.html")));
    save(app, &path, printed.html.as_bytes(), args.replace)?;
    let left_out: Vec<&str> = printed.left_out.iter().copied().collect();
    if app.output.json {
        app.output.json(&serde_json::json!({ "file": path.display().to_string(), "left_out": left_out }));
        return Ok(());
    }
    app.output.say(format_args!("Wrote {}: one page. Open it in a browser and print it.", path.display()));
    if !left_out.is_empty() {
        app.output.say(format_args!("Leaves out: {}.", left_out.join(", ")));
    }
    app.output.status("It is not sealed: whoever has it can read it. A printed sheet cannot be taken back.");
    Ok(())
}

fn sheet(app: &mut App<'_>, ground: &Ground, event: &Card) -> Result<EventSheet, Failure> {
    let weigher = ground.weigher();
    let weighing = weigher.weigh(event);
    let outcome = weighing.outcome(weigh::pack());
    let authors = app.authors()?;
    let theirs = event.value("lead") == Some("them");
    let organisers = weigher.names(event, "organisers");
    let mut below = Vec::new();
    if theirs {
        below.push(format!("Their event: {}.", organisers.join(", ")));
    }
    below.push(format!("{}, printed {}. Not sealed: for our groups.", ground.map.name(), app.today().spelled()));
    let mut facts = vec![("When".to_owned(), weigh::when(event))];
    let of = |label: &str| label.to_owned();
    for (label, words) in super::show::headings(&weigher, event) {
        if ["Where", "Led by", "About", "For us", "Speakers", "Occasion"].contains(&label) {
            facts.push((of(label), words));
        }
    }
    let mut consider: Vec<String> = weigh::because(&outcome)
        .map(|reason| match &reason.subject {
            Some(subject) => format!("{subject}: {} ({})", reason.text, reason.rule),
            None => format!("{} ({})", reason.text, reason.rule),
        })
        .collect();
    consider.extend(event.members("consider").iter().cloned());
    consider.extend(
        weigh::open_lines(&outcome)
            .iter()
            .map(|line| format!("To find out: {}", line.split(" [").next().unwrap_or(line))),
    );
    consider.extend(outcome.differs.iter().map(|question| format!("People differ on {question}; the stricter counts")));
    // A plan is for this community and no other (module, section 6).
    for (label, asked) in [
        ("What will inspire people", Asked::Part("cares-about", "inspire")),
        ("Local tensions", Asked::Part("others-campaigning", "tensions")),
        ("Risks and rewards of coming", Asked::Part("others-campaigning", "risks-rewards")),
    ] {
        if let Some(text) = ground.map.answer(asked).and_then(|item| item.value.text.clone()) {
            consider.push(format!("{label}: {text}"));
        }
    }
    match ground.map.value("strategy") {
        Some(strategy) => consider.push(format!("Our plan here: {strategy}")),
        None => consider.push("Our plan here: none written down yet".to_owned()),
    }
    let mut conclusion = vec![weigh::headline(&outcome)];
    conclusion.extend(outcome.conditions.iter().map(|condition| format!("Condition: {condition}")));
    if outcome.role == allymap_policy::Role::Silent {
        conclusion.push("Our name and logo are not used.".to_owned());
    }
    let gives = event.members("we-give");
    if !gives.is_empty() {
        conclusion.push(format!("We give: {}", gives.join("; ")));
    }
    conclusion.extend(outcome.options.iter().map(|option| format!("Another way: {option}")));
    conclusion.extend(weigh::referral_lines(event, &outcome, &authors));
    conclusion
        .extend(event.decisions().iter().map(|told| format!("Decided: {}", weigh::decision_words(told, &authors))));
    conclusion.push(format!("Policy: {}. {}", weigh::pack_name(), weigh::pack().note()));
    Ok(EventSheet {
        title: event.name.clone(),
        below,
        event: facts,
        theme: event.value("theme").map(str::to_owned).into_iter().collect(),
        organisers,
        consider,
        conclusion,
    })
}
