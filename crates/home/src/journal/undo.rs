//! Taking back what this computer did last, by a new change that everybody can see.

use allymap_domain::ids::EntryId;
use allymap_domain::map::Map;
use allymap_domain::undo::{TakenBack as Change, Undo};
use allymap_wire::DocumentId;

use crate::discreet::LEFT_OUT;
use crate::journal::acts::Act;
use crate::tried::Tried;
use crate::trouble::{Journal, Trouble};
use crate::visit::Visit;

/// What this computer did last.
#[derive(Clone, Debug)]
pub struct Last(Act);

/// What would be taken back.
#[derive(Clone, Debug)]
pub struct Undoing {
    /// What it was, as it was said; the command alone where somebody else may read.
    pub words: String,
    /// It took that back itself, and would bring it back.
    pub of_undo: bool,
    pub entries: Vec<OfEntry>,
    /// What somebody else has changed since.
    pub since: Vec<Since>,
    /// Ratings that count until somebody settles them.
    pub strict: Vec<Strict>,
}

/// What was done to one entry.
#[derive(Clone, Debug)]
pub struct OfEntry {
    pub whose: Whose,
    /// What was there and what comes back may be names and notes that the map does not hold now: where somebody else may read
    /// they are left out.
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    TheMap,
    /// An entry, by its name.
    Entry(String),
}

#[derive(Clone, Debug)]
pub struct Since {
    pub whose: Whose,
    pub what: String,
    /// What it says now.
    pub to: String,
}

#[derive(Clone, Debug)]
pub struct Strict {
    pub whose: Whose,
    pub what: String,
    pub level: String,
}

/// What it was agreed to all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anyway {
    /// Also where somebody else has changed the same since.
    pub since: bool,
    /// It is known that a strict rating stays, and is only marked.
    pub strict: bool,
}

/// What has to be said before anything is taken back.
#[derive(Clone, Debug)]
pub enum Want {
    Since(Vec<Since>),
    Strict(Vec<Strict>),
}

/// What this computer did last.
pub fn last(v: &mut Visit<'_>) -> Result<Last, Trouble> {
    v.acts()?.pop().map(Last).ok_or(Trouble::Journal(Journal::NothingToUndo))
}

/// What taking it back would do.
pub fn dry_run(v: &mut Visit<'_>, last: &Last) -> Result<Undoing, Trouble> {
    let undos = undos(v, &last.0)?;
    undoing(v, &last.0, &undos)
}

/// Takes it back. What others wrote meanwhile is looked at each time, as it is now.
pub fn take_back(v: &mut Visit<'_>, last: &Last, anyway: Anyway) -> Result<Tried<Undoing, Want>, Trouble> {
    let undos = undos(v, &last.0)?;
    let undoing = undoing(v, &last.0, &undos)?;
    let since = (!anyway.since && !undoing.since.is_empty()).then(|| Want::Since(undoing.since.clone()));
    let strict = (!anyway.strict && !undoing.strict.is_empty()).then(|| Want::Strict(undoing.strict.clone()));
    let wants: Vec<Want> = since.into_iter().chain(strict).collect();
    if !wants.is_empty() {
        return Ok(Tried::Wants(wants));
    }
    v.undoes(&last.0);
    for (id, _, undo) in undos.iter().filter(|(_, _, undo)| !undo.is_empty()) {
        let mut fresh = v.fresh_rows();
        v.edit(*id, |edit| undo.apply(edit, &mut fresh))??;
    }
    v.commit()?;
    Ok(Tried::Kept(undoing))
}

type OfDocument = (DocumentId, Whose, Undo);

fn undos(v: &mut Visit<'_>, act: &Act) -> Result<Vec<OfDocument>, Trouble> {
    let mut undos = Vec::new();
    for id in act.documents() {
        let Some(document) = v.document(id)? else { continue };
        let whose = match Map::is(&document) {
            true => Whose::TheMap,
            false => Whose::Entry(v.entry(EntryId(id.0))?.name().to_owned()),
        };
        let undo = Undo::of(act.id(), &document, EntryId(id.0), v.now_ms());
        undos.extend(undo.map(|undo| (id, whose, undo)));
    }
    Ok(undos)
}

fn undoing(v: &Visit<'_>, act: &Act, undos: &[OfDocument]) -> Result<Undoing, Trouble> {
    let discreet = v.request.hidden.is_on();
    let (words, of_undo) = (act.shown(discreet).to_owned(), act.is_undo());
    if undos.iter().all(|(_, _, undo)| undo.is_empty()) {
        return Err(Journal::NotUndone { of_undo, words }.into());
    }
    let all = || undos.iter().flat_map(|(_, whose, undo)| undo.shown.iter().map(move |change| (whose, change)));
    let since = all().filter_map(|(whose, change)| {
        let to = change.since.clone()?;
        Some(Since { whose: whose.clone(), what: change.what.clone(), to })
    });
    let strict = all().filter(|(_, change)| change.strict).map(|(whose, change)| Strict {
        whose: whose.clone(),
        what: change.what.clone(),
        level: change.after.clone(),
    });
    let (since, strict) = (since.collect(), strict.collect());
    let shown = |change: &Change| match discreet {
        true => Change { before: LEFT_OUT.to_owned(), after: LEFT_OUT.to_owned(), ..change.clone() },
        false => change.clone(),
    };
    let entries = undos
        .iter()
        .map(|(_, whose, undo)| OfEntry { whose: whose.clone(), changes: undo.shown.iter().map(shown).collect() });
    Ok(Undoing { words, of_undo, entries: entries.collect(), since, strict })
}
