//! The map: entries, their fields, assertions, log and links; finding, export, import.
//!
//! No IO, no clock, no chance: the caller passes today's date, random ids, and a function that says who an actor is.
//! Reading never fails because of what somebody wrote: what is readable comes back, and the rest is counted.

mod affiliation;
mod ancestry;
mod as_of;
mod assertion;
mod author;
mod calendar;
mod campaign;
mod content;
mod date;
mod due;
mod duplicates;
mod easter;
mod entry;
mod event;
mod exchange;
mod export;
mod fact;
mod field;
mod figure;
mod find;
mod heading;
mod ids;
mod import;
mod index;
mod institution;
mod issue;
mod item;
mod json;
mod key_date;
mod kind;
mod label;
mod link;
mod log;
mod map;
mod meeting;
mod movement;
mod next;
mod organisation;
mod origin;
mod path;
mod person;
mod picture;
mod place;
mod position;
mod practice;
mod private;
mod question;
mod rejection;
mod relation;
mod report;
mod risk;
mod rows;
mod rule;
mod section;
mod segment;
mod sheet;
mod slug;
mod sourced;
mod texts;
mod todo;
mod town;
mod undo;
mod voices;
mod weigh;
mod weighed;
mod words;

#[cfg(test)]
mod desk;
#[cfg(test)]
mod importing;
#[cfg(test)]
mod merging;
#[cfg(test)]
mod relating;
#[cfg(test)]
mod reporting;
#[cfg(test)]
mod restoring;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod weighing;

pub use affiliation::{Affiliation, Tie};
pub use assertion::{Assertion, Claim, Stated};
pub use author::Author;
pub use calendar::calendar;
pub use campaign::{Argument, Campaign, FoundCampaign, find_campaign};
pub use date::{Date, When, parse_coming_date, parse_date, parse_since, parse_when};
pub use due::{Due, DueKind, check_in_on, check_in_weeks, due, next_check_in};
pub use duplicates::{LikelyDuplicate, Likeness, identities, likely_duplicates, near};
pub use easter::easter;
pub use entry::{Archived, Entry, FieldValue, NewEntry, Said};
pub use exchange::{Balance, Exchange, LARGE, Standing as BalanceStanding, Way, asked_within, size_word};
pub use export::{digest, entry_line, export_lines};
pub use fact::{AFFILIATION_KINDS, Fact, FactKind, FactStanding, HEALTHS, STAGES};
pub use field::{Audience, Choice, Field, Holds, Merges};
pub use figure::Figure;
pub use find::{Found, find, short_ids};
pub use heading::{Heading, Named};
pub use ids::{EntryId, NotAnId, RowId};
pub use import::{
    Change, Changed, Column, ImportError, MAX_COLUMNS, MAX_FILE_BYTES, MAX_FILE_ROWS, MAX_LINE_BYTES, NotText, Plan,
    Planned, Preview, Refused, RefusedReason, Register, RegisterRow, Spot, Unclear, Whole, WholeEntry, WholeMap,
    is_whole_map, plan, read_csv, read_popolo, read_register, read_whole_map,
};
pub use index::{ROW_SCHEMA, Row, RowLink, RowPosition, RowRisk, RowStep};
pub use issue::Issue;
pub use item::Item;
pub use json::{is_obeyed, line as json_line};
pub use key_date::{Coming, DateSort, KeyDate, coming, starter_dates};
pub use kind::{KINDS, Kind};
pub use label::{NotALabel, clean, label};
pub use link::{Direction, Link, Linked, Strength, Target};
pub use log::{DoubleApproach, LOG_KINDS, LogKind, LogLine, Logged};
pub use map::{MAP_FIELDS, Map, NewMap, Progress, QuestionStanding};
pub use meeting::{FINDINGS, Finding, OPENNESS, PERSONAS, Persona, capacity_pieces};
pub use movement::{Move, Movement, Placed, Score, Spectrum, Step, Turn};
pub use next::{Next, NextList, Reason, Stand, next};
pub use origin::{Origin, SourceKind};
pub use path::{Hop, Route, Routes, routes, we_know};
pub use picture::{Caption, half_pie};
pub use place::{ACCESS, Access};
pub use position::{PLACES, Place, PositionStanding};
pub use practice::town_map;
pub use private::{Private, private_of_entry, private_of_map};
pub use question::{Answer, Asked, Known, NotAsked, OwnQuestion, Part, QUESTIONS, Question};
pub use rejection::Rejection;
pub use relation::{CAPACITY, JOINT_WORK, REASONS};
pub use report::{
    BlankForm, EventSheet, Material, Printed, ReportPart, blank_form, event_sheet, report, understanding,
};
pub use risk::{LEVELS, Level, MITIGATIONS, Mitigation, RISK_KINDS, Risk, RiskKind, RiskStanding};
pub use rule::{NotARule, Rule};
pub use section::{OwnSection, SECTIONS, Section};
pub use sheet::partners_csv;
pub use texts::{Passage, Spot as TextSpot, TEXTS_SCHEMA, Texts};
pub use todo::{OpenEntries, Todo, todo};
pub use town::{Town, TownChoices, TownEntry, demo_town};
pub use undo::{TakenBack, Undo, fields_of, label as key_label, recorded_hours, row_words, said as value_words};
pub use voices::{Voice, voices};
pub use weigh::{Basis, Subject, Told, Weigher, Weighing};
pub use weighed::{CHOSEN, Chosen, Decided, REFER_TO, ReferTo, Referred, Weighed};
pub use words::{folded, folded_words, nearest};
