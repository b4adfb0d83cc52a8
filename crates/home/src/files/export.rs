//! The map as files that others read.

use allymap_document::Document;
use allymap_domain::entry::Entry;
use allymap_domain::files::export;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field::Audience;
use allymap_domain::map::Map;
use allymap_domain::town::demo_town;
use allymap_doors::sheet::{self, partners_csv};

use crate::authors::Authors;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// What somebody takes away. It is not sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Exported {
    pub bytes: Vec<u8>,
    pub entries: usize,
}

/// Two devices with the same digest have the same map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// In hex.
    pub digest: String,
    pub entries: usize,
}

/// The whole map as JSON Lines: the same bytes on every device with the same edits.
pub fn lines(v: &mut Visit<'_>) -> Result<Exported, Trouble> {
    let all = All::of(v)?;
    Ok(Exported { bytes: all.lines(), entries: all.entries().count() })
}

/// The entries as a table, with the columns that an audience may see.
pub fn table(v: &mut Visit<'_>, audience: Audience) -> Result<Exported, Trouble> {
    let all = All::of(v)?;
    let resolve = |actor| all.authors.of(actor);
    let entries: Vec<Entry> = all.entries().map(|(id, document)| Entry::read(document, *id, &resolve)).collect();
    Ok(Exported { bytes: partners_csv(&entries, audience, false), entries: entries.len() })
}

pub fn digest(v: &mut Visit<'_>) -> Result<Digest, Trouble> {
    let all = All::of(v)?;
    Ok(Digest { digest: export::digest(&all.lines()), entries: all.entries().count() })
}

/// The invented town as a table that can be imported.
pub fn invented_town() -> Vec<u8> {
    sheet::write(demo_town().table(), false)
}

/// Everything of the map, read, with others let in again: making bytes of it takes its time.
struct All {
    documents: Vec<(EntryId, Document)>,
    authors: Authors,
}

impl All {
    fn of(v: &mut Visit<'_>) -> Result<All, Trouble> {
        let all = All { documents: v.all_documents()?, authors: v.authors()? };
        v.release();
        Ok(all)
    }

    fn entries(&self) -> impl Iterator<Item = &(EntryId, Document)> {
        self.documents.iter().filter(|(_, document)| !Map::is(document))
    }

    fn lines(&self) -> Vec<u8> {
        let documents = self.documents.iter().map(|(id, document)| (*id, document));
        export::export_lines(documents, &|actor| self.authors.of(actor))
    }
}

/// Says how much, never what.
impl std::fmt::Debug for Exported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exported").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}
