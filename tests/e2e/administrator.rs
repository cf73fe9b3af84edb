//! Whoever has a token and asks the admin listener.

use crate::server::Server;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The answer, which has to have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The last part of a problem's type.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let kind = self.json()["type"].as_str().unwrap().to_owned();
        kind.strip_prefix("/problems/").unwrap().to_owned()
    }
}

/// Sends one request with these further headers.
pub async fn ask(
    admin: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut socket = tokio::net::TcpStream::connect(admin).await.unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n");
    if let Some(token) = token {
        head += &format!("Authorization: Bearer {token}\r\n");
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    // An answer may come before the whole body is taken.
    let _ = socket.write_all(body.as_bytes()).await;
    let mut answer = Vec::new();
    // A live feed does not end; its head says enough.
    let is_feed = |answer: &[u8]| {
        let answer = String::from_utf8_lossy(answer);
        let head = answer.split_once("\r\n\r\n").map(|(head, _)| head);
        head.is_some_and(|head| head.contains("text/event-stream"))
    };
    while !is_feed(&answer) && matches!(socket.read_buf(&mut answer).await, Ok(1..)) {}
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

impl Server {
    /// Asks as the first operator. The body is left out where it is null.
    pub async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_as(self.token(), method, path, body).await
    }

    pub async fn ask_as(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        ask(&self.admin, method, path, Some(token), &[], &text).await
    }
}
