//! A disk that does not keep what it takes, and one that takes its time.

use crate::scenario;
use crate::server::Setup;
use crate::strace::Strace;
use crate::wire::Wire;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_failed_fsync_is_never_taken_for_saved_and_its_login_leaves_no_seat() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 30_000);
    let board = std::sync::Arc::new(crate::board::Board::new(3, Duration::from_secs(30)));
    let mut agents = scenario::agents(&board);
    let mut server = setup.start().unwrap();
    agents[0].login(&server.listen).await.unwrap();
    let rule = ["fsync:error=EIO:when=1".to_owned()];
    let strace = Strace::attach(&server, &setup.folder, &rule, &home.path().join("calls"));

    agents[1].login(&server.listen).await.unwrap();

    assert_eq!(
        agents[1].overloaded, 1,
        "an fsync failed and the login was not refused"
    );
    drop(strace);
    server.until_readyz(200).await;
    assert_eq!(server.in_use().await, 1);
    agents[2].login(&server.listen).await.unwrap();
    assert!(agents[2].is_connected());
    server.kill();
    let server = setup.start().unwrap();
    assert_eq!(server.in_use().await, 2);
    for agent in [0, 2] {
        assert!(agents[agent].resume(&server.listen).await.unwrap());
    }
}

#[tokio::test]
async fn an_fsync_that_takes_seconds_holds_up_logins_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("seats.toml");
    std::fs::write(
        &file,
        "[liveness]\nheartbeat = \"1s\"\nsilence_limit = \"2500ms\"\n",
    )
    .unwrap();
    let setup = Setup::new(home.path(), 3, 30_000).with(&["--config", file.to_str().unwrap()]);
    let server = setup.start().unwrap();
    let mut held = Wire::open(&server.listen).await.unwrap();
    let seated = held
        .ask(&json!({"type":"login","org":"acme","heartbeat":true}))
        .await
        .unwrap();
    let (session, secret) = (
        seated.word("session").to_owned(),
        seated.word("secret").to_owned(),
    );
    let rule = ["fsync:delay_enter=3500000:when=1".to_owned()];
    let _strace = Strace::attach(&server, &setup.folder, &rule, &home.path().join("calls"));

    let listen = server.listen.clone();
    let login = tokio::spawn(async move {
        let mut wire = Wire::open(&listen).await.unwrap();
        let heard = wire.ask(&json!({"type":"login","org":"acme"})).await.unwrap();
        (heard.word("type").to_owned(), wire)
    });
    held.send(&json!({"type":"probe"})).await.unwrap();
    let (mut heartbeats, mut alive) = (0, 0);
    while heartbeats < 2 || alive < 1 {
        match held.hear().await.unwrap().word("type") {
            "heartbeat" => {
                heartbeats += 1;
                held.send(&json!({"type":"heartbeat"})).await.unwrap();
            }
            "alive" => alive += 1,
            other => panic!("{other}"),
        }
    }
    let mut again = Wire::open(&server.listen).await.unwrap();
    let resume = json!({"type":"resume","org":"acme","session":session,"secret":secret});
    assert_eq!(again.ask(&resume).await.unwrap().word("type"), "seated");
    assert!(!login.is_finished(), "the fsync was not slow");

    assert_eq!(login.await.unwrap().0, "seated");
}
