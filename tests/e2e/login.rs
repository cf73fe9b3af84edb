use crate::server::Server;
use crate::widget::Widget;
use futures_util::SinkExt as _;
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_login_beyond_the_limit_is_told_the_numbers_and_closed() {
    let server = Server::start(60_000);
    let (_first, seated) = Widget::login(&server).await;
    let (_second, _) = Widget::login(&server).await;

    let (mut third, refused) = Widget::login(&server).await;

    assert_eq!(seated["type"], "seated");
    assert_eq!(seated["grace_s"], 60);
    assert_eq!(refused["code"], "seats_exhausted");
    assert_eq!(refused["message"], "All 2 seats of your organization are in use.");
    assert_eq!(
        refused["seats"],
        json!({"limit":2,"in_use":2,"in_grace":0,"waiting":0})
    );
    assert_eq!(third.close().await, (4550, "seats_exhausted".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_logins_at_once_exactly_as_many_are_seated_as_there_are_seats() {
    let server = std::sync::Arc::new(Server::start(60_000));
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..150 {
        let server = std::sync::Arc::clone(&server);
        logins.spawn(async move { Widget::login(&server).await });
    }

    let answers = logins.join_all().await;

    let seated = answers
        .iter()
        .filter(|(_, answer)| answer["type"] == "seated")
        .count();
    assert_eq!(seated, 2);
    assert_eq!(server.organization("acme").await["in_use"], 2);
}

#[tokio::test]
async fn a_repeated_attempt_gets_its_session_with_a_new_secret_and_no_second_seat() {
    let server = Server::start(60_000);
    let login = json!({"type":"login","org":"acme","attempt":"3f2b8a52-0c38-4c3e-9a55-0a4a55a1c001"});
    let (mut first, one) = Widget::greet(&server, &login).await;

    let (_second, two) = Widget::greet(&server, &login).await;

    assert_eq!(first.hear().await["reason"], "superseded");
    assert_eq!(first.close().await.0, 4509);
    assert_eq!(
        (&two["session"], &two["resumed"]),
        (&one["session"], &json!(true))
    );
    assert_ne!(two["secret"], one["secret"]);
    assert_eq!(server.organization("acme").await["in_use"], 1);
    let (_, old) = Widget::resume(&server, &one).await;
    assert_eq!(old["code"], "session_gone");
}

#[tokio::test]
async fn an_attempt_repeats_its_login_for_a_minute_and_a_repetition_renews_nothing() {
    let server = Server::start(60_000);
    let login = json!({"type":"login","org":"acme","attempt":"3f2b8a52-0c38-4c3e-9a55-0a4a55a1c001"});
    let (mut first, one) = Widget::greet(&server, &login).await;
    first.rest(Duration::from_secs(52)).await;
    let (mut second, two) = Widget::greet(&server, &login).await;
    assert_eq!(two["session"], one["session"]);
    second.rest(Duration::from_secs(10)).await;

    let (_third, three) = Widget::greet(&server, &login).await;

    assert_eq!(three["resumed"], false);
    assert_ne!(three["session"], one["session"]);
    assert_eq!(server.organization("acme").await["in_use"], 2);
    second.assert_alive().await;
}

#[tokio::test]
async fn whoever_may_not_log_in_gets_one_answer_for_all_reasons() {
    let server = Server::start(60_000);
    for org in ["nobody", "ACME", ""] {
        let (mut widget, refused) = Widget::greet(&server, &json!({"type":"login","org":org})).await;
        assert_eq!(refused["code"], "unauthorized");
        assert_eq!(widget.close().await.0, 4501);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_and_closed() {
    let server = Server::start(60_000);
    for (message, code) in [
        (json!({"type":"steal"}), 4500),
        (json!({"type":"probe"}), 4500),
        (json!({"type":"login","org":"acme","handoff":"K7Q2-M9XD"}), 4552),
    ] {
        let (mut widget, _) = Widget::greet(&server, &message).await;
        assert_eq!(widget.close().await.0, code, "{message}");
    }
    let mut widget = Widget::connect(&server).await;
    widget.0.send(Message::binary(vec![1])).await.unwrap();
    assert_eq!(widget.close().await.0, 1003);
    let mut widget = Widget::connect(&server).await;
    widget.0.send(Message::text("x".repeat(5000))).await.unwrap();
    assert_eq!(widget.close().await.0, 1009);
}

#[tokio::test]
async fn a_visitor_who_says_nothing_is_sent_away_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seats.toml");
    std::fs::write(&file, "[liveness]\nlogin_timeout = \"300ms\"\n").unwrap();
    let server = Server::with(&["--seats", "acme=2", "--config", file.to_str().unwrap()]);

    let mut silent = Widget::connect(&server).await;

    assert_eq!(silent.hear().await["code"], "login_timeout");
    assert_eq!(silent.close().await.0, 4008);
}

#[tokio::test]
async fn too_many_messages_end_the_connection_and_keep_the_seat() {
    let server = Server::start(60_000);
    let (mut widget, _) = Widget::login(&server).await;
    for _ in 0..40 {
        // The server may have closed already.
        let _ = widget.0.send(Message::text(r#"{"type":"heartbeat"}"#)).await;
    }

    assert_eq!(widget.hear().await["code"], "rate_limited");
    assert_eq!(widget.close().await.0, 4029);
    assert_eq!(server.until_in_use(1).await["in_use"], 1);
}
