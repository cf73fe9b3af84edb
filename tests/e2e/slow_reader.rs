//! A widget that sends and does not read what it is answered.

use crate::server::Server;
use crate::widget::{Widget, frame};
use serde_json::json;
use socket2::SockRef;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// A socket that takes next to nothing that it does not read.
async fn narrow(server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(1).unwrap();
    SockRef::from(&socket).set_tcp_mss(88).unwrap();
    let address: SocketAddr = server.listen.parse().unwrap();
    socket.connect(address).await.unwrap()
}

#[tokio::test]
async fn a_widget_that_does_not_read_is_disconnected_and_can_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seats.toml");
    std::fs::write(&file, "[liveness]\nheartbeat = \"1s\"\nsilence_limit = \"60s\"\n").unwrap();
    let server = Server::with(&["--seats", "acme=2", "--config", file.to_str().unwrap()]);
    let url = format!("ws://{}/v1/seat", server.listen);
    let socket = narrow(&server).await;
    let mut widget = Widget(tokio_tungstenite::client_async(url, socket).await.unwrap().0);
    widget.send(&json!({"type":"login","org":"acme"})).await;
    let seated = widget.hear().await;

    // A ping is a proof of life, and its pong is what is not read.
    let mut socket = widget.0.into_inner();
    let ping = frame(0x89, &[b'p'; 125]);
    let start = Instant::now();
    while server.organization("acme").await["connected"] == 1 {
        assert!(start.elapsed() < Duration::from_secs(25), "it is waited for");
        let _ = socket.write_all(&ping).await;
        tokio::time::sleep(Duration::from_millis(52)).await;
    }

    assert_eq!(server.organization("acme").await["in_grace"], 1);
    let (_, resumed) = Widget::resume(&server, &seated).await;
    assert_eq!(resumed["resumed"], true);

    // It reads at last, and hears why it was let go.
    let mut heard = Vec::new();
    socket.read_to_end(&mut heard).await.unwrap();
    let why = [&[0x88, 10], &4012_u16.to_be_bytes()[..], b"too_slow"].concat();
    let text = String::from_utf8_lossy(&heard);
    assert!(
        heard.ends_with(&why) && text.contains(r#""code":"too_slow""#),
        "{text}"
    );
}

#[tokio::test]
async fn a_ping_flood_that_is_never_read_ends_its_connection() {
    let server = Server::start(60_000);
    let (mut other, _) = Widget::login(&server).await;
    let mut floods = Vec::new();
    for _ in 0..20 {
        let url = format!("ws://{}/v1/seat", server.listen);
        let socket = narrow(&server).await;
        let widget = tokio_tungstenite::client_async(url, socket).await.unwrap().0;
        let mut socket = widget.into_inner();
        let ping = frame(0x89, &[b'p'; 125]);
        // The server may have closed already.
        let _ = socket.write_all(&ping.repeat(1000)).await;
        floods.push(socket);
    }

    server.until_connections(1).await;
    other.assert_alive().await;
}
