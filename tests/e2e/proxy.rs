//! The sample for nginx, with nginx itself: only addresses and files are put in.

use crate::certificate::Files;
use crate::server::Server;
use futures_util::{SinkExt as _, StreamExt as _};
use mirabridge_seats::clock::Stopwatch;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

struct Nginx {
    process: Child,
    socket: PathBuf,
    authority: Vec<u8>,
    folder: tempfile::TempDir,
}

impl Nginx {
    fn before(upstream: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::make(folder.path());
        let (socket, path) = (folder.path().join("socket"), |name: &str| {
            folder.path().join(name)
        });
        let sample = std::fs::read_to_string("config/proxy/nginx.conf").unwrap();
        let mut text = format!("daemon off;\npid {};\n{sample}", path("pid").display());
        for (sample, here) in [
            (
                "listen 443 ssl;",
                format!("listen unix:{} ssl;", socket.display()),
            ),
            ("127.0.0.1:7380", upstream.to_owned()),
            ("/etc/nginx/cert.pem", files.certificate.display().to_string()),
            ("/etc/nginx/key.pem", files.private_key.display().to_string()),
            // What this machine and its user may do.
            ("worker_rlimit_nofile 200000;", String::new()),
            ("worker_connections 100000;", "worker_connections 100;".to_owned()),
            (
                "worker_processes auto;",
                "worker_processes 1;\nmaster_process off;".to_owned(),
            ),
        ] {
            assert!(text.contains(sample), "{sample} is not in the sample");
            text = text.replace(sample, &here);
        }
        let conf = path("nginx.conf");
        std::fs::write(&conf, text).unwrap();
        let process = Command::new("nginx")
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&conf)
            .arg("-e")
            .arg(path("error.log"))
            .stderr(Stdio::from(std::fs::File::create(path("stderr")).unwrap()))
            .spawn()
            .expect("nginx is needed: scripts/test installs it");
        let watch = Stopwatch::start();
        // The socket is there before it listens.
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            let said = std::fs::read_to_string(path("stderr")).unwrap();
            assert!(
                watch.elapsed() < Duration::from_secs(20),
                "nginx does not start: {said}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        Self {
            process,
            socket,
            authority: files.authority(),
            folder,
        }
    }

    async fn connect(&self) -> TlsStream<UnixStream> {
        use rustls::pki_types::pem::PemObject as _;
        let mut roots = rustls::RootCertStore::empty();
        let authority = rustls::pki_types::CertificateDer::from_pem_slice(&self.authority).unwrap();
        roots.add(authority).unwrap();
        let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = UnixStream::connect(&self.socket).await.unwrap();
        let connector = TlsConnector::from(std::sync::Arc::new(config));
        connector
            .connect("localhost".try_into().unwrap(), stream)
            .await
            .unwrap()
    }

    async fn widget(&self, message: &Value) -> (WebSocketStream<TlsStream<UnixStream>>, Value) {
        let url = "wss://seats.example.com/v1/seat";
        let (mut socket, _) = Box::pin(tokio_tungstenite::client_async(
            url,
            Box::pin(self.connect()).await,
        ))
        .await
        .unwrap();
        socket.send(Message::text(message.to_string())).await.unwrap();
        let said = hear(&mut socket).await;
        (socket, said)
    }

    /// Everything that nginx has written.
    fn written(&self) -> String {
        fn read(folder: &Path, text: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    read(&path, text);
                } else if path.extension().is_none_or(|extension| extension == "log") {
                    text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()));
                }
            }
        }
        let mut text = String::new();
        read(self.folder.path(), &mut text);
        text
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn hear(socket: &mut WebSocketStream<TlsStream<UnixStream>>) -> Value {
    let heard = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
    serde_json::from_str(heard.unwrap().unwrap().unwrap().to_text().unwrap()).unwrap()
}

#[tokio::test]
async fn a_seat_is_taken_kept_and_given_back_through_nginx() {
    let server = Server::start(60_000);
    let nginx = Nginx::before(&server.listen);
    let (mut first, seated) = nginx.widget(&json!({"type":"login","org":"acme"})).await;
    first.send(Message::text(r#"{"type":"probe"}"#)).await.unwrap();
    assert_eq!(hear(&mut first).await["type"], "alive");

    drop(first);
    let numbers = loop {
        let numbers = server.organization("acme").await;
        if numbers["in_grace"] == 1 {
            break numbers;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(
        numbers["in_use"], 1,
        "a closed tab behind the proxy starts the grace"
    );
    let resume = json!({"type":"resume","org":"acme","session":seated["session"],"secret":seated["secret"]});
    let (mut second, resumed) = nginx.widget(&resume).await;
    assert_eq!(resumed["resumed"], true);
    second.send(Message::text(r#"{"type":"logout"}"#)).await.unwrap();
    assert_eq!(hear(&mut second).await["reason"], "logout");
    let close = second.next().await.unwrap().unwrap();
    assert!(matches!(close, Message::Close(Some(frame)) if u16::from(frame.code) == 1000));
    assert_eq!(server.organization("acme").await["in_use"], 0);
}

#[tokio::test]
async fn nginx_forwards_no_address_and_logs_none() {
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nginx = Nginx::before(&upstream.local_addr().unwrap().to_string());
    let mut client = nginx.connect().await;
    let head = "GET /v1/seat HTTP/1.1\r\nHost: seats.example.com\r\nOrigin: https://good.com\r\n\
        X-Forwarded-For: 203.0.113.77\r\nX-Real-IP: 203.0.113.77\r\nForwarded: for=203.0.113.77\r\n\
        Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();

    let (mut stream, _) = upstream.accept().await.unwrap();
    let mut forwarded = Vec::new();
    while !forwarded.ends_with(b"\r\n\r\n") {
        forwarded.push(stream.read_u8().await.unwrap());
    }
    let forwarded = String::from_utf8(forwarded).unwrap().to_lowercase();

    assert!(forwarded.contains("origin: https://good.com"), "{forwarded}");
    assert!(forwarded.contains("upgrade: websocket"), "{forwarded}");
    for mark in ["203.0.113.77", "forwarded", "real-ip", "unix:"] {
        assert!(!forwarded.contains(mark), "{forwarded}");
    }
    // The server breaks the connection, which is an error that could be logged.
    drop(stream);
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    assert!(!nginx.written().contains("203.0.113.77"));
    assert!(!nginx.written().contains("client:"), "{}", nginx.written());
}
