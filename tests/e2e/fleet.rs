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
    let mut widgets = greet_all(&server, vec![login; fleet]).await;
    assert!(widgets.iter().all(|(_, seated)| seated["type"] == "seated"));

    server.terminate();
    for (widget, _) in &mut widgets {
        let draining = widget.hear().await;
        assert_eq!(draining["type"], "draining");
        assert!(draining["reconnect_after_ms"].as_u64().unwrap() <= 20_000);
        assert_eq!(widget.close().await, (1012, "draining".to_owned()));
    }
    assert_eq!(server.exit_code(), Some(0));
    server.kill_and_start(&flags);
    let numbers = server.organization("acme").await;
    assert_eq!(numbers["in_grace"], fleet, "all are recorded");

    let resumes = widgets.iter().map(|(_, seated)| {
        json!({"type":"resume","org":"acme","session":seated["session"],"secret":seated["secret"]})
    });
    let back = greet_all(&server, resumes.collect()).await;

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
    const WIDGETS: usize = 400;
    let server = Server::with(&["--seats", "acme=400"]);
    let login = json!({"type":"login","org":"acme"});
    let widgets = greet_all(&server, vec![login; WIDGETS]).await;
    let mut listening = JoinSet::new();
    for (n, (mut widget, _)) in widgets.into_iter().enumerate() {
        let on_call = n % 2 == 0;
        widget.send(&json!({"type":"status","on_call":on_call})).await;
        widget.assert_alive().await;
        listening.spawn(async move {
            assert_eq!(widget.hear().await["type"], "draining");
            on_call
        });
    }
    assert_eq!(server.organization("acme").await["on_call"], WIDGETS / 2);

    server.terminate();
    let mut told = Vec::new();
    while let Some(on_call) = listening.join_next().await {
        told.push(on_call.unwrap());
    }

    // Sockets side by side keep no strict order; without any, both halves would have as many.
    let first = told[..WIDGETS / 2].iter().filter(|on_call| **on_call).count();
    assert!(first < WIDGETS / 8, "{first} of the first half are in a call");
}
