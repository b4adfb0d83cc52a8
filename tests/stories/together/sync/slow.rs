//! A line like a telephone's in the hills: everything arrives, and every byte takes its time.

use std::fmt::Write;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use allymap_tests::{RelayProcess, Shared, Volunteer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// So many bytes each hundredth of a second, in each direction.
const PIECE: usize = 400;

/// Between a volunteer and a relay, at the address where the volunteer looks for the relay.
struct SlowLine {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl SlowLine {
    fn start(at: &str, to: &str) -> SlowLine {
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let (at, to) = (at.parse().expect("an address"), to.parse().expect("an address"));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = narrow();
                listener.set_reuseaddr(true).expect("a socket takes options");
                listener.bind(at).expect("the relay has left its address");
                let listener = listener.listen(16).expect("it is free");
                ready.send(()).expect("somebody waits");
                let carry = async {
                    loop {
                        let (near, _) = listener.accept().await.expect("somebody comes");
                        let far = narrow().connect(to).await.expect("the relay is there");
                        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                        tokio::spawn(carry(near_in, far_out));
                        tokio::spawn(carry(far_in, near_out));
                    }
                };
                tokio::select! {
                    _ = stopped => {}
                    () = carry => {}
                }
            });
        });
        is_ready.recv().expect("the line is there");
        SlowLine { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for SlowLine {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().expect("it ran").join();
        assert!(std::thread::panicking() || ended.is_ok(), "the line broke");
    }
}

/// A socket that holds as little as the system allows, so that nothing is quick because a buffer took it.
fn narrow() -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a socket takes options");
    socket
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let mut pace = tokio::time::interval(Duration::from_millis(10));
    let mut piece = [0; PIECE];
    loop {
        pace.tick().await;
        match from.read(&mut piece).await {
            Ok(count) if count > 0 && to.write_all(&piece[..count]).await.is_ok() => {}
            _ => return,
        }
    }
}

/// Three hundred entries whose notes nothing can press together.
fn register() -> String {
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut text = "Name,Kind,Notes\n".to_owned();
    for number in 0..300 {
        write!(text, "Reading Circle {number},organisation,").expect("text");
        for _ in 0..60 {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            write!(text, "{noise:016x}").expect("text");
        }
        text.push('\n');
    }
    text
}

/// An exchange by somebody who waits two seconds for an answer. How long it took.
fn exchange(volunteer: &Volunteer) -> Duration {
    let began = Instant::now();
    let output = volunteer.told().arg("sync").env("ALLYMAP_TEST_ANSWER", "2000").output().expect("allymap starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    began.elapsed()
}

#[test]
fn what_takes_longer_than_an_answer_may_take_arrives_as_long_as_something_moves() {
    let mut shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    let file = shared.folder.path().join("register.csv");
    std::fs::write(&file, register()).expect("a file");
    ana.ok(&["import", file.to_str().expect("text"), "--no-input", "--apply"]);
    shared.relay.kill();
    let at = shared.relay.url.trim_start_matches("ws://").to_owned();
    let behind = RelayProcess::start(&shared.folder.path().join("relay"), None);
    let _line = SlowLine::start(&at, behind.url.trim_start_matches("ws://"));
    for who in [ana, ben] {
        let took = exchange(who);
        assert!(took > Duration::from_secs(3), "the line was not slow: {took:?}");
    }
    assert_eq!(ben.json(&["status"])["entries"], 300);
}
