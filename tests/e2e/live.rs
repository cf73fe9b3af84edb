//! The live feed as a reader sees it.

use crate::http::Roles;
use crate::server::Server;
use crate::widget::Widget;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

pub struct Feed {
    lines: BufReader<TcpStream>,
    status: u16,
}

#[derive(Debug)]
pub struct Event {
    kind: String,
    number: u64,
    organizations: Vec<Value>,
}

impl Feed {
    pub async fn open(server: &Server, token: &str, query: &str, last: Option<u64>) -> Self {
        let mut socket = TcpStream::connect(&server.admin).await.unwrap();
        let last = last
            .map(|last| format!("Last-Event-ID: {last}\r\n"))
            .unwrap_or_default();
        let head = format!(
            "GET /api/v1/live{query} HTTP/1.1\r\nHost: admin\r\nAuthorization: Bearer {token}\r\n{last}\r\n"
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(socket);
        let mut first = String::new();
        lines.read_line(&mut first).await.unwrap();
        Self {
            lines,
            status: first[9..12].parse().unwrap(),
        }
    }

    /// The next event; `None` at the end.
    pub async fn next(&mut self) -> Option<Event> {
        let (mut kind, mut number) = (String::new(), 0);
        loop {
            let mut line = String::new();
            let read = tokio::time::timeout(Duration::from_secs(20), self.lines.read_line(&mut line));
            if read.await.expect("an event in time").unwrap() == 0 {
                return None;
            }
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                continue;
            };
            match name {
                "event" => kind = value.to_owned(),
                "id" => number = value.parse().unwrap(),
                "data" => {
                    let data: Value = serde_json::from_str(value).unwrap();
                    let organizations = data["organizations"].as_array().unwrap().clone();
                    return Some(Event {
                        kind,
                        number,
                        organizations,
                    });
                }
                _ => {}
            }
        }
    }

    /// Whether the other side has not closed it.
    pub async fn is_open(&mut self) -> bool {
        let mut line = String::new();
        let read = tokio::time::timeout(Duration::from_millis(200), self.lines.read_line(&mut line));
        !matches!(read.await, Ok(Ok(0) | Err(_)))
    }

    async fn event(&mut self) -> Event {
        self.next().await.expect("the feed goes on")
    }
}

fn names(event: &Event) -> Vec<&str> {
    let ids = event.organizations.iter();
    ids.map(|organization| organization["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_feed_tells_the_whole_first_and_then_only_what_changed() {
    let server = Server::with(&["--seats", "acme=3", "--seats", "other=3"]);
    let mut feed = Feed::open(&server, server.token(), "", None).await;
    let whole = feed.event().await;
    assert_eq!(
        (whole.kind.as_str(), names(&whole)),
        ("snapshot", vec!["acme", "other"])
    );
    let mut shown = server.organization("acme").await;
    assert!(shown.as_object_mut().unwrap().remove("settings").is_some());
    assert_eq!(whole.organizations[0], shown);

    let (_one, _) = Widget::login(&server).await;
    let change = feed.event().await;
    assert_eq!((change.kind.as_str(), names(&change)), ("change", vec!["acme"]));
    assert_eq!(
        (change.number, &change.organizations[0]["in_use"]),
        (whole.number + 1, &1.into())
    );

    let (_two, _) = Widget::login(&server).await;
    let next = feed.event().await;
    assert_eq!(
        (next.number, &next.organizations[0]["in_use"]),
        (whole.number + 2, &2.into())
    );

    let mut again = Feed::open(&server, server.token(), "", Some(change.number)).await;
    let missed = again.event().await;
    assert_eq!((missed.kind.as_str(), missed.number), ("change", next.number));
    let mut anew = Feed::open(&server, server.token(), "", Some(7)).await;
    assert_eq!(anew.event().await.kind, "snapshot");
}

#[tokio::test]
async fn a_feed_shows_what_its_token_may_see() {
    let roles = Roles::start();
    let (server, viewer) = (&roles.server, roles.viewer);
    let mut own = Feed::open(server, viewer, "", None).await;
    let whole = own.event().await;
    assert_eq!(names(&whole), ["acme"]);
    for (token, query, status) in [
        (viewer, "?org=other", 404),
        (roles.operator, "?org=nobody", 404),
        ("at_wrong", "", 401),
        (roles.operator, "?org=other", 200),
    ] {
        assert_eq!(
            Feed::open(server, token, query, None).await.status,
            status,
            "{query}"
        );
    }

    let other = serde_json::json!({"type":"login","org":"other"});
    let (_other, _) = Widget::greet(server, &other).await;
    let (_acme, _) = Widget::login(server).await;

    let change = own.event().await;
    assert_eq!((change.number, names(&change)), (whole.number + 1, vec!["acme"]));
}

#[tokio::test]
async fn feeds_are_bounded_and_end_with_the_server() {
    let mut server = Server::start(60_000);
    let mut feeds = Vec::new();
    for _ in 0..256 {
        let mut feed = Feed::open(&server, server.token(), "", None).await;
        assert_eq!(feed.event().await.kind, "snapshot");
        feeds.push(feed);
    }
    assert_eq!(Feed::open(&server, server.token(), "", None).await.status, 503);

    server.terminate();

    assert!(feeds[0].next().await.is_none());
    assert_eq!(server.exit_code(), Some(0));
    assert!(!server.log().contains("cut off"), "{}", server.log());
}

#[tokio::test]
async fn a_feed_that_begins_between_two_looks_is_not_told_that_the_clock_stands() {
    let server = Server::start(60_000);
    let mut first = Feed::open(&server, server.token(), "", None).await;
    first.event().await;
    let (_one, _) = Widget::login(&server).await;
    assert_eq!(first.event().await.kind, "change", "a look was just now");
    drop(first);
    // The server looks once a second by its own clock; the next look is sooner than half of that.
    tokio::time::sleep(Duration::from_millis(650)).await;

    let mut feed = Feed::open(&server, server.token(), "", None).await;
    assert_eq!(feed.event().await.kind, "snapshot");
    let (_two, _) = Widget::login(&server).await;

    assert_eq!(feed.event().await.kind, "change");
}
