//! What the store costs: its size after many cycles, its start with many sessions.
//!
//! `cargo bench --bench store -- cycles [COUNT] [LIVING]`
//! `cargo bench --bench store -- start [SESSIONS]`

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures from outside and says what it found"
)]

#[path = "../../tests/store/contents.rs"]
#[expect(
    unreachable_pub,
    dead_code,
    reason = "a bench has no outside, and needs a part"
)]
mod contents;

use contents::{Pen, granted, make, record};
use mirabridge_seats::seats::{Cause, Effect};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Logins and logouts in one commit.
const TOGETHER: usize = 200;

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let number = |at: usize, usual: usize| {
        words
            .get(at)
            .map_or(usual, |word| word.replace('_', "").parse().unwrap())
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    match words.first().map(String::as_str) {
        Some("cycles") => runtime.block_on(cycles(number(1, 10_000_000), number(2, 3000))),
        Some("start") => runtime.block_on(start(number(1, 50_000))),
        _ => println!("cycles [COUNT] [LIVING] | start [SESSIONS]"),
    }
}

/// Sessions come and go while others stay. The database is as big as the most that were there at
/// once need, and the log has at most what one truncation and the next let it grow to.
async fn cycles(count: usize, living: usize) {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), u32::try_from(living).unwrap()).await;
    let mut pen = Pen::take(folder.path());
    let first = size(folder.path(), "seats.db");
    let (mut most, begun, mut next) = ((0, 0), Instant::now(), living as u32);
    let mut before: Vec<u32> = (1..=next).collect();
    for _ in 0..count / TOGETHER {
        let mut effects = Vec::with_capacity(2 * TOGETHER);
        for _ in 0..TOGETHER {
            next += 1;
            let place = (next as usize).wrapping_mul(2_654_435_761) % before.len();
            let leaving = std::mem::replace(&mut before[place], next);
            effects.push(granted(record(next)));
            effects.push(Effect::SeatReleased {
                session: record(leaving).session,
                cause: Cause::Logout,
                connection: None,
            });
        }
        pen.record(effects).await;
        most.0 = most.0.max(size(folder.path(), "seats.db"));
        most.1 = most.1.max(size(folder.path(), "seats.db-wal"));
    }
    let took = begun.elapsed();
    pen.close().await;
    println!(
        "{count} cycles at {living} living in {took:.1?}: database {first} bytes at first, {} at most; log {} at most",
        most.0, most.1
    );
    let begun = Instant::now();
    let there = contents::read(folder.path()).await.unwrap().len();
    println!("read again in {:.0?}: {there} sessions", begun.elapsed());
}

/// From the start of the process to the ready line.
async fn start(sessions: usize) {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), u32::try_from(sessions).unwrap()).await;
    let begun = Instant::now();
    let mut server = Command::new(env!("CARGO_BIN_EXE_mirabridge-seats"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
        ])
        .args(["--seats", &format!("acme={sessions}"), "--data-dir"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    println!("ready with {sessions} held seats after {:.0?}", begun.elapsed());
    server.kill().unwrap();
    server.wait().unwrap();
}

fn size(folder: &Path, file: &str) -> u64 {
    std::fs::metadata(folder.join(file)).map_or(0, |file| file.len())
}
