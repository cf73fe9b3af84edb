//! A run from its first look at the server to its report.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use hyper::StatusCode;
use parking_lot::Mutex;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use super::admin_view::{AdminAccess, AdminError, AdminView};
use super::agent::{Agent, Situation};
use super::chart::Chart;
use super::descriptors;
use super::ledger::{Gauges, Ledger};
use super::profile::{Profile, Setting, Step};
use super::referee::{Allowances, Others, Referee};
use super::report::FleetReport;
use super::stopwatch::Stopwatch;
use super::target::{SeatUrl, Sources, resolve};
use super::wire::Organization;
use super::world::World;
use crate::seats::OrganizationId;

/// What a fleet is to do.
#[derive(Clone)]
pub struct FleetPlan {
    /// The server.
    pub url: SeatUrl,
    /// The organization; the fleet should be alone in it.
    pub organization: OrganizationId,
    /// Its widget key, if it demands one.
    pub key: Option<String>,
    /// How many agents.
    pub agents: usize,
    /// What they do.
    pub profile: Profile,
    /// For how long.
    pub duration: Duration,
    /// The same seed gives the same scripts.
    pub seed: u64,
    /// The grace if it is known more exactly than the server says it.
    pub grace: Option<Duration>,
    /// After how long without a frame the server gives a connection up.
    pub silence_limit: Duration,
    /// The admin API, so that the referee sees the numbers too.
    pub admin: Option<AdminAccess>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The machine's limits stop the fleet.
    #[error("{agents} agents do not fit: this process may open files for {most} (see `ulimit -Hn`)")]
    Descriptors {
        /// As planned.
        agents: usize,
        /// As many as fit.
        most: usize,
    },
    /// The server's name has no address.
    #[error("{0} cannot be resolved: {1}")]
    Unresolved(String, std::io::Error),
    /// The server takes no connection.
    #[error("{0} takes no connection: {1}")]
    Unreachable(String, Box<tungstenite::Error>),
    /// The server took the first agent's connection and did not let it in.
    #[error("the first login was not answered by a seat: {0}")]
    NotLetIn(String),
    /// The organization cannot be seen.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

/// A fleet that is ready to start.
pub struct Fleet {
    plan: FleetPlan,
    gauges: Arc<Gauges>,
}

impl Fleet {
    /// A fleet for `plan`.
    pub fn new(plan: FleetPlan) -> Self {
        Self {
            plan,
            gauges: Arc::default(),
        }
    }

    /// How many agents are how, while it runs.
    pub fn gauges(&self) -> Arc<Gauges> {
        Arc::clone(&self.gauges)
    }

    /// Runs until the plan's time is over or `stop` comes, and judges.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<FleetReport, FleetError> {
        let Self { plan, gauges } = self;
        let most = descriptors::raise();
        if plan.agents > most {
            return Err(FleetError::Descriptors {
                agents: plan.agents,
                most,
            });
        }
        let address = resolve(plan.url.uri()).await;
        let address = address.map_err(|error| FleetError::Unresolved(plan.url.to_string(), error))?;
        let clock = Stopwatch::start();
        let mut notes: Vec<String> = plan.profile.note().into_iter().collect();
        let mut view = plan
            .admin
            .map(|access| AdminView::new(access, plan.organization.to_string(), plan.url.trust().cloned()));
        let others = match &mut view {
            Some(view) => look_for_others(view, clock, &mut notes).await?,
            None => Others::Unknown,
        };
        let allowances = Allowances {
            silence_limit: plan.silence_limit,
            ..Allowances::default()
        };
        let chart = Chart::new(plan.profile.axis(), plan.duration);
        let world = Arc::new(World {
            organization: Organization {
                id: plan.organization.to_string(),
                key: plan.key,
            },
            sources: Sources::new(address, plan.agents),
            url: plan.url,
            clock,
            ledger: Mutex::new(Ledger::new(Referee::new(allowances, others), chart)),
            gauges,
            exact_grace: plan.grace,
            queue: Semaphore::new(World::QUEUE_PLACES),
            stop: CancellationToken::new(),
            own_delay: AtomicU64::new(0),
        });
        let grace = scout(&world, &mut notes).await?;
        let setting = Setting {
            grace,
            silence_limit: plan.silence_limit,
            agents: plan.agents,
            from: world.now(),
            duration: plan.duration,
        };
        let mut tasks = JoinSet::new();
        for (number, script) in plan.profile.scripts(setting, plan.seed).into_iter().enumerate() {
            let agent = Agent::new(Arc::clone(&world));
            tasks.spawn(agent.work(script, SmallRng::seed_from_u64(agent_seed(plan.seed, number))));
        }
        let mut watchers = JoinSet::new();
        let watched = Arc::clone(&world);
        match view {
            Some(view) => watchers.spawn(async move { view.watch(&watched).await }),
            None => watchers.spawn(async move { watched.watch_gauges().await }),
        };
        let watched = Arc::clone(&world);
        watchers.spawn(async move { watched.watch_own_delay().await });

        tokio::select! {
            () = tokio::time::sleep(plan.duration) => {}
            () = stop => notes.push("ended early".to_owned()),
        }
        let end = world.now();
        world.stop.cancel();
        wind_up(tasks, watchers).await;
        let world = Arc::into_inner(world).expect("all tasks have ended");
        Ok(FleetReport::new(
            world.ledger.into_inner(),
            plan.agents,
            end,
            notes,
        ))
    }
}

/// Runs `plan` to its end.
pub async fn run(plan: FleetPlan) -> Result<FleetReport, FleetError> {
    Box::pin(Fleet::new(plan).run(std::future::pending())).await
}

/// A seed for one agent out of that of the run.
pub(super) fn agent_seed(seed: u64, number: usize) -> u64 {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(number as u64)
}

async fn look_for_others(
    view: &mut AdminView,
    clock: Stopwatch,
    notes: &mut Vec<String>,
) -> Result<Others, FleetError> {
    let (_, numbers) = view.look(clock).await?;
    if numbers.in_use > 0 {
        notes.push(format!(
            "{} seats were in use before the fleet came: late frees and high numbers are judged as if \
             those of them with a connection were never given back",
            numbers.in_use
        ));
    }
    Ok(Others::Seen {
        connected: numbers.connected,
        in_grace: numbers.in_grace,
    })
}

/// Logs one agent in and out, to learn the grace and whether a fleet would be let in at all.
async fn scout(world: &Arc<World>, notes: &mut Vec<String>) -> Result<Duration, FleetError> {
    const USUAL_GRACE: Duration = Duration::from_secs(60);
    match world.try_connect().await {
        Ok(connection) => drop(connection.finish()),
        Err(tungstenite::Error::Http(response)) => {
            let status = response.status();
            let unfit = if status == StatusCode::OK {
                "something else"
            } else {
                status.as_str()
            };
            return Err(FleetError::NotLetIn(format!(
                "the handshake was answered by {unfit}"
            )));
        }
        Err(error) => return Err(FleetError::Unreachable(world.url.to_string(), Box::new(error))),
    }
    let mut agent = Agent::new(Arc::clone(world));
    agent.perform(Step::Login).await;
    let situation = agent.situation();
    let (complaint, told) = {
        let ledger = world.ledger.lock();
        (
            ledger.complaints.keys().next().cloned(),
            ledger.referee.longest_grace(),
        )
    };
    match (situation, complaint) {
        (Situation::Seated, _) => agent.perform(Step::Logout).await,
        (Situation::Refused, None) => {
            notes.push("the first login was refused, since all seats were in use".to_owned());
        }
        (_, Some(code)) => return Err(FleetError::NotLetIn(code)),
        (_, None) => return Err(FleetError::NotLetIn("no answer".to_owned())),
    }
    Ok(world
        .exact_grace
        .unwrap_or(if told.is_zero() { USUAL_GRACE } else { told }))
}

/// Lets the agents log out, but does not wait for ever.
async fn wind_up(mut agents: JoinSet<()>, mut watchers: JoinSet<()>) {
    const PATIENCE: Duration = Duration::from_secs(5);
    let done = async {
        while agents.join_next().await.is_some() {}
        while watchers.join_next().await.is_some() {}
    };
    if timeout(PATIENCE, done).await.is_err() {
        agents.shutdown().await;
        watchers.shutdown().await;
    }
}
