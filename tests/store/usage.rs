//! The record of usage against what widgets counted, through kills.

use crate::server::{Server, Setup};
use crate::wire::{Gone, Wire};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const GRACE_MS: u64 = 300;
const WIDGETS: usize = 8;
/// Logins between a start and a kill.
const LOGINS: u64 = 40;

/// What widgets know from their side.
#[derive(Default, Debug)]
struct Ledger {
    asked_logins: u64,
    logins: u64,
    asked_logouts: u64,
    logouts: u64,
    /// Between the answer to the login and the logout of sessions that ended in peace.
    least: Duration,
    /// Between asking for a seat and the last answer, of all sessions.
    most: Duration,
}

impl Ledger {
    fn add(&mut self, other: &Self) {
        self.asked_logins += other.asked_logins;
        self.logins += other.logins;
        self.asked_logouts += other.asked_logouts;
        self.logouts += other.logouts;
        self.least += other.least;
        self.most += other.most;
    }

    async fn cycle(&mut self, listen: &str, number: u64) -> Result<(), Gone> {
        let mut wire = Wire::open(listen).await?;
        let asked = Instant::now();
        self.asked_logins += 1;
        let heard = wire.ask(&json!({"type":"login","org":"acme"})).await;
        let answered = Instant::now();
        if heard.as_ref().is_ok_and(|heard| heard.word("type") == "refused") {
            self.asked_logins -= 1;
            return Ok(());
        }
        let stayed = async {
            heard?;
            self.logins += 1;
            tokio::time::sleep(Duration::from_millis(number * 7 % 40)).await;
            self.asked_logouts += 1;
            let leaves = Instant::now();
            let ended = wire.ask(&json!({"type":"logout"})).await?;
            assert_eq!(ended.word("reason"), "logout");
            self.logouts += 1;
            self.least += leaves - answered;
            Ok(())
        };
        let end = stayed.await;
        self.most += asked.elapsed();
        end
    }
}

async fn storm(server: &mut Server) -> Ledger {
    let mut tasks = JoinSet::new();
    let logins = Arc::new(AtomicU64::new(0));
    for number in 0..WIDGETS as u64 {
        let listen = server.listen.clone();
        let logins = Arc::clone(&logins);
        tasks.spawn(async move {
            let mut ledger = Ledger::default();
            let mut counted = 0;
            while ledger.cycle(&listen, number + ledger.logins).await.is_ok() {
                logins.fetch_add(ledger.logins - counted, Ordering::Relaxed);
                counted = ledger.logins;
            }
            ledger
        });
    }
    // However slow the machine is, enough happens before the kill.
    let start = Instant::now();
    while logins.load(Ordering::Relaxed) < LOGINS {
        assert!(start.elapsed() < Duration::from_secs(60), "too little happens");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.kill();
    let mut sum = Ledger::default();
    while let Some(ledger) = tasks.join_next().await {
        sum.add(&ledger.unwrap());
    }
    sum
}

async fn items(server: &Server, query: &str) -> Vec<Value> {
    let (status, body) = server
        .get(&format!("/api/v1/organizations/acme/{query}"))
        .await
        .unwrap();
    assert_eq!(status, 200, "{body}");
    let page: Value = serde_json::from_str(&body).unwrap();
    page["items"].as_array().unwrap().clone()
}

fn sum(items: &[Value], field: &str) -> f64 {
    items.iter().filter_map(|item| item[field].as_f64()).sum()
}

#[tokio::test]
async fn no_session_is_lost_from_the_record_and_none_counted_twice() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 6, GRACE_MS);
    let mut widgets = Ledger::default();
    let rounds = crate::scale(4, 100);
    for _ in 0..rounds {
        let mut server = setup.start().unwrap();
        widgets.add(&storm(&mut server).await);
    }
    let server = setup.start().unwrap();
    let start = Instant::now();
    while server.in_use().await > 0 {
        assert!(start.elapsed() < Duration::from_secs(20), "seats are not freed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    // A seat is free at the end of its grace; that its session ended is noted when it is swept.
    let swept = Instant::now();
    let ended = |hours: &[Value]| {
        ["logouts", "purges", "withdrawn"]
            .map(|how| sum(hours, how))
            .iter()
            .sum::<f64>()
    };
    let hours = loop {
        let hours = items(&server, "usage").await;
        if ended(&hours) == sum(&hours, "logins") || swept.elapsed() > Duration::from_secs(10) {
            break hours;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let from = format!(
        "{:.0}Z",
        jiff::Timestamp::now() - jiff::SignedDuration::from_mins(200)
    );
    let from = from.replace("ZZ", "Z");
    let minutes = items(&server, &format!("usage?interval=1m&from={from}")).await;
    let (_, levels) = server
        .get("/api/v1/organizations/acme/usage/levels")
        .await
        .unwrap();
    let levels: Value = serde_json::from_str(&levels).unwrap();

    let within = |field: &str, least: u64, most: u64| {
        let recorded = sum(&hours, field);
        assert!(
            (least as f64..=most as f64).contains(&recorded),
            "{field}: {recorded} of {widgets:?}"
        );
        recorded
    };
    let logins = within("logins", widgets.logins, widgets.asked_logins);
    within("logouts", widgets.logouts, widgets.asked_logouts);
    assert!(
        widgets.logins > 20 * rounds as u64,
        "too little happened: {widgets:?}"
    );
    assert_eq!(
        logins,
        ended(&hours),
        "all seats are free, so all that logged in have ended"
    );
    for field in ["logins", "logouts", "purges", "resumes", "lost", "refusals"] {
        assert_eq!(sum(&hours, field), sum(&minutes, field), "{field}");
    }
    let seconds = sum(&hours, "seat_seconds");
    // Who is cut off keeps its seat for a grace after the next start, and may be caught in the next kill.
    let graces = (WIDGETS * rounds) as f64 * 4.0;
    assert!(
        seconds >= widgets.least.as_secs_f64() - 0.01 * logins,
        "{seconds} of {widgets:?}"
    );
    assert!(
        seconds <= widgets.most.as_secs_f64() + graces,
        "{seconds} of {widgets:?}"
    );
    let by_level = levels["levels"].as_array().unwrap();
    let product: f64 = by_level
        .iter()
        .map(|level| level["seats"].as_f64().unwrap() * level["seconds"].as_f64().unwrap())
        .sum();
    assert!((product - seconds).abs() < 0.01, "{product} and {seconds}");
    assert!((sum(by_level, "seconds") - levels["known_s"].as_f64().unwrap()).abs() < 0.01);
    // A gap for each time between two servers, and the time before the first one.
    let gaps = hours.iter().filter(|item| item["gap"] == "server down").count();
    assert_eq!(gaps, rounds + 1);
    assert!(
        hours
            .iter()
            .filter_map(|item| item["peak"].as_u64())
            .all(|peak| peak <= 6)
    );
}

#[tokio::test]
async fn of_two_seats_no_minute_is_told_and_of_a_foreign_organization_nothing() {
    let home = tempfile::tempdir().unwrap();
    let server = Setup::new(home.path(), 2, GRACE_MS).start().unwrap();
    let mut widget = Wire::open(&server.listen).await.unwrap();
    widget.ask(&json!({"type":"login","org":"acme"})).await.unwrap();
    let status = async |path: &str| server.get(path).await.unwrap().0;

    for interval in ["1m", "15m"] {
        assert_eq!(
            status(&format!("/api/v1/organizations/acme/usage?interval={interval}")).await,
            422
        );
    }
    assert_eq!(status("/api/v1/organizations/nobody/usage").await, 404);
    assert_eq!(status("/api/v1/organizations/nobody/usage/levels").await, 404);
    for (bad, answer) in [
        ("interval=2m", 422),
        ("from=yesterday", 422),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 422),
        ("limit=0", 400),
        ("cursor=yesterday", 400),
    ] {
        let path = format!("/api/v1/organizations/acme/usage?{bad}");
        assert_eq!(status(&path).await, answer, "{bad}");
    }
    let halves = items(&server, "usage?interval=30m").await;
    assert_eq!(sum(&halves, "logins"), 1.0);
    assert_eq!(halves.last().unwrap()["peak"], 1);
    let cells = items(&server, "usage/heatmap").await;
    assert_eq!(cells.len(), 7 * 48);
    assert_eq!(cells.iter().filter(|cell| cell["max"] == 1).count(), 1);
}

#[tokio::test]
async fn a_question_costs_a_commit_only_where_something_is_not_recorded_yet() {
    const QUESTIONS: u64 = 50;
    let home = tempfile::tempdir().unwrap();
    let server = Setup::new(home.path(), 5, GRACE_MS).start().unwrap();
    let mut wire = Wire::open(&server.listen).await.unwrap();
    wire.ask(&json!({"type":"login","org":"acme"})).await.unwrap();
    let commits = async || {
        let (_, metrics) = server.get("/metrics").await.unwrap();
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix("mirabridge_seats_store_commit_seconds_count "));
        line.unwrap().parse::<u64>().unwrap()
    };
    let path = "/api/v1/organizations/acme/usage/levels";
    assert!(server.get(path).await.is_some_and(|(status, _)| status == 200));
    let before = commits().await;

    for _ in 0..QUESTIONS {
        server.get(path).await.unwrap();
    }

    // The server goes on saying every few seconds that it is alive.
    let made = commits().await - before;
    assert!(made < QUESTIONS / 2, "{made} commits for {QUESTIONS} questions");
    wire.ask(&json!({"type":"logout"})).await.unwrap();
    let hours = items(&server, "usage?interval=1h").await;
    assert_eq!(sum(&hours, "logouts") as u64, 1, "what was just answered is told");
}
