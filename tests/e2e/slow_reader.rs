//! A widget that sends and does not read what it is answered.

use crate::server::Server;
use crate::widget::{Widget, frame};
use serde_json::{Value, json};
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

/// Pings, whose pongs it does not read, until `number` of the organization is 0; then reads on, and returns what
/// it hears.
async fn hears_late(server: &Server, widget: Widget, number: &str) -> Vec<u8> {
    // A ping is a proof of life.
    let mut socket = widget.0.into_inner();
    let ping = frame(0x89, &[b'p'; 125]);
    let start = Instant::now();
    while server.organization("acme").await[number] != 0 {
        assert!(start.elapsed() < Duration::from_secs(25), "it is waited for");
        let _ = socket.write_all(&ping).await;
        tokio::time::sleep(Duration::from_millis(52)).await;
    }
    let mut heard = Vec::new();
    socket.read_to_end(&mut heard).await.unwrap();
    heard
}

/// A widget on a narrow socket, and what it is answered.
async fn narrow_widget(server: &Server, login: &Value) -> (Widget, Value) {
    let url = format!("ws://{}/v1/seat", server.listen);
    let socket = narrow(server).await;
    let mut widget = Widget(tokio_tungstenite::client_async(url, socket).await.unwrap().0);
    widget.send(login).await;
    let answer = widget.hear().await;
    (widget, answer)
}

fn assert_told(heard: &[u8]) {
    let why = [&[0x88, 10], &4012_u16.to_be_bytes()[..], b"too_slow"].concat();
    let text = String::from_utf8_lossy(heard);
    assert!(
        heard.ends_with(&why) && text.contains(r#""code":"too_slow""#),
        "{text}"
    );
}

#[tokio::test]
async fn whoever_does_not_read_is_disconnected_and_told_so_when_it_reads() {
    let server = Server::configured(
        "[liveness]\nheartbeat = \"1s\"\nsilence_limit = \"60s\"\n[[organization]]\nid = \"acme\"\nseats = 1\n\
         waiting_line = { max = 2 }\n",
    );
    let (seated, answer) = narrow_widget(&server, &json!({"type":"login","org":"acme"})).await;
    let (waiting, place) = narrow_widget(&server, &json!({"type":"login","org":"acme","wait":true})).await;
    assert_eq!(
        (&answer["type"], &place["type"]),
        (&json!("seated"), &json!("waiting"))
    );

    let (seated, waiting) = tokio::join!(
        hears_late(&server, seated, "connected"),
        hears_late(&server, waiting, "waiting")
    );

    assert_told(&seated);
    assert_told(&waiting);
    let numbers = server.organization("acme").await;
    assert_eq!((&numbers["in_use"], &numbers["in_grace"]), (&json!(1), &json!(1)));
    let (_, resumed) = Widget::resume(&server, &answer).await;
    assert_eq!(resumed["resumed"], true);
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
