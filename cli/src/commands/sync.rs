//! `allymap sync`: exchange with the relays, now or for as long as it runs.

use allymap_home::together::sync::{self, Exchanged, With};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::relay as about;
use crate::app::{App, runtime};
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::failure::exchange::{nobody_took_part, stopped};
use crate::terminal::heard;
use crate::terminal::output::Output;

/// Exchange changes now, or keep at it with --watch
#[derive(clap::Args)]
#[command(visible_alias = "exchange", after_help = "Examples:\n  allymap sync\n  allymap sync --watch")]
pub(crate) struct Args {
    /// Stay connected: changes go both ways as they are made
    #[arg(long)]
    watch: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if args.watch {
        runtime()?.block_on(sync::watch(app.visit()?, asked_to_stop()))?;
        app.output.status("Stopped. Everything is kept here.");
        return Ok(());
    }
    let exchanged = runtime()?.block_on(sync::once(app.visit()?))?;
    app.tell(&exchanged)?;
    if app.output.json {
        // A program gets its object first.
        exchanged.heard.iter().for_each(|heard| heard::say(&app.output, heard));
    }
    if exchanged.came_about() {
        return Ok(());
    }
    // With one relay its trouble is the command's.
    let alone = exchanged.relays.iter().find_map(|with| Some(stopped(&with.state.url, with.stopped.as_ref()?)));
    Err(alone.filter(|_| exchanged.asked == 1).unwrap_or_else(|| nobody_took_part(exchanged.asked)))
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

impl Answer for Exchanged {
    fn json(&self) -> impl Serialize {
        json!({
            "caught_up": self.stopped() == 0,
            "relays": self.relays.iter().map(with_json).collect::<Vec<_>>(),
            "sent_records": self.sent,
            "changed_entries": self.changed,
            "bytes_out": self.bytes_out,
            "bytes_in": self.bytes_in,
            "round_trips": self.round_trips,
            "milliseconds": self.took.as_millis() as u64,
            "unsealed": self.unsealed,
            "waiting": self.waiting,
            "newest_seen_by": self.relays.iter().filter_map(|with| with.state.seen_by).max().unwrap_or(0),
            "member": self.member,
        })
    }

    fn say(&self, out: &Output) {
        self.heard.iter().for_each(|heard| heard::say(out, heard));
        // With one relay its trouble is the command's.
        if self.relays.len() > 1 || self.stopped() == 0 {
            for With { state, stopped } in &self.relays {
                let how = match stopped {
                    Some(why) => about::without(&state.url, why),
                    None => about::words(state),
                };
                out.say(format_args!("{}: {how}", state.url));
            }
        }
        if self.came_about() {
            heard::received(out, self.changed);
            out.status(format_args!("Sent {} bytes, received {} bytes.", self.bytes_out, self.bytes_in));
        }
        heard::news(out, &self.news);
        if self.waiting > 0 {
            out.status(format_args!("{} parts wait for something that has not arrived yet.", self.waiting));
        }
    }
}

fn with_json(With { state, stopped: why }: &With) -> Value {
    let mut value = about::json(state);
    let problem = why.as_ref().map(|why| stopped(&state.url, why));
    value["caught_up"] = problem.is_none().into();
    value["problem"] =
        problem.map_or(Value::Null, |failure| json!({ "code": failure.code, "message": failure.message }));
    value
}
