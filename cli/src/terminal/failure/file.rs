//! Why a file that somebody gave is not brought in, in words.

use std::path::Path;

use allymap_domain::files::refused::ImportError;

use super::{Exit, Failure};

impl Failure {
    pub(crate) fn not_read(path: &Path, error: &ImportError) -> Failure {
        let hint = match error {
            ImportError::NoNameColumn { .. } => "Call one column \"name\". Nothing was changed.",
            _ => "Nothing was changed.",
        };
        Failure::new("AM-IMPORT", Exit::Failed, format!("{} cannot be brought in: {error}.", path.display())).hint(hint)
    }
}
