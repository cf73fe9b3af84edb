//! Logins, logouts, losses, returns and repetitions, all at once.

use crate::agent::Agent;
use crate::wire::Gone;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use std::time::Duration;
use tokio::task::JoinSet;

/// Agents who act until their server is gone.
pub struct Storm(JoinSet<Agent>);

impl Storm {
    pub fn begin(agents: Vec<Agent>, listen: &str, seed: u64) -> Self {
        let mut tasks = JoinSet::new();
        for (number, agent) in agents.into_iter().enumerate() {
            let rng = SmallRng::seed_from_u64(seed.wrapping_mul(1_000_003) + number as u64);
            tasks.spawn(act(agent, listen.to_owned(), rng));
        }
        Self(tasks)
    }

    /// The agents, when all have met the end of the server.
    pub async fn end(mut self) -> Vec<Agent> {
        let mut agents = Vec::new();
        while let Some(agent) = self.0.join_next().await {
            agents.push(agent.unwrap());
        }
        agents
    }
}

async fn act(mut agent: Agent, listen: String, mut rng: SmallRng) -> Agent {
    while step(&mut agent, &listen, &mut rng).await.is_ok() {
        let pause = rng.random_range(0..12);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    agent
}

async fn step(agent: &mut Agent, listen: &str, rng: &mut SmallRng) -> Result<(), Gone> {
    let dice = rng.random_range(0..100);
    match (&agent.stay, agent.is_connected()) {
        (None, _) if agent.unanswered.is_some() => agent.try_again(listen).await,
        (None, _) => agent.login(listen).await,
        (Some(_), true) => match dice {
            0..40 => agent.logout().await,
            40..75 => {
                agent.lose();
                Ok(())
            }
            75..90 => {
                let is_same = agent.repeat(listen).await?;
                assert!(is_same, "a repeated attempt got a second session");
                Ok(())
            }
            _ => wait(40).await,
        },
        (Some(stay), false) if stay.renewing => agent.repeat(listen).await.map(|_| ()),
        (Some(_), false) if dice < 5 => wait(1800).await,
        (Some(stay), false) => {
            let stay = stay.clone();
            let (lost, since) = (stay.lost, std::time::Instant::now());
            let is_back = agent.resume(listen).await?;
            let grace = agent.grace();
            let was_in_time = lost.is_none_or(|lost| since.duration_since(lost) + since.elapsed() < grace);
            assert!(is_back || stay.leaving || !was_in_time, "lost early: {stay:?}");
            Ok(())
        }
    }
}

async fn wait(ms: u64) -> Result<(), Gone> {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    Ok(())
}
