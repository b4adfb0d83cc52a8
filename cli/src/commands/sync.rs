//! `allymap sync`: exchange with the relays, now or for as long as it runs.

use std::time::Duration;

use allymap_replica::{KnownRelay, Notice};
use allymap_wire::Code;

use crate::app::App;
use crate::exchange::{ConnectError, Exchange, Lines, Report};
use crate::failure::{Exit, Failure};

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

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    super::new::refuse_practice(app)?;
    let relays = {
        let (replica, _) = app.hold()?;
        replica.relays()
    };
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
        return runtime.block_on(watch(app, &relays));
    }
    match runtime.block_on(once(app, &relays)) {
        // What was mended lacks something; the relay has it.
        Err(failure) if failure.is_repaired() => runtime.block_on(once(app, &relays)),
        done => done,
    }
}

async fn once(app: &mut App, relays: &[KnownRelay]) -> Result<(), Failure> {
    app.release();
    let mut exchange = Exchange::new(Lines::new());
    let mut away = None;
    let mut reached = Vec::new();
    for relay in relays {
        app.output.status(format_args!("Connecting to {} …", relay.url));
        match exchange.connect(relay, app.options.insecure).await {
            Ok(()) => reached.push(relay.clone()),
            Err(error) => away = away.or(Some(unreachable(&relay.url, &error))),
        }
    }
    if exchange.is_connected() {
        exchange.run(app).await?;
        after(app)?;
        say(app, &exchange.report, &reached)?;
        if !exchange.report.caught_up && away.is_none() {
            away = Some(stopped(&exchange.report));
        }
    }
    away.map_or(Ok(()), Err)
}

async fn watch(app: &mut App, relays: &[KnownRelay]) -> Result<(), Failure> {
    let mut pause = PAUSES.0;
    loop {
        app.release();
        let mut exchange = Exchange::new(Lines::new());
        for relay in relays {
            if let Err(error) = exchange.connect(relay, app.options.insecure).await {
                app.output.status(unreachable(&relay.url, &error));
            }
        }
        let mut marker = changed_at(app);
        if exchange.is_connected() {
            app.output.status("Connected. Changes go both ways as they are made; stop with Ctrl-C.");
            pause = PAUSES.0;
        }
        while exchange.is_connected() {
            exchange.step(app).await?;
            let fresh = std::mem::take(&mut exchange.report);
            after(app)?;
            tell(app, &fresh)?;
            app.release();
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return Ok(()),
                _ = exchange.wait(app, LOOK) => {}
            }
            let now = changed_at(app);
            if now != marker {
                marker = now;
                exchange.offer();
            }
        }
        // Jitter, so that many who lost the same relay do not return in the same second.
        let jitter = u32::from(crate::chance::random::<1>()[0]) * pause / 512;
        app.output
            .status(format_args!("Everything is kept here. Trying again in {} seconds.", (pause + jitter).as_secs()));
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(()),
            () = tokio::time::sleep(pause + jitter) => {}
        }
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// What an exchange means for the home: somebody was let in.
fn after(app: &mut App) -> Result<(), Failure> {
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

fn say(app: &mut App, report: &Report, reached: &[KnownRelay]) -> Result<(), Failure> {
    let (standing, seen, waiting_for_approval) = {
        let (replica, disk) = app.hold()?;
        let seen = match (replica.newest_own_record(disk)?, reached.first()) {
            (Some(record), Some(relay)) => replica.seen_by(&record, &relay.relay, disk)?.len(),
            _ => 0,
        };
        (replica.standing(disk)?, seen, replica.membership().is_none())
    };
    if app.output.json {
        app.output.json(&serde_json::json!({
            "caught_up": report.caught_up,
            "sent_records": report.sent,
            "changed_entries": report.changed.len(),
            "bytes_out": report.bytes_out,
            "bytes_in": report.bytes_in,
            "round_trips": report.round_trips,
            "milliseconds": report.took.as_millis() as u64,
            "unsealed": standing.unsealed,
            "waiting": standing.waiting,
            "newest_seen_by": seen,
            "member": !waiting_for_approval,
        }));
        return tell(app, report);
    }
    tell(app, report)?;
    if report.caught_up {
        let urls: Vec<&str> = reached.iter().map(|relay| relay.url.as_str()).collect();
        app.output.say(format_args!("Everything of yours is with the relay ({}).", urls.join(", ")));
        app.output.say(format_args!(
            "Received changes to {} {}.",
            report.changed.len(),
            if report.changed.len() == 1 { "entry" } else { "entries" }
        ));
        app.output.status(format_args!(
            "{} bytes out, {} bytes in, {} round trips, {} ms",
            report.bytes_out,
            report.bytes_in,
            report.round_trips,
            report.took.as_millis()
        ));
    }
    news(app, report)?;
    if standing.waiting > 0 {
        app.output.status(format_args!("{} parts wait for something that has not arrived yet.", standing.waiting));
    }
    Ok(())
}

/// What came in that wants somebody to look: answers that differ, and approaches that two groups made apart.
fn news(app: &mut App, report: &Report) -> Result<(), Failure> {
    let authors = app.authors()?;
    let rows = app.rows()?;
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
fn tell(app: &mut App, report: &Report) -> Result<(), Failure> {
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
                        asking.name
                    ));
                }
            }
            Notice::Created { .. } => app.output.status("The relay keeps this map's sealed changes from now on."),
            Notice::RolledBack { from, to, .. } => app.output.warn(format_args!(
                "The relay had lost {} records (it was restored, or is another). They were offered to it again; nothing is lost.",
                from.saturating_sub(*to)
            )),
            Notice::Refused { why, .. } => app.output.warn(format_args!(
                "One part that arrived is refused ({why:?}). Nothing else is touched by it."
            )),
            Notice::NotTaken { code, .. } => app.output.warn(format_args!("The relay does not take everything now: {}. It stays here.", code_words(*code))),
            Notice::Withheld { .. } => app.output.warn("A member's device has read more from this relay than it shows us. Tell your convenor."),
            _ => {}
        }
    }
    Ok(())
}

fn stopped(report: &Report) -> Failure {
    let kept = "Everything is kept here.";
    for notice in &report.notices {
        match notice {
            Notice::NotAdmitted { .. } => {
                return Failure::new("AM-WAITING", Exit::NotExchanged, format!("The relay does not let this computer in yet. {kept}"))
                    .hint("If you asked to join, the person who invited you still has to approve it (allymap status shows the words).");
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
    Failure::new("AM-AWAY", Exit::NotExchanged, format!("{url} cannot be reached: {error}. Everything is kept here."))
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

fn changed_at(app: &App) -> Option<std::time::SystemTime> {
    std::fs::metadata(app.home.changed_marker()).and_then(|metadata| metadata.modified()).ok()
}

/// One exchange at a time: two would move the same cursor.
struct ExchangeLock(#[allow(dead_code, reason = "held, not read: dropping it ends the lock")] std::fs::File);

impl ExchangeLock {
    fn take(app: &App) -> Result<ExchangeLock, Failure> {
        let path = app.home.data.join("exchanging");
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
