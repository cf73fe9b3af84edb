//! A receiver of webhooks: a real HTTP server that keeps what it hears and answers as it is told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parking_lot::Mutex;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What came in one request.
#[derive(Clone)]
pub struct Heard {
    pub head: String,
    pub body: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found
            .unwrap_or_else(|| panic!("no {name}: {}", self.head))
            .1
            .trim()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Judges the signature as the specification says, with nothing of the server's own code.
    #[track_caller]
    pub fn assert_signed_with(&self, secret: &str) {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let (id, second) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{second}.{}", self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(self.header("webhook-signature"), expected);
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        assert!(now.abs_diff(second.parse().unwrap()) < 60, "an old try");
    }
}

/// Listens until it is dropped.
pub struct Receiver {
    pub port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Arc<Mutex<String>>,
    task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    pub fn start() -> Self {
        Self::at(0)
    }

    pub fn at(port: u16) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(format!("127.0.0.1:{port}").parse().unwrap()).unwrap();
        Self::over(socket.listen(64).unwrap(), None)
    }

    /// The same over TLS.
    pub async fn encrypted(acceptor: tokio_rustls::TlsAcceptor) -> Self {
        Self::over(TcpListener::bind("127.0.0.1:0").await.unwrap(), Some(acceptor))
    }

    fn over(listener: TcpListener, acceptor: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let (heard, answer) = (Arc::default(), Arc::new(Mutex::new("204 No Content".to_owned())));
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(serve(listener, acceptor, Arc::clone(&heard), Arc::clone(&answer)));
        Self {
            port,
            heard,
            answer,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?from=acme", self.port)
    }

    /// Answers with this status line and further headers from here on. Empty: never.
    pub fn answer(&self, answer: &str) {
        answer.clone_into(&mut self.answer.lock());
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().clone()
    }

    /// What was heard, once it is so much.
    pub async fn until(&self, many: usize) -> Vec<Heard> {
        let start = Instant::now();
        while self.heard().len() < many {
            let kinds: Vec<_> = self.heard().iter().map(Heard::kind).collect();
            assert!(start.elapsed() < Duration::from_secs(30), "only {kinds:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.heard()
    }

    /// The first of this type.
    pub async fn until_kind(&self, kind: &str) -> Heard {
        let start = Instant::now();
        loop {
            if let Some(found) = self.heard().into_iter().find(|heard| heard.kind() == kind) {
                return found;
            }
            let kinds: Vec<_> = self.heard().iter().map(Heard::kind).collect();
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "no {kind} but {kinds:?}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    acceptor: Option<tokio_rustls::TlsAcceptor>,
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Arc<Mutex<String>>,
) {
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            return;
        };
        let (heard, answer, acceptor) = (Arc::clone(&heard), Arc::clone(&answer), acceptor.clone());
        tokio::spawn(async move {
            match acceptor {
                None => exchange(socket, &heard, &answer).await,
                Some(acceptor) => match acceptor.accept(socket).await {
                    Ok(socket) => exchange(socket, &heard, &answer).await,
                    Err(_) => None,
                },
            }
        });
    }
}

async fn exchange(
    mut socket: impl AsyncRead + AsyncWrite + Unpin,
    heard: &Mutex<Vec<Heard>>,
    answer: &Mutex<String>,
) -> Option<()> {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lengths = head.lines().filter_map(|line| line.split_once(':'));
            let length = lengths
                .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .find_map(|(_, value)| value.trim().parse::<usize>().ok());
            if body.len() == length? {
                break (head.to_owned(), body.to_owned());
            }
        }
    };
    heard.lock().push(Heard { head, body });
    let answer = answer.lock().clone();
    if answer.is_empty() {
        std::future::pending::<()>().await;
    }
    let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    socket.write_all(answer.as_bytes()).await.ok()?;
    socket.shutdown().await.ok()
}
