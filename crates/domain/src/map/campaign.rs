//! Campaigns: the sentence that people are for or against, whom it addresses, what opponents say and what we answer.
//!
//! A campaign can be closed. Nothing of an entry depends on that: relationships go on (partnership guide, section 1).

use std::collections::BTreeMap;

use allymap_document::{Document, Edit, Value};

use crate::card::find::short_ids;
use crate::date::Date;
use crate::date::typed::full_date;
use crate::ids::{EntryId, RowId};
use crate::rejection::Rejection;
use crate::words;

/// The sentence that people are for or against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub id: RowId,
    pub sentence: String,
    /// Sentences that were written apart from the shown one.
    pub others: Vec<String>,
    /// The decision makers whom it addresses: the shown one, then those that were written apart from it.
    pub targets: Vec<EntryId>,
    /// By id.
    pub arguments: Vec<Argument>,
    pub closed: Option<Date>,
    /// What came of it, as somebody wrote when it was closed.
    pub outcome: Option<String>,
}

/// What opponents say against the sentence, and what we answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    pub id: RowId,
    /// The shown words, then those that were written apart from them.
    pub said: Vec<String>,
    /// The same of our answer; empty while we have none.
    pub answers: Vec<String>,
}

/// Which campaign somebody means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundCampaign<'a> {
    One(&'a Campaign),
    Several(Vec<&'a Campaign>),
    /// Nothing fits; one that looks alike, perhaps.
    None {
        near: Option<&'a Campaign>,
    },
}

/// By its id, its whole sentence, or the beginnings of some of its words. Of several that fit, the ones still open count.
pub fn find_campaign<'a>(typed: &str, campaigns: &'a [Campaign]) -> FoundCampaign<'a> {
    let id = typed.trim().parse::<RowId>().ok();
    if let Some(campaign) = campaigns.iter().find(|campaign| Some(campaign.id) == id) {
        return FoundCampaign::One(campaign);
    }
    let wanted = words::folded_words(typed);
    let own = |campaign: &Campaign| words::folded_words(&campaign.sentence);
    let exact: Vec<&Campaign> = campaigns.iter().filter(|campaign| own(campaign) == wanted).collect();
    let begins = |campaign: &&Campaign| {
        let own = own(campaign);
        !wanted.is_empty() && wanted.iter().all(|word| own.iter().any(|own| own.starts_with(word.as_str())))
    };
    let mut fitting = if exact.is_empty() { campaigns.iter().filter(begins).collect() } else { exact };
    if fitting.len() > 1 && fitting.iter().any(|campaign| campaign.closed.is_none()) {
        fitting.retain(|campaign| campaign.closed.is_none());
    }
    match fitting.as_slice() {
        [campaign] => FoundCampaign::One(campaign),
        [] => FoundCampaign::None { near: near(&wanted.join(" "), campaigns) },
        _ => FoundCampaign::Several(fitting),
    }
}

fn near<'a>(typed: &str, campaigns: &'a [Campaign]) -> Option<&'a Campaign> {
    if typed.len() > words::LINE_LETTERS {
        return None;
    }
    let alike = |campaign: &Campaign| strsim::jaro_winkler(typed, &words::folded(&campaign.sentence));
    let best = campaigns.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)).then(b.id.cmp(&a.id)))?;
    (alike(best) >= 0.75).then_some(best)
}

impl Campaign {
    /// Make a campaign, or change its sentence.
    pub fn say(edit: &mut Edit<'_>, id: RowId, sentence: &str) -> Result<(), Rejection> {
        put(edit, &format!("{SENTENCE}{id}"), "campaign", sentence)
    }

    /// Say whom it addresses.
    pub fn address(edit: &mut Edit<'_>, id: RowId, target: EntryId) -> Result<(), Rejection> {
        Ok(edit.put(&format!("{TARGET}{id}"), Value::Text(target.to_string()))?)
    }

    /// Note what opponents say, or change its words.
    pub fn argue(edit: &mut Edit<'_>, id: RowId, argument: RowId, said: &str) -> Result<(), Rejection> {
        put(edit, &format!("{ARGUMENT}{id}-{argument}"), "argument", said)
    }

    /// Note what we answer.
    pub fn answer(edit: &mut Edit<'_>, id: RowId, argument: RowId, answer: &str) -> Result<(), Rejection> {
        put(edit, &format!("{ANSWER}{id}-{argument}"), "answer", answer)
    }

    /// Take an argument and its answer away.
    pub fn drop_argument(edit: &mut Edit<'_>, id: RowId, argument: RowId) -> Result<(), Rejection> {
        edit.remove(&format!("{ARGUMENT}{id}-{argument}"))?;
        Ok(edit.remove(&format!("{ANSWER}{id}-{argument}"))?)
    }

    /// The campaign is over. No entry is touched.
    pub fn close(edit: &mut Edit<'_>, id: RowId, on: Date, outcome: &str) -> Result<(), Rejection> {
        let outcome = words::line("outcome", outcome, words::LINE_LETTERS)?;
        edit.put(&format!("{CLOSED}{id}"), Value::Text(on.to_string()))?;
        let key = format!("{OUTCOME}{id}");
        if outcome.is_empty() {
            edit.remove(&key)?
        } else {
            edit.put(&key, Value::Text(outcome))?
        }
        Ok(())
    }

    pub fn reopen(edit: &mut Edit<'_>, id: RowId) -> Result<(), Rejection> {
        edit.remove(&format!("{CLOSED}{id}"))?;
        Ok(edit.remove(&format!("{OUTCOME}{id}"))?)
    }

    /// The argument that letters name, if they name one.
    pub fn argument(&self, letters: &str) -> Option<&Argument> {
        let letters = letters.trim().to_lowercase();
        let mut fitting = self.arguments.iter().filter(|argument| argument.id.to_string().starts_with(&letters));
        match (fitting.next(), fitting.next()) {
            (Some(argument), None) if !letters.is_empty() => Some(argument),
            _ => None,
        }
    }

    /// The letters that tell an argument from the others.
    pub fn letters(&self, argument: &Argument) -> String {
        let ids = self.arguments.iter().map(|argument| EntryId(argument.id.0));
        short_ids(ids).remove(&EntryId(argument.id.0)).unwrap_or_default()
    }

    /// The shown one of those whom it addresses.
    pub fn target(&self) -> Option<EntryId> {
        self.targets.first().copied()
    }
}

/// The campaigns of a map, by their sentences, and how many of their keys and values cannot be read.
pub(crate) fn read(document: &Document) -> (Vec<Campaign>, usize) {
    let mut newer = 0;
    let mut campaigns: BTreeMap<RowId, Campaign> = BTreeMap::new();
    let mut arguments: BTreeMap<(RowId, RowId), Argument> = BTreeMap::new();
    for key in document.keys().into_iter().filter(|key| owns(key)) {
        // A key that is not understood is one fact, whatever stands under it.
        let mut unread = 0;
        let lines = lines(document, &key, &mut unread);
        let Some((prefix, ids)) = PREFIXES.iter().find_map(|prefix| Some((*prefix, key.strip_prefix(prefix)?))) else {
            continue;
        };
        if let Some((id, argument)) = ids.split_once('-') {
            let (Ok(id), Ok(argument), true) = (id.parse(), argument.parse(), [ARGUMENT, ANSWER].contains(&prefix))
            else {
                newer += 1;
                continue;
            };
            newer += unread;
            let new = || Argument { id: argument, said: Vec::new(), answers: Vec::new() };
            let kept = arguments.entry((id, argument)).or_insert_with(new);
            if prefix == ARGUMENT {
                kept.said = lines
            } else {
                kept.answers = lines
            }
            continue;
        }
        let Ok(id) = ids.parse::<RowId>() else {
            newer += 1;
            continue;
        };
        newer += unread;
        let campaign = campaigns.entry(id).or_insert_with(|| Campaign {
            id,
            sentence: String::new(),
            others: Vec::new(),
            targets: Vec::new(),
            arguments: Vec::new(),
            closed: None,
            outcome: None,
        });
        match prefix {
            SENTENCE => {
                let mut lines = lines.into_iter();
                campaign.sentence = lines.next().unwrap_or_default();
                campaign.others = lines.collect();
            }
            TARGET => {
                campaign.targets = lines.iter().filter_map(|line| line.parse().ok()).collect();
                newer += lines.len() - campaign.targets.len();
            }
            CLOSED => {
                let days: Vec<Date> = lines.iter().filter_map(|line| full_date(line).ok()).collect();
                newer += lines.len() - days.len();
                // Closed apart on two days: on the earlier.
                campaign.closed = days.into_iter().min();
            }
            OUTCOME => campaign.outcome = Some(lines.join("; ")).filter(|outcome| !outcome.is_empty()),
            _ => newer += 1,
        }
    }
    for ((id, _), argument) in arguments {
        if let Some(campaign) = campaigns.get_mut(&id).filter(|_| !argument.said.is_empty()) {
            campaign.arguments.push(argument);
        }
    }
    let mut campaigns: Vec<Campaign> =
        campaigns.into_values().filter(|campaign| !campaign.sentence.is_empty()).collect();
    campaigns.sort_by_key(|campaign| (words::folded(&campaign.sentence), campaign.id));
    (campaigns, newer)
}

/// True for keys of the map's document that belong to campaigns.
pub(crate) fn owns(key: &str) -> bool {
    PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

fn lines(document: &Document, key: &str, newer: &mut usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for written in document.values(key) {
        match written.value {
            Value::Text(text) => {
                let text = words::shown_line(&text);
                if !text.trim().is_empty() && !lines.contains(&text) {
                    lines.push(text);
                }
            }
            _ => *newer += 1,
        }
    }
    lines
}

fn put(edit: &mut Edit<'_>, key: &str, field: &'static str, typed: &str) -> Result<(), Rejection> {
    let line = words::line(field, typed, words::LINE_LETTERS)?;
    if line.is_empty() {
        return Err(Rejection::Empty { field });
    }
    Ok(edit.put(key, Value::Text(line))?)
}

const SENTENCE: &str = "s/campaigns/";
const TARGET: &str = "s/campaign-target/";
const ARGUMENT: &str = "s/campaign-argument/";
const ANSWER: &str = "s/campaign-answer/";
const CLOSED: &str = "s/campaign-closed/";
const OUTCOME: &str = "s/campaign-outcome/";
const PREFIXES: [&str; 6] = [SENTENCE, TARGET, ARGUMENT, ANSWER, CLOSED, OUTCOME];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::map::{Map, NewMap};
    use crate::tests::desk::{Desk, row, today};

    fn map() -> Desk {
        let mut ana = Desk::empty(0);
        let new = NewMap { name: "Thornwick".into(), community: String::new() };
        ana.edit(|edit| Map::create(edit, &new)).unwrap();
        ana.edit(|edit| Campaign::say(edit, row(1), "Thornwick welcomes refugees")).unwrap();
        ana
    }

    fn only(desk: &Desk) -> Campaign {
        let map = Map::read(&desk.document);
        assert_eq!((map.campaigns.len(), map.newer_facts), (1, 0));
        map.campaigns.into_iter().next().unwrap()
    }

    #[test]
    fn a_campaign_knows_whom_it_addresses_what_is_said_against_it_and_what_we_answer() {
        let mut ana = map();
        ana.edit(|edit| Campaign::address(edit, row(1), EntryId([9; 16]))).unwrap();
        ana.edit(|edit| Campaign::argue(edit, row(1), row(2), "There are no houses")).unwrap();
        ana.edit(|edit| Campaign::answer(edit, row(1), row(2), "Forty stand empty, says the council's own list"))
            .unwrap();
        let campaign = only(&ana);
        assert_eq!(campaign.target(), Some(EntryId([9; 16])));
        assert_eq!(campaign.arguments[0].said, ["There are no houses"]);
        assert_eq!(campaign.arguments[0].answers.len(), 1);
        ana.edit(|edit| Campaign::drop_argument(edit, row(1), row(2))).unwrap();
        assert_eq!(only(&ana).arguments, []);
        assert!(ana.edit(|edit| Campaign::argue(edit, row(1), row(3), " ")).is_err());
    }

    #[test]
    fn what_a_newer_program_writes_about_a_campaign_is_counted_and_the_rest_is_read() {
        let mut ana = map();
        ana.edit(|edit| {
            edit.put(&format!("{CLOSED}{}", row(1)), Value::Text("when the swallows leave".into()))?;
            edit.put(&format!("{TARGET}{}", row(1)), Value::Text("two of them".into()))?;
            edit.put(&format!("{ARGUMENT}{}", row(1)), Value::Text("an argument of no campaign".into()))?;
            Ok(edit.put(&format!("{SENTENCE}x"), Value::Text("an id of another kind".into()))?)
        })
        .unwrap();
        let map = Map::read(&ana.document);
        assert_eq!((map.campaigns.len(), map.newer_facts), (1, 4));
        assert_eq!((map.campaigns[0].closed, map.campaigns[0].target()), (None, None));
    }

    #[test]
    fn a_campaign_closed_on_two_days_apart_is_closed_on_the_earlier_in_any_order() {
        let ana = map();
        let (mut first, mut second) = (ana.clone(), ana.clone());
        first.document.set_actor(allymap_document::ActorId([1; 16]));
        second.document.set_actor(allymap_document::ActorId([2; 16]));
        first.edit(|edit| Campaign::close(edit, row(1), today(), "the council voted for it")).unwrap();
        let before = today().plus_days(-3).unwrap();
        second.edit(|edit| Campaign::close(edit, row(1), before, "")).unwrap();
        let (mut one, mut other) = (first.clone(), second.clone());
        one.learn(&[&second]);
        other.learn(&[&first]);
        for desk in [&one, &other] {
            assert_eq!(only(desk).closed, Some(before));
            assert_eq!(only(desk).outcome.as_deref(), Some("the council voted for it"));
        }
        one.edit(|edit| Campaign::reopen(edit, row(1))).unwrap();
        assert_eq!((only(&one).closed, only(&one).outcome), (None, None));
    }

    #[test]
    fn a_campaign_is_found_by_words_of_its_sentence_and_an_open_one_first() {
        let mut ana = map();
        ana.edit(|edit| Campaign::say(edit, row(5), "A step-free town centre")).unwrap();
        ana.edit(|edit| Campaign::say(edit, row(6), "A step-free station")).unwrap();
        let found = |desk: &Desk, typed: &str| match find_campaign(typed, &Map::read(&desk.document).campaigns) {
            FoundCampaign::One(campaign) => Ok(campaign.id),
            FoundCampaign::Several(several) => Err(several.len()),
            FoundCampaign::None { near } => Err(usize::from(near.is_some()) * 100),
        };
        assert_eq!(found(&ana, "refug"), Ok(row(1)));
        assert_eq!(found(&ana, "step free"), Err(2));
        assert_eq!(found(&ana, "Thornwik welcoms refugees"), Err(100));
        assert_eq!(found(&ana, "whales"), Err(0));
        assert_eq!(found(&ana, &"x".repeat(10_000)), Err(0));
        ana.edit(|edit| Campaign::close(edit, row(6), today(), "")).unwrap();
        assert_eq!(found(&ana, "step free"), Ok(row(5)));
    }

    /// One thing that one of three people does to a campaign.
    fn act(desk: &mut Desk, what: usize, number: u8) {
        let done = desk.edit(|edit| match what {
            0 => Campaign::say(edit, row(1), &format!("Sentence {number}")),
            1 => Campaign::address(edit, row(1), EntryId([number; 16])),
            2 => Campaign::argue(edit, row(1), row(number % 3), &format!("They say {number}")),
            3 => Campaign::answer(edit, row(1), row(number % 3), &format!("We say {number}")),
            4 => Campaign::close(edit, row(1), today().plus_days(i32::from(number)).unwrap(), "done"),
            5 => Campaign::reopen(edit, row(1)),
            _ => Campaign::drop_argument(edit, row(1), row(number % 3)),
        });
        done.unwrap();
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_order_of_meeting_gives_the_same_campaign(done in prop::collection::vec((0..3usize, 0..7usize, any::<bool>()), 1..14)) {
            let ana = map();
            let mut desks = [0u8, 1, 2].map(|actor| {
                let mut desk = ana.clone();
                desk.document.set_actor(allymap_document::ActorId([actor; 16]));
                desk
            });
            for (number, (desk, what, learns)) in (1..).zip(done) {
                act(&mut desks[desk], what, number);
                if learns {
                    let other = desks[desk].clone();
                    desks[(desk + 1) % 3].learn(&[&other]);
                }
            }
            let [ana, ben, cleo] = desks;
            let (mut one, mut two) = (ana.clone(), cleo.clone());
            one.learn(&[&ben, &cleo]);
            two.learn(&[&ana, &ben]);
            prop_assert_eq!(Map::read(&one.document), Map::read(&two.document));
        }
    }
}
