//! What comes out: four parts that only grow stricter when joined, and one label for people.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::question::Question;

/// Whether to go ahead, mild to strict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    #[default]
    Go,
    GoIf,
    Reconsider,
    Stop,
}

/// As what, mild to strict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    #[default]
    Partner,
    /// We support what others do.
    Supporter,
    /// We help, and nobody sees our name.
    Silent,
    /// For the one issue or case only.
    IssueOnly,
    /// Not at all, but our own action may go on.
    None,
}

/// Our name and colours, mild to strict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Branding {
    #[default]
    Full,
    OnlyIfTheyAsk,
    None,
}

/// To whom a rule refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refer {
    Staff,
    BranchCommittee,
    OrganisingTeam,
}

/// The parts that a rule may speak to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Verdict,
    Role,
    Branding,
    /// What is still to be answered.
    Open,
    Conditions,
    Refer,
    Options,
}

/// The name of a rule, such as `R18b`. Ordered as people count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RuleId(pub String);

/// One rule that spoke, to which parts and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    pub rule: RuleId,
    /// Whom or what it spoke of, where that has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub text: String,
    pub source: String,
    /// The parts that it speaks to, also where another rule is stricter.
    pub parts: BTreeSet<Part>,
}

/// The answer of the rules to a case. Outcomes join: the stricter part wins, the sets are united.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is known so far; nothing to act on while `open` is not empty.
    pub verdict: Verdict,
    pub role: Role,
    pub branding: Branding,
    /// What is still to be answered or done.
    pub open: BTreeSet<Question>,
    pub conditions: BTreeSet<String>,
    pub refer: BTreeSet<Refer>,
    pub because: BTreeSet<Reason>,
    pub options: BTreeSet<String>,
    /// What people tell differently and nobody has settled.
    pub differs: BTreeSet<Question>,
    /// What was once known of an open question, such as "was low in March 2025".
    pub notes: BTreeMap<Question, String>,
}

/// The one line that people see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    DoNotTakePart,
    Reconsider,
    AskFirst,
    PartnerFull,
    PartnerIfAsked,
    PartnerUnbranded,
    SupportFull,
    SupportIfAsked,
    SupportUnbranded,
    SilentPartner,
    IssueOnly,
    /// Not with them; our own action may go on.
    OwnActionOnly,
}

impl Outcome {
    /// The stricter of both in every part; the sets united.
    #[must_use]
    pub fn join(mut self, other: Outcome) -> Outcome {
        self.verdict = self.verdict.max(other.verdict);
        self.role = self.role.max(other.role);
        self.branding = self.branding.max(other.branding);
        self.open.extend(other.open);
        self.conditions.extend(other.conditions);
        self.refer.extend(other.refer);
        self.because.extend(other.because);
        self.options.extend(other.options);
        self.differs.extend(other.differs);
        for (question, note) in other.notes {
            let kept = self.notes.entry(question).or_default();
            if note > *kept {
                *kept = note;
            }
        }
        self
    }

    /// The one line that people see.
    pub fn label(&self) -> Label {
        Label::of(self.verdict, self.role, self.branding, !self.open.is_empty())
    }

    /// What the label will be when every open question has a good answer.
    pub fn label_once_answered(&self) -> Label {
        Label::of(self.verdict, self.role, self.branding, false)
    }

    /// The label, and whom to refer to.
    pub fn label_with_referrals(&self) -> String {
        let mut text = self.label().to_string();
        for (place, refer) in self.refer.iter().enumerate() {
            text.push_str(match (place, refer) {
                (0, Refer::OrganisingTeam) => ", refer to the organising team",
                (0, Refer::Staff) => ", refer to regional staff",
                (0, Refer::BranchCommittee) => ", refer to Branch Committee",
                (_, Refer::OrganisingTeam) => " and to the organising team",
                (_, Refer::Staff) => " and regional staff",
                (_, Refer::BranchCommittee) => " and Branch Committee",
            });
        }
        text
    }

    /// Every rule that spoke to `part`.
    pub fn reasons_for(&self, part: Part) -> impl Iterator<Item = &Reason> {
        self.because.iter().filter(move |reason| reason.parts.contains(&part))
    }
}

impl Label {
    /// Every label, in the order in which they are tried.
    pub const ALL: [Label; 12] = [
        Label::DoNotTakePart,
        Label::Reconsider,
        Label::AskFirst,
        Label::PartnerFull,
        Label::PartnerIfAsked,
        Label::PartnerUnbranded,
        Label::SupportFull,
        Label::SupportIfAsked,
        Label::SupportUnbranded,
        Label::SilentPartner,
        Label::IssueOnly,
        Label::OwnActionOnly,
    ];

    /// The first that fits.
    pub fn of(verdict: Verdict, role: Role, branding: Branding, open: bool) -> Label {
        match (verdict, role, branding) {
            (Verdict::Stop, _, _) => Label::DoNotTakePart,
            (Verdict::Reconsider, _, _) => Label::Reconsider,
            _ if open => Label::AskFirst,
            (_, Role::Partner, Branding::Full) => Label::PartnerFull,
            (_, Role::Partner, Branding::OnlyIfTheyAsk) => Label::PartnerIfAsked,
            (_, Role::Partner, Branding::None) => Label::PartnerUnbranded,
            (_, Role::Supporter, Branding::Full) => Label::SupportFull,
            (_, Role::Supporter, Branding::OnlyIfTheyAsk) => Label::SupportIfAsked,
            (_, Role::Supporter, Branding::None) => Label::SupportUnbranded,
            (_, Role::Silent, _) => Label::SilentPartner,
            (_, Role::IssueOnly, _) => Label::IssueOnly,
            (_, Role::None, _) => Label::OwnActionOnly,
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Label::DoNotTakePart => "Do not take part",
            Label::Reconsider => "Reconsider",
            Label::AskFirst => "Ask first",
            Label::PartnerFull => "Partner, full branding",
            Label::PartnerIfAsked => "Partner, branding only if they ask",
            Label::PartnerUnbranded => "Partner, no branding",
            Label::SupportFull => "Support and attend with branding",
            Label::SupportIfAsked => "Support, branding only if they ask",
            Label::SupportUnbranded => "Support, no branding",
            Label::SilentPartner => "Silent partner",
            Label::IssueOnly => "Attend for the issue only",
            Label::OwnActionOnly => "Not as partner; own action only",
        }
    }
}

/// A closed list of names with its parsing, printing and serialising.
macro_rules! named {
    ($type:ident, $($variant:ident = $name:literal),+) => {
        impl $type {
            /// Every one, mild to strict where that means something.
            pub const EVERY: &'static [$type] = &[$($type::$variant),+];

            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The name in packs, case files and JSON.
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }

            pub fn parse(name: &str) -> Option<$type> {
                match name { $($name => Some($type::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

named!(Verdict, Go = "go", GoIf = "go-if", Reconsider = "reconsider", Stop = "stop");
named!(Role, Partner = "partner", Supporter = "supporter", Silent = "silent", IssueOnly = "issue-only", None = "none");
named!(Branding, Full = "full", OnlyIfTheyAsk = "only-if-they-ask", None = "none");
named!(Refer, Staff = "staff", BranchCommittee = "branch-committee", OrganisingTeam = "organising-team");
named!(
    Part,
    Verdict = "verdict",
    Role = "role",
    Branding = "branding",
    Open = "open",
    Conditions = "conditions",
    Refer = "refer",
    Options = "options"
);

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.words())
    }
}

impl RuleId {
    fn counted(&self) -> (&str, u64, &str) {
        let start = self.0.find(|c: char| c.is_ascii_digit()).unwrap_or(self.0.len());
        let (letters, rest) = self.0.split_at(start);
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        (letters, number.parse().unwrap_or(u64::MAX), tail)
    }
}

impl Ord for RuleId {
    fn cmp(&self, other: &RuleId) -> Ordering {
        self.counted().cmp(&other.counted()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for RuleId {
    fn partial_cmp(&self, other: &RuleId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq<&str> for RuleId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Some(subject) => write!(f, "{subject}: {} ({}, {})", self.text, self.rule, self.source),
            None => write!(f, "{} ({}, {})", self.text, self.rule, self.source),
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = if self.notes.is_empty() { 10 } else { 11 };
        let mut object = serializer.serialize_struct("Outcome", length)?;
        object.serialize_field("verdict_so_far", &self.verdict)?;
        object.serialize_field("role", &self.role)?;
        object.serialize_field("branding", &self.branding)?;
        object.serialize_field("label", &self.label())?;
        object.serialize_field("open", &sorted(&self.open))?;
        object.serialize_field("refer", &sorted(&self.refer))?;
        object.serialize_field("conditions", &self.conditions)?;
        object.serialize_field("options", &self.options)?;
        object.serialize_field("because", &self.because)?;
        object.serialize_field("differs", &sorted(&self.differs))?;
        if !self.notes.is_empty() {
            let notes: BTreeMap<String, &String> =
                self.notes.iter().map(|(question, note)| (question.to_string(), note)).collect();
            object.serialize_field("notes", &notes)?;
        }
        object.end()
    }
}

fn sorted<T: ToString>(items: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut names: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    names.sort();
    names.dedup();
    names
}
