//! Limits: each is kept, and who is within them does not notice.

use super::client::{Client, HEAD, TEXT, answer, frame, patiently};
use super::echo::{Server, settings};
use mirabridge_seats::gateway::ListenerSettings;
use std::time::Duration;

#[tokio::test]
async fn who_does_not_finish_its_head_is_closed_at_the_deadline_and_others_work() {
    let server = Server::with(ListenerSettings {
        login_timeout: Duration::from_secs(1),
        ..settings()
    });
    let mut other = Client::open(&server).await;
    other.assert_echoes("before").await;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut client = Client::connect(&server).await;
        client.send(&HEAD.as_bytes()[..30]).await;
        slow.push(client);
    }
    other.assert_echoes("meanwhile").await;
    for client in &mut slow {
        assert!(!client.rest().await.starts_with(b"HTTP/1.1 101"));
    }
    other.assert_echoes("after").await;
    until(|| server.running.connections.count() == 1).await;
}

#[tokio::test]
async fn who_says_nothing_after_the_head_is_told_so() {
    let server = Server::with(ListenerSettings {
        login_timeout: Duration::from_millis(200),
        ..settings()
    });
    let mut client = Client::open(&server).await;
    assert_eq!(client.closed_with().await, (4008, "login_timeout".to_owned()));
}

#[tokio::test]
async fn one_connection_too_many_gets_a_503_and_the_old_ones_stay() {
    let server = Server::with(ListenerSettings {
        max_connections: 1,
        ..settings()
    });
    let mut first = Client::open(&server).await;

    let said = answer(&server, HEAD).await;

    assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
    first.assert_echoes("still here").await;
    drop(first);
    until(|| server.running.connections.count() == 0).await;
    Client::open(&server).await.assert_echoes("a place again").await;
}

#[tokio::test]
async fn more_handshakes_than_allowed_wait_in_the_listen_queue() {
    let server = Server::with(ListenerSettings {
        handshakes: 2,
        ..settings()
    });
    let mut talking = Client::open(&server).await;
    talking.assert_echoes("has its place no more").await;
    let mut first = Client::open(&server).await;
    let _second = Client::open(&server).await;
    let mut third = Client::connect(&server).await;
    third
        .send(&[HEAD.as_bytes(), &frame(TEXT, b"third")].concat())
        .await;
    // What is answered here was said after the third had come.
    for _ in 0..3 {
        talking.assert_echoes("is not disturbed").await;
    }
    assert_eq!(server.running.connections.count(), 3);

    first.assert_echoes("the first message frees the place").await;

    assert!(third.head().await.starts_with("HTTP/1.1 101 "));
    assert_eq!(server.running.connections.count(), 4);
}

#[tokio::test]
async fn one_address_has_its_share_of_the_handshakes() {
    let server = Server::with(ListenerSettings {
        handshakes_per_address: 1,
        ..settings()
    });
    let mut first = Client::open(&server).await;
    assert_eq!(answer(&server, HEAD).await, "");

    first.assert_echoes("the first message frees the place").await;

    Client::open(&server).await.assert_echoes("another").await;
}

#[tokio::test]
async fn a_trusted_proxy_speaks_for_many() {
    let server = Server::with(ListenerSettings {
        handshakes_per_address: 1,
        trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
        ..settings()
    });
    let _first = Client::open(&server).await;
    let _second = Client::open(&server).await;
}

#[tokio::test]
async fn a_stop_ends_the_handshakes_and_leaves_the_conversations() {
    let server = Server::start();
    let mut talking = Client::open(&server).await;
    let mut shaking = Client::connect(&server).await;
    until(|| server.running.connections.count() == 2).await;

    server.stop.cancel();

    assert_eq!(shaking.rest().await, b"");
    talking.assert_echoes("still here").await;
    drop(talking);
    patiently(server.running.tasks.wait()).await;
    assert_eq!(server.running.connections.count(), 0);
}

pub(super) async fn until(mut is_so: impl FnMut() -> bool) {
    patiently(async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
