//! `allymap-relay status` and `health`: a few lines of HTTP to a relay on this machine.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use allymap_relay::Totals;

use crate::disk::Disk;
use crate::failure::Failure;
use crate::folder::Running;
use crate::status::Status;

/// Numbers from the relay that runs in this folder, or from the folder if none does.
pub(crate) fn status(folder: &Path) -> Result<Status, Failure> {
    if let Some(Running { address, key }) = Running::read(folder)
        && let Ok((200, body)) = get(address, "/status", Some(&key))
        && let Ok(status) = serde_json::from_slice(&body)
    {
        return Ok(status);
    }
    if !folder.exists() {
        return Err(Failure::NeverServed { folder: folder.into() });
    }
    let (disk, _) = Disk::open(folder)?;
    Ok(Status::stopped(Totals::of(&disk).map_err(allymap_relay::OpenError::from)?))
}

/// Whether the relay can store what it is sent.
pub(crate) fn health(folder: &Path, address: Option<SocketAddr>) -> Result<(), Failure> {
    let address = match address {
        Some(address) => address,
        None => Running::read(folder).ok_or_else(|| Failure::NotRunning { folder: folder.into() })?.address,
    };
    match get(address, "/health", None) {
        Ok((200, _)) => Ok(()),
        Ok(_) => Err(Failure::Unwell(address)),
        Err(source) => Err(Failure::NoAnswer { address, source }),
    }
}

/// One request, its status code and its body.
fn get(address: SocketAddr, path: &str, key: Option<&str>) -> io::Result<(u16, Vec<u8>)> {
    let patience = Some(Duration::from_secs(5));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(patience)?;
    stream.set_write_timeout(patience)?;
    let key = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n{key}Connection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    let text = || io::Error::from(io::ErrorKind::InvalidData);
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(text)?;
    let code = std::str::from_utf8(&answer[..head]).ok().and_then(|head| head.split(' ').nth(1)?.parse().ok());
    Ok((code.ok_or_else(text)?, answer.split_off(head + 4)))
}

const ANSWER_BYTES: u64 = 64 << 10;
