//! `allymap partner list`: the entries by name, or those of one place, holder, stage, in another order.

use std::collections::BTreeMap;

use allymap_domain::advice::spectrum::Spectrum;
use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::date::Date;
use allymap_domain::entry::fact::Stage;
use allymap_domain::entry::favour::{self, Balance};
use allymap_domain::entry::position::Place;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::event;
use allymap_domain::kind::place;
use allymap_domain::kind::segment;
use allymap_domain::words::choice::Word;

use super::{office, row_json};
use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::words::{ago, count};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Only of this kind
    #[arg(long, value_parser = ["organisation", "person", "institution", "place", "segment"])]
    kind: Option<String>,
    /// Only of this category (a, b, c, d, or unknown)
    #[arg(long, value_parser = ["a", "b", "c", "d", "unknown"])]
    category: Option<String>,
    /// Only at this stage of the relationship (mapped, approached, acquainted, …)
    #[arg(long)]
    stage: Option<String>,
    /// Only who stands there on the spectrum of allies (active-ally … active-opponent, not-known)
    #[arg(long, value_name = "PLACE")]
    position: Option<String>,
    /// On which campaign they stand there, by words of its sentence
    #[arg(long = "for", value_name = "CAMPAIGN")]
    campaign: Option<String>,
    /// Only those that this group of ours holds; me: your own
    #[arg(long, value_name = "GROUP")]
    held_by: Option<String>,
    /// In which order: by name, the longest without contact first, whom we owe first, or along the spectrum
    #[arg(long)]
    sort: Option<Sort>,
    /// Archived entries too
    #[arg(long)]
    archived: bool,
}

/// In which order entries are listed.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Sort {
    Name,
    LastContact,
    Balance,
    Position,
}

/// What a flag says, if it is there.
fn one_of<W: Word>(app: &mut App<'_>, typed: &Option<String>, flag: &str) -> Result<Option<W>, Failure> {
    typed.clone().map(|typed| crate::commands::risk::chosen(app, Some(typed), "", flag)).transpose()
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let all = app.cards()?;
    let short = short_ids(all.iter().map(|row| row.id));
    let stage: Option<Stage> = one_of(app, &args.stage, "--stage")?;
    let position: Option<Place> = one_of(app, &args.position, "--position")?;
    let asked = args.campaign.is_some() || position.is_some() || args.sort == Some(Sort::Position);
    let campaign = asked.then(|| crate::commands::campaign::meant(app, args.campaign.as_deref())).transpose()?;
    let spectrum = campaign.as_ref().map(|campaign| Spectrum::of(&all, campaign.id, None));
    let places: BTreeMap<EntryId, Place> =
        spectrum.iter().flat_map(|spectrum| &spectrum.placed).map(|placed| (placed.row.id, placed.place)).collect();
    let held_by = args.held_by.as_deref().map(|wanted| crate::commands::log::Holder::of(app, wanted)).transpose()?;
    let joined = app.joined()?;
    let mut rows: Vec<&Card> = joined.iter().collect();
    rows.retain(|row| args.archived || !row.archived);
    rows.retain(|row| args.kind.as_ref().map_or(!row.is(&event::KIND), |kind| row.kind == *kind));
    let of = rows.len();
    rows.retain(|row| {
        stage.is_none_or(|stage| row.stage() == stage && !row.is(&place::KIND) && !row.is(&segment::KIND))
            && args.category.as_ref().is_none_or(|category| row.category().unwrap_or("unknown") == category)
            && position.is_none_or(|place| places.get(&row.id) == Some(&place))
            && held_by.as_ref().is_none_or(|held_by| held_by.holds(row))
    });
    sort(&mut rows, args.sort, &places, app.today());
    if app.output.json {
        let entries: Vec<_> = rows
            .iter()
            .map(|row| {
                let mut value = row_json(row, &short[&row.id], app.today());
                if campaign.is_some() {
                    value["position"] = places.get(&row.id).map(|place| place.slug()).into();
                }
                value
            })
            .collect();
        app.output.json(&serde_json::json!({ "entries": entries, "of": of }));
        return Ok(());
    }
    let relationship = asked || held_by.is_some() || args.sort.is_some();
    let mut columns: Vec<(&str, Vec<String>)> = Vec::new();
    let mut column =
        |heading, cell: &dyn Fn(&Card) -> String| columns.push((heading, rows.iter().copied().map(cell).collect()));
    column("Name", &|row| row.name.clone());
    if relationship {
        column("Kind", &|row| Some(office(row)).filter(|office| !office.is_empty()).unwrap_or(row.kind.clone()));
        if position.is_none() {
            column("Stands", &|row| places.get(&row.id).map(|place| place.label().to_owned()).unwrap_or_default());
        }
        column("Last contact", &|row| row.contact.last.map(|on| ago(on.days_until(app.today()))).unwrap_or_default());
        column("Held by", &|row| row.held_by().unwrap_or_default().to_owned());
        column("Balance", &|row| balance(row, app.today()));
    } else {
        column("Kind", &|row| row.kind.clone());
        column("Cat.", &|row| row.category().unwrap_or("?").to_owned());
        column("Role", &office);
        column("Held by", &|row| row.held_by().unwrap_or_default().to_owned());
    }
    column("Id", &|row| short[&row.id].clone());
    // There are many of these: what nobody in the list has takes no room.
    columns.retain(|(_, cells)| !relationship || cells.iter().any(|cell| !cell.is_empty()));
    let headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
    let cells: Vec<Vec<String>> =
        (0..rows.len()).map(|at| columns.iter().map(|(_, cells)| cells[at].clone()).collect()).collect();
    app.output.table(&headings, &cells);
    app.output.status(match rows.len() {
        shown if shown < of => format!("{shown} of {}.", count(of, "entry", "entries")),
        shown => count(shown, "entry", "entries"),
    });
    Ok(())
}

/// Give and take within a year, in words; nothing where nothing went either way.
fn balance(row: &Card, today: Date) -> String {
    match Balance::of(&row.favours, today).standing() {
        favour::Standing::Nothing => String::new(),
        standing => standing.words().to_owned(),
    }
}

/// Rights holders before all others of the same rank (module, section 4a).
fn sort(rows: &mut [&Card], by: Option<Sort>, places: &BTreeMap<EntryId, Place>, today: Date) {
    rows.sort_by_key(|row| !row.rights_holders());
    match by {
        None => {}
        Some(Sort::Name) => rows.sort_by(|a, b| a.name.cmp(&b.name)),
        Some(Sort::LastContact) => rows.sort_by_key(|row| (row.contact.last.is_none(), row.contact.last)),
        Some(Sort::Balance) => rows.sort_by_key(|row| {
            let balance = Balance::of(&row.favours, today);
            let turn = match balance.standing() {
                favour::Standing::WeOwe => 0,
                favour::Standing::Even => 1,
                favour::Standing::WellGiven => 2,
                favour::Standing::EarlyDays => 3,
                favour::Standing::Nothing => 4,
            };
            (turn, std::cmp::Reverse(balance.owed()))
        }),
        Some(Sort::Position) => rows.sort_by_key(|row| {
            let place = places.get(&row.id).filter(|place| **place != Place::NotKnown);
            (place.is_none(), place.copied())
        }),
    }
}
