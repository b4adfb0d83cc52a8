//! Where the maps lie, who holds copies, what leaves this computer.

use std::path::PathBuf;

use crate::together::member;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Whereabouts {
    pub folder: PathBuf,
    /// What the folder takes of the disk, where that can be told.
    pub bytes: Option<u64>,
    pub passphrase: bool,
    /// The addresses of the relays that sealed changes go to.
    pub relays: Vec<String>,
    pub members: usize,
}

pub fn of(v: &mut Visit<'_>) -> Result<Whereabouts, Trouble> {
    let passphrase = v.home().has_passphrase()?;
    let relays = v.hold()?.0.relays().into_iter().map(|relay| relay.url).collect();
    let members = member::count(v)?;
    let bytes = v.disk()?.bytes_on_disk();
    Ok(Whereabouts { folder: v.home().folders().store(), bytes, passphrase, relays, members })
}
