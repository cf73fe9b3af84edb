//! What a run is asked to do.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::ground::Tally;

/// How the agents behave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// Each agent for itself: logins, reloads, drops, losses, logouts.
    #[default]
    Churn,
    /// All agents at once, in rounds: log in, reset, resume, stay away past the grace.
    Storm,
}

/// One run.
#[derive(Clone)]
pub struct FleetPlan {
    /// The widget endpoint, `ws://…/v1/seat`.
    pub url: String,
    /// The organization; the fleet is to be alone in it.
    pub organization: String,
    /// How many agents there are.
    pub agents: usize,
    /// How they behave.
    pub profile: Profile,
    /// For how long.
    pub duration: Duration,
    /// What the agents' choices are drawn from.
    pub seed: u64,
    /// The widget key, where the organization asks for one.
    pub key: Option<String>,
    /// The true grace, where it is finer than the whole seconds on the wire.
    pub grace: Option<Duration>,
    /// The admin API to sample.
    pub admin: Option<AdminAccess>,
    /// What the run counts, for whoever watches.
    pub tally: Arc<Tally>,
    /// Ends the run early, with the verdict so far.
    pub stop: CancellationToken,
}

/// Access to the admin API.
#[derive(Clone)]
pub struct AdminAccess {
    /// Its root, `http://…`.
    pub url: String,
    /// The bearer token.
    pub token: String,
}

impl FleetPlan {
    /// A plan with the defaults: 20 churning agents of the demo for a minute.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            organization: "demo".into(),
            agents: 20,
            profile: Profile::default(),
            duration: Duration::from_secs(60),
            seed: 1,
            key: None,
            grace: None,
            admin: None,
            tally: Arc::default(),
            stop: CancellationToken::new(),
        }
    }
}

impl std::fmt::Debug for FleetPlan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut plan = formatter.debug_struct("FleetPlan");
        plan.field("agents", &self.agents)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}
