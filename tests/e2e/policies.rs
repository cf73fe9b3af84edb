//! Limits that are not strict.

use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};

async fn usage(server: &Server, count: &str) -> u64 {
    let path = "/api/v1/organizations/acme/usage?interval=1h";
    let (status, body) = server.get(path, Some(server.token())).await;
    assert_eq!(status, 200, "{body}");
    let page: Value = serde_json::from_str(&body).unwrap();
    let items = page["items"].as_array().unwrap();
    items.iter().filter_map(|item| item[count].as_u64()).sum()
}

/// Logs five in on three seats: those beyond are told so.
async fn five(server: &Server) -> Vec<(Widget, Value)> {
    let mut seated = Vec::new();
    for n in 0..5 {
        let (widget, said) = Widget::login(server).await;
        assert_eq!(
            (&said["type"], &said["over_allocation"]),
            (&json!("seated"), &json!(n >= 3))
        );
        seated.push((widget, said));
    }
    seated
}

#[tokio::test]
async fn whoever_only_observes_refuses_nobody_and_counts_whom_it_would_have_refused() {
    let server = Server::configured("[[organization]]\nid = \"acme\"\nseats = 3\npolicy = \"observe\"\n");
    let _seated = five(&server).await;

    let numbers = server.organization("acme").await;
    assert_eq!(
        (&numbers["in_use"], &numbers["over_allocation"], &numbers["free"]),
        (&json!(5), &json!(2), &json!(0))
    );
    assert_eq!(usage(&server, "would_be_refused").await, 2);
    assert_eq!(usage(&server, "refusals").await, 0);
}

#[tokio::test]
async fn a_burst_seats_so_many_more_and_refuses_the_next() {
    let server = Server::configured("[[organization]]\nid = \"acme\"\nseats = 3\npolicy = { burst = 2 }\n");
    let mut seated = five(&server).await;

    let (mut refused, said) = Widget::login(&server).await;

    assert_eq!(said["code"], "seats_exhausted");
    assert_eq!(refused.close().await.0, 4550);
    assert_eq!(server.organization("acme").await["in_use"], 5);
    // The flag stays with its session, and a seat below the limit has none.
    let (mut over, said) = seated.pop().unwrap();
    let (mut again, resumed) = Widget::resume(&server, &said).await;
    assert_eq!(resumed["over_allocation"], true);
    assert_eq!(over.hear_type("ended").await["reason"], "superseded");
    again.send(&json!({"type":"logout"})).await;
    again.hear_type("ended").await;
    for (mut widget, _) in seated.drain(..2) {
        widget.send(&json!({"type":"logout"})).await;
        widget.hear_type("ended").await;
    }
    assert_eq!(Widget::login(&server).await.1["over_allocation"], false);
}
