//! Ends that somebody hurries, and starts where somebody else is.

use crate::server::{BINARY, Server};
use crate::widget::Widget;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_second_signal_ends_a_drain_that_waits_for_a_deaf_widget() {
    let mut server = Server::start(60_000);
    // It never reads the farewell, so that its connection stays.
    let (deaf, seated) = Widget::login(&server).await;
    server.terminate();
    server.until_logged("draining", 1).await;
    let second = Instant::now();
    server.terminate();

    assert_eq!(server.exit_code(), Some(0));

    assert!(
        second.elapsed() < Duration::from_secs(4),
        "{:?}",
        second.elapsed()
    );
    assert!(server.log().contains("stopped at once"), "{}", server.log());
    drop(deaf);
    server.kill_and_start(&["--seats", "acme=2"]);
    let (_, resumed) = Widget::resume(&server, &seated).await;
    assert_eq!(resumed["resumed"], true);
}

#[tokio::test]
async fn a_signal_during_the_start_ends_it_and_the_next_start_works() {
    let folder = tempfile::tempdir().unwrap();
    let serve = || {
        let mut command = Command::new(BINARY);
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--admin-listen",
                "127.0.0.1:0",
            ])
            .args(["--seats", "acme=2", "--data-dir"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    for wait_ms in [0, 1, 2, 5, 10, 20, 50, 100] {
        let mut process = serve().spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        let id = rustix::process::Pid::from_child(&process);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let begun = Instant::now();
        while process.try_wait().unwrap().is_none() {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "it goes on after {wait_ms} ms"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let data = folder.path().join("data");
    let server = Server::with(&["--seats", "acme=2", "--data-dir", data.to_str().unwrap()]);
    let (_widget, seated) = Widget::login(&server).await;
    assert_eq!(seated["type"], "seated");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_and_one_that_was_just_left_is_no_trouble() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = Command::new(BINARY)
        .args([
            "serve",
            "--in-memory",
            "--seats",
            "acme=2",
            "--admin-listen",
            "127.0.0.1:0",
        ])
        .args(["--listen", &address])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains(&address), "{said}");
    drop(taken);

    let flags = ["--seats", "acme=2", "--listen", &address];
    let mut server = Server::with(&flags);
    for _ in 0..3 {
        // Its connections linger in the system when it is killed.
        let (widget, seated) = Widget::login(&server).await;
        let begun = Instant::now();
        server.kill_and_start(&flags);
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        let (mut again, resumed) = Widget::resume(&server, &seated).await;
        assert_eq!(resumed["resumed"], true);
        again.send(&serde_json::json!({"type":"logout"})).await;
        again.hear_type("ended").await;
        drop(widget);
    }
}
