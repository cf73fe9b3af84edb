//! What the record of usage costs: a demo's history, queries, replays, closing hours, the login path.
//!
//! `cargo bench --bench usage -- history [WEEKS] [AGENTS]`
//! `cargo bench --bench usage -- queries [SEATS]`
//! `cargo bench --bench usage -- replay [SEATS]`
//! `cargo bench --bench usage -- closing [ORGANIZATIONS]`
//! `cargo bench --bench usage -- login [LOGINS]`

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures from outside and says what it found"
)]

mod closing;
mod login;
#[path = "../../tests/store/server.rs"]
#[expect(
    unreachable_pub,
    dead_code,
    reason = "a bench has no outside, and needs a part"
)]
mod server;

use jiff::tz::TimeZone;
use mirabridge_seats::fleet::{HistoryPlan, write_history};
use mirabridge_seats::schedule::Scenario;
use mirabridge_seats::seats::{OrganizationId, Timestamp};
use server::Setup;
use std::path::Path;
use std::time::{Duration, Instant};

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let number = |at: usize, usual: u32| {
        words
            .get(at)
            .map_or(usual, |word| word.replace('_', "").parse().unwrap())
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    match words.first().map(String::as_str) {
        Some("history") => history(number(1, 26), number(2, 500)),
        Some("queries") => runtime.block_on(queries(number(1, 5000))),
        Some("replay") => runtime.block_on(replays(number(1, 5000))),
        Some("closing") => runtime.block_on(closing::closing(number(1, 10_000))),
        Some("login") => runtime.block_on(login::login(number(1, 100_000))),
        _ => {
            println!(
                "history [WEEKS] [AGENTS] | queries [SEATS] | replay [SEATS] | closing [ORGANIZATIONS] | login [LOGINS]"
            );
        }
    }
}

fn write(folder: &Path, scenario: Scenario, weeks: u32, agents: u32, seats: u32) -> Duration {
    let begun = Instant::now();
    let plan = HistoryPlan {
        folder: folder.to_owned(),
        organization: OrganizationId::parse("acme").unwrap(),
        zone: TimeZone::UTC,
        scenario,
        agents: agents as usize,
        seats,
        grace: Duration::from_secs(60),
        weeks,
        until: Timestamp(jiff::Timestamp::now().as_millisecond()),
        seed: 1,
    };
    let report = write_history(&plan).unwrap();
    println!(
        "{weeks} weeks of {agents} people on {seats} seats: {} logins, at most {} at once, {} refused, \
         {:.1} MiB, {:.1} s",
        report.logins,
        report.peak_in_use,
        report.refusals,
        std::fs::metadata(folder.join("seats.db")).unwrap().len() as f64 / 1_048_576.0,
        begun.elapsed().as_secs_f64()
    );
    begun.elapsed()
}

fn history(weeks: u32, agents: u32) {
    let home = tempfile::tempdir().unwrap();
    write(
        home.path(),
        Scenario::office(),
        weeks,
        agents,
        (agents * 6).div_ceil(10),
    );
}

/// Every query over 13 months of an organization that is open from seven to nine, over the API of
/// the real server; the third best of nine, and the worst.
async fn queries(seats: u32) {
    const MONTHS_MS: i64 = 395 * 24 * 3_600_000;
    let home = tempfile::tempdir().unwrap();
    let agents = seats * 10 / 6;
    write(&home.path().join("data"), Scenario::extended(), 57, agents, seats);
    let server = Setup::new(home.path(), seats, 60_000).start().unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    let ago = |ms: i64| jiff::Timestamp::from_millisecond(now - ms).unwrap().to_string();
    let (year, quarter) = (ago(MONTHS_MS), ago(MONTHS_MS / 4));
    let base = "/api/v1/organizations/acme";
    for path in [
        format!("usage?interval=1m&from={}", ago(1000 * 60_000)),
        format!("usage?interval=1m&from={quarter}"),
        format!("usage?interval=15m&from={year}"),
        format!("usage?interval=1h&from={year}"),
        format!("usage?interval=1d&from={year}"),
        format!("usage/levels?from={year}"),
        "usage/heatmap?weeks=4".to_owned(),
        "usage/heatmap?weeks=56".to_owned(),
        "report".to_owned(),
        format!("report?from={year}"),
    ] {
        let mut took = Vec::new();
        let mut bytes = 0;
        for _ in 0..9 {
            let begun = Instant::now();
            let (status, body) = server.get(&format!("{base}/{path}")).await.unwrap();
            took.push(begun.elapsed().as_secs_f64() * 1000.0);
            assert_eq!(status, 200, "{body}");
            bytes = body.len();
        }
        took.sort_by(f64::total_cmp);
        println!(
            "{:7.1} ms, at most {:7.1} ms, {:7} bytes  {path}",
            took[2], took[8], bytes
        );
    }
}

/// Replays of 28 days over the API of the real server; the third best of nine, and the worst.
async fn replays(seats: u32) {
    let home = tempfile::tempdir().unwrap();
    let agents = seats * 10 / 6;
    write(&home.path().join("data"), Scenario::extended(), 5, agents, seats);
    let server = Setup::new(home.path(), seats, 60_000).start().unwrap();
    let path = "/api/v1/organizations/acme/advice/replay";
    let fewer = seats * 9 / 10;
    for wish in [
        format!("{{\"seats\":{seats}}}"),
        format!("{{\"seats\":{fewer}}}"),
        format!("{{\"seats\":{fewer},\"waiting_line\":true}}"),
        format!("{{\"seats\":{seats},\"stagger_minutes\":60}}"),
    ] {
        let mut took = Vec::new();
        let mut told = String::new();
        for _ in 0..9 {
            let begun = Instant::now();
            let (status, body) = server.ask("POST", path, &wish).await.unwrap();
            took.push(begun.elapsed().as_secs_f64() * 1000.0);
            assert_eq!(status, 200, "{body}");
            told = body;
        }
        took.sort_by(f64::total_cmp);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        println!(
            "{:7.1} ms, at most {:7.1} ms  {wish}: {} {}",
            took[2], took[8], told["stands_on"], told["estimate"]
        );
    }
}
