//! Where somebody stood from which day on, from the days on which people saw it. No clock of a device has a say.
//!
//! Where somebody stood on a day follows from what had been seen by that day: of it, what nothing else of it replaced stands,
//! and the less friendly counts. What names no day counts in the present only.

use crate::date::Date;
use crate::entry::position::Place;
use crate::ids::RowId;

/// From this day on somebody stood elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// None for what names no day: it comes last.
    pub on: Option<Date>,
    pub place: Place,
    pub friendliest: Place,
    /// What was stated on that day.
    pub because: Vec<RowId>,
}

/// One statement of a place, for counting steps.
pub(crate) struct Seen {
    pub id: RowId,
    pub on: Option<Date>,
    pub place: Place,
    /// Statements that this one replaces, as positions in the list.
    pub replaces: Vec<usize>,
}

/// Where somebody stood from which day on. `seen` is by day, what names none last.
pub(crate) fn steps(seen: &[Seen]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut replaced = vec![false; seen.len()];
    let mut standing = [0usize; Place::ALL.len()];
    let mut at = 0;
    while let Some(first) = seen.get(at) {
        let day = seen[at..].iter().take_while(|other| other.on == first.on).count();
        for (number, one) in seen.iter().enumerate().skip(at).take(day) {
            standing[one.place as usize] += usize::from(!replaced[number]);
            let mut ahead = one.replaces.clone();
            while let Some(earlier) = ahead.pop() {
                if !std::mem::replace(&mut replaced[earlier], true) {
                    ahead.extend(&seen[earlier].replaces);
                    // One that is still to come today was not counted yet.
                    standing[seen[earlier].place as usize] -= usize::from(earlier <= number);
                }
            }
        }
        at += day;
        let mut known = Place::ALL.into_iter().skip(1).filter(|place| standing[*place as usize] > 0);
        let friendliest = known.next().unwrap_or(Place::NotKnown);
        let place = known.next_back().unwrap_or(friendliest);
        let last = steps.last().map_or((Place::NotKnown, Place::NotKnown), |step| (step.place, step.friendliest));
        if last != (place, friendliest) {
            let because = seen[at - day..at].iter().map(|one| one.id).collect();
            steps.push(Step { on: first.on, place, friendliest, because });
        }
    }
    steps
}
