//! `allymap campaign …`: what people are for or against, whom it addresses, what opponents say and what we answer.

use allymap_domain::advice::spectrum::Spectrum;
use allymap_domain::card::find::short_ids;
use allymap_domain::entry::position::Place;
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::kind::field;
use allymap_domain::map::campaign::{Argument, Campaign, FoundCampaign, find_campaign};
use allymap_domain::words::folded;

use super::map::say_note;
use super::status::count;
use crate::app::{App, today};
use crate::failure::{Candidate, Exit, Failure};

/// Campaigns: one sentence, whom it addresses, arguments
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap campaign add \"The last bus runs again\" --target council\n  allymap campaign edit refugees --argument \"There are no houses\""
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Begin a campaign with the sentence that people are for or against
    #[command(
        after_help = "Examples:\n  allymap campaign add \"The last bus runs again\"\n  allymap campaign add \"Shade at every stop\" --target council"
    )]
    Add {
        /// One sentence, so that everybody means the same
        sentence: Option<String>,
        #[arg(long, value_name = "WHO", help = "The decision maker whom it addresses, an entry of the map")]
        target: Option<String>,
    },
    /// Name the campaigns
    #[command(after_help = "Examples:\n  allymap campaign list\n  allymap campaign list --json")]
    List,
    /// Everything about one campaign
    #[command(after_help = "Examples:\n  allymap campaign show refugees\n  allymap campaign show \"step-free\"")]
    Show {
        /// Which campaign, by words of its sentence; left out: the only one that is open
        campaign: Option<String>,
    },
    /// Change a campaign; note what opponents say and what we answer
    #[command(
        after_help = "Examples:\n  allymap campaign edit refugees --argument \"There are no houses\"\n  allymap campaign edit step-free --target council"
    )]
    Edit(Edit),
    /// The campaign is over; every relationship goes on
    #[command(
        after_help = "Examples:\n  allymap campaign close step-free --outcome \"two ramps built\"\n  allymap campaign close refugees"
    )]
    Close {
        /// Which campaign
        campaign: String,
        #[arg(long, value_name = "WHAT", help = "What came of it")]
        outcome: Option<String>,
    },
}

#[derive(clap::Args)]
struct Edit {
    /// Which campaign
    campaign: String,
    #[arg(long, help = "Another sentence")]
    sentence: Option<String>,
    #[arg(long, value_name = "WHO", help = "The decision maker whom it addresses")]
    target: Option<String>,
    #[arg(long, value_name = "WORDS", help = "What opponents say (- reads standard input)")]
    argument: Option<String>,
    #[arg(long, value_name = "WORDS", help = "What we answer (- reads standard input)")]
    answer: Option<String>,
    #[arg(long, value_name = "LETTERS", help = "Which argument is meant: its letters in campaign show")]
    to: Option<String>,
    #[arg(long, value_name = "LETTERS", conflicts_with_all = ["argument", "answer", "to"], help = "Take an argument away")]
    drop: Option<String>,
    #[arg(long, help = "A closed campaign goes on")]
    reopen: bool,
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::List | Verb::Show { .. })
    }
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add { sentence, target } => add(app, sentence, target),
        Verb::List => list(app),
        Verb::Show { campaign } => show(app, campaign.as_deref()),
        Verb::Edit(args) => edit(app, args),
        Verb::Close { campaign, outcome } => close(app, &campaign, outcome),
    }
}

fn add(app: &mut App, sentence: Option<String>, target: Option<String>) -> Result<(), Failure> {
    let sentence =
        super::given(sentence, || app.ask().required("In one sentence: what are people for or against?", "SENTENCE"))?;
    let target = match target {
        Some(target) => Some(app.find(&target)?),
        None => {
            app.ask_until("Who can decide it? (an entry of the map; Enter: not known yet)", |app, who| app.find(who))?
        }
    };
    let wanted = folded(&sentence);
    if let Some(same) = all(app)?.iter().find(|campaign| folded(&campaign.sentence) == wanted) {
        return Err(Failure::new(
            "AM-ALIKE",
            Exit::NeedsPerson,
            format!("\"{}\" is a campaign of this map already. Nothing was added.", same.sentence),
        )
        .hint(match same.closed {
            Some(_) => "It is closed; it goes on with: allymap campaign edit … --reopen",
            None => "Look at it with: allymap campaign show",
        }));
    }
    let campaign = begin(app, &sentence, target.as_ref().map(|row| row.id))?;
    if app.output.json {
        return say_json(app, &campaign);
    }
    app.output.say(format_args!("A campaign: {}", campaign.sentence));
    super::partner::who_sees(app)?;
    app.output.status("Next: allymap move WHO WHERE says where somebody stands on it.");
    Ok(())
}

/// Makes a campaign, durably.
pub(crate) fn begin(app: &mut App, sentence: &str, target: Option<EntryId>) -> Result<Campaign, Failure> {
    let (document, id) = (app.map_document()?, app.fresh_row());
    app.edit(document, |edit| {
        Campaign::say(edit, id, sentence)?;
        target.map_or(Ok(()), |target| Campaign::address(edit, id, target))
    })?;
    app.commit()?;
    all(app)?.into_iter().find(|campaign| campaign.id == id).ok_or_else(Failure::no_map)
}

fn list(app: &mut App) -> Result<(), Failure> {
    let campaigns = all(app)?;
    let names = target_names(app, &campaigns)?;
    if app.output.json {
        let campaigns: Vec<_> =
            campaigns.iter().zip(&names).map(|(campaign, target)| campaign_json(campaign, target)).collect();
        app.output.json(&serde_json::json!({ "campaigns": campaigns }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = campaigns
        .iter()
        .zip(names)
        .map(|(campaign, target)| {
            let state = campaign.closed.map_or("open".to_owned(), |on| format!("closed {}", on.spelled()));
            vec![campaign.sentence.clone(), target.unwrap_or_else(|| "not known yet".to_owned()), state]
        })
        .collect();
    app.output.table(&["Sentence", "Addresses", "State"], &cells);
    app.output.status(count(campaigns.len(), "campaign", "campaigns"));
    Ok(())
}

fn show(app: &mut App, said: Option<&str>) -> Result<(), Failure> {
    let campaign = meant(app, said)?;
    if app.output.json {
        return say_json(app, &campaign);
    }
    let name = target_names(app, std::slice::from_ref(&campaign))?.remove(0);
    let rows = app.rows()?;
    let out = app.output;
    out.say(&campaign.sentence);
    for other in &campaign.others {
        out.line("or", 18, format_args!("{other} (written apart)"));
    }
    out.line("Addresses", 18, name.as_deref().unwrap_or("not known yet (--target WHO)"));
    if campaign.targets.len() > 1 {
        out.line("", 18, format_args!("people named another one apart from this"));
    }
    if let Some(on) = campaign.closed {
        let outcome = campaign.outcome.as_ref().map(|outcome| format!(": {outcome}")).unwrap_or_default();
        out.line("Closed", 18, format_args!("{}{outcome}", on.spelled()));
    }
    let spectrum = Spectrum::of(&rows, campaign.id, None);
    let counts: Vec<String> = super::spectrum::ORDER
        .iter()
        .filter(|place| **place != Place::NotKnown)
        .map(|place| (spectrum.at(*place).count(), place))
        .filter(|(number, _)| *number > 0)
        .map(|(number, place)| count(number, place.label(), &super::spectrum::plural(*place)))
        .collect();
    let counts = if counts.is_empty() { "nobody placed yet".to_owned() } else { counts.join(", ") };
    say_note(&out, "Where they stand", &counts, 18);
    let Allies { all, own_actions, visions } = Allies::of(&spectrum);
    if all > 0 {
        let allies = count(all, "ally", "allies");
        out.line("Initiative", 18, format_args!("{own_actions} of {allies} started an action of their own"));
        out.line("Shared vision", 18, format_args!("noted for {visions} of {allies} (partner edit --set vision=…)"));
    }
    for argument in &campaign.arguments {
        let letters = short(argument, &campaign.arguments);
        say_note(&out, "They say", &format!("{}  [{letters}]", argument.said.join(" / ")), 18);
        match argument.answers.as_slice() {
            [] => out.line("We answer", 18, format_args!("nothing yet (--to {letters} --answer WORDS)")),
            answers => say_note(&out, "We answer", &answers.join(" / "), 18),
        }
    }
    if campaign.arguments.is_empty() {
        out.line("They say", 18, format_args!("not noted yet (campaign edit --argument WORDS)"));
    }
    Ok(())
}

/// Partners who take the initiative and want the same change, and those who only agree (module, section 2).
struct Allies {
    all: usize,
    own_actions: usize,
    visions: usize,
}

impl Allies {
    fn of(spectrum: &Spectrum<'_>) -> Allies {
        let allies: Vec<_> = spectrum.at(Place::ActiveAlly).chain(spectrum.at(Place::PassiveAlly)).collect();
        Allies {
            all: allies.len(),
            own_actions: allies.iter().filter(|ally| ally.row.contact.own_actions > 0).count(),
            visions: allies.iter().filter(|ally| ally.row.value(&field::VISION).is_some()).count(),
        }
    }
}

fn edit(app: &mut App, args: Edit) -> Result<(), Failure> {
    let campaign = meant(app, Some(&args.campaign))?;
    let target = args.target.map(|target| app.find(&target)).transpose()?;
    let argument = args.argument.map(|words| super::free_text(&words)).transpose()?;
    let answer = args.answer.map(|words| super::free_text(&words)).transpose()?;
    let named = |letters: &Option<String>| letters.as_ref().map(|letters| argument_of(letters, &campaign)).transpose();
    let (to, gone) = (named(&args.to)?, named(&args.drop)?);
    if answer.is_some() && argument.is_none() && to.is_none() {
        return Err(Failure::missing("Which argument does it answer?", "--to LETTERS (see: allymap campaign show)"));
    }
    let nothing = args.sentence.is_none() && target.is_none() && argument.is_none() && answer.is_none();
    if nothing && gone.is_none() && !args.reopen {
        return Err(Failure::missing(
            "What is to change?",
            "--sentence, --target, --argument, --answer, --drop or --reopen",
        ));
    }
    let (document, id) = (app.map_document()?, campaign.id);
    let number = to.unwrap_or_else(|| app.fresh_row());
    app.edit(document, |edit| {
        if let Some(sentence) = &args.sentence {
            Campaign::say(edit, id, sentence)?;
        }
        if let Some(row) = &target {
            Campaign::address(edit, id, row.id)?;
        }
        if let Some(argument) = &argument {
            Campaign::argue(edit, id, number, argument)?;
        }
        if let Some(answer) = &answer {
            Campaign::answer(edit, id, number, answer)?;
        }
        if let Some(gone) = gone {
            Campaign::drop_argument(edit, id, gone)?;
        }
        if args.reopen { Campaign::reopen(edit, id) } else { Ok(()) }
    })?;
    app.commit()?;
    let now = meant(app, Some(&id.to_string()))?;
    if app.output.json {
        return say_json(app, &now);
    }
    app.output.say(format_args!("Kept: {}", now.sentence));
    super::partner::who_sees(app)
}

fn close(app: &mut App, said: &str, outcome: Option<String>) -> Result<(), Failure> {
    let campaign = meant(app, Some(said))?;
    if let Some(on) = campaign.closed {
        return Err(Failure::usage(format!("\"{}\" was closed on {}.", campaign.sentence, on.spelled()))
            .hint("Nothing was changed. It goes on with: allymap campaign edit … --reopen"));
    }
    let outcome = match outcome {
        Some(outcome) => Some(super::free_text(&outcome)?),
        None => app.ask().optional("What came of it?")?,
    };
    let document = app.map_document()?;
    app.edit(document, |edit| Campaign::close(edit, campaign.id, today(), outcome.as_deref().unwrap_or_default()))?;
    app.commit()?;
    if app.output.json {
        let now = meant(app, Some(&campaign.id.to_string()))?;
        return say_json(app, &now);
    }
    app.output.say(format_args!("Closed: {}", campaign.sentence));
    app.output.status("Every relationship goes on: stages, check-ins and what is due are as they were.");
    Ok(())
}

/// The campaign that is meant; with nothing said, the only one that is open.
pub(crate) fn meant(app: &mut App, said: Option<&str>) -> Result<Campaign, Failure> {
    let campaigns = all(app)?;
    let open: Vec<&Campaign> = campaigns.iter().filter(|campaign| campaign.closed.is_none()).collect();
    let Some(said) = said else {
        return match open.as_slice() {
            [campaign] => Ok((*campaign).clone()),
            [] => Err(Failure::new("AM-NO-CAMPAIGN", Exit::Failed, "This map has no campaign that is open.")
                .hint("Begin one with: allymap campaign add \"SENTENCE\"")),
            several => Err(which("This map has several campaigns.", several)),
        };
    };
    match find_campaign(said, &campaigns) {
        FoundCampaign::One(campaign) => Ok(campaign.clone()),
        FoundCampaign::Several(several) => Err(which("Several campaigns fit.", &several)),
        FoundCampaign::None { near } => {
            let said: String = said.chars().take(60).collect();
            let message = match near {
                Some(near) => format!("No campaign is called \"{said}\". Did you mean \"{}\"?", near.sentence),
                None => format!("No campaign is called \"{said}\"."),
            };
            let mut failure = which(&message, &open);
            failure.code = "AM-NO-CAMPAIGN";
            Err(failure.hint("Begin one with: allymap campaign add \"SENTENCE\". Nothing was changed."))
        }
    }
}

/// What stands about every campaign of this map.
pub(crate) fn all(app: &mut App) -> Result<Vec<Campaign>, Failure> {
    Ok(app.map_entry()?.map(|map| map.campaigns).unwrap_or_default())
}

fn which(message: &str, several: &[&Campaign]) -> Failure {
    let mut failure = Failure::new("AM-WHICH-CAMPAIGN", Exit::WhichEntry, message)
        .hint("Name one of them with --for, by words of its sentence.");
    failure.candidates = several
        .iter()
        .map(|campaign| Candidate {
            id: campaign.id.to_string(),
            name: campaign.sentence.clone(),
            kind: "campaign".to_owned(),
        })
        .collect();
    failure
}

fn argument_of(letters: &str, campaign: &Campaign) -> Result<RowId, Failure> {
    let begins = |argument: &&Argument| argument.id.to_string().starts_with(&letters.trim().to_lowercase());
    let fitting: Vec<&Argument> = campaign.arguments.iter().filter(begins).collect();
    match fitting.as_slice() {
        [argument] if !letters.trim().is_empty() => Ok(argument.id),
        _ => {
            let mut failure = Failure::new("AM-WHICH", Exit::WhichEntry, "It is not clear which argument is meant.")
                .hint("Use the letters at the end of its line. Nothing was changed.");
            failure.candidates = campaign
                .arguments
                .iter()
                .map(|argument| Candidate {
                    id: short(argument, &campaign.arguments),
                    name: argument.said.join(" / "),
                    kind: "argument".to_owned(),
                })
                .collect();
            Err(failure)
        }
    }
}

fn short(argument: &Argument, all: &[Argument]) -> String {
    let ids = all.iter().map(|argument| EntryId(argument.id.0));
    short_ids(ids).remove(&EntryId(argument.id.0)).unwrap_or_default()
}

fn target_names(app: &mut App, campaigns: &[Campaign]) -> Result<Vec<Option<String>>, Failure> {
    let names = app.names()?;
    let name =
        |target: EntryId| names.get(&target).map_or("an entry that has not arrived here", String::as_str).to_owned();
    Ok(campaigns.iter().map(|campaign| campaign.target().map(name)).collect())
}

fn say_json(app: &mut App, campaign: &Campaign) -> Result<(), Failure> {
    let name = target_names(app, std::slice::from_ref(campaign))?.remove(0);
    let rows = app.rows()?;
    let Allies { all, own_actions, visions } = Allies::of(&Spectrum::of(&rows, campaign.id, None));
    let mut value = campaign_json(campaign, &name);
    value["allies"] = serde_json::json!({ "all": all, "started_own_actions": own_actions, "shared_vision": visions });
    app.output.json(&serde_json::json!({ "campaign": value }));
    Ok(())
}

fn campaign_json(campaign: &Campaign, target: &Option<String>) -> serde_json::Value {
    serde_json::json!({
        "id": campaign.id.to_string(),
        "sentence": campaign.sentence,
        "written_apart": campaign.others,
        "target": target,
        "target_id": campaign.target().map(|target| target.to_string()),
        "closed": campaign.closed.map(|on| on.to_string()),
        "outcome": campaign.outcome,
        "arguments": campaign.arguments.iter().map(|argument| serde_json::json!({
            "id": argument.id.to_string(),
            "short_id": short(argument, &campaign.arguments),
            "said": argument.said,
            "answers": argument.answers,
        })).collect::<Vec<_>>(),
    })
}
