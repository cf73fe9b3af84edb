//! What administrators cost: lists while agents log in, readers of the live feed, a changed limit, many
//! organizations. `scripts/bench-admin` runs it; `docs/benchmarks.md` has figures.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures from outside and says what it found"
)]

#[path = "../connections/client.rs"]
#[expect(dead_code, reason = "a part is needed")]
mod client;
#[path = "../../tests/store/contents.rs"]
#[expect(
    unreachable_pub,
    dead_code,
    reason = "a bench has no outside, and needs a part"
)]
mod contents;
mod feed;
mod list;
#[path = "../connections/machine.rs"]
mod machine;
#[path = "../../tests/store/server.rs"]
#[expect(
    unreachable_pub,
    dead_code,
    reason = "a bench has no outside, and needs a part"
)]
mod server;

use client::{Door, greet_all, login_all, open_loop};
use server::{Server, Setup};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const BENCH: &str = "/api/v1/organizations/bench";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run());
}

async fn run() {
    machine::raise_descriptors();
    println!("load {}", machine::load());
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    if wanted("listing") {
        listing().await;
    }
    if wanted("feed") {
        feed::readers().await;
    }
    if wanted("limit") {
        limit().await;
    }
    if wanted("organizations") {
        organizations().await;
    }
}

/// A server with 50,000 sessions of `acme` in grace, and with room for `bench`.
async fn held(home: &std::path::Path, sessions: u32) -> Server {
    let setup = Setup::new(home, 60_000, 600_000).with(&["--seats", "bench=100000"]);
    if sessions > 0 {
        contents::make(&setup.folder, sessions).await;
    }
    setup.start().unwrap()
}

fn token(home: &std::path::Path) -> String {
    let text = std::fs::read_to_string(home.join("data/admin-token")).unwrap();
    text.trim().to_owned()
}

fn door(server: &Server) -> Door {
    Door {
        listen: server.listen.clone(),
        trust: None,
    }
}

/// Logins alone and beside somebody who lists 50,000 sessions again and again, in turns.
async fn listing() {
    const ROUNDS: usize = 3;
    let home = tempfile::tempdir_in("target").unwrap();
    let server = held(home.path(), 50_000).await;
    let token = token(home.path());
    let mut p99 = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (beside, p99) in p99.iter_mut().enumerate() {
            let door = door(&server);
            let logins = open_loop(&door, 1_000, Duration::from_secs(8));
            let stop = Arc::new(AtomicBool::new(false));
            let lister = (beside > 0).then(|| {
                let (admin, token, stop) = (server.admin.clone(), token.clone(), Arc::clone(&stop));
                std::thread::spawn(move || list::again_and_again(&admin, &token, &stop))
            });
            let mut times = logins.await;
            stop.store(true, Ordering::Relaxed);
            if let Some(lister) = lister {
                let lists = lister.join().unwrap();
                println!(
                    "{} lists of 50,000, the longest {:?}",
                    lists.len(),
                    lists.iter().max().unwrap()
                );
            }
            times.sort_unstable();
            p99.push(times[times.len() * 99 / 100]);
        }
    }
    p99.iter_mut().for_each(|times| times.sort_unstable());
    let [alone, beside] = p99.map(|times| times[ROUNDS / 2]);
    println!("1,000 logins a second, p99: alone {alone:?}, beside the lists {beside:?} (at most 10 ms more)");
}

/// From asking for another limit over 18,000 sessions to the first login that it lets in, and to the
/// first that it refuses.
async fn limit() {
    const MANY: usize = 18_000;
    const ROUNDS: usize = 20;
    let home = tempfile::tempdir_in("target").unwrap();
    let server = Setup::new(home.path(), 5, 600_000).start().unwrap();
    set_limit(&server, MANY).await;
    let mut widgets = login_all(&door(&server), MANY).await;
    let mut took = [Vec::new(), Vec::new()];
    for round in 1..=ROUNDS {
        let begun = Instant::now();
        set_limit(&server, MANY + round).await;
        widgets.extend(login_all(&door(&server), 1).await);
        took[0].push(begun.elapsed());

        let begun = Instant::now();
        set_limit(&server, MANY / 2).await;
        let refused = greet_all(&door(&server), vec![client::login()]).await;
        assert_eq!(refused[0].answer["code"], "seats_exhausted");
        took[1].push(begun.elapsed());
    }
    let [raised, lowered] = took.map(|mut took| {
        took.sort_unstable();
        (took[ROUNDS / 2], took[ROUNDS - 1])
    });
    println!(
        "a limit over {MANY} sessions, asked for until a login is judged by it: raised {raised:?}, lowered \
         {lowered:?} (median, worst; at most 100 ms)"
    );
}

async fn set_limit(server: &Server, seats: usize) {
    let (status, body) = server
        .ask("PUT", BENCH, &format!("{{\"seats\":{seats}}}"))
        .await
        .unwrap();
    assert!([200, 201].contains(&status), "{body}");
}

/// 10,000 organizations of 5 seats: the start with nothing and with a day's record of each, and the
/// metrics.
async fn organizations() {
    const COUNT: usize = 10_000;
    let home = tempfile::tempdir_in("target").unwrap();
    let file = home.path().join("seats.toml");
    let text = (0..COUNT).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "[[organization]]\nid = \"org-{n}\"\nseats = 5");
        text
    });
    std::fs::write(&file, text).unwrap();
    let setup = Setup::new(home.path(), 5, 600_000).with(&["--config", file.to_str().unwrap()]);
    let mut server = setup.start().unwrap();
    println!(
        "{COUNT} organizations: started in {:?}",
        server.ready - server.begun
    );
    let logins = (0..COUNT).map(|n| format!(r#"{{"type":"login","org":"org-{n}"}}"#));
    let widgets = greet_all(&door(&server), logins.collect()).await;
    assert!(widgets.iter().all(|widget| widget.answer["type"] == "seated"));
    let mut took: Vec<Duration> = Vec::new();
    let mut bytes = 0;
    for _ in 0..20 {
        let begun = Instant::now();
        let (status, body) = server.get("/metrics").await.unwrap();
        took.push(begun.elapsed());
        assert_eq!(status, 200);
        bytes = body.len();
    }
    took.sort_unstable();
    println!(
        "/metrics of them: median {:?}, worst {:?}, {bytes} bytes (at most 100 ms)",
        took[10], took[19]
    );
    // What they did is recorded at most a second later.
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.kill();
    let server = setup.start().unwrap();
    println!(
        "started again with a session and a record of today each in {:?} (at most 5 s)",
        server.ready - server.begun
    );
}
