//! A widget that does what a test tells it.

use crate::server::Server;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;

pub struct Widget(pub WebSocketStream<TcpStream>);

impl Widget {
    pub async fn connect(server: &Server) -> Self {
        Self::connect_to(&server.listen).await
    }

    pub async fn connect_to(listen: &str) -> Self {
        let socket = TcpStream::connect(listen).await.unwrap();
        let url = format!("ws://{listen}/v1/seat");
        Self(tokio_tungstenite::client_async(url, socket).await.unwrap().0)
    }

    /// Connects with these `Origin` headers and sends `message`.
    pub async fn greet_from(server: &Server, origins: &[&str], message: &Value) -> (Self, Value) {
        let socket = TcpStream::connect(&server.listen).await.unwrap();
        let mut request = format!("ws://{}/v1/seat", server.listen)
            .into_client_request()
            .unwrap();
        for origin in origins {
            let origin = HeaderValue::from_bytes(origin.as_bytes()).unwrap();
            request.headers_mut().append("origin", origin);
        }
        let mut widget = Self(tokio_tungstenite::client_async(request, socket).await.unwrap().0);
        widget.send(message).await;
        let answer = widget.hear().await;
        (widget, answer)
    }

    /// Connects, sends `message` and returns the answer with the widget.
    pub async fn greet(server: &Server, message: &Value) -> (Self, Value) {
        let mut widget = Self::connect(server).await;
        widget.send(message).await;
        let answer = widget.hear().await;
        (widget, answer)
    }

    pub async fn login(server: &Server) -> (Self, Value) {
        Self::greet(server, &json!({"type":"login","org":"acme"})).await
    }

    /// Logs in and goes, unless the connection is closed before.
    pub async fn try_login(server: &Server) -> Option<Value> {
        let socket = TcpStream::connect(&server.listen).await.ok()?;
        let url = format!("ws://{}/v1/seat", server.listen);
        let (mut socket, _) = Box::pin(tokio_tungstenite::client_async(url, socket))
            .await
            .ok()?;
        let login = json!({"type":"login","org":"acme"});
        socket.send(Message::text(login.to_string())).await.ok()?;
        let said = socket.next().await?.ok()?;
        let said: Value = serde_json::from_str(said.to_text().ok()?).ok()?;
        (said["type"] == "seated").then_some(said)
    }

    pub async fn resume(server: &Server, seated: &Value) -> (Self, Value) {
        let (session, secret) = (&seated["session"], &seated["secret"]);
        Self::greet(
            server,
            &json!({"type":"resume","org":"acme","session":session,"secret":secret}),
        )
        .await
    }

    pub async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Sends, unless the line is broken.
    pub async fn try_send(&mut self, message: &Value) -> Option<()> {
        self.0.send(Message::text(message.to_string())).await.ok()
    }

    /// The next text; nothing where the line breaks.
    pub async fn try_hear(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await?.ok()? {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// The next text.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("no text but {other:?}"),
        }
    }

    /// The next text of this type; others are passed over.
    pub async fn hear_type(&mut self, kind: &str) -> Value {
        loop {
            let message = self.hear().await;
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// The code and reason of the close frame that comes next.
    pub async fn close(&mut self) -> (u16, String) {
        match self.next().await {
            Message::Close(Some(frame)) => (frame.code.into(), frame.reason.to_string()),
            other => panic!("no close but {other:?}"),
        }
    }

    /// A seated widget is answered.
    pub async fn assert_alive(&mut self) {
        self.send(&json!({"type":"probe"})).await;
        assert_eq!(self.hear().await["type"], "alive");
    }

    /// Listens so long, answers pings, and hears nothing else.
    pub async fn rest(&mut self, time: Duration) {
        let heard = async {
            while let Some(heard) = self.0.next().await {
                let heard = heard.unwrap();
                assert!(heard.is_ping(), "{heard:?}");
            }
        };
        assert!(tokio::time::timeout(time, heard).await.is_err(), "it is over");
    }

    /// The next frame; a ping comes when it likes, and is answered on its way.
    async fn next(&mut self) -> Message {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await;
            match next.expect("an answer in time").expect("a frame").unwrap() {
                Message::Ping(_) => {}
                message => return message,
            }
        }
    }

    /// Breaks the connection without a word.
    pub fn reset(self) {
        let socket = self.0.into_inner();
        socket2::SockRef::from(&socket)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }
}

/// A client's frame with `first` as its first byte; the mask is zero.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ ..126 => frame.push(0x80 | u8::try_from(short).unwrap()),
        long => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
