//! In which order lines, asks and balances are told: rights holders before others of the same (module, section 4a).

use std::cmp::Reverse;

use crate::card::Card;
use crate::date::Date;
use crate::entry::favour::GiveAndTake;
use crate::entry::log::Logged;

/// Lines of the log, newest first. Those without a day come last; of one day rights holders come first, and the rest as it was.
pub fn newest_first(lines: &mut [(&Card, Logged)]) {
    lines.sort_by_key(|(card, logged)| (Reverse(logged.line.on.date), !card.rights_holders()));
}

/// Asks: what helps both sides first (module, section 7), then the latest.
pub fn mutual_first(asks: &mut [(Date, &Card, Logged)]) {
    asks.sort_by(|(one_day, one, first), (other_day, other, second)| {
        let first = (!first.line.mutual, Reverse(one_day), !one.rights_holders(), &one.name, first.id);
        first.cmp(&(!second.line.mutual, Reverse(other_day), !other.rights_holders(), &other.name, second.id))
    });
}

/// Balances: rights holders before all others, then those to whom we owe.
pub fn owed_first(balances: &mut [(&Card, GiveAndTake)]) {
    balances.sort_by_key(|(card, balance)| (!card.rights_holders(), balance.owed.is_none()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::Author;
    use crate::date::When;
    use crate::entry::NewEntry;
    use crate::entry::favour::{Favour, Way};
    use crate::entry::log::{LogKind, LogLine};
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, ENTRY, NOW, row, today};

    fn card(name: &str, category: &str) -> Card {
        let new = NewEntry::new(Kind::named("organisation").unwrap(), name).with("category", category);
        let [ana, ..] = Desk::three(&new);
        Card::of(&ana.document, ENTRY).unwrap()
    }

    fn logged(id: u8, on: Option<Date>, mutual: bool) -> Logged {
        let on = on.map_or(When { typed: "last spring".into(), date: None }, When::on);
        let line = LogLine { mutual, ..LogLine::new(LogKind::typed("ask").unwrap(), on, "", NOW) };
        let author = Author { name: String::new(), group: String::new(), device: String::new() };
        Logged { id: row(id), line, author }
    }

    #[test]
    fn of_one_day_rights_holders_come_first_and_lines_without_a_day_last() {
        let (theirs, other) = (card("Kiln", "a"), card("Choir", "b"));
        let yesterday = today().plus_days(-1);
        let mut lines = vec![
            (&other, logged(1, None, false)),
            (&other, logged(2, Some(today()), false)),
            (&theirs, logged(3, yesterday, false)),
            (&theirs, logged(4, Some(today()), false)),
        ];
        newest_first(&mut lines);
        assert_eq!(lines.iter().map(|(_, logged)| logged.id).collect::<Vec<_>>(), [4, 2, 3, 1].map(row));
    }

    #[test]
    fn what_helps_both_sides_comes_before_what_is_later() {
        let (theirs, other) = (card("Kiln", "a"), card("Choir", "b"));
        let yesterday = today().plus_days(-1).unwrap();
        let mut asks = vec![
            (yesterday, &other, logged(1, Some(yesterday), false)),
            (today(), &other, logged(2, Some(today()), false)),
            (today(), &theirs, logged(3, Some(today()), false)),
            (yesterday, &other, logged(4, Some(yesterday), true)),
        ];
        mutual_first(&mut asks);
        assert_eq!(asks.iter().map(|(.., logged)| logged.id).collect::<Vec<_>>(), [4, 3, 2, 1].map(row));
    }

    #[test]
    fn those_to_whom_we_owe_come_after_rights_holders_and_before_the_rest() {
        let after = |name: &str, category: &str, way| {
            let mut card = card(name, category);
            card.favours.push(Favour { on: today(), way, size: 3, mutual: false });
            card
        };
        let cards = [after("Choir", "b", Way::Gave), after("Bakery", "b", Way::Got), after("Kiln", "a", Way::Gave)];
        let mut balances: Vec<_> = cards.iter().map(|card| (card, card.give_and_take(today()))).collect();
        owed_first(&mut balances);
        assert_eq!(
            balances.iter().map(|(card, _)| card.name.as_str()).collect::<Vec<_>>(),
            ["Kiln", "Bakery", "Choir"]
        );
    }
}
