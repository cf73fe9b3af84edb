//! A seat server as small as can be, with one fault of choice.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
    time::sleep,
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
        http::HeaderValue,
        protocol::CloseFrame,
    },
};
use uuid::Uuid;

pub(crate) const GRACE: Duration = Duration::from_millis(500);
pub(crate) const LIMIT: u32 = 16;

/// What the server does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    PurgeEarly,
    PurgeLate,
    CapPlusOne,
    Forgotten,
    SecondSeat,
    FreedOnGoingAway,
    OldGoodbye,
    LyingNumber,
    WrongCloseCode,
}

struct Session {
    secret: String,
    attempt: String,
    /// The connection that carries it and the way to tell it that it is superseded.
    connection: u64,
    open: Option<mpsc::Sender<()>>,
}

#[derive(Default)]
struct Seats {
    sessions: HashMap<String, Session>,
    connections: u64,
    logins: u64,
}

type Shared = Arc<Mutex<Seats>>;

/// Ends when dropped.
pub(crate) struct ToyServer {
    port: u16,
    listening: JoinHandle<()>,
}

impl ToyServer {
    pub(crate) async fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seats = Shared::default();
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Box::pin(serve(stream, Arc::clone(&seats), fault)));
            }
        });
        Self { port, listening }
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/v1/seat", self.port)
    }
}

impl Drop for ToyServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

#[expect(clippy::result_large_err, reason = "the callback's type is the library's")]
fn subprotocol(_: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    response.headers_mut().insert(
        "Sec-WebSocket-Protocol",
        HeaderValue::from_static("mirabridge.seat.v1"),
    );
    Ok(response)
}

async fn serve(stream: TcpStream, seats: Shared, fault: Fault) {
    let Ok(mut socket) = accept_hdr_async(stream, subprotocol).await else {
        return;
    };
    let Some(Ok(Message::Text(first))) = socket.next().await else {
        return;
    };
    let first: Value = serde_json::from_str(&first).unwrap();
    let (sender, mut superseded) = mpsc::channel(1);
    let answer = seats.lock().answer(&first, sender, fault, &seats);
    let (id, connection) = match answer {
        Ok((id, connection, seated)) => {
            if socket.send(Message::text(seated.to_string())).await.is_err() {
                return lost(&seats, &id, connection, fault);
            }
            (id, connection)
        }
        Err((refused, close)) => {
            let close = if fault == Fault::WrongCloseCode {
                1000
            } else {
                close
            };
            let _ = socket.send(Message::text(refused.to_string())).await;
            let _ = socket
                .close(Some(CloseFrame {
                    code: close.into(),
                    reason: "".into(),
                }))
                .await;
            while let Some(Ok(_)) = socket.next().await {}
            return;
        }
    };
    loop {
        let frame = tokio::select! {
            Some(()) = superseded.recv() => {
                let ended = json!({"type": "ended", "reason": "superseded", "message": ""});
                let _ = socket.send(Message::text(ended.to_string())).await;
                let _ = socket.close(Some(CloseFrame { code: 4509.into(), reason: "".into() })).await;
                while let Some(Ok(_)) = socket.next().await {}
                return lost(&seats, &id, connection, fault);
            }
            frame = socket.next() => frame,
        };
        match frame {
            Some(Ok(Message::Text(text))) if text.contains("logout") => {
                seats.lock().sessions.remove(&id);
                let ended = json!({"type": "ended", "reason": "logout", "message": ""});
                let _ = socket.send(Message::text(ended.to_string())).await;
                let _ = socket
                    .close(Some(CloseFrame {
                        code: 1000.into(),
                        reason: "".into(),
                    }))
                    .await;
                while let Some(Ok(_)) = socket.next().await {}
                return;
            }
            Some(Ok(Message::Close(Some(frame))))
                if frame.code == 1001.into() && fault == Fault::FreedOnGoingAway =>
            {
                seats.lock().sessions.remove(&id);
            }
            Some(Ok(_)) => {}
            None | Some(Err(_)) => return lost(&seats, &id, connection, fault),
        }
    }
}

/// The grace begins, if the connection still carries the session.
fn lost(seats: &Shared, id: &str, connection: u64, fault: Fault) {
    let mut locked = seats.lock();
    let Some(session) = locked.sessions.get_mut(id) else {
        return;
    };
    if session.connection != connection {
        if fault == Fault::OldGoodbye {
            locked.sessions.remove(id);
        }
        return;
    }
    session.open = None;
    let (seats, id) = (Arc::clone(seats), id.to_owned());
    tokio::spawn(async move {
        sleep(match fault {
            Fault::PurgeEarly => GRACE / 5,
            Fault::PurgeLate => GRACE + Duration::from_millis(2500),
            _ => GRACE,
        })
        .await;
        let mut locked = seats.lock();
        if locked
            .sessions
            .get(&id)
            .is_some_and(|it| it.open.is_none() && it.connection == connection)
        {
            locked.sessions.remove(&id);
        }
    });
}

type Seated = (String, u64, Value);

impl Seats {
    fn answer(
        &mut self,
        first: &Value,
        open: mpsc::Sender<()>,
        fault: Fault,
        shared: &Shared,
    ) -> Result<Seated, (Value, u16)> {
        self.connections += 1;
        let connection = self.connections;
        let word = |field: &str| first[field].as_str().unwrap_or_default().to_owned();
        let resumes = first["type"] == "resume";
        let known = if resumes {
            let session = word("session");
            self.sessions
                .get(&session)
                .is_some_and(|it| it.secret == word("secret"))
                .then_some(session)
        } else {
            let attempt = word("attempt");
            self.sessions
                .iter()
                .find(|(_, it)| it.attempt == attempt)
                .map(|(id, _)| id.clone())
        };
        if let Some(mut id) = known {
            let mut session = self.sessions.remove(&id).unwrap();
            if let Some(older) = session.open.replace(open) {
                let _ = older.try_send(());
            }
            session.connection = connection;
            if fault == Fault::SecondSeat && resumes {
                id = Uuid::new_v4().to_string();
            }
            if !resumes {
                session.secret = Uuid::new_v4().to_string();
            }
            let seated = seated(&id, &session.secret, true);
            self.sessions.insert(id.clone(), session);
            return Ok((id, connection, seated));
        }
        if resumes {
            return Err((refused("session_gone", None), 4010));
        }
        let limit = LIMIT as usize + usize::from(fault == Fault::CapPlusOne);
        let in_use = self.sessions.len();
        if in_use >= limit {
            let told = if fault == Fault::LyingNumber {
                in_use / 3
            } else {
                in_use
            };
            return Err((refused("seats_exhausted", Some(told)), 4550));
        }
        let id = Uuid::new_v4().to_string();
        let session = Session {
            secret: Uuid::new_v4().to_string(),
            attempt: word("attempt"),
            connection,
            open: Some(open),
        };
        let seated = seated(&id, &session.secret, false);
        self.sessions.insert(id.clone(), session);
        self.logins += 1;
        if fault == Fault::Forgotten && self.logins.is_multiple_of(2) {
            let (shared, id) = (Arc::clone(shared), id.clone());
            tokio::spawn(async move {
                sleep(Duration::from_millis(50)).await;
                shared.lock().sessions.remove(&id);
            });
        }
        Ok((id, connection, seated))
    }
}

fn seated(id: &str, secret: &str, resumed: bool) -> Value {
    json!({"type": "seated", "session": id, "secret": secret, "resumed": resumed, "over_allocation": false,
        "grace_s": 1, "heartbeat_s": 20, "server_time": "2026-01-05T08:00:00Z", "notices": []})
}

fn refused(code: &str, in_use: Option<usize>) -> Value {
    let mut refused = json!({"type": "refused", "code": code, "message": "", "retryable": true});
    if let Some(in_use) = in_use {
        refused["seats"] = json!({"limit": LIMIT, "in_use": in_use, "in_grace": 0, "waiting": 0});
    }
    refused
}
