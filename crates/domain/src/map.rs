//! The map itself: what community it is of, and the campaigns that people stand for or against.

use allymap_document::{Document, Edit, Value};

use crate::ids::RowId;
use crate::rejection::Rejection;
use crate::words;

/// The map's own document, whose id the caller derives from the space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// The shown name, then those that were written apart from it.
    pub names: Vec<String>,
    /// Which community this is: where it starts and ends.
    pub community: String,
    /// By their sentences.
    pub campaigns: Vec<Campaign>,
    pub newer_facts: usize,
}

/// The sentence that people are for or against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub id: RowId,
    pub sentence: String,
    /// Sentences that were written apart from the shown one.
    pub others: Vec<String>,
}

/// A map to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMap {
    pub name: String,
    pub community: String,
}

impl Map {
    /// Never fails: what cannot be read is counted.
    pub fn read(document: &Document) -> Map {
        let mut map = Map::default();
        map.names = map.lines(document, NAME);
        map.community = document.text(COMMUNITY).map(|text| words::shown(&text)).unwrap_or_default();
        for key in document.keys() {
            match key.strip_prefix(CAMPAIGNS).map(str::parse) {
                Some(Ok(id)) => {
                    let mut sentences = map.lines(document, &key);
                    if !sentences.is_empty() {
                        let sentence = sentences.remove(0);
                        map.campaigns.push(Campaign { id, sentence, others: sentences });
                    }
                }
                Some(Err(_)) => map.newer_facts += 1,
                None => map.newer_facts += usize::from(!["kind", NAME, COMMUNITY].contains(&key.as_str())),
            }
        }
        map.campaigns.sort_by_key(|campaign| (words::folded(&campaign.sentence), campaign.id));
        map
    }

    pub fn name(&self) -> &str {
        self.names.first().map_or("(no name yet)", String::as_str)
    }

    /// The campaign that people mean: by its id, its sentence, or words of it. None when it is not clear which.
    pub fn campaign(&self, typed: &str) -> Option<&Campaign> {
        let id = typed.parse::<RowId>().ok();
        if let Some(campaign) = self.campaigns.iter().find(|campaign| Some(campaign.id) == id) {
            return Some(campaign);
        }
        let wanted = words::folded_words(typed);
        let mut exact = self.campaigns.iter().filter(|campaign| words::folded_words(&campaign.sentence) == wanted);
        if let Some(campaign) = exact.next() {
            return exact.next().is_none().then_some(campaign);
        }
        let mut fitting = self.campaigns.iter().filter(|campaign| {
            let own = words::folded_words(&campaign.sentence);
            !wanted.is_empty() && wanted.iter().all(|word| own.iter().any(|own| own.starts_with(word.as_str())))
        });
        let campaign = fitting.next()?;
        fitting.next().is_none().then_some(campaign)
    }

    /// True when the document is a map rather than an entry.
    pub fn is(document: &Document) -> bool {
        document.value("kind") == Some(Value::Text(KIND.to_owned()))
    }

    /// Make the map, in the edit that begins its document.
    pub fn create(edit: &mut Edit<'_>, new: &NewMap) -> Result<(), Rejection> {
        if !edit.creating() || edit.value("kind").is_some() {
            return Err(Rejection::Exists);
        }
        edit.put("kind", Value::Text(KIND.to_owned()))?;
        edit.make_text(COMMUNITY, &words::note("community", &new.community)?)?;
        Map::rename(edit, &new.name)
    }

    pub fn rename(edit: &mut Edit<'_>, name: &str) -> Result<(), Rejection> {
        Ok(edit.put(NAME, Value::Text(needed("name", name, words::NAME_LETTERS)?))?)
    }

    pub fn describe(edit: &mut Edit<'_>, community: &str) -> Result<(), Rejection> {
        Ok(edit.update_text(COMMUNITY, &words::note("community", community)?)?)
    }

    /// Add a campaign, or change its sentence.
    pub fn campaign_sentence(edit: &mut Edit<'_>, id: RowId, sentence: &str) -> Result<(), Rejection> {
        let sentence = needed("campaign", sentence, words::LINE_LETTERS)?;
        Ok(edit.put(&format!("{CAMPAIGNS}{id}"), Value::Text(sentence))?)
    }

    fn lines(&mut self, document: &Document, key: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for written in document.values(key) {
            match written.value {
                Value::Text(text) => {
                    let text = words::shown_line(&text);
                    if !lines.contains(&text) {
                        lines.push(text);
                    }
                }
                _ => self.newer_facts += 1,
            }
        }
        lines
    }
}

fn needed(field: &'static str, typed: &str, limit: usize) -> Result<String, Rejection> {
    let line = words::line(field, typed, limit)?;
    if line.is_empty() { Err(Rejection::Empty { field }) } else { Ok(line) }
}

pub(crate) const KIND: &str = "map";
const NAME: &str = "f/name";
const COMMUNITY: &str = "t/community";
const CAMPAIGNS: &str = "s/campaigns/";
