//! One short card per entry, so that lists, finding and importing need not open every document. It can always be rebuilt.

pub mod duplicates;
pub mod find;
pub mod heading;
pub mod holder;
pub mod joined;
pub mod only;
pub mod order;
pub mod search;
pub mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use allymap_document::{ActorId, Document};
use minicbor::{Decode, Decoder, Encode};

use crate::author::Author;
use crate::card::heading::{Heading, Named};
use crate::card::texts::Texts;
use crate::date::Date;
use crate::entry::Entry;
use crate::entry::ancestry::Ancestry;
use crate::entry::assertion::Decisive;
use crate::entry::fact::{Fact, FactKind, Health, Stage};
use crate::entry::favour::{Balance, Favour, GiveAndTake};
use crate::entry::link::{Direction, Linked, Strength, Target};
use crate::entry::log;
use crate::entry::position::{Place, PositionStanding};
use crate::entry::risk::{Level, Mitigation, RiskKind, RiskStanding};
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::kind::affiliation::Affiliation;
use crate::kind::field::{self, Field, Merges};
use crate::kind::person;
use crate::kind::{event, relationship};
use crate::map::Map;
use crate::words;

/// Cards of another schema are thrown away and made anew.
pub const CARD_SCHEMA: u16 = 9;

/// Steps of one position that a card holds, the latest: an honest entry has a handful, and one with more was made to be slow.
const STEPS: usize = 200;

/// What lists, finding, due dates and importing need to know of an entry.
///
/// It begins with its [`Heading`], which is read alone where only finding is asked for; so a card can be asked whatever its
/// heading can.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Card {
    #[n(0)]
    pub(crate) schema: u16,
    #[n(1)]
    pub heading: Heading,
    #[n(2)]
    pub archived: bool,
    /// What wants somebody to settle it, approaches made apart not counted: whether those are one depends on the members.
    #[n(3)]
    pub conflicts: u32,
    #[n(4)]
    pub newer_facts: u32,
    /// The shown value of every other register.
    #[n(5)]
    pub values: BTreeMap<String, String>,
    #[n(6)]
    pub led_by: Vec<String>,
    #[n(7)]
    pub sources: Vec<String>,
    #[n(8)]
    pub affiliations: Vec<Affiliation>,
    /// Why we partner.
    #[n(9)]
    pub reasons: Vec<String>,
    /// Somebody of us knows somebody there.
    #[n(10)]
    pub known: bool,
    /// Somebody said that nobody should approach them, also if another one said apart from it that somebody should.
    #[n(11)]
    pub do_not_engage: bool,
    #[n(12)]
    pub addresses: Addresses,
    #[n(13)]
    pub contact: Contact,
    /// Asks and favours, by date; the latest of them.
    #[n(14)]
    pub favours: Vec<Favour>,
    #[n(15)]
    pub links: Vec<CardLink>,
    #[n(16)]
    pub positions: Vec<CardPosition>,
    #[n(17)]
    pub risks: Vec<CardRisk>,
    /// Stage, health and affiliation, as far as they are stated: the strict value of each.
    #[n(18)]
    pub facts: Vec<Fact>,
    /// When the oldest risk or position that stands was observed.
    #[n(19)]
    pub oldest_fact: Option<Date>,
    #[n(20)]
    pub(crate) weighed: CardWeighed,
}

/// By what else an entry is known again: folded, of all values written apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Addresses {
    #[n(0)]
    pub phones: Vec<String>,
    #[n(1)]
    pub emails: Vec<String>,
}

/// What the log says of being in touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Contact {
    #[n(0)]
    pub last: Option<Date>,
    #[n(1)]
    pub next_due: Option<Date>,
    /// When somebody of ours last met them.
    #[n(2)]
    pub last_meeting: Option<Date>,
    #[n(3)]
    pub last_consulted: Option<Date>,
    #[n(4)]
    pub last_research: Option<Date>,
    #[n(5)]
    pub last_heads_up: Option<Date>,
    /// Until when they asked us to stand with them, of calls that nobody answered.
    #[n(6)]
    pub open_calls: Vec<Date>,
    /// Lines that tell of an action which they started themselves.
    #[n(7)]
    pub own_actions: u32,
    #[n(8)]
    pub lines: u32,
    /// Who made approaches of which neither saw the other: pairs of actors.
    #[n(9)]
    apart: Vec<Pair>,
}

/// What events are weighed by: an answer needs no document.
#[derive(Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct CardWeighed {
    /// Also what was replaced.
    #[n(0)]
    pub said: Vec<CardSaid>,
    /// Statements that this version cannot read. One may speak against what the others say.
    #[n(1)]
    pub unread: u32,
    /// Values of registers that were written apart from the shown one.
    #[n(2)]
    pub others: BTreeMap<String, Vec<String>>,
    /// Members of sets.
    #[n(3)]
    pub sets: BTreeMap<String, Vec<String>>,
}

/// A statement by which events are weighed.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct CardSaid {
    #[n(0)]
    pub id: RowId,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub actor: [u8; 16],
    /// As it lies in its document.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub assertion: Vec<u8>,
    #[n(3)]
    pub replaces: Vec<RowId>,
    #[n(4)]
    pub taken_back: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CardPosition {
    #[n(0)]
    pub campaign: RowId,
    /// The less friendly.
    #[n(1)]
    pub place: Place,
    #[n(2)]
    pub friendliest: Place,
    #[n(3)]
    pub differs: bool,
    #[n(4)]
    pub steps: Vec<CardStep>,
}

/// From this day on they stood elsewhere; what names no day comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CardStep {
    #[n(0)]
    pub on: Option<Date>,
    #[n(1)]
    pub place: Place,
    #[n(2)]
    pub friendliest: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CardRisk {
    #[n(0)]
    pub kind: RiskKind,
    #[n(1)]
    pub counts: Level,
    #[n(2)]
    pub mitigation: Mitigation,
    #[n(3)]
    pub differs: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CardLink {
    #[n(0)]
    pub to: EntryId,
    #[n(1)]
    pub direction: Direction,
    #[n(2)]
    pub strength: Strength,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Pair {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    first: [u8; 16],
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    second: [u8; 16],
}

impl Card {
    /// The card of an entry; none for the map's own document.
    pub fn of(document: &Document, id: EntryId) -> Option<Card> {
        Card::with_texts(document, id).map(|(card, _)| card)
    }

    /// The card of an entry as we now think it was on the evening of a day. It is never kept.
    pub fn as_of(document: &Document, id: EntryId, day: Date) -> Option<Card> {
        if Map::is(document) {
            return None;
        }
        Some(Card::of_entry(document, id, Entry::as_of(document, id, &nobody, day), Some(day)))
    }

    /// The card and what was written in sentences, both from one reading of the entry.
    pub fn with_texts(document: &Document, id: EntryId) -> Option<(Card, Option<Texts>)> {
        if Map::is(document) {
            return None;
        }
        let entry = Entry::read(document, id, &nobody);
        let texts = Texts::of(&entry);
        Some((Card::of_entry(document, id, entry, None), texts))
    }

    fn of_entry(document: &Document, id: EntryId, entry: Entry, until: Option<Date>) -> Card {
        let mut names = entry
            .field(&field::NAME)
            .map_or(Vec::new(), |field| field.values.iter().map(|said| said.value.clone()).collect::<Vec<String>>());
        let all_words: BTreeSet<String> = names.iter().flat_map(|name| words::folded_words(name)).collect();
        let name = if names.is_empty() { entry.name().to_owned() } else { names.remove(0) };
        let every = |field: &Field, fold: &dyn Fn(&str) -> String| -> Vec<String> {
            let values = entry.field(field).map_or(&[][..], |field| &field.values);
            let folded: BTreeSet<String> =
                values.iter().map(|said| fold(&said.value)).filter(|text| !text.is_empty()).collect();
            folded.into_iter().collect()
        };
        Card {
            schema: CARD_SCHEMA,
            archived: entry.archived.hides(),
            conflicts: count(entry.conflicts()),
            newer_facts: count(entry.newer_facts),
            values: entry
                .fields
                .iter()
                .filter(|value| value.field.merges == Merges::Register && value.field.name != field::NAME.name)
                .filter_map(|value| Some((value.field.name.to_owned(), value.values.first()?.value.clone())))
                .collect(),
            led_by: every(&field::LED_BY, &str::to_owned),
            sources: every(&field::SOURCE, &str::to_owned),
            reasons: every(&relationship::WHY, &str::to_owned),
            known: !every(&relationship::KNOWN_BY, &str::to_owned).is_empty(),
            do_not_engage: every(&field::ENGAGE, &str::to_owned).iter().any(|engage| engage == "no"),
            addresses: Addresses {
                phones: every(&field::PHONE, &words::folded_phone),
                emails: every(&field::EMAIL, &|email| email.to_lowercase()),
            },
            contact: Contact::of(document, &entry, until),
            favours: favours(&entry),
            links: entry.links.iter().filter_map(CardLink::of).collect(),
            positions: entry.positions.iter().map(CardPosition::of).collect(),
            risks: entry.risks.iter().map(CardRisk::of).collect(),
            facts: entry.facts.iter().map(|standing| standing.counts).collect(),
            oldest_fact: oldest(&entry),
            weighed: CardWeighed {
                said: entry.decisive.iter().map(CardSaid::of).collect(),
                unread: count(entry.unreadable.iter().filter(|row| row.key.starts_with("a/")).count()),
                others: entry
                    .differing()
                    .filter(|value| value.field.name != field::NAME.name)
                    .map(|value| {
                        let others = value.values.iter().skip(1).map(|said| said.value.clone());
                        (value.field.name.to_owned(), others.collect())
                    })
                    .collect(),
                sets: WEIGHED_SETS
                    .iter()
                    .map(|field| (field.name.to_owned(), every(field, &str::to_owned)))
                    .filter(|(_, members)| !members.is_empty())
                    .collect(),
            },
            heading: Heading {
                id,
                kind: entry.kind_name.clone(),
                name,
                other_names: names,
                words: all_words.into_iter().collect(),
                source_ids: every(&field::SOURCE_ID, &str::to_owned),
                same_as: entry.same_as().collect(),
            },
            affiliations: entry.affiliations.into_iter().map(|(affiliation, _)| affiliation).collect(),
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing into memory cannot fail")
    }

    /// None for a card of another schema or a damaged one: make it anew with [`Card::of`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Card> {
        let card: Card = minicbor::decode(bytes).ok()?;
        (card.schema == CARD_SCHEMA).then_some(card)
    }

    pub fn value(&self, field: &Field) -> Option<&str> {
        if field.name == field::NAME.name { Some(&self.name) } else { self.values.get(field.name).map(String::as_str) }
    }

    pub fn is(&self, kind: &Kind) -> bool {
        self.kind == kind.name
    }

    pub fn kind(&self) -> Option<&'static Kind> {
        Kind::named(&self.kind)
    }

    /// The letter of the partner category, or none when nobody knows it.
    pub fn category(&self) -> Option<&str> {
        self.value(&field::CATEGORY).filter(|category| *category != "unknown")
    }

    pub fn held_by(&self) -> Option<&str> {
        self.value(&field::HELD_BY)
    }

    /// People more affected by oppression and abuse, or led by them. They come before all others (module, section 4a).
    pub fn rights_holders(&self) -> bool {
        let of_theirs = self.value(&field::TYPE) == Some("rights-holders");
        self.category() == Some("a") || of_theirs || !self.led_by.is_empty()
    }

    /// Whoever is on the map and no more is mapped.
    pub fn stage(&self) -> Stage {
        match self.fact(FactKind::Stage) {
            Some(Fact::Stage(stage)) => stage,
            _ => Stage::Mapped,
        }
    }

    /// A fact, if somebody stated it.
    pub fn fact(&self, kind: FactKind) -> Option<Fact> {
        self.facts.iter().copied().find(|fact| fact.kind() == kind)
    }

    /// A strained tie with rights holders is an alarm (module, section 4a).
    pub fn is_strained_with_rights_holders(&self) -> bool {
        self.rights_holders() && self.fact(FactKind::Health) == Some(Fact::Health(Health::Strained))
    }

    /// What went back and forth within a year. Of a person it has no numbers: nobody gets a score.
    pub fn give_and_take(&self, today: Date) -> GiveAndTake {
        let balance = Balance::of(&self.favours, today);
        let counted = (!self.is(&person::KIND)).then_some(balance);
        GiveAndTake { standing: balance.standing(), owed: balance.owed(), counted }
    }

    /// The strictest of all levels of risk.
    pub fn strictest_risk(&self) -> Level {
        self.risks.iter().map(|risk| risk.counts).max().unwrap_or(Level::Unknown)
    }

    pub fn position(&self, campaign: RowId) -> Option<&CardPosition> {
        self.positions.iter().find(|position| position.campaign == campaign)
    }

    /// True when different groups made approaches without knowing of each other.
    pub fn approached_twice(&self, resolve: &dyn Fn(ActorId) -> Author) -> bool {
        let group = |actor: [u8; 16]| words::folded(&resolve(ActorId(actor)).group);
        self.contact.apart.iter().any(|pair| group(pair.first) != group(pair.second))
    }

    /// The members of one of the sets by which events are weighed.
    pub fn members(&self, field: &Field) -> &[String] {
        self.weighed.sets.get(field.name).map_or(&[], Vec::as_slice)
    }

    /// Every value of a register, the shown one first.
    pub(crate) fn all_values(&self, field: &Field) -> impl Iterator<Item = &str> {
        let others = self.weighed.others.get(field.name).map_or(&[][..], Vec::as_slice);
        self.value(field).into_iter().chain(others.iter().map(String::as_str))
    }
}

impl Contact {
    fn of(document: &Document, entry: &Entry, until: Option<Date>) -> Contact {
        let log = log::read(document, until);
        let apart = log.apart(&Ancestry::of(document)).into_iter();
        Contact {
            last: log.last_contact(),
            next_due: log.next_due(),
            last_meeting: log.last_of(&["meeting", "one-to-one"]),
            last_consulted: log.last_of(&["consulted"]),
            last_research: log.last_of(&["research"]),
            last_heads_up: log.last_of(&["heads-up"]),
            open_calls: log.open_calls(),
            own_actions: count(entry.log.iter().filter(|logged| logged.line.kind == "own-action").count()),
            lines: count(entry.log.len()),
            apart: apart.map(|(first, second)| Pair { first: first.actor.0, second: second.actor.0 }).collect(),
        }
    }
}

impl CardSaid {
    fn of(decisive: &Decisive) -> CardSaid {
        CardSaid {
            id: decisive.id,
            actor: decisive.actor.0,
            assertion: decisive.assertion.to_bytes_alone(),
            replaces: decisive.replaces.clone(),
            taken_back: decisive.taken_back,
        }
    }
}

impl CardPosition {
    fn of(standing: &PositionStanding) -> CardPosition {
        let latest = standing.steps.iter().skip(standing.steps.len().saturating_sub(STEPS));
        CardPosition {
            campaign: standing.campaign,
            place: standing.place,
            friendliest: standing.friendliest,
            differs: standing.differs,
            steps: latest
                .map(|step| CardStep { on: step.on, place: step.place, friendliest: step.friendliest })
                .collect(),
        }
    }
}

impl CardRisk {
    fn of(standing: &RiskStanding) -> CardRisk {
        CardRisk {
            kind: standing.kind,
            counts: standing.counts,
            mitigation: standing.mitigation,
            differs: standing.differs,
        }
    }
}

impl CardLink {
    fn of(linked: &Linked) -> Option<CardLink> {
        match linked.link.target {
            Target::Influence { direction, strength } => Some(CardLink { to: linked.link.to, direction, strength }),
            Target::Same | Target::BranchOf => None,
        }
    }
}

/// What a heading says is said by its card: there is no second copy that must agree.
impl Deref for Card {
    type Target = Heading;

    fn deref(&self) -> &Heading {
        &self.heading
    }
}

impl Named for Card {
    fn heading(&self) -> &Heading {
        &self.heading
    }
}

impl Heading {
    /// Of a card's bytes, of which the rest is not read. None if they are of another schema.
    pub fn of_card(bytes: &[u8]) -> Option<Heading> {
        let mut decoder = Decoder::new(bytes);
        decoder.array().ok()?;
        if decoder.u16().ok()? != CARD_SCHEMA {
            return None;
        }
        decoder.decode().ok()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Sets that a card holds because events are weighed by them.
const WEIGHED_SETS: [&Field; 8] = [
    &event::ORGANISERS,
    &event::COMMUNITIES,
    &event::REPRESENTATIVES,
    &event::SPEAKERS,
    &event::WE_GIVE,
    &event::CONSIDER,
    &relationship::IRRECONCILABLE,
    &relationship::ALIENATES,
];

fn oldest(entry: &Entry) -> Option<Date> {
    let risks = entry.risks.iter().flat_map(|standing| &standing.said);
    let positions = entry.positions.iter().flat_map(|standing| &standing.said);
    let facts = entry.facts.iter().filter(|standing| standing.counts.kind() != FactKind::Stage);
    let facts = facts.flat_map(|standing| &standing.said);
    risks.chain(positions).chain(facts).filter_map(|stated| stated.assertion.observed.date).min()
}

/// Who somebody is belongs to the members' list, which changes without the document: no card depends on it.
fn nobody(_: ActorId) -> Author {
    Author { name: String::new(), group: String::new(), device: String::new() }
}

/// A hostile log must not make every list long.
const FAVOURS: usize = 200;

fn favours(entry: &Entry) -> Vec<Favour> {
    let mut favours: Vec<Favour> = entry.log.iter().filter_map(Favour::of).collect();
    favours.sort_unstable();
    favours.split_off(favours.len().saturating_sub(FAVOURS))
}

/// Says which entry, never its name.
impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}
