use crate::certificate::Files;
use crate::server::Server;
use futures_util::{SinkExt as _, StreamExt as _};
use mirabridge_seats::transport::{Stream, Trust};
use serde_json::{Value, json};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

const ACME: &str = "[[organization]]\nid = \"acme\"\nseats = 50\n";

async fn enter(address: &str, authority: &[u8]) -> io::Result<Stream> {
    let stream = TcpStream::connect(address).await.unwrap();
    Trust::read(authority).unwrap().enter("localhost", stream).await
}

/// A widget that holds a seat.
async fn seated(server: &Server, authority: &[u8]) -> WebSocketStream<Stream> {
    let stream = enter(&server.listen, authority).await.unwrap();
    let url = format!("wss://{}/v1/seat", server.listen);
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    say(&mut socket, &json!({"type":"login","org":"acme"})).await;
    assert_eq!(hear(&mut socket).await["type"], "seated");
    socket
}

async fn say(socket: &mut WebSocketStream<Stream>, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn hear(socket: &mut WebSocketStream<Stream>) -> Value {
    let heard = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
    serde_json::from_str(heard.unwrap().unwrap().unwrap().to_text().unwrap()).unwrap()
}

async fn ask_admin(server: &Server, authority: &[u8]) -> String {
    let mut stream = enter(&server.admin, authority).await.unwrap();
    let token = server.token();
    let head = format!(
        "GET /api/v1/organizations/acme HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_seat_and_the_numbers_are_had_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::make(folder.path());
    let server = Server::configured(&format!("{ACME}{}", files.table()));
    let mut socket = seated(&server, &files.authority()).await;

    let numbers = ask_admin(&server, &files.authority()).await;

    assert!(
        numbers.starts_with("HTTP/1.1 200 ") && numbers.contains("\"in_use\":1"),
        "{numbers}"
    );
    say(&mut socket, &json!({"type":"logout"})).await;
    assert_eq!(hear(&mut socket).await["reason"], "logout");
    let close = socket.next().await.unwrap().unwrap();
    assert!(matches!(close, Message::Close(Some(frame)) if u16::from(frame.code) == 1000));
}

#[tokio::test]
async fn two_messages_of_one_tls_record_are_both_answered_by_a_seat_at_rest() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::make(folder.path());
    let server = Server::configured(&format!("{ACME}{}", files.table()));
    let mut socket = seated(&server, &files.authority()).await;

    // With its head the first one fills the server's read of 1,024 bytes, so that the second is
    // decrypted and not read when the first is answered.
    let (probe, handoff) = (
        json!({"type":"probe"}).to_string(),
        json!({"type":"handoff"}).to_string(),
    );
    socket.feed(Message::text(format!("{probe:1016}"))).await.unwrap();
    socket.feed(Message::text(handoff)).await.unwrap();
    socket.flush().await.unwrap();

    assert_eq!(hear(&mut socket).await["type"], "alive");
    assert_eq!(hear(&mut socket).await["type"], "handoff");
}

#[tokio::test]
async fn a_reset_under_tls_starts_the_grace() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::make(folder.path());
    let server = Server::configured(&format!("{ACME}grace = \"300ms\"\n{}", files.table()));
    let socket = seated(&server, &files.authority()).await;
    assert!(
        ask_admin(&server, &files.authority())
            .await
            .contains("\"in_use\":1")
    );

    socket.get_ref().tcp().unwrap().set_zero_linger().unwrap();
    drop(socket);

    while !ask_admin(&server, &files.authority())
        .await
        .contains("\"in_use\":0")
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_not_tls_is_closed_and_a_slow_handshake_ends_at_the_one_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::make(folder.path());
    let server = Server::configured(&format!(
        "{ACME}{}[liveness]\nlogin_timeout = \"1s\"\n",
        files.table()
    ));
    let head = b"GET /v1/seat HTTP/1.1\r\nHost: a\r\n\r\n".as_slice();
    let hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3].as_slice();
    for (address, bytes) in [
        (&server.listen, head),
        (&server.admin, head),
        (&server.listen, &[0xff; 600]),
        (&server.listen, b""),
        (&server.listen, hello),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut said = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut said)).await;
        assert!(closed.is_ok(), "it stays open");
        assert!(!said.starts_with(b"HTTP"), "a plain answer");
    }
    seated(&server, &files.authority()).await;
}

#[tokio::test]
async fn a_client_that_believes_another_authority_does_not_enter() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = Files::make(folder.path());
    let server = Server::configured(&format!("{ACME}{}", files.table()));

    let entered = enter(&server.listen, &Files::make(other.path()).authority()).await;

    assert!(entered.is_err());
}

#[tokio::test]
async fn new_certificates_are_shown_bad_ones_change_nothing_and_connections_stay() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::make(folder.path());
    let server = Server::configured(&format!("{ACME}{}", files.table()));
    let old = files.authority();
    let mut socket = seated(&server, &old).await;

    std::fs::write(&files.certificate, "no certificate").unwrap();
    server.hang_up();
    server.until_logged("the configuration is not reloaded", 1).await;
    assert!(
        enter(&server.listen, &old).await.is_ok(),
        "the old one is still shown"
    );
    let new = files.renew();
    server.hang_up();
    server.until_logged("a new certificate is shown", 1).await;

    for address in [&server.listen, &server.admin] {
        assert!(enter(address, &new).await.is_ok());
        assert!(enter(address, &old).await.is_err());
    }
    say(&mut socket, &json!({"type":"probe"})).await;
    assert_eq!(hear(&mut socket).await["type"], "alive");
}

#[tokio::test]
async fn the_fleet_finds_no_breach_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::make(folder.path());
    let server = Server::configured(&format!("{ACME}grace = \"1s\"\n{}", files.table()));
    let token = folder.path().join("token");
    std::fs::write(&token, server.token()).unwrap();
    let port = |address: &str| address.rsplit(':').next().unwrap().to_owned();
    let mut fleet = tokio::process::Command::new(env!("CARGO_BIN_EXE_mirabridge-seats"));
    fleet
        .args(["fleet", "--org", "acme", "--agents", "10", "--duration", "4s"])
        .args([
            "--url",
            &format!("wss://127.0.0.1:{}/v1/seat", port(&server.listen)),
        ])
        .args([
            "--admin-url",
            &format!("https://127.0.0.1:{}", port(&server.admin)),
        ])
        .arg("--ca-file")
        .arg(&files.certificate)
        .arg("--token-file")
        .arg(&token);

    let output = fleet.output().await.unwrap();

    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
