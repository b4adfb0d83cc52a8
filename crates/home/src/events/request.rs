//! What a community asks of all of us, until they lift it.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::ids::EntryId;
use allymap_domain::weigh::request::{Request, meant};

use crate::together::member::{self, WhoSees};
use crate::tried::Tried;
use crate::trouble::{Events, Trouble};
use crate::visit::Visit;

/// A request in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// In their words.
    pub text: Option<String>,
    /// The policy's word for it.
    pub kind: Option<String>,
    pub said_by: Option<String>,
    pub on: When,
}

/// What they ask of us, as far as nobody lifted it.
pub(crate) fn requested(card: &Card) -> Vec<Requested> {
    let told = card.requests().into_iter();
    told.map(|told| Requested {
        text: told.what.text,
        kind: told.what.value,
        said_by: told.assertion.said_by,
        on: told.assertion.observed,
    })
    .collect()
}

/// A request that was noted.
#[derive(Clone, Debug)]
pub struct Noted {
    pub entry: String,
    pub request: Request,
    pub seen_by: WhoSees,
}

pub fn add(v: &mut Visit<'_>, who: EntryId, request: &Request) -> Result<Noted, Trouble> {
    let card = v.card(who)?;
    v.put(&[request.place(&card, v.now_ms())])?;
    v.commit()?;
    Ok(Noted { entry: card.heading.name, request: request.clone(), seen_by: member::who_sees(v)? })
}

/// A request that is to be lifted.
#[derive(Clone, Debug, Default)]
pub struct Lifting {
    /// Its words, or some of them.
    pub typed: String,
    pub said_by: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Who of them said so.
    SaidBy,
}

#[derive(Clone, Debug)]
pub struct Lifted {
    pub entry: String,
    pub text: String,
    pub said_by: String,
    pub seen_by: WhoSees,
}

pub fn lift(v: &mut Visit<'_>, who: EntryId, draft: &Lifting) -> Result<Tried<Lifted, Want>, Trouble> {
    let card = v.card(who)?;
    let meant = meant(&card, &draft.typed).map_err(|asked| Events::WhichRequest { who: card.name.clone(), asked })?;
    let Some(said_by) = draft.said_by.clone() else { return Ok(Tried::wants(Want::SaidBy)) };
    v.put(&[meant.lift(&card, &said_by, When::on(v.today()), v.now_ms())])?;
    v.commit()?;
    Ok(Tried::Kept(Lifted { entry: card.heading.name, text: meant.text, said_by, seen_by: member::who_sees(v)? }))
}
