//! Exchanging changes with the relays: once, or for as long as somebody watches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::time::{Duration, Instant, SystemTime};

use allymap_replica::{KnownRelay, Notice, Refused};
use allymap_wire::RelayKeyHash;

use crate::heard::Heard;
use crate::maps::rows::MapRow;
use crate::together::driver::{Exchange as Driver, Report};
use crate::together::lines::Lines;
use crate::together::relay::State;
use crate::together::stopped::{Refusal, Stopped};
use crate::together::{member, refuse_practice, relay};
use crate::trouble::{Doing, Exchange, Trouble};
use crate::visit::Visit;

/// How often a watching exchange looks for edits of other visits.
const LOOK: Duration = Duration::from_millis(500);
/// Pauses between attempts to reach a relay that is away, growing from the first to the last.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What an exchange came to.
#[derive(Debug)]
pub struct Exchanged {
    pub relays: Vec<With>,
    /// How many relays were asked.
    pub asked: usize,
    /// Own records that a relay has on its disk now.
    pub sent: usize,
    /// Entries that others changed.
    pub changed: usize,
    pub bytes_out: u64,
    pub bytes_in: u64,
    /// How often the other side had to answer before we could go on.
    pub round_trips: u32,
    pub took: Duration,
    /// Entries with changes that are in no record yet.
    pub unsealed: usize,
    /// Parts that wait for something that has not arrived yet.
    pub waiting: usize,
    /// This computer was let in.
    pub member: bool,
    /// What a person should know of it, in order.
    pub heard: Vec<Heard>,
    pub news: News,
}

/// How it went with one relay.
#[derive(Debug)]
pub struct With {
    pub state: State,
    /// Why it has not caught up.
    pub stopped: Option<Stopped>,
}

/// What came in that wants somebody to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Entries that two groups approached, and neither knew.
    pub approached_twice: Vec<String>,
    /// Entries about which people said different things.
    pub said_apart: Vec<String>,
}

impl Exchanged {
    /// How many relays have not caught up.
    pub fn stopped(&self) -> usize {
        self.relays.iter().filter(|with| with.stopped.is_some()).count()
    }

    /// At least one relay has caught up.
    pub fn came_about(&self) -> bool {
        self.stopped() < self.asked
    }
}

/// One conversation with every relay that can be reached.
pub async fn once(v: &mut Visit<'_>) -> Result<Exchanged, Trouble> {
    let (relays, _alone) = begin(v)?;
    match with(v, &relays).await {
        // What was mended lacks something; the relay has it.
        Err(trouble) if trouble.is_repaired() => with(v, &relays).await,
        done => done,
    }
}

/// Stays connected until it is told to stop: changes go both ways as they are made. What was stored and not sent yet when this
/// ends is offered again next time.
pub async fn watch(v: &mut Visit<'_>, stop: impl Future<Output = ()>) -> Result<(), Trouble> {
    let (relays, _alone) = begin(v)?;
    tokio::select! {
        ended = go_on(v, relays) => return ended,
        () = stop => {}
    }
    v.release();
    Ok(())
}

/// With whom, and nobody else meanwhile.
fn begin(v: &mut Visit<'_>) -> Result<(Vec<KnownRelay>, Alone), Trouble> {
    refuse_practice(v)?;
    let relays = known(v)?;
    if relays.is_empty() {
        return Err(Exchange::NoRelay.into());
    }
    Ok((relays, Alone::take(v)?))
}

fn known(v: &mut Visit<'_>) -> Result<Vec<KnownRelay>, Trouble> {
    Ok(v.hold()?.0.relays())
}

async fn with(v: &mut Visit<'_>, relays: &[KnownRelay]) -> Result<Exchanged, Trouble> {
    v.release();
    let mut driver = Driver::new(Lines::new());
    let mut stopped = BTreeMap::new();
    for relay in relays {
        v.tell(Heard::Connecting { url: relay.url.clone() });
        if let Err(error) = driver.connect(relay, v.request.unprotected).await {
            stopped.insert(relay.relay, Stopped::Away(error));
        }
    }
    if driver.is_connected() {
        driver.run(v).await?;
        after(v)?;
    }
    let report = driver.report;
    for relay in relays.iter().filter(|relay| !report.caught_up.contains(&relay.relay)) {
        stopped.entry(relay.relay).or_insert_with(|| Stopped::of(relay, &report));
    }
    let states = relay::list(v)?;
    let (standing, member) = {
        let (replica, disk) = v.hold()?;
        (replica.standing(disk)?, replica.membership().is_some())
    };
    let (heard, news) = (to_know(v, &report)?, news(v, &report)?);
    let relays_now = states.into_iter().map(|state| With { stopped: stopped.remove(&state.relay), state }).collect();
    Ok(Exchanged {
        relays: relays_now,
        asked: relays.len(),
        sent: report.sent,
        changed: report.changed.len(),
        bytes_out: report.bytes_out,
        bytes_in: report.bytes_in,
        round_trips: report.round_trips,
        took: report.took,
        unsealed: standing.unsealed,
        waiting: standing.waiting,
        member,
        heard,
        news,
    })
}

/// A relay that is away, and when to try it again.
struct Away {
    until: Instant,
    pause: Duration,
}

#[allow(clippy::disallowed_methods, reason = "a driver waits")]
async fn go_on(v: &mut Visit<'_>, mut relays: Vec<KnownRelay>) -> Result<(), Trouble> {
    let mut driver = Driver::new(Lines::new());
    let mut away: BTreeMap<RelayKeyHash, Away> = BTreeMap::new();
    let mut marker = None;
    let mut said: BTreeSet<(RelayKeyHash, u8)> = BTreeSet::new();
    loop {
        v.release();
        for relay in &relays {
            let waiting = away.get(&relay.relay);
            if driver.is_connected_to(&relay.relay) || waiting.is_some_and(|away| away.until > Instant::now()) {
                continue;
            }
            let pause = waiting.map_or(PAUSES.0, |away| (away.pause * 2).min(PAUSES.1));
            // Jitter, so that many who lost the same relay do not return in the same second.
            let [jitter] = v.home.around.id::<1>();
            let again_in = pause + u32::from(jitter) * pause / 512;
            away.insert(relay.relay, Away { until: Instant::now() + again_in, pause });
            let url = relay.url.clone();
            match driver.connect(relay, v.request.unprotected).await {
                Ok(()) => v.tell(Heard::Connected { url }),
                Err(why) => v.tell(Heard::Away { url, why, again_in }),
            }
        }
        driver.step(v).await?;
        let mut fresh = std::mem::take(&mut driver.report);
        for relay in &fresh.caught_up {
            // It works again: the next loss begins with a short pause.
            away.remove(relay);
        }
        fresh.notices.retain(|notice| match notice {
            Notice::NotTaken { relay, code } => said.insert((*relay, *code as u8)),
            _ => true,
        });
        if !fresh.notices.is_empty() || !fresh.changed.is_empty() {
            after(v)?;
            tell_step(v, &relays, &fresh)?;
        }
        v.release();
        let next = away.values().map(|away| away.until.saturating_duration_since(Instant::now())).min();
        if driver.is_connected() {
            driver.wait(v, next.unwrap_or(LOOK).clamp(Duration::from_millis(1), LOOK)).await;
        } else {
            tokio::time::sleep(next.unwrap_or(PAUSES.0).min(LOOK)).await;
        }
        let now = changed_at(v);
        if now != marker {
            marker = now;
            relays = known(v)?;
            driver.offer();
        }
    }
}

/// What an exchange means for the home: somebody was let in.
fn after(v: &mut Visit<'_>) -> Result<(), Trouble> {
    let let_in = v.hold()?.0.membership().is_some();
    let row = v.map()?;
    if let_in && row.waiting_words.is_some() {
        let map = row.name.clone();
        v.put_map(MapRow { waiting_words: None, ..row })?;
        v.commit()?;
        v.tell(Heard::LetIn { map });
    }
    Ok(())
}

/// One step of a watching exchange, told when it came to something.
fn tell_step(v: &mut Visit<'_>, relays: &[KnownRelay], report: &Report) -> Result<(), Trouble> {
    for heard in to_know(v, report)? {
        v.tell(heard);
    }
    for relay in relays.iter().filter(|relay| report.ended(&relay.relay)) {
        v.tell(Heard::Stopped { url: relay.url.clone(), why: Stopped::of(relay, report) });
    }
    let states = relay::list(v)?;
    let (sent, changed) = (report.sent, report.changed.len());
    for state in states.into_iter().filter(|state| report.caught_up.contains(&state.relay)) {
        v.tell(Heard::CaughtUp { state, sent, changed });
    }
    if changed > 0 {
        let news = news(v, report)?;
        v.tell(Heard::Received { entries: changed, news });
    }
    Ok(())
}

fn news(v: &mut Visit<'_>, report: &Report) -> Result<News, Trouble> {
    if report.changed.is_empty() {
        return Ok(News::default());
    }
    let authors = v.authors()?;
    let cards = v.cards()?;
    let came = || cards.iter().filter(|card| report.changed.iter().any(|id| id.0 == card.id.0));
    let twice = came().filter(|card| card.approached_twice(&|actor| authors.of(actor)));
    Ok(News {
        approached_twice: twice.map(|card| card.name.clone()).collect(),
        said_apart: came().filter(|card| card.conflicts > 0).map(|card| card.name.clone()).collect(),
    })
}

/// What a person should know of an exchange.
fn to_know(v: &mut Visit<'_>, report: &Report) -> Result<Vec<Heard>, Trouble> {
    let mut not_taken: BTreeMap<(RelayKeyHash, Refusal), usize> = BTreeMap::new();
    let (mut refused, mut too_much) = (0, 0);
    for notice in &report.notices {
        match notice {
            Notice::NotTaken { relay, code } => *not_taken.entry((*relay, (*code).into())).or_default() += 1,
            Notice::Refused { why: Refused::OverBudget, .. } => too_much += 1,
            Notice::Refused { .. } => refused += 1,
            _ => {}
        }
    }
    let mut heard: Vec<Heard> = not_taken.into_iter().map(|((_, why), parts)| Heard::NotTaken { why, parts }).collect();
    heard.extend((refused > 0).then_some(Heard::Refused { parts: refused }));
    heard.extend((too_much > 0).then_some(Heard::OverBudget { parts: too_much }));
    for notice in &report.notices {
        match notice {
            Notice::AsksToJoin { .. } => heard.extend(member::waiting(v)?.into_iter().map(Heard::AsksToJoin)),
            Notice::Created { .. } => heard.push(Heard::Created),
            Notice::RolledBack { from, to, .. } => {
                heard.push(Heard::RolledBack { records: from.saturating_sub(*to) });
            }
            Notice::Withheld { .. } => heard.push(Heard::Withheld),
            _ => {}
        }
    }
    Ok(heard)
}

/// When somebody last wrote into this home.
fn changed_at(v: &Visit<'_>) -> Option<SystemTime> {
    std::fs::metadata(v.home.folders.changed_marker()).and_then(|metadata| metadata.modified()).ok()
}

/// One exchange at a time: two would move the same cursor.
struct Alone(#[allow(dead_code, reason = "held, not read: dropping it ends the lock")] File);

impl Alone {
    fn take(v: &Visit<'_>) -> Result<Alone, Trouble> {
        let path = v.home.folders.data.join("exchanging");
        let file = File::create(&path).map_err(|error| Trouble::file(Doing::Opening, &path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Alone(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(Exchange::UnderWay.into()),
            Err(std::fs::TryLockError::Error(error)) => Err(Trouble::file(Doing::Locking, &path, error)),
        }
    }
}
