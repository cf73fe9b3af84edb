//! A script that writes everything that is ever written, and goes on through faults.

use crate::agent::Agent;
use crate::board::Board;
use crate::server::Server;
use std::sync::Arc;
use std::time::Duration;

pub const SEATS: usize = 3;
pub const GRACE_MS: u64 = 1000;
const AGENTS: usize = 6;

pub fn board() -> Arc<Board> {
    Arc::new(Board::new(SEATS, Duration::from_millis(GRACE_MS)))
}

pub fn agents(board: &Arc<Board>) -> Vec<Agent> {
    (0..AGENTS).map(|number| Agent::new(number, board)).collect()
}

/// Logins, a refusal, a logout, a loss and a return, a repeated attempt, a purge.
pub async fn play(server: &Server, agents: &mut [Agent]) {
    for agent in &mut agents[..4] {
        let _ = agent.login(&server.listen).await;
    }
    log_out(&mut agents[0]).await;
    lose(&mut agents[1]);
    let _ = agents[4].login(&server.listen).await;
    if agents[1].stay.is_some() {
        let _ = agents[1].resume(&server.listen).await;
    }
    if agents[4].is_connected() {
        let _ = agents[4].repeat(&server.listen).await;
    }
    lose(&mut agents[2]);
    tokio::time::sleep(Duration::from_millis(GRACE_MS + 30)).await;
    let _ = agents[5].login(&server.listen).await;
    log_out(&mut agents[1]).await;
    lose(&mut agents[5]);
}

async fn log_out(agent: &mut Agent) {
    if agent.is_connected() {
        let _ = agent.logout().await;
    }
}

fn lose(agent: &mut Agent) {
    if agent.stay.is_some() {
        agent.lose();
    }
}
