use crate::server::Server;
use crate::widget::Widget;
use serde_json::json;

#[tokio::test]
async fn the_seat_is_free_before_a_logout_is_answered() {
    let server = Server::start(60_000);
    let (mut widget, _) = Widget::login(&server).await;
    widget.send(&json!({"type":"logout"})).await;

    assert_eq!(widget.hear().await["reason"], "logout");
    assert_eq!(server.organization("acme").await["in_use"], 0);
    assert_eq!(widget.close().await, (1000, "logout".to_owned()));
}

#[tokio::test]
async fn a_drain_tells_every_widget_to_come_back_and_the_server_exits_with_0() {
    let mut server = Server::start(60_000);
    let (mut one, _) = Widget::login(&server).await;
    let (mut two, _) = Widget::login(&server).await;

    server.terminate();

    for widget in [&mut one, &mut two] {
        let draining = widget.hear().await;
        assert_eq!(
            (&draining["type"], &draining["maintenance"]),
            (&json!("draining"), &json!(false))
        );
        assert!(draining["reconnect_after_ms"].is_u64());
        assert_eq!(widget.close().await, (1012, "draining".to_owned()));
    }
    assert_eq!(server.exit_code(), Some(0));
}

#[tokio::test]
async fn a_second_server_on_one_folder_names_the_one_that_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let _first = Server::with(&[
        "--seats",
        "acme=1",
        "--admin-token-file",
        &format!("{data}/token"),
    ]);
    let holder = _first.folder();

    let second = std::process::Command::new(env!("CARGO_BIN_EXE_mirabridge-seats"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
            "--seats",
            "acme=1",
        ])
        .arg("--data-dir")
        .arg(holder)
        .output()
        .unwrap();

    assert_eq!(second.status.code(), Some(1));
    let text = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        text.contains(&format!("in use by process {}", _first.id())),
        "{text}"
    );
}

#[tokio::test]
async fn logins_during_a_drain_are_sent_away_and_do_not_hold_it_up() {
    let mut server = Server::start(60_000);
    let mut visitors = Vec::new();
    for _ in 0..20 {
        visitors.push(Widget::connect(&server).await);
    }
    let started = std::time::Instant::now();
    server.terminate();
    for visitor in &mut visitors {
        visitor.send(&json!({"type":"login","org":"acme"})).await;
    }

    for visitor in &mut visitors {
        let mut answer = visitor.hear().await;
        if answer["type"] == "seated" {
            answer = visitor.hear().await;
        }
        assert!(
            ["draining", "refused"].contains(&answer["type"].as_str().unwrap()),
            "{answer}"
        );
    }
    assert_eq!(server.exit_code(), Some(0));
    assert!(
        started.elapsed() < std::time::Duration::from_secs(20),
        "cut off and not drained"
    );
}
