//! The calendar's clock is set while graces run, and this server stands still: no seat moves.

use crate::server::{BINARY, Server};
use crate::widget::Widget;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const GRACE: Duration = Duration::from_secs(3);

/// A server whose calendar is set from outside.
struct Calendar {
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Calendar {
    /// The server believes that it is `utc`, as in `2026-03-29T00:59:58Z`.
    fn serve(utc: &str) -> (Self, Server) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("calendar");
        let calendar = Self {
            file,
            _folder: folder,
        };
        calendar.set(utc);
        let config = calendar.file.with_extension("toml");
        let text =
            "[[organization]]\nid = \"acme\"\nseats = 2\ngrace = \"3s\"\ntime_zone = \"Europe/Berlin\"\n";
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new(BINARY);
        command
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", &calendar.file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let server = Server::launch(command, &["--config", config.to_str().unwrap()]);
        (calendar, server)
    }

    /// Says how far the calendar is ahead of the machine's: whoever reads it again reads the same.
    fn set(&self, utc: &str) {
        let ahead = utc
            .parse::<Timestamp>()
            .unwrap()
            .duration_since(Timestamp::now())
            .as_secs();
        let written = self.file.with_extension("new");
        std::fs::write(&written, format!("{ahead:+}")).unwrap();
        std::fs::rename(written, &self.file).unwrap();
    }
}

/// libfaketime, which `scripts/test` installs.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    folders
        .map(|folder| folder.unwrap().path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| Path::exists(library))
        .expect("libfaketime is not installed; scripts/test installs it")
}

/// Two widgets are lost, the calendar is set, one comes back, the other's seat is free in time.
async fn assert_unmoved(start: &str, step: &str, hour_after: &str) {
    let (calendar, server) = Calendar::serve(start);
    let (lost, _) = Widget::login(&server).await;
    let (dropped, seated) = Widget::login(&server).await;
    let loss = Instant::now();
    lost.reset();
    dropped.reset();
    server.until_in_grace(2).await;

    tokio::time::sleep(GRACE / 2).await;
    calendar.set(step);
    tokio::time::sleep(GRACE / 4).await;

    let (_back, resumed) = Widget::resume(&server, &seated).await;
    assert_eq!(resumed["resumed"], true, "{resumed}");
    let time = resumed["server_time"].as_str().unwrap();
    assert!(time.contains(hour_after), "the calendar was not set: {time}");
    server.until_in_use(1).await;
    let free = loss.elapsed();
    assert!(free >= GRACE, "freed early, after {free:?}");
    assert!(
        free < GRACE + Duration::from_secs(1),
        "freed late, after {free:?}"
    );
}

#[tokio::test]
async fn a_calendar_set_ahead_by_an_hour_frees_nothing_early() {
    assert_unmoved("2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z", "T11:0").await;
}

#[tokio::test]
async fn a_calendar_set_back_by_two_hours_frees_nothing_late() {
    assert_unmoved("2026-06-01T10:00:00Z", "2026-06-01T08:00:00Z", "T08:0").await;
}

#[tokio::test]
async fn a_change_to_summer_time_moves_no_grace() {
    assert_unmoved("2026-03-29T00:59:50Z", "2026-03-29T01:00:01Z", "T01:00").await;
}

#[tokio::test]
async fn after_a_long_stop_every_widget_has_the_whole_silence_limit_to_speak() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seats.toml");
    std::fs::write(&file, "[liveness]\nheartbeat = \"1s\"\nsilence_limit = \"4s\"\n").unwrap();
    let config = file.to_str().unwrap();
    let server = Server::with(&["--seats", "acme=2", "--config", config, "--grace", "1s"]);
    let (mut widget, _) = Widget::login(&server).await;

    // Nothing is read, so no ping is answered: before and after, 5 s of silence.
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.stop_for(Duration::from_secs(7));
    server.until_logged("stood still for long", 1).await;
    tokio::time::sleep(Duration::from_secs(2)).await;

    assert_eq!(server.organization("acme").await["connected"], 1);
    widget.assert_alive().await;
}
