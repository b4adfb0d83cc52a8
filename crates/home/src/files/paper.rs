//! The map on paper.

pub use allymap_doors::calendar::calendar;
pub use allymap_doors::paper::blank::{BlankForm, blank_form};
pub use allymap_doors::paper::event::{EventSheet, event_sheet};
pub use allymap_doors::paper::report::{Material, Printed, ReportPart, report};
pub use allymap_doors::paper::understanding::understanding;
