//! What somebody should know while something goes on. It cannot answer, so nothing ever waits inside the home.

use std::path::PathBuf;

#[derive(Clone, Debug)]
pub enum Heard {
    /// The store was damaged; what still reads was kept, the damaged copy was set aside.
    StoreMended { kept: u64, of: u64, set_aside: PathBuf },
    /// What says that this map is here was damaged, and was written anew from the map itself.
    MapFound { name: String },
}
