//! One WebSocket of an agent.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message, http};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::referee::{At, Span};
use super::stopwatch::Stopwatch;
use super::target::{SeatUrl, Sources, enter};
use super::wire::{self, Said};
use crate::transport::Stream;

const SUBPROTOCOL: &str = "mirabridge.seat.v1";

/// A connection to the server. It answers heartbeats while somebody listens to it.
pub(super) struct Connection {
    socket: WebSocketStream<Stream>,
    clock: Stopwatch,
    /// When the last frame was about to be sent.
    last_sent: At,
}

/// What was heard, and when it was read.
pub(super) enum Heard {
    Said(Said, At),
    /// A close frame.
    Closed(Option<u16>, At),
    /// The end of the connection without one.
    Broken(At),
}

impl Connection {
    /// How long a connection may take to open, and an answer to come.
    pub(super) const PATIENCE: Duration = Duration::from_secs(30);

    /// Opens a connection: TCP and the WebSocket handshake.
    pub(super) async fn open(
        sources: &Sources,
        url: &SeatUrl,
        clock: Stopwatch,
    ) -> Result<Self, tungstenite::Error> {
        let config = WebSocketConfig::default()
            .read_buffer_size(1024)
            .write_buffer_size(0)
            .max_write_buffer_size(16 * 1024)
            .max_message_size(Some(64 * 1024))
            .max_frame_size(Some(64 * 1024));
        let opening = async {
            let stream = enter(url.uri(), url.trust(), sources.connect().await?).await?;
            let mut request = url.uri().into_client_request()?;
            let subprotocol = http::HeaderValue::from_static(SUBPROTOCOL);
            request
                .headers_mut()
                .insert(http::header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
            let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
            Ok(Self {
                socket,
                clock,
                last_sent: clock.now(),
            })
        };
        // In a box, since it is much larger than what stays open.
        let opened = timeout(Self::PATIENCE, Box::pin(opening)).await;
        opened.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
    }

    /// Sends a message; gives the moments before and after.
    pub(super) async fn say(&mut self, message: impl Into<tungstenite::Utf8Bytes>) -> Result<Span, Span> {
        self.send(Message::text(message)).await
    }

    /// Says goodbye as a browser does, and waits a little for the other side's.
    pub(super) async fn close(mut self, code: u16) -> Span {
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: "".into(),
        };
        let sent = match self.send(Message::Close(Some(frame))).await {
            Ok(span) | Err(span) => span,
        };
        let goodbye = async { while self.socket.next().await.is_some_and(|heard| heard.is_ok()) {} };
        let _ = timeout(Duration::from_millis(50), goodbye).await;
        let clock = self.clock;
        drop(self);
        Span::new(sent.from, clock.now())
    }

    /// Ends with a FIN.
    pub(super) fn finish(self) -> Span {
        let clock = self.clock;
        let from = clock.now();
        drop(self);
        Span::new(from, clock.now())
    }

    /// Ends with a reset.
    pub(super) fn reset(self) -> Span {
        // An error means that the socket is dead already.
        if let Some(tcp) = self.socket.get_ref().tcp() {
            let _ = tcp.set_zero_linger();
        }
        self.finish()
    }

    /// The next thing that the server says, heartbeats aside. Safe to cancel, but for the answer to a
    /// heartbeat, which may then go out later.
    pub(super) async fn hear(&mut self) -> Heard {
        loop {
            let frame = self.socket.next().await;
            let at = self.clock.now();
            match frame {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                    Ok(Said::Heartbeat) => {
                        if self.say(wire::HEARTBEAT).await.is_err() {
                            return Heard::Broken(at);
                        }
                    }
                    Ok(said) => return Heard::Said(said, at),
                    Err(_) => return Heard::Said(Said::Other, at),
                },
                Some(Ok(Message::Close(frame))) => {
                    return Heard::Closed(frame.map(|frame| frame.code.into()), at);
                }
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(_)) | None => return Heard::Broken(at),
            }
        }
    }

    /// The next thing that the server says within `patience`; then the connection counts as broken.
    pub(super) async fn hear_within(&mut self, patience: Duration) -> Heard {
        let heard = timeout(patience, self.hear()).await;
        heard.unwrap_or_else(|_| Heard::Broken(self.clock.now()))
    }

    pub(super) fn last_sent(&self) -> At {
        self.last_sent
    }

    async fn send(&mut self, message: Message) -> Result<Span, Span> {
        let from = self.clock.now();
        self.last_sent = from;
        let sent = timeout(Self::PATIENCE, self.socket.send(message)).await;
        let span = Span::new(from, self.clock.now());
        if matches!(sent, Ok(Ok(()))) {
            Ok(span)
        } else {
            Err(span)
        }
    }
}
