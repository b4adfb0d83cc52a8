//! `allymap sync`: exchange with the relays, now or for as long as it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use allymap_replica::{KnownRelay, Notice, Refused};
use allymap_wire::{Code, RelayKeyHash};

use crate::about::relay as about;
use crate::app::App;
use crate::terminal::failure::{Exit, Failure, connect_words};
use crate::terminal::words::{count, quoted};
use allymap_home::together::driver::{Exchange, Report};
use allymap_home::together::lines::{ConnectError, Lines};
use allymap_home::together::relay;

/// Exchange changes now, or keep at it with --watch
#[derive(clap::Args)]
#[command(visible_alias = "exchange", after_help = "Examples:\n  allymap sync\n  allymap sync --watch")]
pub(crate) struct Args {
    /// Stay connected: changes go both ways as they are made
    #[arg(long)]
    watch: bool,
}

/// How often a watching exchange looks for edits of other commands.
const LOOK: Duration = Duration::from_millis(500);
/// Pauses between attempts to reach a relay that is away, growing from the first to the last.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    super::new::refuse_practice(app)?;
    let relays = known(app)?;
    if relays.is_empty() {
        return Err(Failure::new(
            "AM-NO-RELAY",
            Exit::NotExchanged,
            "This map is not exchanged through any relay yet. Everything is kept here.",
        )
        .hint("Add one with: allymap relay add LINE"));
    }
    let _alone = ExchangeLock::take(app)?;
    let runtime = runtime()?;
    if args.watch {
        return runtime.block_on(async {
            // What was stored and not sent yet when this ends is offered again next time.
            tokio::select! {
                ended = watch(app) => return ended,
                () = asked_to_stop() => {}
            }
            app.release();
            app.output.status("Stopped. Everything is kept here.");
            Ok(())
        });
    }
    match runtime.block_on(once(app, &relays)) {
        // What was mended lacks something; the relay has it.
        Err(failure) if failure.is_repaired() => runtime.block_on(once(app, &relays)),
        done => done,
    }
}

fn known(app: &mut App<'_>) -> Result<Vec<KnownRelay>, Failure> {
    Ok(app.hold()?.0.relays())
}

async fn once(app: &mut App<'_>, relays: &[KnownRelay]) -> Result<(), Failure> {
    app.release();
    let mut exchange = Exchange::new(Lines::new());
    let mut failures = BTreeMap::new();
    for relay in relays {
        app.output.status(format_args!("Connecting to {} …", relay.url));
        if let Err(error) = exchange.connect(relay, app.options.insecure).await {
            failures.insert(relay.relay, unreachable(&relay.url, &error));
        }
    }
    if exchange.is_connected() {
        exchange.run(app.visit()?).await?;
        after(app)?;
    }
    for relay in relays {
        if !exchange.report.caught_up.contains(&relay.relay) {
            failures.entry(relay.relay).or_insert_with(|| stopped(relay, &exchange.report));
        }
    }
    say(app, &exchange.report, &failures)?;
    if failures.len() < relays.len() {
        return Ok(());
    }
    match (relays.len(), failures.into_values().next()) {
        (1, Some(failure)) => Err(failure),
        (count, _) => Err(Failure::new(
            "AM-AWAY",
            Exit::NotExchanged,
            format!("None of the {count} relays has taken part. Everything is kept here."),
        )
        .hint("Changes go out at the next exchange: allymap sync")),
    }
}

/// A relay that is away, and when to try it again.
struct Away {
    until: Instant,
    pause: Duration,
}

#[allow(clippy::disallowed_methods, reason = "a driver waits")]
async fn watch(app: &mut App<'_>) -> Result<(), Failure> {
    let mut exchange = Exchange::new(Lines::new());
    let mut away: BTreeMap<RelayKeyHash, Away> = BTreeMap::new();
    let mut relays = known(app)?;
    let mut marker = None;
    let mut said: BTreeSet<(RelayKeyHash, u8)> = BTreeSet::new();
    loop {
        app.release();
        for relay in &relays {
            let waiting = away.get(&relay.relay);
            if exchange.is_connected_to(&relay.relay) || waiting.is_some_and(|away| away.until > Instant::now()) {
                continue;
            }
            let pause = waiting.map_or(PAUSES.0, |away| (away.pause * 2).min(PAUSES.1));
            // Jitter, so that many who lost the same relay do not return in the same second.
            let wait = pause + u32::from(app.fresh::<1>()[0]) * pause / 512;
            away.insert(relay.relay, Away { until: Instant::now() + wait, pause });
            match exchange.connect(relay, app.options.insecure).await {
                Ok(()) => app.output.status(format_args!(
                    "Connected to {}. Changes go both ways as they are made; stop with Ctrl-C.",
                    relay.url
                )),
                Err(error) => app.output.status(format_args!(
                    "{} Trying again in {}.",
                    unreachable(&relay.url, &error),
                    count(wait.as_secs() as usize, "second", "seconds")
                )),
            }
        }
        exchange.step(app.visit()?).await?;
        let mut fresh = std::mem::take(&mut exchange.report);
        for relay in &fresh.caught_up {
            // It works again: the next loss begins with a short pause.
            away.remove(relay);
        }
        fresh.notices.retain(|notice| match notice {
            Notice::NotTaken { relay, code } => said.insert((*relay, *code as u8)),
            _ => true,
        });
        if !fresh.notices.is_empty() || !fresh.changed.is_empty() {
            after(app)?;
            say_watched(app, &relays, &fresh)?;
        }
        app.release();
        let next = away.values().map(|away| away.until.saturating_duration_since(Instant::now())).min();
        if exchange.is_connected() {
            exchange.wait(app.visit()?, next.unwrap_or(LOOK).clamp(Duration::from_millis(1), LOOK)).await;
        } else {
            tokio::time::sleep(next.unwrap_or(PAUSES.0).min(LOOK)).await;
        }
        let now = changed_at(app);
        if now != marker {
            marker = now;
            relays = known(app)?;
            exchange.offer();
        }
    }
}

/// Ctrl-C, or whatever else asks a program to end.
async fn asked_to_stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// What an exchange means for the home: somebody was let in.
fn after(app: &mut App<'_>) -> Result<(), Failure> {
    let let_in = {
        let (replica, _) = app.hold()?;
        replica.membership().is_some()
    };
    let mut row = app.map()?;
    if let_in && row.waiting_words.is_some() {
        row.waiting_words = None;
        app.put_map(row.clone())?;
        app.commit()?;
        app.output.status(format_args!("You are a member of {} now.", row.name));
    }
    Ok(())
}

fn say(app: &mut App<'_>, report: &Report, failures: &BTreeMap<RelayKeyHash, Failure>) -> Result<(), Failure> {
    let states = relay::states(app.visit()?)?;
    let (standing, member) = {
        let (replica, disk) = app.hold()?;
        (replica.standing(disk)?, replica.membership().is_some())
    };
    if app.output.json {
        let relays: Vec<_> = states
            .iter()
            .map(|state| {
                let failure = failures.get(&state.relay);
                let mut value = about::json(state);
                value["caught_up"] = failure.is_none().into();
                value["problem"] = failure.map_or(
                    serde_json::Value::Null,
                    |failure| serde_json::json!({ "code": failure.code, "message": failure.message }),
                );
                value
            })
            .collect();
        app.output.json(&serde_json::json!({
            "caught_up": failures.is_empty(),
            "relays": relays,
            "sent_records": report.sent,
            "changed_entries": report.changed.len(),
            "bytes_out": report.bytes_out,
            "bytes_in": report.bytes_in,
            "round_trips": report.round_trips,
            "milliseconds": report.took.as_millis() as u64,
            "unsealed": standing.unsealed,
            "waiting": standing.waiting,
            "newest_seen_by": states.iter().filter_map(|state| state.seen_by).max().unwrap_or(0),
            "member": member,
        }));
        return tell(app, report);
    }
    tell(app, report)?;
    // With one relay its trouble is the command's.
    if states.len() > 1 || failures.is_empty() {
        for state in &states {
            match failures.get(&state.relay) {
                Some(failure) => app.output.say(format_args!("{}: {}", state.url, super::relay::without(failure))),
                None => app.output.say(format_args!("{}: {}", state.url, about::words(state))),
            }
        }
    }
    if !report.caught_up.is_empty() {
        say_received(app, report);
        app.output.status(format_args!("Sent {} bytes, received {} bytes.", report.bytes_out, report.bytes_in));
    }
    news(app, report)?;
    if standing.waiting > 0 {
        app.output.status(format_args!("{} parts wait for something that has not arrived yet.", standing.waiting));
    }
    Ok(())
}

/// One step of a watching exchange, said when it came to something.
fn say_watched(app: &mut App<'_>, relays: &[KnownRelay], report: &Report) -> Result<(), Failure> {
    tell(app, report)?;
    for relay in relays.iter().filter(|relay| report.ended(&relay.relay)) {
        let failure = stopped(relay, report);
        app.output.status(&failure);
        if let Some(hint) = failure.hint {
            app.output.status(hint);
        }
    }
    let states = relay::states(app.visit()?)?;
    for state in states.iter().filter(|state| report.caught_up.contains(&state.relay)) {
        if app.output.json {
            let mut value = about::json(state);
            value["sent_records"] = report.sent.into();
            value["changed_entries"] = report.changed.len().into();
            app.output.json(&value);
        } else {
            app.output.say(format_args!("{}: {}", state.url, about::words(state)));
        }
    }
    if app.output.json || report.changed.is_empty() {
        return Ok(());
    }
    say_received(app, report);
    news(app, report)
}

fn say_received(app: &App<'_>, report: &Report) {
    app.output.say(format_args!("Received changes to {}.", count(report.changed.len(), "entry", "entries")));
}

/// What came in that wants somebody to look: answers that differ, and approaches that two groups made apart.
fn news(app: &mut App<'_>, report: &Report) -> Result<(), Failure> {
    let authors = app.authors()?;
    let rows = app.cards()?;
    let came: Vec<_> = rows.iter().filter(|row| report.changed.iter().any(|id| id.0 == row.id.0)).collect();
    for row in came.iter().filter(|row| row.approached_twice(&|actor| authors.of(actor))) {
        app.output.say(format_args!("Double approach: two groups approached {}, and neither knew.", row.name));
    }
    let differing: Vec<&str> = came.iter().filter(|row| row.conflicts > 0).map(|row| row.name.as_str()).collect();
    if !differing.is_empty() {
        let more = if differing.len() > 5 { format!(" and {} more", differing.len() - 5) } else { String::new() };
        app.output.say(format_args!(
            "People said different things about {}{more}. Both stand: allymap partner show NAME",
            differing.iter().take(5).copied().collect::<Vec<_>>().join(", ")
        ));
    }
    Ok(())
}

/// What a person should know of an exchange, as it happens.
fn tell(app: &mut App<'_>, report: &Report) -> Result<(), Failure> {
    let (mut not_taken, mut refused, mut too_much) = (BTreeMap::new(), 0, 0);
    for notice in &report.notices {
        match notice {
            Notice::NotTaken { relay, code } => *not_taken.entry((*relay, code_words(*code))).or_insert(0) += 1,
            Notice::Refused { why: Refused::OverBudget, .. } => too_much += 1,
            Notice::Refused { .. } => refused += 1,
            _ => {}
        }
    }
    for ((_, why), parts) in not_taken {
        app.output.warn(format_args!(
            "The relay does not take everything now: {why}. {} here.",
            count(parts, "part stays", "parts stay")
        ));
    }
    if refused > 0 {
        app.output.warn(format_args!(
            "{} refused: not as a member's computer makes it. Nothing else is touched by it.",
            count(refused, "part that arrived is", "parts that arrived are")
        ));
    }
    if too_much > 0 {
        app.output.warn(format_args!(
            "{} not count: more than one computer may write into one entry. Nothing of anybody else is touched by it.",
            count(too_much, "part that arrived does", "parts that arrived do")
        ));
    }
    for notice in &report.notices {
        match notice {
            Notice::AsksToJoin { .. } => {
                let (replica, disk) = app.hold()?;
                for asking in replica.asking(disk)? {
                    app.output.status(format_args!(
                        "{} ({}) asks to join. Words: {}. Same as theirs? allymap member approve {}",
                        asking.name,
                        asking.group,
                        asking.words.join("  "),
                        quoted(&asking.name)
                    ));
                }
            }
            Notice::Created { .. } => app.output.status("The relay keeps this map's sealed changes from now on."),
            Notice::RolledBack { from, to, .. } => app.output.warn(format_args!(
                "The relay had lost {} records (it was restored, or is another). They were offered to it again; nothing is lost.",
                from.saturating_sub(*to)
            )),
            Notice::Withheld { .. } => app.output.warn("A member's device has read more from this relay than it shows us. Tell your convenor."),
            _ => {}
        }
    }
    Ok(())
}

/// Why this relay has not caught up.
fn stopped(known: &KnownRelay, report: &Report) -> Failure {
    let kept = "Everything is kept here.";
    for notice in report.notices.iter().filter(|notice| about(notice) == Some(known.relay)) {
        match notice {
            Notice::NotAdmitted { .. } => {
                return Failure::new("AM-WAITING", Exit::NotExchanged, format!("The relay does not let this computer in yet. {kept}"))
                    .hint("If you asked to join, the person who invited you still has to approve it, then exchange. allymap status shows the words; after that: allymap sync");
            }
            Notice::Removed { .. } => {
                return Failure::new(
                    "AM-REMOVED",
                    Exit::NotExchanged,
                    format!("This computer was removed from the map. {kept}"),
                )
                .hint("What you had not sent can still be exported: allymap export --format jsonl");
            }
            Notice::WrongRelay { .. } => {
                return Failure::new(
                    "AM-OTHER-RELAY",
                    Exit::NotExchanged,
                    format!("Another relay answers at this address. {kept}"),
                )
                .hint("Ask the relay's operator. Nothing was sent.");
            }
            Notice::WrongVersion { oldest, newest, .. } => {
                return Failure::new(
                    "AM-VERSION",
                    Exit::NotExchanged,
                    format!(
                        "The relay speaks versions {oldest} to {newest} of the protocol, this program {}. {kept}",
                        allymap_wire::PROTOCOL
                    ),
                )
                .hint("Bring both to the same version.");
            }
            Notice::NotCreated { code, .. } => {
                return Failure::new(
                    "AM-NOT-CREATED",
                    Exit::NotExchanged,
                    format!("The relay does not take this map: {}. {kept}", code_words(*code)),
                )
                .hint("Ask its operator for a new line, then: allymap relay add LINE");
            }
            Notice::BadLog { .. } => {
                return Failure::new(
                    "AM-BAD-LOG",
                    Exit::NotExchanged,
                    format!("What the relay sent does not fit together. Nothing of it was taken. {kept}"),
                )
                .hint("Try again; if it stays so, tell the relay's operator.");
            }
            Notice::NotTaken { code, .. } => {
                return Failure::new(
                    "AM-NOT-TAKEN",
                    Exit::NotExchanged,
                    format!("The relay does not take everything now: {}. {kept}", code_words(*code)),
                )
                .hint("What it did not take goes out at a later exchange: allymap sync");
            }
            Notice::Ended { code, .. } => {
                return Failure::new(
                    "AM-RELAY",
                    Exit::NotExchanged,
                    format!("The relay ended the exchange: {}. {kept}", code_words(*code)),
                )
                .hint("Try again in a minute.");
            }
            _ => {}
        }
    }
    Failure::new("AM-RELAY", Exit::NotExchanged, format!("The relay stopped answering. {kept}"))
        .hint("Changes go out at the next exchange: allymap sync")
}

/// The relay that a notice tells about.
pub(crate) fn about(notice: &Notice) -> Option<RelayKeyHash> {
    match notice {
        Notice::CaughtUp { relay }
        | Notice::WithRelay { relay, .. }
        | Notice::NotTaken { relay, .. }
        | Notice::RolledBack { relay, .. }
        | Notice::BadLog { relay }
        | Notice::Withheld { relay, .. }
        | Notice::WrongRelay { relay }
        | Notice::WrongVersion { relay, .. }
        | Notice::NotAdmitted { relay }
        | Notice::Removed { relay }
        | Notice::Ended { relay, .. }
        | Notice::Created { relay }
        | Notice::NotCreated { relay, .. } => Some(*relay),
        Notice::Refused { .. } | Notice::AsksToJoin { .. } => None,
    }
}

/// A relay's code as a clause.
fn code_words(code: Code) -> &'static str {
    match code {
        Code::Full => "it is full",
        Code::Rate | Code::TooMany => "too much at once",
        Code::TooLarge => "something is larger than it takes",
        Code::Storage => "its disk failed",
        Code::Token => "it wants its operator's line",
        Code::Draining => "it is going away for a while",
        Code::NotAllowed => "this computer may not do that there",
        Code::TooSlow => "this computer read too slowly",
        Code::TimeOut => "it took too long",
        _ => "it did not understand",
    }
}

pub(crate) fn unreachable(url: &str, error: &ConnectError) -> Failure {
    Failure::new(
        "AM-AWAY",
        Exit::NotExchanged,
        format!("{url} cannot be reached: {}. Everything is kept here.", connect_words(error)),
    )
    .hint("Changes go out at the next exchange: allymap sync")
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::new(
            "AM-NETWORK",
            Exit::NotExchanged,
            format!("The network cannot be used: {error}. Everything is kept here."),
        )
    })
}

fn changed_at(app: &App<'_>) -> Option<std::time::SystemTime> {
    std::fs::metadata(app.folders().changed_marker()).and_then(|metadata| metadata.modified()).ok()
}

/// One exchange at a time: two would move the same cursor.
struct ExchangeLock(#[allow(dead_code, reason = "held, not read: dropping it ends the lock")] std::fs::File);

impl ExchangeLock {
    fn take(app: &App<'_>) -> Result<ExchangeLock, Failure> {
        let path = app.folders().data.join("exchanging");
        let file = std::fs::File::create(&path).map_err(|error| Failure::io("Opening", &path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(ExchangeLock(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(Failure::new(
                "AM-EXCHANGING",
                Exit::Failed,
                "Another allymap is exchanging these maps already (sync --watch, perhaps).",
            )
            .hint("Nothing to do: it takes your changes along.")),
            Err(std::fs::TryLockError::Error(error)) => Err(Failure::io("Locking", &path, &error)),
        }
    }
}
