//! What is on this map, what waits for us, and whether it is shared. It opens no entry.

use allymap_domain::advice::waits::{Events, Waits};
use allymap_domain::card::Card;
use allymap_domain::ids::EntryId;

use crate::events::ground::{Ground, pack};
use crate::maps::rows::MapRow;
use crate::together::member::{self, Asking, Role};
use crate::together::relay::{self, State};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// How far ahead the status looks, in days.
const WEEK: i32 = 7;

#[derive(Clone, Debug)]
pub struct Status {
    pub map: MapRow,
    /// None before somebody has let this device in.
    pub role: Option<Role>,
    /// Whether this home asks for a passphrase.
    pub passphrase: bool,
    /// The map's emergency words are still on this computer.
    pub emergency_words: bool,
    pub entries: usize,
    pub members: usize,
    pub groups: usize,
    /// Entries about which people said different things.
    pub to_settle: usize,
    /// Entries with changes that nobody else has yet.
    pub entries_kept_here: usize,
    /// The same of the map's own page.
    pub map_kept_here: bool,
    /// Parts that wait for something that has not arrived yet.
    pub waiting: usize,
    pub relays: Vec<State>,
    pub asking: Vec<Asking>,
    /// Invitations that hold, and how many of them the relay does not have yet.
    pub invited: usize,
    pub invited_not_placed: usize,
    pub due_soon: usize,
    pub due_late: usize,
    /// To whom we owe, the largest favours first.
    pub we_owe: Vec<Who>,
    /// Rights holders with whom the tie is strained.
    pub strained: Vec<Who>,
    pub events_to_assess: Vec<Who>,
    pub events_to_decide: Vec<Who>,
    /// Events about which people said different things.
    pub events_said_apart: Vec<Who>,
}

/// An entry, by its id and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub id: EntryId,
    pub name: String,
}

impl From<&Card> for Who {
    fn from(card: &Card) -> Who {
        Who { id: card.id, name: card.name.clone() }
    }
}

pub fn of(v: &mut Visit<'_>) -> Result<Status, Trouble> {
    let map = v.map()?;
    let passphrase = v.home().has_passphrase()?;
    let emergency_words = v.root(map.number)?.is_some();
    let cards = v.joined()?;
    let (entry, today) = (v.map_entry()?.unwrap_or_default(), v.today());
    let waits = Waits::within(WEEK, &cards, &entry, today);
    let ground = Events::any_to_come(&cards, today).then(|| Ground::of(v)).transpose()?;
    let events = ground.as_ref().map(|ground| Events::to_come(&cards, &ground.weigher(), pack(), today));
    let events = events.unwrap_or_default();
    let relays = relay::list(v)?;
    let asking = member::waiting(v)?;
    let members = member::count(v)?;
    let (map_document, now) = (v.map_document()?, v.now());
    let (replica, disk) = v.hold()?;
    let mut groups: Vec<String> =
        replica.roster().members().into_iter().filter(is_somebody).map(|one| one.group).collect();
    groups.sort();
    groups.dedup();
    let invited: Vec<_> = replica.invited(disk)?.into_iter().filter(|invited| invited.expires > now).collect();
    let edited = replica.unsealed(disk)?;
    Ok(Status {
        role: replica.membership().map(|member| member.role.into()),
        passphrase,
        emergency_words,
        entries: cards.iter().filter(|card| !card.archived).count(),
        members,
        groups: groups.len(),
        to_settle: cards.iter().filter(|card| card.conflicts > 0).count(),
        // The map's own document is no entry.
        entries_kept_here: edited.iter().filter(|id| **id != map_document).count(),
        map_kept_here: edited.contains(&map_document),
        waiting: replica.standing(disk)?.waiting,
        relays,
        asking,
        invited: invited.len(),
        invited_not_placed: invited.iter().filter(|invited| !invited.placed).count(),
        due_soon: waits.soon,
        due_late: waits.late,
        we_owe: named(&waits.owed),
        strained: named(&waits.strained),
        events_to_assess: named(&events.to_assess),
        events_to_decide: named(&events.to_decide),
        events_said_apart: named(&events.said_apart),
        map,
    })
}

fn is_somebody(member: &allymap_seal::Member) -> bool {
    member.role != allymap_seal::Role::Root
}

fn named(cards: &[&Card]) -> Vec<Who> {
    cards.iter().copied().map(Who::from).collect()
}
