//! A script that writes everything that is ever written, and goes on through faults.

use crate::agent::Agent;
use crate::board::Board;
use crate::server::{Server, Setup};
use crate::wire::Gone;
use serde_json::json;
use std::path::Path;
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

/// A server with a line.
pub fn setup(home: &Path) -> Setup {
    let line = "[[organization]]\nid = \"acme\"\nwaiting_line = { max = 3 }\n";
    Setup::new(home, SEATS as u32, GRACE_MS).configured(line)
}

/// Logins, a refusal, a seat from the line, a loss and a return, a hand-off at full use, a repeated
/// attempt, an administrator's end, a purge, a logout: until the server is gone.
pub async fn play(server: &Server, agents: &mut [Agent]) {
    // Where the server is gone is where the script ends: nothing is asked of it any more.
    let _ = script(server, agents).await;
}

async fn script(server: &Server, agents: &mut [Agent]) -> Result<(), Gone> {
    for agent in &mut agents[..4] {
        agent.login(&server.listen).await?;
    }
    if agents[3].stay.is_none() {
        agents[3].line_up(&server.listen).await?;
    }
    log_out(&mut agents[0]).await?;
    if agents[3].is_in_line() {
        agents[3].take_seat().await?;
    }
    lose(&mut agents[1]);
    agents[4].login(&server.listen).await?;
    if agents[1].stay.is_some() {
        agents[1].resume(&server.listen).await?;
    }
    claim(server, agents).await?;
    if agents[4].is_connected() {
        agents[4].repeat(&server.listen).await?;
    }
    if agents[3].is_connected() {
        agents[3].be_ended(&server.desk(), &json!({})).await?;
    }
    lose(&mut agents[2]);
    agents[0].login(&server.listen).await?;
    tokio::time::sleep(Duration::from_millis(GRACE_MS + 30)).await;
    agents[5].login(&server.listen).await?;
    log_out(&mut agents[4]).await?;
    lose(&mut agents[5]);
    Ok(())
}

/// The second agent's seat goes to the fifth.
pub async fn claim(server: &Server, agents: &mut [Agent]) -> Result<(), Gone> {
    let (before, heirs) = agents.split_at_mut(4);
    if before[1].is_connected() && heirs[0].stay.is_none() {
        before[1].hand_off(&mut heirs[0], &server.listen).await?;
    }
    Ok(())
}

async fn log_out(agent: &mut Agent) -> Result<(), Gone> {
    if agent.is_connected() {
        agent.logout().await?;
    }
    Ok(())
}

fn lose(agent: &mut Agent) {
    if agent.stay.is_some() {
        agent.lose();
    }
}
