//! A whole fleet is drained: those in a call last, and everybody comes back after the restart.

use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// So many at once: fewer than may shake hands from one address.
const AT_ONCE: usize = 100;

/// How many widgets there are.
fn size() -> usize {
    if std::env::var_os("MIRABRIDGE_LONG").is_some() {
        15_000
    } else {
        2_000
    }
}

/// Connects a widget for each greeting, many at a time, and returns them with their answers.
async fn greet_all(server: &Server, greetings: Vec<Value>) -> Vec<(Widget, Value)> {
    let mut greeted = Vec::with_capacity(greetings.len());
    let mut under_way = JoinSet::new();
    for greeting in greetings {
        if under_way.len() == AT_ONCE {
            greeted.push(under_way.join_next().await.unwrap().unwrap());
        }
        let listen = server.listen.clone();
        under_way.spawn(async move {
            let mut widget = Widget::connect_to(&listen).await;
            widget.send(&greeting).await;
            let answer = widget.hear().await;
            (widget, answer)
        });
    }
    greeted.extend(under_way.join_all().await);
    greeted
}

#[tokio::test]
async fn a_fleet_that_is_drained_is_back_after_the_restart() {
    let fleet = size();
    let seats = format!("acme={fleet}");
    let flags = ["--seats", &seats, "--grace", "60s"];
    let mut server = Server::with(&flags);
    let login = json!({"type":"login","org":"acme"});
    let widgets = greet_all(&server, vec![login; fleet]).await;

    server.terminate();
    let mut resumes = Vec::with_capacity(fleet);
    for (mut widget, seated) in widgets {
        assert_eq!(seated["type"], "seated");
        let draining = widget.hear().await;
        assert_eq!(draining["type"], "draining");
        assert!(draining["reconnect_after_ms"].as_u64().unwrap() <= 20_000);
        assert_eq!(widget.close().await, (1012, "draining".to_owned()));
        let (session, secret) = (&seated["session"], &seated["secret"]);
        resumes.push(json!({"type":"resume","org":"acme","session":session,"secret":secret}));
    }
    assert_eq!(server.exit_code(), Some(0));
    server.kill_and_start(&flags);
    let numbers = server.organization("acme").await;
    assert_eq!(numbers["in_grace"], fleet, "all are recorded");

    let back = greet_all(&server, resumes).await;

    let resumed = back.iter().filter(|(_, said)| said["resumed"] == true).count();
    assert_eq!(resumed, fleet);
    let numbers = server.organization("acme").await;
    assert_eq!(
        (&numbers["connected"], &numbers["in_use"]),
        (&json!(fleet), &json!(fleet))
    );
}

#[tokio::test]
async fn those_in_a_call_are_drained_last() {
    const WIDGETS: usize = 100;
    let server = Server::with(&["--seats", "acme=100"]);
    let login = json!({"type":"login","org":"acme"});
    let widgets = greet_all(&server, vec![login; WIDGETS]).await;
    let mut listening = JoinSet::new();
    for (n, (mut widget, _)) in widgets.into_iter().enumerate() {
        let on_call = n % 2 == 0;
        widget.send(&json!({"type":"status","on_call":on_call})).await;
        listening.spawn(async move {
            assert_eq!(widget.hear().await["type"], "draining");
            on_call
        });
    }
    server.until("on_call", WIDGETS as u64 / 2).await;

    server.terminate();
    let mut told = Vec::new();
    while let Some(on_call) = listening.join_next().await {
        told.push(on_call.unwrap());
    }

    let (others, in_call) = told.split_at(WIDGETS / 2);
    assert!(others.iter().all(|on_call| !on_call), "{told:?}");
    assert!(in_call.iter().all(|on_call| *on_call), "{told:?}");
}
