//! Campaigns: what people are for or against, whom it addresses, what is said against it, and how many stand where.

use std::collections::BTreeMap;

use allymap_domain::advice::spectrum::{Allies, Spectrum};
use allymap_domain::entry::position::Place;
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::map::campaign::{Campaign, FoundCampaign, find_campaign};
use allymap_domain::words::folded;

use crate::together::member::{self, WhoSees};
use crate::trouble::{self, Trouble};
use crate::visit::Visit;

/// Whom a campaign addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub id: EntryId,
    /// None while the entry has not arrived here.
    pub name: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Listed {
    pub campaigns: Vec<(Campaign, Option<Target>)>,
}

/// Everything about one campaign.
#[derive(Clone, Debug)]
pub struct Shown {
    pub campaign: Campaign,
    pub target: Option<Target>,
    /// How many stand at each place.
    pub standing: BTreeMap<Place, usize>,
    pub allies: Allies,
}

#[derive(Clone, Debug)]
pub struct Begun {
    pub shown: Shown,
    pub seen_by: WhoSees,
}

/// What is to change. Letters name an argument as a list shows them.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub sentence: Option<String>,
    pub target: Option<EntryId>,
    pub argument: Option<String>,
    pub answer: Option<String>,
    /// Which argument is meant; without it a new one.
    pub to: Option<RowId>,
    pub drop: Option<RowId>,
    pub reopen: bool,
}

/// What stands about every campaign of this map.
pub fn all(v: &mut Visit<'_>) -> Result<Vec<Campaign>, Trouble> {
    Ok(v.map_entry()?.map(|map| map.campaigns).unwrap_or_default())
}

/// The campaign that is meant; with nothing said, the only one that is open.
pub fn meant(v: &mut Visit<'_>, said: Option<&str>) -> Result<Campaign, Trouble> {
    let campaigns = all(v)?;
    let open = || campaigns.iter().filter(|campaign| campaign.closed.is_none()).cloned().collect::<Vec<_>>();
    let Some(said) = said else {
        let mut open = open();
        return match open.len() {
            1 => Ok(open.remove(0)),
            0 => Err(Trouble::Campaign(trouble::Campaign::NoneOpen)),
            _ => Err(Trouble::Campaign(trouble::Campaign::SeveralOpen { open })),
        };
    };
    Err(Trouble::Campaign(match find_campaign(said, &campaigns) {
        FoundCampaign::One(campaign) => return Ok(campaign.clone()),
        FoundCampaign::Several(several) => {
            trouble::Campaign::Several { fitting: several.into_iter().cloned().collect() }
        }
        FoundCampaign::None { near } => trouble::Campaign::NotCalled {
            said: said.to_owned(),
            near: near.map(|near| near.sentence.clone()),
            open: open(),
        },
    }))
}

/// Refused where the map has one of this sentence already, whoever began it.
pub fn add(v: &mut Visit<'_>, sentence: &str, target: Option<EntryId>) -> Result<Begun, Trouble> {
    let wanted = folded(sentence);
    if let Some(same) = all(v)?.into_iter().find(|campaign| folded(&campaign.sentence) == wanted) {
        let closed = same.closed.is_some();
        return Err(Trouble::Campaign(trouble::Campaign::Alike { sentence: same.sentence, closed }));
    }
    let campaign = begin(v, sentence, target)?;
    Ok(Begun { shown: shown(v, campaign)?, seen_by: member::who_sees(v)? })
}

/// Makes a campaign, durably.
pub fn begin(v: &mut Visit<'_>, sentence: &str, target: Option<EntryId>) -> Result<Campaign, Trouble> {
    let (document, id) = (v.map_document()?, v.fresh_row());
    v.edit(document, |edit| {
        Campaign::say(edit, id, sentence)?;
        target.map_or(Ok(()), |target| Campaign::address(edit, id, target))
    })??;
    v.commit()?;
    of(v, id)
}

pub fn list(v: &mut Visit<'_>) -> Result<Listed, Trouble> {
    let mut campaigns = Vec::new();
    for campaign in all(v)? {
        let target = target(v, &campaign)?;
        campaigns.push((campaign, target));
    }
    Ok(Listed { campaigns })
}

pub fn show(v: &mut Visit<'_>, said: Option<&str>) -> Result<Shown, Trouble> {
    let campaign = meant(v, said)?;
    shown(v, campaign)
}

pub fn change(v: &mut Visit<'_>, id: RowId, changes: &Changes) -> Result<Begun, Trouble> {
    let document = v.map_document()?;
    let number = changes.to.unwrap_or_else(|| v.fresh_row());
    v.edit(document, |edit| {
        if let Some(sentence) = &changes.sentence {
            Campaign::say(edit, id, sentence)?;
        }
        if let Some(target) = changes.target {
            Campaign::address(edit, id, target)?;
        }
        if let Some(argument) = &changes.argument {
            Campaign::argue(edit, id, number, argument)?;
        }
        if let Some(answer) = &changes.answer {
            Campaign::answer(edit, id, number, answer)?;
        }
        if let Some(gone) = changes.drop {
            Campaign::drop_argument(edit, id, gone)?;
        }
        if changes.reopen { Campaign::reopen(edit, id) } else { Ok(()) }
    })??;
    v.commit()?;
    let campaign = of(v, id)?;
    Ok(Begun { shown: shown(v, campaign)?, seen_by: member::who_sees(v)? })
}

/// The argument of a campaign that letters name.
pub fn argument(campaign: &Campaign, letters: &str) -> Result<RowId, Trouble> {
    campaign
        .argument(letters)
        .map(|argument| argument.id)
        .ok_or_else(|| Trouble::Campaign(trouble::Campaign::WhichArgument { campaign: Box::new(campaign.clone()) }))
}

/// Refused where it is closed already: before anybody is asked what came of it.
pub fn closing(v: &mut Visit<'_>, said: &str) -> Result<Campaign, Trouble> {
    let campaign = meant(v, Some(said))?;
    match campaign.closed {
        Some(on) => Err(Trouble::Campaign(trouble::Campaign::Closed { sentence: campaign.sentence, on })),
        None => Ok(campaign),
    }
}

/// The campaign is over; every relationship goes on (partnership guide, section 1).
pub fn close(v: &mut Visit<'_>, id: RowId, outcome: &str) -> Result<Shown, Trouble> {
    let (document, today) = (v.map_document()?, v.today());
    v.edit(document, |edit| Campaign::close(edit, id, today, outcome))??;
    v.commit()?;
    let campaign = of(v, id)?;
    shown(v, campaign)
}

fn of(v: &mut Visit<'_>, id: RowId) -> Result<Campaign, Trouble> {
    let found = all(v)?.into_iter().find(|campaign| campaign.id == id);
    found.ok_or(Trouble::Which(trouble::Which::NoMap))
}

fn shown(v: &mut Visit<'_>, campaign: Campaign) -> Result<Shown, Trouble> {
    let cards = v.cards()?;
    let target = target(v, &campaign)?;
    let spectrum = Spectrum::of(&cards, campaign.id, None);
    let mut standing = BTreeMap::new();
    for placed in &spectrum.placed {
        *standing.entry(placed.place).or_insert(0) += 1;
    }
    Ok(Shown { target, standing, allies: Allies::of(&spectrum), campaign })
}

fn target(v: &mut Visit<'_>, campaign: &Campaign) -> Result<Option<Target>, Trouble> {
    let Some(id) = campaign.target() else { return Ok(None) };
    let name = v.card_if_here(id)?.map(|card| card.name.clone());
    Ok(Some(Target { id, name }))
}
