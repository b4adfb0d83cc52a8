//! The one place that prints: facts to standard output, one a line; what went wrong to standard error.
#![expect(clippy::print_stderr, reason = "the one place that prints")]

use std::io::Write;

use crate::failure::Failure;
use crate::status::Status;

/// What a relay that has begun to serve tells whoever started it.
pub(crate) struct Ready<'a> {
    pub(crate) url: &'a str,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) name: Option<&'a str>,
    pub(crate) folder: &'a std::path::Path,
    /// The line that makers of maps need.
    pub(crate) line: &'a str,
}

pub(crate) fn ready(ready: &Ready<'_>, json: bool) {
    if json {
        fact(&serde_json::json!({
            "ready": ready.url,
            "address": ready.address.to_string(),
            "name": ready.name,
            "folder": ready.folder,
            "line": ready.line,
        }));
        return;
    }
    let name = ready.name.map(|name| format!("{name} is ")).unwrap_or_default();
    line(format_args!("{name}ready at {}", ready.url));
    line(format_args!("It stores sealed changes in {}. It cannot read maps.", ready.folder.display()));
    line(format_args!("Makers of maps need this once:  {}", ready.line));
}

pub(crate) fn stopped(json: bool) {
    if json {
        fact(&serde_json::json!({ "stopped": true }));
    } else {
        line(format_args!("Stopped. Everything that was acknowledged is stored."));
    }
}

pub(crate) fn status(status: &Status, json: bool) {
    if json {
        let status = serde_json::to_value(status).expect("numbers and names are JSON");
        return fact(&status);
    }
    let name = status.name.as_deref().unwrap_or("This relay");
    match (status.running, status.healthy) {
        (true, true) => line(format_args!("{name} is well, up for {}.", duration(status.up_seconds))),
        (true, false) => line(format_args!("{name} is running, but cannot store anything now.")),
        (false, _) => line(format_args!("{name} is not running.")),
    }
    line(format_args!("It stores sealed changes. It cannot read them."));
    line(format_args!("maps               {}", status.maps));
    line(format_args!("records            {}", status.records));
    line(format_args!("bytes              {}", status.bytes));
    line(format_args!("open invitations   {}", status.open_invitations));
    if status.running {
        line(format_args!("devices now        {}", status.connections));
        line(format_args!(
            "since its start    {} connections, {} refused, {} too slow, {} writes, {} of them failed",
            status.connections_since_start,
            status.refused_since_start,
            status.slow_since_start,
            status.writes_since_start + status.failed_writes_since_start,
            status.failed_writes_since_start,
        ));
    }
}

pub(crate) fn healthy() {
    line(format_args!("well"));
}

pub(crate) fn failure(failure: &Failure) {
    eprintln!("allymap-relay: {failure}");
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn fact(value: &serde_json::Value) {
    line(format_args!("{value}"));
}

/// Whoever started us may be reading line by line, or may have gone: then nobody is left to tell.
fn line(text: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}
