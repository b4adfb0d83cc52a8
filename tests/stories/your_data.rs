//! What a volunteer takes back, brings in and gives out.

mod import;
mod report;
mod undo;
