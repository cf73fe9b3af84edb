//! The waiting line and the hand-off.

use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};

fn server() -> Server {
    Server::configured(
        "[[organization]]\nid = \"acme\"\nseats = 1\nwaiting_line = { max = 2 }\n[[organization]]\nid = \"other\"\nseats = 1\n",
    )
}

fn waiting_login(attempt: u8) -> Value {
    let attempt = uuid::Uuid::from_bytes([attempt; 16]);
    json!({"type":"login","org":"acme","wait":true,"attempt":attempt})
}

#[tokio::test]
async fn a_freed_seat_goes_to_the_head_of_the_line() {
    let server = server();
    let (mut seated, _) = Widget::login(&server).await;
    let (mut first, place) = Widget::greet(&server, &waiting_login(1)).await;
    assert_eq!(
        (&place["type"], &place["position"], &place["ahead"]),
        (&json!("waiting"), &json!(1), &json!(0))
    );
    let (mut second, place) = Widget::greet(&server, &waiting_login(2)).await;
    assert_eq!(place["position"], 2);
    let (_, full) = Widget::greet(&server, &waiting_login(3)).await;
    assert_eq!(full["code"], "seats_exhausted");
    assert_eq!(server.organization("acme").await["waiting"], 2);

    seated.send(&json!({"type":"logout"})).await;

    let given = first.hear_type("seated").await;
    assert_eq!(given["resumed"], false);
    assert_eq!(second.hear_type("waiting").await["position"], 1);
    let numbers = server.organization("acme").await;
    assert_eq!((&numbers["in_use"], &numbers["waiting"]), (&json!(1), &json!(1)));
    first.send(&json!({"type":"status","on_call":false})).await;
    first.send(&json!({"type":"logout"})).await;
    second.hear_type("seated").await;
}

#[tokio::test]
async fn who_leaves_the_line_gives_its_place_up_and_a_logout_is_answered() {
    let server = server();
    let (_seated, _) = Widget::login(&server).await;
    let (first, _) = Widget::greet(&server, &waiting_login(1)).await;
    let (mut second, _) = Widget::greet(&server, &waiting_login(2)).await;

    first.reset();

    assert_eq!(second.hear_type("waiting").await["position"], 1);
    second.send(&json!({"type":"logout"})).await;
    assert_eq!(second.hear_type("ended").await["reason"], "logout");
    assert_eq!(second.close().await.0, 1000);
    server.until("waiting", 0).await;
}

#[tokio::test]
async fn the_same_attempt_takes_over_its_place() {
    let server = server();
    let (mut seated, _) = Widget::login(&server).await;
    let (mut older, _) = Widget::greet(&server, &waiting_login(1)).await;

    let (mut newer, place) = Widget::greet(&server, &waiting_login(1)).await;

    assert_eq!(place["position"], 1);
    assert_eq!(older.hear_type("ended").await["reason"], "superseded");
    assert_eq!(older.close().await.0, 4509);
    seated.send(&json!({"type":"logout"})).await;
    newer.hear_type("seated").await;
}

#[tokio::test]
async fn a_hand_off_passes_the_seat_on_at_full_use() {
    let server = server();
    let (mut outgoing, before) = Widget::login(&server).await;
    outgoing.send(&json!({"type":"handoff"})).await;
    let offer = outgoing.hear_type("handoff").await;
    assert_eq!(offer["expires_in_s"], 60);
    let code = offer["code"].as_str().unwrap().to_lowercase();
    let elsewhere = json!({"type":"login","org":"other","handoff":code});
    let (mut elsewhere, refused) = Widget::greet(&server, &elsewhere).await;
    assert_eq!(refused["code"], "handoff_invalid");
    assert_eq!(elsewhere.close().await.0, 4552);

    let claim = json!({"type":"login","org":"acme","handoff":code});
    let (_incoming, after) = Widget::greet(&server, &claim).await;

    assert_eq!(after["type"], "seated");
    assert_ne!(before["session"], after["session"]);
    assert_eq!(outgoing.hear_type("ended").await["reason"], "handed_off");
    assert_eq!(outgoing.close().await.0, 4541);
    assert_eq!(server.organization("acme").await["in_use"], 1);
    let (_, again) = Widget::greet(&server, &claim).await;
    assert_eq!(again["code"], "handoff_invalid");
}

#[tokio::test]
async fn a_withdrawn_code_is_void() {
    let server = server();
    let (mut outgoing, _) = Widget::login(&server).await;
    outgoing.send(&json!({"type":"handoff"})).await;
    let code = outgoing.hear_type("handoff").await["code"].clone();
    outgoing.send(&json!({"type":"cancel_handoff"})).await;
    outgoing.send(&json!({"type":"probe"})).await;
    outgoing.hear_type("alive").await;

    let (_, refused) = Widget::greet(&server, &json!({"type":"login","org":"acme","handoff":code})).await;

    assert_eq!(refused["code"], "handoff_invalid");
}
