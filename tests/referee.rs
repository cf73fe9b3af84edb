//! The referee against a server that breaks its promises on purpose: it must find each fault, and none
//! where there is none.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
#![expect(clippy::disallowed_methods, reason = "the toy server has no clock of its own")]

#[path = "referee/toy_server.rs"]
mod toy_server;

use std::time::Duration;

use mirabridge_seats::fleet::referee::Rule;
use mirabridge_seats::fleet::{AdminAccess, FleetPlan, FleetReport, Profile, run};
use mirabridge_seats::seats::OrganizationId;
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

/// Chance decides what agents do, and the machine's load what can be proven: two more fleets may try.
async fn finds(fault: Fault, agents: usize, admin: bool, rule: Rule) {
    let mut seen = Vec::new();
    for seed in 1..=3 {
        let report = watch(fault, Profile::Churn, agents, admin, seed).await;
        if report.breaches.iter().any(|breach| breach.rule == rule) {
            return;
        }
        seen.push(report);
    }
    panic!("{rule} was not found: {seen:#?}");
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

#[tokio::test]
async fn a_seat_that_is_purged_early_is_found() {
    finds(Fault::PurgeEarly, 10, false, Rule::FreedEarly).await;
}

#[tokio::test]
async fn a_seat_that_is_purged_late_is_found() {
    finds(Fault::PurgeLate, 10, false, Rule::FreedLate).await;
}

#[tokio::test]
async fn a_seat_too_many_is_found() {
    finds(Fault::CapPlusOne, 10, false, Rule::CapExceeded).await;
}

#[tokio::test]
async fn a_forgotten_session_is_found() {
    finds(Fault::ForgottenSession, 10, false, Rule::SessionLost).await;
}

#[tokio::test]
async fn a_second_seat_at_a_resume_is_found() {
    finds(Fault::SecondSeatOnResume, 6, false, Rule::SecondSeat).await;
}

#[tokio::test]
async fn a_second_seat_at_a_repeated_login_is_found() {
    finds(Fault::SecondSeatOnRepeat, 4, false, Rule::SecondSeat).await;
}

#[tokio::test]
async fn a_seat_that_a_close_frame_frees_is_found() {
    finds(Fault::FreedOnClose, 10, false, Rule::FreedOnClose).await;
}

#[tokio::test]
async fn an_old_goodbye_that_ends_the_new_connection_is_found() {
    finds(Fault::OldGoodbye, 10, false, Rule::OldGoodbye).await;
}

#[tokio::test]
async fn a_number_that_lies_to_the_administrator_is_found() {
    finds(Fault::LyingView, 10, true, Rule::NumberLies).await;
}

#[tokio::test]
async fn a_number_that_lies_in_a_refusal_is_found() {
    finds(Fault::LyingRefusal, 10, false, Rule::NumberLies).await;
}

#[tokio::test]
async fn a_wrong_close_code_is_found() {
    finds(Fault::WrongCloseCode, 10, false, Rule::WrongCloseCode).await;
}

#[tokio::test]
async fn a_refusal_without_reason_is_found() {
    finds(Fault::Unjustified, 1, false, Rule::UnjustifiedRefusal).await;
}
