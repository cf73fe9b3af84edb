//! Advice over the real binary, over a history that `demo-history` wrote.

use crate::server::{Server, Setup};
use assert_cmd::Command;
use jiff::civil::Weekday;
use serde_json::{Value, json};
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

async fn replayed(server: &Server, wish: &Value) -> Value {
    let path = "/api/v1/organizations/acme/advice/replay";
    let (status, body) = server.ask("POST", path, &wish.to_string()).await.unwrap();
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

async fn replay(server: &Server) {
    let range = |answer: &Value, figure: &str| {
        let edge = |name: &str| answer["estimate"][figure][name].as_u64().unwrap();
        let range = [edge("low"), edge("middle"), edge("high")];
        assert!(range.is_sorted(), "{answer}");
        range
    };
    let roomy = replayed(server, &json!({})).await;
    let on = &roomy["stands_on"];
    assert_eq!((&roomy["seats"], &roomy["seed"]), (&json!(SEATS), &json!(1)));
    // The demo's people never wanted more than there are.
    assert_eq!(
        (range(&roomy, "refused"), &on["refused_on_record"]),
        ([0; 3], &json!(0))
    );
    assert_eq!(roomy["estimate"]["wait_s_p95"], Value::Null);
    let peak = range(&roomy, "peak_in_use");
    assert_eq!((peak[0], peak[1]), (peak[2], peak[2]), "{roomy}");
    let days = instant(on, "to").duration_since(instant(on, "from")).as_hours() as f64 / 24.0;
    // It begins with the first change after four weeks ago, which a weekend may be away.
    assert!((25.0..=28.0).contains(&days), "{on}");
    assert!(on["sessions"].as_u64().unwrap() > 500, "{on}");
    assert!(
        roomy["note"].as_str().unwrap().starts_with("An estimate"),
        "{roomy}"
    );

    let tight = json!({"seats": peak[2] - 6, "seed": 5});
    let first = replayed(server, &tight).await;
    assert!(range(&first, "refused")[0] > 0, "{first}");
    assert_eq!(range(&first, "peak_in_use")[2], peak[2] - 6);
    assert_eq!(replayed(server, &tight).await["estimate"], first["estimate"]);
    let in_line = json!({"seats": peak[2] - 6, "waiting_line": {"max": 60}});
    let in_line = replayed(server, &in_line).await;
    assert_eq!(range(&in_line, "refused"), [0; 3]);
    assert!(in_line["estimate"]["wait_s_p95"]["high"].as_u64().unwrap() > 0);
    let staggered = replayed(server, &json!({"stagger_minutes": 60})).await;
    assert!(range(&staggered, "peak_in_use")[1] <= peak[2], "{staggered}");
}

/// A quarter of the demo's people closes the browser, one in 33 leaves it open for hours.
async fn habits(server: &Server) {
    let looked = |all: &Value, habit: &str| {
        let items = all.as_array().unwrap();
        items.iter().find(|one| one["habit"] == habit).cloned()
    };
    let before = get(server, "habits").await;
    let all = &before["looked_at"];
    assert_eq!(
        (all.as_array().unwrap().len(), &before["days_known"]),
        (6, &json!(28))
    );
    let closing = looked(&before["items"], "closing_the_browser").unwrap();
    let share = closing["measured"].as_f64().unwrap();
    assert!((0.22..0.32).contains(&share), "{closing}");
    assert!((share - closing["events"].as_f64().unwrap() / closing["of"].as_f64().unwrap()).abs() < 1e-3);
    assert!(
        closing["advice"].as_str().unwrap().contains("logging out"),
        "{closing}"
    );
    // An administrator of the demo's silent laptops hears of them, and nothing of what is not planned.
    let silent = looked(all, "falling_silent").unwrap();
    assert!(
        (0.5..3.0).contains(&silent["measured"].as_f64().unwrap()),
        "{silent}"
    );
    assert_eq!(
        looked(all, "trainings_at_peaks").unwrap()["measured"],
        Value::Null
    );

    // A training at ten in the morning of a working day, and one at night.
    let mut day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    day = day.tomorrow().unwrap();
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.tomorrow().unwrap();
    }
    for (from, until) in [(10, 12), (2, 4)] {
        let wish = json!({"seats": 5, "from": format!("{day}T{from:02}:00:00Z"), "until": format!("{day}T{until:02}:00:00Z")});
        let path = "/api/v1/organizations/acme/increases";
        let (status, body) = server.ask("POST", path, &wish.to_string()).await.unwrap();
        assert_eq!(status, 201, "{body}");
    }
    let after = get(server, "habits").await;
    let training = looked(&after["items"], "trainings_at_peaks").unwrap();
    assert_eq!(
        (&training["events"], &training["of"]),
        (&json!(1), &json!(2.0)),
        "{training}"
    );
    assert_eq!(
        looked(&after["looked_at"], "maintenance_at_peaks").unwrap()["measured"],
        Value::Null
    );
}

fn instant(item: &Value, field: &str) -> jiff::Timestamp {
    item[field].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn advice_stands_on_the_history_that_was_lived() {
    let home = tempfile::tempdir().unwrap();
    let server = start(home.path());

    quiet_windows(&server).await;
    replay(&server).await;
    habits(&server).await;
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
