//! Widgets by the thousand.

use futures_util::{SinkExt as _, StreamExt as _};
use mirabridge_seats::transport::{Stream, Trust};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_util::sync::CancellationToken;

/// Logins at once while a fleet is built up.
const AT_ONCE: usize = 128;

/// Where a server is entered.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) listen: String,
    /// Over TLS.
    pub(crate) trust: Option<Trust>,
}

pub(crate) struct Widget {
    socket: WebSocketStream<Stream>,
    pub(crate) answer: Value,
}

impl Widget {
    /// Breaks the connection without a word and returns what a resume needs.
    pub(crate) fn reset(self) -> Value {
        let stream = self.socket.into_inner();
        let _ = socket2::SockRef::from(stream.tcp().unwrap()).set_linger(Some(Duration::ZERO));
        self.answer
    }
}

/// Connects from one of two hundred addresses, so that no port of the last minute is used again.
pub(crate) async fn raw_connect(address: &str) -> std::io::Result<TcpStream> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let last = 2 + (NEXT.fetch_add(1, Ordering::Relaxed) % 200) as u8;
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::new(127, 0, 0, last), 0).into())?;
    let stream = socket.connect(address.parse().unwrap()).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn greet(door: &Door, message: String) -> Widget {
    let stream = raw_connect(&door.listen).await.unwrap();
    let stream = match &door.trust {
        Some(trust) => trust.enter("localhost", stream).await.unwrap(),
        None => Stream::Plain(stream),
    };
    let config = WebSocketConfig::default()
        .read_buffer_size(1024)
        .write_buffer_size(0);
    let scheme = if door.trust.is_some() { "wss" } else { "ws" };
    let url = format!("{scheme}://{}/v1/seat", door.listen);
    let (mut socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(config))
        .await
        .unwrap();
    socket.send(Message::text(message)).await.unwrap();
    let Some(Ok(Message::Text(text))) = socket.next().await else {
        panic!("no answer")
    };
    Widget {
        answer: serde_json::from_str(&text).unwrap(),
        socket,
    }
}

pub(crate) async fn greet_all(door: &Door, messages: Vec<String>) -> Vec<Widget> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for message in messages {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let door = door.clone();
        tasks.spawn(async move {
            let widget = greet(&door, message).await;
            drop(place);
            widget
        });
    }
    tasks.join_all().await
}

/// As our widget says it.
pub(crate) fn login() -> String {
    json!({"type":"login","org":"bench","heartbeat":true,"attempt":uuid::Uuid::new_v4()}).to_string()
}

/// A client that leaves the answer to pings to its browser.
pub(crate) fn plain_login() -> String {
    json!({"type":"login","org":"bench"}).to_string()
}

/// Widgets that answer what they are asked, until they are taken back.
#[derive(Default)]
pub(crate) struct Kept {
    stop: CancellationToken,
    tasks: JoinSet<Widget>,
}

impl Kept {
    pub(crate) fn keep(&mut self, widgets: Vec<Widget>) {
        for mut widget in widgets {
            let stop = self.stop.clone();
            self.tasks.spawn(async move {
                loop {
                    let heard = tokio::select! {
                        () = stop.cancelled() => return widget,
                        heard = widget.socket.next() => heard,
                    };
                    let heard = heard.expect("an idle widget stays").unwrap();
                    if heard.is_text() {
                        let answer = Message::text(r#"{"type":"heartbeat"}"#);
                        widget.socket.send(answer).await.unwrap();
                    }
                }
            });
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    pub(crate) async fn take_back(self) -> Vec<Widget> {
        self.stop.cancel();
        self.tasks.join_all().await
    }
}

pub(crate) async fn login_all(door: &Door, count: usize) -> Vec<Widget> {
    login_with(door, count, login).await
}

pub(crate) async fn login_with(door: &Door, count: usize, login: fn() -> String) -> Vec<Widget> {
    let widgets = greet_all(door, (0..count).map(|_| login()).collect()).await;
    assert!(
        widgets
            .iter()
            .all(|widget| ["seated", "login"].contains(&widget.answer["type"].as_str().unwrap()))
    );
    widgets
}

pub(crate) async fn resume_all(door: &Door, sessions: Vec<Value>) -> Vec<Widget> {
    let resume = |seated: &Value| {
        json!({"type":"resume","org":"bench","session":seated["session"],"secret":seated["secret"]})
            .to_string()
    };
    let widgets = greet_all(door, sessions.iter().map(resume).collect()).await;
    assert!(
        widgets.iter().all(|widget| widget.answer["resumed"] == true),
        "a session was lost"
    );
    widgets
}

/// Logs in so many a second whatever the answers take; each logs out after 2 s. Times run from
/// the moment at which a login was due, connect and upgrade included.
pub(crate) async fn open_loop(door: &Door, a_second: u32, length: Duration) -> Vec<Duration> {
    let start = tokio::time::Instant::now();
    let count = (length.as_secs_f64() * f64::from(a_second)) as u32;
    let mut tasks = JoinSet::new();
    for n in 0..count {
        let due = start + Duration::from_secs(1) * n / a_second;
        tokio::time::sleep_until(due).await;
        let door = door.clone();
        tasks.spawn(async move {
            let due: Instant = due.into_std();
            let mut widget = greet(&door, login()).await;
            let took = due.elapsed();
            assert_eq!(widget.answer["type"], "seated");
            tokio::time::sleep(Duration::from_secs(2)).await;
            let _ = widget.socket.send(Message::text(r#"{"type":"logout"}"#)).await;
            while let Some(Ok(_)) = widget.socket.next().await {}
            took
        });
    }
    tasks.join_all().await
}
