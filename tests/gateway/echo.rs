//! A listener whose upper half says back what it hears.

use futures_util::{SinkExt as _, StreamExt as _};
use mirabridge_seats::clock::Clock;
use mirabridge_seats::gateway::{
    Ending, FrameBudget, Listener, ListenerSettings, Running, Socket, Upper, Visitor, say_goodbye,
};
use mirabridge_seats::protocol::CloseCode;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) running: Running,
    pub(super) echo: Arc<Echo>,
    pub(super) stop: CancellationToken,
    _stop_at_the_end: DropGuard,
}

pub(super) struct Echo {
    pub(super) is_ready: AtomicBool,
}

impl Server {
    pub(super) fn start() -> Self {
        Self::with(settings())
    }

    /// Its clock stands still, so that a budget is used up for good.
    pub(super) fn with(settings: ListenerSettings) -> Self {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), settings, Clock::by_hand()).unwrap();
        let echo = Arc::new(Echo {
            is_ready: AtomicBool::new(true),
        });
        let stop = CancellationToken::new();
        let server = Self {
            address: listener.local_addr().unwrap(),
            running: listener.running(),
            echo: Arc::clone(&echo),
            stop: stop.clone(),
            _stop_at_the_end: stop.clone().drop_guard(),
        };
        tokio::spawn(listener.run(echo, stop));
        server
    }
}

pub(super) fn settings() -> ListenerSettings {
    ListenerSettings {
        login_timeout: Duration::from_secs(10),
        message_bytes: 4096,
        handshakes: 1000,
        handshakes_per_address: 1000,
        max_connections: 1000,
        trusted_proxies: Vec::new(),
        budget: FrameBudget::default(),
    }
}

impl Upper for Echo {
    fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Relaxed)
    }

    fn frame_ancestors(&self, _organization: Option<&str>) -> String {
        "'none'".to_owned()
    }

    async fn converse(self: Arc<Self>, visitor: Visitor) {
        let mut socket = visitor.socket;
        let _connection = visitor.connection;
        let mut first = Some((visitor.handshake, visitor.deadline));
        loop {
            let heard = match &first {
                None => socket.next().await,
                Some((_, deadline)) => match tokio::time::timeout_at(*deadline, socket.next()).await {
                    Ok(heard) => heard,
                    Err(_) => return say_goodbye(socket, CloseCode::LoginTimeout).await,
                },
            };
            match heard {
                None => return,
                Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                    first = None;
                    assert_ne!(message.to_text().ok(), Some("panic"));
                    if say_back(&mut socket, message).await.is_err() {
                        return;
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => match Ending::of(&error) {
                    Ending::Close(code) => return say_goodbye(socket, code).await,
                    Ending::RateLimited => return say_goodbye(socket, CloseCode::RateLimited).await,
                    Ending::Gone => return,
                },
            }
        }
    }
}

/// What is too long for the write buffer goes in parts.
async fn say_back(socket: &mut Socket, message: Message) -> Result<(), tungstenite::Error> {
    const PART: usize = 8 * 1024;
    if message.len() <= PART {
        return socket.send(message).await;
    }
    let mut code = if message.is_text() {
        Data::Text
    } else {
        Data::Binary
    };
    let mut rest = message.into_data();
    while !rest.is_empty() {
        let part = rest.split_to(rest.len().min(PART));
        let frame = Frame::message(part, OpCode::Data(code), rest.is_empty());
        socket.send(Message::Frame(frame)).await?;
        code = Data::Continue;
    }
    Ok(())
}
