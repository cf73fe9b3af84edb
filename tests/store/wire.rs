//! One WebSocket to a server that may die at any moment.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// The connection is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// What a server said.
#[derive(Debug)]
pub enum Heard {
    Text(Value),
    Close(u16),
}

impl Heard {
    /// A field of a text that is itself a text.
    pub fn word(&self, field: &str) -> &str {
        match self {
            Self::Text(text) => text[field].as_str().unwrap_or_default(),
            Self::Close(_) => "",
        }
    }
}

pub struct Wire(pub WebSocketStream<TcpStream>);

impl Wire {
    pub async fn open(listen: &str) -> Result<Self, Gone> {
        let socket = TcpStream::connect(listen).await.map_err(|_| Gone)?;
        let opened = tokio_tungstenite::client_async(format!("ws://{listen}/v1/seat"), socket).await;
        opened.map(|(socket, _)| Self(socket)).map_err(|_| Gone)
    }

    pub async fn send(&mut self, message: &Value) -> Result<(), Gone> {
        let sent = self.0.send(Message::text(message.to_string())).await;
        sent.map_err(|_| Gone)
    }

    /// The next text or close; pings are answered.
    pub async fn hear(&mut self) -> Result<Heard, Gone> {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(30), self.0.next());
            match next.await.expect("a word within 30 s") {
                Some(Ok(Message::Text(text))) => {
                    return Ok(Heard::Text(serde_json::from_str(&text).unwrap()));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Ok(Heard::Close(frame.map_or(1005, |frame| frame.code.into())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(Gone),
            }
        }
    }

    pub async fn ask(&mut self, message: &Value) -> Result<Heard, Gone> {
        self.send(message).await?;
        self.hear().await
    }

    /// Breaks the connection without a word.
    pub fn reset(self) {
        let socket = self.0.into_inner();
        let _ = socket2::SockRef::from(&socket).set_linger(Some(Duration::ZERO));
    }
}
