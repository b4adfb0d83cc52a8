//! What waits to be sent to one connection, and how much of what it said waits to be handled: both bounded.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use allymap_wire::{Code, limits};
use tokio::sync::Notify;

/// Shared by the writer thread, which fills it, and the connection's task, which empties it.
#[derive(Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    /// Something is there to be sent.
    filled: Notify,
    /// There is room for more of what the connection says.
    relieved: Notify,
}

#[derive(Default)]
struct State {
    frames: VecDeque<Arc<[u8]>>,
    bytes: usize,
    end: Option<Code>,
    /// Messages handed to the writer thread and not yet handled.
    unhandled: usize,
}

/// What a connection's task does next.
pub(crate) enum Next {
    Send(Arc<[u8]>),
    /// All is sent, and it ends.
    End(Code),
    /// All is sent.
    Empty,
}

/// The queue is full: its reader is too slow.
pub(crate) struct TooSlow;

impl Outbox {
    pub(crate) fn push(&self, frame: Arc<[u8]>) -> Result<(), TooSlow> {
        let mut state = self.lock();
        if state.end.is_some() {
            return Ok(());
        }
        let bytes = state.bytes + frame.len();
        // A single frame always fits, whatever its size.
        if state.frames.len() >= limits::SEND_QUEUE_FRAMES || (bytes > limits::FRAME_BYTES && !state.frames.is_empty())
        {
            return Err(TooSlow);
        }
        state.bytes = bytes;
        state.frames.push_back(frame);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Nothing more comes after what waits already.
    pub(crate) fn end(&self, code: Code) {
        self.lock().end.get_or_insert(code);
        self.filled.notify_one();
        self.relieved.notify_one();
    }

    /// Throws away what waits.
    pub(crate) fn clear(&self) {
        let mut state = self.lock();
        state.frames.clear();
        state.bytes = 0;
    }

    pub(crate) fn next(&self) -> Next {
        let mut state = self.lock();
        match (state.frames.pop_front(), state.end) {
            (Some(frame), _) => {
                state.bytes -= frame.len();
                let relieved = state.has_room();
                drop(state);
                if relieved {
                    self.relieved.notify_one();
                }
                Next::Send(frame)
            }
            (None, Some(code)) => Next::End(code),
            (None, None) => Next::Empty,
        }
    }

    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Counts one more message to be handled, once few enough wait on either side.
    pub(crate) async fn take_in(&self) {
        loop {
            {
                let mut state = self.lock();
                if state.has_room() || state.end.is_some() {
                    state.unhandled += 1;
                    return;
                }
            }
            self.relieved.notified().await;
        }
    }

    /// One message was handled.
    pub(crate) fn handled(&self) {
        self.lock().unhandled -= 1;
        self.relieved.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Answers to a quarter of the queue in messages, with pushes and another quarter waiting, still fit it.
    fn has_room(&self) -> bool {
        self.unhandled < limits::SEND_QUEUE_FRAMES / 4 && self.frames.len() < limits::SEND_QUEUE_FRAMES / 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: usize) -> Arc<[u8]> {
        vec![0; length].into()
    }

    #[test]
    fn a_queue_is_full_by_frames_or_by_bytes_but_takes_any_single_frame() {
        let outbox = Outbox::default();
        for _ in 0..limits::SEND_QUEUE_FRAMES {
            assert!(outbox.push(frame(1)).is_ok());
        }
        assert!(outbox.push(frame(1)).is_err());
        let outbox = Outbox::default();
        assert!(outbox.push(frame(limits::FRAME_BYTES + 9)).is_ok());
        assert!(outbox.push(frame(1)).is_err());
        assert!(matches!(outbox.next(), Next::Send(_)));
        assert!(outbox.push(frame(1)).is_ok());
    }

    #[test]
    fn what_waits_is_sent_before_the_end_and_nothing_comes_after_it() {
        let outbox = Outbox::default();
        assert!(outbox.push(frame(1)).is_ok());
        outbox.end(Code::Draining);
        assert!(outbox.push(frame(2)).is_ok());
        outbox.end(Code::TooSlow);
        assert!(matches!(outbox.next(), Next::Send(frame) if frame.len() == 1));
        assert!(matches!(outbox.next(), Next::End(Code::Draining)));
    }
}
