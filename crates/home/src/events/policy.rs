//! What was decided under rules that are others by now.

use allymap_domain::kind::event;
use allymap_domain::weigh::answer::is_older;

use crate::events::ground::pack;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// Events whose decision rests on another version of the rules. Without a map there are none.
pub fn older(v: &mut Visit<'_>) -> Result<Vec<String>, Trouble> {
    if v.maps()?.is_empty() {
        return Ok(Vec::new());
    }
    let cards = v.cards()?;
    let decided = cards.iter().filter(|card| card.is(&event::KIND) && !card.archived);
    let old = decided.filter(|card| card.decisions().iter().any(|told| is_older(told, pack())));
    Ok(old.map(|card| card.name.clone()).collect())
}
