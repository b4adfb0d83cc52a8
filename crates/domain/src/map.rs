//! The map's own document: its name, its campaigns.

use allymap_document::{Document, Edit, Value};

use crate::entry::Rejection;
use crate::said::RowId;

/// What the map says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    pub id: RowId,
    pub name: String,
    pub campaigns: Vec<Campaign>,
}

/// A position that people are for or against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub id: RowId,
    pub name: String,
}

impl Map {
    /// `None`: this document is not a map's own.
    pub fn read(document: &Document, id: RowId) -> Option<Map> {
        if document.value("kind") != Some(Value::Text("map".into())) {
            return None;
        }
        let text = |key: &str| match document.value(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        let mut campaigns: Vec<Campaign> = document
            .keys()
            .iter()
            .filter_map(|key| {
                Some(Campaign { id: RowId::from_text(key.strip_prefix("s/campaigns/")?)?, name: text(key)? })
            })
            .collect();
        campaigns.sort_by_key(|campaign| campaign.id);
        Some(Map { id, name: text("f/name").unwrap_or_default(), campaigns })
    }

    /// Only the founder calls it, in the edit that creates the document.
    pub fn create(edit: &mut Edit<'_>, name: &str) -> Result<(), Rejection> {
        edit.put("kind", Value::Text("map".into()))?;
        edit.put("f/name", Value::Text(name.into()))?;
        Ok(())
    }

    pub fn add_campaign(edit: &mut Edit<'_>, id: RowId, name: &str) -> Result<(), Rejection> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Rejection::NoName);
        }
        Ok(edit.put(&format!("s/campaigns/{}", id.text()), Value::Text(name.into()))?)
    }
}
