//! A small seat server that keeps its promises, or breaks one on purpose.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// A seat is freed after half of its grace.
    PurgeEarly,
    /// A seat is freed a second and a half after its grace.
    PurgeLate,
    /// One more agent than the limit gets a seat.
    CapPlusOne,
    /// Each third session is forgotten when its connection breaks.
    ForgottenSession,
    /// A resume takes another seat.
    SecondSeatOnResume,
    /// A repeated attempt takes another seat.
    SecondSeatOnRepeat,
    /// A close frame with 1001 frees the seat.
    FreedOnClose,
    /// When an old connection ends, so does the session that was resumed beside it.
    OldGoodbye,
    /// The administrator is told of one seat less.
    LyingView,
    /// A refused agent is told of twice as many seats in use.
    LyingRefusal,
    /// A refusal closes with 1000.
    WrongCloseCode,
    /// A fourth of the logins is refused whatever is free.
    Unjustified,
}

pub(crate) const GRACE: Duration = Duration::from_millis(400);
pub(crate) const SILENCE: Duration = Duration::from_millis(700);
pub(crate) const LIMIT: usize = 6;

struct Session {
    attempt: String,
    secret: String,
    /// The connection that counts; `None`: lost.
    connection: Option<u64>,
    free_at: Option<Instant>,
}

struct Toy {
    fault: Fault,
    sessions: Mutex<HashMap<String, Session>>,
    counter: Mutex<u64>,
    superseded: tokio::sync::broadcast::Sender<u64>,
}

/// Serves widgets and an administrator until the runtime ends; gives the two addresses.
pub(crate) async fn start(fault: Fault) -> (SocketAddr, SocketAddr) {
    let (superseded, _) = tokio::sync::broadcast::channel(1024);
    let toy = Arc::new(Toy {
        fault,
        sessions: Mutex::default(),
        counter: Mutex::new(0),
        superseded,
    });
    let widgets = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let admins = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addresses = (widgets.local_addr().unwrap(), admins.local_addr().unwrap());
    let server = Arc::clone(&toy);
    tokio::spawn(async move {
        while let Ok((stream, _)) = widgets.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(Arc::clone(&server).serve(stream));
        }
    });
    tokio::spawn(async move {
        while let Ok((stream, _)) = admins.accept().await {
            tokio::spawn(Arc::clone(&toy).show(stream));
        }
    });
    addresses
}

impl Toy {
    fn grace(&self) -> Duration {
        match self.fault {
            Fault::PurgeEarly => GRACE / 2,
            Fault::PurgeLate => GRACE + Duration::from_millis(1500),
            _ => GRACE,
        }
    }

    /// A number that was not given before.
    fn next(&self) -> u64 {
        let mut counter = self.counter.lock();
        *counter += 1;
        *counter
    }

    /// All sessions whose time is not over.
    fn sessions(&self) -> parking_lot::MutexGuard<'_, HashMap<String, Session>> {
        let mut sessions = self.sessions.lock();
        let now = Instant::now();
        sessions.retain(|_, session| session.free_at.is_none_or(|at| at > now));
        sessions
    }

    /// Numbers in use, connected, in grace.
    fn numbers(&self, sessions: &HashMap<String, Session>) -> (usize, usize, usize) {
        let connected = sessions
            .values()
            .filter(|session| session.connection.is_some())
            .count();
        (sessions.len(), connected, sessions.len() - connected)
    }

    fn login(&self, message: &Value, connection: u64) -> Value {
        let attempt = message["attempt"].as_str().unwrap_or_default().to_owned();
        let mut sessions = self.sessions();
        let repeated = sessions
            .iter_mut()
            .find(|(_, session)| session.attempt == attempt);
        if let Some((id, session)) = repeated.filter(|_| self.fault != Fault::SecondSeatOnRepeat) {
            return self.seat(&id.clone(), session, connection);
        }
        let limit = if self.fault == Fault::CapPlusOne {
            LIMIT + 1
        } else {
            LIMIT
        };
        let moody = self.fault == Fault::Unjustified && self.next() % 8 < 2;
        if sessions.len() >= limit || moody {
            let (mut in_use, _, in_grace) = self.numbers(&sessions);
            in_use += if self.fault == Fault::LyingRefusal {
                LIMIT
            } else {
                0
            };
            let seats =
                json!({"limit": LIMIT, "in_use": in_use.max(LIMIT), "in_grace": in_grace, "waiting": 0});
            return json!({"type": "refused", "code": "seats_exhausted", "seats": seats});
        }
        let id = Uuid::new_v4().to_string();
        let session = Session {
            attempt,
            secret: String::new(),
            connection: None,
            free_at: None,
        };
        let session = sessions.entry(id.clone()).or_insert(session);
        self.seat(&id, session, connection)
    }

    fn resume(&self, message: &Value, connection: u64) -> Value {
        let mut sessions = self.sessions();
        let id = message["session"].as_str().unwrap_or_default().to_owned();
        match sessions
            .get_mut(&id)
            .filter(|session| message["secret"] == json!(session.secret))
        {
            Some(session) if self.fault == Fault::SecondSeatOnResume => {
                let attempt = std::mem::take(&mut session.attempt);
                let id = Uuid::new_v4().to_string();
                let second = Session {
                    attempt,
                    secret: String::new(),
                    connection: None,
                    free_at: None,
                };
                self.seat(&id, sessions.entry(id.clone()).or_insert(second), connection)
            }
            Some(session) => self.seat(&id, session, connection),
            None => json!({"type": "refused", "code": "session_gone"}),
        }
    }

    fn seat(&self, id: &str, session: &mut Session, connection: u64) -> Value {
        if let Some(old) = session.connection.replace(connection) {
            let _ = self.superseded.send(old);
        }
        session.free_at = None;
        if session.secret.is_empty() {
            session.secret = Uuid::new_v4().to_string();
        }
        let grace_s = GRACE.as_millis().div_ceil(1000);
        json!({"type": "seated", "session": id, "secret": session.secret, "grace_s": grace_s})
    }

    /// The connection is gone; its last sign of life was at `proof`.
    fn lost(&self, connection: u64, proof: Instant, closed: bool, id: Option<&str>) {
        let mut sessions = self.sessions();
        if self.fault == Fault::OldGoodbye
            && let Some(id) = id
            && sessions
                .get(id)
                .is_some_and(|session| session.connection.is_some_and(|of| of != connection))
        {
            sessions.remove(id);
        }
        let found = sessions
            .iter_mut()
            .find(|(_, session)| session.connection == Some(connection));
        let Some((id, session)) = found.map(|(id, session)| (id.clone(), session)) else {
            return;
        };
        session.connection = None;
        session.free_at = Some(proof + self.grace());
        let forgotten = self.fault == Fault::ForgottenSession && !closed && self.next().is_multiple_of(3);
        if forgotten || (closed && self.fault == Fault::FreedOnClose) {
            sessions.remove(&id);
        }
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) {
        #[expect(clippy::result_large_err, reason = "the library's callback")]
        let echo = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
            let name = "sec-websocket-protocol";
            response
                .headers_mut()
                .extend(request.headers().get(name).map(|value| {
                    (
                        tokio_tungstenite::tungstenite::http::HeaderName::from_static(name),
                        value.clone(),
                    )
                }));
            Ok(response)
        };
        let Ok(mut socket) = accept_hdr_async(stream, echo).await else {
            return;
        };
        let connection = self.next();
        let mut superseded = self.superseded.subscribe();
        let mut proof = Instant::now();
        let mut heartbeat = proof + SILENCE / 3;
        let mut id: Option<String> = None;
        let closed = loop {
            let read = tokio::select! {
                biased;
                read = socket.next() => read,
                old = superseded.recv() => {
                    if old == Ok(connection) {
                        say(&mut socket, json!({"type": "ended", "reason": "superseded"}), 4509).await;
                        break false;
                    }
                    continue;
                }
                () = tokio::time::sleep_until(heartbeat.into()) => {
                    // Whoever is late itself has not listened meanwhile.
                    let is_late = heartbeat.elapsed() > SILENCE / 6;
                    if proof.elapsed() > SILENCE && !is_late {
                        return self.lost(connection, proof, false, None);
                    }
                    let _ = socket.send(Message::text(r#"{"type":"heartbeat"}"#)).await;
                    heartbeat = Instant::now() + SILENCE / 3;
                    continue;
                }
            };
            proof = Instant::now();
            let text = match read {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_))) => break true,
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => break false,
            };
            let message: Value = serde_json::from_str(&text).unwrap();
            let answer = match message["type"].as_str() {
                Some("login") => self.login(&message, connection),
                Some("resume") => self.resume(&message, connection),
                Some("logout") => {
                    self.sessions()
                        .retain(|_, session| session.connection != Some(connection));
                    return say(&mut socket, json!({"type": "ended", "reason": "logout"}), 1000).await;
                }
                _ => continue,
            };
            id = answer["session"].as_str().map(str::to_owned);
            match answer["code"].as_str() {
                Some(_) if self.fault == Fault::WrongCloseCode => {
                    return say(&mut socket, answer, 1000).await;
                }
                Some("session_gone") => return say(&mut socket, answer, 4010).await,
                Some(_) => return say(&mut socket, answer, 4550).await,
                None => {
                    let _ = socket.send(Message::text(answer.to_string())).await;
                }
            }
        };
        self.lost(connection, proof, closed, id.as_deref());
    }

    /// Answers an administrator who asks for the organization.
    async fn show(self: Arc<Self>, mut stream: TcpStream) {
        let mut head = Vec::new();
        while let Ok(byte) = stream.read_u8().await {
            head.push(byte);
            if !head.ends_with(b"\r\n\r\n") {
                continue;
            }
            let (mut in_use, mut connected, in_grace) = self.numbers(&self.sessions());
            if self.fault == Fault::LyingView && connected > 0 {
                (in_use, connected) = (in_use - 1, connected - 1);
            }
            let body = json!({"limit": {"total": LIMIT}, "in_use": in_use, "connected": connected,
                "in_grace": in_grace, "free": LIMIT.saturating_sub(in_use)})
            .to_string();
            let length = body.len();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
            head.clear();
        }
    }
}

async fn say(socket: &mut WebSocketStream<TcpStream>, message: Value, code: u16) {
    let _ = socket.send(Message::text(message.to_string())).await;
    let _ = socket
        .close(Some(CloseFrame {
            code: code.into(),
            reason: "".into(),
        }))
        .await;
    while socket.next().await.is_some_and(|read| read.is_ok()) {}
}
