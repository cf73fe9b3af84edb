//! Heads: what opens, what is answered in HTTP, and what is no HTTP at all.

use super::client::{Client, HEAD, TEXT, answer, frame};
use super::echo::Server;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn the_first_frame_may_come_with_the_head() {
    let server = Server::start();
    let mut client = Client::connect(&server).await;
    client
        .send(&[HEAD.as_bytes(), &frame(TEXT, b"hello")].concat())
        .await;

    assert!(client.head().await.starts_with("HTTP/1.1 101 "));
    assert_eq!(client.frame().await, (TEXT, b"hello".to_vec()));
}

#[tokio::test]
async fn the_subprotocol_is_echoed_and_no_extension_is() {
    let server = Server::start();
    let mut client = Client::connect(&server).await;
    let head =
        and("Sec-WebSocket-Protocol: mirabridge.seat.v1\r\nSec-WebSocket-Extensions: permessage-deflate\r\n");
    client.send(head.as_bytes()).await;

    let head = client.head().await.to_lowercase();

    assert!(
        head.contains("sec-websocket-protocol: mirabridge.seat.v1\r\n"),
        "{head}"
    );
    assert!(
        head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"),
        "{head}"
    );
    assert!(!head.contains("extensions"), "{head}");
}

#[tokio::test]
async fn other_paths_are_answered_and_closed() {
    let server = Server::start();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    for (path, status) in [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/widget/none.js", 404),
        ("/v1/seats", 404),
    ] {
        let answer = answer(&server, get(path)).await;
        assert_status(&answer, status);
        for header in [
            "connection: close",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
        ] {
            assert!(answer.contains(header), "{answer}");
        }
    }
    server.echo.is_ready.store(false, Ordering::Relaxed);
    assert_status(&answer(&server, get("/readyz")).await, 503);
    assert_status(&answer(&server, get("/healthz")).await, 200);
}

#[tokio::test]
async fn what_does_not_ask_for_this_websocket_is_told_the_version() {
    let server = Server::start();
    let requests = [
        "GET /v1/seat HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "POST /v1/seat HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
        HEAD.replace("HTTP/1.1", "HTTP/1.0"),
        HEAD.replace("Version: 13", "Version: 8"),
    ];
    for request in requests {
        let answer = answer(&server, &request).await;
        assert_status(&answer, 426);
        assert!(answer.contains("sec-websocket-version: 13\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn bad_openings_are_bad_requests() {
    let server = Server::start();
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let requests = [
        HEAD.replace(key, ""),
        HEAD.replace(key, "Sec-WebSocket-Key: c2hvcnQ=\r\n"),
        and(key),
        HEAD.replace("Host: seats.example\r\n", ""),
        and("Host: seats.example\r\n"),
        and("Content-Length: 0\r\n"),
        and("Content-Length: 5\r\n"),
        and("Transfer-Encoding: chunked\r\n"),
        and("Sec-WebSocket-Protocol: mirabridge.seat.v9\r\n"),
        and("X-Folded: a\r\n b\r\n"),
        and("X-Nul: a\0b\r\n"),
        and("X-Bare: a\rb\r\n"),
    ];
    for request in requests {
        assert_status(&answer(&server, &request).await, 400);
    }
    assert_status(&answer(&server, HEAD.replace("GET", "POST")).await, 405);
    Client::open(&server).await.assert_echoes("still here").await;
}

#[tokio::test]
async fn a_head_over_the_limits_is_too_large() {
    let server = Server::start();
    let long = and(&format!("X-Long: {}\r\n", "a".repeat(9000)));
    assert_status(&answer(&server, long).await, 431);
    assert_status(&answer(&server, and(&"X-Many: a\r\n".repeat(130))).await, 431);
    let huge = and(&format!("X-Huge: {}\r\n", "a".repeat(20_000_000)));
    let _ = answer(&server, huge).await;
    Client::open(&server).await.assert_echoes("still here").await;
}

#[tokio::test]
async fn what_is_not_http_is_closed() {
    let server = Server::start();
    let mut random = 0x9e37_79b9_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random.to_be_bytes()[0]
    })
    .take(2000)
    .collect();
    let tls = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &noise[..502]].concat();
    for bytes in [&tls, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &noise] {
        let said = answer(&server, bytes).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
    Client::open(&server).await.assert_echoes("still here").await;
}

#[tokio::test]
async fn a_second_request_behind_the_head_is_a_broken_frame() {
    let server = Server::start();
    let mut client = Client::connect(&server).await;
    client.send([HEAD, HEAD].concat().as_bytes()).await;

    assert!(client.head().await.starts_with("HTTP/1.1 101 "));
    assert_eq!(client.closed_with().await.0, 1002);
}

#[tokio::test]
async fn of_two_plain_requests_the_first_is_answered() {
    let server = Server::start();
    let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let body = "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 44\r\n\r\n";
    let both = "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for first in [get, body, both] {
        let said = answer(&server, [first, get, get].concat()).await;
        assert_eq!(said.matches("HTTP/1.").count(), 1, "{said}");
    }
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_opens() {
    let server = Server::start();
    let mut client = Client::connect(&server).await;
    for byte in HEAD.bytes() {
        client.send(&[byte]).await;
    }
    assert!(client.head().await.starts_with("HTTP/1.1 101 "));
    client.assert_echoes("hello").await;
}

/// RFC 9112, 2.2: a line may end with a bare LF. It changes nothing else of the head.
#[tokio::test]
async fn a_head_with_bare_line_feeds_is_the_same_head() {
    let server = Server::start();
    let bare = |head: &str| head.replace("\r\n", "\n");
    let mut client = Client::connect(&server).await;
    client.send(bare(HEAD).as_bytes()).await;
    assert!(client.head().await.starts_with("HTTP/1.1 101 "));
    client.assert_echoes("hello").await;

    assert_status(&answer(&server, bare(&and("Host: b\r\n"))).await, 400);
}

fn and(header: &str) -> String {
    HEAD.replace("\r\n\r\n", &format!("\r\n{header}\r\n"))
}

fn assert_status(answer: &str, status: u16) {
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} "))
            || answer.starts_with(&format!("HTTP/1.0 {status} ")),
        "not {status}: {answer}"
    );
}
