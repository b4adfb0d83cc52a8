//! What is due, read from the rows alone: calls for solidarity, strained ties, follow-ups, events to assess, check-ins, favours
//! owed, old facts.

use crate::card::Card;
use crate::date::Date;
use crate::entry::Entry;
use crate::entry::fact::Stage;
use crate::entry::favour::Balance;
use crate::kind::{event, relationship};
use crate::map::Map;

/// One thing that waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due<'a> {
    pub what: DueKind,
    pub row: &'a Card,
    /// The day on which it is or was due; none for what has no day.
    pub on: Option<Date>,
}

/// In the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueKind {
    /// They asked us to stand with them, and the day has passed.
    UnansweredCall,
    /// A tie with rights holders is strained.
    Strained,
    /// They asked us to stand with them.
    Call,
    FollowUp,
    /// Nobody has decided yet about an event that is to come.
    Assess,
    /// Nobody has been in touch for twice the interval.
    LosingTouch,
    CheckIn,
    /// A favour of this size.
    Owed(u8),
    OldFact,
}

/// What an entry says that would help them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    pub field: &'static str,
    pub label: &'static str,
    pub said: String,
}

impl Due<'_> {
    /// How long its day is over, if it is.
    pub fn days_late(&self, today: Date) -> Option<i32> {
        self.on.map(|on| on.days_until(today)).filter(|late| *late > 0)
    }
}

impl DueKind {
    pub fn slug(self) -> &'static str {
        match self {
            DueKind::UnansweredCall => "unanswered-call",
            DueKind::Strained => "strained",
            DueKind::Call => "call",
            DueKind::FollowUp => "follow-up",
            DueKind::Assess => "assess",
            DueKind::LosingTouch => "losing-touch",
            DueKind::CheckIn => "check-in",
            DueKind::Owed(_) => "owed",
            DueKind::OldFact => "old-fact",
        }
    }

    /// What comes first whatever its day, what goes by its day, and what has no hurry.
    fn turn(self) -> u8 {
        match self {
            DueKind::UnansweredCall => 0,
            DueKind::Strained => 1,
            DueKind::Call | DueKind::FollowUp | DueKind::Assess | DueKind::LosingTouch | DueKind::CheckIn => 2,
            DueKind::Owed(_) => 3,
            DueKind::OldFact => 4,
        }
    }
}

/// So many days before its day an event should be decided: whoever is asked about it needs time to answer, and our name is not
/// used before.
const ASSESS_AHEAD: i32 = 21;

/// Weeks between check-ins: what the entry itself says, else what the map says for its category.
pub fn check_in_weeks(row: &Card, map: &Map) -> i32 {
    let own = row.value(&relationship::CHECK_IN).and_then(|weeks| weeks.parse::<i32>().ok());
    let category = if row.rights_holders() { Some("a") } else { row.category() };
    own.filter(|weeks| (1..=520).contains(weeks))
        .unwrap_or_else(|| i32::try_from(map.check_in_weeks(category)).unwrap_or(i32::MAX / 7))
}

/// When somebody should next be in touch, asking for nothing. Any contact sets it anew, and the end of a campaign does not
/// touch it. None while nobody has ever been in touch, and after the end of the relationship.
pub fn check_in_on(row: &Card, map: &Map) -> Option<Date> {
    if row.stage() == Stage::Ended {
        return None;
    }
    row.contact.last?.plus_days(check_in_weeks(row, map).checked_mul(7)?)
}

/// As [`check_in_on`]; a partner with whom no contact is noted at all has one today, since a partnership is kept up.
pub fn next_check_in(row: &Card, map: &Map, today: Date) -> Option<Date> {
    let never = row.stage() == Stage::Partner && row.contact.last.is_none();
    if never { Some(today) } else { check_in_on(row, map) }
}

/// All that is due up to so many days from today. At the same day rights holders come before all others.
pub fn due<'a>(rows: impl IntoIterator<Item = &'a Card>, map: &Map, today: Date, within_days: i32) -> Vec<Due<'a>> {
    let mut due = Vec::new();
    for row in rows.into_iter().filter(|row| !row.archived) {
        of_row(row, map, today, within_days, &mut due);
    }
    due.sort_by_key(|due| {
        (due.what.turn(), due.on, !due.row.rights_holders(), due.row.name.clone(), due.row.id, due.what)
    });
    // An unanswered call of rights holders stands before an older one of others: nothing comes before them.
    due.sort_by_key(|due| (due.what.turn(), due.what.turn() == 0 && !due.row.rights_holders()));
    due
}

fn of_row<'a>(row: &'a Card, map: &Map, today: Date, within_days: i32, due: &mut Vec<Due<'a>>) {
    let soon = |on: Date| today.days_until(on) <= within_days;
    let mut add = |what: DueKind, on: Option<Date>| due.push(Due { what, row, on });
    for until in row.contact.open_calls.iter().copied() {
        if until < today {
            add(DueKind::UnansweredCall, Some(until));
        } else if soon(until) {
            add(DueKind::Call, Some(until));
        }
    }
    if row.is_strained_with_rights_holders() {
        add(DueKind::Strained, None);
    }
    if let Some(by) = assess_by(row, today).filter(|by| soon(*by)) {
        add(DueKind::Assess, Some(by));
    }
    let follow_up = row.contact.next_due.filter(|on| soon(*on));
    if let Some(on) = follow_up {
        add(DueKind::FollowUp, Some(on));
    }
    // Whoever is to be followed up need not be named twice.
    if let Some(on) = next_check_in(row, map, today).filter(|on| soon(*on) && follow_up.is_none()) {
        let lost = on.days_until(today) >= check_in_weeks(row, map).saturating_mul(7);
        add(if lost { DueKind::LosingTouch } else { DueKind::CheckIn }, Some(on));
    }
    if let Some(size) = Balance::of(&row.favours, today).owed().filter(|_| row.stage() != Stage::Ended) {
        add(DueKind::Owed(size), None);
    }
    if let Some(on) = row.oldest_fact.filter(|on| *on < today.months_before(map.facts_age_months())) {
        add(DueKind::OldFact, Some(on));
    }
}

/// What they want and what each side gets, from which a favour may be chosen (module, section 7).
pub fn helps(entry: &Entry) -> Vec<Help> {
    [relationship::GOALS, relationship::BENEFIT, relationship::THEY_GET, relationship::WE_GET]
        .iter()
        .filter_map(|field| entry.field(field))
        .filter(|value| !value.values.is_empty())
        .map(|value| {
            let said: Vec<&str> = value.values.iter().map(|said| said.value.as_str()).collect();
            Help { field: value.field.name, label: value.field.label, said: said.join("; ") }
        })
        .collect()
}

/// By when an event that is to come should be decided, as long as nobody has.
fn assess_by(row: &Card, today: Date) -> Option<Date> {
    let day = row.day().filter(|day| row.is(&event::KIND) && *day >= today)?;
    if row.is_undecided() { day.plus_days(-ASSESS_AHEAD) } else { None }
}
