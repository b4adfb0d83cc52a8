//! `allymap partner list`: the entries by name, or those of one place, holder, stage, in another order.

use allymap_domain::card::Card;
use allymap_domain::card::only::Only;
use allymap_domain::card::order::By;
use allymap_domain::date::Date;
use allymap_domain::entry::fact::Stage;
use allymap_domain::entry::favour::{self, Balance};
use allymap_domain::entry::position::Place;
use allymap_domain::words::choice::Word;
use allymap_home::allies::partner;
use allymap_home::allies::partner::list::{Filter, Line, Listed};
use allymap_home::relations::holder;
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::card::{office, row_json};
use crate::about::choice::chosen;
use crate::app::App;
use crate::commands::campaign;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
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
    typed.clone().map(|typed| chosen(app, Some(typed), "", flag)).transpose()
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let filter = understood(app, args)?;
    let listed = partner::list(app.visit()?, &filter)?;
    app.tell(&listed)
}

fn understood(app: &mut App<'_>, args: &Args) -> Result<Filter, Failure> {
    let stage: Option<Stage> = one_of(app, &args.stage, "--stage")?;
    let position: Option<Place> = one_of(app, &args.position, "--position")?;
    let sort = args.sort.map(|sort| match sort {
        Sort::Name => By::Name,
        Sort::LastContact => By::LastContact,
        Sort::Balance => By::Balance,
        Sort::Position => By::Position,
    });
    let asked = args.campaign.is_some() || position.is_some() || sort == Some(By::Position);
    let campaign = asked.then(|| campaign::meant(app, args.campaign.as_deref())).transpose()?;
    let held_by = match &args.held_by {
        Some(wanted) => Some(holder::meant(app.visit()?, wanted)?),
        None => None,
    };
    let (kind, category, archived) = (args.kind.clone(), args.category.clone(), args.archived);
    let only = Only { kind, category, stage, position, held_by, archived };
    Ok(Filter { only, campaign: campaign.map(|campaign| campaign.id), sort })
}

impl Answer for Listed {
    fn json(&self) -> impl Serialize {
        let entry = |line: &Line| -> Value {
            let mut value = row_json(self.card(line), &line.short, self.today);
            if self.filter.campaign.is_some() {
                value["position"] = line.place.map(Place::slug).into();
            }
            value
        };
        json!({ "entries": self.entries.iter().map(entry).collect::<Vec<_>>(), "of": self.of })
    }

    fn say(&self, out: &Output) {
        let asked_of_ties =
            self.filter.campaign.is_some() || self.filter.only.held_by.is_some() || self.filter.sort.is_some();
        let mut columns: Vec<(&str, Vec<String>)> = Vec::new();
        let mut column =
            |heading, cell: &dyn Fn(&Line) -> String| columns.push((heading, self.entries.iter().map(cell).collect()));
        column("Name", &|line| self.card(line).name.clone());
        if asked_of_ties {
            column("Kind", &|line| {
                Some(office(self.card(line)))
                    .filter(|office| !office.is_empty())
                    .unwrap_or(self.card(line).kind.clone())
            });
            if self.filter.only.position.is_none() {
                column("Stands", &|line| line.place.map(|place| place.label().to_owned()).unwrap_or_default());
            }
            column("Last contact", &|line| {
                self.card(line).contact.last.map(|on| ago(on.days_until(self.today))).unwrap_or_default()
            });
            column("Held by", &|line| self.card(line).held_by().unwrap_or_default().to_owned());
            column("Balance", &|line| balance(self.card(line), self.today));
        } else {
            column("Kind", &|line| self.card(line).kind.clone());
            column("Cat.", &|line| self.card(line).category().unwrap_or("?").to_owned());
            column("Role", &|line| office(self.card(line)));
            column("Held by", &|line| self.card(line).held_by().unwrap_or_default().to_owned());
        }
        column("Id", &|line| line.short.clone());
        // There are many of these: what nobody in the list has takes no room.
        columns.retain(|(_, cells)| !asked_of_ties || cells.iter().any(|cell| !cell.is_empty()));
        let headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
        let cells: Vec<Vec<String>> =
            (0..self.entries.len()).map(|at| columns.iter().map(|(_, cells)| cells[at].clone()).collect()).collect();
        out.table(&headings, &cells);
        out.status(match self.entries.len() {
            shown if shown < self.of => format!("{shown} of {}.", count(self.of, "entry", "entries")),
            shown => count(shown, "entry", "entries"),
        });
    }
}

/// Give and take within a year, in words; nothing where nothing went either way.
fn balance(card: &Card, today: Date) -> String {
    match Balance::of(&card.favours, today).standing() {
        favour::Standing::Nothing => String::new(),
        standing => standing.words().to_owned(),
    }
}
