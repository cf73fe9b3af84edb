//! Advice over the real binary, over a history that `demo-history` wrote.

use crate::server::{Server, Setup};
use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

const SEATS: u32 = 40;

fn command(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::cargo_bin("mirabridge-seats").unwrap();
    let done = command.args(arguments).output().unwrap();
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (done.status.success(), said.concat())
}

/// A server over ten weeks of an office of 60 people.
fn start(home: &Path) -> Server {
    let folder = home.join("data");
    let folder = folder.to_str().unwrap();
    let arguments = ["demo-history", "--weeks", "10", "--org", "acme", "--agents", "60"];
    let seats = SEATS.to_string();
    let (is_written, said) = command(&[&arguments[..], &["--seats", &seats, "--data-dir", folder]].concat());
    assert!(is_written, "{said}");
    Setup::new(home, SEATS, 60_000).start().unwrap()
}

async fn get(server: &Server, path: &str) -> Value {
    let (status, body) = server
        .get(&format!("/api/v1/organizations/acme/advice/{path}"))
        .await
        .unwrap();
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn instant(item: &Value, field: &str) -> jiff::Timestamp {
    item[field].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn advice_stands_on_the_history_that_was_lived() {
    let home = tempfile::tempdir().unwrap();
    let server = start(home.path());

    quiet_windows(&server).await;
}

async fn quiet_windows(server: &Server) {
    let found = get(server, "quiet-windows?seats=12&duration_s=5400").await;
    let items = found["items"].as_array().unwrap();
    assert!(!items.is_empty(), "{found}");
    let now = jiff::Timestamp::now();
    for item in items {
        let (from, to) = (instant(item, "from"), instant(item, "to"));
        assert_eq!(to.duration_since(from).as_secs(), 5400);
        assert!(
            from > now && to.duration_since(now).as_hours() <= 14 * 24,
            "{item}"
        );
        let number = |field: &str| item[field].as_i64().unwrap();
        let demand = number("highest_demand");
        // An office of 60 has 37 people in its best hours, and in the open ones a quarter of them.
        assert!((9..=38).contains(&demand), "{item}");
        assert_eq!(number("headroom"), i64::from(SEATS) - 12 - demand, "{item}");
        assert_eq!(number("weeks_known"), 8, "{item}");
        let sure = if number("headroom") < 0 { "low" } else { "high" };
        assert_eq!(item["confidence"], sure, "{item}");
        let hour = from.to_zoned(jiff::tz::TimeZone::UTC).hour();
        assert!((7..19).contains(&hour), "{item}");
    }
    assert_eq!(items[0]["confidence"], "high", "{found}");
    let none = get(server, "quiet-windows?seats=39&duration_s=5400").await;
    assert_eq!(none["items"], Value::Array(Vec::new()), "{none}");
    let most = none["most_seats"].as_u64().unwrap();
    assert!((12..39).contains(&most), "{none}");
}
