//! Carries out what a rule says is to be written.

use allymap_domain::put::{At, Put};
use allymap_wire::DocumentId;

use crate::trouble::Trouble;
use crate::visit::Visit;

impl Visit<'_> {
    /// Writes each, in this order; nothing is durable yet.
    pub(crate) fn put(&mut self, puts: &[Put]) -> Result<(), Trouble> {
        for put in puts {
            let document = match put.at {
                At::Entry(id) => DocumentId(id.0),
                At::Map => self.map_document()?,
            };
            let row = put.is_row().then(|| self.fresh_row());
            self.edit(document, |edit| put.write(edit, row))??;
        }
        Ok(())
    }
}
