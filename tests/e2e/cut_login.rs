//! A login that is cut after every byte of the exchange, and tried again: one seat, and the same one.

use crate::server::Server;
use crate::widget::{Widget, frame};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn login(round: usize) -> Value {
    let attempt = uuid::Uuid::from_u128(round as u128 + 1);
    json!({"type":"login","org":"acme","attempt":attempt})
}

/// All that a widget says until it is seated.
fn said(server: &Server, login: &Value) -> Vec<u8> {
    let head = format!(
        "GET /v1/seat HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.listen
    );
    [head.into_bytes(), frame(0x81, login.to_string().as_bytes())].concat()
}

/// Breaks the line, by a reset or by an orderly end.
fn cut(socket: TcpStream, by_reset: bool) {
    if by_reset {
        let socket = socket2::SockRef::from(&socket);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }
    drop(socket);
}

/// The same attempt again: seated, though there is one seat and the cut try may have it.
async fn try_again(server: &Server, login: &Value, case: &str) -> bool {
    let (mut widget, answer) = Widget::greet(server, login).await;
    assert_eq!(answer["type"], "seated", "{case}: {answer}");
    let numbers = server.organization("acme").await;
    assert_eq!(
        (&numbers["in_use"], &numbers["connected"]),
        (&json!(1), &json!(1)),
        "{case}"
    );
    widget.send(&json!({"type":"logout"})).await;
    assert_eq!(widget.hear_type("ended").await["reason"], "logout", "{case}");
    answer["resumed"] == true
}

#[tokio::test]
async fn a_login_that_is_cut_anywhere_takes_one_seat() {
    let server = Server::with(&["--seats", "acme=1"]);
    let length = said(&server, &login(0)).len();
    for bytes in 0..=length {
        let login = login(bytes);
        let mut socket = TcpStream::connect(&server.listen).await.unwrap();
        let said = said(&server, &login);
        socket.write_all(&said[..bytes]).await.unwrap();
        cut(socket, bytes % 2 == 0);

        let case = format!("cut after {bytes} of {length} bytes said");
        let was_seated = try_again(&server, &login, &case).await;

        assert!(bytes == length || !was_seated, "{case}: seated by half a login");
    }
}

#[tokio::test]
async fn a_login_whose_answer_is_cut_anywhere_keeps_its_seat_for_the_next_try() {
    let server = Server::with(&["--seats", "acme=1"]);
    let mut length = 1;
    let mut bytes = 0;
    // The head of the answer, and `seated` behind it: every byte until nothing more comes.
    while bytes <= length {
        let login = login(10_000 + bytes);
        let mut socket = TcpStream::connect(&server.listen).await.unwrap();
        socket.write_all(&said(&server, &login)).await.unwrap();
        server.until_in_use(1).await;
        let mut heard = vec![0; bytes];
        socket.read_exact(&mut heard).await.unwrap();
        if bytes == 1 {
            length = answered(&mut socket).await + bytes;
        }
        cut(socket, bytes % 2 == 0);

        let case = format!("cut after {bytes} of {length} bytes heard");
        assert!(try_again(&server, &login, &case).await, "{case}: another session");
        bytes += 1;
    }
    assert!(length > 300, "{length}");
}

/// How much is still to come until `seated` is whole.
async fn answered(socket: &mut TcpStream) -> usize {
    let mut rest = Vec::new();
    while !rest.ends_with(b"}") {
        assert_ne!(socket.read_buf(&mut rest).await.unwrap(), 0);
    }
    rest.len()
}
