//! Something in the place of a relay, with its key: that is public. It greets, and answers as a test has it.

use std::sync::mpsc;
use std::thread::JoinHandle;

use allymap_wire::{Message, RelayKey};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message as Frame;

/// It ends when it is dropped.
pub(crate) struct Liar {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Liar {
    /// Where there is no answer, it hangs up.
    pub(crate) fn start(
        listen: &str,
        greeting: Message,
        mut answer: Box<dyn FnMut(&Message) -> Option<Message> + Send>,
    ) -> Liar {
        let (stop, mut stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let listen = listen.to_owned();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind(listen).await.unwrap();
                ready.send(()).unwrap();
                loop {
                    tokio::select! {
                        _ = &mut stopped => return,
                        accepted = listener.accept() => tokio::select! {
                            _ = &mut stopped => return,
                            () = serve(accepted.unwrap().0, &greeting, &mut answer) => {}
                        },
                    }
                }
            });
        });
        is_ready.recv().unwrap();
        Liar { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(std::thread::panicking() || ended.is_ok(), "the test's own relay failed");
    }
}

async fn serve(stream: TcpStream, greeting: &Message, answer: &mut Box<dyn FnMut(&Message) -> Option<Message> + Send>) {
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let mut says = Some(greeting.encode());
    while let Some(bytes) = says {
        if socket.send(Frame::Binary(bytes.into())).await.is_err() {
            return;
        }
        let heard = loop {
            match socket.next().await {
                Some(Ok(Frame::Binary(bytes))) => break Message::decode(&bytes).unwrap(),
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                _ => return,
            }
        };
        says = answer(&heard).map(|message| message.encode());
    }
}

/// A relay's whole key, as it greets everybody with it.
pub(crate) fn key_of(url: &str) -> RelayKey {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let Some(Ok(Frame::Binary(bytes))) = socket.next().await else { panic!("no Hello") };
        let Ok(Message::Hello { relay, .. }) = Message::decode(&bytes) else { panic!("no Hello") };
        relay
    })
}
