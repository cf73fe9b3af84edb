//! One WebSocket of one agent, with all the ways in which it can end.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        ClientRequestBuilder, Message,
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{
    address::Target,
    heard::{self, Heard},
    stopwatch::Stopwatch,
};

const SUBPROTOCOL: &str = "mirabridge.seat.v1";
/// How long a connection may take to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// How long an answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// How a client lets go of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetGo {
    Reset,
    Fin,
    Close(u16),
}

pub(super) struct Link {
    socket: Box<WebSocketStream<TcpStream>>,
    stopwatch: Stopwatch,
    /// When it began to send the last thing.
    pub(super) last_sent: Duration,
    /// When the request was sent that was answered here.
    pub(super) answered: Duration,
    /// The code of a message that announces the close.
    announced: Option<String>,
}

impl Link {
    pub(super) async fn open(target: &Target, agent: usize, stopwatch: Stopwatch) -> anyhow::Result<Self> {
        let made = Box::pin(timeout(CONNECT_LIMIT, connect(target, agent)));
        let socket = Box::new(made.await.context("no connection in time")??);
        let now = stopwatch.read();
        Ok(Self {
            socket,
            stopwatch,
            last_sent: now,
            answered: now,
            announced: None,
        })
    }

    /// Sends a request and gives when it began to, or `None` where the connection is broken.
    pub(super) async fn send(&mut self, text: String) -> Option<Duration> {
        let before = self.stopwatch.read();
        let sent = timeout(ANSWER_LIMIT, self.socket.send(Message::text(text))).await;
        self.last_sent = before;
        matches!(sent, Ok(Ok(()))).then_some(before)
    }

    /// The answer to a request; heartbeats are answered on the way.
    pub(super) async fn answer(&mut self) -> Heard {
        self.listen(ANSWER_LIMIT).await.unwrap_or(Heard::Over(None))
    }

    /// Listens for at most `time`, answering heartbeats, for something that matters.
    pub(super) async fn listen(&mut self, time: Duration) -> Option<Heard> {
        let until = self.stopwatch.read() + time;
        loop {
            let left = until.saturating_sub(self.stopwatch.read());
            let heard = match timeout(left, self.socket.next()).await {
                Err(_) => return None,
                Ok(None | Some(Err(_))) => Heard::Over(None),
                Ok(Some(Ok(Message::Text(text)))) => heard::read(&text),
                Ok(Some(Ok(Message::Close(frame)))) => Heard::Over(frame.map(|frame| frame.code.into())),
                Ok(Some(Ok(_))) => Heard::Other,
            };
            match &heard {
                Heard::Heartbeat => {
                    self.send(r#"{"type":"heartbeat"}"#.into()).await;
                    continue;
                }
                Heard::Other => continue,
                Heard::Refused { code, .. } | Heard::Failed { code } => self.announced = Some(code.clone()),
                Heard::Ended { reason } => self.announced = Some(reason.clone()),
                Heard::Draining => self.announced = Some("draining".into()),
                Heard::Seated(_) | Heard::Over(_) => {}
            }
            return Some(heard);
        }
    }

    /// After a message that announces the close: what it said and the code of the close frame,
    /// where one comes.
    pub(super) async fn closing(mut self) -> Option<(String, u16)> {
        let said = self.announced.take()?;
        loop {
            match self.listen(ANSWER_LIMIT).await {
                Some(Heard::Over(close)) => return Some((said, close?)),
                Some(_) => {}
                None => return None,
            }
        }
    }

    /// Lets go. Gives when it began to, and returns when it is done.
    pub(super) async fn let_go(mut self, how: LetGo) -> Duration {
        let before = self.stopwatch.read();
        match how {
            LetGo::Reset => {
                let stream = socket2::SockRef::from(self.socket.get_ref());
                let _ = stream.set_linger(Some(Duration::ZERO));
            }
            LetGo::Fin => {
                let _ = self.socket.get_mut().shutdown().await;
            }
            LetGo::Close(code) => {
                let frame = CloseFrame {
                    code: CloseCode::from(code),
                    reason: "".into(),
                };
                let _ = timeout(ANSWER_LIMIT, self.socket.send(Message::Close(Some(frame)))).await;
                let _ = self.socket.get_mut().shutdown().await;
            }
        }
        before
    }
}

async fn connect(target: &Target, agent: usize) -> anyhow::Result<WebSocketStream<TcpStream>> {
    let socket = if target.address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_nodelay(true)?;
    if let Some(source) = target.source(agent) {
        socket.bind(SocketAddr::new(source.into(), 0))?;
    }
    let stream = socket.connect(target.address).await?;
    let request = ClientRequestBuilder::new(target.uri.clone()).with_sub_protocol(SUBPROTOCOL);
    let config = WebSocketConfig::default()
        .read_buffer_size(1024)
        .write_buffer_size(0);
    let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
    Ok(socket)
}
