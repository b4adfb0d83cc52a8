//! Other people's tables and registers, and whole maps of ours: read, looked at, and only then brought in.

use std::collections::BTreeMap;

use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::files::refused::{ImportError, Refused, RefusedReason};
use allymap_domain::files::whole::{Whole, WholeEntry, WholeMap, is_whole_map, read_whole_map};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::Kind;
use allymap_domain::map::Map;
pub use allymap_doors::import::plan::Preview;
use allymap_doors::import::plan::{Plan, plan};
pub use allymap_doors::import::{Register, read_register};

use crate::trouble::Trouble;
use crate::visit::Visit;

/// A file, read. No map was opened for it.
#[derive(Debug)]
pub struct File {
    holds: Holds,
    /// The day it was last written.
    dated: Option<Date>,
}

#[derive(Debug)]
enum Holds {
    Register(Register),
    Map(WholeMap),
}

/// What bringing a file in would do. Nothing is done yet.
#[derive(Debug)]
pub enum Look {
    Register(Proposed),
    Map(Offered),
}

/// What a table or a register brings.
#[derive(Debug)]
pub struct Proposed {
    /// How it was understood: `comma, UTF-8`.
    pub form: String,
    pub rows: usize,
    /// Seats and roles in it, parties not counted.
    pub memberships: usize,
    /// Rows without a single word.
    pub blank: usize,
    pub preview: Preview,
    /// Columns that are not used.
    pub unused: Vec<String>,
    /// Sentences about what a person should know before going on.
    pub warnings: Vec<String>,
    pub unclear: Vec<Unclear>,
    plan: Plan,
}

/// A row that may be on the map already.
#[derive(Clone, Debug)]
pub struct Unclear {
    pub name: String,
    /// What it is most like there.
    pub near: Option<String>,
}

/// What an exported map brings.
#[derive(Debug)]
pub struct Offered {
    /// What it was called.
    pub name: String,
    pub rows: usize,
    pub new: usize,
    /// Entries of which the map has all.
    pub same: usize,
    /// Entries that say something else here; nothing is written over them.
    pub differ: Vec<Refused>,
    pub refused: Vec<Refused>,
    /// Lines that a newer version wrote.
    pub newer: usize,
    whole: WholeMap,
    /// Those of its entries that are not here.
    missing: Vec<EntryId>,
    dated: Option<Date>,
}

/// What was kept.
#[derive(Debug, Default)]
pub struct BroughtIn {
    pub added: usize,
    pub completed: usize,
    /// Entries that read differently now than in the file.
    pub remarks: Vec<Refused>,
}

/// Understands a file by what is in it. The rows of a table are of `kind` where no column says what they are.
pub fn read(bytes: &[u8], name: &str, kind: Option<&'static Kind>, dated: Option<Date>) -> Result<File, ImportError> {
    let holds = if is_whole_map(bytes) {
        Holds::Map(read_whole_map(bytes, name)?)
    } else {
        Holds::Register(read_register(bytes, name, kind)?)
    };
    Ok(File { holds, dated })
}

/// Compares a file with the map.
pub fn look(v: &mut Visit<'_>, file: File) -> Result<Look, Trouble> {
    match file.holds {
        Holds::Register(register) => proposed(v, &register, file.dated).map(Look::Register),
        Holds::Map(whole) => offered(v, whole, file.dated).map(Look::Map),
    }
}

/// Keeps what a look showed, as one act.
pub fn bring_in(v: &mut Visit<'_>, look: &Look) -> Result<BroughtIn, Trouble> {
    match look {
        Look::Register(proposed) => proposed.keep(v),
        Look::Map(offered) => offered.keep(v),
    }
}

impl Look {
    /// Nothing in it is new.
    pub fn is_nothing(&self) -> bool {
        match self {
            Look::Register(proposed) => proposed.plan.new.is_empty() && proposed.plan.changed.is_empty(),
            Look::Map(offered) => offered.new == 0,
        }
    }

    /// The rows that want a look, with the reason of each, as a table. Empty when there is none.
    pub fn not_imported(&self, brought: Option<&BroughtIn>) -> Vec<u8> {
        match self {
            Look::Register(proposed) => proposed.plan.not_imported(),
            Look::Map(offered) => {
                let remarks = brought.map_or(&[][..], |brought| &brought.remarks);
                let remarks = offered.differ.iter().chain(remarks).cloned().collect();
                Plan::of_remarks(offered.refused.clone(), remarks).not_imported()
            }
        }
    }
}

fn proposed(v: &mut Visit<'_>, register: &Register, dated: Option<Date>) -> Result<Proposed, Trouble> {
    let cards = v.cards()?;
    let plan = plan(register, &cards, dated, v.today());
    let names: BTreeMap<EntryId, &str> = cards.iter().map(|card| (card.id, card.name.as_str())).collect();
    let unclear = plan.unclear.iter().map(|unclear| Unclear {
        name: unclear.entry.name().to_owned(),
        near: unclear.near.first().and_then(|id| names.get(id)).map(|name| (*name).to_owned()),
    });
    let unused = register.columns.iter().filter(|column| column.means.is_none());
    Ok(Proposed {
        form: register.form.clone(),
        rows: register.rows.len() + register.refused.len(),
        memberships: register.memberships,
        blank: register.blank,
        preview: plan.preview(),
        unused: unused.map(|column| column.header.clone()).collect(),
        warnings: register.warnings.clone(),
        unclear: unclear.collect(),
        plan,
    })
}

impl Proposed {
    pub fn refused(&self) -> &[Refused] {
        &self.plan.refused
    }

    /// Rows that are taken, with something in the notes that did not fit where it stood.
    pub fn remarks(&self) -> &[Refused] {
        &self.plan.remarks
    }

    fn keep(&self, v: &mut Visit<'_>) -> Result<BroughtIn, Trouble> {
        for planned in &self.plan.new {
            let id = v.fresh_entry();
            v.edit_entry(id, |edit| Entry::create(edit, &planned.entry))??;
        }
        for changed in &self.plan.changed {
            v.edit_entry(changed.id, |edit| changed.addition().write(edit))??;
        }
        v.commit()?;
        Ok(BroughtIn { added: self.plan.new.len(), completed: self.plan.changed.len(), remarks: Vec::new() })
    }
}

/// Entries come with their ids, and nothing that is here is written over.
fn offered(v: &mut Visit<'_>, whole: WholeMap, dated: Option<Date>) -> Result<Offered, Trouble> {
    let (mut missing, mut same, mut differ) = (Vec::new(), 0, Vec::new());
    for entry in &whole.entries {
        match entry.on(v.document_of(entry.id)?.as_ref()) {
            Whole::New => missing.push(entry.id),
            Whole::Same => same += 1,
            Whole::Differs => differ.push(entry.remark(RefusedReason::OnTheMap)),
        }
    }
    Ok(Offered {
        name: whole.name.clone(),
        rows: whole.entries.len() + whole.refused.len(),
        new: missing.len(),
        same,
        differ,
        refused: whole.refused.clone(),
        newer: whole.newer,
        whole,
        missing,
        dated,
    })
}

impl Offered {
    fn keep(&self, v: &mut Visit<'_>) -> Result<BroughtIn, Trouble> {
        let source = match self.dated {
            Some(date) => format!("{} ({date})", self.whole.file),
            None => self.whole.file.clone(),
        };
        let map = v.map_document()?;
        if v.document(map)?.as_ref().is_some_and(Map::is) {
            v.edit(map, |edit| self.whole.complete_map(edit))??;
        }
        let mut remarks = Vec::new();
        for entry in self.missing() {
            for number in 0..entry.edits() {
                v.edit_entry(entry.id, |edit| entry.write(number, &source, edit))??;
            }
            let parts = entry.differences(&v.entry(entry.id)?);
            if !parts.is_empty() {
                remarks.push(entry.remark(RefusedReason::ReadsDifferently { parts }));
            }
        }
        v.commit()?;
        Ok(BroughtIn { added: self.missing.len(), completed: 0, remarks })
    }

    fn missing(&self) -> impl Iterator<Item = &WholeEntry> {
        let mut missing = self.missing.iter().peekable();
        // Both are in the file's order, and no id stands in it twice.
        self.whole.entries.iter().filter(move |entry| missing.next_if(|id| **id == entry.id).is_some())
    }
}
