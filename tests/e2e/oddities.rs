//! Ends and messages that no good widget sends, against a seat.

use crate::server::Server;
use crate::widget::{Widget, frame};
use futures_util::SinkExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

const TEXT: u8 = 0x81;
const TEXT_PART: u8 = 0x01;
const LAST_PART: u8 = 0x80;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const LOGIN: &[u8] = br#"{"type":"login","org":"acme"}"#;
const LOGOUT: &[u8] = br#"{"type":"logout"}"#;
const NORMAL: &[u8] = &1000_u16.to_be_bytes();

async fn seated(server: &Server) -> TcpStream {
    Widget::login(server).await.0.0.into_inner()
}

/// Everything until the end.
async fn rest(mut socket: TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = socket.read_to_end(&mut rest);
    let _ = tokio::time::timeout(std::time::Duration::from_secs(20), read)
        .await
        .expect("no end");
    rest
}

#[tokio::test]
async fn every_odd_end_begins_the_grace_and_nothing_after_a_close_counts() {
    let ends: [&[u8]; 6] = [
        &frame(CLOSE, b""),
        &[frame(CLOSE, NORMAL), frame(CLOSE, NORMAL)].concat(),
        &[frame(CLOSE, NORMAL), frame(TEXT, LOGOUT)].concat(),
        &[frame(TEXT_PART, b"{"), frame(CLOSE, NORMAL)].concat(),
        &[frame(TEXT_PART, LOGOUT), frame(0x83, b"")].concat(),
        &frame(CLOSE, &[3, 232, 0xff]),
    ];
    for (case, end) in ends.iter().enumerate() {
        let server = Server::start(60_000);
        let mut socket = seated(&server).await;
        socket.write_all(end).await.unwrap();

        let said = rest(socket).await;

        assert_eq!(said.first(), Some(&CLOSE), "case {case}: {said:?}");
        let numbers = server.until_in_grace(1).await;
        assert_eq!(numbers["in_use"], 1, "case {case}");
    }
}

#[tokio::test]
async fn a_half_close_begins_the_grace_and_what_came_before_it_counts() {
    let server = Server::start(60_000);
    let mut silent = seated(&server).await;
    silent.shutdown().await.unwrap();
    rest(silent).await;
    server.until_in_grace(1).await;

    let mut leaving = seated(&server).await;
    leaving.write_all(&frame(TEXT, LOGOUT)).await.unwrap();
    leaving.shutdown().await.unwrap();
    rest(leaving).await;

    assert_eq!(server.organization("acme").await["in_use"], 1);
}

#[tokio::test]
async fn a_login_in_parts_with_a_ping_between_is_one_login() {
    let server = Server::start(60_000);
    let mut socket = Widget::connect(&server).await.0.into_inner();
    let (one, two) = LOGIN.split_at(11);
    let frames = [frame(TEXT_PART, one), frame(PING, b"p"), frame(LAST_PART, two)].concat();
    for byte in frames {
        socket.write_all(&[byte]).await.unwrap();
    }

    server.until_in_use(1).await;
    drop(socket);
}

#[tokio::test]
async fn what_is_no_message_is_told_so_and_repeated_to_nobody() {
    let server = Server::start(60_000);
    let deep = format!(r#"{{"type":"login","org":{}"#, "[".repeat(3000));
    let texts = [
        "",
        "null",
        "\u{feff}{\"type\":\"login\",\"org\":\"acme\"}",
        r#"{"type":"login","org":"acme","canary":1e999}"#,
        r#"{"type":"login","org":"acme","canary":"\ud800"}"#,
        r#"{"type":"login","org":"acme"} {"canary":1}"#,
        r#"{"type":"login","org":["canary"]}"#,
        r#"{"type":"login","org":"acme","wait":"canary"}"#,
        r#"{"type":"login","org":"acme","attempt":"canary"}"#,
        r#"{"type":"canary"}"#,
        r#"{"type":"login","type":"probe","org":"acme"}"#,
        &deep,
    ];
    for text in texts {
        let mut widget = Widget::connect(&server).await;
        widget.0.send(Message::text(text)).await.unwrap();

        let error = widget.hear().await;

        assert_eq!(error["code"], "bad_message", "{text}");
        assert!(!error.to_string().contains("canary"), "{error}");
        assert_eq!(widget.close().await, (4500, "bad_message".to_owned()), "{text}");
    }
    assert!(!server.log().contains("canary"));
    assert_eq!(server.organization("acme").await["in_use"], 0);
}

#[tokio::test]
async fn of_a_field_that_stands_twice_the_last_counts() {
    let server = Server::start(60_000);
    let text = r#"{"type":"probe","org":"nobody","type":"login","org":"acme"}"#;
    let mut widget = Widget::connect(&server).await;
    widget.0.send(Message::text(text)).await.unwrap();

    assert_eq!(widget.hear().await["type"], "seated");
}
