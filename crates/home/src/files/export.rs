//! The map as files that others read.

use allymap_domain::town::demo_town;
use allymap_doors::sheet;
pub use allymap_doors::sheet::partners_csv;

/// The invented town as a table that can be imported.
pub fn invented_town() -> Vec<u8> {
    sheet::write(demo_town().table(), false)
}
