//! What is only ever added: assertions, log lines, links. Each is one scalar at a random id; what a newer version wrote is counted, not lost.

use minicbor::{Decode, Encode};

use allymap_document::ActorId;

/// The random name of one row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct RowId(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

/// Who said something, as the roster knows the device that signed it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Author {
    pub name: String,
    pub group: String,
    /// A short name of the device, so that two people of one name stay apart.
    pub device: String,
}

/// Who wrote under an Automerge actor.
pub type Resolve<'a> = &'a dyn Fn(ActorId) -> Author;

/// A row and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    pub id: RowId,
    pub what: T,
    pub by: Author,
    pub order: u64,
}

/// How, when and from where something is known: the same for every row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Source {
    /// The day it was observed, as typed or as a date.
    #[n(0)]
    pub observed_on: Option<String>,
    /// Milliseconds since 1970, rounded to the hour. It decides nothing.
    #[n(1)]
    pub recorded: u64,
    #[n(2)]
    pub source: Option<String>,
    /// Somebody outside who said it.
    #[n(3)]
    pub said_by: Option<String>,
    /// Rows that its author had seen and that it replaces.
    #[n(4)]
    pub supersedes: Vec<RowId>,
    #[n(5)]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Assertion {
    #[n(0)]
    Risk {
        #[n(0)]
        risk: Risk,
        #[n(1)]
        level: Level,
        #[n(2)]
        mitigation: Mitigation,
        #[n(3)]
        source: Source,
    },
    /// Where the entry stands on a campaign.
    #[n(1)]
    Position {
        #[n(0)]
        campaign: RowId,
        #[n(1)]
        place: Place,
        #[n(2)]
        source: Source,
    },
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $number:literal $variant:ident $slug:literal $label:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(index_only)]
        pub enum $name { $($(#[$each])* #[n($number)] $variant),+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),+];
            pub fn slug(self) -> &'static str { match self { $($name::$variant => $slug),+ } }
            pub fn label(self) -> &'static str { match self { $($name::$variant => $label),+ } }
            pub fn from_slug(slug: &str) -> Option<$name> { $name::ALL.iter().copied().find(|one| one.slug() == slug) }
        }
    };
}

words!(
    /// The six types of the partnership guide, section 3.
    Risk {
        0 Political "political" "political",
        1 Policy "policy" "policy",
        2 Financial "financial" "financial",
        3 Legal "legal" "legal",
        4 Reputational "reputational" "reputational",
        5 Physical "physical" "physical",
    }
);
words!(
    /// Mild to strict. Unknown is not none: it only asks.
    Level {
        0 Unknown "unknown" "unknown",
        1 None "none" "none",
        2 Low "low" "low",
        3 Medium "medium" "medium",
        4 High "high" "high",
    }
);
words!(
    Mitigation {
        0 Unknown "unknown" "unknown",
        1 NoneNeeded "none-needed" "none needed",
        2 Mitigated "mitigated" "mitigated",
        3 CanBe "can-be" "can be mitigated",
        4 Cannot "cannot" "cannot be mitigated",
    }
);
words!(
    /// The spectrum of allies, friendliest first, and apart from it what nobody knows.
    Place {
        0 NotKnown "not-known" "not known to us",
        1 ActiveAlly "active-ally" "active ally",
        2 PassiveAlly "passive-ally" "passive ally",
        3 Neutral "neutral" "neutral",
        4 PassiveOpponent "passive-opponent" "passive opponent",
        5 ActiveOpponent "active-opponent" "active opponent",
    }
);
words!(
    LogKind {
        0 Contact "contact" "contact",
        1 OneToOne "one-to-one" "one-to-one",
        2 Meeting "meeting" "meeting",
        3 Call "call" "call",
        4 Message "message" "message",
        5 Approach "approach" "first approach",
        6 Ask "ask" "ask",
        7 Gave "gave" "we gave",
        8 Got "got" "they gave",
        9 Statement "statement" "statement of theirs",
        10 CheckIn "check-in" "check-in",
    }
);
words!(
    Strength {
        0 Weak "weak" "weak",
        1 Medium "medium" "medium",
        2 Strong "strong" "strong",
    }
);

/// One line of the relationship log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LogLine {
    #[n(0)]
    pub kind: LogKind,
    #[n(1)]
    pub on: Option<String>,
    #[n(2)]
    pub with: Option<String>,
    #[n(3)]
    pub note: Option<String>,
    /// Of an ask or a favour, 1 to 5.
    #[n(4)]
    pub size: Option<u8>,
    #[n(5)]
    pub follow_up: Option<String>,
    #[n(6)]
    pub source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Link {
    /// This entry can move the other.
    #[n(0)]
    Influences {
        #[n(0)]
        other: RowId,
        #[n(1)]
        strength: Strength,
        #[n(2)]
        source: Source,
    },
    /// Both are one in the world.
    #[n(1)]
    SameAs {
        #[n(0)]
        other: RowId,
        #[n(1)]
        source: Source,
    },
    /// What these rows say holds no longer.
    #[n(2)]
    Ended {
        #[n(0)]
        source: Source,
    },
}

pub(crate) fn encode<T: Encode<()>>(row: &T) -> Vec<u8> {
    minicbor::to_vec(row).expect("writing to a vector cannot fail")
}

impl RowId {
    pub fn text(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    pub fn from_text(text: &str) -> Option<RowId> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(RowId)
    }
}
