//! One row an entry: what lists, `find` and the look for duplicates read, so that they never open every document.

use std::collections::BTreeSet;

use minicbor::{Decode, Encode};
use unicode_normalization::UnicodeNormalization;

use crate::entry::{Entry, EntryId};
use crate::kind::Kind;
use crate::said::{Level, Place, RowId};

/// Rows of another number are made anew.
pub const SCHEMA: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Row {
    #[n(0)]
    pub id: EntryId,
    #[n(1)]
    pub kind: u8,
    #[n(2)]
    pub name: String,
    #[n(3)]
    pub category: Option<String>,
    #[n(4)]
    pub held_by: Option<String>,
    #[n(5)]
    pub part_of: Option<String>,
    #[n(6)]
    pub role: Option<String>,
    /// Where it stands, per campaign: `Place` by number.
    #[n(7)]
    pub positions: Vec<(RowId, u8)>,
    /// Levels of the six risks by number, in the guide's order.
    #[n(8)]
    pub risks: Vec<u8>,
    #[n(9)]
    pub archived: bool,
    #[n(10)]
    pub source_ids: Vec<String>,
    /// Folded phone number and e-mail, for duplicates.
    #[n(11)]
    pub reach: Vec<String>,
    /// Log lines; the newest day among them.
    #[n(12)]
    pub log_lines: u32,
    #[n(13)]
    pub last_contact: Option<String>,
    /// Questions that two people answered differently, double approaches among them.
    #[n(14)]
    pub to_settle: u32,
    /// Words of everything that `find` looks through, folded.
    #[n(15)]
    pub words: String,
}

impl Row {
    pub fn of(entry: &Entry) -> Row {
        let value = |field: &str| entry.value(field).map(str::to_owned);
        let risks = entry.risks();
        let positions = entry.positions();
        let differing = risks.iter().filter(|line| line.differs).count()
            + positions.iter().filter(|line| line.differs).count()
            + entry.differing_fields().len()
            + entry.double_approaches().len();
        let mut words = vec![entry.name().to_owned()];
        words.extend(entry.fields.values().flatten().map(|(value, _)| value.clone()));
        words.extend(entry.texts.values().cloned());
        words.extend(entry.log.iter().filter_map(|said| said.what.note.clone()));
        let digits = |phone: String| phone.chars().filter(char::is_ascii_digit).collect::<String>();
        let phone = value("phone").map(digits).filter(|digits| digits.len() >= 6);
        Row {
            id: entry.id,
            kind: entry.kind as u8,
            name: entry.name().to_owned(),
            category: value("category"),
            held_by: value("held-by"),
            part_of: value("part-of"),
            role: value("role"),
            positions: positions.iter().map(|line| (line.campaign, line.place as u8)).collect(),
            risks: risks.iter().map(|line| line.level as u8).collect(),
            archived: entry.is_archived(),
            source_ids: entry.sets.get("source-ids").cloned().unwrap_or_default(),
            reach: phone.into_iter().chain(value("email").map(|email| email.to_lowercase())).collect(),
            log_lines: entry.log.len() as u32,
            last_contact: entry.log.iter().filter_map(|said| said.what.on.clone()).max(),
            to_settle: differing as u32,
            words: fold(&words.join(" ")),
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        crate::said::encode(&(SCHEMA, self))
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Row> {
        let (schema, row): (u32, Row) = minicbor::decode(bytes).ok()?;
        (schema == SCHEMA).then_some(row)
    }

    pub fn kind(&self) -> Kind {
        Kind::ALL.into_iter().find(|kind| *kind as u8 == self.kind).unwrap_or(Kind::Organisation)
    }

    pub fn place_on(&self, campaign: RowId) -> Place {
        let number = self.positions.iter().find(|(on, _)| *on == campaign).map_or(0, |(_, place)| *place);
        Place::ALL.iter().copied().find(|place| *place as u8 == number).unwrap_or(Place::NotKnown)
    }

    pub fn highest_risk(&self) -> Level {
        let number = self.risks.iter().copied().max().unwrap_or(0);
        Level::ALL.iter().copied().find(|level| *level as u8 == number).unwrap_or(Level::Unknown)
    }

    /// Three letters that tell entries of one name apart, without digits or vowels.
    pub fn short_id(&self) -> String {
        const LETTERS: &[u8; 20] = b"bcdfghjklmnpqrstvwxz";
        self.id.0[..3].iter().map(|byte| LETTERS[usize::from(*byte) % 20] as char).collect()
    }
}

/// As names are compared: no case, no accents, no punctuation.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd() {
        match letter {
            '\'' | '’' | '.' => {}
            _ if unicode_normalization::char::is_combining_mark(letter) => {}
            _ if letter.is_alphanumeric() => folded.extend(letter.to_lowercase()),
            _ if !folded.ends_with(' ') => folded.push(' '),
            _ => {}
        }
    }
    folded.trim().to_owned()
}

/// Which entry somebody means.
#[derive(Clone, Debug)]
pub enum Found<'a> {
    One(&'a Row),
    Several(Vec<&'a Row>),
    /// None of that name; these are spelt alike.
    None {
        near: Vec<&'a Row>,
    },
}

/// Exact id, exact name, every word a prefix of a word of the name, initials; else the nearest three by spelling (Jaro–Winkler).
pub fn find<'a>(rows: &'a [Row], said: &str) -> Found<'a> {
    let folded = fold(said);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let names: Vec<(String, &Row)> = rows.iter().map(|row| (fold(&row.name), row)).collect();
    let initials = |name: &str| name.split(' ').filter_map(|word| word.chars().next()).collect::<String>();
    let tests: [&dyn Fn(&str, &Row) -> bool; 5] = [
        &|_, row| row.id.text() == said || row.source_ids.iter().any(|id| id == said),
        &|name, _| name == folded,
        &|_, row| row.short_id() == said,
        &|name, _| !words.is_empty() && words.iter().all(|word| name.split(' ').any(|of| of.starts_with(word))),
        &|name, _| folded.len() >= 2 && initials(name) == folded,
    ];
    for test in tests {
        let mut hits: Vec<&Row> = names.iter().filter(|(name, row)| test(name, row)).map(|(_, row)| *row).collect();
        let alive: Vec<&Row> = hits.iter().copied().filter(|row| !row.archived).collect();
        if !alive.is_empty() {
            hits = alive;
        }
        match hits.len() {
            0 => {}
            1 => return Found::One(hits[0]),
            _ => return Found::Several(hits),
        }
    }
    let mut near: Vec<(f64, &Row)> = names
        .iter()
        .map(|(name, row)| (strsim::jaro_winkler(name, &folded), *row))
        .filter(|(score, _)| *score > 0.8)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    Found::None { near: near.into_iter().take(3).map(|(_, row)| row).collect() }
}

/// Entries that are likely the same in the world: one folded name, one phone or e-mail. They are offered, never merged by themselves.
pub fn likely_duplicates(rows: &[Row]) -> Vec<(&Row, &Row)> {
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut by_name: std::collections::BTreeMap<(u8, String), Vec<usize>> = std::collections::BTreeMap::new();
    let mut by_reach: std::collections::BTreeMap<(u8, &str), Vec<usize>> = std::collections::BTreeMap::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| !row.archived) {
        // Two people of one name in two councils are two people.
        by_name
            .entry((row.kind, fold(&format!("{} {}", row.name, row.part_of.as_deref().unwrap_or("")))))
            .or_default()
            .push(at);
        for reach in &row.reach {
            by_reach.entry((row.kind, reach)).or_default().push(at);
        }
    }
    for group in by_name.values().chain(by_reach.values()).filter(|group| group.len() > 1 && group.len() < 5) {
        for (number, first) in group.iter().enumerate() {
            pairs.extend(group[number + 1..].iter().map(|second| (*first.min(second), *first.max(second))));
        }
    }
    pairs
        .into_iter()
        .map(|(first, second)| (&rows[first], &rows[second]))
        .filter(|(first, second)| {
            first.source_ids.is_empty() || second.source_ids.is_empty() || first.source_ids == second.source_ids
        })
        .collect()
}
