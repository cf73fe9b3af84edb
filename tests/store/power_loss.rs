//! A power loss: what was not synced is gone, what was answered is not.
//!
//! Run by `scripts/power-loss`, which gives a file system that can be shut down and mounted again.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test measures from outside"
)]
#![expect(
    unreachable_pub,
    dead_code,
    reason = "a test binary has no outside, and needs a part"
)]

mod agent;
mod board;
mod server;
mod storm;
mod verdict;
mod wire;

use agent::Agent;
use board::Board;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use server::Setup;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const GRACE_MS: u64 = 2000;
const AGENTS: usize = 32;
const SEATS: u32 = 20;

/// Says `shutdown` (no sync) or `return` (mounted again) to whoever holds the file system.
fn power(word: &str, mount: &Path) {
    let program = std::env::var_os("MIRABRIDGE_POWER").expect("run by scripts/power-loss");
    let done = Command::new(program).arg(word).arg(mount).status().unwrap();
    assert!(done.success(), "the power does not do {word}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_loss_in_a_storm_loses_doubles_and_revives_nothing() {
    let mount = PathBuf::from(std::env::var_os("MIRABRIDGE_MOUNT").expect("run by scripts/power-loss"));
    let rounds: u64 = std::env::var("MIRABRIDGE_ROUNDS").map_or(20, |rounds| rounds.parse().unwrap());
    let home = tempfile::tempdir().unwrap();
    let mut setup = Setup::new(&mount, SEATS, GRACE_MS);
    setup.log = home.path().join("server.log");
    let grace = Duration::from_millis(GRACE_MS);
    let board = Arc::new(Board::new(SEATS as usize, grace));
    let mut agents: Vec<_> = (0..AGENTS).map(|number| Agent::new(number, &board)).collect();
    let mut rng = SmallRng::seed_from_u64(1);
    let mut server = setup.start().unwrap();
    let mut unanswered = 0;
    for round in 0..rounds {
        let storm = storm::Storm::begin(agents, &server.listen, round);
        tokio::time::sleep(Duration::from_millis(rng.random_range(20..700))).await;
        let before = Instant::now();
        // Nothing is said any more when the power goes.
        server.signal(rustix::process::Signal::STOP);
        power("shutdown", &mount);
        server.kill();
        agents = storm.end().await;
        unanswered += u64::from(agents.iter().any(|agent| agent.unanswered.is_some()));
        power("return", &mount);

        server = setup.start().unwrap();
        verdict::judge(&server, &mut agents, before, &board).await;
    }
    server.kill();
    println!("{rounds} power losses, {unanswered} with an unanswered login");
    assert!(unanswered * 2 > rounds, "too few unanswered logins");
}
