//! A fleet of simulated agents with real connections, and a referee that judges the server by
//! what they saw.
//!
//! It knows the server only by its wire: nothing here uses the server's own rules, messages or
//! registry, so that a mistake there is not made here again.

mod address;
mod admin;
mod agent;
mod churn;
mod descriptors;
mod ground;
mod heard;
mod link;
mod plan;
mod referee;
mod report;
mod stopwatch;
mod storm;

use std::sync::{Arc, atomic::Ordering::Relaxed};

use anyhow::Context;
use tokio::{sync::Barrier, task::JoinSet, time::sleep};

pub use descriptors::{TooFewDescriptors, make_room};
pub use ground::Tally;
pub use plan::{AdminAccess, FleetPlan, Profile};
pub use referee::{Breach, Departure, Disclosed, Judgement, Observation, Referee, Rule, Sample, VisitNumber};
pub use report::{FleetReport, Percentiles, Verdict};

use agent::Agent;
use ground::Ground;

/// Runs the plan to its end, or until it is stopped, and judges what was seen.
///
/// Fails where the server cannot be reached, turns the whole fleet away, or has other sessions in
/// the organization at the start.
pub async fn run(plan: FleetPlan) -> anyhow::Result<FleetReport> {
    make_room(plan.agents)?;
    let target = address::Target::resolve(&plan.url).await?;
    let ground = Arc::new(Ground::new(plan, target)?);
    if let Some(access) = &ground.plan.admin {
        let sample = admin::Window::open(access, &ground.plan.organization)
            .await?
            .read()
            .await?;
        anyhow::ensure!(
            sample.in_use == 0,
            "{} seats are in use already; the fleet has to be alone in its organization",
            sample.in_use
        );
    }
    play(&ground).await;
    let end = ground.stopwatch.read();
    let tally = Arc::clone(&ground.plan.tally);
    let logins = tally.logins.load(Relaxed);
    if logins == 0 {
        if let Some(code) = ground.turned_away.lock().take() {
            anyhow::bail!("the server turns everybody away: {code}");
        }
        let refused = tally.refused.load(Relaxed);
        anyhow::ensure!(
            refused > 0 || tally.unreached.load(Relaxed) == 0,
            "the server cannot be reached"
        );
    }
    let judgement = ground.referee().judge(end);
    let latencies = ground.latencies.lock();
    let verdict = if judgement.breaches.is_empty() {
        Verdict::Ok
    } else {
        Verdict::Breach
    };
    Ok(FleetReport {
        agents: ground.plan.agents,
        duration_s: (end.as_secs_f64() * 1000.0).round() / 1000.0,
        logins,
        resumes: tally.resumes.load(Relaxed),
        refusals: tally.refused.load(Relaxed),
        login_ms: Percentiles::of(&latencies.login),
        resume_ms: Percentiles::of(&latencies.resume),
        purge_lateness_ms: Percentiles::of_all(&judgement.purge_lateness)
            .context("a lateness out of range")?,
        peak_in_use: judgement.peak_in_use,
        limit: judgement.limit,
        breaches: judgement.breaches,
        verdict,
    })
}

async fn play(ground: &Arc<Ground>) {
    let mut tasks = JoinSet::new();
    let barrier = Arc::new(Barrier::new(ground.plan.agents));
    for number in 0..ground.plan.agents {
        let agent = Agent::new(Arc::clone(ground), number);
        let barrier = Arc::clone(&barrier);
        match ground.plan.profile {
            Profile::Churn => tasks.spawn(churn::play(agent)),
            Profile::Storm => tasks.spawn(async move { storm::play(agent, &barrier).await }),
        };
    }
    if let Some(access) = ground.plan.admin.clone() {
        tasks.spawn(admin::sample(Arc::clone(ground), access));
    }
    tokio::select! {
        () = sleep(ground.plan.duration) => {}
        () = ground.closing_time.cancelled() => {}
    }
    ground.closing_time.cancel();
    while tasks.join_next().await.is_some() {}
}
