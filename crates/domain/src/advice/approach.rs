//! Before a first contact: who of us is in touch with them already, so that they are not approached twice (guide, section 2;
//! module, section 4b).

use crate::advice::before::all_the_same;
use crate::card::Card;
use crate::card::holder::holds;
use crate::date::{Date, When};
use crate::entry::Entry;
use crate::entry::log::{DoubleApproach, LogKind, LogLine, Logged};
use crate::kind::relationship;
use crate::rejection::Rejection;
use crate::words::folded;

/// A contact of another group counts for so long.
const RECENT_DAYS: i32 = 365;

/// Why the stage moves on with a first contact.
pub const FIRST_APPROACH: &str = "a first approach";

/// Who of us is in touch with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InTouch {
    /// Others of our groups that keep the relationship or were in touch within a year.
    pub others: Vec<String>,
    pub held_by: Option<String>,
    /// Who of us knows somebody there, and how.
    pub known_by: Vec<String>,
    pub last: Option<Logged>,
    pub approaches: Vec<Logged>,
    /// The latest request to our own people.
    pub check: Option<Logged>,
    pub double_approaches: Vec<DoubleApproach>,
}

impl InTouch {
    /// From all entries that are known to be this one, asked by somebody of the group `own`.
    pub fn of(entries: Vec<(Card, Entry)>, own: &str, today: Date) -> InTouch {
        let mut known = InTouch::default();
        let (mut log, mut holders) = (Vec::new(), Vec::new());
        for (card, entry) in entries {
            let known_by = entry.field(&relationship::KNOWN_BY).into_iter().flat_map(|field| &field.values);
            known.known_by.extend(known_by.map(|said| said.value.clone()));
            holders.extend(card.held_by().map(str::to_owned));
            log.extend(entry.log);
            known.double_approaches.extend(entry.double_approaches);
        }
        log.sort_by_key(|logged: &Logged| (logged.line.on.date, logged.id));
        known.others = holders.iter().filter(|group| !holds(group, own)).cloned().collect();
        known.held_by = holders.into_iter().next();
        let ours = |group: &str| group.is_empty() || folded(group) == folded(own);
        let contacts: Vec<&Logged> = log.iter().filter(|logged| LogKind::is_contact(&logged.line.kind)).collect();
        for contact in &contacts {
            let group = &contact.author.group;
            let recent = contact.line.on.date.is_none_or(|on| on.days_until(today) <= RECENT_DAYS);
            if recent && !ours(group) && !known.others.iter().any(|other| holds(other, group)) {
                known.others.push(group.clone());
            }
        }
        known.last = contacts.last().map(|logged| (*logged).clone());
        known.check = log.iter().rev().find(|logged| logged.line.kind == "check-request").cloned();
        log.retain(|logged| logged.line.kind == "approach");
        known.approaches = log;
        known
    }

    /// Whom to ask before a first contact.
    pub fn whom_to_ask(&self) -> String {
        if self.others.is_empty() { "regional staff".to_owned() } else { self.others.join(" and ") }
    }
}

/// The request to our own people, as the log keeps it: the others see that somebody asked.
pub fn check_request(
    whom: &str,
    name: &str,
    note: Option<&str>,
    on: Date,
    recorded_ms: u64,
) -> Result<LogLine, Rejection> {
    let text = format!("To {whom}: may we approach {name}? {}", note.unwrap_or_default());
    Ok(LogLine::new(LogKind::typed("check-request")?, When::on(on), text.trim(), recorded_ms))
}

/// What the log keeps of a first contact.
pub fn approach_text(note: Option<&str>, anyway: Option<&str>) -> String {
    let words = [note.map(str::to_owned), anyway.map(all_the_same)];
    words.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, ENTRY, NOW, today};

    /// Ana is of Harbour, Ben of Hills.
    fn seen_by(desk: &Desk, own: &str) -> InTouch {
        let card = Card::of(&desk.document, ENTRY).unwrap();
        InTouch::of(vec![(card, desk.entry())], own, today())
    }

    #[test]
    fn a_group_that_was_in_touch_within_a_year_is_asked_first() {
        let [mut ana, mut ben, _] = Desk::three_choirs();
        ben.log(1, "meeting", today().plus_days(-366).unwrap());
        ana.learn(&[&ben]);
        assert_eq!(seen_by(&ana, "Harbour").others, [] as [String; 0], "that was long ago");
        ben.log(2, "call", today().plus_days(-365).unwrap());
        ben.log(3, "approach", today());
        ana.learn(&[&ben]);
        let known = seen_by(&ana, "Harbour");
        assert_eq!((known.others.as_slice(), known.approaches.len()), (["Hills".to_owned()].as_slice(), 1));
        assert_eq!(known.last.as_ref().map(|last| last.line.kind.as_str()), Some("approach"));
        assert_eq!(known.whom_to_ask(), "Hills");
        let own = seen_by(&ana, "hills");
        assert_eq!(
            (own.others.len(), own.whom_to_ask().as_str()),
            (0, "regional staff"),
            "one's own group is no other"
        );
    }

    #[test]
    fn who_holds_the_relationship_is_asked_whenever_they_were_in_touch() {
        let new = NewEntry::new(Kind::named("organisation").unwrap(), "Harbour Choir");
        let [ana, ..] = Desk::three(&new.with("held-by", "Rosa, Hills"));
        let known = seen_by(&ana, "Harbour");
        assert_eq!((known.held_by.as_deref(), known.others), (Some("Rosa, Hills"), vec!["Rosa, Hills".to_owned()]));
        assert_eq!(seen_by(&ana, "Hills").others, [] as [String; 0]);
    }

    #[test]
    fn what_an_approach_writes_says_who_was_asked_and_why_it_went_on() {
        let line = check_request("Hills", "Kiln", Some("a stall"), today(), NOW).unwrap();
        assert_eq!(line.text, "To Hills: may we approach Kiln? a stall");
        assert_eq!(check_request("Hills", "Kiln", None, today(), NOW).unwrap().text, "To Hills: may we approach Kiln?");
        assert_eq!(approach_text(Some("a stall"), Some("they wrote")), "a stall\nAll the same: they wrote");
        assert_eq!(approach_text(None, None), "");
    }
}
