//! The facts that an answer rests on: their names, their values from mild to strict, whose they are, and how to ask for them.

use std::fmt;

use serde::{Serialize, Serializer};

/// One kind of fact, in the order in which a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// What we were asked for, or whether the event is our own.
    Requested,
    /// Whether the event says what we say.
    Message,
    /// Whom or what the event turns against.
    Target,
    /// Which of the four kinds of partner an organiser is.
    Category,
    /// How an organiser is tied to a political party.
    Affiliation,
    /// Whether people of other political views take part.
    Balanced,
    /// Whether an organiser wants another form of government.
    SystemChange,
    /// How an organiser acts.
    Tactics,
    /// Whether somebody looked into an organiser.
    Research,
    /// What an organiser's business ties look like.
    Corporate,
    /// Whether an organiser works against a community or an issue of ours.
    OpposesOther,
    /// Whether the law itself goes against human rights.
    LawConflict,
    /// How many religious institutions host.
    FaithHost,
    /// Whether the event is a formal one.
    Formal,
    /// Whether a government hosts or pays.
    GovernmentHost,
    /// What the event means to a community of rights holders.
    RightsHolders,
    /// What a community of rights holders answered us.
    Consent,
    /// Whether they want our name and colours there.
    BrandWish,
    /// What a community asked of us; it stands until they lift it.
    Requests,
    /// Where the money raised goes.
    Funds,
    /// Whether somebody who holds or seeks a seat speaks.
    PoliticiansSpeak,
    /// What a major party answered to the invitation.
    Parties,
    /// The parties that count as major here.
    MajorParties,
    /// Who moderates.
    Moderator,
    /// How the panel looks.
    Panel,
    /// Whether somebody looked up the speakers.
    SpeakersChecked,
    /// What the look at the speakers found.
    SpeakersFound,
    /// Whether the event praises a party, candidate, government or form of government.
    Endorses,
    /// Whether the event tells people how to vote.
    DirectsVote,
    /// Whether we are seen to lose our place above the parties.
    NonpartisanLost,
    /// Whether whoever represents us holds party or religious office.
    RepOffice,
    /// Whether staff were asked about an existing relationship.
    StaffChecked,
    /// Whether everybody can come, and be safe and at home there.
    Space,
    /// Whether somebody says that they are not sure.
    Unsure,
    /// How high one of the six risks is.
    Risk,
    /// What can be done about a risk. It is said together with the level.
    Mitigation,
    /// What those whom a rule refers to answered.
    Referral,
}

/// Whose a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    Event,
    Organiser,
    Community,
    OrganiserOrCommunity,
    Party,
    /// One for each of the six risks of the event, and for those that an organiser brings.
    Risk,
    Rule,
}

/// The six types of risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RiskType {
    /// Seen as taking sides in politics.
    Political,
    /// Against what we stand for.
    Policy,
    Financial,
    Legal,
    /// Our good name.
    Reputational,
    /// Harm to people.
    Physical,
}

/// Whom or what one statement or question is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    Event,
    /// An organiser; an empty name is the one without a name.
    Organiser(String),
    /// A community of rights holders; an empty name is the one without a name.
    Community(String),
    Party(String),
    Risk(RiskType),
    /// A risk that an organiser brings.
    RiskOf(RiskType, String),
    Rule(String),
}

impl Fact {
    /// Every fact, in the order in which a person is asked.
    pub const ALL: [Fact; 37] = [
        Fact::Requested,
        Fact::Message,
        Fact::Target,
        Fact::Category,
        Fact::Affiliation,
        Fact::Balanced,
        Fact::SystemChange,
        Fact::Tactics,
        Fact::Research,
        Fact::Corporate,
        Fact::OpposesOther,
        Fact::LawConflict,
        Fact::FaithHost,
        Fact::Formal,
        Fact::GovernmentHost,
        Fact::RightsHolders,
        Fact::Consent,
        Fact::BrandWish,
        Fact::Requests,
        Fact::Funds,
        Fact::PoliticiansSpeak,
        Fact::Parties,
        Fact::MajorParties,
        Fact::Moderator,
        Fact::Panel,
        Fact::SpeakersChecked,
        Fact::SpeakersFound,
        Fact::Endorses,
        Fact::DirectsVote,
        Fact::NonpartisanLost,
        Fact::RepOffice,
        Fact::StaffChecked,
        Fact::Space,
        Fact::Unsure,
        Fact::Risk,
        Fact::Mitigation,
        Fact::Referral,
    ];

    /// The name in packs, case files and questions.
    pub fn name(self) -> &'static str {
        match self {
            Fact::Requested => "requested",
            Fact::Message => "message",
            Fact::Target => "target",
            Fact::Category => "category",
            Fact::Affiliation => "affiliation",
            Fact::Balanced => "balanced",
            Fact::SystemChange => "system_change",
            Fact::Tactics => "tactics",
            Fact::Research => "research",
            Fact::Corporate => "corporate",
            Fact::OpposesOther => "opposes_other",
            Fact::LawConflict => "law_conflict",
            Fact::FaithHost => "faith_host",
            Fact::Formal => "formal",
            Fact::GovernmentHost => "government_host",
            Fact::RightsHolders => "rights_holders",
            Fact::Consent => "consent",
            Fact::BrandWish => "brand_wish",
            Fact::Requests => "requests",
            Fact::Funds => "funds",
            Fact::PoliticiansSpeak => "politicians_speak",
            Fact::Parties => "parties",
            Fact::MajorParties => "major_parties",
            Fact::Moderator => "moderator",
            Fact::Panel => "panel",
            Fact::SpeakersChecked => "speakers_checked",
            Fact::SpeakersFound => "speakers_found",
            Fact::Endorses => "endorses",
            Fact::DirectsVote => "directs_vote",
            Fact::NonpartisanLost => "nonpartisan_lost",
            Fact::RepOffice => "rep_office",
            Fact::StaffChecked => "staff_checked",
            Fact::Space => "space",
            Fact::Unsure => "unsure",
            Fact::Risk => "risk",
            Fact::Mitigation => "mitigation",
            Fact::Referral => "referral",
        }
    }

    pub fn parse(name: &str) -> Option<Fact> {
        Fact::ALL.into_iter().find(|fact| fact.name() == name)
    }

    /// Every value, mild to strict. Empty where any word may stand (the major parties).
    pub fn values(self) -> &'static [&'static str] {
        match self {
            Fact::Requested => &["ours", "partner", "support", "attend"],
            Fact::Message => &["same", "different"],
            Fact::Target => &["policy", "none", "person-or-party"],
            Fact::Category => &["a", "b", "c", "d"],
            Fact::Affiliation => &["none", "individual", "official", "party"],
            Fact::Balanced | Fact::LawConflict => &["yes", "no"],
            Fact::SystemChange
            | Fact::OpposesOther
            | Fact::Formal
            | Fact::PoliticiansSpeak
            | Fact::Endorses
            | Fact::DirectsVote
            | Fact::NonpartisanLost
            | Fact::RepOffice
            | Fact::Unsure => &["no", "yes"],
            Fact::Tactics => &["lawful", "direct-action-or-unlawful"],
            Fact::Research => &["done"],
            Fact::Corporate => &["none", "fine", "implies-endorsement"],
            Fact::FaithHost => &["none", "several", "one"],
            Fact::GovernmentHost => &["none", "local", "state-or-foreign"],
            Fact::RightsHolders => &["no", "affected", "led"],
            Fact::Consent => &["full", "conditional", "blessing", "declined"],
            Fact::BrandWish => &["wanted", "if-asked", "not-wanted"],
            Fact::Requests => &["other", "no-branding", "do-not-come"],
            Fact::Funds => &["none", "to-them", "shared"],
            Fact::Parties => &["attending", "statement", "declined", "no-response", "excluded"],
            Fact::MajorParties => &[],
            Fact::Moderator => &["non-partisan", "partisan"],
            Fact::Panel => &["balanced", "partisan-look"],
            Fact::SpeakersChecked | Fact::StaffChecked => &["yes"],
            Fact::SpeakersFound => &["fine", "affiliated"],
            Fact::Space => &["ok", "not-ok"],
            Fact::Risk => &["none", "low", "medium", "high"],
            Fact::Mitigation => &["none-needed", "mitigated", "can-be", "cannot"],
            Fact::Referral => &["agreed", "with-conditions", "refused"],
        }
    }

    pub fn per(self) -> Per {
        match self {
            Fact::Category
            | Fact::Affiliation
            | Fact::SystemChange
            | Fact::Tactics
            | Fact::Research
            | Fact::Corporate
            | Fact::OpposesOther => Per::Organiser,
            Fact::RightsHolders | Fact::Consent | Fact::Requests => Per::Community,
            Fact::BrandWish => Per::OrganiserOrCommunity,
            Fact::Parties => Per::Party,
            Fact::Risk | Fact::Mitigation => Per::Risk,
            Fact::Referral => Per::Rule,
            _ => Per::Event,
        }
    }

    /// Whether several values stand side by side and are united rather than compared.
    pub fn is_set(self) -> bool {
        matches!(self, Fact::Category | Fact::MajorParties | Fact::Requests)
    }

    /// Whether a newer statement replaces an older one only with a reason.
    pub fn needs_reason(self) -> bool {
        matches!(self, Fact::Risk | Fact::Consent | Fact::Affiliation | Fact::NonpartisanLost)
    }

    /// The question for a person, in plain words.
    pub fn question_words(self) -> &'static str {
        match self {
            Fact::Requested => "Is the event ours, or were we asked to be partner, to support it, or to attend?",
            Fact::Message => "Does the event say the same as we do?",
            Fact::Target => {
                "Is it against a policy, against nothing, or against a person, a party or a government as such?"
            }
            Fact::Category => {
                "What kind of group is it: people affected, a similar movement, a local group, or a political one?"
            }
            Fact::Affiliation => "Is it tied to a political party: by a known person, officially, or is it one?",
            Fact::Balanced => "Are people of other political views involved too?",
            Fact::SystemChange => "Does it want another form of government?",
            Fact::Tactics => "Does it plan direct action, or anything that may break the law?",
            Fact::Research => "Did somebody look into what it did and said before?",
            Fact::Corporate => "Could its business ties look as if we endorse what a company does?",
            Fact::OpposesOther => "Does it work against a community or an issue that we stand for?",
            Fact::LawConflict => "Does the law in question itself go against human rights?",
            Fact::FaithHost => "Is it hosted by religious institutions only, and by one or several?",
            Fact::Formal => "Is it a formal event?",
            Fact::GovernmentHost => {
                "Does a government host it or pay for it: a local council, a state, or another country?"
            }
            Fact::RightsHolders => "Is it about people whose rights are at stake, or do they lead it?",
            Fact::Consent => "What did they answer when we asked them, who answered, and when?",
            Fact::BrandWish => "Do they want our name and colours there?",
            Fact::Requests => "What did they ask of us?",
            Fact::Funds => "Where does the money that is raised go?",
            Fact::PoliticiansSpeak => "Will a member of a parliament or council, or a candidate for one, speak?",
            Fact::Parties => "Was this party invited, and what did it answer?",
            Fact::MajorParties => "Which parties count as major here?",
            Fact::Moderator => "Who moderates: somebody of no party, or somebody of one?",
            Fact::Panel => "Is the panel balanced, or could it look as if it takes a side?",
            Fact::SpeakersChecked => "Did somebody look up the speakers? (No speakers counts as yes.)",
            Fact::SpeakersFound => "Are the speakers fine, or is one tied to a party or an interest?",
            Fact::Endorses => "Does it praise a party, a candidate, a government or a form of government?",
            Fact::DirectsVote => "Does it tell people how to vote?",
            Fact::NonpartisanLost => "Does it begin to look as if we take a side between parties?",
            Fact::RepOffice => "Does whoever represents us hold office in a party or a religious body?",
            Fact::StaffChecked => "Were regional staff asked whether a relationship exists already?",
            Fact::Space => "Is the place accessible, safe and culturally right for everybody?",
            Fact::Unsure => "Is somebody not sure?",
            Fact::Risk => "How high is this risk?",
            Fact::Mitigation => "Is something done about this risk, can something be done, or nothing?",
            Fact::Referral => "What did those answer to whom this was referred?",
        }
    }

    /// A value in plain words; the value itself where it is one already.
    pub fn value_words(self, value: &str) -> &str {
        match (self, value) {
            (Fact::Requested, "ours") => "it is our own",
            (Fact::Requested, "partner") => "asked to be partner",
            (Fact::Requested, "support") => "asked for support",
            (Fact::Requested, "attend") => "asked to attend",
            (Fact::Target, "none") => "against nothing",
            (Fact::Target, "policy") => "against a policy",
            (Fact::Target, "person-or-party") => "against a person, a party or a government",
            (Fact::Category, "a") => "people affected by injustice",
            (Fact::Category, "b") => "a similar movement",
            (Fact::Category, "c") => "a community, religious, business or other local group",
            (Fact::Category, "d") => "political",
            (Fact::Affiliation, "individual") => "a person known for it",
            (Fact::Affiliation, "official") => "officially, or formed by a party",
            (Fact::Affiliation, "party") => "it is a party",
            (Fact::Tactics, "direct-action-or-unlawful") => "direct action, or it may break the law",
            (Fact::Corporate, "implies-endorsement") => "could look like our endorsement",
            (Fact::FaithHost | Fact::GovernmentHost, "none") => "no",
            (Fact::FaithHost, "one") => "one religious institution",
            (Fact::FaithHost, "several") => "several religious institutions",
            (Fact::GovernmentHost, "local") => "a local council",
            (Fact::GovernmentHost, "state-or-foreign") => "a state or another country",
            (Fact::RightsHolders, "affected") => "it is about them",
            (Fact::RightsHolders, "led") => "they lead it",
            (Fact::Consent, "full") => "yes",
            (Fact::Consent, "conditional") => "yes, with conditions",
            (Fact::Consent, "blessing") => "no, but with their blessing for our own action",
            (Fact::Consent, "declined") => "no",
            (Fact::BrandWish, "if-asked") => "only if they ask",
            (Fact::BrandWish, "not-wanted") => "not wanted",
            (Fact::Requests, "no-branding") => "no branding",
            (Fact::Requests, "do-not-come") => "do not come",
            (Fact::Funds, "to-them") => "to them",
            (Fact::Funds, "shared") => "shared with us",
            (Fact::Parties, "statement") => "a statement to be read out",
            (Fact::Parties, "no-response") => "no answer",
            (Fact::Parties, "excluded") => "the organisers will not invite it",
            (Fact::Moderator, "non-partisan") => "of no party",
            (Fact::Moderator, "partisan") => "of a party",
            (Fact::Panel, "partisan-look") => "looks as if it takes a side",
            (Fact::SpeakersFound, "affiliated") => "one is tied to a party or an interest",
            (Fact::Space, "not-ok") => "not yet",
            (Fact::Mitigation, "none-needed") => "nothing needed",
            (Fact::Mitigation, "can-be") => "can be mitigated",
            (Fact::Mitigation, "cannot") => "cannot be mitigated",
            (Fact::Referral, "with-conditions") => "agreed with conditions",
            (_, value) => value,
        }
    }

    /// Where a value stands in [`Fact::values`].
    pub(crate) fn rank(self, value: &str) -> Option<u8> {
        self.values().iter().position(|known| *known == value).map(|rank| rank as u8)
    }

    /// What this fact would be about when it is the event's own or nobody is named.
    pub(crate) fn unnamed(self) -> About {
        match self.per() {
            Per::Organiser => About::Organiser(String::new()),
            Per::Community | Per::OrganiserOrCommunity => About::Community(String::new()),
            _ => About::Event,
        }
    }
}

impl RiskType {
    pub const ALL: [RiskType; 6] = [
        RiskType::Political,
        RiskType::Policy,
        RiskType::Financial,
        RiskType::Legal,
        RiskType::Reputational,
        RiskType::Physical,
    ];

    /// The name in packs, case files and questions.
    pub fn name(self) -> &'static str {
        match self {
            RiskType::Political => "political",
            RiskType::Policy => "policy",
            RiskType::Financial => "financial",
            RiskType::Legal => "legal",
            RiskType::Reputational => "reputational",
            RiskType::Physical => "physical",
        }
    }

    pub fn parse(name: &str) -> Option<RiskType> {
        RiskType::ALL.into_iter().find(|risk| risk.name() == name)
    }
}

impl About {
    /// The name of the subject, where it has one.
    pub fn subject(&self) -> Option<&str> {
        match self {
            About::Event | About::Risk(_) => None,
            About::Organiser(name)
            | About::Community(name)
            | About::Party(name)
            | About::RiskOf(_, name)
            | About::Rule(name) => Some(name.as_str()).filter(|name| !name.is_empty()),
        }
    }

    /// The type of risk, where it is about one.
    pub fn risk(&self) -> Option<RiskType> {
        match self {
            About::Risk(risk) | About::RiskOf(risk, _) => Some(*risk),
            _ => None,
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for RiskType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
