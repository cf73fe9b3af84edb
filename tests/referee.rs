//! The referee against a server that breaks its promises on purpose: it must find each fault, and none
//! where there is none.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
#![expect(clippy::disallowed_methods, reason = "the toy server has no clock of its own")]

#[path = "referee/toy_server.rs"]
mod toy_server;

use std::sync::Arc;
use std::time::Duration;

use mirabridge_seats::fleet::referee::Rule;
use mirabridge_seats::fleet::{AdminAccess, Bin, Days, FleetPlan, FleetReport, Profile, run};
use mirabridge_seats::schedule::Scenario;
use mirabridge_seats::seats::OrganizationId;
use tokio::task::JoinSet;
use toy_server::{Fault, GRACE, LIMIT, SILENCE, start};

async fn watch(fault: Fault, profile: Profile, agents: usize, admin: bool, seed: u64) -> FleetReport {
    let (widgets, admins) = start(fault).await;
    let plan = FleetPlan {
        url: format!("ws://{widgets}/v1/seat").parse().unwrap(),
        organization: OrganizationId::parse("demo").unwrap(),
        key: None,
        agents,
        profile,
        duration: Duration::from_secs(8),
        seed,
        grace: Some(GRACE),
        silence_limit: SILENCE,
        admin: admin.then(|| AdminAccess {
            url: format!("http://{admins}").parse().unwrap(),
            token: "token".to_owned(),
        }),
    };
    Box::pin(run(plan)).await.unwrap()
}

/// Says what was missed, if it was. Chance decides what agents do, and the machine's load what can be
/// proven: two more fleets may try.
async fn finds(fault: Fault, agents: usize, admin: bool, rule: Rule) -> Option<String> {
    let mut seen = Vec::new();
    for seed in 1..=3 {
        let report = watch(fault, Profile::Churn, agents, admin, seed).await;
        if report.breaches.iter().any(|breach| breach.rule == rule) {
            return None;
        }
        seen.push(report);
    }
    Some(format!("{fault:?} was not found as {rule}: {seen:#?}"))
}

fn innocent(report: &FleetReport) {
    assert!(report.is_ok(), "{report:#?}");
    assert_eq!(report.limit, Some(LIMIT as u64), "{report:#?}");
    assert!(
        report.logins > 20 && report.resumes > 10 && report.refusals > 20,
        "{report:#?}"
    );
    assert!(report.purge_lateness.is_some(), "{report:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_fault_is_not_accused() {
    innocent(&watch(Fault::None, Profile::Churn, 10, true, 1).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_fault_is_not_accused_by_agents_alone() {
    innocent(&watch(Fault::None, Profile::Churn, 10, false, 1).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_fault_is_not_accused_in_a_storm() {
    innocent(&watch(Fault::None, Profile::Storm, 10, true, 1).await);
}

/// A day in eight seconds: people come, are cut off, come back and go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_fault_is_not_accused_over_a_day() {
    let mut scenario = Scenario::office();
    scenario.on_duty = 1.0;
    // The toy's grace is short, so its people's pages are quick.
    scenario.disturbances.reloads = 1.0;
    scenario.disturbances.reload_gap = GRACE / 10..=GRACE / 2;
    let profile = Profile::Days(Days {
        begin: scenario.begin.since_midnight(),
        speed: 4000.0,
        scenario: Arc::new(scenario),
    });
    let report = watch(Fault::None, profile, 10, true, 1).await;
    assert!(report.is_ok(), "{report:#?}");
    assert!(
        report.logins >= LIMIT as u64 && report.resumes > 3 && report.refusals > 3,
        "{report:#?}"
    );
    let full = |bin: &Bin| bin.in_use == LIMIT as u64 && bin.limit == Some(LIMIT as u64);
    assert!(report.chart.bins().iter().any(full), "{report:#?}");
}

/// A fault, how many agents it takes to see it, whether an administrator looks on, and its name.
const FAULTS: [(Fault, usize, bool, Rule); 12] = [
    (Fault::PurgeEarly, 10, false, Rule::FreedEarly),
    (Fault::PurgeLate, 10, false, Rule::FreedLate),
    (Fault::CapPlusOne, 10, false, Rule::CapExceeded),
    (Fault::ForgottenSession, 10, false, Rule::SessionLost),
    (Fault::SecondSeatOnResume, 6, false, Rule::SecondSeat),
    (Fault::SecondSeatOnRepeat, 4, false, Rule::SecondSeat),
    (Fault::FreedOnClose, 10, false, Rule::FreedOnClose),
    (Fault::OldGoodbye, 10, false, Rule::OldGoodbye),
    (Fault::LyingView, 10, true, Rule::NumberLies),
    (Fault::LyingRefusal, 10, false, Rule::NumberLies),
    (Fault::WrongCloseCode, 10, false, Rule::WrongCloseCode),
    (Fault::Unjustified, 1, false, Rule::UnjustifiedRefusal),
];

/// In one test, so that all wait at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_planted_fault_is_found() {
    let mut searches = JoinSet::new();
    for (fault, agents, admin, rule) in FAULTS {
        searches.spawn(finds(fault, agents, admin, rule));
    }
    let missed: Vec<String> = searches.join_all().await.into_iter().flatten().collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
