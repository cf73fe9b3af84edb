//! A page that answers pings and nothing else.

use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A heartbeat a second; a page that is silent for so long is let go.
fn server(limit: &str) -> Server {
    Server::configured(&format!(
        "[liveness]\nheartbeat = \"1s\"\nsilence_limit = \"3s\"\n[[organization]]\nid = \"acme\"\nseats = 2\n\
         unresponsive_limit = {limit}\n"
    ))
}

async fn login(server: &Server) -> (Widget, Value) {
    Widget::greet(server, &json!({"type":"login","org":"acme","heartbeat":true})).await
}

/// Reads and answers pings, and no heartbeat, until so many seats are unresponsive.
async fn until_unresponsive(server: &Server, widget: &mut Widget, count: u64) {
    let start = Instant::now();
    while server.organization("acme").await["unresponsive"] != count {
        assert!(start.elapsed() < Duration::from_secs(20), "still not {count}");
        let _ = tokio::time::timeout(Duration::from_millis(50), widget.hear()).await;
    }
}

async fn listed(server: &Server, state: &str) -> usize {
    let path = format!("/api/v1/organizations/acme/sessions?state={state}");
    let (_, body) = server.get(&path, Some(server.token())).await;
    let page: Value = serde_json::from_str(&body).unwrap();
    page["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_frozen_page_is_pinged_shown_and_heals_with_its_next_message() {
    let server = server("\"off\"");
    let (mut frozen, _) = login(&server).await;

    until_unresponsive(&server, &mut frozen, 1).await;

    assert_eq!(
        (
            listed(&server, "unresponsive").await,
            listed(&server, "connected").await
        ),
        (1, 1)
    );
    // From here on pings, and nothing that would pile up in the page.
    frozen.rest(Duration::from_millis(3500)).await;
    assert_eq!(server.organization("acme").await["connected"], 1);
    frozen.send(&json!({"type":"heartbeat"})).await;
    assert_eq!(frozen.hear().await["type"], "heartbeat");
    frozen.send(&json!({"type":"heartbeat"})).await;
    until_unresponsive(&server, &mut frozen, 0).await;
    assert_eq!(listed(&server, "unresponsive").await, 0);
}

#[tokio::test]
async fn a_page_that_stays_frozen_is_let_go_after_the_limit_and_its_grace_runs() {
    let server = server("\"4s\"");
    let (mut frozen, seated) = login(&server).await;
    let asleep = Instant::now();

    let ended = frozen.hear_type("ended").await;

    assert!(
        asleep.elapsed() >= Duration::from_secs(4),
        "{:?}",
        asleep.elapsed()
    );
    assert_eq!(ended["reason"], "unresponsive");
    assert_eq!(frozen.close().await, (4543, "unresponsive".to_owned()));
    server.until_in_grace(1).await;
    let (_, resumed) = Widget::resume(&server, &seated).await;
    assert_eq!(resumed["resumed"], true);
}

#[tokio::test]
async fn a_page_in_a_call_is_never_let_go_for_it() {
    let server = server("\"2s\"");
    let (mut frozen, _) = login(&server).await;
    frozen.send(&json!({"type":"status","on_call":true})).await;
    // A client that never declared heartbeats is not judged by them.
    let (mut plain, _) = Widget::login(&server).await;

    until_unresponsive(&server, &mut frozen, 1).await;
    let both = async {
        tokio::join!(
            frozen.rest(Duration::from_secs(4)),
            plain.rest(Duration::from_secs(4))
        )
    };
    both.await;

    let numbers = server.organization("acme").await;
    assert_eq!(
        (&numbers["connected"], &numbers["on_call"]),
        (&json!(2), &json!(1))
    );
}
