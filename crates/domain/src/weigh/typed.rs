//! What was typed about an event, understood: which fact, about whom, which value.

use allymap_policy::{About, Fact, Pack, Per, Question, RiskType};

use crate::entry::risk::{Level, Mitigation};
use crate::weigh::{Subject, Weighing};
use crate::words::{folded, folded_words, nearest};

/// Why it is not clear what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// There is no such fact; this one is like it.
    Fact {
        typed: String,
        near: Option<String>,
    },
    /// It is about the event, and about nobody else.
    AboutTheEvent(Fact),
    /// Which type of risk is meant.
    RiskType,
    /// Which of these it is about; there may be nobody yet.
    Whom {
        fact: Fact,
        typed: String,
        known: Vec<String>,
    },
    /// The fact has no such value; this one is like it.
    Value {
        fact: Fact,
        typed: String,
        near: Option<String>,
    },
    Level {
        typed: String,
    },
    Mitigation {
        typed: String,
    },
    /// It says more than a value can, and has an act of its own.
    HasItsOwn(Fact),
}

/// What each of these is about, and its value as it was typed: all of them, or nothing. `risk` alone means all six.
pub fn facts(
    weighing: &Weighing,
    pack: &Pack,
    pairs: &[(String, String)],
    about: Option<&str>,
) -> Result<Vec<(Question, String)>, Unclear> {
    let mut all = Vec::new();
    for (fact, typed) in pairs {
        if folded(fact) == "risk" {
            rating(typed)?;
            let each = |risk| (Question::new(Fact::Risk, About::Risk(risk)), typed.clone());
            all.extend(RiskType::ALL.map(each));
            continue;
        }
        let question = question(weighing, pack, fact, about)?;
        match question.fact {
            Fact::Risk | Fact::Mitigation => drop(rating(typed)?),
            Fact::MajorParties | Fact::Requests | Fact::Referral => {}
            fact => drop(value(fact, typed)?),
        }
        all.push((question, typed.clone()));
    }
    Ok(all)
}

/// What a typed fact is about: `research.Bowls Club`, or `research` with the one whom it can only mean.
pub fn question(weighing: &Weighing, pack: &Pack, typed: &str, about: Option<&str>) -> Result<Question, Unclear> {
    let written = match about {
        Some(about) if !typed.contains('.') => format!("{typed}.{about}"),
        _ => typed.to_owned(),
    };
    let (name, rest) = written.split_once('.').unwrap_or((&written, ""));
    let (name, rest) = (name.replace('-', "_").to_lowercase(), rest.trim());
    let Some(fact) = Fact::parse(&name) else {
        let near = nearest(&folded(&name), Fact::ALL.iter().map(|fact| fact.name().to_owned()));
        return Err(Unclear::Fact { typed: name, near });
    };
    let about = match fact.per() {
        Per::Event if !rest.is_empty() => return Err(Unclear::AboutTheEvent(fact)),
        Per::Event => About::Event,
        Per::Party => About::Party(rest.to_owned()),
        Per::Rule => About::Rule(pack.rule(rest).map_or_else(|| rest.to_owned(), |rule| rule.id.to_string())),
        Per::Risk => About::Risk(RiskType::parse(&rest.to_lowercase()).ok_or(Unclear::RiskType)?),
        Per::Organiser => About::Organiser(subject(weighing, rest, fact, |one| one.organiser)?),
        Per::Community => About::Community(subject(weighing, rest, fact, |one| one.community)?),
        Per::OrganiserOrCommunity => {
            // Whose wish it is goes without saying where only one community is concerned.
            let name = subject(weighing, rest, fact, |one| !rest.is_empty() || one.community)?;
            match weighing.subject(&name) {
                Some(one) if !one.community => About::Organiser(name),
                _ => About::Community(name),
            }
        }
    };
    Ok(Question::new(fact, about))
}

/// Whom a typed name means, among those whom the event concerns.
fn subject(weighing: &Weighing, typed: &str, fact: Fact, fits: impl Fn(&Subject) -> bool) -> Result<String, Unclear> {
    let all: Vec<&Subject> = weighing.subjects.iter().filter(|one| fits(one)).collect();
    if let Some(one) = all.iter().find(|one| folded(&one.name) == folded(typed)) {
        return Ok(one.name.clone());
    }
    let words = folded_words(typed);
    let begins = |one: &&&Subject| {
        let own = folded_words(&one.name);
        words.iter().all(|word| own.iter().any(|own| own.starts_with(word)))
    };
    let near: Vec<&Subject> = all.iter().filter(begins).copied().collect();
    match (near.as_slice(), typed.is_empty()) {
        ([one], _) => Ok(one.name.clone()),
        ([], true) => Ok(String::new()),
        _ => {
            let known = all.iter().map(|one| one.name.clone()).collect();
            Err(Unclear::Whom { fact, typed: typed.to_owned(), known })
        }
    }
}

/// A value as the policy writes it; none for what is not known.
pub fn value(fact: Fact, typed: &str) -> Result<Option<String>, Unclear> {
    let folded_typed = folded(typed);
    if ["open", "unknown", "not known", "not known yet", ""].contains(&folded_typed.as_str()) {
        return Ok(None);
    }
    let is = |value: &&&str| folded(value) == folded_typed || folded(fact.value_words(value)) == folded_typed;
    if let Some(known) = fact.values().iter().find(is) {
        return Ok(Some((*known).to_owned()));
    }
    let near = nearest(&folded_typed, fact.values().iter().map(|value| (*value).to_owned()));
    Err(Unclear::Value { fact, typed: typed.to_owned(), near })
}

/// `high,cannot`: how high, and what can be done.
pub fn rating(typed: &str) -> Result<(Level, Mitigation), Unclear> {
    let (level, mitigation) = typed.split_once([',', '/']).unwrap_or((typed, ""));
    let level = Level::typed(level.trim().replace("open", "unknown").as_str())
        .ok_or_else(|| Unclear::Level { typed: level.trim().to_owned() })?;
    let mitigation = match mitigation.trim() {
        "" | "open" if level <= Level::Low => Mitigation::NoneNeeded,
        "" | "open" => Mitigation::Unknown,
        word => Mitigation::typed(word).ok_or_else(|| Unclear::Mitigation { typed: word.to_owned() })?,
    };
    Ok((level, mitigation))
}
