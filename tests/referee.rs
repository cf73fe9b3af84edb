//! The referee finds planted faults over real sockets, and accuses nobody who is honest.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "referee/toy_server.rs"]
mod toy_server;

use std::{collections::BTreeSet, time::Duration};

use mirabridge_seats::fleet::{self, FleetPlan, FleetReport, Profile, Rule, Verdict};
use tokio::task::JoinSet;
use toy_server::{Fault, GRACE, ToyServer};

async fn referee(fault: Fault, profile: Profile) -> FleetReport {
    let server = ToyServer::start(fault).await;
    let mut plan = FleetPlan::new(server.url());
    plan.agents = 36;
    plan.profile = profile;
    plan.grace = Some(GRACE);
    plan.duration = Duration::from_secs(8);
    fleet::run(plan).await.unwrap()
}

/// Each fault, how the fleet behaves towards it, and what it has to be called.
const PLANTED: [(Fault, Profile, Rule); 10] = [
    (Fault::PurgeEarly, Profile::Churn, Rule::FreedEarly),
    (Fault::PurgeLate, Profile::Churn, Rule::FreedLate),
    (Fault::PurgeLate, Profile::Storm, Rule::FreedLate),
    (Fault::CapPlusOne, Profile::Churn, Rule::CapExceeded),
    (Fault::Forgotten, Profile::Churn, Rule::SessionLost),
    (Fault::SecondSeat, Profile::Churn, Rule::SecondSeat),
    (Fault::FreedOnGoingAway, Profile::Churn, Rule::FreedEarly),
    (Fault::OldGoodbye, Profile::Churn, Rule::OldGoodbye),
    (Fault::LyingNumber, Profile::Churn, Rule::NumberLies),
    (Fault::WrongCloseCode, Profile::Churn, Rule::WrongCloseCode),
];

#[tokio::test]
async fn every_planted_fault_is_found() {
    let mut runs = JoinSet::new();
    for (fault, profile, rule) in PLANTED {
        runs.spawn(async move { (fault, profile, rule, referee(fault, profile).await) });
    }

    for (fault, profile, rule, report) in runs.join_all().await {
        let found: BTreeSet<Rule> = report.breaches.iter().map(|breach| breach.rule).collect();
        assert!(
            found.contains(&rule),
            "{fault:?} in {profile:?} was called {found:?}, not {rule:?}"
        );
        assert_eq!(report.verdict, Verdict::Breach);
    }
}

#[tokio::test]
async fn an_honest_server_is_acquitted() {
    let (churn, storm) = tokio::join!(
        referee(Fault::None, Profile::Churn),
        referee(Fault::None, Profile::Storm)
    );

    assert!(storm.purge_lateness_ms.max.is_some());
    for report in [churn, storm] {
        assert_eq!(report.breaches, []);
        assert_eq!(report.verdict, Verdict::Ok);
        assert_eq!(
            (report.limit, report.peak_in_use),
            (Some(toy_server::LIMIT), toy_server::LIMIT)
        );
        let met = [report.logins, report.resumes, report.refusals];
        assert!(met.iter().all(|count| *count > 20), "it met too little: {met:?}");
    }
}
