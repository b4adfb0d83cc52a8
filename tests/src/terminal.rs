//! A command at a terminal, of 80 columns unless said otherwise: somebody who reads what it says and types answers.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

use crate::Volunteer;

/// What came of listening for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Something,
    Nothing,
    TheEnd,
}

/// A running command and the other side of its terminal.
pub struct Terminal {
    child: Child,
    side: File,
    /// What the command's side writes, as it comes. Ends when that side is closed.
    heard: Receiver<Vec<u8>>,
    /// The beginning of a letter whose other bytes have not come yet.
    half: Vec<u8>,
    /// Everything it has shown so far.
    pub shown: String,
}

impl Terminal {
    /// Starts a command with its three streams at a terminal.
    pub fn start(volunteer: &Volunteer, arguments: &[&str]) -> Terminal {
        Terminal::start_with(volunteer, arguments, 80, |_| {})
    }

    /// As [`Terminal::start`], at a terminal of so many columns, with something more in its environment.
    pub fn start_with(
        volunteer: &Volunteer,
        arguments: &[&str],
        columns: u16,
        prepare: impl FnOnce(&mut Command),
    ) -> Terminal {
        let mut command = volunteer.command();
        command.args(arguments).env("TERM", "xterm");
        prepare(&mut command);
        Terminal::wide(command, columns)
    }

    /// The same for a command of one's own, as one with more in its environment.
    pub fn of(mut command: Command) -> Terminal {
        command.env("TERM", "xterm");
        Terminal::wide(command, 80)
    }

    fn wide(mut command: Command, columns: u16) -> Terminal {
        let side = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("the system has terminals");
        grantpt(&side).expect("it is ours");
        unlockpt(&side).expect("it is ours");
        let name = ptsname(&side, Vec::new()).expect("it has a name");
        let path = name.to_str().expect("a path").to_owned();
        let open = || File::options().read(true).write(true).open(&path).expect("the command's side opens");
        let inner = open();
        tcsetwinsize(&inner, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).expect("a size");
        let mut modes = tcgetattr(&inner).expect("it is a terminal");
        modes.local_modes -= LocalModes::ECHO;
        tcsetattr(&inner, OptionalActions::Now, &modes).expect("it can be set");
        let child = command
            .stdin(Stdio::from(open()))
            .stdout(Stdio::from(open()))
            .stderr(Stdio::from(inner))
            .spawn()
            .expect("it starts");
        let side = File::from(side);
        let mut listening = side.try_clone().expect("it can be listened to");
        let (said, heard) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = listening.read(&mut bytes) {
                if said.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { child, side, heard, half: Vec::new(), shown: String::new() }
    }

    /// Reads until this is shown. Panics when the command ends before.
    pub fn wait_for(&mut self, text: &str) {
        while !self.shown.contains(text) {
            assert!(self.read(), "it ended and did not show {text:?}:\n{}", self.shown);
        }
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        self.side.write_all(format!("{line}\n").as_bytes()).expect("it reads");
    }

    /// Says that nothing more will be typed, as Ctrl-D does.
    pub fn end_of_input(&mut self) {
        self.side.write_all(&[4]).expect("it reads");
    }

    /// Reads to the end; the exit code.
    pub fn finish(&mut self) -> i32 {
        while self.read() {}
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }

    /// Listens for so long at most.
    pub fn listen(&mut self, patience: Duration) -> Heard {
        match self.heard.recv_timeout(patience) {
            Ok(bytes) => {
                self.show(&bytes);
                Heard::Something
            }
            Err(RecvTimeoutError::Timeout) => Heard::Nothing,
            Err(RecvTimeoutError::Disconnected) => Heard::TheEnd,
        }
    }

    /// Whether the command reads what is typed, as its system tells. True where the system does not tell.
    pub fn is_waited_for(&self) -> bool {
        const READ: &str = if cfg!(target_arch = "x86_64") { "0" } else { "63" };
        let process = format!("/proc/{}", self.child.id());
        let Ok(call) = std::fs::read_to_string(format!("{process}/syscall")) else { return true };
        let mut words = call.split(' ');
        let (call, from) = (words.next(), words.next().unwrap_or_default().trim_start_matches("0x"));
        let from = i32::from_str_radix(from, 16).ok();
        let from = from.and_then(|from| std::fs::read_link(format!("{process}/fd/{from}")).ok());
        call == Some(READ) && from.is_some_and(|from| from.starts_with("/dev/pts") || from.ends_with("tty"))
    }

    /// False when the command's side is closed.
    fn read(&mut self) -> bool {
        let heard = self.heard.recv();
        heard.iter().for_each(|bytes| self.show(bytes));
        heard.is_ok()
    }

    fn show(&mut self, bytes: &[u8]) {
        self.half.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.half) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.half.len(),
        };
        let bytes: Vec<u8> = self.half.drain(..whole).collect();
        self.shown.push_str(&String::from_utf8_lossy(&bytes).replace('\r', ""));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
