//! Give and take: asks and favours by size, and the balance of a rolling year in words. Never a score of a person.

use minicbor::{Decode, Encode};

use crate::date::Date;
use crate::entry::log::Logged;

/// An ask or a favour, as far as a list needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Favour {
    #[n(0)]
    pub on: Date,
    #[n(1)]
    pub way: Way,
    /// 1 a mention or repost, 2 attending, 3 people or a venue, 4 co-hosting or signing, 5 money, a name, a public stand.
    #[n(2)]
    pub size: u8,
    /// Of an ask: both sides gain by it.
    #[n(3)]
    pub mutual: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Way {
    #[n(0)]
    Asked,
    #[n(1)]
    Gave,
    #[n(2)]
    Got,
}

/// What went back and forth within a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// How many things we gave, and their sizes together.
    pub gave: u32,
    pub gave_size: u32,
    pub got: u32,
    pub got_size: u32,
    /// The largest single thing that they gave.
    largest_got: u8,
}

/// A balance as it is told of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiveAndTake {
    pub standing: Standing,
    /// The size of the favour that would put it right.
    pub owed: Option<u8>,
    /// None of a person.
    pub counted: Option<Balance>,
}

/// The balance as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Nothing,
    EarlyDays,
    Even,
    WeOwe,
    WellGiven,
}

/// Asks of this size and above want a word of warning before them (module, section 7).
pub const LARGE: u8 = 4;
const YEAR: i32 = 365;

impl Favour {
    /// None for lines that are neither ask nor favour, and for those of which nobody knows the day.
    pub fn of(logged: &Logged) -> Option<Favour> {
        let way = [Way::Asked, Way::Gave, Way::Got].into_iter().find(|way| way.slug() == logged.line.kind)?;
        let size = logged.line.size.unwrap_or(1);
        Some(Favour { on: logged.line.on.date?, way, size, mutual: logged.line.mutual })
    }
}

impl Way {
    /// The kind of the line in the log.
    pub fn slug(self) -> &'static str {
        match self {
            Way::Asked => "ask",
            Way::Gave => "gave",
            Way::Got => "got",
        }
    }
}

/// What a size means.
pub fn size_word(size: u8) -> &'static str {
    match size {
        0 | 1 => "a mention",
        2 => "attending",
        3 => "people or a venue",
        4 => "co-hosting or signing",
        _ => "money, a name or a public stand",
    }
}

/// How often anybody of ours asked them within so many days.
pub fn asked_within(favours: &[Favour], today: Date, days: i32) -> usize {
    favours
        .iter()
        .filter(|favour| favour.way == Way::Asked && (0..=days).contains(&favour.on.days_until(today)))
        .count()
}

/// It was in the year before `today`, or is to come.
pub fn within_a_year(on: Date, today: Date) -> bool {
    on.days_until(today) <= YEAR
}

impl Balance {
    /// Of the year before `today`; what is promised for a later day is in.
    pub fn of(favours: &[Favour], today: Date) -> Balance {
        let mut balance = Balance::default();
        for favour in favours.iter().filter(|favour| within_a_year(favour.on, today)) {
            match favour.way {
                Way::Asked => {}
                Way::Gave => {
                    balance.gave += 1;
                    balance.gave_size += u32::from(favour.size);
                }
                Way::Got => {
                    balance.got += 1;
                    balance.got_size += u32::from(favour.size);
                    balance.largest_got = balance.largest_got.max(favour.size);
                }
            }
        }
        balance
    }

    pub fn standing(&self) -> Standing {
        let (gave, got) = (self.gave_size, self.got_size);
        match (gave, got) {
            (0, 0) => Standing::Nothing,
            _ if got > gave + 1 => Standing::WeOwe,
            _ if gave > got + 1 && gave + got > 2 => Standing::WellGiven,
            _ if gave + got <= 2 => Standing::EarlyDays,
            _ => Standing::Even,
        }
    }

    /// The size of the favour that would put it right, never larger than the largest of theirs.
    pub fn owed(&self) -> Option<u8> {
        let missing = u8::try_from(self.got_size.saturating_sub(self.gave_size)).unwrap_or(5);
        (self.standing() == Standing::WeOwe).then(|| missing.min(self.largest_got).min(5))
    }
}

impl Standing {
    pub fn words(self) -> &'static str {
        match self {
            Standing::Nothing => "nothing yet either way",
            Standing::EarlyDays => "early days",
            Standing::Even => "about even",
            Standing::WeOwe => "we owe",
            Standing::WellGiven => "we gave more",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::desk::today;

    fn favour(days_ago: i32, way: Way, size: u8) -> Favour {
        Favour { on: today().plus_days(-days_ago).unwrap(), way, size, mutual: false }
    }

    #[test]
    fn s132_a_balance_covers_one_rolling_year_and_is_said_in_words() {
        let mut lines = vec![favour(400, Way::Gave, 5)];
        assert_eq!(Balance::of(&lines, today()).standing(), Standing::Nothing);
        lines.push(favour(20, Way::Got, 1));
        assert_eq!(Balance::of(&lines, today()).standing(), Standing::EarlyDays);
        lines.push(favour(10, Way::Got, 3));
        assert_eq!(Balance::of(&lines, today()).standing(), Standing::WeOwe);
        lines.push(favour(5, Way::Gave, 3));
        assert_eq!(Balance::of(&lines, today()).standing(), Standing::Even);
        lines.push(favour(-5, Way::Gave, 4));
        assert_eq!(Balance::of(&lines, today()).standing(), Standing::WellGiven, "a promise is in view");
    }

    #[test]
    fn s134_what_we_owe_is_never_larger_than_the_largest_of_theirs() {
        let lines = [favour(30, Way::Got, 2), favour(20, Way::Got, 2), favour(10, Way::Got, 3)];
        assert_eq!(Balance::of(&lines, today()).owed(), Some(3));
        assert_eq!(Balance::of(&lines[..1], today()).owed(), Some(2));
    }

    #[test]
    fn asks_are_counted_by_their_days() {
        let lines = [favour(61, Way::Asked, 1), favour(60, Way::Asked, 1), favour(0, Way::Asked, 1)];
        assert_eq!(asked_within(&lines, today(), 60), 2);
    }
}
