//! The map: entries, their fields, assertions, log and links; finding, export, import.
//!
//! No IO, no clock, no chance: the caller passes today's date, random ids, and a function that says who an actor is.
//! Reading never fails because of what somebody wrote: what is readable comes back, and the rest is counted.

/// What follows from a map, for whoever asks what to do next.
pub mod advice {
    pub mod due;
    pub mod meeting;
    pub mod next;
    pub mod path;
    pub mod spectrum;
    pub mod todo;
    pub mod voices;
}
pub mod author;
pub mod card;
pub mod date;
pub mod entry;
/// Strangers' files in, and the map's own form out and in.
pub mod files {
    pub mod calendar;
    pub mod export;
    pub mod import;
    pub mod sheet;
}
pub mod ids;
pub mod kind;
pub mod map;
/// The map on paper.
pub mod paper {
    pub mod blank;
    pub mod counts;
    pub mod directory;
    pub mod event;
    pub mod page;
    pub mod picture;
    pub mod report;
    pub mod said;
    pub mod template;
    pub mod understanding;
    pub mod wall;
}
pub mod rejection;
pub mod town;
pub mod undo;
pub mod weigh;
pub mod words;

#[cfg(test)]
mod tests;

pub use advice::due::{Due, DueKind, check_in_on, check_in_weeks, due, next_check_in};
pub use advice::meeting::{FINDINGS, Finding, OPENNESS, PERSONAS, Persona, capacity_pieces};
pub use advice::next::{Next, NextList, Reason, Stand, next};
pub use advice::path::{Hop, Route, Routes, routes, we_know};
pub use advice::spectrum::{Move, Movement, Placed, Score, Spectrum, Step, Turn};
pub use advice::todo::{OpenEntries, Todo, todo};
pub use advice::voices::{Voice, voices};
pub use author::Author;
pub use card::duplicates::{LikelyDuplicate, Likeness, identities, likely_duplicates, near};
pub use card::find::{Found, find, short_ids};
pub use card::heading::{Heading, Named};
pub use card::texts::{Passage, Spot as TextSpot, TEXTS_SCHEMA, Texts};
pub use card::{ROW_SCHEMA, Row, RowLink, RowPosition, RowRisk, RowStep};
pub use date::easter::easter;
pub use date::rule::{NotARule, Rule};
pub use date::{Date, When, parse_coming_date, parse_date, parse_since, parse_when};
pub use entry::assertion::{Assertion, Claim, Stated};
pub use entry::fact::{AFFILIATION_KINDS, Fact, FactKind, FactStanding, HEALTHS, STAGES};
pub use entry::favour::{Balance, Exchange, LARGE, Standing as BalanceStanding, Way, asked_within, size_word};
pub use entry::link::{Direction, Link, Linked, Strength, Target};
pub use entry::log::{DoubleApproach, LOG_KINDS, LogKind, LogLine, Logged};
pub use entry::position::{PLACES, Place, PositionStanding};
pub use entry::risk::{LEVELS, Level, MITIGATIONS, Mitigation, RISK_KINDS, Risk, RiskKind, RiskStanding};
pub use entry::weighed::{CHOSEN, Chosen, Decided, REFER_TO, ReferTo, Referred, Weighed};
pub use entry::{Archived, Entry, FieldValue, NewEntry, Said};
pub use files::calendar::calendar;
pub use files::export::{digest, entry_line, export_lines};
pub use files::import::{
    Change, Changed, Column, ImportError, MAX_COLUMNS, MAX_FILE_BYTES, MAX_FILE_ROWS, MAX_LINE_BYTES, NotText, Plan,
    Planned, Preview, Refused, RefusedReason, Register, RegisterRow, Spot, Unclear, Whole, WholeEntry, WholeMap,
    is_whole_map, plan, read_csv, read_popolo, read_register, read_whole_map,
};
pub use files::sheet::partners_csv;
pub use ids::{EntryId, NotAnId, RowId};
pub use kind::affiliation::{Affiliation, Tie};
pub use kind::field::{Audience, Choice, Field, Holds, Merges};
pub use kind::place::{ACCESS, Access};
pub use kind::relationship::{CAPACITY, JOINT_WORK, REASONS};
pub use kind::{KINDS, Kind};
pub use map::campaign::{Argument, Campaign, FoundCampaign, find_campaign};
pub use map::figure::Figure;
pub use map::issue::Issue;
pub use map::item::Item;
pub use map::key_date::{Coming, DateSort, KeyDate, coming, starter_dates};
pub use map::origin::{Origin, SourceKind};
pub use map::question::{Answer, Asked, Known, NotAsked, OwnQuestion, Part, QUESTIONS, Question};
pub use map::section::{OwnSection, SECTIONS, Section};
pub use map::{MAP_FIELDS, Map, NewMap, Progress, QuestionStanding};
pub use paper::picture::{Caption, half_pie};
pub use paper::report::{
    BlankForm, EventSheet, Material, Printed, ReportPart, blank_form, event_sheet, report, understanding,
};
pub use rejection::Rejection;
pub use town::practice::town_map;
pub use town::{Town, TownChoices, TownEntry, demo_town};
pub use undo::{TakenBack, Undo, fields_of, label as key_label, recorded_hours, row_words, said as value_words};
pub use weigh::{Basis, Subject, Told, Weigher, Weighing};
pub use words::json::{is_obeyed, line as json_line};
pub use words::{folded, folded_words, nearest};
