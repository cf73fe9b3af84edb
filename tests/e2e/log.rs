//! A log that cannot be written, or that nobody reads, is no reason to stop.

use crate::server::{BINARY, Server};
use crate::widget::Widget;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const LOST: &str = "mirabridge_seats_log_lines_lost_total";

/// A server that logs to this file.
fn logs_to(file: &Path) -> Server {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "exec \"$0\" \"$@\" 2>\"$LOG\"", BINARY])
        .env("LOG", file);
    Server::launch(shell, &["--seats", "acme=2", "--log-level", "debug"])
}

#[tokio::test]
async fn a_log_whose_disk_is_full_ends_nothing_and_its_lines_are_counted() {
    let mut server = logs_to(Path::new("/dev/full"));

    let (_widget, seated) = Widget::login(&server).await;
    server.hang_up();

    assert_eq!(seated["type"], "seated");
    assert!(server.metric(LOST).await > 0);
    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
}

#[tokio::test]
async fn a_log_that_nobody_reads_holds_up_neither_start_nor_logins_nor_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut full = std::fs::File::options()
        .read(true)
        .write(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
        .open(&path)
        .unwrap();
    while full.write(&[b'.'; 4096]).is_ok() {}
    while full.write(b".").is_ok() {}

    let mut server = logs_to(&path);
    let (_widget, seated) = Widget::login(&server).await;
    assert_eq!(seated["type"], "seated");
    for _ in 0..20 {
        server.hang_up();
    }
    let (status, _) = server.get("/readyz", None).await;
    assert_eq!(status, 200);

    let told = Instant::now();
    server.terminate();

    assert_eq!(server.exit_code(), Some(0));
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
}

#[tokio::test]
async fn a_log_whose_reader_went_away_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let reader = std::fs::File::options()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let mut server = logs_to(&path);
    drop(reader);

    server.hang_up();
    let (_widget, seated) = Widget::login(&server).await;

    assert_eq!(seated["type"], "seated");
    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
}
