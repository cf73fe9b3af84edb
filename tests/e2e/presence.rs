use crate::server::Server;
use crate::widget::Widget;
use serde_json::json;
use std::time::{Duration, Instant};

const GRACE: Duration = Duration::from_millis(700);

#[tokio::test]
async fn a_vanished_widget_frees_its_seat_after_the_grace_and_not_before() {
    let server = Server::start(700);
    let (one, _) = Widget::login(&server).await;
    let (_two, _) = Widget::login(&server).await;

    let before = Instant::now();
    one.reset();
    let free = loop {
        let (widget, answer) = Widget::login(&server).await;
        if answer["type"] == "seated" {
            break (before.elapsed(), widget);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };

    assert!(free.0 >= GRACE, "freed early, after {:?}", free.0);
    assert!(
        free.0 < GRACE + Duration::from_secs(1),
        "freed late, after {:?}",
        free.0
    );
}

#[tokio::test]
async fn a_close_of_any_kind_keeps_the_seat_for_the_grace() {
    let server = Server::start(60_000);
    for code in [1000_u16, 1001, 4999] {
        let (mut widget, seated) = Widget::login(&server).await;
        let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        widget.0.close(Some(frame)).await.unwrap();
        while !server.organization("acme").await["connected"].eq(&json!(0)) {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.organization("acme").await["in_grace"], 1);

        let (mut again, resumed) = Widget::resume(&server, &seated).await;

        assert_eq!(resumed["resumed"], true);
        again.send(&json!({"type":"logout"})).await;
        assert_eq!(again.hear().await["reason"], "logout");
    }
}

#[tokio::test]
async fn a_resume_while_the_old_connection_is_open_supersedes_it_and_its_goodbye_changes_nothing() {
    let server = Server::start(300);
    let (mut old, seated) = Widget::login(&server).await;

    let (mut new, resumed) = Widget::resume(&server, &seated).await;

    assert_eq!(
        (&resumed["session"], &resumed["secret"]),
        (&seated["session"], &seated["secret"])
    );
    assert_eq!(old.hear().await["reason"], "superseded");
    assert_eq!(old.close().await, (4509, "superseded".to_owned()));
    drop(old);
    tokio::time::sleep(Duration::from_millis(600)).await;
    new.send(&json!({"type":"probe"})).await;
    assert_eq!(new.hear().await["type"], "alive");
    assert_eq!(server.organization("acme").await["connected"], 1);
}

#[tokio::test]
async fn a_wrong_secret_an_unknown_and_a_purged_session_get_one_answer() {
    let server = Server::start(200);
    let (one, seated) = Widget::login(&server).await;
    let wrong = json!({"session": seated["session"], "secret": "d3Jvbmc"});
    let unknown = json!({"session": "6e0c3d6e-5a59-4d35-8c9a-6e0f0d1e2f30", "secret": seated["secret"]});
    let (_, first) = Widget::resume(&server, &wrong).await;
    let (_, second) = Widget::resume(&server, &unknown).await;
    one.reset();
    server.until_in_use(0).await;
    let (mut widget, third) = Widget::resume(&server, &seated).await;

    assert_eq!(first["code"], "session_gone");
    assert_eq!((&first, &second), (&second, &third));
    assert_eq!(widget.close().await.0, 4010);
}

#[tokio::test]
async fn a_silent_widget_is_found_and_its_grace_counts_from_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seats.toml");
    std::fs::write(
        &file,
        "[liveness]\nheartbeat = \"1s\"\nsilence_limit = \"2500ms\"\n",
    )
    .unwrap();
    let config = file.to_str().unwrap();
    let server = Server::with(&["--seats", "acme=2", "--config", config, "--grace", "4s"]);
    let start = Instant::now();
    // Never read, so no ping is answered.
    let (_silent, _) = Widget::login(&server).await;

    server.until_in_use(0).await;

    let free = start.elapsed();
    assert!(free >= Duration::from_secs(4), "freed early, after {free:?}");
    assert!(free < Duration::from_secs(5), "freed late, after {free:?}");
}

#[tokio::test]
async fn a_server_that_stood_still_frees_nothing_that_could_not_speak() {
    let server = Server::start(1_500);
    let (one, seated) = Widget::login(&server).await;
    one.reset();
    server.stop_for(Duration::from_secs(8));

    let (_again, resumed) = Widget::resume(&server, &seated).await;

    assert_eq!(resumed["resumed"], true);
}
