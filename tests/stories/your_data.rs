//! What a volunteer takes back, brings in and gives out.

mod export;
mod history;
mod import;
mod report;
mod undo;
