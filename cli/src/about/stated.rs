//! Flags of `partner add` and `partner edit` for what is more than a field, and the source that several commands ask for.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::fact::{Fact, FactKind};
use allymap_domain::kind::person;
use allymap_home::allies::partner::change::Stated;
use allymap_home::status::Who;

use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::typed;

/// Flags of `partner add` and `partner edit` for what is more than a field.
#[derive(clap::Args, Default)]
pub(crate) struct Flags {
    #[arg(
        long,
        help = "Stage: mapped, cleared, approached, acquainted, low-level, working-together, partner, resting, ended"
    )]
    stage: Option<String>,
    #[arg(long, help = "Health: good, unclear, strained (strained needs --source)")]
    health: Option<String>,
    #[arg(
        long,
        value_name = "KIND",
        help = "party, affiliated, issue-group, known-person, system-change, none, unknown (needs --source)"
    )]
    affiliation_kind: Option<String>,
    #[arg(long, value_name = "WHY", help = "Why, for stage, health or affiliation (- reads standard input)")]
    because: Option<String>,
    #[arg(long, value_name = "FROM", help = "Where that is known from")]
    source: Option<String>,
    #[arg(long, value_name = "DAY", help = "When it was checked or seen; left out: today")]
    checked: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who of us is involved there or knows somebody")]
    known_by: Option<String>,
    #[arg(long, requires = "known_by", help = "How they know them")]
    how: Option<String>,
    #[arg(long, value_name = "PARENT", help = "The organisation of which this is the local branch")]
    branch_of: Option<String>,
}

impl Flags {
    pub(crate) fn is_empty(&self) -> bool {
        let Flags { stage, health, affiliation_kind, known_by, branch_of, .. } = self;
        [stage, health, affiliation_kind, known_by, branch_of].iter().all(|flag| flag.is_none())
    }

    /// Where what is said is known from.
    pub(crate) fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// What is said and written, checked before anything is: the parent is found, the words are understood.
    pub(crate) fn understood(&self, app: &mut App<'_>) -> Result<Stated, Failure> {
        let mut facts = Vec::new();
        for (kind, typed) in [
            (FactKind::Stage, &self.stage),
            (FactKind::Health, &self.health),
            (FactKind::AffiliationKind, &self.affiliation_kind),
        ] {
            if let Some(typed) = typed {
                let word = crate::about::choice::chosen_word(
                    app,
                    Some(typed.clone()),
                    kind.label(),
                    kind.slug(),
                    kind.choices(),
                )?;
                facts.push(Fact::typed(kind, word)?);
            }
        }
        let because = self.because.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
        let on = self.checked.as_ref().map_or(Ok(When::on(app.today())), |typed| parse_when(typed, app.today()))?;
        let parent = self.branch_of.as_ref().map(|parent| app.find(parent)).transpose()?;
        let parent = parent.as_ref().map(Who::from);
        let known_by = self.known_by.as_ref().map(|who| match &self.how {
            Some(how) => format!("{who} ({how})"),
            None => who.clone(),
        });
        Ok(Stated { facts, because, on, source: self.source.clone(), known_by, parent })
    }
}

/// What is said about a person has its source: asked for where somebody can be. Without one the map refuses it.
pub(crate) fn source_about(app: &mut App<'_>, row: &Card, source: Option<String>) -> Result<Option<String>, Failure> {
    if source.is_some() || !row.is(&person::KIND) || !app.can_ask() {
        return Ok(source);
    }
    app.ask().required(SOURCE_QUESTION, "--source FROM").map(Some)
}

pub(crate) const SOURCE_QUESTION: &str = "Where is that known from? A paper and its day, a register, who told us";
