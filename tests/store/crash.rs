//! `kill -9` at any moment of a storm.

use crate::agent::Agent;
use crate::board::Board;
use crate::scale;
use crate::server::Setup;
use crate::storm::Storm;
use crate::verdict::judge;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use std::sync::Arc;
use std::time::Duration;

const LANES: u64 = 4;
const AGENTS: usize = 32;
const SEATS: u32 = 20;
const GRACE_MS: u64 = 1500;

/// What the rounds of one lane met.
#[derive(Default)]
struct Met {
    rounds: usize,
    with_unanswered_login: usize,
    with_unanswered_logout: usize,
    ended: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_in_a_storm_loses_doubles_and_revives_nothing() {
    let rounds = scale(20, 1000) / LANES as usize;
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..LANES {
        lanes.spawn(crash_again_and_again(lane, rounds));
    }
    let mut all = Met::default();
    while let Some(met) = lanes.join_next().await {
        let met = met.unwrap();
        all.rounds += met.rounds;
        all.with_unanswered_login += met.with_unanswered_login;
        all.with_unanswered_logout += met.with_unanswered_logout;
        all.ended += met.ended;
    }
    println!(
        "{} rounds, {} with an unanswered login, {} with an unanswered logout, {} answered logouts",
        all.rounds, all.with_unanswered_login, all.with_unanswered_logout, all.ended
    );
    assert!(
        all.with_unanswered_login * 2 > all.rounds,
        "too few unanswered logins"
    );
    assert!(
        all.with_unanswered_logout > 0 && all.ended > all.rounds,
        "too few logouts"
    );
}

/// Each crash hits what the ones before left.
async fn crash_again_and_again(seed: u64, rounds: usize) -> Met {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), SEATS, GRACE_MS);
    let grace = Duration::from_millis(GRACE_MS);
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut met = Met::default();
    let board = Arc::new(Board::new(SEATS as usize, grace));
    let mut agents: Vec<_> = (0..AGENTS).map(|number| Agent::new(number, &board)).collect();
    let mut server = setup.start().unwrap();
    for round in 0..rounds {
        let storm = Storm::begin(agents, &server.listen, seed * 10_000 + round as u64);
        tokio::time::sleep(Duration::from_micros(rng.random_range(20_000..700_000))).await;
        let killed = server.kill();
        agents = storm.end().await;
        met.rounds += 1;
        met.with_unanswered_login += usize::from(agents.iter().any(|agent| agent.unanswered.is_some()));
        let is_leaving = |agent: &Agent| agent.stay.as_ref().is_some_and(|stay| stay.leaving);
        met.with_unanswered_logout += usize::from(agents.iter().any(is_leaving));

        server = setup.start().unwrap();
        judge(&server, &mut agents, killed, &board).await;
    }
    met.ended = agents.iter().map(|agent| agent.ended.len()).sum();
    met
}
